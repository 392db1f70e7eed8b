"""CM-12: the shadow and the way back to the text as displayed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.content.text import Shadow, shadow, squeeze, words

from .corpus import LEXICON

TEXTS = st.text(max_size=300) | st.text(st.characters(), max_size=300)


@pytest.mark.parametrize(
    ("displayed", "normal"),
    [
        ("I WANT", "i want"),
        ("don’t", "don't"),
        ("don´t", "don't"),
        ("“so”", '"so"'),
        ("ｗａｎｔ", "want"),
        ("w\u200ban\u00adt", "want"),
        ("z\u0335a\u0337l\u0338g\u0336o", "zalgo"),
        ("naïve niño", "naive nino"),
        ("аре", "ape"),
        ("ΚΙΝD", "kind"),
        ("🅺🅸🅻🅻 🅐 🇰", "kill a k"),
        ("٣①𝟓5️⃣", "3155"),
        ("a–b—c", "a-b-c"),
        ("ᴋɪɴᴅ", "kind"),
        ("a\u00a0b☎c", "a b c"),
        ("\ud800x", " x"),
        ("Straße", "strasse"),
    ],
)
def test_cm_12_a80_look_alikes_and_the_invisible_become_plain(displayed: str, normal: str):
    assert shadow(displayed).text == normal


@pytest.mark.parametrize(
    ("displayed", "said"),
    [
        ("I don't, really!", "i dont really ."),
        ("I want to d i e now", "i want to die now"),
        ("k.i.l.l it", "kill it"),
        ("dieeeee killlll", "die kill"),
        ("soooo gooood", "so good"),
        ("good too", "good too"),
        ("my$elf su1cide k1ll", "myself suicide kill"),
        ("ki11ll su1ciiiide", "kill suicide"),
        ("12o'clock 4th", "12oclock 4th"),
        ("they're all 'loooost'", "theyre all lost"),
        ("thaaat's it", "thats it"),
        ("one. two\nthree", "one . two . three"),
    ],
)
def test_cm_12_words_are_joined_unmasked_and_unstretched(displayed: str, said: str):
    assert words(shadow(displayed), LEXICON.vocabulary).text == said


def test_cm_12_spelling_is_joined_within_a_window_only():
    assert max(map(len, words(shadow("a " * 200), {}).text.split())) <= 32


def test_squeezing_leaves_one_letter_of_each_run():
    assert squeeze("kiiillll") == "kil"


def test_cm_12_a_place_in_the_words_is_a_place_in_the_displayed_text():
    text = "Well… I want to d i e"
    said = words(shadow(text), {})
    at = said.text.index("die")
    start, end = said.place(at, at + 3)
    assert text[start:end] == "d i e"


@given(TEXTS)
def test_cm_12_every_shadow_is_ascii_and_maps_into_the_text(text: str):
    source = shadow(text)
    assert source.text.isascii()
    for read in (source, words(source, LEXICON.vocabulary)):
        assert_maps_into(read, text)


def assert_maps_into(read: Shadow, text: str) -> None:
    assert len(read.at) == len(read.starts) == len(read.ends)
    for index in range(len(read.text)):
        start, end = read.place(index, index + 1)
        assert 0 <= start < end <= len(text)
