"""How many connections there may be, in all and from one address, and who is let in where there are too many."""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from chatroom.live.addresses import Addresses

KEPT_FREE = 64
"""Descriptors that no connection takes: the database, the bus, files (W16)."""
HELD_BACK = 32
"""Places for requests alone once the sockets have theirs, and as many again for health and Help alone."""
MINUTE = 60.0


class Waiting(Protocol):
    """A connection that has not said yet what it wants, or wants nothing at the moment."""

    def make_way(self) -> None:
        """Frees the descriptor at once."""


class Place:
    """One connection's, until it ends."""

    __slots__ = ("whose",)

    def __init__(self, whose: str | None) -> None:
        self.whose = whose


class Tally:
    """One line a minute and kind, with how often it came: strangers must not fill the log."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def note(self, kind: str) -> None:
        """The first is told at once, those of the minute after it together."""
        if kind in self._counts:
            self._counts[kind] += 1
        else:
            self._tell(kind, 1)

    def _tell(self, kind: str, count: int) -> None:
        self._counts[kind] = 0
        structlog.get_logger("chatroom.gate").warning("turned_away", kind=kind, count=count)
        asyncio.get_running_loop().call_later(MINUTE, self._tell_rest, kind)

    def _tell_rest(self, kind: str) -> None:
        if rest := self._counts.pop(kind):
            self._tell(kind, rest)


def file_limit() -> int:
    """As many descriptors as this process may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Gate:
    """Counts. Who waits longest without having said anything goes first when there is no place left."""

    def __init__(
        self,
        addresses: Addresses,
        per_address: int,
        words: Callable[[], str],
        descriptors: Callable[[], int] = file_limit,
    ) -> None:
        """`words` is what a person reads who is turned away. `is_kept`: connections come by it."""
        self.words = words
        self.is_kept = False
        self.tally = Tally()
        self._addresses = addresses
        self._per_address = per_address
        self._descriptors = descriptors
        self._open = 0
        self._by_address: Counter[str] = Counter()
        self._waiting: dict[Waiting, str | None] = {}

    def enter(self, connection: Waiting, host: str | None) -> Place | None:
        """A place for a connection that has said nothing yet; None where there is none at all."""
        place = Place(self._addresses.of_peer(host))
        self._take(place)
        if self._has_no_room(place):
            self.give_back(place)
            self.tally.note("no_place_at_all")
            return None
        self._waiting[connection] = place.whose
        return place

    def begins(self, connection: Waiting) -> None:
        """It has said what it wants, and is not cut for another one's sake until it has its answer."""
        self._waiting.pop(connection, None)

    def waits(self, connection: Waiting, place: Place) -> None:
        """It has its answer, and may ask for more."""
        self._waiting[connection] = place.whose

    def has_room_for_request(self, place: Place) -> bool:
        """False where what is left is for health and Help."""
        return self._open <= self._most - self._held_back and not self._is_too_many(place.whose)

    def has_room_for_socket(self, place: Place, scope: Mapping[str, Any]) -> bool:
        """Those of one address are counted behind a proxy, too."""
        if place.whose is None and (whose := self._addresses.of(scope)):
            place.whose = whose
            self._by_address[whose] += 1
        is_free = self._open <= self._most - 2 * self._held_back
        return is_free and not self._is_too_many(place.whose)

    def leave(self, connection: Waiting, place: Place) -> None:
        self._waiting.pop(connection, None)
        self.give_back(place)

    def give_back(self, place: Place) -> None:
        """Somebody else may have it."""
        self._open -= 1
        if place.whose is not None:
            self._by_address[place.whose] -= 1
            if not self._by_address[place.whose]:
                del self._by_address[place.whose]

    @property
    def _most(self) -> int:
        return self._descriptors() - KEPT_FREE

    @property
    def _held_back(self) -> int:
        return min(HELD_BACK, self._most // 8)

    def _is_too_many(self, whose: str | None) -> bool:
        return whose is not None and self._by_address[whose] > self._per_address

    def _has_no_room(self, new: Place) -> bool:
        if self._open > self._most and not self._make_room(lambda _: True):
            return True
        return self._is_too_many(new.whose) and not self._make_room(lambda one: one == new.whose)

    def _make_room(self, of: Callable[[str | None], bool]) -> bool:
        for connection, whose in self._waiting.items():
            if of(whose):
                self.tally.note("made_way")
                self._waiting.pop(connection)
                connection.make_way()
                return True
        return False

    def _take(self, place: Place) -> None:
        self._open += 1
        if place.whose is not None:
            self._by_address[place.whose] += 1
