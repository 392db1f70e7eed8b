"""The load: members that only count, as cheap as a socket of an event loop can be."""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

LINE = b'"type":"said"'
ANSWER = re.compile(
    rb'"type":"receipt","id":"([0-9a-f]{32})","stream":"room","number":([0-9]+)\}'
    rb'|"type":"retry","id":"([0-9a-f]{32})"'
    rb'|"type":"refusal","id":"([0-9a-f]{32})","code":"([a-z_]+)"[^}]*"facts":\{[^}]*\}'
    rb'|"type":"refusal","id":"([0-9a-f]{32})","code":"(?!rate_limited")([a-z_]+)"'
)
RETRY_MS = re.compile(rb'"retry_ms":([0-9]+)')
PING = b"\x89\x04"
"""uvicorn's begin so, and nothing else does here: the words are ASCII."""
LONGEST = 600
"""Bytes that an answer, or the part of it that is looked for, has at most."""
RETRY_AFTER = 0.25
"""Seconds."""
HEAD_ENDS = b"\r\n\r\n"
SWITCHED = b"HTTP/1.1 101"
END = ord("}")
AT_ONCE = 64
"""Handshakes under way at a time."""
ALL_THERE_WITHIN = 60.0
ADDRESSES = tuple(f"127.0.0.{number}" for number in range(2, 252))
"""Where members come from in turn: no address has more of them than a household."""
IP_BIND_ADDRESS_NO_PORT = 24
"""Linux's; Python 3.11 has no name for it."""

_addresses = itertools.cycle(ADDRESSES)


class Count:
    """How often a mark is in a stream of bytes, wherever it was cut. No mark has the end of a frame in it."""

    def __init__(self, mark: bytes) -> None:
        assert END not in mark
        self._mark = mark
        self._tail = b""

    def feed(self, data: bytes) -> int:
        """How many are complete with these bytes."""
        if self._tail:
            data = self._tail + data
        # Whole frames, as nearly always, leave nothing to be put before the next ones.
        self._tail = b"" if data[-1] == END else data[-len(self._mark) + 1 :]
        return data.count(self._mark)


class Answer(NamedTuple):
    """A receipt; or without a number, when to send the same again. `limited`: it was over a budget."""

    id: str
    number: int | None
    after: float = 0.0
    limited: bool = False


class Answers:
    """The receipts in a stream of bytes, wherever it was cut; and what is none."""

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> list[Answer]:
        """Each that is complete with these bytes."""
        data = self._tail + data
        found: list[Answer] = []
        end = 0
        for answer in ANSWER.finditer(data):
            end = answer.end()
            received, number, retried, limited, code, refused, _ = answer.groups()
            assert not refused, answer[0]
            assert code in (None, b"rate_limited"), answer[0]
            if received:
                found.append(Answer(received.decode(), int(number)))
            elif retried:
                found.append(Answer(retried.decode(), None, RETRY_AFTER))
            else:
                wait = RETRY_MS.search(answer[0])
                assert wait, "a limit says when to go on"
                found.append(Answer(limited.decode(), None, int(wait[1]) / 1000, limited=True))
        self._tail = data[max(end, len(data) - LONGEST) :]
        return found


class Way(NamedTuple):
    """Where a member goes, and what it says to be let in."""

    port: int
    head: bytes = b""
    hello: bytes = b""
    welcome: bytes = b""
    """What tells that it is in; empty: nothing will."""
    between: tuple[tuple[bytes, bytes], ...] = ()
    """For those who ask in steps: what comes behind the hello, and what is said to it."""


