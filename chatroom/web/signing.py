"""Signing in for those who serve: the page, and what it posts."""

from typing import Annotated, Any

from jinja2 import Environment
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from chatroom.groups.departures import Departures
from chatroom.people import passkeys
from chatroom.people.persons import Persons
from chatroom.people.ways_in import WaysIn, as_handle
from chatroom.settings import Holds
from chatroom.web.answers import answer, asked, care, page
from chatroom.web.devices import device_of
from chatroom.web.house import House
from chatroom.web.security import session_token, set_session_cookie
from chatroom.web.sessions import session_of
from moderation.refused import Refused

Typed = Annotated[str, Meta(min_length=1, max_length=1000)]


class ByPasskey(Struct, frozen=True, forbid_unknown_fields=True):
    """What a browser answers with one of its passkeys."""

    answer: dict[str, Any]


class ByPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """All three, at once."""

    handle: Typed
    password: Typed
    code: Typed


class ByRecovery(Struct, frozen=True, forbid_unknown_fields=True):
    """One of eight."""

    recovery: Typed


class SigningIn:
    """Whoever signs in is somebody else from then on: the session there was is over (A60)."""

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
        """GET /sign-in."""
        return page(self._templates, "sign_in.html", door=care(self._settings()))

    async def challenge(self, request: Request) -> Response:
        """POST /sign-in/passkey/challenge -> what the browser is to be asked; it names nobody."""
        if (no := self._house.tried(request.scope)) is not None:
            raise no  # Each is kept for two minutes, and anybody may ask.
        challenge = await self._ways.challenge(None, self._house.now())
        return answer(passkeys.to_use(origin_of(request), challenge))

    async def by_passkey(self, request: Request) -> Response:
        """POST /sign-in/passkey {"answer"} -> {"url"}, and the session."""
        wanted = await asked(request, ByPasskey)

        async def enters(device: str, now: float) -> str:
            return await self._ways.by_passkey(origin_of(request), wanted.answer, device, now)

        return await self._signed_in(request, enters)

    async def by_password(self, request: Request) -> Response:
        """POST /sign-in/password {"handle", "password", "code"} -> {"url"}, and the session."""
        wanted = await asked(request, ByPassword)
        wait = self._house.limits.take("sign_ins", as_handle(wanted.handle))
        if wait is not None:
            raise Refused("rate_limited", retry_ms=wait)

        async def enters(device: str, now: float) -> str:
            return await self._ways.by_password(
                wanted.handle, wanted.password, wanted.code, device, now
            )

        return await self._signed_in(request, enters)

    async def by_recovery(self, request: Request) -> Response:
        """POST /sign-in/recovery {"recovery"} -> {"url"}, and the session; the code opens nothing any more."""
        wanted = await asked(request, ByRecovery)

        async def enters(device: str, now: float) -> str:
            return await self._ways.by_recovery(wanted.recovery, device, now)

        return await self._signed_in(request, enters)

    async def _signed_in(self, request: Request, enters: Any) -> Response:
        house = self._house
        before = await session_of(house, request)
        await self._departures.makes_way(before)
        try:
            token = await enters(device_of(request), house.now())
        except Refused as no:
            address = house.addresses.of(request.scope)
            raise house.strangers.tried("guesses", address) or no from None
        old = session_token(request.scope)
        if before is not None and old is not None:
            await self._departures.made_way(old, house.now())
        response = answer({"url": "/account"})
        set_session_cookie(response, token)
        return response


def origin_of(request: Request) -> str:
    """Of the page that asks: one of ours, as security.py has seen to."""
    origin = request.headers.get("origin")
    if origin is None:
        raise Refused("bad_request")
    return origin
