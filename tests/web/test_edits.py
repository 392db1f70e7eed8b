"""Edits over the wire: reviewed, stored once, read by the room; what it read before by facilitators alone (CM-14)."""

from collections.abc import AsyncIterator

import pytest

from tests.journal.town import GATHERING, ID, Frame, Line, Room

OLD, NEW = "I am glad to be hear", "I am glad to be here"


def edit(number: int, text: str = NEW, epoch: int = GATHERING) -> Frame:
    return {"type": "edit", "number": number, "text": text, "epoch": epoch}


@pytest.fixture
async def tokens(room: Room) -> tuple[str, str, str]:
    """Of Ada, who facilitates, Ben and Chidi."""
    return await room.open(), await room.seat("Ben"), await room.seat("Chidi")


@pytest.fixture
async def seats(room: Room, tokens: tuple[str, str, str]) -> AsyncIterator[tuple[Line, Line, Line]]:
    """Each at a socket."""
    ada, ben, chidi = tokens
    async with room.sit(ada) as adas, room.sit(ben) as bens, room.sit(chidi) as chidis:
        yield adas, bens, chidis


async def test_cm_14_the_room_reads_the_new_words_and_facilitators_alone_the_old(
    seats: tuple[Line, Line, Line], room: Room, tokens: tuple[str, str, str]
):
    adas, bens, chidis = seats
    number = (await bens.say(OLD, GATHERING))["number"]
    first = await bens.ask(edit(number), ID)
    assert (first["type"], first["stream"]) == ("receipt", "room")
    changed = (await chidis.entry("edited"))["entry"]
    assert (changed["number"], changed["words"]) == (number, NEW)
    assert (await adas.entry("replaced"))["entry"]["words"] == OLD
    assert not chidis.entries("chair")
    assert await bens.ask(edit(number), ID) == first, "sent again, it is one edit"
    async with room.sit(tokens[2]) as again:
        await again.entry("edited")
        words = {entry["number"]: entry["entry"].get("words") for entry in again.entries()}
        assert (words[number], words[first["number"]]) == (None, NEW), "to who starts afresh, too"


async def test_cm_14_a_bounced_edit_leaves_the_old_text_and_gives_the_holder_no_way_round(
    seats: tuple[Line, Line, Line],
):
    adas, bens, chidis = seats
    number = (await bens.say(OLD, GATHERING))["number"]
    text = "call me on 212 555 0123 tonight"
    refusal = await bens.ask(edit(number, text))
    assert (refusal["code"], refusal["facts"]) == ("contact_details", {"times": 1})
    ((start, end),) = refusal["spans"]
    assert "212 555 0123" in text[start:end]
    assert (await bens.say("Still here", GATHERING))["type"] == "receipt"
    await chidis.entry("said")
    for line in (adas, chidis):
        assert not any(b"555 0123" in data for data in line.raw)
    assert (await bens.ask(edit(number, "212 555")))["type"] == "receipt"
    assert (await bens.say("0123", GATHERING))["type"] == "receipt", "Still here stands between"
    still = (await bens.ask(edit(number + 1, "0123")))["code"]
    assert still == "contact_details", "of two lines together"


async def test_p19_cm_14_a_line_that_is_taken_out_is_nowhere_nor_what_it_read_before(
    seats: tuple[Line, Line, Line], room: Room, tokens: tuple[str, str, str]
):
    adas, bens, _ = seats
    number = (await bens.say(OLD, GATHERING))["number"]
    await bens.ask(edit(number))
    assert (await adas.ask({"type": "redact", "number": number}))["type"] == "receipt"
    gone = await bens.ask(edit(number, "Once more"))
    assert gone["code"] == "no_such_line"
    async with room.sit(tokens[0]) as again:
        while not {"redacted", "history_gone"} <= {
            entry["entry"]["type"]
            for stream in ("room", "chair")
            for entry in again.entries(stream)
        }:
            await again.next()
        assert next(entry["entry"]["type"] for entry in again.entries("chair")) == "replaced"
        assert not any(b"glad to be" in data for data in again.raw)


async def test_ce_06_cm_14_a_cry_in_an_edit_is_heard_and_the_line_reads_so(
    seats: tuple[Line, Line, Line],
):
    _, bens, chidis = seats
    number = (await bens.say(OLD, GATHERING))["number"]
    assert (await bens.ask(edit(number, "I want to kill myself tonight")))["type"] == "receipt"
    assert any(b'"care"' in data for data in bens.raw)
    assert "kill" in (await chidis.entry("edited"))["entry"]["words"]
