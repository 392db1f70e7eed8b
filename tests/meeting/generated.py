"""Meetings that chance holds: commands of random seats, with right and stale epochs, and time going by.

Chance looks at the meeting it is holding: most of what it asks for is what somebody would ask for
next, else no floor would ever be taken. The rest is anything by anybody.
"""

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeAlias, TypeVar, get_args

from hypothesis import strategies as st
from msgspec import inspect

from moderation.content.verdict import ALLOW, Finding, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import decider, format
from moderation.meeting import entries as happened
from moderation.meeting.audience import audience
from moderation.meeting.format import Flags, Phase
from moderation.meeting.nudge import OFTEN
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused
from tests.cast import FACILITATORS, NAMES, SAMS_SESSION, SESSIONS
from tests.meeting.spec import FORMAT, NOON

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """`seat` (0: the server) asks for something, so many seconds after the step before."""

    seat: int
    command: ask.AnyCommand
    wait: float = 0.0
    verdict: Verdict = ALLOW


@dataclass(frozen=True)
class Stored:
    """An entry where it stands."""

    entry: happened.AnyEntry
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

    def command(self, command: ask.AnyCommand, seat: int, verdict: Verdict = ALLOW) -> list[Stored]:
        """What one command leaves: decided on the live state, numbered, folded."""
        try:
            entries = decider.decide(self.meeting, command, seat, self.now, verdict)
        except Refused as no:
            self.refused.append(no.code)
            return []
        return [self.store(entry, seat) for entry in entries]

    def step(self, step: Step) -> list[Stored]:
        self.now += step.wait
        return self.command(step.command, step.seat, step.verdict)

    def store(self, entry: happened.AnyEntry, by: int = 0) -> Stored:
        stream = audience(entry)
        self.numbers[stream] = self.numbers.get(stream, 0) + 1
        stored = Stored(entry, stream, Stamp(self.numbers[stream], self.now, by))
        self.meeting = decider.evolve(self.meeting, entry, stored.stamp)
        self.log.append(stored)
        return stored


def fold(log: Sequence[Stored], meeting: Meeting = decider.NEW) -> Meeting:
    for stored in log:
        meeting = decider.evolve(meeting, stored.entry, stored.stamp)
    return meeting


# The agendas and the ways of the groups that chance plays by

REACTIONS: tuple[format.Reaction, ...] = ("with_you", "welcome")
SWIFT = (
    Phase("gathering", "Gathering", 10, "open", on_enter=("unlock",)),
    Phase("passing", "Passing on", 20, "queue", turn=1, calls="next", urgent="beside", ends="time"),
    Phase("sharing", "Sharing", 20, "queue", turn=2, urgent="beside", on_enter=("lock",)),
    Phase("closed_queue", "No more hands", 10, "queue", calls="next", on_enter=("close_queue",)),
    Phase("tag", "Tag", 20, "tag", turn=1, fairness=True),
    Phase("round", "Round", 20, "round", turn=1, grace=0, reactions=REACTIONS),
    Phase("timed_round", "Short round", 3, "round", turn=1, ends="time", on_enter=("unlock",)),
    Phase("new_voices", "New voices", 20, "queue", turn=1, calls="next", fairness=True),
    Phase("burning", "Burning desire", 10, "queue", turn=1, calls="next", urgent="only"),
    Phase("newcomers", "Newcomers", 2, "self_id", lines=2, reactions=("welcome",)),
    Phase("reading", "Reading", 4, "reader", ends="time"),
    Phase("lead", "Lead", 10, "speaker", reactions=()),
    Phase("talk", "Talking together", 20, "discussion"),
    Phase("opening", "Opening", 3, "facilitator"),
    Phase("silence", "Silence", 3, "silent", ends="time"),
)
SHIPPED = {
    path.stem: format.parse(path.read_text()).phases
    for path in sorted((Path(format.__file__).parent / "formats").glob("*.toml"))
}
AGENDAS = (SWIFT, SWIFT, FORMAT.phases, FORMAT.phases, *SHIPPED.values())
DOORS: tuple[format.Door, ...] = ("open", "knock", "members", "invitation", "invitation")


