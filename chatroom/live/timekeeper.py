"""Time: what it is, what is due, and the only place that sleeps."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Set
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from chatroom.live import wire
from chatroom.live.book import Book
from chatroom.live.books import Unreadable
from chatroom.live.hub import Hub
from chatroom.live.journal import Journal
from chatroom.live.lobby import Lobby
from chatroom.live.presence import GRACE, Presence
from chatroom.live.rules import RULES
from chatroom.store.logs import Head, Logs, OutcomeUnknown
from moderation.content.verdict import ALLOW
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.state import Meeting

POLL = 1.0
"""Seconds between two looks at the heads of the logs (W5)."""
UNSOUND_POLL = 0.25
HEARTBEAT = 10.0
GOOD_FOR = 2.0
"""Seconds that a decision is good for, if nothing is due before."""
PRESENCE_WITHIN = 1.0
"""Seconds that a look at presence may take: it must not hold up the next look at the logs."""
MISSED = 2
"""Polls that a holder is missed in before the room is told (FC-16)."""
CHAIR_MISSED = 60.0
"""Seconds without a facilitator before the chair counts as lost (FC-24)."""


class Clock:
    """Seconds since 1970, never going back: the database's time, carried on the monotonic clock (W22).

    Where the database has no time of its own it is the wall clock at the start. `speed` makes a
    meeting run faster, for tests and demos.
    """

    def __init__(
        self,
        speed: float = 1.0,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._speed = speed
        self._monotonic = monotonic
        self._carry = wall() - monotonic()
        self._start = self._real()
        self._followed = False
        self._latest = 0.0

    def now(self) -> float:
        passed = (self._real() - self._start) * self._speed
        self._latest = max(self._latest, round(self._start + passed, 3))
        return self._latest

    async def follow(self, ask: Callable[[], Awaitable[float | None]]) -> None:
        """Asks the database what time it is; None leaves all as it is.

        The answer was right at some moment between asking and hearing, so it corrects only what
        can't be: a slow answer says little.
        """
        asked = self._monotonic()
        there = await ask()
        if there is None:
            return
        at_least, at_most = there - self._monotonic(), there - asked
        if self._followed:
            self._carry = min(max(self._carry, at_least), at_most)
        else:
            self._carry, self._followed = at_least, True
            self._start = self._real()

    def good_until(self, due: float | None) -> float:
        """Until when, in the database's time, what is decided now may be stored (W1)."""
        now, real = self.now(), self._real()
        if due is None or due <= now:
            return real + GOOD_FOR
        return real + min(GOOD_FOR, (due - now) / self._speed)

    def _real(self) -> float:
        return self._carry + self._monotonic()


async def pause(seconds: float) -> None:
    """Sleeps, on the monotonic clock."""
    await asyncio.sleep(seconds)


class Minded(Protocol):
    """What is looked after besides the meetings, whoever is connected to it."""

    def logs(self) -> list[int]:
        """Logs to look for presence in, though nobody here is connected to them."""

    async def mind(self) -> None:
        """After a look at presence, once a second."""


