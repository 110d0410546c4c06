"""What tests, the loss checker and benches speak to Nexync with, in one place."""

from nexync_client import RefusedError, Rest, Seen, Sending
from nexync_client.inbox import Inbox
from nexync_client.outbox import Outbox
from nexync_e2e.device import Device
from nexync_e2e.person import Person, befriend, log_in, sign_up

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
