"""CM-13: a rule that hits one innocent message more fails the build, and the message is printed."""

import pytest

from moderation.content import parse

from . import guard
from .corpus import TEXTS, sentences

KEPT = [line for line in guard.WRITTEN.read_text().splitlines() if not line.startswith("#")]
STATED = {line.split(":")[0]: line for line in KEPT if ":" in line}
ALLOWED = {line for line in KEPT if ":" not in line}


def difference(found: dict[str, str]) -> str:
    """What is new, and what is gone, a line each; nothing where all is as it is written down."""
    new = [f"+ {hit}: {text}" for hit, text in found.items() if hit not in ALLOWED]
    gone = [f"- {hit}" for hit in sorted(ALLOWED - found.keys())]
    return "\n".join(new + gone)


def test_cm_13_no_rule_hits_what_is_not_written_down():
    told = difference(guard.astray())
    assert not told, f"Mend the rule; or, where it is right: python -m tests.content.guard\n{told}"


def test_cm_13_the_rules_find_what_they_are_stated_to_find():
    """Fewer fails; more is written down."""
    assert {pack: f"{pack}: {some} of {whole}" for pack, some, whole in guard.found()} == STATED


def test_cm_13_the_packs_are_large_enough_and_the_traps_in_three_languages():
    assert all(whole >= 150 for _, _, whole in guard.found())
    assert len(sentences("contact.txt")) >= 150
    assert len(sentences("crisis_explicit.txt")) >= 150
    traps = " ".join(sentences("traps.txt")).lower()
    assert len(sentences("traps.txt")) >= 300
    assert all(f" {word} " in traps for word in ("gracias", "abuela", "jours", "heute"))


def test_cm_13_a_planted_rule_fails_and_its_hits_are_printed(monkeypatch: pytest.MonkeyPatch):
    planted = TEXTS | {"crisis_urgent.txt": f"{TEXTS['crisis_urgent.txt']}\nmiss you(?: all)?\n"}
    monkeypatch.setattr(guard, "LEXICON", parse(planted))
    guard.hits.cache_clear()
    told = difference(guard.astray())
    guard.hits.cache_clear()
    lines = told.splitlines()
    assert len(lines) > 3
    assert all(line.startswith("+ a") and " crisis: " in line for line in lines)
    assert any("miss you" in line.lower() for line in lines)
