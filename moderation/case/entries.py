"""What happened in a case, and at the desk."""

from msgspec import Struct

from moderation.bounds import snake
from moderation.case.commands import Chair, Outcome, Source, Status, Triage


class Entry(Struct, frozen=True, tag=snake, tag_field="type", omit_defaults=True):
    """An entry of a case's or of the desk's log; `words`, where there are any, are kept apart."""


class Worded(Entry, frozen=True):
    words: str | None = None


class CaseRaised(Worded, frozen=True, kw_only=True):
    """The case is open; `words` is the member's name in the room, where they have one."""

    source: Source
    triage: Triage
    room: str | None = None


class Excerpt(Worded, frozen=True, kw_only=True):
    """The words a signal was raised for."""

    seat: int


class LineGiven(Entry, frozen=True):
    """To one seat of the case: the session (as a keyed digest for this log) that it belongs to."""

    seat: int
    session: str


class NobodyThere(Entry, frozen=True):
    """The member is told at once: nobody is at the desk; these lines are there now (CE-10)."""


class Unanswered(Entry, frozen=True):
    """The member is told: nobody has claimed the case in time; these lines are there now (CE-10)."""


class Claimed(Worded, frozen=True, kw_only=True):
    """One of staff, from seat `desk_seat` at the desk, has the case; `words` is the name they go by."""

    seat: int
    desk_seat: int = 0


class Wrote(Worded, frozen=True, kw_only=True):
    """A line on the case line."""

    seat: int


class CaseClosed(Entry, frozen=True):
    """The case is over; `by` is the seat that closed it."""

    by: int


class OutcomeNoted(Entry, frozen=True):
    """To the claimer alone: how the case ended, in staff's words for it. The member is not labelled."""

    seat: int
    outcome: Outcome


class CameToDesk(Worded, frozen=True, kw_only=True):
    """Somebody of staff is on duty; `words` is the name they go by."""

    seat: int


class DeskSeatGiven(Entry, frozen=True):
    """To one seat of the desk: the session (as a keyed digest for this log) that it belongs to."""

    seat: int
    session: str


class CaseListed(Entry, frozen=True):
    """How a case stands now. No words, no names."""

    case: str
    status: Status
    source: Source
    triage: Triage
    raised_at: float
    room: str | None = None
    claimed_by: int = 0


class ChairListed(Entry, frozen=True):
    """How the chair of a meeting in `room` stands, and since when nobody has it. No names.

    `position` says how far in the meeting's log that was.
    """

    meeting: str
    room: str
    chair: Chair
    since: float
    position: int


CaseEntry = (
    CaseRaised | Excerpt | LineGiven | NobodyThere | Unanswered | Claimed | Wrote | CaseClosed
    | OutcomeNoted
)  # fmt: skip
DeskEntry = CameToDesk | DeskSeatGiven | CaseListed | ChairListed
