"""Masking a span of somebody's words."""

import pytest

from moderation.content.verdict import Finding
from moderation.masks import MASK, masked


def spans(*places: tuple[int, int]) -> list[Finding]:
    return [Finding("contact_details", start, end) for start, end in places]


def test_words_without_a_span_stay_as_they_are():
    assert masked("I want to die", []) == "I want to die"


def test_cm_09_a_span_is_masked_and_its_length_kept():
    text = "call 0770 09, please"
    assert masked(text, spans((5, 12))) == "call ▮▮▮▮ ▮▮, please"
    assert len(masked(text, spans((5, 12)))) == len(text)


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u00a0"])
def test_spaces_are_left_so_that_lines_break_where_they_did(space: str):
    assert masked(f"a{space}b", spans((0, 3))) == f"{MASK}{space}{MASK}"


def test_several_spans_may_meet_and_overlap():
    assert masked("abcdef", spans((0, 2), (1, 4), (5, 6))) == "▮▮▮▮e▮"


def test_places_are_code_points():
    assert masked("\U0001f642\U0001f642 12", spans((3, 5))) == "\U0001f642\U0001f642 ▮▮"


def test_a_span_past_the_end_masks_to_the_end():
    assert masked("abc", spans((2, 99))) == "ab▮"


def test_an_empty_span_masks_nothing():
    assert masked("abc", spans((1, 1))) == "abc"
