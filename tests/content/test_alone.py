"""CM-23: what the n-grams alone make of a text, where the whole second look is late or broken."""

import pytest

from moderation.content import ALLOW, review
from moderation.content.alone import degraded, look_alone
from moderation.content.verdict import Verdict
from training.corpus import THRESHOLDS, examples

from .corpus import LEXICON, MEMBER, POLICY
from .test_model import LEARNED

GRAMS = LEARNED.grams
SELLS = "i can get you pills, good price, message me"
OUTS = "her real name is sarah jones and she works at the bank in town"
INSULTS = "you are a pathetic idiot and everyone here hates you"
CRY = "there is no point in me anymore, i am just waiting for it to be over"
RELAPSE = "i relapsed last night, drank the whole bottle and i am so ashamed"


def of(text: str, *, is_spared: bool = False) -> Verdict:
    rules = review(text, MEMBER, POLICY, LEXICON)
    return degraded(rules, text, POLICY.spared() if is_spared else POLICY, grams=GRAMS)


@pytest.mark.parametrize(("text", "kind"), [(SELLS, "sourcing"), (OUTS, "anonymity")])
def test_cm_23_identity_and_sourcing_fail_to_hold(text: str, kind: str):
    verdict = of(text)
    assert (verdict.outcome, [one.kind for one in verdict.findings]) == ("hold", [kind])
    assert (verdict.findings[0].start, verdict.findings[0].end) == (0, len(text))


@pytest.mark.parametrize("text", ["good evening all", INSULTS, "", "\u200b"])
def test_cm_23_style_passes(text: str):
    assert of(text).outcome == "allow"


def test_cm_18_who_holds_the_meeting_is_not_held_by_half_a_look_either():
    assert of(SELLS, is_spared=True).outcome == "allow"


def test_cm_23_what_the_rules_are_sure_of_stands():
    assert of("call me on 212 555 0123").outcome == "bounce"
    assert of("I want to kill myself tonight").signal == "urgent"


def test_cm_23_a_cry_that_only_half_a_look_sees_is_heard_and_nothing_withholds_it():
    text = f"{CRY}. {SELLS}"
    assert review(text, MEMBER, POLICY, LEXICON).signal is None
    verdict = of(text)
    assert (verdict.outcome, verdict.signal, verdict.need) == ("allow", "support", True)


def test_cm_23_a_relapse_is_not_withheld_for_what_was_taken():
    assert look_alone(RELAPSE, GRAMS).need
    assert of(RELAPSE).outcome == "allow"


def test_cm_23_half_a_look_keeps_most_of_what_it_is_for_and_little_else():
    """On the author of the cuts; the whole look is measured on others."""
    rows = examples(THRESHOLDS)
    held = {
        row.id for row in rows if degraded(ALLOW, row.text, POLICY, grams=GRAMS).outcome == "hold"
    }
    meant = {row.id for row in rows if row.labels & {"anonymity", "sourcing"}}
    bare = {row.id for row in rows if not row.labels}
    assert len(held & meant) / len(meant) >= 0.5
    assert len(held & bare) / len(bare) <= 0.02
    assert len(held & meant) / len(held) >= 0.75
