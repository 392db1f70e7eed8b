"""A journal on a real file, with a seam to break it at, a clock to hold in the hand, and what came out of it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chatroom.journal import Answer, Book, Journal, Record
from chatroom.settings import Settings
from chatroom.store import database
from chatroom.store.database import PRAGMAS
from chatroom.store.logs_sqlite import SqliteLogs
from moderation.meeting.commands import Convene, Mute, Open, RaiseHand, Role, Say, TakeSeat
from moderation.meeting.format import Phase
from tests.cast import NAMES, SESSIONS, ada, ben, chidi
from tests.ground import NOON, dice, settings_in

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


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        # In a thread: a test's own loop is running here.
        with closing(asyncio.new_event_loop()) as loop:
            _run_apart(lambda: loop.run_until_complete(database.migrate(settings)))
        return (Path(folder) / "test.db").read_bytes()


def _run_apart(work: Callable[[], None]) -> None:
    from threading import Thread

    thread = Thread(target=work)
    thread.start()
    thread.join()


def migrated(folder: Path) -> Path:
    """A database file with its tables; made once, then copied."""
    path = folder / "test.db"
    path.write_bytes(_migrated())
    return path


def add_log(path: Path, log: int, kind: str = "meeting", keep: float = 3600.0) -> None:
    with closing(database.connect(path)) as connection:
        connection.execute(
            "INSERT INTO log (id, kind, position, keep) VALUES (?, ?, 0, ?)", (log, kind, keep)
        )


def asked(path: Path, query: str, *values: object) -> list[Any]:
    """What the file itself says."""
    with closing(database.connect(path)) as connection:
        return connection.execute(query, values).fetchall()


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = NOON) -> None:
        self.at = now

    def now(self) -> float:
        return self.at


class Seam:
    """Between the journal and SQLite: what happens around each statement, and to the rows of an insert."""

    def __init__(self) -> None:
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None
        self.rows: Callable[[str, list[Any]], list[Any]] = lambda _, rows: rows

    def open(self, settings: Settings) -> SqliteLogs:
        """What chatroom.app opens, with this seam in it."""
        assert settings.database_path is not None
        return SqliteLogs(settings.database_path, self.connect)

    def connect(self, path: Path) -> sqlite3.Connection:
        seam = self

        class Seamed(sqlite3.Connection):
            def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
                seam.before(sql)
                cursor = super().execute(sql, values)
                seam.after(sql)
                return cursor

            def executemany(self, sql: str, rows: Iterable[Any], /) -> sqlite3.Cursor:
                seam.before(sql)
                return super().executemany(sql, seam.rows(sql, list(rows)))

        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, factory=Seamed
        )
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection


class Office:
    """A journal at work, and everything that it published and announced."""

    def __init__(self, path: Path, seam: Seam, clock: Hands, seed: str) -> None:
        self.path = path
        self.seam = seam
        self.clock = clock
        self.logs = SqliteLogs(path, seam.connect)
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
        )

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
            log, seat, Say(text, OPEN_EPOCH), id=id, payload=f"say {text}".encode(errors="replace")
        )

    def raise_hand(
        self, seat: int, *, log: int = EVENING, id: bytes | None = None
    ) -> "asyncio.Future[Answer]":
        return self.journal.submit(log, seat, RaiseHand(), id=id, payload=b"hand")

    def mute(self, seat: int, *, log: int = EVENING) -> "asyncio.Future[Answer]":
        return self.journal.submit(log, ada, Mute(seat, 10))

    async def furnish(self, log: int = EVENING, *, keep: float = 3600.0) -> None:
        """A meeting that Ada has opened; Ben and Chidi are in it, in the seats they always have."""
        add_log(self.path, log, keep=keep)
        await self.journal.submit(log, 0, Convene("small", PHASES))
        for seat in (ada, ben, chidi):
            role: Role = "facilitator" if seat == ada else "member"
            await self.journal.submit(log, 0, TakeSeat(SESSIONS[seat], role, NAMES[seat]))
        await self.journal.submit(log, ada, Open())

    def lines(self, log: int = EVENING) -> list[tuple[int, str | None]]:
        """Who said what, as the file has it."""
        rows = asked(
            self.path,
            "SELECT e.seat, b.words FROM entry e LEFT JOIN body b USING (log, position)"
            " WHERE e.log = ? AND e.type = 'said' ORDER BY e.position",
            log,
        )
        return [(seat, words.decode() if words is not None else None) for seat, words in rows]

    def numbers(self, log: int = EVENING, audience: int = 0) -> list[int]:
        query = "SELECT number FROM entry WHERE log = ? AND audience = ? ORDER BY position"
        return [row[0] for row in asked(self.path, query, log, audience)]

    def position(self, log: int = EVENING) -> int:
        position: int = asked(self.path, "SELECT position FROM log WHERE id = ?", log)[0][0]
        return position


@asynccontextmanager
async def at_work(
    path: Path, *, seam: Seam | None = None, clock: Hands | None = None, seed: str = "office"
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


async def until(condition: Callable[[], object], within: float = 5.0) -> None:
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - it looks from outside
            await asyncio.sleep(0.002)
