"""Who asks and does not read the answer is cut, whatever is buffered (W13)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.gate.wire import raw
from tests.journal.served import Thread
from tests.journal.stage import until

BIG = b"x" * (16 * 2**20)


async def big(request: Request) -> Response:
    return Response(BIG)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Thread]:
    monkeypatch.setattr("chatroom.live.http.TAKEN_WITHIN", 1.0)
    thread = Thread(lambda _: Starlette(routes=[Route("/", big)]))
    with thread.running():
        yield thread


@pytest.mark.parametrize("connection", ["close", "keep-alive"])
async def test_w13_an_answer_that_nobody_reads_is_not_kept_for_ever(
    server: Thread, connection: str
):
    async with raw(server.port) as stranger:
        stranger.transport.pause_reading()
        stranger.send(f"GET / HTTP/1.1\r\nHost: h\r\nConnection: {connection}\r\n\r\n".encode())
        await until(lambda: server.connections, 5.0)
        await until(lambda: not server.connections, 10.0)


async def test_who_reads_slowly_has_all_of_it(server: Thread):
    """For longer than somebody may read nothing."""
    loop = asyncio.get_running_loop()
    _, one = await loop.create_connection(Counting, "127.0.0.1", server.port)
    one.transport.write(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    begin = loop.time()
    await asyncio.wait_for(one.ended.wait(), 60.0)
    assert one.got >= len(BIG)
    assert loop.time() - begin > 2.0, "need somebody slow"


class Counting(asyncio.Protocol):
    """Reads, and rests a while, and reads on."""

    def __init__(self) -> None:
        self.got = 0
        self.ended = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.got += len(data)
        self.transport.pause_reading()
        asyncio.get_running_loop().call_later(0.05, self.transport.resume_reading)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()
