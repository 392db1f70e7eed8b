"""A storm of the same question is one query, and nobody pays for another's going."""

import asyncio
from collections.abc import Callable

import pytest

from chatroom.store.gathered import Gathered


class Shelf:
    """Answers once it is let, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.holds = {"ben": 1, "chidi": 2}
        self.let = asyncio.Event()
        self.let.set()
        self.error: Exception | None = None

    async def ask(self, keys: list[str]) -> dict[str, int]:
        self.asked.append(keys)
        found = {key: self.holds[key] for key in keys if key in self.holds}
        await self.let.wait()
        if self.error is not None:
            raise self.error
        return found


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - turns of the loop
            await asyncio.sleep(0)


async def test_whoever_asks_while_a_query_is_under_way_is_in_the_next_one():
    shelf = Shelf()
    shelf.let.clear()
    gathered = Gathered(shelf.ask)
    first = asyncio.ensure_future(gathered.of("ben"))
    await until(lambda: shelf.asked == [["ben"]])
    rest = [asyncio.ensure_future(gathered.of(key)) for key in ("ben", "chidi", "eve") * 20]
    await asyncio.sleep(0)
    shelf.let.set()
    assert await first == 1
    assert await asyncio.gather(*rest) == [1, 2, None] * 20
    assert shelf.asked == [["ben"], ["ben", "chidi", "eve"]]


async def test_no_query_asks_for_more_than_it_may():
    shelf = Shelf()
    gathered = Gathered(shelf.ask, at_most=2)
    answers = await asyncio.gather(*(gathered.of(key) for key in ("dana", "ben", "chidi", "eve")))
    assert answers == [None, 1, 2, None]
    assert shelf.asked == [["dana", "ben"], ["chidi", "eve"]]


async def test_who_goes_while_asking_for_all_takes_no_answer_with_them():
    shelf = Shelf()
    shelf.let.clear()
    gathered = Gathered(shelf.ask)
    leader = asyncio.ensure_future(gathered.of("ben"))
    other = asyncio.ensure_future(gathered.of("chidi"))
    await until(lambda: bool(shelf.asked))
    assert shelf.asked == [["ben", "chidi"]], "need one that asks for both"
    leader.cancel()
    shelf.let.set()
    assert await other == 2


async def test_an_error_is_everybodys_and_the_next_question_is_asked_afresh():
    shelf = Shelf()
    shelf.error = OSError("away")
    gathered = Gathered(shelf.ask)
    asking = [asyncio.ensure_future(gathered.of(key)) for key in ("ben", "chidi")]
    for one in asking:
        with pytest.raises(OSError, match="away"):
            await one
    shelf.error = None
    assert await gathered.of("ben") == 1


async def test_what_is_doubted_while_it_is_asked_is_asked_again():
    """A session that ends while it is looked up is not known for another half minute."""
    shelf = Shelf()
    shelf.let.clear()
    gathered = Gathered(shelf.ask)
    asking = [asyncio.ensure_future(gathered.of(key)) for key in ("ben", "chidi")]
    await until(lambda: shelf.asked == [["ben", "chidi"]])
    del shelf.holds["ben"]
    gathered.doubt("ben")
    gathered.doubt("eve")
    shelf.let.set()
    assert await asyncio.gather(*asking) == [None, 2]
    assert shelf.asked == [["ben", "chidi"], ["ben"]]


async def test_what_is_doubted_while_another_waits_for_the_next_query_is_answered_to_both():
    """Two tabs come back while their session ends: neither asks for nothing, for ever."""
    shelf = Shelf()
    shelf.let.clear()
    gathered = Gathered(shelf.ask)
    first = asyncio.ensure_future(gathered.of("ben"))
    await until(lambda: bool(shelf.asked))
    second = asyncio.ensure_future(gathered.of("ben"))
    await asyncio.sleep(0)
    gathered.doubt("ben")
    shelf.let.set()
    assert list(await asyncio.wait_for(asyncio.gather(first, second), 5)) == [1, 1]
    assert [] not in shelf.asked
    assert len(shelf.asked) <= 3
