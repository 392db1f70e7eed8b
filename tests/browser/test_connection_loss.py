"""The server is killed under Ben's hands: nothing that he wrote is lost, and nothing stands twice."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import settings
from tests.browser.stage import Person, Stage
from tests.processes import ServerProcess, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from playwright.async_api import WebSocketRoute

BACK_WITHIN = 5.0
IN_FLIGHT, DRAFT = "Is anybody still there?", "and I was about to say"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    """To be killed, so nobody else's."""
    async with serving(tmp_path, **settings()) as running:
        yield running


async def test_a_killed_server_costs_neither_a_draft_nor_a_line(
    stage: Stage, server: ServerProcess, tell: Callable[[str], None]
):
    links = await stage.room("Evening group")
    ada, ben = await stage.person("Ada"), await stage.person("Ben", phone=True)
    for person in (ada, ben):
        # What Chromium itself says of a socket that could not be opened.
        person.forgive("WebSocket connection to .* failed", "ERR_CONNECTION_REFUSED")
    await asyncio.gather(ada.come_in(links["facilitator"]), ben.come_in(links["member"]))
    await ada.press("Open meeting")
    await ada.say("Welcome.")
    await ben.say("Hello.")
    await expect(ada.card("Ben")).to_contain_text("Hello.")
    await expect(on_its_way(ben)).to_have_count(
        0
    )  # She may have read it before he has his receipt.

    server.pause()
    await ben.say(IN_FLIGHT)
    await expect(on_its_way(ben)).to_contain_text("Sending…")
    await ben.field.fill(DRAFT)
    server.kill9()
    await expect(ben.status("Connection lost. Your words are kept.")).to_be_visible()
    await expect(on_its_way(ben)).to_contain_text("Goes out when the connection is back.")
    await expect(ben.field).to_have_value(DRAFT)
    await ben.shoot("c-connection-lost")

    await server.start()
    started = time.monotonic()
    await asyncio.gather(
        expect(ada.card("Ben").last).to_contain_text(IN_FLIGHT),
        expect(on_its_way(ben)).to_have_count(0),
        expect(ben.status("Connection lost")).to_be_hidden(),
    )
    took = time.monotonic() - started
    tell(f"back by itself {took:.2f} s after the restart")
    assert took < BACK_WITHIN
    await expect(ben.field).to_have_value(DRAFT)
    everything = ["Welcome.", "Hello.", IN_FLIGHT]
    for person in (ada, ben):
        await expect(lines(person)).to_have_text(everything)

    await ben.page.reload()
    await expect(ben.field).to_have_value(DRAFT)
    await expect(lines(ben)).to_have_text(everything)
    await ben.say(DRAFT)
    for person in (ada, ben):
        await expect(lines(person)).to_have_text([*everything, DRAFT])


async def test_a_line_whose_receipt_was_lost_stands_once(stage: Stage):
    links = await stage.room("Lost receipt")
    ada, ben = await stage.person("Ada"), await stage.person("Ben")
    deaf = asyncio.Event()

    # Between Ben and the server: once deaf, nothing of what the server says gets through.
    def between(page_side: WebSocketRoute) -> None:
        server_side = page_side.connect_to_server()
        sides.append(page_side)
        server_side.on_message(lambda frame: None if deaf.is_set() else page_side.send(frame))

    sides: list[WebSocketRoute] = []
    await ben.page.route_web_socket(re.compile("/socket$"), between)
    await asyncio.gather(ada.come_in(links["facilitator"]), ben.come_in(links["member"]))
    await ada.press("Open meeting")
    await expect(ben.field).to_have_accessible_description("Everyone can write now")

    deaf.set()
    await ben.say(IN_FLIGHT)
    await expect(ada.card("Ben")).to_contain_text(IN_FLIGHT)  # It is stored, and Ben does not know.
    await expect(on_its_way(ben)).to_contain_text("Sending…")
    await ada.say("We hear you.")
    deaf.clear()
    await sides[-1].close(code=1012)
    await expect(on_its_way(ben)).to_have_count(0)
    for person in (ada, ben):
        await expect(lines(person)).to_have_text([IN_FLIGHT, "We hear you."])


def on_its_way(person: Person) -> Locator:
    return person.page.get_by_role("article", name="Your words on their way")


def lines(person: Person) -> Locator:
    """Everything that stands in the talk, in its order."""
    return person.log.get_by_role("article").get_by_role("paragraph")
