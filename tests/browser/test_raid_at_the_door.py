"""Strangers by the dozen at the door: the shield is offered, one act clears the lobby; and a mute of who has left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from httpx2 import AsyncClient
from playwright.async_api import expect

from chatroom.client import enter, new_id
from tests.browser.five import knock, line, notice, press_both, room_of, wrong

if TYPE_CHECKING:
    from chatroom.client import Seat
    from moderation.meeting.audience import SeatView
    from tests.browser.stage import Stage

OFFER = "Several came at once, or wrote the same."


async def strangers_knock(stage: Stage, slug: str, count: int) -> None:
    """Each with a browser of their own, and no page that asks again."""
    async with AsyncClient(base_url=stage.origin, trust_env=False) as http:
        for number in range(count):
            asked = {"id": new_id(), "name": f"Gus {number}"}
            answer = await http.post(f"/rooms/{slug}/seats", json=asked)
            assert answer.status_code == 202
            http.cookies.clear()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_a92_the_shield_is_offered_at_five_strangers_and_one_act_clears_the_lobby(
    stage: Stage, phone: bool
):
    size = "phone" if phone else "desk"
    links = await room_of(stage, "Raid at the door", door="members")
    ada, eve = await stage.person("Ada", phone=phone), await stage.person("Eve")
    eve.forgive("status of 403", "status of 409")
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    await knock(eve, links["address"])
    await expect(eve.status("You are at the door.")).to_be_visible()
    await expect(notice(ada, "Eve waits at the door.")).to_be_visible()
    await expect(notice(ada, OFFER)).to_have_count(0)
    await strangers_knock(stage, links["slug"], 4)
    await expect(notice(ada, OFFER)).to_be_visible()
    await expect(notice(ada, "5 people wait at the door.")).to_be_visible()
    await ada.is_in_sight(ada.floor.locator(".holder"))
    await ada.shoot_as_it_is("raid-offer", size)
    # Put away, it is not offered again for those who follow.
    await ada.rests()
    await ada.press("No raid")
    await expect(notice(ada, OFFER)).to_have_count(0)
    await strangers_knock(stage, links["slug"], 2)
    await expect(notice(ada, "7 people wait at the door.")).to_be_visible()
    await expect(notice(ada, OFFER)).to_have_count(0)
    async with ada.people(), wrong(ada) as acts:
        row = acts.get_by_role("listitem").filter(has_text="7 wait whom nobody invited.")
        await expect(row).to_be_visible()
        await ada.shoot_as_it_is("raid-clear", size)
        await press_both(acts, "Turn away all strangers at the door")
        await expect(row).to_have_count(0)
    await expect(notice(ada, "at the door")).to_have_count(0)
    await expect(eve.main).to_contain_text("can't let you into this meeting", timeout=20_000)
    await eve.shoot("raid-turned-away")


async def test_a92_one_tap_on_the_offer_raises_the_shield(stage: Stage):
    links = await room_of(stage, "Raid in the room", door="open")
    ada = await stage.person("Ada", phone=True)
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    async with enter(links["member"], name="Ben") as ben:
        await strangers_come(stage, links["slug"], 5)
        await ada.rests()
        await notice(ada, OFFER).get_by_role("button", name="Raise the shield").click()
        await ben.until(lambda: ben.meeting.shield_at is not None)
    await expect(notice(ada, OFFER)).to_have_count(0)
    await expect(notice(ada, "The shield is up")).to_be_visible()


async def strangers_come(stage: Stage, slug: str, count: int) -> None:
    """By an open door."""
    async with AsyncClient(base_url=stage.origin, trust_env=False) as http:
        for number in range(count):
            asked = {"id": new_id(), "name": f"Gus {number}"}
            answer = await http.post(f"/rooms/{slug}/seats", json=asked)
            assert "seat" in answer.json()
            http.cookies.clear()


def view(seat: Seat, number: int) -> SeatView:
    return next(view for view in seat.meeting.seats if view.seat == number)


def is_muted(seat: Seat, number: int) -> bool:
    return view(seat, number).muted_until is not None


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_a47_the_mute_of_somebody_who_has_left_is_lifted(stage: Stage, phone: bool):
    links = await room_of(stage, "Muted and gone", door="open")
    ada = await stage.person("Ada", phone=phone)
    await ada.come_in(links["facilitator"])
    await ada.press("Open meeting")
    async with enter(links["member"], name="Ben") as ben, enter(links["member"], name="Chidi") as c:
        await c.until(lambda: len(c.meeting.seats) == 3)
        async with ada.people(), ada.acts_on("Ben") as acts:
            await acts.get_by_role("button", name="Mute Ben: too many lines").click()
        await ben.until(lambda: is_muted(ben, ben.seat))
        async with AsyncClient(base_url=stage.origin, trust_env=False) as http:
            ends = {"Authorization": f"Bearer {ben.session}"}
            left = await http.post("/session/end", json={"room": links["slug"]}, headers=ends)
            assert left.status_code == 204
        await c.until(lambda: view(c, ben.seat).left)
        assert is_muted(c, ben.seat), "or this test shows nothing"
        async with ada.people():
            gone = ada.page.get_by_text("Left, and still muted").first
            await gone.scroll_into_view_if_needed()
            await gone.click()
            row = ada.under("Left, and still muted")
            await expect(row).to_contain_text(re.compile(r"muted until \d\d:\d\d"))
            await ada.shoot_as_it_is("muted-and-gone", "phone" if phone else "desk")
            await row.get_by_role("button", name="Lift the mute of Ben").click()
            await expect(row).to_have_count(0)
            await expect(line(ada)).to_have_text("Ben is not muted any more.")
        await c.until(lambda: not is_muted(c, ben.seat))
