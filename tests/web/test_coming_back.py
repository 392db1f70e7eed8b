"""Who left, was muted or was removed, and stands before the door again: by the same link, in a new session."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient
from sqlalchemy import update

from chatroom.people import accounts
from chatroom.people.accounts import PROLONGED_EVERY, SESSION_LIFE, hashed
from chatroom.store import tables
from chatroom.store.accounts import Role
from chatroom.store.database import writing
from chatroom.web.security import COOKIE
from moderation.refused import Refused
from tests.journal.stage import SOON
from tests.journal.town import Frame, Line, Room, Town, town_in
from tests.web.visitors import knock, shown, with_door


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    server, furnish = town_in(tmp_path_factory.mktemp("town"))
    with server.running():
        town = furnish()
        yield town
        await town.close()


async def link(room: Room, role: Role = "member", uses: int | None = None) -> str:
    """The secret of a new link."""
    town = room.town
    return await town.accounts.invite(room.id, role, uses, None, town.clock.now())


async def by(room: Room, secret: str) -> str:
    """The token of a fresh browser that opened the link."""
    return (await room.town.accounts.exchange(secret, None, room.town.clock.now())).token


async def is_used_up(room: Room, secret: str) -> bool:
    try:
        await by(room, secret)
    except Refused as no:
        return no.code == "invitation_used_up"
    return False


async def leaves(room: Room, token: str, named: Room | None = None) -> None:
    """Leave now."""
    body = {"room": named.slug} if named else {}
    async with AsyncClient(trust_env=False, verify=False, timeout=SOON) as http:
        answer = await http.post(
            f"{room.town.origin}/session/end",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        )
    assert answer.status_code == 204


async def lobby(room: Room, token: str) -> list[Frame]:
    """What a facilitator who comes now reads of who waits."""
    async with room.town.socket(f"{room.path}/socket") as line:
        snapshot = (await line.hello(token))["snapshot"]
    waiting: list[Frame] = snapshot["lobby"]
    return waiting


@pytest.mark.parametrize("door", ["invitation", "members"])
@pytest.mark.parametrize("trouble", ["mute", "remove"])
async def test_a47_the_same_link_in_another_window_leads_to_the_lobby(
    town: Town, door: str, trouble: str
):
    """A stricter door is not the weaker one."""
    room = await with_door(town, door)
    ada = await room.open()
    secret = await link(room)
    assert (await knock(room, "Ben", await by(room, secret))).json() == {"seat": 2}
    assert (await knock(room, "Chidi", await by(room, secret))).json() == {"seat": 3}
    async with room.sit(ada) as line:
        assert (await line.ask({"type": trouble, "seat": 2}))["type"] == "receipt"
    again = await by(room, secret)
    assert (await shown(room, again))["must_knock"]
    answer = await knock(room, "Robin", again)
    assert (answer.status_code, answer.json()["waiting"]) == (202, True)
    word = {"mute": "muted", "remove": "removed"}[trouble]
    told: Frame = {"knock": 1, "name": "Robin", "same_link": word, "others": 1, "ghost": 0}
    told |= {"role": "member", "invited": True}
    assert await lobby(room, ada) == [told]
    other = await by(room, await link(room))
    assert (await knock(room, "Dana", other)).json() == {"seat": 4}
    async with room.sit(other) as line:
        assert b"same_link" not in b"".join(line.raw)


async def test_a102_a_link_has_another_digest_in_every_meeting(town: Town):
    one, other = (town.accounts.link(log, 7) for log in (1, 2))
    assert one != other
    assert town.accounts.link(1, 8) != one
    assert town.accounts.link(1, None) == ""


async def test_who_leaves_now_holds_no_name_and_a_link_for_one_use_lets_them_in_again(town: Town):
    room = await with_door(town, "invitation")
    ada = await room.open()
    secret = await link(room, uses=1)
    ben = await by(room, secret)
    assert (await knock(room, "Ben", ben)).json() == {"seat": 2}
    async with room.sit(ben) as line, room.sit(ada) as chair:
        await leaves(room, ben)
        assert (await chair.entry("seat_left"))["entry"]["seat"] == 2
        assert await line.code() == 4401
    again = await by(room, secret)
    assert (await knock(room, "Ben", again)).json() == {"seat": 3}


async def test_a_link_for_one_use_is_no_way_round_a_mute_or_a_removal(town: Town):
    for trouble in ("mute", "remove"):
        room = await with_door(town, "invitation")
        ada = await room.open()
        secret = await link(room, uses=1)
        ben = await by(room, secret)
        await knock(room, "Ben", ben)
        async with room.sit(ada) as line:
            await line.ask({"type": trouble, "seat": 2})
        await leaves(room, ben)
        assert await is_used_up(room, secret)


async def test_who_left_before_coming_in_or_from_the_lobby_has_used_nothing_up(town: Town):
    room = await with_door(town, "knock")
    ada = await room.open()
    secret = await link(room, uses=1)
    await leaves(room, await by(room, secret))
    ben = await by(room, secret)
    assert (await knock(room, "Ben", ben)).status_code == 202
    await leaves(room, ben)
    assert await lobby(room, ada) == []
    turned = await by(room, secret)
    assert (await knock(room, "Ben", turned)).status_code == 202
    async with room.sit(ada) as line:
        await line.ask({"type": "turn_away", "knock": 2})
    await leaves(room, turned)
    assert await is_used_up(room, secret)


async def test_staffs_link_for_one_use_is_used_up_for_good(town: Town):
    room = await with_door(town, "invitation")
    secret = await link(room, "staff", uses=1)
    await leaves(room, await by(room, secret))
    assert await is_used_up(room, secret)


async def test_a_stranger_who_leaves_an_open_room_frees_their_name_by_naming_the_room(town: Town):
    room = await with_door(town, "open")
    eve = (await knock(room, "Eve")).json()["session"]
    await leaves(room, eve, named=room)
    assert (await knock(room, "Eve")).json()["seat"] == 2


async def test_with_a_lost_cookie_one_comes_back_as_the_same_person_if_a_facilitator_says_so(
    town: Town,
):
    room = await with_door(town, "invitation")
    ada = await room.open()
    secret = await link(room)
    ben = await by(room, secret)
    await knock(room, "Ben", ben)
    again = await by(room, secret)
    refused = await knock(room, "Ben", again)
    assert refused.json()["code"] == "name_taken"
    asked = await knock(room, "Ben", again, back=True)
    assert asked.status_code == 202
    assert [(one["knock"], one["ghost"]) for one in await lobby(room, ada)] == [(1, 2)]
    async with room.sit(ada) as chair:
        async with room.sit(ben):
            there = await chair.ask({"type": "reseat", "knock": 1, "seat": 2})
            assert there["code"] == "they_are_here", "whoever is connected is no ghost"
        given = await asks_until(chair, {"type": "reseat", "knock": 1, "seat": 2})
        assert given["type"] == "receipt"
    assert (await knock(room, "Ben", again)).json() == {"seat": 2}
    async with room.town.socket(f"{room.path}/socket") as line:
        await line.send({"type": "hello", "bearer": ben})
        assert await line.code() == 4403


async def asks_until(line: Line, command: Frame) -> Frame:
    """The answer once presence has heard that a socket is gone."""
    async with asyncio.timeout(30):
        while True:
            answer: Frame = await line.ask(command)
            if answer.get("code") != "they_are_here":
                return answer
            await asyncio.sleep(0.2)


async def test_who_knocks_again_under_a_corrected_name_waits_under_that_one(town: Town):
    room = await with_door(town, "knock")
    ada = await room.open()
    eve = (await knock(room, "Evve")).json()["session"]
    corrected = await knock(room, "Eve", eve)
    assert (corrected.status_code, corrected.json()["name"]) == (202, "Eve")
    assert [one["name"] for one in await lobby(room, ada)] == ["Eve"]
    page = await shown(room, eve)
    assert (page["waiting"]["name"], page["waiting"]["holders"]) == ("Eve", ["Ada"])
    assert 0 <= page["waiting"]["waited"] < 60
    async with room.sit(ada) as line:
        await line.ask({"type": "admit", "knock": 1})
    assert (await knock(room, "Eve", eve)).status_code == 200


async def test_who_stops_waiting_is_not_in_the_lobby_and_may_knock_again(town: Town):
    room = await with_door(town, "knock")
    ada = await room.open()
    eve = (await knock(room, "Eve")).json()["session"]
    for _ in range(2):
        ended = await town.post(f"{room.path}/knocks/end", {}, eve)
        assert ended.status_code == 204
    assert await lobby(room, ada) == []
    assert (await shown(room, eve))["waiting"] is None
    assert (await knock(room, "Eve", eve)).status_code == 202


# How long a session lasts


async def left(town: Town, token: str) -> float:
    """Seconds that are left of a session."""
    town.accounts.uncache(hashed(token))
    session = await town.accounts.session(token, town.clock.now())
    return session.expires_at - town.clock.now() if session else 0.0


async def age(town: Town, token: str, seconds: float) -> None:
    """So many seconds go by for one session."""
    row = tables.session
    async with writing(town.engine) as connection:
        await connection.execute(
            update(row)
            .where(row.c.id == hashed(token))
            .values(expires_at=row.c.expires_at - seconds)
        )


@pytest.mark.parametrize("act", ["link", "look", "come in", "hello"])
async def test_opening_the_link_a_look_coming_in_and_a_hello_give_a_session_its_full_life(
    town: Town, act: str, monkeypatch: pytest.MonkeyPatch
):
    """Else who sits in a meeting would lose seat and name at the next blip."""
    monkeypatch.setattr(accounts, "CACHED_FOR", 0.0)
    room = await with_door(town, "invitation")
    secret = await link(room)
    ben = await by(room, secret)
    if act == "hello":
        await knock(room, "Ben", ben)
    await age(town, ben, SESSION_LIFE - 600)
    assert 0 < await left(town, ben) < 601
    match act:
        case "link":
            assert (await town.accounts.exchange(secret, ben, town.clock.now())).token == ben
        case "look":
            await shown(room, ben)
        case "come in":
            assert (await knock(room, "Ben", ben)).status_code == 200
        case _:
            async with room.sit(ben):
                pass
    assert await left(town, ben) > SESSION_LIFE - 60


async def test_a_session_is_written_once_in_ten_minutes_at_most(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(accounts, "CACHED_FOR", 0.0)
    room = await with_door(town, "invitation")
    ben = await by(room, await link(room))
    await age(town, ben, PROLONGED_EVERY - 60)
    await shown(room, ben)
    assert await left(town, ben) < SESSION_LIFE - PROLONGED_EVERY + 61, "not yet"
    await age(town, ben, 60)
    await shown(room, ben)
    assert await left(town, ben) > SESSION_LIFE - 60


async def test_a_page_has_its_cookie_renewed_and_for_longer_than_the_session(town: Town):
    """A socket that prolongs the session can't renew the cookie."""
    room = await with_door(town, "invitation")
    ben = await by(room, await link(room))
    async with AsyncClient(trust_env=False, verify=False, timeout=SOON) as http:
        page = await http.get(town.origin + room.path, headers={"Cookie": f"{COOKIE}={ben}"})
    assert f"max-age={int(2 * SESSION_LIFE)}" in page.headers["set-cookie"].lower()


