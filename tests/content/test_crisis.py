"""CE-06, CE-07: explicit statements are never missed, idioms page nobody."""

import pytest

from .corpus import judge, sentences, shown


def test_ce_07_the_corpora_are_large_enough():
    assert len(sentences("crisis_explicit.txt")) >= 150
    assert len(sentences("traps.txt")) >= 300


@pytest.mark.parametrize("text", sentences("crisis_explicit.txt") + sentences("crisis_heldout.txt"))
def test_ce_07_every_explicit_statement_is_urgent(text: str):
    verdict = judge(text)
    assert verdict.signal == "urgent"
    assert verdict.outcome == "allow"


@pytest.mark.parametrize("text", sentences("concern.txt"))
def test_ce_06_a_concern_asks_for_support(text: str):
    assert judge(text).signal == "support"


@pytest.mark.parametrize(
    "text",
    [
        line
        for name in ("traps", "traps_heldout", "traps2_heldout")
        for line in sentences(f"{name}.txt")
    ],
)
def test_ce_07_cm_13_recovery_talk_raises_and_bounces_nothing(text: str):
    verdict = judge(text)
    assert (verdict.outcome, verdict.signal, verdict.findings) == ("allow", None, ())


def test_ce_06_the_span_is_shown_to_staff():
    text = "Honestly… I just want to d i e, all of you"
    assert shown(text, judge(text)) == ["I just want to d i e"]


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("I took a whole bottle of pills", "urgent"),
        ("I took a whole bottle of pills in 2009", None),
        ("I took a whole bottle of pills. That was ten years ago.", None),
        ("I took a whole bottle of pills. I got clean ten years ago.", "urgent"),
        ("I overdosed three years ago", None),
        ("I overdosed tonight", "urgent"),
        ("I tried to kill myself last night", "urgent"),
        ("I tried to kill myself", None),
        ("When I was young I saw no reason to live", None),
        ("I can't promise I won't kill myself", "urgent"),
        ("I won't kill myself", None),
    ],
)
def test_ce_07_time_and_denial_decide(text: str, signal: str | None):
    assert judge(text).signal == signal
