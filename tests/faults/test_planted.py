"""The judge is shown to fail: faults that are planted between server and client, or into the server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from chatroom.client import Refused
from moderation.meeting import commands as ask
from tests.faults.deployment import PROGRAM, Deployment, deployment
from tests.faults.mutants import program
from tests.faults.nemesis import Scene, be_quiet, staged, verdict
from tests.faults.proxy import Tamper
from tests.faults.recorder import until
from tests.processes import HOUSE, SOON

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
    place = deployment("a", tmp_path, chance, tamper.filters)
    async with place.up():
        async with staged(place, chance.randrange(2**32)) as scene:
            async with scene.group.talking():
                await _some_talk(place, 20)
                tamper.arm()
                await until(lambda: tamper.done, within=SOON)
                await _some_talk(place, 20)
            await be_quiet(scene, "a tampered frame", 3)
        faults = await verdict(place)
    assert any("came after" in fault for fault in faults), faults  # The client notices,
    assert any("should be" in fault or "saw" in fault for fault in faults), faults  # and the judge.


async def test_a_receipt_before_the_commit_is_seen(tmp_path: Path, chance: random.Random):
    faults = await _with_mutant(tmp_path, chance, program("receipt_before_commit"), kills=3)
    assert any(fault.startswith("receipt of") for fault in faults), faults


async def test_a_decision_on_a_state_that_was_over_is_seen(tmp_path: Path, chance: random.Random):
    faults = await _with_mutant(tmp_path, chance, program("no_version_check"))
    assert any(fault.startswith("position") for fault in faults), faults


async def test_a_process_that_never_looks_for_what_others_stored_is_seen(
    tmp_path: Path, chance: random.Random
):
    """On (b), where nothing but the head poll brings it."""
    place = deployment("b", tmp_path, chance)
    async with place.up():
        async with staged(place, chance.randrange(2**32)) as scene:
            await _all_run(place, program("no_head_poll"))
            async with scene.group.talking():
                await _some_talk(place, 20)
            await _one_more(place, scene)
            await be_quiet(scene, "mutation", 3)
            await _all_run(place, PROGRAM)
        faults = await verdict(place)
    assert faults
    assert all("after mutation" in fault for fault in faults), faults


async def _one_more(place: Deployment, scene: Scene) -> None:
    """An entry behind which nobody asks anything: nothing but the poll can bring it to the other processes."""
    head = await place.room_head()
    for one in scene.group.members:
        with suppress(Refused):  # They may have been removed.
            await scene.group.chair.ask(ask.Mute(one.seat, 5))
        if await place.room_head() > head:
            return
    raise AssertionError("need one more entry for this test to mean anything")


async def _all_run(place: Deployment, program: Sequence[str]) -> None:
    for server in place.servers:
        server.kill9()
        server.change(program=program)
    await place.start()


async def _with_mutant(
    folder: Path, chance: random.Random, program: Sequence[str], *, kills: int = 0
) -> list[str]:
    place = deployment("a", folder, chance)
    async with place.up(program):
        async with staged(place, chance.randrange(2**32)) as scene:
            await scene.group.move_to(2)
            # Several at once, of which all but one are no longer right when it is their turn.
            hands = [one.ask(ask.RaiseHand()) for one in scene.group.members for _ in range(3)]
            await asyncio.gather(*hands, return_exceptions=True)
            async with scene.group.talking():
                for _ in range(kills):
                    await _some_talk(place, 10)
                    place.servers[0].kill9()
                    await place.start()
                await _some_talk(place, 20)
            await be_quiet(scene, "mutation", 3)
        return await verdict(place)


async def _some_talk(place: Deployment, entries: int) -> None:
    head = await place.room_head()
    async with asyncio.timeout(2 * SOON):
        while await place.room_head() < head + entries:  # noqa: ASYNC110 - of a database
            await asyncio.sleep(0.05)


def test_the_judge_knows_nothing_of_the_server():
    """It could share an error with what it imports."""
    code = "import sys, tests.faults.check; print([m for m in sys.modules if m.startswith('chatroom')])"
    said = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, check=True)
    assert said.stdout == b"[]\n"