class Audience:
    """All members of one room: how many lines they have received together, each known by its mark."""

    def __init__(self, mark: bytes = LINE) -> None:
        self.mark = mark
        self.members: list[Member] = []
        self.lines = 0
        self._wanted = 0
        self._reached = asyncio.Event()

    @property
    def bytes(self) -> int:
        """All that was sent to those who are in."""
        return sum(member.bytes for member in self.members)

    def add(self, member: Member, lines: int) -> None:
        """A member has received so many more."""
        self.lines += lines
        if self.lines >= self._wanted:
            self._reached.set()

    def answered(self, member: Member, answer: Answer) -> None:
        """A member who writes has a receipt, or is to send it again."""

    async def wait_for(self, lines: int) -> None:
        self._wanted = lines
        if self.lines < lines:
            self._reached.clear()
            try:
                async with asyncio.timeout(ALL_THERE_WITHIN):
                    await self._reached.wait()
            except TimeoutError:
                lost = sum(member.lost for member in self.members)
                raise TimeoutError(
                    f"{lines - self.lines} deliveries missing, {lost} members lost"
                ) from None

    def assert_whole(self) -> None:
        """A figure of members who have not all received the same is void."""
        received = {member.lines for member in self.members}
        assert len(received) == 1, f"from {min(received)} to {max(received)} lines"
        assert not [member for member in self.members if member.lost], "all are still here"

    async def open(
        self,
        ways: Iterable[Way],
        *,
        writers: int = 0,
        gate: asyncio.Semaphore | None = None,
        within: float = ALL_THERE_WITHIN,
    ) -> None:
        """Connects a member by each way, and returns when all are in. `writers` of them read answers."""
        gate = gate or asyncio.Semaphore(AT_ONCE)

        async def one(index: int, way: Way) -> None:
            async with gate:
                member = Member(way, self, Answers() if index < writers else None)
                self.members.append(member)
                async with asyncio.timeout(within):
                    await member.connect()
                    await member.welcomed.wait()
                assert not member.denied, member.denied

        await asyncio.gather(*(one(index, way) for index, way in enumerate(ways)))

    async def whole(self, quiet: float = 1.0) -> int:
        """Who was cut off while they came in comes again, as a page does; returns how many had to.

        They are all in, and have been for so many seconds.
        """
        times = 0
        while True:
            await asyncio.sleep(quiet)
            lost = [number for number, one in enumerate(self.members) if one.lost and not one.left]
            if not lost:
                return times
            times += len(lost)
            gate = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(self._again(number, gate) for number in lost))

    async def _again(self, number: int, gate: asyncio.Semaphore) -> None:
        before = self.members[number]
        async with gate, asyncio.timeout(ALL_THERE_WITHIN):
            member = before.anew()
            self.members[number] = member
            await member.connect()
            await member.welcomed.wait()

    def close(self) -> None:
        for member in self.members:
            member.leave()


class Member(asyncio.Protocol):
    """A socket that counts lines, and reads the answers if it writes."""

    transport: asyncio.Transport | None = None

    def __init__(self, way: Way, audience: Audience, answers: Answers | None = None) -> None:
        self.way = way
        self._audience = audience
        self._answers = answers
        self._count = Count(audience.mark)
        self._waiting: tuple[tuple[bytes, bytes], ...] = ()
        if way.head:
            self._waiting = ((HEAD_ENDS, way.hello), *way.between, (way.welcome, b""))
        self._before = b""
        self.lines = 0
        self.bytes = 0
        self.lost = False
        self.left = False
        self.denied = ""
        """The first line of an answer that is no 101."""
        self.welcomed = asyncio.Event()

    async def connect(self) -> None:
        """Comes from the next of the addresses."""
        loop = asyncio.get_running_loop()
        own = socket.socket()
        own.setblocking(False)
        # Ports are taken by the pair of addresses, and none of them from who wants to listen there.
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        own.bind((next(_addresses), 0))
        try:
            await loop.sock_connect(own, ("127.0.0.1", self.way.port))
            await loop.create_connection(lambda: self, sock=own)
        except BaseException:
            own.close()
            raise

    def leave(self) -> None:
        """At once, and without a word."""
        self.lost = self.left = True
        if self.transport is not None:
            self.transport.abort()

    def anew(self) -> Member:
        """The same one, as if nothing had been."""
        return Member(self.way, self._audience, Answers() if self._answers is not None else None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass.
        self.transport.write(self.way.head)
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        if self._waiting:
            self._go_on(data)
        ping = data.find(PING)
        if ping >= 0:
            self.write(b"\x8a\x84" + bytes(4) + data[ping + 2 : ping + 6])
        lines = self._count.feed(data)
        if lines:
            self._audience.add(self, lines)
            self.lines += lines
        if self._answers is not None:
            for answer in self._answers.feed(data):
                self._audience.answered(self, answer)

    def write(self, frame: bytes) -> None:
        if self.transport is not None:
            self.transport.write(frame)

    def _go_on(self, data: bytes = b"") -> None:
        self._before += data
        while self._waiting and self._waiting[0][0] in self._before:
            (mark, answer), *rest = self._waiting
            before, _, self._before = self._before.partition(mark) if mark else (b"", b"", b"")
            if mark == HEAD_ENDS and not before.startswith(SWITCHED):
                self.denied = before.split(b"\r\n")[0].decode()
                self.welcomed.set()
                return self.leave()
            self._waiting = tuple(rest)
            if answer:
                self.write(answer)
        if not self._waiting:
            self._before = b""
            self.welcomed.set()
        return None


async def settled(audience: Audience, quiet: float = 0.5) -> None:
    """Returns when nobody has received anything for so many seconds."""
    before = -1
    while (now := audience.bytes) != before:
        before = now
        await asyncio.sleep(quiet)
