"""Every fault of a deployment, in an order of chance, against a group that talks: the judge finds nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.faults.deployment import Deployment
from tests.faults.nemesis import on, rage, staged, verdict

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.faults

ROUNDS = 3 if os.environ.get("FULL") else 1


@pytest.mark.parametrize("name", ["a"])
async def test_nothing_acknowledged_is_lost_doubled_or_out_of_order(
    name: str, tmp_path: Path, chance: random.Random, tell: Callable[[str], None]
):
    """P1-P10, P21: each fault ends with quiet, in which all come to the head within its bound."""
    faults = [fault for _ in range(ROUNDS) for fault in chance.sample(on(name), len(on(name)))]
    deployment = Deployment(name, tmp_path, chance)
    async with deployment.up(), staged(deployment, chance.randrange(2**32)) as scene:
        await rage(scene, faults)
    for figure in scene.figures:
        tell(
            f"{figure.fault}: answered {figure.answered:.2f} s, at the head {figure.at_head:.2f} s"
        )
    assert not await verdict(deployment)
