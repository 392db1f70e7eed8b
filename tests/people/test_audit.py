"""The audit on both databases: what is told stays told, in one chain, and what can't be told is not done."""

import asyncio
import contextlib
import csv
import io
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.people import chain
from chatroom.people.audit import (
    HOUR,
    MANY_CASES,
    OPERATOR,
    SYSTEM,
    Actor,
    Audit,
    Deed,
    actor_of,
)
from chatroom.people.chain import Broken, Whole
from chatroom.settings import load
from chatroom.store import audit as store
from chatroom.store import database
from chatroom.store.audit import Row
from chatroom.store.database import open_engine, reading, writing
from moderation.refused import Refused
from tests import servers
from tests.ground import NOON
from tests.store.places import KINDS, Place, place

KEY = bytes(range(32))
OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
SAM = actor_of(b"s" * 32)
COLUMNS = ", ".join(Row.__struct_fields__)
AGAIN = f"INSERT INTO audit ({COLUMNS}) SELECT {COLUMNS} FROM audit WHERE true"


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place(request.param, tmp_path) as ground:
        yield ground


@pytest.fixture
async def engine(ground: Place) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(ground.settings)
    try:
        yield engine
    finally:
        await engine.dispose()


@pytest.fixture
def audit(engine: AsyncEngine) -> Audit:
    return Audit(engine, KEY)


async def rows(engine: AsyncEngine) -> list[Row]:
    async with reading(engine) as connection:
        return [row async for row in store.rows(connection)]


def opening(case: str, by: Actor = SAM) -> Deed:
    return Deed(by, "case_opened", "case", case, case=case)


def case(number: int) -> str:
    return f"{number:016x}"


async def test_what_is_done_and_what_tells_of_it_are_one_transaction(
    engine: AsyncEngine, audit: Audit
):
    async with writing(engine) as connection:
        await audit.tell(connection, Deed(OPERATOR, "room_made", "room", 7), NOON)
    with contextlib.suppress(ZeroDivisionError):
        async with writing(engine) as connection:
            await audit.tell(connection, Deed(OPERATOR, "room_made", "room", 8), NOON)
            raise ZeroDivisionError
    async with writing(engine) as connection:
        await audit.tell(connection, Deed(SYSTEM, "room_closed", "room", 7, "idle"), NOON + 1)
    found = await rows(engine)
    assert [(row.n, row.act, row.actor) for row in found] == [
        (1, "room_made", "operator"),
        (2, "room_closed", "system"),
    ]
    assert found[0].target == found[1].target
    assert isinstance(await chain.verify(engine), Whole)


async def test_many_processes_tell_at_once_and_it_is_one_chain_without_a_gap(ground: Place):
    async with AsyncExitStack() as ends:
        engines = [open_engine(ground.settings) for _ in range(3)]
        for engine in engines:
            ends.push_async_callback(engine.dispose)
        telling = [
            Audit(engines[number % 3], KEY).before(opening(case(number)), NOON)
            for number in range(15)
        ]
        await asyncio.gather(*telling)
        found = await chain.verify(engines[0])
        assert isinstance(found, Whole)
        assert found.rows == 15


