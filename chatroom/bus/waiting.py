"""What is still to be told: a bounded map in which the newest number wins."""

import asyncio
from typing import Generic, TypeVar

Key = TypeVar("Key")

ROOM = 4096


class Waiting(Generic[Key]):
    """Holds the newest number of each key until somebody takes them all; drops what finds no room."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._newest: dict[Key, int] = {}
        self._some = asyncio.Event()
        self.dropped = 0

    def put(self, key: Key, number: int) -> None:
        known = self._newest.get(key)
        if known is None and len(self._newest) >= self._room:
            self.dropped += 1
            return
        self._newest[key] = number if known is None else max(known, number)
        self._some.set()

    async def take(self) -> dict[Key, int]:
        """Waits for something, and then takes what this turn of the loop has gathered."""
        await self._some.wait()
        self._some.clear()
        taken, self._newest = self._newest, {}
        return taken
