"""Presence: who is here, over all processes. A hint: in no log, not kept, and nothing waits for it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Set
from typing import Protocol

from chatroom.live import wire
from moderation.meeting import crowd
from moderation.meeting.audience import introduced, people
from moderation.meeting.state import Meeting
from moderation.meeting.talking import why_silent

GRACE = 15.0
"""Seconds that a seat is shown as here after its last socket is gone, so that nobody flickers (FC-18)."""
RENEW = 10.0
"""Seconds between two renewals of this process's lease (W20)."""

NOBODY: frozenset[int] = frozenset()
Place = tuple[int, int]
"""A log and a seat in it."""


class Leases(Protocol):
    """What processes tell each other: each holds a lease, which ends by itself when the process does."""

    async def renew(self) -> bool:
        """Holds the lease for a while longer; False where it is a new one, under which nothing stands."""

    async def write(self, places: Mapping[Place, bool], gone: Iterable[Place]) -> bool:
        """Places of ours and whether they have a socket now; False, with nothing written, without a lease."""

    async def others(self) -> Mapping[int, int]:
        """The other leases that have not ended, each with a number that grows when it is written to."""

    async def seats(
        self, leases: Collection[int], logs: Collection[int]
    ) -> dict[int, dict[int, bool]]:
        """By log, the seats that stand under these leases, and whether they have a socket now."""


class Presence:
    """This process's seats by their sockets; the others' as they were at the last look."""

    def __init__(self, leases: Leases | None, now: Callable[[], float]) -> None:
        self._leases = leases
        self._now = now
        self._ours: dict[
            int, dict[int, float | None]
        ] = {}  # None: it has a socket; else since when not.
        self._sockets: dict[int, set[int]] = {}
        self._left: dict[Place, float] = {}
        self._written: dict[Place, bool | None] = {}  # None: perhaps, the outcome is unknown.
        self._renewed_at: float | None = None
        self._read: tuple[Mapping[int, int], frozenset[int]] = ({}, frozenset())
        self._theirs: dict[int, dict[int, bool]] = {}
        self._vanished: set[Place] = set()

    def came(self, log: int, seat: int) -> None:
        """A socket of this process took its seat: lost with another process before, it is here now."""
        self._vanished.discard((log, seat))
        self._left.pop((log, seat), None)
        self._ours.setdefault(log, {})[seat] = None
        self._sockets.setdefault(log, set()).add(seat)

    def left(self, log: int, seat: int) -> None:
        """The last socket that a seat had at this process is gone."""
        self._ours[log][seat] = self._left[log, seat] = self._now()
        self._sockets[log].discard(seat)

    def knows(self, log: int) -> bool:
        """Whether a look has taken in this log yet, so that nobody is missed who is at another process."""
        return self._leases is None or log in self._read[1]

    def connected(self, log: int) -> Set[int]:
        """The seats that have a socket now, at any process: to look at, and not to keep."""
        ours, theirs = self._sockets.get(log, NOBODY), self._theirs.get(log)
        if not theirs:
            return ours
        return ours | {seat for seat, has_socket in theirs.items() if has_socket}

    def vanished(self, log: int, seat: int) -> bool:
        """Whether a seat was lost with its process, whose lease has run out since (W20)."""
        return (log, seat) in self._vanished and seat not in self.connected(log)

    def here(self, log: int) -> Set[int]:
        """The seats that are shown as here: with a socket, or without one for a moment."""
        ours, theirs = self._ours.get(log, {}).keys(), self._theirs.get(log)
        return ours | theirs.keys() if theirs else ours

    async def look(self, logs: Iterable[int]) -> None:
        """Lets those go whose moment is over, tells the others of ours, and reads theirs in `logs`.

        Raises what the database raises when it is away; what was known before stays so.
        """
        self._let_go()
        if self._leases is not None:
            await self._tell(self._leases)
            await self._ask(self._leases, frozenset(logs))

    def _let_go(self) -> None:
        over = self._now() - GRACE
        for place in [place for place, left in self._left.items() if left <= over]:
            log, seat = place
            del self._left[place], self._ours[log][seat]
            if not self._ours[log]:
                del self._ours[log], self._sockets[log]

    async def _tell(self, leases: Leases) -> None:
        now = self._now()
        if self._renewed_at is None or now - self._renewed_at >= RENEW:
            if not await leases.renew():
                self._written = {}
            self._renewed_at = now
        ours = {
            (log, seat): left is None
            for log, seats in self._ours.items()
            for seat, left in seats.items()
        }
        new = {place: has for place, has in ours.items() if self._written.get(place) is not has}
        gone = self._written.keys() - ours.keys()
        if not new and not gone:
            return
        self._written |= dict.fromkeys(new)
        if await leases.write(new, gone):
            self._written = dict(ours)
        else:
            self._renewed_at = None  # The process stood still, and the others have let it go.

    async def _ask(self, leases: Leases, logs: frozenset[int]) -> None:
        """Who is here is read only where something has changed: mostly the leases say it all."""
        others = await leases.others()
        if (others, logs) != self._read:
            theirs = await leases.seats(others.keys(), logs) if others and logs else {}
            self._note_vanished(theirs, logs)
            self._theirs = theirs
            self._read = (others, logs)

    def _note_vanished(self, theirs: dict[int, dict[int, bool]], logs: frozenset[int]) -> None:
        """Who leaves is seen without a socket first; who is gone all at once went with a process."""
        before = {
            (log, seat)
            for log, seats in self._theirs.items()
            for seat, has_socket in seats.items()
            if has_socket and log in logs
        }
        now = {(log, seat) for log, seats in theirs.items() for seat in seats}
        lost = (self._vanished | before) - now
        self._vanished = {
            (log, seat)
            for log, seat in lost
            if log in logs and seat not in self._ours.get(log, {})  # Come here meanwhile.
        }


def presence_frame(here: Set[int], state: object) -> wire.Presence:
    """What a log is told: who is here; of a crowd how many, and of those who matter who."""
    if len(here) <= crowd.CROWD:
        return wire.Presence(tuple(sorted(here)))
    matter = {*crowd.listed(state), *state.hands} if isinstance(state, Meeting) else ()
    return wire.Presence(tuple(sorted(seat for seat in matter if seat in here)), count=len(here))


def is_of_a_crowd(state: object) -> bool:
    """Whether a page of this log may know a part of the people alone."""
    return isinstance(state, Meeting) and len(state.seats) > crowd.CROWD


def people_frame(state: object, seat: int, asked: Iterable[int]) -> wire.People:
    """Those of a crowd whom a seat asks for, each once."""
    if not isinstance(state, Meeting):
        return wire.People(())
    return wire.People(people(state, seat, dict.fromkeys(asked)), state.sitting)


def introduction(state: object, named: Iterable[int]) -> wire.People | None:
    """Those whom entries name to everybody in a crowd, or each page would ask for them."""
    assert isinstance(state, Meeting), "only a meeting is a crowd"
    views = introduced(state, named)
    return wire.People(views, state.sitting) if views else None


def shows_typing(state: object, seat: int, *, in_a_crowd: bool) -> bool:
    """Whether the others see that `seat` is writing: the holder, and in open talk anybody.

    Never one who may not write now: it ends where a mute is folded (P8).
    """
    if (
        not isinstance(state, Meeting)
        or not state.sits(seat)
        or why_silent(state, seat) is not None
    ):
        return False
    return seat == state.holder or (state.everybody_writes and not in_a_crowd)
