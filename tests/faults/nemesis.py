"""The nemesis: a seeded schedule of faults against a group that talks, and quiet after each of them."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import sqlite3
import subprocess
import sys
import time
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

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
    figures: list[Figure] = field(default_factory=list)

    @property
    def servers(self) -> list[ServerProcess]:
        return self.deployment.servers

    def some_server(self) -> ServerProcess:
        return self.chance.choice(self.servers)


class Figure(NamedTuple):
    """What one fault cost: seconds from its end until all was answered, and all were at the head."""

    fault: str
    answered: float
    at_head: float


class Fault(NamedTuple):
    """`act` injects the fault and heals it; `within` bounds the seconds until all are at the head."""

    name: str
    on: str
    within: float
    act: Callable[[Scene], Awaitable[None]]


async def rage(scene: Scene, faults: Sequence[Fault]) -> None:
    """One fault after the other, each with talk around it and quiet behind; the agenda goes on meanwhile."""
    for index, fault in enumerate(faults):
        await scene.group.move_to(_phase(index / len(faults)))
        scene.figures.append(await _one(scene, fault))
        scene.deployment.look_at_processes(scene.tape)


def _phase(progress: float) -> int:
    """Most of the time in the queue, some of it in open talk."""
    if progress < 0.3:
        return 0
    return 2 if progress < 0.8 else PHASES - 1


async def _one(scene: Scene, fault: Fault) -> Figure:
    async with scene.group.talking():
        await asyncio.sleep(scene.chance.uniform(0.3, 0.6))
        scene.tape.note("fault", fault=fault.name)
        began = time.monotonic()
        await fault.act(scene)
        healed = time.monotonic()
        scene.longest_outage = max(scene.longest_outage, healed - began)
        scene.tape.note("healed", fault=fault.name)
        await asyncio.sleep(scene.chance.uniform(0.2, 0.4))
        stopped = time.monotonic()
    answered = time.monotonic()
    await be_quiet(scene, fault.name, fault.within)
    return Figure(fault.name, answered - stopped, time.monotonic() - answered)


async def be_quiet(scene: Scene, after: str, within: float) -> None:
    """Nobody asks anything any more: all that is stored has to reach everybody by itself (P6)."""
    head = await scene.deployment.room_head()
    scene.tape.note("quiet", fault=after, head=head, within=within)
    with suppress(TimeoutError):  # The judge says who is missing.
        await until(lambda: all(one.head >= head for one in scene.group.everybody), within=within)


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
    """What the judge, in a process of its own, has to say. No server may be running."""
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


# The faults.


async def kill(scene: Scene) -> None:
    """F1: kill -9, and started again."""
    server = scene.some_server()
    server.kill9()
    await asyncio.sleep(scene.chance.uniform(0.0, 0.3))
    await server.start()


async def kill_all(scene: Scene) -> None:
    """F2: all of them, and started again."""
    for server in scene.servers:
        server.kill9()
    await scene.deployment.start()


async def stop_3s(scene: Scene) -> None:
    """F4: stopped for 3 s, with all it holds."""
    server = scene.some_server()
    server.pause()
    await asyncio.sleep(3)
    server.go_on()


async def stutter(scene: Scene) -> None:
    """F6: 2 s in which it runs half of the time, in bursts."""
    server = scene.some_server()
    for _ in range(5):
        server.pause()
        await asyncio.sleep(0.2)
        server.go_on()
        await asyncio.sleep(0.2)


async def roll(scene: Scene) -> None:
    """F7: SIGTERM to each in turn, and started again."""
    for server in scene.servers:
        await server.stop()
        await server.start()


async def cut(scene: Scene) -> None:
    """F21: half of the connections are reset, three times."""
    for _ in range(3):
        scene.deployment.front.cut(0.5)
        await asyncio.sleep(scene.chance.uniform(0.1, 0.4))


async def delay(scene: Scene) -> None:
    """F21: what passes takes up to 150 ms in either direction."""
    scene.deployment.front.delay = 0.15
    await asyncio.sleep(2)
    scene.deployment.front.delay = 0.0


async def black_hole(scene: Scene) -> None:
    """F22: some connections pass nothing any more, and after 2 s they are reset, as by a NAT."""
    links = scene.deployment.front.swallow(0.4)
    await asyncio.sleep(2)
    for link in links:
        link.cut()


async def lock(scene: Scene) -> None:
    """F18: a stranger holds the write lock of the SQLite file for longer than the server waits."""
    stranger = sqlite3.connect(scene.servers[0].database, isolation_level=None)
    try:
        stranger.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(6)
        stranger.execute("ROLLBACK")
    finally:
        stranger.close()


async def disk_full(scene: Scene) -> None:
    """F19: no file of the process can grow, its log file neither, for 2 s."""
    server = scene.servers[0]
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, hard))
    await asyncio.sleep(2)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))


async def no_descriptors(scene: Scene) -> None:
    """F26: a flood of connections takes all descriptors that a process may have."""
    server = scene.some_server()
    open_now = len(list(_descriptors(server)))
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (open_now + 20, hard))
    flood = []
    try:
        for _ in range(150):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            flood.append(writer)
        await asyncio.sleep(1.5)
    finally:
        for writer in flood:
            writer.transport.abort()
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (hard, hard))


def _descriptors(server: ServerProcess) -> list[str]:
    return os.listdir(f"/proc/{server.pid}/fd")


FAULTS = (
    Fault("F1 killed", "abc", 5, kill),
    Fault("F2 all killed", "abc", 10, kill_all),
    Fault("F4 stopped 3 s", "abc", 8, stop_3s),
    Fault("F6 loop blocked in bursts", "abc", 5, stutter),
    Fault("F7 rolling restart", "abc", 10, roll),
    Fault("F18 SQLite locked", "a", 5, lock),
    Fault("F19 disk full", "a", 5, disk_full),
    Fault("F21 network cut", "abc", 5, cut),
    Fault("F21 network delay", "abc", 5, delay),
    Fault("F22 half-open", "abc", 5, black_hole),
    Fault("F26 descriptors", "abc", 5, no_descriptors),
)


def on(name: str) -> list[Fault]:
    """The faults of one deployment."""
    return [fault for fault in FAULTS if name in fault.on]
