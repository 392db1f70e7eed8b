"""A timekeeper at an office, and two on one database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import BindParameter, Double, bindparam

from chatroom.live.presence import Presence
from chatroom.store.database import open_engine
from chatroom.store.presence import DatabaseLeases
from tests.ground import dice, settings_in
from tests.journal.stage import (
    at_work,
    migrated,
)
from tests.live.tower import Tower


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return migrated(tmp_path)


@pytest.fixture
async def tower(path: Path) -> AsyncIterator[Tower]:
    async with at_work(path) as office:
        await office.furnish()
        yield Tower(office)


@pytest.fixture
async def towers(path: Path) -> AsyncIterator[list[Tower]]:
    """Two processes on one database; the clock is the same hand's."""
    engine = open_engine(settings_in(path.parent))
    async with at_work(path) as here, at_work(path, clock=here.clock, seed="there") as there:
        await here.furnish()
        time: BindParameter[float] = bindparam(None, callable_=here.clock.now, type_=Double())
        yield [
            Tower(
                office,
                Presence(DatabaseLeases(engine, dice(f"lease {n}"), time), here.clock.now),
            )
            for n, office in enumerate((here, there))
        ]
    await engine.dispose()
