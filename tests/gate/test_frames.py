"""Frames that break the protocol: each has its close code, nothing is kept, and the others go on."""

import asyncio
import struct
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from websockets.asyncio.client import connect

from tests.gate.test_autobahn import echo
from tests.gate.wire import Raw, raw, resident, upgrade
from tests.journal.served import Thread
from tests.journal.stage import until
from tests.processes import ServerProcess

MASK = bytes(4)
LARGEST = 65536


@pytest.fixture
async def fan() -> AsyncIterator[Thread]:
    thread = Thread(lambda _: Starlette(routes=[WebSocketRoute("/", echo)]))
    with thread.running():
        yield thread


def frame(first: int, payload: bytes, *, masked: bool = True) -> bytes:
    size, bit = len(payload), 0x80 if masked else 0
    if size < 126:
        head = bytes((first, bit | size))
    elif size < 65536:
        head = bytes((first, bit | 126)) + struct.pack("!H", size)
    else:
        head = bytes((first, bit | 127)) + struct.pack("!Q", size)
    return head + (MASK if masked else b"") + payload


async def close_code(server: Thread, *frames: bytes) -> int:
    """What the server closes with; 0 for none."""
    async with raw(server.port) as peer:
        peer.send(upgrade("/", "here"))
        assert await peer.status() == 101
        for data in frames:
            peer.send(data)
        got = await peer.all()
    at = got.rfind(b"\x88")
    return int.from_bytes(got[at + 2 : at + 4], "big") if at >= 0 else 0


BROKEN = {
    "a19 a frame without a mask": (1002, [frame(0x81, b"hello", masked=False)]),
    "a20 a reserved bit": (1002, [frame(0xC1, b"hello")]),
    "a20 a reserved opcode": (1002, [frame(0x83, b"hello")]),
    "a20 a reserved control opcode": (1002, [frame(0x8B, b"")]),
    "a20 a control frame of 126 bytes": (1002, [frame(0x89, b"p" * 126)]),
    "a20 half a control frame": (1002, [frame(0x09, b"p")]),
    "a21 a byte too many": (1009, [frame(0x81, b"x" * (LARGEST + 1))]),
    "a22 a length of 2^63": (1009, [b"\x81\xff" + struct.pack("!Q", 1 << 63) + MASK + b"x" * 10]),
    "a22 a length of 2^62": (1009, [b"\x81\xff" + struct.pack("!Q", 1 << 62) + MASK + b"x" * 10]),
    "a26 a close code of 999": (1002, [frame(0x88, struct.pack("!H", 999))]),
    "a26 a close code of 1005": (1002, [frame(0x88, struct.pack("!H", 1005))]),
    "a26 half a close code": (1002, [frame(0x88, b"\x03")]),
    "a26 a reason that is no text": (1007, [frame(0x88, struct.pack("!H", 1000) + b"\xff")]),
    "a28 bytes that are no text": (1007, [frame(0x81, b"\xff\xfe")]),
    "a28 half a letter at the end": (1007, [frame(0x81, b"h\xc3")]),
    "a28 half a surrogate": (1007, [frame(0x81, b"\xed\xa0\x80")]),
}


@pytest.mark.parametrize("name", list(BROKEN))
async def test_a19_a20_a21_a22_a26_a28_a_frame_that_breaks_the_protocol_has_its_close_code(
    fan: Thread, name: str
):
    code, frames = BROKEN[name]
    async with connect(f"ws://127.0.0.1:{fan.port}/", compression=None) as other:
        assert await close_code(fan, *frames) == code
        await other.send("still here")
        assert await other.recv() == "still here"


async def test_a21_a_message_in_small_pieces_is_no_larger_than_one_in_one(fan: Thread):
    pieces = [frame(0x01, b"x" * 1000), *[frame(0x00, b"x" * 1000)] * 70]
    assert await close_code(fan, *pieces) == 1009


