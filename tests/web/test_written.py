"""Words are kept as people can see them, wherever they are taken; what cannot be seen is empty."""

from typing import Any

import pytest

from tests.journal.town import GATHERING, ID, Room, Town

INVISIBLE = [
    "\u200b",
    "\u2800",
    "\u3164",
    "\u00ad",
    "\u202e",
    "\u0301",
    "\x1b",
    "\x07\x85",
    " \n\u200b\n ",
]


def ids() -> list[str]:
    return [repr(text) for text in INVISIBLE]


@pytest.mark.parametrize("text", INVISIBLE, ids=ids())
async def test_what_nobody_can_see_is_empty_in_every_command_with_words(room: Room, text: str):
    ada = await room.open()
    ben = await room.seat("Ben")
    asked: list[dict[str, Any]] = [
        {"type": "say", "text": text, "epoch": GATHERING},
        {"type": "tell", "text": text},
    ]
    posts = [{"type": "post", "kind": kind, "text": text} for kind in ("topic", "announcement")]
    async with room.sit(ada) as adas, room.sit(ben) as bens:
        for line, commands in ((bens, asked), (adas, [*asked[:1], *posts])):
            for command in commands:
                answer = await line.ask(command)
                assert (answer["type"], answer.get("code")) == ("refusal", "empty"), command
        for line in (bens, adas):
            renamed = await line.ask({"type": "rename", "name": text})
            assert renamed["code"] in ("no_name", "name_marks")
    assert not [entry for entry in adas.entries() if entry["entry"]["type"] in ("said", "posted")]


@pytest.mark.parametrize("text", INVISIBLE, ids=ids())
async def test_what_nobody_can_see_is_empty_on_the_line_to_staff(room: Room, text: str):
    ben = await room.seat("Ben")
    pressed = await room.town.post("/help", {"id": ID, "room": room.slug}, ben)
    async with room.town.socket(f"/cases/{pressed.json()['case']}/socket") as line:
        await line.hello(ben)
        assert (await line.ask({"type": "write", "text": text}))["code"] == "empty"
        assert (await line.ask({"type": "write", "text": f" {text}here"}))["type"] == "receipt"


@pytest.mark.parametrize("name", INVISIBLE, ids=ids())
async def test_what_nobody_can_see_is_no_name_at_a_door(town: Town, room: Room, name: str):
    token = await town.enter(room.id, "member")
    assert (await room.take_seat(token, name)).json()["code"] in ("no_name", "name_marks")
    staff = await town.enter(0, "staff")
    answer = await town.post("/desk/seats", {"id": ID, "name": name}, staff)
    assert answer.json()["code"] == "no_name"


async def test_words_are_kept_without_what_nobody_can_see(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        text = " \x1bI am\r\n" + "\n" * 500 + "\u2800\n here\x07. \n\n"
        say = {"type": "say", "text": text, "epoch": GATHERING}
        await line.send({"type": "command", "id": ID, "command": say})
        assert (await line.entry("said"))["entry"]["words"] == "I am\n\n here."


async def test_what_is_sent_again_as_it_was_is_the_same_though_other_words_are_kept(room: Room):
    """The digest is of what was sent: another process may keep it otherwise."""
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        first = await line.say("  I am\n\n\n\nhere ", GATHERING, id=ID)
        assert first["type"] == "receipt"
        assert await line.say("  I am\n\n\n\nhere ", GATHERING, id=ID) == first
        assert (await line.say("I am\n\nhere", GATHERING, id=ID))["code"] == "id_reused"


async def test_a_place_is_said_in_the_text_as_it_was_sent(room: Room):
    await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ben) as line:
        text = "\n\n\x1b call me\n\n\n\n\n on 212 \x07555 0123 tonight"
        refusal = await line.say(text, GATHERING)
        assert refusal["code"] == "contact_details"
        assert [text[start:end] for start, end in refusal["spans"]] == ["212 \x07555 0123"]
