"""Coming in and going out: an invitation for a session, the end of one; and whether we are open."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Annotated, Protocol

import msgspec
from jinja2 import Environment
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chatroom.bus import Bus
from chatroom.live import wire
from chatroom.live.addresses import Addresses
from chatroom.live.proposals import RetryLater
from chatroom.people.accounts import Accounts, Ended, Entered, Session, hashed
from chatroom.people.persons import Persons
from chatroom.people.strangers import Strangers
from chatroom.settings import Holds
from chatroom.store.database import durability
from chatroom.store.logs import OutcomeUnknown
from chatroom.store.soundness import Soundness
from chatroom.web.answers import asked, care, page
from chatroom.web.devices import device_of
from chatroom.web.security import forget_session, is_browser, session_token, set_session_cookie
from moderation.refused import Refused

DATABASE_WITHIN = 2.0
"""Seconds after which a database that does not answer counts as away."""


class Exchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a link's page sends: the secret from behind the #."""

    secret: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    arrival: wire.CommandId | None = None


class Leave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the quick exit sends: the room that it was pressed in, if it was in one."""

    room: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Departing(Protocol):
    """What meetings have to do with links and sessions."""

    async def may_move(self, session: Session, room: int) -> bool:
        """Whether another link may be the one that somebody comes by."""

    async def moved(self, session: Session, room: int) -> None:
        """It is."""

    async def left(self, ended: Ended, slug: str | None = None) -> None:
        """Their session is over."""

    async def makes_way(self, before: Session | None) -> None:
        """Raises `Refused` where nobody else may sign in now."""

    async def made_way(self, token: str, now: float) -> None:
        """Somebody has: that session is over."""


class Doors:
    """`ended(session_id)` is called once a session is forgotten, so that its sockets can be closed."""

    def __init__(
        self,
        accounts: Accounts,
        persons: Persons,
        templates: Environment,
        now: Callable[[], float],
        ended: Callable[[bytes], None],
        departures: Departing,
        settings: Holds,
        strangers: Strangers,
        addresses: Addresses,
    ) -> None:
        self._accounts = accounts
        self._persons = persons
        self._templates = templates
        self._now = now
        self._ended = ended
        self._departures = departures
        self._settings = settings
        self._strangers = strangers
        self._addresses = addresses

    async def enter(self, request: Request) -> Response:
        """GET /enter: the page reads the secret from the fragment, which no server is ever sent.

        A preview or a second look uses nothing up: only the POST below does (A61).
        """
        shown = page(self._templates, "enter.html", door=care(self._settings()))
        shown.headers["X-Robots-Tag"] = "noindex"
        return shown

    async def exchange(self, request: Request) -> Response:
        """POST /invitations/exchange {"secret", "arrival"} -> {"url": ...}, and the session.

        A link that there is works however many others were tried from the same address.
        """
        wanted = await asked(request, Exchange)
        secret, arrival = wanted.secret, wanted.arrival
        token, address = session_token(request.scope), self._addresses.of(request.scope)
        session = await self._accounts.session(token, self._now()) if token else None
        room = await self._accounts.leads_to(secret)
        if room is None and await self._persons.is_link(secret, self._now()):
            return await self._person_enters(request, secret, session)
        if room is None:
            raise self._strangers.tried("guesses", address) or Refused("invitation_unknown")
        if session is None:
            link = hashed(secret).hex()
            self._strangers.comes_in(link, address)
            try:
                entered = await self._accounts.exchange(secret, token, self._now(), arrival=arrival)
            except BaseException:
                self._strangers.did_not_come(link, address)
                raise
        else:
            may = await self._departures.may_move(session, room)
            entered = await self._accounts.exchange(secret, token, self._now(), may_move=may)
            if entered.moved:
                await self._departures.moved(session, room)
        return _handed_over(entered, to_browser=is_browser(request))

    async def _person_enters(
        self, request: Request, secret: str, before: Session | None
    ) -> Response:
        """Somebody who serves comes by their link, once: here they make a way in of their own.

        As after every way in, the session that this browser had is over (A60).
        """
        await self._departures.makes_way(before)
        token = await self._persons.enter(secret, device_of(request), self._now())
        if token is None:
            raise Refused("invitation_unknown")
        old = session_token(request.scope)
        if before is not None and old is not None:
            await self._departures.made_way(old, self._now())
        response = JSONResponse({"url": "/account"})
        set_session_cookie(response, token)
        return response

    async def end_session(self, request: Request) -> Response:
        """POST /session/end {"room"}: the quick exit. Answers the same whether there was a session or not.

        The seat in that room is nobody's from then on, and in those that the session could enter.
        """
        leaves = await asked(request, Leave) if await request.body() else Leave()
        token = session_token(request.scope)
        if token is not None:
            ended = await self._accounts.end(token, self._now())
            self._ended(hashed(token))
            if ended is not None:
                with contextlib.suppress(RetryLater, OutcomeUnknown, SQLAlchemyError):
                    # The session has ended, whatever becomes of this.
                    await self._departures.left(ended, leaves.room)
        response = Response(status_code=204)
        forget_session(response)
        return response


def _handed_over(entered: Entered, *, to_browser: bool) -> Response:
    """A page never sees the token: it would be within reach of a script."""
    content = {"url": "/desk" if entered.role == "staff" else f"/rooms/{entered.slug}"}
    if not to_browser:
        return JSONResponse({**content, "session": entered.token})
    response = JSONResponse(content)
    set_session_cookie(response, entered.token)
    return response


async def healthz(request: Request) -> Response:
    """GET /healthz: this process answers."""
    return JSONResponse({"status": "ok"})


class Readiness:
    """Whether a receipt can be promised now, and whether it is told at once."""

    def __init__(
        self,
        engine: AsyncEngine,
        bus: Bus,
        stores: Callable[[], bool] = lambda: True,
        file: Soundness | None = None,
        review: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`stores`: whether the journal's last append went well, as far as that still says anything.

        `file`: the database's, where it is one. `review`: how the second look is, where there is one.
        """
        self._engine = engine
        self._bus = bus
        self._stores = stores
        self._file = file
        self._review = review

    async def readyz(self, request: Request) -> Response:
        """GET /readyz: `ok`; `degraded` while the bus is away, and entries come by the head poll, or while
        the second look is, and what is said of identity and sourcing waits for a facilitator (CM-23).

        503 where nobody new should be sent: the database is away, damaged, not durable or takes
        nothing (a full disk lets itself be read, and so does what somebody else holds), or we end.
        """
        if getattr(request.app.state, "draining", False):
            return JSONResponse({"status": "draining"}, 503)
        file_fault = await self._file.fault() if self._file else None
        if file_fault == "database damaged":
            return JSONResponse({"status": file_fault}, 503)
        try:
            async with asyncio.timeout(DATABASE_WITHIN):
                found = await durability(self._engine)
        except (OSError, SQLAlchemyError):  # A timeout is an OSError.
            return JSONResponse({"status": "database away"}, 503)
        kept = {"database": msgspec.to_builtins(found)}
        if not found.fit:
            return JSONResponse({"status": "not durable", **kept}, 503)
        fault = "not storing" if not self._stores() else file_fault
        if fault is not None:
            return JSONResponse({"status": fault, **kept}, 503)
        review = self._review()
        if review is not None:
            kept["review"] = review
        if not self._bus.sound:
            return JSONResponse({"status": "degraded", **kept, "bus": _losses(self._bus)})
        return JSONResponse({"status": "degraded" if review == "broken" else "ok", **kept})


def _losses(bus: Bus) -> dict[str, int]:
    """What the bus counted: times it was dialled again, announcements that found no room."""
    return {name: getattr(bus, name, 0) for name in ("redials", "dropped")}
