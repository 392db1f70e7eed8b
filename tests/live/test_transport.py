"""The contract with uvicorn and with the kernel: what FanoutProtocol leans on, shown on a real socket.

It leans on uvicorn's internals, so uvicorn is pinned to a minor version; this file says what a new
one has to keep.
"""

import asyncio
import contextlib
import inspect
import logging
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chatroom.live.transport import ABORT_AFTER, EXTENSION, HIGH_WATER, FanoutProtocol, Frames
from chatroom.live.wire import framed
from tests.journal.served import Thread
from tests.journal.stage import until

FREED_WITHIN = 10.0


class Fan:
    """An application that lays each socket's frames open, and reads what comes."""

    def __init__(self, **options: Any) -> None:
        self.frames: list[Frames] = []
        self.ended = 0
        app = Starlette(routes=[WebSocketRoute("/", self.serve)])
        self.server = Thread(lambda _: app, **options)

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        self.frames.append(socket.scope["extensions"][EXTENSION])
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
        self.ended += 1

    async def enter(self) -> tuple[ClientConnection, Frames]:
        count = len(self.frames)
        client = await connect(f"ws://127.0.0.1:{self.server.port}/", compression=None)
        await until(lambda: len(self.frames) > count)
        return client, self.frames[count]

    def is_empty_after(self, sockets: int) -> bool:
        return self.ended == sockets and not self.server.connections

    async def do(self, what: Callable[[], Any]) -> Any:
        """On the server's loop, as the hub does."""

        async def now() -> Any:
            return what()

        return await self.server.there(now)


@pytest.fixture(params=["uvloop", "asyncio"])
async def fan(request: pytest.FixtureRequest) -> AsyncIterator[Fan]:
    fan = Fan(loop=request.param, ws_ping_interval=None)
    with fan.server.running():
        yield fan


OVERRIDDEN = ("connection_made", "connection_lost", "pause_writing", "resume_writing", "run_asgi")
RELIED_ON = ("handle_ping", "handle_close", "keepalive_timeout", "shutdown")


@pytest.mark.parametrize("name", [*OVERRIDDEN, *RELIED_ON])
def test_uvicorn_still_calls_what_we_override_or_rely_on(name: str):
    assert callable(getattr(WebSocketsSansIOProtocol, name))


def test_uvicorn_still_has_the_attributes_we_touch():
    made = inspect.getsource(WebSocketsSansIOProtocol.__init__)
    for name in ("queue", "close_sent", "disconnected", "close_timer", "conn", "writable", "loop"):
        assert f"self.{name}" in made, name
    assert "self.read_paused" in made
    assert "self.close_timer is None" in inspect.getsource(WebSocketsSansIOProtocol.run_asgi)
    assert FanoutProtocol.paused is False


async def test_a_ready_made_frame_arrives_as_it_is(fan: Fan):
    client, frames = await fan.enter()
    sizes = (0, 1, 125, 126, 65535, 65536)
    for size in sizes:
        assert await fan.do(partial(frames.offer, framed(b"x" * size)))
    assert [len(await client.recv()) for _ in sizes] == list(sizes)
    assert await fan.do(lambda: frames.offer(framed(b"one") + framed(b"two")))
    assert [await client.recv(), await client.recv()] == ["one", "two"]
    await client.close()


async def test_a_close_code_arrives_behind_the_last_words(fan: Fan):
    for count, code in enumerate((1000, 1003, 1008, 1012, 4401, 4403, 4410), 1):
        client, frames = await fan.enter()
        await fan.do(partial(frames.offer, framed(b"the last words")))
        await fan.do(partial(frames.close, code))
        assert await client.recv() == "the last words"
        assert await until_closed(client) == code
        await until(partial(fan.is_empty_after, count))


async def test_a_close_code_arrives_at_one_who_writes_without_end(fan: Fan):
    """What the server has not read yet must not turn the goodbye into a reset."""
    client, frames = await fan.enter()
    read = asyncio.ensure_future(until_closed(client))
    flood = asyncio.ensure_future(write_without_end(client))
    await asyncio.sleep(0)
    await fan.do(lambda: frames.close(4410))
    assert await asyncio.wait_for(read, 5) == 4410
    await flood
    await until(lambda: not fan.server.connections)


async def write_without_end(client: ClientConnection) -> None:
    try:
        while True:
            await client.send("x" * 10_000)
    except ConnectionClosed:
        return


