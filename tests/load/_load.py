"""What the benchmarks share: seats made in bulk, the frames of a client, and figures."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import statistics
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from sqlalchemy import insert

from chatroom.live import wire
from chatroom.live.book import Book
from chatroom.live.journal import Journal
from chatroom.live.timekeeper import Clock
from chatroom.people.accounts import SESSION_LIFE, Accounts, hashed, stranger
from chatroom.people.secret import secret_key
from chatroom.settings import Settings, load
from chatroom.store import database, rooms, tables
from chatroom.store.open import open_logs
from moderation.meeting import commands as ask
from moderation.meeting.format import Phase
from tests.load._machine import CORES, on
from tests.load._members import Way
from tests.processes import ServerProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence

WORDS = "It was a long week and I am glad to be here with all of you tonight, thank you. " * 2
WELCOME = b'"type":"fresh"'
SYLLABLES = ("ba", "de", "fo", "gu", "la", "me", "no", "ru", "sa", "te")
"""For digits: a number in each line would look like somebody's telephone number, in parts."""
UNLIMITED = {"LIMITS": "1000000"}
"""Settings under which budgets are counted, and nobody meets one: few write here what many write elsewhere."""
PHASES = (Phase("a", "A", 240, "open"),)

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
    digests = [accounts.digest(log, stranger(token)) for token in place.tokens]
    await journal.submit(log, 0, ask.Convene("small-discussion", PHASES))
    await journal.submit(log, 0, ask.TakeSeat(digests[0], "facilitator", "Ada"))
    seats = [ask.TakeSeat(digest, "member", f"N{n}") for n, digest in enumerate(digests[1:])]
    await asyncio.gather(*(journal.submit(log, 0, seat) for seat in seats))
    await journal.submit(log, 1, ask.Open())
    for n in range(lines):
        await journal.submit(log, 2, ask.Say(f"{spelt(n)} {WORDS}", 1))


def settings_in(folder: Path) -> Settings:
    return load({"DATABASE_URL": f"sqlite:///{folder}/chatroom.db"})


@asynccontextmanager
async def serving(
    sizes: Sequence[int], **environ: str
) -> AsyncIterator[tuple[ServerProcess, list[Place]]]:
    """The real server on SQLite, on its core, with a meeting of each of these sizes; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder), **environ)
        await server.migrate()
        places = await furnished(settings_in(Path(folder)), sizes)
        await started(server)
        try:
            yield server, places
        finally:
            await server.stop()


async def started(server: ServerProcess) -> None:
    """It is ready, on its core, and all that it starts itself stays there."""
    with on(CORES.server):
        await server.start()


# Frames.


def masked(payload: bytes) -> bytes:
    """A client's text frame, under a mask of zeros."""
    size = len(payload)
    assert size < 65536
    if size < 126:
        return bytes((0x81, 0x80 | size)) + bytes(4) + payload
    return b"\x81\xfe" + size.to_bytes(2, "big") + bytes(4) + payload


def upgrade(port: int, path: str, more: str = "") -> bytes:
    """The request; `more` are further lines of its head."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Version: 13\r\n{more}\r\n"
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


def way(port: int, place: Place, token: str) -> Way:
    hello = masked(msgspec.json.encode(wire.Hello(bearer=token)))
    return Way(port, upgrade(port, f"/rooms/{place.slug}/socket"), hello, WELCOME)


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


def told(benchmark: str, **figures: object) -> None:
    """One JSON object on a line."""
    print(json.dumps({"benchmark": benchmark, **figures}), flush=True)


async def or_void(benchmark: str, measuring: Awaitable[None], **which: object) -> None:
    """Where a measurement does not come to its end, a line says why, and the next one goes on."""
    try:
        await measuring
    except (AssertionError, TimeoutError, OSError) as no:
        told(benchmark, **which, void=str(no) or "not at its end in time")
