"""Cue cards: ours are short and calm, every one is used, and what is wrong with one is said."""

from importlib.resources import files

import pytest

from moderation.meeting import cues
from moderation.meeting import format as formats
from moderation.meeting.cues import Cue
from tests.content.corpus import judge

CARDS = cues.parse((files("moderation.meeting") / "cues.toml").read_text("utf-8"))

GOOD = """\
# Ours
[welcome]
title = "Welcome"
text = \"\"\"\\
    Welcome, \\
    everybody.\"\"\"

[closing]
title = "Closing"
text = "That was our time."
"""


def test_cards_are_read_from_toml_by_id():
    assert cues.parse(GOOD) == {
        "welcome": Cue("welcome", "Welcome", "Welcome, everybody."),
        "closing": Cue("closing", "Closing", "That was our time."),
    }


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ('title = "Closing"', "", "line 8: closing: Object missing required field `title`"),
        ('title = "Closing"', 'title = ""', "line 9: closing: Expected `str` of length >= 1"),
        ('title = "Closing"', "title = 3", "line 9: closing: Expected `str`, got `int`"),
        ('text = "That', 'text = " That', "line 10: closing: Expected `str` matching regex"),
        ("That was", "x" * 600, "line 10: closing: Expected `str` of length <= 600"),
        ("That was", "\\u0000", "line 10: closing: Expected `str` matching regex"),
        ('text = "That', 'words = "That', "line 10: closing: "),
        ("[closing]", "[Closing]", "line 8: Closing: Expected `str` matching regex"),
        ("[closing]", "[welcome]", "line 8: Cannot declare ('welcome',) twice"),
        ("[closing]", '[closing]\nid = "end"', "line 9: closing: the id is the table's name"),
        ("# Ours", "ours = true", "line 1: ours: a card is a table"),
        ("[closing]", "[closing", "line 8: "),
    ],
)
def test_what_is_wrong_with_a_card_is_said_with_its_line(good: str, bad: str, told: str):
    assert good in GOOD
    with pytest.raises(ValueError, match=r"^line \d+: ") as wrong:
        cues.parse(GOOD.replace(good, bad))
    assert str(wrong.value).startswith(told)


def test_every_card_that_is_shipped_is_used_by_a_format():
    folder = files("moderation.meeting") / "formats"
    used = {
        cue
        for path in folder.iterdir()
        for phase in formats.parse(path.read_text("utf-8")).phases
        for cue in phase.cues
    }
    assert used == set(CARDS)


@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.id)
def test_a_card_is_short_and_the_review_has_nothing_to_say_about_it(card: Cue):
    assert len(card.text) <= 300
    verdict = judge(card.text)
    assert verdict.outcome == "allow"
    assert not verdict.findings
    assert verdict.signal is None
