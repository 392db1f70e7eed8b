"""Folded words and reports: what stands behind a label, who asked for that, and who decides (CM-20).

A fold takes nothing away: everybody may open it. Who reported is noted to nobody.
"""

from msgspec.structs import replace

from moderation.content.verdict import Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.needs import another_leads, needs_facilitator
from moderation.meeting.state import Line, Meeting
from moderation.refused import Refused


def label_of(meeting: Meeting, seat: int, verdict: Verdict) -> str:
    """What the review has this line stand behind; no machine folds a facilitator's words (CM-07, CM-18).

    What its author was asked about, and sent as it is, stands behind its label as well.
    """
    is_folded = verdict.outcome in ("allow_folded", "nudge") and not meeting.is_facilitator(seat)
    return verdict.label if is_folded else ""


def need_seen(seat: int, verdict: Verdict) -> list[happened.AnyEntry]:
    """That no report folds this line, told to nobody (CM-20)."""
    return [happened.NeedSeen(seat)] if verdict.need else []


def report(meeting: Meeting, command: ask.Report, seat: int) -> list[happened.AnyEntry]:
    """Any line that they can see, each once; two who are not one fold it until a facilitator decides."""
    line = _line(meeting, command.number)
    if command.number < meeting.seats[seat].since:
        raise Refused("no_such_line")
    if line.seat == seat:
        raise Refused("own_words")
    others = meeting.reporters.get(command.number, ())
    if seat in others:
        return []
    left: list[happened.AnyEntry] = [
        happened.ReportNoted(seat, command.number),
        happened.Reported(command.number, command.why),
    ]
    may_fold = line.fold == "" and not line.need and not line.decided
    if may_fold and any(_are_two(meeting, seat, other) for other in others):
        left.append(happened.Folded(command.number, by="reports"))
    return left


def _are_two(meeting: Meeting, one: int, other: int) -> bool:
    """Whether both are to be believed as two: not who was removed, and not a link that brought nobody else."""
    if meeting.seats[other].removed:
        return False
    link = meeting.seats[one].invitation
    if link == "" or meeting.seats[other].invitation != link:
        return True
    return sum(place.invitation == link for place in meeting.seats.values()) > len((one, other))


def fold(meeting: Meeting, command: ask.Fold, seat: int) -> list[happened.AnyEntry]:
    """A facilitator has words stand behind a label, or says that what is folded stays so."""
    needs_facilitator(meeting, seat)
    line = _line(meeting, command.number)
    answered = _answered(meeting, command.number, seat)
    if line.fold in ("", "reports"):
        return [*answered, happened.Folded(command.number, by="facilitator")]
    return answered


def unfold(meeting: Meeting, command: ask.Unfold, seat: int) -> list[happened.AnyEntry]:
    """A facilitator has everybody read these words, or leaves what was reported as it is."""
    needs_facilitator(meeting, seat)
    line = _line(meeting, command.number)
    answered = _answered(meeting, command.number, seat)
    return [*answered, happened.Unfolded(command.number)] if line.fold else answered


def _answered(meeting: Meeting, number: int, seat: int) -> list[happened.AnyEntry]:
    """Of what they wrote themselves another decides, where one is; their words they can take back (CM-19)."""
    if not any(report.number == number for report in meeting.reports):
        return []
    if meeting.lines[number].seat == seat and another_leads(meeting, seat):
        raise Refused("not_your_own_act")
    return [happened.ReportsAnswered(number, by=seat)]


def _line(meeting: Meeting, number: int) -> Line:
    line = meeting.lines.get(number)
    if line is None:
        raise Refused("no_such_line")
    return line


# Who looks at a meeting from outside knows of no lines: what is told of one changes nothing there.


def folded(meeting: Meeting, entry: happened.Folded) -> Meeting:
    return _with(meeting, entry.number, fold=entry.by, decided=entry.by == "facilitator")


def unfolded(meeting: Meeting, entry: happened.Unfolded) -> Meeting:
    return _with(meeting, entry.number, fold="", decided=True)


def folded_by_shield(meeting: Meeting, entry: happened.ShieldRaised) -> Meeting:
    for number in entry.folded:
        line = meeting.lines.get(number)
        if line is not None and line.fold == "":
            meeting = _with(meeting, number, fold="shield")
    return meeting


def need_was_seen(meeting: Meeting, entry: happened.NeedSeen) -> Meeting:
    return _with(meeting, entry.number or meeting.newest, need=True)


def report_noted(meeting: Meeting, entry: happened.ReportNoted) -> Meeting:
    seats = (*meeting.reporters.get(entry.number, ()), entry.seat)
    return replace(meeting, reporters=meeting.reporters.insert(entry.number, seats))


def reported(meeting: Meeting, entry: happened.Reported) -> Meeting:
    return replace(meeting, reports=(*meeting.reports, entry))


def reports_answered(meeting: Meeting, entry: happened.ReportsAnswered) -> Meeting:
    return _with(without_reports(meeting, entry.number), entry.number, decided=True)


def without_reports(meeting: Meeting, number: int) -> Meeting:
    """Nothing of what was reported of this line is left to decide about."""
    left = tuple(report for report in meeting.reports if report.number != number)
    return replace(meeting, reports=left)


def _with(meeting: Meeting, number: int, **changes: object) -> Meeting:
    line = meeting.lines.get(number)
    if line is None:
        return meeting
    return replace(meeting, lines=meeting.lines.insert(number, replace(line, **changes)))
