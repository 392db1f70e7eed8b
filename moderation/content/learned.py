"""The learned second look: what a text may be about, how sure that is, and which words weighed most."""

import math
import tomllib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec import Struct, convert
from numpy.typing import NDArray

from moderation.content.grams import Grams, Table
from moderation.content.reading import reading, windows
from moderation.content.seen import Look, Seen
from moderation.content.text import Shadow
from moderation.content.wordpiece import numbers, vocabulary

LABELS = (
    *("crisis_now", "crisis_concern", "harm_by_others", "relapse", "anonymity", "sourcing"),
    *("use_detail", "harassment", "sexual", "spam", "crosstalk", "medical_advice", "methods"),
)
"""What a message may be about."""
_CRISIS = frozenset({"crisis_now", "crisis_concern"})
HEADS = {label: frozenset({label}) for label in LABELS} | {
    "crisis": _CRISIS,
    "need": _CRISIS | {"harm_by_others", "relapse"},
}
"""What is scored, in the order of the weights: every label, and two that stand for several."""

MEANS = 0.1
"""How likely it must be that means are named for the writer to be taken as one in need: a question about pills is
easily read as one for a dealer."""

Encode = Callable[[NDArray[np.int64], NDArray[np.int64]], Table]
"""Numbers of word pieces and which of them are there, a row a text -> one value a head and text."""


class Scale(Struct, frozen=True):
    """How the two halves of a head become one score, and from where it is a finding.

    `grams` and `encoder` are mean and deviation on texts that trained neither. `sure` is slope and shift of the
    logistic curve that makes the score a probability.
    """

    grams: tuple[float, float]
    encoder: tuple[float, float]
    sure: tuple[float, float]
    cut: float


class Learned(Struct, frozen=True):
    """The artefacts, read; `heads` is in the order of HEADS."""

    grams: Grams
    pieces: Mapping[str, int]
    encode: Encode
    heads: Mapping[str, Scale]


GRAMS, WEIGHTS, PIECES, CUTS = "ngrams.txt", "ngrams.f16", "pieces.txt", "cuts.toml"
FILES = (GRAMS, WEIGHTS, PIECES, CUTS)


def parse(files: Mapping[str, bytes], encode: Encode) -> Learned:
    """Read the artefacts, given as file name -> content."""
    cuts = tomllib.loads(files[CUTS].decode())
    return Learned(
        parse_grams(files),
        vocabulary(files[PIECES].decode()),
        encode,
        {head: convert(cuts[head], Scale) for head in HEADS},
    )


def parse_grams(files: Mapping[str, bytes]) -> Grams:
    """The half that a server keeps in its own process."""
    known = files[GRAMS].decode().splitlines()
    table = np.frombuffer(files[WEIGHTS], np.float16).astype(np.float32)
    table = table.reshape(len(known) + 1, len(HEADS) + 1)
    return Grams(
        {gram: place for place, gram in enumerate(known)},
        rarity=table[:-1, 0].copy(),
        weights=table[:-1, 1:].copy(),
        bias=table[-1, 1:].copy(),
    )


def look(text: str, learned: Learned) -> Look:
    """A second look at a text; long ones are seen through overlapping windows, and the worst of them counts."""
    source = reading(text)
    if not source.text:
        return Look()
    spans = windows(source)
    table = scores([source.text[start:end] for start, end in spans], learned)
    heads = {
        head: (float(column.max()), spans[int(column.argmax())])
        for head, column in zip(HEADS, table.T, strict=True)
    }
    passed = [head for head in HEADS if heads[head][0] >= learned.heads[head].cut]
    told = _told(passed)
    spoken = {span: _spoken(span, source, learned) for span in {heads[head][1] for _, head in told}}
    seen = [
        _seen(kind, head, heads[head][0], spoken[heads[head][1]], source, learned)
        for kind, head in told
    ]
    asks = _sure(heads["methods"][0], learned.heads["methods"]) >= MEANS
    need = asks or any(HEADS[head] <= HEADS["need"] for head in passed)
    return Look(tuple(sorted(seen, key=lambda one: one.confidence, reverse=True)), need)


