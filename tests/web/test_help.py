"""Help over HTTP: answered in every state, before every door, and invisible to the room."""

import secrets
import sqlite3
from pathlib import Path

import pytest
from httpx2 import AsyncClient, Response

from chatroom import app
from chatroom.settings import Helpline
from chatroom.web.help import words_for
from chatroom.web.security import COOKIE
from moderation.case.case import Case
from tests.journal.stage import SOON, Seam
from tests.journal.town import Room, Town, town_in


async def press(room: Room, token: str | None, id: str | None = None) -> Response:
    body = {"id": id or secrets.token_hex(16), "room": room.slug}
    return await room.town.post("/help", body, token)


async def test_nobody_at_the_desk_is_told_so_and_sees_the_helplines_ce10(room: Room):
    answer = (await press(room, await room.seat("Ben"))).json()
    assert answer["attended"] is False
    assert "Nobody is at the desk right now" in answer["words"]
    assert "call the number below now" in answer["words"], "there is one"
    assert answer["helplines"] == [{"label": "Helpline", "text": "116 123", "url": "tel:116123"}]
    async with room.town.socket(f"/cases/{answer['case']}/socket") as line:
        await line.send({"type": "hello"})
        assert await line.code() == 4401


async def test_somebody_at_the_desk_is_on_the_way(room: Room, town: Town):
    sam = await town.enter(0, "staff")
    await town.post("/desk/seats", {"id": secrets.token_hex(16), "name": "Sam"}, sam)
    async with town.socket("/desk/socket") as desk:
        await desk.hello(sam)
        answer = (await press(room, await room.seat("Ben"))).json()
        assert answer["attended"] is True
        assert "Staff have been called" in answer["words"]


async def test_ce_10_pressed_again_help_says_what_is_true_and_promises_nobody(
    room: Room, town: Town
):
    sam = await town.enter(0, "staff")
    await town.post("/desk/seats", {"id": secrets.token_hex(16), "name": "Sam"}, sam)
    ben = await room.seat("Ben")
    async with town.socket("/desk/socket") as desk:
        await desk.hello(sam)
        case = (await press(room, ben)).json()["case"]
        await town.post(f"/cases/{case}/claims", {"id": secrets.token_hex(16)}, sam)
        held = (await press(room, ben)).json()
        assert held["words"].startswith("Sam has your call.")
        async with town.socket(f"/cases/{case}/socket") as line:
            await line.hello(sam)
            await line.ask({"type": "put_back"})
        waits = (await press(room, ben)).json()
        assert "Staff have been called" in waits["words"]
    for words in (held["words"], waits["words"]):
        assert "usually" not in words


async def test_whoever_of_staff_asks_for_help_alone_at_the_desk_is_told_that_nobody_is_there(
    town: Town,
):
    kim = await town.enter(0, "staff")
    await town.post("/desk/seats", {"id": secrets.token_hex(16), "name": "Kim"}, kim)
    async with town.socket("/desk/socket") as desk:
        await desk.hello(kim)
        answer = (await town.post("/help", {"id": secrets.token_hex(16)}, kim)).json()
    assert answer["attended"] is False
    assert "Nobody is at the desk" in answer["words"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), "call the emergency number of the place where you are"),
        ((Helpline("Emergency number", "112", "tel:112"),), "call the number below"),
        ((Helpline("Text line", "text HELLO to 85258", "sms:85258"),), "contact the line below"),
        ((Helpline("Chat", "on our site"),), "contact the line below"),
        ((Helpline("A", "1"), Helpline("B", "2")), "contact one of those below"),
    ],
)
def test_no_sentence_promises_a_number_that_is_not_there(lines: tuple[Helpline, ...], words: str):
    for attended in (True, False):
        assert words in words_for(Case(), lines, attended=attended)


async def test_a_name_given_after_the_help_request_reaches_the_case(room: Room):
    outside = await room.town.enter(room.id, "member")
    case = (await press(room, outside)).json()["case"]
    async with room.town.socket(f"/cases/{case}/socket") as line:
        shown = (await line.hello(outside))["snapshot"]
        assert (shown["member"], shown["seat"]) == (None, 0)
        body = {"id": secrets.token_hex(16), "name": "Ben"}
        seat = (await room.town.post(f"/rooms/{room.slug}/seats", body, outside)).json()["seat"]
        named = (await line.entry("member_named"))["entry"]
        assert (named["words"], named["room"], named["seat"]) == ("Ben", room.slug, seat)
        await room.open()
        async with room.sit(outside) as bens:
            await bens.ask({"type": "rename", "name": "Ben W."})
        assert (await line.entry("member_named"))["entry"]["words"] == "Ben W."


async def test_help_is_answered_in_every_state_a99(room: Room):
    """At the door, in the room, muted, removed, and after the close."""
    outside = await room.town.enter(room.id, "member")
    assert (await press(room, outside)).status_code == 200
    ben, chidi, dana = [await room.seat(name) for name in ("Ben", "Chidi", "Dana")]
    assert (await press(room, ben)).status_code == 200
    ada = await room.open()
    async with room.sit(ada) as adas:
        await adas.ask({"type": "mute", "seat": 1, "minutes": 10})
        assert (await press(room, ben)).status_code == 200
        await adas.ask({"type": "remove", "seat": 2})
        removed = (await press(room, chidi)).json()
        await adas.ask({"type": "close"})
    assert (await press(room, dana)).status_code == 200
    async with room.town.socket(f"/cases/{removed['case']}/socket") as line:
        fresh = await line.hello(chidi)  # The line is theirs, and the desk knows the name.
        assert fresh["snapshot"]["member"] == "Chidi"
        receipt = await line.ask({"type": "write", "text": "are you there?"})
        assert receipt["type"] == "receipt"


