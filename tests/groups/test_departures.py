"""Sessions that end by themselves: who is connected stays signed in, and of who is not the seat is left."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from chatroom.live import timekeeper
from chatroom.people.accounts import SESSION_LIFE, hashed
from chatroom.store import tables
from chatroom.store.database import writing
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
    monkeypatch.setattr(timekeeper, "TIDY", 0.2)
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
