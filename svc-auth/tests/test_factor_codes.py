"""What the second factor is made of: codes of the app, recovery codes, sealed secrets and their keys."""

import base64
import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from auth_world import ADA, BOB
from factor_world import FakeFactors
from hypothesis import given
from hypothesis import strategies as st

from nexync_contracts import limits
from nexync_runtime.key_files import KeyFileError
from svc_auth import recovery, totp
from svc_auth.factor_ports import Factor
from svc_auth.sealing import Sealing, UnsealError, load_sealing

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B, SHA-1; six digits are the last six of the eight there."""
    moment = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_at(RFC_SECRET, totp.step_at(moment)) == code[-6:]
    assert totp.step_of(RFC_SECRET, code[-6:], moment, after=-1) == seconds // 30


@given(st.integers(-90, 90), st.integers(0, 29))
def test_a_code_lives_thirty_seconds(seconds: int, second: int) -> None:
    """It is good in its own step, from the first second to the last, and neither before nor after."""
    shown = NOW + timedelta(seconds=second)
    step = totp.step_at(shown)
    code = totp.code_at(RFC_SECRET, step)
    then = shown + timedelta(seconds=seconds)
    found = totp.step_of(RFC_SECRET, code, then, after=-1)
    assert (found is not None) == (0 <= second + seconds < limits.FACTOR_STEP_SECONDS)


@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 40)), max_size=30))
async def test_a_code_is_accepted_once_only(tries: list[tuple[int, int]]) -> None:
    """Whatever codes come in whatever order as time goes on, no step is accepted twice, and none after a later one."""
    factors = FakeFactors()
    factors.on = Factor(b"", -1, b"", NOW, 0)
    now, accepted = NOW, list[int]()
    for steps, passed in tries:
        now += timedelta(seconds=passed)
        code = totp.code_at(RFC_SECRET, totp.step_at(now) + steps)
        step = totp.step_of(RFC_SECRET, code, now, after=factors.on.last_step)
        assert step is None or step > factors.on.last_step
        if step is not None and await factors.accept(ADA, step):
            accepted.append(step)
    assert accepted == sorted(set(accepted))


def test_what_the_app_reads() -> None:
    """Issuer and name as apps show them."""
    uri = totp.uri_of(RFC_SECRET, "ada")
    assert uri == f"otpauth://totp/Nexync:ada?secret={RFC_SECRET}&issuer=Nexync"
    assert re.fullmatch("[A-Z2-7]{32}", totp.new_secret())


def test_a_sealed_secret_is_opened_by_its_key_for_its_person() -> None:
    """Also after a new key was put before the old one; not by another key, not in another's row."""
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    sealed = Sealing([old]).seal(ADA, RFC_SECRET)
    assert RFC_SECRET.encode() not in sealed
    assert Sealing([new, old]).open(ADA, sealed) == RFC_SECRET
    for keys, person in (([new], ADA), ([old], BOB)):
        with pytest.raises(UnsealError):
            Sealing(keys).open(person, sealed)


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(b"x" * 31).decode(), "ä"])
def test_a_bad_key_file_is_named_and_not_shown(tmp_path: Path, text: str) -> None:
    """The setting and the file are in the message, the key is not."""
    path = tmp_path / "keys"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KeyFileError) as caught:
        load_sealing(path)
    assert "NEXYNC_FACTOR_KEY_FILE" in str(caught.value)
    assert not text or text not in str(caught.value)


def test_recovery_codes_can_be_read_aloud() -> None:
    """Nothing in them looks like something else."""
    for code in recovery.new_codes():
        assert re.fullmatch(r"[2-9a-z]{5}-[2-9a-z]{5}", code)
        assert not set(code) & set("01ilo")
        assert recovery.is_recovery_code(recovery.plain(f" {code.upper()} "))
