"""What can be asked of a meeting: by a seat over the wire, and by the server itself."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from moderation.bounds import MOST, Epoch, LongWords, Minutes, Name, Number, SeatId, Words, snake
from moderation.meeting.format import Flags, Phase, Reaction

Role = Literal["member", "facilitator", "staff"]
"""What somebody came in as; staff hold a meeting where nobody else does (FC-24)."""
Service = Literal["co_chair", "standby", "greeter", "timekeeper", "reader", "speaker"]
"""A seat of service; `standby` is offered the chair when it is lost (FC-24)."""
Kind = Literal["cue", "reading", "topic", "announcement"]
"""What a facilitator posts; the newest topic is pinned."""
MuteScope = Literal["time", "phase", "meeting"]
"""How long a mute lasts: some minutes, to the end of the phase, or of the meeting (FC-19)."""
MuteReason = Literal["pause", "crosstalk", "advice", "contact", "flood", "raid"]
NoteReason = Literal["crosstalk", "advice", "contact", "detail", "length", "unkind"]
"""What a facilitator asks one member to mind (CM-18)."""
About = Literal["note", "mute", "removal", "words"]
"""What a facilitator did to somebody that can be appealed; `words`: those that were taken out (CM-19)."""
ReportReason = Literal["hurts", "identifies", "using", "sells", "other"]
"""It hurts; it tells who somebody is; it tells of using in detail; it sells or advertises."""
ReleaseNote = Literal["", "not_medical_advice"]
"""What a facilitator says of words with their release (CM-11)."""
HeldEnd = Literal[
    "released", "given_back", "taken_back", "time", "muted", "removed", "left", "closed"
]
"""What became of held words: only `released` ones were published."""
SameLink = Literal["", "muted", "removed"]
"""Whose invitation somebody came by; empty where there is nothing to be said of it."""

Place = Annotated[int, Meta(ge=1, le=10_000)]
Knocking = Annotated[int, Meta(ge=1, le=MOST)]
SessionDigest = Annotated[str, Meta(min_length=1, max_length=64)]
InvitationDigest = Annotated[str, Meta(max_length=64)]
"""Which link somebody came by, as only this log knows it; empty where they came by none (A102)."""


class Command(Struct, frozen=True, tag=snake, tag_field="type", forbid_unknown_fields=True):
    """A command; `epoch` on those of the floor is the one its sender saw (FC-07)."""


# The agenda


class Open(Command, frozen=True):
    """A facilitator opens the meeting and takes the chair: the first phase begins."""


class Close(Command, frozen=True):
    """A facilitator closes the meeting; its words are kept for the retention time from now."""


class NextPhase(Command, frozen=True):
    """A facilitator moves to the next phase of the agenda."""

    epoch: Epoch


# Words


class Say(Command, frozen=True):
    """A line to the room; `!`, `done` or `pass` alone are the typed customs (FC-13).

    `anyway`: its author was asked about it, and sends it as it is (CM-04, CM-10).
    """

    text: Words
    epoch: Epoch
    anyway: bool = False


class Edit(Command, frozen=True):
    """Other words for line `number` of one's own, in one's own turn or for a while where everybody writes (CM-14).

    `anyway` as of a line.
    """

    number: Number
    text: Words
    epoch: Epoch
    anyway: bool = False


class Post(Command, frozen=True):
    """A facilitator posts a cue card, a reading, the topic or an announcement; a reader a reading."""

    kind: Kind
    text: LongWords


class Tell(Command, frozen=True):
    """A private line: from a member to the facilitators, from a facilitator to one seat (`to`)."""

    text: Words
    to: SeatId | None = None


class Redact(Command, frozen=True):
    """Takes the words of one entry of the room out again: one's own, or a facilitator anyone's."""

    number: Number


class Report(Command, frozen=True):
    """Asks the facilitators to look at line `number` of somebody else; nobody learns by whom (CM-20)."""

    number: Number
    why: ReportReason = "other"


class Fold(Command, frozen=True):
    """A facilitator has line `number` stand behind a label that everybody may open, or leaves it there."""

    number: Number


class Unfold(Command, frozen=True):
    """A facilitator has everybody read line `number`, or leaves what was reported as it is."""

    number: Number


class Release(Command, frozen=True):
    """A facilitator publishes a held message, by its number in the facilitators' stream (CM-16)."""

    number: Number
    note: ReleaseNote = ""


class GiveBackHeld(Command, frozen=True):
    """A facilitator gives a held message back to its author, by its number in the facilitators' stream."""

    number: Number


class TakeBackHeld(Command, frozen=True):
    """Takes back one's own message that waits for a facilitator, by its number in one's own stream."""

    number: Number


class React(Command, frozen=True):
    """A word under line `number`, or, where `on` is false, no longer."""

    number: Number
    kind: Reaction
    on: bool = True


class Rename(Command, frozen=True):
    """Another name for oneself; it is speech and goes the same way (W12)."""

    name: Name


class TakeNameOut(Command, frozen=True):
    """A facilitator takes somebody's name out: the seat goes by a neutral one until they choose another."""

    seat: SeatId


