"""The sockets' URLs: which log each one is for."""

from starlette.websockets import WebSocket

from chatroom.cases import log_of
from chatroom.connection import House, converse
from chatroom.meetings import Meetings
from chatroom.web.security import session_token


class Sockets:
    """One socket per seat in a meeting, one for the desk, one per case."""

    def __init__(self, house: House, meetings: Meetings) -> None:
        self._house = house
        self._meetings = meetings

    async def room(self, socket: WebSocket) -> None:
        """WS /rooms/{slug}/socket: the room's newest meeting."""
        slug: str = socket.path_params["slug"]
        room = await self._meetings.room(slug)
        book = await self._meetings.latest(room) if room else None
        await converse(
            self._house, socket, book.log if book else 0, session_token(socket.scope), slug
        )

    async def desk(self, socket: WebSocket) -> None:
        """WS /desk/socket."""
        await converse(self._house, socket, self._house.cases.desk, session_token(socket.scope))

    async def case(self, socket: WebSocket) -> None:
        """WS /cases/{case}/socket: the member and the one who claimed it; nobody else has a seat."""
        log = log_of(socket.path_params["case"])
        await converse(self._house, socket, log, session_token(socket.scope))
