"""Pages that hold nothing of anybody: where people land without an invitation, and where they leave to."""

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chatroom.settings import Holds
from chatroom.web.answers import care, page, refused
from moderation.refused import Refused


class Pages:
    """The same for everybody."""

    def __init__(self, settings: Holds, templates: Environment) -> None:
        self._settings = settings
        self._templates = templates

    async def home(self, request: Request) -> Response:
        """GET /: there is no list of rooms; a door opens by its invitation."""
        return page(self._templates, "closed_door.html", door=care(self._settings()))

    async def nowhere(self, request: Request, wrong: Exception) -> Response:
        """Every wrong address: a page like that of an unknown room, with Help; JSON for who reads no pages."""
        assert isinstance(wrong, HTTPException), "only these are handed here"
        if "text/html" not in request.headers.get("accept", ""):
            answer = refused(Refused("no_such_page"))
            answer.status_code = wrong.status_code
        else:
            door = care(self._settings())
            answer = page(self._templates, "closed_door.html", wrong.status_code, door=door)
        answer.headers.update({"X-Robots-Tag": "noindex", **(wrong.headers or {})})
        return answer

    async def left(self, request: Request) -> Response:
        """GET /left: a plain page that says nothing about where somebody was."""
        return page(self._templates, "left.html")
