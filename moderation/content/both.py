"""Rules and second look on one thread, for whoever can wait: the command line and the measurements."""

from moderation.content.context import Context
from moderation.content.judgement import settled
from moderation.content.learned import Learned, look
from moderation.content.lexicon import Lexicon
from moderation.content.policy import Policy
from moderation.content.review import review
from moderation.content.verdict import Verdict


def judge(
    text: str, context: Context, policy: Policy, lexicon: Lexicon, learned: Learned
) -> Verdict:
    """The whole review of a text."""
    verdict = review(text, context, policy, lexicon)
    return settled(verdict, text, look(text, learned), policy, crosstalk=context.crosstalk)
