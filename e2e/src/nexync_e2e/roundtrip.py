"""`python -m nexync_e2e.roundtrip`: one message all the way; prints a line a step, exit 1 with the step that failed.

What `helm test` runs. Two people register with the code from their mail, log in, connect, open a socket each,
and one message is sent, acknowledged, received and read back from history.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncGenerator, Generator
from typing import Final, cast

import httpx

from nexync_contracts.events import ChatKind, MessageCreated
from nexync_contracts.ids import ChatId, chat_stream
from nexync_e2e.device import Device
from nexync_e2e.person import Person, befriend, log_in, sign_up
from nexync_e2e.settings import Wires, wires
from nexync_e2e.waiting import until

TOTAL_SECONDS: Final = 120.0
_BODY: Final = "once around"


class Steps:
    """Names the step under way, prints each when it is done, and remembers the one that failed."""

    def __init__(self) -> None:
        self.current = "start"

    @contextlib.contextmanager
    def step(self, name: str) -> Generator[None]:
        """Time the block; `ok` is printed only when it ends without an exception."""
        self.current = name
        started = time.monotonic()
        yield
        print(f"ok  {name:<34} {time.monotonic() - started:6.2f} s", flush=True)


def main() -> int:
    """0 when the message came back within the time."""
    steps = Steps()
    started = time.monotonic()
    try:
        asyncio.run(_bounded(wires(), steps))
    except Exception as error:  # noqa: BLE001 (one line says which step failed, whatever it was)
        print(f"FAILED  {steps.current}: {_reason(error)}", flush=True)
        return 1
    print(f"ok  all {time.monotonic() - started:37.2f} s", flush=True)
    return 0


async def _bounded(where: Wires, steps: Steps) -> None:
    async with asyncio.timeout(TOTAL_SECONDS):
        await round_trip(where, steps)


async def round_trip(where: Wires, steps: Steps) -> None:
    """All steps. Raises what the failing step raised."""
    with steps.step("page answers"):
        await _page(where)
    async with contextlib.AsyncExitStack() as stack:
        with steps.step("register two people by mailed code"):
            signed = [
                await stack.enter_async_context(_closing(await _sign_up(where, prefix)))
                for prefix in ("ann", "bob")
            ]
        with steps.step("log in"):
            ann, bob = [
                await stack.enter_async_context(_closing(await _log_in(where, person)))
                for person in signed
            ]
        with steps.step("connect the two"):
            await befriend(ann, bob)
        with steps.step("make a chat"):
            chat = await ann.create_chat(ChatKind.PRIVATE, (bob.id,))
        with steps.step("open two sockets"):
            phone = await stack.enter_async_context(_device(ann, where, "ann"))
            desk = await stack.enter_async_context(_device(bob, where, "bob"))
        with steps.step("send, acknowledged, accepted"):
            sending = await phone.send(chat, _BODY)
            await phone.settled()
            if sending.seq is None:
                msg = f"the message was rejected: {sending.code}"
                raise AssertionError(msg)
        with steps.step("receive"):
            await desk.caught_up(chat_stream(chat), sending.seq)
        with steps.step("read it in history"):
            await _in_history(bob, chat, sending.seq)


async def _page(where: Wires) -> None:
    """Anything but silence and a gateway's error: what the page is, the next steps tell."""
    async with httpx.AsyncClient(timeout=5.0, trust_env=False) as http:

        async def probe() -> bool | None:
            with contextlib.suppress(httpx.TransportError):
                response = await http.get(where.page + "/")
                return True if response.status_code < 500 else None
            return None

        await until(probe, f"an answer from {where.page}", seconds=60, every=0.5)


async def _sign_up(where: Wires, prefix: str) -> Person:
    return await sign_up(where.page, where.mail, prefix=prefix, origin=where.origin)


async def _log_in(where: Wires, person: Person) -> Person:
    return await log_in(where.page, person.login, person.password, origin=where.origin)


@contextlib.asynccontextmanager
async def _closing(person: Person) -> AsyncGenerator[Person]:
    try:
        yield person
    finally:
        await person.close()


def _device(
    person: Person, where: Wires, name: str
) -> contextlib.AbstractAsyncContextManager[Device]:
    return Device(person, (where.edge_socket,), name=name).running()


async def _in_history(reader: Person, chat: ChatId, seq: int) -> None:
    history = await reader.history(chat, at_least=seq)
    event = next((piece.event for piece in history.pieces if piece.first == seq), None)
    if not isinstance(event, MessageCreated) or event.body != _BODY:
        msg = f"seq {seq} in history is {event!r}"
        raise AssertionError(msg)


def _reason(error: BaseException) -> str:
    """The innermost cause in one line."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


if __name__ == "__main__":
    sys.exit(main())
