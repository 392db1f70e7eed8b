"""Where a score becomes a finding: both halves on one scale, calibrated and cut on the author kept apart for it."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from moderation.content.grams import Table
from moderation.content.learned import HEADS, Scale, added

RECALL = {"crisis": 0.92}
"""A head that must not miss: the highest cut that finds this share of its messages."""
SURE = {"crisis_now": 0.5, "need": 0.15}
"""How likely it must be: the graver of the two crisis labels is told where it is the likelier, and whoever may well be
in need is not kept waiting for a facilitator. All others are cut where F1 is expected to be best."""


class Halves(Struct, frozen=True):
    """What the two halves say of each text, a row a text and a column a head."""

    grams: Table
    encoder: Table


def scales(halves: Halves, goal: Table) -> dict[str, Scale]:
    """One for each head."""
    of_grams, of_encoder = (_spread(half) for half in (halves.grams, halves.encoder))
    total = added(halves.grams, halves.encoder, of_grams, of_encoder)
    found: dict[str, Scale] = {}
    for place, head in enumerate(HEADS):
        is_so = goal[:, place] > 0
        slope, shift = calibrated(total[:, place], is_so)
        cut = _cut(head, total[:, place], is_so, slope, shift)
        found[head] = Scale(of_grams[place], of_encoder[place], (slope, shift), cut)
    return found


def _spread(half: Table) -> list[tuple[float, float]]:
    """Mean and deviation of each head."""
    return [(float(column.mean()), float(column.std()) or 1.0) for column in half.T]


def calibrated(score: Table, goal: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift of the logistic curve through them, by Newton's steps; a little pulled, so that it ends."""
    table = np.stack([score, np.ones_like(score)], axis=1).astype(np.float64)
    found = np.zeros(2)
    for _ in range(30):
        sure = (1 + np.tanh(table @ found / 2)) / 2
        pull = 1e-3 * found
        slopes = table.T @ (sure - goal) + pull
        bend = (table * (sure * (1 - sure))[:, None]).T @ table + 1e-3 * np.eye(2)
        found = found - np.linalg.solve(bend, slopes)
    return float(found[0]), float(found[1])


def _cut(head: str, score: Table, goal: NDArray[np.bool_], slope: float, shift: float) -> float:
    if head in RECALL:
        return float(np.quantile(score[goal], 1 - RECALL[head]))
    if head in SURE:
        return float((np.log(SURE[head] / (1 - SURE[head])) - shift) / slope)
    # The expected F1, for counted on the few of one author the best cut jumps with every message.
    sure = np.sort((1 + np.tanh((slope * score + shift) / 2)) / 2)[::-1]
    expected = 2 * np.cumsum(sure) / (np.arange(1, len(sure) + 1) + sure.sum())
    return float(np.sort(score)[::-1][int(expected.argmax())])


def written(found: dict[str, Scale]) -> str:
    """As TOML."""
    lines = [
        "# By `make train-review`: for each head the mean and deviation of both halves, slope and shift of the",
        "# logistic curve that makes a score a probability, and the score from which it is a finding.",
    ]
    for head, scale in found.items():
        lines += ["", f"[{head}]"]
        for key in ("grams", "encoder", "sure"):
            one, other = getattr(scale, key)
            lines.append(f"{key} = [{one:.4f}, {other:.4f}]")
        lines.append(f"cut = {scale.cut:.4f}")
    return "\n".join(lines) + "\n"