async def test_a116_a118_who_is_removed_to_be_silenced_goes_on_writing_to_staff_and_no_facilitator_reads_it(
    room: Room,
):
    """Chidi complains of Ada, to staff; she takes him out, is asked for Help, and looks wherever she can."""
    town, complaint = room.town, "She reads out what I told her in private."
    ada, chidi = await room.open(), await room.seat("Chidi")
    case = (await press(room, chidi)).json()["case"]
    sam = await town.enter(0, "staff")
    await town.post("/desk/seats", {"id": secrets.token_hex(16), "name": "Sam"}, sam)
    claimed = await town.post(f"/cases/{case}/claims", {"id": secrets.token_hex(16)}, sam)
    assert claimed.status_code == 200, claimed.text
    async with (
        room.sit(ada) as adas,
        town.socket(f"/cases/{case}/socket") as line,
        town.socket(f"/cases/{case}/socket") as sams,
    ):
        await line.hello(chidi)
        await sams.hello(sam)
        assert (await adas.ask({"type": "remove", "seat": 2}))["type"] == "receipt"
        assert (await line.ask({"type": "write", "text": complaint}))["type"] == "receipt"
        assert (await sams.entry("wrote"))["entry"]["words"] == complaint
        again = (await press(room, chidi)).json()
        assert again["case"] == case
        assert [line["text"] for line in again["helplines"]] == ["116 123"]
        assert (await adas.ask({"type": "lower_hand"}))["type"] == "receipt", "she has heard all"
        assert complaint.encode() not in b"".join(adas.raw)
        assert case.encode() not in b"".join(adas.raw)
    for path in (f"/cases/{case}/socket", "/desk/socket"):
        async with town.socket(path) as hers:
            await hers.send({"type": "hello", "bearer": ada})
            assert await hers.code() == 4403
    taken = await town.post(f"/cases/{case}/claims", {"id": secrets.token_hex(16)}, ada)
    assert taken.status_code == 403


async def test_help_before_any_door_gives_a_session_of_its_own_ce01(town: Town):
    async with AsyncClient(trust_env=False, verify=False, timeout=SOON) as http:
        answer = await http.post(
            f"{town.origin}/help",
            json={"id": secrets.token_hex(16)},
            headers={"Origin": town.origin},
        )
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "httponly" in cookie.lower()
    token = cookie.partition("=")[2].partition(";")[0]
    async with town.socket(f"/cases/{answer.json()['case']}/socket") as line:
        assert (await line.hello(token))["snapshot"]["member"] is None


async def test_who_has_a_session_keeps_it(room: Room):
    answer = await press(room, await room.seat("Ben"))
    assert "set-cookie" not in answer.headers


async def test_the_same_press_sent_again_is_the_same_case_ce03(room: Room):
    ben, id = await room.seat("Ben"), secrets.token_hex(16)
    first, again = await press(room, ben, id), await press(room, ben, id)
    assert first.json()["case"] == again.json()["case"]


async def test_a_room_that_is_not_there_is_no_reason_to_say_no(town: Town):
    for slug in ("nowhere", "\x00", "x" * 5000):
        body = {"id": secrets.token_hex(16), "room": slug}
        assert (await town.post("/help", body)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [{}, {"id": "1"}, {"id": "0" * 32, "name": "x"}, {"id": "0" * 32, "room": 1}, ["0" * 32]],
)
async def test_what_is_no_request_is_refused_and_makes_no_session(town: Town, body: object):
    answer = await town.post("/help", body)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"
    assert "set-cookie" not in answer.headers


async def test_a_foreign_page_cannot_press_help_a2(town: Town):
    async with AsyncClient(trust_env=False, verify=False, timeout=SOON) as http:
        answer = await http.post(
            f"{town.origin}/help",
            json={"id": "0" * 32},
            headers={"Origin": "https://evil.example"},
        )
    assert answer.status_code == 403


async def test_while_the_database_is_away_the_client_is_told_to_come_back_ce03(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seam, away = Seam(), True

    def before(sql: str) -> None:
        if sql == "COMMIT" and away:
            raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(app, "open_logs", seam.open)
    server, furnish = town_in(tmp_path)
    with server.running():
        town = furnish()
        ben, id = await town.accounts.new_session(town.clock.now()), secrets.token_hex(16)
        seam.before = before
        answer = await town.post("/help", {"id": id}, ben)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        away = False
        answer = await town.post("/help", {"id": id}, ben)
        assert answer.status_code == 200
        async with town.socket(f"/cases/{answer.json()['case']}/socket") as line:
            assert (await line.hello(ben))["type"] == "fresh"
        await town.close()


async def test_a_desk_that_is_not_ones_own_is_closed_and_says_whom_to_turn_to(town: Town):
    async with AsyncClient(base_url=town.origin, trust_env=False, timeout=SOON) as browser:
        answer = await browser.get("/desk")
    assert answer.status_code == 403
    assert "116 123" in answer.text
