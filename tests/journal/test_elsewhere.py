"""Somebody else has written: what lost its race is decided again, and what is too new is relayed."""

from collections.abc import Mapping
from math import inf
from typing import NoReturn

import pytest

from chatroom.live import journal as module
from chatroom.live.proposals import Answer, RetryLater
from chatroom.store import logs_postgres, logs_sqlite
from chatroom.store.logs import READER, OutcomeUnknown, Row
from moderation.case.commands import Raise
from moderation.meeting import commands as ask
from tests.cast import SESSIONS, ada, ben, chidi
from tests.journal.stage import (
    EVENING,
    ID,
    MORNING,
    OPEN_EPOCH,
    OTHER,
    Office,
    add_log,
    append_behind_the_back,
    at_work,
    code,
    outcome,
    outcomes,
)
from tests.store.places import Place, SqlitePlace


async def test_a_log_that_moved_behind_our_back_is_decided_again_p8(path: Place):
    async with at_work(path) as here, at_work(path, seed="there") as there:
        await here.furnish()
        stale = await there.book()
        published = len(there.published)
        muted = await here.mute(ben)
        assert code(await outcome(there.say(ben, "hello"))) == "muted"
        assert there.lines() == []
        assert [record.number for _, record in there.published[published:]] == [muted.number]
        assert stale.fold.position == there.position()


