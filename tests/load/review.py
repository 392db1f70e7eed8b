"""What the review of a message costs, and whether it holds anybody up, on the messages of two authors.

A loop as a server's: 100 messages a second have their rules, their look and what follows, while something
wants to run every millisecond. The same loop with nothing to review stands beside it. SECONDS=20 each.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import TYPE_CHECKING

import uvloop

from chatroom.live.reviewing import lists
from chatroom.live.second_look import SecondLook
from moderation.content import Context, Policy, Verdict, review
from moderation.content.judgement import settled_in_room
from tests.load._load import median, percentile, told
from tests.load._machine import cpu_seconds, resident_kib
from training.corpus import FINAL, examples

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = float(os.environ.get("SECONDS", "20"))
RATE = 100.0
"""Messages a second."""
TIMES = int(os.environ.get("TIMES", "1000"))
LEXICON, POLICY, MEMBER = lists(), Policy("load"), Context("member")


def rules(text: str) -> Verdict:
    return review(text, MEMBER, POLICY, LEXICON)


async def whole(text: str, second: SecondLook) -> None:
    """As a room has it."""
    verdict, looked = rules(text), await second.look(text)
    if looked.look is not None:
        settled_in_room(verdict, text, looked.look, POLICY)


async def costs(texts: list[str], second: SecondLook, pid: int) -> dict[str, object]:
    """In microseconds of CPU a message: of the rules, of all that the server does, of the process beside it."""
    took = []
    for text in texts:
        began = time.thread_time()
        rules(text)
        took.append((time.thread_time() - began) * 1e6)
    beside, here = cpu_seconds(pid), time.thread_time()
    for text in texts:
        await whole(text, second)
    beside, here = cpu_seconds(pid) - beside, time.thread_time() - here
    return {
        "messages": len(texts),
        "rules_us": round(median(took), 1),
        "rules_p95_us": round(percentile(sorted(took), 0.95), 1),
        "review_us": round(here / len(texts) * 1e6, 1),
        "look_us": round(beside / len(texts) * 1e6, 1),
        "looks_per_cpu_second": round(len(texts) / beside),
    }


async def stalls(one: Callable[[int], object], seconds: float) -> dict[str, float]:
    """How late, in milliseconds, what wants to run every millisecond gets to, while `one` is called at the rate."""
    loop, late, running = asyncio.get_running_loop(), [], True

    async def beat() -> None:
        while running:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            late.append((time.perf_counter() - began - 0.001) * 1e3)

    beating, began = asyncio.create_task(beat()), loop.time()
    for number in range(int(RATE * seconds)):
        await asyncio.sleep(max(0.0, began + number / RATE - loop.time()))
        one(number)
    running = False
    await beating
    late.sort()
    return {
        "stall_p99_ms": round(percentile(late, 0.99), 2),
        "stall_p999_ms": round(percentile(late, 0.999), 2),
        "stall_most_ms": round(late[-1], 2),
    }


async def main() -> None:
    texts = [row.text for row in examples(FINAL)][:TIMES]
    second = SecondLook(asyncio.sleep, time.monotonic)
    running = asyncio.create_task(second.run())
    async with asyncio.timeout(60):
        while second.state != "ready":  # noqa: ASYNC110 - it looks from outside
            await asyncio.sleep(0.01)
    pid = second.pid
    assert pid is not None, "it is there"
    told("review", **await costs(texts, second, pid), look_rss_mib=round(resident_kib(pid) / 1024))
    tasks: set[asyncio.Task[None]] = set()

    def reviewed(number: int) -> None:
        task = asyncio.create_task(whole(texts[number % len(texts)], second))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    for name, one in (("nothing", lambda _: None), ("review", reviewed)):
        second.degraded.clear()
        looks, seconds = second.looks, second.seconds
        seen = await stalls(one, SECONDS)
        await asyncio.gather(*tasks)
        waited = (second.seconds - seconds) / max(1, second.looks - looks) * 1e3
        told(
            "review-stalls",
            beside=name,
            messages_per_second=RATE if name == "review" else 0,
            **seen,
            waited_ms=round(waited, 1),
            degraded=second.degraded.total(),
        )
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
