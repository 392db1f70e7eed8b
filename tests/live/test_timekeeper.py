"""Time: what is due happens once, what the bus lost is found, and words go when their time is over."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest
from sqlalchemy import BindParameter, Double, bindparam

from chatroom.live.hub import Subscriber
from chatroom.live.presence import GRACE, Presence
from chatroom.live.timekeeper import (
    CHAIR_MISSED,
    HEARTBEAT,
    POLL,
    UNSOUND_POLL,
    Clock,
    Timekeeper,
)
from chatroom.store.database import open_engine
from chatroom.store.presence import HELD, DatabaseLeases
from moderation.meeting import chair
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.state import Meeting
from tests.cast import ada, ben, chidi, eve
from tests.ground import dice, settings_in
from tests.journal.stage import (
    EVENING,
    MORNING,
    OPEN_EPOCH,
    Hands,
    Office,
    asked,
    at_work,
    migrated,
)
from tests.live.test_hub import Hall, Recorder, recorded
from tests.store.places import Place, SqlitePlace


class Tower:
    """A timekeeper whose clock is in the test's hands and who sleeps only as long as he is let."""

    def __init__(self, office: Office, presence: Presence | None = None) -> None:
        self.office = office
        self.hall = Hall(office, presence)
        self.is_leaving = False
        self.slept: list[float] = []
        self.sound = True
        self.tidied: list[float] = []
        self._mornings: asyncio.Queue[None] = asyncio.Queue()
        clock = Clock(
            wall=lambda: office.clock.at,
            monotonic=lambda: office.clock.at,
        )
        clock.now = office.clock.now  # type: ignore[method-assign]
        self.keeper = Timekeeper(
            clock,
            office.logs,
            office.journal,
            self.hall.hub,
            self.hall.presence,
            bus_is_sound=lambda: self.sound,
            tidy=self._tidy,
            is_leaving=lambda: self.is_leaving,
            pause=self._pause,
        )

    async def _tidy(self, now: float) -> None:
        self.tidied.append(now)

    async def _pause(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self._mornings.get()

    def wake(self) -> None:
        self._mornings.put_nowait(None)

    async def look(self, later: float = 0.0) -> None:
        """One look, and whatever it has proposed is decided."""
        self.office.clock.at += later
        await self.keeper.look()
        await self.keeper.look_around()
        await self.settled()

    async def settled(self) -> None:
        """The journal takes its proposals in turn: when it has this one, it has had all others."""
        await self.office.journal.submit(EVENING, 0, ask.HandBack(eve))  # Of her there is no hand.

    def kinds(self) -> list[str]:
        rows = asked(self.office.path, "SELECT type FROM entry WHERE log = ?", EVENING)
        return [row[0] for row in rows]

    def entries(self, kind: type) -> list[object]:
        return [
            record.entry for _, record in self.office.published if isinstance(record.entry, kind)
        ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return migrated(tmp_path)


@pytest.fixture
async def tower(path: Path) -> AsyncIterator[Tower]:
    async with at_work(path) as office:
        await office.furnish()
        yield Tower(office)


# The clock


def test_time_runs_on_the_monotonic_clock_from_the_wall_clock_at_the_start_w22():
    wall, monotonic = 1000.0, 50.0
    clock = Clock(wall=lambda: wall, monotonic=lambda: monotonic)
    monotonic = 60.5
    wall = 0.0  # Somebody sets the machine's clock.
    assert clock.now() == 1010.5


def test_a_meeting_can_be_made_to_run_faster_w22():
    monotonic = 0.0
    clock = Clock(60.0, wall=lambda: 1000.0, monotonic=lambda: monotonic)
    monotonic = 2.0
    assert clock.now() == 1120.0


async def test_time_is_the_databases_where_it_has_one_w22():
    """This machine's clock is an hour off; the database answers 0.2 s after it was asked."""
    there, monotonic = 5000.0, 50.0

    async def ask() -> float:
        nonlocal there, monotonic
        answer = there + 0.1
        there, monotonic = there + 0.2, monotonic + 0.2
        return answer

    clock = Clock(wall=lambda: 8600.0, monotonic=lambda: monotonic)
    await clock.follow(ask)
    assert there - 0.1 <= clock.good_until(None) - 2.0 <= there + 0.1
    assert clock.now() == pytest.approx(there, abs=0.11)


async def test_time_never_goes_back_and_a_slow_answer_changes_nothing_w22():
    monotonic = 50.0

    async def quick() -> float:
        return 950.0 + monotonic

    async def slow() -> float:
        """This process was stopped between the answer and hearing it."""
        nonlocal monotonic
        answer = 950.0 + monotonic
        monotonic += 30.0
        return answer

    async def set_back() -> float:
        return 940.0 + monotonic

    clock = Clock(wall=lambda: 0.0, monotonic=lambda: monotonic)
    await clock.follow(quick)
    assert clock.now() == 1000.0
    await clock.follow(slow)
    assert clock.now() == 1030.0
    await clock.follow(set_back)
    assert clock.now() == 1030.0
    monotonic += 10.5
    assert clock.now() == 1030.5


async def test_a_database_without_a_time_leaves_the_clock_alone():
    async def none() -> None:
        return None

    clock = Clock(wall=lambda: 1000.0, monotonic=lambda: 5.0)
    await clock.follow(none)
    assert clock.now() == 1000.0


@pytest.mark.parametrize(
    ("due", "good_for"), [(None, 2.0), (1000.5, 0.5), (1010.0, 2.0), (1000.0, 2.0), (999.0, 2.0)]
)
def test_a_decision_is_good_for_two_seconds_or_until_something_is_due_w1(
    due: float | None, good_for: float
):
    clock = Clock(wall=lambda: 1000.0, monotonic=lambda: 5.0)
    assert clock.good_until(due) == 1000.0 + good_for


def test_in_a_meeting_that_runs_faster_what_is_due_is_due_sooner_w22():
    clock = Clock(10.0, wall=lambda: 1000.0, monotonic=lambda: 5.0)
    assert clock.good_until(1005.0) == 1000.5


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


class running:  # noqa: N801 - reads as a word
    """The timekeeper's own loop."""

    def __init__(self, tower: Tower) -> None:
        self._tower = tower

    async def __aenter__(self) -> None:
        self._task = asyncio.ensure_future(self._tower.keeper.run())

    async def __aexit__(self, *_: object) -> None:
        assert not self._task.done(), self._task
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def slept(tower: Tower, times: int) -> None:
    async with asyncio.timeout(5):
        while len(tower.slept) < times:  # noqa: ASYNC110 - it looks from outside
            await asyncio.sleep(0.001)


# A holder who vanished


async def hold_the_floor(tower: Tower) -> None:
    submit = tower.office.journal.submit
    await submit(EVENING, ada, ask.NextPhase(OPEN_EPOCH))
    await submit(EVENING, ben, ask.RaiseHand())
    await submit(EVENING, ada, ask.Invite(OPEN_EPOCH + 1, ben))
    await submit(EVENING, ben, ask.Accept(OPEN_EPOCH + 2))
    assert (await tower.office.book()).fold.state.holder == ben


async def test_a_holder_who_vanished_is_given_a_moment_and_comes_back_fc16(tower: Tower):
    await tower.hall.join(ada)
    bens = await tower.hall.join(ben)
    await hold_the_floor(tower)
    await tower.look()
    assert tower.entries(happened.HolderWentAway) == []
    tower.hall.hub.leave(EVENING, bens)
    await tower.look()
    assert tower.entries(happened.HolderWentAway) == [], "a reload of the page is not worth a word"
    await tower.look()
    await tower.look()
    assert len(tower.entries(happened.HolderWentAway)) == 1
    await tower.hall.join(ben)
    await tower.look()
    await tower.look()
    assert tower.entries(happened.HolderCameBack) == [happened.HolderCameBack(ben)]


async def test_a_holder_who_stays_away_loses_the_floor_once_p11(tower: Tower):
    await tower.hall.join(ada)
    await hold_the_floor(tower)
    for _ in range(3):
        await tower.look()
    (away,) = tower.entries(happened.HolderWentAway)
    assert isinstance(away, happened.HolderWentAway)
    tower.office.clock.at = away.until - 0.001
    await tower.look()
    assert tower.entries(happened.TurnEnded) == []
    tower.office.clock.at = away.until
    await tower.look()
    await tower.look()
    assert tower.entries(happened.TurnEnded) == [happened.TurnEnded(ben, reason="away")]


async def test_a_second_socket_keeps_the_holder_here_fc16(tower: Tower):
    await tower.hall.join(ada)
    one, _ = await tower.hall.join(ben), await tower.hall.join(ben)
    await hold_the_floor(tower)
    tower.hall.hub.leave(EVENING, one)
    for _ in range(4):
        await tower.look()
    assert tower.entries(happened.HolderWentAway) == []


async def test_who_lost_a_turn_by_being_away_is_next_when_back_fc16(tower: Tower):
    """Once; and nothing is asked of the journal while there is nothing to do."""
    await tower.hall.join(ada)
    await hold_the_floor(tower)
    await tower.office.raise_hand(chidi)
    await tower.hall.join(chidi)
    for _ in range(3):
        await tower.look(1.0)
    await tower.look(90.0)
    assert tower.entries(happened.TurnEnded) == [happened.TurnEnded(ben, reason="away")]
    await tower.hall.join(ben)
    for _ in range(3):
        await tower.look(1.0)
    back = [entry for entry in tower.entries(happened.HandRaised) if entry.by == "server"]  # type: ignore[attr-defined]
    assert back == [happened.HandRaised(ben, place=1, by="server")]
    assert (await tower.office.book()).fold.state.hands == (ben, chidi)


# Nobody in the chair


async def test_a_meeting_without_a_facilitator_is_told_so_after_a_minute_once_fc24(tower: Tower):
    adas, _ = await tower.hall.join(ada), await tower.hall.join(ben)
    await tower.look()
    tower.hall.hub.leave(EVENING, adas)
    await tower.look(1.0)
    await tower.look(CHAIR_MISSED - 0.001)
    assert tower.entries(happened.ChairWentAway) == []
    for _ in range(3):
        await tower.look(1.0)
    (away,) = tower.entries(happened.ChairWentAway)
    await tower.look(60.0)
    await tower.look(1.0)
    assert tower.entries(happened.ChairWentAway) == [away]
    assert tower.entries(happened.WentQuiet) == [happened.WentQuiet()]
    assert (await tower.office.book()).fold.state.is_quiet


async def test_a_facilitator_who_is_back_in_time_has_all_as_it_was_fc24(tower: Tower):
    await tower.hall.join(ben)
    for _ in range(62):
        await tower.look(1.0)
    assert len(tower.entries(happened.ChairWentAway)) == 1
    adas = await tower.hall.join(ada)
    for _ in range(3):
        await tower.look(1.0)
    assert tower.entries(happened.ChairCameBack) == [happened.ChairCameBack(ada)]
    tower.hall.hub.leave(EVENING, adas)
    await tower.look(1.0)
    await tower.look(CHAIR_MISSED - 1.0)
    assert len(tower.entries(happened.ChairWentAway)) == 1, "another minute begins"
    await tower.look(1.0)
    assert len(tower.entries(happened.ChairWentAway)) == 2


async def test_who_stands_by_is_offered_a_lost_chair_when_they_are_here_fc24(tower: Tower):
    submit = tower.office.journal.submit
    await submit(EVENING, ada, ask.Appoint(ben, "standby"))
    await submit(EVENING, ada, ask.Appoint(chidi, "standby"))
    await tower.hall.join(chidi)
    await tower.look()
    await tower.look(CHAIR_MISSED)
    (offer,) = tower.entries(happened.ChairOffered)
    assert (offer.seat, offer.by) == (chidi, 0)  # type: ignore[attr-defined]
    await tower.look(30.0)
    await tower.look()
    assert tower.entries(happened.ChairOffered) == [offer], "nobody else is here"
    bens = await tower.hall.join(ben)
    await tower.look(1.0)
    assert [one.seat for one in tower.entries(happened.ChairOffered)] == [chidi, ben]  # type: ignore[attr-defined]
    promoted = await submit(EVENING, ben, ask.AcceptChair())
    assert recorded(bens).closed == [4411]
    await tower.hall.join(ben, {0: promoted.number or 0, -1: 0, ben: 1})
    adas = await tower.hall.join(ada)
    for _ in range(3):
        await tower.look(1.0)
    (*_, offered) = tower.entries(happened.ChairOffered)
    assert (offered.seat, offered.by) == (ada, 0), "control is offered, and not snatched back"  # type: ignore[attr-defined]
    assert len(tower.entries(happened.ChairOffered)) == 3
    assert (await tower.office.book()).fold.state.chair == ben
    assert recorded(adas).closed == []


@pytest.mark.parametrize("how", ["taken", "came back"])
async def test_who_has_just_got_the_chair_has_a_minute_to_be_here_fc24(tower: Tower, how: str):
    """Who takes it is let go to come back as a facilitator, and another process sees them later."""
    submit = tower.office.journal.submit
    await submit(EVENING, ada, ask.Appoint(ben, "standby"))
    await tower.hall.join(ben)
    await tower.look()
    await tower.look(CHAIR_MISSED)
    assert len(tower.entries(happened.ChairWentAway)) == 1
    if how == "taken":
        await submit(EVENING, ben, ask.AcceptChair())
    else:
        await submit(EVENING, 0, ask.ChairBack(ada))
    held_at = tower.office.clock.at
    for tower.office.clock.at in (held_at, held_at + 1.0, held_at + CHAIR_MISSED - 0.001):
        await tower.look()
    assert len(tower.entries(happened.ChairWentAway)) == 1
    tower.office.clock.at = held_at + CHAIR_MISSED
    await tower.look()
    assert len(tower.entries(happened.ChairWentAway)) == 2


async def test_in_a_quiet_meeting_who_comes_back_is_offered_the_chair_fc24(tower: Tower):
    await tower.hall.join(ben)
    await tower.look()
    for _ in range(2):
        await tower.look(CHAIR_MISSED)
    assert tower.entries(happened.WentQuiet) == [happened.WentQuiet()]
    await tower.hall.join(ada)
    for _ in range(3):
        await tower.look(1.0)
    assert [offer.seat for offer in tower.entries(happened.ChairOffered)] == [ada]  # type: ignore[attr-defined]
    await tower.office.journal.submit(EVENING, ada, ask.AcceptChair())
    assert not (await tower.office.book()).fold.state.is_quiet


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


# Somebody in the queue who vanished


async def raise_hands(tower: Tower, *seats: int) -> None:
    await tower.office.journal.submit(EVENING, ada, ask.NextPhase(OPEN_EPOCH))
    for seat in seats:
        await tower.office.raise_hand(seat)


async def test_a_place_is_kept_for_who_drops_and_comes_back_fc17(tower: Tower):
    await tower.hall.join(ada)
    bens = await tower.hall.join(ben)
    await raise_hands(tower, ben)
    tower.hall.hub.leave(EVENING, bens)
    await tower.look()
    await tower.look(GRACE - 0.001)
    assert tower.entries(happened.HandWentAway) == [], "a blip is not worth a word"
    await tower.look(0.001)
    (away,) = tower.entries(happened.HandWentAway)
    assert away == happened.HandWentAway(ben, tower.office.clock.at + 120)
    await tower.look(119.0)
    await tower.hall.join(ben)
    for _ in range(3):
        await tower.look()
    assert tower.entries(happened.HandCameBack) == [happened.HandCameBack(ben)]
    await tower.look(120.0)
    assert (await tower.office.book()).fold.state.hands == (ben,)


async def test_who_stays_away_loses_the_place_once_fc17_p12(tower: Tower):
    await tower.hall.join(ada)
    await raise_hands(tower, ben, chidi)
    await tower.hall.join(chidi)
    await tower.look()
    for _ in range(int(GRACE + 120.0) + 3):
        await tower.look(1.0)
    assert tower.entries(happened.HandLowered) == [happened.HandLowered(ben, by="away")]
    assert len(tower.entries(happened.HandWentAway)) == 1


async def test_a_hand_that_went_up_again_is_missed_from_then_on(tower: Tower):
    await tower.hall.join(ada)
    await raise_hands(tower, ben)
    await tower.look()
    await tower.office.journal.submit(EVENING, ben, ask.LowerHand())
    await tower.look(GRACE)
    await tower.office.raise_hand(ben)
    await tower.look()
    assert tower.entries(happened.HandWentAway) == []
    await tower.look(GRACE)
    assert len(tower.entries(happened.HandWentAway)) == 1


async def test_of_hands_that_neither_came_nor_went_nothing_is_asked(
    tower: Tower, monkeypatch: pytest.MonkeyPatch
):
    """A round of thousands would else be decided on, hand by hand, every second."""
    asked: list[object] = []

    def noted(self: Timekeeper, log: int, meeting: Meeting, command: object) -> bool:
        asked.append(command)
        return False

    for seat in (ada, ben):
        await tower.hall.join(seat)
    await raise_hands(tower, ben, chidi)
    await tower.look()
    await tower.look(GRACE)
    assert len(tower.entries(happened.HandWentAway)) == 1
    monkeypatch.setattr(Timekeeper, "_propose", noted)
    await tower.look()
    assert [command for command in asked if isinstance(command, ask.HandAway | ask.HandBack)] == []


# Over several processes


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


async def both(towers: list[Tower], seconds: float, *, step: float = 1.0) -> None:
    """So many seconds go by, in which each looks every second, one half a second after the other."""
    for _ in range(int(seconds / step)):
        for tower in towers:
            await tower.look(step / len(towers))


async def test_a_holder_at_another_process_is_here_fc16(towers: list[Tower]):
    here, there = towers
    await here.hall.join(ada)
    await there.hall.join(ben)
    await both(towers, 2)
    await hold_the_floor(here)
    await both(towers, 30)
    assert here.kinds().count("holder_went_away") == 0


async def test_a_holder_who_comes_back_to_another_process_goes_on_fc16(towers: list[Tower]):
    here, there = towers
    await here.hall.join(ada)
    bens = await here.hall.join(ben)
    await hold_the_floor(here)
    await both(towers, 2)
    here.hall.hub.leave(EVENING, bens)
    await both(towers, 5)
    await there.hall.join(ben)
    await both(towers, 5)
    kinds = [kind for kind in here.kinds() if kind.startswith("holder")]
    assert kinds == ["holder_went_away", "holder_came_back"]


async def test_a_holder_whose_process_was_killed_loses_the_floor_once_p11(towers: list[Tower]):
    here, there = towers
    await here.hall.join(ada)
    await there.hall.join(ben)
    await both(towers, 2)
    await hold_the_floor(here)
    before = here.office.clock.at
    await both([here], HELD + 90.0 + 5.0)
    assert here.kinds().count("holder_went_away") == 1
    assert here.entries(happened.TurnEnded) == [happened.TurnEnded(ben, reason="away")]
    (away,) = here.entries(happened.HolderWentAway)
    assert isinstance(away, happened.HolderWentAway)
    assert away.until - 90.0 - before <= 45.0


async def test_a_meeting_whose_facilitators_process_was_killed_is_looked_at_by_another_fc24(
    towers: list[Tower],
):
    here, there = towers
    await here.hall.join(ben)
    await there.hall.join(ada)
    await both(towers, 70)
    assert here.kinds().count("chair_went_away") == 0, "she is there"
    died = here.office.clock.at
    await both([here], HELD + CHAIR_MISSED + 5.0)
    (away,) = here.entries(happened.ChairWentAway)
    assert isinstance(away, happened.ChairWentAway)
    assert CHAIR_MISSED <= away.until - 60.0 - died <= HELD + CHAIR_MISSED + 2.0
    await both(towers, 5)
    assert here.kinds().count("chair_came_back") == 1


async def test_a_process_that_lets_everybody_go_says_of_nobody_that_they_are_gone_p16(
    towers: list[Tower],
):
    here, there = towers
    await here.hall.join(ada)
    bens = await there.hall.join(ben)
    await both(towers, 2)
    await hold_the_floor(here)
    there.is_leaving = True
    there.hall.hub.leave(EVENING, bens)
    await both(towers, 10)
    assert here.kinds().count("holder_went_away") == 0
    assert here.hall.presence.here(EVENING) == {ada, ben}


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


# The sweep


async def test_words_go_some_hours_after_the_close_and_not_before_p20(tower: Tower):
    await tower.office.say(ben, "canary", id=b"i" * 16)
    await tower.look(3700.0)
    assert "canary" in words(tower.office.path), "an open meeting keeps its words"
    await tower.office.journal.submit(EVENING, ada, ask.Close())
    await tower.look(3599.0)
    assert "canary" in words(tower.office.path)
    await tower.look(1.0)
    assert words(tower.office.path) == []
    digests = asked(tower.office.path, "SELECT 1 FROM entry WHERE digest IS NOT NULL")
    assert digests == []
    assert len(tower.kinds()) == tower.office.position(), "what happened stays, without words"


async def test_with_no_hours_words_go_at_the_next_look_p20(path: Path):
    async with at_work(path) as office:
        await office.furnish(keep=0.0)
        tower = Tower(office)
        await office.say(ben, "canary")
        await office.journal.submit(EVENING, ada, ask.Close())
        await tower.look()
        assert words(path) == []


async def test_the_sweep_takes_one_log_and_leaves_the_others_p20(tower: Tower):
    await tower.office.furnish(MORNING)
    await tower.office.say(ben, "still on", log=MORNING)
    await tower.office.journal.submit(EVENING, ada, ask.Close())
    await tower.look(4000.0)
    rows = asked(tower.office.path, "SELECT DISTINCT log FROM body")
    assert rows == [(MORNING,)]


async def test_what_was_swept_is_in_no_memory_though_people_are_still_there_p20_p25(tower: Tower):
    await tower.hall.join(chidi)
    book = await tower.office.book()
    await tower.office.say(ben, "canary")
    await tower.office.journal.submit(EVENING, ada, ask.Close())
    await tower.look(4000.0)
    assert await tower.office.book() is book
    assert "canary" not in repr(list(book.ring))
    assert "Ben" not in repr(list(book.ring))
    async with at_work(tower.office.path) as fresh:
        assert (await fresh.book()).fold == book.fold
    newcomer = await tower.hall.join(ben)
    assert b"canary" not in b"".join(recorded(newcomer).given)


async def test_what_is_appended_during_the_sweep_reaches_those_who_are_there_p4(
    path: Path, tower: Tower
):
    """Folding the log afresh must not swallow what nobody here has been told of yet."""
    member = await tower.hall.join(chidi)
    said = await tower.office.say(ben, "never mind")
    await tower.office.journal.submit(EVENING, ada, ask.Close())
    async with at_work(path, seed="there") as there:
        await there.journal.submit(EVENING, ben, ask.Redact(said.number or 0))
        assert tower.office.position() > (await tower.office.book()).fold.position
        await tower.office.journal.reread(EVENING)
    await asyncio.sleep(0)
    assert recorded(member).numbers() == tower.office.numbers()


def words(where: Path | Place) -> list[str]:
    return [row[0].decode() for row in asked(where, "SELECT words FROM body")]