# Another link of the same group


async def opens(room: Room, secret: str, token: str) -> None:
    """In the browser that they came by already."""
    answer = await room.town.post("/invitations/exchange", {"secret": secret}, token)
    assert answer.json()["url"] == room.path


async def uses(room: Room, *links: str) -> list[int | None]:
    """How many each link lets in still, in the order in which they were made."""
    made = [one.uses_left for one in await room.town.accounts.invitations(room.id)]
    return made[-len(links) :]


async def test_a_link_of_ones_own_counts_from_when_it_is_opened_and_the_old_one_lets_in_one_more(
    town: Town,
):
    room = await with_door(town, "members")
    ada = await room.open()
    group, own = await link(room, uses=5), await link(room, uses=1)
    ben, fay = await by(room, group), await by(room, group)
    assert (await knock(room, "Ben", ben)).json() == {"seat": 2}
    async with room.sit(ada) as line:
        await line.ask({"type": "remove", "seat": 2})
    assert (await shown(room, fay))["must_knock"]
    for _ in range(2):  # Opened again it uses nothing up.
        await opens(room, own, fay)
        assert await uses(room, group, own) == [4, 0]
    assert not (await shown(room, fay))["must_knock"]
    assert (await knock(room, "Fay", fay)).json() == {"seat": 3}
    # A meeting knows its people by the link that they came by.
    await opens(room, group, fay)
    assert await uses(room, group, own) == [4, 0]