async def until_closed(client: ClientConnection) -> int | None:
    try:
        while True:
            await client.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


async def test_what_is_offered_behind_a_goodbye_is_dropped_and_cuts_nobody_off(fan: Fan):
    client, frames = await fan.enter()

    def close_then_offer() -> bool:
        frames.close(4410)
        frames.close(1012)
        return frames.offer(framed(b"too late"))

    assert await fan.do(close_then_offer) is True
    assert await until_closed(client) == 4410


async def test_who_has_gone_is_offered_nothing(fan: Fan):
    client, frames = await fan.enter()
    await client.close()
    await until(lambda: fan.ended == 1)
    await fan.do(lambda: frames.offer(framed(b"hello?")))
    await fan.do(lambda: frames.abort())
    await fan.do(lambda: frames.close(1000))
    await until(lambda: not fan.server.connections)


async def test_a_socket_that_is_just_being_closed_takes_nothing_and_says_so(
    fan: Fan, monkeypatch: pytest.MonkeyPatch
):
    """uvloop raises on it: whoever offers must let it go, and go on with the others."""
    client, frames = await fan.enter()
    (protocol,) = fan.server.connections

    class Closing:
        def write(self, data: bytes) -> None:
            raise RuntimeError("unable to perform operation; the handler is closed")

    def offered_meanwhile() -> bool:
        with monkeypatch.context() as closing:
            closing.setattr(protocol, "transport", Closing())
            return frames.offer(framed(b"hello?"))

    assert await fan.do(offered_meanwhile) is False
    await client.close()


# Handed over


class Listener:
    """What a connection is once it is in: nothing but what it is called for."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.heard: list[str] = []
        self.no_texts = 0
        self.goodbyes = 0
        self.losses = 0

    def received(self, text: str) -> None:
        self.heard.append(text)

    def not_text(self) -> None:
        self.no_texts += 1

    def let_go(self) -> None:
        self.goodbyes += 1
        self.frames.close(1012)

    def lost(self) -> None:
        self.losses += 1


class Handing(Fan):
    """The same, where the ASGI task ends as soon as somebody is in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.listeners: list[Listener] = []
        self.wait = asyncio.Event()

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        frames: Frames = socket.scope["extensions"][EXTENSION]
        self.listeners.append(Listener(frames))
        if (await socket.receive())["text"] == "wait":
            await socket.receive()
        frames.hand_over(self.listeners[-1])
        self.frames.append(frames)
        self.ended += 1

    async def enter_in(self) -> tuple[ClientConnection, Listener]:
        client = await connect(f"ws://127.0.0.1:{self.server.port}/", compression=None)
        count = len(self.frames)
        await client.send("hello")
        await until(lambda: len(self.frames) > count)
        return client, self.listeners[-1]


@pytest.fixture(params=["uvloop", "asyncio"])
async def handing(request: pytest.FixtureRequest) -> AsyncIterator[Handing]:
    handing = Handing(loop=request.param, ws_ping_interval=None)
    with handing.server.running():
        yield handing


async def test_a_socket_outlives_its_task_and_every_message_is_heard_in_order(handing: Handing):
    client, listener = await handing.enter_in()
    (protocol,) = handing.server.connections
    await until(lambda: not protocol.tasks)
    for n in range(50):
        await client.send(f"line {n}")
    await client.send(["in ", "two"])
    await until(lambda: len(listener.heard) == 51)
    assert listener.heard == [*(f"line {n}" for n in range(50)), "in two"]
    assert await handing.do(lambda: listener.frames.offer(framed(b"still here")))
    assert await client.recv() == "still here"
    await asyncio.wait_for(await client.ping(), 5)
    await client.send(b"no text")
    await until(lambda: listener.no_texts == 1)
    await client.close()
    await until(lambda: listener.losses == 1 and not handing.server.connections)
    assert protocol.scope is protocol.request is protocol.response is None, "nothing is kept of it"


async def test_what_came_before_it_was_handed_over_is_heard_first(handing: Handing):
    client = await connect(f"ws://127.0.0.1:{handing.server.port}/", compression=None)
    for text in ("wait", "for the task", "one", "two"):
        await client.send(text)
    await until(lambda: bool(handing.listeners) and len(handing.listeners[0].heard) == 2)
    assert handing.listeners[0].heard == ["one", "two"]
    await client.close()


