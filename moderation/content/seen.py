"""What the second look says of a text; it needs no model to be read."""

from msgspec import Struct


class Seen(Struct, frozen=True):
    """One thing that a text may be about.

    [start, end) is the stretch that spoke for it, `words` the single words that weighed most, heaviest first, all in
    code points of the text as displayed. `confidence` is a probability; `cut` is the score that it had to reach.
    """

    kind: str
    score: float
    cut: float
    confidence: float
    start: int
    end: int
    words: tuple[tuple[int, int], ...]


class Look(Struct, frozen=True):
    """What was seen, heaviest first, and whether somebody may be in need: then nothing seen here withholds the text."""

    seen: tuple[Seen, ...] = ()
    need: bool = False
