"""Presence: nobody flickers, no ghost stays, and what is not known is not said."""

from collections.abc import AsyncIterator, Collection, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Double, bindparam, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.live import wire
from chatroom.live.presence import GRACE, RENEW, Presence, presence_frame, shows_typing
from chatroom.store.database import open_engine
from chatroom.store.presence import HELD, DatabaseLeases
from moderation.meeting import entries as happened
from moderation.meeting.crowd import CROWD
from tests.cast import ada, ben, chidi, dana, mo
from tests.ground import NOON, dice
from tests.journal.stage import EVENING, MORNING, Hands
from tests.meeting.spec import (
    given,
    in_phase,
    seated,
    with_floor,
    with_hands,
    with_invited,
)
from tests.store.places import KINDS, Place, place

DESK = 9


class Process:
    """One process: what it knows of who is here."""

    def __init__(self, engine: AsyncEngine, clock: Hands, seed: str) -> None:
        self.leases = DatabaseLeases(
            engine, dice(seed), bindparam(None, callable_=lambda: clock.at, type_=Double())
        )
        self.presence = Presence(self.leases, clock.now)
        self.came, self.left = self.presence.came, self.presence.left
        self.here, self.connected = self.presence.here, self.presence.connected

    async def look(self, logs: Collection[int] = (EVENING,)) -> None:
        await self.presence.look(logs)


class Machines:
    """Processes on one database, and the hand on its clock."""

    def __init__(self, place: Place, engine: AsyncEngine) -> None:
        self.place = place
        self.engine = engine
        self.clock = Hands()
        self._started = 0

    def start(self) -> Process:
        self._started += 1
        return Process(self.engine, self.clock, f"process {self._started}")

    async def pass_(self, seconds: float, *processes: Process) -> None:
        """Time goes by, a second at a time; these processes look every second."""
        for _ in range(int(seconds)):
            self.clock.at += 1.0
            for process in processes:
                await process.look()

    def rows(self) -> list[tuple[int, int]]:
        return sorted(self.place.ask("SELECT log, seat FROM presence"))


@pytest.fixture(params=KINDS)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place(request.param, tmp_path) as found:
        yield found


@pytest.fixture
async def machines(where: Place) -> AsyncIterator[Machines]:
    engine = open_engine(where.settings)
    yield Machines(where, engine)
    await engine.dispose()


# One process alone


async def test_a_member_is_shown_as_gone_only_after_a_while_fc18():
    clock = Hands()
    presence = Presence(None, clock.now)
    presence.came(EVENING, ben)
    presence.left(EVENING, ben)
    assert (presence.here(EVENING), presence.connected(EVENING)) == ({ben}, set())
    clock.at += GRACE - 0.001
    await presence.look([EVENING])
    assert presence.here(EVENING) == {ben}
    clock.at += 0.001
    await presence.look([EVENING])
    assert presence.here(EVENING) == set()


async def test_who_is_back_by_then_was_never_gone_fc18():
    clock = Hands()
    presence = Presence(None, clock.now)
    presence.came(EVENING, ben)
    presence.left(EVENING, ben)
    clock.at += GRACE - 1.0
    presence.came(EVENING, ben)
    assert presence.connected(EVENING) == {ben}
    clock.at += 10 * GRACE
    await presence.look([EVENING])
    assert presence.here(EVENING) == {ben}


async def test_a_log_knows_nothing_of_the_others():
    presence = Presence(None, Hands().now)
    presence.came(EVENING, ben)
    assert presence.here(MORNING) == set()
    assert presence.knows(MORNING), "a process that is alone knows all there is"


# Several processes


async def test_a_seat_is_present_while_any_process_has_it_w20(machines: Machines):
    one, other = machines.start(), machines.start()
    one.came(EVENING, ben)
    other.came(EVENING, chidi)
    await machines.pass_(2, one, other)
    assert one.here(EVENING) == other.here(EVENING) == {ben, chidi}
    other.came(EVENING, ben)
    one.left(EVENING, ben)
    await machines.pass_(2 * GRACE, one, other)
    assert one.connected(EVENING) == other.connected(EVENING) == {ben, chidi}


async def test_a_reload_at_another_process_is_seen_by_nobody_fc18(machines: Machines):
    one, other, watching = machines.start(), machines.start(), machines.start()
    one.came(EVENING, ben)
    await machines.pass_(2, one, other, watching)
    one.left(EVENING, ben)
    other.came(EVENING, ben)
    for _ in range(3 * int(GRACE)):
        await machines.pass_(1, one, other, watching)
        assert watching.here(EVENING) == {ben}
    assert machines.rows() == [(EVENING, ben)]


