"""What a meeting's log may hold, judged from floor.md and not by the decider (P10, P11).

It reads entries only, with code of its own. Whatever the server decided, in whatever order its
processes wrote, each entry must have been legal at its place.
"""

from collections import Counter
from collections.abc import Iterable

from moderation.meeting import entries as happened
from tests.meeting.oracle_clocks import SLACK, Awaited, Illegal, exactly, must
from tests.meeting.oracle_edits import Edits
from tests.meeting.oracle_held import HeldWords
from tests.meeting.oracle_people import LEFT_OPEN
from tests.meeting.oracle_strikes import Judged

__all__ = ["Illegal", "Oracle"]

SHORT = 280
MOMENT = 60.0

PRIVATE = (
    happened.Told
    | happened.CareNoticed
    | happened.ToldYou
    | happened.SeatGiven
    | happened.DraftAnnounced
    | happened.Knocked
)
PRIVATE |= happened.KnockGiven | happened.KnockAnswered | happened.CameBy
PRIVATE |= happened.LobbyCleared | happened.StrangersCame | happened.StrikeProposed
PRIVATE |= happened.Answered | happened.CrosstalkNoticed
PRIVATE |= happened.Noted | happened.NotedYou | happened.Appealed | happened.AppealedYou
PRIVATE |= happened.AppealAnswered | happened.AppealAnsweredYou
PRIVATE |= happened.Held | happened.HeldYours | happened.HeldEnded | happened.HeldYoursEnded
HALVES = happened.ToldYou | happened.SeatGiven | happened.KnockGiven | happened.AppealedYou
HALVES |= happened.Noted | happened.AppealAnswered | happened.RemovalLifted
PRIVATE |= happened.Reported | happened.ReportNoted | happened.ReportsAnswered | happened.NeedSeen
HALVES |= happened.Reported
HALVES |= happened.HeldYours | happened.HeldYoursEnded
PRIVATE |= happened.Replaced | happened.HistoryGone
HALVES |= happened.Edited


