"""What happened in a meeting: the entries of its log.

Entries hold ids and enums; the one free text an entry may have is `words`, kept apart from it in
the body table and gone after redaction or the sweep. An old reader survives a new field.
"""

from typing import Literal

from msgspec import Struct

from moderation.bounds import snake
from moderation.meeting import commands as ask
from moderation.meeting.format import Flags, Phase, Reaction


class Entry(Struct, frozen=True, tag=snake, tag_field="type", omit_defaults=True):
    """An entry; audience.py says who sees it."""


class Worded(Entry, frozen=True):
    """An entry with words of a person; None where they were taken out."""

    words: str | None = None


# The agenda


class Convened(Entry, frozen=True):
    """The log begins: this is the agenda, and these are the group's ways."""

    format: str
    phases: tuple[Phase, ...]
    flags: Flags = Flags()


class Opened(Entry, frozen=True):
    """The meeting is open, in the first phase of its agenda; the facilitator `by` has the chair."""

    by: int = 0


class PhaseBegan(Entry, frozen=True):
    """The agenda moved to `phase`, an index from 0; `time` where the one before was over.

    `order` is that of a round, fixed now (FC-28).
    """

    phase: int
    by: Literal["facilitator", "time"] = "facilitator"
    order: tuple[int, ...] = ()


class Closed(Entry, frozen=True):
    """The meeting is over; `by` says whether a facilitator closed it or it was left open too long."""

    by: Literal["facilitator", "time"]


# Words


class Said(Worded, frozen=True, kw_only=True):
    """A line to the room; lines of one turn share `turn` (0 outside a turn) (FC-11).

    `fold`: the label that it stands behind for everybody, its author too, until somebody opens it;
    empty for none (CM-07).
    `late`: it was held, and released when its turn or its part of the meeting was over (CM-16).
    `note`: what the facilitator who released it says of it (CM-11).
    """

    seat: int
    turn: int = 0
    fold: str = ""
    late: bool = False
    note: ask.ReleaseNote = ""


class Posted(Worded, frozen=True, kw_only=True):
    """A cue card, a reading, the topic or an announcement; `fold` and `late` as of a line."""

    seat: int
    kind: ask.Kind
    fold: str = ""
    late: bool = False


class Edited(Worded, frozen=True, kw_only=True):
    """`seat` has changed line `number` of theirs: these are its words now (CM-14).

    Those of the entry `over`, its number in the room, are gone: of the line itself, or of the edit
    before. `fold`: the label that the new words stand behind, unless the line is folded already.
    """

    seat: int
    number: int
    over: int
    fold: str = ""


class Replaced(Worded, frozen=True, kw_only=True):
    """To the facilitators: what line `number` of the room read until its author changed it (CM-14)."""

    number: int


class HistoryGone(Entry, frozen=True):
    """To the facilitators: line `number` is taken out, and all that it read before, the entries `over` there."""

    number: int
    over: tuple[int, ...]


class Told(Worded, frozen=True, kw_only=True):
    """A private line, in the facilitators' stream: from a seat, or from a facilitator to seat `to`."""

    seat: int
    to: int = 0


class ToldYou(Worded, frozen=True, kw_only=True):
    """The same private line in the stream of the member it is from or to."""

    owner: int
    seat: int
    to: int = 0


class Span(Struct, frozen=True):
    """A place in words, [start, end) in code points."""

    start: int
    end: int


class Why(Struct, frozen=True, omit_defaults=True):
    """One reason why words are held, and where: a rule, or the places of what weighed most."""

    kind: str
    code: str
    start: int
    end: int
    weighed: tuple[Span, ...] = ()


class Held(Worded, frozen=True, kw_only=True):
    """To the facilitators: words of `seat` wait for one of them, until `until`; nobody else has them (CM-16).

    They would be a line of `turn`, or posted, or behind the label `fold`.
    """

    seat: int
    until: float
    turn: int = 0
    post: ask.Kind | Literal[""] = ""
    fold: str = ""
    why: tuple[Why, ...] = ()


class HeldYours(Worded, frozen=True, kw_only=True):
    """The same to their author: they wait for a facilitator, and nobody in the room has them (CM-17)."""

    owner: int


class HeldEnded(Entry, frozen=True):
    """To the facilitators: what became of the words of entry `number` there; they are gone from it.

    `by` is the seat that decided, 0 for nobody.
    """

    number: int
    how: ask.HeldEnd
    by: int = 0


class HeldYoursEnded(Worded, frozen=True, kw_only=True):
    """The same to their author, of entry `number` there; the words where they are the author's again."""

    owner: int
    number: int
    how: ask.HeldEnd


