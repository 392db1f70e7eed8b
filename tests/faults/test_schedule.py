"""Faults in an order of chance against a group that talks, on each deployment: the judge finds nothing.

In CI 20 s of them on each. FULL=1: each fault of the deployment once. SOAK=600: so many seconds in all.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.faults.catalogue import FULL, on
from tests.faults.check import read_history
from tests.faults.deployment import deployment
from tests.faults.figures import figures, keep
from tests.faults.nemesis import rage, staged, verdict

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.faults

NAMES = ("a", "b", "c")
SOAK = float(os.environ.get("SOAK") or 60) / len(NAMES)
ROUNDS = 100


@pytest.mark.parametrize("name", NAMES)
async def test_nothing_acknowledged_is_lost_doubled_or_out_of_order(
    name: str, tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """P1-P12, P16-P18, P19, P21: each fault ends with quiet, in which all come to the head in time."""
    only = os.environ.get("FAULT", "")
    known = [fault for fault in on(name) if only in fault.name]
    rounds = 1 if FULL else ROUNDS
    faults = [fault for _ in range(rounds) for fault in chance.sample(known, len(known))]
    place = deployment(name, tmp_path, chance)
    async with place.up():
        async with staged(place, chance.randrange(2**32)) as scene:
            await rage(scene, faults, float("inf") if FULL else SOAK)
        found = await verdict(place)
    tape = tmp_path / "history.jsonl"
    for figure in figures(read_history(tape), tape):
        tell(
            f"{figure.fault}: slowest answer {figure.answer:.2f} s, all answered {figure.after_heal:.2f} s"
            f" after the heal, at the head {figure.at_head:.2f} s later"
            f" ({figure.receipts} receipts, {figure.retries} retries)"
        )
        if not found:
            keep(figure)
    assert not found, "\n".join(found[:30])
