"""Help: one POST that works in every state, for the muted, the removed, and before any door."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from chatroom.groups.meetings import Meetings
from chatroom.live import wire
from chatroom.people.accounts import Session
from chatroom.settings import Settings
from chatroom.store.rooms import Room
from chatroom.web.answers import asked, helplines
from chatroom.web.connection import House
from chatroom.web.sessions import answer_with, begin_session, session_of


class AskForHelp(Struct, frozen=True, forbid_unknown_fields=True):
    """What the Help button sends; no reason is required."""

    id: wire.CommandId
    room: str | None = None


ATTENDED = (
    "Thank you for pressing Help. Staff have been called and will write to you here, usually within a minute. "
    "If you are in danger right now, contact one of these at once."
)
NOBODY = (
    "Thank you for pressing Help. Nobody is at the desk right now. Your call stays open, and somebody will "
    "write here as soon as they can. Please contact one of these now."
)


class Help:
    """Opens a case and nothing else: the room's log is not touched (CE-02)."""

    def __init__(self, house: House, meetings: Meetings, settings: Settings) -> None:
        self._house = house
        self._meetings = meetings
        self._settings = settings

    async def ask(self, request: Request) -> Response:
        """POST /help {"id", "room"} -> {"case", "attended", "helplines", "words"}.

        Pressed again while a case is open, it answers with the same case.
        """
        wanted = await asked(request, AskForHelp)
        token, session = None, await session_of(self._house, request)
        if session is None:
            token, session = await begin_session(self._house)
        room = await self._meetings.room(wanted.room) if wanted.room else None
        name = await self._name(room, session) if room else None
        case = await self._house.cases.help(
            session,
            bytes.fromhex(wanted.id),
            room.id if room else None,
            room.slug if room else None,
            name,
        )
        attended = self._house.cases.is_attended()
        content = {
            "case": case,
            "attended": attended,
            "helplines": helplines(self._settings.helplines),
            "words": ATTENDED if attended else NOBODY,
        }
        return answer_with(request, token, content)

    async def _name(self, room: Room, session: Session) -> str | None:
        """The name that the member goes by in the room, removed or not."""
        book = await self._meetings.latest(room)
        if book is None:
            return None
        meeting = book.fold.state
        seat = book.rules.seat_of(meeting, self._house.accounts.digest(book.log, session))
        name: str | None = meeting.seats[seat].name if seat is not None else None
        return name
