"""A journal on a real database, with a seam to break it at, a clock to hold in the hand, and what came out of it."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from math import inf
from pathlib import Path
from typing import Any

import msgspec

from chatroom.live.book import Book, Record
from chatroom.live.journal import Journal
from chatroom.live.proposals import Answer
from chatroom.live.rules import Entry
from chatroom.settings import Settings
from chatroom.store import logs_postgres, postgres
from chatroom.store.database import PRAGMAS
from chatroom.store.logs import Batch, Logs, Row
from chatroom.store.logs_postgres import PostgresLogs
from chatroom.store.logs_sqlite import SqliteLogs
from chatroom.store.open import open_keys
from chatroom.store.sealed import Sealed
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.format import Flags, Phase
from moderation.refused import Refused
from tests.cast import NAMES, SESSIONS, ada, ben, chidi
from tests.ground import NOON, dice
from tests.store.places import Place, SqlitePlace, migrated_file
from tests.unsealed import Unsealed

KEY = bytes(range(32))
EVENING, MORNING = 7, 8
"""The logs of two meetings."""
PHASES = (
    Phase("gathering", "Gathering", 10, "open"),
    Phase("sharing", "Sharing", 35, "queue"),
    Phase("after", "After the meeting", 15, "open"),
)
OPEN_EPOCH = 1
"""The epoch of the first phase."""

WAYS = Flags()

SOON = 30.0
"""Seconds for what nobody promises: a busy machine takes its time."""

ID, OTHER = b"i" * 16, b"o" * 16
"""Of two commands."""


def migrated(folder: Path) -> Path:
    """A database file with its tables; made once, then copied."""
    path = folder / "test.db"
    path.write_bytes(migrated_file())
    return path


def place_at(where: Path | Place) -> Place:
    """Most tests need no more than a file."""
    return where if isinstance(where, Place) else SqlitePlace(where)


def add_log(where: Path | Place, log: int, kind: str = "meeting", keep: float = 3600.0) -> None:
    place_at(where).tell(
        "INSERT INTO log (id, kind, position, keep) VALUES (?, ?, 0, ?)", log, kind, keep
    )


def asked(where: Path | Place, query: str, *values: object) -> list[Any]:
    """What the database itself says."""
    return place_at(where).ask(query, *values)


def unsealed(where: Path | Place) -> Unsealed:
    """Opens what stands in there."""
    settings = place_at(where).settings
    return Unsealed(settings.key_file, settings.keys)


class Hands:
    """A clock that stands still until it is moved, and lets every decision be good."""

    def __init__(self, now: float = NOON) -> None:
        self.at = now
        self.good_until: Callable[[float | None], float] = lambda due: inf

    def now(self) -> float:
        return self.at


class Seam:
    """Between the journal and the database: what happens around each statement, and to each row.

    The one statement that is an append on PostgreSQL stands for all of those that it is on SQLite.
    """

    def __init__(self, *, sealed: bool = True) -> None:
        self.sealed = sealed
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None
        self.row: Callable[[Row], Row] = lambda row: row

    def open(self, settings: Settings) -> Logs:
        """What chatroom.app opens, with this seam in it."""
        logs: Logs
        if settings.database_path is not None:
            logs = SqliteLogs(settings.database_path, self.connect)
        else:
            logs = PostgresLogs(settings.database_url, self._dialling(settings.database_url))
        if self.sealed:
            logs = Sealed(logs, open_keys(settings), os.urandom)
        append = logs.append

        async def seamed(batches: Sequence[Batch]) -> set[int]:
            rows = [batch._replace(rows=[self.row(row) for row in batch.rows]) for batch in batches]
            return await append(rows)

        logs.append = seamed  # type: ignore[method-assign]
        return logs

    def _dialling(self, url: str) -> Callable[[], Coroutine[Any, Any, Any]]:
        async def dial() -> Any:
            return Seamed(await postgres.connect(url, answer_within=None), self)

        return dial

    def connect(self, path: Path) -> sqlite3.Connection:
        seam = self

        class Seamed(sqlite3.Connection):
            def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
                seam.before(sql)
                cursor = super().execute(sql, values)
                seam.after(sql)
                return cursor

        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, factory=Seamed
        )
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection


PARTS = {
    logs_postgres.APPEND: ("BEGIN IMMEDIATE", "UPDATE log", "COMMIT"),
    logs_postgres.SWEEP: ("BEGIN IMMEDIATE", "UPDATE log SET swept_at", "COMMIT"),
}


class Seamed:
    """A held connection of PostgreSQL. What happens around a statement may wait: it has a thread."""

    def __init__(self, connection: Any, seam: Seam) -> None:
        self._connection = connection
        self._seam = seam
        self.terminate = connection.terminate
        self.close = connection.close

    async def fetch(self, query: str, *values: object) -> Any:
        parts = PARTS.get(query, (query,))
        for part in parts:
            await asyncio.to_thread(self._seam.before, part)
        rows = await self._connection.fetch(query, *values)
        for part in parts:
            await asyncio.to_thread(self._seam.after, part)
        return rows


class Office:
    """A journal at work, and everything that it published and announced."""

    def __init__(self, path: Path | Place, seam: Seam, clock: Hands, seed: str) -> None:
        self.path = path
        self.paused: list[float] = []
        self.pause: Callable[[float], Coroutine[Any, Any, None]] = self._pause
        self.seam = seam
        self.clock = clock
        self.logs = seam.open(place_at(path).settings)
        self.published: list[tuple[int, Record]] = []
        self.announced: list[tuple[int, int]] = []
        self.audience: Callable[[Book, list[Record]], None] = lambda *_: None
        self.journal = Journal(
            self.logs,
            clock.now,
            dice(seed),
            KEY,
            self._publish,
            lambda log, position: self.announced.append((log, position)),
            lambda due: clock.good_until(due),
            lambda seconds: self.pause(seconds),
        )

    async def _pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        await asyncio.sleep(seconds)

    def _publish(self, book: Book, records: list[Record]) -> None:
        self.published.extend((book.log, record) for record in records)
        self.audience(book, records)

    async def book(self, log: int = EVENING) -> Book:
        book = await self.journal.book(log)
        assert book is not None
        return book

    def say(
        self, seat: int, text: str, *, log: int = EVENING, id: bytes | None = None
    ) -> "asyncio.Future[Answer]":
        return self.journal.submit(
            log,
            seat,
            ask.Say(text, OPEN_EPOCH),
            id=id,
            payload=f"say {text}".encode(errors="replace"),
        )

    def raise_hand(
        self, seat: int, *, log: int = EVENING, id: bytes | None = None
    ) -> "asyncio.Future[Answer]":
        return self.journal.submit(log, seat, ask.RaiseHand(), id=id, payload=b"hand")

    def mute(self, seat: int, *, log: int = EVENING) -> "asyncio.Future[Answer]":
        return self.journal.submit(log, ada, ask.Mute(seat, 10))

    async def furnish(
        self, log: int = EVENING, *, keep: float = 3600.0, flags: Flags = WAYS
    ) -> None:
        """A meeting that Ada has opened; Ben and Chidi are in it, in the seats they always have."""
        add_log(self.path, log, keep=keep)
        await self.journal.submit(log, 0, ask.Convene("small", PHASES, flags))
        for seat in (ada, ben, chidi):
            role: ask.Role = "facilitator" if seat == ada else "member"
            await self.journal.submit(log, 0, ask.TakeSeat(SESSIONS[seat], role, NAMES[seat]))
        await self.journal.submit(log, ada, ask.Open())

    def lines(self, log: int = EVENING) -> list[tuple[int, str | None]]:
        """Who said what, as the database has it."""
        rows = asked(
            self.path,
            "SELECT e.seat, e.entry_id, b.words FROM entry e LEFT JOIN body b USING (log, position)"
            " WHERE e.log = ? AND e.type = 'said' ORDER BY e.position",
            log,
        )
        found = [(seat, unsealed(self.path).words(log, id, kept)) for seat, id, kept in rows]
        return [(seat, words.decode() if words is not None else None) for seat, words in found]

    def numbers(self, log: int = EVENING, audience: int = 0) -> list[int]:
        query = "SELECT number FROM entry WHERE log = ? AND audience = ? ORDER BY position"
        return [row[0] for row in asked(self.path, query, log, audience)]

    def position(self, log: int = EVENING) -> int:
        position: int = asked(self.path, "SELECT position FROM log WHERE id = ?", log)[0][0]
        return position


@asynccontextmanager
async def at_work(
    path: Path | Place,
    *,
    seam: Seam | None = None,
    clock: Hands | None = None,
    seed: str = "office",
) -> AsyncIterator[Office]:
    """A journal that runs, and is gone at the end; it is a crash for whatever still waits."""
    office = Office(path, seam or Seam(), clock or Hands(), seed)
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(office.journal.run()),
            tasks.create_task(office.journal.follow()),
        ]
        try:
            yield office
        finally:
            for task in running:
                task.cancel()
            await office.logs.close()


async def outcome(answer: "asyncio.Future[Answer]") -> Answer | Exception:
    """The receipt, or the error that stands for a no or a retry."""
    async with asyncio.timeout(10):
        return (await asyncio.gather(answer, return_exceptions=True))[0]  # type: ignore[return-value]


async def outcomes(answers: "Iterable[asyncio.Future[Answer]]") -> list[Answer | Exception]:
    return [await outcome(answer) for answer in answers]


async def until(condition: Callable[[], object], within: float = SOON) -> None:
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - it looks from outside
            await asyncio.sleep(0.002)


def code(outcome: Answer | Exception) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def append_behind_the_back(
    office: Office, mute: int | None = None, command: bytes | None = None
) -> None:
    """Another process appends to the evening's log."""
    entry: Entry = (
        happened.HandLowered(chidi, by="self") if mute is None else happened.Muted(mute, 2e9)
    )
    position, number = office.position() + 1, office.numbers()[-1] + 1
    ground = place_at(office.path)
    ground.tell("UPDATE log SET position = ? WHERE id = ?", position, EVENING)
    ground.tell(
        "INSERT INTO entry (log, position, audience, number, entry_id, type, seat, command_id, at, data)"
        " VALUES (?, ?, 0, ?, ?, 'x', 0, ?, 0, ?)",
        *(EVENING, position, number, f"{position:016x}", command, msgspec.msgpack.encode(entry)),
    )
