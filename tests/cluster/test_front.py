"""The front proxy: in turn, to who is ready, and past who has just died."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.cluster import front
from tests.cluster.front import Front
from tests.faults.recorder import until
from tests.ports import free_port


class Behind:
    """A process that answers every request with its name, and /readyz as it is told."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = free_port()
        self.ready = True
        self.looks = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Behind"]:
        async with await asyncio.start_server(self._answer, "127.0.0.1", self.port):
            yield self

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readline()
        if b"/readyz" in asked:
            self.looks += 1
            writer.write(b"HTTP/1.1 200 OK\r\n" if self.ready else b"HTTP/1.1 503 Away\r\n")
        else:
            writer.write(f"{self.name} {asked.decode()}".encode())
        await writer.drain()
        writer.close()


async def asked(port: int) -> str:
    """Who answers a new connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\n")
    answer = await reader.read()
    writer.close()
    return answer.decode()


@pytest.fixture
async def two() -> AsyncIterator[tuple[list[Behind], int, AsyncExitStack]]:
    ben, chidi = Behind("ben"), Behind("chidi")
    async with AsyncExitStack() as stack, AsyncExitStack() as chidis:
        await stack.enter_async_context(ben.running())
        await chidis.enter_async_context(chidi.running())
        port = free_port()
        proxy = Front([ben.port, chidi.port])
        await stack.enter_async_context(proxy.listening(["127.0.0.1"], port))
        yield [ben, chidi], port, chidis


async def test_connections_are_taken_in_turn(two: tuple[list[Behind], int, AsyncExitStack]):
    _, port, _ = two
    names = [(await asked(port)).split()[0] for _ in range(4)]
    assert sorted(names) == ["ben", "ben", "chidi", "chidi"]
    assert names[0] != names[1]


async def test_one_that_is_not_ready_gets_nobody(two: tuple[list[Behind], int, AsyncExitStack]):
    (ben, chidi), port, _ = two
    chidi.ready, looks = False, chidi.looks
    await until(lambda: chidi.looks > looks + 1, within=5)
    assert {(await asked(port)).split()[0] for _ in range(4)} == {"ben"}
    ben.ready, looks = False, ben.looks  # Now nobody is: they may know better.
    await until(lambda: ben.looks > looks + 1, within=5)
    assert await asked(port)


async def test_one_that_has_just_died_is_passed_over(
    two: tuple[list[Behind], int, AsyncExitStack], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(front, "LOOK_EVERY", 3600.0)
    _, port, chidis = two
    await chidis.aclose()
    assert {(await asked(port)).split()[0] for _ in range(4)} == {"ben"}


async def test_where_nobody_is_it_says_503_with_retry_after():
    port = free_port()
    async with Front([free_port()]).listening(["127.0.0.1"], port):
        answer = await asked(port)
    assert answer.startswith("HTTP/1.1 503 ")
    assert "Retry-After: 1" in answer
