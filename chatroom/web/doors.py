"""Coming in and going out: an invitation for a session, the end of one; and whether we are open."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from jinja2 import Environment
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chatroom.accounts import Accounts, Entered, hashed
from chatroom.settings import Helpline
from chatroom.store.database import durability
from chatroom.web.answers import asked, helplines, page
from chatroom.web.security import forget_session, session_token, set_session_cookie


class Exchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a link's page sends: the secret from behind the #."""

    secret: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Doors:
    """`ended(session_id)` is called once a session is forgotten, so that its sockets can be closed."""

    def __init__(
        self,
        accounts: Accounts,
        templates: Environment,
        now: Callable[[], float],
        ended: Callable[[bytes], None],
        lines: tuple[Helpline, ...] = (),
    ) -> None:
        self._accounts = accounts
        self._templates = templates
        self._now = now
        self._ended = ended
        self._lines = lines

    async def enter(self, request: Request) -> Response:
        """GET /enter: the page reads the secret from the fragment, which no server is ever sent.

        A preview or a second look uses nothing up: only the POST below does (A61).
        """
        shown = page(self._templates, "enter.html", door={"helplines": helplines(self._lines)})
        shown.headers["X-Robots-Tag"] = "noindex"
        return shown

    async def exchange(self, request: Request) -> Response:
        """POST /invitations/exchange {"secret": ...} -> {"url": ...}, and the session."""
        secret = (await asked(request, Exchange)).secret
        token = session_token(request.scope)
        entered = await self._accounts.exchange(secret, token, self._now())
        return _handed_over(entered, to_browser=_is_browser(request))

    async def end_session(self, request: Request) -> Response:
        """POST /session/end: the quick exit. Answers the same whether there was a session or not."""
        token = session_token(request.scope)
        if token is not None:
            await self._accounts.end(token)
            self._ended(hashed(token))
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


def _is_browser(request: Request) -> bool:
    """Every browser names the page with a POST, and no page can leave that out."""
    return "origin" in request.headers or "sec-fetch-site" in request.headers


async def healthz(request: Request) -> Response:
    """GET /healthz: this process answers."""
    return JSONResponse({"status": "ok"})


class Readiness:
    """Whether a receipt can be promised now."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def readyz(self, request: Request) -> Response:
        """GET /readyz: 200 with how safely is stored, 503 while the database is away."""
        try:
            found = await durability(self._engine)
        except SQLAlchemyError:
            return JSONResponse({"status": "database away"}, status_code=503)
        status = "ok" if found.fit else "not durable"
        content = {"status": status, "database": msgspec.to_builtins(found)}
        return JSONResponse(content, status_code=200 if found.fit else 503)
