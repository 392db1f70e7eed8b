"""Doors that are not by invitation alone: who comes straight in, who waits, and what nobody learns."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, event

from chatroom.groups import meetings
from chatroom.store import formats
from chatroom.store.formats import OwnFormat
from chatroom.web.rooms import DECLARED
from chatroom.web.security import COOKIE
from moderation.meeting import door
from moderation.meeting.format import Flags
from moderation.meeting.state import Meeting, Seat
from tests.journal.town import Frame, Town, town_in
from tests.web.visitors import knock, look, rows, seats, shown, with_door

NOWHERE = "/rooms/nowhere"
CARDS = """
id = "with-cards"
title = "With cards"
phases = [
  {id = "opening", title = "Opening", minutes = 3, speak = "facilitator", cues = ["welcome"]},
  {id = "sharing", title = "Sharing", minutes = 30, speak = "queue", turn = 5, cues = ["welcome"]},
]
"""


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    server, furnish = town_in(tmp_path_factory.mktemp("town"))
    with server.running():
        town = furnish()
        yield town
        await town.close()


# Open


async def test_a_stranger_comes_straight_in_by_an_open_door(town: Town):
    room = await with_door(town, "open")
    answer = await knock(room, "Eve")
    assert answer.status_code == 200
    eve = answer.json()["session"]
    assert answer.json() == {"seat": 1, "session": eve}
    again = await knock(room, "Eve", eve)
    assert (again.status_code, again.json()) == (200, {"seat": 1})
    async with room.sit(eve) as line:
        assert line.raw
    page = await shown(room, eve)
    assert (page["seat"], page["role"], page["must_knock"]) == (1, "member", False)


async def test_a_look_at_an_open_door_leaves_nothing_a61(town: Town):
    room = await with_door(town, "open")
    before = await rows(town, "session", "meeting")
    page = await shown(room)
    assert (page["mode"], page["must_knock"], page["locked"]) == ("open", False, False)
    assert (page["role"], page["seat"]) == ("member", None)
    assert await rows(town, "session", "meeting") == before


@pytest.mark.parametrize(("declared", "words"), DECLARED.items())
async def test_whom_a_meeting_is_for_stands_at_the_door_and_in_the_room(
    town: Town, declared: str, words: str
):
    room = await with_door(town, "open", declared=declared)
    assert (await shown(room))["declared"] == words
    answer = await look(town, room.path)
    assert f'<p class="soft">{words}</p>' in answer.text


async def test_a_browsers_page_never_sees_the_token_of_its_session(town: Town):
    room = await with_door(town, "open")
    answer = await knock(room, "Eve", Origin=town.origin)
    assert answer.json() == {"seat": 1}
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie


async def test_a47_behind_an_open_door_strangers_wait_while_somebody_is_removed(town: Town):
    room = await with_door(town, "open")
    ada = await room.open()
    ben = (await knock(room, "Ben")).json()["session"]
    async with room.sit(ada) as line:
        assert (await line.ask({"type": "remove", "seat": 2}))["type"] == "receipt"
    assert (await knock(room, "Ben", ben)).json()["code"] == "removed"
    fresh = await knock(room, "Robin")
    assert (fresh.status_code, fresh.json()["waiting"]) == (202, True)
    assert (await shown(room))["must_knock"]


# Knock


async def test_who_knocks_waits_until_they_are_let_in(town: Town):
    room = await with_door(town, "knock")
    ada = await room.open()
    async with room.sit(ada) as line:
        first = await knock(room, "Eve")
        eve = first.json().pop("session")
        knocked = await line.until("entries", stream="chair")
        assert [entry["entry"]["words"] for entry in knocked["entries"]] == ["Eve"]
        assert (await knock(room, "Eve", eve)).status_code == 202
        answer = await line.ask({"type": "admit", "knock": 1})
        assert answer["type"] == "receipt"
        seated = await knock(room, "Eve", eve)
        assert (seated.status_code, seated.json()) == (200, {"seat": 2})
    async with room.sit(eve) as line:
        assert (await line.say("hello", 1))["type"] == "receipt"


async def test_who_waits_and_then_opens_a_facilitators_link_comes_in_by_themselves(town: Town):
    room = await with_door(town, "knock")
    first = await knock(room, "Ada")
    assert first.status_code == 202
    ada, now = first.json()["session"], town.clock.now()
    secret = await town.accounts.invite(room.id, "facilitator", None, None, now)
    ada = (await town.accounts.exchange(secret, ada, now)).token
    assert (await knock(room, "Ada", ada)).status_code == 200
    async with room.sit(ada) as line:
        assert (await line.ask({"type": "open"}))["type"] == "receipt"


async def test_a103_who_waits_learns_who_holds_the_meeting_and_nothing_else(town: Town):
    room = await with_door(town, "members")
    await room.open()
    await room.seat("Ben")
    one = (await knock(room, "Eve")).json()
    other = (await knock(room, "Robin")).json()
    assert [abs(each.pop("waited")) < 5 for each in (one, other)] == [True, True]
    assert "Ben" not in json.dumps([one, other])
    helplines = [{"label": "Helpline", "text": "116 123", "url": "tel:116123"}]
    told = {
        "waiting": True,
        "again_ms": meetings.AGAIN,
        "room": {"slug": room.slug, "name": "A door"},
        "holders": ["Ada"],
        "helplines": helplines,
    }
    assert one == {**told, "name": "Eve", "session": one["session"]}
    assert other == {**told, "name": "Robin", "session": other["session"]}


async def test_a103_who_knocks_under_the_name_of_somebody_present_does_not_learn_it(town: Town):
    room = await with_door(town, "members")
    ada = await room.open()
    await room.seat("Ben")
    answer = await knock(room, "Ben")
    assert answer.status_code == 202
    async with room.sit(ada) as line:
        assert (await line.ask({"type": "admit", "knock": 1}))["type"] == "receipt"
    async with room.town.socket(f"{room.path}/socket") as line:
        snapshot = (await line.hello(answer.json()["session"]))["snapshot"]
    assert [seat["name"] for seat in snapshot["seats"]] == ["Ada", "Ben", "Ben 2"]


async def test_who_was_turned_away_stays_so_and_no_new_look_helps(town: Town):
    room = await with_door(town, "knock")
    ada = await room.open()
    eve = (await knock(room, "Eve")).json()["session"]
    async with room.sit(ada) as line:
        await line.ask({"type": "turn_away", "knock": 1})
    for name in ("Eve", "Robin"):
        answer = await knock(room, name, eve)
        assert (answer.status_code, answer.json()["code"]) == (403, "turned_away")


async def test_the_lobby_of_a_stranger_shows_nobody_a105(town: Town):
    room = await with_door(town, "knock")
    await room.open()
    page = await shown(room)
    assert (page["mode"], page["must_knock"], page["open"]) == ("knock", True, True)
    assert (page["facilitators"], page["phase"]) == ([], None)
    assert "cues" not in page
    assert (await look(town, room.path)).headers["x-robots-tag"] == "noindex"


async def test_a_full_lobby_and_a_locked_door_keep_nothing_of_who_comes(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(door, "LOBBY", 1)
    room = await with_door(town, "knock")
    ada = await room.open()
    assert (await knock(room, "Eve")).status_code == 202
    before = await rows(town, "session", "entry")
    assert (await knock(room, "Robin")).json()["code"] == "lobby_full"
    assert (await knock(room, "Facilitator")).json()["code"] == "name_reserved"
    assert await rows(town, "session", "entry") == before
    async with room.sit(ada) as line:
        await line.ask({"type": "lock"})
    before = await rows(town, "session", "entry")
    assert (await knock(room, "Robin")).json()["code"] == "locked"
    assert await rows(town, "session", "entry") == before
    page = await shown(room)
    assert (page["locked"], page["must_knock"]) == (True, False)


async def test_a_page_that_waits_when_the_meeting_is_over_begins_no_other_one(town: Town):
    room = await with_door(town, "members")
    ada = await room.open()
    eve = (await knock(room, "Eve")).json()["session"]
    async with room.sit(ada) as line:
        await line.ask({"type": "close"})
    before = await rows(town, "meeting")
    for _ in range(2):
        assert (await knock(room, "Eve", eve)).json()["code"] == "next_not_begun"
    assert await rows(town, "meeting") == before
    await room.seat("Ben")
    assert (await knock(room, "Eve", eve)).status_code == 202


async def test_who_was_turned_away_reads_after_the_close_what_is_so_for_them(town: Town):
    room = await with_door(town, "members")
    ada = await room.open()
    eve = (await knock(room, "Eve")).json()["session"]
    async with room.sit(ada) as line:
        await line.ask({"type": "turn_away", "knock": 1})
        assert (await shown(room, eve))["no"]["code"] == "turned_away"
        await line.ask({"type": "close"})
    ended = await shown(room, eve)
    assert ended["no"]["code"] == "next_not_begun"
    assert "You can ask to come in again once the next one has begun" in ended["no"]["words"]
    assert (await knock(room, "Eve", eve)).json()["code"] == "next_not_begun"
    assert (await shown(room, ada))["no"] is None
    assert (await shown(room))["no"] is None, "whoever has not knocked"
    await room.seat("Ben")
    assert (await shown(room, eve))["no"] is None
    assert (await knock(room, "Eve", eve)).status_code == 202


async def test_a_members_page_that_waits_when_the_meeting_is_over_begins_none_either(town: Town):
    room = await with_door(town, "knock")
    ada = await room.open()
    ben = await town.enter(room.id, "member")
    assert (await knock(room, "Ben", ben)).status_code == 202
    async with room.sit(ada) as line:
        await line.ask({"type": "close"})
    before = await rows(town, "meeting")
    assert (await knock(room, "Ben", ben)).json()["code"] == "next_not_begun"
    assert await rows(town, "meeting") == before


async def test_a_cry_for_help_in_the_name_of_who_waits_opens_one_case(town: Town):
    room = await with_door(town, "knock")
    before = await rows(town, "case_file")
    first = await knock(room, "i want to kill myself")
    assert first.status_code == 202
    for _ in range(3):
        again = await knock(room, "i want to kill myself", first.json()["session"])
        assert again.status_code == 202
    assert await rows(town, "case_file") == [before[0] + 1]


async def test_a_cry_for_help_before_a_locked_door_opens_a_case_that_leads_back_to_who_cried(
    town: Town,
):
    room = await with_door(town, "open")
    ada = await room.open()
    async with room.sit(ada) as line:
        await line.ask({"type": "lock"})
    before = await rows(town, "case_file")
    answer = await knock(room, "i want to kill myself", Origin=town.origin)
    assert (answer.status_code, answer.json()["code"]) == (409, "locked")
    assert await rows(town, "case_file") == [before[0] + 1]
    token = answer.headers["set-cookie"].partition(";")[0].removeprefix(f"{COOKIE}=")
    assert (await shown(room, token))["case"]


async def test_ten_who_knock_at_once_at_an_empty_room_begin_one_meeting(town: Town):
    room = await with_door(town, "knock")
    before = await rows(town, "meeting")
    answers = await asyncio.gather(*(knock(room, f"Eve {n}") for n in range(10)))
    assert {answer.status_code for answer in answers} == {202}
    assert await rows(town, "meeting") == [before[0] + 1]


async def test_where_all_knock_members_do_too(town: Town):
    room = await with_door(town, "knock")
    ben = await town.enter(room.id, "member")
    assert (await shown(room, ben))["must_knock"]
    assert (await room.take_seat(ben, "Ben")).status_code == 202
    assert (await shown(room, ben))["seat"] is None


# Members


async def test_members_go_straight_in_where_others_knock(town: Town):
    room = await with_door(town, "members")
    ben = await town.enter(room.id, "member")
    assert not (await shown(room, ben))["must_knock"]
    assert (await room.take_seat(ben, "Ben")).json() == {"seat": 1}
    assert (await shown(room))["must_knock"]
    assert (await knock(room, "Eve")).status_code == 202


# Invitation


@contextmanager
def watched() -> Iterator[list[str]]:
    """The tables that are looked up meanwhile, in order."""
    found: list[str] = []

    def note(*about: Any) -> None:
        statement: str = about[2]
        found.extend(re.findall(r"\bFROM (room|meeting|seat_right|format)\b", statement))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("signed_in", [False, True])
async def test_a54_a107_a_closed_door_is_no_door(town: Town, signed_in: bool):
    room = await town.room()
    await room.open()
    other = await town.room()
    eve = await town.enter(other.id, "member") if signed_in else None
    asked: list[Any] = []
    for path in (room.path, NOWHERE):
        with watched() as looked_up:
            answers = [
                await look(town, path, eve),
                await seats(town, f"{path}/seats", "Eve", eve),
                await look(town, f"{path}/cues", eve),
                await look(town, f"{path}/ways", eve),
                await town.post(f"{path}/ways", {"ways": {}}, eve),
            ]
        asked.append(([(each.status_code, each.text) for each in answers], looked_up))
    (real, real_tables), (none, none_tables) = asked
    assert real == none
    assert [status for status, _ in real] == [
        403,
        *([403] * 4 if signed_in else [401, 403, 401, 401]),
    ]
    assert real_tables == none_tables != []


async def test_who_waits_asks_for_their_rights_and_what_is_new_in_the_log(town: Town):
    room = await with_door(town, "knock")
    eve = (await knock(room, "Eve")).json()["session"]
    before = await rows(town, "entry")
    with watched() as looked_up:
        assert (await knock(room, "Eve", eve)).status_code == 202
    assert looked_up == ["seat_right"]
    assert await rows(town, "entry") == before


# Staff


async def test_fc_24_staff_take_a_seat_where_nobody_holds_the_meeting(town: Town):
    room = await town.room()
    sam = await town.enter(0, "staff")
    assert (await room.take_seat(sam, "Sam")).status_code == 403, "there is no meeting"
    await room.seat("Ben")
    assert (await shown(room, sam))["role"] == "staff"
    assert (await room.take_seat(sam, "Sam")).json() == {"seat": 2}
    await room.seat("Ada", "facilitator")
    assert (await room.take_seat(sam, "Sam")).json() == {"seat": 2}, "who came in stays"
    assert (await shown(room, sam))["seat"] == 2
    async with room.town.socket(f"{room.path}/socket") as line:
        snapshot = (await line.hello(sam))["snapshot"]
    assert [seat["role"] for seat in snapshot["seats"]] == ["member", "staff", "facilitator"]


@pytest.mark.parametrize("mode", ["invitation", "open"])
async def test_a111_where_somebody_holds_the_meeting_staff_have_no_seat(town: Town, mode: str):
    room = await with_door(town, mode)
    await room.open()
    sam = await town.enter(0, "staff")
    answer = await room.take_seat(sam, "Sam")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    assert (await look(town, room.path, sam)).status_code == 403


HELD = replace(Meeting().placed(1, Seat("facilitator", 1, 1)), chair=1)


@pytest.mark.parametrize(
    ("meeting", "may"),
    [
        (HELD, False),
        (replace(HELD, is_quiet=True), True),
        (replace(HELD, chair_away_until=60.0), True),
        (HELD.with_seat(1, removed=7), True),
        (Meeting(), True),
    ],
)
def test_fc_24_staff_come_in_once_the_chair_is_lost(meeting: Meeting, may: bool):
    assert meetings._role({"staff"}, meeting, is_on=True) == ("staff" if may else None)
    assert meetings._role({"staff", "member"}, meeting, is_on=True) == "member"


# Cue cards


async def test_facilitators_have_the_cue_cards_of_the_agenda_and_members_do_not(town: Town):
    own = OwnFormat("with-cards", CARDS, None, 0.0)
    await formats.keep_format(town.engine, own, replace=True)
    room = await with_door(town, "invitation", "with-cards")
    ada = await town.enter(room.id, "facilitator")
    before = (await shown(room, ada))["cues"]
    assert [card["id"] for card in before] == ["welcome"]
    assert before[0].keys() == {"id", "title", "text"}
    await room.take_seat(ada, "Ada")
    ben = await room.seat("Ben")
    assert (await look(town, f"{room.path}/cues", ada)).json() == {"cues": before}
    assert "cues" not in await shown(room, ben)
    assert (await look(town, f"{room.path}/cues", ben)).json()["code"] == "not_yours"
    async with room.sit(ada) as line:
        await line.ask({"type": "open"})
        await line.ask({"type": "appoint", "seat": 2, "service": "co_chair"})
    assert (await look(town, f"{room.path}/cues", ben)).json() == {"cues": before}


# The group's own ways


async def test_a_facilitator_of_the_room_sets_its_ways_from_the_next_meeting_on(town: Town):
    room = await town.room()
    ada = await room.open()
    assert (await shown(room, ada))["sets_ways"]
    found = (await look(town, f"{room.path}/ways", ada)).json()
    assert found["ways"]["door"] == "invitation"
    assert found["choices"]["door"] == ["open", "knock", "members", "invitation"]
    assert found["choices"]["share_limit"] == {"least": 0, "most": 30}
    assert found["choices"]["reactions"] == [True, False]
    changes = {"door": "open", "share_limit": 4}
    answer = (await town.post(f"{room.path}/ways", {"ways": changes}, ada)).json()
    assert answer["set"] == changes
    assert answer["ways"]["share_limit"] == 4
    assert "next meeting" in answer["holds"]
    assert (await shown(room, ada))["mode"] == "invitation", "the meeting that is on is as it was"
    async with room.sit(ada) as line:
        await line.ask({"type": "close"})
    assert (await shown(room))["mode"] == "open"
    eve = (await knock(room, "Eve")).json()["session"]
    async with room.town.socket(f"{room.path}/socket") as line:
        snapshot = (await line.hello(eve))["snapshot"]
    assert snapshot["flags"]["door"] == "open"
    sharing = next(phase for phase in snapshot["phases"] if phase["id"] == "sharing")
    assert sharing["turn"] == 4
    back = await town.post(f"{room.path}/ways", {"ways": {"share_limit": None}}, ada)
    assert back.json()["set"] == {"door": "open"}


@pytest.mark.parametrize(
    "ways",
    [
        {"door": "ajar"},
        {"share_limit": 31},
        {"share_limit": "4"},
        {"reactions": 1},
        {"dor": "open"},
    ],
)
async def test_a_way_that_can_not_be_is_refused_and_nothing_changes(town: Town, ways: Frame):
    room = await town.room()
    ada = await town.enter(room.id, "facilitator")
    answer = await town.post(f"{room.path}/ways", {"ways": {"fairness": True, **ways}}, ada)
    assert (answer.status_code, answer.json()["code"]) == (400, "no_such_way")
    assert next(iter(ways)) in answer.json()["facts"]["why"]
    assert (await look(town, f"{room.path}/ways", ada)).json()["set"] == {}


async def test_only_the_groups_facilitators_see_and_set_its_ways(town: Town):
    room = await town.room()
    ada = await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ada) as line:
        await line.ask({"type": "appoint", "seat": 2, "service": "co_chair"})
    page = await shown(room, ben)
    assert (page["role"], page["sets_ways"]) == ("facilitator", False)
    for token in (ben, await town.enter(0, "staff")):
        for answer in (
            await look(town, f"{room.path}/ways", token),
            await town.post(f"{room.path}/ways", {"ways": {"door": "open"}}, token),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")


async def test_where_format_and_ways_do_not_fit_nobody_is_let_in_by_mistake(town: Town):
    room = await with_door(town, "open", "no-longer-there")
    ada = await town.enter(room.id, "facilitator")
    assert (await look(town, room.path)).status_code == 403
    assert (await knock(room, "Eve")).status_code == 401
    answer = await room.take_seat(ada, "Ada")
    assert (answer.status_code, answer.json()["code"]) == (409, "room_unfit")
    assert (await shown(room, ada))["cues"] == []


def test_the_door_is_closed_to_strangers_unless_the_group_says_otherwise():
    assert Flags().door == "invitation"
