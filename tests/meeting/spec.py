"""Given, when, then: the rules told as stories.

`given` folds a history that could have happened: an oracle which knows nothing of the decider
judges it, and judges what each command leaves. `when` has the decider answer one command, `then`,
`refused` and `nothing` say what came of it.

    given(in_phase("sharing")).when(ben, RaiseHand()).then(HandRaised(ben))
    given(in_phase("sharing")).when(ben, Invite(CURRENT, ben)).refused("facilitators_act")
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
import pytest

from moderation.content.verdict import ALLOW, Finding, Verdict
from moderation.meeting import audience, decider
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.format import Flags, Format, Phase
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused
from tests.cast import EVES_SESSION, FACILITATORS, MEMBERS, NAMES, SAMS_SESSION, SESSIONS, ada
from tests.meeting.oracle import Oracle

NOON = 1_800_000_000.0
CONSENT = 45.0
"""Seconds of an invitation (FC-05)."""
NEXT = len(NAMES) + 1
"""The seat that whoever comes next is given."""

CURRENT = -1
"""As the epoch of a command: the one the meeting is at."""
STALE = -2
"""As the epoch of a command: the one before."""

ROUND = (*MEMBERS, *FACILITATORS)
"""The order of a round of all the cast: as they came, facilitators last (FC-28)."""

S = TypeVar("S")
C = TypeVar("C", bound=msgspec.Struct)
E = TypeVar("E", bound=msgspec.Struct)

# A small discussion; what follows the quiet phase is there so that every policy has a phase.
FORMAT = Format(
    id="small-discussion",
    title="Small discussion",
    phases=(
        Phase("gathering", "Gathering", 10, "open"),
        Phase("opening", "Opening", 3, "facilitator"),
        Phase("sharing", "Sharing", 35, "queue"),
        Phase("more", "More sharing", 35, "queue", turn=5, ends="time"),
        Phase("closing", "Closing", 3, "facilitator"),
        Phase("after", "After the meeting", 15, "open"),
        Phase("silence", "Silence", 5, "silent", ends="time"),
        Phase("passing", "Passing on", 20, "queue", turn=3, calls="next", urgent="beside"),
        Phase("readings", "Readings", 5, "reader"),
        Phase("newcomers", "Newcomers", 5, "self_id", reactions=("welcome",)),
        Phase("lead", "Lead", 10, "speaker"),
        Phase("talk", "Talking together", 20, "discussion"),
        Phase("burning", "Burning desire", 5, "queue", urgent="only"),
        Phase("tag", "Tag", 20, "tag"),
        Phase("round", "Round", 20, "round", turn=2),
        Phase("quiet", "Quiet end", 5, "silent", ends="time"),
    ),
)


@dataclass(frozen=True)
class After:
    """Between two entries of a history: so many seconds go by."""

    seconds: float


after = After


@dataclass(frozen=True)
class Rules(Generic[S, C, E]):
    """One kind of log: how its commands are decided and its entries folded."""

    new: S
    decide: Callable[[S, C, int, float, Verdict], list[E]]
    evolve: Callable[[S, E, Stamp], S]
    audience: Callable[[E], int]
    codec: msgspec.msgpack.Decoder[E]
    judge: Callable[[Iterable[tuple[E, float]]], None]

    def fold(
        self, log: Sequence[tuple[E, float]], state: S, done: int = 0, asked: Sequence[int] = ()
    ) -> S:
        """`state` after the entries from `done` on: each read back from bytes, numbered in its stream.

        `asked`: the seat behind each, as far as a history has one.
        """
        numbers = Counter(self.audience(entry) for entry, _ in log[:done])
        for (entry, at), by in zip(log[done:], chain(asked[done:], repeat(0)), strict=False):
            stream = self.audience(entry)
            numbers[stream] += 1
            read_back = self.codec.decode(msgspec.msgpack.encode(entry))
            state = self.evolve(state, read_back, Stamp(numbers[stream], at, by))
        return state


@dataclass(frozen=True)
class Situation(Generic[S, C, E]):
    """A log so far, and what time it is."""

    rules: Rules[S, C, E]
    log: tuple[tuple[E, float], ...]
    now: float
    asked: tuple[int, ...] = ()

    @property
    def state(self) -> S:
        return self.rules.fold(self.log, self.rules.new, asked=self.asked)

    def log_entries(self) -> tuple[E, ...]:
        return tuple(entry for entry, _ in self.log)

    def later(self, seconds: float) -> "Situation[S, C, E]":
        return replace(self, now=self.now + seconds)

    def when(self, seat: int, command: C, verdict: Verdict = ALLOW) -> "Answer[S, C, E]":
        """What `seat` (0: the server) is answered; `verdict` is the review's, of the command's words."""
        state = self.state
        epoch = getattr(command, "epoch", None)
        if epoch in (CURRENT, STALE):
            current = getattr(state, "epoch", 0)
            now = {CURRENT: current, STALE: current - 1}[epoch]
            command = msgspec.structs.replace(command, epoch=now)
        try:
            left = self.rules.decide(state, command, seat, self.now, verdict)
        except Refused as refused:
            return Answer(self, (), refused, seat)
        return Answer(self, tuple(left), None, seat)

    def given(self, *entries: E, by: int = 0) -> "Situation[S, C, E]":
        """The same story, a little later, and by whom."""
        log = (*self.log, *((entry, self.now) for entry in entries))
        return replace(self, log=log, asked=(*self.asked, *(by for _ in entries)))


@dataclass(frozen=True)
class Answer(Generic[S, C, E]):
    """What one command came to."""

    before: Situation[S, C, E]
    left: tuple[E, ...]
    refusal: Refused | None
    seat: int = 0

    def then(self, *entries: E) -> Situation[S, C, E]:
        """The command leaves exactly these entries, and the state with them is the fold of the log (P25)."""
        assert self.refusal is None, f"refused: {self.refusal.code}"
        assert list(self.left) == list(entries)
        return self._went_on()

    def nothing(self) -> Situation[S, C, E]:
        """All is so already: a receipt without a number."""
        return self.then()

    def allowed(self) -> Situation[S, C, E]:
        """Whatever it leaves: the story goes on."""
        assert self.refusal is None, f"refused: {self.refusal.code}"
        assert self.left, "it left nothing"
        return self._went_on()

    def refused(self, code: str, **facts: Any) -> Situation[S, C, E]:
        """A no, and nothing stored: the story goes on as it was (FC-22)."""
        assert self.refusal is not None, f"not refused, left {list(self.left)}"
        assert (self.refusal.code, self.refusal.facts) == (code, facts)
        assert not self.left
        return self.before

    def _went_on(self) -> Situation[S, C, E]:
        before, situation = self.before, self.before.given(*self.left, by=self.seat)
        live = situation.rules.fold(
            situation.log, before.state, done=len(before.log), asked=situation.asked
        )
        assert live == situation.state
        situation.rules.judge(situation.log)
        return situation


def _judge(stamped: Iterable[tuple[happened.AnyEntry, float]]) -> None:
    Oracle().take_all(stamped)


RULES: Rules[Meeting, ask.AnyCommand, happened.AnyEntry] = Rules(
    new=decider.NEW,
    decide=decider.decide,
    evolve=decider.evolve,
    audience=audience.audience,
    codec=msgspec.msgpack.Decoder(happened.AnyEntry),
    judge=_judge,
)

History: TypeAlias = "happened.AnyEntry | After | Iterable[History]"
MeetingSituation: TypeAlias = Situation[Meeting, ask.AnyCommand, happened.AnyEntry]


def given(*history: History) -> MeetingSituation:
    """A meeting to which all this has happened, at noon and after; the oracle has to believe it."""
    situation = tell_history(RULES, history)
    RULES.judge(situation.log)
    return situation


def tell_history(rules: Rules[S, C, E], history: Iterable[Any]) -> Situation[S, C, E]:
    situation = Situation(rules, (), NOON)
    for step in flat(history):
        later = isinstance(step, After)
        situation = situation.later(step.seconds) if later else situation.given(step)
    return situation


def flat(history: Iterable[Any]) -> Iterable[Any]:
    for step in history:
        if isinstance(step, list | tuple):
            yield from flat(step)
        else:
            yield step


def convened(phases: Sequence[Phase] = FORMAT.phases, **ways: Any) -> list[happened.AnyEntry]:
    """A meeting that has an agenda and nobody in it; `ways` are the group's own (`Flags`)."""
    return [happened.Convened(FORMAT.id, tuple(phases), Flags(**ways))]


