"""What one message costs the server: a + b x members, in CPU time of the process, the durable log included.

Closed loop: one publisher sends, waits until every member has the line, and sends the next; then 32
publishers, each with one line outstanding. Members are bare sockets that count. In the same rounds,
by turns: the limit (epoll and `os.write`), and a Starlette loop of `send_text`; neither keeps anything.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import uvloop

from chatroom.live import wire
from chatroom.live.reviewing import open_reviewer
from moderation.meeting import entries as happened
from tests.load._load import (
    WORDS,
    a_line,
    furnished,
    masked,
    median,
    numbers,
    percentile,
    settings_in,
    spelt,
    spread,
    started,
    upgrade,
    way,
)
from tests.load._machine import cpu_seconds, program, take_the_load_core
from tests.load._members import Audience, Member, Way
from tests.processes import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL = os.environ.get("SIZE") == "small"
SIZES = numbers(os.environ.get("MEMBERS", "20,100" if SMALL else "20,200,1000"))
SECONDS = float(os.environ.get("SECONDS", "0.2" if SMALL else "0.4"))
ROUNDS = int(os.environ.get("ROUNDS", "2" if SMALL else "4"))
HERE = Path(__file__).parent
MANY = 32


class Retried(Audience):
    """Of our own server: what it answers `retry` is sent again, and what is unanswered is known."""

    def __init__(self) -> None:
        super().__init__()
        self._unanswered: dict[str, bytes] = {}

    def line(self) -> bytes:
        id, frame = a_line()
        self._unanswered[id] = frame
        return frame

    def answered(self, member: Member, id: str, number: int | None) -> None:
        if number is None:
            loop = asyncio.get_running_loop()
            loop.call_later(0.25, member.write, self._unanswered[id])
        else:
            del self._unanswered[id]


class Contestant(NamedTuple):
    """A server, its members, and what one of them sends."""

    name: str
    pid: int
    audience: Audience
    line: Callable[[], bytes]


class Turn(NamedTuple):
    """What a contestant did in its turn of a round."""

    messages: int
    seconds: float
    cpu: float
    milliseconds: list[float]

    def deliveries_per_cpu_second(self, members: int) -> float:
        return self.messages * members / self.cpu


async def turn(one: Contestant, publishers: int) -> Turn:
    """Publishes for some seconds, each time to all."""
    audience, members = one.audience, one.audience.members
    cpu, start, began = cpu_seconds(one.pid), audience.lines, time.perf_counter()
    sent, took = 0, []
    while (now := time.perf_counter()) - began < SECONDS:
        for n in range(publishers):
            members[n % len(members)].write(one.line())
        sent += publishers
        await audience.wait_for(start + sent * len(members))
        took.append((time.perf_counter() - now) * 1000)
    audience.assert_whole()
    seconds = time.perf_counter() - began
    return Turn(sent, seconds, cpu_seconds(one.pid) - cpu, sorted(took))


async def contestants(stack: AsyncExitStack, members: int) -> list[Contestant]:
    """All of them run, and everybody is in."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    server = ServerProcess(folder)
    await server.migrate()
    [place] = await furnished(settings_in(folder), [members])
    await started(server)
    stack.push_async_callback(server.stop)
    limit, limit_port = await stack.enter_async_context(
        program(sys.executable, str(HERE / "_limit.py"))
    )
    naive, naive_port = await stack.enter_async_context(
        program(sys.executable, str(HERE / "_naive.py"))
    )
    frame = a_frame()
    payload = frame[4:]  # Longer than 125 bytes, and shorter than 64 KiB.
    ours = Retried()
    found = [
        Contestant("limit", limit, Audience(), lambda: frame),
        Contestant("starlette", naive, Audience(), lambda: masked(payload)),
        Contestant("chatroom", server.pid, ours, ours.line),
    ]
    for one in found:
        stack.callback(one.audience.close)
    await found[0].audience.open(Way(limit_port) for _ in range(members))
    head = upgrade(naive_port, "/socket")
    # Nothing says that one is in; the answer to the upgrade is as good here.
    await found[1].audience.open(Way(naive_port, head) for _ in range(members))
    ways = [way(server.port, place, token) for token in place.tokens]
    await ours.open(ways, writers=MANY)
    await asyncio.sleep(1)  # Presence settles.
    return found


def a_frame() -> bytes:
    """As our server writes a line to everybody."""
    said = wire.Numbered(1234, "0" * 16, time.time(), happened.Said(words=f"1234 {WORDS}", seat=12))
    return wire.encode(wire.Entries("room", (said,)))


