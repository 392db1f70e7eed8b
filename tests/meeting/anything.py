"""All commands in any order, by everybody, in every format: a machine that draws them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from moderation.content.verdict import ALLOW, Finding, Outcome, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import decider
from moderation.meeting import entries as happened
from moderation.meeting.audience import audience
from moderation.meeting.format import TURNS
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused
from tests import cast
from tests.cast import ada, mo
from tests.chance import SEED
from tests.meeting.generated import SHIPPED
from tests.meeting.oracle import Illegal, Oracle
from tests.meeting.promises import PROMISES, Broken, Moment
from tests.meeting.spec import FORMAT, NOON, in_phase
from tests.meeting.told import AGENDAS, told

if TYPE_CHECKING:
    from collections.abc import Callable

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
        what=st.sampled_from(["accept", "accept", "say", "say", "pass", "not_yet", "listen"]),
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

    @rule(who=SOMEBODY, whom=SOMEBODY, what=st.integers(0, 7))
    def does_something_small(self, who: str, whom: str, what: int) -> None:
        line = max(self.meeting.lines, default=1)
        asks: list[ask.AnyCommand] = [
            ask.React(line, "with_you"),
            ask.React(line, "with_you", on=False),
            ask.Redact(line),
            ask.Edit(line, "Other words", self.meeting.epoch),
            ask.Rename("Kit"),
            ask.Listen(on=False),
            ask.Post("topic", "Patience"),
            ask.Tell("A word", self._seat(whom)),
        ]
        self._ask(who, asks[what])

    @rule(who=SOMEBODY, whom=SOMEBODY, leader=LEADERS, what=st.sampled_from(["fold", "unfold", ""]))
    def a_line_is_reported(self, who: str, whom: str, leader: str, what: str) -> None:
        line = max(self.meeting.lines, default=1)
        for seat in (who, whom):
            self._ask(seat, ask.Report(line, "hurts"))
        if what:
            self._ask(leader, ask.Fold(line) if what == "fold" else ask.Unfold(line))

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

    @rule(
        who=LEADERS,
        whom=SOMEBODY,
        other=LEADERS,
        about=st.sampled_from(["mute", "mute", "removal", "note", "words"]),
        upheld=st.booleans(),
    )
    def an_act_is_appealed(
        self, who: str, whom: str, other: str, about: ask.About, *, upheld: bool
    ) -> None:
        """Of an act that there is, or of a new one."""
        seat = self._seat(whom) or ada
        new = {"mute": ask.Mute(seat, 1), "removal": None, "words": ask.PurgeRecent(seat, 3600)}
        command = new.get(about, ask.Note(seat, "advice"))
        if command is not None:
            self._ask(who, command)
        mine = [
            which
            for (what, which), act in self.meeting.acts.items()
            if (what, act.seat) == (about, seat)
        ]
        self._ask(whom, ask.Appeal(about, max(mine, default=1)))
        self._ask(other, ask.AnswerAppeal(max(self.meeting.appeals, default=1), upheld))

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

    @rule()
    def the_same_words_are_noticed(self) -> None:
        self._ask(None, ask.NoticeSame())

    @rule(everybody=st.booleans(), count=st.integers(1, 6))
    def strangers_come_and_are_turned_away(self, *, everybody: bool, count: int) -> None:
        for number in range(count):
            self._ask(
                None, ask.TakeSeat(f"stranger-{number}", "member", f"Eve {number}", known=False)
            )
        if everybody:
            self._ask("chair", ask.ClearLobby(everybody=count % 2 == 0))

    @rule(seconds=WAITS)
    def the_holder_is_lost_for_a_while(self, seconds: float) -> None:
        if self.meeting.holder is None:
            self.somebody_comes_to_the_floor("dana", "ben")
        holder = self.meeting.holder
        if holder is not None:
            self._ask(None, ask.HolderAway(holder))
            self.time_passes(seconds)
            self._ask(None, ask.HolderBack(holder))

    @rule(whom=SOMEBODY)
    def words_of_danger_are_noticed(self, whom: str) -> None:
        self._ask(None, ask.NoticeCare(self._seat(whom) or ada))

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

    @rule(
        who=st.sampled_from(["ben", "chidi", "dana", "holder", "invited"]),
        outcome=st.sampled_from(["hold", "hold", "refuse"]),
    )
    def says_what_is_not_published(self, who: str, outcome: Outcome) -> None:
        found = (Finding("sourcing", 0, 5, "sourcing"),)
        self._ask(who, ask.Say("Hello", self.meeting.epoch), Verdict(outcome, found))

    @rule(who=LEADERS, whom=SOMEBODY, what=st.sampled_from(["release", "release", "give", "take"]))
    def decides_about_what_is_held(self, who: str, whom: str, what: str) -> None:
        number = max(self.meeting.held, default=1)
        own = max(
            (mine for seat, mine in self.meeting.waits if seat == self._seat(whom)), default=1
        )
        asks: dict[str, ask.AnyCommand] = {
            "release": ask.Release(number),
            "give": ask.GiveBackHeld(number),
            "take": ask.TakeBackHeld(own),
        }
        for _ in range(2):  # Of two who decide, the second hears what the first did.
            self._ask(whom if what == "take" else who, asks[what])

    def _seat(self, who: str) -> int | None:
        return WHO[who](self.meeting)

    def _ask(self, who: str | None, command: ask.AnyCommand, verdict: Verdict = ALLOW) -> None:
        seat = 0 if who is None else self._seat(who)
        if seat is None:
            return
        type(self).steps += 1
        before, refused, left = self.meeting, None, list[happened.AnyEntry]()
        try:
            left = decider.decide(before, command, seat, self.now, verdict)
        except Refused as no:
            refused = no.code
        for entry in left:
            self._store(entry, seat)
        self.left.update(type(entry).__name__ for entry in left)
        moment = Moment(before, seat, command, tuple(left), refused, self.meeting, self.now)
        self._needs_promises_kept(moment)

    def _store(self, entry: happened.AnyEntry, by: int = 0) -> None:
        stream = audience(entry)
        self.numbers[stream] += 1
        self.log.append((entry, self.now))
        stamp = Stamp(self.numbers[stream], self.now, by)
        self.meeting = decider.evolve(self.meeting, entry, stamp)

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


def hold(meetings: int, steps: int, another: int = 0) -> None:
    """So many meetings of so many steps; of `another` number they are others."""
    some = settings(
        max_examples=meetings,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(SEED + another)(AnyMeeting), settings=some)
