"""Everything that svc-chat counts."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

READS_GIVEN_UP: Final = Counter(
    "nexync_chat_reads_given_up", "Reads that waited in vain for their at_least or their stream"
)
OUTCOMES: Final = Counter("nexync_chat_outcomes", "Commands by what became of them", ["result"])
OUTCOME_SECONDS: Final = Histogram(
    "nexync_chat_outcome_seconds",
    "From handing a command to the log until its outcome",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 3),
)
OUTCOMES_AWAITED: Final = Gauge("nexync_chat_outcomes_awaited", "Commands without an outcome yet")
OWN_NOTICES_DROPPED: Final = Counter(
    "nexync_chat_own_notices_dropped",
    "Words to a person's pages about what they keep that Redis didn't take",
)
KEPT: Final = Counter(
    "nexync_chat_kept_answers",
    "Answers of endpoints that keep them: found, made by another at that moment, made and kept, or passed by",
    ["endpoint", "result"],
)
FILES: Final = Counter("nexync_chat_files", "Uploads by what became of them", ["result"])
FILES_COLLECTED: Final = Counter(
    "nexync_chat_files_collected",
    "Folders of the object store that were removed as nothing refers to them",
)
IMAGE_SECONDS: Final = Histogram(
    "nexync_chat_image_seconds",
    "Making one image anew, without the wait for a turn",
    buckets=(0.1, 0.2, 0.5, 1, 2, 4, 8),
)
SCHEDULED: Final = Counter(
    "nexync_chat_scheduled", "Scheduled messages by what the log said at their time", ["result"]
)
DEPARTED: Final = Counter(
    "nexync_chat_departed", "Erased people of whom nothing is left here, nor to be told to the log"
)
RELAYED: Final = Counter("nexync_chat_outbox_relayed", "Outbox rows that the log has taken")
