"""Time: what is due happens once, and what the bus lost is found."""

import asyncio
import sqlite3
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest
from sqlalchemy.exc import SQLAlchemyError

from chatroom.live.books import Unreadable
from chatroom.live.lane import Subscriber
from chatroom.live.timekeeper import (
    CHAIR_MISSED,
    HEARTBEAT,
    POLL,
    UNSOUND_POLL,
)
from chatroom.store.logs import OutcomeUnknown
from moderation.meeting import chair
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from tests.cast import ada, ben, chidi
from tests.journal.stage import (
    EVENING,
    MORNING,
    Hands,
    at_work,
)
from tests.live.hall import Recorder, recorded
from tests.live.tower import Tower, Unminded, both, hold_the_floor, raise_hands, running, slept
from tests.store.places import SqlitePlace

# What is due


async def test_a_mute_ends_once_and_never_before_its_time_p12(tower: Tower):
    await tower.office.mute(ben)
    (muted,) = tower.entries(happened.Muted)
    assert isinstance(muted, happened.Muted)
    tower.office.clock.at = muted.until - 0.001
    await tower.look()
    assert tower.entries(happened.Unmuted) == []
    tower.office.clock.at = muted.until
    for _ in range(3):  # Looked at again before the tick is decided, and after.
        await tower.keeper.look()
    await tower.look(1.0)
    assert tower.entries(happened.Unmuted) == [happened.Unmuted(ben, by="time")]


async def test_what_is_due_happens_though_nobody_is_connected_and_the_process_is_new_w21(
    path: Path,
):
    async with at_work(path) as before:
        await before.furnish()
        await before.mute(ben)
    async with at_work(path, clock=Hands(before.clock.at + 601.0), seed="after") as after:
        tower = Tower(after)
        await tower.look()
        assert tower.kinds().count("unmuted") == 1


async def test_two_timekeepers_end_a_mute_once_w21(path: Path, tower: Tower):
    async with at_work(path, clock=tower.office.clock, seed="there") as there:
        other = Tower(there)
        books = [await tower.office.book(), await there.book()]
        await tower.office.mute(ben)
        tower.office.clock.at += 601.0
        await asyncio.gather(tower.keeper.look(), other.keeper.look())
        await tower.settled()
        await other.settled()
        assert tower.kinds().count("unmuted") == 1
        assert len(books) == 2


async def test_a_meeting_that_was_left_open_is_closed_once_p20(tower: Tower):
    await tower.look(12 * 3600.0)
    await tower.look(12 * 3600.0)
    assert tower.kinds().count("closed") == 1


# What the bus lost


async def test_the_poll_finds_what_another_process_has_appended_w5(path: Path, tower: Tower):
    """The bus is off: nothing was announced to anybody."""
    member = await tower.hall.join(chidi)
    async with at_work(path, seed="there") as there:
        said = await there.say(ben, "hello")
    before = len(tower.office.published)
    await tower.keeper.look()
    await asyncio.sleep(0)
    assert [record.number for _, record in tower.office.published[before:]] == [said.number]
    assert recorded(member).numbers()[-1] == said.number
    await tower.keeper.look()
    assert recorded(member).numbers() == tower.office.numbers()


async def test_the_poll_asks_once_for_all_logs_that_somebody_is_in(tower: Tower):
    await tower.office.furnish(MORNING)
    queries: list[str] = []
    await tower.hall.join(chidi)
    tower.office.seam.before = queries.append
    await tower.keeper.look()
    assert len([query for query in queries if "FROM log" in query and "IN (" in query]) == 1


async def test_a_log_that_cannot_be_read_does_not_keep_him_from_the_others_w10(
    path: Path, tower: Tower
):
    """A newer version has written there what this one does not know."""
    office = tower.office
    await office.furnish(MORNING)
    await office.mute(chidi)
    morning, member = await office.book(MORNING), await tower.hall.join(chidi)
    tower.hall.hub.enter(MORNING, Subscriber(Recorder(), ben, b""))
    async with at_work(path, seed="there") as there:
        await there.say(ben, "hello", log=MORNING)
        said = await there.say(ben, "hello")
    broken = "UPDATE entry SET data = ? WHERE log = ? AND type = 'said'"
    SqlitePlace(path).tell(broken, b"\x80", MORNING)
    office.clock.at += 601.0
    await tower.look()
    assert said.number in recorded(member).numbers()
    assert tower.entries(happened.Unmuted)[:1] == [happened.Unmuted(chidi, by="time")]
    assert morning.fold.position < office.position(MORNING)


