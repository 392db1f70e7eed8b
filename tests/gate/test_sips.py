"""A flood on one socket is read in sips, and slower and slower; the others notice nothing (A24, A25)."""

import asyncio
import inspect
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import connect
from websockets.protocol import State
from websockets.server import ServerProtocol

from chatroom.live.sips import CONTROLS, SIP, SippingProtocol
from tests.gate.wire import PING, PONG, Raw, raw, upgrade
from tests.journal.served import Thread
from tests.journal.stage import until
from tests.processes import SLOW

KERNEL = 16 * 2**20
"""More than what both ends' kernels take of a flood that nobody reads."""


class Echo:
    """An application that answers what it hears, and counts it."""

    def __init__(self, **options: float) -> None:
        self.heard = 0
        self.most_waiting = 0
        app = Starlette(routes=[WebSocketRoute("/", self.serve)])
        self.server = Thread(lambda _: app, **options)

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        while (message := await socket.receive())["type"] != "websocket.disconnect":
            self.heard += 1
            sockets = [one for one in self.server.connections if isinstance(one, SippingProtocol)]
            self.most_waiting = max(self.most_waiting, *(one.queue.qsize() for one in sockets))
            await socket.send_text(message["text"])


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    echo = Echo()
    with echo.server.running():
        yield echo


async def come_in(flooder: Raw, echo: Echo) -> None:
    flooder.send(upgrade("/", "here"))
    assert await flooder.status() == 101


async def usual_wait(echo: Echo, seconds: float) -> float:
    """For an honest one's echoes: nineteen of twenty came sooner."""
    loop, waits = asyncio.get_running_loop(), list[float]()
    async with connect(f"ws://127.0.0.1:{echo.server.port}/", compression=None) as honest:
        end = loop.time() + seconds
        while (begin := loop.time()) < end:
            await honest.send("hello")
            assert await honest.recv() == "hello"
            waits.append(loop.time() - begin)
    return sorted(waits)[len(waits) * 19 // 20]


async def test_a25_unasked_pongs_are_ignored_and_read_ever_slower(echo: Echo):
    async with raw(echo.server.port) as flooder:
        await come_in(flooder, echo)
        flood = asyncio.create_task(flooder.flood(PONG * 10_000, at_most=2 * KERNEL, seconds=3.0))
        waited = await usual_wait(echo, 2.0)
        assert await flood < KERNEL, "nothing slowed it down"
        (protocol,) = echo.server.connections
        assert len(protocol._held) <= 256 * 1024
        assert waited < 1.0 * SLOW


async def test_a24_who_pings_and_does_not_read_is_cut():
    echo = Echo(ws_ping_interval=2.0, ws_ping_timeout=1.0)
    with echo.server.running():
        async with raw(echo.server.port) as flooder:
            await come_in(flooder, echo)
            flooder.transport.pause_reading()
            sent = await flooder.flood(PING * 500, at_most=2 * KERNEL, seconds=2.0)
            assert 2**20 < sent < KERNEL, "need a flood, and one that is slowed down"
            await until(lambda: not echo.server.connections, 30.0)


async def test_a91_small_messages_without_end_wait_in_the_kernel_and_not_with_us(echo: Echo):
    """Each is seven bytes, so that one read of the transport would bring 37,000."""
    message = b"\x81\x81" + bytes(4) + b"x"
    async with raw(echo.server.port) as flooder:
        await come_in(flooder, echo)
        flood = asyncio.create_task(flooder.flood(message * 5_000, at_most=KERNEL, seconds=2.0))
        read = asyncio.create_task(flooder.all(3.0))
        await usual_wait(echo, 1.0)
        await flood
        assert echo.heard > 1_000, "need a flood"
        assert echo.most_waiting <= SIP // len(message) + 1
        read.cancel()


async def test_who_pings_now_and_then_is_never_slowed_down(echo: Echo):
    async with connect(f"ws://127.0.0.1:{echo.server.port}/", compression=None) as honest:
        for _ in range(CONTROLS + 40):
            await asyncio.wait_for(await honest.ping(), 5)
        await honest.send("x" * 60_000)
        assert await honest.recv() == "x" * 60_000


async def test_a_large_message_arrives_sip_by_sip_in_order(echo: Echo):
    async with connect(f"ws://127.0.0.1:{echo.server.port}/", compression=None) as honest:
        sent = [str(number) * 10_000 for number in range(6)]
        for message in sent:
            await honest.send(message)
        assert [await honest.recv() for _ in sent] == sent


def test_uvicorn_and_websockets_still_have_what_the_sips_lean_on():
    init = inspect.getsource(WebSocketsSansIOProtocol.__init__)
    for name in ("self.read_paused", "self.queue", "self.conn = ServerProtocol("):
        assert name in init, name
    assert "resume_reading" in inspect.getsource(WebSocketsSansIOProtocol.receive)
    assert ServerProtocol(state=State.OPEN).current_size is None
    for name in ("data_received", "handle_ping", "handle_pong", "connection_lost"):
        assert callable(getattr(WebSocketsSansIOProtocol, name))
