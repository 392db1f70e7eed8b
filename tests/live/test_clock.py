"""What time it is: the database's where it has one, and never earlier than before."""

import pytest

from chatroom.live.timekeeper import (
    Clock,
)


def test_time_runs_on_the_monotonic_clock_from_the_wall_clock_at_the_start_w22():
    wall, monotonic = 1000.0, 50.0
    clock = Clock(wall=lambda: wall, monotonic=lambda: monotonic)
    monotonic = 60.5
    wall = 0.0  # Somebody sets the machine's clock.
    assert clock.now() == 1010.5


def test_a_meeting_can_be_made_to_run_faster_w22():
    monotonic = 0.0
    clock = Clock(60.0, wall=lambda: 1000.0, monotonic=lambda: monotonic)
    monotonic = 2.0
    assert clock.now() == 1120.0


async def test_time_is_the_databases_where_it_has_one_w22():
    """This machine's clock is an hour off; the database answers 0.2 s after it was asked."""
    there, monotonic = 5000.0, 50.0

    async def ask() -> float:
        nonlocal there, monotonic
        answer = there + 0.1
        there, monotonic = there + 0.2, monotonic + 0.2
        return answer

    clock = Clock(wall=lambda: 8600.0, monotonic=lambda: monotonic)
    await clock.follow(ask)
    assert there - 0.1 <= clock.good_until(None) - 2.0 <= there + 0.1
    assert clock.now() == pytest.approx(there, abs=0.11)


async def test_time_never_goes_back_and_a_slow_answer_changes_nothing_w22():
    monotonic = 50.0

    async def quick() -> float:
        return 950.0 + monotonic

    async def slow() -> float:
        """This process was stopped between the answer and hearing it."""
        nonlocal monotonic
        answer = 950.0 + monotonic
        monotonic += 30.0
        return answer

    async def set_back() -> float:
        return 940.0 + monotonic

    clock = Clock(wall=lambda: 0.0, monotonic=lambda: monotonic)
    await clock.follow(quick)
    assert clock.now() == 1000.0
    await clock.follow(slow)
    assert clock.now() == 1030.0
    await clock.follow(set_back)
    assert clock.now() == 1030.0
    monotonic += 10.5
    assert clock.now() == 1030.5


async def test_a_database_without_a_time_leaves_the_clock_alone():
    async def none() -> None:
        return None

    clock = Clock(wall=lambda: 1000.0, monotonic=lambda: 5.0)
    await clock.follow(none)
    assert clock.now() == 1000.0


@pytest.mark.parametrize(
    ("due", "good_for"), [(None, 2.0), (1000.5, 0.5), (1010.0, 2.0), (1000.0, 2.0), (999.0, 2.0)]
)
def test_a_decision_is_good_for_two_seconds_or_until_something_is_due_w1(
    due: float | None, good_for: float
):
    clock = Clock(wall=lambda: 1000.0, monotonic=lambda: 5.0)
    assert clock.good_until(due) == 1000.0 + good_for


def test_in_a_meeting_that_runs_faster_what_is_due_is_due_sooner_w22():
    clock = Clock(10.0, wall=lambda: 1000.0, monotonic=lambda: 5.0)
    assert clock.good_until(1005.0) == 1000.5