def ways(random: Random) -> Flags:
    """How a group holds its meetings; mostly as most do."""
    return Flags(
        door=random.choice(DOORS),
        history=random.choice(("none", "meeting")),
        fairness=random.random() < 0.2,
        single_share=random.random() < 0.2,
        reactions=random.random() < 0.9,
    )


def agenda(random: Random) -> ask.Convene:
    """An agenda that begins anywhere, else what comes late in it would hardly ever be reached."""
    phases = random.choice(AGENDAS)
    first = random.randrange(len(phases))
    return ask.Convene("chance", (*phases[first:], *phases[:first]), ways(random))


def convened() -> Played:
    played = Played()
    played.command(ask.Convene(FORMAT.id, FORMAT.phases), 0)
    return played


def play(steps: Sequence[Step]) -> Iterator[tuple[Played, list[Stored]]]:
    """The meeting after each step, and what the step left. The same `Played` grows."""
    played = Played()
    yield played, []
    for step in steps:
        yield played, played.step(step)


def held(steps: Sequence[Step]) -> Played:
    """The meeting after all steps."""
    *_, (played, _) = play(steps)
    return played


# How chance chooses. Hypothesis rolls the dice of every step; the step is then read off them in sight
# of the meeting. (Drawn by strategies alone, one meeting in ten came as far as a turn.)

TEXTS = ("Hello", "I am done", "<3", "!", "done", "pass", " DONE ", "[done]")
LINKS = ("", "link-1", "link-2")
NAMELIKE = ("Eve", "Finn", "Gus", "Hal", "Ida", "Jo", "Kit", " ", "ben", "Chidi", "Dana")
WAITS = (*[0.0] * 12, *[0.5, 3.0, 6.0] * 5, *[20.0, 50.0, 90.0] * 2, 600.0)
FOUND = (Finding("contact_details", 0, 2),)
NUDGED = Verdict("nudge", findings=(Finding("crosstalk", 0, 2),))
HOLDS = (Finding("sourcing", 0, 2, "sourcing", ("He", "gone"), 0.9),)
VERDICTS = (
    *[ALLOW] * 8,
    NUDGED,
    Verdict("bounce", findings=FOUND),
    Verdict("allow", masks=FOUND),
    Verdict("allow_folded", label="mentions using in detail"),
    Verdict("allow", need=True),
    Verdict("hold", findings=HOLDS),
    Verdict("hold", findings=HOLDS),
    Verdict("refuse", findings=HOLDS),
)
SERVICES: tuple[ask.Service, ...] = get_args(ask.Service)
KINDS: tuple[ask.Kind, ...] = get_args(ask.Kind)
WHYS: tuple[ask.ReportReason, ...] = get_args(ask.ReportReason)
WORDS: tuple[format.Reaction, ...] = get_args(format.Reaction)
SCOPES: tuple[ask.MuteScope, ...] = get_args(ask.MuteScope)
ABOUT: tuple[ask.About, ...] = get_args(ask.About)
NOTED: tuple[ask.NoteReason, ...] = get_args(ask.NoteReason)
Ask: TypeAlias = tuple[int, ask.AnyCommand]


