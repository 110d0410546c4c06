"""The cookie of the way to a provider outlives a rotation of the keys, and no longer than its time."""

from datetime import UTC, datetime, timedelta

from nexync_contracts import limits
from svc_auth.provider_flow import Flows

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_way_that_an_older_key_began_is_read_while_that_key_is_good() -> None:
    """The newest key writes; all of them read."""
    keys = [b"a" * 32]
    flows = Flows(lambda: keys)
    flow = flows.begin("corp", "https://chat.example", None, NOW)
    text = flows.write(flow)
    keys.insert(0, b"b" * 32)
    assert flows.read(text, NOW) == flow
    assert Flows(lambda: keys[:1]).read(flows.write(flow), NOW) == flow
    keys.pop()
    assert flows.read(text, NOW) is None


def test_a_way_ends_with_its_time() -> None:
    """Its last second counts, the next one doesn't."""
    flows = Flows(lambda: [b"a" * 32])
    text = flows.write(flows.begin("corp", "https://chat.example", None, NOW))
    end = NOW + timedelta(seconds=limits.PROVIDER_SECONDS)
    assert flows.read(text, end - timedelta(seconds=1)) is not None
    assert flows.read(text, end) is None
