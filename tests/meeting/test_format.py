"""Formats: agendas as data, and what is wrong with one."""

import tomllib
from pathlib import Path

import pytest

from moderation.meeting import format as formats
from moderation.meeting.format import Format, Phase, parse

SHIPPED = sorted((Path(formats.__file__).parent / "formats").glob("*.toml"))

GOOD = """
id = "circle"
title = "Circle"
phases = [
  {id = "sharing", title = "Sharing", minutes = 35, speak = "queue"},
  {id = "after", title = "After", minutes = 0, speak = "open"},
]
"""


def test_a_format_is_read_from_toml():
    phases = (Phase("sharing", "Sharing", 35, "queue"), Phase("after", "After", 0, "open"))
    assert parse(GOOD) == Format("circle", "Circle", phases)


def test_formats_are_shipped():
    assert [path.stem for path in SHIPPED] == ["small-discussion"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_format_is_good_and_named_after_its_file(path: Path):
    assert parse(path.read_text()).id == path.stem


def test_the_small_discussion_is_gathering_opening_sharing_closing_after():
    (path,) = [path for path in SHIPPED if path.stem == "small-discussion"]
    assert [(phase.id, phase.speak) for phase in parse(path.read_text()).phases] == [
        ("gathering", "open"),
        ("opening", "facilitator"),
        ("sharing", "queue"),
        ("closing", "facilitator"),
        ("after", "open"),
    ]


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ('id = "after"', 'id = "sharing"', "two phases have the same id"),
        ('speak = "open"', 'speak = "everyone"', r"\$.phases\[1\].speak"),
        ("minutes = 35", "minutes = 241", r"\$.phases\[0\].minutes"),
        ("minutes = 35", "minutes = -1", r"\$.phases\[0\].minutes"),
        ("minutes = 35", "minutes = 35, hours = 35", "unknown field hours"),
        ("minutes = 35", 'minutes = 0, ends = "time"', "needs minutes"),
        ('speak = "queue"', 'speak = "open", turn = 5', "turns are of a queue"),
        ("minutes = 35", 'minutes = 35, ends = "never"', r"\$.phases\[0\].ends"),
        ("minutes = 35", "minutes = 35, turn = 61", r"\$.phases\[0\].turn"),
        ('id = "circle"', 'id = "Circle"', r"\$.id"),
        ('id = "circle"', 'id = "circle\\n"', r"\$.id"),
        ('id = "sharing"', 'id = "sharing\\n"', r"\$.phases\[0\].id"),
        ('id = "sharing"', 'id = ""', r"\$.phases\[0\].id"),
        ('title = "Sharing"', 'title = ""', r"\$.phases\[0\].title"),
        ('title = "Circle"', f'title = "{"x" * 81}"', r"\$.title"),
        ('title = "Circle"', 'colour = "Circle"', "colour"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(good: str, bad: str, told: str):
    assert good in GOOD
    with pytest.raises(ValueError, match=told):
        parse(GOOD.replace(good, bad))


def test_an_agenda_has_a_phase():
    with pytest.raises(ValueError, match=r"\$.phases"):
        parse('id = "circle"\ntitle = "Circle"\nphases = []')


def test_what_is_no_toml_is_said_so():
    with pytest.raises(tomllib.TOMLDecodeError):
        parse("id = circle")
    assert issubclass(tomllib.TOMLDecodeError, ValueError)
