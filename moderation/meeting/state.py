"""The meeting as its log tells it so far: the decider's state."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace
from rpds import HashTrieMap

from moderation.meeting.commands import Role
from moderation.meeting.format import Phase


class Stamp(Struct, frozen=True):
    """Where and when an entry stands: its number in its own stream, seconds since 1970."""

    number: int
    at: float


class Seat(Struct, frozen=True):
    """One person's place. They may read their streams from `since` and `since_chair` on, never before."""

    role: Role
    since: int
    since_chair: int
    name: str | None = None
    session: str = ""
    muted_until: float | None = None
    removed: int = 0  # The number in the room at which they were; 0 for who is in it.


class Turn(Struct, frozen=True):
    """The last turn that ended: whose it was and when."""

    seat: int
    at: float


class AwayHand(Struct, frozen=True):
    """A hand whose member is not connected; its place is kept until then."""

    seat: int
    until: float


class Meeting(Struct, frozen=True):
    """Everything a rule may look at. `phase` is -1 before the meeting is open."""

    format: str = ""
    phases: tuple[Phase, ...] = ()
    phase: int = -1
    convened_at: float | None = None
    opened_at: float | None = None
    phase_began_at: float | None = None
    turn_began_at: float | None = None
    closed_at: float | None = None
    epoch: int = 0
    seats: HashTrieMap[int, Seat] = HashTrieMap()
    sessions: HashTrieMap[str, int] = HashTrieMap()
    mutes: HashTrieMap[int, float] = HashTrieMap()  # Who is muted, and until when.
    hands: tuple[int, ...] = ()
    hands_away: tuple[AwayHand, ...] = ()  # Of `hands`, in the order in which they went.
    invited: int | None = None
    holder: int | None = None
    away_until: float | None = None
    away_since: float | None = None
    turn_paused: float = 0.0  # Seconds that do not count for the turn's limit.
    turns: int = 0
    last_turn: Turn | None = None
    lines: HashTrieMap[int, int] = HashTrieMap()  # number in the room -> seat whose words are there
    chair_number: int = 0

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.closed_at is None

    @property
    def speak(self) -> str:
        """Who may write now; nobody before the opening and after the close."""
        return self.phases[self.phase].speak if self.is_open else "silent"

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

    def sits(self, seat: int) -> bool:
        """Whether `seat` is somebody's, and they were not removed."""
        return seat in self.seats and not self.seats[seat].removed

    def is_facilitator(self, seat: int) -> bool:
        return self.sits(seat) and self.seats[seat].role == "facilitator"

    def is_muted(self, seat: int) -> bool:
        return self.seats[seat].muted_until is not None

    def is_hand_away(self, seat: int) -> bool:
        return any(away.seat == seat for away in self.hands_away)

    def with_seat(self, seat: int, **changes: object) -> Meeting:
        return replace(self, seats=self.seats.insert(seat, replace(self.seats[seat], **changes)))
