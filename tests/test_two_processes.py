"""Two processes on one PostgreSQL, with a bus and without: whoever is at one sees who is at the other."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, NamedTuple

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chatroom.client import Refused, Seat, come_to_desk, enter
from chatroom.client.door import find_door
from chatroom.live.wire import Receipt
from chatroom.store.presence import HELD
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from tests import servers
from tests.processes import SLOW, ServerProcess
from tests.servers import asked
from tests.unsealed import beside

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from chatroom.client import DeskSeat
    from moderation.case.entries import CaseListed
    from tests.processes import Room

WITHIN = {"none": 3.0, "redis": 1.0}
"""Seconds until everybody has it (P6)."""
IN_ROOM = """
    audience = 0 AND log IN
    (SELECT meeting.log FROM meeting JOIN room ON room.id = meeting.room WHERE room.slug = ?)
"""


class Pair(NamedTuple):
    """Two servers on one database."""

    here: ServerProcess
    there: ServerProcess
    url: str
    bus: str
    secret: Path

    def link_there(self, link: str) -> str:
        return link.replace(self.here.origin, self.there.origin)


@pytest.fixture(scope="module", params=["none", "redis"])
async def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    async with AsyncExitStack() as stack:
        url = stack.enter_context(servers.database_url())
        secret = folder / "secret"
        secret.write_bytes(secrets.token_bytes(32))
        secret.chmod(0o600)
        environ = {"DATABASE_URL": url, "SECRET_FILE": str(secret), "BUS": request.param}
        if request.param == "redis":
            environ["REDIS_URL"] = stack.enter_context(servers.redis_url())
        processes = []
        for name in ("here", "there"):
            (folder / name).mkdir()
            processes.append(ServerProcess(folder / name, **environ))
            stack.push_async_callback(processes[-1].stop)
        here, there = processes
        await here.migrate()
        await asyncio.gather(here.start(), there.start())
        yield Pair(here, there, url, request.param, secret)


@pytest.fixture
async def room(pair: Pair) -> Room:
    return await pair.here.new_room()


async def lines(seat: Seat, count: int) -> list[str | None]:
    """The next lines that a client is told, in its order."""
    found: list[str | None] = []
    async for seen in seat.entries():
        if isinstance(seen.entry, happened.Said):
            found.append(seen.entry.words)
        if len(found) == count:
            break
    return found


async def opened(ada: Seat, ben: Seat) -> None:
    await ada.send(ask.Open())
    await ben.until(lambda: ben.meeting.opened_at is not None)


async def test_what_is_said_at_one_process_is_heard_at_the_other_p3_p6(pair: Pair, room: Room):
    async with (
        enter(room.facilitator, name="Ada") as ada,
        enter(pair.link_there(room.member), name="Ben") as ben,
    ):
        await opened(ada, ben)
        hearing = asyncio.gather(lines(ada, 20), lines(ben, 20))
        says = [
            seat.say(f"{name} {n}") for n in range(10) for name, seat in (("a", ada), ("b", ben))
        ]
        await asyncio.gather(*says)
        answered = time.monotonic()
        here, there = await hearing
        assert time.monotonic() - answered < WITHIN[pair.bus]
        assert here == there, "need one order"
        for name in "ab":
            texts = [text for text in here if text and text.startswith(name)]
            assert texts == [f"{name} {n}" for n in range(10)]


async def test_a_mute_at_one_process_holds_at_the_other_from_its_number_on_p8(
    pair: Pair, room: Room
):
    async with (
        enter(room.facilitator, name="Ada") as ada,
        enter(pair.link_there(room.member), name="Ben") as ben,
    ):
        await opened(ada, ben)
        flood = [asyncio.ensure_future(ben.say(f"line {n}")) for n in range(20)]
        muted = await ada.send(ask.Mute(ben.seat, 10))
        answers = await asyncio.gather(*flood, return_exceptions=True)
        assert muted.number is not None
        receipts = [answer for answer in answers if isinstance(answer, Receipt)]
        assert all(isinstance(answer, Receipt | Refused) for answer in answers)
        assert all(answer.number and answer.number < muted.number for answer in receipts)
        with pytest.raises(Refused, match="muted"):
            await ben.say("still here?")
    newest = f"SELECT max(number) FROM entry WHERE type = 'said' AND {IN_ROOM}"
    ((stored,),) = asked(pair.url, newest, room.slug)
    assert stored is None or stored < muted.number


async def test_a_session_is_known_to_all_processes_and_a_killed_one_takes_nothing_along_p1(
    pair: Pair, room: Room
):
    async with enter(room.facilitator, name="Ada") as ada:
        await ada.send(ask.Open())
        await ada.say("before")
        session = ada.session
        pair.here.kill9()
    address = f"{pair.there.origin}/rooms/{room.slug}"
    async with enter(address, session=session) as again:
        await again.until(lambda: again.caught_up)
        await again.say("after")
    await pair.here.start()
    query = (
        "SELECT log, entry_id, words FROM body JOIN entry USING (log, position)"
        f" WHERE type = 'said' AND {IN_ROOM}"
    )
    found = [beside(pair.secret).words(*row) for row in asked(pair.url, query, room.slug)]
    assert sorted(found, key=str) == [b"after", b"before"]


async def test_each_says_how_safely_it_keeps_a_receipt(pair: Pair):
    async with httpx2.AsyncClient(trust_env=False) as http:
        for process in (pair.here, pair.there):
            answer = await http.get(f"{process.origin}/readyz")
            assert answer.status_code == 200
            assert answer.json()["database"] == {"synchronous_commit": "on", "fsync": "on"}


async def test_who_waits_at_one_process_has_a_seat_once_the_other_let_them_in(
    pair: Pair, room: Room
):
    asked(pair.url, 'UPDATE room SET ways = \'{"door": "members"}\' WHERE slug = ?', room.slug)
    body = {"id": secrets.token_hex(16), "name": "Eve"}
    seats = f"{pair.there.origin}/rooms/{room.slug}/seats"
    async with (
        enter(room.facilitator, name="Ada") as ada,
        httpx2.AsyncClient(trust_env=False) as http,
    ):
        await ada.send(ask.Open())
        first = await http.post(seats, json=body)
        assert (first.status_code, first.json()["holders"]) == (202, ["Ada"])
        http.headers["Authorization"] = f"Bearer {first.json()['session']}"
        assert (await http.post(seats, json=body)).status_code == 202
        await ada.send(ask.Admit(knock=1))
        seated = await http.post(seats, json=body)
        assert (seated.status_code, seated.json()) == (200, {"seat": 2})


async def test_ce_12_a_claim_goes_with_the_process_of_whoever_had_it_and_is_anybodys_at_the_other(
    pair: Pair, room: Room
):
    """Ben asks at the one process; Sam claims at the other, which is killed. Nobody waits in silence."""
    lease_and_looks = (HELD + 6.0) * SLOW
    async with (
        enter(room.member, name="Ben") as ben,
        come_to_desk(room.staff, name="Kim") as kim,
        come_to_desk(pair.link_there(room.staff), name="Sam") as sam,
    ):
        case = (await ben.help()).case
        await sam.until(lambda: any(listed.case == case for listed in sam.desk.cases))
        await sam.claim(case)
        async with sam.case_line(case) as sams, ben.case_line(case) as bens:
            await sams.write("I am here.")
            await bens.until(lambda: bens.case.has_word)
            await bens.until(lambda: {1, 2} <= set(bens.here))
            with pytest.raises(Refused, match="already_claimed"):
                await kim.claim(case)
            pair.there.kill9()
            await bens.until(lambda: bens.case.lapsed == "away", within=lease_and_looks)
            await kim.until(lambda: listed_in(kim, case).status == "unanswered", within=5.0)
            assert listed_in(kim, case).lapsed == "away"
            await kim.claim(case)
            async with kim.case_line(case) as kims:
                await kims.write("I am Kim.")
                await bens.until(lambda: (bens.case.claimer, bens.case.lapsed) == ("Kim", None))
            await pair.there.start()


def listed_in(desk: DeskSeat, case: str) -> CaseListed:
    return next(listed for listed in desk.desk.cases if listed.case == case)


async def test_a59_p23_a_session_that_ends_at_one_process_ends_at_the_other_within_5_s(pair: Pair):
    """Sam leaves the desk at one; the laptop that is connected to the other hears nothing more."""
    room = await pair.here.new_room()
    sam = await find_door(room.staff, None)
    bearer = {"Authorization": f"Bearer {sam.session}"}
    url = f"{pair.there.origin.replace('http', 'ws')}/desk/socket"
    hello = json.dumps({"type": "hello", "bearer": sam.session})
    async with httpx2.AsyncClient(trust_env=False) as http:
        seat = {"id": secrets.token_hex(16), "name": "Sam"}
        await http.post(f"{pair.here.origin}/desk/seats", json=seat, headers=bearer)
        async with connect(url, compression=None, proxy=None) as laptop:
            await laptop.send(hello)
            assert '"fresh"' in str(await laptop.recv()), "need one that is connected there"
            await http.post(f"{pair.here.origin}/session/end", json={}, headers=bearer)
            assert await asyncio.wait_for(code_of_the_end(laptop), 5.0 * SLOW + 5.0) == 4401
        async with connect(url, compression=None, proxy=None) as again:
            await again.send(hello)
            with pytest.raises(ConnectionClosed):
                await again.recv()


async def code_of_the_end(socket: ClientConnection) -> int | None:
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


async def test_p19_p20_what_one_process_sweeps_is_served_by_none(pair: Pair, room: Room):
    """Ben is still connected to the other one, which has every word of the evening in memory."""
    async with (
        enter(room.facilitator, name="Ada") as ada,
        enter(pair.link_there(room.member), name="Ben") as ben,
    ):
        await opened(ada, ben)
        await ada.say("canary")
        assert await lines(ben, 1) == ["canary"]
        served = {"here": pair.here, "there": pair.there}
        for name, process in served.items():
            assert await is_served(process, room, ben, "canary"), f"need it in memory {name}"
        mine = "id IN (SELECT log FROM meeting JOIN room ON room.id = room WHERE slug = ?)"
        asked(pair.url, f"UPDATE log SET keep = 0 WHERE {mine}", room.slug)
        await ada.send(ask.Close())
        async with asyncio.timeout(10.0 * SLOW):
            for process in served.values():
                while await is_served(process, room, ben, "canary"):  # noqa: ASYNC110 - it looks from outside
                    await asyncio.sleep(0.2)


async def is_served(process: ServerProcess, room: Room, seat: Seat, word: str) -> bool:
    """Whether somebody who starts afresh there is sent the word."""
    url = f"{process.origin.replace('http', 'ws')}/rooms/{room.slug}/socket"
    async with connect(url, compression=None, proxy=None) as socket:
        await socket.send(json.dumps({"type": "hello", "bearer": seat.session}))
        heads = json.loads(await socket.recv())["cursor"]
        top = int(heads["room"].partition(".")[0])
        while True:
            frame = json.loads(await socket.recv())
            if frame["type"] != "entries" or frame["stream"] != "room":
                continue
            if any(one["entry"].get("words") == word for one in frame["entries"]):
                return True
            if frame["entries"][-1]["number"] >= top:
                return False
