"""Names and sentences for the demo: enough to scroll through, nothing that anyone wrote."""

import random
from typing import Final

NAMES: Final = (
    "amira",
    "bruno",
    "chidi",
    "dana",
    "elif",
    "farid",
    "greta",
    "hiro",
    "ines",
    "jonas",
    "kofi",
    "lena",
)

GROUPS: Final = (
    "Weekend hike",
    "Release 1.0",
    "Book club",
    "Kitchen table",
    "Design review",
    "On call",
    "Football on Tuesdays",
    "Photos",
    "Lunch",
    "Choir",
    "Neighbours",
    "Everyone",
)

_OPENINGS: Final = (
    "I just saw that",
    "Did you know that",
    "Quick question: is it true that",
    "For the record,",
    "Good news:",
    "It turns out that",
    "I would say that",
    "Tomorrow we should check whether",
)
_SUBJECTS: Final = (
    "the train to the lake",
    "the second draft",
    "our new build",
    "the bakery on the corner",
    "the meeting room",
    "the map on the wall",
    "the last test run",
    "that old bicycle",
)
_ENDINGS: Final = (
    "leaves ten minutes earlier now",
    "is much better than the first one",
    "needs one more pair of eyes",
    "has been waiting for us since Monday",
    "works on every machine I tried",
    "is gone, but there is a new one",
    "will be ready by Friday",
    "makes more noise than it should",
)
_SHORT: Final = (
    "Yes.",
    "On my way",
    "Thanks, that helps a lot",
    "Let me look into it 🔎",
    "👍",
    "Same here",
    "¿Mañana a las diez?",
    "Klingt gut, bis später",
    "いいですね",
    "صباح الخير",
    "Could you send me the link again?",
    "Done ✅",
)


def sentence(dice: random.Random) -> str:
    """One message: mostly a sentence, sometimes a short reply, rarely a long paragraph."""
    if dice.random() < 0.35:
        return dice.choice(_SHORT)
    count = dice.choices((1, 2, 6), (80, 17, 3))[0]
    return " ".join(
        f"{dice.choice(_OPENINGS)} {dice.choice(_SUBJECTS)} {dice.choice(_ENDINGS)}."
        for _ in range(count)
    )
