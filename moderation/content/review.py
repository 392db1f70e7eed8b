"""The review of one text: every rule, in order, fused into one verdict."""

from moderation.content.context import Context
from moderation.content.crisis import URGENT, crisis
from moderation.content.lexicon import Lexicon
from moderation.content.policy import Policy
from moderation.content.text import shadow, words
from moderation.content.verdict import Verdict


def review(text: str, context: Context, policy: Policy, lexicon: Lexicon) -> Verdict:
    """Judge a text before it reaches the log; never raises, never alters the text (CM-01, CM-09, CM-12)."""
    findings = tuple(crisis(words(shadow(text), lexicon.vocabulary), lexicon))
    urgent = any(finding.code == URGENT for finding in findings)
    signal = ("urgent" if urgent else "support") if findings else None
    return Verdict("allow", findings, signal, context.epoch, policy.version)
