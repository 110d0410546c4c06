"""Two-step verification by an authenticator app, as a person sets it up."""

from typing import Final

from pyotp.totp import TOTP

from nexync_client import RefusedError, Rest
from nexync_contracts import factor_endpoints, factor_rest
from nexync_contracts.errors import ProblemCode

TRIES: Final = 3


async def turn_on(client: Rest, secret: str) -> tuple[str, factor_rest.RecoveryCodesView]:
    """The code that turned it on, and the recovery codes.

    A code lives 30 seconds: one that ends on its way is followed by the next, as people do it.
    """
    tries = 0
    while True:
        tries += 1
        code = TOTP(secret).now()
        try:
            shown = await client.call(
                factor_endpoints.TURN_ON_FACTOR,
                factor_rest.RecoveryCodesView,
                body=factor_rest.FactorCodeBody(code=code),
            )
        except RefusedError as error:
            if error.code is not ProblemCode.WRONG_CODE or tries == TRIES:
                raise
        else:
            return code, shown
