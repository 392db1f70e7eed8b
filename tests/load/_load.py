"""What the benchmarks share: seats made in bulk, members that only count, and the kernel's account of CPU."""

from __future__ import annotations

import asyncio
import itertools
import re
import resource
import secrets
import statistics
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import msgspec
from sqlalchemy import insert

from chatroom.live import wire
from chatroom.live.book import Book
from chatroom.live.journal import Journal
from chatroom.live.timekeeper import Clock
from chatroom.people.accounts import SESSION_LIFE, Accounts, Session, hashed
from chatroom.people.secret import secret_key
from chatroom.store import database, rooms, tables
from chatroom.store.open import open_logs
from moderation.meeting import commands as ask
from moderation.meeting.format import Phase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from chatroom.settings import Settings

WORDS = "It was a long week and I am glad to be here with all of you tonight, thank you. " * 2
LINE = b'"type":"said"'
WELCOME = b'"type":"fresh"'
RECEIPT = re.compile(
    rb'"type":"receipt","id":"([0-9a-f]{32})","stream":"room","number":([0-9]+)\}'
    rb'|"type":"(retry|refusal)","id":"([0-9a-f]{32})"'
)
PING = b"\x89\x04"
"""uvicorn's begin so, and nothing else does here: the words are ASCII."""
LONGEST = 160
"""Bytes that a receipt, or the part of a retry that is looked for, has at most."""
SYLLABLES = ("ba", "de", "fo", "gu", "la", "me", "no", "ru", "sa", "te")
"""For digits: a number in each line would look like somebody's telephone number, in parts."""
PHASES = (Phase("a", "A", 240, "open"),)
AT_ONCE = 64
"""Handshakes under way at a time."""
ALL_THERE_WITHIN = 60.0

_ids = itertools.count()


# Meetings, in bulk.


class Place(NamedTuple):
    """A meeting that is on; a session for every seat, the facilitator's first."""

    slug: str
    head: int
    tokens: list[str]
    book: Book


async def furnished(settings: Settings, sizes: Sequence[int], *, lines: int = 0) -> list[Place]:
    """A room for each of `sizes`, with so many seats. No server may be running on SQLite."""
    engine, logs, clock = database.open_engine(settings), open_logs(settings), Clock()
    journal = Journal(
        logs, clock.now, secrets.token_bytes, bytes(32), lambda *_: None, lambda *_: None
    )
    key = secret_key(settings.secret_file, secrets.token_bytes)
    accounts = Accounts(engine, key, secrets.token_bytes)
    working = asyncio.create_task(journal.run())
    try:
        tokens = [[secrets.token_urlsafe(32) for _ in range(size)] for size in sizes]
        now = clock.now()
        rows = [
            {"id": hashed(token), "created_at": now, "expires_at": now + SESSION_LIFE}
            for token in itertools.chain(*tokens)
        ]
        async with database.writing(engine) as connection:
            await connection.execute(insert(tables.session), rows)
        places = []
        for seats in tokens:
            room = await rooms.create_room(engine, "Load", "open", now, secrets.token_bytes)
            log = database.new_id(secrets.token_bytes)
            await rooms.add_meeting(engine, room.id, 1, log, 3600.0)
            book = await journal.book(log)
            assert book is not None
            places.append(Place(room.slug, 0, seats, book))
        await asyncio.gather(*(_held(journal, accounts, place, lines) for place in places))
        return [place._replace(head=place.book.fold.head(0)[0]) for place in places]
    finally:
        working.cancel()
        await logs.close()
        await engine.dispose()


async def _held(journal: Journal, accounts: Accounts, place: Place, lines: int) -> None:
    """The meeting is convened, everybody takes a seat, and it begins."""
    log = place.book.log
    digests = [accounts.digest(log, Session(hashed(token), 0.0)) for token in place.tokens]
    await journal.submit(log, 0, ask.Convene("small-discussion", PHASES))
    await journal.submit(log, 0, ask.TakeSeat(digests[0], "facilitator", "Ada"))
    seats = [ask.TakeSeat(digest, "member", f"N{n}") for n, digest in enumerate(digests[1:])]
    await asyncio.gather(*(journal.submit(log, 0, seat) for seat in seats))
    await journal.submit(log, 1, ask.Open())
    for n in range(lines):
        await journal.submit(log, 2, ask.Say(f"{spelt(n)} {WORDS}", 1))


# Frames.


def masked(payload: bytes) -> bytes:
    """A client's text frame, under a mask of zeros."""
    size = len(payload)
    assert size < 65536
    if size < 126:
        return bytes((0x81, 0x80 | size)) + bytes(4) + payload
    return b"\x81\xfe" + size.to_bytes(2, "big") + bytes(4) + payload


def upgrade(port: int, path: str) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def a_line(epoch: int = 1) -> tuple[str, bytes]:
    """The id of a new line, and the frame that sends it. No two have the same words."""
    number = next(_ids)
    id = f"{number:032x}"
    text = f"{spelt(number)} {WORDS}"
    command = msgspec.Raw(msgspec.json.encode(ask.Say(text, epoch)))
    return id, masked(msgspec.json.encode(wire.Command(id, command)))


def spelt(number: int) -> str:
    """Another word for every number."""
    return "".join(SYLLABLES[int(digit)] for digit in str(number))


class Count:
    """How often a mark is in a stream of bytes, wherever it was cut."""

    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self._tail = b""

    def feed(self, data: bytes) -> int:
        """How many are complete with these bytes."""
        data = self._tail + data
        self._tail = data[-len(self._mark) + 1 :]
        return data.count(self._mark)


