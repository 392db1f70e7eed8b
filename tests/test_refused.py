"""A rule's no: a code, and plain facts for its words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import moderation
from chatroom.live.refusals import REFUSALS
from moderation.refused import Refused

RULES = [
    path
    for part in ("meeting", "case")
    for path in sorted((Path(moderation.__file__).parent / part).glob("*.py"))
]


def codes() -> set[str]:
    """Every code that a rule raises, be it chosen by an expression, or returned by a `why_...`."""
    return {code for path in RULES for code in _codes_of(ast.parse(path.read_text()))}


def _codes_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused":
            yield from _strings(node.args[0])
        if isinstance(node, ast.FunctionDef) and node.name.lstrip("_").startswith("why_"):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    yield from _strings(inner.value)


def _strings(expression: ast.expr) -> Iterator[str]:
    """What an expression can come to, as far as it is written there."""
    match expression:
        case ast.Constant(value=str(code)):
            yield code
        case ast.IfExp(body=one, orelse=other):
            yield from (*_strings(one), *_strings(other))
        case ast.Call(func=ast.Name(id=name), args=args) if name.startswith("_why_"):
            yield from _strings(args[-1])  # The code it is to answer with, if that is given.


def test_the_codes_are_found_however_they_are_chosen():
    assert {"removed", "no_seat", "names_locked", "stale_epoch", "turn_ended"} <= codes()
    assert {"readers_only", "speaker_only", "said_already", "frozen", "quiet", "paused"} <= codes()
    assert "reader" not in codes()


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


def test_fc_12_a45_text_out_of_turn_is_offered_a_hand_a_draft_and_the_facilitator():
    offered = REFUSALS["not_your_turn"].next
    assert {"raise_hand", "keep_draft", "tell"} <= set(offered)


def test_fc_09_a49_a_late_line_is_kept_and_asks_for_the_floor_back():
    late = REFUSALS["turn_ended"]
    assert "Ask for the floor back?" in late.words
    assert {"raise_hand", "keep_draft"} <= set(late.next)


@pytest.mark.parametrize(
    "code",
    ["muted", "all_muted", "frozen", "nobody_in_chair", "removed", "turned_away", "locked"],
)
def test_fc_19_a99_whoever_is_silenced_or_outside_is_offered_help(code: str):
    assert "help" in REFUSALS[code].next
