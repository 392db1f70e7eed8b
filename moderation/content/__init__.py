"""What may be written: `review(text, context, policy, lexicon) -> Verdict`, before the journal is touched."""

from moderation.content.context import Context
from moderation.content.lexicon import Lexicon, parse
from moderation.content.policy import Policy
from moderation.content.review import review
from moderation.content.verdict import ALLOW, Finding, Verdict

__all__ = ["ALLOW", "Context", "Finding", "Lexicon", "Policy", "Verdict", "parse", "review"]
