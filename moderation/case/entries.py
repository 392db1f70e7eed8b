"""What happened in a case, and at the desk."""

from msgspec import Struct

from moderation.bounds import snake
from moderation.case.commands import Chair, Lapse, Outcome, Source, Status, TakeOver, Triage


class Entry(Struct, frozen=True, tag=snake, tag_field="type", omit_defaults=True):
    """An entry of a case's or of the desk's log; `words`, where there are any, are kept apart."""


class Worded(Entry, frozen=True):
    words: str | None = None


class CaseRaised(Worded, frozen=True, kw_only=True):
    """The case is open; `words` is the member's name in the room, where they have one.

    `seat` is theirs in that `meeting`, 0 without one.
    """

    source: Source
    triage: Triage
    room: str | None = None
    meeting: str | None = None
    seat: int = 0


class HelpPressedAgain(Entry, frozen=True):
    """The member pressed Help once more, and the desk is called once more."""


class MemberNamed(Worded, frozen=True, kw_only=True):
    """The member goes by `words` now, in seat `seat` of a meeting."""

    room: str
    meeting: str
    seat: int


class Excerpt(Worded, frozen=True, kw_only=True):
    """The words a signal was raised for."""

    seat: int


class LineGiven(Entry, frozen=True):
    """To one seat of the case: the session (as a keyed digest for this log) that it belongs to."""

    seat: int
    session: str


class MemberLeft(Entry, frozen=True):
    """The member's session is over: nothing that is written here reaches them any more."""


class NobodyThere(Entry, frozen=True):
    """The member is told at once: nobody is at the desk; these lines are there now (CE-10).

    After a claim that lapsed: nobody but whoever had it.
    """


class SomebodyThere(Entry, frozen=True):
    """The member, who was told that nobody is at the desk, is told that somebody is by now (CE-10)."""


class Unanswered(Entry, frozen=True):
    """The member is told: nobody has claimed the case in time; these lines are there now (CE-10)."""


class Claimed(Worded, frozen=True, kw_only=True):
    """One of staff, from seat `desk_seat` at the desk, has the case; `words` is the name they go by.

    `replaces` is the seat that had it before and reads nothing after this; `reason` why, where that
    one had it still.
    """

    seat: int
    desk_seat: int = 0
    replaces: int = 0
    reason: TakeOver | None = None


class ClaimLapsed(Entry, frozen=True):
    """Nobody has the case any more: it waits for all at the desk, and the member is told so (CE-12)."""

    why: Lapse


class ClaimResumed(Entry, frozen=True):
    """Who had the case last has it again."""

    seat: int


class Touched(Entry, frozen=True):
    """To the one who has the case: they were with it, and had seen the line up to number `read`."""

    seat: int
    read: int


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
    """How a case stands now. No words, no names.

    `position` says how far in the case's log that was, `seat` which one of its room the member has.
    Claimed: `since` when, and whether they have written. `lapsed`: `claimed_by` had it, until `since`.
    `unread` words of the member nobody has seen, the first `unread_since`; `pressed_at` says when
    Help was pressed last, `noticed` that the review had noticed words before, `left` that the
    member's session is over. `seat` is one of `meeting`.
    """

    case: str
    status: Status
    source: Source
    triage: Triage
    raised_at: float
    room: str | None = None
    claimed_by: int = 0
    position: int = 0
    seat: int = 0
    lapsed: Lapse | None = None
    since: float | None = None
    has_word: bool = False
    unread: int = 0
    unread_since: float | None = None
    pressed_at: float | None = None
    noticed: bool = False
    left: bool = False
    meeting: str | None = None


class PressesListed(Entry, frozen=True):
    """Help was pressed so often by people without a seat, beyond what can be a case each (A98, A99).

    All those before one `room`, or before none, are one entry: the first at `since`, the last at `last`.
    Whoever pressed has the helplines, and whoever wrote words has a case of their own.
    """

    presses: int
    since: float
    last: float
    room: str | None = None


class PressesPutAway(Entry, frozen=True):
    """Somebody of staff, from seat `by`, has seen so many of them; what came since then stays."""

    presses: int
    by: int
    room: str | None = None


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
    CaseRaised | HelpPressedAgain | MemberNamed | MemberLeft | Excerpt | LineGiven | NobodyThere
    | SomebodyThere | Unanswered | Claimed | ClaimLapsed | ClaimResumed | Touched | Wrote | CaseClosed | OutcomeNoted
)  # fmt: skip
DeskEntry = CameToDesk | DeskSeatGiven | CaseListed | ChairListed | PressesListed | PressesPutAway
