"""Meetings that chance holds: commands of random seats, with right and stale epochs, and time going by.

Chance looks at the meeting it is holding: most of what it asks for is what somebody would ask for
next, else no floor would ever be taken. The rest is anything by anybody.
"""

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias, TypeVar, get_args

from hypothesis import strategies as st
from msgspec import inspect

from moderation.content.verdict import ALLOW, Finding, Verdict
from moderation.meeting import decider
from moderation.meeting.audience import audience
from moderation.meeting.commands import (
    Accept,
    AnyCommand,
    Close,
    Convene,
    Done,
    EndTurn,
    HandAway,
    HandBack,
    HolderAway,
    HolderBack,
    Invite,
    LowerHand,
    Mute,
    NextPhase,
    Open,
    Pass,
    RaiseHand,
    Redact,
    Remove,
    Role,
    Say,
    TakeSeat,
    Tell,
    Tick,
    Unmute,
)
from moderation.meeting.entries import AnyEntry
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused
from tests.cast import FACILITATORS, NAMES, SESSIONS
from tests.meeting.spec import FORMAT, NOON

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """`seat` (0: the server) asks for something, so many seconds after the step before."""

    seat: int
    command: AnyCommand
    wait: float = 0.0
    verdict: Verdict = ALLOW


@dataclass(frozen=True)
class Stored:
    """An entry where it stands."""

    entry: AnyEntry
    audience: int
    stamp: Stamp


