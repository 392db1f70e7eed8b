"""python -m moderation: the review of many lines, and a reason in plain words."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from moderation.__main__ import main


def told(*lines: dict[str, object], policy: Path | None = None) -> list[dict[str, Any]]:
    sent = "\n".join(json.dumps(line) for line in lines) + "\n\n"
    options = ["--policy", str(policy)] if policy else []
    result = CliRunner().invoke(main, ["review", *options], input=sent, catch_exceptions=False)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.output.splitlines()]


def test_one_object_a_line_comes_out_for_each_that_goes_in_and_in_its_order():
    first, second = told(
        {"id": "a", "text": "good evening"},
        {"id": 2, "text": "ring me on 312-555-0143", "context": {"role": "member"}},
    )
    assert first == {"id": "a", "decision": "allow", "crisis": None, "findings": [], "label": None}
    assert (second["id"], second["decision"]) == (2, "bounce")
    (finding,) = second["findings"]
    assert (finding["kind"], finding["severity"], finding["span"]) == (
        "anonymity",
        "medium",
        [11, 23],
    )


def test_a_number_may_be_split_over_two_lines():
    before = {"role": "member", "before": ["my number is 312"]}
    (answer,) = told({"id": 1, "text": "555 0143", "context": before})
    assert answer["decision"] == "bounce"


@pytest.mark.parametrize("context", [{}, None, {"phase": "sharing"}, {"role": "facilitator"}])
def test_a_context_says_as_much_as_is_known(context: dict[str, str] | None):
    (answer,) = told({"id": 1, "text": "good evening", "context": context})
    assert answer["decision"] == "allow"


def test_a_policy_says_what_this_organisation_lets_people_write(tmp_path: Path):
    line = {"id": 1, "text": "the leaflet is at www.example.net"}
    policy = tmp_path / "policy.toml"
    policy.write_text('links = "everyone"\n')
    assert told(line)[0]["decision"] == "bounce"
    assert "link" not in str(told(line, policy=policy)[0]["findings"])


def test_a_mistake_in_a_policy_is_told_with_its_line(tmp_path: Path):
    policy = tmp_path / "policy.toml"
    policy.write_text('links = "everyone"\nlinks_of = "me"\n')
    asked = ["review", "--policy", str(policy)]
    result = CliRunner().invoke(main, asked, input="{}")
    assert result.exit_code == 2
    assert "Invalid value for --policy: line 2" in result.output


def test_cm_09_the_crisis_stands_beside_the_decision():
    (answer,) = told({"id": 1, "text": "I am going to kill myself, ring 312-555-0143"})
    assert (answer["decision"], answer["crisis"]) == ("allow", "imminent")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("good evening", ["Nothing was found.", "It is published."]),
        (
            "ring me on 312-555-0143",
            [
                "A rule is certain that it says who somebody is, or how to reach them",
                "It goes back to its author",
            ],
        ),
        (
            "anyone need bars or percs? hmu, same day",
            [
                "The second look takes it for",
                "it offers or asks for drugs, drink or bets",
                "waits for a facilitator",
            ],
        ),
        ("I am going to kill myself", ["somebody may be in danger now", "told at once"]),
        (
            "god the first hit, warm all down my arms, I can still taste it, nothing ever felt like that",
            ["it dwells on using", "The label says: mentions using in detail."],
        ),
    ],
)
def test_a_facilitator_is_told_in_plain_words_why(text: str, sentences: list[str]):
    result = CliRunner().invoke(main, ["explain", text], catch_exceptions=False)
    for sentence in sentences:
        assert sentence in result.output
