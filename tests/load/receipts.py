"""Receipts per second, how long they take, and what a stored message costs: rooms, members, processes.

Deployments: (a) SQLite and one process, (b) PostgreSQL and three without a bus, (c) the same with
Redis. All run at once and take turns, round by round, so that what is compared was measured side by
side. Closed loop: some senders in each room, each sends its next line when it has the receipt. Open
loop: so many lines a second in all, whatever comes back; they are timed from when they were due.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import uvloop

from chatroom.settings import load
from tests import servers
from tests.load import _load
from tests.load._load import UNLIMITED, furnished, median, numbers, percentile, started, way
from tests.load._machine import cpu_seconds, take_the_load_core
from tests.load._members import AT_ONCE
from tests.load._rooms import Notes, Room, say_at_a_rate
from tests.processes import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALL = os.environ.get("SIZE") == "small"
DEPLOYMENTS = os.environ.get("DEPLOYMENTS", "a,b,c").split(",")
ROOMS = numbers(os.environ.get("ROOMS", "1,10" if SMALL else "1,10,100"))
SEATS = numbers(os.environ.get("SEATS", "5,10" if SMALL else "5,30,100"))
PROCESSES = numbers(os.environ.get("PROCESSES", "1,3" if SMALL else "1,2,3"))
SENDERS = int(os.environ.get("SENDERS", "5"))
RATE = int(os.environ.get("RATE", "200"))
SECONDS = float(os.environ.get("SECONDS", "0.3"))
ROUNDS = int(os.environ.get("ROUNDS", "1" if SMALL else "2"))
ORDINARY_SEATS = SEATS[len(SEATS) // 2]
ORDINARY_ROOMS = ROOMS[len(ROOMS) // 2]
ALL_ARRIVED_WITHIN = 30.0


class Cell(NamedTuple):
    """One thing to measure."""

    deployment: str
    loop: str
    rooms: int
    seats: int
    processes: int


class Deployment(NamedTuple):
    """What runs, and whose CPU is whose."""

    name: str
    servers: list[ServerProcess]
    postgres: servers.Postgres | None
    valkey: servers.Valkey | None

    @property
    def processes(self) -> int:
        return len(self.servers)

    def cpu(self) -> dict[str, float]:
        postgres = self.postgres.pids() if self.postgres else []
        valkey = [self.valkey.pid] if self.valkey else []
        return {
            "server": cpu_seconds(*(server.pid for server in self.servers)),
            "postgres": cpu_seconds(*postgres),
            "redis": cpu_seconds(*valkey),
        }


@dataclass
class Figures:
    """What a cell showed in one round; times in milliseconds, CPU in microseconds per stored line."""

    stored: int
    receipts_per_second: float
    receipt: list[float]
    last_delivery: list[float]
    cpu: dict[str, float]
    generator: float
    retries: int


async def round_of(cell: Cell, deployment: Deployment, rooms: Sequence[Room]) -> Figures:
    """Sends for some seconds, and waits until all of it has arrived."""
    notes = Notes()
    cpu, own, began = deployment.cpu(), time.process_time(), time.perf_counter()
    for room in rooms:
        room.begin(notes, closed_loop=cell.loop == "closed")
    if cell.loop == "closed":
        for room in rooms:
            for member in room.members[:SENDERS]:
                room.say(member)
        await asyncio.sleep(SECONDS)
    else:
        await say_at_a_rate(rooms, RATE, SECONDS)
    notes.running = False
    sent_for = time.perf_counter() - began
    async with asyncio.timeout(ALL_ARRIVED_WITHIN):
        for room in rooms:
            await room.all_arrived()
    lasted = time.perf_counter() - began
    after, stored = deployment.cpu(), len(notes.receipts)
    for room in rooms:
        room.assert_whole()
    return Figures(
        stored,
        notes.in_time / sent_for,
        sorted(one * 1000 for one in notes.receipts),
        sorted(one * 1000 for room in rooms for one in room.to_last()),
        {name: (after[name] - cpu[name]) / stored * 1e6 for name in cpu},
        (time.process_time() - own) / lasted,
        notes.retries,
    )


# What is measured.


def cells() -> list[Cell]:
    """The grid, then what only grows in one direction."""
    found = [
        Cell(name, loop, rooms, ORDINARY_SEATS, _all_of(name))
        for loop in ("closed", "open")
        for rooms in ROOMS
        for name in DEPLOYMENTS
    ]
    found += [
        Cell(name, loop, ORDINARY_ROOMS, seats, _all_of(name))
        for loop in ("closed", "open")
        for seats in SEATS
        for name in DEPLOYMENTS[:1]
    ]
    found += [
        Cell(name, "closed", ORDINARY_ROOMS, ORDINARY_SEATS, processes)
        for processes in PROCESSES
        for name in DEPLOYMENTS
        if _all_of(name) > 1
    ]
    return list(dict.fromkeys(found))


def _all_of(deployment: str) -> int:
    return 1 if deployment == "a" else max(PROCESSES)


class Hall(NamedTuple):
    """Rooms that are furnished alike: these cells use the first of them."""

    seats: int
    processes: int


def halls(name: str) -> dict[Hall, int]:
    """How many rooms of each kind a deployment needs."""
    most: dict[Hall, int] = {}
    for cell in cells():
        if cell.deployment == name:
            hall = Hall(cell.seats, cell.processes)
            most[hall] = max(most.get(hall, 0), cell.rooms)
    return most


# Deployments.


async def deployed(stack: AsyncExitStack, name: str) -> tuple[Deployment, dict[Hall, list[Room]]]:
    """It runs, with everybody in their rooms; connections are spread evenly over the processes."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    environ: dict[str, str] = {**UNLIMITED}
    postgres, valkey = None, None
    if name != "a":
        postgres = stack.enter_context(servers.postgres(max_connections="60"))
        secret = folder / "secret"
        secret.write_bytes(os.urandom(32))
        secret.chmod(0o600)
        environ |= {
            "DATABASE_URL": postgres.url(),
            "SECRET_FILE": str(secret),
            "BUS": "none",
        }
    if name == "c":
        valkey = stack.enter_context(servers.valkey(tcp=True))
        environ |= {"BUS": "redis", "REDIS_URL": valkey.url}
    serving = [
        ServerProcess(_made(folder / str(number)), **environ) for number in range(_all_of(name))
    ]
    await serving[0].migrate()
    settings = load({"DATABASE_URL": f"sqlite:///{serving[0].database}", **environ})
    kinds = [kind for kind, rooms in halls(name).items() for _ in range(rooms)]
    places = await furnished(settings, [kind.seats for kind in kinds])
    for server in serving:
        await started(server)
        stack.push_async_callback(server.stop)
    found: dict[Hall, list[Room]] = {}
    gate = asyncio.Semaphore(AT_ONCE)
    coming = []
    for kind, place in zip(kinds, places, strict=True):
        room = Room(place, SENDERS)
        stack.callback(room.close)
        found.setdefault(kind, []).append(room)
        ports = [server.port for server in serving[: kind.processes]]
        spread = zip(itertools.cycle(ports), place.tokens, strict=False)
        ways = [way(port, place, token) for port, token in spread]
        coming.append(room.open(ways, writers=SENDERS, gate=gate))
    await asyncio.gather(*coming)
    return Deployment(name, serving, postgres, valkey), found


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


