"""The typed customs of text meetings: exactly `!`, `done`, `[done]` or `pass` (FC-13)."""

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting import floor, queue
from moderation.meeting.needs import needs_thawed
from moderation.meeting.state import Meeting

ENDS = ("done", "[done]", "pass")


def ends_turn(text: str) -> bool:
    """Whether it is an exact custom by which a holder ends or passes the turn."""
    return text.strip().casefold() in ENDS


def typed(
    meeting: Meeting, command: ask.Say, seat: int, now: float
) -> list[happened.AnyEntry] | None:
    """What an exact custom asks for; None for a line like any other."""
    if not meeting.has_turns:
        return None
    typed = command.text.strip().casefold()
    if typed not in ("!", *ENDS):
        return None
    needs_thawed(meeting)
    if typed == "!":
        return queue.raise_hand(meeting, ask.RaiseHand(), seat)
    if typed == "pass" and seat in (meeting.holder, meeting.invited):
        return floor.pass_(meeting, ask.Pass(command.epoch), seat, now)
    if typed != "pass" and seat == meeting.holder:
        return floor.done(meeting, ask.Done(command.epoch), seat, now)
    return None
