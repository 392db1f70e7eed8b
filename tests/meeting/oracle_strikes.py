"""The part of the oracle that judges notes, and appeals of what was done to somebody (CM-18, CM-19)."""

from moderation.meeting import entries as happened
from tests.meeting.oracle_clocks import Awaited, about, exactly, must
from tests.meeting.oracle_people import People


class Judged(People):
    """What was done to whom, and what they asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: dict[int, int] = {}  # Whose each is.
        self.muted_at: dict[int, int] = {}  # Where in the room it is told.
        self.removed_at: dict[int, int] = {}
        self.served: dict[int, set[str]] = {}  # What the removed did for the meeting.
        self.taken: dict[int, tuple[int, int]] = {}  # By line: whose it was, and the act.
        self.appeals: dict[int, happened.Appealed] = {}
        self.answered: set[int] = set()

    def _noted_you(self, entry: happened.NotedYou) -> None:
        must(not self.closed, "nobody is asked to mind anything after the close")
        must(entry.note == len(self.notes) + 1, "notes are numbered in order")
        self._sits(entry.owner)
        self.notes[entry.note] = entry.owner

        def is_of_them(next_: happened.AnyEntry) -> bool:
            return (
                isinstance(next_, happened.Noted)
                and (next_.note, next_.seat, next_.reason)
                == (entry.note, entry.owner, entry.reason)
                and self.roles.get(next_.by) == entry.role
            )

        self.awaited = [Awaited(f"note {entry.note}", is_of_them)]

    def _noted(self, entry: happened.Noted) -> None:
        self._leads(entry.by)
        must(self._rank(entry.seat) < self._rank(entry.by), "of a facilitator (FC-22)")

    def _muted(self, entry: happened.Muted) -> None:
        super()._muted(entry)
        self.muted_at[entry.seat] = self.room

    def _removed(self, entry: happened.Removed) -> None:
        self.served[entry.seat] = {what for who, what in self.services if who == entry.seat}
        super()._removed(entry)
        self.removed_at[entry.seat] = self.room

    def _taken_out(self, entry: happened.Redacted) -> None:
        """Of lines that are taken out together, one after the other, the first is the act."""
        whose = self.lines[entry.number]
        first = self.taken.get(entry.along)
        must(entry.along == 0 or (first is not None and first[0] == whose), "not of one act")
        self.taken[entry.number] = (whose, self.room if first is None else first[1])

    def _appealed(self, entry: happened.Appealed) -> None:
        must(not self.closed, "nobody could answer it (CM-19)")
        must(entry.appeal == len(self.appeals) + 1, "appeals are numbered in order")
        must(entry.seat in self.roles, "of nobody")
        must(entry.seat not in self.left, "of somebody who has left")
        outside = entry.seat in self.gone
        must(not outside or entry.about == "removal", "the removed ask of that alone (CM-19)")
        must(self._is_theirs(entry), "not of what was done to them (CM-19)")
        same = [(one.about, one.seat, one.number) for one in self.appeals.values()]
        must((entry.about, entry.seat, entry.number) not in same, "two of one act (CM-19)")
        must(entry.decider in {0, *self.roles}, "decided by nobody")
        promised = self.clocks.at + 60.0 * self.flags.appeal_minutes
        must(entry.answer_by == promised, "not the time that was promised (CM-19)")
        others = {seat for seat in self.roles if self._is_leader(seat)} - {
            entry.seat,
            entry.decider,
        }
        self.appeals[entry.appeal] = entry
        yours = happened.AppealedYou(
            owner=entry.seat,
            appeal=entry.appeal,
            about=entry.about,
            number=entry.number,
            answer_by=entry.answer_by,
            asked="facilitators" if others else "nobody_yet",
            words=entry.words,
        )
        self.awaited = [exactly(yours)]

    def _is_theirs(self, entry: happened.Appealed) -> bool:
        match entry.about:
            case "note":
                return self.notes.get(entry.number) == entry.seat
            case "mute":
                return entry.seat in self.muted and self.muted_at[entry.seat] == entry.number
            case "removal":
                return entry.seat in self.gone and self.removed_at[entry.seat] == entry.number
            case "words":
                return (entry.seat, entry.number) in self.taken.values()

    def _appealed_you(self, _: happened.AppealedYou) -> None:
        """Judged as the companion of its Appealed."""

    def _appeal_answered_you(self, entry: happened.AppealAnsweredYou) -> None:
        must(not self.closed, "answered after the close")
        must(entry.appeal in self.appeals, "there is no such appeal")
        must(entry.appeal not in self.answered, "answered twice (CM-19)")
        must(self.appeals[entry.appeal].seat == entry.owner, "to somebody else")
        self.answered.add(entry.appeal)

        def is_of_it(next_: happened.AnyEntry) -> bool:
            return (
                isinstance(next_, happened.AppealAnswered)
                and (next_.appeal, next_.seat, next_.upheld, next_.words)
                == (entry.appeal, entry.owner, entry.upheld, entry.words)
                and self.roles.get(next_.by) == entry.role
            )

        self.awaited = [Awaited(f"the answer to appeal {entry.appeal}", is_of_it)]

    def _appeal_answered(self, entry: happened.AppealAnswered) -> None:
        asked = self.appeals[entry.appeal]
        self._leads(entry.by)
        must(entry.by not in (asked.seat, asked.decider), "of an act of their own (CM-19)")
        if not entry.upheld:
            return
        still = self._is_theirs(asked)
        if asked.about == "mute" and still:
            self.awaited = [exactly(happened.Unmuted(asked.seat, "appeal"))]
        elif asked.about == "removal" and still:
            self.awaited = [about(happened.RemovalLifted, asked.seat)]

    def _removal_lifted(self, entry: happened.RemovalLifted) -> None:
        self.gone.remove(entry.seat)
        self._needs_own_name(entry.words, besides=entry.seat)
        must(set(entry.services) == self.served[entry.seat], "not what they did before (CM-19)")
        self.services |= {(entry.seat, service) for service in entry.services}
        self.names[entry.seat] = entry.words
        self.named_at[entry.seat].append(self.room)
