"""Reports and worries over real sockets: who hears of what, and by whom it was reaches nobody."""

import secrets
from typing import Any

import pytest

from tests.journal.town import GATHERING, Room, Town

NOBODYS = {"report_noted", "need_seen"}


async def test_p22_cm_20_who_reports_is_answered_and_no_frame_of_anybody_tells_who_it_was(
    room: Room,
):
    ada = await room.open()
    ben, chidi, dana = [await room.seat(name) for name in ("Ben", "Chidi", "Dana")]
    async with (
        room.sit(ada) as adas,
        room.sit(ben) as bens,
        room.sit(chidi) as chidis,
        room.sit(dana) as danas,
    ):
        number = (await bens.say("Words.", GATHERING))["number"]
        told = await chidis.ask({"type": "report", "number": number, "why": "hurts"})
        assert (told["type"], told.get("stream"), told.get("number")) == ("receipt", None, None), (
            "a number of the facilitators' stream would tell how much is told there"
        )
        first = await adas.entry("reported")
        assert first["entry"] == {"type": "reported", "number": number, "why": "hurts"}
        again = await chidis.ask({"type": "report", "number": number, "why": "other"})
        assert (again["type"], again.get("number")) == ("receipt", None)
        await danas.ask({"type": "report", "number": number, "why": "using"})
        for line in (adas, bens, chidis):
            folded = (await line.entry("folded"))["entry"]
            assert folded == {"type": "folded", "number": number, "by": "reports"}
        heard = [frame for line in (adas, bens, chidis, danas) for frame in line.raw]
        assert not any(name.encode() in frame for name in NOBODYS for frame in heard)
        for line in (bens, chidis, danas):
            assert not any(b'"reported"' in frame for frame in line.raw)


async def test_cm_20_a_facilitator_who_comes_back_is_told_what_waits_and_a_member_is_not(
    room: Room,
):
    ada = await room.open()
    ben, chidi = [await room.seat(name) for name in ("Ben", "Chidi")]
    async with room.sit(ben) as bens, room.sit(chidi) as chidis:
        number = (await bens.say("Words.", GATHERING))["number"]
        await chidis.ask({"type": "report", "number": number})
    reports = [{"type": "reported", "number": number, "why": "other"}]
    async with room.town.socket(f"/rooms/{room.slug}/socket") as line:
        assert (await line.hello(ada))["snapshot"]["reports"] == reports
    for token in (ben, chidi):
        async with room.town.socket(f"/rooms/{room.slug}/socket") as line:
            assert (await line.hello(token))["snapshot"]["reports"] == []


async def worried(room: Room, token: str | None, about: int) -> dict[str, Any]:
    body = {"id": secrets.token_hex(16), "room": room.slug, "about": about}
    answer = await room.town.post("/help", body, token)
    assert answer.status_code == 200
    content: dict[str, Any] = answer.json()
    return content


async def test_ce_05_who_worries_has_a_line_to_staff_and_facilitators_learn_of_whom_not_by_whom(
    room: Room, town: Town
):
    ada = await room.open()
    ben, chidi = [await room.seat(name) for name in ("Ben", "Chidi")]
    async with room.sit(ada) as adas, room.sit(ben) as bens:
        seats = (await bens.say("Words.", GATHERING), (await adas.entry("said"))["entry"]["seat"])
        case = (await worried(room, chidi, seats[1]))["case"]
        noticed = (await adas.entry("care_noticed"))["entry"]
        assert noticed == {"type": "care_noticed", "seat": seats[1], "attended": False}
        await bens.say("More.", GATHERING)
        assert not any(b"care" in frame for frame in bens.raw), "whom it is about is not told"
    async with town.socket(f"/cases/{case}/socket") as line:
        await line.hello(chidi)
        wrote = (await line.entry("wrote"))["entry"]
        assert wrote["words"] == "I am worried about Ben in this meeting."


@pytest.mark.parametrize("outside", [True, False])
async def test_ce_05_nobody_learns_a_name_by_worrying(room: Room, outside: bool):
    """From outside, or of a seat that is nobody's: Help is answered, and no name stands in it."""
    await room.open()
    await room.seat("Ben")
    token = await room.town.enter(room.id, "member") if outside else await room.seat("Chidi")
    case = (await worried(room, token, 2 if outside else 99))["case"]
    async with room.town.socket(f"/cases/{case}/socket") as line:
        await line.hello(token)
        await line.ask({"type": "write", "text": "Mine."})
        heard = b"".join(line.raw)
        assert b"Mine." in heard
        assert b"worried" not in heard
