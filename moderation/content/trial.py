"""What another policy would change: both tried on the same messages, and those that become of it otherwise."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import Struct

from moderation.content.context import Context
from moderation.content.judgement import settled
from moderation.content.lexicon import Lexicon
from moderation.content.policy import Policy
from moderation.content.review import review
from moderation.content.seen import Look
from moderation.content.verdict import Outcome, Verdict

MARGIN = 78
"""Characters of a message that are shown."""


class Tried(Struct, frozen=True):
    """One message, what it is about as its author says, and what becomes of it under each policy."""

    id: str
    text: str
    labels: tuple[str, ...]
    now: Verdict
    then: Verdict

    @property
    def differs(self) -> bool:
        return (self.now.outcome, self.now.label) != (self.then.outcome, self.then.label)


def tried(
    messages: Iterable[tuple[str, str, tuple[str, ...], Look]],
    now: Policy,
    then: Policy,
    lexicon: Lexicon,
) -> Iterator[Tried]:
    """Lines of members. Each is looked at once; what was seen is the same whatever is made of it."""
    context = Context("member")
    for id, text, labels, seen in messages:
        verdicts = (
            settled(review(text, context, policy, lexicon), text, seen, policy)
            for policy in (now, then)
        )
        yield Tried(id, text, labels, *verdicts)


def report(found: list[Tried], most: int) -> Iterator[str]:
    """Counts of each decision now and then, then the messages that differ, at most so many of a kind of change."""
    yield f"{len(found)} messages of the examples"
    yield f"{'':14}{'now':>7}{'then':>7}"
    now, then = (Counter(getattr(one, name).outcome for one in found) for name in ("now", "then"))
    for outcome in sorted({*now, *then}, key=GRAVITY.index):
        yield f"{outcome:14}{now[outcome]:>7}{then[outcome]:>7}"
    changed = sorted((one for one in found if one.differs), key=_change)
    if not changed:
        yield "Nothing would be otherwise."
    for (was, is_), group in groupby(changed, key=_change):
        some = list(group)
        yield ""
        yield f"{was} -> {is_}: {len(some)}"
        yield from (_line(one) for one in some[:most])
        if len(some) > most:
            yield f"  and {len(some) - most} more"


GRAVITY: tuple[Outcome, ...] = ("allow", "allow_folded", "nudge", "hold", "bounce", "refuse")


def _change(one: Tried) -> tuple[str, str]:
    return one.now.outcome, one.then.outcome


def _line(one: Tried) -> str:
    about = ", ".join(one.labels) or "nothing of the kind"
    because = one.then.because if one.then.outcome != "allow" else one.now.because
    found = ", ".join(dict.fromkeys(finding.kind for finding in because))
    text = " ".join(one.text.split())
    text = text if len(text) <= MARGIN else f"{text[: MARGIN - 1]}…"
    return f"  {one.id} ({about}; found: {found}): {text}"
