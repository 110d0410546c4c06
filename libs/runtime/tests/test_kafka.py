"""A producer that has ended says so once, to whoever can end the process; all other troubles pass."""

from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from nexync_runtime import kafka
from nexync_runtime.kafka import DeliveryError, FatalError, Producer, UnknownPartitionError

FATAL = KafkaError(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, "a gap", fatal=True)
ENDED = KafkaError(KafkaError._FATAL, "a gap")
AWAY = KafkaError(KafkaError._TRANSPORT, "away")
TOO_LARGE = KafkaError(KafkaError.MSG_SIZE_TOO_LARGE, "too large")

Delivered = Callable[[KafkaError | None, object], None]


class FakeConfluent:
    """Refuses what it is told to refuse, and keeps the delivery reports for later."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        self.trouble: Callable[[KafkaError], None] = configuration["error_cb"]
        self.refuses: KafkaError | None = None
        self.waiting: list[Delivered] = []

    def produce(self, _topic: str, *, on_delivery: Delivered, **_: object) -> None:
        if self.refuses is not None:
            raise KafkaException(self.refuses)
        self.waiting.append(on_delivery)

    def poll(self, _seconds: float) -> int:
        return 0


class Ended:
    """What the process is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made: list[FakeConfluent] = []

        def make(configuration: dict[str, Any]) -> FakeConfluent:
            made.append(FakeConfluent(configuration))
            return made[-1]

        monkeypatch.setattr(kafka, "ConfluentProducer", make)
        self.told: list[FatalError] = []
        self.producer = Producer({}, client_id="test", on_fatal=self.told.append)
        self.confluent = made[0]
        self.outcomes: list[Exception | None] = []

    def produce(self) -> None:
        self.producer.produce("topic", 0, b"key", b"value", self.outcomes.append)

    def close(self) -> None:
        self.producer.close()


@pytest.fixture
async def ended(monkeypatch: pytest.MonkeyPatch) -> Ended:
    return Ended(monkeypatch)


async def test_the_end_is_told_once_however_it_is_heard_of(ended: Ended) -> None:
    ended.produce()
    ended.confluent.waiting[0](FATAL, None)
    assert [type(one) for one in ended.outcomes] == [FatalError]
    ended.confluent.refuses = ENDED
    with pytest.raises(FatalError, match="a gap"):
        ended.produce()
    ended.confluent.trouble(ENDED)
    assert [str(one) for one in ended.told] == ["the producer has ended: a gap"]
    ended.close()


@pytest.mark.parametrize("error", [ENDED, FATAL])
async def test_the_end_is_heard_while_nothing_is_sent(ended: Ended, error: KafkaError) -> None:
    ended.confluent.trouble(error)
    assert len(ended.told) == 1


async def test_other_troubles_end_nothing(ended: Ended) -> None:
    ended.confluent.trouble(AWAY)
    ended.produce()
    ended.confluent.waiting[0](TOO_LARGE, None)
    assert [type(one) for one in ended.outcomes] == [DeliveryError]
    ended.confluent.refuses = KafkaError(KafkaError._UNKNOWN_PARTITION, "which")
    ended.producer._refreshing = True  # pyright: ignore[reportPrivateUsage] - nobody is asked here
    with pytest.raises(UnknownPartitionError):
        ended.produce()
    assert ended.told == []
    ended.close()
