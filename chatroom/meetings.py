"""The door of a room: its current meeting, and a seat in it."""

from collections.abc import Callable
from importlib.resources import files

from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.accounts import Accounts, Session
from chatroom.book import Book
from chatroom.cases import Cases
from chatroom.journal import Journal
from chatroom.reviewing import Reviewer
from chatroom.store import rooms
from chatroom.store.database import new_id
from chatroom.store.rooms import Room
from moderation.meeting.commands import Convene, Role, TakeSeat
from moderation.meeting.format import Format, parse
from moderation.refused import Refused


class Meetings:
    """Convenes meetings, and seats people in them."""

    def __init__(
        self,
        engine: AsyncEngine,
        journal: Journal,
        accounts: Accounts,
        cases: Cases,
        reviewer: Reviewer,
        formats: dict[str, Format],
        keep: float,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._accounts = accounts
        self._cases = cases
        self._reviewer = reviewer
        self._formats = formats
        self._keep = keep
        self._random_bytes = random_bytes

    async def room(self, slug: str) -> Room | None:
        return await rooms.room_by_slug(self._engine, slug)

    async def role(self, session: Session | None, room: Room) -> Role | None:
        """What a session may take a seat as; None for a stranger, and for staff, who have a desk."""
        held = await self._accounts.roles(session, room.id) if session else set()
        if "facilitator" in held:
            return "facilitator"
        return "member" if "member" in held else None

    async def current(self, room: Room) -> Book | None:
        """The meeting that is on, or that people gather for; None where the last one is over."""
        meeting = await rooms.current_meeting(self._engine, room.id)
        if meeting is None or meeting.ended_at is not None:
            return None
        return await self._journal.book(meeting.log)

    async def latest(self, room: Room) -> Book | None:
        """The current meeting, or the one that has just ended."""
        meeting = await rooms.current_meeting(self._engine, room.id)
        return None if meeting is None else await self._journal.book(meeting.log)

    async def take_seat(self, room: Room, session: Session, name: str, id: bytes) -> int:
        """A seat in the room's meeting, the same one however often it is asked for.

        A name can be a cry for help too: it opens a case, under an id that follows from `id`.

        Raises `Refused`, or `RetryLater` where nobody knows whether it was stored.
        """
        role = await self.role(session, room)
        if role is None:
            raise Refused("not_yours")
        book = await self._convened(room)
        digest = self._accounts.digest(book.log, session)
        verdict = self._reviewer.name(name)
        if verdict.signal is not None:
            await self._cases.signal(session, id, room.slug, None, name, verdict.signal)
        command = TakeSeat(digest, role, name)
        await self._journal.submit(book.log, 0, command, verdict=verdict)
        seat = await self._journal.seat_of(book.log, digest)
        assert seat is not None, "the entry is folded before its answer is given"
        return seat

    async def _convened(self, room: Room) -> Book:
        """The current meeting, begun now if there is none. Of many who begin it at once, one does.

        Its number follows from the very reading that found none: by a later one it would be the
        meeting that somebody else has begun meanwhile, and a second one would begin.
        """
        found = await rooms.current_meeting(self._engine, room.id)
        if found is None or found.ended_at is not None:
            number = 1 if found is None else found.n + 1
            log = new_id(self._random_bytes)
            await rooms.add_meeting(self._engine, room.id, number, log, self._keep)
        book = await self.latest(room)
        assert book is not None, "it was begun, here or elsewhere"
        format = self._formats[room.format]
        await self._journal.submit(book.log, 0, Convene(format.id, format.phases))
        return book


def read_formats() -> dict[str, Format]:
    """The formats that are shipped, by id; each is checked as it is read."""
    folder = files("moderation.meeting") / "formats"
    texts = [path.read_text("utf-8") for path in folder.iterdir() if path.name.endswith(".toml")]
    return {format.id: format for format in map(parse, texts)}