async def test_a_row_holds_pseudonyms_and_no_words(engine: AsyncEngine, audit: Audit):
    await audit.before(opening(case(1)), NOON)
    await Audit(engine, KEY).before(opening(case(1)), NOON)
    await Audit(engine, b"other" * 8).before(opening(case(1)), NOON)
    first, second, other = await rows(engine)
    assert re.fullmatch(r"session:[0-9a-f]{32}", first.actor)
    assert (first.actor, first.target) == (second.actor, second.target)
    assert {first.actor, first.target}.isdisjoint({other.actor, other.target})
    assert (b"s" * 32).hex()[:8] not in first.actor
    for deed in (
        Deed(SAM, "case_opened", "case", 1, reason="he told me"),
        Deed(SAM, "case_opened", "case", 1, case="Evening group"),
        Deed(SAM, "case_opened", "case", 1, reason="a\nb"),
    ):
        with pytest.raises(ValueError, match="without words"):
            await audit.before(deed, NOON)
    assert len(await rows(engine)) == 3


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        *[(kind, "UPDATE audit SET actor = 'operator' WHERE n = 1") for kind in KINDS],
        *[(kind, "UPDATE audit SET n = 5 WHERE n = 2") for kind in KINDS],
        *[(kind, "DELETE FROM audit WHERE n = 2") for kind in KINDS],
        *[(kind, "DELETE FROM audit") for kind in KINDS],
        *[(kind, f"{AGAIN} ON CONFLICT (n) DO UPDATE SET act = 'exported'") for kind in KINDS],
        ("sqlite", AGAIN.replace("INSERT", "INSERT OR REPLACE")),
        ("postgres", "TRUNCATE audit"),
    ],
)
async def test_a113_a_row_stays_as_it_is_whoever_asks_the_database(
    kind: str, statement: str, tmp_path: Path
):
    """The owner of the tables too, who could take the triggers away first."""
    with place(kind, tmp_path) as ground:
        engine = open_engine(ground.settings)
        for number in (1, 2):
            await Audit(engine, KEY).before(opening(case(number)), NOON)
        with pytest.raises((sqlite3.IntegrityError, asyncpg.RaiseError), match="stays"):
            ground.tell(statement)
        found = await chain.verify(engine)
        assert isinstance(found, Whole)
        assert found.rows == 2
        await engine.dispose()


