"""More than two hundred sit: a page lists those who matter, and names come when they are needed."""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from chatroom import settings
from chatroom.live.journal import Journal
from chatroom.live.timekeeper import Clock
from chatroom.store import database, rooms
from chatroom.store.open import open_logs
from moderation.meeting import commands as ask
from moderation.meeting.crowd import CROWD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.async_api import Route

    from tests.browser.stage import Person, Stage

OLD, RECENT = 100, 60
"""So many wrote before, each for themselves, and so many after them."""


async def elsewhere(stage: Stage, slug: str, told: Iterable[tuple[int, Any]]) -> None:
    """At another process that serves the same room, by seat."""
    house = settings.load({"DATABASE_URL": f"sqlite:///{stage.server.database}"})
    engine, logs = database.open_engine(house), open_logs(house)
    journal = Journal(
        logs, Clock().now, secrets.token_bytes, bytes(32), lambda *_: None, lambda *_: None
    )
    working = asyncio.create_task(journal.run())
    try:
        room = await rooms.room_by_slug(engine, slug)
        assert room is not None
        meeting = await rooms.current_meeting(engine, room.id)
        assert meeting is not None
        await asyncio.gather(*(journal.submit(meeting.log, seat, asked) for seat, asked in told))
    finally:
        working.cancel()
        await logs.close()
        await engine.dispose()


def name(seat: int) -> str:
    return f"N{seat:03}"


async def crowded(stage: Stage, links: dict[str, str]) -> Person:
    """Ada has opened the meeting, two hundred others sit, and many of them have written."""
    ada = await stage.person("Ada")
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await expect(ada.log).to_contain_text("Gathering has begun")
    seats = range(2, CROWD + 6)
    sit = [(0, ask.TakeSeat(f"session-{seat}", "member", name(seat))) for seat in seats]
    await elsewhere(stage, links["slug"], sit)
    said = [
        (seat, ask.Say(f"I am {seat}", 1)) for seat in (*range(2, OLD), *range(OLD, OLD + RECENT))
    ]
    await elsewhere(stage, links["slug"], said)
    return ada


@pytest.mark.timeout(240)
async def test_a_crowd_is_told_in_one_sentence_and_names_come_when_they_are_in_sight(stage: Stage):
    links = await stage.room("Evening group")
    ada = await crowded(stage, links)
    await ada.page.reload()
    await expect(ada.card(name(OLD + RECENT - 1))).to_contain_text(f"I am {OLD + RECENT - 1}")
    first = ada.page.get_by_text("I am 2", exact=True)
    card = ada.log.get_by_role("article").filter(has=first)
    await expect(card.get_by_role("heading", name="Somebody")).to_have_text("…")
    await expect(ada.page.locator("#people")).to_contain_text(
        "person is here. Listed are the facilitators and those who serve, the queue, the muted, and who wrote lately."
    )
    await expect(ada.here.filter(has_text=name(OLD + RECENT - 1))).to_be_visible()
    await expect(ada.here.filter(has_text=name(2))).to_have_count(0)
    await ada.shoot("crowd-people")
    # Scrolled to, they have a name, and their line leads to all that can be done for them.
    await first.scroll_into_view_if_needed()
    await expect(ada.card(name(2))).to_contain_text("I am 2")
    await ada.rests()
    await ada.button(f"Options for the words of {name(2)}").click()
    await ada.shoot("crowd-line")
    await ada.rests()
    await ada.card(name(2)).get_by_role("button", name=f"More for {name(2)}").click()
    sheet = ada.page.get_by_role("dialog", name=name(2), exact=True)
    await expect(sheet).to_be_visible()
    await ada.is_accessible("a crowd")


@pytest.mark.timeout(240)
async def test_on_a_phone_a_crowd_is_as_calm_and_who_speaks_has_a_name_at_once(stage: Stage):
    links = await stage.room("Evening group")
    ada = await crowded(stage, links)
    ben = await stage.person("Ben", phone=True)
    await ben.page.add_init_script(
        """
        window.asked = []
        const send = WebSocket.prototype.send
        WebSocket.prototype.send = function (text) {
          const frame = JSON.parse(text)
          if (frame.type === "who") window.asked.push(frame.seats)
          return send.call(this, text)
        }
        """
    )
    await ben.come_in(links["member"])
    silent = OLD + RECENT + 5
    await elsewhere(stage, links["slug"], [(silent, ask.Say("It is my first time.", 1))])
    await ada.say("Welcome, all of you.")
    await expect(ben.card("Ada")).to_contain_text("Welcome, all of you.")
    await expect(ben.card(name(silent))).to_contain_text("It is my first time.")
    assert await ben.page.evaluate("window.asked") == [], "all were told"
    async with ben.people():
        await expect(ben.page.locator("#people")).to_contain_text(
            re.compile(
                "2 people are here. Listed are the facilitators and those who serve, the queue, and who"
            )
        )
        await expect(ben.here.filter(has_text="Ben")).to_contain_text("you")
        await ben.shoot_as_it_is("crowd-people", "phone")
        await ben.is_accessible("a crowd")
    await ben.fits()


@pytest.mark.timeout(240)
async def test_what_only_a_crowd_needs_is_asked_for_once_on_a_line_and_again_when_it_is_back(
    stage: Stage,
):
    """After a newer version has come, the old one's files are there no more."""
    links = await stage.room("Evening group")
    ada = await crowded(stage, links)
    ben = await stage.person("Ben", phone=True)
    ben.forgive("status of 404", "ERR_INTERNET_DISCONNECTED")
    asked: list[str] = []

    async def is_gone(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(status=404)

    await ben.page.route("**/views/crowd.js*", is_gone)
    await ben.come_in(links["member"])
    for number in range(5):
        await ada.say(f"Welcome {number}.")
        await expect(ben.card("Ada")).to_contain_text(f"Welcome {number}.")
    assert len(asked) == 1, "a page draws at every line"

    await ben.page.unroute("**/views/crowd.js*")
    await ben.page.context.set_offline(True)
    await expect(ben.status("Connection lost")).to_be_visible()
    await ben.page.context.set_offline(False)
    await expect(ben.status("Connection lost")).to_be_hidden()
    async with ben.people():
        await expect(ben.page.locator("#people")).to_contain_text("2 people are here. Listed are")