@dataclass
class Played:
    """A meeting as the server lived it."""

    log: list[Stored] = field(default_factory=list)
    meeting: Meeting = decider.NEW
    now: float = NOON
    numbers: dict[int, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def command(self, command: AnyCommand, seat: int, verdict: Verdict = ALLOW) -> list[Stored]:
        """What one command leaves: decided on the live state, numbered, folded."""
        try:
            entries = decider.decide(self.meeting, command, seat, self.now, verdict)
        except Refused as no:
            self.refused.append(no.code)
            return []
        return [self.store(entry) for entry in entries]

    def step(self, step: Step) -> list[Stored]:
        self.now += step.wait
        return self.command(step.command, step.seat, step.verdict)

    def store(self, entry: AnyEntry) -> Stored:
        stream = audience(entry)
        self.numbers[stream] = self.numbers.get(stream, 0) + 1
        stored = Stored(entry, stream, Stamp(self.numbers[stream], self.now))
        self.meeting = decider.evolve(self.meeting, entry, stored.stamp)
        self.log.append(stored)
        return stored


def fold(log: Sequence[Stored], meeting: Meeting = decider.NEW) -> Meeting:
    for stored in log:
        meeting = decider.evolve(meeting, stored.entry, stored.stamp)
    return meeting


def convened() -> Played:
    played = Played()
    played.command(Convene(FORMAT.id, FORMAT.phases), 0)
    return played


def play(steps: Sequence[Step]) -> Iterator[tuple[Played, list[Stored]]]:
    """The meeting after each step, and what the step left. The same `Played` grows."""
    played = convened()
    yield played, list(played.log)
    for step in steps:
        yield played, played.step(step)


def held(steps: Sequence[Step]) -> Played:
    """The meeting after all steps."""
    *_, (played, _) = play(steps)
    return played


# How chance chooses. Hypothesis rolls the dice of every step; the step is then read off them in sight
# of the meeting. (Drawn by strategies alone, one meeting in ten came as far as a turn.)

TEXTS = ("Hello", "I am done", "<3", "!", "done", "pass", " DONE ", "[done]")
NAMELIKE = ("Eve", "Finn", "Gus", "Hal", "Ida", " ", "ben")
# A meeting is left open for 12 hours: rarely enough to see it closed by time now and then.
WAITS = (*[0.0] * 10, *[0.5, 3.0, 6.0] * 5, *[20.0, 60.0, 90.0] * 3, 600.0, 7200.0)
FOUND = (Finding("contact_details", 0, 2),)
VERDICTS = (
    *[ALLOW] * 8,
    Verdict("bounce", findings=FOUND),
    Verdict("allow", masks=FOUND),
)
Ask: TypeAlias = tuple[int, AnyCommand]


@dataclass(frozen=True)
class Dice:
    """One throw, for one step of a meeting."""

    random: Random
    meeting: Meeting

    def step(self) -> Step:
        asks = self._anything() if self.random.random() < 0.2 else self._likely()
        seat, command = self.one(asks)
        return Step(seat, command, self.one(WAITS), self.one(VERDICTS))

    def one(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    @property
    def seat(self) -> int:
        """Mostly somebody's, now and then nobody's."""
        return self.random.randint(1, max(5, len(self.meeting.seats)) + 1)

    @property
    def target(self) -> int | None:
        return self.one((None, self.seat))

    @property
    def epoch(self) -> int:
        """Mostly the right one, now and then the one before, or any."""
        now = self.meeting.epoch
        return self.one((*[now] * 8, max(0, now - 1), max(0, now - 1), 0, 7, now + 1))

    @property
    def leader(self) -> int:
        seats = sorted(self.meeting.seats)
        return self.one([seat for seat in seats if self.meeting.is_facilitator(seat)] or [1])

    def _anything(self) -> list[Ask]:
        by_seat: list[AnyCommand] = [
            Say(self.one(TEXTS), self.epoch),
            Tell(self.one(TEXTS), self.target),
            Redact(self.random.randint(1, 40)),
            RaiseHand(),
            LowerHand(self.target),
            Invite(self.epoch, self.target),
            Accept(self.epoch),
            Pass(self.epoch),
            Done(self.epoch),
            EndTurn(self.epoch),
            Mute(self.seat, self.random.randint(1, 20)),
            Unmute(self.seat),
            Remove(self.seat),
            NextPhase(self.epoch),
            Open(),
        ]
        if self.random.random() < 0.5:
            by_seat.append(Close())
        by_server: list[AnyCommand] = [
            HolderAway(self.seat),
            HolderBack(self.seat),
            HandAway(self.seat),
            HandBack(self.seat),
            Tick(),
        ]
        seat = self.one((self.seat, self.leader))
        return [*((seat, ask) for ask in by_seat), *((0, ask) for ask in by_server)]

    def _likely(self) -> list[Ask]:
        """What somebody would ask for now."""
        session = f"session-{self.one('abcdef')}"
        role: Role = self.one(("member", "member", "facilitator"))
        likely: list[Ask] = [
            (self.seat, Tell(self.one(TEXTS))),
            (self.leader, Tell(self.one(TEXTS), self.seat)),
            (self.leader, Mute(self.seat, self.random.randint(1, 20))),
            (0, Tick()),
            (0, TakeSeat(session, role, self.one(NAMELIKE))),
        ]
        if self.meeting.opened_at is None:
            return [*likely, (self.leader, Open()), (self.leader, Open())]
        for number, author in self.meeting.lines.items():
            likely += [(self.one((author, self.leader)), Redact(number))]
            break
        for seat, place in sorted(self.meeting.seats.items()):
            if place.muted_until is not None:
                likely += [(self.leader, Unmute(seat))]
                break
        if self.meeting.speak == "queue":
            return [self.one(likely), *self._likely_floor()]
        says = Say(self.one(TEXTS), self.epoch)
        moves = NextPhase(self.epoch)
        return [*likely, (self.seat, says), (self.leader, says), (self.leader, moves)]

    def _likely_floor(self) -> list[Ask]:
        epoch, holder, invited = self.epoch, self.meeting.holder, self.meeting.invited
        says = Say(self.one(TEXTS), epoch)
        lines: list[Ask]
        raises: list[Ask] = [(self.seat, RaiseHand()), (self.seat, RaiseHand())]
        raises += [(0, HandAway(hand)) for hand in self.meeting.hands[:2]]
        raises += [(0, HandBack(away.seat)) for away in self.meeting.hands_away[:1]]
        if invited is not None:
            answers: list[Ask] = [(invited, Accept(epoch))] * 8
            answers += [(invited, Pass(epoch)), (invited, says)]
            return [
                *raises,
                *answers,
                (self.leader, NextPhase(epoch)),
                (self.leader, EndTurn(epoch)),
            ]
        if holder is None:
            invites = (self.leader, Invite(epoch, self.one((None, None, self.seat))))
            last = self.meeting.last_turn
            late = last.seat if last is not None else self.seat
            lines = [(self.leader, says), (self.seat, says), *[(late, says)] * 3]
            return [*raises, invites, invites, invites, *lines]
        lines = [(holder, says), (holder, says), (self.leader, says), (self.seat, says)]
        ends: list[Ask] = [(holder, Done(epoch)), (self.leader, EndTurn(epoch))]
        if self.meeting.away_until is not None:
            return [(0, HolderBack(holder)), *[(0, Tick())] * 3, *raises, *lines]
        mutes = (self.leader, Mute(holder, 5))
        away: list[Ask] = [(0, HolderAway(holder))] * 4
        return [*raises, *lines, *ends, *away, mutes]


def _opening(phase: int) -> list[Step]:
    """The cast comes in, and Ada goes as far as `phase`."""
    steps = [Step(0, TakeSeat(SESSIONS[seat], _role(seat), NAMES[seat])) for seat in NAMES]
    if phase >= 0:
        steps.append(Step(1, Open(), 1.0))
        # An opening is one epoch, and so is each phase while nobody has the floor.
        steps += [Step(1, NextPhase(epoch), 1.0) for epoch in range(1, phase + 1)]
    return steps


def _role(seat: int) -> Role:
    return "facilitator" if seat in FACILITATORS else "member"


BEGINNINGS = st.sampled_from(
    [[], *[_opening(phase) for phase in (2, -1, 0, 1, 2, 2, 2, 2, 3, 5, 6)]]
)


@st.composite
def meetings(draw: st.DrawFn) -> list[Step]:
    """The steps of a meeting; a law that fails is shown with as few of them as still fail."""
    steps = list(draw(BEGINNINGS))
    least = draw(st.sampled_from([0, 20, 40]))
    played = held(steps)
    throws = draw(st.lists(st.integers(0, 2**32 - 1), min_size=least, max_size=2 * least + 10))
    for number, throw in enumerate(throws):
        # With its number, since Hypothesis likes to repeat itself.
        step = Dice(Random(throw + number), played.meeting).step()
        played.step(step)
        steps.append(step)
    return steps


MEETINGS = meetings()


# Any struct at all, from its declaration


def structs(*types: type[T]) -> st.SearchStrategy[T]:
    """Any value of these structs that their own declaration allows."""
    return st.one_of([_struct(type_) for type_ in types])


def _struct(type_: type[T]) -> st.SearchStrategy[T]:
    info = inspect.type_info(type_)
    assert isinstance(info, inspect.StructType)
    fields = {known.name: _value(known.type) for known in info.fields}
    return st.builds(type_, **fields)


def _value(info: inspect.Type) -> st.SearchStrategy[Any]:
    match info:
        case inspect.IntType(ge=ge, le=le):
            return st.integers(-(2**31) if ge is None else ge, 2**31 if le is None else le)
        case inspect.FloatType():
            return st.floats(0, 4e9)
        case inspect.BoolType():
            return st.booleans()
        case inspect.StrType(pattern=None, min_length=low, max_length=high):
            return st.text(_LETTERS, min_size=low or 0, max_size=min(high or 30, 30))
        case inspect.StrType(pattern=str(pattern), max_length=high):
            texts = st.from_regex(pattern, alphabet=_LETTERS)
            return texts.filter(lambda text: high is None or len(text) <= high)
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.NoneType():
            return st.none()
        case inspect.UnionType(types=members):
            return st.one_of([_value(member) for member in members])
        case inspect.VarTupleType(item_type=item):
            return st.lists(_value(item), max_size=3).map(tuple)
        case inspect.Metadata(type=inner):
            return _value(inner)
        case inspect.StructType(cls=cls):
            return _struct(cls)
        case _:
            raise AssertionError(f"expected a type that structs of moderation have, got {info}")


_LETTERS = st.characters(codec="utf-8")


def members(union: Any) -> tuple[type[Any], ...]:
    """The structs of a union."""
    assert isinstance(union, types.UnionType)
    return get_args(union)
