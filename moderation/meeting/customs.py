"""The typed customs of text meetings: `!`, `done`, `[done]` or `pass`, and nothing else in the line (FC-13)."""

import re
from unicodedata import normalize

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting import floor, queue
from moderation.meeting.needs import needs_thawed
from moderation.meeting.state import Meeting

_CUSTOM = re.compile(r"(?P<hand>!)|(?:(?P<done>done|\[done\])|(?P<pass>pass))\s*[.!。]?")
"""Whatever the case, the spaces, the width of the letters, and one stop behind it, as phones put one."""


def _custom(text: str) -> str | None:
    """`hand`, `done` or `pass`; None for a line like any other."""
    found = _CUSTOM.fullmatch(normalize("NFKC", text).strip().casefold())
    return found.lastgroup if found else None


def ends_turn(text: str) -> bool:
    """Whether it is a custom by which a holder ends or passes the turn."""
    return _custom(text) in ("done", "pass")


def typed(
    meeting: Meeting, command: ask.Say, seat: int, now: float
) -> list[happened.AnyEntry] | None:
    """What a custom asks for; None for a line like any other."""
    if not meeting.has_turns:
        return None
    custom = _custom(command.text)
    if custom is None:
        return None
    needs_thawed(meeting)
    if custom == "hand":
        return queue.raise_hand(meeting, ask.RaiseHand(), seat)
    if seat == meeting.invited or (custom == "pass" and seat == meeting.holder):
        return floor.pass_(meeting, ask.Pass(command.epoch), seat, now)
    if seat == meeting.holder:
        return floor.done(meeting, ask.Done(command.epoch), seat, now)
    return None
