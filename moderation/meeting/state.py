"""The meeting as its log tells it so far: the decider's state."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from rpds import HashTrieMap, HashTrieSet

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.format import TURNS, Flags, Phase

RANK: dict[ask.Role, int] = {"member": 0, "facilitator": 1, "staff": 3}
CHAIR_RANK = 2


class Stamp(Struct, frozen=True):
    """Where and when an entry stands: its number in its own stream, seconds since 1970.

    `by` is the seat that asked for what it tells; 0 for the server, and where nobody knows, as in a copy.
    """

    number: int
    at: float
    by: int = 0


class Mute(Struct, frozen=True):
    """Why and how long somebody can't write; `until` in seconds since 1970."""

    until: float
    scope: ask.MuteScope = "time"
    reason: ask.MuteReason = "pause"


class Seat(Struct, frozen=True):
    """One person's place. They may read their streams from `since` and `since_chair` on, never before."""

    role: ask.Role
    since: int
    since_chair: int
    name: str | None = None
    session: str = ""
    mute: Mute | None = None
    removed: int = 0  # The number in the room at which they were; 0 for who is in it.
    left: int = 0  # The number in the room at which their session had ended; 0 for who has one.
    invitation: str = ""  # By which they came, as this log alone knows it.
    named_at: tuple[int, ...] = ()  # Numbers in the room of the entries that tell their name.
    services: tuple[ask.Service, ...] = ()
    listening: bool = False
    came_at: float = 0.0

    @property
    def sits(self) -> bool:
        """Whether it is somebody's: they were not removed, and have not left for good."""
        return not (self.removed or self.left)


class Turn(Struct, frozen=True):
    """The last turn that ended: whose it was and when."""

    seat: int
    at: float


class AwayHand(Struct, frozen=True):
    """A hand whose member is not connected; its place is kept until then."""

    seat: int
    until: float


class Line(Struct, frozen=True):
    """Words that are in the room: whose, and since when.

    `fold`: by whom they stand behind a label, empty where they don't. `need`: they tell of a danger, harm
    or a relapse. `decided`: a facilitator has said whether they are folded, and no reports change that.
    `turn`: the one it is a line of, 0 for none. What is posted is never changed.
    `place`: the entry of the room that has the words since they were changed at `edited_at`; `history`:
    those of the facilitators' stream that have what was there before.
    """

    seat: int
    at: float
    fold: Literal["", "review", "reports", "facilitator", "shield"] = ""
    need: bool = False
    decided: bool = False
    turn: int = 0
    is_post: bool = False
    words: str | None = None
    place: int = 0
    edited_at: float = 0.0
    history: tuple[int, ...] = ()

    @property
    def written_at(self) -> float:
        """Since when its words are there as they are."""
        return max(self.at, self.edited_at)


class HeldWords(Struct, frozen=True):
    """Words that wait for a facilitator until then, and of what they would be a part.

    `own` is their number in the author's own stream.
    """

    seat: int
    words: str | None
    until: float
    turn: int = 0
    phase: int = -1
    post: ask.Kind | Literal[""] = ""
    fold: str = ""
    why: tuple[happened.Why, ...] = ()
    own: int = 0


class Decision(Struct, frozen=True):
    """What became of held words, when, and by which seat; 0 for nobody."""

    by: int
    at: float
    how: ask.HeldEnd


class Topic(Struct, frozen=True):
    """What is pinned: the number in the room it was posted at, and its words."""

    number: int
    words: str | None


class Offer(Struct, frozen=True):
    """The chair, offered to `seat` by seat `by` (0: the server), until `until`."""

    seat: int
    by: int
    until: float


class Knock(Struct, frozen=True):
    """Somebody in the lobby."""

    name: str | None
    session: str = ""
    invitation: str = ""
    since: float = 0.0
    same_link: ask.SameLink = ""
    others: int = 0
    ghost: int = 0
    role: ask.Role = "member"
    corrections: int = 0
    invited: bool = False


class Act(Struct, frozen=True):
    """What facilitator `by` did to `seat`; `number` is that of its entry in the room, or of the note.

    `services`: the seats of service that a removal took.
    """

    seat: int
    by: int
    number: int
    services: tuple[ask.Service, ...] = ()


