"""Held words: kept for a facilitator, who releases them or gives them back, once (CM-16)."""

from collections.abc import Iterable
from typing import Literal

from msgspec.structs import replace

from moderation.content.verdict import Finding, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.needs import needs_facilitator
from moderation.meeting.state import Decision, HeldWords, Meeting, Stamp
from moderation.refused import Refused

WAIT = 120.0
"""Seconds in which a facilitator decides; then the words go back to their author, and are never published."""
MOST = 3
"""Messages of one seat that wait at a time."""
RETURNED = ("given_back", "taken_back", "time", "muted", "closed")
"""Ends after which the author has the words again; whoever was removed or has left reads nothing more."""


def is_held(meeting: Meeting, seat: int, verdict: Verdict) -> bool:
    """Whether these words wait; what facilitators and staff write themselves never does (CM-18)."""
    return verdict.outcome == "hold" and not meeting.is_facilitator(seat)


def hold(
    meeting: Meeting,
    seat: int,
    text: str,
    now: float,
    verdict: Verdict,
    *,
    turn: int = 0,
    post: ask.Kind | Literal[""] = "",
) -> list[happened.AnyEntry]:
    """Nobody but the author and the facilitators has them; `turn` is the one they would be a line of."""
    if sum(one.seat == seat for one in meeting.held.values()) >= MOST:
        raise Refused("held_already")
    why = tuple(_why(finding, text) for finding in verdict.because)
    kept = happened.Held(
        seat=seat, words=text, until=now + WAIT, turn=turn, post=post, fold=verdict.label, why=why
    )
    return [kept, happened.HeldYours(owner=seat, words=text)]


def _why(finding: Finding, text: str) -> happened.Why:
    """The words that weighed are told by their places: an entry has no words of a person but `words`."""
    places = ((text.find(word), len(word)) for word in finding.by)
    weighed = tuple(happened.Span(at, at + length) for at, length in places if at >= 0)
    return happened.Why(finding.kind, finding.code, finding.start, finding.end, weighed)


def release(meeting: Meeting, command: ask.Release, seat: int) -> list[happened.AnyEntry]:
    """A facilitator's act, whatever keeps the author from writing by now; they are late where all has moved on."""
    needs_facilitator(meeting, seat)
    one = _waiting(meeting, command.number)
    return [*_ended(command.number, one, "released", seat), _published(meeting, one, command.note)]


def _published(
    meeting: Meeting, one: HeldWords, note: ask.ReleaseNote
) -> happened.Said | happened.Posted:
    late = (one.turn, one.phase) != (meeting.turn, meeting.phase)
    if one.post:
        return happened.Posted(
            seat=one.seat, kind=one.post, words=one.words, fold=one.fold, late=late
        )
    return happened.Said(
        seat=one.seat, turn=one.turn, words=one.words, fold=one.fold, late=late, note=note
    )


def give_back_held(
    meeting: Meeting, command: ask.GiveBackHeld, seat: int
) -> list[happened.AnyEntry]:
    needs_facilitator(meeting, seat)
    one = _waiting(meeting, command.number)
    return _ended(command.number, one, "given_back", seat)


def take_back_held(
    meeting: Meeting, command: ask.TakeBackHeld, seat: int
) -> list[happened.AnyEntry]:
    """By the author, who knows them by the number in their own stream."""
    _needs_undecided(meeting, seat, command.number)
    for number, one in meeting.held.items():
        if (one.seat, one.own) == (seat, command.number):
            return _ended(number, one, "taken_back", seat)
    raise Refused("no_such_line")


def _waiting(meeting: Meeting, number: int) -> HeldWords:
    _needs_undecided(meeting, 0, number)
    one = meeting.held.get(number)
    if one is None:
        raise Refused("no_such_line")
    return one


def _needs_undecided(meeting: Meeting, stream: int, number: int) -> None:
    """Of two who decide the second hears what the first did; the author by role alone."""
    done = meeting.decided.get((stream, number))
    if done is None:
        return
    who = {"seat": done.by} if stream == 0 else {}
    raise Refused("already_decided", by=_role(done), what=done.how, at=done.at, **who)


def _role(done: Decision) -> str:
    if done.how in ("taken_back", "left"):
        return "author"
    return "time" if done.how in ("time", "closed") else "facilitator"


def ended(
    meeting: Meeting,
    seats: "Iterable[int] | None",
    how: ask.HeldEnd,
    by: int = 0,
    before: Iterable[happened.AnyEntry] = (),
) -> list[happened.AnyEntry]:
    """All that is held of `seats` (None: of everybody) ends so; what ended `before` does not end twice."""
    done = {entry.number for entry in before if isinstance(entry, happened.HeldEnded)}
    of = meeting.seats if seats is None else seats
    return [
        entry
        for number, one in sorted(meeting.held.items())
        if one.seat in of and number not in done
        for entry in _ended(number, one, how, by)
    ]


def tick(meeting: Meeting, now: float) -> list[happened.AnyEntry]:
    """What nobody decided about goes back, once."""
    return [
        entry
        for number, one in sorted(meeting.held.items())
        if one.until <= now
        for entry in _ended(number, one, "time", 0)
    ]


def _ended(number: int, one: HeldWords, how: ask.HeldEnd, by: int) -> list[happened.AnyEntry]:
    words = one.words if how in RETURNED else None
    theirs = happened.HeldYoursEnded(owner=one.seat, number=one.own, how=how, words=words)
    return [happened.HeldEnded(number, how, by), theirs]


def held(meeting: Meeting, entry: happened.Held, stamp: Stamp) -> Meeting:
    one = HeldWords(
        entry.seat,
        entry.words,
        entry.until,
        entry.turn,
        meeting.phase,
        entry.post,
        entry.fold,
        entry.why,
    )
    return replace(meeting, held=meeting.held.insert(stamp.number, one))


def held_yours(meeting: Meeting, entry: happened.HeldYours, stamp: Stamp) -> Meeting:
    """Of the entry just before it, which is the facilitators' half."""
    waits = meeting.waits.insert((entry.owner, stamp.number), entry.words)
    number = meeting.chair_number
    one = meeting.held.get(number)
    if one is None:
        return replace(meeting, waits=waits)  # A copy that does not read the facilitators' half.
    held = meeting.held.insert(number, replace(one, own=stamp.number))
    return replace(meeting, waits=waits, held=held)


def held_ended(meeting: Meeting, entry: happened.HeldEnded, stamp: Stamp) -> Meeting:
    done = Decision(entry.by, stamp.at, entry.how)
    return replace(
        meeting,
        held=meeting.held.discard(entry.number),
        decided=meeting.decided.insert((0, entry.number), done),
    )


def held_yours_ended(meeting: Meeting, entry: happened.HeldYoursEnded, stamp: Stamp) -> Meeting:
    place = (entry.owner, entry.number)
    return replace(
        meeting,
        waits=meeting.waits.discard(place),
        decided=meeting.decided.insert(place, Decision(0, stamp.at, entry.how)),
    )