async def measure(members: int) -> Figures:
    """All rounds; a JSON line for each contestant."""
    turns: dict[tuple[str, int], list[Turn]] = {}
    async with AsyncExitStack() as stack:
        every = await contestants(stack, members)
        for _ in range(ROUNDS):
            for publishers in (1, MANY):
                for one in every:
                    if publishers == 1 or one.name != "limit":
                        done = await turn(one, publishers)
                        turns.setdefault((one.name, publishers), []).append(done)
    for (name, publishers), theirs in turns.items():
        told(name, members, publishers, theirs, against(turns, publishers, members))
    return Figures(
        members,
        *(
            statistics.median(one.cpu / one.messages for one in turns[name, 1]) * 1e6
            for name in ("limit", "starlette", "chatroom")
        ),
    )


class Figures(NamedTuple):
    """Microseconds per message, one publisher."""

    members: int
    limit: float
    starlette: float
    chatroom: float


def against(
    turns: dict[tuple[str, int], list[Turn]], publishers: int, members: int
) -> dict[str, list[float]]:
    """Deliveries per CPU-second of each round, of those that others are compared with."""
    # The limit writes each message by itself, however many publish.
    return {
        "limit": [one.deliveries_per_cpu_second(members) for one in turns["limit", 1]],
        "starlette": [
            one.deliveries_per_cpu_second(members) for one in turns["starlette", publishers]
        ],
    }


def told(
    name: str, members: int, publishers: int, turns: list[Turn], others: dict[str, list[float]]
) -> None:
    rates = [one.deliveries_per_cpu_second(members) for one in turns]
    ratios = {
        f"of_{other}": spread([a / b for a, b in zip(rates, theirs, strict=True)])
        for other, theirs in others.items()
    }
    line = {
        "benchmark": "fanout",
        "server": name,
        "members": members,
        "publishers": publishers,
        "messages": sum(one.messages for one in turns),
        "us_per_message": median(one.cpu / one.messages * 1e6 for one in turns),
        "deliveries_per_cpu_second": round(statistics.median(rates)),
        "messages_per_second": median(one.messages / one.seconds for one in turns),
        "to_all_p50_ms": median((percentile(one.milliseconds, 0.5) for one in turns), 2),
        "to_all_p99_ms": median((percentile(one.milliseconds, 0.99) for one in turns), 2),
        **ratios,
    }
    print(json.dumps(line), flush=True)


def fitted(figures: list[Figures]) -> None:
    """a and b by least squares of relative errors, and the review, which is a part of a."""
    line: dict[str, object] = {"benchmark": "cost", "publishers": 1}
    slopes = {}
    for name in ("limit", "starlette", "chatroom"):
        costs = [float(getattr(one, name)) for one in figures]
        a, slopes[name] = straight([one.members for one in figures], costs)
        line[name] = {"a_us": round(a, 1), "b_us": round(slopes[name], 3)}
    line["b_of_limit"] = round(slopes["limit"] / slopes["chatroom"], 2)
    print(json.dumps(line), flush=True)


def straight(xs: list[int], ys: list[float]) -> tuple[float, float]:
    """Height and slope of the line through points, each weighed by what it costs."""
    weights = [1 / y**2 for y in ys]
    total = sum(weights)
    mean_x = sum(w * x for w, x in zip(weights, xs, strict=True)) / total
    mean_y = sum(w * y for w, y in zip(weights, ys, strict=True)) / total
    over = sum(w * (x - mean_x) * (y - mean_y) for w, x, y in zip(weights, xs, ys, strict=True))
    slope = over / sum(w * (x - mean_x) ** 2 for w, x in zip(weights, xs, strict=True))
    return mean_y - slope * mean_x, slope


async def review() -> None:
    """The review alone: a line of somebody who has said three before."""
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder))
        await server.migrate()
        settings = settings_in(Path(folder))
        [place] = await furnished(settings, [3], lines=3)
        reviewer, meeting = open_reviewer(settings), place.book.fold.state
        took = []
        for number in range(ROUNDS + 1):  # The first one warms up.
            began = time.thread_time()
            for n in range(200):
                reviewer.line(
                    f"{spelt(number * 1000 + n)} {WORDS}", place.book, 2, meeting, "0" * 32
                )
            took.append((time.thread_time() - began) / 200 * 1e6)
    print(json.dumps({"benchmark": "review", "us_per_message": median(took[1:])}), flush=True)


async def main() -> None:
    take_the_load_core()
    await review()
    figures = [await measure(members) for members in SIZES]
    if len(figures) > 1:
        fitted(figures)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