class Appeal(Struct, frozen=True):
    """Somebody asked for an act to be looked at again; `upheld` is None until somebody has."""

    seat: int
    about: ask.About
    number: int
    decider: int
    answer_by: float
    words: str | None = None
    asked: Literal["facilitators", "nobody_yet"] = "facilitators"
    upheld: bool | None = None
    by: int = 0
    answer: str | None = None


class Strikes(Struct, frozen=True):
    """Notes and mutes of one member in this meeting, but for those that an appeal has undone."""

    notes: int = 0
    mutes: int = 0


class Meeting(Struct, frozen=True):
    """Everything a rule may look at. `phase` is -1 before the meeting is open.

    All times are in seconds since 1970; `thawed` in clocks.py knows each that a freeze moves.
    """

    format: str = ""
    phases: tuple[Phase, ...] = ()
    flags: Flags = Flags()
    phase: int = -1
    convened_at: float | None = None
    opened_at: float | None = None
    phase_began_at: float | None = None
    closed_at: float | None = None
    epoch: int = 0
    # People
    seats: HashTrieMap[int, Seat] = HashTrieMap()
    sessions: HashTrieMap[str, int] = HashTrieMap()
    looks: HashTrieMap[str, HashTrieSet[int]] = (
        HashTrieMap()
    )  # Seats by how their names look (A72).
    looks_of: HashTrieMap[int, tuple[str, ...]] = HashTrieMap()  # The same by the seats.
    mutes: HashTrieMap[int, float] = HashTrieMap()  # Who is muted, and until when.
    removals: int = 0  # How many were removed: the door is not open any more (A47).
    removed_by: HashTrieSet[str] = HashTrieSet()  # The invitations that they came by.
    shared: HashTrieSet[int] = HashTrieSet()  # Whose words were in a turn of theirs (FC-27).
    said: HashTrieMap[int, int] = HashTrieMap()  # Lines of each seat in a phase of introductions.
    demoted: HashTrieSet[str] = (
        HashTrieSet()
    )  # Sessions and links that bring no facilitator any more.
    lately: tuple[int, ...] = ()  # Who wrote to the room, each once, the last of them last.
    # Counted as they come and go, so that nobody looks at all seats for it
    sitting: int = 0  # How many sit.
    in_service: HashTrieSet[int] = HashTrieSet()  # Those of them who are more than members.
    # Acts on one person, and appeals of them
    acts: HashTrieMap[tuple[ask.About, int], Act] = HashTrieMap()  # By seat, line or note.
    appeals: HashTrieMap[int, Appeal] = HashTrieMap()
    notes: int = 0
    strikes: HashTrieMap[int, Strikes] = HashTrieMap()
    # The door
    lobby: HashTrieMap[int, Knock] = HashTrieMap()
    knockers: HashTrieMap[str, int] = HashTrieMap()  # Of sessions without a seat.
    knocks: int = 0
    locked: bool = False
    strangers: tuple[float, ...] = ()  # When the last came who may be of a raid.
    strangers_at: float | None = None  # When facilitators were told of them.
    raided: bool = (
        False  # So many, or with the same words, that the door is not open any more (CM-22).
    )
    # The queue
    hands: tuple[int, ...] = ()
    urgent: tuple[int, ...] = ()  # Those of them in the lane of burning desire.
    hands_away: tuple[AwayHand, ...] = ()  # Of `hands`, in the order in which they went.
    put_off: tuple[
        int, ...
    ] = ()  # Hands that let an invitation go by: not called by themselves again.
    owed: tuple[int, ...] = ()  # Who lost a turn by being away, and is next when back (FC-16).
    queue_open: bool = True
    # The floor
    invited: int | None = None
    invited_by: int = 0
    invite_until: float | None = None
    holder: int | None = None
    turns: int = 0
    turn_began_at: float | None = None
    turn_paused: float = 0.0  # Seconds that do not count for the turn's limit.
    turn_stopped_at: float | None = None  # Since when its clock stands still.
    turn_extra: float = 0.0  # Seconds that facilitators added.
    draft: bool = False  # The holder announced unsent words.
    last_line_until: float | None = None
    away_until: float | None = None
    moment_until: float | None = None
    had_moment: bool = False  # For the line that they are at.
    last_turn: Turn | None = None
    # What holds everything up
    paused_at: float | None = None
    total_pause: float = 0.0
    shield_at: float | None = None
    all_muted_at: float | None = None
    all_muted_until: float | None = None
    frozen_at: float | None = None
    # The chair
    chair: int | None = None
    former_chair: int | None = None  # Who lost it by being away; it is offered back (FC-24).
    offer: Offer | None = None
    offered: tuple[int, ...] = ()  # To whom the server offered a lost chair already.
    chair_away_until: float | None = None
    is_quiet: bool = False
    # Words
    topic: Topic | None = None
    lines: HashTrieMap[int, Line] = HashTrieMap()  # By number in the room.
    newest: int = 0  # Of the lines, be its words there still or not.
    reports: tuple[happened.Reported, ...] = ()  # What nobody has decided about, as it came.
    reporters: HashTrieMap[int, tuple[int, ...]] = HashTrieMap()  # By whom: ever.
    held: HashTrieMap[int, HeldWords] = HashTrieMap()  # By number in the facilitators' stream.
    waits: HashTrieMap[tuple[int, int], str | None] = (
        HashTrieMap()
    )  # The same words, by author and number in their own stream.
    decided: HashTrieMap[tuple[int, int], Decision] = (
        HashTrieMap()
    )  # What is held no more, by stream (0: the facilitators') and number.
    reactions: HashTrieSet[tuple[int, int, str]] = HashTrieSet()  # seat, number, kind
    answers: HashTrieMap[int, int] = HashTrieMap()  # How often who has answered a share (CM-10).
    chair_number: int = 0

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.closed_at is None

    @property
    def speak(self) -> str:
        """Who may write now; nobody before the opening and after the close."""
        return self.phases[self.phase].speak if self.is_open else "silent"

    @property
    def has_turns(self) -> bool:
        """Whether one at a time has the floor now."""
        return self.speak in TURNS

    @property
    def everybody_writes(self) -> bool:
        """Whether all write as they like now, and answer each other."""
        return self.speak in ("open", "discussion")

    @property
    def current(self) -> Phase | None:
        """The phase that is on; None before the opening and after the close."""
        return self.phases[self.phase] if self.is_open else None

    @property
    def phase_until(self) -> float | None:
        """When the phase is over by time, in seconds since 1970; a running turn may still finish."""
        phase = self.current
        if phase is None or phase.ends != "time" or self.phase_began_at is None:
            return None
        return self.phase_began_at + 60.0 * phase.minutes

    @property
    def turn(self) -> int:
        """The running turn, 0 where nobody has the floor."""
        return self.turns if self.holder is not None else 0

    @property
    def stopped_at(self) -> float | None:
        """Since when the clocks of the floor stand still, for a pause, the shield or a mute of all."""
        since = (self.paused_at, self.shield_at, self.all_muted_at)
        return min((at for at in since if at is not None), default=None)

    @property
    def is_hushed(self) -> bool:
        """Whether nobody but facilitators may write."""
        return self.shield_at is not None or self.all_muted_at is not None

    def sits(self, seat: int) -> bool:
        """Whether `seat` is somebody's: they were not removed, and have not left for good."""
        return seat in self.seats and self.seats[seat].sits

    def is_facilitator(self, seat: int) -> bool:
        return self.sits(seat) and self.seats[seat].role != "member"

    def rank(self, seat: int) -> int:
        """Nobody acts on somebody of the same or a higher rank (FC-22)."""
        role = self.seats[seat].role
        return CHAIR_RANK if seat == self.chair and role != "staff" else RANK[role]

    def serving(self, service: ask.Service) -> list[int]:
        """The seats that have this seat of service."""
        return sorted(seat for seat in self.in_service if service in self.seats[seat].services)

    def is_muted(self, seat: int) -> bool:
        return self.seats[seat].mute is not None

    def is_listening(self, seat: int) -> bool:
        return self.seats[seat].listening

    def is_hand_away(self, seat: int) -> bool:
        return any(away.seat == seat for away in self.hands_away)

    def with_seat(self, seat: int, **changes: object) -> Meeting:
        return self.placed(seat, replace(self.seats[seat], **changes))

    def placed(self, seat: int, place: Seat) -> Meeting:
        """The meeting with this place, new or changed."""
        before = self.seats.get(seat)
        serves = place.sits and (place.role != "member" or place.services != ())
        in_service = self.in_service
        if serves != (seat in in_service):
            in_service = in_service.insert(seat) if serves else in_service.discard(seat)
        return replace(
            self,
            seats=self.seats.insert(seat, place),
            sitting=self.sitting + place.sits - (before is not None and before.sits),
            in_service=in_service,
        )
