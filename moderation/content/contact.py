"""Contact details and links of one text, as findings (CM-02, CM-03)."""

from collections.abc import Iterator

from moderation.content.context import Context
from moderation.content.handles import handles
from moderation.content.lexicon import Lexicon
from moderation.content.links import links
from moderation.content.phone import phones
from moderation.content.policy import Policy
from moderation.content.text import Shadow, shadow
from moderation.content.verdict import Finding

CONTACT = "contact_details"
LINK = "link"


def contact(
    source: Shadow, displayed: str, context: Context, policy: Policy, lexicon: Lexicon
) -> Iterator[Finding]:
    """Numbers, addresses and handles, whoever writes them; links of those who may not (CM-02, CM-03)."""
    before = tuple(shadow(line).text for line in context.before)
    after = tuple(shadow(line).text for line in context.after)
    # The id of a meeting is a link in figures.
    meetings = _may_link(context, policy)
    for start, end in phones(source.text, before, policy, after=after, meetings=meetings):
        yield Finding(CONTACT, *source.place(start, end))
    for start, end in handles(source, displayed, lexicon, mentions=context.kind == "message"):
        yield Finding(CONTACT, *source.place(start, end))
    for (start, end), personal in links(source, displayed, policy, lexicon):
        if personal:
            yield Finding(CONTACT, *source.place(start, end))
        elif not _may_link(context, policy):
            yield Finding(LINK, *source.place(start, end))


def _may_link(context: Context, policy: Policy) -> bool:
    if policy.links == "facilitators":
        return context.role != "member"
    return policy.links == "everyone"
