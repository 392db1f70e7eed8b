"""What is written to become more than text comes back from the server as the text that it is (CM-24)."""

import json
import re
import secrets
from html.parser import HTMLParser
from unicodedata import category

import pytest
from httpx2 import AsyncClient

from chatroom.store import rooms
from moderation.content.names import shown
from moderation.refused import Refused
from tests.journal.town import GATHERING, Frame, Line, Room, Town
from tests.payloads import PARTS, PAYLOADS


async def sent(line: Line, command: Frame) -> Frame:
    """The entry that it has become, before or behind its receipt."""
    receipt = await line.ask(command)
    assert receipt["type"] == "receipt", (receipt, command)
    while True:
        for entry in line.entries():
            if entry["number"] == receipt["number"]:
                return entry
        await line.next()


async def test_cm_24_a82_a_message_is_never_markup_and_arrives_as_it_was_written(room: Room):
    ada = await room.open()
    async with room.sit(ada) as line:
        for text in [*PARTS, "I <3 **you**, https://example.org"]:
            said = await sent(line, {"type": "say", "text": text, "epoch": GATHERING})
            assert said["entry"]["words"] == text
            assert "marks" not in said


async def test_cm_24_a82_what_is_posted_is_its_words_and_at_most_a_few_marks(room: Room):
    ada = await room.open()
    async with room.sit(ada) as line:
        for kind, text in (("announcement", PARTS[0]), ("cue", PARTS[1]), ("reading", PARTS[-1])):
            posted = await sent(line, {"type": "post", "kind": kind, "text": text})
            assert posted["entry"]["words"] == text
            tags = set(re.findall(r'"tag": "(\w+)"', json.dumps(posted.get("marks", []))))
            assert tags <= {"p", "br", "strong", "em", "ul", "ol", "li", "a"}
        bold = {"type": "post", "kind": "announcement", "text": "Next week **an hour later**."}
        posted = await sent(line, bold)
        assert posted["marks"] == [
            {
                "tag": "p",
                "inside": ["Next week ", {"tag": "strong", "inside": ["an hour later"]}, "."],
            }
        ]
        # A topic stands in one line, and is its words.
        topic = await sent(line, {**bold, "kind": "topic"})
        assert "marks" not in topic
        # Who comes later is told the same; what was taken out is in no mark either.
        for number in (posted["number"], topic["number"]):
            assert (await line.ask({"type": "redact", "number": number}))["type"] == "receipt"
    async with room.sit(ada) as line:
        while posted["number"] not in [one["number"] for one in line.entries()]:
            await line.next()
        assert not [data for data in line.raw if b"hour later" in data]


@pytest.mark.parametrize("text", PAYLOADS)
def test_cm_24_a82_a_name_is_refused_or_holds_nothing_that_turns_or_hides(text: str):
    try:
        name = shown(text)
    except Refused:
        return
    assert not any(category(char) in ("Cc", "Cf", "Co", "Cs") for char in name)


class Skeleton(HTMLParser):
    """The elements of a page with their attributes, and what it is called."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.title = ""
        self.door = ""
        self._in = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self._in = "door" if ("id", "door") in attrs else tag

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "bdi":
            self.title += data
        if self._in == "door":
            self.door += data


async def test_cm_24_a82_the_name_of_a_room_changes_nothing_of_its_page(town: Town):
    plain = await page_of(town, "Evening group")
    for text in PARTS:
        strange = await page_of(town, text)
        assert strange.elements == plain.elements
        assert strange.title == text
        assert json.loads(strange.door)["room"]["name"] == text


async def page_of(town: Town, name: str) -> Skeleton:
    room = await rooms.create_room(
        town.engine,
        name,
        "small-discussion",
        town.clock.now(),
        secrets.token_bytes,
        {"door": "open"},
    )
    async with AsyncClient(trust_env=False) as browser:
        response = await browser.get(f"{town.origin}/rooms/{room.slug}")
    assert response.headers["content-type"].startswith("text/html")
    return Skeleton(response.text)
