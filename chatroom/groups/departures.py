"""What follows when sessions have ended, and what keeps those alive that are connected."""

import contextlib
from collections.abc import Awaitable, Callable, Iterable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.care.cases import Cases
from chatroom.live.book import Book
from chatroom.live.hub import Hub
from chatroom.live.journal import Journal
from chatroom.live.proposals import RetryLater
from chatroom.live.refusals import CLOSE_CODES
from chatroom.people.accounts import Accounts, Ended, Session, someone
from chatroom.store import rooms
from chatroom.store.access import Kind, Told, about
from chatroom.store.accounts import AT_ONCE
from chatroom.store.logs import OutcomeUnknown
from moderation.meeting import commands as ask
from moderation.meeting.state import Meeting
from moderation.refused import Refused

TIDY = 600.0
"""Seconds between two looks for sessions and links that are over."""
WATCHED_EVERY = 3.0
"""Seconds between two looks at whether the sessions that are connected here still last (P23: 5 at most)."""
NOT_NOW = RetryLater, OutcomeUnknown, SQLAlchemyError
"""What can't be decided or stored just now, in this room or at all: at the next look."""


class Departures:
    """A seat whose session has ended is nobody's, and the link that it came by lets in one more.

    A case that the session had of somebody else's waits for all at the desk again.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        journal: Journal,
        accounts: Accounts,
        hub: Hub,
        cases: Cases,
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._accounts = accounts
        self._hub = hub
        self._cases = cases

    async def left(self, ended: Ended, slug: str | None = None) -> None:
        """Leaves every meeting that is on where the session could be; `slug` names one more.

        A use comes back, but not to who was removed, turned away, or is muted: a link for one use is
        no way round that. What can't be done now is done when it is looked for what is over.
        """
        known = {right.room for right in ended.rights}
        room = await rooms.room_by_slug(self._engine, slug) if slug else None
        for other in {room.id} - known if room else ():
            await self._leave(other, ended.session)
        await self._forgotten(ended)

    async def gone(self, ended: Iterable[Ended]) -> None:
        """Sessions that were ended are left, as far as it can be done now; the rest when it is looked for."""
        for one in ended:
            self._accounts.uncache(one.session.id)
            self._hub.end_sessions({one.session.id: CLOSE_CODES["no_session"].code})
            with contextlib.suppress(*NOT_NOW):
                await self.left(one)

    async def makes_way(self, before: Session | None) -> None:
        """Whether somebody may sign in where this session is: not in the middle of a talk with staff."""
        if before is not None and await self._cases.of(before) is not None:
            raise Refused("case_open_here")

    async def made_way(self, token: str, now: float) -> None:
        """Somebody has signed in there: the session that there was is over, and its seats are left (A60)."""
        ended = await self._accounts.end(token, now)
        if ended is not None:
            await self.gone([ended])

    async def _leave(self, room: int, session: Session) -> bool:
        """Whether nothing stands against their coming again."""
        book = await self._meeting_in(room)
        if book is None:
            return True
        digest = self._accounts.digest(book.log, session)
        stands = _stands_well(book.fold.state, digest)
        if stands is not None:
            await self._journal.submit(book.log, 0, ask.Leave(digest))
        return stands is not False

    async def may_move(self, session: Session, room: int) -> bool:
        """Whether another link may be the one that they come by: a meeting knows its people by theirs.

        Not while they sit in the one that is on, or were removed from it or turned away; and not
        where nobody can say.
        """
        with contextlib.suppress(*NOT_NOW):
            book = await self._meeting_in(room)
            if book is None:
                return True
            digest = self._accounts.digest(book.log, session)
            meeting: Meeting = book.fold.state
            return digest not in meeting.sessions and _stands_well(meeting, digest) is not False
        return False

    async def moved(self, session: Session, room: int) -> None:
        """Who waited by the old link waits no longer: by the new one they may come straight in."""
        with contextlib.suppress(*NOT_NOW):
            book = await self._meeting_in(room)
            if book is None:
                return
            digest = self._accounts.digest(book.log, session)
            meeting: Meeting = book.fold.state
            if digest not in meeting.sessions and meeting.knockers.get(digest) in meeting.lobby:
                await self._journal.submit(book.log, 0, ask.Leave(digest))

    async def _meeting_in(self, room: int) -> Book | None:
        """The meeting that is on, as it is now."""
        current = await rooms.current_meeting(self._engine, room)
        if current is None or current.ended_at is not None:
            return None
        book = await self._journal.book(current.log)
        if book is not None:
            await self._journal.catch_up(book.log)
        return book

    async def run(
        self, now: Callable[[], float], pause: Callable[[float], Awaitable[None]]
    ) -> None:
        """Lives in the caller's TaskGroup, beside everything else: a thousand who end together take a while."""
        while True:
            await pause(TIDY)
            with contextlib.suppress(*NOT_NOW):
                await self.tidy(now())

    async def watch(
        self, now: Callable[[], float], pause: Callable[[float], Awaitable[None]]
    ) -> None:
        """Lives in the caller's TaskGroup: a session that was ended at another process ends here, too (P23)."""
        while True:
            await pause(WATCHED_EVERY)
            with contextlib.suppress(*NOT_NOW):
                await self.look(now())

    async def look(self, now: float) -> None:
        """Closes the sockets of sessions that are over, whoever has ended them, and when."""
        over = await self._accounts.over(self._hub.sessions(), now)
        self._hub.end_sessions(dict.fromkeys(over, CLOSE_CODES["no_session"].code))

    async def hears(self, told: list[Told], now: float) -> None:
        """What was taken, at whichever process: no socket here rests on it any more (P23).

        Whoever may do more has another token, and comes again by it (A60).
        """
        why: dict[Kind, str] = {"ended": "no_session", "renewed": "restart"}
        codes = {one.subject: CLOSE_CODES[why[one.kind]].code for one in told if one.kind in why}
        for session in codes:
            self._accounts.uncache(session)
        self._hub.end_sessions(codes)
        for one in told:
            if one.kind == "rights":
                await self._reseat(*about(one.subject))
        # Ended by a command, or by a process that is gone: here their seats are left.
        over = [one.subject for one in told if one.kind == "ended"]
        for first in range(0, len(over), AT_ONCE):
            for ended in await self._accounts.left_over(over[first : first + AT_ONCE], now):
                with contextlib.suppress(*NOT_NOW):
                    await self._forgotten(ended)

    async def _reseat(self, who: bytes, room: int) -> None:
        """A role that was given or taken holds in the meeting that is on; who may not be there any more leaves."""
        book = await self._meeting_in(room) if room else None
        if book is None:
            return
        role = await self._accounts.part(who, room)
        digest = self._accounts.digest(book.log, someone(who))
        meeting: Meeting = book.fold.state
        if role is None and meeting.flags.door == "invitation":
            await self._journal.submit(book.log, 0, ask.Leave(digest))
        else:
            await self._journal.submit(book.log, 0, ask.SetRole(digest, role or "member"))

    async def tidy(self, now: float) -> None:
        """Who is connected stays signed in, and of who is not the session ends in time."""
        await self._accounts.keep(self._hub.sessions(), now)
        await self._accounts.forget_links(now)
        for ended in await self._accounts.expired(now):
            with contextlib.suppress(*NOT_NOW):
                await self._forgotten(ended)

    async def _forgotten(self, ended: Ended) -> None:
        """First cases and seats are left, and then the session is no more: cut off between, it is found again.

        Who is signed in on another device too keeps both.
        """
        if await self._accounts.is_elsewhere(ended.session):
            await self._accounts.forget(ended.session)
            return
        try:
            await self._cases.over(ended.session)
        finally:  # Whatever becomes of a case, the seats are left now.
            free = [
                right.invitation
                for right in ended.rights
                if await self._leave(right.room, ended.session)
            ]
        if await self._accounts.forget(ended.session):
            for invitation in free:
                await self._accounts.give_back(invitation)


def _stands_well(meeting: Meeting, digest: str) -> bool | None:
    """None for somebody who neither sits in a meeting nor waits."""
    seat, knock = meeting.sessions.get(digest), meeting.knockers.get(digest)
    if seat is not None:
        return not meeting.seats[seat].removed and not meeting.is_muted(seat)
    return None if knock is None else knock in meeting.lobby
