"""CM-02: the words that make figures a count, a mood, a case."""

import pytest

from moderation.content.counts import is_filed, is_list, is_row, is_told
from moderation.content.digits import runs


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("my week in numbers: 7 8 9 8 7 6 7", True),
        ("slept 6 7 5 8 6 7 7 hours", True),
        ("4 4 4 4 4 4 4", True),
        ("4 7 8 4 7 8 4 7 8", True),
        ("6 7 5 8 6 7 7 nights", True),
        ("7 5 6 8 7 9 6 out of ten", True),
        ("my week: 3 1 2 5 5 5 0 1 4 3", False),
        ("so 7 8 9 8 7 6 7 then", False),
    ],
)
def test_a_row_is_told_by_what_stands_around_it(text: str, told: bool):
    row = runs(text)[0]
    assert is_row(row)
    assert is_told(text, row) == told


def test_a_week_is_the_shortest_row():
    assert not is_row(runs("3 1 2 5 5 5")[0])
    assert not is_row(runs("3 1 2 5 5 5 01")[0])


@pytest.mark.parametrize("digits", ["20261130", "30112026", "11302026", "61200000"])
@pytest.mark.parametrize("lead", ["", "it says "])
def test_a_day_and_a_round_sum_are_no_numbers(lead: str, digits: str):
    text = lead + digits
    assert is_filed(text, runs(text)[0])


def test_what_follows_an_order_or_a_case_is_theirs():
    assert is_filed("order no. 61234567", runs("order no. 61234567")[0])
    assert not is_filed("in order to 61234567", runs("in order to 61234567")[0])
    assert not is_filed("order 6123 4567", runs("order 6123 4567")[0])


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("20 30 45 60", True),
        ("100 75 50 25", True),
        ("612 55 41 30", False),
        ("20 12 34 56", False),
    ],
)
def test_a_list_goes_one_way_in_equal_groups_or_round_figures(text: str, listed: bool):
    assert is_list(runs(text)[0]) == listed
