"""A storm of one question is asked once, and has one answer; silence keeps nobody in a queue."""

import asyncio

import pytest

from chatroom.store.together import Together


class Shelf:
    """Answers once it is let, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.let = asyncio.Event()
        self.error: Exception | None = None

    async def ask(self, key: str) -> str:
        self.asked.append(key)
        await self.let.wait()
        if self.error is not None:
            raise self.error
        return key.upper()


async def asking(together: Together[str, str], *keys: str) -> list[asyncio.Task[str]]:
    """All of them ask, and none has an answer."""
    asked = [asyncio.ensure_future(together.of(key)) for key in keys]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not any(one.done() for one in asked)
    return asked


async def test_whoever_asks_meanwhile_has_the_same_answer():
    shelf = Shelf()
    together = Together(shelf.ask)
    asked = await asking(together, "ben", "ben", "chidi", "ben")
    shelf.let.set()
    assert await asyncio.gather(*asked) == ["BEN", "BEN", "CHIDI", "BEN"]
    assert shelf.asked == ["ben", "chidi"]
    assert await together.of("ben") == "BEN"
    assert shelf.asked == ["ben", "chidi", "ben"], "an answer is for those who waited for it"


async def test_who_waits_for_what_fails_is_told_when_it_fails_and_the_next_one_asks_again():
    shelf = Shelf()
    together = Together(shelf.ask)
    asked = await asking(together, *["ben"] * 50)
    shelf.error = OSError("away")
    shelf.let.set()
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert (set(outcomes), shelf.asked) == ({shelf.error}, ["ben"])
    shelf.error = None
    assert await together.of("ben") == "BEN"


async def test_who_goes_takes_the_answer_from_nobody_else():
    shelf = Shelf()
    together = Together(shelf.ask)
    first, second = await asking(together, "ben", "ben")
    first.cancel()
    shelf.let.set()
    assert await second == "BEN"
    with pytest.raises(asyncio.CancelledError):
        await first
    assert shelf.asked == ["ben"]