async def test_a113_the_role_that_serves_may_add_rows_and_change_none():
    """By what docs/operating.md says, and nothing more: the rest is done by `chatroom migrate`."""
    with servers.postgres() as server:
        owner = server.url("chatroom").replace("postgres@", "chatroom_owner@")
        for said in (
            "CREATE ROLE chatroom_owner LOGIN",
            "CREATE ROLE chatroom LOGIN",
            "CREATE DATABASE chatroom OWNER chatroom_owner",
        ):
            servers.asked(server.url(), said)
        page = OPERATING.read_text("utf-8")
        given = re.search(r"^ALTER DEFAULT PRIVILEGES .*?;$", page, re.MULTILINE | re.DOTALL)
        assert given is not None
        servers.asked(server.url("chatroom"), given[0])
        await database.migrate(load({"DATABASE_URL": owner, "SECRET_FILE": "none"}))
        serves = owner.replace("_owner", "")
        engine = open_engine(load({"DATABASE_URL": serves, "SECRET_FILE": "none"}))
        await Audit(engine, KEY).before(opening(case(1)), NOON)
        for statement in (
            "UPDATE audit SET actor = 'operator'",
            "DELETE FROM audit",
            "TRUNCATE audit",
            "ALTER TABLE audit DISABLE TRIGGER ALL",
            "DROP TABLE audit",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                servers.asked(serves, statement)
        async with reading(engine) as connection:
            assert not await store.may_change(connection)
        assert isinstance(await chain.verify(engine), Whole)
        servers.asked(
            server.url("chatroom"), "GRANT ALL ON ALL TABLES IN SCHEMA public TO chatroom, PUBLIC"
        )
        async with reading(engine) as connection:
            assert await store.may_change(connection), "somebody was generous"
        await database.migrate(load({"DATABASE_URL": owner, "SECRET_FILE": "none"}))
        async with reading(engine) as connection:
            assert not await store.may_change(connection), "and the next release takes it back"
        await engine.dispose()


async def test_p24_a112_what_the_database_does_not_take_is_refused(
    ground: Place, engine: AsyncEngine, audit: Audit
):
    refuse_rows(ground)
    with structlog.testing.capture_logs() as told, pytest.raises(Refused) as refused:
        await audit.before(opening(case(1)), NOON)
    assert refused.value.code == "not_recorded"
    assert [line["event"] for line in told] == ["audit_not_written"]
    assert await rows(engine) == []
    take_rows(ground)
    await audit.before(opening(case(1)), NOON)
    assert len(await rows(engine)) == 1


def refuse_rows(ground: Place) -> None:
    """As a full disk does, of this table alone: the rest of the database is well."""
    if "sqlite" in ground.environ["DATABASE_URL"]:
        ground.tell(
            "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        )
        return
    ground.tell(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE disk_full; END $$"
    )
    ground.tell(
        "CREATE TRIGGER full_now BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION full_disk()"
    )


def take_rows(ground: Place) -> None:
    if "sqlite" in ground.environ["DATABASE_URL"]:
        ground.tell("DROP TRIGGER full")
    else:
        ground.tell("DROP TRIGGER full_now ON audit")


async def test_a114_who_opens_very_many_cases_is_told_to_somebody_else(
    engine: AsyncEngine, audit: Audit
):
    kim = actor_of(b"k" * 32)
    with structlog.testing.capture_logs() as told:
        for number in range(MANY_CASES):
            await audit.before(opening(case(number)), NOON)
            await audit.before(opening(case(number), kim), NOON + number * HOUR / 4)
        await audit.before(opening(case(3)), NOON + 1)
        assert told == [], "as many as that, one of them twice, and as many in five hours"
        await audit.before(opening(case(MANY_CASES)), NOON + 2)
        await audit.before(opening(case(MANY_CASES)), NOON + 3)
    assert [(line["event"], line["actor"]) for line in told] == [
        ("many_cases_opened", audit.actor(SAM))
    ]
    alarms = [row for row in await rows(engine) if row.act == "alarm_raised"]
    assert [(row.actor, row.target, row.reason) for row in alarms] == [
        ("system", audit.actor(SAM), "many_cases")
    ]
    assert isinstance(await chain.verify(engine), Whole)


async def test_another_policy_is_told_once_however_many_processes_read_it(
    engine: AsyncEngine, audit: Audit
):
    for version in ("a", "a", "b", "b", "a"):
        await audit.policy_holds(version, NOON)
    versions = [row.target for row in await rows(engine)]
    assert versions == [audit.pseudonym("policy", version) for version in "aba"]


async def test_what_is_old_can_be_taken_away_and_the_rest_is_whole(
    engine: AsyncEngine, audit: Audit
):
    for number in range(5):
        await audit.before(opening(case(number)), NOON + number)
    async with writing(engine) as connection:
        last = await store.last_before(connection, round((NOON + 3) * 1000))
        assert last is not None
        assert await audit.cut(connection, last, NOON + 9) == 3
    assert [row.n for row in await rows(engine)] == [4, 5, 6]
    found = await chain.verify(engine)
    assert isinstance(found, Whole)
    assert (found.first, found.last) == (4, 6)
    await audit.before(opening(case(9)), NOON + 10)
    with pytest.raises(DBAPIError):
        async with writing(engine) as connection:
            await connection.exec_driver_sql("DELETE FROM audit WHERE n = 4")


async def test_a113_the_lines_of_the_page_find_what_was_changed(
    ground: Place, engine: AsyncEngine, audit: Audit, tmp_path: Path
):
    """Whoever does not trust this program copies them from docs/operating.md."""
    for number in range(3):
        await audit.before(opening(case(number)), NOON)
    page = OPERATING.read_text("utf-8")
    program = re.search(r"```python\n(import csv.*?)```", page, re.DOTALL)
    assert program is not None
    assert program[1].count("\n") <= 30
    table = ground.ask(f"SELECT {COLUMNS} FROM audit ORDER BY n")
    assert run(program[1], table) == "3 rows, whole\n"
    table[1] = (*table[1][:2], "operator", *table[1][3:])
    assert run(program[1], table).startswith("row 2")
    del table[1]
    assert run(program[1], table).startswith("row 3")
    assert isinstance(await chain.verify(engine), Whole)


def run(program: str, table: list[tuple[object, ...]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([Row.__struct_fields__, *table])
    done = subprocess.run(
        [sys.executable, "-c", program], input=file.getvalue(), capture_output=True, text=True
    )
    return done.stdout + done.stderr


async def test_a_chain_without_its_head_is_told(ground: Place, engine: AsyncEngine, audit: Audit):
    await audit.before(opening(case(1)), NOON)
    ground.tell("DELETE FROM audit_head")
    found = await chain.verify(engine)
    assert isinstance(found, Broken)
    assert "audit_head" in found.why
