"""Edits: who may change a line of theirs, and until when; its new words go the way of every line (CM-14)."""

from msgspec.structs import replace

from moderation.content.verdict import Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting import holding, moment, nudge, reporting
from moderation.meeting.needs import needs_epoch
from moderation.meeting.state import Line, Meeting, Stamp
from moderation.meeting.talking import reviewed, why_unheard
from moderation.refused import Refused

WINDOW = 120.0
"""Seconds for which a line can be changed where everybody writes."""


def edit(
    meeting: Meeting, command: ask.Edit, seat: int, now: float, verdict: Verdict
) -> list[happened.AnyEntry]:
    """By its author alone. What the review does not let pass leaves the line as it was.

    Words that a facilitator would have to read first are not held in place of those that are there: two
    versions of one line would be about, and which of them the room reads would hang on when somebody looks.
    """
    line = _own_line(meeting, command.number, seat, now)
    needs_epoch(meeting, command.epoch)
    nudge.needs_meant(command, verdict)
    if holding.is_held(meeting, seat, verdict):
        spans = [(finding.start, finding.end) for finding in verdict.because]
        raise Refused("edit_held", spans=spans)
    words = reviewed(command.text, verdict)
    if words == line.words:
        return []
    label = reporting.label_of(meeting, seat, verdict)
    need = verdict.need and not line.need
    return [
        happened.Replaced(number=command.number, words=line.words),
        happened.Edited(
            seat=seat,
            number=command.number,
            over=line.place or command.number,
            words=words,
            fold=label,
        ),
        *moment.ended_by_line(meeting, seat),
        *([happened.NeedSeen(seat, command.number)] if need else []),
    ]


def _own_line(meeting: Meeting, number: int, seat: int, now: float) -> Line:
    line = meeting.lines.get(number)
    if line is None:
        raise Refused("no_such_line")
    if line.seat != seat:
        raise Refused("not_your_line")
    why = why_unheard(meeting, seat)
    if why is not None:
        raise Refused(why)
    if line.is_post:
        raise Refused("posted_stays")
    if not _is_in_time(meeting, line, seat, now):
        raise Refused("edit_over")
    return line


def _is_in_time(meeting: Meeting, line: Line, seat: int, now: float) -> bool:
    """In the turn that it is a line of; or for a while, where everybody writes."""
    if line.turn:
        return meeting.holder == seat and line.turn == meeting.turn
    return meeting.everybody_writes and now - line.at <= WINDOW


# Who looks at a meeting from outside knows of no lines: what is told of one changes nothing there.


def replaced(meeting: Meeting, entry: happened.Replaced, stamp: Stamp) -> Meeting:
    line = meeting.lines.get(entry.number)
    if line is None:
        return meeting
    line = replace(line, history=(*line.history, stamp.number))
    return replace(meeting, lines=meeting.lines.insert(entry.number, line))


def edited(meeting: Meeting, entry: happened.Edited, stamp: Stamp) -> Meeting:
    """A fold that is there stays, whoever put it there; so do reports and what a facilitator has decided."""
    line = meeting.lines.get(entry.number)
    if line is None:
        return meeting
    fold = line.fold or ("review" if entry.fold else "")
    line = replace(line, words=entry.words, place=stamp.number, edited_at=stamp.at, fold=fold)
    return replace(meeting, lines=meeting.lines.insert(entry.number, line))
