"""What can be asked of a case, and of the desk."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from moderation.bounds import MOST, Name, Words, snake

Source = Literal["help", "signal"]
"""A member pressed Help, or the review noticed words (CE-06)."""
Triage = Literal["imminent", "urgent", "support"]
"""Only a person raises a case to imminent."""
Outcome = Literal[
    "supported",
    "handed_over",
    "crisis_line",
    "emergency_services",
    "left",
    "unreachable",
    "false_alarm",
]
Lapse = Literal["away", "no_word", "untouched", "put_back"]
"""Why a claim holds no more: its holder has no socket; wrote nothing in time; was not heard of for
minutes; or has put the case back (CE-12)."""
TakeOver = Literal["signed_in_anew", "agreed", "silent", "graver"]
"""Why somebody takes a case that another has: it was their own in another window; they agreed on it;
the other does not answer; it needs somebody else."""
Status = Literal["raised", "unanswered", "claimed", "closed"]
Chair = Literal["held", "lost", "quiet"]
"""How a meeting's chair stands: somebody has it, or the meeting is over; nobody is there; and the
meeting went quiet for it (FC-24)."""
Session = Annotated[str, Meta(min_length=1, max_length=64)]
CaseId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{16}\Z")]
MeetingId = CaseId


class Command(Struct, frozen=True, tag=snake, tag_field="type", forbid_unknown_fields=True):
    """A command to a case or to the desk."""


class Write(Command, frozen=True):
    """A line on the case line, by the member or by the one who claimed the case."""

    text: Words


class Touch(Command, frozen=True):
    """The one who has the case is still with it, and has seen the line up to number `read` (CE-12)."""

    read: Annotated[int, Meta(ge=0, le=MOST)] = 0


class PutBack(Command, frozen=True):
    """The one who has the case puts it back: it waits for all at the desk again (CE-14)."""


class CloseCase(Command, frozen=True):
    """The one who claimed the case closes it; the member closes it by saying they are all right."""

    outcome: Outcome


class Raise(Command, frozen=True):
    """By the server: a help request, or a signal of the review, opens the case.

    `name` is the one shown in the room, `seat` the one in that `meeting`, `excerpt` the words that a
    signal was raised for, and `attended` whether anybody was at the desk.
    """

    source: Source
    triage: Triage
    session: Session
    room: str | None = None
    name: str | None = None
    excerpt: str | None = None
    attended: bool = True
    meeting: str | None = None
    seat: int = 0


class NameMember(Command, frozen=True):
    """By the server: who asked for help has a name and a seat in a room by now, or another one."""

    name: str
    room: str
    meeting: str
    seat: int


class Claim(Command, frozen=True):
    """By the server: somebody of staff takes the case; one of them gets it (CE-11).

    `desk_seat` is the seat they have at the desk; with a reason they take it from who has it.
    """

    session: Session
    name: Name
    desk_seat: int = 0
    reason: TakeOver | None = None


class ClaimerAway(Command, frozen=True):
    """By the server: who has the case from that seat at the desk is connected nowhere (CE-12)."""

    desk_seat: int


class ClaimerBack(Command, frozen=True):
    """By the server: they are connected again."""

    desk_seat: int


class SessionOver(Command, frozen=True):
    """By the server: a session of this case has ended: the member's, or that of one of staff."""

    session: Session


class DeskEmpty(Command, frozen=True):
    """By the server: nobody else is at the desk for which the case waits again (CE-10)."""


class DeskAttended(Command, frozen=True):
    """By the server: somebody has come to the desk at which nobody was (CE-10)."""


class TickCase(Command, frozen=True):
    """By the server: something in this case is due."""


class ComeToDesk(Command, frozen=True):
    """By the server: somebody of staff takes a seat at the desk under a name."""

    session: Session
    name: Name


class ListCase(Command, frozen=True):
    """By the server: how a case stands at `position` of its log, for everybody at the desk.

    No words, no names. What each field says stands at `CaseListed`.
    """

    case: CaseId
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
    meeting: MeetingId | None = None


class ListPresses(Command, frozen=True):
    """By the server: so many strangers more pressed Help before a room, or before none (A98, A99)."""

    presses: Annotated[int, Meta(ge=1, le=MOST)]
    room: str | None = None


class PutPressesAway(Command, frozen=True):
    """By the server: somebody of staff has seen that so many pressed, from that seat at the desk.

    `since` is that of the entry they saw; a page of an older version does not say.
    """

    presses: Annotated[int, Meta(ge=1, le=MOST)]
    by: int
    room: str | None = None
    since: float | None = None


class ListChair(Command, frozen=True):
    """By the server: how the chair of a meeting stands at `position` of its log. No names."""

    meeting: MeetingId
    room: str
    chair: Chair
    since: float
    position: int


CaseSeatCommand = Write | Touch | PutBack | CloseCase
CaseServerCommand = (
    Raise | NameMember | Claim | ClaimerAway | ClaimerBack | SessionOver | DeskEmpty | DeskAttended
    | TickCase
)  # fmt: skip
AnyCaseCommand = CaseSeatCommand | CaseServerCommand
DeskServerCommand = ComeToDesk | ListCase | ListChair | ListPresses | PutPressesAway
