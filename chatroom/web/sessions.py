"""Whose session a request brings, and handing a new one over."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chatroom.people.accounts import Session
from chatroom.web.answers import answer
from chatroom.web.house import House
from chatroom.web.security import has_cookie, is_browser, session_token, set_session_cookie


async def session_of(house: House, request: Request) -> Session | None:
    """Who asks; None without a session that is alive."""
    token = session_token(request.scope)
    return await house.accounts.session(token, house.now()) if token else None


async def who_posts(
    house: House, request: Request, arrival: str | None
) -> tuple[str | None, Session | None]:
    """Who asks, and the token that they have yet to be given: a post whose answer was lost is sent again."""
    session = await session_of(house, request)
    if session is None and arrival is not None:
        return await house.accounts.arrived(arrival, house.now()) or (None, None)
    return None, session


async def begin_session(house: House, arrival: str | None = None) -> tuple[str, Session]:
    """A new session without rights, and its token; one for all that a page posts at once."""
    token = await house.accounts.new_session(house.now(), arrival)
    session = await house.accounts.session(token, house.now())
    assert session is not None, "it was made just now"
    return token, session


def answer_with(
    request: Request, token: str | None, content: dict[str, Any], status: int = 200
) -> Response:
    """An answer that hands over a new token, if there is one; a page never sees it."""
    if token is None or is_browser(request):
        return with_cookie(request, token, answer(content, status))
    return answer({**content, "session": token}, status)


def renewed(request: Request, session: Session | None, response: Response) -> Response:
    """The same answer; a browser whose session goes on keeps its cookie for as long."""
    token = session_token(request.scope)
    if session is not None and token is not None and has_cookie(request.scope):
        set_session_cookie(response, token)
    return response


def with_cookie(request: Request, token: str | None, response: Response) -> Response:
    """The same answer; it brings a browser its new session, if there is one."""
    if token is not None and is_browser(request):
        set_session_cookie(response, token)
    return response