class StrikeProposed(Entry, frozen=True):
    """To the facilitators: a rule refused words of this member's, of this kind, and nobody read them.

    No strike is given: whether there is to be one, a person says (CM-06, CM-18).
    """

    seat: int
    kind: str


class Redacted(Entry, frozen=True):
    """The words of entry `number` of the room are gone.

    `along`: the first of the lines that were taken out with it in one act; 0 for that one, and one alone.
    `over`: the entry of the room that had its words by then, where it was changed; else 0.
    """

    number: int
    by: Literal["self", "facilitator"]
    along: int = 0
    over: int = 0


class Folded(Entry, frozen=True):
    """The words of entry `number` of the room stand behind a label that anybody may open.

    By two members who reported them, until a facilitator decides; or by a facilitator (CM-20).
    """

    number: int
    by: Literal["reports", "facilitator"]


class Unfolded(Entry, frozen=True):
    """A facilitator has everybody read the words of entry `number` of the room."""

    number: int


class Reported(Entry, frozen=True):
    """To the facilitators: a member asks them to look at line `number` of the room. Never which member."""

    number: int
    why: ask.ReportReason


class ReportNoted(Entry, frozen=True):
    """To nobody: who reported line `number` of the room, so that they count once (CM-20)."""

    seat: int
    number: int


class ReportsAnswered(Entry, frozen=True):
    """To the facilitators: one of them, `by`, has decided about what was reported of line `number`."""

    number: int
    by: int


class NeedSeen(Entry, frozen=True):
    """To nobody: in line `number`, 0 for the newest, `seat` tells of a need, so no report folds it (CM-20)."""

    seat: int
    number: int = 0


class Reacted(Entry, frozen=True):
    """A word of `seat` under line `number` of the room; where `on` is false, no longer."""

    seat: int
    number: int
    kind: Reaction
    on: bool = True


class Renamed(Worded, frozen=True, kw_only=True):
    """`seat` goes by another name, the words.

    Who has not written yet leaves no old name behind: the words of the entries `over`, numbers of
    the room, are gone, and nobody is told of it.
    """

    seat: int
    over: tuple[int, ...] = ()


class NameTakenOut(Worded, frozen=True, kw_only=True):
    """A facilitator took the name of `seat` out, with the entries `over` that told it; the words stand for it."""

    seat: int
    over: tuple[int, ...] = ()


class ListeningChosen(Entry, frozen=True):
    """`seat` is here to listen, or no longer only that."""

    seat: int
    on: bool


class CareNoticed(Entry, frozen=True):
    """To the facilitators: this member may need care, and has a case at the desk. No words (CE-06).

    `attended`: whether anybody was at the desk then; null where that was not noted.
    """

    seat: int
    attended: bool | None = None


class Answered(Entry, frozen=True):
    """To nobody: `seat` was asked whether their line answers a share, and sent it as it is (CM-10)."""

    seat: int


class CrosstalkNoticed(Entry, frozen=True):
    """To the facilitators: `seat` has answered what others shared several times (CM-10)."""

    seat: int


class DraftAnnounced(Entry, frozen=True):
    """To the holder alone: their unsent words may follow at the hard end (FC-14)."""

    seat: int


# Seats


class SeatTaken(Worded, frozen=True, kw_only=True):
    """Somebody came in; `words` is the name they chose."""

    seat: int
    role: ask.Role


class SeatGiven(Entry, frozen=True):
    """To one seat: the session (as a keyed digest for this log) that it belongs to.

    `stranger`: a member by an open door, whatever link they came by: it may have leaked.
    """

    seat: int
    session: str
    stranger: bool = False


class CameBy(Entry, frozen=True):
    """To nobody: the invitation, as a keyed digest for this log, that whoever has this seat came by."""

    seat: int
    invitation: str


class SeatLeft(Entry, frozen=True):
    """The session of `seat` has ended: the seat is nobody's, and its name is free."""

    seat: int


class CameBack(Worded, frozen=True, kw_only=True):
    """Whoever had `seat` sits there again, as a facilitator said; the words are their name."""

    seat: int


class Knocked(Worded, frozen=True, kw_only=True):
    """To the facilitators: somebody is in the lobby; `words` is the name they chose.

    `same_link`: they came by the invitation of somebody who is muted, or was removed, as did `others`
    who are here. Seat `ghost` has, or had, that very name. They come in as `role`. `invited`: the group
    let them in before. The same knock once more is a corrected name.
    """

    knock: int
    role: ask.Role = "member"
    same_link: ask.SameLink = ""
    others: int = 0
    ghost: int = 0
    invited: bool = False


class KnockGiven(Entry, frozen=True):
    """To nobody: the session that a knock belongs to, and the invitation it came by."""

    knock: int
    session: str
    invitation: str = ""


