"""Compression: one frame for all who take it so, whatever each offered, and no bomb through it."""

import asyncio
import random
import resource
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from chatroom.live.deflate import SMALLEST, deflated
from chatroom.live.transport import EXTENSION, Frames
from chatroom.live.wire import framed, payload_of
from tests.gate.test_frames import frame
from tests.gate.wire import Raw, raw, upgrade
from tests.journal.served import Thread
from tests.journal.stage import until

WORDS = "I came because it was a long week, and it is good to hear all of you. " * 4
MOST = 65536
"""Bytes of a message, once it is inflated."""
FLAT_MIB = 4.0


class Compressing:
    """An application that takes compression wherever it is offered, lays frames open, and echoes."""

    def __init__(self) -> None:
        self.frames: list[Frames] = []
        self.heard: list[str] = []
        self.ended = 0
        self.hears = asyncio.Event()
        app = Starlette(
            routes=[WebSocketRoute("/", self.serve), WebSocketRoute("/deaf", self.deaf)]
        )
        self.server = Thread(lambda _: app, ws_ping_interval=None)

    async def serve(self, socket: WebSocket) -> None:
        frames: Frames = socket.scope["extensions"][EXTENSION]
        frames.may_deflate()
        await socket.accept()
        self.frames.append(frames)
        while (message := await socket.receive())["type"] != "websocket.disconnect":
            self.heard.append(message["text"])
        self.ended += 1

    async def deaf(self, socket: WebSocket) -> None:
        """Takes nothing of what comes, until it hears."""
        frames: Frames = socket.scope["extensions"][EXTENSION]
        frames.may_deflate()
        await socket.accept()
        await self.hears.wait()
        while (message := await socket.receive())["type"] != "websocket.disconnect":
            self.heard.append(message["text"])

    @asynccontextmanager
    async def peer(self, **offer: Any) -> AsyncIterator[tuple[ClientConnection, Frames]]:
        before = len(self.frames)
        extensions = [ClientPerMessageDeflateFactory(**offer)] if offer.pop("offers", True) else []
        async with connect(
            f"ws://127.0.0.1:{self.server.port}/",
            compression=None,
            extensions=extensions,
            proxy=None,
        ) as client:
            await until(lambda: len(self.frames) > before)
            yield client, self.frames[before]


@pytest.fixture
def room() -> Iterator[Compressing]:
    room = Compressing()
    with room.server.running():
        yield room


def inflated(frame: bytes) -> bytes:
    assert frame[0] == 0xC1
    return zlib.decompress(payload_of(frame) + b"\x00\x00\xff\xff\x03\x00", wbits=-12)


