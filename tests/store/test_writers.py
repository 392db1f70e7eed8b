"""SQLite has one writer: many who write at once come in turn, and none waits until it is too late."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from chatroom.settings import load
from chatroom.store import database
from tests.journal.stage import migrated


async def test_a_crowd_of_writers_comes_in_turn_and_none_finds_the_database_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Each holds it for longer than anybody would wait for the file's own lock."""
    path = migrated(tmp_path)
    impatient = ("PRAGMA busy_timeout=1", *database.PRAGMAS[1:])
    monkeypatch.setattr(database, "PRAGMAS", impatient)
    engine = database.open_engine(load({"DATABASE_URL": f"sqlite:///{path}"}))
    order: list[int] = []

    async def write(number: int) -> None:
        async with database.writing(engine) as connection:
            await connection.execute(text("DELETE FROM session WHERE expires_at < 0"))
            await asyncio.sleep(0.005)
            order.append(number)

    try:
        await asyncio.gather(*map(write, range(40)))
    finally:
        await engine.dispose()
    assert order == list(range(40))