class KnockAnswered(Entry, frozen=True):
    """To the facilitators: whoever knocked was let in, or turned away, by `by`; or they wait no longer."""

    knock: int
    answer: Literal["admitted", "turned_away", "withdrawn"]
    by: int


class LobbyCleared(Entry, frozen=True):
    """To the facilitators: all strangers who waited were turned away by `by`; with `everybody`, all."""

    by: int
    everybody: bool = False


class StrangersCame(Entry, frozen=True):
    """To the facilitators: so many within a minute who may be of a raid; the shield is offered (A92).

    `same`: several who came lately wrote the same words. `knock`: from now on everybody knocks at the open door, until
    the meeting ends; who is in stays in, and nothing else changes for them (CM-22).
    """

    same: bool = False
    knock: bool = False


class Locked(Entry, frozen=True):
    """Nobody new comes in."""


class Unlocked(Entry, frozen=True):
    """The door is as the group has set it."""


# The queue


class HandRaised(Entry, frozen=True):
    """A hand is up at `place` of the queue, 0 for its end; `server` where a lost turn is owed (FC-16)."""

    seat: int
    place: int = 0
    urgent: bool = False
    by: Literal["self", "server"] = "self"


class HandLowered(Entry, frozen=True):
    """A hand is down; `by` is the role that took it down (FC-03), or `away`: kept for long enough (FC-17)."""

    seat: int
    by: Literal["self", "facilitator", "away"]


class HandMoved(Entry, frozen=True):
    """A facilitator gave a hand another place; 1 is next."""

    seat: int
    place: int


class HandWentAway(Entry, frozen=True):
    """Whoever has this hand up lost connection; its place is kept until `until` (seconds since 1970)."""

    seat: int
    until: float


class HandCameBack(Entry, frozen=True):
    seat: int


class QueueClosed(Entry, frozen=True):
    """No further hands but urgent ones (FC-26)."""


class QueueOpened(Entry, frozen=True):
    """Hands may be raised again."""


# The floor


class Invited(Entry, frozen=True):
    """The floor is offered to `seat` by seat `by` (0: it passed on by itself), until `until`.

    `at_once`: it follows the end of a turn or invitation, and both are one change of the floor.
    """

    seat: int
    by: int
    until: float = 0.0
    at_once: bool = False


class InviteEnded(Entry, frozen=True):
    seat: int
    reason: Literal[
        "passed", "withdrawn", "muted", "removed", "left", "phase", "not_yet", "expired", "given_back", "quiet"
    ]  # fmt: skip


class FloorTaken(Entry, frozen=True):
    """`seat` has the floor; this is turn number `turn` of the meeting."""

    seat: int
    turn: int


class TurnEnded(Entry, frozen=True):
    """A turn is over; `muted` is what older logs call `revoked`."""

    seat: int
    reason: Literal[
        "done", "passed", "ended", "revoked", "muted", "removed", "left", "phase", "away", "time"
    ]  # fmt: skip


class TurnExtended(Entry, frozen=True):
    """A facilitator gave the running turn some minutes more (FC-15)."""

    seat: int
    minutes: int


class LastLineGranted(Entry, frozen=True):
    """The turn's time is over; one line that was announced may still come, until `until` (FC-14)."""

    seat: int
    until: float


class PauseBegan(Entry, frozen=True):
    """The clocks of the floor stand still; facilitators write (FC-15)."""


class PauseEnded(Entry, frozen=True):
    """The clocks of the floor run again."""


class HolderWentAway(Entry, frozen=True):
    """The holder lost connection and is given a moment, until `until` (seconds since 1970)."""

    seat: int
    until: float


class HolderCameBack(Entry, frozen=True):
    seat: int


class MomentGiven(Entry, frozen=True):
    """The turn's clock stands still for the holder until their next line, until `until` at the latest (CM-15)."""

    seat: int
    until: float


class MomentEnded(Entry, frozen=True):
    """It runs again, unless something else holds it up."""

    seat: int


# Conduct


class Muted(Entry, frozen=True):
    """`seat` can't write until `until` (seconds since 1970), the end of the scope, or an unmute."""

    seat: int
    until: float
    scope: ask.MuteScope = "time"
    reason: ask.MuteReason = "pause"


class Unmuted(Entry, frozen=True):
    """`seat` can write again; `phase` where the mute was for the phase."""

    seat: int
    by: Literal["facilitator", "time", "phase", "appeal"]


class AllMuted(Entry, frozen=True):
    """Nobody but facilitators can write, until `until` at the latest."""

    until: float


class AllUnmuted(Entry, frozen=True):
    """The room's mute is over."""

    by: Literal["facilitator", "time"]


class Removed(Entry, frozen=True):
    seat: int


