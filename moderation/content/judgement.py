"""The whole review of one text: what the rules are certain of, and what the second look makes likely."""

from msgspec.structs import replace

from moderation.content.seen import Look, Seen
from moderation.content.verdict import BREACHES, Finding, Outcome, Signal, Verdict

HELD = ("sourcing", "harassment", "sexual", "spam", "anonymity", "medical_advice")
"""What the second look may keep for a facilitator to decide; it never refuses."""
SURE_ENOUGH = 0.85
"""How sure it must be for that; what is only likelier than not is told, and goes through."""
FOLDED = {"use_detail": "mentions using in detail", "methods": "mentions ways of self-harm"}
"""What is shown behind its label. The rest of the kinds goes through."""
SIGNALS: dict[str, Signal] = {"crisis_now": "urgent", "crisis_concern": "support"}


def settled(verdict: Verdict, text: str, seen: Look, *, crosstalk: bool = False) -> Verdict:
    """The verdict of the rules on `text`, and what a second look adds to it.

    Contact is the rules' to find. Where either sees a need nothing is withheld, and the signal stands (CM-09).
    An answer to a share is asked about where that matters: `crosstalk` is what the context says of it (CM-10).
    """
    told = {finding.kind for finding in verdict.findings}
    likely = tuple(_finding(one, text) for one in seen.seen if one.kind not in told)
    findings = (*verdict.findings, *likely)
    kinds = [finding.kind for finding in findings]
    signals = {SIGNALS[kind] for kind in kinds if kind in SIGNALS}
    need = verdict.need or seen.need
    outcome, label = _decided(
        verdict.outcome, kinds, held=any(_holds(one) for one in seen.seen), need=need
    )
    asks = verdict.outcome == "nudge" or (crosstalk and "crosstalk" in kinds)
    if asks and not need and outcome in ("allow", "allow_folded"):
        outcome = "nudge"
    return replace(
        verdict,
        outcome=outcome,
        findings=findings,
        signal="urgent" if "urgent" in signals else next(iter(signals), None),
        masks=tuple(one for one in findings if one.code in BREACHES) if need else (),
        label=label,
        need=need,
    )


def _finding(one: Seen, text: str) -> Finding:
    words = tuple(text[start:end] for start, end in one.words)
    return Finding(one.kind, one.start, one.end, one.kind, words, round(one.confidence, 3))


def _holds(one: Seen) -> bool:
    return one.kind in HELD and one.confidence >= SURE_ENOUGH


def _decided(outcome: Outcome, kinds: list[str], *, held: bool, need: bool) -> tuple[Outcome, str]:
    if not need:
        if outcome not in ("allow", "nudge"):
            return outcome, ""
        if held:
            return "hold", ""
    for kind, label in FOLDED.items():
        if kind in kinds:
            return "allow_folded", label
    return "allow", ""
