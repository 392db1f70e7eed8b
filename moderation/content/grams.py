"""N-grams of words and of characters: what the first half of the learned look counts."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Table = NDArray[np.float32]


class Grams(Struct, frozen=True):
    """The n-grams that are known, how rare each is, and what each weighs for each head."""

    known: Mapping[str, int]
    rarity: Table
    weights: Table
    bias: Table

    def score(self, words: Sequence[str]) -> Table:
        """One value a head, before the logistic curve."""
        places, values = vector(words, self.known, self.rarity)
        return values @ self.weights[places] + self.bias

    def shares(self, words: Sequence[str]) -> Table:
        """How much each word spoke for each head, a row a word; what several words share is divided among them."""
        places, values = vector(words, self.known, self.rarity)
        weighed = values[:, None] * self.weights[places]
        row = {int(place): number for number, place in enumerate(places)}
        spoken = [
            (row[self.known[gram]], place, count)
            for gram, first, count in grams(words)
            if gram in self.known
            for place in range(first, first + count)
        ]
        rows, at, over = np.array(spoken, np.intp).reshape(-1, 3).T
        table = np.zeros((len(words), weighed.shape[1]), np.float32)
        np.add.at(table, at, weighed[rows] / over[:, None].astype(np.float32))
        return table


def grams(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Each n-gram with the word where it begins and over how many it goes: 1 to 3 words, 2 to 5 characters of one."""
    yield from of_words(words)
    for place, word in enumerate(words):
        for gram in of_characters(word):
            yield gram, place, 1


def of_words(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    for place, word in enumerate(words):
        yield word, place, 1
        if place + 1 < len(words):
            yield f"{word} {words[place + 1]}", place, 2
        if place + 2 < len(words):
            yield f"{word} {words[place + 1]} {words[place + 2]}", place, 3


def of_characters(word: str) -> Iterator[str]:
    """`#` marks them off from words, `_` is the edge of the word."""
    edged = f"_{word[:_LONGEST]}_"
    for size in range(2, min(5, len(edged)) + 1):
        for begin in range(len(edged) - size + 1):
            yield f"#{edged[begin : begin + size]}"


_LONGEST = 30


def vector(
    words: Sequence[str], known: Mapping[str, int], rarity: Table
) -> tuple[NDArray[np.intp], Table]:
    """The known n-grams of a text and how much each counts; words and characters have half of the length each."""
    of_each = (
        Counter(known[gram] for gram, _, _ in of_words(words) if gram in known),
        Counter(known[gram] for word in words for gram in of_characters(word) if gram in known),
    )
    places = np.fromiter((place for counts in of_each for place in counts), np.intp)
    halves = [_half(counts, rarity) for counts in of_each]
    return places, np.concatenate(halves)


def _half(counts: Mapping[int, int], rarity: Table) -> Table:
    often = np.fromiter((1 + math.log(count) for count in counts.values()), np.float32)
    values = often * rarity[np.fromiter(counts, np.intp)]
    return values / (np.linalg.norm(values) * math.sqrt(2)) if len(values) else values
