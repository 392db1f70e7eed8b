"""The weights of the n-grams: a logistic regression for every head at once, in numpy alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from moderation.content.grams import Grams, Table, grams, vector
from training.corpus import Example, truth

SIZE = 25_000
SMOOTH = 10.0
"""The inverse of the pull towards zero, as scikit-learn's C."""
ROUNDS = 60

Places = NDArray[np.intp]


class Sparse(Struct, frozen=True):
    """Rows of few values: those of row k stand at [begins[k], begins[k + 1])."""

    begins: Places
    places: Places
    values: Table

    def times(self, table: Table) -> Table:
        """Column by column, which numpy does many times faster than whole rows at once."""
        columns = [
            _summed(self.values * column[self.places], self.begins) for column in table.T.copy()
        ]
        return np.stack(columns, axis=1)


def trained(rows: list[Example], size: int = SIZE, rounds: int = ROUNDS) -> Grams:
    """The same examples give the same weights."""
    texts = [row.read.split() for row in rows]
    goal = truth(rows)
    known = {
        gram: place
        for place, gram in enumerate(chosen(texts, [row.author for row in rows], goal, size))
    }
    rarity = _rarity(texts, known)
    across, down = _sparse([vector(words, known, rarity) for words in texts], len(known))
    told = ~np.isnan(goal)
    goal = np.nan_to_num(goal)
    weights, bias = _fitted(across, down, goal, told, rounds)
    return Grams(known, rarity, weights, bias)


def chosen(texts: list[list[str]], authors: list[str], goal: Table, size: int) -> list[str]:
    """The n-grams that two authors at least have used, three times in all, and that tell the most."""
    used: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(texts):
        for gram in {gram for gram, _, _ in grams(words)}:
            used[gram].append(place)
    common = sorted(
        gram
        for gram, places in used.items()
        if len(places) >= 3
        and len({authors[place] for place in places}) >= min(2, len(set(authors)))
    )
    if len(common) <= size:
        return common
    goal = np.nan_to_num(goal)
    share = goal.mean(0)
    telling = np.array([_telling(goal[used[gram]], share) for gram in common])
    return [common[place] for place in np.sort(np.argsort(-telling, kind="stable")[:size])]


def _telling(goal: Table, share: Table) -> float:
    """How far from chance its messages are, for the head that it tells most of."""
    expected = share * len(goal)
    return float((np.abs(goal.sum(0) - expected) / np.sqrt(expected * (1 - share) + 1)).max())


def _rarity(texts: list[list[str]], known: dict[str, int]) -> Table:
    seen = Counter(
        known[gram] for words in texts for gram in {g for g, _, _ in grams(words)} if gram in known
    )
    counts = np.array([seen[place] for place in range(len(known))], np.float32)
    return (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)


def _sparse(rows: Iterable[tuple[Places, Table]], width: int) -> tuple[Sparse, Sparse]:
    """The table by its rows and by its columns."""
    rows = list(rows)
    begins = np.cumsum([0, *(len(places) for places, _ in rows)])
    places = np.concatenate([places for places, _ in rows])
    values = np.concatenate([values for _, values in rows])
    order = np.argsort(places, kind="stable")
    owners = np.repeat(np.arange(len(rows)), np.diff(begins))
    ends = np.cumsum([0, *np.bincount(places, minlength=width)])
    return Sparse(begins, places, values), Sparse(ends, owners[order], values[order])


def _summed(each: Table, begins: Places) -> Table:
    total = np.add.reduceat(np.append(each, np.float32(0)), begins[:-1])
    total[begins[:-1] == begins[1:]] = 0
    return total


def _fitted(
    across: Sparse, down: Sparse, goal: Table, told: NDArray[np.bool_], rounds: int
) -> tuple[Table, Table]:
    """Nesterov's descent on the logistic loss, rare heads weighed up, pulled towards zero."""
    count = told.sum(0)
    share = np.clip(goal.sum(0) / np.maximum(count, 1), 1e-4, 1 - 1e-4)
    weigh = np.where(goal > 0, np.sqrt((1 - share) / share), 1).astype(np.float32) * told
    pull = 1 / SMOOTH
    steep = 0.25 * _steepness(across, down) * float(weigh.max())
    narrow = np.sqrt(pull / (steep + pull))
    drift = np.float32((1 - narrow) / (1 + narrow))
    weights: NDArray[Any] = np.zeros((len(down.begins) - 1, goal.shape[1]), np.float32)
    ahead = weights
    bias: NDArray[Any] = np.log(share / (1 - share)).astype(np.float32)
    for _ in range(rounds):
        off = ((1 + np.tanh((across.times(ahead) + bias) / 2)) / 2 - goal) * weigh
        moved = ahead - (down.times(off) + pull * ahead) / np.float32(steep + pull)
        bias = bias - off.sum(0) / np.float32(0.25 * weigh.sum(0))
        ahead, weights = moved + drift * (moved - weights), moved
    return weights.astype(np.float32), bias.astype(np.float32)


def _steepness(across: Sparse, down: Sparse) -> float:
    """The largest eigenvalue, by repeated multiplication."""
    probe = np.ones((len(down.begins) - 1, 1), np.float32)
    for _ in range(12):
        probe = down.times(across.times(probe))
        size = float(np.linalg.norm(probe))
        probe /= size
    return size * 1.05
