"""The part of the oracle that judges what is held: who decides, once, and what follows from it (CM-16)."""

from __future__ import annotations

from moderation.meeting import entries as happened
from tests.meeting.oracle_clocks import Awaited, exactly, must
from tests.meeting.oracle_floor import Floor

WAIT = 120.0
MOST = 3
CHAIR_TOO = (
    happened.Told | happened.CareNoticed | happened.Knocked | happened.KnockAnswered
    | happened.LobbyCleared | happened.StrangersCame | happened.Held | happened.HeldEnded
    | happened.StrikeProposed | happened.CrosstalkNoticed | happened.Noted | happened.Appealed
    | happened.AppealAnswered | happened.Reported | happened.ReportsAnswered
    | happened.Replaced | happened.HistoryGone
)  # fmt: skip
OF_THE_SAME_STEP = (
    happened.HeldEnded | happened.HeldYoursEnded | happened.TurnEnded | happened.InviteEnded
    | happened.HandLowered | happened.Invited
)  # fmt: skip
ENDED_BY: dict[str, type[happened.Entry]] = {
    "closed": happened.Closed,
    "muted": happened.Muted,
    "removed": happened.Removed,
    "left": happened.SeatLeft,
}


class HeldWords(Floor):
    """The judge of held words. It counts the numbers of the facilitators' stream and of each seat's own."""

    def __init__(self) -> None:
        super().__init__()
        self.chair_numbers = 0
        self.own_numbers: dict[int, int] = {}
        self.held: dict[int, happened.Held] = {}
        self.held_at: dict[int, int | None] = {}  # In which phase each was.
        self.held_until: dict[int, float] = {}  # By the clock of the room.
        self.waits: dict[tuple[int, int], int] = {}  # Author and own number, to the chair's number.
        self.released: tuple[happened.Held, int | None] | None = None
        self.ends_with: tuple[type[happened.Entry], int] | None = None

    def _count(self, entry: happened.AnyEntry) -> None:
        if isinstance(entry, CHAIR_TOO):
            self.chair_numbers += 1
        owner = getattr(entry, "owner", 0)
        if isinstance(entry, happened.SeatGiven | happened.DraftAnnounced):
            owner = entry.seat
        if owner:
            self.own_numbers[owner] = self.own_numbers.get(owner, 0) + 1

    def _needs_cause(self, entry: happened.AnyEntry) -> None:
        """Where nobody decided, the words went back for what comes next."""
        if self.ends_with is None or isinstance(entry, OF_THE_SAME_STEP):
            return
        type_, seat = self.ends_with
        must(isinstance(entry, type_), f"words went back, and no {type_.__name__} came")
        must(type_ is happened.Closed or getattr(entry, "seat", 0) == seat, "of somebody else")
        self.ends_with = None

    def _held(self, entry: happened.Held) -> None:
        self._heard(entry.seat)
        must(not self._is_leader(entry.seat), "a facilitator's own words are never held (CM-18)")
        mine = [one for one in self.held.values() if one.seat == entry.seat]
        must(len(mine) < MOST, "more of one seat than wait at a time")
        must(entry.until == self.clocks.at + WAIT, "not the time that was promised (CM-16)")
        if entry.post:
            reads = self._speak() == "reader" and (entry.seat, "reader") in self.services
            must(reads and entry.post == "reading", "not theirs to post")
        elif self._speak() in ("queue", "round", "tag"):
            must(self.holders == [entry.seat], "text out of turn (FC-12)")
            must(entry.turn == self.turns, "a line of another turn")
        else:
            must(entry.turn == 0, "no turns here")
        number = self.chair_numbers
        self.held[number], self.held_at[number] = entry, self.phase
        self.held_until[number] = self.clocks.room.reads + WAIT
        self.awaited = [exactly(happened.HeldYours(owner=entry.seat, words=entry.words))]
        if entry.turn and self.last_line is not None:
            self.last_line_came = True
            self.awaited.append(exactly(happened.TurnEnded(entry.seat, "time")))

    def _held_yours(self, entry: happened.HeldYours) -> None:
        self.waits[entry.owner, self.own_numbers[entry.owner]] = self.chair_numbers

    def _held_ended(self, entry: happened.HeldEnded) -> None:
        must(entry.number in self.held, "decided already, or never held (CM-16)")
        one = self.held.pop(entry.number)
        phase = self.held_at.pop(entry.number)
        until = self.held_until.pop(entry.number)
        own = next(place[1] for place, number in self.waits.items() if number == entry.number)
        del self.waits[one.seat, own]
        if entry.how in ("released", "given_back"):
            self._leads(entry.by)
        if entry.how == "time":
            self._moves()
            must(self.clocks.room.over(until), "given back before its time (CM-16)")
        back = one.words if entry.how not in ("released", "removed", "left") else None
        self.awaited = [
            Awaited("its author hears", lambda next_: _is_end(next_, one, own, entry, back))
        ]
        if entry.how == "released":
            self._moves()
            self.released = one, phase
            published = happened.Posted if one.post else happened.Said
            self.awaited.append(
                Awaited("it is published", lambda next_: isinstance(next_, published))
            )
        if entry.how in ENDED_BY:
            self.ends_with = ENDED_BY[entry.how], one.seat

    def _held_yours_ended(self, entry: happened.HeldYoursEnded) -> None:
        """Judged as the companion of its HeldEnded."""

    def _is_released(self, entry: happened.Said | happened.Posted) -> bool:
        """Whether this is what was released just now: then it is just that, of its turn or late."""
        if self.released is None:
            must(not entry.late, "late, and was never held")
            return False
        (one, phase), self.released = self.released, None
        must(entry.seat == one.seat, "somebody else's words")
        must(None in (entry.words, one.words) or entry.words == one.words, "other words")
        running = self.turns if self.holders else 0
        moved = phase != self.phase or one.turn != running
        must(entry.late == moved, "late, or not, where it is the other way round (CM-16)")
        must(getattr(entry, "turn", 0) == one.turn, "of another turn")
        must(getattr(entry, "kind", "") == one.post, "another kind of thing")
        return True

    def _nothing_held_of(self, *seats: int) -> None:
        must(not [one for one in self.held.values() if one.seat in seats], "words are still held")

    def _strike_proposed(self, entry: happened.StrikeProposed) -> None:
        self._running()
        self._sits(entry.seat)
        must(not self._is_leader(entry.seat), "of a facilitator (CM-18)")


def _is_end(
    next_: happened.AnyEntry,
    one: happened.Held,
    own: int,
    ended: happened.HeldEnded,
    back: str | None,
) -> bool:
    return (
        isinstance(next_, happened.HeldYoursEnded)
        and (next_.owner, next_.number, next_.how) == (one.seat, own, ended.how)
        and (one.words is None or next_.words == back)
    )
