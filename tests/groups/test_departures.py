"""Sessions that end by themselves: who is connected stays signed in, and of who is not the seat is left."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from chatroom.groups import departures
from chatroom.people.accounts import SESSION_LIFE, hashed
from chatroom.store import tables
from chatroom.store.database import reading, writing
from moderation.refused import Refused
from tests.journal.town import Town, town_in


async def age(town: Town, token: str, seconds: float) -> None:
    """So many seconds go by for one session."""
    row = tables.session
    async with writing(town.engine) as connection:
        await connection.execute(
            update(row)
            .where(row.c.id == hashed(token))
            .values(expires_at=row.c.expires_at - seconds)
        )


async def left(town: Town, token: str) -> float:
    """Seconds that are left of a session."""
    town.accounts.uncache(hashed(token))
    session = await town.accounts.session(token, town.clock.now())
    return session.expires_at - town.clock.now() if session else 0.0


async def until(so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while True:
            if await so():
                return
            await asyncio.sleep(0.05)


async def test_who_is_connected_stays_signed_in_and_whose_session_runs_out_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(departures, "TIDY", 0.2)
    server, furnish = town_in(tmp_path)
    with server.running():
        town = furnish()
        room = await town.room()
        ada = await room.open()
        now = town.clock.now()
        secret = await town.accounts.invite(room.id, "member", 1, None, now)
        ben = (await town.accounts.exchange(secret, None, now)).token
        assert (await room.take_seat(ben, "Ben")).json() == {"seat": 2}
        async with room.sit(ada) as line:
            await age(town, ada, SESSION_LIFE - 60)

            async def is_prolonged() -> bool:
                return await left(town, ada) > SESSION_LIFE - 60

            await until(is_prolonged)
            await age(town, ben, SESSION_LIFE + 1)
            assert (await line.entry("seat_left"))["entry"]["seat"] == 2

        async def is_let_in() -> bool:
            """The use of the link has come back."""
            try:
                again = (await town.accounts.exchange(secret, None, town.clock.now())).token
            except Refused:  # Used up, a moment longer.
                return False
            return bool((await room.take_seat(again, "Ben")).json() == {"seat": 3})

        await until(is_let_in)
        await town.close()


async def is_kept(town: Town, token: str) -> bool:
    """Whether there is still something to be done for a session."""
    row = tables.session.c
    async with reading(town.engine) as connection:
        query = select(func.count()).where(row.id == hashed(token))
        return bool(await connection.scalar(query))


async def test_a_seat_that_cannot_be_left_now_keeps_its_session_and_nobody_else_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As in a rolling upgrade, in which a newer version holds the meeting."""
    monkeypatch.setattr(departures, "TIDY", 0.2)
    server, furnish = town_in(tmp_path)
    with server.running():
        town = furnish()
        room = await town.room()
        ada = await room.open()
        ben = await room.seat("Ben")
        eve = await town.accounts.new_session(town.clock.now())
        await held_by(town, 99)
        for token in (ben, eve):
            await age(town, token, SESSION_LIFE + 1)

        async def is_forgotten(token: str = eve) -> bool:
            return not await is_kept(town, token)

        await until(is_forgotten)
        assert await is_kept(town, ben)
        async with room.sit(ada) as line:
            await held_by(town, 0)
            assert (await line.entry("seat_left"))["entry"]["seat"] == 2
        await until(lambda: is_forgotten(ben))
        await town.close()


async def held_by(town: Town, version: int) -> None:
    """Only readers of that version or newer may decide in the meeting."""
    row = tables.log
    async with writing(town.engine) as connection:
        await connection.execute(
            update(row).where(row.c.kind == "meeting").values(min_reader=version)
        )
