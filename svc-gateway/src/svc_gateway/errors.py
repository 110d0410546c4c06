"""Errors of the gateway: one tree, each with what its catcher does about it."""


class GatewayError(Exception):
    """The root of this service's errors."""


class BackendAwayError(GatewayError):
    """A backend doesn't answer now. The caller tries again later, or tells its client to."""


class NotVisibleError(GatewayError):
    """svc-chat says that this person was never in that chat (or that there is no such chat)."""


class UnauthenticatedError(GatewayError):
    """The access token is missing, expired or foreign; the text says which, for logs."""


class SetupFirstError(GatewayError):
    """The token is good for nothing but setting up a second factor, which is done over REST."""


class FrameError(GatewayError):
    """The peer broke the WebSocket protocol or one of its limits; the socket closes with `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
