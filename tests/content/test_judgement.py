"""CM-09: rules and second look together; a cry goes through whatever else is in it."""

import pytest

from moderation.content.judgement import Judgement, judge

from .corpus import LEXICON, MEMBER, POLICY
from .test_learned import LEARNED


def of(text: str) -> Judgement:
    return judge(text, MEMBER, POLICY, LEXICON, LEARNED)


def kinds(text: str) -> list[str]:
    return [reason.kind for reason in of(text).findings]


def test_an_ordinary_line_is_published():
    assert of("good evening all") == Judgement("allow", None, ())


def test_contact_is_the_rules_to_find_and_comes_back():
    judgement = of("ring 312-555-0143")
    (reason,) = judgement.findings
    assert (judgement.decision, reason.kind, reason.by) == (
        "bounce",
        "anonymity",
        ("contact_details",),
    )
    assert (reason.confidence, reason.span) == (1.0, (5, 17))


def test_a_link_is_advertising():
    assert (of("see www.example.net").decision, kinds("see www.example.net")) == (
        "bounce",
        ["spam"],
    )


@pytest.mark.parametrize("word", ["pills", "idiot"])
def test_what_is_only_likely_is_held_and_never_refused(word: str):
    assert of(word).decision == "hold"
    assert of(word).findings[0].by == (word,)


def test_what_is_only_likelier_than_not_is_told_and_goes_through():
    judgement = of("pills for the idiot")
    assert {reason.kind for reason in judgement.findings} == {"sourcing", "harassment"}
    assert max(reason.confidence for reason in judgement.findings) < 0.85
    assert judgement.decision == "allow"


@pytest.mark.parametrize("cry", ["goodbye", "tired", "he hits me", "I drank", "alone"])
@pytest.mark.parametrize("beside", ["pills", "312-555-0143", "www.example.net", "idiot"])
def test_cm_09_nothing_withholds_a_text_with_a_need(cry: str, beside: str):
    assert of(beside).decision in ("hold", "bounce")
    assert of(f"{cry} . {beside}").decision == "allow"


@pytest.mark.parametrize(
    ("text", "crisis"),
    [
        ("I am going to kill myself", "imminent"),
        ("worried he will hurt himself", "concern"),
        ("goodbye", "imminent"),
        ("tired", "concern"),
        ("he hits me", None),
        ("I drank", None),
    ],
)
def test_the_signal_comes_from_the_rules_or_from_the_second_look(text: str, crisis: str | None):
    assert of(text).crisis == crisis


def test_what_a_rule_is_certain_of_is_not_told_twice():
    assert kinds("I am going to kill myself, goodbye") == ["crisis_now"]


def test_cm_07_what_dwells_on_using_is_folded_behind_its_label():
    judgement = of("nectar")
    assert (judgement.decision, judgement.label) == ("allow_folded", "mentions using in detail")
