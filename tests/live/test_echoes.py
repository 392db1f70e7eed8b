"""CM-22: the same words from several who came in lately."""

import pytest
from rpds import HashTrieMap

from chatroom.live.book import Book, Record
from chatroom.live.echoes import is_echoed
from chatroom.live.rules import MEETING
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.state import Meeting, Seat
from tests.cast import ada, ben, chidi, dana
from tests.ground import NOON

AD = "Win big tonight, my system never loses!"
DRESSED = "w1n".replace("1", "i").upper() + "  b\u200big tonight... my systém never loses"
SAME = (AD, DRESSED, AD.lower())


def room(*, came: float = 60.0, role: ask.Role = "member") -> Book:
    """Ada facilitates; the others came in so many seconds ago."""
    book = Book(7, MEETING)
    roles: dict[int, ask.Role] = {ada: "facilitator", ben: "member", chidi: "member", dana: role}
    seats = {seat: Seat(of, 1, 1, came_at=NOON - came) for seat, of in roles.items()}
    book.fold = book.fold.__class__(0, book.fold.heads, Meeting(seats=HashTrieMap(seats)), NOON)
    return book


def said(book: Book, *lines: tuple[int, str | None, float]) -> None:
    """Lines of seats, so many seconds ago, oldest first."""
    for number, (seat, words, ago) in enumerate(lines, 1):
        entry = happened.Said(seat=seat, words=words)
        book.ring.append(Record(number, 0, number, "", NOON - ago, entry))


def test_cm_22_the_same_words_of_three_who_came_lately_are_an_echo_however_dressed():
    book = room()
    said(book, (ben, SAME[0], 40.0))
    assert not is_echoed(book, chidi, SAME[1], NOON)
    said(book, (chidi, SAME[1], 20.0))
    assert is_echoed(book, dana, SAME[2], NOON)
    assert not is_echoed(book, chidi, SAME[0], NOON), "two of them, however often"


@pytest.mark.parametrize(
    "text", ["Thank you for sharing", "Welcome!", "good evening to all", "AMEN AMEN"]
)
def test_cm_22_what_many_say_on_any_evening_is_no_echo(text: str):
    book = room()
    said(book, (ben, text, 10.0), (chidi, text, 5.0))
    assert not is_echoed(book, dana, text, NOON)


def test_cm_22_who_has_been_here_may_say_the_closing_words_together():
    book = room(came=3000.0)
    said(book, (ben, AD, 10.0), (chidi, AD, 5.0))
    assert not is_echoed(book, dana, AD, NOON)


def test_cm_22_it_is_of_members_and_within_a_minute_and_of_words_that_are_there():
    late = room()
    said(late, (ben, AD, 61.0), (chidi, AD, 5.0))
    assert not is_echoed(late, dana, AD, NOON)
    gone = room()
    said(gone, (ben, None, 10.0), (chidi, AD, 5.0))
    assert not is_echoed(gone, dana, AD, NOON)
    with_staff = room(role="staff")
    said(with_staff, (ben, AD, 10.0), (dana, AD, 5.0))
    assert not is_echoed(with_staff, chidi, AD, NOON)
    said(with_staff, (ada, AD, 4.0))
    assert not is_echoed(with_staff, ada, AD, NOON)
