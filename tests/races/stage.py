"""Two processes on one PostgreSQL and one Valkey, and a meeting whose people sit at both."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from chatroom.client import Refused, Seat, enter
from chatroom.live.rules import MEETING
from chatroom.live.wire import Receipt
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from tests import servers
from tests.processes import ServerProcess
from tests.servers import asked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from chatroom.client import Line
    from tests.processes import Room
    from tests.servers import Valkey

CALLED = "small-discussion"
"""A format in which the facilitator calls; two steps from the opening to the queue."""
PASSED_ON = "business-30"
"""One in which the floor passes on by itself; one step."""


class Pair(NamedTuple):
    """Two servers on one database."""

    here: ServerProcess
    there: ServerProcess
    url: str
    valkey: Valkey

    def there_(self, link: str) -> str:
        """The same link at the other process."""
        return link.replace(self.here.origin, self.there.origin)


@asynccontextmanager
async def pair_in(folder: Path, program: Sequence[str], **environ: str) -> AsyncIterator[Pair]:
    """Both processes run, and are gone afterwards."""
    async with AsyncExitStack() as stack:
        url = stack.enter_context(servers.database_url())
        valkey = stack.enter_context(servers.valkey())
        secret = folder / "secret"
        secret.write_bytes(secrets.token_bytes(32))
        secret.chmod(0o600)
        environ |= {"DATABASE_URL": url, "SECRET_FILE": str(secret)}
        environ |= {"BUS": "redis", "REDIS_URL": valkey.url}
        processes = []
        for name in ("here", "there"):
            (folder / name).mkdir()
            processes.append(ServerProcess(folder / name, program=program, **environ))
            stack.push_async_callback(processes[-1].stop)
        here, there = processes
        await here.migrate()
        await asyncio.gather(here.start(), there.start())
        yield Pair(here, there, url, valkey)


class Meeting(NamedTuple):
    """A meeting in its part with a queue. Ada and Chidi are at the one process, the others at the other."""

    pair: Pair
    room: Room
    ada: Seat
    mo: Seat
    ben: Seat
    chidi: Seat
    dana: Seat
    stays: dict[str, AsyncExitStack]

    @property
    def all(self) -> tuple[Seat, ...]:
        return (self.ada, self.mo, self.ben, self.chidi, self.dana)

    @property
    def epoch(self) -> int:
        return self.ada.meeting.epoch

    def by_number(self, number: int | None) -> Seat:
        return next(seat for seat in self.all if seat.seat == number)

    async def settled(self, *seats: Seat) -> None:
        """All of them, or these, have read up to the head that the log has now."""
        head = len(self.entries())
        for seat in seats or self.all:
            await seat.until(lambda seat=seat: number_of(seat) >= head)  # type: ignore[misc]

    def entries(self) -> list[happened.AnyEntry]:
        """Everything in the room, as the database has it; the first has number 1."""
        return entries_of(self.pair, self.room)

    async def has_the_floor(self, holder: Seat) -> None:
        """Asked, invited, accepted."""
        await holder.send(ask.RaiseHand())
        await self.ada.send(ask.Invite(await self.seen_epoch(), holder.seat))
        await holder.until(lambda: holder.meeting.invited == holder.seat)
        await holder.send(ask.Accept(holder.meeting.epoch))
        await self.settled()
        assert all(seat.meeting.holder == holder.seat for seat in self.all)

    async def leaves(self, *seats: Seat) -> None:
        """They close their pages."""
        for seat in seats:
            await self.stays[seat.session].aclose()

    def back(self, seat: Seat, server: ServerProcess) -> AbstractAsyncContextManager[Seat]:
        """They open the page again, wherever the front sends them."""
        return enter(f"{server.origin}/rooms/{self.room.slug}", session=seat.session)

    async def seen_epoch(self) -> int:
        """That of the head."""
        await self.settled(self.ada)
        return self.epoch


@asynccontextmanager
async def meeting_in(pair: Pair, format: str = CALLED) -> AsyncIterator[Meeting]:
    """Everybody is there, and hands may be raised."""
    room = await pair.here.new_room(format=format)
    ours, theirs = room.member, pair.there_(room.member)
    stays: dict[str, AsyncExitStack] = {}
    async with AsyncExitStack() as stack:

        async def come(link: str, name: str) -> Seat:
            stay = await stack.enter_async_context(AsyncExitStack())
            seat = await stay.enter_async_context(enter(link, name=name))
            stays[seat.session] = stay
            return seat

        ada = await come(room.facilitator, "Ada")
        mo = await come(pair.there_(room.facilitator), "Mo")
        ben, chidi, dana = [
            await come(link, name)
            for link, name in ((theirs, "Ben"), (ours, "Chidi"), (theirs, "Dana"))
        ]
        await ada.send(ask.Open())
        meeting = Meeting(pair, room, ada, mo, ben, chidi, dana, stays)
        for _ in range(2 if format == CALLED else 1):
            await ada.send(ask.NextPhase(await meeting.seen_epoch()))
        await meeting.settled()
        yield meeting


def number_of(seat: Line) -> int:
    """How far somebody has read in the room."""
    return int(seat.cursor["room"].partition(".")[0])


def entries_of(pair: Pair, room: Room) -> list[happened.AnyEntry]:
    query = """
        SELECT e.number, e.data FROM entry e JOIN meeting m USING (log) JOIN room r ON r.id = m.room
         WHERE r.slug = ? AND e.audience = 0 ORDER BY e.number
    """
    rows = asked(pair.url, query, room.slug)
    assert [number for number, _ in rows] == list(range(1, len(rows) + 1)), "need no gap"
    return [MEETING.entries.decode(data) for _, data in rows]


async def raced(
    *asked: tuple[Seat, ask.SeatCommand], start: float = 0.0
) -> list[Receipt | Refused]:
    """The answers to commands that are sent at once, in this order as far as sockets have one.

    With a `start` of so many seconds for the first.
    """
    answers = []
    for seat, command in asked:
        answers.append(seat.submit(command))
        if start and len(answers) == 1:
            await asyncio.sleep(start)
    found = await asyncio.gather(*answers, return_exceptions=True)
    return [checked(answer) for answer in found]


def checked(answer: Any) -> Receipt | Refused:
    assert isinstance(answer, Receipt | Refused), answer
    return answer


def codes(answers: Sequence[Receipt | Refused]) -> list[str]:
    """The refusals of these, in order; a receipt has the code `""`."""
    return [answer.code if isinstance(answer, Refused) else "" for answer in answers]


def turns_in(entries: Sequence[happened.AnyEntry]) -> dict[int, list[int]]:
    """By turn, whose lines are in it; fails where a line is not the holder's, or outside its turn."""
    holder, turn = 0, 0
    found: dict[int, list[int]] = {}
    for number, entry in enumerate(entries, 1):
        match entry:
            case happened.FloorTaken():
                assert not holder, f"{number}: two have the floor"
                assert entry.turn == turn + 1
                holder, turn = entry.seat, entry.turn
                found[turn] = []
            case happened.TurnEnded():
                assert entry.seat == holder, f"{number}: a turn ends that is not on"
                holder = 0
            case happened.Said(turn=theirs) if theirs:
                assert (entry.seat, theirs) == (holder, turn), f"{number}: not the holder's"
                found[turn].append(entry.seat)
            case _:
                pass
    return found