async def test_who_left_is_gone_everywhere_after_a_while_and_nothing_of_it_is_kept_p13(
    machines: Machines,
):
    one, other = machines.start(), machines.start()
    one.came(EVENING, ben)
    await machines.pass_(2, one, other)
    one.left(EVENING, ben)
    await machines.pass_(2, one, other)
    assert (other.connected(EVENING), other.here(EVENING)) == (set(), {ben})
    await machines.pass_(GRACE - 4, one, other)
    assert other.here(EVENING) == {ben}
    await machines.pass_(4, one, other)
    assert other.here(EVENING) == one.here(EVENING) == set()
    assert machines.rows() == []


async def test_the_members_of_a_dead_process_go_when_its_lease_ends_p13(machines: Machines):
    dead, other = machines.start(), machines.start()
    dead.came(EVENING, ben)
    await machines.pass_(2, dead, other)
    assert machines.rows(), "need a ghost for this test to mean anything"
    seconds = 0
    while other.here(EVENING):
        await machines.pass_(1, other)
        seconds += 1
    assert HELD - RENEW <= seconds <= 45
    await machines.pass_(RENEW + 1, other)
    assert machines.rows() == []
    assert len(machines.place.ask("SELECT id FROM lease")) == 1


async def test_until_a_lease_ends_its_members_are_as_they_were_so_that_a_restart_is_no_blip_p16(
    machines: Machines,
):
    stopped, other = machines.start(), machines.start()
    stopped.came(EVENING, ben)
    await machines.pass_(2, stopped, other)
    for _ in range(int(HELD - RENEW)):
        await machines.pass_(1, other)
        assert other.connected(EVENING) == {ben}


async def test_a_process_that_stood_still_has_its_members_back_at_its_next_look_p13(
    machines: Machines,
):
    stopped, other = machines.start(), machines.start()
    stopped.came(EVENING, ben)
    await machines.pass_(2, stopped, other)
    await machines.pass_(3 * HELD, other)
    assert other.here(EVENING) == set()
    assert stopped.here(EVENING) == {ben}, "they are connected to it"
    await stopped.look()
    await other.look()
    assert other.connected(EVENING) == {ben}


async def test_a_lease_that_was_taken_from_a_process_is_noticed_when_somebody_comes(
    machines: Machines,
):
    """As after a crash of PostgreSQL, which empties what is not logged."""
    one, other = machines.start(), machines.start()
    one.came(EVENING, ben)
    await machines.pass_(2, one, other)
    async with machines.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM lease")
    one.came(EVENING, chidi)
    await machines.pass_(3, one, other)
    assert other.here(EVENING) == {ben, chidi}


