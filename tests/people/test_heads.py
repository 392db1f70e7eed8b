"""Where the audit stood each day: one line a day, by one of all processes, whole or not at all."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.people import heads
from chatroom.people.audit import OPERATOR, Audit, Deed
from chatroom.people.chain import Broken, Exported, Whole, verify
from chatroom.people.heads import Watch
from chatroom.store.audit import FIRST, Head
from tests.ground import NOON, store_in

KEY = bytes(range(32))
DAY = 86_400.0


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with store_in(tmp_path) as engine:
        yield engine


class Watcher:
    """A process at work, at a time that the test says."""

    def __init__(self, engine: AsyncEngine, file: Path | None) -> None:
        self.now = NOON
        self.policy = "shipped"
        self.audit = Audit(engine, KEY)
        self.watch = Watch(engine, self.audit, file, lambda: self.now, lambda: self.policy)
        self.pauses = 0

    async def tell(self, count: int = 1) -> None:
        for _ in range(count):
            await self.audit.before(Deed(OPERATOR, "audit_read", "audit"), self.now)

    async def pause(self, _seconds: float) -> None:
        """Three looks."""
        self.pauses += 1
        if self.pauses == 3:
            raise asyncio.CancelledError


async def test_once_a_day_a_line_says_where_the_chain_stands(engine: AsyncEngine, tmp_path: Path):
    file = tmp_path / "heads"
    here, there = Watcher(engine, file), Watcher(engine, file)
    await here.tell(2)
    for watcher in (here, there, here):
        await watcher.watch.look()
    first = heads.read(file)
    assert [(line.day, line.n) for line in first] == [("2027-01-15", 3)], "and one of the policy"
    await here.tell()
    here.now = there.now = NOON + DAY
    for watcher in (there, here, there):
        await watcher.watch.look()
    assert [(line.day, line.n) for line in heads.read(file)] == [
        ("2027-01-15", 3),
        ("2027-01-16", 4),
    ]
    assert isinstance(await verify(engine, heads.read(file)), Whole)


async def test_a_process_that_starts_again_writes_no_second_line(
    engine: AsyncEngine, tmp_path: Path
):
    for _ in range(2):
        await Watcher(engine, tmp_path).watch.look()
    assert [line.day for line in heads.read(tmp_path / "audit.heads")] == ["2027-01-15"]
    assert heads.read(tmp_path) == heads.read(tmp_path / "audit.heads"), "a folder does as well"


async def test_a113_a_tail_that_is_cut_off_is_found_by_the_lines(
    engine: AsyncEngine, tmp_path: Path
):
    watcher = Watcher(engine, tmp_path / "heads")
    await watcher.tell(3)
    await watcher.watch.look()
    async with engine.begin() as connection:
        await connection.exec_driver_sql("DROP TRIGGER audit_undeleted")
        await connection.exec_driver_sql("DELETE FROM audit WHERE n > 2")
        await connection.exec_driver_sql(
            "UPDATE audit_head SET n = 2, hash = (SELECT hash FROM audit WHERE n = 2)"
        )
    assert isinstance(await verify(engine), Whole), "nothing is left that could tell"
    found = await verify(engine, heads.read(tmp_path / "heads"))
    assert isinstance(found, Broken)
    assert found.n == 3


async def test_what_can_t_be_written_now_is_written_at_a_later_look(
    engine: AsyncEngine, tmp_path: Path
):
    folder = tmp_path / "not mounted"
    watcher = Watcher(engine, folder / "heads")
    with structlog.testing.capture_logs() as told, pytest.raises(asyncio.CancelledError):
        await watcher.watch.run(watcher.pause)
    assert [line["event"] for line in told] == ["audit_head_not_written"] * 3
    folder.mkdir()
    await watcher.watch.look()
    assert len(heads.read(folder / "heads")) == 1


def test_of_many_who_write_a_day_at_once_one_does(tmp_path: Path):
    with ThreadPoolExecutor(8) as processes:
        wrote = processes.map(
            lambda n: heads.write(tmp_path / "heads", "2026-11-30", Head(n, "a" * 64)), range(24)
        )
        assert sum(wrote) == 1
    assert len(heads.read(tmp_path / "heads")) == 1


def test_half_a_line_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "heads"
    assert heads.write(file, "2026-11-30", Head(0, FIRST))

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            heads.write(file, "2026-12-01", Head(7, "a" * 64))
    assert heads.read(file) == [Exported("2026-11-30", 0, FIRST)]
    assert heads.write(file, "2026-12-01", Head(7, "a" * 64))
    assert not heads.write(file, "2026-12-01", Head(8, "b" * 64)), "of that day there is one"


def test_a_line_that_is_none_is_named(tmp_path: Path):
    file = tmp_path / "heads"
    heads.write(file, "2026-11-30", Head(0, FIRST))
    with file.open("a") as lines:
        lines.write("2026-12-01 seven\n")
    with pytest.raises(ValueError, match="line 2"):
        heads.read(file)


async def test_without_a_place_for_heads_the_policy_is_told_all_the_same(engine: AsyncEngine):
    watcher = Watcher(engine, None)
    await watcher.watch.look()
    watcher.policy = "ours"
    await watcher.watch.look()
    found = await verify(engine)
    assert isinstance(found, Whole)
    assert found.rows == 2
