"""The office's pages: rooms, people, settings and the audit. For leads alone."""

from typing import Any

import msgspec
from jinja2 import Environment
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import Response

from chatroom.groups.fitness import findings
from chatroom.groups.meetings import Meetings
from chatroom.people.audit import Deed
from chatroom.people.invitations import handle
from chatroom.people.organisation import Organisation
from chatroom.people.persons import Persons
from chatroom.store import audit as rows
from chatroom.store import rooms
from chatroom.store.accounts import ORGANISATION
from chatroom.store.database import reading
from chatroom.store.persons import Duty, Person
from chatroom.web.answers import care, page
from chatroom.web.house import House
from chatroom.web.sessions import session_of
from moderation.meeting.format import Flags
from moderation.refused import Refused

LATEST = 200
"""Rows of the audit on its page; `chatroom audit list` has all."""
DOORS = {
    "invitation": "only by a link of the group",
    "members": "by a link; others knock",
    "knock": "everybody knocks",
    "open": "open to whoever has the address",
}


class Office:
    """What each page shows. A look changes nothing, but for the audit's, which is told in it."""

    def __init__(
        self,
        house: House,
        meetings: Meetings,
        persons: Persons,
        organisation: Organisation,
        engine: AsyncEngine,
        templates: Environment,
    ) -> None:
        self._house = house
        self._meetings = meetings
        self._persons = persons
        self._organisation = organisation
        self._engine = engine
        self._templates = templates

    async def show(self, request: Request) -> Response:
        """GET /office: the rooms, and what is to be seen to."""
        person = await self.lead(request)
        if person is None:
            return self._closed()
        found = await findings(self._organisation.settings())
        listed = [await self._room(room) for room in await rooms.list_rooms(self._engine)]
        return self._page(
            "office.html",
            person,
            rooms=listed,
            formats=await self._meetings.formats(),
            unfit=[one for one in found if not one.fit],
            missing=self._organisation.missing,
        )

    async def _room(self, room: rooms.Room) -> dict[str, Any]:
        try:
            format = await self._meetings.format(room)
        except Refused:
            return {"room": room, "title": room.format, "comes_in": None}
        return {"room": room, "title": format.title, "comes_in": DOORS[format.flags.door]}

    async def room(self, request: Request) -> Response:
        """GET /office/rooms/{slug}: one room, its links, and who holds its meetings."""
        person = await self.lead(request)
        room = await rooms.room_by_slug(self._engine, request.path_params["slug"])
        if person is None or room is None:
            return self._closed()
        links = await self._house.accounts.invitations(room.id)
        everybody = await self._persons.everybody()
        holds = [one for one in everybody if Duty("facilitator", room.id, room.slug) in one.duties]
        return self._page(
            "office_room.html",
            person,
            **await self._room(room),
            links=[(handle(link.id), link) for link in links],
            holds=[(named(one.id), one) for one in holds],
            now=self._house.now(),
            flags=msgspec.structs.asdict(await self._flags(room)),
        )

    async def _flags(self, room: rooms.Room) -> Flags:
        try:
            return (await self._meetings.format(room)).flags
        except Refused:
            return Flags()

    async def people(self, request: Request) -> Response:
        """GET /office/people: those who serve."""
        person = await self.lead(request)
        if person is None:
            return self._closed()
        everybody = await self._persons.everybody()
        return self._page(
            "office_people.html",
            person,
            people=[(named(one.id), one) for one in everybody],
            links=await self._persons.links(),
            rooms=await rooms.list_rooms(self._engine),
            now=self._house.now(),
        )

    async def person(self, request: Request) -> Response:
        """GET /office/people/{person}: one of them."""
        lead = await self.lead(request)
        if lead is None:
            return self._closed()
        try:
            person = await self._persons.person(int(request.path_params["person"], 16))
        except Refused:
            return self._closed()
        now = self._house.now()
        return self._page(
            "office_person.html",
            lead,
            one=person,
            id=named(person.id),
            link_until=(await self._persons.links()).get(person.id),
            devices=await self._persons.devices(person.id, now),
            rooms=await rooms.list_rooms(self._engine),
            now=now,
        )

    async def settings(self, request: Request) -> Response:
        """GET /office/settings: what the organisation has decided; what the environment says is shown as it is."""
        person = await self.lead(request)
        if person is None:
            return self._closed()
        return self._page("office_settings.html", person, **self._settings())

    async def first_hour(self, request: Request) -> Response:
        """GET /office/first-hour: from nothing to a room with its links."""
        person = await self.lead(request)
        if person is None:
            return self._closed()
        formats = await self._meetings.formats()
        return self._page("office_first_hour.html", person, formats=formats, **self._settings())

    def _settings(self) -> dict[str, Any]:
        holds, fixed = self._organisation.settings(), self._organisation.fixed
        return {
            "set": self._organisation.set,
            "fixed": fixed,
            "holds": holds,
            "helplines": "\n".join(
                " | ".join(part for part in (line.label, line.reach, line.url) if part)
                for line in holds.helplines
            ),
        }

    async def audit(self, request: Request) -> Response:
        """GET /office/audit: what was done lately. That it was read is told first (P24)."""
        session = await session_of(self._house, request)
        person = await self.lead(request)
        if person is None or session is None:
            return self._closed()
        deed = Deed(session.actor, "audit_read", "audit")
        await self._house.accounts.audit.before(deed, self._house.now())
        async with reading(self._engine) as connection:
            found = await rows.latest(connection, LATEST)
        return self._page("office_audit.html", person, rows=found)

    async def lead(self, request: Request) -> Person | None:
        """Who asks, if they run the office."""
        session = await session_of(self._house, request)
        if session is None or session.person is None:
            self._house.tried(request.scope)
            return None
        if "lead" not in await self._house.accounts.rights(session, ORGANISATION):
            return None
        return await self._persons.of(session)

    def _closed(self) -> Response:
        """The same for whoever may not come in, whether or not there is such a thing (A107)."""
        return page(self._templates, "sign_in.html", 403, door=care(self._organisation.settings()))

    def _page(self, name: str, person: Person, **values: Any) -> Response:
        return page(
            self._templates,
            name,
            door=care(self._organisation.settings()),
            organisation=self._organisation.name,
            person=person,
            **values,
        )


def named(id: int) -> str:
    """How a person is named in an address: it opens nothing."""
    return f"{id:016x}"
