"""The database as it lies on disk, and the queries on rooms, meetings and cases, on both kinds."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from msgspec.structs import replace
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.people.accounts import Accounts
from chatroom.settings import BadSetting, load
from chatroom.store import cases, database, rooms, tables
from chatroom.store.database import PostgresDurability, reading, writing
from chatroom.store.logs import Batch
from chatroom.store.open import open_logs
from chatroom.store.postgres import DatabaseAway
from tests import servers
from tests.ground import NOON, dice, settings_in, store_in
from tests.store.places import KINDS, Place, migrate, place

BEN, CHIDI = b"b" * 32, b"c" * 32


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place(request.param, tmp_path) as ground:
        yield ground


@pytest.fixture
async def engine(ground: Place) -> AsyncIterator[AsyncEngine]:
    engine = database.open_engine(ground.settings)
    try:
        yield engine
    finally:
        await engine.dispose()


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with store_in(tmp_path) as engine:
        yield engine


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    with place("postgres", tmp_path) as ground:
        engine = database.open_engine(ground.settings)
        try:
            yield engine
        finally:
            await engine.dispose()


# Both


async def test_the_revisions_make_the_tables_of_the_code(engine: AsyncEngine):
    def difference(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))

    async with reading(engine) as connection:
        assert await connection.run_sync(difference) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_tables_are_pending_until_they_are_migrated(kind: str, tmp_path: Path):
    with place(kind, tmp_path) as ground:
        assert not await database.pending(ground.settings)
        ground.ask("DELETE FROM alembic_version WHERE version_num > ?", "")
        assert await database.pending(ground.settings)


LOOKS_IN = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM room'); c.close()"


async def test_a_second_engine_of_this_process_takes_no_lock_from_the_first(tmp_path: Path):
    """The office looks at the settings by an engine of its own, and then a command looks in from outside."""
    async with store_in(tmp_path) as engine:
        settings = settings_in(tmp_path)
        assert settings.database_path is not None
        await rooms.create_room(engine, "Evening group", "small", NOON, dice("room"))
        wal = f"{settings.database_path.name}-wal"
        assert wal in os.listdir(tmp_path), "what it has written is there still"
        assert not await database.pending(settings)
        looks = (sys.executable, "-c", LOOKS_IN, str(settings.database_path))
        other = await asyncio.create_subprocess_exec(*looks)
        assert await other.wait() == 0
        assert wal in os.listdir(tmp_path), "the other one took itself for the last"
        await rooms.create_room(engine, "Morning group", "small", NOON, dice("another"))
        assert len(await rooms.list_rooms(engine)) == 2


@pytest.mark.parametrize("kind", KINDS)
async def test_a_room_of_the_version_before_keeps_its_groups_ways_open(kind: str, tmp_path: Path):
    with place(kind, tmp_path) as ground:
        for table in ("person_right", "person_link", "way_in", "person"):
            ground.tell(f"DROP TABLE {table}")
        for table in ("access", "challenge", "setting"):
            ground.tell(f"DROP TABLE {table}")
        for column in ("arrival", "who", "person"):
            ground.tell(f"DROP INDEX session_{column}")
        for column in ("arrival", "salt", "who", "person", "device"):
            ground.tell(f"ALTER TABLE session DROP COLUMN {column}")
        ground.tell("DROP TABLE format")
        ground.tell("DROP TABLE audit")
        ground.tell("DROP TABLE audit_head")
        ground.tell("ALTER TABLE room DROP COLUMN ways")
        ground.tell("UPDATE alembic_version SET version_num = ?", "0002")
        ground.tell(
            "INSERT INTO room (id, slug, name, format, created_at) VALUES (1, 'a', 'A', 'b', 0)"
        )
        assert await database.pending(ground.settings)
        migrate(ground.settings)
        engine = database.open_engine(ground.settings)
        try:
            room = await rooms.room_by_slug(engine, "a")
            assert room == rooms.Room(1, "a", "A", "b", 0.0, {})
            kept = await rooms.change_ways(engine, 1, lambda there: {**there, "door": "knock"})
            assert kept == {"door": "knock"}
            assert await rooms.list_rooms(engine) == [replace(room, ways=kept)]
        finally:
            await engine.dispose()


async def test_of_two_who_change_a_rooms_ways_neither_is_lost(engine: AsyncEngine):
    room = await rooms.create_room(engine, "Evening group", "small-discussion", NOON, dice())

    async def change(name: str) -> None:
        await rooms.change_ways(engine, room.id, lambda there: {**there, name: True})

    names = [f"way_{number}" for number in range(8)]
    await asyncio.gather(*map(change, names))
    found = await rooms.room_by_slug(engine, room.slug)
    assert found is not None
    assert found.ways == dict.fromkeys(names, True)


async def test_a_change_of_ways_that_raises_changes_nothing(engine: AsyncEngine):
    room = await rooms.create_room(
        engine, "Evening group", "small-discussion", NOON, dice(), {"door": "open"}
    )

    def wrong(there: dict[str, Any]) -> dict[str, Any]:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it is ours
        await rooms.change_ways(engine, room.id, wrong)
    assert await rooms.room_by_slug(engine, room.slug) == room


async def test_what_is_committed_survives_a_power_cut(engine: AsyncEngine):
    found = await database.durability(engine)
    assert database.in_words(found) in (
        "journal_mode wal, synchronous full",
        "synchronous_commit on, fsync on",
    )
    assert found.fit
    await database.assert_durable(engine)


async def test_what_raises_is_undone(engine: AsyncEngine):
    log = {"id": 1, "kind": "case", "position": 0, "keep": 0.0}
    with pytest.raises(IntegrityError):
        async with writing(engine) as connection:
            await connection.execute(insert(tables.log), [log, log])
    async with reading(engine) as connection:
        assert await connection.scalar(select(tables.log.c.id)) is None


async def test_an_error_quotes_no_words_p21(engine: AsyncEngine):
    row = {"log": 1, "position": 1, "part": 0, "key_id": 0, "words": b"canary"}
    async with writing(engine) as connection:
        await connection.execute(insert(tables.body).values(row))
    with pytest.raises(IntegrityError) as failed:
        async with writing(engine) as connection:
            await connection.execute(insert(tables.body).values(row))
    assert "canary" not in str(failed.value)


async def test_what_is_read_is_one_moment(engine: AsyncEngine):
    async with reading(engine) as connection:
        assert await connection.scalar(select(tables.room.c.id)) is None
        await rooms.create_room(engine, "Evening group", "small-discussion", NOON, dice())
        assert await connection.scalar(select(tables.room.c.id)) is None
    async with reading(engine) as connection:
        assert await connection.scalar(select(tables.room.c.id)) is not None


# SQLite


@pytest.mark.parametrize("table", ["entry", "body"])
async def test_the_journal_is_clustered_by_its_key(file: AsyncEngine, table: str):
    async with reading(file) as connection:
        made = await connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = ?", (table,)
        )
        assert "WITHOUT ROWID" in made.scalar_one()


async def test_partial_indexes_are_partial(file: AsyncEngine):
    async with reading(file) as connection:
        made = await connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE sql LIKE 'CREATE % INDEX % WHERE %'"
        )
        assert {row.name for row in made} == {"entry_command", "log_single", "case_file_open"}


async def test_a_fresh_folder_is_pending_until_it_is_migrated(tmp_path: Path):
    settings = settings_in(tmp_path)
    assert await database.pending(settings)
    assert not listed(tmp_path), "asking creates nothing"
    await database.migrate(settings)
    assert not await database.pending(settings)
    await database.migrate(settings)


async def test_only_the_owner_can_read_the_files(file: AsyncEngine, tmp_path: Path):
    await rooms.create_room(file, "Evening group", "small-discussion", NOON, dice())
    modes = {path.name: path.stat().st_mode & 0o777 for path in listed(tmp_path)}
    assert modes == {"test.db": 0o600, "test.db-wal": 0o600, "test.db-shm": 0o600}


@pytest.mark.parametrize(
    ("mode", "synchronous"), [("delete", "full"), ("wal", "normal"), ("wal", "off")]
)
def test_anything_less_is_not_fit(mode: str, synchronous: str):
    assert not database.Durability(mode, synchronous).fit


def test_the_bare_connection_makes_the_same_promises(tmp_path: Path):
    connection = database.connect(tmp_path / "bare.db")
    values = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "busy_timeout")
    }
    connection.close()
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


async def test_every_connection_of_the_pool_is_prepared(file: AsyncEngine):
    async with reading(file), reading(file) as second:
        assert (await second.exec_driver_sql("PRAGMA secure_delete")).scalar_one() == 1
        assert (await second.exec_driver_sql("PRAGMA foreign_keys")).scalar_one() == 1


async def test_writing_takes_the_lock_at_once_and_reading_takes_none(
    file: AsyncEngine, tmp_path: Path
):
    other = sqlite3.connect(tmp_path / "test.db", isolation_level=None, timeout=0)
    async with reading(file) as connection:
        await connection.execute(select(tables.room))
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    async with writing(file):
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.close()


def test_one_process_serves_a_database(tmp_path: Path):
    path = tmp_path / "test.db"
    first = database.lock_one_process(path)
    with pytest.raises(BadSetting) as refused:
        database.lock_one_process(path)
    assert refused.value.name == "DATABASE_URL"
    assert "another chatroom process" in refused.value.why
    first.close()
    database.lock_one_process(path).close()


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_w11_nor_does_a_second_one_under_another_name(
    tmp_path: Path, link: Callable[[Path, Path], None]
):
    path, other = tmp_path / "test.db", tmp_path / "other.db"
    path.touch()
    link(other, path)
    with (
        database.lock_one_process(path),
        pytest.raises(BadSetting, match="another chatroom process"),
    ):
        database.lock_one_process(other)
    database.lock_one_process(other).close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(BadSetting) as stopped:
        database.open_engine(load({"DATABASE_URL": f"sqlite:///{tmp_path}/no/such/test.db"}))
    assert stopped.value.name == "DATABASE_URL"


# PostgreSQL


async def test_several_processes_may_serve_it(tmp_path: Path):
    settings = load({"DATABASE_URL": "postgres://db/chat", "SECRET_FILE": "key"})
    with database.sole_server(settings), database.sole_server(settings):
        assert not listed(tmp_path)


@pytest.mark.parametrize("commit", ["off", "local", "remote_write"])
async def test_a_commit_that_does_not_wait_stops_the_start_p1(tmp_path: Path, commit: str):
    with place("postgres", tmp_path) as ground:
        name = ground.environ["DATABASE_URL"].rpartition("/")[2]
        ground.ask(f"ALTER DATABASE {name} SET synchronous_commit = {commit}")
        engine = database.open_engine(ground.settings)
        with pytest.raises(BadSetting, match=f"synchronous_commit {commit}") as stopped:
            await database.assert_durable(engine)
        await engine.dispose()
    assert stopped.value.name == "DATABASE_URL"


def test_without_fsync_it_is_not_fit():
    assert not PostgresDurability("on", "off").fit


async def test_a_stopped_process_holds_nothing_for_long_w1(server: AsyncEngine):
    names = ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout")
    async with reading(server) as connection:
        values = [(await connection.exec_driver_sql(f"SHOW {name}")).scalar() for name in names]
    assert values == ["2s", "2s", "5s"]


async def test_appends_change_a_logs_row_in_its_place(server: AsyncEngine):
    async with reading(server) as connection:
        options = await connection.exec_driver_sql(
            "SELECT reloptions FROM pg_class WHERE relname = 'log'"
        )
        indexes = await connection.exec_driver_sql(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'log'"
        )
        assert options.scalar_one() == ["fillfactor=50"]
        assert not [made for (made,) in indexes if "position" in made or "next_due" in made]


async def test_two_releases_at_once_migrate_once(tmp_path: Path):
    with servers.database_url() as url:
        settings = load({"DATABASE_URL": url, "SECRET_FILE": "none"})
        assert await database.pending(settings)
        await asyncio.gather(*(database.migrate(settings) for _ in range(3)))
        assert not await database.pending(settings)


async def test_who_serves_needs_to_own_nothing(tmp_path: Path):
    """As docs/operating.md has it."""
    with servers.postgres() as server:
        owner = server.url("chatroom").replace("postgres@", "chatroom_owner@")
        for said in (
            "CREATE ROLE chatroom_owner LOGIN",
            "CREATE ROLE chatroom LOGIN",
            "CREATE DATABASE chatroom OWNER chatroom_owner",
        ):
            servers.asked(server.url(), said)
        servers.asked(
            server.url("chatroom"),
            "ALTER DEFAULT PRIVILEGES FOR ROLE chatroom_owner"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO chatroom",
        )
        await database.migrate(load({"DATABASE_URL": owner, "SECRET_FILE": "none"}))
        settings = load({"DATABASE_URL": owner.replace("_owner", ""), "SECRET_FILE": "none"})
        assert not await database.pending(settings)
        engine, logs = database.open_engine(settings), open_logs(settings)
        room = await rooms.create_room(engine, "Evening group", "small-discussion", NOON, dice())
        await rooms.add_meeting(engine, room.id, 1, 11, 3600.0)
        assert await logs.append([Batch(11, 0, [], (), None, None)]) == {11}
        await logs.close()
        await engine.dispose()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://postgres@127.0.0.1:1/none", "ConnectionRefusedError"),
        ("{server}/none", "InvalidCatalogNameError"),
    ],
)
async def test_a_server_that_lets_nobody_in_is_away_in_a_word_p21(url: str, why: str):
    url = url.format(server=servers.database_server().rpartition("/")[0])
    settings = load({"DATABASE_URL": url, "SECRET_FILE": "none"})
    with pytest.raises(DatabaseAway, match=f"^({why})$"):
        await database.pending(settings)


async def test_a_connection_that_was_killed_is_away_once_and_replaced_p17(server: AsyncEngine):
    with pytest.raises(SQLAlchemyError):
        async with reading(server) as connection:
            await connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await rooms.list_rooms(server) == []


@pytest.mark.parametrize("way", [reading, writing])
async def test_a_server_that_falls_silent_is_away_and_what_waited_for_it_is_not_used_again_p17(
    way: Callable[[AsyncEngine], AbstractAsyncContextManager[AsyncConnection]],
):
    with servers.postgres() as server:
        settings = load({"DATABASE_URL": server.url(), "SECRET_FILE": "none"})
        engine = database.open_engine(settings)

        async def ask_in_silence() -> None:
            async with way(engine) as connection:
                server.stop()
                await connection.execute(select(1))

        with pytest.raises(DatabaseAway):
            await ask_in_silence()
        server.go_on()
        async with way(engine) as connection:
            assert (await connection.execute(select(1))).scalar_one() == 1
        await engine.dispose()


async def test_one_session_in_two_tabs_goes_through_a_door_once(engine: AsyncEngine):
    accounts = Accounts(engine, b"key" * 11, dice())
    room = await rooms.create_room(engine, "Evening group", "small-discussion", NOON, dice("r"))
    first = await accounts.invite(room.id, "member", 1, None, NOON)
    token = await accounts.new_session(NOON)
    taps = [accounts.exchange(first, token, NOON) for _ in range(5)]
    [again] = {entered.token for entered in await asyncio.gather(*taps)}
    assert again != token


def test_new_ids_are_positive_and_fit_a_bigint():
    assert database.new_id(lambda n: b"\xff" * n) == 2**63 - 1
    assert database.new_id(bytes) == 1


# Rooms and meetings


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Evening group", "evening-group"),
        ("  Über—Mut!  ", "uber-mut"),
        ("Вечер", "vecher"),
        ("!!!", "room"),
        ("a" * 39 + " bc", "a" * 39),
    ],
)
def test_a_slug_is_the_name_as_a_url_can_hold_it(name: str, slug: str):
    assert rooms.slug_of(name) == slug


async def test_rooms_of_one_name_have_slugs_of_their_own(engine: AsyncEngine):
    throw = dice()
    made = [
        await rooms.create_room(engine, "Evening group", "small-discussion", NOON + n, throw)
        for n in range(3)
    ]
    assert [room.slug for room in made] == ["evening-group", "evening-group-2", "evening-group-3"]
    assert await rooms.list_rooms(engine) == made
    assert await rooms.room_by_slug(engine, "evening-group-2") == made[1]
    assert await rooms.room_by_slug(engine, "morning-group") is None


async def test_the_current_meeting_is_the_newest(engine: AsyncEngine):
    room = await rooms.create_room(engine, "Evening group", "small-discussion", NOON, dice())
    assert await rooms.current_meeting(engine, room.id) is None
    assert await rooms.add_meeting(engine, room.id, 1, 11, 3600.0)
    assert await rooms.add_meeting(engine, room.id, 2, 12, 3600.0)
    assert await rooms.current_meeting(engine, room.id) == rooms.Meeting(12, 2, None)


async def test_of_two_who_open_the_same_meeting_one_is_first(engine: AsyncEngine):
    room = await rooms.create_room(engine, "Evening group", "small-discussion", NOON, dice())
    tries = [rooms.add_meeting(engine, room.id, 1, log, 0.0) for log in range(100, 110)]
    assert sum(await asyncio.gather(*tries)) == 1
    async with reading(engine) as connection:
        logs = (await connection.execute(select(tables.log.c.kind, tables.log.c.position))).all()
    assert [tuple(row) for row in logs] == [("meeting", 0)], "the others leave no log behind"


async def test_a_meeting_needs_its_room(engine: AsyncEngine):
    with pytest.raises(IntegrityError):
        await rooms.add_meeting(engine, 404, 1, 11, 0.0)


# Cases and the desk


async def test_help_pressed_twice_is_one_case(engine: AsyncEngine):
    tries = [cases.open_case_file(engine, log, BEN, None, NOON, 60.0) for log in (21, 22, 23)]
    logs = await asyncio.gather(*tries)
    assert len(set(logs)) == 1
    assert await cases.case_of(engine, BEN) == logs[0]
    assert await cases.case_of(engine, CHIDI) is None


async def test_the_desk_lists_who_waits_longest_first(engine: AsyncEngine):
    room = await rooms.create_room(engine, "Evening group", "small-discussion", NOON, dice())
    await cases.open_case_file(engine, 21, BEN, room.id, NOON + 5, 60.0)
    await cases.open_case_file(engine, 22, CHIDI, None, NOON, 60.0)
    assert await cases.open_cases(engine) == [
        cases.CaseFile(22, None, NOON),
        cases.CaseFile(21, "evening-group", NOON + 5),
    ]


async def test_after_a_case_is_closed_help_opens_another(engine: AsyncEngine):
    await cases.open_case_file(engine, 21, BEN, None, NOON, 60.0)
    await cases.close_case_file(engine, 21)
    assert await cases.open_cases(engine) == []
    assert await cases.open_case_file(engine, 22, BEN, None, NOON, 60.0) == 22


async def test_there_is_one_desk(engine: AsyncEngine):
    tries = [cases.desk_log(engine, log) for log in (31, 32, 33)]
    assert len(set(await asyncio.gather(*tries))) == 1
    with pytest.raises(IntegrityError):
        async with writing(engine) as connection:
            await connection.execute(
                insert(tables.log).values(id=34, kind="desk", position=0, keep=0.0)
            )


def listed(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())
