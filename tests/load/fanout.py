"""What one message costs the server: a + b x members, in CPU time of the process, the durable log included.

Closed loop: one publisher sends, waits until every member has the line, and sends the next; then 32
publishers, each with one line outstanding. Members are bare sockets that count. By turns, in the same
rounds: SERVERS=chatroom,limit,starlette,chatroom-redis, of whom chatroom alone reviews, stores and
numbers anything; and with PEERS=1 those of tests/load/_peers.py.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import sys
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, NamedTuple

import uvloop

from tests.load import _costs
from tests.load._contestants import OURS, WRITERS, Absent, Contestant
from tests.load._load import median, numbers, percentile, spread, told
from tests.load._machine import take_the_load_core
from tests.load._peers import PEERS

if TYPE_CHECKING:
    from tests.load._contestants import Open

SMALL = os.environ.get("SIZE") == "small"
SIZES = numbers(os.environ.get("MEMBERS", "20,100" if SMALL else "20,200,1000,5000"))
SECONDS = float(os.environ.get("SECONDS", "0.2" if SMALL else "0.4"))
ROUNDS = int(os.environ.get("ROUNDS", "2" if SMALL else "4"))
WHO = os.environ.get("SERVERS", ",".join([*OURS, *(PEERS if os.environ.get("PEERS") else ())]))
FIRST = ("chatroom", "limit")
"""They are in every round, and their rows come first."""
RUN = {"run": "peers"} if os.environ.get("PEERS") else {}
OTHERS = ("limit", "starlette", "node-ws")
"""Those that everybody is compared with, where they take part."""
KEPT_FREE = 500
"""Descriptors of the load that are no member's."""


class Void(Exception):
    """A figure that must not be told, and why."""


class Turn(NamedTuple):
    """What a contestant did in its turn of a round."""

    round: int
    messages: int
    seconds: float
    cpu: float
    load: float
    beside: dict[str, float]
    milliseconds: list[float]

    def deliveries_per_cpu_second(self, members: int) -> float:
        return self.messages * members / self.cpu


async def turn(one: Contestant, publishers: int, number: int) -> Turn:
    """Publishes for some seconds, each time to all."""
    audience, members = one.audience, one.audience.members
    cpu, load, beside = one.cpu(), time.process_time(), one.beside()
    start, began = audience.lines, time.perf_counter()
    sent, took = 0, []
    try:
        while (now := time.perf_counter()) - began < SECONDS:
            for n in range(publishers):
                members[n % len(members)].write(one.line())
            sent += publishers
            await audience.wait_for(start + sent * len(members))
            took.append((time.perf_counter() - now) * 1000)
        audience.assert_whole()
    except (AssertionError, TimeoutError) as no:
        raise Void(str(no) or "not with everybody within a minute") from no
    seconds = time.perf_counter() - began
    return Turn(
        number,
        sent,
        seconds,
        one.cpu() - cpu,
        time.process_time() - load,
        {name: used - beside[name] for name, used in one.beside().items()},
        sorted(took),
    )


class Results(NamedTuple):
    """All turns of one size, by who and how many publishers; and who was not there, or is void."""

    members: int
    turns: dict[tuple[str, int], list[Turn]]
    absent: dict[str, str]
    void: dict[str, str]


