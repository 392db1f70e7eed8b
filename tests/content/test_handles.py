"""CM-03: e-mail addresses and handles."""

import pytest

from moderation.content import Context

from .corpus import judge, shown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to ben@example.com, ok", "ben@example.com"),
        ("it is ben at example dot com", "ben at example dot com"),
        ("b\u200ben@exаmple.com", "b\u200ben@exаmple.com"),
        ("benb92 at gmail", "benb92 at gmail"),
        ("hi, @sober_ben!", "@sober_ben"),
        ("so my insta is soberben", "my insta is soberben"),
        ("benb#1234", "benb#1234"),
        ("kik benb22", "kik benb22"),
        ("cashapp $benb", "cashapp $benb"),
    ],
)
def test_cm_03_addresses_and_handles_are_shown_where_they_stand(text: str, found: str):
    verdict = judge(text)
    assert verdict.outcome == "bounce"
    assert verdict.findings[0].code == "contact_details"
    assert shown(text, verdict) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "my insta is private",
        "my insta is depressing",
        "Facebook: a trigger",
        "Instagram is 24/7",
        "he used to text me on WhatsApp",
        "I'm always on Facebook",
        "I work at Gmail",
        "see you @ 7pm, @7.30, @home, @everyone",
        "step #1234",
        "thanks @Ben and @Ada.",
    ],
)
def test_cm_03_talk_about_services_and_mentions_pass(text: str):
    assert judge(text).outcome == "allow"


def test_cm_03_a_name_has_no_mention_in_it():
    assert judge("@Ben", Context("member", kind="name")).outcome == "bounce"
    assert judge("Ben B.", Context("member", kind="name")).outcome == "allow"


def test_cm_03_an_address_at_a_known_provider_needs_no_likely_name():
    assert judge("only at gmail dot com").outcome == "bounce"
    assert judge("only at example dot com").findings[0].code == "link"
