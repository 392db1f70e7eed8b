"""CM-01, CM-09, CM-24: one verdict out of every rule, for any text whatever."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.content import ALLOW, Context, Finding, Policy

from .corpus import MEMBER, judge, shown

PIECES = st.sampled_from(
    [
        *("312", "555", "0143", "five", "1-800-", "988", "+", "-", ".", " ", "\n", "$", "#1234"),
        *("@", "at", "dot", "com", "www.", "t.me/", "https://", "my insta is", "add me on snap"),
        *(
            "I want to",
            "kill myself",
            "die",
            "not",
            "ago",
            "took all my pills",
            "\u200b",
            "e\u0301",
        ),
    ]
)
TEXTS = st.text(max_size=400) | st.lists(PIECES, max_size=60).map("".join)


def test_an_ordinary_line_is_allowed_under_its_epoch_and_policy():
    verdict = judge("hello", Context("member", epoch=7))
    assert (verdict.outcome, verdict.epoch, verdict.policy) == ("allow", 7, "p1")
    assert (verdict.findings, verdict.signal, verdict.masks) == (ALLOW.findings, None, ())


def test_cm_09_crisis_beats_rules_and_what_would_bounce_is_masked():
    text = "I'm going to kill myself, call my mum 312-555-0143 or www.example.com"
    verdict = judge(text)
    assert (verdict.outcome, verdict.signal) == ("allow", "urgent")
    assert [finding.code for finding in verdict.findings] == ["crisis", "contact_details", "link"]
    assert verdict.masks == verdict.findings[1:]
    assert shown(text, verdict)[1:] == ["312-555-0143", "www.example.com"]


def test_cm_09_a_concern_is_not_withheld_either():
    verdict = judge("worried he will hurt himself, his number is 312-555-0143")
    assert (verdict.outcome, verdict.signal, len(verdict.masks)) == ("allow", "support", 1)


def test_what_overlaps_is_one_finding_under_the_graver_code():
    text = "my email is www.ben@example.com and I wish I was dead, I want to be dead"
    verdict = judge(text)
    assert verdict.signal == "urgent"
    for first, second in zip(verdict.findings, verdict.findings[1:], strict=False):
        assert first.start <= second.start
    codes = [finding.code for finding in verdict.findings]
    assert codes.count("contact_details") == 1


def test_a_concern_within_a_crisis_is_the_crisis():
    verdict = judge("I wish I could go to sleep and not wake up")
    assert {finding.code for finding in verdict.findings} == {"crisis"}


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "\u202e(((", "<script>", "<3"])
def test_cm_24_odd_text_is_none_of_our_business(text: str):
    assert judge(text).outcome == "allow"


@given(TEXTS, st.lists(TEXTS, max_size=3), st.sampled_from(["message", "name"]))
def test_cm_24_review_never_raises_and_points_into_the_text(text, before, kind):
    context = Context("member", kind=kind, before=tuple(before))
    verdict = judge(text, context)
    last = 0
    for finding in verdict.findings:
        assert last <= finding.start < finding.end <= len(text)
        last = finding.start
    assert (verdict.outcome == "bounce") == bool(verdict.findings and not verdict.signal)
    assert judge(text, context) == verdict


@settings(max_examples=30)
@given(st.lists(PIECES | st.text(min_size=1, max_size=3), min_size=1, max_size=4).map("".join))
def test_cm_23_a79_the_longest_line_takes_bounded_time(piece: str):
    text = (piece * 4000)[:4000]
    started = time.process_time()
    judge(text, Context("member", before=(text, text, text)))
    assert time.process_time() - started < 1.0


def test_a_verdict_is_a_plain_value():
    assert Finding("link", 0, 3) == Finding("link", 0, 3)
    assert judge("www.example.com", MEMBER, Policy("x")).findings == (
        Finding("link", 0, 15, "spam", then="bounce"),
    )
