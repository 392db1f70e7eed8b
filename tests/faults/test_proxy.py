"""The proxy that misbehaves does so where it is told to, and nowhere else."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.proxy import Appends, Frames, Link, Proxy, Tamper

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable

pytestmark = pytest.mark.faults


async def test_what_goes_in_comes_out(chance: random.Random):
    async with echoing(chance) as (_, reader, writer):
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"


async def test_a_target_that_is_away_is_passed_over(chance: random.Random):
    async with echo() as port:
        proxy = Proxy(lambda: [("127.0.0.1", 1), ("127.0.0.1", port)], chance)
        async with proxy.listening():
            for _ in range(8):
                reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
                writer.write(b"x")
                assert await reader.readexactly(1) == b"x"
                writer.close()


async def test_with_no_target_at_all_the_connection_is_ended(chance: random.Random):
    async with Proxy(list, chance).listening() as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await reader.read() == b""
        writer.close()


async def test_a_cut_ends_both_sides(chance: random.Random):
    async with echoing(chance) as (proxy, reader, writer):
        writer.write(b"x")
        await reader.readexactly(1)
        ended = proxy.links[0].ended
        assert proxy.cut(1.0) == 1
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        await asyncio.wait_for(ended.wait(), 5)


async def test_what_is_swallowed_is_swallowed_in_silence(chance: random.Random):
    async with echoing(chance) as (proxy, reader, writer):
        writer.write(b"x")
        await reader.readexactly(1)
        (link,) = proxy.swallow(1.0)
        writer.write(b"y")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.1)
        assert not link.ended.is_set()


async def test_a_delay_keeps_the_order(chance: random.Random):
    async with echoing(chance) as (proxy, reader, writer):
        proxy.delay = 0.02
        for number in range(10):
            writer.write(bytes([number]))
            await writer.drain()
        assert await reader.readexactly(10) == bytes(range(10))


def frame(text: str) -> bytes:
    payload = b'{"type":"entries",%s}' % text.encode()
    size = len(payload)
    return (bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")) + payload


ONE, TWO, LONG = frame("1"), frame("2"), frame("3" * 1000)
PONG = b"\x8a\x00"
UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n"


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ("drop", UPGRADED + ONE + PONG + LONG),
        ("swap", UPGRADED + ONE + PONG + LONG + TWO),
        ("double", UPGRADED + ONE + TWO + TWO + PONG + LONG),
    ],
)
def test_one_frame_is_tampered_with_once_however_the_bytes_are_cut(how: str, wanted: bytes):
    for size in (1, 7, 10_000):
        tamper = Tamper(how)
        _, look = tamper.filters(a_link())
        passed = in_pieces(look, UPGRADED + ONE, size)
        tamper.arm()
        passed += in_pieces(look, TWO + PONG + LONG, size)
        assert tamper.done
        assert passed == wanted


def test_an_answer_that_is_no_socket_passes_as_it_is():
    look = Frames(lambda frame: b"")
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + ONE
    assert in_pieces(look, answer, 3) == answer


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_the_commit_of_an_append_is_seen_and_no_other(size: int):
    seen: list[int] = []

    def committed() -> bool:
        seen.append(1)
        return False

    watch = Appends(a_link(), committed)
    in_pieces(watch.up, b"\0\0\0\x08\x04\xd2\x16\x2f", size)  # May we encrypt?
    in_pieces(watch.down, b"N", size)
    in_pieces(watch.up, b"\0\0\0\x09\0\3\0\0\0", size)
    in_pieces(watch.down, message(b"R", b"\0\0\0\0") + message(b"Z", b"I"), size)
    in_pieces(watch.up, message(b"P", b"s1\0WITH x INSERT INTO entry y\0\0\0"), size)
    in_pieces(watch.up, message(b"S"), size)
    in_pieces(watch.down, message(b"1") + message(b"Z", b"I"), size)
    in_pieces(watch.up, message(b"Q", b"INSERT INTO entry\0"), size)
    in_pieces(watch.down, message(b"C", b"x\0") + message(b"Z", b"I"), size)
    assert not seen
    append = message(b"B", b"\0s1\0") + message(b"E") + message(b"S")
    in_pieces(watch.up, append, size)
    in_pieces(watch.down, message(b"2") + message(b"E", b"no\0") + message(b"Z", b"I"), size)
    assert not seen
    in_pieces(watch.up, append, size)
    in_pieces(watch.down, message(b"2") + message(b"C", b"x\0"), size)
    assert not seen
    in_pieces(watch.down, message(b"Z", b"I"), size)
    assert seen == [1]


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


def in_pieces(look: Callable[[bytes], bytes], data: bytes, size: int) -> bytes:
    return b"".join(look(data[at : at + size]) for at in range(0, len(data), size))


class _Nothing:
    def get_extra_info(self, name: str) -> None:
        return None


def a_link() -> Link:
    nothing: Any = _Nothing()
    return Link(nothing, nothing, nothing)


@asynccontextmanager
async def echo() -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def echoing(
    chance: random.Random,
) -> AsyncIterator[tuple[Proxy, asyncio.StreamReader, asyncio.StreamWriter]]:
    async with echo() as port, Proxy(lambda: [("127.0.0.1", port)], chance).listening() as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        try:
            yield proxy, reader, writer
        finally:
            writer.close()
