"""Coming in by a link, going out at once, and whether we are open."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from jinja2 import DictLoader, Environment
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from structlog.testing import capture_logs

from chatroom.bus.none import NoBus
from chatroom.live.addresses import Addresses
from chatroom.people.accounts import Accounts, Ended, Session, hashed
from chatroom.people.audit import Audit
from chatroom.people.limits import BUDGETS, Limits
from chatroom.people.persons import Persons
from chatroom.people.strangers import Strangers
from chatroom.settings import load
from chatroom.store.accounts import Role
from chatroom.store.database import Durability
from chatroom.store.rooms import create_room
from chatroom.web.answers import answering
from chatroom.web.doors import Doors, Readiness, healthz
from chatroom.web.security import COOKIE, Security
from chatroom.web.upgrades import Upgrades
from tests.ground import NOON, dice, store_in
from tests.people.test_limits import Hand

MEET = "https://meet.example"
PAGE = {"origin": MEET}
PAGES = "{% for line in door.helplines %}{{ line.label }} {{ line.text }}{% endfor %}"
SETTINGS = load({"HELPLINES": "Samaritans | 116 123"})


class Shaky(NoBus):
    """A bus that may be lost."""

    lost = False
    redials = 3

    @property
    def sound(self) -> bool:
        return not self.lost


class Server:
    """The doors of one organisation with one room, and who was told to leave."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.accounts = Accounts(engine, bytes(32), dice("accounts"))
        self.departed: list[tuple[bytes, str | None]] = []
        self.moves: list[tuple[bytes, int]] = []
        self.ended: list[bytes] = []
        self.bus = Shaky()
        self.stores = True
        templates = Environment(loader=DictLoader({"enter.html": PAGES}), autoescape=True)
        self.clock = Hand()
        doors = Doors(
            self.accounts,
            Persons(engine, Audit(engine, bytes(32)), dice("persons")),
            templates,
            lambda: NOON,
            self.ended.append,
            self,
            lambda: SETTINGS,
            Strangers(Limits(self.clock), self.clock),
            Addresses(bytes(32), (), lambda: NOON),
        )
        self.app = Starlette(
            routes=[
                Route("/enter", doors.enter),
                Route("/invitations/exchange", answering(doors.exchange), methods=["POST"]),
                Route("/session/end", doors.end_session, methods=["POST"]),
                Route("/healthz", healthz),
                Route("/readyz", Readiness(engine, self.bus, lambda: self.stores).readyz),
            ],
            middleware=[Middleware(Security, origins=(MEET,), upgrades=Upgrades(()))],
        )

    async def may_move(self, session: Session, room: int) -> bool:
        return True

    async def moved(self, session: Session, room: int) -> None:
        self.moves.append((session.id, room))

    async def left(self, ended: Ended, slug: str | None = None) -> None:
        self.departed.append((ended.session.id, slug))

    async def makes_way(self, before: Session | None) -> None:
        pass

    async def made_way(self, token: str, now: float) -> None:
        await self.accounts.end(token, now)

    def browser(self) -> AsyncClient:
        transport = ASGITransport(self.app)
        return AsyncClient(transport=transport, base_url=MEET, headers=PAGE)

    def client(self, address: str = "127.0.0.1") -> AsyncClient:
        """One that is no browser: it names no page."""
        transport = ASGITransport(self.app, client=(address, 4711))
        return AsyncClient(transport=transport, base_url=MEET)

    async def invite(self, role: Role = "member", uses: int | None = None) -> str:
        return await self.accounts.invite(self.room, role, uses, None, NOON)

    async def furnish(self) -> None:
        room = await create_room(self.engine, "Evening group", "small", NOON, dice("room"))
        self.room = room.id


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with store_in(tmp_path) as engine:
        server = Server(engine)
        await server.furnish()
        yield server


async def test_a105_the_page_of_a_link_knows_the_helplines_and_is_for_nobody_to_index(
    server: Server,
):
    async with server.browser() as ben:
        answer = await ben.get("/enter")
    assert answer.text == "Samaritans 116 123"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("role", "url"),
    [
        ("member", "/rooms/evening-group"),
        ("facilitator", "/rooms/evening-group"),
        ("staff", "/desk"),
    ],
)
async def test_a_link_leads_where_it_was_made_for(server: Server, role: Role, url: str):
    async with server.browser() as browser:
        answer = await go_through(browser, await server.invite(role))
    assert answer.json() == {"url": url}


async def test_a_browser_holds_the_session_where_no_script_sees_it(server: Server):
    async with server.browser() as ben:
        answer = await go_through(ben, await server.invite())
        token = ben.cookies[COOKIE]
    assert await server.accounts.session(token, NOON)
    assert token not in answer.text
    assert "HttpOnly" in answer.headers["set-cookie"]


async def test_going_through_again_keeps_the_session(server: Server):
    link = await server.invite(uses=1)
    async with server.browser() as ben:
        await go_through(ben, link)
        token = ben.cookies[COOKIE]
        assert (await go_through(ben, link)).status_code == 200
        assert ben.cookies[COOKIE] == token