async def test_while_the_database_is_away_what_was_known_stays_p13(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
):
    one, other = machines.start(), machines.start()
    one.came(EVENING, ben)
    other.came(EVENING, chidi)
    await machines.pass_(2, one, other)

    async def away(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as broken:
        for name in ("renew", "write", "others", "seats"):
            broken.setattr(DatabaseLeases, name, away)
        machines.clock.at += 2 * HELD
        with pytest.raises(SQLAlchemyError):
            await one.look()
        assert one.here(EVENING) == {ben, chidi}
    await machines.pass_(2, one, other)
    assert one.connected(EVENING) == other.connected(EVENING) == {ben, chidi}


async def test_a_write_whose_outcome_nobody_knows_leaves_no_ghost_p13(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
):
    one, other = machines.start(), machines.start()
    await machines.pass_(1, one, other)
    write = DatabaseLeases.write

    async def unknown(self: DatabaseLeases, *what: object) -> bool:
        await write(self, *what)  # type: ignore[arg-type]
        raise OperationalError("", {}, Exception())

    one.came(EVENING, ben)
    with monkeypatch.context() as broken:
        broken.setattr(DatabaseLeases, "write", unknown)
        with pytest.raises(SQLAlchemyError):
            await one.look()
    assert machines.rows() == [(EVENING, ben)]
    one.left(EVENING, ben)
    machines.clock.at += GRACE
    await one.look()
    assert machines.rows() == []


async def test_a_quiet_second_is_one_query_however_many_are_here(machines: Machines):
    one, other = machines.start(), machines.start()
    for seat in range(1, 50):
        one.came(EVENING, seat)
        other.came(MORNING, seat)
    logs = [EVENING, MORNING]
    for process in (one, other, one):
        await process.look(logs)
    queries: list[str] = []
    event.listen(
        machines.engine.sync_engine,
        "before_cursor_execute",
        lambda connection, cursor, query, *_: queries.extend(
            [query] if query.startswith("SELECT") else []
        ),
    )
    await one.look(logs)
    assert len(queries) == 1
    queries.clear()
    other.left(MORNING, 1)
    await other.look(logs)
    queries.clear()
    await one.look(logs)
    assert len(queries) == 2, "where something has changed, one for all logs"
    assert one.connected(MORNING) == set(range(2, 50))


async def test_only_logs_that_are_asked_for_are_read(machines: Machines):
    one, other = machines.start(), machines.start()
    for log in (EVENING, MORNING, DESK):
        other.came(log, ben)
    await other.look()
    assert not one.presence.knows(DESK)
    await one.look([EVENING, DESK])
    assert [one.here(log) for log in (EVENING, MORNING, DESK)] == [{ben}, set(), {ben}]
    assert one.presence.knows(EVENING)
    assert one.presence.knows(DESK)
    assert not one.presence.knows(MORNING)


async def test_the_time_of_a_lease_is_the_databases_w22(where: Place):
    """With no clock in anybody's hand."""
    engine = open_engine(where.settings)
    one = Presence(DatabaseLeases(engine, dice("one")), Hands(NOON - 10**6).now)
    other = Presence(DatabaseLeases(engine, dice("other")), Hands(NOON + 10**6).now)
    one.came(EVENING, ben)
    await one.look([EVENING])
    await other.look([EVENING])
    assert other.connected(EVENING) == {ben}
    await engine.dispose()


def test_who_was_here_is_in_no_wal_and_no_backup_of_postgresql(tmp_path: Path):
    with place("postgres", tmp_path) as found:
        query = "SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'"
        assert sorted(found.ask(query)) == [("lease",), ("presence",)]


# What is told


def test_of_a_small_circle_everybody_is_named():
    here = set(range(1, CROWD + 1))
    assert presence_frame(here, given(seated()).state) == wire.Presence(tuple(sorted(here)))


@pytest.mark.parametrize(
    ("history", "who"),
    [
        (seated(), {ada, mo}),
        (with_hands(ben, chidi), {ada, mo, ben, chidi}),
        (with_invited(ben), {ada, mo, ben}),
        ([*with_floor(ben)], {ada, mo, ben}),
    ],
)
def test_a_crowd_is_counted_and_those_who_matter_are_named(history: list[object], who: set[int]):
    state = given(history).state  # type: ignore[arg-type]
    here = set(range(1, CROWD + 2))
    assert presence_frame(here, state) == wire.Presence(tuple(sorted(who)), count=CROWD + 1)
    here = (here - {mo}) | {CROWD + 2}
    assert presence_frame(here, state).here == tuple(sorted(who - {mo}))


def test_of_a_crowd_elsewhere_than_in_a_meeting_only_the_count_is_told():
    assert presence_frame(set(range(CROWD + 1)), None) == wire.Presence((), count=CROWD + 1)


# Who is writing


def test_in_an_open_phase_it_is_shown_of_anybody():
    meeting = given(in_phase("gathering")).state
    assert shows_typing(meeting, ben, in_a_crowd=False)
    assert shows_typing(meeting, ada, in_a_crowd=False)
    assert not shows_typing(meeting, ben, in_a_crowd=True)


def test_in_a_turn_it_is_shown_of_the_holder_alone():
    meeting = given(with_floor(ben)).state
    for crowd in (False, True):
        shown = {seat for seat in meeting.seats if shows_typing(meeting, seat, in_a_crowd=crowd)}
        assert shown == {ben}


@pytest.mark.parametrize("history", [seated(), in_phase("opening"), in_phase("silence")])
def test_where_not_everybody_may_write_it_is_shown_of_nobody(history: list[object]):
    meeting = given(history).state  # type: ignore[arg-type]
    assert not [seat for seat in meeting.seats if shows_typing(meeting, seat, in_a_crowd=False)]


def test_p8_of_the_muted_and_the_removed_it_is_not_shown():
    story = given(in_phase("gathering"), happened.Muted(ben, NOON + 60), happened.Removed(chidi))
    meeting = story.state
    shown = {seat for seat in meeting.seats if shows_typing(meeting, seat, in_a_crowd=False)}
    assert shown == {ada, mo, dana}
    assert not shows_typing(meeting, 99, in_a_crowd=False)
    assert not shows_typing(None, ada, in_a_crowd=False), "the line of a case shows none"
