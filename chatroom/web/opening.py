"""A place that is not set up yet lets nobody into a room; Help, the office and signing in are there."""

from collections.abc import Callable

from jinja2 import Environment
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chatroom.settings import Holds
from chatroom.web.answers import care, page, refused
from moderation.refused import Refused

ROOMS = "/rooms/"


class Opening:
    """`missing` names what strangers would rely on, and nobody has decided."""

    def __init__(
        self,
        app: ASGIApp,
        missing: Callable[[], tuple[str, ...]],
        holds: Holds,
        templates: Environment,
    ) -> None:
        self._app = app
        self._missing = missing
        self._holds = holds
        self._templates = templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_of_a_room = scope["type"] == "http" and scope["path"].startswith(ROOMS)
        if not is_of_a_room or not self._missing():
            return await self._app(scope, receive, send)
        if "text/html" in Request(scope).headers.get("accept", ""):
            shown = page(self._templates, "not_open.html", 503, door=care(self._holds()))
        else:
            shown = refused(Refused("not_set_up"))
            shown.status_code = 503
        return await shown(scope, receive, send)
