"""Whom to turn to: what was set, else the emergency number of the region, else words that promise none."""

import pytest

from chatroom.care.helplines import EMERGENCY, case_kept, lines_of, turn_to
from chatroom.settings import load


def test_what_was_set_is_shown_and_nothing_else():
    settings = load({"HELPLINES": "Helpline | 116 123; Chat | on our site", "REGION": "GB"})
    assert [line.label for line in lines_of(settings)] == ["Helpline", "Chat"]


@pytest.mark.parametrize(("region", "number"), [("US", "911"), ("GB", "999"), ("DE", "112")])
def test_without_helplines_it_is_the_emergency_number_of_the_region(region: str, number: str):
    (line,) = lines_of(load({"REGION": region}))
    assert (line.reach, line.url) == (number, f"tel:{number}")
    assert turn_to((line,)) == "call the number below"


@pytest.mark.parametrize("region", ["", "XX"])
def test_where_no_number_is_known_none_is_promised(region: str):
    assert lines_of(load({"REGION": region})) == ()
    assert "number below" not in turn_to(())


def test_every_emergency_number_is_one_that_can_be_called():
    assert all(number.isdecimal() and len(region) == 2 for region, number in EMERGENCY.items())


@pytest.mark.parametrize(
    ("days", "words"), [(0, "as soon as it is closed"), (1, "1 day after"), (90, "90 days after")]
)
def test_how_long_a_cases_words_are_kept_is_said_from_the_setting(days: int, words: str):
    assert words in case_kept(days)
