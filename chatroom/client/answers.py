"""What a client is told: a no, the end of the line, an entry, and what Help answers."""

from __future__ import annotations

from msgspec import Struct

from chatroom.live.wire import Refusal, Stream
from moderation.case.entries import CaseEntry, DeskEntry
from moderation.meeting import entries as happened


class Refused(Exception):
    """A "no": `code` and `words` as in chatroom/live/refusals.py, `next` what may be done about it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code, refusal.words)
        self.code = refusal.code
        self.words = refusal.words
        self.next = refusal.next
        self.spans = refusal.spans
        self.facts = refusal.facts


def retry_after(refusal: Refusal) -> float | None:
    """Seconds after which a no that says for how long it holds may be asked again; None for any other."""
    wait = refusal.facts.get("retry_ms")
    return wait / 1000 if isinstance(wait, int | float) else None


class LineEnded(Exception):
    """The line does not come back; `name` is that of the close code, or `http_403` and its like."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(name, words)
        self.name = name
        self.words = words


class Seen(Struct, frozen=True):
    """An entry where it stands: its stream, gapless number there, id, seconds since 1970."""

    stream: Stream
    number: int
    id: str
    at: float
    entry: happened.AnyEntry | CaseEntry | DeskEntry


class HelpGiven(Struct, frozen=True):
    """The answer to Help: the case, whether anybody is at the desk, and whom else to turn to."""

    case: str
    attended: bool
    words: str
    helplines: list[dict[str, str | None]] = []
