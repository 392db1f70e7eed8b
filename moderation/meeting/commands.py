"""What can be asked of a meeting: by a seat over the wire, and by the server itself."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from moderation.bounds import Epoch, Minutes, Name, Number, SeatId, Words, snake
from moderation.meeting.format import Phase

Role = Literal["member", "facilitator"]


class Command(Struct, frozen=True, tag=snake, tag_field="type", forbid_unknown_fields=True):
    """A command; `epoch` on those of the floor is the one its sender saw (FC-07)."""


class Open(Command, frozen=True):
    """A facilitator opens the meeting: its first phase begins."""


class Close(Command, frozen=True):
    """A facilitator closes the meeting; its words are kept for the retention time from now."""


class NextPhase(Command, frozen=True):
    """A facilitator moves to the next phase of the agenda."""

    epoch: Epoch


class Say(Command, frozen=True):
    """A line to the room; exactly `!`, `done` or `pass` are the typed customs (FC-13)."""

    text: Words
    epoch: Epoch


class Tell(Command, frozen=True):
    """A private line: from a member to the facilitators, from a facilitator to one seat (`to`)."""

    text: Words
    to: SeatId | None = None


class Redact(Command, frozen=True):
    """Takes the words of one entry of the room out again: one's own, or a facilitator anyone's."""

    number: Number


class RaiseHand(Command, frozen=True):
    """Asks for the floor."""


class LowerHand(Command, frozen=True):
    """Takes a hand down: one's own, or a facilitator another's (`seat`) (FC-03)."""

    seat: SeatId | None = None


class Invite(Command, frozen=True):
    """A facilitator offers the floor to a seat, or to the first hand (FC-05)."""

    epoch: Epoch
    seat: SeatId | None = None


class Accept(Command, frozen=True):
    """The invited seat takes the floor."""

    epoch: Epoch


class Pass(Command, frozen=True):
    """The invited seat, or the holder, would rather not now."""

    epoch: Epoch


class Done(Command, frozen=True):
    """The holder ends the turn."""

    epoch: Epoch


class EndTurn(Command, frozen=True):
    """A facilitator ends the running turn, or takes an open invitation back."""

    epoch: Epoch


class Mute(Command, frozen=True):
    """A facilitator keeps a member from writing for some minutes (FC-19)."""

    seat: SeatId
    minutes: Minutes


class Unmute(Command, frozen=True):
    """A facilitator ends a mute before its time."""

    seat: SeatId


class Remove(Command, frozen=True):
    """A facilitator takes a member out of this meeting; Help and the case line stay open to them."""

    seat: SeatId


class Convene(Command, frozen=True):
    """By the server: the log of a new meeting begins with its agenda."""

    format: str
    phases: tuple[Phase, ...]


class TakeSeat(Command, frozen=True):
    """By the server at the door: a session takes a seat under a name."""

    session: Annotated[str, Meta(min_length=1, max_length=64)]
    role: Role
    name: Name


class HolderAway(Command, frozen=True):
    """By the server: the holder's last socket is gone (FC-16)."""

    seat: SeatId


class HolderBack(Command, frozen=True):
    """By the server: the holder is connected again."""

    seat: SeatId


class HandAway(Command, frozen=True):
    """By the server: whoever has this hand up is not connected any more (FC-17)."""

    seat: SeatId


class HandBack(Command, frozen=True):
    """By the server: whoever has this hand up is connected again."""

    seat: SeatId


class Tick(Command, frozen=True):
    """By the server: something in this meeting is due."""


SeatCommand = (
    Open | Close | NextPhase | Say | Tell | Redact | RaiseHand | LowerHand | Invite | Accept | Pass | Done | EndTurn
    | Mute | Unmute | Remove
)  # fmt: skip
"""What a seat may send over the wire."""

ServerCommand = Convene | TakeSeat | HolderAway | HolderBack | HandAway | HandBack | Tick
"""What only the server proposes; a frame that names one is refused as malformed."""

AnyCommand = SeatCommand | ServerCommand
