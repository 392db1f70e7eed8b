"""The second look from the server's side: what is late, broken, or too much is not waited for (CM-23)."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from chatroom.live import second_look
from chatroom.live.second_look import SecondLook
from tests.processes import SOON

LOOKER = """
import os, sys
from chatroom.live.looker import answer
from moderation.content.seen import Look

def look(text):
    if text == "wait":
        open({gate!r}).read()
    if text == "end":
        os._exit(1)
    if text == "fault":
        raise ValueError(text)
    return Look(need="tired" in text)

answer(sys.stdin.buffer, sys.stdout.buffer, look)
"""
AT_ONCE, PATIENT = 0.01, 60.0


async def no_pause(_: float) -> None:
    await asyncio.sleep(0)


class Clock:
    """Stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def looking(
    folder: Path, *, within: float = PATIENT, clock: Callable[[], float] | None = None
) -> AsyncIterator[tuple[SecondLook, Path]]:
    """One that is ready, and the pipe which a text `wait` is kept waiting by until somebody writes to it."""
    gate = folder / "gate"
    os.mkfifo(gate)
    program = (sys.executable, "-c", LOOKER.format(gate=str(gate)))
    second = SecondLook(no_pause, clock or Clock(), program, within)
    running = asyncio.create_task(second.run())
    try:
        await until(lambda: second.state == "ready")
        yield second, gate
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.005)


async def let_go(gate: Path) -> None:
    """What waits goes on."""
    await asyncio.to_thread(gate.write_text, "")


async def test_what_is_seen_in_time_is_told(tmp_path: Path):
    async with looking(tmp_path) as (second, _):
        tired, calm = await asyncio.gather(second.look("so tired"), second.look("good evening"))
        assert tired.look is not None
        assert calm.look is not None
        assert (tired.look.need, calm.look.need) == (True, False)
        assert (second.looks, second.waiting, dict(second.degraded)) == (2, 0, {})


async def test_cm_23_a_look_that_is_late_is_not_waited_for_and_comes_later(tmp_path: Path):
    async with looking(tmp_path, within=AT_ONCE) as (second, gate):
        late = await second.look("wait")
        behind = await second.look("so tired")
        assert (late.look, late.why, behind.why) == (None, "late", "late")
        assert second.degraded == {"late": 2}
        assert late.later is not None
        assert behind.later is not None
        await let_go(gate)
        async with asyncio.timeout(SOON):
            assert (await behind.later).need  # type: ignore[union-attr]
        assert second.waiting == 0


async def test_cm_23_what_can_not_be_seen_in_time_is_not_made_to_wait(tmp_path: Path):
    """The queue is as long as what can be looked at within 150 ms, and a long text takes more of it."""
    clock = Clock()
    async with looking(tmp_path, clock=clock) as (second, gate):
        second._within = 0.15
        first = asyncio.create_task(second.look("wait"))
        await until(lambda: second.waiting == 1)
        long = asyncio.create_task(second.look("x" * 3000))
        await until(lambda: second.waiting == 2)
        asked = [asyncio.create_task(second.look(f"so tired {number}")) for number in range(60)]
        await until(lambda: second.degraded["full"] > 0)
        assert second.waiting < 60
        assert second.degraded["full"] + second.waiting == 62
        second._within = PATIENT
        await let_go(gate)
        await asyncio.gather(first, long, *asked)


async def test_a_text_that_can_not_be_looked_at_ends_nothing_cm_23(tmp_path: Path):
    async with looking(tmp_path) as (second, _):
        assert (await second.look("fault")).why == "broken"
        assert (await second.look("so tired")).look is not None


async def test_cm_23_nobody_waits_for_a_process_that_ended_and_it_is_started_again(tmp_path: Path):
    async with looking(tmp_path) as (second, _):
        ended, behind = await asyncio.gather(second.look("end"), second.look("so tired"))
        assert (ended.why, behind.why) == ("broken", "broken")
        await until(lambda: second.state == "ready")
        assert (await second.look("so tired")).look is not None


async def test_cm_23_one_that_is_killed_is_started_again(tmp_path: Path):
    async with looking(tmp_path) as (second, _):
        assert second._process is not None
        waits = asyncio.create_task(second.look("wait"))
        await until(lambda: second.waiting == 1)
        second._process.kill()
        assert (await waits).why == "broken"
        await until(lambda: second.state == "ready")


async def test_cm_23_one_that_hangs_is_ended(tmp_path: Path):
    clock = Clock()
    async with looking(tmp_path, clock=clock) as (second, _):
        waits = asyncio.create_task(second.look("wait"))
        await until(lambda: second.waiting == 1)
        clock.now += second_look.HANGS + 1
        assert (await second.look("so tired")).why == "broken"
        assert (await waits).why == "broken"
        await until(lambda: second.state == "ready")


async def test_cm_23_before_it_has_loaded_and_where_it_can_not_be_started_words_go_on(
    tmp_path: Path,
):
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 8:
            await asyncio.Event().wait()

    second = SecondLook(pause, Clock(), (str(tmp_path / "nowhere"),))
    assert (await second.look("so tired")).why == "loading"
    running = asyncio.create_task(second.run())
    await until(lambda: len(pauses) == 8)
    assert (await second.look("so tired")).why == "broken"
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_of_what_is_too_long_to_be_said_the_beginning_and_the_end_are_looked_at(
    tmp_path: Path,
):
    async with looking(tmp_path) as (second, _):
        for text in ("so tired" + " x" * 30_000, "x " * 30_000 + "so tired"):
            seen = (await second.look(text)).look
            assert seen is not None
            assert seen.need
        seen = (await second.look("x " * 15_000 + "so tired" + " x" * 15_000)).look
        assert seen is not None
        assert not seen.need
