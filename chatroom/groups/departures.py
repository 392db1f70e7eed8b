"""What follows when sessions have ended, and what keeps those alive that are connected."""

from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.live.hub import Hub
from chatroom.live.journal import Journal
from chatroom.people.accounts import Accounts, Ended, Session
from chatroom.store import rooms
from moderation.meeting import commands as ask
from moderation.meeting.state import Meeting


class Departures:
    """A seat whose session has ended is nobody's, and the link that it came by lets in one more."""

    def __init__(self, engine: AsyncEngine, journal: Journal, accounts: Accounts, hub: Hub) -> None:
        self._engine = engine
        self._journal = journal
        self._accounts = accounts
        self._hub = hub

    async def left(self, ended: Ended, slug: str | None = None) -> None:
        """Leaves every meeting that is on where the session could be; `slug` names one more.

        A use comes back, but not to who was removed, turned away, or is muted: a link for one use is
        no way round that.
        """
        known = {right.room for right in ended.rights}
        room = await rooms.room_by_slug(self._engine, slug) if slug else None
        for other in {room.id} - known if room else ():
            await self._leave(other, ended.session)
        for right in ended.rights:
            if await self._leave(right.room, ended.session):
                await self._accounts.give_back(right.invitation)

    async def _leave(self, room: int, session: Session) -> bool:
        """Whether nothing stands against their coming again."""
        current = await rooms.current_meeting(self._engine, room)
        if current is None or current.ended_at is not None:
            return True
        book = await self._journal.book(current.log)
        if book is None:
            return True
        await self._journal.catch_up(book.log)
        digest = self._accounts.digest(book.log, session)
        stands = _stands_well(book.fold.state, digest)
        if stands is not None:
            await self._journal.submit(book.log, 0, ask.Leave(digest))
        return stands is not False

    async def tidy(self, now: float) -> None:
        """Now and then: who is connected stays signed in, and of who is not the session ends in time."""
        await self._accounts.keep(self._hub.sessions(), now)
        for ended in await self._accounts.forget_expired(now):
            await self.left(ended)


def _stands_well(meeting: Meeting, digest: str) -> bool | None:
    """None for somebody who neither sits in a meeting nor waits."""
    seat, knock = meeting.sessions.get(digest), meeting.knockers.get(digest)
    if seat is not None:
        return not meeting.seats[seat].removed and not meeting.is_muted(seat)
    return None if knock is None else knock in meeting.lobby
