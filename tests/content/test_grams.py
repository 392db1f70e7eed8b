"""The n-grams and the word pieces: what the two halves of the learned look count."""

import numpy as np
import pytest

from moderation.content.grams import Grams, grams, vector
from moderation.content.wordpiece import numbers, vocabulary

PIECES = vocabulary("[UNK]\n[CLS]\n[SEP]\nsober\n##ly\n'\ni\nm\n")


def test_n_grams_are_words_up_to_three_and_characters_up_to_five():
    found = [gram for gram, _, _ in grams(["so", "tired", "of"])]
    assert {"so", "so tired", "so tired of", "tired of", "#_t", "#tired", "#ed_"} <= set(found)
    assert "#_tired" not in found


def test_an_n_gram_says_which_words_it_goes_over():
    assert ("tired of", 1, 2) in list(grams(["so", "tired", "of"]))


def test_a_word_without_end_counts_with_its_beginning():
    assert len(list(grams(["x" * 5000]))) < 150


def test_words_and_characters_have_half_of_the_length_each():
    known = {"so": 0, "of": 1, "#so": 2}
    places, values = vector(["so", "so", "of"], known, np.ones(3, np.float32))
    assert list(places) == [0, 1, 2]
    assert np.square(values[:2]).sum() == pytest.approx(0.5)
    assert values[2] ** 2 == pytest.approx(0.5)
    assert values[0] > values[1], "what is said twice counts more"


def test_a_text_of_unknown_words_scores_its_bias_and_nobody_speaks_for_it():
    weights = Grams(
        {}, np.zeros(0, np.float32), np.zeros((0, 2), np.float32), np.array([1.0, -2.0], np.float32)
    )
    assert list(weights.score(["what"])) == [1.0, -2.0]
    assert weights.shares(["what"]).tolist() == [[0.0, 0.0]]


def test_what_several_words_weigh_is_shared_among_them():
    weights = Grams(
        {"so tired": 0},
        np.ones(1, np.float32),
        np.array([[2.0]], np.float32),
        np.zeros(1, np.float32),
    )
    assert weights.shares(["so", "tired", "of"])[:, 0] == pytest.approx([2**-0.5, 2**-0.5, 0])


def test_words_are_cut_into_the_longest_pieces_that_are_known():
    assert numbers("soberly i'm", PIECES) == [1, 3, 4, 6, 5, 7, 2]


def test_what_is_not_known_is_one_piece_a_letter():
    assert numbers("xy", PIECES) == [1, 0, 0, 2]