class Timekeeper:
    """Reads heads and due times, proposes what is due, and lets words go when their time is over."""

    def __init__(
        self,
        clock: Clock,
        logs: Logs,
        journal: Journal,
        hub: Hub,
        presence: Presence,
        minded: Minded,
        lobby: Lobby,
        bus_is_sound: Callable[[], bool],
        is_leaving: Callable[[], bool] = lambda: False,
        pause: Callable[[float], Awaitable[None]] = pause,
    ) -> None:
        self._clock = clock
        self._logs = logs
        self._journal = journal
        self._hub = hub
        self._presence = presence
        self._minded = minded
        self._lobby = lobby
        self._bus_is_sound = bus_is_sound
        self._is_leaving = is_leaving
        self._pause = pause
        self._missed: dict[int, int] = {}
        self._hands_missed: dict[int, dict[int, float]] = {}  # By log and seat, since when.
        self._chair_missed: dict[int, float] = {}
        self._since_looked = 0.0
        self._since_heartbeat = 0.0

    async def run(self) -> None:
        """Lives in the caller's TaskGroup. While the database is away it goes on asking."""
        while True:
            wait = POLL if self._bus_is_sound() else UNSOUND_POLL
            with contextlib.suppress(
                OutcomeUnknown, SQLAlchemyError
            ):  # Asked again at the next turn.
                await self.look()
            await self._look_now_and_then(wait)
            self._heartbeat(wait)
            await self._pause(wait)

    async def look(self) -> None:
        """One turn: catches up where others have appended, ticks what is due, sweeps what is over."""
        await self._clock.follow(self._logs.time)
        now = self._clock.now()
        await self._catch_up(await self._logs.heads(self._journal.logs()))
        for head in await self._logs.due(now):
            self._tick(head)
        for log in await self._logs.sweepable(now):
            await self._logs.sweep(log, now)
            with contextlib.suppress(Unreadable):
                await self._journal.reread(log, now)

    async def _catch_up(self, heads: list[Head]) -> None:
        with contextlib.suppress(Unreadable):  # The other logs go on.
            await self._journal.notice(heads)

    def _tick(self, head: Head) -> None:
        """Proposed by whoever sees it; the decider makes it idempotent (W21)."""
        tick = RULES[head.kind].tick
        if tick is not None:
            self._journal.submit(head.log, 0, tick)

    async def _look_now_and_then(self, waited: float) -> None:
        """Once a second whatever the bus does: two looks that miss somebody are no blip."""
        self._since_looked += waited
        if self._since_looked >= POLL:
            self._since_looked = 0.0
            # What was known stays so.
            with contextlib.suppress(TimeoutError, OutcomeUnknown, SQLAlchemyError):
                await self.look_around()

    async def look_around(self) -> None:
        """Who is here, over all processes; whoever sees that somebody who matters is not proposes it.

        A process that lets everybody go leaves its rows as they are: they come back elsewhere (P16).
        """
        if self._is_leaving():
            return
        logs = self._hub.logs()
        self._lobby.look()
        lobbies = self._lobby.places(self._meetings(logs))
        async with asyncio.timeout(PRESENCE_WITHIN):
            await self._presence.look({*logs, *lobbies, *self._minded.logs()})
            await self._minded.mind()
        self._hub.tell_presence()
        for log in logs:
            self._mind(log)
        self._lobby.keep(set(logs))
        for missed in (self._missed, self._hands_missed, self._chair_missed):
            for log in missed.keys() - set(logs):
                missed.pop(log, None)

    def _meetings(self, logs: Iterable[int]) -> list[tuple[int, Meeting]]:
        books = [book for log in logs if (book := self._journal.known(log)) is not None]
        return [
            (book.log, book.fold.state) for book in books if isinstance(book.fold.state, Meeting)
        ]

    def _mind(self, log: int) -> None:
        book = self._journal.known(log)
        if book is not None and isinstance(book.fold.state, Meeting):
            connected = self._presence.connected(log)
            self._mind_the_holder(log, book.fold.state, connected)
            self._mind_the_owed(log, book.fold.state, connected)
            self._mind_the_hands(log, book.fold.state, connected)
            self._mind_the_chair(book, book.fold.state, connected)
            for session in self._lobby.lapsed(log, book.fold.state):
                self._propose(log, book.fold.state, ask.Leave(session))

    def _propose(self, log: int, meeting: Meeting, command: ask.ServerCommand) -> bool:
        """Proposed only where it would change something: a look a second must not flood the journal.

        What the rules can't decide is the journal's to say: a bug in one must not end the looks.
        """
        changes = True
        with contextlib.suppress(Exception):
            changes = bool(RULES["meeting"].decide(meeting, command, 0, self._clock.now(), ALLOW))
        if changes:
            self._journal.submit(log, 0, command)
        return changes

    def _mind_the_holder(self, log: int, meeting: Meeting, connected: Set[int]) -> None:
        """A holder who vanished is given a moment, and one who is back goes on (FC-16)."""
        if meeting.holder is None:
            self._missed.pop(log, None)
            return
        if meeting.holder in connected:
            self._missed.pop(log, None)
            self._propose(log, meeting, ask.HolderBack(meeting.holder))
            return
        self._missed[log] = self._missed.get(log, 0) + 1
        if self._missed[log] >= MISSED:
            self._propose(log, meeting, ask.HolderAway(meeting.holder))

    def _mind_the_owed(self, log: int, meeting: Meeting, connected: Set[int]) -> None:
        """Who lost a turn by being away is next, whenever they are back (FC-16)."""
        for seat in meeting.owed:
            if seat in connected:
                self._propose(log, meeting, ask.HolderBack(seat))

    def _mind_the_hands(self, log: int, meeting: Meeting, connected: Set[int]) -> None:
        """Somebody in the queue is missed for as long as they are shown as here (FC-17, FC-18).

        Only who came or went is proposed: everybody has a hand up in a round, be they thousands.
        """
        now, before = self._clock.now(), self._hands_missed.get(log, {})
        missed = {seat: before.get(seat, now) for seat in meeting.hands if seat not in connected}
        self._hands_missed[log] = missed
        away = {hand.seat for hand in meeting.hands_away}
        for seat in away & connected:
            self._propose(log, meeting, ask.HandBack(seat))
        for seat, since in missed.items():
            if seat not in away and now - since >= GRACE:
                self._propose(log, meeting, ask.HandAway(seat))

    def _mind_the_chair(self, book: Book, meeting: Meeting, connected: Set[int]) -> None:
        """A meeting without a facilitator for a minute is told so, and who comes back is heeded (FC-24).

        Every process that anybody of the meeting is connected to looks, whoever held it: the last
        facilitator's process may be the one that died.
        """
        log, holders = book.log, filter(meeting.is_facilitator, meeting.in_service)
        here = sorted(seat for seat in holders if seat in connected)
        if here or not meeting.is_open:
            self._chair_missed.pop(log, None)
            first = sorted(here, key=lambda seat: seat not in (meeting.chair, meeting.former_chair))
            any(self._propose(log, meeting, ask.ChairBack(seat)) for seat in first)
            return
        now = self._clock.now()
        since = max(self._chair_missed.setdefault(log, now), _held_at(book))
        if now - since >= CHAIR_MISSED:
            self._propose(log, meeting, ask.ChairAway(tuple(sorted(connected))))

    def _heartbeat(self, waited: float) -> None:
        """Every 10 s each socket hears the head, as the last look found it; the same bytes for all."""
        self._since_heartbeat += waited
        if self._since_heartbeat < HEARTBEAT:
            return
        self._since_heartbeat = 0.0
        for log in self._hub.logs():
            book = self._journal.known(log)
            if book is not None:
                head = wire.cursor(*book.fold.head(0))
                self._hub.to_all(log, wire.Heartbeat(head, self._clock.now()))


def _held_at(book: Book) -> float:
    """When somebody took the chair or came back to it last, as far as memory goes; a minute counts from then.

    Whoever takes it is let go to come back for the streams of a facilitator, and may be missed.
    """
    held = (happened.ChairTaken, happened.ChairCameBack)
    times = (record.at for record in reversed(book.ring) if isinstance(record.entry, held))
    return next(times, 0.0)
