"""CM-09: rules and second look together; a cry goes through whatever else is in it."""

import pytest

from moderation.content import review
from moderation.content.both import judge
from moderation.content.context import Context
from moderation.content.judgement import RAISES, settled_in_room
from moderation.content.learned import look
from moderation.content.seen import Look, Seen
from moderation.content.verdict import ALLOW, Verdict

from .corpus import LEXICON, MEMBER, POLICY
from .test_learned import LEARNED


def of(text: str) -> Verdict:
    return judge(text, MEMBER, POLICY, LEXICON, LEARNED)


def kinds(text: str) -> list[str]:
    return [finding.kind for finding in of(text).findings]


def test_an_ordinary_line_is_published():
    assert of("good evening all") == Verdict("allow", policy=POLICY.version)


def test_contact_is_the_rules_to_find_and_comes_back():
    verdict = of("ring 312-555-0143")
    (found,) = verdict.findings
    assert (verdict.outcome, found.kind, found.code) == ("bounce", "anonymity", "contact_details")
    assert (found.confidence, found.start, found.end) == (1.0, 5, 17)


def test_a_link_is_advertising():
    assert (of("see www.example.net").outcome, kinds("see www.example.net")) == (
        "bounce",
        ["spam"],
    )


@pytest.mark.parametrize("word", ["pills", "idiot"])
def test_what_is_only_likely_is_held_and_never_refused(word: str):
    assert of(word).outcome == "hold"
    assert of(word).findings[0].by == (word,)


def test_what_is_only_likelier_than_not_is_told_and_goes_through():
    judgement = of("pills for the idiot")
    assert {finding.kind for finding in judgement.findings} == {"sourcing", "harassment"}
    assert max(finding.confidence for finding in judgement.findings) < 0.85
    assert judgement.outcome == "allow"


@pytest.mark.parametrize("cry", ["goodbye", "tired", "he hits me", "I drank", "alone"])
@pytest.mark.parametrize("beside", ["pills", "312-555-0143", "www.example.net", "idiot"])
def test_cm_09_nothing_withholds_a_text_with_a_need(cry: str, beside: str):
    assert of(beside).outcome in ("hold", "bounce")
    assert of(f"{cry} . {beside}").outcome == "allow"


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("I am going to kill myself", "urgent"),
        ("worried he will hurt himself", "support"),
        ("goodbye", "urgent"),
        ("tired", "support"),
        ("he hits me", None),
        ("I drank", None),
    ],
)
def test_the_signal_comes_from_the_rules_or_from_the_second_look(text: str, signal: str | None):
    assert of(text).signal == signal


def test_only_a_rule_is_certain():
    sure = Look((Seen("spam", 9.0, 0.0, 0.9999, 0, 9, ()),))
    settled = settled_in_room(ALLOW, "a bargain", sure, POLICY)
    (found,) = settled.findings
    assert (found.confidence, settled.outcome, settled.masks) == (0.999, "hold", ())


def test_what_a_rule_is_certain_of_is_not_told_twice():
    assert kinds("I am going to kill myself, goodbye") == ["crisis_now"]


def test_cm_07_what_dwells_on_using_is_folded_behind_its_label():
    verdict = of("nectar")
    assert (verdict.outcome, verdict.label) == ("allow_folded", "mentions using in detail")


SHARE = Context("member", crosstalk=True)


def of_a_share(text: str) -> Verdict:
    return judge(text, SHARE, POLICY, LEXICON, LEARNED)


def test_cm_10_an_answer_to_a_share_is_asked_about_with_its_words():
    verdict = of_a_share("the next step is yours")
    (found,) = verdict.findings
    assert (verdict.outcome, found.code, found.by) == ("nudge", "crosstalk", ("yours",))
    assert of("the next step is yours").outcome == "allow", (
        "where it may be answered, nobody is asked"
    )


def test_cm_10_what_is_to_be_folded_is_folded_once_it_is_sent_as_it_is():
    assert of_a_share("yours . nectar").label == "mentions using in detail"
    assert of_a_share("yours . nectar").outcome == "nudge"


def test_cm_10_what_a_rule_is_certain_of_comes_before_it():
    assert of_a_share("yours www.example.net").outcome == "bounce"


@pytest.mark.parametrize("cry", ["goodbye", "tired", "he hits me", "I drank", "alone"])
def test_cm_10_nobody_in_need_is_asked_what_they_mean(cry: str):
    assert of_a_share(f"{cry} . yours").outcome == "allow"


def in_a_room(text: str) -> Verdict:
    rules = review(text, MEMBER, POLICY, LEXICON)
    return settled_in_room(rules, text, look(text, LEARNED), POLICY)


def test_in_a_room_a_likely_cry_asks_for_support_and_only_a_rule_is_sure_of_danger_ce_06():
    assert of("goodbye").signal == "urgent"
    assert in_a_room("goodbye").signal == "support"
    assert in_a_room("I want to kill myself tonight, goodbye").signal == "urgent"


def test_in_a_room_a_faint_cry_raises_nothing_and_still_keeps_the_words_from_being_withheld_cm_09():
    """`RAISES` lies above the cut from which on there may be a need."""
    text = "call me on 212 555 0123"
    seen = Look((Seen("crisis_concern", 3.0, 2.0, RAISES - 0.01, 0, 7, ()),), need=True)
    rules = review(text, MEMBER, POLICY, LEXICON)
    verdict = settled_in_room(rules, text, seen, POLICY)
    assert (verdict.outcome, verdict.signal, verdict.need) == ("allow", None, True)
    assert verdict.masks


@pytest.mark.parametrize("kind", ["harassment", "use_detail"])
def test_cm_18_who_is_spared_is_neither_held_nor_folded_by_a_likelihood(kind: str):
    seen = Look((Seen(kind, 9.0, 2.0, 0.99, 0, 4, ()),))
    assert settled_in_room(ALLOW, "text", seen, POLICY).outcome != "allow"
    spared = settled_in_room(ALLOW, "text", seen, POLICY.spared())
    assert (spared.outcome, spared.label) == ("allow", "")
    assert [one.kind for one in spared.findings] == [kind]
