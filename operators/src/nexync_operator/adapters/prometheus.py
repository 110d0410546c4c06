"""The load of the log from Prometheus's HTTP API. Blocking, with a time limit."""

import json
import math
from typing import Final
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from nexync_operator.autoscaling import Load
from nexync_operator.errors import ReconcileError, UnreachableError

CALL_SECONDS: Final = 5.0
BYTES_IN: Final = "sum(rate(nexync_persister_record_bytes_total{%s}[5m]))"
NEW_CHATS: Final = "sum(increase(nexync_persister_chats_created_total{%s}[1h]))"


class Prometheus:
    """Two instant queries; `selector` narrows them to one release where several share a Prometheus."""

    def __init__(self, url: str, selector: str = "") -> None:
        self._url = url.rstrip("/")
        self._selector = selector

    def load(self) -> Load:
        """What the persisters consume. Raises UnreachableError, ReconcileError (NoData)."""
        return Load(
            bytes_in=self._value(BYTES_IN % self._selector),
            new_chats=self._value(NEW_CHATS % self._selector),
        )

    def _value(self, query: str) -> float:
        url = f"{self._url}/api/v1/query?{urlencode({'query': query})}"
        if not url.startswith(("http://", "https://")):
            msg = f"prometheus: {self._url!r} is not an http URL"
            raise ReconcileError(msg, reason="PrometheusRefused")
        try:
            with urlopen(Request(url), timeout=CALL_SECONDS) as answer:  # noqa: S310 - the scheme was checked
                found = json.load(answer)["data"]["result"]
        except (URLError, TimeoutError, OSError) as error:
            msg = f"prometheus at {self._url}: {' '.join(str(error).split())}"
            raise UnreachableError(msg, reason="PrometheusUnreachable") from error
        except (ValueError, KeyError, TypeError) as error:
            msg = f"prometheus at {self._url}: the answer is not one of Prometheus"
            raise ReconcileError(msg, reason="PrometheusRefused") from error
        value = float(found[0]["value"][1]) if found else math.nan
        if not math.isfinite(value):
            msg = f"prometheus at {self._url} has no data for {query}; are the persisters scraped?"
            raise ReconcileError(msg, reason="NoData")
        return value
