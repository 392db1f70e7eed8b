"""The account of somebody who serves: where they serve, their ways in, and where they are signed in."""

import hashlib
from typing import Annotated, Any

import segno
from jinja2 import Environment
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from chatroom.groups.departures import Departures
from chatroom.people import passkeys
from chatroom.people.accounts import Session
from chatroom.people.passwords import code_address, new_code_secret
from chatroom.people.persons import Persons
from chatroom.people.ways_in import WaysIn
from chatroom.settings import Holds
from chatroom.store.persons import Person
from chatroom.web.answers import answer, asked, care, page
from chatroom.web.house import House
from chatroom.web.security import forget_session
from chatroom.web.sessions import session_of
from chatroom.web.signing import Typed, origin_of
from moderation.refused import Refused

ORGANISATION = "Chatroom"
Label = Annotated[str, Meta(min_length=1, max_length=60)]
Id = Annotated[str, Meta(max_length=2000)]


class AddPasskey(Struct, frozen=True, forbid_unknown_fields=True):
    """What a browser answers that has just made one."""

    answer: dict[str, Any]
    label: Label


class SetPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """A name, a password, and an authenticator that shows the right code."""

    handle: Annotated[str, Meta(min_length=1, max_length=60)]
    password: Typed
    secret: Annotated[str, Meta(pattern="^[A-Z2-7]{32}$")]
    code: Typed


class Gone(Struct, frozen=True, forbid_unknown_fields=True):
    """Which way in, or which session."""

    id: Id


class Account:
    """Of whoever has signed in, and of nobody else."""

    def __init__(
        self,
        house: House,
        persons: Persons,
        ways: WaysIn,
        departures: Departures,
        settings: Holds,
        templates: Environment,
    ) -> None:
        self._house = house
        self._persons = persons
        self._ways = ways
        self._departures = departures
        self._settings = settings
        self._templates = templates

    async def show(self, request: Request) -> Response:
        """GET /account."""
        session = await session_of(self._house, request)
        person = None if session is None else await self._persons.of(session)
        if session is None or person is None:
            return page(self._templates, "sign_in.html", 401, door=care(self._settings()))
        now = self._house.now()
        ways = await self._ways.of(person.id)
        return page(
            self._templates,
            "account.html",
            door=care(self._settings()),
            person=person,
            rooms=await self._house.cases.room_names(),
            keys=[(passkeys.named(way.id), way) for way in ways if way.kind == "passkey"],
            password=next((passkeys.named(way.id) for way in ways if way.kind == "password"), None),
            recovery=sum(way.kind == "recovery" for way in ways),
            devices=[
                (passkeys.named(one.id), one, one.id == session.id)
                for one in await self._persons.devices(person.id, now)
            ],
            now=now,
        )

    async def challenge(self, request: Request) -> Response:
        """POST /account/passkeys/challenge -> what the browser is to be asked so that it makes one."""
        _, person = await self._whose(request)
        challenge = await self._ways.challenge(person.id, self._house.now())
        known = [way.id for way in await self._ways.of(person.id) if way.kind == "passkey"]
        handle = hashlib.sha256(b"passkey" + person.who).digest()
        wanted = passkeys.to_make(
            origin_of(request), challenge, handle, person.name, ORGANISATION, known
        )
        return answer(wanted)

    async def add_passkey(self, request: Request) -> Response:
        """POST /account/passkeys {"answer", "label"}."""
        wanted = await asked(request, AddPasskey)
        _, person = await self._whose(request)
        await self._ways.add_passkey(
            person.id, origin_of(request), wanted.answer, wanted.label, self._house.now()
        )
        return answer({"url": "/account"})

    async def authenticator(self, request: Request) -> Response:
        """POST /account/authenticator -> {"secret", "square"}: nothing is kept before a code was right."""
        _, person = await self._whose(request)
        secret = new_code_secret(self._house.random_bytes)
        address = code_address(secret, person.handle or person.name, ORGANISATION)
        square = segno.make(address).svg_data_uri(scale=4, dark="black", light="white")
        return answer({"secret": secret, "square": square})

    async def set_password(self, request: Request) -> Response:
        """POST /account/password {"handle", "password", "secret", "code"}: all other sessions end (A59)."""
        wanted = await asked(request, SetPassword)
        session, person = await self._whose(request)
        now = self._house.now()
        typed = (wanted.handle, wanted.password, wanted.secret, wanted.code)
        ended = await self._ways.set_password(person.id, *typed, now, but=session.id)
        await self._departures.gone(ended)
        return answer({"url": "/account"})

    async def new_codes(self, request: Request) -> Response:
        """POST /account/recovery -> {"codes"}: shown once, and those before open nothing."""
        _, person = await self._whose(request)
        return answer({"codes": await self._ways.new_codes(person.id, self._house.now())})

    async def end_way(self, request: Request) -> Response:
        """POST /account/ways/end {"id"}: one way in less, but not the last."""
        wanted = await asked(request, Gone)
        _, person = await self._whose(request)
        await self._ways.forget(person.id, passkeys.id_of({"rawId": wanted.id}), self._house.now())
        return answer({"url": "/account"})

    async def end_session(self, request: Request) -> Response:
        """POST /account/sessions/end {"id"}: one of one's own devices, this one too."""
        wanted = await asked(request, Gone)
        session, person = await self._whose(request)
        id = passkeys.id_of({"rawId": wanted.id})
        await self._departures.gone(await self._persons.end_one(person.id, id, self._house.now()))
        response = answer({"url": "/sign-in" if id == session.id else "/account"})
        if id == session.id:
            forget_session(response)
        return response

    async def forget(self, request: Request) -> Response:
        """POST /account/end: the account and all its ways in are deleted at once."""
        session, person = await self._whose(request)
        ended = await self._persons.forget(person.id, self._house.now(), session.actor)
        await self._departures.gone(ended)
        response = answer({"url": "/left"})
        forget_session(response)
        return response

    async def _whose(self, request: Request) -> tuple[Session, Person]:
        session = await session_of(self._house, request)
        person = None if session is None else await self._persons.of(session)
        if session is None or person is None:
            raise Refused("not_signed_in")
        return session, person
