"""The learned second look, on weights small enough to be written down."""

import numpy as np
import pytest
from numpy.typing import NDArray

from moderation.content.grams import Grams, Table
from moderation.content.learned import HEADS, Learned, Scale, look, parse
from moderation.content.wordpiece import vocabulary

NAMES = list(HEADS)
PIECES = vocabulary("[UNK]\n[CLS]\n[SEP]\n" + "\n".join("abcdefghijklmnopqrstuvwxyz"))
SPEAKS = {
    "goodbye": "crisis_now",
    "tired": "crisis_concern",
    "hopeless": "crisis",
    "hits": "harm_by_others",
    "drank": "relapse",
    "pills": "sourcing",
    "sells": "sourcing",
    "idiot": "harassment",
    "alone": "need",
    "nectar": "use_detail",
    "yours": "crosstalk",
}


def silent(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Table:
    assert ids.shape == mask.shape
    return np.zeros((len(ids), len(HEADS)), np.float32)


def small() -> Learned:
    """One word speaks for one head, with five; everything is found from four."""
    weights = np.zeros((len(SPEAKS), len(HEADS)), np.float32)
    for place, head in enumerate(SPEAKS.values()):
        weights[place, NAMES.index(head)] = 5 * 2**0.5
    known = {word: place for place, word in enumerate(SPEAKS)}
    bias = np.zeros(len(HEADS), np.float32)
    grams = Grams(known, np.ones(len(known), np.float32), weights, bias)
    scale = Scale(grams=(0.0, 1.0), encoder=(0.0, 1.0), sure=(1.0, -3.0), cut=3.0)
    return Learned(grams, PIECES, silent, dict.fromkeys(HEADS, scale))


LEARNED = small()


def kinds(text: str) -> list[str]:
    return [one.kind for one in look(text, LEARNED).seen]


def test_what_nobody_speaks_for_is_not_seen():
    assert look("good evening all", LEARNED).seen == ()
    assert not look("good evening all", LEARNED).need


@pytest.mark.parametrize("text", ["", " ", "\u200b"])
def test_where_nothing_can_be_read_nothing_is_seen(text: str):
    assert look(text, LEARNED).seen == ()


def test_a_finding_says_how_sure_it_is_and_which_words_weighed_most():
    text = "He has P!lls, he sells them"
    (seen,) = look("anyone got p1lls", LEARNED).seen
    assert (seen.kind, seen.cut) == ("sourcing", 3.0)
    assert seen.score == pytest.approx(5.0)
    assert seen.confidence == pytest.approx(1 / (1 + np.exp(-2)), rel=1e-5)
    assert "anyone got p1lls"[seen.start : seen.end] == "p1lls"
    (seen,) = look(text, LEARNED).seen
    assert [text[start:end] for start, end in seen.words] == ["P!lls", "sells"]


def test_danger_now_is_told_instead_of_a_concern_never_beside_it():
    assert kinds("goodbye") == ["crisis_now"]
    assert kinds("tired") == ["crisis_concern"]
    assert kinds("hopeless") == ["crisis_concern"]


@pytest.mark.parametrize("word", ["goodbye", "tired", "hopeless", "hits", "drank", "alone"])
def test_cm_09_every_kind_of_need_is_a_need(word: str):
    assert look(word, LEARNED).need


def test_cm_08_who_may_be_asking_about_means_is_in_need_long_before_that_is_a_finding():
    heads = dict(LEARNED.heads) | {
        "methods": Scale((0.0, 1.0), (0.0, 1.0), sure=(1.0, -2.0), cut=3.0)
    }
    asking = Learned(LEARNED.grams, PIECES, silent, heads)
    assert look("pills", asking).need
    assert [one.kind for one in look("pills", asking).seen] == ["sourcing"]


def test_an_insult_is_no_need():
    assert kinds("idiot") == ["harassment"]
    assert not look("idiot", LEARNED).need


def test_a_need_alone_is_no_finding_but_is_told():
    assert kinds("alone") == []


def test_a_cry_in_the_last_clause_of_a_long_text_is_seen_as_if_it_stood_alone():
    text = "and then we went on talking about it " * 55 + "goodbye"
    assert len(text) > 2000
    (seen,) = look(text, LEARNED).seen
    assert (seen.kind, text[seen.start : seen.end]) == ("crisis_now", "goodbye")


def test_what_only_the_encoder_heard_is_shown_whole_and_no_word_is_blamed():
    def heard(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Table:
        return silent(ids, mask) + np.float32(9)

    deaf = Learned(LEARNED.grams, PIECES, heard, LEARNED.heads)
    seen = next(one for one in look("good evening", deaf).seen if one.kind == "spam")
    assert (seen.start, seen.end, seen.words) == (0, 12, ())


def test_the_artefacts_are_read_from_bytes():
    table = np.zeros((3, len(HEADS) + 1), np.float16)
    table[:2, 0] = (2, 3)
    table[2, 1] = 0.5
    cuts = "".join(
        f"[{head}]\ngrams = [0.0, 1.0]\nencoder = [0.0, 1.0]\nsure = [1.0, 0.0]\ncut = 1.5\n"
        for head in HEADS
    )
    files = {
        "ngrams.txt": b"so\n#so\n",
        "ngrams.f16": table.tobytes(),
        "pieces.txt": b"[UNK]\n",
        "cuts.toml": cuts.encode(),
    }
    learned = parse(files, silent)
    assert learned.grams.known == {"so": 0, "#so": 1}
    assert list(learned.grams.rarity) == [2, 3]
    assert learned.grams.bias[0] == 0.5
    assert learned.heads["need"] == Scale((0.0, 1.0), (0.0, 1.0), (1.0, 0.0), 1.5)
