"""Where something stands in a TOML text: the line of a value, of what is missing, of what is no TOML."""

import pytest

from moderation.places import line_of, path_of, read

TEXT = """\
# A comment with [[phases]] in it
id = "circle"

phases = [
    {id = "sharing", minutes = 35},
    {id = "after", cues = ["one", "two"]},
]

[flags]
note = "]"
doors = [
    "open",
    "knock",
]

[[slots]]
title = "First"

[[slots]]
title = \"\"\"
Over
three lines\"\"\"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 2),
        (("phases", 0), 5),
        (("phases", 0, "minutes"), 5),
        (("phases", 1), 6),
        (("phases", 1, "cues", 1), 6),
        (("flags",), 9),
        (("flags", "note"), 10),
        (("flags", "doors", 0), 12),
        (("flags", "doors", 1), 13),
        (("slots", 0), 16),
        (("slots", 1), 19),
        (("slots", 1, "title"), 22),
    ],
)
def test_a_value_has_the_line_on_which_it_is_complete(path: tuple[str | int, ...], line: int):
    assert line_of(TEXT, path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("phases", 1, "minutes"), 6),
        (("phases", 2, "minutes"), 4),
        (("flags", "note", "colour"), 10),
        (("slots", 1, "url"), 19),
        (("colour",), 1),
        ((), 1),
    ],
)
def test_what_is_missing_has_the_line_of_what_it_is_missing_in(
    path: tuple[str | int, ...], line: int
):
    assert line_of(TEXT, path) == line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id = circle", "line 1: Invalid value"),
        ('id = "a"\nid = "b"\nphases = 1', "line 2: Cannot overwrite a value"),
        ('id = "a"\nid = "b"', "line 2: Cannot overwrite a value"),
        ('id = "a"\nphases = [\n  1\n\n\n', "line 3: Unclosed array"),
        ('id = "a\nb"', "line 1: Illegal character '\\n'"),
    ],
)
def test_what_is_no_toml_is_said_with_its_line(text: str, told: str):
    with pytest.raises(ValueError, match=r"^line \d+: ") as wrong:
        read(text)
    assert str(wrong.value) == told


def test_the_path_that_a_reason_speaks_of_is_read():
    wrong = "Expected `str` matching regex '$.no[1]' - at `$.phases[10].slots[0].url`"
    assert path_of(wrong) == ("phases", 10, "slots", 0, "url")
    assert path_of("Object missing required field `phases`") == ()


def test_brackets_without_end_are_a_mistake_like_any_other():
    with pytest.raises(ValueError, match="too deep"):
        read("deep = " + "[" * 20_000)
