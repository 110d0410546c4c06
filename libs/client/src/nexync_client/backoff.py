"""How long to wait before the next try: full jitter, so that many clients come back spread out."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Anything from `least` to `first` doubled with each failure, `cap` at most; all in seconds."""

    least: float = 0.1
    first: float = 0.5
    cap: float = 30.0

    def delay(self, failures: int, dice: random.Random) -> float:
        """The wait after so many failures in a row."""
        ceiling = min(self.cap, self.first * 2.0 ** min(failures, 32))
        return dice.uniform(min(self.least, ceiling), ceiling)
