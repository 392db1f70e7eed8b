"""Bare sockets for those who mean harm: requests and frames byte by byte."""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

PONG = b"\x8a\x80" + bytes(4)
"""The smallest frame that there is, masked."""
PING = b"\x89\xfd" + bytes(4) + b"p" * 125


def upgrade(path: str, host: str, **instead: str | None) -> bytes:
    """The head of an upgrade; a name in `instead` (with _ for -) has another value, or with None is missing."""
    headers = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
        **{name.replace("_", "-"): value for name, value in instead.items()},
    }
    lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value is not None]
    return f"GET {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode()


class Raw(asyncio.Protocol):
    """One connection, and all that came by it."""

    def __init__(self) -> None:
        self.got = b""
        self.ended = False
        self.lost = False
        self._news = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.got += data
        self._news.set()

    def eof_received(self) -> bool:
        self.ended = True
        self._news.set()
        self._writable.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self.eof_received()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def send(self, data: bytes) -> None:
        if not self.ended:
            self.transport.write(data)

    async def flood(self, some: bytes, *, at_most: int, seconds: float = 20.0) -> int:
        """Sends the same again and again; the bytes that were taken until it was ended, or the time was up."""
        sent = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while sent < at_most and not self.ended:
                    self.transport.write(some)
                    await self._writable.wait()
                    await asyncio.sleep(0)
                    sent += len(some)
        return sent

    async def until(self, is_there: Callable[[], bool], within: float = 10.0) -> None:
        """Returns when it is, or when nothing more will come."""
        async with asyncio.timeout(within):
            while not is_there() and not self.ended:
                self._news.clear()
                await self._news.wait()

    async def head(self, within: float = 10.0) -> bytes:
        """The next answer's; empty where the connection ends without one."""
        await self.until(lambda: b"\r\n\r\n" in self.got, within)
        head, end, rest = self.got.partition(b"\r\n\r\n")
        if not end:
            return b""
        self.got = rest
        return head + end

    async def status(self, within: float = 10.0) -> int:
        """Of the next answer, 0 for none."""
        return int((await self.head(within))[9:12] or b"0")

    async def all(self, within: float = 10.0) -> bytes:
        """Everything until the other side closes."""
        await self.until(lambda: False, within)
        return self.got

    def cut(self) -> None:
        """Gone without a goodbye."""
        if not self.lost:
            raw: socket.socket = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()


@asynccontextmanager
async def raw(port: int) -> AsyncIterator[Raw]:
    loop = asyncio.get_running_loop()
    _, one = await loop.create_connection(Raw, "127.0.0.1", port)
    try:
        yield one
    finally:
        one.cut()


async def asked(port: int, request: bytes, within: float = 10.0) -> int:
    """The status of the answer to these bytes, 0 for none."""
    async with raw(port) as one:
        one.send(request)
        return await one.status(within)


async def get(port: int, path: str, within: float = 10.0) -> int:
    host = f"127.0.0.1:{port}"
    return await asked(
        port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode(), within
    )


async def seconds_for(what: Callable[[], Awaitable[object]]) -> float:
    begin = time.monotonic()
    await what()
    return time.monotonic() - begin


def resident(pid: int) -> int:
    """Bytes of memory that a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096
