"""The word lists, compiled; whoever starts the server reads the files and hands them in."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from moderation.content.phrases import Phrases, compiled
from moderation.content.text import squeeze


class Lexicon(Struct, frozen=True):
    """The compiled files, and every word in them under its squeezed form."""

    urgent: Phrases
    taken: Phrases
    lately: Phrases
    support: Phrases
    idioms: Phrases
    hindsight: Phrases
    past: Phrases
    now: Phrases
    since: Phrases
    vocabulary: Mapping[str, str]
    not_handles: frozenset[str]
    not_mailboxes: frozenset[str]
    not_mentions: frozenset[str]
    not_inviting: frozenset[str]
    not_hosts: frozenset[str]
    contact_hosts: frozenset[str]
    given_names: frozenset[str]
    surnames: frozenset[str]
    not_surnames: frozenset[str]
    known_people: frozenset[str]


FILES = {
    "urgent": "crisis_urgent.txt",
    "taken": "crisis_taken.txt",
    "lately": "crisis_lately.txt",
    "support": "crisis_support.txt",
    "idioms": "idioms.txt",
    "hindsight": "hindsight.txt",
    "past": "past.txt",
    "now": "now.txt",
    "since": "since.txt",
}
TERMS = "terms.txt"
WORDS = (
    "not_handles",
    "not_mailboxes",
    "not_mentions",
    "not_inviting",
    "not_hosts",
    "contact_hosts",
    "given_names",
    "surnames",
    "not_surnames",
)
LINES = ("known_people",)


def parse(texts: Mapping[str, str]) -> Lexicon:
    """Compile the lexicon files, given as file name -> content; ValueError when one is missing.

    No start without the crisis phrases: no configuration switches them off (CM-23).
    """
    missing = {
        TERMS,
        *FILES.values(),
        *(f"{field}.txt" for field in (*WORDS, *LINES)),
    } - texts.keys()
    if missing:
        raise ValueError(f"expected the lexicon files {', '.join(sorted(missing))}, got none")
    terms = _terms(_lines(texts[TERMS]))
    patterns = {
        field: [_spelled_out(line, terms) for line in _lines(texts[file])]
        for field, file in FILES.items()
    }
    fields: dict[str, Any] = {field: compiled(lines) for field, lines in patterns.items()}
    for field in WORDS:
        fields[field] = frozenset(" ".join(_lines(texts[f"{field}.txt"])).split())
    for field in LINES:
        fields[field] = frozenset(_lines(texts[f"{field}.txt"]))
    return Lexicon(**fields, vocabulary=_vocabulary(patterns["urgent"] + patterns["support"]))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _terms(lines: list[str]) -> dict[str, str]:
    terms: dict[str, str] = {}
    for line in lines:
        name, pattern = line.split(" = ", 1)
        terms[name] = _spelled_out(pattern, terms)
    return terms


def _spelled_out(pattern: str, terms: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda name: terms[name[1]], pattern)


def _vocabulary(patterns: list[str]) -> dict[str, str]:
    """Squeezed form -> word; where two words squeeze to one form, the longer stays."""
    words = {word for pattern in patterns for word in re.findall("[a-z]{3,}", pattern)}
    return {squeeze(word): word for word in sorted(words, key=lambda word: (len(word), word))}
