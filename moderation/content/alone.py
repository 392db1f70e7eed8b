"""The cheap half of the second look by itself, where the whole look is late or broken (CM-23)."""

import math

from msgspec.structs import replace

from moderation.content.grams import Grams
from moderation.content.judgement import settled_in_room
from moderation.content.learned import HEADS
from moderation.content.policy import Policy
from moderation.content.reading import reading, windows
from moderation.content.seen import Look, Seen
from moderation.content.verdict import Verdict

KEPT = {"anonymity": 0.5, "sourcing": 0.5}
"""What falls to a facilitator, and from which score on: who somebody is, and where there is something to buy."""
CRY = 1.0
"""The score from which words are taken for a cry; the other need begins lower, for it only lets words through."""
NEED = -2.0


def degraded(
    verdict: Verdict, text: str, policy: Policy, *, grams: Grams, crosstalk: bool = False
) -> Verdict:
    """What is left of the review in a room: identity and sourcing fail to hold, style passes."""
    soon = {kind: replace(policy.way(kind), level="strict") for kind in KEPT}
    policy = replace(policy, kinds={**policy.kinds, **soon})
    return settled_in_room(verdict, text, look_alone(text, grams), policy, crosstalk=crosstalk)


def look_alone(text: str, grams: Grams) -> Look:
    """By the n-grams, with cuts of their own; which words weighed most is not asked."""
    source = reading(text)
    if not source.text:
        return Look()
    rows = [grams.score(source.text[begin:end].split()) for begin, end in windows(source)]
    score = {head: max(float(row[place]) for row in rows) for place, head in enumerate(HEADS)}
    cuts = {**KEPT, "crisis": CRY}
    seen = tuple(
        Seen(
            "crisis_concern" if head == "crisis" else head,
            score[head],
            cut,
            (1 + math.tanh(score[head] / 2)) / 2,
            0,
            len(text),
            (),
        )
        for head, cut in cuts.items()
        if score[head] >= cut
    )
    return Look(seen, need=score["need"] >= NEED or score["crisis"] >= CRY)