class Noted(Entry, frozen=True):
    """To the facilitators: `by` gave `seat` a note, the `note`-th of this meeting (CM-18)."""

    note: int
    seat: int
    by: int
    reason: ask.NoteReason


class NotedYou(Entry, frozen=True):
    """To whom it is for: the same note; `role` is that of whoever gave it."""

    owner: int
    note: int
    reason: ask.NoteReason
    role: ask.Role


class Appealed(Worded, frozen=True, kw_only=True):
    """To the facilitators: `seat` asks that somebody other than `decider` looks at an act again (CM-19).

    `number` is the act's: of its entry in the room, or of the note. `answer_by` is the time that was
    promised, in seconds since 1970; an appeal that is late stays open. `decider` is 0 where nobody knows.
    """

    appeal: int
    seat: int
    about: ask.About
    number: int
    decider: int
    answer_by: float


class AppealedYou(Worded, frozen=True, kw_only=True):
    """To whoever appeals: the same, with who was asked; where nobody else holds the meeting it waits."""

    owner: int
    appeal: int
    about: ask.About
    number: int
    answer_by: float
    asked: Literal["facilitators", "nobody_yet"] = "facilitators"


class AppealAnswered(Worded, frozen=True, kw_only=True):
    """To the facilitators: `by` upheld this appeal of `seat`, or let the act stand; the words are for them."""

    appeal: int
    seat: int
    by: int
    upheld: bool


class AppealAnsweredYou(Worded, frozen=True, kw_only=True):
    """To whoever appealed: the same answer; `role` is that of whoever gave it."""

    owner: int
    appeal: int
    upheld: bool
    role: ask.Role


class RemovalLifted(Worded, frozen=True, kw_only=True):
    """An appeal was upheld: whoever had `seat` may come in there again; the words are their name."""

    seat: int
    services: tuple[ask.Service, ...] = ()


class Frozen(Entry, frozen=True):
    """Everything stands still (FC-21)."""


class Thawed(Entry, frozen=True):
    """All is as it was before the freeze; every clock goes on from where it stood."""


class ShieldRaised(Entry, frozen=True):
    """Against a raid: members muted, the lobby on, names locked; these numbers of the room folded."""

    folded: tuple[int, ...] = ()


class ShieldLowered(Entry, frozen=True):
    """The raid is over."""


# The chair


class Appointed(Entry, frozen=True):
    seat: int
    service: ask.Service


class Dismissed(Entry, frozen=True):
    seat: int
    service: ask.Service


class ChairOffered(Entry, frozen=True):
    """The chair is offered to `seat` by seat `by` (0: the server), until `until` (FC-23, FC-24)."""

    seat: int
    by: int
    until: float


class ChairOfferEnded(Entry, frozen=True):
    seat: int
    reason: Literal["declined", "expired", "withdrawn"]


class ChairTaken(Entry, frozen=True):
    """`seat` has the chair; whoever had it is a co-chair now."""

    seat: int


class ChairWentAway(Entry, frozen=True):
    """No facilitator is connected; at `until` the meeting goes quiet (FC-24)."""

    until: float


class ChairCameBack(Entry, frozen=True):
    """A facilitator is here again, in time."""

    seat: int


class WentQuiet(Entry, frozen=True):
    """Nobody is in the chair: a running turn may finish, nobody is invited, staff are called (FC-24)."""


AnyEntry = (
    Convened | Opened | PhaseBegan | Closed
    | Said | Edited | Replaced | HistoryGone | Posted
    | Told | ToldYou | Held | HeldYours | HeldEnded | HeldYoursEnded | StrikeProposed
    | Redacted | Folded | Unfolded | Reported | ReportNoted | ReportsAnswered
    | NeedSeen | Reacted | Renamed | NameTakenOut | ListeningChosen
    | CareNoticed | Answered | CrosstalkNoticed | DraftAnnounced | SeatTaken | SeatGiven | CameBy | SeatLeft | CameBack
    | Knocked | KnockGiven | KnockAnswered | LobbyCleared | StrangersCame | Locked | Unlocked
    | HandRaised | HandLowered | HandMoved | HandWentAway | HandCameBack | QueueClosed | QueueOpened
    | Invited | InviteEnded | FloorTaken | TurnEnded | TurnExtended | LastLineGranted | PauseBegan | PauseEnded
    | HolderWentAway | HolderCameBack | MomentGiven | MomentEnded
    | Muted | Unmuted | AllMuted | AllUnmuted | Removed | Frozen | Thawed | ShieldRaised | ShieldLowered
    | Noted | NotedYou | Appealed | AppealedYou | AppealAnswered | AppealAnsweredYou | RemovalLifted
    | Appointed | Dismissed | ChairOffered | ChairOfferEnded | ChairTaken | ChairWentAway | ChairCameBack
    | WentQuiet
)  # fmt: skip