async def test_another_client_gets_the_session_in_its_hand(server: Server):
    async with server.client() as bot:
        answer = await go_through(bot, await server.invite())
        assert "set-cookie" not in answer.headers
        token = answer.json()["session"]
        bearer = {"authorization": f"Bearer {token}"}
        again = await go_through(bot, await server.invite("facilitator"), bearer)
    now = again.json()["session"]
    assert again.json() == {"url": "/rooms/evening-group", "session": now}
    assert await server.accounts.session(now, NOON)
    assert await server.accounts.session(token, NOON) is None, "it would be allowed more (A60)"


async def test_a_page_can_not_pretend_to_be_none(server: Server):
    async with server.client() as script:
        said_by_browser = {"sec-fetch-site": "same-origin"}
        answer = await go_through(script, await server.invite(), said_by_browser)
    assert "session" not in answer.json()


async def test_eve_with_a_guess_stays_outside(server: Server):
    async with server.browser() as eve:
        answer = await go_through(eve, "A" * 43)
        assert COOKIE not in eve.cookies
    assert answer.status_code == 404
    refusal = answer.json()
    assert (refusal["type"], refusal["code"]) == ("refusal", "invitation_unknown")
    assert "Ask whoever gave it to you" in refusal["words"]
    assert "for a new one" in refusal["words"]


async def test_a_link_used_up_says_so(server: Server):
    link = await server.invite(uses=1)
    async with server.browser() as ben, server.browser() as eve:
        assert (await go_through(ben, link)).status_code == 200
        answer = await go_through(eve, link)
    assert (answer.status_code, answer.json()["code"]) == (410, "invitation_used_up")
    # Be it for good, as a link of staff's is, or until somebody leaves.
    assert answer.json()["words"].startswith("This link is used up. Ask whoever gave it to you")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"secret": 1}',
        b'{"secret": ""}',
        b'{"secret": "a", "role": "staff"}',
        b'{"secret": "' + b"x" * 101 + b'"}',
        b"[" * 30_000,
        b"\xff\xfe",
    ],
)
async def test_anything_else_is_no_invitation(server: Server, body: bytes):
    async with server.browser() as eve:
        answer = await eve.post(
            "/invitations/exchange", content=body, headers={"content-type": "application/json"}
        )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_a61_looking_at_a_link_uses_nothing_up(server: Server):
    link = await server.invite(uses=1)
    async with server.client() as preview, server.browser() as ben:
        await preview.get("/enter")
        assert (await preview.get("/invitations/exchange")).status_code == 405
        assert (await go_through(ben, link)).status_code == 200


async def test_a59_the_quick_exit_ends_the_session_at_once(server: Server):
    async with server.browser() as ben:
        await go_through(ben, await server.invite())
        token = ben.cookies[COOKIE]
        answer = await ben.post("/session/end", json={})
        assert answer.status_code == 204
        assert "cookies" in answer.headers["clear-site-data"]
        assert COOKIE not in ben.cookies
    assert await server.accounts.session(token, NOON) is None
    assert server.ended == [hashed(token)]


async def test_leaving_without_a_session_is_leaving_too(server: Server):
    async with server.browser() as eve:
        assert (await eve.post("/session/end", json={})).status_code == 204
    assert server.ended == []


async def test_a62_another_site_ends_nobodys_session(server: Server):
    async with server.browser() as ben:
        await go_through(ben, await server.invite())
        answer = await ben.post("/session/end", json={}, headers={"origin": "https://evil.example"})
        assert answer.status_code == 403
        assert await server.accounts.session(ben.cookies[COOKIE], NOON)


async def test_a90_health_names_a_state_and_nothing_else(server: Server):
    async with server.client() as probe:
        assert (await probe.get("/healthz")).json() == {"status": "ok"}
        ready = await probe.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {
        "status": "ok",
        "database": {"journal_mode": "wal", "synchronous": "full"},
    }


async def test_not_ready_while_the_database_is_away(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    async def away(engine: AsyncEngine) -> None:
        raise OperationalError("", None, Exception("disk I/O error"))

    monkeypatch.setattr("chatroom.web.doors.durability", away)
    async with server.client() as probe:
        answer = await probe.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "database away"})


async def test_not_ready_while_nothing_can_be_stored_p18(server: Server):
    server.stores = False
    async with server.client() as probe:
        answer = await probe.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "not storing")
        server.stores = True
        assert (await probe.get("/readyz")).status_code == 200


async def test_a_database_that_does_not_answer_is_away(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    async def stalled(engine: AsyncEngine) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("chatroom.web.doors.DATABASE_WITHIN", 0.01)
    monkeypatch.setattr("chatroom.web.doors.durability", stalled)
    async with server.client() as probe:
        answer = await probe.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "database away"})


async def test_not_ready_where_a_receipt_would_not_survive_a_power_cut_p1(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    async def lax(engine: AsyncEngine) -> Durability:
        return Durability(journal_mode="wal", synchronous="normal")

    monkeypatch.setattr("chatroom.web.doors.durability", lax)
    async with server.client() as probe:
        answer = await probe.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not durable")


async def test_without_its_bus_a_process_is_degraded_and_says_what_was_lost_w6(server: Server):
    server.bus.lost = True
    async with server.client() as probe:
        answer = await probe.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["bus"] == {"redials": 3, "dropped": 0}


async def test_nobody_is_sent_to_a_process_that_ends(server: Server):
    server.app.state.draining = True
    async with server.client() as probe:
        answer = await probe.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "draining"})


