"""What PostgreSQL alone can do to a log: other processes, killed sessions, silence, other people's locks."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from chatroom.live.proposals import Answer, RetryLater
from chatroom.store import postgres
from chatroom.store.logs import Logs, OutcomeUnknown, Row
from chatroom.store.logs_postgres import ANSWER_WITHIN, WHILE_SILENT, PostgresLogs
from chatroom.store.open import bare_logs
from tests import servers
from tests.cast import ben, chidi
from tests.journal.stage import Office, add_log, at_work, outcome
from tests.servers import Postgres
from tests.store.places import Place, PostgresPlace, migrate, place
from tests.store.test_logs import EVENING, ID, MORNING, NIGHT, batch, row

KILL = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'chatroom' AND datname = current_database()
"""
OURS = """
    SELECT pid, state FROM pg_stat_activity
     WHERE application_name = 'chatroom' AND datname = current_database()
"""


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Place]:
    with place("postgres", tmp_path) as ground:
        for log in (EVENING, MORNING, NIGHT):
            add_log(ground, log)
        yield ground


@pytest.fixture
async def logs(ground: Place) -> AsyncIterator[Logs]:
    logs = bare_logs(ground.settings)
    yield logs
    await logs.close()


@pytest.fixture
async def stranger(ground: Place) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(ground.environ["DATABASE_URL"])
    yield connection
    connection.terminate()


# Others write too


async def test_two_processes_race_for_500_appends_and_none_is_lost_and_there_is_no_hole_p3(
    ground: Place,
):
    async def writes(seat: int) -> None:
        mine = bare_logs(ground.settings)
        position = 0
        for number in range(250):
            command = seat.to_bytes(8, "big") + number.to_bytes(8, "big")
            new = row(1, seat=seat, command_id=command, words=b"words")
            while not await mine.append(
                [batch(position, new._replace(position=position + 1, number=position + 1))]
            ):
                tail = await mine.tail(EVENING, position)
                position = tail[-1].position if tail else position
            position += 1
            await asyncio.sleep(
                random.uniform(0.001, 0.003)
            )  # As the journal lets others go first.
        await mine.close()

    await asyncio.gather(writes(2), writes(3))
    rows = ground.ask("SELECT position, number, seat, command_id FROM entry ORDER BY position")
    assert [position for position, *_ in rows] == list(range(1, 501))
    assert [number for _, number, *_ in rows] == list(range(1, 501))
    for seat in (2, 3):
        commands = [command[8:] for _, _, who, command in rows if who == seat]
        assert commands == [number.to_bytes(8, "big") for number in range(250)]
    assert {seat for _, _, seat, _ in rows[:100]} == {2, 3}, "need a race"
    assert ground.ask("SELECT position FROM log WHERE id = ?", EVENING) == [(500,)]
    assert ground.ask("SELECT count(*) FROM body") == [(500,)]


async def test_two_journals_share_a_hot_log_without_starving_w1(ground: Place):
    retries = Counter[int]()

    async def speaks(office: Office, seat: int) -> None:
        for number in range(40):
            retries[seat] += await said(office, seat, number)

    async with at_work(ground) as here, at_work(ground, seed="there") as there:
        await here.furnish(77)
        await asyncio.gather(speaks(here, ben), speaks(there, chidi))
        lines = here.lines(77)
        for seat in (ben, chidi):
            assert [text for who, text in lines if who == seat] == [
                f"{seat} {number}" for number in range(40)
            ]
        assert here.paused or there.paused, "need them in each other's way"
        assert retries[ben] < 20
        assert retries[chidi] < 20


async def said(office: Office, seat: int, number: int) -> int:
    """Sends a line until it has its receipt, as clients do; how often it was told `retry`."""
    id = seat.to_bytes(8, "big") + number.to_bytes(8, "big")
    tries = 0
    while not isinstance(
        answer := await outcome(office.say(seat, f"{seat} {number}", log=77, id=id)), Answer
    ):
        assert isinstance(answer, RetryLater), answer
        tries += 1
        await asyncio.sleep(0.002)
    return tries