class Listen(Command, frozen=True):
    """To be here to listen: not asked, not named, not in a round. Writing stays as it is."""

    on: bool


class AnnounceDraft(Command, frozen=True):
    """The holder has words that are not sent yet; they may follow at the hard end (FC-14)."""

    epoch: Epoch


# The queue


class RaiseHand(Command, frozen=True):
    """Asks for the floor; `urgent` in the lane of burning desire, where the phase has one."""

    urgent: bool = False


class LowerHand(Command, frozen=True):
    """Takes a hand down: one's own, or a facilitator another's (`seat`) (FC-03)."""

    seat: SeatId | None = None


class LowerHands(Command, frozen=True):
    """A facilitator takes all hands down (FC-03)."""


class MoveHand(Command, frozen=True):
    """A facilitator gives a hand another place in the queue; 1 is next."""

    seat: SeatId
    place: Place


class CloseQueue(Command, frozen=True):
    """No further hands; those who wait keep their place, and the urgent lane stays open (FC-26)."""


class OpenQueue(Command, frozen=True):
    """Hands may be raised again."""


# The floor


class Invite(Command, frozen=True):
    """A facilitator offers the floor to a seat, or to the first hand (FC-05)."""

    epoch: Epoch
    seat: SeatId | None = None


class Next(Command, frozen=True):
    """A facilitator ends the running turn, if there is one, and invites the next hand (FC-07)."""

    epoch: Epoch


class Accept(Command, frozen=True):
    """The invited seat takes the floor."""

    epoch: Epoch


class Pass(Command, frozen=True):
    """The invited seat, or the holder, would rather not now."""

    epoch: Epoch


class NotYet(Command, frozen=True):
    """The invited seat would like to be asked again later: their hand goes to the end."""

    epoch: Epoch


class Done(Command, frozen=True):
    """The holder ends the turn."""

    epoch: Epoch


class Tag(Command, frozen=True):
    """In a tag phase: whoever has, or just had, the floor names who is next (FC-28)."""

    epoch: Epoch
    seat: SeatId


class EndTurn(Command, frozen=True):
    """A facilitator ends the running turn, or takes an open invitation back."""

    epoch: Epoch


class GiveBack(Command, frozen=True):
    """A facilitator returns the floor to whoever had it last (FC-10)."""

    epoch: Epoch


class Extend(Command, frozen=True):
    """A facilitator gives the running turn some minutes more (FC-15)."""

    epoch: Epoch
    minutes: Annotated[int, Meta(ge=1, le=5)]


class Pause(Command, frozen=True):
    """A facilitator stops the clocks of the floor; nobody but facilitators writes (FC-15)."""


class Resume(Command, frozen=True):
    """The floor goes on."""


# Conduct


class Mute(Command, frozen=True):
    """A facilitator keeps a member from writing, for `minutes` or up to the end of `until` (FC-19)."""

    seat: SeatId
    minutes: Minutes = 10
    until: MuteScope = "time"
    reason: MuteReason = "pause"


class Unmute(Command, frozen=True):
    """A facilitator ends a mute before its time."""

    seat: SeatId


class MuteAll(Command, frozen=True):
    """A facilitator keeps everybody but the facilitators from writing, for some minutes."""

    minutes: Minutes = 10


class UnmuteAll(Command, frozen=True):
    """Everybody may write again as role, phase and floor say (FC-20)."""


class Remove(Command, frozen=True):
    """A facilitator takes a member out of this meeting; Help and the case line stay open to them."""

    seat: SeatId


class PurgeRecent(Command, frozen=True):
    """A facilitator takes the words of a seat's last `seconds` out."""

    seat: SeatId
    seconds: Annotated[int, Meta(ge=1, le=3600)] = 120


class Note(Command, frozen=True):
    """A facilitator asks one member to mind something; nobody else in the room reads it (CM-18)."""

    seat: SeatId
    reason: NoteReason


class Appeal(Command, frozen=True):
    """Whom it befell asks another facilitator to look at it again, once (CM-19).

    `number` is that of the note, or of the line whose words were taken out; of a mute or a removal it
    is the one that stands. Of the removed this alone is heard, and of their removal.
    """

    about: About
    number: Number | None = None
    text: Words | None = None


class AnswerAppeal(Command, frozen=True):
    """A facilitator who did not decide it upholds an appeal, or lets the act stand; with a word to them."""

    appeal: Number
    upheld: bool
    text: Words | None = None


class Freeze(Command, frozen=True):
    """A facilitator stops everything but the facilitators' own acts and Help (FC-21)."""


class Thaw(Command, frozen=True):
    """All is exactly as it was before the freeze."""


class RaiseShield(Command, frozen=True):
    """Against a raid, in one: members muted, the lobby on, names locked, strangers' last lines folded."""


class LowerShield(Command, frozen=True):
    """The raid is over."""


# The door


class Lock(Command, frozen=True):
    """Nobody new comes in."""


class Unlock(Command, frozen=True):
    """The door is as the group has set it."""


