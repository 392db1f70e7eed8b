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
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

pytestmark = pytest.mark.faults

SHOWN_WITHIN = 6 * SOON


@pytest.mark.parametrize("how", ["drop", "swap", "double"])
async def test_a_frame_that_is_lost_swapped_or_doubled_on_the_way_is_seen(
    how: str, tmp_path: Path, chance: random.Random
):
    tamper = Tamper(how)
    place = deployment("a", tmp_path, chance, tamper.filters)
    async with place.up():
        async with staged(place, chance.randrange(2**32)) as scene:

            async def tampered() -> bool:
                """The line of the frame may end before another comes by which it could be missed."""
                tamper.arm()
                await _some_talk(place, 20)
                ends = [one.ended for one in (*scene.group.facilitators, *scene.group.members)]
                return any(ended is not None and ended.name == "broken" for ended in ends)

            async with scene.group.talking():
                await _some_talk(place, 20)
                await _until_it_shows(tampered)
            await be_quiet(scene, "a tampered frame", 3)
        faults = await verdict(place)
    assert any("came after" in fault for fault in faults), faults  # The client notices,
    assert any("should be" in fault or "saw" in fault for fault in faults), faults  # and the judge.


async def test_a_receipt_before_the_commit_is_seen(tmp_path: Path, chance: random.Random):
    place = deployment("a", tmp_path, chance)
    async with place.up(program("receipt_before_commit")):
        async with staged(place, chance.randrange(2**32)) as scene:

            async def killed() -> bool:
                """Whether somebody holds a receipt for what was never stored."""
                await _some_talk(place, 10)
                place.servers[0].kill9()
                head = await place.room_head()
                numbers = [number for one in scene.group.everybody for _, _, number in one.stored]
                await place.start()
                return max(numbers, default=0) > head

            async with scene.group.talking():
                await _until_it_shows(killed)
                await _some_talk(place, 20)
            await be_quiet(scene, "mutation", 3)
        faults = await verdict(place)
    assert any(fault.startswith("receipt of") for fault in faults), faults


async def test_a_decision_on_a_state_that_was_over_is_seen(tmp_path: Path, chance: random.Random):
    place = deployment("a", tmp_path, chance)
    async with place.up(program("no_version_check")):
        async with staged(place, chance.randrange(2**32)) as scene:
            members = scene.group.members
            await scene.group.move_to(2)

            async def raised() -> bool:
                """Several at once, of which all but one are no longer right when it is their turn."""
                await scene.group.chair.ask(ask.LowerHands())
                before = await place.room_head()
                hands = [one.ask(ask.RaiseHand()) for one in members for _ in range(3)]
                await asyncio.gather(*hands, return_exceptions=True)
                seats = {one.seat for one in members}
                return await place.room_head() > before + len(seats)

            await _until_it_shows(raised)
            async with scene.group.talking():
                await _some_talk(place, 20)
            await be_quiet(scene, "mutation", 3)
        faults = await verdict(place)
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

            async def missed() -> bool:
                """What falls due just now makes a process read on, and so does a socket that comes back."""
                await _one_more(place, scene)
                if not await be_quiet(scene, "mutation", 3):
                    return True
                place.front.cut(1.0)  # All may be at one process: they are dealt anew.
                await until(
                    lambda: all(one.connected for one in scene.group.everybody), within=SOON
                )
                return False

            await _until_it_shows(missed)
            await _all_run(place, PROGRAM)
        faults = await verdict(place)
    assert faults
    assert all("after mutation" in fault for fault in faults), faults


async def _until_it_shows(provoked: Callable[[], Awaitable[bool]]) -> None:
    """A planted fault is provoked again and again: whether it shows at the first try is chance."""
    async with asyncio.timeout(SHOWN_WITHIN):
        while not await provoked():
            pass


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
