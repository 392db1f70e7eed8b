"""What a lead does in the office: each act is told in the audit, in the transaction that does it."""

from typing import Annotated, Any, Literal

import segno
from msgspec import Meta, Struct
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import Response

from chatroom.groups.departures import Departures
from chatroom.groups.meetings import Meetings
from chatroom.people.accounts import Session
from chatroom.people.audit import Deed
from chatroom.people.invitations import handle
from chatroom.people.organisation import Organisation
from chatroom.people.persons import EVERYWHERE, Persons
from chatroom.store import rooms
from chatroom.store.accounts import ORGANISATION, Role
from chatroom.store.persons import Duty
from chatroom.web.answers import answer, asked
from chatroom.web.house import House
from chatroom.web.office import named
from chatroom.web.sessions import session_of
from chatroom.web.signing import origin_of
from moderation.refused import Refused

Words = Annotated[str, Meta(min_length=1, max_length=80)]
Text = Annotated[str, Meta(max_length=4000)]
Hours = Annotated[int, Meta(ge=0, le=720)]
Door = Literal["invitation", "members", "knock", "open"]
Serving = Literal["facilitator", "staff", "lead"]
DAY = 86_400.0


class MakeRoom(Struct, frozen=True, forbid_unknown_fields=True):
    """A group's standing place."""

    name: Words
    format: Words
    door: Door


class ChangeDoor(Struct, frozen=True, forbid_unknown_fields=True):
    """Who comes in, from the next meeting on."""

    door: Door


class MakeLink(Struct, frozen=True, forbid_unknown_fields=True):
    """For whom, for how many, and for how many days; null is without a bound."""

    role: Literal["member", "facilitator"]
    uses: Annotated[int, Meta(ge=1, le=100_000)] | None
    days: Annotated[int, Meta(ge=1, le=3650)] | None


class EndLink(Struct, frozen=True, forbid_unknown_fields=True):
    """Which link opens nothing any more, and whether those who came by it stay."""

    link: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    stays: bool = False


