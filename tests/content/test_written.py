"""What is kept of a text: CM-24's inert text, and nothing that nobody can see."""

import re
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.content.written import is_visible, written
from moderation.refused import Refused

INVISIBLE = [
    "",
    " \n\t ",
    "\u200b",
    "\u2800",
    "\u3164",
    "\u00ad",
    "\u202e",
    "\u0301",
    "\u20e3",
    "\u0903",
    "\x1b",
    "\x00",
    "\x07\x1b\x85",
    "\ufeff\u2060\u200d",
    "\u115f\u1160\uffa0",
    "\ufe0f",
    "\u3000\u00a0",
    "\ufffc",
    "\U000e0041\U000e007f",
    "\ufdd0",
    "\u200b\n\u2800\n\u00ad",
]


@pytest.mark.parametrize("text", INVISIBLE)
def test_a74_a_text_that_nobody_can_see_is_empty(text: str):
    assert not is_visible(text)
    with pytest.raises(Refused) as refused:
        written(text)
    assert refused.value.code == "empty"


@pytest.mark.parametrize(
    "text",
    [
        ".",
        "!",
        "❤️",
        "👩‍👩‍👧",
        "🏳️‍🌈",
        "é",
        "e\u0301",
        "می‌خواهم",
        "ﷺ",
        "\uf8ff",
        "\U0001fae9",
        "ㄱ",
        "½",
        "~",
    ],
)
def test_what_can_be_seen_is_kept_as_it_is(text: str):
    assert written(text).text == text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  I am here \n", "I am here"),
        ("\ufeff\u3000I am here\ufeff", "I am here"),
        ("one\r\ntwo\rthree\u2028four\vfive", "one\ntwo\nthree\nfour\nfive"),
        ("a\tb", "a\tb"),
        ("a\x1b[31mb\x07", "a[31mb"),
        ("a" + "\n" * 1998 + "b", "a\n\nb"),
        ("a\n\n\nb\n\nc\nd", "a\n\nb\n\nc\nd"),
        ("a\n \u2800 \n\u200b\nb", "a\n\nb"),
        ("a\n\u3164\nb", "a\n\nb"),
        ("\n\n\u200b\na\n\u2800\n\n", "a"),
        ("    indented\n    too", "indented\n    too"),
        ("abc \u202e def", "abc \u202e def"),
    ],
)
def test_controls_go_blank_lines_fold_and_the_ends_are_trimmed(sent: str, kept: str):
    assert written(sent).text == kept


def test_a_place_is_found_again_in_what_was_sent():
    sent = "\x1b\n\n call\r\n\n\n\n212 \x07555"
    kept = written(sent)
    start = kept.text.index("212")
    first, last = kept.as_sent(start, len(kept.text))
    assert sent[first:last] == "212 \x07555"
    assert sent[slice(*kept.as_sent(0, 4))] == "call"


@given(st.text(alphabet=st.sampled_from("ab \t\n\r\x1b\x85\u2028\u200b\u2800\u0301é👩")))
def test_what_was_kept_once_is_kept_as_it_is(sent: str):
    try:
        kept = written(sent)
    except Refused:
        assert not is_visible(sent)
        return
    assert written(kept.text).text == kept.text
    assert kept.text == kept.text.strip()
    assert "\n\n\n" not in kept.text
    assert not re.search("[\x00-\x08\x0b-\x1f]", kept.text)
    assert len(kept.places) == len(kept.text)
    assert list(kept.places) == sorted(kept.places)
    seen = [char for char in sent if category(char)[0] in "LS" and char != "\u2800"]
    assert [char for char in kept.text if category(char)[0] in "LS" and char != "\u2800"] == seen
