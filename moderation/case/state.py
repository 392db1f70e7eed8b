"""What is known of a case."""

from __future__ import annotations

from msgspec import Struct
from rpds import HashTrieMap

from moderation.case.commands import Lapse, Outcome, Source, Status, Triage

MEMBER = 1
"""The member's seat in their case. Staff have those behind it, in the order in which they claimed."""


class Lease(Struct, frozen=True):
    """The last claim: whose it is, and until when it holds unless something is heard of them.

    `has_word`: they have written to the member. `touched_at`: when they did anything last.
    """

    seat: int
    desk_seat: int
    name: str | None
    at: float
    touched_at: float
    has_word: bool = False
    lapsed: Lapse | None = None
    lapsed_at: float | None = None


class Unread(Struct, frozen=True):
    """A line of the member's that nobody of staff has seen."""

    number: int
    at: float


class Case(Struct, frozen=True):
    """Everything a rule of a case may look at.

    `waits_since`: from when on it is counted whether somebody comes. `told`: that nobody has;
    `alone`: that nobody is at the desk, and `was_alone`, that nobody was at some time. `noticed`: the
    review noticed words before Help was pressed. `left_at`: since when the member can't come back to
    the line. `read`: the number up to which somebody of staff has seen it.
    """

    source: Source = "help"
    triage: Triage = "urgent"
    room: str | None = None
    meeting: str | None = None
    seat: int = 0
    member: str | None = None
    raised_at: float | None = None
    pressed_at: float | None = None
    waits_since: float | None = None
    told: bool = False
    alone: bool = False
    was_alone: bool = False
    noticed: bool = False
    left_at: float | None = None
    lease: Lease | None = None
    read: int = 0
    unread: tuple[Unread, ...] = ()
    closed_at: float | None = None
    outcome: Outcome | None = None
    sessions: HashTrieMap[str, int] = HashTrieMap()

    @property
    def is_held(self) -> bool:
        """Whether somebody of staff has it."""
        return self.lease is not None and self.lease.lapsed is None

    @property
    def status(self) -> Status:
        if self.closed_at is not None:
            return "closed"
        if self.is_held:
            return "claimed"
        return "unanswered" if self.told else "raised"


NEW = Case()
