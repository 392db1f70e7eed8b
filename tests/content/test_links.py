"""CM-03: who may post links, and which links are contact details."""

from typing import Literal

import pytest
from msgspec.structs import replace

from moderation.content import Context

from .corpus import POLICY, judge, sentences, shown


@pytest.mark.parametrize("text", sentences("links.txt"))
def test_cm_03_a81_links_are_for_facilitators(text: str):
    assert [finding.code for finding in judge(text).findings] == ["link"]
    assert judge(text).outcome == "bounce"
    assert judge(text, Context("facilitator")).outcome == "allow"
    assert judge(text, Context("staff")).outcome == "allow"


@pytest.mark.parametrize(
    ("links", "outcome"), [("nobody", "bounce"), ("everyone", "allow"), ("facilitators", "allow")]
)
def test_cm_03_the_policy_says_who(
    links: Literal["nobody", "everyone", "facilitators"], outcome: str
):
    policy = replace(POLICY, links=links)
    assert judge("www.example.com", Context("facilitator"), policy).outcome == outcome


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a",
        "www2.example.org",
        "meetings.example.org",
        "EXAMPLE.ORG:443.",
        "example dot org",
        "example . org",
        "the dot com boom",
        "I stopped.And then",
        "e.g. this",
        "tired.it was long",
    ],
)
def test_cm_03_allowed_domains_and_figures_of_speech_pass(text: str):
    assert judge(text).outcome == "allow"


@pytest.mark.parametrize(
    "text",
    ["t.me/ben", "https://discord.gg/abc", "wa.me/13125550143", "discord dot gg slash abc"],
)
def test_cm_03_a_link_to_a_person_is_contact_details_for_anybody(text: str):
    for role in ("member", "facilitator"):
        verdict = judge(text, Context(role))
        assert verdict.outcome == "bounce"
        assert verdict.findings[0].code == "contact_details"


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org@example.com/",
        "https://example.com\\@example.org",
        "https://example.org.example.com/",
        "https://exаmple.org",
        "https://example.com/?example.org",
    ],
)
def test_cm_03_a81_no_disguise_makes_a_domain_allowed(text: str):
    assert judge(text).outcome == "bounce"


def test_cm_03_the_link_is_shown_where_it_stands():
    text = "Look — ｗｗｗ.example.com/a now"
    assert shown(text, judge(text)) == ["ｗｗｗ.example.com/a"]
