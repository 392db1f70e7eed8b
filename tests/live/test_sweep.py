"""Words go when their time is over."""

import asyncio
from pathlib import Path

from moderation.meeting import commands as ask
from tests.cast import ada, ben, chidi
from tests.journal.stage import (
    EVENING,
    MORNING,
    asked,
    at_work,
)
from tests.live.hall import recorded
from tests.live.tower import Tower, words


async def test_words_go_some_hours_after_the_close_and_not_before_p20(tower: Tower):
    await tower.office.say(ben, "canary", id=b"i" * 16)
    await tower.look(3700.0)
    assert "canary" in words(tower.office.path), "an open meeting keeps its words"
    await tower.office.journal.submit(EVENING, ada, ask.Close())
    await tower.look(3599.0)
    assert "canary" in words(tower.office.path)
    await tower.look(1.0)
    assert words(tower.office.path) == []
    digests = asked(tower.office.path, "SELECT 1 FROM entry WHERE digest IS NOT NULL")
    assert digests == []
    assert len(tower.kinds()) == tower.office.position(), "what happened stays, without words"


async def test_with_no_hours_words_go_at_the_next_look_p20(path: Path):
    async with at_work(path) as office:
        await office.furnish(keep=0.0)
        tower = Tower(office)
        await office.say(ben, "canary")
        await office.journal.submit(EVENING, ada, ask.Close())
        await tower.look()
        assert words(path) == []


async def test_the_sweep_takes_one_log_and_leaves_the_others_p20(tower: Tower):
    await tower.office.furnish(MORNING)
    await tower.office.say(ben, "still on", log=MORNING)
    await tower.office.journal.submit(EVENING, ada, ask.Close())
    await tower.look(4000.0)
    rows = asked(tower.office.path, "SELECT DISTINCT log FROM body")
    assert rows == [(MORNING,)]


async def test_what_was_swept_is_in_no_memory_though_people_are_still_there_p20_p25(tower: Tower):
    await tower.hall.join(chidi)
    book = await tower.office.book()
    await tower.office.say(ben, "canary")
    await tower.office.journal.submit(EVENING, ada, ask.Close())
    await tower.look(4000.0)
    assert await tower.office.book() is book
    assert "canary" not in repr(list(book.ring))
    assert "Ben" not in repr(list(book.ring))
    async with at_work(tower.office.path) as fresh:
        assert (await fresh.book()).fold == book.fold
    newcomer = await tower.hall.join(ben)
    assert b"canary" not in b"".join(recorded(newcomer).given)


async def test_what_is_appended_during_the_sweep_reaches_those_who_are_there_p4(
    path: Path, tower: Tower
):
    """Folding the log afresh must not swallow what nobody here has been told of yet."""
    member = await tower.hall.join(chidi)
    said = await tower.office.say(ben, "never mind")
    await tower.office.journal.submit(EVENING, ada, ask.Close())
    async with at_work(path, seed="there") as there:
        await there.journal.submit(EVENING, ben, ask.Redact(said.number or 0))
        assert tower.office.position() > (await tower.office.book()).fold.position
        await tower.office.journal.reread(EVENING, tower.office.clock.at)
    await asyncio.sleep(0)
    assert recorded(member).numbers() == tower.office.numbers()


async def test_what_another_process_has_swept_is_read_again_once_p19_p20(path: Path, tower: Tower):
    """Chidi has a socket at the one, and at the other nobody has: there somebody only holds the book."""
    seat = await tower.hall.join(chidi)
    book = await tower.office.book()
    await tower.office.say(ben, "canary")
    await tower.office.journal.submit(EVENING, ada, ask.Close())
    async with at_work(path, seed="there") as there:
        there.clock.at = tower.office.clock.at + 4000.0
        held = await there.book()
        assert "canary" in repr(list(held.ring)), "need a process that has them in memory"
        await tower.look(4000.0)
        other = Tower(there)
        await other.look()
        assert "canary" not in repr(list(held.ring))
        assert held.fold == book.fold
        newcomer = await other.hall.join(ben)
        assert b"canary" not in b"".join(recorded(newcomer).given)
        pages = held.pages
        await other.look(1.0)
        assert held.pages is pages, "once: not at every look"
    assert recorded(seat).numbers() == tower.office.numbers()