async def test_who_waits_by_the_groups_link_and_opens_ones_own_waits_no_longer(town: Town):
    room = await with_door(town, "members")
    ada = await room.open()
    group, own = await link(room), await link(room, uses=1)
    ben, fay = await by(room, group), await by(room, group)
    await knock(room, "Ben", ben)
    async with room.sit(ada) as line:
        await line.ask({"type": "mute", "seat": 2})
    assert (await knock(room, "Fay", fay)).status_code == 202
    await opens(room, own, fay)
    assert await lobby(room, ada) == []
    assert (await knock(room, "Fay", fay)).json() == {"seat": 3}


@pytest.mark.parametrize("trouble", ["mute", "remove"])
async def test_a47_another_link_is_no_way_round_ones_own_mute_or_removal(town: Town, trouble: str):
    room = await with_door(town, "members")
    ada = await room.open()
    group, own = await link(room, uses=5), await link(room, uses=1)
    ben = await by(room, group)
    await knock(room, "Ben", ben)
    async with room.sit(ada) as line:
        await line.ask({"type": trouble, "seat": 2})
    await opens(room, own, ben)
    assert await uses(room, group, own) == [4, 1]
    answer = await knock(room, "Ben", ben)
    assert answer.json().get("code") == {"mute": None, "remove": "removed"}[trouble]
    # Nor does the use come back that they had.
    await leaves(room, ben)
    assert await uses(room, group, own) == [4, 1]


async def test_who_was_turned_away_stays_so_by_another_link(town: Town):
    room = await with_door(town, "knock")
    ada = await room.open()
    group, own = await link(room, uses=5), await link(room, uses=1)
    eve = await by(room, group)
    await knock(room, "Eve", eve)
    async with room.sit(ada) as line:
        await line.ask({"type": "turn_away", "knock": 1})
    await opens(room, own, eve)
    assert await uses(room, group, own) == [4, 1]
    assert (await knock(room, "Eve", eve)).json()["code"] == "turned_away"


async def test_a_link_that_lets_nobody_in_changes_nothing_for_who_is_in_already(town: Town):
    room = await with_door(town, "members")
    group, own = await link(room, uses=5), await link(room, uses=1)
    await by(room, own)
    fay = await by(room, group)
    await opens(room, own, fay)
    assert await uses(room, group, own) == [4, 0]


async def test_a_facilitator_who_looks_at_anothers_link_leaves_it_for_them(town: Town):
    room = await with_door(town, "members")
    mine, theirs = await link(room, "facilitator", 1), await link(room, "facilitator", 1)
    ada = await by(room, mine)
    await opens(room, theirs, ada)
    assert await uses(room, mine, theirs) == [0, 1]
