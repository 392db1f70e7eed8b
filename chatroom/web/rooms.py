"""The room's page, door and meeting in one, the POST that takes a seat, and the group's settings."""

from typing import Any

from jinja2 import Environment
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from chatroom.groups import ways
from chatroom.groups.meetings import AGAIN, Meetings, Visit, Waiting, holders
from chatroom.live import wire
from chatroom.people.accounts import Session
from chatroom.people.audit import Deed
from chatroom.settings import Holds
from chatroom.store.rooms import Room
from chatroom.web.answers import answer, asked, care, helplines, page, refused
from chatroom.web.house import House
from chatroom.web.sessions import (
    answer_with,
    begin_session,
    renewed,
    session_of,
    who_posts,
    with_cookie,
)
from moderation.bounds import Name
from moderation.refused import Refused

DECLARED = {
    "open": "An open meeting: whoever wants to know how this works may read along.",
    "closed": "A closed meeting: for those who come for themselves.",
}
"""Whom a meeting is for, as fellowships use the words; who comes in is the door."""


class TakeSeat(Struct, frozen=True, forbid_unknown_fields=True):
    """What the door sends."""

    id: wire.CommandId
    name: Name
    back: bool = False
    arrival: wire.CommandId | None = None


class StopWaiting(Struct, frozen=True, forbid_unknown_fields=True):
    """What the lobby sends; `perhaps` where a page goes that may only be loaded again."""

    perhaps: bool = False


class SetWays(Struct, frozen=True, forbid_unknown_fields=True):
    """What the settings send: the ways that change, null for those that are to be the format's again."""

    ways: dict[str, bool | int | str | None]


