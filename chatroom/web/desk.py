"""The desk's page, a seat at it, and claiming a case."""

from typing import Annotated

from jinja2 import Environment
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from chatroom.care.presses import Presses
from chatroom.live import wire
from chatroom.people.accounts import Session
from chatroom.settings import Holds
from chatroom.store.accounts import ORGANISATION
from chatroom.web.answers import answer, asked, care, page
from chatroom.web.house import House
from chatroom.web.security import session_token
from moderation.bounds import MOST, Name
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


class PutAway(Struct, frozen=True, forbid_unknown_fields=True):
    """What the button below many presses sends: how many have been seen, since when."""

    presses: Annotated[int, Meta(ge=1, le=MOST)]
    room: str | None = None
    since: float | None = None


class Desk:
    """For staff alone."""

    def __init__(
        self, house: House, settings: Holds, templates: Environment, presses: Presses
    ) -> None:
        self._presses = presses
        self._house = house
        self._settings = settings
        self._templates = templates

    async def show(self, request: Request) -> Response:
        """GET /desk."""
        try:
            session = await self.staff(request)
        except Refused:
            return page(self._templates, "closed_door.html", 403, door=care(self._settings()))
        desk = {
            "seat": await self._seat(session),
            **care(self._settings()),
            "case": await self._house.cases.of(session),
            "organisation": "Desk",
            "rooms": await self._house.cases.room_names(),
            "speed": self._settings().time_speed,
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

    async def put_away(self, request: Request) -> Response:
        """POST /desk/presses/away {"presses", "room", "since"}: so many strangers' presses have been seen."""
        wanted = await asked(request, PutAway)
        seat = await self._seat(await self.staff(request))
        if seat is None:
            raise Refused("no_seat")
        await self._presses.put_away(wanted.room, wanted.presses, wanted.since, seat)
        return Response(status_code=204)

    async def staff(self, request: Request) -> Session:
        """Who asks; raises `Refused` for everybody but staff."""
        token = session_token(request.scope)
        session = await self._house.accounts.session(token, self._house.now()) if token else None
        if session is None:
            raise self._house.tried(request.scope) or Refused("no_session")
        if "staff" not in await self._house.accounts.rights(session, ORGANISATION):
            raise Refused("staff_only")
        return session
