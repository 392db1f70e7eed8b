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


class Raw:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        with suppress(ConnectionError):
            await self.writer.drain()

    async def flood(self, some: bytes, *, at_most: int, seconds: float = 20.0) -> int:
        """Sends the same again and again; the bytes that were taken until it was cut, or the time was up."""
        sent, end = 0, time.monotonic() + seconds
        with suppress(ConnectionError, TimeoutError):
            while sent < at_most and time.monotonic() < end and not self.reader.at_eof():
                self.writer.write(some)
                await asyncio.wait_for(self.writer.drain(), max(0.01, end - time.monotonic()))
                sent += len(some)
        return sent

    async def status(self, within: float = 10.0) -> int:
        """Of the next answer; 0 where the connection ends without one."""
        return int((await self.head(within)).partition(b" ")[2][:3] or b"0")

    async def head(self, within: float = 10.0) -> bytes:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            return await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), within)
        return b""

    async def all(self, within: float = 10.0) -> bytes:
        """Everything until the other side closes."""
        got = b""
        with suppress(ConnectionError):
            async with asyncio.timeout(within):
                while some := await self.reader.read(65536):
                    got += some
        return got

    def cut(self) -> None:
        """Gone without a goodbye."""
        raw: socket.socket | None = self.writer.get_extra_info("socket")
        if raw is not None and raw.fileno() >= 0:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def raw(port: int) -> AsyncIterator[Raw]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    one = Raw(reader, writer)
    try:
        yield one
    finally:
        one.cut()


async def asked(port: int, request: bytes, within: float = 10.0) -> int:
    """The status of the answer to these bytes, 0 for none."""
    async with raw(port) as one:
        await one.send(request)
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
