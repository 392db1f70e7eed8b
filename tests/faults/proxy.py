"""A TCP proxy that misbehaves on purpose: it delays, cuts, swallows, and looks into what passes.

It stands before the server (and spreads new connections over the processes), or between the server
and its database or bus.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Sequence

    Look = Callable[[bytes], bytes]
    """Sees what passes in one direction, and says what goes on."""

Address = tuple[str, int] | str
"""Host and port, or the path of a unix socket."""


class Proxy:
    """Listens on a free port of 127.0.0.1; each new connection goes to one of `targets`, by chance."""

    def __init__(
        self,
        targets: Callable[[], Sequence[Address]],
        chance: random.Random,
        look: Callable[[Link], tuple[Look, Look]] | None = None,
    ) -> None:
        self._targets = targets
        self._chance = chance
        self._look = look
        self.links: list[Link] = []
        self.delay = 0.0
        """Seconds that a chunk waits at most, in either direction."""
        self.port = 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Proxy]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut(1.0)
            await server.wait_closed()

    def cut(self, share: float) -> int:
        """Resets this share of the connections; how many those were."""
        chosen = [link for link in self.links if self._chance.random() < share]
        for link in chosen:
            link.cut()
        return len(chosen)

    def swallow(self, share: float) -> list[Link]:
        """From now on nothing comes out of this share of the connections, and nothing says so."""
        chosen = [link for link in self.links if self._chance.random() < share]
        for link in chosen:
            link.swallows = True
        return chosen

    async def pause(self) -> None:
        if self.delay:
            await asyncio.sleep(self._chance.uniform(0.0, self.delay))

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await self._reach()
        if there is None:
            writer.transport.abort()
            return
        link = Link(self, writer, there[1])
        up, down = self._look(link) if self._look else (_as_it_is, _as_it_is)
        self.links.append(link)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(link.pump(reader, there[1], up))
                tasks.create_task(link.pump(there[0], writer, down))
        finally:
            self.links.remove(link)
            link.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        targets = list(self._targets())
        self._chance.shuffle(targets)
        for target in targets:
            with contextlib.suppress(OSError):
                if isinstance(target, str):
                    return await asyncio.open_unix_connection(target)
                return await asyncio.open_connection(*target)
        return None


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._near = near
        self._far = far
        self.target = far.get_extra_info("peername")
        self.swallows = False
        self.held: asyncio.Event | None = None
        """What has come waits for this, in either direction, before it goes on."""
        self.ended = asyncio.Event()

    async def pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        look: Look,
    ) -> None:
        """Passes on what comes until one side is gone; then the other is told."""
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._proxy.pause()
                passed = b"" if self.swallows else look(data)
                if self.held is not None:
                    await self.held.wait()
                if passed and not self.swallows:
                    writer.write(passed)
                    await writer.drain()
        if not self.swallows:
            writer.close()

    def cut(self) -> None:
        """Resets both sides, as a network does that lost its mind."""
        for writer in (self._near, self._far):
            connected = writer.get_extra_info("socket")
            if connected is not None and connected.fileno() >= 0:
                with contextlib.suppress(OSError):
                    connected.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
            writer.transport.abort()

    def close(self) -> None:
        self.ended.set()
        self._near.close()
        self._far.close()


def _as_it_is(data: bytes) -> bytes:
    return data


class Frames:
    """The WebSocket frames of one link from server to client; `tamper` says what becomes of each."""

    def __init__(self, tamper: Callable[[bytes], bytes]) -> None:
        self._tamper = tamper
        self._buffer = b""
        self._upgraded: bool | None = None

    def __call__(self, data: bytes) -> bytes:
        self._buffer += data
        passed = self._head() if self._upgraded is None else b""
        if self._upgraded:
            while (size := _frame_size(self._buffer)) is not None:
                frame, self._buffer = self._buffer[:size], self._buffer[size:]
                passed += self._tamper(frame)
        elif self._upgraded is False:
            passed, self._buffer = passed + self._buffer, b""
        return passed

    def _head(self) -> bytes:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return b""
        self._upgraded, self._buffer = head.startswith(b"HTTP/1.1 101"), rest
        return head + end


def _frame_size(data: bytes) -> int | None:
    """Of the first frame in `data`, None where it is not all there. A server's frame has no mask."""
    if len(data) < 2:
        return None
    short = data[1] & 0x7F
    head = {126: 4, 127: 10}.get(short, 2)
    if len(data) < head:
        return None
    size = head + (short if head == 2 else int.from_bytes(data[2:head], "big"))
    return size if len(data) >= size else None


