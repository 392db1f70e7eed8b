"""CM-02: digits wherever they hide."""

import pytest

from moderation.content.digits import runs


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("call 312 555-0143 now", [["312", "555", "0143"]]),
        ("five five oh", [["5", "5", "0"]]),
        ("double five triple 2", [["55", "222"]]),
        ("twenty three forty twelve", [["23", "40", "12"]]),
        ("eight hundred and", [["800"]]),
        ("3 hundred", [["300"]]),
        ("3l2 o143", [["312", "0143"]]),
        ("312 dash 0143", [["312", "0143"]]),
        ("dash it all", []),
        ("5 of 7", [["5"], ["7"]]),
        ("5          7", [["5"], ["7"]]),
        ("text5550143now", [["5550143"]]),
        ("4th 12oz", []),
        ("cinco cinq", [["5", "5"]]),
    ],
)
def test_cm_02_digits_are_read_in_figures_words_and_look_alikes(text: str, digits: list[list[str]]):
    assert [[group.digits for group in run] for run in runs(text)] == digits


def test_cm_02_a_group_knows_its_place():
    (run,) = runs("text5550143now")
    assert (run[0].start, run[0].end) == (4, 11)
