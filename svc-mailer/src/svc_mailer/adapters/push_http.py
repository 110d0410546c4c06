"""svc-chat's internal port and the queue, behind the ports of push notifications."""

from typing import Final

import httpx
from pydantic import BaseModel, ValidationError

from nexync_contracts.channels import PUSH_QUEUE
from nexync_contracts.ids import SessionId
from nexync_contracts.push_jobs import PushGone, PushPage, PushPageAsk, PushWork
from nexync_contracts.push_rest import PushToken
from nexync_runtime.asking import answered, timeout_of
from nexync_runtime.rabbit import Publisher, PublishError
from svc_mailer.errors import ChatAwayError, QueueAwayError

ANSWER_SECONDS: Final = 10.0


class HttpPushChats:
    """Asks svc-chat."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url.rstrip("/")
        self._client = client

    async def page(self, ask: PushPageAsk) -> PushPage:
        """One page of devices. Raises ChatAwayError."""
        answer = await self._post("/internal/push/page", ask)
        try:
            return PushPage.model_validate_json(answer)
        except ValidationError:
            raise ChatAwayError("an answer that can't be read") from None

    async def gone(self, session: SessionId, token: PushToken) -> None:
        """The device is no more. Raises ChatAwayError."""
        await self._post("/internal/push/gone", PushGone(session=session, token=token))

    async def _post(self, path: str, body: BaseModel) -> bytes:
        try:
            asked = self._client.build_request(
                "POST",
                self._url + path,
                content=body.model_dump_json(),
                timeout=timeout_of(ANSWER_SECONDS),
            )
            answer = await answered(self._client, asked)
        except httpx.HTTPError as error:
            raise ChatAwayError(type(error).__name__) from None
        if not answer.is_success:
            raise ChatAwayError(f"status {answer.status_code}")
        return answer.content


class RabbitPushJobs:
    """Puts jobs into the queue of push notifications."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    async def put(self, job: PushWork) -> None:
        """Returns when the job is safe. Raises QueueAwayError."""
        try:
            await self._publisher.publish(PUSH_QUEUE, job.id, job.model_dump_json().encode())
        except PublishError as error:
            raise QueueAwayError(str(error)) from None
