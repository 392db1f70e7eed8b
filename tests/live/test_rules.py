"""What an entry does to sockets and to words that are kept, whatever log it is in."""

import pytest

from chatroom.live.refusals import CLOSE_CODES
from chatroom.live.rules import Entry, erased_by, let_go_by
from moderation.case.entries import Claimed
from moderation.meeting import entries as happened
from moderation.meeting.audience import CHAIR, ROOM
from tests.cast import ada, ben


@pytest.mark.parametrize(
    ("entry", "let_go"),
    [
        (happened.Removed(ben), (ben, "removed")),
        (happened.SeatLeft(ben), (ben, "no_session")),
        (happened.CameBack(seat=ben, words="Ben"), (ben, "no_seat")),
        (happened.Said(seat=ben, words="hello"), None),
        (Claimed(seat=3, words="Mo", replaces=2), (2, "case_taken")),
        (Claimed(seat=3, words="Mo"), None),
    ],
)
def test_p9_a_seat_that_ends_is_let_go_and_told_why(entry: Entry, let_go: tuple[int, str] | None):
    assert let_go_by(entry) == let_go
    assert let_go is None or let_go[1] in CLOSE_CODES


@pytest.mark.parametrize(
    ("entry", "places"),
    [
        (happened.Redacted(5, by="self"), ((ROOM, 5),)),
        (happened.Redacted(5, by="self", over=9), ((ROOM, 5), (ROOM, 9))),
        (happened.Edited(seat=ben, number=5, over=9, words="hello"), ((ROOM, 9),)),
        (happened.HistoryGone(5, (2, 3)), ((CHAIR, 2), (CHAIR, 3))),
        (happened.Renamed(seat=ben, words="Ben W.", over=(2, 3)), ((ROOM, 2), (ROOM, 3))),
        (happened.NameTakenOut(seat=ben, words="Somebody", over=(2,)), ((ROOM, 2),)),
        (happened.HeldEnded(4, "released", by=ada), ((CHAIR, 4),)),
        (happened.HeldYoursEnded(owner=ben, number=3, how="removed"), ((ben, 3),)),
        (happened.Muted(ben, until=60.0), ()),
    ],
)
def test_p19_an_entry_takes_out_the_words_that_it_names(
    entry: Entry, places: tuple[tuple[int, int], ...]
):
    assert erased_by(entry) == places
