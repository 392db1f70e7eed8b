"""A page at the door asks again what is on: what it hears, what it does not, and that it leaves nothing."""

import pytest
from httpx2 import Response

from chatroom.live import lobby
from chatroom.people import accounts
from chatroom.people.accounts import SESSION_LIFE
from tests.journal.town import Frame, Room, Town
from tests.web.test_coming_back import age, left
from tests.web.visitors import knock, look, rows, shown, with_door


async def asked(room: Room, token: str | None = None) -> Response:
    return await look(room.town, f"{room.path}/door", token)


async def news(room: Room, token: str | None = None) -> Frame:
    answer = await asked(room, token)
    assert answer.status_code == 200
    found: Frame = answer.json()
    page = await shown(room, token)
    assert found == {name: page[name] for name in found}, "the page says the same"
    return found


async def test_a_member_at_the_door_hears_of_the_opening_of_who_holds_it_and_of_the_close(
    town: Town,
):
    room = await with_door(town, "members")
    ben = await town.enter(room.id, "member")
    before = await news(room, ben)
    assert (before["open"], before["facilitators"], before["phase"]) == (False, [], None)
    ada = await room.open()
    on = await news(room, ben)
    assert (on["open"], on["facilitators"], on["phase"]) == (True, ["Ada"], "Gathering")
    async with room.sit(ada) as line:
        assert (await news(room, ben))["here"] == 1
        await line.ask({"type": "lock"})
        assert (await news(room, ben))["locked"]
        await line.ask({"type": "close"})
    over = await news(room, ben)
    assert (over["open"], over["facilitators"], over["phase"]) == (False, [], None)
    assert (over["here"], over["locked"]) == (None, False)


async def test_a105_a_stranger_hears_no_more_by_asking_again(town: Town):
    room = await with_door(town, "knock")
    ada = await room.open()
    async with room.sit(ada):
        heard = await news(room)
    assert (heard["open"], heard["must_knock"]) == (True, True)
    assert (heard["facilitators"], heard["phase"], heard["here"]) == ([], None, None)


async def test_a103_a_member_who_waits_hears_not_how_many_are_there(town: Town):
    room = await with_door(town, "knock")
    ada = await room.open()
    ben = await town.enter(room.id, "member")
    async with room.sit(ada):
        assert (await news(room, ben))["here"] == 1
        assert (await knock(room, "Ben", ben)).status_code == 202
        assert (await news(room, ben))["here"] is None


async def test_a107_where_the_door_is_closed_asking_tells_nothing(town: Town):
    room = await with_door(town, "invitation")
    await room.open()
    eve = await town.enter((await town.room()).id, "member")
    for token, status, code in ((None, 401, "no_session"), (eve, 403, "not_yours")):
        here, nowhere = await asked(room, token), await look(town, "/rooms/nowhere/door", token)
        assert (here.status_code, here.json()["code"]) == (status, code)
        assert (nowhere.status_code, nowhere.text) == (here.status_code, here.text)


async def test_asking_again_writes_nothing_and_keeps_no_session_alive(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(accounts, "CACHED_FOR", 0.0)
    room = await with_door(town, "members")
    await room.open()
    ben = await town.enter(room.id, "member")
    await age(town, ben, SESSION_LIFE - 600)
    before = await rows(town, "session", "meeting", "entry", "log")
    for token in (ben, None):
        answer = await asked(room, token)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert await rows(town, "session", "meeting", "entry", "log") == before
    assert 0 < await left(town, ben) < 601


@pytest.mark.parametrize("mode", ["open", "members"])
async def test_who_was_taken_out_is_told_so_at_the_door_until_that_meeting_is_over(
    town: Town, mode: str
):
    room = await with_door(town, mode)
    ada = await room.open()
    ben = await room.seat("Ben")
    async with room.sit(ada) as line:
        assert (await line.ask({"type": "remove", "seat": 2}))["type"] == "receipt"
        heard = await news(room, ben)
        assert heard["no"]["code"] == "removed"
        assert "turn to whoever gave you the link" in heard["no"]["words"]
        # The meeting is none of theirs now (A103).
        assert (heard["facilitators"], heard["phase"], heard["here"]) == ([], None, None)
        await line.ask({"type": "close"})
    assert (await news(room, ben))["no"] is None
    assert (await knock(room, "Ben", ben)).status_code == 200


async def test_who_was_turned_away_is_told_so_at_the_door_and_who_waits_is_not(town: Town):
    room = await with_door(town, "knock")
    ada = await room.open()
    eve = (await knock(room, "Eve")).json()["session"]
    assert (await news(room, eve))["no"] is None
    async with room.sit(ada) as line:
        await line.ask({"type": "turn_away", "knock": 1})
    assert (await news(room, eve))["no"]["code"] == "turned_away"


# Who waits and asks no more


async def test_a_knock_that_nobody_stands_behind_is_withdrawn_and_the_person_may_knock_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lobby, "ASKS_FOR", 1)
    monkeypatch.setattr(lobby, "MISSED", 2)
    room = await with_door(town, "knock")
    ada = await room.open()
    async with room.sit(ada) as line:
        eve = (await knock(room, "Eve")).json()["session"]
        answered = (await line.entry("knock_answered"))["entry"]
        assert (answered["knock"], answered["answer"], answered["by"]) == (1, "withdrawn", 0)
        assert (await news(room, eve))["no"] is None
        assert (await knock(room, "Eve", eve)).status_code == 202


async def test_a_page_that_asks_what_is_on_or_is_only_loaded_again_waits_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    asked_for: list[int] = []
    monkeypatch.setattr(
        lobby.Lobby, "asks", lambda self, log, knock: asked_for.append(knock), raising=True
    )
    left_for: list[int] = []
    monkeypatch.setattr(
        lobby.Lobby, "leaves", lambda self, log, knock: left_for.append(knock), raising=True
    )
    room = await with_door(town, "knock")
    await room.open()
    eve = (await knock(room, "Eve")).json()["session"]
    assert asked_for == [1]
    assert (await asked(room, eve)).status_code == 200
    assert (await knock(room, "Eve", eve)).status_code == 202
    assert asked_for == [1, 1, 1]
    before = await rows(town, "entry")
    for token in (eve, None):
        answer = await town.post(f"{room.path}/knocks/end", {"perhaps": True}, token)
        assert answer.status_code == 204
    assert left_for == [1]
    assert await rows(town, "entry") == before
    assert (await shown(room, eve))["waiting"]["name"] == "Eve"
