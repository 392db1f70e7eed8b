"""CM-12: what the learned look reads, and the way back to the text as displayed."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.content.reading import WINDOW, reading, windows

TEXTS = st.text(max_size=600) | st.lists(
    st.sampled_from(["k i l l", "mys3lf", "💊", "a.b@example.org", "555-0101", "x" * 90, " ", "é"])
).map(" ".join)


@pytest.mark.parametrize(
    ("displayed", "read"),
    [
        ("I want to k i l l mys3lf", "i want to kill myself"),
        ("p.i.l.l.s f0r s@le", "pills for sale"),
        ("ѕеll рills", "sell pills"),
        ("f*ck k!ll y0urself!!", "fck kill yourself ! !"),
        ("sooooo tired", "soo tired"),
        ("m 3 t r a g u é", "metrague"),
        ("90 in 90, the 4th step at 7pm", "90 in 90 , the 4th step at 7pm"),
        ("5-5-5 y 24/7", "5-5-5 y 24 / 7"),
        ("sober40 ***", "sober40 *"),
        ("@lena you", "@lena you"),
        ("💊❄️ tonight?", "pill snowflake tonight ?"),
        ("£5 <3", "5 < 3"),
        ("mika@example.org or www.example.org", "mailaddress or weblink"),
        ("see https://example.org/a?b=1, examp|e . org", "see weblink example . org"),
        ("ok.me too", "ok . me too"),
        ("ring (312) 555-0143", "ring phonenumber"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_cm_12_a80_disguises_are_undone_and_contact_is_made_alike(displayed: str, read: str):
    assert reading(displayed).text == read


def test_cm_12_a_place_in_the_reading_is_a_place_in_the_displayed_text():
    text = "Well… I want to d 1 e 💊"
    source = reading(text)
    for word, displayed in (("die", "d 1 e"), ("pill", "💊")):
        at = source.text.index(word)
        start, end = source.place(at, at + len(word))
        assert text[start:end] == displayed


def test_a_short_text_is_seen_at_once_and_a_long_one_through_windows_that_overlap():
    assert windows(reading("I am here")) == [(0, 9)]
    source = reading("word " * 399 + "I will die")
    spans = windows(source)
    assert len(spans) > 10
    assert source.text[slice(*spans[-1])].endswith("i will die")
    for start, _ in spans:
        assert not start or source.text[start - 1] == " ", "a window begins with a word"


@given(TEXTS)
def test_windows_cover_the_whole_and_nothing_raises(text: str):
    source = reading(text)
    spans = windows(source)
    assert source.text.isascii()
    assert (spans[0][0], spans[-1][1]) == (0, len(source.text))
    for (_, end), (start, _) in pairwise(spans):
        assert start <= end
    assert all(end - start <= WINDOW for start, end in spans)


@pytest.mark.parametrize("shape", ["a.b@", "ab.cd", "a-", "1 ", "- ", "www.", "a*"])
def test_a79_a_long_text_of_any_shape_takes_time_by_its_length(shape: str):
    """64 KiB in some tenths of a second, measured in CPU; work that grows with the square would take minutes."""
    began = time.process_time()
    source = reading(shape * (65536 // len(shape)))
    windows(source)
    assert time.process_time() - began < 5
