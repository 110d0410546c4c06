"""A client of Nexync: `Client` for the socket, `Rest` for REST, both with the contracts as their types."""

from nexync_client.backoff import Backoff
from nexync_client.client import Client
from nexync_client.errors import (
    ContractError,
    EndedError,
    FileChangedError,
    NexyncError,
    NotConnectedError,
    OutboxFullError,
    RefusedError,
)
from nexync_client.happenings import Away, Ended, Happened, Happening, Left, Live, Said, Settled
from nexync_client.inbox import Seen
from nexync_client.options import Options
from nexync_client.outbox import Sending
from nexync_client.reading import History, history
from nexync_client.rest import Rest
from nexync_client.uploading import upload

__all__ = [
    "Away",
    "Backoff",
    "Client",
    "ContractError",
    "Ended",
    "EndedError",
    "FileChangedError",
    "Happened",
    "Happening",
    "History",
    "Left",
    "Live",
    "NexyncError",
    "NotConnectedError",
    "Options",
    "OutboxFullError",
    "RefusedError",
    "Rest",
    "Said",
    "Seen",
    "Sending",
    "Settled",
    "history",
    "upload",
]
