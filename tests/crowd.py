"""Thousands who sit in one meeting, and their sockets: as light as a client can be that still counts."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from chatroom.live.journal import Journal
from chatroom.live.timekeeper import Clock
from chatroom.people.accounts import SESSION_LIFE, Accounts, hashed, stranger
from chatroom.people.secret import secret_key
from chatroom.store import accounts as sessions
from chatroom.store import database, rooms
from chatroom.store.open import open_logs
from moderation.meeting import commands as ask
from moderation.meeting.format import Phase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from chatroom.settings import Settings

LINES = 600
"""More than the ring holds."""
MISSED = 50
"""Entries that everybody lacks at the first hello."""


class Guest(NamedTuple):
    """A session with a seat, and what it has read."""

    token: str
    cursor: dict[str, str]


class Crowd(NamedTuple):
    """A meeting that is on, and who sits in it."""

    slug: str
    log: int
    head: int
    guests: list[Guest]


async def crowd(settings: Settings, size: int) -> Crowd:
    """Seats `size` people in a meeting of many lines. No server may be running on SQLite."""
    engine, logs = database.open_engine(settings), open_logs(settings)
    clock = Clock()
    key = secret_key(settings.secret_file, secrets.token_bytes)
    journal = Journal(
        logs, clock.now, secrets.token_bytes, bytes(32), lambda *_: None, lambda *_: None
    )
    accounts = Accounts(engine, key, secrets.token_bytes)
    tokens = [secrets.token_urlsafe(32) for _ in range(size)]
    try:
        async with database.writing(engine) as connection:
            for token in tokens:
                now = clock.now()
                await sessions.add_session(connection, hashed(token), now, now + SESSION_LIFE)
        async with _at_work(journal):
            return await _meeting(engine, journal, accounts, tokens, clock)
    finally:
        await logs.close()
        await engine.dispose()


async def write_elsewhere(settings: Settings, log: int) -> dict[str, str]:
    """A line by Ada at another process, which announces nothing; the cursor of who has read it."""
    logs = open_logs(settings)
    journal = Journal(
        logs, Clock().now, secrets.token_bytes, bytes(32), lambda *_: None, lambda *_: None
    )
    try:
        async with _at_work(journal):
            book = await journal.book(log)
            assert book is not None
            await journal.submit(log, 1, ask.Say("from elsewhere", 1))
            number, id = book.fold.head(0)
            return {"room": f"{number}.{id}"}
    finally:
        await logs.close()


@asynccontextmanager
async def _at_work(journal: Journal) -> AsyncIterator[None]:
    working = asyncio.create_task(journal.run())
    try:
        yield
    finally:
        working.cancel()


async def _meeting(
    engine: Any, journal: Journal, accounts: Accounts, tokens: list[str], clock: Clock
) -> Crowd:
    room = await rooms.create_room(
        engine, "Storm", "small-discussion", clock.now(), secrets.token_bytes
    )
    log = database.new_id(secrets.token_bytes)
    await rooms.add_meeting(engine, room.id, 1, log, 3600.0)
    book = await journal.book(log)
    assert book is not None
    await journal.submit(log, 0, ask.Convene("small-discussion", (Phase("a", "A", 60, "open"),)))
    digests = [_digest(accounts, log, token) for token in tokens]
    for seat in (
        [ask.TakeSeat("ada", "facilitator", "Ada")],
        [ask.TakeSeat(digest, "member", f"N{n}") for n, digest in enumerate(digests)],
    ):
        await asyncio.gather(*(journal.submit(log, 0, one) for one in seat))
    await journal.submit(log, 1, ask.Open())
    lines = [ask.Say(f"line {n}", 1) for n in range(LINES)]
    await asyncio.gather(*(journal.submit(log, 1, line) for line in lines))
    head = book.fold.head(0)[0]
    room_at = next(one for one in book.ring if one.number == head - MISSED and one.audience == 0)
    guests = []
    for token, digest in zip(tokens, digests, strict=True):
        own = book.fold.head(book.fold.state.sessions[digest])
        cursor = {"room": f"{room_at.number}.{room_at.id}", "own": f"{own[0]}.{own[1]}"}
        guests.append(Guest(token, cursor))
    return Crowd(room.slug, log, head, guests)


def _digest(accounts: Accounts, log: int, token: str) -> str:
    return accounts.digest(log, stranger(token))


class Light:
    """One client: comes back by itself with jittered back-off, and counts every entry of the room."""

    def __init__(self, port: int, slug: str, guest: Guest) -> None:
        self._port = port
        self._hello = (
            f"GET /rooms/{slug}/socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        ).encode()
        self._guest = guest
        self.cursor = dict(guest.cursor)
        self.at = int(self.cursor["room"].partition(".")[0])
        self.welcomes: list[str] = []
        self.refused: list[int] = []
        self.welcomed = False

    async def stay(self) -> None:
        longest = 0.1
        while True:
            try:
                await self._converse()
                longest = 0.1
            except (OSError, EOFError):
                longest = min(2 * longest, 2.0)
            self.welcomed = False
            await asyncio.sleep(random.uniform(0.1, longest))

    async def _converse(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(self._hello)
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.refused.append(int(head.split(b" ")[1]))
                raise OSError
            hello = {"type": "hello", "bearer": self._guest.token, "cursor": self.cursor}
            writer.write(_frame(json.dumps(hello).encode()))
            while (payload := await _read(reader)) is not None:
                self._take(payload)
        finally:
            writer.transport.abort()

    def _take(self, payload: bytes) -> None:
        if not payload.startswith((b'{"type":"entries"', b'{"type":"resumed"', b'{"type":"fresh"')):
            return
        frame = json.loads(payload)
        if frame["type"] != "entries":
            self.welcomes.append(frame["type"])
            self.welcomed = True
        elif frame["stream"] == "room":
            for entry in frame["entries"]:
                assert entry["number"] == self.at + 1, "never a hole, never a double (P4)"
                self.at = entry["number"]
                self.cursor["room"] = f"{entry['number']}.{entry['id']}"


def _frame(payload: bytes) -> bytes:
    """A text frame with a mask of zeros."""
    size = len(payload)
    assert 126 <= size < 65536
    return b"\x81\xfe" + size.to_bytes(2, "big") + bytes(4) + payload


async def _read(reader: asyncio.StreamReader) -> bytes | None:
    """The payload of the next frame; None for a goodbye."""
    first, second = await reader.readexactly(2)
    size = second
    if second >= 126:
        size = int.from_bytes(await reader.readexactly(2 if second == 126 else 8), "big")
    payload = await reader.readexactly(size)
    return None if first & 0x0F == 8 else payload


@asynccontextmanager
async def staying(port: int, crowd: Crowd) -> AsyncIterator[list[Light]]:
    """All of them, from now on."""
    people = [Light(port, crowd.slug, guest) for guest in crowd.guests]
    async with AsyncExitStack() as stack:
        tasks = [asyncio.create_task(one.stay()) for one in people]
        stack.callback(lambda: [task.cancel() for task in tasks])
        yield people
        assert not [task for task in tasks if task.done()], "nobody saw a hole"