async def test_a_row_that_a_stranger_holds_is_busy_and_the_other_logs_go_on_f16(
    logs: Logs, stranger: asyncpg.Connection
):
    async with stranger.transaction():
        await stranger.execute("SELECT 1 FROM log WHERE id = $1 FOR UPDATE", EVENING)
        started = time.monotonic()
        done = await logs.append([batch(0, row(1)), batch(0, row(1, log=MORNING), log=MORNING)])
        assert done == {MORNING}
        assert time.monotonic() - started < 1.0, "nobody waits for it"
    assert await logs.append([batch(0, row(1))]) == {EVENING}


async def test_a_log_that_stays_busy_is_retry_after_five_tries_and_its_neighbour_is_stored_f16(
    ground: Place, stranger: asyncpg.Connection
):
    async with at_work(ground) as office:
        await office.furnish(77)
        await office.furnish(78)
        async with stranger.transaction():
            await stranger.execute("SELECT 1 FROM log WHERE id = 77 FOR UPDATE")
            held, free = office.say(ben, "held", log=77), office.say(ben, "free", log=78)
            assert isinstance(await outcome(free), Answer)
            assert isinstance(await outcome(held), RetryLater)
        assert len(office.paused) == 5
        assert all(0.001 * 2**n <= pause <= 0.003 * 2**n for n, pause in enumerate(office.paused))
        assert isinstance(await outcome(office.say(ben, "held", log=77)), Answer)


async def test_a_decision_that_took_too_long_is_not_stored_w1(logs: Logs):
    now = await logs.time()
    assert now is not None
    late = batch(0, row(1), good_until=now - 0.001)
    in_time = batch(0, row(1, log=MORNING), log=MORNING, good_until=now + 60)
    assert await logs.append([late, in_time]) == {MORNING}
    assert await logs.tail(EVENING, 0) == []


async def test_nothing_is_held_between_two_statements_w1(ground: Place, logs: Logs):
    await logs.append([batch(0, row(1))])
    await logs.tail(EVENING, 0)
    assert [state for _, state in ground.ask(OURS)] == ["idle", "idle"]


# Sessions that are killed


async def test_a_killed_session_is_of_unknown_outcome_and_replaced_f14(ground: Place, logs: Logs):
    await logs.append([batch(0, row(1))])
    await logs.tail(EVENING, 0)
    ground.ask(KILL)
    with pytest.raises(OutcomeUnknown):
        await logs.append([batch(1, row(2))])
    with pytest.raises(OutcomeUnknown):
        await logs.tail(EVENING, 0)
    position = (await logs.tail(EVENING, 0))[-1].position
    assert await logs.append([batch(position, row(position + 1))]) == {EVENING}
    assert len(ground.ask(OURS)) == 2


async def test_sessions_killed_at_random_lose_nothing_and_double_nothing_f14_p1_p2(ground: Place):
    """Each line is sent until it has its receipt, as clients do."""
    dice, retries = random.Random(14), 0
    async with at_work(ground) as office:
        await office.furnish(77)

        async def kills() -> None:
            connection = await asyncpg.connect(ground.environ["DATABASE_URL"])
            try:
                while True:
                    await asyncio.sleep(dice.uniform(0.005, 0.03))
                    await connection.fetch(KILL)
            finally:
                connection.terminate()

        async def speaks(seat: int) -> None:
            nonlocal retries
            for number in range(60):
                retries += await said(office, seat, number)

        killing = asyncio.create_task(kills())
        await asyncio.gather(speaks(ben), speaks(chidi))
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
        lines = office.lines(77)
        for seat in (ben, chidi):
            texts = [text for who, text in lines if who == seat]
            assert texts == [f"{seat} {number}" for number in range(60)]
        numbers = office.numbers(77)
        assert numbers == list(range(1, len(numbers) + 1))
    assert retries > 3, "need some that were killed"


# A server in trouble


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[tuple[Postgres, Place]]:
    """A server that may be broken, and a migrated database on it."""
    with servers.postgres(max_connections="12") as server:
        servers.asked(server.url(), "CREATE DATABASE chat")
        ground = PostgresPlace(server.url("chat"), tmp_path)
        migrate(ground.settings)
        add_log(ground, EVENING)
        yield server, ground


