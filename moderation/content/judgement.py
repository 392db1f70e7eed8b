"""The whole review of one text: what the rules are certain of, and what the second look makes likely."""

from typing import Literal

from msgspec import Struct

from moderation.content.contact import LINK
from moderation.content.context import Context
from moderation.content.crisis import SUPPORT, URGENT
from moderation.content.learned import Learned, look
from moderation.content.lexicon import Lexicon
from moderation.content.policy import Policy
from moderation.content.review import review

Decision = Literal["allow", "allow_folded", "bounce", "hold"]
Crisis = Literal["concern", "imminent"]
Severity = Literal["low", "medium", "high"]


class Reason(Struct, frozen=True):
    """One finding: its kind, how grave that kind is, where it stands in the text as displayed, and whose word it is.

    `by` is the rule's code, or the words that weighed most with the second look, which is as sure as `confidence`.
    """

    kind: str
    severity: Severity
    span: tuple[int, int]
    by: tuple[str, ...]
    confidence: float = 1.0


class Judgement(Struct, frozen=True):
    """What becomes of a text, and whether somebody must look after its author: no decision takes that away (CM-09)."""

    decision: Decision
    crisis: Crisis | None
    findings: tuple[Reason, ...]
    label: str | None = None


RULES = {
    "contact_details": "anonymity",
    LINK: "spam",
    URGENT: "crisis_now",
    SUPPORT: "crisis_concern",
}
"""What the codes of the rules are called among the kinds of findings."""
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
HELD = ("sourcing", "harassment", "sexual", "spam", "anonymity", "medical_advice")
"""What the second look may keep for a facilitator to decide; it never refuses."""
SURE_ENOUGH = 0.85
"""How sure it must be for that; what is only likelier than not is told, and goes through."""
FOLDED = {"use_detail": "mentions using in detail", "methods": "mentions ways of self-harm"}
"""What is shown behind its label. The rest of the kinds goes through."""


def judge(
    text: str, context: Context, policy: Policy, lexicon: Lexicon, learned: Learned
) -> Judgement:
    """Rules first: contact is theirs. Where either sees a need nothing is withheld, and the signal stands (CM-09)."""
    verdict = review(text, context, policy, lexicon)
    seen = look(text, learned)
    reasons = [
        Reason(
            RULES[finding.code],
            SEVERITY[RULES[finding.code]],
            (finding.start, finding.end),
            (finding.code,),
        )
        for finding in verdict.findings
    ]
    told = {reason.kind for reason in reasons}
    reasons += [
        Reason(
            one.kind,
            SEVERITY[one.kind],
            (one.start, one.end),
            tuple(text[a:b] for a, b in one.words),
            round(one.confidence, 3),
        )
        for one in seen.seen
        if one.kind not in told
    ]
    kinds = [reason.kind for reason in reasons]
    held = any(one.kind in HELD and one.confidence >= SURE_ENOUGH for one in seen.seen)
    need = seen.need or verdict.signal is not None
    decision, label = _decided(
        kinds, bounced=verdict.outcome == "bounce" and not need, held=held and not need
    )
    return Judgement(decision, _crisis(kinds), tuple(reasons), label)


def _crisis(kinds: list[str]) -> Crisis | None:
    if "crisis_now" in kinds:
        return "imminent"
    return "concern" if "crisis_concern" in kinds else None


def _decided(kinds: list[str], *, bounced: bool, held: bool) -> tuple[Decision, str | None]:
    if bounced:
        return "bounce", None
    if held:
        return "hold", None
    for kind, label in FOLDED.items():
        if kind in kinds:
            return "allow_folded", label
    return "allow", None
