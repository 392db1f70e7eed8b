"""Questions of one kind, asked by many at a time: one query answers all that wait (W25)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Gathered(Generic[K, V]):
    """While a query is under way, whoever asks is in the next one, `at_most` in each."""

    def __init__(self, ask: Callable[[list[K]], Awaitable[dict[K, V]]], at_most: int = 500) -> None:
        """`ask` finds what there is for these keys; what it leaves out is not there."""
        self._ask = ask
        self._at_most = at_most
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._asked: dict[K, asyncio.Future[V | None]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def of(self, key: K) -> V | None:
        """What there is for a key now; raises what `ask` raises."""
        answer = self._waiting.get(key)
        if answer is None:
            answer = self._waiting[key] = asyncio.get_running_loop().create_future()
        while not answer.done():
            async with self._one_at_a_time:
                if not answer.done():
                    self._waiting.setdefault(key, answer)
                    await self._ask_for_those_who_wait()
        return answer.result()

    def doubt(self, key: K) -> None:
        """What is being asked about a key may be another thing by now: it is asked again."""
        answer = self._asked.pop(key, None)
        if answer is not None:
            self._waiting.setdefault(key, answer)

    async def _ask_for_those_who_wait(self) -> None:
        await asyncio.sleep(0)  # Whoever asks in this turn of the loop is one of them.
        keys = list(self._waiting)[: self._at_most]
        self._asked = {key: self._waiting.pop(key) for key in keys}
        try:
            found = await self._ask(keys)
        except asyncio.CancelledError:
            # Only who asked for all of them is gone.
            self._waiting = {**self._asked, **self._waiting}
            raise
        except Exception as error:
            for answer in self._asked.values():
                answer.set_exception(error)
                answer.exception()  # Read here: whoever waited may have left.
        else:
            for key, answer in self._asked.items():
                answer.set_result(found.get(key))
        finally:
            self._asked = {}
