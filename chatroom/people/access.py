"""What was taken from somebody, as each process follows it: within a second or two, with the bus or without it."""

import contextlib
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.store import access as store
from chatroom.store.access import Told
from chatroom.store.database import reading, writing
from chatroom.store.logs import OutcomeUnknown

EVERY = 1.0
"""Seconds between two looks (P23: 5 at most until it holds)."""
KEPT = 3600.0
"""Seconds after which what was told is forgotten. A process that was stopped for longer starts anew."""

NOT_NOW = OutcomeUnknown, SQLAlchemyError, OSError
"""What can't be read or stored just now: at the next look."""

Heard = Callable[[list[Told], float], Awaitable[None]]


class Access:
    """`hears` is given everything that is told from the start on, in order; again where it raised."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._at: int | None = None

    async def begin(self) -> None:
        """From here on. What was told before holds for everything that is read from the database now."""
        async with reading(self._engine) as connection:
            self._at = await store.head(connection)

    async def run(
        self, hears: Heard, now: Callable[[], float], pause: Callable[[float], Awaitable[None]]
    ) -> None:
        """Lives in the caller's TaskGroup."""
        tidied_at = now()
        while True:
            await pause(EVERY)
            with contextlib.suppress(*NOT_NOW):
                await self.look(hears, now())
                if now() - tidied_at > KEPT:
                    await self.tidy(now())
                    tidied_at = now()

    async def look(self, hears: Heard, now: float) -> None:
        """Everything that is new."""
        assert self._at is not None, "it has begun"
        async with reading(self._engine) as connection:
            told = await store.since(connection, self._at)
        if told:
            await hears(told, now)
            self._at = told[-1].position

    async def tidy(self, now: float) -> None:
        """Forgets what everybody has heard."""
        async with writing(self._engine) as connection:
            await store.forget(connection, now - KEPT)
