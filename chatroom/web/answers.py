"""Answers of the HTTP side: JSON in and out, refusals with their words, pages."""

import math
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from chatroom.care.helplines import case_kept, lines_of
from chatroom.live import wire
from chatroom.live.proposals import RetryLater
from chatroom.settings import Settings
from chatroom.store.logs import OutcomeUnknown
from chatroom.web.assets import Assets
from moderation.refused import Refused

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]

STATUS = {
    "no_session": 401,
    "not_signed_in": 401,
    "sign_in_wrong": 403,
    "leads_only": 403,
    "bad_setting": 400,
    "passkey_wrong": 403,
    "no_such_person": 404,
    "not_yours": 403,
    "staff_only": 403,
    "no_seat": 403,
    "removed": 403,
    "no_such_case": 404,
    "no_meeting": 404,
    "no_such_page": 404,
    "invitation_unknown": 404,
    "invitation_expired": 410,
    "invitation_used_up": 410,
    "bad_request": 400,
    "no_such_way": 400,
    "turned_away": 403,
    "rate_limited": 429,
    "not_recorded": 503,
    "many_come": 429,
    "many_call": 429,
    "door_busy": 429,
    "many_at_door": 429,
}


async def asked(request: Request, shape: type[T]) -> T:
    """The body of a POST; raises `Refused("bad_request")` for anything else."""
    try:
        return msgspec.json.decode(await request.body(), type=shape)
    except msgspec.DecodeError:
        raise Refused("bad_request") from None


def answer(content: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def refused(no: Refused) -> Response:
    """The same struct as a refusal on the wire, without a command's id."""
    status = STATUS.get(no.code, 409)
    wait = no.facts.get("retry_ms")
    headers = None if wait is None else {"Retry-After": str(math.ceil(wait / 1000))}
    content = wire.json(wire.refusal(None, no))
    return Response(content, status, headers, media_type="application/json")


def answering(endpoint: Endpoint) -> Endpoint:
    """A refusal becomes an answer with its words; an unknown outcome becomes "come back soon"."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as no:
            return refused(no)
        except (RetryLater, OutcomeUnknown, SQLAlchemyError):
            return Response(status_code=503, headers={"Retry-After": "1"})

    return answered


def helplines(settings: Settings) -> list[dict[str, str | None]]:
    """Whom to turn to now, as pages show it."""
    return [
        {"label": line.label, "text": line.reach, "url": line.url} for line in lines_of(settings)
    ]


def care(settings: Settings) -> dict[str, Any]:
    """What Help knows on every page, before anybody is asked and without a network."""
    return {
        "helplines": helplines(settings),
        "case_kept": case_kept(settings.case_retention_days),
    }


def open_templates(assets: Assets) -> Environment:
    """The pages, escaped; `asset` and `preloads` name files under their hash, `data` makes a data block."""
    templates = Environment(loader=PackageLoader("chatroom.web"), autoescape=True)
    templates.globals.update(asset=assets.asset_url, preloads=assets.module_preloads, data=data)
    return templates


def data(content: Any) -> Markup:
    """JSON that can stand in a script element of type application/json: nothing in it ends the element."""
    text = msgspec.json.encode(content).decode()
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 - escaped here


def page(templates: Environment, name: str, status: int = 200, **values: Any) -> Response:
    return HTMLResponse(templates.get_template(name).render(**values), status)
