"""The formats that are shipped, and the organisation's own beside them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.groups.formats import Formats, open_formats, read_cues, read_formats
from chatroom.store import database, formats, rooms
from chatroom.store.formats import OwnFormat
from moderation.meeting.format import parse
from moderation.refused import Refused
from tests.ground import NOON, dice
from tests.store.places import KINDS, place

OURS = """\
# Ours: the same, with a reading of our own.
id = "ours"
title = "Our Tuesday"
phases = [
  {id = "opening", title = "Opening", minutes = 3, speak = "facilitator", cues = ["welcome"]},
  {id = "reading", title = "Reading", minutes = 3, speak = "reader", slots = [{title = "O", text = "We wrote this."}]},
  {id = "sharing", title = "Sharing", minutes = 30, speak = "queue", turn = 5, cues = ["welcome"]},
]
"""


@pytest.fixture(params=KINDS)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    with place(request.param, tmp_path) as ground:
        engine = database.open_engine(ground.settings)
        try:
            yield engine
        finally:
            await engine.dispose()


@pytest.fixture
def found(engine: AsyncEngine) -> Formats:
    return open_formats(engine)


def test_every_format_that_is_shipped_has_the_id_that_its_file_says_and_cards_that_there_are():
    shipped, cards = read_formats(), read_cues()
    assert "small-discussion" in shipped
    for id, format in shipped.items():
        assert format.id == id
        assert {cue for phase in format.phases for cue in phase.cues} <= cards.keys()


async def test_a_format_of_ones_own_stands_beside_those_that_are_shipped(found: Formats):
    assert await found.get("ours") is None
    assert await found.add(OURS, "small-discussion", NOON) == "ours"
    assert await found.get("ours") == parse(OURS)
    assert await found.text("ours") == OURS
    assert ("ours", "made from small-discussion", "Our Tuesday") in await found.listed()
    assert ("small-discussion", "shipped", "Small discussion") in await found.listed()
    assert set(await found.ids()) == {*read_formats(), "ours"}


async def test_what_is_shown_of_a_shipped_format_can_be_changed_and_added(found: Formats):
    text = await found.text("small-discussion")
    assert text is not None
    mine = text.replace('id = "small-discussion"', 'id = "mine"')
    assert await found.add(mine, "small-discussion", NOON) == "mine"
    assert await found.text("no-such") is None


@pytest.mark.parametrize(
    ("text", "made_from", "why"),
    [
        (OURS.replace('"ours"', '"small-discussion"'), None, "is shipped"),
        (OURS.replace('speak = "queue"', 'speak = "sing"'), None, "^line 7: phase sharing: "),
        (OURS.replace('"welcome"', '"no_such_card"'), None, "^line 5: .*no_such_card"),
        ("id = ", None, "^line 1"),
        (OURS, "no-such", "no no-such that it could be made from"),
    ],
)
async def test_a_format_that_makes_no_sense_is_explained_and_not_kept(
    found: Formats, text: str, made_from: str | None, why: str
):
    with pytest.raises(ValueError, match=why):
        await found.add(text, made_from, NOON)
    assert set(await found.ids()) == set(read_formats())


async def test_a_format_is_replaced_only_where_that_is_meant(found: Formats):
    await found.add(OURS, "small-discussion", NOON)
    newer = OURS.replace("We wrote this.", "We wrote this anew.")
    with pytest.raises(ValueError, match="there is a ours already; --replace"):
        await found.add(newer, None, NOON)
    assert await found.text("ours") == OURS
    await found.add(newer, None, NOON + 1, replace=True)
    assert await found.text("ours") == newer


async def test_a_room_meets_by_its_format_and_its_own_ways(found: Formats, engine: AsyncEngine):
    await found.add(OURS, None, NOON)
    ways = {"share_limit": 3, "door": "knock"}
    room = await rooms.create_room(engine, "Tuesdays", "ours", NOON, dice(), ways)
    there = await rooms.room_by_slug(engine, room.slug)
    assert there == room
    format = await found.of(room)
    assert (format.flags.door, format.phases[2].turn) == ("knock", 3)
    assert [card.id for card in found.cards(format.phases)] == ["welcome"]


async def test_the_organisations_own_goes_before_one_that_a_later_version_ships(
    found: Formats, engine: AsyncEngine
):
    own = OURS.replace('"ours"', '"small-discussion"')
    await formats.keep_format(engine, OwnFormat("small-discussion", own, None, NOON))
    kept = await found.get("small-discussion")
    assert kept is not None
    assert kept.title == "Our Tuesday"


async def test_what_another_version_kept_is_named_and_begins_no_meeting(
    found: Formats, engine: AsyncEngine
):
    assert await found.unfit() == []
    await formats.keep_format(engine, OwnFormat("old", 'id = "old"\nbell = true', None, NOON))
    assert [whose for id, whose, _ in await found.listed() if id == "old"] == ["your own"]
    some = [("old", {}), ("gone", {}), ("small-discussion", {"bells": 1})]
    for format, ways in some:
        room = await rooms.create_room(engine, f"By {format}", format, NOON, dice(format), ways)
        with pytest.raises(Refused, match="room_unfit"):
            await found.of(room)
    await rooms.create_room(engine, "Well", "small-discussion", NOON + 1, dice("well"))
    assert sorted(await found.unfit()) == ["by-gone", "by-old", "by-small-discussion"]
