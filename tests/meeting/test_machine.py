"""All commands in any order, by everybody, in every format: what floor.md promises holds after each.

What breaks a promise is shown as a story in the words of spec.py, as short as it can be, which can be
pasted into a test.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from msgspec import structs

from moderation.content.verdict import ALLOW
from moderation.meeting import clocks, conduct, decider, floor, talking
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.audience import audience
from moderation.meeting.format import TURNS
from moderation.meeting.state import Meeting, Stamp
from moderation.meeting.talking import why_silent
from moderation.refused import Refused
from tests import cast
from tests.cast import NAMES, ada, mo
from tests.meeting import spec
from tests.meeting.generated import SHIPPED, SWIFT
from tests.meeting.oracle import Illegal, Oracle
from tests.meeting.spec import FORMAT, NEXT, NOON, in_phase

if TYPE_CHECKING:
    from collections.abc import Callable

FULL = os.environ.get("FULL") == "1"
MEETINGS, STEPS = (1400, 60) if FULL else (250, 50)
LEAST = 50_000 if FULL else 4_000

pytestmark = pytest.mark.laws

AGENDAS = {"small": FORMAT.phases, "swift": SWIFT, **SHIPPED}
# Where a meeting begins; a swift one before its first door is locked.
BEGINNINGS = [
    *[("small", phase.id) for phase in FORMAT.phases if phase.speak in TURNS],
    *[("swift", "passing"), ("small", "more")] * 4,
    *[
        (name, phase.id)
        for name, phases in SHIPPED.items()
        for phase in phases
        if phase.speak in TURNS
    ],
]
WAYS = [{}, {}, {"fairness": True}, {"single_share": True}, {"door": "open", "history": "meeting"}]


class Broken(AssertionError):
    """A promise was not kept."""


@dataclass(frozen=True)
class Moment:
    """One command and what came of it: the meeting before and after, and the time of both."""

    before: Meeting
    seat: int
    command: ask.AnyCommand
    left: tuple[happened.AnyEntry, ...]
    refused: str | None
    after: Meeting
    now: float

    def of(self, *types: type[Any]) -> list[Any]:
        return [entry for entry in self.left if isinstance(entry, types)]


# The promises. Each says what it saw, so that none holds only because nothing ever happened, and
# breaks with what should have come instead.

Kept = bool
PROMISES: dict[str, Callable[[Moment], Kept]] = {}


def promise(keeps: Callable[[Moment], Kept]) -> Callable[[Moment], Kept]:
    PROMISES[keeps.__name__] = keeps
    return keeps


def must(so: bool, what: str, instead: str) -> None:
    if not so:
        raise Broken(what, instead)


def no(code: str) -> str:
    return f'.refused("{code}")'


@promise
def fc_05_the_floor_is_taken_by_consent(moment: Moment) -> Kept:
    for taken in moment.of(happened.FloorTaken):
        accepted = isinstance(moment.command, ask.Accept) and moment.seat == taken.seat
        accepted = accepted and moment.before.invited == taken.seat
        returned = isinstance(moment.command, ask.GiveBack)
        must(accepted or returned, "somebody has the floor who did not accept", no("not_invited"))
    return bool(moment.of(happened.FloorTaken))


@promise
def fc_05_an_invitation_runs_out_once_and_keeps_the_hand(moment: Moment) -> Kept:
    ends = [end for end in moment.of(happened.InviteEnded) if end.reason == "expired"]
    for end in ends:
        until, before = moment.before.invite_until, moment.before
        must(until is not None and moment.now >= until, "it ran out too early", ".nothing()")
        stands = before.stopped_at is None and before.frozen_at is None
        must(stands, "it ran out while its clock stood still", ".nothing()")
        if end.seat in before.hands:
            at_end = moment.after.hands[-1:] == (end.seat,)
            then = f".allowed()\n    assert story.state.hands[-1:] == ({seat_name(end.seat)},)"
            must(at_end, "its hand is not at the end", then)
    return bool(ends)


@promise
def fc_05_an_invitation_waits_for_45_seconds(moment: Moment) -> Kept:
    for invited in moment.of(happened.Invited):
        then = f".allowed()\n    assert story.state.invite_until == NOON + {moment.now + 45 - NOON}"
        must(invited.until == moment.now + 45, "another time than 45 s", then)
    return bool(moment.of(happened.Invited))


@promise
def fc_06_one_holder_at_most(moment: Moment) -> Kept:
    holder = moment.before.holder
    for entry in moment.of(happened.FloorTaken, happened.TurnEnded):
        if isinstance(entry, happened.FloorTaken):
            must(holder is None, "two have the floor", no("floor_busy"))
            holder = entry.seat
        else:
            must(holder == entry.seat, "a turn ended that was not running", ".nothing()")
            holder = None
    must(holder == moment.after.holder, "the floor is another's than the log says", ".nothing()")
    return bool(moment.of(happened.FloorTaken, happened.TurnEnded))


@promise
def fc_07_a_stale_epoch_moves_nothing(moment: Moment) -> Kept:
    epoch = getattr(moment.command, "epoch", None)
    if epoch is None or epoch == moment.before.epoch:
        return False
    if isinstance(moment.command, ask.Say) and moment.command.text == "!":
        return False  # A raised hand names no state of the floor.
    must(not moment.left, "a command of another epoch left something", no("stale_epoch"))
    return moment.refused == "stale_epoch"


ONE_STEP = (ask.Invite, ask.Next, ask.Accept, ask.Pass, ask.NotYet, ask.Done, ask.Tag, ask.EndTurn)


@promise
def fc_07_the_floor_moves_one_step_and_one_is_invited(moment: Moment) -> Kept:
    if not isinstance(moment.command, ONE_STEP) or not moment.left:
        return False
    steps = moment.after.epoch - moment.before.epoch
    then = ".allowed()\n    assert story.state.epoch == before.state.epoch + 1"
    must(steps == 1, f"{steps} steps of the epoch at once", then)
    must(len(moment.of(happened.Invited)) <= 1, "two are invited", ".nothing()")
    return len(moment.left) > 1


@promise
def fc_11_nobody_elses_words_stand_in_a_turn(moment: Moment) -> Kept:
    holder, runs = moment.before.holder, moment.before.stopped_at is None
    if holder is None or not runs:
        return False
    for said in moment.of(happened.Said, happened.Posted):
        own = (
            isinstance(said, happened.Said)
            and said.seat == holder
            and said.turn == moment.before.turns
        )
        leads = moment.before.is_facilitator(said.seat)
        code = "turn_running" if leads else "not_your_turn"
        must(own, "words of another in a running turn", no(code))
    return bool(moment.of(happened.Said))


@promise
def fc_12_text_out_of_turn_is_refused(moment: Moment) -> Kept:
    if moment.before.speak not in TURNS:
        return False
    for said in moment.of(happened.Said):
        theirs = said.seat == moment.before.holder or moment.before.is_facilitator(said.seat)
        last = moment.before.last_turn
        is_late = last is not None and last.seat == said.seat and moment.now - last.at <= 5
        code = "turn_ended" if is_late else "not_your_turn"  # FC-09
        must(theirs, "a member's words out of turn", no(code))
    return moment.refused == "not_your_turn"


@promise
def fc_16_who_comes_back_in_time_goes_on(moment: Moment) -> Kept:
    for back in moment.of(happened.HolderCameBack):
        same = (moment.before.turn, moment.before.epoch) == (moment.after.turn, moment.after.epoch)
        must(same and moment.after.holder == back.seat, "another turn goes on", ".nothing()")
    for away in moment.of(happened.HolderWentAway):
        then = f".allowed()\n    assert story.state.away_until == NOON + {moment.now + 90 - NOON}"
        must(away.until == moment.now + 90, "another time than 90 s", then)
    return bool(moment.of(happened.HolderCameBack))


@promise
def fc_16_who_stays_away_is_next_on_return(moment: Moment) -> Kept:
    for ended in moment.of(happened.TurnEnded):
        if ended.reason == "away":
            until = moment.before.away_until
            must(until is not None and moment.now >= until, "taken too early", ".nothing()")
    raised = [hand for hand in moment.of(happened.HandRaised) if hand.by == "server"]
    for hand in raised:
        must(moment.after.hands[:1] == (hand.seat,), "not at the first place", ".nothing()")
        must(hand.seat in moment.before.owed, "nothing was owed", ".nothing()")
    return bool(raised)


@promise
def fc_19_the_muted_are_silent_and_have_no_part_in_the_floor(moment: Moment) -> Kept:
    for spoken in moment.of(happened.Said, happened.Posted, happened.Reacted, happened.Renamed):
        must(not moment.before.is_muted(spoken.seat), "speech of the muted", no("muted"))
    meeting = moment.after
    for seat in meeting.mutes:
        part = (meeting.holder, meeting.invited, *meeting.hands)
        must(seat not in part, "a muted seat has a part in the floor", ".allowed()")
    for muted in moment.of(happened.Muted):
        if muted.seat == moment.before.holder:
            revoked = happened.TurnEnded(muted.seat, "revoked")
            must(revoked in moment.left, "the turn of the muted was not revoked", ".allowed()")
    return moment.refused == "muted"


@promise
def fc_19_a_mute_has_its_end(moment: Moment) -> Kept:
    for unmuted in moment.of(happened.Unmuted):
        mute = moment.before.seats[unmuted.seat].mute
        assert mute is not None
        if unmuted.by == "time":
            must(moment.now >= mute.until, "unmuted too early", ".nothing()")
        if unmuted.by == "phase":
            must(mute.scope == "phase", "unmuted before the end of the scope", ".nothing()")
    phases = {mute.scope for at in moment.after.seats.values() if (mute := at.mute) is not None}
    began = [began for began in moment.of(happened.PhaseBegan) if began.phase > 0]
    must(not began or "phase" not in phases, "a mute outlived its phase", ".allowed()")
    return any(unmuted.by != "facilitator" for unmuted in moment.of(happened.Unmuted))


@promise
def fc_20_rights_are_those_of_a_fresh_joiner(moment: Moment) -> Kept:
    meeting = moment.after
    if not moment.left:
        return False
    fresh = len(meeting.seats) + 1
    rights: dict[str, str | None] = {}
    for seat, place in meeting.seats.items():
        assigned = meeting.speak in place.services
        said = meeting.speak == "self_id" and seat in meeting.said
        if not meeting.sits(seat) or seat == meeting.holder or assigned or said:
            continue
        if place.role not in rights:
            arrival = happened.SeatTaken(seat=fresh, role=place.role, words="Fresh")
            joined = decider.evolve(meeting, arrival, Stamp(10**6, moment.now))
            rights[place.role] = why_silent(joined, fresh)
        why = "muted" if meeting.is_muted(seat) and meeting.is_open else rights[place.role]
        who = seat_name(seat)
        says = f'when({who}, Say(text="Hello", epoch=CURRENT))'
        then = f".allowed().{says}" + (
            no(why) if why else f'.then(Said(seat={who}, words="Hello"))'
        )
        must(why_silent(meeting, seat) == why, f"rights of {who} alone", then)
    return True


HELD = (
    "phase",
    "phase_began_at",
    "queue_open",
    "paused_at",
    "shield_at",
    "all_muted_until",
    "owed",
)
TALK = (
    happened.Said,
    happened.Posted,
    happened.Reacted,
    happened.Renamed,
    happened.HandRaised,
    happened.Invited,
    happened.FloorTaken,
    happened.PhaseBegan,
)


@promise
def fc_21_a_frozen_room_stands_still(moment: Moment) -> Kept:
    before, after = moment.before, moment.after
    if before.frozen_at is None or moment.of(happened.Thawed) or after.closed_at is not None:
        return False
    must(not moment.of(*TALK), "words or hands in a frozen room", no("frozen"))
    for name in HELD:
        same = getattr(before, name) == getattr(after, name)
        must(same, f"{name} changed in a frozen room", no("frozen"))
    acted = isinstance(moment.command, ask.Mute | ask.Remove) or after.is_quiet
    hands = after.hands[: len(before.hands)]  # Who comes late to a round is last in it.
    still = (before.holder, before.invited, before.hands) == (after.holder, after.invited, hands)
    must(acted or still, "the floor moved in a frozen room", no("frozen"))
    return moment.refused == "frozen"


@promise
def fc_21_a_thaw_takes_no_time_from_anybody(moment: Moment) -> Kept:
    since = moment.before.frozen_at
    if since is None or not isinstance(moment.command, ask.Thaw) or not moment.left:
        return False
    left = [one - since for one in deadlines(moment.before)]
    now = [one - moment.now for one in deadlines(moment.after)]
    until = ", ".join(f"NOON + {one + moment.now - NOON}" for one in left)
    then = f".allowed()\n    assert deadlines(story.state) == pytest.approx([{until}], abs=1e-3)"
    must(left == pytest.approx(now, abs=1e-3), "a clock did not stand still", then)
    floors = [(m.holder, m.hands, m.phase, m.epoch) for m in (moment.before, moment.after)]
    must(floors[0] == floors[1], "the floor is another's", ".allowed()")
    return bool(left)


def deadlines(meeting: Meeting) -> list[float]:
    until = (meeting.phase_until, meeting.away_until, meeting.last_line_until)
    stopped = meeting.stopped_at is not None
    invite = None if stopped else meeting.invite_until
    began = None if meeting.turn_stopped_at else meeting.turn_began_at
    some = (*until, invite, began and began + meeting.turn_paused)
    hands = (away.until for away in meeting.hands_away)
    return [*(at for at in some if at is not None), *hands, *sorted(meeting.mutes.values())]


@promise
def fc_29_when_the_phase_is_over_a_turn_may_finish_and_nobody_is_invited(moment: Moment) -> Kept:
    before = moment.before
    until, phase = before.phase_until, before.phase
    is_over = until is not None and until <= moment.now and before.frozen_at is None
    for entry in moment.left:
        if isinstance(entry, happened.PhaseBegan):
            must(entry.phase == phase + 1, "a phase began twice", ".nothing()")
            phase = entry.phase
            if entry.by == "time":
                must(is_over, "the phase was not over", ".nothing()")
        if isinstance(entry, happened.Invited):
            must(not is_over or phase != before.phase, "invited after the end", no("phase_over"))
        if isinstance(entry, happened.TurnEnded) and entry.reason == "phase":
            by = isinstance(moment.command, ask.NextPhase | ask.Close)
            left_open = before.opened_at is not None and moment.now >= before.opened_at + 12 * 3600
            must(by or left_open, "time cut a turn short", ".nothing()")
    return is_over and before.holder is not None


# Who asks for what. Seats are drawn by what they are to the floor, so that what is drawn still makes
# sense in a shorter story.

WHO: dict[str, Callable[[Meeting], int | None]] = {
    "ada": lambda meeting: ada,
    "ben": lambda meeting: cast.ben,
    "chidi": lambda meeting: cast.chidi,
    "dana": lambda meeting: cast.dana,
    "mo": lambda meeting: mo,
    "newest": lambda meeting: len(meeting.seats),
    "holder": lambda meeting: meeting.holder,
    "invited": lambda meeting: meeting.invited,
    "first": lambda meeting: next(iter(meeting.hands), None),
    "last": lambda meeting: meeting.last_turn.seat if meeting.last_turn else None,
    "chair": lambda meeting: meeting.chair,
    "offered": lambda meeting: meeting.offer.seat if meeting.offer else None,
}
SOMEBODY = st.sampled_from(sorted(WHO))
LEADERS = st.sampled_from(["ada", "mo", "newest", "chair"])
EPOCHS = st.sampled_from([0, 0, 0, 0, 0, -1, 1])
SERVICES = st.sampled_from(["co_chair", "standby", "reader", "speaker"])
WAITS = st.sampled_from([0.5, 4.0, 16.0, 45.0, 90.0, 121.0, 900.0, 1800.0])


class AnyMeeting(RuleBasedStateMachine):
    """A meeting of the cast, in any format, and everything that can be asked of it."""

    steps: ClassVar[int] = 0
    kept: ClassVar[Counter[str]] = Counter()
    left: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.beginning = ""
        self.begun: list[happened.AnyEntry] = []
        self.log: list[tuple[happened.AnyEntry, float]] = []
        self.meeting = decider.NEW
        self.numbers = Counter[int]()
        self.now = NOON
        self.oracle = Oracle()
        self.judged = 0

    @initialize(begins=st.sampled_from(BEGINNINGS), ways=st.sampled_from(WAYS))
    def it_begins(self, begins: tuple[str, str], ways: dict[str, Any]) -> None:
        name, phase = begins
        self.begun = in_phase(phase, AGENDAS[name], **ways)
        agenda = "" if name == "small" else f', AGENDAS["{name}"]'
        given = "".join(f", {way}={value!r}" for way, value in ways.items())
        self.beginning = f'in_phase("{phase}"{agenda}{given})'
        for entry in self.begun:
            self._store(entry)

    # People

    @rule(who=SOMEBODY, what=st.sampled_from(["hand", "urgent", "lower", "typed"]))
    def asks_for_the_floor(self, who: str, what: str) -> None:
        asks: dict[str, ask.AnyCommand] = {
            "hand": ask.RaiseHand(),
            "urgent": ask.RaiseHand(urgent=True),
            "lower": ask.LowerHand(),
            "typed": ask.Say("!", self.meeting.epoch),
        }
        self._ask(who, asks[what])

    @rule(
        epoch=EPOCHS,
        what=st.sampled_from(["accept", "accept", "accept", "pass", "not_yet", "listen"]),
    )
    def the_invited_answer(self, epoch: int, what: str) -> None:
        if self.meeting.invited is None:
            self._ask("chair", ask.Next(self.meeting.epoch))
        self._answer("invited", epoch, what)

    @rule(
        who=SOMEBODY,
        epoch=EPOCHS,
        what=st.sampled_from(["accept", "pass", "not_yet", "done", "draft"]),
    )
    def answers(self, who: str, epoch: int, what: str) -> None:
        self._answer(who, epoch, what)

    @rule(epoch=EPOCHS, what=st.sampled_from(["say", "say", "done", "pass", "draft", "typed"]))
    def the_holder_goes_on(self, epoch: int, what: str) -> None:
        if self.meeting.holder is None:
            self.somebody_comes_to_the_floor("ben", "chidi")
        self._answer("holder", epoch, what)

    @rule(who=SOMEBODY, epoch=EPOCHS, what=st.sampled_from(["say", "typed", "tag"]), whom=SOMEBODY)
    def says(self, who: str, epoch: int, what: str, whom: str) -> None:
        self._answer(who, epoch, what, whom)

    def _answer(self, who: str, epoch: int, what: str, whom: str = "first") -> None:
        at = max(0, self.meeting.epoch + epoch)
        asks: dict[str, ask.AnyCommand] = {
            "accept": ask.Accept(at),
            "pass": ask.Pass(at),
            "not_yet": ask.NotYet(at),
            "listen": ask.Listen(on=True),
            "done": ask.Done(at),
            "draft": ask.AnnounceDraft(at),
            "say": ask.Say("Hello", at),
            "typed": ask.Say("done", at),
            "tag": ask.Tag(at, self._seat(whom) or ada),
        }
        self._ask(who, asks[what])

    @rule(who=SOMEBODY, whom=SOMEBODY, what=st.integers(0, 6))
    def does_something_small(self, who: str, whom: str, what: int) -> None:
        line = max(self.meeting.lines, default=1)
        asks: list[ask.AnyCommand] = [
            ask.React(line, "with_you"),
            ask.React(line, "with_you", on=False),
            ask.Redact(line),
            ask.Rename("Kit"),
            ask.Listen(on=False),
            ask.Post("topic", "Patience"),
            ask.Tell("A word", self._seat(whom)),
        ]
        self._ask(who, asks[what])

    @rule(who=st.sampled_from(["ben", "chidi", "dana", "mo"]), whom=SOMEBODY)
    def somebody_comes_to_the_floor(self, who: str, whom: str) -> None:
        """The way that most turns begin, however far it goes; another asks meanwhile, and says a word."""
        for asker in (who, whom):
            self._ask(asker, ask.RaiseHand())
        if self.meeting.invited is None:
            self._ask("chair", ask.Invite(self.meeting.epoch))
        self._ask("invited", ask.Accept(self.meeting.epoch))
        self._ask("holder", ask.Say("Hello", self.meeting.epoch))
        self._ask(whom, ask.Say("And I", self.meeting.epoch))

    # Facilitators

    @rule(who=LEADERS, epoch=EPOCHS, whom=SOMEBODY, what=st.integers(0, 6))
    def holds_the_floor_together(self, who: str, epoch: int, whom: str, what: int) -> None:
        at = max(0, self.meeting.epoch + epoch)
        asks: list[ask.AnyCommand] = [
            ask.Invite(at),
            ask.Next(at),
            ask.Invite(at, self._seat(whom)),
            ask.GiveBack(at),
            ask.EndTurn(at),
            ask.Extend(at, 1),
            ask.NextPhase(at),
        ]
        self._ask(who, asks[what])

    @rule(who=SOMEBODY, whom=SOMEBODY, place=st.integers(1, 3), what=st.integers(0, 4))
    def orders_the_queue(self, who: str, whom: str, place: int, what: int) -> None:
        seat = self._seat(whom)
        asks: list[ask.AnyCommand] = [
            ask.MoveHand(seat or ada, place),
            ask.LowerHand(seat),
            ask.LowerHands(),
            ask.CloseQueue(),
            ask.OpenQueue(),
        ]
        self._ask(who, asks[what])

    @rule(
        who=LEADERS,
        whom=SOMEBODY,
        minutes=st.integers(1, 3),
        until=st.sampled_from(["time", "phase", "meeting"]),
        what=st.sampled_from(["mute", "mute", "mute", "unmute", "purge", "remove"]),
    )
    def acts_on(self, who: str, whom: str, minutes: int, until: ask.MuteScope, what: str) -> None:
        seat = self._seat(whom) or ada
        asks: dict[str, ask.AnyCommand] = {
            "mute": ask.Mute(seat, minutes, until),
            "unmute": ask.Unmute(seat),
            "purge": ask.PurgeRecent(seat),
            "remove": ask.Remove(seat),
        }
        self._ask(who, asks[what])

    @rule(who=SOMEBODY, what=st.integers(0, 7))
    def stops_everything(self, who: str, what: int) -> None:
        asks: list[ask.AnyCommand] = [
            ask.Freeze(), ask.Freeze(), ask.Pause(), ask.Pause(),
            ask.MuteAll(1), ask.RaiseShield(), ask.Lock(), ask.Unlock(),
        ]  # fmt: skip
        self._ask(who, asks[what])

    @rule(seconds=WAITS, whom=SOMEBODY, mutes=st.booleans())
    def the_room_is_frozen_for_a_while(self, seconds: float, whom: str, *, mutes: bool) -> None:
        self._ask("chair", ask.Freeze())
        self.time_passes(seconds)
        self._ask(whom, ask.Say("Hello", self.meeting.epoch))
        if mutes:
            self._ask("chair", ask.Mute(self._seat(whom) or ada, 1))
        self._ask("chair", ask.Thaw())

    @rule(who=LEADERS)
    def goes_on(self, who: str) -> None:
        """Ends what holds everything up: the last that began, first."""
        meeting = self.meeting
        if meeting.frozen_at is not None:
            self._ask(who, ask.Thaw())
        elif meeting.paused_at is not None:
            self._ask(who, ask.Resume())
        elif meeting.shield_at is not None:
            self._ask(who, ask.LowerShield())
        elif meeting.all_muted_at is not None:
            self._ask(who, ask.UnmuteAll())
        elif meeting.is_quiet:
            self._ask(who, ask.AcceptChair())

    @rule(who=SOMEBODY, whom=SOMEBODY, service=SERVICES, what=st.integers(0, 3))
    def gives_a_seat_of_service(self, who: str, whom: str, service: ask.Service, what: int) -> None:
        seat = self._seat(whom) or ada
        asks: list[ask.AnyCommand] = [
            ask.Appoint(seat, service),
            ask.Appoint(seat, service),
            ask.Dismiss(seat, service),
            ask.Handover(seat),
        ]
        self._ask(who, asks[what])

    @rule(accepts=st.booleans())
    def the_chair_is_answered_for(self, *, accepts: bool) -> None:
        self._ask("offered", ask.AcceptChair() if accepts else ask.DeclineChair())

    @rule(chance=st.integers(0, 30))
    def closes(self, chance: int) -> None:
        if chance == 30:
            self._ask("chair", ask.Close())

    # The server

    @rule(
        number=st.integers(1, 9), role=st.sampled_from(["member", "member", "facilitator", "staff"])
    )
    def somebody_comes(self, number: int, role: ask.Role) -> None:
        name = ("Finn", "Gus", "Hal", "Ida", "Jo", "Kit", "Lou", "Max", "Nell")[number - 1]
        self._ask(None, ask.TakeSeat(f"session-{number}", role, name))

    @rule(answer=st.booleans())
    def the_lobby_is_answered(self, *, answer: bool) -> None:
        knock = min(self.meeting.lobby, default=1)
        self._ask("chair", ask.Admit(knock) if answer else ask.TurnAway(knock))

    @rule(seconds=WAITS)
    def the_holder_is_lost_for_a_while(self, seconds: float) -> None:
        if self.meeting.holder is None:
            self.somebody_comes_to_the_floor("dana", "ben")
        holder = self.meeting.holder
        if holder is not None:
            self._ask(None, ask.HolderAway(holder))
            self.time_passes(seconds)
            self._ask(None, ask.HolderBack(holder))

    @rule(what=st.integers(0, 5), whom=SOMEBODY)
    def connections_come_and_go(self, what: int, whom: str) -> None:
        meeting, somebody = self.meeting, self._seat(whom) or ada
        away = [away.seat for away in meeting.hands_away]
        asks: list[ask.AnyCommand] = [
            ask.HolderAway(meeting.holder or somebody),
            ask.HolderBack(next(iter(meeting.owed), meeting.holder or somebody)),
            ask.HandAway(next(iter(meeting.hands), somebody)),
            ask.HandBack(next(iter(away), somebody)),
            ask.ChairAway(
                tuple(seat for seat in meeting.seats if not meeting.is_facilitator(seat))
            ),
            ask.ChairBack(somebody),
        ]
        self._ask(None, asks[what])

    @rule(seconds=WAITS)
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self._ask(None, ask.Tick())

    @rule(early=st.booleans())
    def what_is_due_is_done(self, *, early: bool) -> None:
        at = decider.due(self.meeting)
        if at is not None and at - self.now < 3600:
            self.now = max(self.now, at - (0.5 if early else 0.0))
            self._ask(None, ask.Tick())

    @rule(who=LEADERS, calls=st.booleans())
    def the_phase_is_over_in_a_turn(self, who: str, *, calls: bool) -> None:
        if self.meeting.holder is None:
            self.somebody_comes_to_the_floor("chidi", "dana")
        until = self.meeting.phase_until
        if self.meeting.holder is not None and until is not None and until > self.now:
            self.now = until
            asker, next_ = (who, ask.Next) if calls else ("holder", ask.Done)
            self._ask(asker, next_(self.meeting.epoch))
            self._ask(who, ask.Invite(self.meeting.epoch))
            self._ask(None, ask.Tick())

    def _seat(self, who: str) -> int | None:
        return WHO[who](self.meeting)

    def _ask(self, who: str | None, command: ask.AnyCommand) -> None:
        seat = 0 if who is None else self._seat(who)
        if seat is None:
            return
        type(self).steps += 1
        before, refused, left = self.meeting, None, list[happened.AnyEntry]()
        try:
            left = decider.decide(before, command, seat, self.now, ALLOW)
        except Refused as no:
            refused = no.code
        for entry in left:
            self._store(entry)
        self.left.update(type(entry).__name__ for entry in left)
        moment = Moment(before, seat, command, tuple(left), refused, self.meeting, self.now)
        self._needs_promises_kept(moment)

    def _store(self, entry: happened.AnyEntry) -> None:
        stream = audience(entry)
        self.numbers[stream] += 1
        self.log.append((entry, self.now))
        self.meeting = decider.evolve(self.meeting, entry, Stamp(self.numbers[stream], self.now))

    # What holds after every command

    def _needs_promises_kept(self, moment: Moment) -> None:
        """What has a number in floor.md is told under that; the oracle judges what is left."""
        try:
            for name, keeps in PROMISES.items():
                self.kept[name] += keeps(moment)
            name = "p10_every_entry_was_legal"
            self._judge()
        except (Broken, Illegal) as broken:
            what, *rest = broken.args
            then = rest[0] if rest else ".nothing()"
            history = self.log[len(self.begun) : len(self.log) - len(moment.left)]
            story = told(name, what, self.beginning, history, moment, then)
            raise Broken(f"{name}: {what}\n\n{story}") from None

    def _judge(self) -> None:
        while self.judged < len(self.log):
            self.oracle.take(*self.log[self.judged])
            self.judged += 1
        if self.oracle.expected is not None:
            raise Illegal(f"the log ends before {self.oracle.expected}")


# A meeting told as a story of spec.py


def told(
    name: str,
    what: str,
    beginning: str,
    history: list[tuple[happened.AnyEntry, float]],
    moment: Moment,
    then: str,
) -> str:
    """A test that says what should have come of the last command, to be pasted and looked at."""
    events, at = [beginning], NOON
    for entry, when in (*history, (None, moment.now)):
        if when > at:
            events.append(f"after({when - at})")
        if entry is not None:
            events.append(written(entry))
        at = when
    asker, command = seat_name(moment.seat), written(moment.command)
    epoch = moment.before.epoch
    command = command.replace(f"epoch={epoch}", "epoch=CURRENT")
    command = command.replace(f"epoch={epoch - 1}", "epoch=STALE")
    lines = "".join(f"        {event},\n" for event in events)
    story = "story = " if "story" in then else ""
    return (
        f"def test_{name}_shrunk():\n"
        f"    # {what}\n"
        f"    before = given(\n{lines}    )\n"
        f"    {story}before.when({asker}, {command}){then}\n"
    )


def written(struct: Any) -> str:
    """A command or an entry as it is written in a story."""
    fields = [
        f"{field.name}={value_of(field.name, getattr(struct, field.name))}"
        for field in structs.fields(struct)
        if field.required or getattr(struct, field.name) != field.default
    ]
    module = "ask" if type(struct).__module__ == ask.__name__ else "happened"
    return f"{module}.{type(struct).__name__}({', '.join(fields)})"


def value_of(name: str, value: Any) -> str:
    if name in ("seat", "by", "to", "owner") and isinstance(value, int):
        return seat_name(value)
    if name == "until" and isinstance(value, float):
        return f"NOON + {value - NOON}"
    return repr(value)


def seat_name(seat: int) -> str:
    return NAMES[seat].lower() if seat in NAMES else "NEXT" if seat == NEXT else str(seat)


STORY = re.compile(r"^def test_\w+_shrunk\(\):\n(?:    .*\n)+", re.MULTILINE)
WORDS = {
    **vars(spec), **vars(ask), **vars(happened), **vars(cast), "ask": ask, "happened": happened,
    "AGENDAS": AGENDAS,
    "deadlines": deadlines, "pytest": pytest,
}  # fmt: skip


def tells_again(story: str) -> None:
    """Runs a story that was printed, as if it had been pasted into a test."""
    names = dict(WORDS)
    exec(story, names)
    test = next(value for name, value in names.items() if name.endswith("_shrunk"))
    test()


# The meetings


def everything(meetings: int, steps: int) -> settings:
    return settings(
        max_examples=meetings,
        stateful_step_count=steps,
        deadline=None,
        derandomize=not FULL,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def test_fc_05_06_07_11_12_16_19_20_21_29_hold_after_every_command_of_anybody(
    capsys: pytest.CaptureFixture[str],
):
    AnyMeeting.steps = 0
    AnyMeeting.kept.clear()
    run_state_machine_as_test(AnyMeeting, settings=everything(MEETINGS, STEPS))
    with capsys.disabled():
        sys.stdout.write(f" {AnyMeeting.steps} steps ")
    assert AnyMeeting.steps >= LEAST
    never = [name for name in PROMISES if AnyMeeting.kept[name] < 3]
    assert never == [], "a promise that was hardly ever put to the test"


# A wrong rule is found, and told


def counted_twice(meeting: Meeting, entry: happened.Invited) -> Meeting:
    return INVITED(meeting, structs.replace(entry, at_once=False))


def open_between_turns(meeting: Meeting, seat: int) -> str | None:
    is_free = meeting.has_turns and meeting.holder is None
    return None if is_free else WHY_NOT_YOURS(meeting, seat)


def kept_of_ben(meeting: Meeting, seat: int) -> str | None:
    return "quiet" if seat == cast.ben else WHY_NOT_NOW(meeting, seat)


def half_thawed(meeting: Meeting, seconds: float) -> Meeting:
    return THAWED(meeting, seconds / 2)


def heard_in_turns(meeting: Meeting, seat: int) -> str | None:
    return None if meeting.is_facilitator(seat) else WHY_NOT_YOURS(meeting, seat)


INVITED, THAWED = floor.invited, clocks.thawed
WHY_NOT_YOURS, WHY_NOT_NOW = talking._why_not_yours, talking._why_not_in_this_phase
PLANTED: dict[str, tuple[Any, str, Any]] = {
    "fc_19_the_muted_are_silent": (conduct, "_silence", lambda *asked: []),
    "fc_12_text_out_of_turn": (talking, "_why_not_yours", open_between_turns),
    "fc_05_an_invitation_waits": (floor, "CONSENT", 20.0),
    "fc_07_the_floor_moves_one_step": (floor, "invited", counted_twice),
    "fc_11_nobody_elses_words": (talking, "_why_not_yours", heard_in_turns),
    "fc_16_who_comes_back": (floor, "HOLDER_GRACE", 30.0),
    "fc_20_rights": (talking, "_why_not_in_this_phase", kept_of_ben),
    "fc_21_a_frozen_room": (decider, "FROZEN_OUT", ask.AnnounceDraft),
    "fc_21_a_thaw": (conduct, "thawed", half_thawed),
    "fc_29_when_the_phase_is_over": (floor, "is_phase_over", lambda meeting, now: False),
}


@pytest.mark.parametrize("promise", list(PLANTED)[: None if FULL else 1])
def test_a_wrong_rule_is_found_and_told_as_a_story_that_fails_until_it_is_mended(
    promise: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(*PLANTED[promise])
    with pytest.raises(Broken) as found:
        run_state_machine_as_test(AnyMeeting, settings=everything(1000, 12))
    story = STORY.search(str(found.value))
    assert story is not None
    assert promise in story[0]
    with pytest.raises(AssertionError):
        tells_again(story[0])
    monkeypatch.undo()
    tells_again(story[0])
