"""What one socket may ask, on an injected clock: order behind a no, what is free, what is given back."""

import pytest

from chatroom.people.limits import BUDGETS, Limits
from chatroom.web.pace import SENT_AGAIN, Pace, budget_of
from moderation.case.case import NEW as CASE
from moderation.case.commands import Write
from moderation.meeting import commands as ask
from tests.people.test_limits import Hand

LINES = BUDGETS["lines"].amount


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def limits(clock: Hand) -> Limits:
    return Limits(clock)


@pytest.fixture
def pace(limits: Limits, clock: Hand) -> Pace:
    """Of a seat that has written all it may."""
    pace = Pace(limits, 1, 7, clock)
    for number in range(LINES):
        assert pace.spend(str(number), "lines") is None
    return pace


def test_a91_what_is_behind_waits_for_the_first_and_then_goes_in_order(pace: Pace, clock: Hand):
    wait = pace.spend("first", "lines")
    assert wait == 30_000
    assert pace.spend("second", "lines") == wait
    clock.at += 30.001
    assert pace.spend("second", "lines") == 250, "the first may come any moment"
    assert pace.spend("first", "lines") is None
    assert pace.spend("second", "lines") is None


def test_a91_who_does_not_come_again_holds_nobody_up(pace: Pace, clock: Hand):
    assert pace.spend("first", "lines") is not None
    assert pace.spend("second", "lines") is not None
    clock.at += 30 + SENT_AGAIN + 0.001
    assert pace.spend("third", "lines") is None
    assert pace.spend("second", "lines") is None


def test_a91_another_kind_is_not_held_up(pace: Pace):
    assert pace.spend("first", "lines") is not None
    assert pace.spend("hand", "hands") is None


def test_a91_while_hundreds_write_each_has_a_little_of_the_room_and_nobody_is_crowded_out(
    limits: Limits, clock: Hand
):
    raiders = [Pace(limits, 1, seat, clock) for seat in range(10, 210)]
    ben, elsewhere = Pace(limits, 1, 7, clock), Pace(limits, 2, 7, clock)
    taken = [one.spend(f"{n}", "lines") is None for n in range(20) for one in raiders]
    assert sum(taken) == BUDGETS["room"].amount + len(raiders) * BUDGETS["each"].amount
    mine = [ben.spend(f"{n}", "lines") for n in range(4)]
    assert mine[:3] == [None] * 3, "who says a line or two among them is heard"
    assert mine[3] == 10_000
    for _ in range(2 * LINES):
        assert ben.spend("3", "lines") == 10_000, "to try again costs nothing"
    assert elsewhere.spend("0", "lines") is None
    assert Pace(limits, 1, 8, clock).spend("0", "chair") is None
    clock.at += 10.001
    assert [ben.spend(f"{n}", "lines") for n in (3, 4, 5, 6)] == [None] * 4, "the raid is over"


def test_p5_a_second_socket_of_the_seat_has_its_own_order_and_the_same_budget(
    pace: Pace, limits: Limits, clock: Hand
):
    assert pace.spend("first", "lines") is not None
    assert Pace(limits, 1, 7, clock).spend("other", "lines") is not None
    assert Pace(limits, 1, 8, clock).spend("other", "lines") is None


def test_p2_what_is_stored_already_is_not_counted_again(pace: Pace):
    assert [pace.spend(str(number), "lines", again=True) for number in range(32)] == [None] * 32


def test_p17_what_ended_in_retry_while_the_database_was_away_is_given_back(
    limits: Limits, clock: Hand
):
    pace = Pace(limits, 1, 7, clock)
    for _ in range(40):
        for number in range(32):
            assert pace.spend(str(number), "lines") is None
        for _ in range(32):
            pace.unspent(pace.spent)


def test_a91_what_is_given_back_was_spent_and_goes_where_it_came_from(
    pace: Pace, limits: Limits, clock: Hand
):
    """What is sent again for its receipt costs no line, and so brings none back; a full room gets none."""
    assert pace.spend("0", "lines", again=True) is None
    pace.unspent(pace.spent)
    assert pace.spend("more", "lines") is not None, "nothing of a line was given back"
    for seat in range(10, 20):
        one = Pace(limits, 1, seat, clock)
        while (one.spend("line", "lines")) is None:
            pass
    late = Pace(limits, 1, 50, clock)
    for _ in range(4 * BUDGETS["each"].amount):
        assert late.spend("line", "lines") is None, "it came to nothing, and is sent again"
        late.unspent(late.spent)
        assert limits.wait("room", "1") is not None, "the room is as full as it was"


def test_the_line_to_staff_is_slowed_at_the_members_end_alone():
    assert budget_of(Write("Hello"), CASE, 1) == "lines"
    assert budget_of(Write("Hello"), CASE, 2) == "chair"
    assert budget_of(ask.RaiseHand(), object(), 1) == "chair"
