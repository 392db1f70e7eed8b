"""What the review concludes, and its reasons."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

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
NUDGES = ("crosstalk", "use_detail", "may_identify")
"""Codes of what its author is asked about once in words of its own, and may send as it is."""
MASKED = ("anonymity", "spam", "methods")
"""Kinds whose words nobody may read, found by a rule, in a text that goes through all the same (CM-09)."""
Then = Literal["note", "fold", "nudge", "hold", "bounce", "refuse"]
"""What the policy makes of a finding."""
WITHHOLDS: tuple[Literal["refuse", "bounce", "hold", "nudge"], ...] = (
    "refuse",
    "bounce",
    "hold",
    "nudge",
)
"""Which of them the room does not read by itself, gravest first."""


class Finding(Struct, frozen=True):
    """One reason, at [start, end) in code points of the text as displayed, and whose word it is.

    `code` is the rule's, and a refusal code where it withholds; the second look gives the kind as code.
    `by` are the words that weighed most with the second look, which is as sure as `confidence`; a rule
    is certain, and is its own reason. `then` is what the policy makes of it, `label` what a fold over it says.
    """

    code: str
    start: int
    end: int
    kind: str = ""
    by: tuple[str, ...] = ()
    confidence: float = 1.0
    then: Then = "note"
    label: str = ""

    @property
    def severity(self) -> Severity:
        return SEVERITY[self.kind]


class Verdict(Struct, frozen=True):
    """The outcome, its reasons in order of place, and what it was made under (the floor epoch, the policy).

    `signal` is a crisis signal (CE-06) that no outcome takes away; only a person ever raises a case to imminent.
    `masks` are the spans the room must see masked when a crisis finding lets the rest through (CM-09).
    `label` is what the fold says that the text stands behind once it is in the room, at once (`allow_folded`) or later;
    "" for none. `need`: somebody tells of danger, harm or a relapse; nothing
    that others do hides it (CM-20).
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    signal: Signal | None = None
    epoch: int = 0
    policy: str = ""
    masks: tuple[Finding, ...] = ()
    label: str = ""
    need: bool = False

    @property
    def because(self) -> tuple[Finding, ...]:
        """The findings that the outcome rests on; all of them, where none says what becomes of it."""
        then = "fold" if self.outcome == "allow_folded" else self.outcome
        return tuple(one for one in self.findings if one.then == then) or self.findings


def concluded(verdict: Verdict, findings: tuple[Finding, ...], *, need: bool) -> Verdict:
    """What follows from all findings together. With a need nothing is withheld; what a rule would have, is masked."""
    thens = {finding.then for finding in findings}
    outcome: Outcome | None = next((one for one in WITHHOLDS if one in thens and not need), None)
    label = next((one.label for one in findings if one.label), "")
    return replace(
        verdict,
        outcome=outcome or ("allow_folded" if label else "allow"),
        findings=findings,
        masks=tuple(filter(_is_masked, findings)) if need else (),
        label=label,
        need=need,
    )


def _is_masked(finding: Finding) -> bool:
    is_rule = finding.confidence == 1
    is_asked_about = finding.then == "nudge"  # What tells of themselves alone is theirs to tell.
    return is_rule and finding.kind in MASKED and finding.then in WITHHOLDS and not is_asked_about


ALLOW = Verdict("allow")