@pytest.mark.parametrize("size", [SMALLEST, 1000, 65_535, 65_536, 300_000])
def test_a_frame_is_the_same_words_in_fewer_bytes(size: int):
    words = (WORDS * (size // len(WORDS) + 1))[:size].encode()
    small = deflated(framed(words))
    assert len(small) < size / 2 + 64
    assert inflated(small) == words


def test_what_compression_makes_no_smaller_stays_as_it_was():
    noise = random.Random(1).randbytes(500)
    for one in (framed(noise), framed(b"x" * (SMALLEST - 1)), framed(b"")):
        assert deflated(one) is one


OFFERS: list[tuple[dict[str, Any], bool]] = [
    ({}, True),  # As browsers offer it.
    ({"client_max_window_bits": None}, True),
    ({"server_max_window_bits": 15, "client_max_window_bits": 10}, True),
    ({"server_max_window_bits": 12}, True),
    ({"server_no_context_takeover": True, "client_no_context_takeover": True}, True),
    ({"server_max_window_bits": 11}, False),
    ({"offers": False}, False),
]


@pytest.mark.parametrize(("offer", "takes"), OFFERS)
async def test_each_reads_the_same_words_by_whatever_it_offered(
    room: Compressing, offer: dict[str, Any], *, takes: bool
):
    """Who asks for a smaller window than everybody's gets the plain frame."""
    both = [framed(WORDS.encode()), deflated(framed(WORDS.encode()))]
    async with room.peer(**offer) as (client, frames):
        assert frames.deflates is takes
        lines = 20  # Each is whole by itself: nothing of one may be needed to read the next.
        for number in range(lines):
            data = both[number % 2 if takes else 0]
            assert await room.server.there(partial(done, frames.offer, data))
        assert [await client.recv() for _ in range(lines)] == [WORDS] * lines
        for number in range(lines):
            await client.send(f"{number} {WORDS}")
        await until(lambda: len(room.heard) == lines)
        assert room.heard == [f"{number} {WORDS}" for number in range(lines)]


async def done(what: Any, *given: Any) -> Any:
    return what(*given)


ODD = [
    "permessage-deflate; fanmax_window_bits=9",
    "permessage-deflate; server_max_window_bits=99",
    "permessage-deflate; server_max_window_bits=8",
    "permessage-deflate; server_no_context_takeover=1",
    'permessage-deflate; "',
    "permessage-deflate;;;=",
    "x-webkit-deflate-frame",
]


@pytest.mark.parametrize("offered", ODD)
async def test_a15_of_an_odd_offer_nothing_is_negotiated_where_compression_is_on_either(
    room: Compressing, offered: str
):
    async with raw(room.server.port) as peer:
        peer.send(upgrade("/", "here", Sec_WebSocket_Extensions=offered))
        head = await peer.head()
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"sec-websocket-extensions" not in head.lower()
    assert not room.frames[0].deflates


@asynccontextmanager
async def offering(room: Compressing) -> AsyncIterator[Raw]:
    async with raw(room.server.port) as peer:
        peer.send(upgrade("/", "here", Sec_WebSocket_Extensions="permessage-deflate"))
        head = (await peer.head()).lower()
        assert b"server_no_context_takeover" in head
        assert b"client_no_context_takeover" in head
        yield peer


def bomb(size: int) -> bytes:
    """So many bytes once it is inflated."""
    deflate = zlib.compressobj(9, wbits=-15)
    mib, rest = divmod(size, 1 << 20)
    data = b"".join(deflate.compress(bytes(1 << 20)) for _ in range(mib))
    return data + deflate.compress(bytes(rest)) + deflate.flush(zlib.Z_SYNC_FLUSH)[:-4]


def code_in(got: bytes) -> int:
    """What it was closed with."""
    return int.from_bytes(got[got.rindex(b"\x88") :][2:4], "big")


@contextmanager
def flat() -> Iterator[None]:
    """The most that this process ever held, which a bomb must not move."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < FLAT_MIB, f"{grown:.1f} MiB"


@pytest.mark.parametrize("size", [MOST + 1, 50 << 20])
async def test_a30_a_bomb_is_refused_and_costs_no_memory(room: Compressing, size: int):
    data = bomb(size)
    assert len(data) < 52_000
    async with offering(room) as peer:
        with flat():
            peer.send(frame(0xC1, data))
            assert code_in(await peer.all()) == 1009
    assert room.heard == []
    await until(lambda: not room.server.connections)


async def test_a30_a_bomb_in_pieces_is_refused_as_well(room: Compressing):
    data = bomb(20 << 20)
    first, second = data[:72], data[72:1000]
    assert 0 < len(zlib.decompressobj(-15).decompress(first)) < MOST
    async with offering(room) as peer:
        with flat():
            peer.send(frame(0x41, first))
            # With this it is too much; whatever came behind it would only tear the answer down (RFC 1122, 4.2.2.13).
            peer.send(frame(0x00, second))
            assert code_in(await peer.all()) == 1009
    assert room.heard == []


async def test_of_many_that_come_in_one_packet_no_more_is_inflated_than_is_taken(
    room: Compressing,
):
    """Four KiB could else be three MiB for each socket, before anybody has said who they are."""
    many = 40
    packet = b"".join(frame(0xC1, bomb(MOST - 1)) for _ in range(many))
    assert len(packet) < 4096
    async with raw(room.server.port) as peer:
        peer.send(upgrade("/deaf", "here", Sec_WebSocket_Extensions="permessage-deflate"))
        assert await peer.status() == 101
        peer.send(packet)
        [socket] = room.server.connections
        await until(lambda: socket.queue.qsize() > 0)
        await room.server.there(lambda: done(lambda: None))
        assert socket.queue.qsize() == 1
        assert len(socket._held) > len(packet) / 2, "the rest waits as it came"
        await room.server.there(lambda: done(room.hears.set))
        await until(lambda: len(room.heard) == many)
    assert {len(text) for text in room.heard} == {MOST - 1}


async def test_a_message_as_large_as_may_be_is_heard_however_small_it_came(room: Compressing):
    async with room.peer() as (client, _):
        await client.send("x" * (MOST - 1))
        await until(lambda: len(room.heard) == 1)
        assert len(room.heard[0]) == MOST - 1


async def test_what_is_no_deflated_text_ends_the_socket(room: Compressing):
    for data, code in ((b"\xff\xff\xff", 1002), (bomb_of(b"\xff\xfe"), 1007)):
        async with offering(room) as peer:
            peer.send(frame(0xC1, data))
            assert code_in(await peer.all()) == code


def bomb_of(data: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH)[:-4]


async def test_who_negotiated_nothing_may_send_nothing_compressed(room: Compressing):
    async with raw(room.server.port) as peer:
        peer.send(upgrade("/", "here"))
        assert await peer.status() == 101
        peer.send(frame(0xC1, bomb_of(b"words")))
        assert code_in(await peer.all()) == 1002