async def test_a23_pieces_of_nothing_without_end_are_cut(fan: Thread):
    async with raw(fan.port) as peer:
        peer.send(upgrade("/", "here"))
        assert await peer.status() == 101
        peer.send(frame(0x01, b""))
        await peer.flood(frame(0x00, b"") * 100, at_most=2**20)
        assert peer.ended


async def test_a28_a_letter_split_over_two_pieces_arrives(fan: Thread):
    async with raw(fan.port) as peer:
        peer.send(upgrade("/", "here"))
        assert await peer.status() == 101
        peer.send(frame(0x01, b"h\xc3") + frame(0x80, b"\xa9"))
        await peer.until(lambda: b"h\xc3\xa9" in peer.got)


async def test_a29_what_comes_behind_a_goodbye_is_not_heard(fan: Thread):
    goodbye = frame(0x88, struct.pack("!H", 1000))
    async with raw(fan.port) as peer:
        peer.send(upgrade("/", "here"))
        assert await peer.status() == 101
        peer.send(goodbye + frame(0x81, b"one more word"))
        assert b"one more word" not in await peer.all()


async def test_a14_no_subprotocol_is_spoken_however_many_are_offered(fan: Thread):
    for offered in ("chat.v9", ", ".join(f"p{n}" for n in range(500))):
        head = await head_of(fan, upgrade("/", "here", Sec_WebSocket_Protocol=offered))
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"sec-websocket-protocol" not in head.lower()


async def test_a15_no_compression_is_negotiated_whatever_is_offered(fan: Thread):
    for offered in (
        "permessage-deflate",
        "permessage-deflate; fanmax_window_bits=9",
        "permessage-deflate; fanmax_window_bits=99, permessage-deflate; what=ever",
        "x-webkit-deflate-frame",
    ):
        head = await head_of(fan, upgrade("/", "here", Sec_WebSocket_Extensions=offered))
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"sec-websocket-extensions" not in head.lower()


async def test_a31_half_a_frame_and_then_silence_is_cut():
    thread = Thread(
        lambda _: Starlette(routes=[WebSocketRoute("/", echo)]),
        ws_ping_interval=0.3,
        ws_ping_timeout=0.3,
    )
    with thread.running():
        async with raw(thread.port) as peer:
            peer.send(upgrade("/", "here"))
            assert await peer.status() == 101
            peer.send(b"\x81\xfe\x10\x00" + MASK + b"x" * 10)
            await asyncio.wait_for(peer.all(), 5.0)
            await until(lambda: not thread.connections, 5.0)


async def head_of(server: Thread, request: bytes) -> bytes:
    async with raw(server.port) as peer:
        peer.send(request)
        return await peer.head()


# Against the whole server


async def come_in(peer: Raw, server: ServerProcess) -> None:
    peer.send(upgrade("/desk/socket", f"127.0.0.1:{server.port}"))
    assert await peer.status() == 101


async def test_a22_what_is_claimed_to_come_takes_no_memory(server: ServerProcess):
    before = resident(server.pid)
    for _ in range(20):
        async with raw(server.port) as peer:
            await come_in(peer, server)
            peer.send(b"\x81\xff" + struct.pack("!Q", 1 << 40) + MASK + b"x" * 10)
            assert b"\x88" in await peer.all()
    assert resident(server.pid) - before < 2 * 2**20


async def test_a58_a_token_that_nobody_gave_opens_nothing(server: ServerProcess):
    none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ."
    for bearer in (none, "A" * 43, "' OR 1=1 --", "../../etc/passwd", ""):
        hello = f'{{"type": "hello", "bearer": "{bearer}"}}'.encode()
        async with raw(server.port) as peer:
            await come_in(peer, server)
            peer.send(frame(0x81, hello))
            got = await peer.all()
        assert got[got.rfind(b"\x88") + 2 :][:2] in (
            struct.pack("!H", 4401),
            struct.pack("!H", 1008),
        ), bearer
