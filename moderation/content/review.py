"""The review of one text: every rule, in order, fused into one verdict."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from moderation.content.contact import CONTACT, LINK, contact
from moderation.content.context import Context
from moderation.content.crisis import SUPPORT, URGENT, crisis
from moderation.content.identity import FULL_NAME, MAY_IDENTIFY, OUTING, folded, identity
from moderation.content.lexicon import Lexicon
from moderation.content.policy import Policy, Rule, Way
from moderation.content.text import Shadow, shadow, words
from moderation.content.verdict import WITHHOLDS, Finding, Signal, Verdict, concluded

KINDS = {
    CONTACT: "anonymity",
    LINK: "spam",
    URGENT: "crisis_now",
    SUPPORT: "crisis_concern",
    FULL_NAME: "anonymity",
    MAY_IDENTIFY: "anonymity",
    OUTING: "anonymity",
}
"""What the codes of the rules are called among the kinds of findings."""
SOFTER: dict[str, Rule] = {MAY_IDENTIFY: "nudge", OUTING: "hold"}
"""What becomes of these where the policy withholds their kind: what is theirs to tell, and what is another's."""
OWN = "own_phrase"
"""The code of what the organisation's own phrases find, of whatever kind that is."""


def review(text: str, context: Context, policy: Policy, lexicon: Lexicon) -> Verdict:
    """Judge a text before it reaches the log; never raises, never alters the text (CM-01, CM-12).

    With a crisis signal nothing is withheld: what would bounce is named as masks for the room instead (CM-09).
    """
    source = shadow(text)
    read = words(source, lexicon.vocabulary)
    concerns = _tidy(crisis(read, lexicon))
    breaches = _tidy(contact(source, text, context, policy, lexicon))
    breaches = [
        *breaches,
        *_beside(breaches, _tidy(identity(text, context, _knowing(policy, lexicon)))),
    ]
    signal = _signal(concerns)
    spares = context.role != "member"
    found = [
        _weighed(finding, policy.way(KINDS[finding.code]), spares=spares)
        for finding in concerns + breaches
    ]
    findings = [*(one for one in found if one is not None), *_own(read, policy)]
    verdict = Verdict("allow", signal=signal, epoch=context.epoch, policy=policy.version)
    return concluded(verdict, tuple(sorted(findings, key=_place)), need=signal is not None)


def _weighed(finding: Finding, way: Way, *, spares: bool) -> Finding | None:
    """The finding of a rule with what the policy makes of it; None where that is nothing.

    `spares`: whoever holds the meeting is asked about nothing, and kept from nobody (CM-18).
    """
    if way.rule == "off":
        return None
    then: Rule = way.rule
    if then in WITHHOLDS and finding.code in SOFTER:
        then = "note" if spares else SOFTER[finding.code]
    return made_of(replace(finding, kind=KINDS[finding.code]), then, way.label)


def _knowing(policy: Policy, lexicon: Lexicon) -> Lexicon:
    """The lists, with those whom the organisation lets people name."""
    if not policy.allowed_names:
        return lexicon
    names = {" ".join(folded(name)) for name in policy.allowed_names}
    return replace(lexicon, known_people=lexicon.known_people | names)


def _beside(found: list[Finding], more: list[Finding]) -> Iterator[Finding]:
    """Of what more was found, what is not told by a graver word already."""
    for one in more:
        if not any(one.start < other.end and other.start < one.end for other in found):
            yield one


def _own(read: Shadow, policy: Policy) -> Iterator[Finding]:
    """The organisation's own phrases, in one pass over the words."""
    if policy.own is None:
        return
    for index, (start, end) in policy.own.phrases.found(read.text):
        own = policy.own.each[index]
        yield made_of(Finding(OWN, *read.place(start, end), own.kind), own.then, own.label)


def made_of(finding: Finding, then: Rule, label: str) -> Finding:
    """The finding with what becomes of it; what is only told needs no fold."""
    assert then not in ("off", "group"), "a way is settled before something is made of it"
    return replace(finding, then=then, label="" if then == "note" else label)


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
    code = second.code if first.code in ("concern", LINK, MAY_IDENTIFY) else first.code
    return Finding(code, first.start, max(first.end, second.end))


def _place(finding: Finding) -> tuple[int, int]:
    return finding.start, finding.end
