"""What a measurement asks of the machine: a core for each side, the kernel's account of CPU and memory, descriptors."""

from __future__ import annotations

import asyncio
import os
import resource
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

PAGE = os.sysconf("SC_PAGE_SIZE")


class Cores(NamedTuple):
    """Where each side runs; the same ones where there is only one, or PIN=0."""

    server: set[int]
    load: set[int]


def cores() -> Cores:
    every = sorted(os.sched_getaffinity(0))
    if len(every) < 2 or os.environ.get("PIN") == "0":
        return Cores(set(every), set(every))
    return Cores({every[0]}, set(every[1:]))


CORES = cores()


@contextmanager
def on(these: set[int]) -> Iterator[None]:
    """What is started meanwhile by this thread runs on these cores for as long as it lives."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, these)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def take_the_load_core() -> None:
    """This process is the load: it gets out of the server's way, and may hold thousands of sockets."""
    os.sched_setaffinity(0, CORES.load)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def cpu_seconds(*pids: int) -> float:
    """User and system time of all threads of these processes, from the kernel's accounting."""
    threads = (thread for pid in pids for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return sum(_run_time(thread) for thread in threads) / 1e9


def _run_time(schedstat: Path) -> int:
    try:
        return int(schedstat.read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return 0  # It has just ended.


def resident_kib(*pids: int) -> float:
    """Resident memory of these processes, each with what it shares."""
    pages = (int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return sum(pages) * PAGE / 1024


@dataclass
class Memory:
    """The most that was seen, in KiB."""

    most: float = 0.0


@contextmanager
def watched(pid: int, memory: Memory) -> Iterator[None]:
    """Meanwhile the memory of a process is looked at ten times a second."""

    async def watch() -> None:
        while True:
            memory.most = max(memory.most, resident_kib(pid))
            await asyncio.sleep(0.1)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        memory.most = max(memory.most, resident_kib(pid))


@asynccontextmanager
async def program(*words: str, **environ: str) -> AsyncIterator[tuple[int, int]]:
    """A child process on the server's core that prints the port it listens on; pid and port.

    It is gone afterwards.
    """
    with on(CORES.server):
        process = await asyncio.create_subprocess_exec(
            *words, stdout=asyncio.subprocess.PIPE, env={**os.environ, **environ}
        )
    try:
        assert process.stdout is not None
        yield process.pid, int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()