async def measure(members: int) -> Results:
    """All rounds of everybody; who does not fit beside the others comes later, with the first ones again."""
    found = Results(members, defaultdict(list), {}, {})
    every: dict[str, Open] = {**OURS, **PEERS}
    names = [name for name in WHO.split(",") if name not in FIRST]
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - KEPT_FREE
    at_once = max(1, descriptors // members - len(FIRST))
    async with AsyncExitStack() as stack:
        first = [
            one
            for name in FIRST
            if name in WHO.split(",")
            for one in await _let_in(stack, name, every[name], found)
        ]
        groups = [names[n : n + at_once] for n in range(0, len(names), at_once)] or [[]]
        for number, group in enumerate(groups):
            async with AsyncExitStack() as inner:
                guests = [
                    one for name in group for one in await _let_in(inner, name, every[name], found)
                ]
                await asyncio.sleep(1)  # Presence settles.
                await _rounds(found, first + guests, number * ROUNDS)
    return found


async def _let_in(
    stack: AsyncExitStack, name: str, opens: Open, found: Results
) -> list[Contestant]:
    """Tried once more: somebody else on this machine may have taken a port that was free."""
    found.void.pop(name, None)
    for _ in range(2):
        try:
            return [await opens(stack, found.members)]
        except Absent as missing:
            found.absent[name] = str(missing)
            return []
        except (AssertionError, TimeoutError, OSError, RuntimeError) as no:
            why = str(no) or type(no).__name__
    found.void[name] = f"not everybody came in: {why}"
    return []


async def _rounds(found: Results, every: list[Contestant], first: int) -> None:
    for number in range(first, first + ROUNDS):
        for publishers in (1, WRITERS):
            for one in every:
                # The limit writes each message by itself, however many publish.
                if one.name in found.void or (publishers > 1 and one.name == "limit"):
                    continue
                try:
                    done = await turn(one, publishers, number)
                except Void as why:
                    found.void[one.name] = str(why)
                else:
                    found.turns[one.name, publishers].append(done)


def rows(found: Results) -> dict[str, list[dict[str, object]]]:
    """What is told of each contestant."""
    by_name: dict[str, list[dict[str, object]]] = defaultdict(list)
    for (name, publishers), turns in found.turns.items():
        if name not in found.void:
            by_name[name].append(_row(found, name, publishers, turns))
    for name, why in found.absent.items():
        by_name[name].append({"server": name, "members": found.members, "absent": why})
    for name, why in found.void.items():
        by_name[name].append({"server": name, "members": found.members, "void": why})
    return by_name


def _row(found: Results, name: str, publishers: int, turns: list[Turn]) -> dict[str, object]:
    members = found.members
    line: dict[str, object] = {
        "server": name,
        "members": members,
        "publishers": publishers,
        "messages": sum(one.messages for one in turns),
        "us_per_message": median(one.cpu / one.messages * 1e6 for one in turns),
        "deliveries_per_cpu_second": round(
            statistics.median(one.deliveries_per_cpu_second(members) for one in turns)
        ),
        "messages_per_second": median(one.messages / one.seconds for one in turns),
        "to_all_p50_ms": median((percentile(one.milliseconds, 0.5) for one in turns), 2),
        "to_all_p99_ms": median((percentile(one.milliseconds, 0.99) for one in turns), 2),
        "load_us_per_delivery": median(
            (one.load / one.messages / members * 1e6 for one in turns), 2
        ),
    }
    for other in turns[0].beside:
        line[f"{other}_us_per_message"] = median(
            one.beside[other] / one.messages * 1e6 for one in turns
        )
    for other in OTHERS:
        ratios = _ratios(found, name, other, publishers)
        if ratios:
            line[f"of_{other.replace('-', '_')}"] = spread(ratios)
    return line


def _ratios(found: Results, name: str, other: str, publishers: int) -> list[float]:
    """Of deliveries per CPU-second, each within one round."""
    theirs = (other, 1 if other == "limit" else publishers)
    if other in found.void or theirs not in found.turns:
        return []
    rates = {one.round: one.deliveries_per_cpu_second(found.members) for one in found.turns[theirs]}
    return [
        one.deliveries_per_cpu_second(found.members) / rates[one.round]
        for one in found.turns[name, publishers]
        if one.round in rates
    ]


def fitted(every: list[Results]) -> dict[str, object]:
    """a and b by least squares of relative errors, of whoever has two sizes."""
    line: dict[str, object] = {}
    slopes: dict[str, float] = {}
    for name in dict.fromkeys(name for found in every for name, _ in found.turns):
        costs = {
            found.members: statistics.median(one.cpu / one.messages for one in turns) * 1e6
            for found in every
            if name not in found.void and (turns := found.turns.get((name, 1)))
        }
        if len(costs) > 1:
            a, slopes[name] = straight(list(costs), list(costs.values()))
            line[name] = {"a_us": round(a, 1), "b_us": round(slopes[name], 3)}
    if "chatroom" in slopes and "limit" in slopes:
        line["b_of_limit"] = round(slopes["limit"] / slopes["chatroom"], 2)
    return line


def straight(xs: list[int], ys: list[float]) -> tuple[float, float]:
    """Height and slope of the line through points, each weighed by what it costs."""
    weights = [1 / y**2 for y in ys]
    total = sum(weights)
    mean_x = sum(w * x for w, x in zip(weights, xs, strict=True)) / total
    mean_y = sum(w * y for w, y in zip(weights, ys, strict=True)) / total
    over = sum(w * (x - mean_x) * (y - mean_y) for w, x, y in zip(weights, xs, ys, strict=True))
    slope = over / sum(w * (x - mean_x) ** 2 for w, x in zip(weights, xs, strict=True))
    return mean_y - slope * mean_x, slope


async def main() -> None:
    take_the_load_core()
    every: list[Results] = []
    later: list[dict[str, object]] = []
    try:
        for members in SIZES:
            every.append(await measure(members))
            by_name = rows(every[-1])
            for name in FIRST:
                for row in by_name.pop(name, ()):
                    told("fanout", **row, **RUN)
            later += [row for theirs in by_name.values() for row in theirs]
    finally:  # Where its time is over, what there is is told.
        for row in later:
            told("fanout", **row, **RUN)
        told("cost", publishers=1, **RUN, **fitted(every), **await _costs.apart(ROUNDS))


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
