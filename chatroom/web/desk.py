"""The desk's page, a seat at it, and claiming a case."""

from jinja2 import Environment
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from chatroom.live import wire
from chatroom.people.accounts import Session
from chatroom.settings import Settings
from chatroom.store.accounts import ORGANISATION
from chatroom.web.answers import answer, asked, care, page
from chatroom.web.connection import House
from chatroom.web.security import session_token
from moderation.bounds import Name
from moderation.case.commands import TakeOver
from moderation.refused import Refused


class ComeToDesk(Struct, frozen=True, forbid_unknown_fields=True):
    """What the desk's door sends."""

    id: wire.CommandId
    name: Name


class ClaimCase(Struct, frozen=True, forbid_unknown_fields=True):
    """What the Claim button sends; with a reason, it is Take over."""

    id: wire.CommandId
    reason: TakeOver | None = None


class Desk:
    """For staff alone."""

    def __init__(self, house: House, settings: Settings, templates: Environment) -> None:
        self._house = house
        self._settings = settings
        self._templates = templates

    async def show(self, request: Request) -> Response:
        """GET /desk."""
        try:
            session = await self.staff(request)
        except Refused:
            return page(self._templates, "closed_door.html", 403, door=care(self._settings))
        desk = {
            "seat": await self._seat(session),
            **care(self._settings),
            "case": await self._house.cases.of(session),
            "organisation": "Desk",
            "rooms": await self._house.cases.room_names(),
            "speed": self._settings.time_speed,
        }
        return page(self._templates, "desk.html", desk=desk)

    async def _seat(self, session: Session) -> int | None:
        house = self._house
        book = await house.journal.book(house.cases.desk)
        assert book is not None, "the desk is opened at start"
        return book.rules.seat_of(book.fold.state, house.accounts.digest(book.log, session))

    async def take_seat(self, request: Request) -> Response:
        """POST /desk/seats {"id", "name"} -> {"seat"}."""
        wanted = await asked(request, ComeToDesk)
        session = await self.staff(request)
        return answer({"seat": await self._house.cases.come_to_desk(session, wanted.name)})

    async def claim(self, request: Request) -> Response:
        """POST /cases/{case}/claims {"id", "reason"} -> {"seat"}; of many who press at once, one gets it."""
        wanted = await asked(request, ClaimCase)
        session = await self.staff(request)
        case: str = request.path_params["case"]
        id = bytes.fromhex(wanted.id)
        return answer({"seat": await self._house.cases.claim(session, case, id, wanted.reason)})

    async def staff(self, request: Request) -> Session:
        """Who asks; raises `Refused` for everybody but staff."""
        token = session_token(request.scope)
        session = await self._house.accounts.session(token, self._house.now()) if token else None
        if session is None:
            raise self._house.tried(request.scope) or Refused("no_session")
        if "staff" not in await self._house.accounts.rights(session, ORGANISATION):
            raise Refused("staff_only")
        return session