class Admit(Command, frozen=True):
    """A facilitator lets somebody in from the lobby."""

    knock: Knocking


class Reseat(Command, frozen=True):
    """A facilitator says that who waits is who had this member's seat: they sit there again."""

    knock: Knocking
    seat: SeatId


class TurnAway(Command, frozen=True):
    """A facilitator does not let somebody in."""

    knock: Knocking


class ClearLobby(Command, frozen=True):
    """A facilitator turns away all strangers who wait; with `everybody`, who was invited too (A92)."""

    everybody: bool = False


# The chair and the seats of service


class Appoint(Command, frozen=True):
    """A facilitator gives a seat of service; a co-chair is given by the chair."""

    seat: SeatId
    service: Service


class Dismiss(Command, frozen=True):
    """Takes a seat of service back; `co_chair` from any facilitator of lower role."""

    seat: SeatId
    service: Service


class Handover(Command, frozen=True):
    """The chair offers the chair; until they accept nothing changes (FC-23)."""

    seat: SeatId


class AcceptChair(Command, frozen=True):
    """Takes the chair that was offered."""


class DeclineChair(Command, frozen=True):
    """Would rather not have the chair."""


# By the server


class Convene(Command, frozen=True):
    """By the server: the log of a new meeting begins with its agenda and the group's ways."""

    format: str
    phases: tuple[Phase, ...]
    flags: Flags = Flags()


class TakeSeat(Command, frozen=True):
    """By the server at the door: a session takes a seat under a name, or knocks.

    `known` says that the session is one of the group's, by an invitation, and `invitation` by which.
    `back`: they say that the seat of that name was theirs, and wait until a facilitator says so too.
    """

    session: SessionDigest
    role: Role
    name: Name
    known: bool = True
    invitation: InvitationDigest = ""
    back: bool = False


class Leave(Command, frozen=True):
    """By the server: a session has ended, or stops waiting: its seat, or its knock, is nobody's."""

    session: SessionDigest


class SetRole(Command, frozen=True):
    """By the server: what somebody may do in this room has become more or less, and holds in this meeting too."""

    session: SessionDigest
    role: Literal["member", "facilitator"]


class NoticeSame(Command, frozen=True):
    """Several who came in lately have written the same words within a minute (CM-22)."""


class NoticeCare(Command, frozen=True):
    """By the server: the review told staff of words of this member's (CE-06). Never the words.

    `attended`: whether anybody was at the desk then.
    """

    seat: SeatId
    attended: bool | None = None


class GiveMoment(Command, frozen=True):
    """By the server: a line of the holder has just come back to them (CM-15)."""

    seat: SeatId


class ProposeStrike(Command, frozen=True):
    """By the server: a rule refused words of this member's, of this kind; a person decides (CM-06, CM-18)."""

    seat: SeatId
    kind: str


class HolderAway(Command, frozen=True):
    """By the server: the holder's last socket is gone (FC-16)."""

    seat: SeatId


class HolderBack(Command, frozen=True):
    """By the server: the holder is connected again, or who lost a turn by being away (FC-16)."""

    seat: SeatId


class HandAway(Command, frozen=True):
    """By the server: whoever has this hand up is not connected any more (FC-17)."""

    seat: SeatId


class HandBack(Command, frozen=True):
    """By the server: whoever has this hand up is connected again."""

    seat: SeatId


class ChairAway(Command, frozen=True):
    """By the server: no facilitator has been connected for a minute; these seats are here (FC-24)."""

    here: tuple[SeatId, ...] = ()


class ChairBack(Command, frozen=True):
    """By the server: this facilitator is connected, in a meeting that lacked one (FC-24)."""

    seat: SeatId


class Tick(Command, frozen=True):
    """By the server: something in this meeting is due."""


SeatCommand = (
    Open | Close | NextPhase
    | Say | Edit | Post | Tell | Redact | Report | Fold | Unfold | Release | GiveBackHeld | TakeBackHeld | React
    | Rename | TakeNameOut | Listen | AnnounceDraft
    | RaiseHand | LowerHand | LowerHands | MoveHand | CloseQueue | OpenQueue
    | Invite | Next | Accept | Pass | NotYet | Done | Tag | EndTurn | GiveBack | Extend | Pause | Resume
    | Mute | Unmute | MuteAll | UnmuteAll | Remove | PurgeRecent | Freeze | Thaw | RaiseShield | LowerShield
    | Note | Appeal | AnswerAppeal
    | Lock | Unlock | Admit | Reseat | TurnAway | ClearLobby
    | Appoint | Dismiss | Handover | AcceptChair | DeclineChair
)  # fmt: skip
"""What a seat may send over the wire."""

ServerCommand = (
    Convene | TakeSeat | Leave | SetRole | NoticeCare | NoticeSame | ProposeStrike | GiveMoment
    | HolderAway | HolderBack | HandAway | HandBack
    | ChairAway | ChairBack | Tick
)  # fmt: skip
"""What only the server proposes; a frame that names one is refused as malformed."""

AnyCommand = SeatCommand | ServerCommand
