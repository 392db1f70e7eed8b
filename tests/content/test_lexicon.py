"""The word lists: complete, or the server does not start."""

import pytest

from moderation.content import parse

from .corpus import LEXICON, TEXTS


def test_cm_23_without_the_crisis_phrases_nothing_starts():
    some = {name: text for name, text in TEXTS.items() if name != "crisis_urgent.txt"}
    with pytest.raises(ValueError, match=r"expected the lexicon files crisis_urgent\.txt"):
        parse(some)


def test_a_space_in_a_phrase_may_be_left_out():
    assert list(LEXICON.past.spans(". years ago .")) == [(2, 11)]
    assert list(LEXICON.past.spans(". yearsago .")) == [(2, 10)]


def test_a_phrase_does_not_match_within_a_word():
    assert list(LEXICON.past.spans(". lightyears agony .")) == []


def test_every_word_of_the_phrases_is_found_by_its_squeezed_form():
    assert LEXICON.vocabulary["kil"] == "kill"
