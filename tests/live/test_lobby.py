"""Who waits at the door and asks no more: their knock lapses, by whichever process sees it, and not a moment's."""

from chatroom.live.lobby import ASKS_FOR, LEAVES_FOR, MISSED
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.state import Meeting
from tests.cast import ada
from tests.journal.stage import EVENING
from tests.live.tower import Tower

EVE = "e" * 32
WITHDRAWN = happened.KnockAnswered(1, "withdrawn", by=0)


async def knocks(tower: Tower) -> None:
    """Ada sees it; the process that is asked is told."""
    await tower.hall.join(ada)
    await tower.office.journal.submit(EVENING, ada, ask.RaiseShield())
    await tower.office.journal.submit(EVENING, 0, ask.TakeSeat(EVE, "member", "Eve", known=True))
    assert (await state(tower)).lobby.keys() == {1}


async def state(tower: Tower) -> Meeting:
    found: Meeting = (await tower.office.book()).fold.state
    return found


async def looks(tower: Tower, times: int) -> None:
    for _ in range(times):
        await tower.look(1.0)


async def test_who_asks_every_now_and_then_waits_on_and_nothing_is_written(tower: Tower):
    await knocks(tower)
    before = tower.kinds()
    for _ in range(4):
        tower.lobby.asks(EVENING, 1)
        await looks(tower, ASKS_FOR + MISSED - 2)
    assert (await state(tower)).lobby.keys() == {1}
    assert tower.kinds() == before


async def test_who_asks_no_more_waits_no_longer_and_may_knock_again(tower: Tower):
    await knocks(tower)
    tower.lobby.asks(EVENING, 1)
    await looks(tower, ASKS_FOR + MISSED)
    assert tower.entries(happened.KnockAnswered) == [WITHDRAWN]
    await looks(tower, 3)
    assert tower.entries(happened.KnockAnswered) == [WITHDRAWN]
    await tower.office.journal.submit(EVENING, 0, ask.TakeSeat(EVE, "member", "Eve", known=True))
    assert (await state(tower)).lobby.keys() == {2}


async def test_a_page_that_is_closed_lapses_sooner_and_one_that_is_loaded_again_does_not(
    tower: Tower,
):
    await knocks(tower)
    for asks_again in (True, False):
        tower.lobby.asks(EVENING, 1)
        tower.lobby.leaves(EVENING, 1)
        await looks(tower, 2)
        if asks_again:
            tower.lobby.asks(EVENING, 1)
        await looks(tower, LEAVES_FOR + MISSED)
        assert bool((await state(tower)).lobby) is asks_again


async def test_a_knock_that_nobody_asked_for_since_a_process_began_lapses_too(tower: Tower):
    await knocks(tower)
    await looks(tower, MISSED - 1)
    assert (await state(tower)).lobby.keys() == {1}
    await looks(tower, 1)
    assert not (await state(tower)).lobby


async def test_who_asks_at_another_process_is_there_and_with_that_process_they_are_gone(
    towers: list[Tower],
):
    here, there = towers
    await knocks(here)
    there.lobby.asks(EVENING, 1)
    for _ in range(ASKS_FOR - 1):
        await there.look(1.0)
        await here.keeper.look_around()
    await here.settled()
    assert (await state(here)).lobby.keys() == {1}
    # That process dies: its lease ends, and nobody asks here.
    await looks(here, 31 + MISSED)
    assert not (await state(here)).lobby


async def test_who_waits_is_nobody_who_is_here_a103(tower: Tower):
    await knocks(tower)
    tower.lobby.asks(EVENING, 1)
    await looks(tower, 2)
    assert tower.hall.presence.connected(EVENING) == {ada}
    assert tower.hall.presence.here(EVENING) == {ada}
