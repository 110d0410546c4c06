"""The command log: Kafka through the runtime's producer, and the planted fault that acks too early."""

import asyncio
from collections.abc import Callable
from typing import Final

from nexync_runtime.kafka import DeliveryError, Producer, QueueFullError
from svc_gateway.errors import BackendAwayError
from svc_gateway.ports import CommandLog

EARLY_ACK_HOLD_SECONDS: Final = 1.0

OnDelivery = Callable[[Exception | None], None]


class KafkaCommands:
    """Produces to one topic: commands, or receipts."""

    def __init__(self, producer: Producer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    def produce(self, partition: int, key: bytes, value: bytes, on_delivery: OnDelivery) -> None:
        """One record. Raises BackendAwayError when the queue is full."""
        try:
            self._producer.produce(self._topic, partition, key, value, on_delivery)
        except QueueFullError as error:
            raise BackendAwayError(str(error)) from None
        except DeliveryError as error:
            raise BackendAwayError(str(error)) from None

    async def flush(self, timeout: float) -> int:
        """What is left in flight after at most `timeout` seconds."""
        return await self._producer.flush(timeout)


class EarlyAckCommands:
    """The planted fault `ack_before_delivery`: acknowledges at once and keeps the record for a second.

    A gateway that is killed loses what it has acknowledged, so the loss checker must fail. Development only.
    """

    def __init__(self, commands: CommandLog) -> None:
        self._commands = commands

    def produce(self, partition: int, key: bytes, value: bytes, on_delivery: OnDelivery) -> None:
        """Acknowledge now, produce later."""
        loop = asyncio.get_running_loop()
        loop.call_soon(on_delivery, None)
        loop.call_later(EARLY_ACK_HOLD_SECONDS, self._later, partition, key, value)

    async def flush(self, timeout: float) -> int:
        """Only what has been handed on."""
        return await self._commands.flush(timeout)

    def _later(self, partition: int, key: bytes, value: bytes) -> None:
        self._commands.produce(partition, key, value, lambda _: None)
