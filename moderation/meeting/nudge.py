"""A nudge: the author is asked about their words once, in private, and may send them as they are (CM-10)."""

from msgspec.structs import replace

from moderation.content.verdict import NUDGES, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.state import Meeting
from moderation.refused import Refused

OFTEN = 3
"""Answers to shares in one meeting after which facilitators are told, once, of who gives them."""


def is_share(meeting: Meeting, seat: int) -> bool:
    """Whether what `seat` says now is a member's share where shares aren't answered.

    The first line of whoever is invited is one, too.
    """
    phase = meeting.current
    if (
        phase is None
        or meeting.is_facilitator(seat)
        or seat not in (meeting.holder, meeting.invited)
    ):
        return False
    return (phase.crosstalk or meeting.flags.crosstalk) == "none"


def needs_meant(command: ask.Say | ask.Edit, verdict: Verdict) -> None:
    """Asks once; the text may come as it is, or changed."""
    if verdict.outcome != "nudge" or command.anyway:
        return
    asked = verdict.because
    code = asked[0].code if asked[0].code in NUDGES else "think_again"
    raise Refused(code, spans=[(finding.start, finding.end) for finding in asked])


def answered(meeting: Meeting, seat: int, verdict: Verdict) -> list[happened.AnyEntry]:
    """What a line leaves that was sent as it is though it may answer a share; where that is often, a cue."""
    codes = [finding.code for finding in verdict.because]
    if verdict.outcome != "nudge" or "crosstalk" not in codes or not is_share(meeting, seat):
        return []
    if meeting.answers.get(seat, 0) + 1 != OFTEN:
        return [happened.Answered(seat)]
    return [happened.Answered(seat), happened.CrosstalkNoticed(seat)]


def counted(meeting: Meeting, entry: happened.Answered) -> Meeting:
    count = meeting.answers.get(entry.seat, 0) + 1
    return replace(meeting, answers=meeting.answers.insert(entry.seat, count))
