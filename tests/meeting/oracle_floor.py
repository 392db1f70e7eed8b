"""The part of the oracle that judges the queue and the floor, and the times of both."""

from moderation.meeting import entries as happened
from moderation.meeting.format import Phase
from tests.meeting.oracle_clocks import SLACK, Awaited, about, exactly, must
from tests.meeting.oracle_people import LEFT_OPEN, People

CONSENT = 45.0
GRACE = 90.0
KEPT = 120.0
GIVEN_BACK = 120.0
CHOOSING = 30.0
LAST_LINE = 5.0

PASSES_ON = {
    "done",
    "passed",
    "revoked",
    "muted",
    "removed",
    "left",
    "away",
    "time",
    "not_yet",
    "expired",
}
"""Ends after which the floor passes on by itself, where the phase says so (FC-07, FC-28)."""


class Floor(People):
    """The judge of hands, invitations and turns."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0
        self.shared: set[int] = set()
        # The queue; the kept hands with their ends by the clock of the room.
        self.queue_open = True
        self.urgent: list[int] = []
        self.kept: dict[int, float] = {}
        self.put_off: set[int] = set()
        self.owed: set[int] = set()
        # The floor: its times by the clock that each of them counts with.
        self.just_moved = (
            False  # The entry before changed the floor: what follows is the same step.
        )
        self.invite_ends: float | None = None
        self.last_holder: tuple[int, float] | None = None
        self.away: float | None = None
        self.moment: float | None = None
        self.had_moment = False
        self.turn_began = 0.0
        self.extra = 0.0
        self.draft = False
        self.last_line: float | None = None
        self.last_line_came = False
        self.phase_began = 0.0

    @property
    def stopped(self) -> bool:
        """Whether the floor's clocks stand still: a pause, the shield, a mute of all."""
        return self.paused or self.shielded or self.all_muted is not None

    # The queue

    def _hand_raised(self, entry: happened.HandRaised) -> None:
        self._queueing(entry.seat)
        must(entry.seat not in self.queue, "two hands of one member (FC-02)")
        must(entry.seat not in (*self.holders, self.offered), "has the floor already")
        must(entry.seat not in self.listeners, "listens, and asks for the floor")
        if entry.by == "server":
            must(entry.seat in self.owed, "nothing is owed to them (FC-16)")
            must(entry.place == 1 and not entry.urgent, "not the first place (FC-16)")
        else:
            self._raised_by_themselves(entry)
        self.queue.insert(entry.place - 1 if entry.place else len(self.queue), entry.seat)
        if entry.urgent:
            self.urgent.append(entry.seat)
        self.owed.discard(entry.seat)

    def _raised_by_themselves(self, entry: happened.HandRaised) -> None:
        lane = self._phase().urgent
        must(lane != "off" or not entry.urgent, "there is no urgent lane")
        must(lane != "only" or entry.urgent, "all hands are urgent here")
        must(self.queue_open or entry.urgent, "the queue is closed (FC-26)")
        again = self.flags.single_share and entry.seat in self.shared
        must(not again or entry.urgent, "shared already")
        hushed = self.shielded or self.all_muted is not None
        must(not hushed or self._is_leader(entry.seat), "the room is muted")
        place = 1 if entry.seat in self.owed else self._place(entry)
        end = len(self.queue) + 1
        must(
            (entry.place or end) == (place or end),
            "not the place of this hand (FC-01, FC-16, FC-27)",
        )

    def _place(self, entry: happened.HandRaised) -> int:
        """Behind the last that goes before it and waits in its own place; 0 for the very end."""
        mine = self._lane(entry.seat, urgent=entry.urgent)
        goes_before = [self._lane(seat, urgent=seat in self.urgent) <= mine for seat in self.queue]
        place = 0
        for at, seat in enumerate(self.queue):
            if goes_before[at] and seat not in self.put_off:
                place = at + 1
        while place < len(self.queue) and goes_before[place]:
            place += 1
        return 0 if place == len(self.queue) else place + 1

    def _lane(self, seat: int, *, urgent: bool) -> int:
        fair = self.flags.fairness or self._phase().fairness
        return 0 if urgent else 2 if fair and seat in self.shared else 1

    def _hand_lowered(self, entry: happened.HandLowered) -> None:
        must(entry.seat in self.queue, "no hand to lower")
        if entry.by == "away":
            must(not self.closed, "timers end with the meeting")
            self._moves()
            is_over = self.clocks.room.over(self.kept.get(entry.seat))
            must(is_over, "not kept as long as promised (FC-17)")
        if self.frozen:
            must(entry.by == "facilitator", "no queue changes in a freeze (FC-21)")
            self.awaited = [self._silenced(entry.seat)]
        self._without_hand(entry.seat)

    def _silenced(self, seat: int) -> Awaited:
        """In a freeze nothing but a mute or a removal takes a hand, a turn or an invitation."""
        fits = (about(happened.Muted, seat), about(happened.Removed, seat))
        return Awaited(
            f"a mute or removal of {seat}", lambda next_: any(one.fits(next_) for one in fits)
        )

    def _without_hand(self, seat: int) -> None:
        self.queue = [hand for hand in self.queue if hand != seat]
        self.urgent = [hand for hand in self.urgent if hand != seat]
        self.put_off.discard(seat)
        self.kept.pop(seat, None)

    def _hand_moved(self, entry: happened.HandMoved) -> None:
        self._queueing(entry.seat)
        must(entry.seat in self.queue, "no hand to move")
        must(1 <= entry.place <= len(self.queue), "there is no such place")
        must(self.queue[entry.place - 1] != entry.seat, "stands there already")
        self.queue.remove(entry.seat)
        self.queue.insert(entry.place - 1, entry.seat)

    def _hand_went_away(self, entry: happened.HandWentAway) -> None:
        self._moves()
        must(entry.seat in self.queue, "no hand to keep a place for")
        must(entry.seat != self.offered, "was invited")
        must(entry.seat not in self.kept, "away already")
        must(entry.until == self.clocks.at + KEPT, "kept for another time than promised (FC-17)")
        self.kept[entry.seat] = self._in_room(entry.until)

    def _hand_came_back(self, entry: happened.HandCameBack) -> None:
        self._moves()
        must(entry.seat in self.kept, "their hand was not away")
        del self.kept[entry.seat]

    def _queue_closed(self, _: happened.QueueClosed) -> None:
        self._running()
        self._moves()
        must(self.queue_open, "closed already")
        self.queue_open = False

    def _queue_opened(self, _: happened.QueueOpened) -> None:
        self._running()
        self._moves()
        must(not self.queue_open, "open already")
        self.queue_open = True

    # The floor

    def _invited(self, entry: happened.Invited, *, at_once: bool) -> None:
        self._queueing(entry.seat)
        self._nobody_has_the_floor()
        self._floor_moves()
        must(at_once or not entry.at_once, "not at once with what ended (FC-07)")
        asked = entry.seat in self.queue or entry.seat not in self.listeners
        must(asked, "who listens is not called on")
        if entry.until:
            must(entry.until == self.clocks.at + CONSENT, "not the time that was promised (FC-05)")
            over = self._phase_is_over() and self.clocks.room.reads > self._phase_ends() + SLACK
            must(not over, "nobody is invited when the phase is over (FC-29)")
        if entry.by == 0:
            must(entry.at_once and self._passes_on(), "the floor does not pass on by itself here")
        elif self._speak() == "tag":
            self._tagged(entry)
        else:
            self._called(entry)
        self.offered = entry.seat
        self.invite_ends = self.clocks.floor.reads + CONSENT if entry.until else None
        self.kept.pop(entry.seat, None)
        self.epoch += 0 if entry.at_once else 1

    def _called(self, entry: happened.Invited) -> None:
        self._sits(entry.by)
        must(self._is_leader(entry.by), "invited by a member")
        waiting = [seat for seat in self.queue if seat not in self.kept or seat == entry.by]
        first = waiting[:1] in ([], [entry.by])
        must(first or entry.seat != entry.by, "called on themselves ahead of others (FC-25)")

    def _tagged(self, entry: happened.Invited) -> None:
        """Whoever had the floor names the next, for a while; then a facilitator does (FC-28)."""
        named_in_passing = entry.at_once and self.last_holder and self.last_holder[0] == entry.by
        chooser = entry.by if named_in_passing else self._chooser()
        if chooser is None or self._has_chosen_long_enough():
            self._called(entry)
            return
        must(entry.by == chooser, "whoever had the floor names the next (FC-28)")
        must(entry.seat != entry.by and entry.seat not in self.shared, "has shared (FC-28)")
        must(entry.seat not in self.listeners, "only listens (FC-28)")
        must(entry.seat not in self.kept, "is absent (FC-28)")

    def _chooser(self) -> int | None:
        if self.last_holder is None:
            return None
        seat, ended = self.last_holder
        if ended <= self.phase_began:
            return None  # It ended with the phase before.
        late = self.clocks.room.reads > ended + CHOOSING + SLACK
        return None if late or seat in self.gone | self.left | self.muted.keys() else seat

    def _has_chosen_long_enough(self) -> bool:
        assert self.last_holder is not None
        return self.clocks.room.over(self.last_holder[1] + CHOOSING)

    def _invite_ended(self, entry: happened.InviteEnded) -> None:
        must(self.offered == entry.seat, "was not invited")
        self.offered = None
        self.epoch += 1
        match entry.reason:
            case "expired":
                must(self.invite_ends is not None, "an invitation without an end")
                must(not self.frozen and not self.stopped, "its clock stood still (FC-15, FC-21)")
                must(self.clocks.floor.over(self.invite_ends), "expired too early (FC-05)")
                if entry.seat in self.queue:
                    self._to_the_end(entry.seat)
            case "not_yet":
                self._to_the_end(entry.seat)
            case "given_back":
                self.queue = [entry.seat, *(hand for hand in self.queue if hand != entry.seat)]
            case "withdrawn" | "phase" | "quiet":
                pass  # Not of their own doing: the hand stays where it was.
            case _:
                self._without_hand(entry.seat)
        self._expect_after_end(entry.seat, entry.reason, may_be_time=True)
        if entry.reason == "quiet":
            self.awaited = [exactly(happened.WentQuiet())]
        if entry.reason == "given_back":
            must(self.last_holder is not None, "nobody to give the floor back to (FC-10)")
            assert self.last_holder is not None
            self.awaited = [about(happened.FloorTaken, self.last_holder[0])]

    def _to_the_end(self, seat: int) -> None:
        self.queue = [*(hand for hand in self.queue if hand != seat), seat]
        self.put_off.add(seat)

    def _floor_taken(self, entry: happened.FloorTaken) -> None:
        self._queueing(entry.seat)
        self._floor_moves()
        must(not self.holders, "the floor is busy")
        if self.offered != entry.seat:
            must(self.offered is None, "took the floor without an invitation (FC-05)")
            self._may_have_it_back(entry.seat)
        must(entry.turn == self.turns + 1, "turns are counted")
        self._without_hand(entry.seat)
        self.holders.append(entry.seat)
        self.offered = None
        self.owed.discard(entry.seat)
        self.turns = entry.turn
        self.turn_began = self.clocks.turn.reads
        self.extra, self.draft, self.last_line = 0.0, False, None
        self.epoch += 1

    def _may_have_it_back(self, seat: int) -> None:
        must(self.last_holder is not None, "took the floor without an invitation (FC-05)")
        assert self.last_holder is not None
        whose, ended = self.last_holder
        must(whose == seat, "took the floor without an invitation (FC-05)")
        in_time = self.clocks.room.reads <= ended + GIVEN_BACK + SLACK
        must(in_time, "given back too late (FC-10)")

    def _turn_ended(self, entry: happened.TurnEnded) -> None:
        must(entry.seat in self.holders, "ended a turn that was not running")
        if entry.reason == "away":
            must(self.clocks.room.over(self.away), "taken before the grace was over")
            self.owed.add(entry.seat)
        if entry.reason == "time":
            self._needs_time_over()
        if entry.reason in ("away", "time"):
            self._moves()
        self.holders.remove(entry.seat)
        self.last_holder = (entry.seat, self.clocks.room.reads)
        self.away = self.moment = None
        self.had_moment = False
        self.last_line, self.last_line_came = None, False
        self.epoch += 1
        left_open = self.opened is not None and self.clocks.at >= self.opened + LEFT_OPEN
        self._expect_after_end(entry.seat, entry.reason, may_be_time=left_open)

    def _needs_time_over(self) -> None:
        must(self._phase().turn > 0, "no limit runs out here")
        if self.last_line_came:
            return
        must(self.away is None and not self.stopped, "its clock stood still (FC-15)")
        must(self.moment is None, "its clock stood still for a moment (CM-15)")
        if self.last_line is None:
            must(not self.draft, "the line that was announced may still come (FC-14)")
            must(self.clocks.turn.over(self._hard_end()), "ended before its time was over (FC-14)")
        else:
            must(self.clocks.turn.over(self.last_line), "before the last line could come (FC-14)")

    def _hard_end(self) -> float:
        phase = self._phase()
        return self.turn_began + 60.0 * phase.turn + phase.grace + self.extra

    def _expect_after_end(self, seat: int, reason: str, *, may_be_time: bool) -> None:
        """What has to follow the end of a turn or an invitation."""
        self.just_moved = True
        self.awaited = []
        if reason in PASSES_ON:
            self._expect_passing_on(seat)
        if reason in ("revoked", "muted"):
            self.awaited.append(about(happened.Muted, seat))
        elif reason == "removed":
            self.awaited.append(about(happened.Removed, seat))
        elif reason == "left":
            self.awaited.append(about(happened.SeatLeft, seat))
        elif reason == "phase":
            self.awaited = [_phase_end(may_be_time=may_be_time)]
        elif reason != "quiet":
            must(not self.frozen, "the floor stands still in a freeze (FC-21)")

    def _expect_passing_on(self, seat: int) -> None:
        if not self._passes_on() or self.quiet or self.stopped or self.frozen:
            return
        if self._phase_is_over():
            return
        passed_over = {seat, *self.kept, *self.put_off, *self.muted}
        waiting = [hand for hand in self.queue if hand not in passed_over]
        if waiting:
            self.awaited.append(exactly(self._by_itself(waiting[0])))

    def _passes_on(self) -> bool:
        phase = self._phase()
        return phase.speak == "round" or (phase.calls == "next" and phase.speak == "queue")

    def _by_itself(self, seat: int) -> happened.Invited:
        return happened.Invited(seat, by=0, until=self.clocks.at + CONSENT, at_once=True)

    def _turn_extended(self, entry: happened.TurnExtended) -> None:
        self._moves()
        must(self.holders == [entry.seat], "not the holder")
        must(self._phase().turn > 0 and 1 <= entry.minutes <= 5, "no more than five minutes")
        self.extra += 60.0 * entry.minutes
        self.last_line = None

    def _last_line_granted(self, entry: happened.LastLineGranted) -> None:
        self._moves()
        must(self.holders == [entry.seat] and self.last_line is None, "not the holder, or again")
        must(self.draft, "no line was announced (FC-14)")
        must(not self.stopped and self.away is None, "its clock stood still (FC-15)")
        must(self.moment is None, "its clock stood still for a moment (CM-15)")
        must(self._phase().turn > 0, "no limit runs out here")
        must(self.clocks.turn.over(self._hard_end()), "before its time was over (FC-14)")
        must(entry.until == self.clocks.at + LAST_LINE, "not the time that was promised (FC-14)")
        self.last_line = self.clocks.turn.reads + LAST_LINE
        self.last_line_came = False

    def _pause_began(self, _: happened.PauseBegan) -> None:
        self._running()
        self._moves()
        must(not self.paused, "paused already")
        self.paused = True

    def _pause_ended(self, _: happened.PauseEnded) -> None:
        self._running()
        self._moves()
        must(self.paused, "not paused")
        self.paused = False

    def _holder_went_away(self, entry: happened.HolderWentAway) -> None:
        self._moves()
        must(self.holders == [entry.seat] and self.away is None, "not the holder, or away already")
        must(entry.until == self.clocks.at + GRACE, "not the grace that was promised (FC-16)")
        self.away = self._in_room(entry.until)

    def _holder_came_back(self, entry: happened.HolderCameBack) -> None:
        self._moves()
        must(self.holders == [entry.seat] and self.away is not None, "was not away")
        self.away = None

    # What the above asks

    def _phase(self) -> Phase:
        assert self.phase is not None, "a phase is on"
        return self.phases[self.phase]

    def _phase_ends(self) -> float:
        return self.phase_began + 60.0 * self._phase().minutes

    def _phase_is_over(self) -> bool:
        if self.phase is None or self._phase().ends != "time":
            return False
        return self.clocks.room.over(self._phase_ends())

    def _queueing(self, seat: int) -> None:
        self._running()
        self._moves()
        self._sits(seat)
        must(self._speak() in ("queue", "round", "tag"), "no queue in this phase")
        must(seat not in self.muted, "the muted do not take part in the queue")

    def _floor_moves(self) -> None:
        must(not self.stopped, "the floor stands still (FC-15)")
        must(not self.quiet, "nobody is in the chair (FC-24)")

    def _nobody_has_the_floor(self) -> None:
        must(not self.holders and self.offered is None, "the floor is busy")


def _phase_end(*, may_be_time: bool) -> Awaited:
    """The next phase, or the close; time alone ends no running turn with them (FC-29)."""
    by = ("facilitator", "time") if may_be_time else ("facilitator",)
    return Awaited(
        "the end of the phase",
        lambda next_: isinstance(next_, happened.PhaseBegan | happened.Closed) and next_.by in by,
        after=(happened.Unmuted,),
    )
