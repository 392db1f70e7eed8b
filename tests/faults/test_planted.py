"""The judge is shown to fail: faults that are planted between server and client, or into the server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults.deployment import PROGRAM, Deployment
from tests.faults.mutants import program
from tests.faults.nemesis import be_quiet, staged, verdict
from tests.faults.proxy import Tamper
from tests.faults.recorder import until
from tests.processes import HOUSE

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("how", ["drop", "swap", "double"])
async def test_a_frame_that_is_lost_swapped_or_doubled_on_the_way_is_seen(
    how: str, tmp_path: Path, chance: random.Random
):
    tamper = Tamper(how)
    deployment = Deployment("a", tmp_path, chance, tamper.filters)
    async with deployment.up(), staged(deployment, chance.randrange(2**32)) as scene:
        async with scene.group.talking():
            await _some_talk(deployment, 20)
            tamper.arm()
            await until(lambda: tamper.done, within=10)
            await _some_talk(deployment, 20)
        await be_quiet(scene, "a tampered frame", 3)
    faults = await verdict(deployment)
    assert any("came after" in fault for fault in faults), faults  # The client notices,
    assert any("should be" in fault or "saw" in fault for fault in faults), faults  # and the judge.


async def test_a_receipt_before_the_commit_is_seen(tmp_path: Path, chance: random.Random):
    faults = await _with_mutant(tmp_path, chance, program("receipt_before_commit"), kills=3)
    assert any(fault.startswith("receipt of") for fault in faults), faults


async def test_a_decision_on_a_state_that_was_over_is_seen(tmp_path: Path, chance: random.Random):
    faults = await _with_mutant(tmp_path, chance, program("no_version_check"))
    assert any(fault.startswith("position") for fault in faults), faults


async def test_the_same_run_without_a_planted_fault_has_none(tmp_path: Path, chance: random.Random):
    assert not await _with_mutant(tmp_path, chance, PROGRAM, kills=3)


async def _with_mutant(
    folder: Path, chance: random.Random, program: Sequence[str], kills: int = 0
) -> list[str]:
    deployment = Deployment("a", folder, chance)
    async with (
        deployment.up(program),
        staged(deployment, chance.randrange(2**32)) as scene,
    ):
        await scene.group.move_to(2)
        async with scene.group.talking():
            for _ in range(kills):
                await _some_talk(deployment, 20)
                deployment.servers[0].kill9()
                await deployment.start()
            await _some_talk(deployment, 40)
        await be_quiet(scene, "mutation", 3)
    return await verdict(deployment)


async def _some_talk(deployment: Deployment, entries: int) -> None:
    head = await deployment.room_head()
    async with asyncio.timeout(20):
        while await deployment.room_head() < head + entries:  # noqa: ASYNC110 - of a database
            await asyncio.sleep(0.05)


def test_the_judge_knows_nothing_of_the_server():
    """It could share an error with what it imports."""
    code = "import sys, tests.faults.check; print([m for m in sys.modules if m.startswith('chatroom')])"
    said = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, check=True)
    assert said.stdout == b"[]\n"
