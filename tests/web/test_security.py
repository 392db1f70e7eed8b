"""What stands before every answer: hosts, origins, headers, sizes (A1-A8, A62, A82, A86, A89)."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from chatroom.web.security import (
    COOKIE,
    LARGEST_BODY,
    Security,
    forget_session,
    session_token,
    set_session_cookie,
)
from chatroom.web.upgrades import Upgrades

MEET = "https://meet.example"
SOCKETS = "wss://meet.example"
HERE = "http://[::1]:8000"
BEN = {"cookie": f"theme=dark; {COOKIE}=bens-token"}
JSON = {"content-type": "application/json"}

FOREIGN = [
    "https://evil.example",
    "null",
    "https://meet.example.evil.com",
    "https://evilmeet.example",
    "https://meet.example:8443",
    "http://meet.example",
    "https://meet.example.",
    "https://MEET.example",
    "https://meet.xn--exmple-4nf",  # With a Cyrillic a, as a browser sends it.
    "https://meet.example/",
    HERE,  # Ours, but not of this host.
    "",
]


async def whose(request: Request) -> Response:
    await request.body()
    return PlainTextResponse(session_token(request.scope) or "nobody")


async def hand_over(request: Request) -> Response:
    response = PlainTextResponse("in")
    set_session_cookie(response, "bens-token")
    return response


async def forget(request: Request) -> Response:
    response = PlainTextResponse("out")
    forget_session(response)
    return response


async def for_good(request: Request) -> Response:
    return PlainTextResponse("kept", headers={"Cache-Control": "immutable"})


async def page(request: Request) -> Response:
    return HTMLResponse("<p>words</p>" * 100)


async def data(request: Request) -> Response:
    return Response(b'"words"' * 100, media_type="application/json")


async def broken(request: Request) -> Response:
    raise RuntimeError("somebody's words")


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


ROUTES = [
    Route("/", whose, methods=["GET", "POST", "PUT", "DELETE"]),
    Route("/healthz", whose),
    Route("/in", hand_over),
    Route("/out", forget),
    Route("/kept", for_good),
    Route("/page", page),
    Route("/data", data),
    Route("/static/file.js", for_good),
    Route("/broken", broken),
    WebSocketRoute("/socket", socket),
]
app = Starlette(
    routes=ROUTES,
    middleware=[
        Middleware(
            Security, origins=(MEET, HERE, "http://localhost:8000"), upgrades=Upgrades(ROUTES)
        )
    ],
)


@pytest.fixture
def browser() -> TestClient:
    return TestClient(app, base_url=MEET)


# Headers


def test_a63_a84_a86_every_answer_is_hardened(browser: TestClient):
    for path in ("/", "/nowhere", "/?token=1"):
        headers = browser.get(path).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "camera=()" in headers["permissions-policy"]
        assert "server" not in headers


def test_a82_a85_a_page_may_load_and_reach_nothing_but_this_server(browser: TestClient):
    policy = policy_of(browser.get("/"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "connect-src": "'self' wss://meet.example",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


@pytest.mark.parametrize(
    ("origin", "reach"),
    [
        ("http://localhost:8000", "'self' ws://localhost:8000"),
        (HERE, "'self'"),  # Chromium calls a source with an IPv6 address invalid.
    ],
)
def test_each_host_has_its_own_socket_in_the_policy(origin: str, reach: str):
    assert policy_of(TestClient(app, base_url=origin).get("/"))["connect-src"] == reach


def test_https_is_for_good_where_it_is_https(browser: TestClient):
    assert "max-age" in browser.get("/").headers["strict-transport-security"]
    assert "strict-transport-security" not in TestClient(app, base_url=HERE).get("/").headers


def test_an_answer_may_say_itself_how_long_it_is_kept(browser: TestClient):
    assert browser.get("/kept").headers.get_list("cache-control") == ["immutable"]


def test_a_file_of_a_page_brings_little_besides_itself(browser: TestClient):
    files = {"cache-control", "x-content-type-options"}
    kept = set(browser.get("/static/file.js").headers)
    gone = browser.get("/static/nowhere.js").headers
    assert kept == {*files, "content-type", "content-length"}
    assert gone["cache-control"] == "no-store"
    assert files < set(gone)


def test_a_page_is_compressed_and_no_other_answer(browser: TestClient):
    assert browser.get("/page").headers["content-encoding"] == "gzip"
    assert len(browser.get("/data").content) > 500
    for path in ("/data", "/kept", "/static/file.js"):
        assert "content-encoding" not in browser.get(path).headers


def test_a87_a_fault_of_ours_is_hardened_and_quotes_nothing():
    answer = TestClient(app, base_url=MEET, raise_server_exceptions=False).get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert answer.headers["cache-control"] == "no-store"
    assert "somebody" not in answer.text
    with pytest.raises(RuntimeError):
        TestClient(app, base_url=MEET).get("/broken")


# Hosts


@pytest.mark.parametrize(
    "host",
    ["evil.example", "meet.example:443", "meet.example.", "MEET.example", "127.0.0.1", "[::1]", ""],
)
def test_a6_a_foreign_host_is_refused(browser: TestClient, host: str):
    assert browser.get("/", headers={"host": host}).status_code == 400


async def test_a6_two_hosts_or_none_are_refused():
    for hosts in ([], [b"meet.example", b"meet.example"], [b"meet.example", b"evil.example"]):
        assert await status("GET", [(b"host", host) for host in hosts]) == 400
    assert await status("GET", [(b"host", b"meet.example")]) == 200


def test_a_load_balancer_may_ask_for_health_by_address(browser: TestClient):
    assert browser.get("/healthz", headers={"host": "10.0.0.7:8000"}).status_code == 200


# Origins


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("credentials", [{}, BEN, {"authorization": "Bearer bens-token"}])
def test_a1_a2_a3_a62_a_foreign_page_changes_nothing(
    browser: TestClient, origin: str, credentials: dict[str, str]
):
    headers = {**credentials, "origin": origin}
    for method in ("POST", "PUT", "DELETE"):
        answer = browser.request(method, "/", headers=headers)
        assert answer.status_code == 403
        assert answer.json()["code"] == "foreign_origin"


def test_our_own_page_acts_for_its_session(browser: TestClient):
    headers = {**BEN, **JSON, "origin": MEET}
    assert browser.post("/", headers=headers, content="{}").text == "bens-token"


def test_a4_a_cookie_without_a_page_is_refused(browser: TestClient):
    assert browser.post("/", headers=BEN).status_code == 403


def test_a4_who_is_no_browser_shows_a_bearer(browser: TestClient):
    headers = {**JSON, "authorization": "Bearer bens-token"}
    assert browser.post("/", headers=headers, content="{}").text == "bens-token"


async def test_a5_two_origins_are_refused():
    ours = (b"origin", MEET.encode())
    host = (b"host", b"meet.example")
    assert await status("POST", [host, ours]) == 200
    assert await status("POST", [host, ours, ours]) == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a62_what_a_browser_says_of_the_asking_site_counts_too(browser: TestClient, site: str):
    headers = {**BEN, **JSON, "origin": MEET, "sec-fetch-site": site}
    assert browser.post("/", headers=headers, content="{}").status_code == 403
    assert browser.get("/", headers={"sec-fetch-site": site}).status_code == 200


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_a62_a70_what_a_form_can_send_is_no_command(browser: TestClient, media_type: str):
    headers = {**BEN, "origin": MEET, "content-type": media_type}
    assert browser.post("/", headers=headers, content='{"a": 1}').status_code == 415


def test_json_may_name_its_charset_and_nothing_needs_no_type(browser: TestClient):
    headers = {**BEN, "origin": MEET}
    utf8 = {**headers, "content-type": "Application/JSON; charset=utf-8"}
    assert browser.post("/", headers=utf8, content="{}").status_code == 200
    assert browser.post("/", headers=headers).status_code == 200


# Sockets


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("cookie", [{}, BEN])
def test_a1_a2_a3_a_foreign_page_opens_no_socket(
    browser: TestClient, origin: str, cookie: dict[str, str]
):
    headers = {**cookie, "origin": origin}
    assert denied(browser, "/socket", headers) == 403


def test_our_own_page_and_other_clients_open_a_socket(browser: TestClient):
    for headers in ({**BEN, "origin": MEET}, {}):
        with browser.websocket_connect(f"{SOCKETS}/socket", headers=headers):
            pass


def test_a4_a_cookie_without_a_page_opens_no_socket(browser: TestClient):
    assert denied(browser, "/socket", BEN) == 403


def test_a6_a_foreign_host_opens_no_socket(browser: TestClient):
    assert denied(browser, "/socket", {"host": "evil.example"}) == 400


def test_a_socket_has_no_query(browser: TestClient):
    assert denied(browser, "/socket?cursor=1", {}) == 400


# Secrets


ONE_OF_OURS = "_zF1h0vYbC3dN4s5QxTtU6wKpLmR7e8iAoGj9BHkM2E"


@pytest.mark.parametrize(
    "query",
    [
        *("token=abc", "a=1&Secret=abc", "session=", "invitation=x;y", "tok=abc", "JWT=abc"),
        *("auth=abc", "access_token=abc", "X-Auth-Token=abc", "sessionId=abc", "api-key=abc"),
        *("apiKey=abc", "APIKEY=abc", "id%5ftoken=abc", "room%5bkey%5d=abc"),
    ],
)
def test_a8_a_secret_in_a_url_is_refused_by_name(browser: TestClient, query: str):
    answer = browser.get(f"/?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"] == "secret_in_url"
    assert "abc" not in answer.text


@pytest.mark.parametrize("query", ["monkey=1", "keyboard=1", "author=1", "inside=1", "page=token"])
def test_what_only_sounds_like_a_secret_is_none(browser: TestClient, query: str):
    assert browser.get(f"/?{query}").status_code == 200


@pytest.mark.parametrize("query", ["page={}", "{}", "{}=1", "page=abc%20{}", "page=%5fz{}"])
def test_a8_what_has_the_form_of_a_secret_is_refused_whatever_it_is_called(
    browser: TestClient, query: str
):
    secret = ONE_OF_OURS[2:] if "%5fz" in query else ONE_OF_OURS
    answer = browser.get(f"/?{query.format(secret)}")
    assert answer.status_code == 400
    assert answer.json()["code"] == "secret_in_url"
    assert secret not in answer.text


@pytest.mark.parametrize("path", ["/{}", "/rooms/{}", "/rooms/{}/door", "/rooms/%5fz{}"])
def test_a8_a_secret_is_no_part_of_a_path(browser: TestClient, path: str):
    secret = ONE_OF_OURS[2:] if "%5fz" in path else ONE_OF_OURS
    answer = browser.get(path.format(secret))
    assert answer.status_code == 400
    assert answer.json()["code"] == "secret_in_url"


def test_a_room_of_many_letters_is_no_secret(browser: TestClient):
    assert browser.get("/the-room-of-those-who-meet-late-on-thursdays").status_code == 404
    assert browser.get(f"/{'a' * 43}").status_code == 404


def test_another_query_is_none_of_our_business(browser: TestClient):
    assert browser.get("/?page=2&tokens=3").status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: TestClient):
    name, *attributes = browser.get("/in").headers["set-cookie"].split("; ")
    assert name == "__Host-session=bens-token"
    assert {attribute.lower() for attribute in attributes} == {
        "httponly",
        "secure",
        "samesite=strict",
        "path=/",
        "max-age=86400",
    }


def test_a109_a_forgotten_session_leaves_the_browser_empty(browser: TestClient):
    browser.get("/in")
    assert browser.get("/").text == "bens-token", "need a cookie for this test to mean anything"
    answer = browser.get("/out")
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert browser.get("/").text == "nobody"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cookie": "session=bens-token"},
        {"cookie": f"{COOKIE}="},
        {"cookie": f"{COOKIE}={'x' * 101}"},
        {"authorization": "Basic bens-token"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer " + "x" * 101},
    ],
)
def test_a58_what_is_no_token_is_nobody(browser: TestClient, headers: dict[str, str]):
    assert browser.get("/", headers=headers).text == "nobody"


# Sizes


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a89_a_large_body_is_refused(browser: TestClient, method: str):
    headers = {**JSON, "origin": MEET}
    most = browser.request(method, "/", headers=headers, content=b"x" * LARGEST_BODY)
    more = browser.request(method, "/", headers=headers, content=b"x" * (LARGEST_BODY + 1))
    assert (most.status_code, more.status_code) == (200, 413)
    assert more.headers["x-content-type-options"] == "nosniff"


def denied(browser: TestClient, path: str, headers: dict[str, str]) -> int:
    with (
        pytest.raises(WebSocketDenialResponse) as answer,
        browser.websocket_connect(f"{SOCKETS}{path}", headers=headers),
    ):
        pass
    assert answer.value.headers["referrer-policy"] == "no-referrer"
    return answer.value.status_code


def policy_of(answer: object) -> dict[str, str]:
    text: str = answer.headers["content-security-policy"]  # type: ignore[attr-defined]
    parts = [part.strip().partition(" ") for part in text.split(";")]
    return {name: value for name, _, value in parts}


async def status(method: str, headers: list[tuple[bytes, bytes]]) -> int:
    """Asks with headers that no client would send."""
    sent: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            sent.append(message["status"])  # type: ignore[arg-type]

    scope = {
        "type": "http",
        "method": method,
        "path": "/",
        "query_string": b"",
        "headers": headers,
    }
    await app(scope, receive, send)  # type: ignore[arg-type]
    return sent[0]


def test_a_socket_goes_past_all_that_only_pages_need(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
):
    passed: list[str] = []
    through = RequestBodyLimitMiddleware.__call__

    async def noted(
        self: RequestBodyLimitMiddleware, scope: Scope, receive: Receive, send: Send
    ) -> None:
        passed.append(scope["path"])
        await through(self, scope, receive, send)

    monkeypatch.setattr(RequestBodyLimitMiddleware, "__call__", noted)
    with browser.websocket_connect(f"{SOCKETS}/socket", headers={"origin": MEET}):
        pass
    for nowhere in ("/socket/more", "/", "/sockets"):
        with (
            pytest.raises(WebSocketDisconnect),
            browser.websocket_connect(f"{SOCKETS}{nowhere}", headers={"origin": MEET}),
        ):
            pass
    assert passed == []
    assert browser.get("/page").status_code == 200
    assert passed == ["/page"]