class Tamper:
    """Does one wrong thing, once each time: to the entries' frame that comes next after `arm`, on its link."""

    def __init__(self, how: str) -> None:
        assert how in ("drop", "swap", "double")
        self._how = how
        self._chosen: Link | None = None
        self._held = b""
        self.done = True

    def arm(self) -> None:
        """What was begun on a link that has gone meanwhile is given up."""
        self._chosen, self._held, self.done = None, b"", False

    def filters(self, link: Link) -> tuple[Look, Look]:
        """For the `look` of a proxy."""
        return _as_it_is, Frames(lambda frame: self._frame(link, frame))

    def _frame(self, link: Link, frame: bytes) -> bytes:
        entries = b'"type":"entries"' in frame[:40]
        if self.done or not entries or self._chosen not in (None, link):
            return frame
        self._chosen = link
        if self._how == "swap" and not self._held:
            self._held = frame
            return b""
        if self._held and _stream(frame) != _stream(self._held):
            return frame  # Streams have no order among each other.
        self.done = True
        return {"drop": b"", "swap": frame + self._held, "double": frame + frame}[self._how]


class Append:
    """One append that has come whole and not gone on yet."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.number = 0
        """Whose it is."""
        self.answered = asyncio.Event()
        self.said = b""
        """The words with which it ended: SELECT and for how many logs, or an error."""

    def hold(self) -> None:
        """Nothing goes on until `release`."""
        self._link.held = asyncio.Event()

    def release(self) -> None:
        if self._link.held is not None:
            self._link.held.set()


def _stream(frame: bytes) -> bytes:
    return frame.partition(b'"stream":"')[2].partition(b'"')[0]


class Appends:
    """Looks into a connection to PostgreSQL and tells when an append of the journal comes and is committed.

    `committed` is called when the server has said so and nobody else knows it yet. If it answers
    True, the reply is swallowed and the connection reset (W3). `asked` is called before that, when
    the server knows nothing of it yet, and may hold it back.
    """

    def __init__(
        self,
        link: Link,
        committed: Callable[[], bool],
        asked: Callable[[Append], None] = lambda append: None,
    ) -> None:
        self._link = link
        self._committed = committed
        self._on_append = asked
        self._append: Append | None = None
        self._up, self._down = b"", b""
        self._started = False
        self._bare_bytes = 0  # Answers to requests for encryption: one byte, without a head.
        self._appends: set[bytes] = set()
        self._bound = False
        self._waiting: list[bool] = []  # For each answer to come, whether it is an append's.
        self._failed = False

    def filters(self) -> tuple[Look, Look]:
        return self.up, self.down

    def up(self, data: bytes) -> bytes:
        self._up += data
        while True:
            head = 1 if self._started else 0
            if len(self._up) < head + 4:
                return data
            size = head + int.from_bytes(self._up[head : head + 4], "big")
            if len(self._up) < size:
                return data
            message, self._up = self._up[:size], self._up[size:]
            if self._started:
                self._asked(message[:1], message[5:])
            elif message[4:8] in (b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x30"):
                self._bare_bytes += 1
            else:
                self._started = True

    def _asked(self, kind: bytes, body: bytes) -> None:
        name, _, rest = body.partition(b"\0")
        if kind == b"P":
            self._appends.discard(name)
            if b"INSERT INTO entry" in rest:
                self._appends.add(name)
        elif kind == b"B":
            self._bound |= rest.partition(b"\0")[0] in self._appends
        elif kind == b"S":
            self._waiting.append(self._bound)
            if self._bound:
                self._append = Append(self._link)
                self._on_append(self._append)
            self._bound = False
        elif kind == b"Q":
            self._waiting.append(False)

    def down(self, data: bytes) -> bytes:
        self._down += data
        if self._bare_bytes:
            self._down, self._bare_bytes = self._down[self._bare_bytes :], 0
        while len(self._down) >= 5:
            size = 1 + int.from_bytes(self._down[1:5], "big")
            if len(self._down) < size:
                break
            kind, body = self._down[:1], self._down[5:size]
            self._down = self._down[size:]
            if kind in b"CE" and self._append is not None and self._waiting[:1] == [True]:
                self._append.said = body.rstrip(b"\0")
                self._append.answered.set()
                self._append = None
            if self._ready_after_append(kind) and self._committed():
                self._link.cut()
                return b""
        return data

    def _ready_after_append(self, kind: bytes) -> bool:
        """ReadyForQuery is what follows the commit of a statement outside a transaction."""
        if kind == b"E":
            self._failed = True
        if kind != b"Z" or not self._waiting:
            return False
        failed, self._failed = self._failed, False
        return self._waiting.pop(0) and not failed
