"""Budgets on an injected clock, and told to a Redis that comes and goes."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from chatroom.people.limits import BUDGETS, SWEPT_FROM, Kind, Limits
from tests.servers import Valkey
from tests.servers import valkey as serving


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


GUESSES = BUDGETS["guesses"].amount


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def limits(clock: Hand) -> Limits:
    return Limits(clock)


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with serving() as server:
        yield server


@pytest.mark.parametrize("kind", BUDGETS)
def test_a91_a_budget_gives_what_it_says_and_then_says_for_how_long_not(
    kind: Kind, limits: Limits, clock: Hand
):
    budget = BUDGETS[kind]
    for _ in range(budget.amount):
        assert limits.wait(kind, "1/7") is None
        assert limits.take(kind, "1/7") is None
    assert limits.take(kind, "1/7") == limits.wait(kind, "1/7") == budget.seconds * 1000
    clock.at += budget.seconds - 0.0005
    assert limits.take(kind, "1/7") == 1
    clock.at += 0.001
    assert limits.take(kind, "1/7") is None


def test_a91_a_budget_comes_back_one_by_one_as_it_was_used(limits: Limits, clock: Hand):
    for _ in range(60):
        assert limits.take("lines", "1/7") is None
        clock.at += 0.1
    assert limits.take("lines", "1/7") == 24_000
    clock.at += 24.05
    assert limits.take("lines", "1/7") is None
    assert limits.take("lines", "1/7") is not None


def test_a94_nobody_uses_up_what_is_somebody_elses_or_for_something_else(limits: Limits):
    while limits.take("lines", "1/7") is None:
        pass
    assert limits.take("lines", "1/8") is None
    assert limits.take("lines", "2/7") is None
    assert limits.take("hands", "1/7") is None


def test_what_was_refused_uses_nothing_up(limits: Limits, clock: Hand):
    while limits.take("names", "1/7") is None:
        pass
    for _ in range(100):
        assert limits.take("names", "1/7") is not None
    clock.at += BUDGETS["names"].seconds + 0.001
    assert [limits.take("names", "1/7") for _ in range(BUDGETS["names"].amount)] == [None] * 8


def test_a_factor_widens_every_amount_and_no_time(clock: Hand):
    wide = Limits(clock, factor=10)
    assert [wide.take("lines", "1/7") for _ in range(600)] == [None] * 600
    assert wide.take("lines", "1/7") == 30_000


def test_a97_what_is_over_is_forgotten_however_many_come(limits: Limits, clock: Hand):
    for number in range(20 * SWEPT_FROM):
        limits.take("guesses", str(number))
        clock.at += 10.0
    assert len(limits._windows._taken) <= SWEPT_FROM + 1


def test_operators_read_the_figures_that_hold():
    told = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    for kind, budget in BUDGETS.items():
        row = (f"`{kind}`", f"{budget.amount} in {budget.seconds} s", budget.what, budget.why)
        assert f"| {' | '.join(row)} |" in told


def test_what_a_limit_costs_is_less_than_20_us(limits: Limits, clock: Hand):
    def spent() -> float:
        began = time.process_time()
        for number in range(5000):
            clock.at += 0.02
            limits.take("lines", f"1/{number % 500}")
        return (time.process_time() - began) / 5000

    assert min(spent() for _ in range(5)) < 20e-6


async def test_a97_what_two_processes_count_together_is_held_in_both(valkey: Valkey, clock: Hand):
    ada = Limits(clock, redis_url=valkey.url)
    ben = Limits(clock, redis_url=valkey.url)
    running = [asyncio.create_task(one.run(no_pause)) for one in (ada, ben)]
    try:
        for _ in range(GUESSES - 10):
            assert ada.take("guesses", "somewhere") is None
        await until(lambda: ada._told.empty())
        for _ in range(11):
            assert ben.take("guesses", "somewhere") is None, "each for itself has some left"
        await until(lambda: ben.wait("guesses", "somewhere") is not None)
        assert ben.wait("guesses", "somewhere") == 60_000
        assert ben.wait("guesses", "elsewhere") is None
        clock.at += 61
        assert ben.wait("guesses", "somewhere") is None, "then it is asked again"
    finally:
        await ended(*running)


async def test_a97_while_redis_is_away_each_counts_for_itself_and_nothing_waits(
    valkey: Valkey, clock: Hand
):
    limits = Limits(clock, redis_url=valkey.url)
    paused = asyncio.Event()

    async def pause(_: float) -> None:
        paused.set()
        await asyncio.sleep(0)

    running = asyncio.create_task(limits.run(pause))
    valkey.stop()
    try:
        began = time.monotonic()
        for _ in range(GUESSES):
            assert limits.take("guesses", "somewhere") is None
        assert limits.take("guesses", "somewhere") == 600_000
        for number in range(3000):
            assert limits.take("guesses", str(number)) is None
        assert time.monotonic() - began < 1.0
        with capture_logs() as told:
            for number in range(3):
                paused.clear()
                limits.take("guesses", f"later {number}")
                await asyncio.wait_for(paused.wait(), 5)
        assert not running.done()
        assert [line["event"] for line in told] == ["limits_alone"], "it is said once"
    finally:
        valkey.go_on()
        await ended(running)


async def no_pause(_: float) -> None:
    await asyncio.sleep(0)


async def ended(*running: "asyncio.Task[None]") -> None:
    for task in running:
        task.cancel()
    await asyncio.wait(running)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