async def test_a_socket_that_is_held_is_read_no_further_until_it_goes_on(handing: Handing):
    client, listener = await handing.enter_in()
    await handing.do(lambda: listener.frames.hold(True))
    await handing.do(lambda: listener.frames.hold(True))
    await client.send("held")
    await handing.do(lambda: listener.frames.offer(framed(b"a round trip")))
    assert await client.recv() == "a round trip"
    assert listener.heard == []
    await handing.do(lambda: listener.frames.hold(False))
    await until(lambda: listener.heard == ["held"])
    await client.close()


async def test_a_goodbye_to_one_who_is_held_arrives_and_is_lost_once(handing: Handing):
    client, listener = await handing.enter_in()
    await handing.do(lambda: listener.frames.hold(True))
    await client.send("never heard")
    await handing.do(lambda: listener.frames.close(4410))
    assert await until_closed(client) == 4410
    await until(lambda: not handing.server.connections)
    assert (listener.losses, listener.heard) == (1, [])


async def test_who_is_handed_over_is_told_when_the_server_lets_go(handing: Handing):
    client, listener = await handing.enter_in()
    (protocol,) = handing.server.connections
    await handing.do(protocol.let_go)
    assert await until_closed(client) == 1012
    assert (listener.goodbyes, listener.losses) == (1, 1)


async def test_invalid_utf_8_ends_that_socket_alone_a28(handing: Handing):
    client, listener = await handing.enter_in()
    await client.send(b"\xff\xfe", text=True)
    assert await until_closed(client) == 1007
    await until(lambda: listener.losses == 1)
    assert listener.heard == []


async def test_the_bare_write_is_there_while_it_drains_and_its_owner_hears_of_every_change(
    handing: Handing,
):
    client, listener = await handing.enter_in()
    changes: list[bool] = []
    listener.frames.changed = lambda: changes.append(listener.frames.fast is not None)

    def pause_and_go_on() -> None:
        (protocol,) = handing.server.connections
        protocol.pause_writing()
        protocol.resume_writing()
        assert protocol.fast is not None
        protocol.fast(framed(b"the bare write"))

    await handing.do(pause_and_go_on)
    assert await client.recv() == "the bare write"
    await handing.do(lambda: listener.frames.close(1000))
    await until(lambda: not handing.server.connections)
    assert changes == [False, True, False, False]
    await client.close()


# Peers that do not read


