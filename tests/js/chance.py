"""Meetings of chance in which everything happens that a page may be told of.

Chance looks at the meeting it is holding: most of what is asked for is what somebody would ask for
next, else no floor would ever be taken. The rest is anything by anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias, TypeVar, get_args

from msgspec import inspect

from moderation.content.verdict import ALLOW
from moderation.meeting import commands
from moderation.meeting.commands import AnyCommand, SeatCommand
from moderation.meeting.format import Door, Flags
from moderation.meeting.state import Meeting
from tests.meeting.generated import Played, Step
from tests.meeting.spec import FORMAT

T = TypeVar("T")
Ask: TypeAlias = tuple[int, AnyCommand]

TEXTS = ("Hello", "I am done", "<3", "!", "done", "pass", "It was a long week")
NAMES = ("Eve", "Finn", "Gus", "Hal", "Ida", "Jo", "ben", "Kit", "Lou")
SESSIONS = tuple(f"session-{letter}" for letter in "abcdefghij")
WAITS = (*[0.0] * 10, *[0.5, 3.0, 6.0] * 5, *[20.0, 50.0, 90.0] * 2, 200.0, 1900.0)
# What would end a meeting, or empty it, at every turn.
SELDOM = {"Close": 0.02, "Remove": 0.2, "LowerHands": 0.3}
SELDOM |= {"RaiseShield": 0.2, "MuteAll": 0.2, "Pause": 0.3, "CloseQueue": 0.3}
SELDOM |= {
    "Mute": 0.3,
    "Lock": 0.3,
    "PurgeRecent": 0.2,
    "Handover": 0.4,
    "Appoint": 0.5,
    "Freeze": 0.1,
}
OFTEN = {"Say": 6, "RaiseHand": 6, "Invite": 4, "Next": 3, "Accept": 5, "React": 4, "Post": 2}
OFTEN |= {"Resume": 3, "Thaw": 3, "LowerShield": 3, "UnmuteAll": 3, "Unmute": 2, "Admit": 3}
OFTEN |= {
    "Tag": 3,
    "AnnounceDraft": 3,
    "AcceptChair": 2,
    "NotYet": 2,
    "Redact": 2,
    "MoveHand": 5,
    "Dismiss": 2,
    "NextPhase": 2,
}
WEIGHTS = {
    type_: OFTEN.get(type_.__name__, SELDOM.get(type_.__name__, 1))
    for type_ in get_args(SeatCommand)
}
GO_ON: list[AnyCommand] = [
    commands.Resume(),
    commands.LowerShield(),
    commands.UnmuteAll(),
    commands.Freeze(),
]
WAYS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"fairness": True},
    {"single_share": True},
    {"reactions": False},
)
DOORS: tuple[Door, ...] = ("open", "open", "knock", "members", "invitation")


def convened(random: Random) -> Played:
    """A meeting whose group has ways of its own."""
    played = Played()
    flags = Flags(
        door=random.choice(DOORS), history=random.choice(("none", "meeting")), **random.choice(WAYS)
    )
    phases = list(FORMAT.phases)
    if random.random() < 0.5:  # Else what comes late in the agenda is seldom reached.
        phases = random.sample(phases, len(phases))
        phases.sort(key=lambda phase: phase.speak == "self_id", reverse=True)
    played.command(commands.Convene(FORMAT.id, tuple(phases), flags), 0)
    return played


@dataclass(frozen=True)
class Chance:
    """One throw, for one step of a meeting."""

    random: Random
    meeting: Meeting

    def step(self) -> Step:
        roll = self.random.random()
        if roll < 0.4 and self.meeting.has_turns:
            seat, command = self._of_the_floor()
        else:
            seat, command = self._by_server() if roll < 0.6 else self._by_seat()
        return Step(seat, command, self.one(WAITS), ALLOW)

    def one(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    @property
    def seat(self) -> int:
        """Mostly somebody's, now and then nobody's."""
        return self.random.randint(
            1, max(5, len(self.meeting.seats)) + (self.random.random() < 0.1)
        )

    @property
    def leader(self) -> int:
        leaders = [seat for seat in self.meeting.seats if self.meeting.is_facilitator(seat)]
        chair = self.meeting.chair
        return chair if chair and self.random.random() < 0.5 else self.one(sorted(leaders) or [1])

    def _of_the_floor(self) -> Ask:
        """What comes next where one at a time has the floor."""
        meeting, epoch = self.meeting, self.meeting.epoch
        if meeting.frozen_at is not None:
            return self.leader, commands.Thaw()
        if meeting.is_quiet:
            return self.leader, commands.AcceptChair()
        if meeting.stopped_at is not None and self.random.random() < 0.5:
            return self.leader, self.one(GO_ON)
        if self.random.random() < 0.1:
            moves = commands.MoveHand(self._seat_for("seat"), 1)
            asks: list[AnyCommand] = [commands.CloseQueue(), moves, commands.Pause()]
            return self.leader, self.one(asks) if meeting.queue_open else commands.OpenQueue()
        return self.one(self._invited() if meeting.holder is None else self._holding(epoch))

    def _invited(self) -> list[Ask]:
        meeting, epoch = self.meeting, self.meeting.epoch
        if meeting.invited is not None:
            taken: Ask = (meeting.invited, commands.Accept(epoch))
            return [taken, taken, (self.leader, commands.EndTurn(epoch))]
        raises = commands.RaiseHand(self.random.random() < 0.3)
        asks: list[Ask] = [(self.seat, raises), (self.seat, commands.Listen(on=False))]
        return [*asks, *[(self.leader, commands.Invite(epoch))] * 2]

    def _holding(self, epoch: int) -> list[Ask]:
        holder = self.meeting.holder
        assert holder is not None
        if self.meeting.away_until is not None and self.random.random() < 0.5:
            return [(0, commands.HolderBack(holder))]
        says = commands.Say(self.one(TEXTS), epoch)
        others: list[Ask] = [
            (0, commands.HolderAway(holder)),
            (self.leader, commands.Extend(epoch, 1)),
        ]
        return [*others, (holder, says), (holder, says), (holder, commands.AnnounceDraft(epoch))]

    def _by_server(self) -> Ask:
        meeting = self.meeting
        holder = meeting.holder or self.seat
        hand = self.one(meeting.hands) if meeting.hands else self.seat
        away = meeting.hands_away[0].seat if meeting.hands_away else self.seat
        here = tuple(seat for seat in meeting.seats if self.random.random() < 0.3)
        role: commands.Role = self.one(("member", "member", "member", "facilitator", "staff"))
        arrival = commands.TakeSeat(
            self.one(SESSIONS), role, self.one(NAMES), known=self.random.random() < 0.5
        )
        back = meeting.owed[0] if meeting.owed else holder
        asks: list[AnyCommand] = [
            *[commands.Tick()] * 6,
            arrival,
            arrival,
            commands.HolderAway(holder),
            *[commands.HolderBack(back)] * 2,
            commands.HandAway(hand),
            commands.HandBack(away),
            *([commands.ChairAway(here)] if self.random.random() < 0.4 else []),
            *[commands.ChairBack(self.leader)] * (3 if meeting.chair_away_until else 1),
        ]
        return 0, self.one(asks)

    def _by_seat(self) -> Ask:
        if self.meeting.opened_at is None and self.random.random() < 0.3:
            return self.leader, commands.Open()
        [type_] = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))
        return self._who(type_.__name__), self._command(type_)

    def _who(self, name: str) -> int:
        meeting, roll = self.meeting, self.random.random()
        if roll < 0.1:
            return self.seat
        last = meeting.last_turn.seat if meeting.last_turn else None
        offered = meeting.offer.seat if meeting.offer else None
        likely = {
            "Accept": meeting.invited,
            "NotYet": meeting.invited,
            "Pass": meeting.holder or meeting.invited,
            "Done": meeting.holder,
            "Say": meeting.holder if roll < 0.8 else self.leader,
            "AnnounceDraft": meeting.holder,
            "Tag": meeting.holder or last,
            "AcceptChair": offered or self.leader,
            "DeclineChair": offered,
        }
        own = ("RaiseHand", "LowerHand", "Listen", "Rename", "React", "Tell", "Redact")
        if name in likely:
            return likely[name] or self.seat
        return self.seat if name in own else self.leader

    def _command(self, type_: type[Any]) -> Any:
        info = inspect.type_info(type_)
        assert isinstance(info, inspect.StructType)
        return type_(**{field.name: self._value(field.name, field.type) for field in info.fields})

    def _value(self, name: str, info: inspect.Type) -> Any:
        """A value that makes sense by the name of its field, else any that its type allows."""
        if isinstance(info, inspect.Metadata):
            return self._value(name, info.type)
        match name:
            case "epoch":
                now = self.meeting.epoch
                return self.one((*[now] * 9, max(0, now - 1)))
            case "seat" | "to":
                nobody = isinstance(info, inspect.UnionType) and self.random.random() < 0.5
                return None if nobody else self._seat_for(name)
            case "number":
                return self.one([*self.meeting.lines, 1])
            case "knock":
                return self.one([*self.meeting.lobby, 1])
            case "place":
                return self.random.randint(1, 5)
            case "minutes":
                return self.random.randint(1, 5)
            case "seconds":
                return self.random.randint(1, 600)
            case "text":
                return self.one(TEXTS)
            case "name":
                return self.one(NAMES)
            case _ if isinstance(info, inspect.LiteralType):
                return self.one(info.values)
            case _:
                assert isinstance(info, inspect.BoolType), f"no value for {name}"
                return self.random.random() < 0.5

    def _seat_for(self, name: str) -> int:
        hands = self.meeting.hands
        return (
            self.one(hands)
            if hands and name == "seat" and self.random.random() < 0.4
            else self.seat
        )