def _sure(score: float, scale: Scale) -> float:
    slope, shift = scale.sure
    return (1 + math.tanh((slope * score + shift) / 2)) / 2


def scores(texts: Sequence[str], learned: Learned) -> Table:
    """One score a head and text."""
    grams = np.array([learned.grams.score(text.split()) for text in texts], np.float32)
    # One by one: eight bits are set to the largest value of a batch, and a text must not be judged by its neighbour.
    rows = [numbers(text, learned.pieces) for text in texts]
    encoded = np.vstack([learned.encode(*padded([row])) for row in rows])
    scales = [learned.heads[head] for head in HEADS]
    return added(
        grams, encoded, [scale.grams for scale in scales], [scale.encoder for scale in scales]
    )


Spread = Sequence[tuple[float, float]]


def added(grams: Table, encoded: Table, of_grams: Spread, of_encoder: Spread) -> Table:
    """Both halves standardised and added; what stands for several labels is heard through the loudest of them too."""
    total = _standard(grams, of_grams) + _standard(encoded, of_encoder)
    names = list(HEADS)
    for place, labels in enumerate(HEADS.values()):
        if len(labels) > 1:
            total[:, place] += total[:, [names.index(label) for label in sorted(labels)]].max(1)
    return total


def _standard(values: Table, spread: Spread) -> Table:
    mean, deviation = np.array(spread, np.float32).T
    standard: Table = (values - mean) / deviation
    return standard


def padded(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of one length, and where in them something stands."""
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    mask = np.zeros_like(ids)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask


def _told(passed: Sequence[str]) -> list[tuple[str, str]]:
    """Which kinds are told, each with the head that says so: of the two crisis labels the graver one."""
    told = [(head, head) for head in passed if head in LABELS and head not in _CRISIS]
    for head in ("crisis_now", "crisis", "crisis_concern"):
        if head in passed:
            return [(head if head == "crisis_now" else "crisis_concern", head), *told]
    return told


class _Spoken(Struct, frozen=True):
    """The words of one stretch of a reading, where they stand in it, and how much each spoke for each head."""

    words: Sequence[tuple[int, int]]
    shares: Table


def _spoken(span: tuple[int, int], source: Shadow, learned: Learned) -> _Spoken:
    texts = source.text[slice(*span)].split(" ")
    words: list[tuple[int, int]] = []
    begin = span[0]
    for text in texts:
        words.append((begin, begin + len(text)))
        begin += len(text) + 1
    return _Spoken(words, learned.grams.shares(texts))


def _seen(
    kind: str, head: str, score: float, spoken: _Spoken, source: Shadow, learned: Learned
) -> Seen:
    scale = learned.heads[head]
    words, shares = spoken.words, spoken.shares[:, list(HEADS).index(head)].tolist()
    first, last = _heaviest_run(shares)
    heaviest = sorted(range(len(shares)), key=lambda place: shares[place], reverse=True)[:3]
    return Seen(
        kind,
        score,
        scale.cut,
        _sure(score, scale),
        source.place(*words[first])[0],
        source.place(*words[last])[1],
        tuple(source.place(*words[place]) for place in heaviest if shares[place] > 0),
    )


def _heaviest_run(shares: Sequence[float]) -> tuple[int, int]:
    """The run of words with the largest sum, each word paying half the mean of what speaks for it."""
    speaking = [share for share in shares if share > 0]
    toll = sum(speaking) / len(speaking) / 2 if speaking else 0.0
    best, at, begin, total = -math.inf, (0, len(shares) - 1), 0, 0.0
    for place, share in enumerate(shares):
        if total <= 0:
            begin, total = place, 0.0
        total += share - toll
        if speaking and total > best:
            best, at = total, (begin, place)
    return at
