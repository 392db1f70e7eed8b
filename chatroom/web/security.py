"""What stands before every answer: which host was asked, who asks from where, and the headers."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatroom.live import wire
from chatroom.people.accounts import SESSION_LIFE
from moderation.refused import Refused

COOKIE = "__Host-session"
COOKIE_LIFE = 2 * SESSION_LIFE
"""Seconds: the server says when a session is over, and a socket that prolongs it can't renew a cookie."""
LONGEST_TOKEN = 100
LARGEST_BODY = 64 * 1024
SAFE = {"GET", "HEAD", "OPTIONS"}
# A load balancer asks for these by the address of the machine.
HEALTH = {"/healthz", "/readyz", "/metrics"}
# A URL ends up in histories and log files, so no secret may stand in one (A8): what calls itself by one
# of these words, `x-auth-token` and `sessionId` too, and what has the form of ours, whatever it is called.
SECRETS = {
    *("token", "tok", "secret", "session", "sessionid", "sid", "invitation", "invite", "bearer"),
    *("auth", "authorization", "jwt", "key", "apikey", "password", "passwd", "pwd", "cookie"),
    *("credential", "credentials", "passcode", "otp"),
}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
OURS = re.compile(r"[A-Za-z0-9_-]{43}")
"""256 random bits: the token of a session, or the secret of an invitation."""
CAPITAL = re.compile(r"[A-Z]")
"""What no slug of a room has, and among 43 random letters is never missing."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; connect-src {reach}; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
# The files of a page are no pages: nothing is run or framed by them, they are the same for everybody and
# no secret to any site, and there are dozens for each.
FILES = "/static/"
FILE_HEADERS = ("x-content-type-options", "cache-control")
# Pages are compressed, because they hold no secret whose letters their size could tell: tokens
# are in cookies, and nobody's text comes back in the page it was sent to. Other answers are not.
NO_PAGES = ("application/*", "image/*", "text/css", "text/javascript", "text/plain")
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
RawHeaders = list[tuple[bytes, bytes]]


class Security:
    """Refuses what comes under a foreign name or from a foreign page, and hardens every answer."""

    def __init__(self, app: ASGIApp, origins: Sequence[str], upgrades: ASGIApp) -> None:
        pages = GZipMiddleware(app, exclude_content_types=NO_PAGES)
        self._app = RequestBodyLimitMiddleware(pages, LARGEST_BODY)
        self._upgrades = upgrades
        self._origins = frozenset(origins)
        self._headers = {host: _headers(host, origins) for host in map(_host, origins)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = Hardened(send, self._added(scope))
        allowed = self._upgrades if scope["type"] == "websocket" else self._app
        try:
            await (check(scope, self._origins) or allowed)(scope, receive, answer)
        except ClientDisconnect:
            return  # In the middle of a body: there is nobody left to be told.
        except Exception:
            # Hardened like any other. The exception goes on to the log.
            if scope["type"] == "http" and not answer.started:
                await refusal("server_error", 500)(scope, receive, answer)
            raise

    def _added(self, scope: Scope) -> RawHeaders:
        host = Headers(scope=scope).get("host", "")
        added = self._headers.get(host) or next(iter(self._headers.values()))
        if not scope["path"].startswith(FILES):
            return added
        return [header for header in added if header[0].decode() in FILE_HEADERS]


class Hardened:
    """One answer on its way out, with the headers that it did not bring itself."""

    def __init__(self, send: Send, added: RawHeaders) -> None:
        self._send = send
        self._added = added
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            self.started = True
            message = {**message, "headers": _merged(message.get("headers", []), self._added)}
        await self._send(message)


def check(scope: Scope, origins: Iterable[str]) -> Response | None:
    """The answer to a request that must go no further, if it is one."""
    headers = Headers(scope=scope)
    hosts, sources = headers.getlist("host"), headers.getlist("origin")
    known = [origin for origin in origins if [_host(origin)] == hosts]
    if len(hosts) != 1 or len(sources) > 1 or not (known or scope["path"] in HEALTH):
        return refusal("bad_request", 400)
    if _tells_a_secret(scope):
        return refusal("secret_in_url", 400)
    if scope["type"] == "websocket":
        return None if check_socket_origin(scope, known) else refusal("foreign_origin", 403)
    if scope["method"] in SAFE:
        return None
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return refusal("foreign_origin", 403)
    if not check_socket_origin(scope, known):
        return refusal("foreign_origin", 403)
    return None if _is_json(headers) else refusal("bad_request", 415)


def check_socket_origin(scope: Scope, origins: Iterable[str]) -> bool:
    """A page must be ours, letter by letter. Who names no page is no browser and may bring no cookie.

    That one shows a bearer instead: in the hello of a socket, in a header of a request (A1-A4).
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None:
        return COOKIE not in _cookies(headers)
    return origin in origins