class Oracle(Judged, HeldWords, Edits):
    """Takes a log entry by entry, and raises `Illegal` at the first that could not have happened."""

    def __init__(self) -> None:
        super().__init__()
        self.shares: dict[int, set[int]] = {}  # epoch -> whose lines were accepted as shares of it
        self.introduced: dict[int, int] = {}
        self.pinned: int | None = None
        self.reactions: set[tuple[int, int, str]] = set()
        self.answers: Counter[int] = Counter()
        self.newest = 0
        self.reported: dict[int, list[str]] = {}  # What nobody has decided about.
        self.reporters: dict[int, list[int]] = {}
        self.decided: set[int] = set()

    def take(self, entry: happened.AnyEntry, at: float) -> None:
        """One more entry, which came into the log at `at`."""
        away = self.away is not None or self.moment is not None
        self.clocks.go_on(at, frozen=self.frozen, stopped=self.stopped, away=away)
        if not isinstance(entry, PRIVATE):
            self.room += 1
        self._count(entry)
        moved, self.just_moved = self.just_moved, False
        self._needs_expected(entry)
        self._needs_cause(entry)
        if isinstance(entry, happened.Invited):
            self._invited(entry, at_once=moved)
        else:
            getattr(self, f"_{entry.__struct_config__.tag}")(entry)
        if isinstance(entry, happened.Locked | happened.Unlocked | happened.QueueClosed):
            self.just_moved = moved
        if not isinstance(entry, happened.SeatGiven):
            self.seated = None
        if len(self.holders) > 1 or any(len(who) > 1 for who in self.shares.values()):
            raise Illegal("two have the floor")

    def take_all(self, stamped: Iterable[tuple[happened.AnyEntry, float]]) -> None:
        for entry, at in stamped:
            self.take(entry, at)
        if self.ends_with is not None:
            raise Illegal("the log ends before what words went back for")
        if self.expected is not None:
            raise Illegal(f"the log ends before {self.expected}")

    @property
    def expected(self) -> Awaited | None:
        """What has to come next; None where nothing has to."""
        return self.awaited[0] if self.awaited else None

    def _needs_expected(self, entry: happened.AnyEntry) -> None:
        if not self.awaited:
            must(not isinstance(entry, HALVES), "a private half without its other half")
            by_appeal = isinstance(entry, happened.Unmuted) and entry.by == "appeal"
            must(not by_appeal, "nobody upheld an appeal of that (CM-19)")
            first = isinstance(entry, happened.PhaseBegan) and entry.phase == 0
            must(not first, "the first phase begins with the opening")
            return
        if isinstance(entry, self.awaited[0].after) and not self.awaited[0].fits(entry):
            return
        awaited = self.awaited.pop(0)
        must(awaited.fits(entry), f"expected {awaited}, got {entry}")

    # The agenda

    def _convened(self, entry: happened.Convened) -> None:
        must(self.convened is None, "convened twice")
        must(len(entry.phases) > 0, "no agenda")
        self.convened, self.phases, self.flags = self.clocks.at, entry.phases, entry.flags

    def _opened(self, entry: happened.Opened) -> None:
        must(self.convened is not None, "opened before it was convened")
        must(self.opened is None and not self.closed, "opened twice or after the close")
        if entry.by:
            self._leads(entry.by)
            self.chair = entry.by
        self.opened = self.clocks.at
        self.awaited = [
            Awaited("the first phase", lambda next_: getattr(next_, "phase", None) == 0)
        ]

    def _phase_began(self, entry: happened.PhaseBegan) -> None:
        self._running()
        self._moves()
        self._nobody_has_the_floor()
        must(entry.phase < len(self.phases), "no such phase")
        must(entry.phase == (0 if self.phase is None else self.phase + 1), "a phase was skipped")
        if entry.by == "time":
            must(self._phase_is_over(), "the time of the phase was not over (FC-29)")
        must(entry.phase == 0 or "phase" not in self.scopes.values(), "a mute of the phase before")
        was_round = self.phase is not None and self._speak() == "round"
        self.phase, self.phase_began = entry.phase, self.clocks.room.reads
        self.epoch += 1
        self.queue_open = True
        self.put_off.clear()
        self.introduced.clear()
        is_round = self._speak() == "round"
        must(entry.order == (self._everybody() if is_round else ()), "not the order of a round")
        self._begin_queue(entry.order, was_round=was_round)
        self._expect_entering(entry.order)
        self.just_moved = True

    def _everybody(self) -> tuple[int, ...]:
        """Who is asked in a round: members in the order in which they came, then facilitators."""
        asked = self.roles.keys() - self.gone - self.left - self.listeners - self.muted.keys()
        leaders = [seat for seat in sorted(asked) if self._is_leader(seat)]
        return (*(seat for seat in sorted(asked) if seat not in leaders), *leaders)

    def _begin_queue(self, order: tuple[int, ...], *, was_round: bool) -> None:
        if self._speak() not in ("queue", "tag"):
            self.queue, self.urgent = list(order), []
        elif self._phase().urgent == "only" or was_round:
            self.queue = [seat for seat in self.queue if seat in self.urgent]
        self.kept = {seat: until for seat, until in self.kept.items() if seat in self.queue}
        if self._speak() == "round":
            self.kept.clear()

    def _expect_entering(self, order: tuple[int, ...]) -> None:
        entering = self._phase().on_enter
        if "lock" in entering and not self.locked:
            self.awaited.append(exactly(happened.Locked()))
        if "unlock" in entering and self.locked:
            self.awaited.append(exactly(happened.Unlocked()))
        if "close_queue" in entering:
            self.awaited.append(exactly(happened.QueueClosed()))
        if order and not self.stopped and not self.quiet:
            self.awaited.append(exactly(self._by_itself(order[0])))

    def _closed(self, entry: happened.Closed) -> None:
        must(not self.closed, "closed twice")
        self._nothing_held_of(*self.roles)
        self._nobody_has_the_floor()
        if entry.by == "time":
            began = self.opened if self.opened is not None else self.convened
            left = began is not None and self.clocks.at >= began + LEFT_OPEN
            last = self.phase == len(self.phases) - 1 and self._phase_is_over()
            must(left or (last and not self.frozen), "closed before its time")
        else:
            self._running()
        self.closed = True
        self.queue.clear()
        self.urgent.clear()
        self.kept.clear()
        self.lobby.clear()
        self.owed.clear()
        self.offer = None
        self.epoch += 1

    # Words

    def _said(self, entry: happened.Said) -> None:
        if self._is_released(entry):
            self._said_at_last(entry)
            return
        self._heard(entry.seat)
        phase, leads = self._phase(), self._is_leader(entry.seat)
        match phase.speak:
            case "open" | "discussion":
                must(entry.turn == 0, "no turns in an open phase")
            case "facilitator":
                must(leads, "only facilitators write here")
                must(entry.turn == 0, "no turns here")
            case "self_id":
                said = self.introduced.get(entry.seat, 0)
                must(leads or said < phase.lines, "one line each")
                must(len(entry.words or "") <= SHORT, "a line that is not short")
                must(entry.turn == 0, "no turns here")
                self.introduced[entry.seat] = said + 1
            case "reader" | "speaker" as service:
                assigned = {seat for seat, of in self.services if of == service}
                must(entry.seat in assigned if assigned else leads, f"not the {service}")
                must(entry.turn == 0, "no turns here")
            case "queue" | "round" | "tag":
                self._said_in_turn(entry, leads=leads)
            case _:
                raise Illegal("nobody writes in this phase")
        self._add_line(entry.seat, entry.fold, entry.turn)

    def _said_at_last(self, entry: happened.Said) -> None:
        """A facilitator has released it: what the floor says of its author now does not count (CM-16)."""
        self._sits(entry.seat)
        if entry.turn:
            self.shared.add(entry.seat)
        if self._speak() == "self_id" and not entry.late:
            self.introduced[entry.seat] = self.introduced.get(entry.seat, 0) + 1
        self._add_line(entry.seat, entry.fold, entry.turn)

    def _said_in_turn(self, entry: happened.Said, *, leads: bool) -> None:
        if self.holders == [entry.seat]:
            must(entry.turn == self.turns, "a line of another turn")
            self.shares.setdefault(self.epoch, set()).add(entry.seat)
            self.shared.add(entry.seat)
            self.had_moment = False
            if self.moment is not None:
                self.awaited = [exactly(happened.MomentEnded(entry.seat))]
            if self.last_line is not None:
                self.last_line_came = True
                self.awaited = [exactly(happened.TurnEnded(entry.seat, "time"))]
            return
        must(not self.holders or self.stopped, "somebody else's turn (FC-11, FC-12)")
        must(leads, "text out of turn (FC-12)")
        must(entry.turn == 0, "a share where nobody has the floor")

    def _posted(self, entry: happened.Posted) -> None:
        if self._is_released(entry):
            self._add_line(entry.seat, entry.fold)
            return
        self._heard(entry.seat)
        reads = self._speak() == "reader" and (entry.seat, "reader") in self.services
        must(self._is_leader(entry.seat) or (reads and entry.kind == "reading"), "not theirs")
        must(not self.holders or self.stopped, "nothing is posted into a turn (FC-11)")
        self._add_line(entry.seat, entry.fold)
        if entry.kind == "topic":
            self.pinned = self.room

    def _add_line(self, seat: int, label: str, turn: int | None = None) -> None:
        """`turn` is None for what is posted."""
        self.lines[self.room] = seat
        self.turn_of[self.room] = turn
        self.said_at[self.room] = self.clocks.at
        self.newest = self.room
        if label:
            must(not self._is_leader(seat), "a machine folded a facilitator's words (CM-18)")
            self.folds[self.room] = "review"

    def _need_seen(self, entry: happened.NeedSeen) -> None:
        number = entry.number or self.newest
        must(self.lines.get(number) == entry.seat, "a need in nobody's line")
        must(number not in self.needs, "the same need twice")
        self.needs.add(number)

    def _report_noted(self, entry: happened.ReportNoted) -> None:
        self._running()
        self._sits(entry.seat)
        must(entry.number in self.lines, "there is no such line")
        must(self.lines[entry.number] != entry.seat, "of their own words")
        seen = self.flags.history == "meeting" or entry.number > self.came_by[entry.seat]
        must(seen, "of what they never saw (CM-20)")
        noted = self.reporters.setdefault(entry.number, [])
        must(entry.seat not in noted, "twice by one (CM-20)")
        noted.append(entry.seat)
        self.awaited = [
            Awaited(
                f"what was reported of {entry.number}",
                lambda next_: isinstance(next_, happened.Reported) and next_.number == entry.number,
            )
        ]

    def _reported(self, entry: happened.Reported) -> None:
        self.reported.setdefault(entry.number, []).append(entry.why)
        if self._is_folded_by_two(entry.number):
            self.awaited = [exactly(happened.Folded(entry.number, "reports"))]

    def _is_folded_by_two(self, number: int) -> bool:
        """Whether the last who reported it is believed to be another than one before them."""
        if number not in self.reporters:
            return False
        *before, last = self.reporters[number]
        alone = [seat for seat in self.links if self.links[seat] == self.links.get(last)]
        others = set(before) - self.gone - (set(alone) if len(alone) <= 2 else set())
        is_free = number not in {*self.folds, *self.needs, *self.decided}
        return bool(others) and is_free

    def _folded(self, entry: happened.Folded) -> None:
        self._running()
        must(entry.number in self.lines, "there is no such line")
        before = self.folds.get(entry.number, "")
        if entry.by == "reports":
            must(self._is_folded_by_two(entry.number), "not by two, or decided, or a need (CM-20)")
        else:
            must(before in ("", "reports"), "folded already")
            must(entry.number not in self.reported, "what was reported is answered first")
            must(any(map(self._is_leader, self.roles)), "by a member")
            self.decided.add(entry.number)
        self.folds[entry.number] = entry.by

    def _unfolded(self, entry: happened.Unfolded) -> None:
        self._running()
        must(entry.number in self.folds, "not folded")
        must(entry.number in self.lines, "there is no such line")
        must(entry.number not in self.reported, "what was reported is answered first")
        must(any(map(self._is_leader, self.roles)), "by a member")
        del self.folds[entry.number]
        self.decided.add(entry.number)

    def _reports_answered(self, entry: happened.ReportsAnswered) -> None:
        self._running()
        self._leads(entry.by)
        must(entry.number in self.reported, "nothing was reported of it")
        others = [one for one in self.roles if one != entry.by and self._is_leader(one)]
        is_own = self.lines.get(entry.number) == entry.by
        must(not (is_own and others), "of their own words, and another could (CM-19)")
        del self.reported[entry.number]
        self.decided.add(entry.number)
        if self.folds.get(entry.number) == "reports":
            settles = happened.Folded(entry.number, "facilitator"), happened.Unfolded(entry.number)
            self.awaited = [Awaited(f"what becomes of {entry.number}", settles.__contains__)]

    def _reacted(self, entry: happened.Reacted) -> None:
        self._heard(entry.seat)
        must(entry.number in self.lines, "there is no such line")
        reaction = (entry.seat, entry.number, entry.kind)
        must((reaction in self.reactions) != entry.on, "twice the same word under a line")
        if not entry.on:
            self.reactions.remove(reaction)
            return
        permitted = self.flags.reactions and entry.kind in self._phase().reactions
        must(permitted, "a word that this phase does not have (FC-11)")
        self.reactions.add(reaction)

    def _told(self, entry: happened.Told) -> None:
        must(self.convened is not None and not self.closed, "a private line after the close")
        self._sits(entry.seat)
        member = entry.to if self._is_leader(entry.seat) else entry.seat
        if member == entry.seat:
            must(entry.to == 0, "a member writes to all facilitators")
        else:
            must(entry.to != entry.seat, "to nobody but oneself")
            self._sits(entry.to)
        if not self._is_leader(member):
            told = happened.ToldYou(owner=member, seat=entry.seat, to=entry.to, words=entry.words)
            self.awaited = [exactly(told)]

    def _told_you(self, entry: happened.ToldYou) -> None:
        """Judged as the companion of its Told."""

    def _redacted(self, entry: happened.Redacted) -> None:
        must(entry.number in self.lines, "no words to take out")
        self._needs_gone(entry)
        if entry.by == "self":
            self._sits(self.lines[entry.number])
            must(entry.along == 0, "more than their own line at once")
        else:
            self._taken_out(entry)
        del self.lines[entry.number]
        self.folds.pop(entry.number, None)
        self.reported.pop(entry.number, None)
        self.pinned = None if self.pinned == entry.number else self.pinned

    def _care_noticed(self, entry: happened.CareNoticed) -> None:
        must(self.opened is not None and not self.closed, "no meeting is on")
        must(self.flags.signals == "facilitators", "left to staff")
        self._sits(entry.seat)
        must(not self._is_leader(entry.seat), "of a facilitator")

    def _moment_given(self, entry: happened.MomentGiven) -> None:
        self._moves()
        must(self.holders == [entry.seat], "not the holder (CM-15)")
        must(not self.had_moment, "once a line (CM-15)")
        must(not self.stopped and self.away is None, "its clock stands still already (CM-15)")
        must(self._phase().turn > 0, "no clock runs here (CM-15)")
        ends = self._hard_end() if self.last_line is None else self.last_line
        in_time = self.clocks.turn.reads < ends - SLACK / 2
        must(in_time, "the turn was over (CM-15)")
        must(entry.until == self.clocks.at + MOMENT, "not the time that was promised (CM-15)")
        self.moment, self.had_moment = self._in_room(entry.until), True

    def _moment_ended(self, entry: happened.MomentEnded) -> None:
        self._moves()
        must(
            self.holders == [entry.seat] and self.moment is not None, "no moment of theirs (CM-15)"
        )
        is_by_line = self.lines.get(self.room - 1) == entry.seat and not self.had_moment
        is_by_line = is_by_line or self.last_edit == (self.room - 1, entry.seat)
        must(is_by_line or self.clocks.room.over(self.moment), "before their next line (CM-15)")
        self.moment = None

    def _answered(self, entry: happened.Answered) -> None:
        must(not self._is_leader(entry.seat), "no facilitator is asked what they mean (CM-10)")
        lines = [number for number, seat in self.lines.items() if seat == entry.seat]
        said = bool(lines) and self.said_at[lines[-1]] == self.clocks.at
        must(said and entry.seat in self.shared, "no share that could be an answer (CM-10)")
        self.answers[entry.seat] += 1
        if self.answers[entry.seat] == 3:
            self.awaited = [exactly(happened.CrosstalkNoticed(entry.seat))]

    def _crosstalk_noticed(self, entry: happened.CrosstalkNoticed) -> None:
        must(self.answers[entry.seat] == 3, "a cue of what is not often (CM-10)")

    def _draft_announced(self, entry: happened.DraftAnnounced) -> None:
        self._moves()
        must(self.holders == [entry.seat], "not the holder")
        must(not self.draft, "announced already")
        self.draft = True
