"""One question at a time about one thing: whoever asks meanwhile waits for that one, and for no turn (P17)."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Together(Generic[K, V]):
    """All who ask have the same answer, or the same error: a database that is away keeps nobody in a queue.

    The answer may have been on its way when somebody asked: for what is kept up to date by itself.
    """

    def __init__(self, ask: Callable[[K], Coroutine[Any, Any, V]]) -> None:
        self._ask = ask
        self._asking: dict[K, asyncio.Task[V]] = {}

    async def of(self, key: K) -> V:
        """What `ask` answers; it goes on when who began it is gone, for the others."""
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.create_task(self._ask(key))
            asking.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(asking)

    def _answered(self, key: K, done: "asyncio.Task[V]") -> None:
        del self._asking[key]
        if not done.cancelled():
            done.exception()  # Read here: whoever waited may have left.