def seated(phases: Sequence[Phase] = FORMAT.phases, **ways: Any) -> list[happened.AnyEntry]:
    """Before the opening: everybody of the cast who has a seat is there."""
    return [*convened(phases, **ways), *(entry for seat in NAMES for entry in comes_in(seat))]


def comes_in(seat: int) -> list[happened.AnyEntry]:
    role: ask.Role = "facilitator" if seat in FACILITATORS else "member"
    return [
        happened.SeatTaken(seat=seat, role=role, words=NAMES[seat]),
        happened.SeatGiven(seat, SESSIONS[seat]),
    ]


def sam_comes_in() -> list[happened.AnyEntry]:
    """Staff take the seat after the cast."""
    return [
        happened.SeatTaken(seat=NEXT, role="staff", words="Sam"),
        happened.SeatGiven(NEXT, SAMS_SESSION),
    ]


def eve_comes_in(*, stranger: bool = False) -> list[happened.AnyEntry]:
    """Somebody takes the seat after the cast; by an open door it may be anybody."""
    return [
        happened.SeatTaken(seat=NEXT, role="member", words="Eve"),
        happened.SeatGiven(NEXT, EVES_SESSION, stranger=stranger),
    ]


def in_phase(
    name: str, phases: Sequence[Phase] = FORMAT.phases, **ways: Any
) -> list[happened.AnyEntry]:
    """An open meeting, with all the cast and Ada in the chair, in this phase."""
    return [*seated(phases, **ways), happened.Opened(by=ada), *moves_to(name, phases)]


