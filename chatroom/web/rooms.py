"""The room's page, door and meeting in one, and the POST that takes a seat."""

from jinja2 import Environment
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from chatroom import wire
from chatroom.accounts import Session
from chatroom.book import Book
from chatroom.connection import House
from chatroom.meetings import Meetings
from chatroom.settings import Settings
from chatroom.store.rooms import Room
from chatroom.web.answers import answer, asked, helplines, page
from chatroom.web.security import session_token
from moderation.bounds import Name
from moderation.meeting.state import Meeting
from moderation.refused import Refused


class TakeSeat(Struct, frozen=True, forbid_unknown_fields=True):
    """What the door sends."""

    id: wire.CommandId
    name: Name


class Rooms:
    """Pages and posts of a room."""

    def __init__(
        self, house: House, meetings: Meetings, settings: Settings, templates: Environment
    ) -> None:
        self._house = house
        self._meetings = meetings
        self._settings = settings
        self._templates = templates

    async def show(self, request: Request) -> Response:
        """GET /rooms/{slug}. A stranger sees a closed door, whether there is such a room or not."""
        room = await self._meetings.room(request.path_params["slug"])
        session = await self.session(request)
        role = await self._meetings.role(session, room) if room else None
        if room is None or session is None or role is None:
            lines = helplines(self._settings.helplines)
            return page(self._templates, "closed_door.html", 403, door={"helplines": lines})
        door = await self._door(room, session, role)
        return page(self._templates, "room.html", door=door)

    async def _door(self, room: Room, session: Session, role: str) -> dict[str, object]:
        book = await self._meetings.current(room)
        meeting: Meeting | None = book.fold.state if book else None
        return {
            "room": {"slug": room.slug, "name": room.name},
            "role": role,
            "seat": self._seat(book, session),
            "open": meeting is not None and meeting.is_open,
            "phase": meeting.phases[meeting.phase].title if meeting and meeting.is_open else None,
            "facilitators": _facilitators(meeting),
            "retention_hours": self._settings.retention_hours,
            "kept": kept(self._settings.retention_hours),
            "helplines": helplines(self._settings.helplines),
            "case": await self._house.cases.of(session),
            "speed": self._settings.time_speed,
        }

    def _seat(self, book: Book | None, session: Session) -> int | None:
        if book is None:
            return None
        seat = book.rules.seat_of(book.fold.state, self._house.accounts.digest(book.log, session))
        return seat if seat is not None and book.fold.state.sits(seat) else None

    async def take_seat(self, request: Request) -> Response:
        """POST /rooms/{slug}/seats {"id", "name"} -> {"seat"}: the same seat however often it is asked."""
        wanted = await asked(request, TakeSeat)
        room = await self._meetings.room(request.path_params["slug"])
        session = await self.session(request)
        if session is None:
            raise Refused("no_session")
        if room is None:
            raise Refused("not_yours")
        return answer(
            {
                "seat": await self._meetings.take_seat(
                    room, session, wanted.name, bytes.fromhex(wanted.id)
                )
            }
        )

    async def session(self, request: Request) -> Session | None:
        """Who asks."""
        token = session_token(request.scope)
        return await self._house.accounts.session(token, self._house.now()) if token else None


def kept(hours: int) -> str:
    """The door's sentence about what is kept, made from the setting itself."""
    if hours == 0:
        return "What is written here is deleted as soon as the meeting is closed."
    span = "1 hour" if hours == 1 else f"{hours} hours"
    return f"What is written here is deleted {span} after the meeting is closed."


def _facilitators(meeting: Meeting | None) -> list[str]:
    if meeting is None:
        return []
    seats = sorted(meeting.seats.items())
    return [
        seat.name
        for _, seat in seats
        if seat.role == "facilitator" and seat.name and not seat.removed
    ]
