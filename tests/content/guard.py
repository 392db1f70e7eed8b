"""What the rules say of the invented messages: python -m tests.content.guard writes it down anew."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from moderation.content import Context, Policy, review
from training.corpus import FINAL, Example, authors, examples

from .corpus import LEXICON, POLICY

WRITTEN = Path(__file__).with_name("guard.txt")
MEANT = {
    "contact_details": {"anonymity", "sourcing", "sexual", "spam"},
    "link": {"anonymity", "sourcing", "sexual", "spam"},
    "full_name": {"anonymity"},
    "may_identify": {"anonymity"},
    "outing": {"anonymity"},
    "crisis": {"crisis_now", "crisis_concern"},
    "concern": {"crisis_now", "crisis_concern"},
}
"""Labels of the messages that a rule is there for."""
PACKS = {
    "contact": (("contact_details", "link"), "anonymity"),
    "crisis": (("crisis", "concern"), "crisis_now"),
    "concern": (("crisis", "concern"), "crisis_concern"),
}
"""Which rules find messages of which label."""


@cache
def hits() -> tuple[tuple[Example, frozenset[str]], ...]:
    """Every message but those kept for the figures, and the codes of the rules that hit it."""
    policy = Policy("guard", allowed_numbers=POLICY.allowed_numbers)
    rows = examples(name for name in authors() if name not in FINAL)
    return tuple((row, _codes(row.text, policy)) for row in rows)


def _codes(text: str, policy: Policy) -> frozenset[str]:
    verdict = review(text, Context("member"), policy, LEXICON)
    return frozenset(finding.code for finding in verdict.findings)


def astray() -> dict[str, str]:
    """`id code` -> the text, where a rule hits what its labels do not tell of."""
    return {
        f"{row.id} {code}": row.text
        for row, codes in hits()
        for code in sorted(codes)
        if not row.labels & MEANT.get(code, set())
    }


def found() -> Iterator[tuple[str, int, int]]:
    """Each pack, how many of its messages the rules find, and of how many."""
    for pack, (codes, label) in PACKS.items():
        meant = [said for row, said in hits() if label in row.labels]
        yield pack, sum(not said.isdisjoint(codes) for said in meant), len(meant)


def as_written() -> str:
    lines = [
        "# By `python -m tests.content.guard`: how many messages of a kind the rules alone find, then every",
        "# message that a rule hits for what its labels do not tell of. What adds a line here fails the build (CM-13).",
        *(f"{pack}: {some} of {whole}" for pack, some, whole in found()),
        *astray(),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(as_written())
