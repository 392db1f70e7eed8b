"""The review of one text: every rule, in order, fused into one verdict."""

from collections.abc import Iterable

from msgspec.structs import replace

from moderation.content.contact import CONTACT, LINK, contact
from moderation.content.context import Context
from moderation.content.crisis import SUPPORT, URGENT, crisis
from moderation.content.lexicon import Lexicon
from moderation.content.policy import Policy
from moderation.content.text import shadow, words
from moderation.content.verdict import BREACHES, Finding, Signal, Verdict

KINDS = {CONTACT: "anonymity", LINK: "spam", URGENT: "crisis_now", SUPPORT: "crisis_concern"}
"""What the codes of the rules are called among the kinds of findings."""


def review(text: str, context: Context, policy: Policy, lexicon: Lexicon) -> Verdict:
    """Judge a text before it reaches the log; never raises, never alters the text (CM-01, CM-12).

    With a crisis signal nothing is withheld: what would bounce is named as masks for the room instead (CM-09).
    """
    source = shadow(text)
    concerns = _tidy(crisis(words(source, lexicon.vocabulary), lexicon))
    breaches = _tidy(contact(source, text, context, policy, lexicon))
    signal = _signal(concerns)
    found = sorted(concerns + breaches, key=_place)
    findings = tuple(replace(finding, kind=KINDS[finding.code]) for finding in found)
    return Verdict(
        outcome="bounce" if breaches and not signal else "allow",
        findings=findings,
        signal=signal,
        epoch=context.epoch,
        policy=policy.version,
        masks=tuple(one for one in findings if one.code in BREACHES) if signal else (),
        need=signal is not None,
    )


def _signal(concerns: list[Finding]) -> Signal | None:
    if any(finding.code == URGENT for finding in concerns):
        return "urgent"
    return "support" if concerns else None


def _tidy(findings: Iterable[Finding]) -> list[Finding]:
    """In order of place; what overlaps is one finding, under the graver code."""
    tidy: list[Finding] = []
    for finding in sorted(findings, key=_place):
        if tidy and finding.start < tidy[-1].end:
            tidy[-1] = _fused(tidy[-1], finding)
        else:
            tidy.append(finding)
    return tidy


def _fused(first: Finding, second: Finding) -> Finding:
    code = second.code if first.code in ("concern", LINK) else first.code
    return Finding(code, first.start, max(first.end, second.end))


def _place(finding: Finding) -> tuple[int, int]:
    return finding.start, finding.end
