"""What the review concludes, and its reasons."""

from typing import Literal

from msgspec import Struct

Outcome = Literal["allow", "allow_folded", "nudge", "bounce", "hold", "refuse"]
"""Published; published behind a label; asked of its author once more; given back; kept for a facilitator; not taken."""
Signal = Literal["support", "urgent"]
Severity = Literal["low", "medium", "high"]

SEVERITY: dict[str, Severity] = {
    "crisis_now": "high",
    "crisis_concern": "high",
    "harm_by_others": "high",
    "methods": "high",
    "sourcing": "high",
    "harassment": "medium",
    "sexual": "medium",
    "anonymity": "medium",
    "medical_advice": "medium",
    "spam": "medium",
    "relapse": "low",
    "use_detail": "low",
    "crosstalk": "low",
}
"""How grave each kind of finding is."""
BREACHES = ("contact_details", "link")
"""Codes of the rules for what must not be read."""
NUDGES = ("crosstalk",)
"""Codes of what its author is asked about once, and may send as it is."""


class Finding(Struct, frozen=True):
    """One reason, at [start, end) in code points of the text as displayed, and whose word it is.

    `code` is the rule's, and a refusal code where it withholds; the second look gives the kind as code.
    `by` are the words that weighed most with the second look, which is as sure as `confidence`; a rule
    is certain, and is its own reason.
    """

    code: str
    start: int
    end: int
    kind: str = ""
    by: tuple[str, ...] = ()
    confidence: float = 1.0

    @property
    def severity(self) -> Severity:
        return SEVERITY[self.kind]


class Verdict(Struct, frozen=True):
    """The outcome, its reasons in order of place, and what it was made under (the floor epoch, the policy).

    `signal` is a crisis signal (CE-06) that no outcome takes away; only a person ever raises a case to imminent.
    `masks` are the spans the room must see masked when a crisis finding lets the rest through (CM-09).
    `label` is what the fold says, of `allow_folded` or of a `nudge` that is sent as it is.
    `need`: somebody tells of danger, harm or a relapse; nothing that others do hides it (CM-20).
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    signal: Signal | None = None
    epoch: int = 0
    policy: str = ""
    masks: tuple[Finding, ...] = ()
    label: str = ""
    need: bool = False


ALLOW = Verdict("allow")