def session_token(scope: Scope) -> str | None:
    """The token of a session: a browser's from its cookie, another client's from the bearer header."""
    headers = Headers(scope=scope)
    kind, _, bearer = headers.get("authorization", "").partition(" ")
    token = _cookies(headers).get(COOKIE) or (bearer.strip() if kind.lower() == "bearer" else "")
    return token if 0 < len(token) <= LONGEST_TOKEN else None


def has_cookie(scope: Scope) -> bool:
    """Whether the token came in a cookie: other clients keep theirs themselves."""
    return COOKIE in _cookies(Headers(scope=scope))


def is_browser(request: Request) -> bool:
    """Every browser names the page with a POST, and no page can leave that out."""
    return "origin" in request.headers or "sec-fetch-site" in request.headers


def set_session_cookie(response: Response, token: str) -> None:
    """Hands a browser its token where no script and no other site can reach it."""
    response.set_cookie(
        COOKIE, token, max_age=int(COOKIE_LIFE), secure=True, httponly=True, samesite="strict"
    )


def forget_session(response: Response) -> None:
    """Takes the token back, and asks the browser to drop what it holds of this site (W30)."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'


def refusal(code: str, status: int) -> Response:
    """A refusal as an HTTP answer: the same struct as on the wire, without a command's id."""
    content = wire.json(wire.refusal(None, Refused(code)))
    return Response(content, status, media_type="application/json")


def _host(origin: str) -> str:
    return origin.partition("://")[2]


def _headers(host: str, origins: Sequence[str]) -> RawHeaders:
    schemes = {origin.partition("://")[0] for origin in origins if _host(origin) == host}
    values = {
        "content-security-policy": POLICY.format(reach=" ".join(_reach(host, schemes))),
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": PERMISSIONS,
        "cache-control": "no-store",
    }
    if schemes == {"https"}:
        values["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in values.items()]


def _reach(host: str, schemes: set[str]) -> list[str]:
    """Not every browser counts sockets to 'self'. A policy can't name an IPv6 address, though."""
    named = [] if host.startswith("[") else sorted(schemes)
    return ["'self'", *(f"{scheme.replace('http', 'ws')}://{host}" for scheme in named)]


def _merged(given: Iterable[tuple[bytes, bytes]], added: RawHeaders) -> RawHeaders:
    """An answer's own headers stand: a static file says itself how long it may be kept."""
    own = list(given)
    names = {name.lower() for name, _ in own}
    return own + [header for header in added if header[0] not in names]


def _cookies(headers: Headers) -> dict[str, str]:
    return cookie_parser("; ".join(headers.getlist("cookie")))


def _tells_a_secret(scope: Scope) -> bool:
    query = scope.get("query_string", b"").decode("latin-1")
    if scope["type"] == "websocket" and query:
        return True  # A socket's URL has no query at all: what it needs is in the hello.
    told = parse_qsl(query, keep_blank_values=True)
    return any(
        _calls_itself_secret(name) or OURS.search(f"{name} {value}") for name, value in told
    ) or any(OURS.fullmatch(part) and CAPITAL.search(part) for part in scope["path"].split("/"))


def _calls_itself_secret(name: str) -> bool:
    words = [word.lower() for word in WORD.findall(name)]
    return not SECRETS.isdisjoint([*words, *map("".join, pairwise(words))])


def _is_json(headers: Headers) -> bool:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    bodiless = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    return media_type == "application/json" or (bodiless and not media_type)
