"""Lines: who may write now, what they say to the room, privately, and take back."""

from msgspec.structs import replace

from moderation.content.verdict import Verdict
from moderation.masks import masked
from moderation.meeting import floor
from moderation.meeting.commands import Redact, Say, Tell
from moderation.meeting.entries import AnyEntry, Redacted, Said, Told, ToldYou
from moderation.meeting.state import Meeting, Stamp
from moderation.refused import Refused

LATE_LINE = 5.0
"""Seconds after a turn's end in which its last line comes back as a draft of that turn (FC-09)."""


def why_silent(meeting: Meeting, seat: int) -> str | None:
    """The code of the reason why `seat` may not write to the room now, None where it may.

    Derived from role, phase, floor and mute alone; nothing of it is stored per person (FC-20).
    """
    if meeting.closed_at is not None:
        return "meeting_closed"
    if meeting.opened_at is None:
        return "not_open"
    if meeting.is_muted(seat):
        return "muted"
    return _why_not_in_this_phase(meeting, seat)


def _why_not_in_this_phase(meeting: Meeting, seat: int) -> str | None:
    if meeting.speak == "silent":
        return "quiet"
    if meeting.speak == "open" or meeting.holder == seat:
        return None
    if meeting.is_facilitator(seat):
        return "turn_running" if meeting.holder is not None else None
    return "not_your_turn" if meeting.speak == "queue" else "facilitators_only"


def say(meeting: Meeting, command: Say, seat: int, now: float, verdict: Verdict) -> list[AnyEntry]:
    custom = floor.typed_custom(meeting, command, seat)
    if custom is not None:
        return custom
    why = why_silent(meeting, seat)
    if why == "not_your_turn" and _was_theirs(meeting, seat, now):
        raise Refused("turn_ended")
    if why is not None:
        raise Refused(why)
    if command.epoch != meeting.epoch:
        raise Refused("stale_epoch")
    return [Said(seat=seat, turn=meeting.turn, words=_reviewed(command.text, verdict))]


def _was_theirs(meeting: Meeting, seat: int, now: float) -> bool:
    last = meeting.last_turn
    return last is not None and last.seat == seat and now - last.at <= LATE_LINE


def _reviewed(text: str, verdict: Verdict) -> str:
    """The words as the review lets them pass; raises `Refused` with the spans where it does not."""
    if verdict.outcome == "bounce":
        spans = [(finding.start, finding.end) for finding in verdict.findings]
        raise Refused(verdict.findings[0].code, spans=spans)
    return masked(text, verdict.masks)


def tell(meeting: Meeting, command: Tell, seat: int, verdict: Verdict) -> list[AnyEntry]:
    """A private line works for the muted too, and until the close (P8)."""
    if meeting.closed_at is not None:
        raise Refused("meeting_closed")
    to = command.to or 0
    if meeting.is_facilitator(seat):
        if not meeting.sits(to) or to == seat:
            raise Refused("no_such_seat")
    else:
        if to and not meeting.is_facilitator(to):
            raise Refused(
                "facilitators_act"
            )  # Words meant for one member never go elsewhere instead.
        to = 0
    words = _reviewed(command.text, verdict)
    other = seat if to == 0 else to
    told = (
        [ToldYou(owner=other, seat=seat, to=to, words=words)]
        if not meeting.is_facilitator(other)
        else []
    )
    return [Told(seat=seat, to=to, words=words), *told]


def redact(meeting: Meeting, command: Redact, seat: int) -> list[AnyEntry]:
    author = meeting.lines.get(command.number)
    if author is None:
        raise Refused("no_such_line")
    if author == seat:
        return [Redacted(command.number, by="self")]
    if meeting.is_facilitator(seat):
        return [Redacted(command.number, by="facilitator")]
    raise Refused("not_your_line")


def said(meeting: Meeting, entry: Said, stamp: Stamp) -> Meeting:
    return replace(meeting, lines=meeting.lines.insert(stamp.number, entry.seat))


def redacted(meeting: Meeting, entry: Redacted) -> Meeting:
    return replace(meeting, lines=meeting.lines.discard(entry.number))
