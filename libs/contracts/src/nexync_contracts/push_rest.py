"""Bodies of the REST API about push notifications: this session's device, and what one wants to read in them."""

from typing import Annotated

from pydantic import StringConstraints

from nexync_contracts import limits
from nexync_contracts.model import Exact, Tolerant

PushToken = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9_:.-]+$", min_length=16, max_length=limits.PUSH_TOKEN_CHARS
    ),
]
"""What Firebase Cloud Messaging calls a registration token: names one app on one device."""

PublicValue = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class WebPush(Tolerant):
    """How a browser registers with Firebase Cloud Messaging. Nothing of it is secret."""

    api_key: PublicValue
    app_id: PublicValue
    project_id: PublicValue
    sender_id: PublicValue
    vapid_key: PublicValue


class PushView(Tolerant):
    """Push for the one who asks. `web` is None where this installation has it off.

    `device` says whether this session has a token; `preview` whether notifications show the text of messages.
    """

    web: WebPush | None
    device: bool
    preview: bool


class PushDeviceBody(Exact):
    """The token of this session's device. A session has one; the same token in another session moves here."""

    token: PushToken


class PushSettingsBody(Exact):
    """Whether notifications show who wrote what, on all devices of the person."""

    preview: bool