class AddPerson(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody new, and what they do."""

    name: Words
    staff: bool = False
    lead: bool = False
    rooms: list[str] = []


class Rename(Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody is called in the office."""

    name: Words


class ChangeDuty(Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody does from now on, or does no more."""

    role: Serving
    gives: bool | Literal["yes", "no"]
    room: str = ""


class SetSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What the organisation decides; what is left out stays."""

    name: Annotated[str, Meta(max_length=80)] | None = None
    region: Annotated[str, Meta(pattern="^([A-Z]{2})?$")] | None = None
    helplines: Text | None = None
    retention_hours: Hours | None = None


class FirstHour(SetSettings, frozen=True, kw_only=True):
    """All that a place needs before people come."""

    room: Words
    format: Words
    door: Door


class OfficeActs:
    """POSTs of the office; whoever is no lead is told that it is not theirs."""

    def __init__(
        self,
        house: House,
        meetings: Meetings,
        persons: Persons,
        departures: Departures,
        organisation: Organisation,
        engine: AsyncEngine,
    ) -> None:
        self._house = house
        self._meetings = meetings
        self._persons = persons
        self._departures = departures
        self._organisation = organisation
        self._engine = engine

    # Rooms

    async def make_room(self, request: Request) -> Response:
        """POST /office/rooms {"name", "format", "door"} -> {"url"}."""
        wanted, by = await asked(request, MakeRoom), await self._lead(request)
        room = await self._made(by, wanted.name, wanted.format, wanted.door)
        return answer({"url": f"/office/rooms/{room.slug}"})

    async def _made(self, by: Session, name: str, format: str, door: Door) -> rooms.Room:
        now, own = self._house.now(), await self._meetings.ways_of(format, {"door": door})
        tell = self._house.accounts.audit.telling(Deed(by.actor, "room_made", "room"), now)
        random = self._house.random_bytes
        name = " ".join(name.split())
        return await rooms.create_room(self._engine, name, format, now, random, own, tell)

    async def change_door(self, request: Request) -> Response:
        """POST /office/rooms/{slug}/door {"door"}: from the next meeting on."""
        wanted, by = await asked(request, ChangeDoor), await self._lead(request)
        room = await self._room(request.path_params["slug"])
        deed = Deed(by.actor, "ways_changed", "room", room.id)
        tell = self._house.accounts.audit.telling(deed, self._house.now())
        await self._meetings.change_ways(room, {"door": wanted.door}, tell)
        return answer({"url": f"/office/rooms/{room.slug}"})

    # Links

    async def make_link(self, request: Request) -> Response:
        """POST /office/rooms/{slug}/links {"role", "uses", "days"} -> {"link", "square", "handle"}, shown once."""
        wanted, by = await asked(request, MakeLink), await self._lead(request)
        room = await self._room(request.path_params["slug"])
        found = await self._link(request, by, room, wanted.role, wanted.uses, wanted.days)
        return answer(found)

    async def _link(
        self,
        request: Request,
        by: Session,
        room: rooms.Room,
        role: Role,
        uses: int | None,
        days: int | None,
    ) -> dict[str, str]:
        now = self._house.now()
        ends = None if days is None else now + days * DAY
        secret = await self._house.accounts.invite(room.id, role, uses, ends, now, by.actor)
        return shown(f"{origin_of(request)}/enter#{secret}")

    async def end_link(self, request: Request) -> Response:
        """POST /office/links/end {"link", "stays"}: it opens nothing, and who came by it is out within seconds."""
        wanted, by = await asked(request, EndLink), await self._lead(request)
        links = await self._house.accounts.invitations()
        found = [link for link in links if handle(link.id) == wanted.link]
        if found:
            await self._house.accounts.revoke(
                found[0].id, self._house.now(), by.actor, stays=wanted.stays
            )
        return answer({"url": f"/office/rooms/{found[0].slug}" if found else "/office"})

    # People

    async def add_person(self, request: Request) -> Response:
        """POST /office/people {"name", "staff", "lead", "rooms"} -> {"link", "square", "url"}."""
        wanted, by = await asked(request, AddPerson), await self._lead(request)
        duties = [Duty("facilitator", (await self._room(slug)).id) for slug in wanted.rooms]
        duties += [Duty("staff", ORGANISATION)] if wanted.staff else []
        duties += [Duty("lead", ORGANISATION)] if wanted.lead else []
        name = " ".join(wanted.name.split())
        if not name:
            raise Refused("bad_request")
        id, secret = await self._persons.add(name, duties, self._house.now(), by.actor)
        link = f"{origin_of(request)}/enter#{secret}"
        return answer({**shown(link), "url": f"/office/people/{named(id)}"})

    async def rename(self, request: Request) -> Response:
        """POST /office/people/{person}/name {"name"}."""
        wanted, by = await asked(request, Rename), await self._lead(request)
        name, id = " ".join(wanted.name.split()), self._id(request)
        if not name:
            raise Refused("bad_request")
        await self._persons.rename(id, name, self._house.now(), by.actor)
        return answer({"url": f"/office/people/{named(id)}"})

    async def link_person(self, request: Request) -> Response:
        """POST /office/people/{person}/link -> {"link", "square"}: the one before opens nothing."""
        by, id = await self._lead(request), self._id(request)
        secret = await self._persons.link(id, self._house.now(), by.actor)
        return answer(shown(f"{origin_of(request)}/enter#{secret}"))

    async def change_duty(self, request: Request) -> Response:
        """POST /office/people/{person}/duties {"role", "room", "gives"}: it holds within seconds."""
        wanted, by = await asked(request, ChangeDuty), await self._lead(request)
        id, now = self._id(request), self._house.now()
        where = ORGANISATION
        if wanted.role not in EVERYWHERE:
            where = (await self._room(wanted.room)).id
        duty = Duty(wanted.role, where)
        if wanted.gives in (True, "yes"):
            await self._persons.give(id, duty, now, by.actor)
        else:
            await self._departures.gone(await self._persons.take(id, duty, now, by.actor))
        return answer({"url": f"/office/people/{named(id)}"})

    async def switch(self, request: Request) -> Response:
        """POST /office/people/{person}/off, or /on: out everywhere within seconds, or let in again."""
        by, id, now = await self._lead(request), self._id(request), self._house.now()
        if request.path_params["how"] == "on":
            await self._persons.switch_on(id, now, by.actor)
        else:
            await self._departures.gone(await self._persons.switch_off(id, now, by.actor))
        return answer({"url": f"/office/people/{named(id)}"})

    async def forget(self, request: Request) -> Response:
        """POST /office/people/{person}/end: the account and all its ways in are deleted."""
        by, id = await self._lead(request), self._id(request)
        await self._departures.gone(await self._persons.forget(id, self._house.now(), by.actor))
        return answer({"url": "/office/people"})

    # Settings

    async def set(self, request: Request) -> Response:
        """POST /office/settings {"name", "region", "helplines", "retention_hours"}."""
        wanted, by = await asked(request, SetSettings), await self._lead(request)
        await self._organisation.change(_changes(wanted), by.actor, self._house.now())
        return answer({"url": "/office/settings"})

    async def begin(self, request: Request) -> Response:
        """POST /office/first-hour -> {"member", "facilitator", "url"}: settings, a room, and its links."""
        wanted, by = await asked(request, FirstHour), await self._lead(request)
        await self._organisation.change(_changes(wanted), by.actor, self._house.now())
        room = await self._made(by, wanted.room, wanted.format, wanted.door)
        member = await self._link(request, by, room, "member", 30, 7)
        facilitator = await self._link(request, by, room, "facilitator", 1, 7)
        person = by.person
        assert person is not None, "a lead is a person"
        await self._persons.give(person, Duty("staff", ORGANISATION), self._house.now(), by.actor)
        return answer(
            {"member": member, "facilitator": facilitator, "url": f"/office/rooms/{room.slug}"}
        )

    async def _lead(self, request: Request) -> Session:
        session = await session_of(self._house, request)
        if session is None:
            raise self._house.tried(request.scope) or Refused("not_signed_in")
        rights = await self._house.accounts.rights(session, ORGANISATION)
        if session.person is None or "lead" not in rights:
            raise Refused("leads_only")
        return session

    async def _room(self, slug: str) -> rooms.Room:
        room = await rooms.room_by_slug(self._engine, slug)
        if room is None:
            raise Refused("no_such_page")
        return room

    def _id(self, request: Request) -> int:
        return int(request.path_params["person"], 16)


def shown(link: str) -> dict[str, str]:
    """A link and its square to print; what it opens is kept nowhere else."""
    square = segno.make(link).svg_data_uri(scale=4, dark="black", light="white")
    return {"link": link, "square": square}


def _changes(wanted: SetSettings) -> dict[str, Any]:
    """What was sent; an empty text is none."""
    found = {name: getattr(wanted, name) for name in SetSettings.__struct_fields__}
    return {
        name: value or None if value != 0 else 0
        for name, value in found.items()
        if value is not None
    }
