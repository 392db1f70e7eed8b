"""The artefacts that are shipped: the ones that were made, and at work."""

import hashlib
import json

import numpy as np
import pytest

from moderation.__main__ import opened
from moderation.content import Context, Policy, review
from moderation.content.both import judge
from moderation.content.learned import HEADS, look, scores
from moderation.content.reading import reading
from training.corpus import FINAL, LATER, THRESHOLDS, examples, teachers

from .corpus import CONTENT, LEXICON, POLICY

MODEL = CONTENT / "model"
MADE = json.loads((MODEL / "made.json").read_text())
_, LEARNED = opened()


def test_every_artefact_is_the_one_that_was_made():
    hashes = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in MODEL.iterdir()
        if path.name != "made.json"
    }
    assert hashes == MADE["sha256"]
    assert len(MADE["first_weights"]["sha256"]) == 64


def test_nothing_was_trained_or_cut_on_the_authors_of_the_figures():
    assert MADE["cut_on"] == list(THRESHOLDS)
    assert not set(FINAL) & set(teachers())
    assert MADE["trained_on"] == teachers()
    assert MADE["n_grams_alone"] == list(LATER)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I've taken everything that was in the cabinet, goodnight all", "crisis_now"),
        ("honestly everyone would be lighter without me", "crisis_concern"),
        ("he locked me in again and took my phone", "harm_by_others"),
        ("I drank last night, back to day one", "relapse"),
        ("anyone need bars or percs? hmu, same day", "sourcing"),
        ("shut up you pathetic little crybaby", "harassment"),
        ("got a pic for me sexy? dm me", "sexual"),
        ("Make $900 a day with crypto, join with my link at www.example.net", "spam"),
        ("you should just leave him, you are doing it all wrong", "crosstalk"),
        ("stop taking those meds, you don't need a doctor", "medical_advice"),
    ],
)
def test_what_is_said_plainly_is_seen(text: str, kind: str):
    assert kind in [one.kind for one in look(text, LEARNED).seen]


@pytest.mark.parametrize(
    "text",
    [
        "hi everyone",
        "90 days today, thank you all",
        "I'll pass tonight, thanks",
        "Bill W. says it works if you work it",
        "see you next week",
        "buenas noches a todos",
    ],
)
def test_an_ordinary_evening_is_left_alone(text: str):
    assert judge(text, Context("member"), POLICY, LEXICON, LEARNED).outcome == "allow"


def test_a_text_scores_the_same_alone_and_beside_a_longer_one():
    texts = [
        "I can't do this any more",
        "and then we went on and on about the weather and the bus and tea",
    ]
    together = scores(texts, LEARNED)
    alone = np.vstack([scores([text], LEARNED) for text in texts])
    assert (
        np.abs(together - alone).max() < 0.5
    )  # Eight bits are set to the largest value of the batch.


def test_a_cry_at_the_end_of_a_long_share_is_seen():
    share = "We talked about the garden and my sister's new flat, and the bus was late again. " * 24
    assert len(share) > 1900
    before = {one.kind for one in look(share, LEARNED).seen}
    after = look(f"{share}I have taken all the tablets and I am saying goodbye.", LEARNED)
    assert "crisis_now" not in before
    assert "crisis_now" in {one.kind for one in after.seen}


def test_cm_09_of_authors_it_never_saw_it_hears_most_cries_and_withholds_none():
    rows = [row for row in examples(FINAL) if row.labels & HEADS["crisis"]][::3]
    assert len(rows) > 100
    policy = Policy("p1", allowed_numbers=POLICY.allowed_numbers)
    found = [judge(row.text, Context("member"), policy, LEXICON, LEARNED) for row in rows]
    assert [
        row.id for row, one in zip(rows, found, strict=True) if one.outcome in ("bounce", "hold")
    ] == []
    assert sum(one.signal is not None for one in found) / len(rows) > 0.85


def test_every_head_has_a_scale_and_the_reading_is_what_it_was_trained_on():
    assert list(LEARNED.heads) == list(HEADS)
    assert reading("K1ll").text in LEARNED.grams.known


def test_a_cry_that_no_rule_knows_is_seen():
    """By this one the tests of rooms tell the second look from the rules."""
    text = "i keep thinking the world would be lighter with me out of it"
    assert review(text, Context("member"), POLICY, LEXICON).signal is None
    [seen] = look(text, LEARNED).seen
    assert (seen.kind, seen.confidence > 0.8) == ("crisis_concern", True)
