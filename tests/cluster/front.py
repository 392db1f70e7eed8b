"""A small front proxy: each connection goes to the next process that says it is ready."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

LOOK_EVERY = 0.25
ANSWER_WITHIN = 1.0
NOBODY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)


class Front:
    """Round robin over `ports` of this machine. One that is not ready gets nobody, while another is.

    It copies bytes and reads none: sockets, cookies and hosts pass as they are.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self._ready = set(ports)
        self._next = 0
        self._open: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self, hosts: Sequence[str], port: int) -> AsyncIterator[None]:
        """Serves while the context lasts."""
        looking = [asyncio.create_task(self._look(one)) for one in self._ports]
        server = await asyncio.start_server(self._accepted, list(hosts), port)
        try:
            yield
        finally:
            server.close()
            for task in (*looking, *self._open):
                task.cancel()
            await asyncio.gather(*looking, *self._open, return_exceptions=True)

    # Who is ready

    async def _look(self, port: int) -> None:
        while True:
            if await _says_ready(port):
                self._ready.add(port)
            else:
                self._ready.discard(port)
            await asyncio.sleep(LOOK_EVERY)

    def _in_turn(self) -> list[int]:
        """The ready ones, beginning with the next; then the others, who may know better by now."""
        self._next += 1
        start = self._next % len(self._ports)
        turn = [*islice(self._ports, start, None), *islice(self._ports, start)]
        return sorted(turn, key=lambda port: port not in self._ready)

    # Connections

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._pass_on(reader, writer)
        except asyncio.CancelledError:
            pass  # Python 3.11 complains of a handler that ends as cancelled.
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind = await self._dial()
        if behind is None:
            writer.write(NOBODY)
            with contextlib.suppress(OSError):
                await writer.drain()
            return
        try:
            await _either(_copy(reader, behind[1]), _copy(behind[0], writer))
        finally:
            behind[1].transport.abort()

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """The first that takes the connection: one that has just died is passed over."""
        for port in self._in_turn():
            with contextlib.suppress(OSError):
                async with asyncio.timeout(ANSWER_WITHIN):
                    return await asyncio.open_connection("127.0.0.1", port)
        return None


async def _says_ready(port: int) -> bool:
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: front\r\nConnection: close\r\n\r\n")
                return b" 200 " in await reader.readline()
            finally:
                writer.transport.abort()
    except OSError:
        return False


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side has no more to say; then what was said is still delivered."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def _either(*both: object) -> None:
    """Both directions; where one has ended, the other has a moment to follow."""
    tasks = [asyncio.ensure_future(one) for one in both]  # type: ignore[call-overload]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(tasks, timeout=5.0)
    finally:
        for task in tasks:
            task.cancel()
