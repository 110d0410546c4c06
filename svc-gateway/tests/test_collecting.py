"""The garbage collector looks at everything seldom, so what ends must be freed without it."""

import gc
from collections.abc import Iterator

import pytest
from gateway_ids import some_id
from gateway_world import Running, settle

from nexync_contracts.ids import PersonId, chat_stream
from svc_gateway import collecting
from svc_gateway.socket import Socket

ANA = PersonId(some_id())


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Nothing but counts of references frees anything."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def sockets() -> int:
    """Those that are in memory."""
    return sum(isinstance(one, Socket) for one in gc.get_objects())


@pytest.mark.usefixtures("no_collector")
async def test_a_closed_socket_is_freed_without_the_collector() -> None:
    """After a life in which it resumed, sent, waited for a look-up, was refused and was given up by either side."""
    async with Running() as world:
        chat = world.chat(ANA)
        before = sockets()
        for round_ in range(6):
            client = await world.resumed(ANA, {chat_stream(chat): (1, 0)})
            client.send(chat, "one")
            client.say(t="react", id=some_id(), chat=chat, target=1, emoji="🎉", on=True)
            await settle()
            world.log.deliver()
            world.log.full = True
            client.send(chat, "refused")
            world.log.full = False
            client.say(t="repair", stream=chat_stream(chat), after=0)
            await settle()
            if round_ % 2:
                client.socket.close(1012, "restart")
            client.hang_up()
            client.transport.on_close = None
            await settle()
            del client
        assert sockets() - before == 0


def test_everything_is_looked_at_a_thousand_times_as_seldom() -> None:
    """As by Python's own pace, for which it is set back."""
    young, older, everything = before = gc.get_threshold()
    try:
        collecting.look_seldom()
        now = gc.get_threshold()
    finally:
        gc.set_threshold(*before)
    assert now[0] * now[1] * now[2] >= 1_000 * young * older * everything
    assert now[0] * now[1] <= 10_000, "what newcomers bring is looked at in small portions"