async def test_he_looks_once_a_second_and_more_often_when_the_bus_is_not_sound_w6(tower: Tower):
    async with running(tower):
        await slept(tower, 1)
        tower.sound = False
        tower.wake()
        await slept(tower, 2)
    assert tower.slept == [POLL, UNSOUND_POLL]


async def test_he_goes_on_when_the_database_was_away_p17(tower: Tower):
    def away(sql: str) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    await tower.hall.join(chidi)
    tower.office.seam.before = away
    async with running(tower):
        await slept(tower, 1)
        tower.office.seam.before = lambda _: None
        await tower.office.mute(ben)
        tower.office.clock.at += 601.0
        tower.wake()
        await slept(tower, 2)
        await tower.settled()
    assert tower.entries(happened.Unmuted) == [happened.Unmuted(ben, by="time")]


async def test_every_ten_seconds_each_socket_hears_the_head_w5(tower: Tower):
    members = [await tower.hall.join(seat) for seat in (ada, chidi)]
    async with running(tower):
        for turn in range(1, 2 * int(HEARTBEAT / POLL) + 1):
            await slept(tower, turn)
            tower.wake()
        await slept(tower, turn + 1)
    await asyncio.sleep(0)
    book = await tower.office.book()
    number, id = book.fold.head(0)
    for member in members:
        beats = [frame for frame in recorded(member).frames if frame["type"] == "heartbeat"]
        assert [beat["head"] for beat in beats] == [f"{number}.{id}"] * 2
        assert beats[0]["now"] == tower.office.clock.at
    data = [recorded(member).given[-1] for member in members]
    assert data[0] is data[1]
    assert msgspec.json.decode(data[0][2:])["type"] == "heartbeat"


async def test_nothing_is_proposed_where_nothing_would_change(tower: Tower):
    """A look a second in every meeting must not become a write, or a read, a second."""
    await hold_the_floor(tower)
    await tower.hall.join(ben)
    for _ in range(62):
        await tower.look(1.0)
    await tower.hall.join(ada)
    await tower.look(1.0)
    proposed: list[object] = []
    tower.office.journal.submit = lambda log, seat, command, **_: proposed.append(command)  # type: ignore[method-assign, assignment]
    tower.office.clock.at += 1.0
    await tower.keeper.look_around()
    assert proposed == []


async def test_a_bug_in_a_rule_keeps_him_from_nothing(
    tower: Tower, monkeypatch: pytest.MonkeyPatch
):
    await tower.hall.join(ben)
    await tower.hall.join(chidi)
    await raise_hands(tower, chidi)
    await tower.look()

    def broken(*_: object) -> NoReturn:
        raise KeyError("a bug")

    monkeypatch.setattr(chair, "chair_away", broken)
    for _ in range(2):
        await tower.look(CHAIR_MISSED)
    monkeypatch.undo()
    await tower.look(1.0)
    assert len(tower.entries(happened.ChairWentAway)) == 1


async def test_each_deadline_is_one_entry_never_early_and_at_most_2_seconds_late_p12(
    towers: list[Tower],
):
    """A mute, a holder's moment and a kept place end while two processes look."""
    here, there = towers
    for tower in towers:
        await tower.hall.join(ada)
    await here.office.journal.submit(EVENING, ada, ask.Mute(ben, 1))
    await both(towers, 70)
    await hold_the_floor(there)
    await there.office.raise_hand(chidi)
    await both(towers, 200)
    for tower in towers:
        (muted,) = tower.entries(happened.Muted)
        (holder,) = tower.entries(happened.HolderWentAway)
        (hand,) = tower.entries(happened.HandWentAway)
        ends = [
            (happened.Unmuted(ben, by="time"), muted),
            (happened.TurnEnded(ben, "away"), holder),
            (happened.HandLowered(chidi, "away"), hand),
        ]
        for end, began in ends:
            (at,) = [record.at for _, record in tower.office.published if record.entry == end]
            assert 0.0 <= at - began.until <= 2.0, end  # type: ignore[attr-defined]


@pytest.mark.parametrize("fault", [OutcomeUnknown, Unreadable, SQLAlchemyError])
async def test_what_is_minded_and_cannot_be_read_ends_no_look(path: Path, fault: type[Exception]):
    class Claims(Unminded):
        async def mind(self) -> None:
            raise fault

    async with at_work(path) as office:
        await office.furnish()
        tower = Tower(office, minded=Claims())
        async with running(tower):
            for looks in range(1, 4):
                await slept(tower, looks)
                tower.wake()
