"""The C programs talk to each other: every frame of the floor arrives, none is counted twice."""

from nexync_bench.native import build, floor


def test_the_floor_delivers_to_every_socket() -> None:
    """The denominator of all fan-out figures has to be right."""
    build()
    with floor(20, server_core=0, client_core=0) as server:
        deliveries, seconds = server.fan(5, 300)
    assert deliveries == 100
    assert seconds >= 0
