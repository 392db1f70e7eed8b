"""What a book remembers of a log that is read from its beginning."""

import random

import pytest

from chatroom.live.book import Book, Record
from chatroom.live.rules import MEETING
from moderation.meeting import entries as happened
from moderation.meeting.format import Phase
from tests.journal.stage import EVENING

PHASES = (Phase("a", "A", 60, "open"),)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_behind_those_who_came_is_found_from_wherever_one_looks(seed: int):
    dice = random.Random(seed)
    book = Book(EVENING, MEETING)
    entries: list[happened.AnyEntry] = [happened.Convened("small-discussion", PHASES)]
    seats = 0
    while len(entries) < 120:
        if seats and dice.random() < 0.3:
            entries.append(happened.Said(words="hello", seat=dice.randint(1, seats)))
        for _ in range(dice.randrange(4)):
            seats += 1
            entries.append(happened.SeatTaken(seat=seats, role="member", words=f"N{seats}"))
    book.advance(
        Record(number, 0, number, f"{number:016x}", 1.0, entry)
        for number, entry in enumerate(entries, 1)
    )
    for number in range(1, len(entries) + 2):
        rest = entries[number - 1 :]
        others = [isinstance(entry, happened.SeatTaken) for entry in rest]
        expected = number + (others.index(False) if False in others else len(others))
        assert book.behind_arrivals(number) == expected, number
