"""Pages that hold nothing of anybody: where people land without an invitation, and where they leave to."""

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import Response

from chatroom.settings import Settings
from chatroom.web.answers import helplines, page


class Pages:
    """The same for everybody."""

    def __init__(self, settings: Settings, templates: Environment) -> None:
        self._settings = settings
        self._templates = templates

    async def home(self, request: Request) -> Response:
        """GET /: there is no list of rooms; a door opens by its invitation."""
        lines = helplines(self._settings.helplines)
        return page(self._templates, "closed_door.html", door={"helplines": lines})

    async def left(self, request: Request) -> Response:
        """GET /left: a plain page that says nothing about where somebody was."""
        return page(self._templates, "left.html")
