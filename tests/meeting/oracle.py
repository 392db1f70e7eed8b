"""What a meeting's log may hold, judged from floor.md and not by the decider (P10, P11).

It reads entries only, with code of its own. Whatever the server decided, in whatever order its
processes wrote, each entry must have been legal at its place.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from moderation.meeting import entries as log
from moderation.meeting.entries import AnyEntry

if TYPE_CHECKING:
    from moderation.meeting.format import Phase

GRACE = 90.0
KEPT = 120.0
HARD_END = 60.0
LEFT_OPEN = 12 * 3600.0


class Illegal(AssertionError):
    """An entry that should never have been stored where it stands."""


class Oracle:
    """Takes a log entry by entry, and raises `Illegal` at the first that could not have happened."""

    def __init__(self) -> None:
        self.phases: tuple[Phase, ...] = ()
        self.phase: int | None = None
        self.convened: float | None = None
        self.opened: float | None = None
        self.closed = False
        self.roles: dict[int, str] = {}
        self.sessions: dict[str, int] = {}
        self.gone: set[int] = set()
        self.muted: dict[int, float] = {}
        self.queue: list[int] = []
        self.kept: dict[int, float] = {}  # Hands whose members are away, and until when.
        self.offered: int | None = None
        self.holders: list[int] = []
        self.away: float | None = None
        self.went = 0.0
        self.counted_from = 0.0  # When the turn began, less the time that does not count.
        self.phase_began = 0.0
        self.turns = 0
        self.epoch = 0
        self.shares: dict[int, set[int]] = {}  # epoch -> whose lines were accepted as shares of it
        self.room = 0  # The newest number of the room.
        self.lines: dict[int, int] = {}
        self.at = 0.0
        self.expected: AnyEntry | None = None  # What has to come next, as it tells the same thing.

    def take(self, entry: AnyEntry, at: float) -> None:
        """One more entry, which came into the log at `at`."""
        if at < self.at:
            raise Illegal("time went back")
        self.at = at
        if not isinstance(entry, log.Told | log.ToldYou | log.SeatGiven):
            self.room += 1
        self._needs_companion(entry)
        getattr(self, f"_{entry.__struct_config__.tag}")(entry)
        if len(self.holders) > 1 or any(len(who) > 1 for who in self.shares.values()):
            raise Illegal("two have the floor")

    def take_all(self, stamped: Iterable[tuple[AnyEntry, float]]) -> None:
        for entry, at in stamped:
            self.take(entry, at)
        if self.expected is not None:
            raise Illegal(f"the log ends before {self.expected}")

    def _needs_companion(self, entry: AnyEntry) -> None:
        expected, self.expected = self.expected, None
        match expected:
            case None:
                if isinstance(entry, log.ToldYou | log.SeatGiven):
                    raise Illegal("a private half without its other half")
                if isinstance(entry, log.PhaseBegan) and entry.phase == 0:
                    raise Illegal("the first phase begins with the opening")
            case log.SeatGiven():
                if not isinstance(entry, log.SeatGiven) or entry.seat != expected.seat:
                    raise Illegal("a seat was taken and not given")
            case _:
                if entry != expected:
                    raise Illegal(f"expected {expected}, got {entry}")

    # The agenda

    def _convened(self, entry: log.Convened) -> None:
        _must(self.convened is None, "convened twice")
        _must(len(entry.phases) > 0, "no agenda")
        self.convened, self.phases = self.at, entry.phases

    def _opened(self, entry: log.Opened) -> None:
        _must(self.convened is not None, "opened before it was convened")
        _must(self.opened is None and not self.closed, "opened twice or after the close")
        self.opened = self.at
        self.expected = log.PhaseBegan(0)

    def _phase_began(self, entry: log.PhaseBegan) -> None:
        self._running()
        self._nobody_has_the_floor()
        _must(entry.phase < len(self.phases), "no such phase")
        _must(entry.phase == (0 if self.phase is None else self.phase + 1), "a phase was skipped")
        if entry.by == "time":
            _must(self._phase_is_over(), "the time of the phase was not over (FC-29)")
        self.phase, self.phase_began = entry.phase, self.at
        self.epoch += 1
        if self._policy() != "queue":
            self.queue.clear()
            self.kept.clear()

    def _closed(self, entry: log.Closed) -> None:
        _must(not self.closed, "closed twice")
        self._nobody_has_the_floor()
        if entry.by == "time":
            began = self.opened if self.opened is not None else self.convened
            left = began is not None and self.at >= began + LEFT_OPEN
            last = self.phase == len(self.phases) - 1 and self._phase_is_over()
            _must(left or last, "closed before its time")
        else:
            self._running()
        self.closed = True
        self.queue.clear()
        self.kept.clear()
        self.epoch += 1

    # Seats and conduct

    def _seat_taken(self, entry: log.SeatTaken) -> None:
        _must(not self.closed, "a seat after the close")
        _must(entry.seat == len(self.roles) + 1, "seats are numbered in order")
        _must(entry.words is None or entry.words.strip() != "", "nobody is nameless")
        self.roles[entry.seat] = entry.role
        self.expected = log.SeatGiven(entry.seat, "")

    def _seat_given(self, entry: log.SeatGiven) -> None:
        _must(entry.session not in self.sessions, "one session, two seats")
        self.sessions[entry.session] = entry.seat

    def _muted(self, entry: log.Muted) -> None:
        self._target_of_a_facilitator(entry.seat)
        _must(entry.until > self.at, "a mute that is over already")
        self.muted[entry.seat] = entry.until

    def _unmuted(self, entry: log.Unmuted) -> None:
        _must(entry.seat in self.muted, "was not muted")
        if entry.by == "time":
            _must(not self.closed, "timers end with the meeting")
            _must(self.at >= self.muted[entry.seat], "unmuted too early")
        del self.muted[entry.seat]

    def _removed(self, entry: log.Removed) -> None:
        self._target_of_a_facilitator(entry.seat)
        self.gone.add(entry.seat)
        self.muted.pop(entry.seat, None)

    def _target_of_a_facilitator(self, seat: int) -> None:
        self._sits(seat)
        _must(self.roles[seat] == "member", "nothing is done to a facilitator (FC-22)")
        _must(seat not in (*self.holders, self.offered), "their turn had to end first (FC-19)")
        _must(seat not in self.queue, "their hand had to come down first")

    # Words

    def _said(self, entry: log.Said) -> None:
        self._running()
        self._sits(entry.seat)
        _must(entry.seat not in self.muted, "speech of a muted member (P8)")
        leads = self.roles[entry.seat] == "facilitator"
        match self._policy():
            case "open":
                _must(entry.turn == 0, "no turns in an open phase")
            case "facilitator":
                _must(leads, "only facilitators write here")
                _must(entry.turn == 0, "no turns here")
            case "queue" if self.holders:
                _must(self.holders == [entry.seat], "somebody else's turn (FC-11, FC-12)")
                _must(entry.turn == self.turns, "a line of another turn")
                self.shares.setdefault(self.epoch, set()).add(entry.seat)
            case "queue":
                _must(leads, "text out of turn (FC-12)")
                _must(entry.turn == 0, "a share where nobody has the floor")
            case _:
                raise Illegal("nobody writes in this phase")
        self.lines[self.room] = entry.seat

    def _told(self, entry: log.Told) -> None:
        _must(self.convened is not None and not self.closed, "a private line after the close")
        self._sits(entry.seat)
        member = entry.to if self.roles[entry.seat] == "facilitator" else entry.seat
        if member == entry.seat:
            _must(entry.to == 0, "a member writes to all facilitators")
        else:
            _must(entry.to != entry.seat, "to nobody but oneself")
            self._sits(entry.to)
        if self.roles[member] == "member":
            self.expected = log.ToldYou(
                owner=member, seat=entry.seat, to=entry.to, words=entry.words
            )

    def _told_you(self, entry: log.ToldYou) -> None:
        """Judged as the companion of its Told."""

    def _redacted(self, entry: log.Redacted) -> None:
        _must(entry.number in self.lines, "no words to take out")
        if entry.by == "self":
            self._sits(self.lines[entry.number])
        del self.lines[entry.number]

    # The floor

    def _hand_raised(self, entry: log.HandRaised) -> None:
        self._queueing(entry.seat)
        _must(entry.seat not in self.queue, "two hands of one member (FC-02)")
        _must(entry.seat not in (*self.holders, self.offered), "has the floor already")
        self.queue.append(entry.seat)

    def _hand_lowered(self, entry: log.HandLowered) -> None:
        _must(entry.seat in self.queue, "no hand to lower")
        if entry.by == "away":
            _must(not self.closed, "timers end with the meeting")
            until = self.kept.get(entry.seat)
            _must(until is not None and self.at >= until, "not kept as long as promised (FC-17)")
        self.queue.remove(entry.seat)
        self.kept.pop(entry.seat, None)

    def _hand_went_away(self, entry: log.HandWentAway) -> None:
        _must(entry.seat in self.queue, "no hand to keep a place for")
        _must(entry.seat != self.offered, "was invited")
        _must(entry.seat not in self.kept, "away already")
        _must(entry.until == self.at + KEPT, "kept for another time than promised (FC-17)")
        self.kept[entry.seat] = entry.until

    def _hand_came_back(self, entry: log.HandCameBack) -> None:
        _must(entry.seat in self.kept, "their hand was not away")
        del self.kept[entry.seat]

    def _invited(self, entry: log.Invited) -> None:
        self._queueing(entry.seat)
        self._nobody_has_the_floor()
        self._sits(entry.by)
        _must(self.roles[entry.by] == "facilitator", "invited by a member")
        waiting = [seat for seat in self.queue if seat not in self.kept or seat == entry.by]
        first = waiting[:1] in ([], [entry.by])
        _must(first or entry.seat != entry.by, "called on themselves ahead of others (FC-25)")
        self.offered = entry.seat
        self.kept.pop(entry.seat, None)
        self.epoch += 1

    def _invite_ended(self, entry: log.InviteEnded) -> None:
        _must(self.offered == entry.seat, "was not invited")
        if entry.reason not in ("withdrawn", "phase") and entry.seat in self.queue:
            self.queue.remove(entry.seat)
        self.offered = None
        self.epoch += 1

    def _floor_taken(self, entry: log.FloorTaken) -> None:
        self._queueing(entry.seat)
        _must(self.offered == entry.seat, "took the floor without an invitation (FC-05)")
        _must(entry.turn == self.turns + 1, "turns are counted")
        if entry.seat in self.queue:
            self.queue.remove(entry.seat)
        self.holders.append(entry.seat)
        self.offered = None
        self.turns = entry.turn
        self.counted_from = self.at
        self.epoch += 1

    def _turn_ended(self, entry: log.TurnEnded) -> None:
        _must(entry.seat in self.holders, "ended a turn that was not running")
        if entry.reason == "away":
            _must(self.away is not None and self.at >= self.away, "taken before the grace was over")
        if entry.reason == "time":
            limit = self.phases[self.phase or 0].turn
            _must(limit > 0 and self.away is None, "no limit runs out here")
            over = self.at - self.counted_from - (60 * limit + HARD_END)
            _must(over >= -1e-3, "ended before its time was over (FC-14)")
        self.holders.remove(entry.seat)
        self.away = None
        self.epoch += 1

    def _holder_went_away(self, entry: log.HolderWentAway) -> None:
        _must(self.holders == [entry.seat] and self.away is None, "not the holder, or away already")
        _must(entry.until == self.at + GRACE, "not the grace that was promised (FC-16)")
        self.away, self.went = entry.until, self.at

    def _holder_came_back(self, entry: log.HolderCameBack) -> None:
        _must(self.holders == [entry.seat] and self.away is not None, "was not away")
        self.counted_from += self.at - self.went  # The clock of the turn stood still (FC-16).
        self.away = None

    # What the above asks

    def _phase_is_over(self) -> bool:
        phase = self.phases[self.phase or 0]
        return phase.ends == "time" and self.at >= self.phase_began + 60 * phase.minutes

    def _policy(self) -> str:
        return "silent" if self.phase is None else self.phases[self.phase].speak

    def _running(self) -> None:
        _must(self.opened is not None and not self.closed, "the meeting is not open")

    def _sits(self, seat: int) -> None:
        _must(seat in self.roles and seat not in self.gone, "has no seat")

    def _queueing(self, seat: int) -> None:
        self._running()
        self._sits(seat)
        _must(self._policy() == "queue", "no queue in this phase")
        _must(seat not in self.muted, "the muted do not take part in the queue")

    def _nobody_has_the_floor(self) -> None:
        _must(not self.holders and self.offered is None, "the floor is busy")


def _must(so: bool, what: str) -> None:
    if not so:
        raise Illegal(what)
