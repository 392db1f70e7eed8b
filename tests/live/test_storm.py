"""A reconnect storm: everybody comes back at once, and the database is hardly asked (W25, F24)."""

import os
import resource
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from chatroom import app
from chatroom.live import timekeeper
from chatroom.live.gate import KEPT_FREE
from chatroom.settings import Settings, load
from chatroom.store.open import open_logs
from tests.crowd import Crowd, Light, crowd, staying, write_elsewhere
from tests.faults.recorder import until
from tests.journal.town import town_in
from tests.processes import ServerProcess

SIZE = 2000 if os.environ.get("FULL") else 200
BACK_WITHIN = 10.0


class Counted:
    """A store of logs; what is asked of one log is counted."""

    def __init__(self, logs: Any) -> None:
        self._logs = logs
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        if name in ("head", "tail", "stream", "first"):
            self.asked[name] += 1
        return getattr(self._logs, name)


def all_back(people: list[Light], crowd: Crowd) -> bool:
    return all(one.welcomed and one.at >= crowd.head for one in people)


async def test_a_storm_asks_for_each_log_twice_and_for_each_session_once_w25(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A process without anything in memory meets everybody at once; then all come back a second time."""
    counted: list[Counted] = []

    def counting(settings: Settings) -> Any:
        counted.append(Counted(open_logs(settings)))
        return counted[-1]

    monkeypatch.setattr(app, "open_logs", counting)
    statements: Counter[str] = Counter()

    def count(_c: object, _k: object, statement: str, *_rest: object) -> None:
        statements[statement.partition("FROM ")[2].split()[0] if "FROM " in statement else ""] += 1

    server, furnish = town_in(tmp_path)
    town = furnish()
    size = min(SIZE, 500)  # One process is both sides here.
    full = await crowd(settings_of(tmp_path / "test.db"), size)
    with server.running():
        counted[0].asked.clear()
        event.listen(Engine, "before_cursor_execute", count)
        try:
            async with staying(server.port, full) as people:
                await until(lambda: all_back(people, full), within=60)
                first, sessions = Counter(counted[0].asked), Counter(statements)
                await server.there(lambda: _cut(server.connections))
                await until(lambda: all(len(one.welcomes) == 2 for one in people), within=60)
                await until(lambda: all_back(people, full), within=60)
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        await town.close()
    assert {kind for one in people for kind in one.welcomes} == {"resumed"}
    assert sum(first.values()) <= 2, first
    again = counted[0].asked - first
    assert sum(again.values()) <= 2, again
    assert sessions["session"] <= size
    assert statements["session"] == sessions["session"], "known for 30 s"
    for storm in (sessions, statements - sessions):
        assert storm["room"] + storm["meeting"] <= 2, storm


def settings_of(database: Path) -> Settings:
    return load({"DATABASE_URL": f"sqlite:///{database}"})


async def _cut(connections: set[Any]) -> None:
    """As a proxy in front does that is gone from one moment to the next."""
    for connection in connections:
        connection.transport.abort()


@pytest.mark.faults
async def test_after_a_kill_everybody_is_back_at_the_head_within_10_s_f24(tmp_path: Path):
    process = ServerProcess(tmp_path)
    await process.migrate()
    full = await crowd(settings_of(process.database), SIZE)
    await process.start()
    try:
        async with staying(process.port, full) as people:
            await until(lambda: all_back(people, full), within=60)
            process.kill9()
            await until(lambda: not any(one.welcomed for one in people), within=10)
            await process.start()
            ready = time.monotonic()
            await until(lambda: all_back(people, full), within=60)
            back = time.monotonic() - ready
    finally:
        await process.stop()
    assert {kind for one in people for kind in one.welcomes} == {"resumed"}
    assert back < BACK_WITHIN


async def test_who_has_read_more_than_this_process_resumes_all_the_same_p4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """They come from another process, and the announcement of their last entry is lost."""
    monkeypatch.setattr(timekeeper, "POLL", 3600.0)
    server, furnish = town_in(tmp_path)
    town, settings = furnish(), settings_of(tmp_path / "test.db")
    full = await crowd(settings, 2)
    staying_here, coming = full.guests
    with server.running():
        async with staying(server.port, full._replace(guests=[staying_here])) as here:
            await until(lambda: all_back(here, full), within=10)
            cursor = coming.cursor | await write_elsewhere(settings, full.log)
            there = full._replace(guests=[coming._replace(cursor=cursor)])
            async with staying(server.port, there) as people:
                await until(lambda: people[0].welcomed, within=10)
                assert people[0].welcomes == ["resumed"]
            await until(lambda: here[0].at == full.head + 1, within=5)
        await town.close()


async def test_one_socket_too_many_hears_503_and_comes_back_later_p15(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    server, furnish = town_in(tmp_path)
    town = furnish()
    full = await crowd(settings_of(tmp_path / "test.db"), 8)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (KEPT_FREE + 5, 0))
    with server.running():
        async with staying(server.port, full) as people:
            await until(lambda: sum(one.welcomed for one in people) == 5, within=10)
            await until(lambda: sum(bool(one.refused) for one in people) == 3, within=10)
            monkeypatch.undo()
            await until(lambda: all_back(people, full), within=10)
        assert {code for one in people for code in one.refused} == {503}
        await town.close()