@dataclass(frozen=True)
class Dice:
    """One throw, for one step of a meeting."""

    random: Random
    meeting: Meeting
    now: float = NOON

    def step(self) -> Step:
        if self._is_rush():
            number = len(self.meeting.knockers) + len(self.meeting.seats)
            stranger = ask.TakeSeat(f"stranger-{number}", "member", f"Gus {number}", known=False)
            return Step(0, stranger, 1.0)
        if self._goes_on_answering():
            answer = ask.Say(self.one(TEXTS[:3]), self.epoch, anyway=True)
            return Step(self.meeting.holder or 0, answer, 0.5, NUDGED)
        seat, command = self.one(self._asks())
        wait = self.one(WAITS)
        due = decider.due(self.meeting)
        if isinstance(command, ask.Tick) and due is not None and self.random.random() < 0.7:
            late = self.one((-0.001, 0.0, 0.0, 0.5))
            wait = max(0.0, due + late - self.now)
            # A meeting is left open for 12 hours: rarely enough to see it closed by time now and then.
            wait = wait if wait < 7200 or self.random.random() < 0.1 else self.one(WAITS)
        return Step(seat, command, wait, self._verdict(command))

    def _verdict(self, command: ask.AnyCommand) -> Verdict:
        """Who sends something as it is was asked about it before."""
        if isinstance(command, ask.Say) and command.anyway and self.random.random() < 0.8:
            return NUDGED
        return self.one(VERDICTS)

    def _is_rush(self) -> bool:
        """Behind one stranger come others, as long as nobody has been told of it."""
        came, told = self.meeting.strangers, self.meeting.strangers_at
        is_rush = bool(came) and self.now - came[-1] <= 2.0 and told is None
        return is_rush and self.meeting.is_open and self.random.random() < 0.8

    def _goes_on_answering(self) -> bool:
        """Who answered a share does so again, as long as nobody has been told that they often do (CM-10)."""
        meeting = self.meeting
        often = meeting.answers.get(meeting.holder or 0, OFTEN)
        return meeting.is_open and often < OFTEN and self.random.random() < 0.7

    def one(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def either(self, *commands: ask.AnyCommand) -> ask.AnyCommand:
        return self.one(commands)

    @property
    def seat(self) -> int:
        """Mostly somebody's, now and then nobody's."""
        return self.random.randint(1, max(5, len(self.meeting.seats)) + self.one((0, 0, 0, 1)))

    @property
    def target(self) -> int | None:
        return self.one((None, self.seat))

    @property
    def epoch(self) -> int:
        """Mostly the right one, now and then the one before, or any."""
        now = self.meeting.epoch
        return self.one((*[now] * 12, max(0, now - 1), max(0, now - 1), 0, now + 1))

    @property
    def leader(self) -> int:
        seats = sorted(self.meeting.seats)
        leaders = [seat for seat in seats if self.meeting.is_facilitator(seat)]
        return self.one([*leaders, self.meeting.chair or 1] if leaders else [1])

    @property
    def line(self) -> int:
        numbers = sorted(self.meeting.lines)
        return self.one([*numbers[-6:], self.random.randint(1, 40)])

    @property
    def role(self) -> ask.Role:
        roles: list[ask.Role] = ["member"] * 6
        return self.one([*roles, "facilitator", "staff"])

    def _asks(self) -> list[Ask]:
        """One of these is asked for next."""
        luck = self.random.random()
        if luck < 0.1:
            return self._anything()
        waiting = self._held_up()
        if waiting and luck < 0.4:
            return waiting
        if self.meeting.held and luck > 0.8:
            return self._decides()
        if self.meeting.opened_at is None:
            return [(self.leader, ask.Open()), *self._people()]
        if luck < 0.3:
            return self._people() if luck < 0.25 else self._conduct()
        if self.meeting.has_turns and luck < 0.97:
            return self._floor()
        return [(0, ask.Tick()), (self.leader, ask.NextPhase(self.epoch)), *self._words() * 2]

    def _anything(self) -> list[Ask]:
        """Anything by anybody, the least of it welcome."""
        by_seat: list[ask.AnyCommand] = [
            ask.Open(),
            ask.NextPhase(self.epoch),
            ask.Say(self.one(TEXTS), self.epoch),
            ask.Edit(self.line, self.one(TEXTS), self.epoch),
            ask.Tell(self.one(TEXTS), self.target),
            ask.Post(self.one(KINDS), self.one(TEXTS)),
            ask.Redact(self.line),
            ask.Report(self.line, self.one(WHYS)),
            ask.Fold(self.line),
            ask.Unfold(self.line),
            ask.Release(self.line),
            ask.GiveBackHeld(self.line),
            ask.TakeBackHeld(self.line),
            ask.React(self.line, self.one(WORDS), self.one((True, False))),
            ask.Rename(self.one(NAMELIKE)),
            ask.Listen(self.one((True, False))),
            ask.AnnounceDraft(self.epoch),
            ask.RaiseHand(self.one((True, False))),
            ask.LowerHand(self.target),
            ask.LowerHands(),
            ask.MoveHand(self.seat, self.random.randint(1, 6)),
            ask.CloseQueue(),
            ask.OpenQueue(),
            ask.Invite(self.epoch, self.target),
            ask.Next(self.epoch),
            ask.Accept(self.epoch),
            ask.Pass(self.epoch),
            ask.NotYet(self.epoch),
            ask.Done(self.epoch),
            ask.Tag(self.epoch, self.seat),
            ask.EndTurn(self.epoch),
            ask.GiveBack(self.epoch),
            ask.Extend(self.epoch, self.random.randint(1, 5)),
            ask.Resume(),
            ask.Mute(self.seat, self.random.randint(1, 20), self.one(SCOPES)),
            ask.Unmute(self.seat),
            ask.UnmuteAll(),
            ask.Remove(self.seat),
            ask.PurgeRecent(self.seat, 60),
            ask.Note(self.seat, self.one(NOTED)),
            ask.Appeal(self.one(ABOUT), self.random.randint(1, 40), self.one((None, "Why?"))),
            ask.AnswerAppeal(self.random.randint(1, 3), self.one((True, False))),
            ask.Thaw(),
            ask.LowerShield(),
            ask.Lock(),
            ask.Unlock(),
            ask.Admit(self.random.randint(1, 4)),
            ask.TurnAway(self.random.randint(1, 4)),
            ask.Appoint(self.seat, self.one(SERVICES)),
            ask.Dismiss(self.seat, self.one(SERVICES)),
            ask.Handover(self.seat),
            ask.AcceptChair(),
            ask.DeclineChair(),
        ]
        if self.random.random() < 0.2:
            by_seat = [ask.Close(), ask.Freeze(), ask.Pause(), ask.MuteAll(), ask.RaiseShield()]
        by_server: list[ask.AnyCommand] = [
            ask.HolderAway(self.seat),
            ask.HolderBack(self.seat),
            ask.HandAway(self.seat),
            ask.HandBack(self.seat),
            ask.ChairBack(self.seat),
            ask.NoticeCare(self.seat),
            ask.GiveMoment(self.seat),
            ask.ProposeStrike(self.seat, "sourcing"),
            ask.NoticeSame(),
            ask.Tick(),
        ]
        seat = self.one((self.seat, self.leader))
        return [*((seat, command) for command in by_seat), *((0, command) for command in by_server)]

    def _held_up(self) -> list[Ask]:
        """What ends whatever holds the meeting up; and what it meets with before."""
        meeting, asks = self.meeting, list[Ask]()
        if meeting.frozen_at is not None:
            asks += [(self.leader, ask.Thaw())] * 5
            asks += [*self._conduct(), (0, ask.Tick())]
        if meeting.paused_at is not None:
            asks += [(self.leader, ask.Resume())] * 3
        if meeting.shield_at is not None:
            asks += [(self.leader, ask.LowerShield())] * 3
        if meeting.all_muted_at is not None:
            asks += [(self.leader, ask.UnmuteAll()), (0, ask.Tick()), (0, ask.Tick())]
        if meeting.offer is not None:
            asks += [(meeting.offer.seat, ask.AcceptChair())] * 2
            asks += [(meeting.offer.seat, ask.DeclineChair()), *[(0, ask.Tick())] * 2]
        if meeting.chair_away_until is not None:
            asks += [(0, ask.ChairBack(self.leader)), *[(0, ask.Tick())] * 3]
        if meeting.is_quiet:
            asks += [(self.leader, ask.AcceptChair()), (0, ask.ChairBack(self.leader))] * 2
            asks += [(0, ask.ChairAway(self._here()))]
        return [*asks, *self._of_the_removed()]

    def _of_the_removed(self) -> list[Ask]:
        """They ask to come in again, and hear of it."""
        appeals = self.meeting.appeals.values()
        have_asked = {one.number for one in appeals if one.about == "removal"}
        asks: list[Ask] = [
            (act.seat, ask.Appeal("removal"))
            for (about, _), act in sorted(self.meeting.acts.items())
            if about == "removal" and act.number not in have_asked
        ]
        for number, one in sorted(self.meeting.appeals.items()):
            if one.about == "removal" and one.upheld is None:
                asks += [(self.leader, ask.AnswerAppeal(number, self.one((True, True, False))))]
        return asks

    def _decides(self) -> list[Ask]:
        """About what is held, and once more about what was."""
        number, one = self.one(sorted(self.meeting.held.items(), key=lambda item: item[0]))
        asks: list[Ask] = [
            (self.leader, ask.Release(number, self.one(("", "not_medical_advice")))),
            (self.leader, ask.GiveBackHeld(number)),
            (one.seat, ask.TakeBackHeld(one.own)),
            (self.leader, ask.Mute(one.seat, 1)),
            (self.leader, ask.Remove(one.seat)),
            (0, ask.Tick()),
        ]
        session = next((who for who, at in self.meeting.sessions.items() if at == one.seat), "")
        ends: list[Ask] = [(0, ask.Leave(session or "nobody")), (self.leader, ask.Close())]
        asks += ends[: self.one((0, 2))]
        for stream, done in sorted(self.meeting.decided)[:1]:
            give: Ask = (self.leader, ask.GiveBackHeld(done))
            asks += [give if stream == 0 else (stream, ask.TakeBackHeld(done))]
        return asks

    def _here(self) -> tuple[int, ...]:
        members = (seat for seat in self.meeting.seats if not self.meeting.is_facilitator(seat))
        return tuple(seat for seat in members if self.random.random() < 0.8)

    def _people(self) -> list[Ask]:
        """Who comes, waits, is called something, serves; what is told in private."""
        session = f"session-{self.one('abcdefgh')}"
        comes = ask.TakeSeat(
            session,
            self.role,
            self.one(NAMELIKE),
            self.one((True, False)),
            invitation=self.one(LINKS),
            back=self.one((True, False)),
        )
        asks: list[Ask] = [
            (0, comes),
            (0, comes),
            (self.seat, ask.Tell(self.one(TEXTS))),
            (self.leader, ask.Tell(self.one(TEXTS), self.seat)),
            (self.seat, ask.Rename(self.one(NAMELIKE))),
            (self.leader, ask.TakeNameOut(self.seat)),
            (self.seat, ask.Listen(self.one((True, False)))),
            (self.leader, ask.Appoint(self.seat, self.one(SERVICES))),
            (self.leader, self.either(ask.Lock(), ask.Unlock(), ask.Unlock())),
            (self.leader, ask.Handover(self.seat)),
            (0, ask.ChairBack(self.meeting.former_chair or self.leader)),
        ]
        for knock in sorted(self.meeting.lobby)[:1]:
            answer = self.either(ask.Admit(knock), ask.Admit(knock), ask.TurnAway(knock))
            asks += [(self.leader, answer)] * 3
            if self.random.random() < 0.2:
                asks += [(self.leader, ask.ClearLobby(self.one((True, False))))] * 2
            ghost = self.meeting.lobby[knock].ghost
            asks += [(self.leader, ask.Reseat(knock, ghost or self.seat))] * (8 if ghost else 1)
        for seat, place in sorted(self.meeting.seats.items()):
            if place.services:
                asks.append((self.leader, ask.Dismiss(seat, self.one(place.services))))
        if self.random.random() < 0.2:
            sessions = [*self.meeting.sessions, *self.meeting.knockers]
            asks += [(0, ask.Leave(self.one(sorted(sessions) or ["nobody"])))] * 3
            role: Literal["member", "facilitator"] = self.one(("member", "facilitator"))
            asks.append((0, ask.SetRole(self.one(sorted(sessions) or ["nobody"]), role)))
        if self.random.random() < 0.2:
            asks += [(0, ask.NoticeCare(self.seat)), (0, ask.ProposeStrike(self.seat, "sourcing"))]
        if self.random.random() < 0.3:
            asks += [(0, ask.ChairAway(self._here()))] * 2
            asks += [(self.leader, ask.Dismiss(self.leader, "co_chair"))]
        return asks

    def _conduct(self) -> list[Ask]:
        mute = ask.Mute(self.seat, self.random.randint(1, 20), self.one(SCOPES))
        asks: list[Ask] = [(self.leader, mute), (self.leader, mute)]
        asks += [(self.leader, ask.Unmute(seat)) for seat in self.meeting.mutes]
        asks += [(self.leader, ask.PurgeRecent(self.seat, 60))]
        stops = self.either(
            ask.Pause(), ask.Freeze(), ask.Freeze(), ask.MuteAll(1), ask.RaiseShield()
        )
        asks += [(self.leader, stops)]
        if self.random.random() < 0.15:
            asks += [(self.leader, ask.Remove(self.seat))]
        asks += [(self.leader, ask.Note(self.seat, self.one(NOTED))), *self._appeals()]
        return asks

    def _appeals(self) -> list[Ask]:
        """Whoever something befell asks about it, and somebody answers."""
        asks: list[Ask] = []
        for (about, which), act in sorted(self.meeting.acts.items())[-4:]:
            asks += [(act.seat, ask.Appeal(about, which, self.one((None, "Why?"))))] * 2
        for number, appeal in sorted(self.meeting.appeals.items()):
            if appeal.upheld is None:
                answer = ask.AnswerAppeal(number, self.one((True, False)), self.one((None, "Yes")))
                asks += [(self.leader, answer)] * 3
        return asks

    def _words(self) -> list[Ask]:
        says = ask.Say(self.one(TEXTS), self.epoch)
        asks: list[Ask] = [(self.seat, says), (self.leader, says), (self.seat, says)]
        asks += [(self.leader, ask.Post(self.one(KINDS), self.one(TEXTS)))]
        if self.meeting.lines:
            number, line = self.one(sorted(self.meeting.lines.items()))
            asks += [(self.one((line.seat, self.leader)), ask.Redact(number))]
            asks += self._edits()
        asks += [(self.seat, ask.React(self.line, self.one(WORDS))), *self._reports()]
        for seat, number, kind in sorted(self.meeting.reactions)[:1]:
            asks += [(seat, ask.React(number, word, on=False)) for word in WORDS if word == kind]
        service = self.meeting.speak
        if service in ("reader", "speaker"):
            asks += [(seat, says) for seat in self.meeting.serving(service)]  # type: ignore[arg-type]
            asks += [(self.leader, ask.Appoint(self.seat, service))]  # type: ignore[arg-type]
            readers = self.meeting.serving("reader")
            asks += [(seat, ask.Post("reading", "A page")) for seat in readers]
        return asks

    def _edits(self) -> list[Ask]:
        """Whoever said one of the last lines says it otherwise; some of these are taken out."""
        asks: list[Ask] = []
        for number, line in sorted(self.meeting.lines.items(), key=lambda item: item[0])[-3:]:
            edit = ask.Edit(number, self.one(TEXTS), self.epoch)
            asks += [(line.seat, edit)] * 2
            if line.place:
                asks += [(self.one((line.seat, self.leader)), ask.Redact(number))]
        return asks

    def _reports(self) -> list[Ask]:
        """What one has reported, others report too; then a facilitator decides."""
        asks: list[Ask] = [(self.seat, ask.Report(self.line, self.one(WHYS)))] * 2
        asks += [(self.leader, self.either(ask.Fold(self.line), ask.Unfold(self.line)))]
        for number in [report.number for report in self.meeting.reports][-1:]:
            asks += [(self.seat, ask.Report(number, self.one(WHYS)))] * 4
            asks += [(self.leader, self.either(ask.Fold(number), ask.Unfold(number)))]
        return asks

    def _floor(self) -> list[Ask]:
        epoch, holder, invited = self.epoch, self.meeting.holder, self.meeting.invited
        raises: list[Ask] = [(self.seat, ask.RaiseHand(self.one((False, False, True))))] * 3
        raises += [(0, ask.HandAway(hand)) for hand in self.meeting.hands[:2]]
        raises += [(0, ask.HandBack(away.seat)) for away in self.meeting.hands_away[:1]]
        raises += [(0, ask.HolderBack(owed)) for owed in self.meeting.owed[:1]]
        raises += [(0, ask.Tick())]
        for hand in self.meeting.hands[-1:]:
            place = self.random.randint(1, len(self.meeting.hands))
            lowers = self.either(ask.LowerHand(hand), ask.LowerHands(), ask.LowerHand(hand))
            raises += [(self.leader, ask.MoveHand(hand, place))]
            raises += [self.one([(self.leader, lowers), (hand, ask.LowerHand())])]
        is_open = self.meeting.queue_open
        raises += [(self.leader, ask.CloseQueue() if is_open else ask.OpenQueue())]
        if invited is not None:
            return [*raises, *self._answers(invited, epoch)]
        if holder is None:
            return [*raises, *self._free(epoch)]
        return [*raises, *self._turn(holder, epoch)]

    def _answers(self, invited: int, epoch: int) -> list[Ask]:
        return [
            *[(invited, ask.Accept(epoch))] * 8,
            *[(invited, ask.Say(self.one(TEXTS), epoch))] * 3,
            (invited, ask.Pass(epoch)),
            (invited, ask.NotYet(epoch)),
            (invited, ask.Listen(True)),
            (self.leader, ask.NextPhase(epoch)),
            (self.leader, ask.EndTurn(epoch)),
            (self.leader, ask.GiveBack(epoch)),
            (self.leader, ask.Mute(invited, 5)),
            (0, ask.Tick()),
            (0, ask.Tick()),
        ]

    def _free(self, epoch: int) -> list[Ask]:
        """Nobody has the floor: somebody is called, or comes too late with a line."""
        invites = (self.leader, ask.Invite(epoch, self.one((None, None, self.seat))))
        last = self.meeting.last_turn
        late = last.seat if last is not None else self.seat
        says = ask.Say(self.one(TEXTS), epoch)
        asks: list[Ask] = [*[invites] * 3, (self.leader, ask.Next(epoch)), *[(late, says)] * 9]
        asks += [(self.leader, ask.GiveBack(epoch)), *self._words()[:3]]
        if self.meeting.speak == "tag":
            asks += [(late, ask.Tag(epoch, self.seat))] * 3
        return asks

    def _turn(self, holder: int, epoch: int) -> list[Ask]:
        says = ask.Say(self.one(TEXTS), epoch, anyway=self.one((False, True)))
        asks: list[Ask] = [(holder, says)] * 4
        asks += [(self.leader, says), (self.seat, says)]
        if self.meeting.away_until is not None:
            asks += [(self.leader, ask.Freeze())] * 2
            return [*asks, (0, ask.HolderBack(holder)), *[(0, ask.Tick())] * 3]
        if self.meeting.last_line_until is not None:
            asks += [(holder, says)] * 6
        asks += [
            (holder, ask.Done(epoch)),
            (self.leader, ask.Next(epoch)),
            (holder, ask.Pass(epoch)),
        ]
        asks += [(self.leader, ask.EndTurn(epoch)), (self.leader, ask.Extend(epoch, 1))]
        asks += [(self.leader, ask.Mute(holder, 5)), *[(0, ask.HolderAway(holder))] * 3]
        asks += [(holder, ask.AnnounceDraft(epoch))] * 3
        asks += [(0, ask.GiveMoment(holder))] * 2
        asks += [(0, ask.Tick())] * 6
        asks += [(self.seat, ask.React(self.line, self.one(WORDS)))]
        if self.meeting.speak == "tag":
            asks += [(holder, ask.Tag(epoch, self.seat))] * 3
        return asks


def beginning(random: Random) -> list[Step]:
    """The cast comes in, mostly with staff, and Ada opens and goes as far as some phase."""
    steps = [Step(0, agenda(random))]
    played = held(steps)

    def then(seat: int, command: ask.AnyCommand, wait: float = 0.0) -> None:
        steps.append(Step(seat, command, wait))
        played.step(steps[-1])

    for seat in NAMES if random.random() < 0.9 else ():
        then(
            0,
            ask.TakeSeat(SESSIONS[seat], _role(seat), NAMES[seat], invitation=random.choice(LINKS)),
        )
        for knock in sorted(played.meeting.lobby):
            then(1, ask.Admit(knock))
    if random.random() < 0.5:
        then(0, ask.TakeSeat(SAMS_SESSION, "staff", "Sam"))
    if random.random() < 0.9:
        then(1, ask.Open(), 1.0)
        to_the_floor = random.random() < 0.7
        while to_the_floor and not played.meeting.has_turns:
            then(1, ask.NextPhase(played.meeting.epoch), 1.0)
            if played.refused:
                break  # There are no turns in what is left of the agenda.
    return steps


def _role(seat: int) -> ask.Role:
    return "facilitator" if seat in FACILITATORS else "member"


@st.composite
def meetings(draw: st.DrawFn) -> list[Step]:
    """The steps of a meeting; a law that fails is shown with as few of them as still fail."""
    steps = beginning(Random(draw(st.integers(0, 2**32 - 1))))
    least = draw(st.sampled_from([0, 20, 40]))
    played = held(steps)
    throws = draw(st.lists(st.integers(0, 2**32 - 1), min_size=least, max_size=2 * least + 10))
    for number, throw in enumerate(throws):
        # With its number, since Hypothesis likes to repeat itself.
        step = Dice(Random(throw + number), played.meeting, played.now).step()
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
