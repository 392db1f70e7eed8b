"""The training: what is kept apart, and that the same corpus gives the same decisions."""

import numpy as np
import pytest

from moderation.content.learned import HEADS, LABELS, Learned, added, look
from moderation.content.wordpiece import vocabulary
from training.corpus import FINAL, THRESHOLDS, Example, authors, examples, teachers, truth
from training.cuts import RECALL, Halves, calibrated, scales, written
from training.ngrams import trained as counted

PIECES = vocabulary("[UNK]\n[CLS]\n[SEP]\n")


def deaf(ids, mask):
    """An encoder that hears nothing: torch is not there when this runs."""
    return np.zeros((len(ids), len(HEADS)), np.float32)


def small() -> tuple[Learned, list[Example]]:
    rows = examples(["author-2", "author-3"])[::4]
    grams = counted(rows, size=1500, rounds=10)
    cut_on = examples(THRESHOLDS)[::4]
    said = np.array([grams.score(row.read.split()) for row in cut_on])
    cuts = scales(Halves(said, np.zeros_like(said)), truth(cut_on))
    return Learned(grams, PIECES, deaf, cuts), examples(THRESHOLDS)[1::4]


def test_whole_authors_are_kept_apart_and_nothing_is_trained_on_them():
    apart = {*THRESHOLDS, *FINAL}
    assert len(THRESHOLDS) >= 1
    assert len(FINAL) >= 2
    assert not set(THRESHOLDS) & set(FINAL)
    assert set(teachers()) == set(authors()) - apart


def test_what_an_author_did_not_say_counts_neither_way():
    (row,) = examples(["author-1"])[:1]
    said = dict(zip(HEADS, truth([row])[0], strict=True))
    assert np.isnan([said["methods"], said["medical_advice"]]).all()
    assert said["crisis"] == said["need"] == 1
    assert said["spam"] == 0


def test_a_small_one_is_trained_twice_and_decides_the_same_and_better_than_chance():
    (first, texts), (second, _) = small(), small()
    assert written(dict(first.heads)) == written(dict(second.heads))
    decided = [[look(row.text, learned) for row in texts] for learned in (first, second)]
    assert decided[0] == decided[1]
    need = np.array([bool(row.labels & HEADS["need"]) for row in texts])
    seen = np.array([one.need for one in decided[0]])
    assert seen[need].mean() - seen[~need].mean() > 0.2


def test_a_head_that_must_not_miss_is_cut_by_what_it_finds():
    chance = np.random.default_rng(1)
    goal = np.zeros((400, len(HEADS)), np.float32)
    goal[:100] = 1
    said = (goal + chance.normal(0, 0.7, goal.shape)).astype(np.float32)
    found = scales(Halves(said, said), goal)
    total = added(
        said,
        said,
        *([getattr(one, half) for one in found.values()] for half in ("grams", "encoder")),
    )
    for place, (head, scale) in enumerate(found.items()):
        assert (total[:100, place] >= scale.cut).mean() >= RECALL.get(head, 0.5) - 0.01


def test_a_calibrated_score_is_as_often_right_as_it_says():
    chance = np.random.default_rng(2)
    score = chance.normal(0, 2, 4000).astype(np.float32)
    goal = chance.random(4000) < 1 / (1 + np.exp(-(1.5 * score - 1)))
    assert calibrated(score, goal) == pytest.approx((1.5, -1), abs=0.2)


def test_the_cuts_are_written_for_every_head():
    chance = np.random.default_rng(3)
    said = chance.normal(size=(50, len(HEADS))).astype(np.float32)
    text = written(scales(Halves(said, said), (said > 0).astype(np.float32)))
    assert text.count("cut = ") == len(HEADS) == len(LABELS) + 2
