"""What staff read, and what those who serve change, is in the audit first: on both databases, over HTTP and sockets."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chatroom.app import create_app
from chatroom.people import chain, heads
from chatroom.people.accounts import hashed
from chatroom.people.audit import actor_of
from chatroom.people.chain import Broken, Whole
from chatroom.store import audit as store
from chatroom.store.audit import Row
from chatroom.store.database import reading
from tests.journal.stage import SOON
from tests.journal.town import Room, Town, town_in
from tests.people.test_audit import refuse_rows, take_rows
from tests.store.places import KINDS, Place, place

CANARY = "the blue lamp at the bridge"


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place(request.param, tmp_path) as ground:
        yield ground


@pytest.fixture
async def town(ground: Place, tmp_path: Path) -> AsyncIterator[Town]:
    environ = {**ground.environ, "AUDIT_HEADS": str(tmp_path / "heads")}
    server, furnish = town_in(tmp_path, make=create_app, **environ)
    with server.running():
        town = furnish()
        yield town
        await town.close()


async def told(town: Town) -> list[Row]:
    async with reading(town.engine) as connection:
        found = [row async for row in store.rows(connection)]
    assert isinstance(await chain.verify(town.engine), Whole)
    return found


async def acts_of(town: Town, token: str) -> list[tuple[str, str, str]]:
    """What somebody did: the act, why, and what came of it."""
    actor = town.accounts.audit.actor(actor_of(hashed(token)))
    rows = [row for row in await told(town) if row.actor == actor]
    return [(row.act, row.reason, row.result) for row in rows]


async def sam(town: Town, name: str = "Sam") -> str:
    """The session of somebody of staff with a seat at the desk."""
    token = await town.enter(0, "staff")
    body = {"id": secrets.token_hex(16), "name": name}
    assert (await town.post("/desk/seats", body, token)).status_code == 200
    return token


async def a_case(room: Room) -> str:
    body = {"id": secrets.token_hex(16), "room": room.slug, "words": CANARY}
    case: str = (await room.town.post("/help", body, await room.seat("Ben"))).json()["case"]
    return case


async def claim(town: Town, case: str, token: str, **why: str) -> tuple[int, str]:
    body = {"id": secrets.token_hex(16), **why}
    answer = await town.post(f"/cases/{case}/claims", body, token)
    return answer.status_code, answer.json().get("code", "")


async def test_p24_a111_a_case_is_opened_read_and_taken_over_behind_its_rows(town: Town):
    room = await town.room()
    case, first, second = await a_case(room), await sam(town), await sam(town, "Kim")
    assert await claim(town, case, first) == (200, "")
    assert await claim(town, case, second) == (409, "already_claimed")
    assert await claim(town, case, second, reason="silent") == (200, "")
    async with town.socket(f"/cases/{case}/socket") as line:
        await line.hello(second)
        assert (await line.entry("wrote"))["entry"]["words"] == CANARY
    assert await acts_of(town, first) == [
        ("signed_in", "staff", "done"),
        ("case_opened", "", "allowed"),
    ]
    assert await acts_of(town, second) == [
        ("signed_in", "staff", "done"),
        ("case_opened", "", "allowed"),
        ("case_opened", "already_claimed", "refused"),
        ("case_opened", "silent", "allowed"),
        ("case_read", "", "allowed"),
    ]
    rows = [row for row in await told(town) if row.case_id]
    assert {row.case_id for row in rows} == {case}
    assert CANARY not in repr(await told(town))


async def test_p24_a112_with_the_audit_out_of_order_no_case_is_opened_and_help_goes_on(
    town: Town, ground: Place
):
    """All else in the database is well: it is the audit alone that takes no row."""
    room = await town.room()
    case, token, late = await a_case(room), await sam(town), await sam(town, "Kim")
    chidi = await room.seat("Chidi")
    assert await claim(town, case, token) == (200, "")
    refuse_rows(ground)
    assert await claim(town, case, late, reason="silent") == (503, "not_recorded")
    async with town.socket(f"/cases/{case}/socket") as line:
        answer = await line.hello(token)
        assert (answer["type"], answer["code"]) == ("refusal", "not_recorded")
        assert await line.code() == 1012, "it comes back by itself"
        assert CANARY.encode() not in b"".join(line.raw)
        assert len(line.raw) == 1
    helped = await town.post("/help", {"id": secrets.token_hex(16), "room": room.slug}, chidi)
    assert helped.json()["case"] not in (case, None), "Help opens a case all the same"
    take_rows(ground)
    assert await claim(town, case, late, reason="silent") == (200, "")
    async with town.socket(f"/cases/{case}/socket") as line:
        await line.hello(late)
        assert (await line.entry("wrote"))["entry"]["words"] == CANARY
    assert ("case_opened", "silent", "allowed") in await acts_of(town, late)


async def test_p24_a_members_own_line_is_nobodys_to_list(town: Town):
    room = await town.room()
    ben = await room.seat("Ben")
    case = (await town.post("/help", {"id": secrets.token_hex(16)}, ben)).json()["case"]
    async with town.socket(f"/cases/{case}/socket") as line:
        assert (await line.hello(ben))["type"] == "fresh"
    await town.post("/session/end", {}, ben)
    assert await acts_of(town, ben) == []


async def test_a111_staff_who_come_into_a_meeting_without_a_chair_are_told_of_first(
    town: Town, ground: Place
):
    room = await town.room()
    await room.seat("Ben")
    token = await sam(town)
    refuse_rows(ground)
    refused = await room.take_seat(token, "Sam")
    assert (refused.status_code, refused.json()["code"]) == (503, "not_recorded")
    take_rows(ground)
    assert (await room.take_seat(token, "Sam")).status_code == 200
    assert ("room_entered", "no_chair", "allowed") in await acts_of(town, token)


async def test_what_a_facilitator_sets_and_its_row_are_one_transaction(town: Town, ground: Place):
    room = await town.room()
    ada = await town.enter(room.id, "facilitator")
    refuse_rows(ground)
    ways = await town.post(f"{room.path}/ways", {"ways": {"door": "knock"}}, ada)
    assert ways.status_code == 503
    take_rows(ground)
    assert ground.ask("SELECT ways FROM room") in ([("{}",)], [({},)])
    ways = await town.post(f"{room.path}/ways", {"ways": {"door": "knock"}}, ada)
    assert ways.json()["set"] == {"door": "knock"}
    await town.post("/session/end", {}, ada)
    assert await acts_of(town, ada) == [
        ("signed_in", "facilitator", "done"),
        ("ways_changed", "", "done"),
        ("signed_out", "", "done"),
    ]


async def test_a113_a_server_writes_down_each_day_where_the_audit_stands(
    town: Town, tmp_path: Path
):
    async with asyncio.timeout(SOON):
        while True:
            with contextlib.suppress(FileNotFoundError):
                if lines := heads.read(tmp_path / "heads"):
                    break
            await asyncio.sleep(0.02)
    await a_case(await town.room())
    assert [line.n for line in lines] == [1], "of the policy that holds"
    assert isinstance(await chain.verify(town.engine, lines), Whole)


async def closed(town: Town, case: str, token: str) -> None:
    async with town.socket(f"/cases/{case}/socket") as line:
        await line.hello(token)
        answer = await line.ask({"type": "close_case", "outcome": "supported"})
        assert answer["type"] == "receipt", answer


async def test_ce_21_what_happened_in_a_case_is_sealed_once_it_is_closed(town: Town, ground: Place):
    room = await town.room()
    case, token = await a_case(room), await sam(town)
    assert await claim(town, case, token) == (200, "")
    await closed(town, case, token)
    async with asyncio.timeout(SOON):
        seal = await sealed(town)
    assert (seal.actor, seal.case_id) == ("system", case)
    ground.tell("DELETE FROM body WHERE log = ?", int(case, 16))
    assert isinstance(await chain.verify(town.engine), Whole), "words go in time"
    ground.tell("UPDATE entry SET seat = 1 WHERE log = ? AND type = 'claimed'", int(case, 16))
    found = await chain.verify(town.engine)
    assert found == Broken(
        seal.n, f"The log of the case of row {seal.n} is not as it was when that was closed."
    )


async def sealed(town: Town) -> Row:
    while True:
        for row in await told(town):
            if row.act == "case_closed":
                return row
        await asyncio.sleep(0.02)


async def test_a99_with_the_audit_out_of_order_help_opens_another_case_after_one_is_closed(
    town: Town, ground: Place
):
    room = await town.room()
    ben = await room.seat("Ben")
    body = {"room": room.slug}
    first = (await town.post("/help", {"id": secrets.token_hex(16), **body}, ben)).json()["case"]
    refuse_rows(ground)
    async with town.socket(f"/cases/{first}/socket") as line:
        await line.hello(ben)
        answer = await line.ask({"type": "close_case", "outcome": "left"})
        assert answer["type"] == "receipt", answer
    again = await town.post("/help", {"id": secrets.token_hex(16), **body}, ben)
    assert again.status_code == 200
    assert again.json()["case"] not in (first, None)
