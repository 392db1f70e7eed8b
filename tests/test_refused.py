"""A rule's no: a code, and plain facts for its words."""

import re
from pathlib import Path

import moderation
from chatroom.refusals import REFUSALS
from moderation.refused import Refused

RULES = [
    path
    for part in ("meeting", "case")
    for path in sorted((Path(moderation.__file__).parent / part).glob("*.py"))
]
# Returned by `why_silent` and raised by its caller.
REASONS = {
    *("meeting_closed", "not_open", "muted", "quiet"),
    *("turn_running", "not_your_turn", "facilitators_only"),
}


def codes() -> set[str]:
    raised = {
        code for path in RULES for code in re.findall(r'Refused\(\s*"(\w+)"', path.read_text())
    }
    chosen = {"removed", "no_seat"}  # Either, by an expression.
    return raised | chosen | REASONS


def test_a_refusal_carries_its_code_and_facts():
    refused = Refused("floor_busy", seat=2)
    assert (refused.code, refused.facts, str(refused)) == ("floor_busy", {"seat": 2}, "floor_busy")


def test_every_no_of_the_rules_has_words():
    assert codes() - set(REFUSALS) == set()


def test_every_no_of_the_rules_has_a_test():
    here = Path(__file__).parent
    stories = "".join(
        path.read_text() for part in ("meeting", "case") for path in (here / part).glob("test_*.py")
    )
    assert {code for code in codes() if f'refused("{code}"' not in stories} == set()