class Answers:
    """The receipts in a stream of bytes, wherever it was cut; and what is none."""

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> list[tuple[str, int | None]]:
        """Id and number of each that is complete with these bytes; no number where it was a retry."""
        data = self._tail + data
        found: list[tuple[str, int | None]] = []
        end = 0
        for answer in RECEIPT.finditer(data):
            assert answer[3] != b"refusal", data[answer.start() : answer.start() + 300]
            end = answer.end()
            if answer[3]:
                found.append((answer[4].decode(), None))
            else:
                found.append((answer[1].decode(), int(answer[2])))
        self._tail = data[max(end, len(data) - LONGEST) :]
        return found


# Members.


class Way(NamedTuple):
    """Where a member goes, and what it says to be let in."""

    port: int
    head: bytes = b""
    hello: bytes = b""
    welcome: bytes = b""
    """What tells that it is in; empty: nothing will."""


def way(port: int, place: Place, token: str) -> Way:
    hello = masked(msgspec.json.encode(wire.Hello(bearer=token)))
    return Way(port, upgrade(port, f"/rooms/{place.slug}/socket"), hello, WELCOME)


class Audience:
    """All members of one room: how many lines they have received together."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.lines = 0
        self._wanted = 0
        self._reached = asyncio.Event()

    def add(self, member: Member, lines: int) -> None:
        """A member has received so many more."""
        self.lines += lines
        if self.lines >= self._wanted:
            self._reached.set()

    def answered(self, member: Member, id: str, number: int | None) -> None:
        """A member who writes has a receipt, or without a number a retry."""

    async def wait_for(self, lines: int) -> None:
        self._wanted = lines
        if self.lines < lines:
            self._reached.clear()
            async with asyncio.timeout(30):
                await self._reached.wait()

    def assert_whole(self) -> None:
        """A figure of members who have not all received the same is void."""
        received = {member.lines for member in self.members}
        assert len(received) == 1, f"from {min(received)} to {max(received)} lines"
        assert not [member for member in self.members if member.lost], "all are still here"

    async def open(
        self, ways: Iterable[Way], *, writers: int = 0, gate: asyncio.Semaphore | None = None
    ) -> None:
        """Connects a member by each way, and returns when all are in. `writers` of them read answers."""
        gate = gate or asyncio.Semaphore(AT_ONCE)

        async def one(index: int, way: Way) -> None:
            member = Member(way, self, Answers() if index < writers else None)
            self.members.append(member)
            async with gate, asyncio.timeout(ALL_THERE_WITHIN):
                loop = asyncio.get_running_loop()
                await loop.create_connection(lambda: member, "127.0.0.1", way.port)
                await member.welcomed.wait()

        await asyncio.gather(*(one(index, way) for index, way in enumerate(ways)))

    def close(self) -> None:
        for member in self.members:
            member.lost = True
            member.transport.abort()


class Member(asyncio.Protocol):
    """A socket that counts lines, and reads the answers if it writes."""

    transport: asyncio.Transport

    def __init__(self, way: Way, audience: Audience, answers: Answers | None) -> None:
        self._way = way
        self._audience = audience
        self._answers = answers
        self._count = Count(LINE)
        self._waiting: tuple[bytes, ...] = (b"\r\n\r\n", way.welcome) if way.head else ()
        self._before = b""
        self.lines = 0
        self.lost = False
        self.welcomed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass.
        self.transport.write(self._way.head)
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True

    def data_received(self, data: bytes) -> None:
        if not self.welcomed.is_set():
            self._go_on(data)
        ping = data.find(PING)
        if ping >= 0:
            self.transport.write(b"\x8a\x84" + bytes(4) + data[ping + 2 : ping + 6])
        lines = self._count.feed(data)
        if lines:
            self._audience.add(self, lines)
            self.lines += lines
        if self._answers is not None:
            for id, number in self._answers.feed(data):
                self._audience.answered(self, id, number)

    def write(self, frame: bytes) -> None:
        self.transport.write(frame)

    def _go_on(self, data: bytes = b"") -> None:
        self._before += data
        while self._waiting and self._waiting[0] in self._before:
            if len(self._waiting) == 2:
                self.transport.write(self._way.hello)
            self._waiting = self._waiting[1:]
        if not self._waiting:
            self._before = b""
            self.welcomed.set()


# CPU.


def cpu_seconds(*pids: int) -> float:
    """User and system time of all threads of these processes, from the kernel's accounting."""
    threads = (thread for pid in pids for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return sum(_run_time(thread) for thread in threads) / 1e9


def _run_time(schedstat: Path) -> int:
    try:
        return int(schedstat.read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return 0  # It has just ended.


# Figures.


def median(figures: Iterable[float], digits: int = 1) -> float:
    return round(statistics.median(figures), digits)


def spread(figures: Sequence[float]) -> list[float]:
    """Median, least and most of the rounds."""
    return [round(one, 2) for one in (statistics.median(figures), min(figures), max(figures))]


def percentile(sorted_figures: Sequence[float], share: float) -> float:
    return sorted_figures[min(int(len(sorted_figures) * share), len(sorted_figures) - 1)]


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def raise_file_limit() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@asynccontextmanager
async def program(*words: str) -> AsyncIterator[tuple[int, int]]:
    """A child process that prints the port it listens on; pid and port. It is gone afterwards."""
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield process.pid, int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()
