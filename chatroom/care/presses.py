"""Help that strangers press beyond what staff could take up one by one: one entry at the desk, counted (A98, A99)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from chatroom.care.cases import Cases
from chatroom.live.journal import Journal
from chatroom.people.limits import Limits
from moderation.case.commands import ListPresses, PutPressesAway

TOGETHER = 0.5
"""Seconds for which presses are counted before the desk is told of them."""


class Presses:
    """None is dropped in silence: the desk reads how many they are, and each has been answered.

    A budget of Help's own decides which are counted here, so that nothing else can use it up; it counts in memory,
    and so does this: not even the database is needed for an answer.
    """

    def __init__(
        self,
        limits: Limits,
        journal: Journal,
        cases: Cases,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._limits = limits
        self._journal = journal
        self._cases = cases
        self._random_bytes = random_bytes
        self._pressed: Counter[str] = Counter()

    def takes(self, room: str | None, address: str | None) -> bool:
        """Whether a stranger who presses Help is one of too many: from one address, or before one room."""
        if address is not None and self._limits.take("helps", address) is not None:
            return True
        return self._limits.take("all_helps", room or "") is not None

    @contextmanager
    def given_back(self, room: str | None, address: str | None) -> Iterator[None]:
        """A press that came to nothing, and is sent again, is no further one: she is alone."""
        try:
            yield
        except BaseException:
            if address is not None:
                self._limits.give_back("helps", address)
            self._limits.give_back("all_helps", room or "")
            raise

    def pressed(self, room: str | None) -> None:
        """One more; the desk is told soon."""
        place = room or ""
        if place not in self._pressed:
            asyncio.get_running_loop().call_later(TOGETHER, self._tell, place)
        self._pressed[place] += 1

    def _tell(self, place: str) -> None:
        presses, id = self._pressed.pop(place), self._random_bytes(16)
        self._cases.soon(partial(self._list, place, presses, id))

    async def _list(self, place: str, presses: int, id: bytes) -> None:
        """Told once, however often it is tried."""
        command = ListPresses(presses, place or None)
        payload = f"{presses} {place}".encode()
        await self._journal.submit(self._cases.desk, 0, command, id=id, payload=payload)

    async def put_away(
        self, room: str | None, presses: int, since: float | None, seat: int
    ) -> None:
        """Somebody of staff has seen so many since then; what nobody has seen stays at the desk."""
        command = PutPressesAway(presses, seat, room, since)
        await self._journal.submit(self._cases.desk, 0, command)
