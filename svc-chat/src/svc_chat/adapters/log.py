"""The command log in Kafka."""

from nexync_contracts.ids import Stream
from nexync_contracts.limits import OUTCOME_WAIT_SECONDS
from nexync_runtime.kafka import Producer, QueueFullError, UnknownPartitionError
from svc_chat.errors import BusyError


class KafkaLog:
    """Appends commands; the key is the stream, the partition the stream's own."""

    def __init__(self, producer: Producer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    async def append(self, partition: int, stream: Stream, envelope: bytes) -> None:
        """Returns once durable. Raises TimeoutError (it may still become durable), BusyError."""
        try:
            await self._producer.produce_and_wait(
                self._topic, partition, stream.encode(), envelope, timeout=OUTCOME_WAIT_SECONDS
            )
        except (QueueFullError, UnknownPartitionError) as error:
            raise BusyError(str(error)) from None