# Telling.


def told(cell: Cell, rounds: list[Figures]) -> None:
    """One line for a cell: medians of its rounds."""
    line: dict[str, object] = {
        **cell._asdict(),
        "stored": sum(one.stored for one in rounds),
        "receipts_per_second": median(one.receipts_per_second for one in rounds),
    }
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        line[f"receipt_{name}_ms"] = median(percentile(one.receipt, share) for one in rounds)
        line[f"last_delivery_{name}_ms"] = median(
            percentile(one.last_delivery, share) for one in rounds
        )
    for name in ("server", "postgres", "redis"):
        line[f"{name}_us_per_message"] = median(one.cpu[name] for one in rounds)
    line["generator_share"] = median((one.generator for one in rounds), 2)
    line["retries"] = sum(one.retries for one in rounds)
    _load.told("receipts", **line)


def compared(found: dict[Cell, list[Figures]], grows: str) -> None:
    """How the cells grow that differ in one thing alone, as ratios to the first; medians of the rounds."""
    series: dict[tuple[tuple[str, object], ...], list[Cell]] = {}
    for cell in found:
        if grows == "processes" or cell.processes == _all_of(cell.deployment):
            same = [pair for pair in cell._asdict().items() if pair[0] != grows]
            if grows == "deployment":
                same.pop()  # How many processes there are follows from it.
            series.setdefault(tuple(same), []).append(cell)
    for alike, members in series.items():
        members.sort()
        if len(members) > 1:
            line = {
                "with": grows,
                **dict(alike),
                grows: [getattr(cell, grows) for cell in members],
                "receipts_per_second": _ratios(
                    [[one.receipts_per_second for one in found[cell]] for cell in members]
                ),
                "server_us_per_message": _ratios(
                    [[one.cpu["server"] for one in found[cell]] for cell in members]
                ),
                "all_us_per_message": _ratios(
                    [[sum(one.cpu.values()) for one in found[cell]] for cell in members]
                ),
                "last_delivery_p50": _ratios(
                    [
                        [percentile(one.last_delivery, 0.5) for one in found[cell]]
                        for cell in members
                    ]
                ),
            }
            _load.told("growth", **line)


def _ratios(figures: list[list[float]]) -> list[float]:
    first = figures[0]
    return [median((a / b for a, b in zip(one, first, strict=True)), 2) for one in figures]


async def silence(deployment: Deployment) -> None:
    """What it takes with everybody there and nobody writing."""
    before = deployment.cpu()
    await asyncio.sleep(2)
    share = {
        f"{name}_percent": round((after - before[name]) / 2 * 100, 2)
        for name, after in deployment.cpu().items()
    }
    _load.told("silence", deployment=deployment.name, **share)


async def main() -> None:
    take_the_load_core()
    async with AsyncExitStack() as stack:
        running = {name: await deployed(stack, name) for name in DEPLOYMENTS}
        await asyncio.sleep(1)  # Presence settles.
        for deployment, _ in running.values():
            await silence(deployment)
        found: dict[Cell, list[Figures]] = {cell: [] for cell in cells()}
        for _ in range(ROUNDS):
            for cell, rounds in found.items():
                deployment, rooms = running[cell.deployment]
                inside = rooms[Hall(cell.seats, cell.processes)][: cell.rooms]
                rounds.append(await round_of(cell, deployment, inside))
        for cell, rounds in found.items():
            told(cell, rounds)
        for grows in ("deployment", "rooms", "seats", "processes"):
            compared(found, grows)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
