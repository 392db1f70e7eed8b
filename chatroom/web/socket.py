"""The sockets' URLs: which log each one is for."""

from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocket

from chatroom.care.cases import log_of
from chatroom.groups.meetings import Meetings
from chatroom.live.book import Book
from chatroom.live.refusals import CLOSE_CODES
from chatroom.live.transport import EXTENSION, Frames
from chatroom.store.logs import OutcomeUnknown
from chatroom.store.together import Together
from chatroom.web.connection import converse
from chatroom.web.house import House
from chatroom.web.security import session_token


class Sockets:
    """One socket per seat in a meeting, one for the desk, one per case."""

    def __init__(
        self, house: House, meetings: Meetings, is_compressed: Callable[[str], bool]
    ) -> None:
        self._house = house
        self._is_compressed = is_compressed
        self._meetings = meetings
        self._newest: dict[str, int] = {}
        self._asking = Together(self._newest_meeting)

    async def room(self, socket: WebSocket) -> None:
        """WS /rooms/{slug}/socket: the room's newest meeting."""
        slug: str = socket.path_params["slug"]
        frames: Frames = socket.scope["extensions"][EXTENSION]
        if self._is_compressed(slug):
            frames.may_deflate()
        try:
            book = await self._asking.of(slug)
        except (OutcomeUnknown, SQLAlchemyError):  # The database is away: come back.
            await socket.accept()
            return frames.close(CLOSE_CODES["restart"].code)
        return await self._serve(socket, book.log if book else 0, slug)

    async def desk(self, socket: WebSocket) -> None:
        """WS /desk/socket."""
        await self._serve(socket, self._house.cases.desk)

    async def case(self, socket: WebSocket) -> None:
        """WS /cases/{case}/socket: the member and the one who claimed it; nobody else has a seat."""
        await self._serve(socket, log_of(socket.path_params["case"]))

    async def _serve(self, socket: WebSocket, log: int, room: str | None = None) -> None:
        await converse(self._house, socket, log, session_token(socket.scope), room)

    async def _newest_meeting(self, slug: str) -> Book | None:
        """While a meeting is on, its room has no newer one: a storm asks the database once (W25)."""
        book = self._house.journal.known(self._newest.get(slug, 0))
        if book is None or book.fold.state.closed_at is not None:
            room = await self._meetings.room(slug)
            book = await self._meetings.latest(room) if room else None
            if book is not None:
                self._newest[slug] = book.log
        return book
