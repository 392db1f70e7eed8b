"""What happened in a meeting: the entries of its log.

Entries hold ids and enums; the one free text an entry may have is `words`, kept apart from it in
the body table and gone after redaction or the sweep. An old reader survives a new field.
"""

from typing import Literal

from msgspec import Struct

from moderation.bounds import snake
from moderation.meeting.commands import Role
from moderation.meeting.format import Phase


class Entry(Struct, frozen=True, tag=snake, tag_field="type", omit_defaults=True):
    """An entry; audience.py says who sees it."""


class Worded(Entry, frozen=True):
    """An entry with words of a person; None where they were taken out."""

    words: str | None = None


class Convened(Entry, frozen=True):
    """The log begins: this is the agenda."""

    format: str
    phases: tuple[Phase, ...]


class SeatTaken(Worded, frozen=True, kw_only=True):
    """Somebody came in; `words` is the name they chose."""

    seat: int
    role: Role


class SeatGiven(Entry, frozen=True):
    """To one seat: the session (as a keyed digest for this log) that it belongs to."""

    seat: int
    session: str


class Opened(Entry, frozen=True):
    """The meeting is open, in the first phase of its agenda."""


class PhaseBegan(Entry, frozen=True):
    """The agenda moved to `phase`, an index from 0; `time` where the one before was over."""

    phase: int
    by: Literal["facilitator", "time"] = "facilitator"


class Closed(Entry, frozen=True):
    """The meeting is over; `by` says whether a facilitator closed it or it was left open too long."""

    by: Literal["facilitator", "time"]


class Said(Worded, frozen=True, kw_only=True):
    """A line to the room; lines of one turn share `turn` (0 outside a turn) (FC-11)."""

    seat: int
    turn: int = 0


class Told(Worded, frozen=True, kw_only=True):
    """A private line, in the facilitators' stream: from a seat, or from a facilitator to seat `to`."""

    seat: int
    to: int = 0


class ToldYou(Worded, frozen=True, kw_only=True):
    """The same private line in the stream of the member it is from or to."""

    owner: int
    seat: int
    to: int = 0


class Redacted(Entry, frozen=True):
    """The words of entry `number` of the room are gone."""

    number: int
    by: Literal["self", "facilitator"]


class HandRaised(Entry, frozen=True):
    seat: int


class HandLowered(Entry, frozen=True):
    """A hand is down; `by` is the role that took it down (FC-03), or `away`: kept for long enough (FC-17)."""

    seat: int
    by: Literal["self", "facilitator", "away"]


class HandWentAway(Entry, frozen=True):
    """Whoever has this hand up lost connection; its place is kept until `until` (seconds since 1970)."""

    seat: int
    until: float


class HandCameBack(Entry, frozen=True):
    seat: int


class Invited(Entry, frozen=True):
    """The floor is offered to `seat` by the facilitator in seat `by`."""

    seat: int
    by: int


class InviteEnded(Entry, frozen=True):
    seat: int
    reason: Literal["passed", "withdrawn", "muted", "removed", "phase"]


class FloorTaken(Entry, frozen=True):
    """`seat` has the floor; this is turn number `turn` of the meeting."""

    seat: int
    turn: int


class TurnEnded(Entry, frozen=True):
    seat: int
    reason: Literal["done", "passed", "ended", "muted", "removed", "phase", "away", "time"]


class HolderWentAway(Entry, frozen=True):
    """The holder lost connection and is given a moment, until `until` (seconds since 1970)."""

    seat: int
    until: float


class HolderCameBack(Entry, frozen=True):
    seat: int


class Muted(Entry, frozen=True):
    """`seat` can't write until `until` (seconds since 1970) or an unmute."""

    seat: int
    until: float


class Unmuted(Entry, frozen=True):
    seat: int
    by: Literal["facilitator", "time"]


class Removed(Entry, frozen=True):
    seat: int


AnyEntry = (
    Convened | SeatTaken | SeatGiven | Opened | PhaseBegan | Closed | Said | Told | ToldYou | Redacted
    | HandRaised | HandLowered | HandWentAway | HandCameBack | Invited | InviteEnded | FloorTaken | TurnEnded
    | HolderWentAway | HolderCameBack | Muted | Unmuted | Removed
)  # fmt: skip