class Rooms:
    """Pages and posts of a room."""

    def __init__(
        self, house: House, meetings: Meetings, settings: Holds, templates: Environment
    ) -> None:
        self._house = house
        self._meetings = meetings
        self._settings = settings
        self._templates = templates

    async def show(self, request: Request) -> Response:
        """GET /rooms/{slug}. Where the door is closed to somebody, they don't learn whether there is one.

        A look leaves nothing: neither a session nor a meeting.
        """
        visit = await self._visit(request)
        if visit is None:
            status = 403 if self._house.tried(request.scope) is None else 429
            return page(self._templates, "closed_door.html", status, door=care(self._settings()))
        shown = page(self._templates, "room.html", door=await self._door(visit))
        shown.headers["X-Robots-Tag"] = "noindex"
        if visit.session is not None:
            await self._house.accounts.seen(visit.session, self._house.now())
        return renewed(request, visit.session, shown)

    async def _visit(self, request: Request) -> Visit | None:
        session = await session_of(self._house, request)
        return await self._meetings.visit(request.path_params["slug"], session)

    async def _door(self, visit: Visit) -> dict[str, object]:
        """What the page begins with."""
        room, meeting, waiting = visit.room, visit.meeting, self._meetings.waiting(visit)
        door: dict[str, object] = {
            **await self._news(visit),
            "room": {"slug": room.slug, "name": room.name},
            "seat": visit.seat,
            "sets_ways": visit.leads,
            "waiting": self._lobby(waiting) if waiting else None,
            "meeting": meeting.convened_at if visit.known else None,
            "retention_hours": self._settings().retention_hours,
            "kept": kept(self._settings().retention_hours),
            **care(self._settings()),
            "case": await self._house.cases.of(visit.session) if visit.session else None,
            "speed": self._settings().time_speed,
        }
        return {**door, "cues": self._meetings.cards(meeting)} if _holds(visit) else door

    async def _news(self, visit: Visit) -> dict[str, object]:
        """What may be another thing in a minute: what is on, and whether one can come in.

        Strangers are not told who holds the meeting (A105), nor is whoever was taken out or turned
        away; those who wait hear no more of who is there (A103).
        """
        meeting, no = visit.meeting, self._meetings.stands_against(visit)
        no = no or await self._meetings.waits_for_next(visit)
        knows = visit.known and no is None
        counts = visit.book if knows and self._meetings.waiting(visit) is None else None
        return {
            "role": visit.role,
            "mode": meeting.flags.door,
            "declared": DECLARED[meeting.flags.declared],
            "must_knock": self._meetings.must_knock(visit),
            "locked": meeting.locked,
            "open": meeting.is_open,
            "phase": meeting.current.title if meeting.current and knows else None,
            "facilitators": holders(meeting) if knows else (),
            "here": self._house.hub.count(counts.log) if counts else None,
            "no": wire.refusal(None, no) if no else None,
        }

    async def door(self, request: Request) -> Response:
        """GET /rooms/{slug}/door: the page at the door asks again what is on. It leaves nothing.

        A page that is left open keeps no session alive by it.
        """
        visit = await self._visit(request)
        if visit is None:
            raise await self._closed(request)
        self._meetings.is_there(visit)
        return answer(await self._news(visit))

    async def _closed(self, request: Request) -> Refused:
        is_stranger = await session_of(self._house, request) is None
        no = Refused("no_session" if is_stranger else "not_yours")
        return self._house.tried(request.scope) or no

    async def take_seat(self, request: Request) -> Response:
        """POST /rooms/{slug}/seats {"id", "name", "back"} -> {"seat"}: the same one however often it is asked.

        `back` says that they were here under that name, and a facilitator is asked whether it is so.

        202 {"waiting": true, "again_ms", ...} in the lobby: ask again until there is a seat, or a no.
        """
        wanted = await asked(request, TakeSeat)
        token, session = await who_posts(self._house, request, wanted.arrival)
        visit = await self._meetings.visit(request.path_params["slug"], session)
        if visit is None:
            raise await self._closed(request)
        if session is None:
            await self._meetings.rehearse(visit, wanted.name)
            self._needs_room(request, visit, wanted.name)
            token, session = await begin_session(self._house, wanted.arrival)
        else:
            self._needs_room(request, visit, wanted.name)
            await self._house.accounts.seen(session, self._house.now())
        id = bytes.fromhex(wanted.id)
        await self._tell_of_staff(visit, session)
        try:
            place = await self._meetings.take_seat(
                visit, session, wanted.name, id, back=wanted.back
            )
        except Refused as no:  # A cry for help may have opened a case, which this session leads to.
            return with_cookie(request, token, refused(no))
        if isinstance(place, Waiting):
            return answer_with(request, token, self._waits(visit.room, place), 202)
        return renewed(request, visit.session, answer_with(request, token, {"seat": place}))

    async def _tell_of_staff(self, visit: Visit, session: Session) -> None:
        """Staff come into a meeting that nobody holds, under a name that all can see, and never untold (A111)."""
        if visit.role == "staff" and visit.seat is None and visit.book is not None:
            by, log = session.actor, visit.book.log
            deed = Deed(by, "room_entered", "meeting", log, reason="no_chair")
            await self._house.accounts.audit.before(deed, self._house.now())

    def _needs_room(self, request: Request, visit: Visit, name: str) -> None:
        """Strangers come to one door as often as their address allows (A92).

        Not counted is who was invited, who is there already, and a name that is a cry for help.
        """
        if not self._meetings.is_new(visit) or self._meetings.is_cry(name):
            return
        slug, address = visit.room.slug, self._house.addresses.of(request.scope)
        if address is None:
            no, wait = "many_at_door", self._house.limits.take("all_knocks", slug)
        else:
            no, wait = "door_busy", self._house.limits.take("knocks", f"{slug}/{address}")
        if wait is not None:
            raise Refused(no, retry_ms=wait)

    async def stop_waiting(self, request: Request) -> Response:
        """POST /rooms/{slug}/knocks/end {"perhaps"}: nobody waits there any more; who does may knock again."""
        perhaps = (await asked(request, StopWaiting)).perhaps
        visit = await self._visit(request)
        if visit is not None and perhaps:
            self._meetings.goes(visit)
        elif visit is not None:
            await self._meetings.stop_waiting(visit)
        return Response(status_code=204)

    def _lobby(self, place: Waiting) -> dict[str, Any]:
        """What somebody who waits is told: nothing of who else does, or is in the room (A103)."""
        waited = max(0, round(self._house.now() - place.since))
        return {"again_ms": AGAIN, "holders": place.holders, "name": place.name, "waited": waited}

    def _waits(self, room: Room, place: Waiting) -> dict[str, Any]:
        return {
            "waiting": True,
            **self._lobby(place),
            "room": {"slug": room.slug, "name": room.name},
            "helplines": helplines(self._settings()),
        }

    async def cues(self, request: Request) -> Response:
        """GET /rooms/{slug}/cues -> {"cues"}: for who holds the meeting, also since a moment ago."""
        visit = await self._visit(request)
        if visit is None or not _holds(visit):
            raise Refused("not_yours")
        return answer({"cues": self._meetings.cards(visit.meeting)})

    async def ways(self, request: Request) -> Response:
        """GET /rooms/{slug}/ways: how the next meeting will be, and what each way may be."""
        room, _ = await self._group_room(request)
        return answer(await self._ways(room))

    async def set_ways(self, request: Request) -> Response:
        """POST /rooms/{slug}/ways {"ways"}: those named change, from the next meeting on."""
        changes = (await asked(request, SetWays)).ways
        room, session = await self._group_room(request)
        deed = Deed(session.actor, "ways_changed", "room")
        tell = self._house.accounts.audit.telling(deed, self._house.now())
        return answer(await self._ways(await self._meetings.change_ways(room, changes, tell)))

    async def _ways(self, room: Room) -> dict[str, Any]:
        format = await self._meetings.format(room)
        return {
            "format": {"id": format.id, "title": format.title},
            "set": room.ways,
            "ways": format.flags,
            "choices": ways.choices(),
            "holds": ways.HOLDS,
        }

    async def _group_room(self, request: Request) -> tuple[Room, Session]:
        """The room of somebody who holds its meetings by an invitation; nobody else learns there is one."""
        room = await self._meetings.room(request.path_params["slug"])
        session = await session_of(self._house, request)
        if session is None:
            raise Refused("no_session")
        if not await self._meetings.is_group_facilitator(session, room) or room is None:
            raise Refused("not_yours")
        return room, session


def kept(hours: int) -> str:
    """The door's sentence about what is kept, made from the setting itself."""
    if hours == 0:
        return "What is written here is deleted as soon as the meeting is closed."
    span = "1 hour" if hours == 1 else f"{hours} hours"
    return f"What is written here is deleted {span} after the meeting is closed."


def _holds(visit: Visit) -> bool:
    return visit.role != "member"
