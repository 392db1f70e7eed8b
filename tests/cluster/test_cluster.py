"""A meeting goes on while what is under it is killed or drained, one after the other: a second of delay each."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chatroom.client import Seat, enter
from chatroom.demo import Play, Step, read_script
from chatroom.live.timekeeper import pause
from moderation.meeting import entries as happened
from tests.cluster.machine import Cluster, cluster
from tests.ports import free_port

pytestmark = pytest.mark.faults

FULL = bool(os.environ.get("FULL"))
SPEED = 20.0 if FULL else 150.0
DELAY = 3.0
"""Seconds: about one, and the rest for a machine that has other things to do."""
AWAY = 8.0
"""A PostgreSQL that was killed has to recover first (P17: normal again within 5 s)."""


class Timed(Play):
    """A play that is noted down: how long each act took, from its cue to its receipt."""

    took: list[float]

    async def _do(self, step: Step) -> None:
        began = time.monotonic()
        await super()._do(step)
        self.took.append(time.monotonic() - began)


async def test_killing_a_process_under_a_meeting_is_a_second_of_delay(
    tmp_path: Path, record_property: Callable[[str, object], None]
):
    """P1-P4, P6, P16, F1, F7, F9, F13: every line is read by somebody who only watches, once and in order."""
    async with cluster(tmp_path, free_port()) as running:
        links = await _links(running)
        play = Timed(links, SPEED, pause, lambda _: None)
        play.took = []
        async with enter(links[0], name="Mo") as mo:
            reading = asyncio.create_task(_lines(mo))
            playing = asyncio.create_task(play.perform(read_script()))
            worst = {name: await _worst(play, *end) for name, end in _ends(running).items()}
            await playing
            await mo.until(lambda: mo.meeting.closed_at is not None)
            seen = await reading
            assert not mo.resets
    record_property("worst", worst)
    assert seen == [step.words for step in read_script() if _is_line(step)]
    assert worst.get("PostgreSQL", 0.0) < AWAY, worst
    assert max(seconds for name, seconds in worst.items() if name != "PostgreSQL") < DELAY, worst


async def _links(running: Cluster) -> tuple[str, str]:
    room = await running.servers[0].create_room("Demo meeting")
    member, facilitator = await asyncio.gather(
        *(running.servers[0].invite(room, role) for role in ("member", "facilitator"))
    )
    return member, facilitator


End = tuple[Callable[[], int], signal.Signals]


def _ends(running: Cluster) -> dict[str, End]:
    """Whom each signal goes to; in the size of CI three of them."""
    pids = [lambda one=one: one.pid for one in running.servers]
    ends: dict[str, End] = {
        "a process": (pids[0], signal.SIGKILL),
        "Valkey": (lambda: running.bus.pid, signal.SIGKILL),
        "a process that drains": (pids[1], signal.SIGTERM),
    }
    if FULL:
        ends["the next that drains"] = (pids[2], signal.SIGTERM)
        ends["another process"] = (pids[1], signal.SIGKILL)
        ends["the third"] = (pids[2], signal.SIGKILL)
        ends["PostgreSQL"] = (lambda: running.postmaster, signal.SIGKILL)
    return ends


async def _worst(play: Timed, pid: Callable[[], int], end: signal.Signals) -> float:
    """The longest act from the signal on, until some more are through."""
    await _acts(play, len(play.took) + 10)
    os.kill(pid(), end)
    first = len(play.took)
    await _acts(play, first + 9)
    return max(play.took[first:])


async def _acts(play: Timed, count: int) -> None:
    async with asyncio.timeout(60):
        while len(play.took) < count:  # noqa: ASYNC110 - it counts by itself
            await asyncio.sleep(0.01)


async def _lines(mo: Seat) -> list[str | None]:
    """Every line that reaches somebody who watches, until the close."""
    seen: list[str | None] = []
    async for one in mo.entries():
        if isinstance(one.entry, happened.Said):
            seen.append(one.entry.words)
        if one.entry.__struct_config__.tag == "closed":
            break
    return seen


def _is_line(step: Step) -> bool:
    return not step.act and not step.refused and step.words not in ("!", "done", "pass")


async def test_ctrl_c_ends_all_of_them():
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.cluster"),
        env={**os.environ, "PORT": str(free_port())},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout is not None
    links, text = 0, ""
    async with asyncio.timeout(180):  # A database, a bus and three processes on a busy machine.
        while "Ctrl+C" not in text:
            text = (await process.stdout.readline()).decode()
            assert text, "it ended"
            links += "/enter#" in text and "demo" not in text
    members = _members(process.pid)
    assert len(members) >= 6, "PostgreSQL, Valkey, three processes, and the front"
    os.killpg(process.pid, signal.SIGINT)  # As a terminal does.
    async with asyncio.timeout(120):
        await process.wait()
    assert links == 3
    assert not _members(process.pid)


def _members(session: int) -> list[int]:
    """The processes of a session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(folder.name))
    return found
