"""The typed wire client, in one place for tests, the loss checker and benches."""

from nexync_e2e.device import Device
from nexync_e2e.inbox import Inbox, Seen
from nexync_e2e.outbox import Outbox, Sending
from nexync_e2e.person import Person, befriend, log_in, sign_up
from nexync_e2e.rest import RefusedError, Rest

__all__ = [
    "Device",
    "Inbox",
    "Outbox",
    "Person",
    "RefusedError",
    "Rest",
    "Seen",
    "Sending",
    "befriend",
    "log_in",
    "sign_up",
]
