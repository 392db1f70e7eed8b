"""What the tests of the store and of people stand on: a real SQLite file, and chance that repeats."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.settings import Settings, load
from chatroom.store import database

NOON = 1_800_000_000.0


def settings_in(folder: Path, **environ: str) -> Settings:
    """Settings with a database file of their own."""
    return load({"DATABASE_URL": f"sqlite:///{folder}/test.db", **environ})


@asynccontextmanager
async def store_in(folder: Path) -> AsyncIterator[AsyncEngine]:
    """A migrated database, closed at the end."""
    settings = settings_in(folder)
    await database.migrate(settings)
    engine = database.open_engine(settings)
    try:
        yield engine
    finally:
        await engine.dispose()


def dice(seed: str = "") -> Callable[[int], bytes]:
    """Random bytes that are other ones at every throw and the same ones in every run."""
    throws = 0

    def throw(length: int) -> bytes:
        nonlocal throws
        throws += 1
        return hashlib.shake_256(f"{seed}{throws}".encode()).digest(length)

    return throw
