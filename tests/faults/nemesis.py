"""The nemesis: a seeded schedule of faults against a group that talks, and quiet after each of them."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tests.faults.deployment import Cluster
from tests.faults.export import write
from tests.faults.group import CANARY, Group
from tests.faults.recorder import until
from tests.faults.tape import Tape

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from tests.faults.deployment import Deployment
    from tests.processes import ServerProcess

PHASES = 5


@dataclass
class Scene:
    """A deployment, the group in it, and chance."""

    deployment: Deployment
    group: Group
    tape: Tape
    chance: random.Random
    longest_outage: float = 0.0

    @property
    def servers(self) -> list[ServerProcess]:
        return self.deployment.servers

    def some_server(self) -> ServerProcess:
        return self.chance.choice(self.servers)

    @property
    def cluster(self) -> Cluster:
        assert isinstance(self.deployment, Cluster), "a fault of (b) and (c) alone"
        return self.deployment


class Fault(NamedTuple):
    """`act` injects the fault and heals it; `within` bounds the seconds until all are at the head."""

    name: str
    on: str
    within: float
    act: Callable[[Scene], Awaitable[None]]


async def rage(scene: Scene, faults: Sequence[Fault], seconds: float = float("inf")) -> None:
    """One fault after the other, each with talk around it and quiet behind; the agenda goes on meanwhile.

    After `seconds` no other one is begun.
    """
    began = time.monotonic()
    for index, fault in enumerate(faults):
        progress = max(index / len(faults), (time.monotonic() - began) / seconds)
        if progress >= 1.0:
            break
        await scene.group.move_to(_phase(progress))
        await _one(scene, fault)
        scene.deployment.look_at_processes(scene.tape)
        if any(server.started and not server.running for server in scene.servers):
            break  # It died by itself: the judge says so.


def _phase(progress: float) -> int:
    """Most of the time in the queue, some of it in open talk."""
    if progress < 0.3:
        return 0
    return 2 if progress < 0.8 else PHASES - 1


async def _one(scene: Scene, fault: Fault) -> None:
    async with scene.group.talking():
        await asyncio.sleep(scene.chance.uniform(0.3, 0.6))
        scene.tape.note("fault", fault=fault.name)
        began = time.monotonic()
        await fault.act(scene)
        scene.longest_outage = max(scene.longest_outage, time.monotonic() - began)
        scene.tape.note("healed", fault=fault.name)
        await asyncio.sleep(scene.chance.uniform(0.2, 0.4))
    await be_quiet(scene, fault.name, fault.within)


async def be_quiet(scene: Scene, after: str, within: float) -> bool:
    """Nobody asks anything any more: all that is stored has to reach everybody by itself (P6), or False."""
    head = await scene.deployment.room_head()
    scene.tape.note("quiet", fault=after, head=head, within=within)
    try:
        await until(lambda: all(one.head >= head for one in scene.group.everybody), within=within)
    except TimeoutError:
        return False  # The judge says who is missing.
    return True


@asynccontextmanager
async def staged(deployment: Deployment, seed: int) -> AsyncIterator[Scene]:
    """A group that has come together in a room of the deployment; it is closed and written down at the end."""
    room = await deployment.new_room()
    tape = Tape(deployment.folder / "history.jsonl")
    group = Group(tape, random.Random(f"group {seed}"))
    scene = Scene(deployment, group, tape, random.Random(f"nemesis {seed}"))
    with closing(tape):
        async with group.together(room):
            deployment.look_at_processes(tape)
            yield scene
            await group.move_to(PHASES - 1)
            await group.close()
            await be_quiet(scene, "the close", 3)
        deployment.look_at_processes(tape)
        _label(scene, seed)


def _label(scene: Scene, seed: int) -> None:
    """What the judge has to know of the whole run."""
    deployment, group = scene.deployment, scene.group
    scene.tape.note(
        "run",
        deployment=deployment.name,
        seed=seed,
        longest_outage=scene.longest_outage,
        logs=[str(log) for log in deployment.logs],
        canaries=[CANARY, *(one.session for one in (*group.facilitators, *group.members))],
    )


async def verdict(deployment: Deployment) -> list[str]:
    """Stops the servers, and asks the judge, which is a process of its own."""
    await deployment.stop()
    history, log = deployment.folder / "history.jsonl", deployment.folder / "export.jsonl"
    write(await deployment.rows(), log)
    return await judged(history, log)


async def judged(history: Path, log: Path) -> list[str]:
    judge = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.check", str(history), str(log)),
        stdout=subprocess.PIPE,
    )
    out, _ = await judge.communicate()
    faults = out.decode().splitlines()
    assert judge.returncode == min(1, len(faults)), "the judge broke down"
    return faults
