"""The corpus as the training reads it, and which whole authors are kept apart."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from moderation.content.learned import HEADS, LABELS
from moderation.content.reading import reading

EXAMPLES = Path(__file__).parents[1] / "moderation" / "content" / "examples"
THRESHOLDS = ("author-4",)
"""Sets the cuts, trains nothing."""
FINAL = ("author-9", "author-10")
"""Seen once, for the figures: nothing is trained, chosen or cut on them."""
LATER = ("author-12",)
"""Came after the encoder was made: read by the n-grams alone until it is made again, which is asked for by leaving
this empty."""
UNTOLD = {"author-1": ("medical_advice", "methods")}
"""Labels that an author did not give: their absence says nothing."""

Labels = NDArray[np.float32]


class Example(Struct, frozen=True):
    """One invented message, and what the model reads of it."""

    id: str
    author: str
    voice: str
    lang: str
    labels: frozenset[str]
    style: str | None
    hard: bool
    text: str
    read: str


def authors() -> list[str]:
    return sorted(
        (path.stem for path in EXAMPLES.glob("author-*.jsonl")), key=lambda name: int(name[7:])
    )


def examples(of: Iterable[str]) -> list[Example]:
    """Everything that these authors wrote, in their order."""
    found: list[Example] = []
    for author in of:
        for line in (EXAMPLES / f"{author}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            row["labels"] = frozenset(row["labels"])
            found.append(Example(author=author, read=reading(row["text"]).text, **row))
    return found


def teachers() -> list[str]:
    """Who is trained on."""
    return [name for name in authors() if name not in THRESHOLDS + FINAL]


def trained() -> list[Example]:
    """What the n-grams are trained on."""
    return examples(teachers())


def encoded() -> list[Example]:
    """What the encoder is trained on."""
    return examples(name for name in teachers() if name not in LATER)


def truth(rows: list[Example]) -> Labels:
    """1 where a head should fire, 0 where not, NaN where the author did not say."""
    table = np.zeros((len(rows), len(HEADS)), np.float32)
    for row, values in zip(rows, table, strict=True):
        for place, head in enumerate(HEADS):
            values[place] = bool(row.labels & HEADS[head])
        for head in UNTOLD.get(row.author, ()):
            values[LABELS.index(head)] = np.nan
    return table