async def go_through(
    browser: AsyncClient, secret: str, headers: dict[str, str] | None = None
) -> Response:
    return await browser.post("/invitations/exchange", json={"secret": secret}, headers=headers)


# Guessing

CLINIC, ELSEWHERE = "203.0.113.7", "203.0.113.8"


async def exchanged(client: AsyncClient, secret: str) -> Response:
    return await client.post("/invitations/exchange", json={"secret": secret})


async def guessed(client: AsyncClient, times: int) -> list[int]:
    """What so many links that there are not are answered."""
    return [(await exchanged(client, f"guess {number}")).status_code for number in range(times)]


async def test_a97_a57_who_guesses_links_is_slowed_and_a_real_one_from_there_opens_all_the_same(
    server: Server,
):
    most = BUDGETS["guesses"].amount
    secret = await server.invite()
    async with server.client(CLINIC) as eve, server.client(ELSEWHERE) as ben:
        assert await guessed(eve, most + 2) == [404] * most + [429] * 2
        no = await exchanged(eve, "one more")
        assert no.json()["code"] == "rate_limited"
        assert no.json()["facts"]["retry_ms"] == BUDGETS["guesses"].seconds * 1000
        assert no.headers["retry-after"] == str(BUDGETS["guesses"].seconds)
        assert (await exchanged(eve, secret)).status_code == 200
        assert await guessed(ben, 1) == [404]
        server.clock.at += BUDGETS["guesses"].seconds + 1
        assert await guessed(eve, 1) == [404]


async def test_a97_guesses_from_everywhere_are_limited_in_all(server: Server):
    each, most = BUDGETS["guesses"].amount, BUDGETS["all_guesses"].amount
    answers = []
    for last in range(most // each + 1):
        async with server.client(f"198.51.100.{last}") as eve:
            answers += await guessed(eve, each)
    assert answers == [404] * most + [429] * each


async def test_a97_forty_people_in_one_clinic_come_in_at_once_whatever_was_guessed_there(
    server: Server,
):
    secret = await server.invite(uses=40)
    async with server.client(CLINIC) as eve:
        await guessed(eve, BUDGETS["guesses"].amount + 1)
    people = [server.client(CLINIC) for _ in range(40)]
    got = await asyncio.gather(*(exchanged(one, secret) for one in people))
    assert [one.status_code for one in got] == [200] * 40
    await asyncio.gather(*(one.aclose() for one in people))


async def test_a97_the_operator_is_told_once_a_minute_how_many_tried_and_not_who(server: Server):
    async with server.client(CLINIC) as eve:
        with capture_logs() as lines:
            await guessed(eve, BUDGETS["guesses"].amount + 5)
            server.clock.at += 61
            await guessed(eve, 1)
    told = [{name: line[name] for name in ("event", "kind", "count")} for line in lines]
    assert told == [
        {"event": "too_many_tries", "kind": "guesses", "count": 1},
        {"event": "too_many_tries", "kind": "guesses", "count": 5},
    ]
    assert CLINIC not in str(lines)
    assert "guess 1" not in str(lines)


@pytest.mark.parametrize("address", [CLINIC, "127.0.0.1"])
async def test_a64_one_link_brings_no_more_sessions_in_a_minute_than_a_meeting_needs(
    server: Server, address: str
):
    most = BUDGETS["by_link"].amount
    secret, another = await server.invite(), await server.invite()
    async with server.client(address) as eve:
        got = [(await exchanged(eve, secret)) for _ in range(most + 1)]
        assert [one.status_code for one in got] == [200] * most + [429]
        assert got[-1].json()["code"] == "many_come"
        assert got[-1].json()["facts"]["retry_ms"] == 60_000
        assert (await exchanged(eve, another)).status_code == 200
        server.clock.at += 61
        assert (await exchanged(eve, secret)).status_code == 200


async def test_a64_one_address_brings_no_more_sessions_than_a_clinic_needs(server: Server):
    most = BUDGETS["comings"].amount
    async with server.client(CLINIC) as eve, server.client(ELSEWHERE) as ben:
        for number in range(most):
            if number % 100 == 0:
                secret = await server.invite()
            assert (await exchanged(eve, secret)).status_code == 200
        secret = await server.invite()
        assert (await exchanged(eve, secret)).status_code == 429
        assert (await exchanged(ben, secret)).status_code == 200


async def test_a64_who_has_a_session_goes_through_a_link_again_as_often_as_they_like(
    server: Server,
):
    secret = await server.invite(uses=1)
    async with server.client(CLINIC) as ben:
        token = (await exchanged(ben, secret)).json()["session"]
        ben.headers["authorization"] = f"Bearer {token}"
        for _ in range(BUDGETS["by_link"].amount + 1):
            assert (await exchanged(ben, secret)).status_code == 200
