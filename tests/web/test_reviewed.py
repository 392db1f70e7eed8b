"""Words and names that a socket brings are reviewed before anybody reads them."""

import re
from typing import Any

import pytest

from tests.journal.town import GATHERING, ID, Frame, Room, Town


async def test_a_telephone_number_bounces_with_its_place_cm02(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        text = "call me on 212 555 0123 tonight"
        refusal = await line.say(text, GATHERING)
        assert (refusal["type"], refusal["code"]) == ("refusal", "contact_details")
        ((start, end),) = refusal["spans"]
        assert "212 555 0123" in text[start:end]
        assert refusal["next"] == ["edit"]
        assert (await line.say("call me tonight", GATHERING))["type"] == "receipt"


async def test_a_telephone_number_in_two_lines_bounces_however_fast_they_come_cm02(room: Room):
    """The second is reviewed while the first is still on its way."""
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        for id, text in ((ID, "call me, 212 555"), ("e" * 32, "0123 tonight")):
            say = {"type": "say", "text": text, "epoch": GATHERING}
            await line.send({"type": "command", "id": id, "command": say})
        answers: dict[str, Frame] = {}
        while len(answers) < 2:
            frame = await line.next()
            if frame["type"] in ("receipt", "refusal"):
                answers[frame["id"]] = frame
        assert answers[ID]["type"] == "receipt"
        assert answers["e" * 32].get("code") == "contact_details"
        again = await line.say("call me, 212 555", GATHERING, id=ID)
        assert again == answers[ID]


async def test_a_line_that_is_sent_again_is_not_read_as_if_it_were_said_twice(room: Room):
    """After a reconnect the client sends what it has no answer to, and some of it is stored."""
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        first = await line.say("2125", GATHERING, id=ID)
    async with room.sit(ben) as line:
        for id, text in ((ID, "2125"), ("e" * 32, "10")):
            say = {"type": "say", "text": text, "epoch": GATHERING}
            await line.send({"type": "command", "id": id, "command": say})
        assert await line.until("receipt", id=ID) == first
        assert (await line.until("receipt"))["id"] == "e" * 32


async def test_links_are_for_facilitators(room: Room):
    ada = await room.open()
    ben = await room.seat("Ben")
    text = "look at https://example.org/page"
    async with room.sit(ada) as adas, room.sit(ben) as bens:
        refusal = await bens.say(text, GATHERING)
        assert (refusal["type"], refusal["code"]) == ("refusal", "link")
        assert refusal["spans"]
        assert (await adas.say(text, GATHERING))["type"] == "receipt"


async def test_what_a_facilitator_posts_is_reviewed_and_may_hold_links(room: Room):
    ada = await room.open()
    async with room.sit(ada) as adas:
        post = {"type": "post", "kind": "announcement", "text": "call me at 212 555 0123"}
        refusal = await adas.ask(post)
        assert (refusal["code"], refusal["spans"]) == ("contact_details", [[11, 23]])
        post["text"] = "next week: https://example.org/page " + "and so on " * 500
        assert (await adas.ask(post))["type"] == "receipt"


async def test_a_number_that_is_split_over_a_line_and_a_post_is_found(room: Room):
    ada = await room.open()
    async with room.sit(ada) as adas:
        assert (await adas.say("212 555", GATHERING))["type"] == "receipt"
        refusal = await adas.ask({"type": "post", "kind": "cue", "text": "0123"})
        assert refusal["code"] == "contact_details"


@pytest.mark.parametrize("name", ["Ben 212 555 0123", "www.example.org"])
@pytest.mark.parametrize("who", ["member", "facilitator"])
async def test_another_name_is_reviewed_as_one(room: Room, who: Any, name: str):
    token = await room.open() if who == "facilitator" else await room.seat("Ben")
    async with room.sit(token) as line:
        refusal = await line.ask({"type": "rename", "name": name})
        assert (refusal["type"], refusal["code"]) == ("refusal", "name_contact")
        assert (await line.ask({"type": "rename", "name": "Ben W"}))["type"] == "receipt"


@pytest.mark.parametrize("name", ["Ben 212 555 0123", "ben@example.org"])
async def test_a_name_is_reviewed_too_and_has_a_sentence_of_its_own(room: Room, name: str):
    """In a field nothing can be marked, and nothing is sent."""
    refused = (await room.take_seat(await room.town.enter(room.id, "member"), name)).json()
    assert (refused["code"], refused["next"]) == ("name_contact", ["edit"])
    assert refused["spans"]
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        again = await line.ask({"type": "rename", "name": name})
    assert (again["code"], again["words"]) == ("name_contact", refused["words"])
    assert not re.search("mark|send", refused["words"], re.IGNORECASE)


async def test_cm_15_a_line_that_came_back_leaves_its_author_a_moment_and_the_room_no_reason(
    town: Town,
):
    room = await town.room("check-in-60")
    ada = await room.open()
    ben, chidi = await room.seat("Ben"), await room.seat("Chidi")
    async with room.sit(ada) as adas, room.sit(ben) as bens, room.sit(chidi) as chidis:
        assert (await adas.ask({"type": "next_phase", "epoch": 1}))["type"] == "receipt"
        assert (await bens.ask({"type": "accept", "epoch": 2}))["type"] == "receipt"
        refusal = await bens.say("Call me on 212 555 0123", 3)
        assert (refusal["code"], refusal["facts"]) == ("contact_details", {"times": 1})
        given = (await chidis.entry("moment_given"))["entry"]
        assert given.keys() == {"type", "seat", "until"}
        assert (await bens.say("212 555 0123", 3))["facts"] == {"times": 2}
        assert (await bens.say("Find me afterwards", 3))["type"] == "receipt"
        await chidis.entry("moment_ended")
        types = [entry["entry"]["type"] for entry in chidis.entries()]
        assert types.count("moment_given") == 1, "once a line"
        assert not any(b"0123" in data for data in chidis.raw)


async def test_cm_15_the_third_time_its_author_is_told_whom_to_ask(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        first, _, third = [await line.say("It is 212 555 0123", GATHERING) for _ in range(3)]
        assert "facilitators" not in first["words"]
        assert "The facilitators can help" in third["words"]
        assert (third["next"], third["facts"]) == (["edit", "tell"], {"times": 3})
        assert (await line.say("Hello", GATHERING))["type"] == "receipt"
        again = await line.say("It is 212 555 0123", GATHERING)
        assert (again["next"], again["facts"]) == (["edit"], {"times": 1})


async def test_cm_15_another_reason_is_told_however_often_lines_came_back_before(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        for _ in range(2):
            assert (await line.say("It is 212 555 0123", GATHERING))["code"] == "contact_details"
        link = await line.say("look at https://example.org/page", GATHERING)
        assert (link["code"], link["facts"]) == ("link", {"times": 1})
        assert "links" in link["words"]