def moves_to(name: str, phases: Sequence[Phase] = FORMAT.phases) -> list[happened.AnyEntry]:
    """From the opening of a meeting with all the cast to this phase, one after the other."""
    last = [phase.id for phase in phases].index(name)
    return [entry for number in range(last + 1) for entry in _begins(phases, number, last)]


def _begins(phases: Sequence[Phase], number: int, last: int) -> list[happened.AnyEntry]:
    """A phase begins; the invitation of a round that is gone through ends with it."""
    if phases[number].speak != "round":
        return [happened.PhaseBegan(number)]
    first = ROUND[0]
    over = [] if number == last else [happened.InviteEnded(first, "phase")]
    return [happened.PhaseBegan(number, order=ROUND), called(first, by=0, at_once=True), *over]


def called(
    seat: int, by: int = ada, at: float = NOON, *, at_once: bool = False
) -> happened.Invited:
    """`seat` is invited at this time, and so many seconds are theirs to answer (FC-05)."""
    return happened.Invited(seat, by=by, until=at + CONSENT, at_once=at_once)


def with_hands(*seats: int, phase: str = "sharing", **ways: Any) -> list[happened.AnyEntry]:
    """In this phase these hands are up, in this order."""
    return [*in_phase(phase, **ways), *(happened.HandRaised(seat) for seat in seats)]


def with_invited(
    seat: int, by: int = ada, phase: str = "sharing", **ways: Any
) -> list[happened.AnyEntry]:
    """In this phase `seat` asked for the floor and is invited, and has not answered."""
    return [*with_hands(seat, phase=phase, **ways), called(seat, by)]


def with_floor(
    seat: int, by: int = ada, phase: str = "sharing", **ways: Any
) -> list[happened.AnyEntry]:
    """In this phase `seat` has the floor since noon: the first turn of the meeting."""
    return [*with_invited(seat, by, phase, **ways), happened.FloorTaken(seat, turn=1)]


def bounced(code: str, start: int, end: int) -> Verdict:
    """The review wants these code points changed."""
    return Verdict("bounce", findings=(Finding(code, start, end),))


def masking(start: int, end: int) -> Verdict:
    """The review lets the words through with these code points masked (CM-09)."""
    return Verdict("allow", masks=(Finding("contact_details", start, end),))


def illegal(*history: History) -> str:
    """Why the oracle does not believe this history."""
    with pytest.raises(AssertionError) as told:
        given(*history)
    return str(told.value)
