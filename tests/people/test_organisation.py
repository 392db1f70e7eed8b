"""What a lead sets holds everywhere; what the environment says wins; and what nobody decided keeps strangers out."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.people.access import Access
from chatroom.people.audit import OPERATOR, Audit
from chatroom.people.organisation import Organisation
from chatroom.settings import Helpline, load
from chatroom.store import audit as rows
from chatroom.store.access import Told
from chatroom.store.database import reading
from moderation.refused import Refused
from tests.ground import NOON, store_in

KEY = bytes(32)
PUBLIC = {"ORIGINS": "https://meet.example.org"}
LINES = "Helpline | 116 123"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with store_in(tmp_path) as engine:
        yield engine


def organisation(engine: AsyncEngine, **environ: str) -> Organisation:
    return Organisation(load(environ), engine, Audit(engine, KEY))


async def test_what_is_set_holds_here_at_once_and_elsewhere_once_it_is_heard(engine: AsyncEngine):
    here, there, access = organisation(engine), organisation(engine), Access(engine)
    await access.begin()
    await here.change({"helplines": LINES, "retention_hours": 0, "name": "Harbour"}, OPERATOR, NOON)
    holds = here.settings()
    assert holds.helplines == (Helpline("Helpline", "116 123", "tel:116123"),)
    assert (holds.retention_hours, holds.retention_chosen, here.name) == (0, True, "Harbour")
    heard: list[Told] = []

    async def hears(told: list[Told], now: float) -> None:
        heard.extend(told)

    await access.look(hears, NOON)
    assert {one.kind for one in heard} == {"settings"}
    await there.learn()
    assert there.settings() == holds


async def test_what_the_environment_says_wins_and_is_said_to(engine: AsyncEngine):
    fixed = organisation(engine, HELPLINES="Emergency | 112", RETENTION_HOURS="24", REGION="DE")
    assert fixed.fixed == {"helplines", "retention_hours", "region"}
    change = {"helplines": LINES, "retention_hours": 3, "region": "US"}
    await fixed.change(change, OPERATOR, NOON)
    holds = fixed.settings()
    assert [line.label for line in holds.helplines] == ["Emergency"]
    assert (holds.retention_hours, holds.region) == (24, "DE")


@pytest.mark.parametrize(
    "wrong", [{"helplines": "Helpline"}, {"retention_hours": 721}, {"retention_hours": -1}]
)
async def test_a_wrong_one_changes_nothing_and_says_why(
    engine: AsyncEngine, wrong: dict[str, object]
):
    here = organisation(engine)
    before = here.settings()
    with pytest.raises(Refused) as refused:
        await here.change(wrong, OPERATOR, NOON)
    assert refused.value.code == "bad_setting"
    assert refused.value.facts["why"]
    assert here.settings() == before


@pytest.mark.parametrize("address", [{"HOST": "0.0.0.0"}, PUBLIC], ids=["address", "origin"])
async def test_a_public_place_lets_strangers_in_once_it_is_decided_what_they_rely_on(
    engine: AsyncEngine, address: dict[str, str]
):
    assert organisation(engine).missing == (), "this machine alone"
    place = organisation(engine, **address)
    assert set(place.missing) == {"helplines", "retention_hours"}
    await place.change({"helplines": LINES}, OPERATOR, NOON)
    assert set(place.missing) == {"retention_hours"}
    await place.change({"retention_hours": 0}, OPERATOR, NOON)
    assert not place.missing, "keeping nothing is a decision too"


async def test_each_change_is_told_in_the_record_without_its_words(engine: AsyncEngine):
    await organisation(engine).change({"name": "Harbour"}, OPERATOR, NOON)
    async with reading(engine) as connection:
        [row] = [row async for row in rows.rows(connection)]
    assert (row.act, row.kind, row.reason) == ("settings_changed", "setting", "name")
    assert "Harbour" not in row.in_words