async def test_a_server_that_keeps_silent_is_waited_for_so_long_and_then_less_p17(
    broken: tuple[Postgres, Place],
):
    server, ground = broken
    logs = bare_logs(ground.settings)
    await logs.append([batch(0, row(1, command_id=ID))])
    server.stop()
    try:
        waits = []
        for _ in range(3):
            started = time.monotonic()
            with pytest.raises(OutcomeUnknown):
                await logs.append([batch(1, row(2))])
            waits.append(time.monotonic() - started)
        assert ANSWER_WITHIN <= waits[0] < ANSWER_WITHIN + 0.5
        assert all(wait < WHILE_SILENT + 0.5 for wait in waits[1:])
    finally:
        server.go_on()
    await asyncio.sleep(0.1)
    position = await _position(logs)
    assert await logs.append([batch(position, row(position + 1))]) == {EVENING}
    await logs.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
async def test_after_a_restart_logs_go_on_by_themselves_f13(
    broken: tuple[Postgres, Place], how: signal.Signals
):
    server, ground = broken
    logs = bare_logs(ground.settings)
    await logs.append([batch(0, row(1, words=b"words"))])
    server.shut_down(how)
    for _ in range(2):
        started = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            await logs.append([batch(1, row(2))])
        assert time.monotonic() - started < ANSWER_WITHIN + 0.5
    server.start()
    assert await logs.append([batch(1, row(2))]) == {EVENING}
    assert await logs.tail(EVENING, 0) == [row(1, words=b"words"), row(2)]
    await logs.close()


async def test_a_server_that_is_far_away_is_reached_though_nobody_waits_so_long_p17(ground: Place):
    url, delay = ground.settings.database_url, 0.0

    async def dial() -> asyncpg.Connection:
        await asyncio.sleep(delay)
        return await postgres.connect(url, answer_within=None)

    logs = PostgresLogs(url, dial)
    await logs.append([batch(0, row(1))])
    ground.ask(KILL)
    delay = WHILE_SILENT + 0.3
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await logs.append([batch(1, row(2))])
    assert await logs.append([batch(1, row(2))]) == {EVENING}
    await logs.close()


async def test_without_a_free_connection_the_wait_is_bounded_f17(broken: tuple[Postgres, Place]):
    server, ground = broken
    hogs = []
    with suppress(asyncpg.PostgresError):
        while True:
            hogs.append(await asyncpg.connect(server.url("chat")))
    logs = bare_logs(ground.settings)
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="TooManyConnections"):
        await logs.append([batch(0, row(1))])
    assert time.monotonic() - started < ANSWER_WITHIN
    for hog in hogs:
        hog.terminate()
    async with asyncio.timeout(5):
        while True:
            with suppress(OutcomeUnknown):
                assert await logs.append([batch(0, row(1))]) == {EVENING}
                break
    await logs.close()


async def test_what_a_stopped_process_began_is_undone_in_two_seconds_f5(ground: Place, logs: Logs):
    """A process that was stopped inside a transaction, as ours never are, with our settings."""
    stopped = await postgres.connect(ground.settings.database_url)
    await stopped.execute("BEGIN")
    await stopped.execute("UPDATE log SET position = 7 WHERE id = $1", EVENING)
    assert await logs.append([batch(0, row(1))]) == set()
    started = time.monotonic()
    while not await logs.append([batch(0, row(1))]):
        await _a_moment()
    assert 1.0 < time.monotonic() - started < 3.0
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await stopped.execute("COMMIT")
    stopped.terminate()


async def _a_moment() -> None:
    await asyncio.sleep(0.05)


async def _position(logs: Logs) -> int:
    rows: list[Row] = await logs.tail(EVENING, 0)
    return rows[-1].position


async def test_a_statement_half_sent_holds_a_log_for_5_seconds_at_most_w1_f5(logs: Logs):
    """Between two messages of one statement a session is neither idle nor running: no other fence sees it."""
    assert isinstance(logs, PostgresLogs)
    held = [logs._writer, logs._reader]
    await logs.head(EVENING)
    version = (await held[1].fetch("SHOW server_version_num"))[0][0]
    if int(version) < 170000:  # An older server has no such fence.
        return
    assert [(await one.fetch("SHOW transaction_timeout"))[0][0] for one in held] == ["5s", "5s"]
