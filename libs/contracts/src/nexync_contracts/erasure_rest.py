"""Bodies about the erasure of one's own account. Times are Unix milliseconds."""

from typing import Annotated

from pydantic import Field

from nexync_contracts import limits
from nexync_contracts.factor_rest import FactorCode
from nexync_contracts.model import Exact, Tolerant
from nexync_contracts.passkey_rest import OwnerProofBody


class ErasureProof(Tolerant):
    """How the owner proves to sit at the page: with a password or a passkey, or with neither by a fresh log-in."""

    password: bool
    passkey: bool
    second_factor: bool


class ErasureView(Tolerant):
    """`erase_at` is when one's account will be erased, None while nobody asked. `days` is the grace period."""

    erase_at: Annotated[int | None, Field(ge=0)] = None
    days: Annotated[int, Field(ge=limits.ERASE_DAYS[0], le=limits.ERASE_DAYS[1])]
    proof: ErasureProof


class EraseBody(Exact):
    """`proof` as for whatever gives an account away.

    Who has neither password nor passkey leaves it out, has logged in within the last minutes, and gives the `code`
    where a factor is on.
    """

    proof: OwnerProofBody | None = None
    code: FactorCode | None = None
