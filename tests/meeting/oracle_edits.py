"""The part of the oracle that judges edits: whose, until when, and that nothing is left over (CM-14)."""

from __future__ import annotations

from moderation.meeting import entries as happened
from tests.meeting.oracle_clocks import Awaited, exactly, must
from tests.meeting.oracle_floor import Floor

WINDOW = 120.0


class Edits(Floor):
    """The judge of edits. It knows by number where the words of a line stand, and what it read before."""

    chair_numbers: int
    said_at: dict[int, float]
    edited_at: dict[int, float]

    def __init__(self) -> None:
        super().__init__()
        self.turn_of: dict[int, int | None] = {}  # Of each line; None for what is posted.
        self.places: dict[int, int] = {}  # Of lines that were changed: what has their words.
        self.histories: dict[int, list[int]] = {}  # By line, numbers in the facilitators' stream.
        self.last_edit: tuple[int, int] | None = None

    def _replaced(self, entry: happened.Replaced) -> None:
        must(entry.number in self.lines, "there is no such line")
        seat, turn = self.lines[entry.number], self.turn_of[entry.number]
        self._heard(seat)
        must(turn is not None, "what is posted is not changed")
        if turn:
            must(self.holders == [seat] and turn == self.turns, "not in that turn (CM-14)")
        else:
            must(self._speak() in ("open", "discussion"), "not where everybody writes (CM-14)")
            must(self.clocks.at - self.said_at[entry.number] <= WINDOW, "too late (CM-14)")
        self.histories.setdefault(entry.number, []).append(self.chair_numbers)
        over = self.places.get(entry.number, entry.number)

        def is_edit(next_: happened.AnyEntry) -> bool:
            if not isinstance(next_, happened.Edited) or next_.words == entry.words is not None:
                return False
            return (next_.seat, next_.number, next_.over) == (seat, entry.number, over)

        self.awaited = [Awaited(f"other words for {entry.number}", is_edit)]

    def _edited(self, entry: happened.Edited) -> None:
        self.places[entry.number] = self.room
        self.last_edit = (self.room, entry.seat)
        self.edited_at[entry.number] = self.clocks.at
        if entry.fold:
            must(not self._is_leader(entry.seat), "a machine folded a facilitator's words (CM-18)")
            self.folds.setdefault(entry.number, "review")
        if self.moment is not None and self.holders == [entry.seat]:
            self.awaited = [exactly(happened.MomentEnded(entry.seat))]

    def _history_gone(self, entry: happened.HistoryGone) -> None:
        gone = self.histories.pop(entry.number, [])
        must(gone != [], "it never read otherwise")
        must(list(entry.over) == gone, "not all that it read before (P19)")
        self.awaited = [
            Awaited(
                "the line is taken out",
                lambda next_: isinstance(next_, happened.Redacted) and next_.number == entry.number,
            )
        ]

    def _needs_gone(self, entry: happened.Redacted) -> None:
        must(entry.number not in self.histories, "what it read before is left over (P19)")
        must(entry.over == self.places.get(entry.number, 0), "its words are left over (P19)")
