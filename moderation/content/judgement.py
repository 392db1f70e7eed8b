"""The whole review of one text: what the rules are certain of, and what the second look makes likely."""

from msgspec.structs import replace

from moderation.content.policy import SURE, Policy, Way
from moderation.content.review import OWN, made_of
from moderation.content.seen import Look, Seen
from moderation.content.verdict import Finding, Signal, Verdict, concluded

SIGNALS: dict[str, Signal] = {"crisis_now": "urgent", "crisis_concern": "support"}

LIKELIEST = 0.999
"""As sure as the second look is ever told to be: that something is certain, a rule alone can say."""

RAISES = 0.5
"""How likely a cry must be for a case to be opened on it; from its cut on, it keeps the words from being withheld."""


def settled(
    verdict: Verdict, text: str, seen: Look, policy: Policy, *, crosstalk: bool = False
) -> Verdict:
    """The verdict of the rules on `text`, and what a second look adds to it, as the policy has it.

    Contact is the rules' to find. Where either sees a need nothing is withheld, and the signal stands (CM-09).
    An answer to a share is asked about where that matters: `crosstalk` is what the context says of it (CM-10).
    """
    told = {finding.kind for finding in verdict.findings if finding.code != OWN}
    ways = {one.kind: policy.way(one.kind, crosstalk=crosstalk) for one in seen.seen}
    likely = [_finding(one, text, ways[one.kind]) for one in seen.seen if one.kind not in told]
    findings = (*verdict.findings, *(one for one in likely if one is not None))
    signals = {SIGNALS[one.kind] for one in findings if one.kind in SIGNALS}
    signal: Signal | None = "urgent" if "urgent" in signals else next(iter(signals), None)
    need = verdict.need or seen.need
    return concluded(replace(verdict, signal=signal), findings, need=need)


def settled_in_room(
    verdict: Verdict, text: str, seen: Look, policy: Policy, *, crosstalk: bool = False
) -> Verdict:
    """As `settled`; a likely cry opens a case from `RAISES` on, as `support`: only a rule is sure of danger."""
    found = settled(verdict, text, seen, policy, crosstalk=crosstalk)
    likely = any(one.kind in SIGNALS and one.confidence >= RAISES for one in seen.seen)
    return replace(found, signal=verdict.signal or ("support" if likely else None))


def _finding(one: Seen, text: str, way: Way) -> Finding | None:
    """What is not likely enough for what the policy makes of it is told, and no more; it never refuses."""
    if way.look == "off":
        return None
    words = tuple(text[start:end] for start, end in one.words)
    likely = min(round(one.confidence, 3), LIKELIEST)
    found = Finding(one.kind, one.start, one.end, one.kind, words, likely)
    if one.confidence < SURE[way.level].get(way.look, 0.0):
        return found
    return made_of(found, way.look, way.label)
