"""Names: another one for oneself, one that a facilitator takes out, and whose a name is."""

from collections.abc import Iterator

from msgspec.structs import replace
from rpds import HashTrieSet

from moderation.content.names import LONGEST, alike, looks, shown
from moderation.content.verdict import Verdict
from moderation.masks import MASK, masked
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.needs import may_act_on
from moderation.meeting.state import Meeting, Stamp
from moderation.meeting.talking import why_unheard
from moderation.refused import Refused

NEUTRAL = "Guest"
NOBODY: "HashTrieSet[int]" = HashTrieSet()


def rename(
    meeting: Meeting, command: ask.Rename, seat: int, verdict: Verdict
) -> list[happened.AnyEntry]:
    """A name is speech: who is not heard does not get another one (W12).

    Who has not written yet leaves no old name behind: it may have been the full one, by mistake.
    """
    why = "muted" if meeting.is_muted(seat) else why_unheard(meeting, seat)
    if why is not None and why != "not_open":
        raise Refused("names_locked" if why == "all_muted" else why)
    name = named(meeting, command.name, verdict, besides=seat)
    if name == meeting.seats[seat].name:
        return []
    has_written = any(line.seat == seat for line in meeting.lines.values())
    over = () if has_written else meeting.seats[seat].named_at
    return [happened.Renamed(seat=seat, words=name, over=over)]


def take_name_out(meeting: Meeting, command: ask.TakeNameOut, seat: int) -> list[happened.AnyEntry]:
    """Nobody is named by others: they get a neutral name, and may choose another one themselves."""
    may_act_on(meeting, command.seat, by=seat)
    neutral = told_apart(meeting, f"{NEUTRAL} {command.seat}", besides=command.seat)
    place = meeting.seats[command.seat]
    if place.name == neutral:
        return []
    return [happened.NameTakenOut(seat=command.seat, words=neutral, over=place.named_at)]


def named(meeting: Meeting, name: str, verdict: Verdict, besides: int = 0) -> str:
    """The name as it is shown; raises `Refused` where it can't be one, or looks like another's."""
    name = seen(name, verdict)
    if is_taken(meeting, name, besides):
        raise Refused("name_taken")
    return name


def seen(name: str, verdict: Verdict) -> str:
    """The name as it is shown, whoever has it; raises `Refused` where it can't be one.

    What bounces in a name is a way to reach somebody, by a number, an address or a link, or all of a name.
    """
    if verdict.outcome == "bounce":
        spans = [(finding.start, finding.end) for finding in verdict.findings]
        is_full = verdict.findings[0].code == "full_name"
        raise Refused("name_full" if is_full else "name_contact", spans=spans)
    return shown(masked(name, verdict.masks).replace(MASK, ""))


def told_apart(meeting: Meeting, name: str, besides: int = 0) -> str:
    """Ben, or else Ben 2, or Ben 3: who knocked did not learn that there is a Ben."""
    free, number = name, 1
    while is_taken(meeting, free, besides):
        number += 1
        free = f"{name[: LONGEST - 4]} {number}"
    return free


def is_taken(meeting: Meeting, name: str, besides: int = 0) -> bool:
    """Somebody who sits here goes by it, or by one that looks the same."""
    return any(meeting.sits(seat) for seat in going_by(meeting, name) if seat != besides)


def going_by(meeting: Meeting, name: str) -> Iterator[int]:
    """The seats, left ones too, whose name looks the same; of thousands few are looked at."""
    for seat in {seat for look in looks(name) for seat in meeting.looks.get(look, ())}:
        theirs = meeting.seats[seat].name
        if theirs is not None and alike(name, theirs):
            yield seat


def renamed(
    meeting: Meeting, entry: happened.Renamed | happened.NameTakenOut, stamp: Stamp
) -> Meeting:
    before = meeting.seats[entry.seat].named_at
    told = tuple(number for number in before if number not in entry.over)
    if entry.over:
        meeting = _without_looks(meeting, entry.seat)
    meeting = meeting.with_seat(entry.seat, name=entry.words, named_at=(*told, stamp.number))
    return with_look(meeting, entry.seat)


def _without_looks(meeting: Meeting, seat: int) -> Meeting:
    """Nothing is left of what was taken out, here as in the log; of thousands only theirs are looked at."""
    found = meeting.looks
    for look in meeting.looks_of.get(seat, ()):
        others = found[look].discard(seat)
        found = found.insert(look, others) if others else found.remove(look)
    return replace(meeting, looks=found, looks_of=meeting.looks_of.discard(seat))


def with_look(meeting: Meeting, seat: int) -> Meeting:
    """Their name is found by how it looks; an earlier one of theirs still leads to them."""
    name, found, theirs = meeting.seats[seat].name, meeting.looks, meeting.looks_of.get(seat, ())
    if name is None:
        return meeting
    for look in looks(name):
        found = found.insert(look, found.get(look, NOBODY).insert(seat))
        theirs = theirs if look in theirs else (*theirs, look)
    return replace(meeting, looks=found, looks_of=meeting.looks_of.insert(seat, theirs))
