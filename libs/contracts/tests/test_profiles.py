"""What may be a name and a bio."""

import unicodedata

import pytest
from pydantic import ValidationError

from nexync_contracts.profile_rest import ProfileBody


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "Łukasz O\u2019Neil",
        "\u9673\u7f8e\u73b2",
        "\u0645\u062d\u0645\u062f",
        "\U0001f642",
        "x" * 64,
        "7",
    ],
)
def test_any_script_is_a_name(name: str) -> None:
    """Spaces around are taken away, and what is left is left alone."""
    assert ProfileBody(name=f"  {name}\t").name == name
    assert ProfileBody(name=name).name == name


@pytest.mark.parametrize(
    "name",
    ["x" * 65, "a\x00b", "a\nb", "a\u2028b", "a\u202eb", "a\u2066b", "\u200b", "\u3164", "\u0301"],
)
def test_a_name_hides_nothing(name: str) -> None:
    with pytest.raises(ValidationError):
        ProfileBody(name=name)


def test_no_control_character_and_no_change_of_direction_gets_in_anywhere() -> None:
    """Every character of the basic plane that could hide something, alone among others."""
    for code in range(0x10000):
        character = chr(code)
        control = unicodedata.category(character) == "Cc"
        turning = unicodedata.bidirectional(character) in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }
        if not (control or turning):
            continue
        with pytest.raises(ValidationError):
            ProfileBody(name=f"a{character}b")
        if character != "\n":
            with pytest.raises(ValidationError):
                ProfileBody(bio=f"a{character}b")


def test_empty_and_absent_differ() -> None:
    """Empty gives the username back, absent changes nothing; a bio may have lines."""
    assert (ProfileBody(name=" ").name, ProfileBody().name) == ("", None)
    assert ProfileBody(bio="a\nb").bio == "a\nb"
    with pytest.raises(ValidationError):
        ProfileBody(bio="x" * 281)