async def fill(fan: Fan, frames: Frames) -> None:
    """Offers 16 KiB frames until one is declined; in one turn, so that no timer comes between."""
    frame = framed(b"x" * 16384)

    def fill_at_once() -> bool:
        return all(frames.offer(frame) for _ in range(64 * 2**20 // len(frame)))

    assert await fan.do(fill_at_once) is False, "a socket that is not read from must say no"


async def test_a96_who_stops_reading_is_declined_aborted_and_freed_and_others_are_not_p14_w13(
    fan: Fan,
):
    well, wells = await fan.enter()
    async with deaf(fan) as (_, frames):
        await fill(fan, frames)
        assert await fan.do(frames.writable.is_set) is False
        protocol = next(one for one in fan.server.connections if one.paused)
        held = await fan.do(protocol.transport.get_write_buffer_size)
        assert HIGH_WATER <= held <= 2 * HIGH_WATER
        assert await fan.do(lambda: wells.offer(framed(b"hello")))
        assert await well.recv() == "hello"
        before = time.monotonic()
        await fan.do(frames.abort)
        await until(lambda: protocol not in fan.server.connections, FREED_WITHIN)
        assert time.monotonic() - before < 1.0
        await until(lambda: fan.ended == 1)
    assert await fan.do(lambda: wells.offer(framed(b"still here")))
    assert await well.recv() == "still here"
    await well.close()


async def test_a_goodbye_to_who_does_not_read_frees_the_descriptor_in_time_w13(
    fan: Fan, monkeypatch: pytest.MonkeyPatch
):
    assert ABORT_AFTER <= FREED_WITHIN
    monkeypatch.setattr("chatroom.live.transport.ABORT_AFTER", 0.2)
    async with deaf(fan) as (_, frames):
        await fill(fan, frames)
        await fan.do(lambda: frames.close(1012))
        await until(lambda: not fan.server.connections, 2.0)


async def test_a31_a_peer_that_answers_no_ping_is_freed_though_it_does_not_drain_w13():
    fan = Fan(ws_ping_interval=2.0, ws_ping_timeout=0.2)  # It must be full before the first ping.
    with fan.server.running():
        async with deaf(fan) as (_, frames):
            await fill(fan, frames)
            await until(lambda: not fan.server.connections, FREED_WITHIN)


class Slow(Fan):
    """An application that reads one message, and no more until it is let."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.reads_on = threading.Event()

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        self.frames.append(socket.scope["extensions"][EXTENSION])
        await socket.receive()
        while not self.reads_on.is_set():  # noqa: ASYNC110 - told from another thread
            await asyncio.sleep(0.01)
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
        self.ended += 1


async def test_a91_who_is_not_read_is_not_cut_off_for_a_pong_that_lies_behind_the_rest(
    monkeypatch: pytest.MonkeyPatch,
):
    missed: list[FanoutProtocol] = []
    keepalive_timeout = FanoutProtocol.keepalive_timeout

    def noted(self: FanoutProtocol) -> None:
        missed.append(self)
        keepalive_timeout(self)

    monkeypatch.setattr(FanoutProtocol, "keepalive_timeout", noted)
    fan = Slow(ws_ping_interval=0.1, ws_ping_timeout=0.1)
    with fan.server.running():
        client, frames = await fan.enter()
        for _ in range(2):
            await client.send("words")
        await until(lambda: len(missed) > 2, FREED_WITHIN)
        fan.reads_on.set()
        assert await fan.do(partial(frames.offer, framed(b"still here")))
        assert await client.recv() == "still here"
        await client.close()


async def test_a24_a_flood_of_pings_without_reading_is_cut_w14():
    """It is read so slowly that it fills nothing; but it never reads, and so never answers, our own ping."""
    fan = Fan(ws_ping_interval=1.0, ws_ping_timeout=0.5)
    with fan.server.running():
        async with deaf(fan) as (stalled, _):
            ping = bytes((0x89, 0x80 | 125)) + bytes(4) + b"p" * 125
            sent = await send_until_cut(stalled, ping * 500, at_most=64 * 2**20)
            assert sent < 32 * 2**20
            await until(lambda: not fan.server.connections)


async def test_who_reads_may_ping_as_often_as_they_like(fan: Fan):
    client, frames = await fan.enter()
    for _ in range(20):
        await asyncio.wait_for(await client.ping(), 5)
    assert await fan.do(lambda: frames.offer(framed(b"still here")))
    assert await client.recv() == "still here"
    await client.close()


async def test_a23_a_message_of_too_many_pieces_is_cut_w14(fan: Fan):
    """An empty piece costs a peer eight bytes, and us a place in a list that nothing ends."""
    async with deaf(fan) as (peer, _):
        piece = bytes((0x00, 0x80)) + bytes(4)
        first = bytes((0x01, 0x80)) + bytes(4)
        await send_until_cut(peer, first + piece * 200, at_most=1)
        await asyncio.sleep(0)
        assert fan.server.connections, "need a peer that is borne with so far"
        await send_until_cut(peer, piece * 100, at_most=2**16)
        await until(lambda: not fan.server.connections)


async def test_a_message_in_pieces_arrives(fan: Fan):
    client, frames = await fan.enter()
    await client.send(["x"] * 200)
    await fan.do(lambda: frames.offer(framed(b"still here")))
    assert await client.recv() == "still here"
    await client.close()


async def send_until_cut(stalled: socket.socket, some: bytes, *, at_most: int) -> int:
    loop, sent = asyncio.get_running_loop(), 0
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(20):
            while sent < at_most:
                await loop.sock_sendall(stalled, some)
                sent += len(some)
    return sent


@asynccontextmanager
async def deaf(fan: Fan) -> AsyncIterator[tuple[socket.socket, Frames]]:
    """A client that reads nothing from the handshake on, for which the kernel holds little."""
    request = (
        "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    count = len(fan.frames)
    with socket.socket() as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalled.connect(("127.0.0.1", fan.server.port))
        stalled.sendall(request.encode())
        stalled.setblocking(False)
        await until(lambda: len(fan.frames) > count)
        yield stalled, fan.frames[count]
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def test_no_line_is_made_for_a_socket_that_comes_or_goes_w17(
    fan: Fan, caplog: pytest.LogCaptureFixture
):
    """Neither of uvicorn's nor of the protocol's inside it."""
    caplog.set_level(logging.INFO, "uvicorn.error")
    caplog.set_level(logging.WARNING, "uvicorn.error.sockets")
    client, _ = await fan.enter()
    await client.close()
    await until(partial(fan.is_empty_after, 1))
    assert [one for one in caplog.records if "connection" in one.message] == []
