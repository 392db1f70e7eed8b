"""The same words from several who came in lately: what a raid looks like in the room (CM-22)."""

from functools import lru_cache
from itertools import islice

from chatroom.live.book import Book
from moderation.content.text import shadow, words
from moderation.meeting import entries as happened
from moderation.meeting.conduct import STRANGER
from moderation.meeting.state import Meeting

SEVERAL = 3
"""Members."""
WITHIN = 60.0
"""Seconds between the first and the last of them."""
LINES = 60
"""The newest entries that are looked at."""
LONG = 5
"""Words: shorter ones are said by many on any evening, as thanks and greetings are."""


def is_echoed(book: Book, seat: int, text: str, now: float) -> bool:
    """Whether `seat` and others of those who came in within a quarter of an hour wrote the same within a minute.

    Whoever has been here longer may say the closing words together.
    """
    meeting: Meeting = book.fold.state
    said = _read(text)
    if said.count(" ") + 1 < LONG or not _came_lately(meeting, seat, now):
        return False
    by = {seat}
    for record in islice(reversed(book.ring), LINES):
        entry = record.entry
        if now - record.at > WITHIN:
            break
        if (
            isinstance(entry, happened.Said)
            and entry.words is not None
            and _read(entry.words) == said
            and _came_lately(meeting, entry.seat, now)
        ):
            by.add(entry.seat)
    return len(by) >= SEVERAL


def _came_lately(meeting: Meeting, seat: int, now: float) -> bool:
    place = meeting.seats[seat]
    return place.role == "member" and now - place.came_at <= STRANGER


@lru_cache(maxsize=1024)
def _read(text: str) -> str:
    """As the review reads it: however it is dressed up, it is the same (CM-12)."""
    return " ".join(word for word in words(shadow(text), {}).text.split() if word != ".")