async def test_a_repeat_while_the_database_goes_away_is_retry_and_ends_nothing_w3(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """The repeat is found by the index; what it was answered with first can't be read just then."""
    held = await office.book()  # Else the log itself would have to be read again.
    first = await office.say(ben, "hello", id=ID)

    async def away(*_: object) -> NoReturn:
        raise OutcomeUnknown

    with monkeypatch.context() as gone:
        gone.setattr(office.logs, "tails", away)
        assert isinstance(await outcome(office.say(ben, "hello", id=ID)), RetryLater)
    assert await outcome(office.say(ben, "hello", id=ID)) == first
    assert office.lines() == [(ben, "hello")]
    assert held is office.journal.known(EVENING)


async def test_a_no_does_not_rest_on_what_was_so_before_p5(path: Place):
    """Ada has lifted the mute at another process, and has her receipt; Ben need not know where."""
    async with at_work(path) as here, at_work(path, seed="there") as there:
        await here.furnish()
        await here.mute(ben)
        stale = await there.book()
        assert code(await outcome(there.say(ben, "hello"))) == "muted"
        await here.journal.submit(EVENING, ada, ask.Unmute(ben))
        assert stale.fold.state.is_muted(ben), "need a process that has not heard of it"
        assert isinstance(await outcome(there.say(ben, "hello again")), Answer)
        assert there.lines() == [(ben, "hello again")]


async def test_two_journals_on_one_file_make_one_order_p3(path: Place):
    async with at_work(path) as here, at_work(path, seed="there") as there:
        await here.furnish()
        books = [await here.book(), await there.book()]
        answers = [
            office.say(seat, f"{seat} {n}", id=bytes([n]) * 16)
            for n in range(20)
            for office, seat in ((here, ben), (there, chidi))
        ]
        while any(isinstance(answer, RetryLater) for answer in await outcomes(answers)):
            answers = [
                office.say(seat, f"{seat} {n}", id=bytes([n]) * 16)
                for n in range(20)
                for office, seat in ((here, ben), (there, chidi))
            ]
        lines = here.lines()
        for seat in (ben, chidi):
            assert [text for who, text in lines if who == seat] == [
                f"{seat} {n}" for n in range(20)
            ]
        for office in (here, there):
            await office.journal.catch_up(EVENING)
            numbers = [record.number for _, record in office.published if record.audience == 0]
            assert numbers[-len(lines) :] == office.numbers()[-len(lines) :]
            assert numbers == sorted(set(numbers))
        assert books[0].fold == books[1].fold


async def test_what_was_swept_elsewhere_goes_from_memory_here_p19_p20(path: Place):
    async with at_work(path) as here, at_work(path, seed="there") as there:
        await here.furnish()
        await here.say(ben, "canary")
        held = await there.book()
        assert "canary" in repr(list(held.ring)), "need one that has the words in memory"
        await here.logs.sweep(EVENING, 50.0)
        await there.journal.notice(await there.logs.heads(there.journal.logs()))
        assert "canary" not in repr(list(held.ring))
        assert (await there.book(), held.fold.position) == (held, there.position())


async def test_five_lost_races_are_retry_w1(office: Office):
    """Somebody is always first: before each of our transactions, one of theirs."""
    lost = 0

    def lose(sql: str) -> None:
        nonlocal lost
        if sql == "BEGIN IMMEDIATE":
            lost += 1
            append_behind_the_back(office)

    office.seam.before = lose
    assert isinstance(await outcome(office.say(ben, "hello", id=ID)), RetryLater)
    assert lost == module.TRIES
    office.seam.before = lambda _: None
    assert isinstance(await outcome(office.say(ben, "hello", id=ID)), Answer)


async def test_what_others_store_while_a_loser_pauses_is_no_second_loss(office: Office):
    """Else whoever writes without end at one process keeps those at another from ever being heard."""
    book, lost = await office.book(), 0  # Held: one that nobody holds is read afresh each time.

    def lose(sql: str) -> None:
        nonlocal lost
        if sql == "BEGIN IMMEDIATE" and not lost:
            lost = 1
            append_behind_the_back(office)

    async def others_go_on(_: float) -> None:
        append_behind_the_back(office)
        office.paused.append(0.0)

    office.seam.before = lose
    office.pause = others_go_on
    assert isinstance(await outcome(office.say(ben, "hello")), Answer), "won at the second try"
    assert book.fold.position > 0


async def test_whoever_has_lost_lets_others_go_first_even_once_it_has_won(office: Office):
    book, lost = await office.book(), 0

    def lose_once(sql: str) -> None:
        nonlocal lost
        if sql == "BEGIN IMMEDIATE" and not lost:
            lost = 1
            append_behind_the_back(office)

    office.seam.before = lose_once
    await office.say(ben, "hello")
    await office.say(ben, "and on")
    await office.say(ben, "and on")
    assert len(office.paused) == 2, "once for the loss, once for the win after it"
    assert 0.001 <= office.paused[0] <= 0.003
    assert 0.002 <= office.paused[1] <= 0.006
    assert not book.contested


async def test_a_decision_is_good_until_something_is_due_w1(office: Office, path: Place):
    """The process was stopped between deciding and appending, in a log where nobody else writes."""
    muted = await office.mute(chidi)
    assert muted.number is not None
    asked_for: list[float | None] = []

    def too_late(due: float | None) -> float:
        asked_for.append(due)
        return 0.0

    office.clock.good_until = too_late
    answer = await outcome(office.say(ben, "hello", id=ID))
    office.clock.good_until = lambda due: inf
    assert set(asked_for) == {path.ask("SELECT next_due FROM log WHERE id = ?", EVENING)[0][0]}
    if isinstance(path, SqlitePlace):
        assert isinstance(answer, Answer), "it has the file for itself"
    else:
        assert isinstance(answer, RetryLater)
        assert len(asked_for) == module.TRIES
        assert office.lines() == []
        assert isinstance(await outcome(office.say(ben, "hello", id=ID)), Answer)


async def test_what_is_for_newer_readers_is_relayed_and_not_decided_w10(path: Place):
    async with at_work(path) as old, at_work(path, seed="new") as new:
        await old.furnish()
        await old.furnish(MORNING)
        books = [await old.book(), await new.book()]
        line = await new.say(ben, "in a newer version's words")
        path.tell("UPDATE log SET min_reader = ? WHERE id = ?", READER + 1, EVENING)
        assert isinstance(await outcome(old.say(chidi, "hi")), RetryLater)
        await old.journal.notice(await old.logs.heads([EVENING, MORNING]))
        assert (EVENING, line.number) in [(log, one.number) for log, one in old.published]
        assert books[0].fold == books[1].fold
        no = old.journal.submit(EVENING, ben, ask.Unmute(chidi))  # A yes or a no, and no entry.
        fine = old.say(ben, "good morning", log=MORNING)
        assert isinstance(await outcome(no), RetryLater)
        assert isinstance(await outcome(fine), Answer)
        assert old.lines() == [(ben, "in a newer version's words")]
    async with at_work(path, seed="fresh") as fresh:
        assert isinstance(await outcome(fresh.say(ben, "and on")), RetryLater)


async def test_a_meeting_of_this_version_is_relayed_and_not_decided_by_an_older_one_w10(
    path: Place, monkeypatch: pytest.MonkeyPatch
):
    """A rolling upgrade: a case goes on at both, for help does not wait for it."""
    async with at_work(path) as new, at_work(path, seed="old") as old:
        await new.furnish()
        add_log(path, MORNING, kind="case")
        books = [await new.book(), await old.book()]
        for older in (module, logs_sqlite, logs_postgres):
            monkeypatch.setattr(older, "READER", READER - 1)
        no = old.say(ben, "by the rules of before")
        assert isinstance(await outcome(no), RetryLater)
        raised = Raise("help", "urgent", SESSIONS[ben], attended=False)
        assert isinstance(await outcome(old.journal.submit(MORNING, 0, raised)), Answer)
        monkeypatch.undo()
        line = await new.say(ben, "by the rules of now")
        await old.journal.catch_up(EVENING)
        assert (EVENING, line.number) in [(log, one.number) for log, one in old.published]
        assert books[0].fold == books[1].fold
        assert new.lines() == [(ben, "by the rules of now")]


async def test_what_many_logs_lack_is_read_in_one_query_w5(
    path: Place, monkeypatch: pytest.MonkeyPatch
):
    async with at_work(path) as here, at_work(path, seed="there") as there:
        await here.furnish()
        await here.furnish(MORNING)
        books = [await there.book(), await there.book(MORNING)]
        await outcomes([here.say(ben, "hello"), here.say(ben, "good morning", log=MORNING)])
        queries, tails = [], there.logs.tails

        async def counted(after: Mapping[int, int]) -> list[Row]:
            queries.append(after)
            return await tails(after)

        monkeypatch.setattr(there.logs, "tails", counted)
        await there.journal.notice(await there.logs.heads([EVENING, MORNING]))
        assert [len(after) for after in queries] == [2]
        assert [book.fold.position for book in books] == [
            here.position(),
            here.position(MORNING),
        ]


async def test_a_no_that_stood_on_a_lost_race_is_decided_again_too(office: Office):
    """Ben's second hand was "up already" by his first, and that one was never stored."""
    await office.journal.submit(EVENING, ada, ask.NextPhase(OPEN_EPOCH))
    lost = 0

    def lose_once(sql: str) -> None:
        nonlocal lost
        if sql == "BEGIN IMMEDIATE" and not lost:
            lost = 1
            append_behind_the_back(office, mute=ben)

    office.seam.before = lose_once
    hands = [office.raise_hand(ben, id=ID), office.raise_hand(ben, id=OTHER)]
    assert [code(answer) for answer in await outcomes(hands)] == ["muted", "muted"]
    assert lost == 1
