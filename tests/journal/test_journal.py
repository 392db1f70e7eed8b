"""The journal: a receipt is a commit, one guilty command falls alone, and a mute is a barrier."""

import asyncio
import gc
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import pytest

from chatroom.live import book as books
from chatroom.live import journal as module
from chatroom.live.book import Book, folded
from chatroom.live.journal import Answer, RetryLater
from chatroom.live.rules import MEETING, Entry
from chatroom.store import logs_postgres, logs_sqlite
from chatroom.store.logs import READER, OutcomeUnknown, Row
from moderation.case.commands import Raise
from moderation.content.verdict import Finding, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.state import Meeting
from moderation.refused import Refused
from tests.cast import SESSIONS, ada, ben, chidi
from tests.journal.stage import (
    EVENING,
    MORNING,
    OPEN_EPOCH,
    Hands,
    Office,
    add_log,
    asked,
    at_work,
    outcome,
    outcomes,
    place_at,
    until,
)
from tests.store.places import KINDS, Place, SqlitePlace, place

ID, OTHER = b"i" * 16, b"o" * 16


@pytest.fixture(params=KINDS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place(request.param, tmp_path) as ground:
        yield ground


@pytest.fixture
async def office(path: Place) -> AsyncIterator[Office]:
    async with at_work(path) as office:
        await office.furnish()
        yield office


def code(outcome: Answer | Exception) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


# Receipts


async def test_a_receipt_names_the_entry_in_the_stream_its_sender_sees(office: Office):
    said = await office.say(ben, "hello")
    told = await office.journal.submit(EVENING, ben, ask.Tell("quietly"))
    to_ben = await office.journal.submit(EVENING, ada, ask.Tell("yes?", to=ben))
    assert (said.audience, said.number) == (0, office.numbers()[-1])
    assert (told.audience, told.number) == (ben, 2)  # Behind the seat that was given to him.
    assert (to_ben.audience, to_ben.number) == (-1, 2)


async def test_no_receipt_before_commit_p1(office: Office):
    seen: list[bool] = []

    def before(sql: str) -> None:
        if sql == "COMMIT":
            seen.append(answer.done() or len(office.published) > published)

    published = len(office.published)
    office.seam.before = before
    answer = office.say(ben, "hello")
    await answer
    assert seen == [False]


async def test_an_entry_is_published_and_announced_once_and_before_its_receipt(office: Office):
    published, announced = len(office.published), len(office.announced)
    when: list[int] = []
    answer = office.say(ben, "hello")
    answer.add_done_callback(lambda _: when.append(len(office.published)))
    await answer
    await office.journal.catch_up(EVENING)
    assert when == [published + 1] == [len(office.published)]
    assert office.announced[announced:] == [(EVENING, office.position())]


@pytest.mark.parametrize("place", ["before", "after"])
async def test_a_commit_of_unknown_outcome_is_retry_and_the_resend_is_stored_once_w3(
    office: Office, place: str
):
    """Cut before COMMIT nothing is stored; cut after it, the first receipt is still to be had."""
    book = await office.book()  # Held, as by a socket: what is read afresh is not published.

    def cut(sql: str) -> None:
        if sql == "COMMIT":
            raise sqlite3.OperationalError("disk I/O error")

    setattr(office.seam, place, cut)
    answers = await outcomes([office.say(ben, "hello", id=ID), office.say(chidi, "hi", id=ID)])
    assert [type(answer) for answer in answers] == [RetryLater, RetryLater]
    setattr(office.seam, place, lambda _: None)
    stored = [(ben, "hello"), (chidi, "hi")] if place == "after" else []
    assert office.lines() == stored, "need the two outcomes for this test to mean anything"

    again = await outcomes([office.say(ben, "hello", id=ID), office.say(chidi, "hi", id=ID)])
    assert office.lines() == [(ben, "hello"), (chidi, "hi")]
    assert again == [Answer(0, number) for number in office.numbers()[-2:]]
    published = [record.number for _, record in office.published if record.audience == 0]
    assert published == office.numbers()
    assert book.fold.position == office.position()


async def test_what_cannot_be_stored_is_known_until_something_is_stored_or_it_was_long_ago_p18(
    office: Office,
):
    def full(sql: str) -> None:
        if sql == "COMMIT":
            raise sqlite3.OperationalError("disk I/O error")

    assert office.journal.stores()
    office.seam.before = full
    await outcome(office.say(ben, "hello", id=ID))
    assert not office.journal.stores()
    assert await office.journal.submit(EVENING, ben, ask.LowerHand()) == Answer(), "it can be read"
    assert not office.journal.stores()
    office.clock.at += module.FAILED_LATELY + 1
    assert office.journal.stores()
    await outcome(office.say(ben, "hello", id=ID))
    assert not office.journal.stores()
    office.seam.before = lambda _: None
    await office.say(ben, "hello", id=ID)
    assert office.journal.stores()


async def test_a_database_that_stays_away_is_retry_until_it_is_back_p17(office: Office):
    def away(sql: str) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    office.seam.before = away
    assert isinstance(await outcome(office.say(ben, "hello", id=ID)), RetryLater)
    assert isinstance(await outcome(office.say(ben, "hello", id=ID)), RetryLater)
    office.seam.before = lambda _: None
    assert isinstance(await outcome(office.say(ben, "hello", id=ID)), Answer)


async def test_a_read_that_fails_behind_the_commit_is_retry_and_stored_once_w3(office: Office):
    """The refusal in the batch has to be looked up, and the look-up fails: the line is stored."""

    def away(sql: str) -> None:
        if sql.startswith("SELECT audience, number, digest"):
            raise sqlite3.OperationalError("disk I/O error")

    office.seam.before = away
    line, no = office.say(ben, "hello", id=ID), office.raise_hand(chidi, id=ID)
    assert [type(answer) for answer in await outcomes([line, no])] == [RetryLater, RetryLater]
    office.seam.before = lambda _: None
    assert await office.say(ben, "hello", id=ID) == Answer(0, office.numbers()[-1])
    assert office.lines() == [(ben, "hello")]


async def test_what_is_queued_behind_a_retry_is_retry_too_p5(office: Office):
    commits = 0

    def cut_the_first(sql: str) -> None:
        nonlocal commits
        commits += sql == "COMMIT"
        if sql == "COMMIT" and commits == 1:
            raise sqlite3.OperationalError("disk I/O error")

    office.seam.before = cut_the_first
    answers = await outcomes([office.say(ben, f"line {n}") for n in range(30)])
    assert {type(answer) for answer in answers} == {RetryLater}
    assert office.lines() == []
    assert isinstance(await outcome(office.say(ben, "hello")), Answer)


# Once


async def test_a_command_sent_again_gets_its_first_receipt_p2(office: Office):
    first = await office.say(ben, "hello", id=ID)
    await office.say(chidi, "hi")
    assert await office.say(ben, "hello", id=ID) == first
    assert office.lines() == [(ben, "hello"), (chidi, "hi")]


async def test_a_command_sent_over_two_sockets_at_once_is_stored_once_p2(office: Office):
    one, two, chidis = await outcomes(
        [office.say(ben, "hello", id=ID), office.say(ben, "hello", id=ID), office.say(chidi, "hi")]
    )
    assert one == two
    assert isinstance(chidis, Answer)
    assert office.lines() == [(ben, "hello"), (chidi, "hi")]


@pytest.mark.parametrize("how", ["muted", "closed", "stale"])
async def test_the_first_receipt_is_given_though_the_rules_say_no_by_now_p2(
    office: Office, how: str
):
    first = await office.say(ben, "hello", id=ID)
    if how == "muted":
        await office.mute(ben)
    elif how == "closed":
        await office.journal.submit(EVENING, ada, ask.Close())
    else:
        await office.journal.submit(EVENING, ada, ask.NextPhase(OPEN_EPOCH))
    assert isinstance(await outcome(office.say(ben, "more", id=OTHER)), Refused), "need a no"
    assert await office.say(ben, "hello", id=ID) == first


async def test_the_first_receipt_is_given_after_a_restart_p2(path: Place):
    async with at_work(path) as before:
        await before.furnish()
        first = await before.say(ben, "hello", id=ID)
    async with at_work(path, seed="after") as after:
        assert await after.say(ben, "hello", id=ID) == first
        assert after.lines() == [(ben, "hello")]


async def test_a_no_that_was_lost_does_not_become_a_yes_behind_what_was_sent_after_it_p5(
    office: Office,
):
    """Ada unmutes Ben, who is not muted, then mutes him. No answer arrives, and she sends both again."""
    unmute, mute = ask.Unmute(ben), ask.Mute(ben, 10)
    assert await office.journal.submit(EVENING, ada, unmute, id=ID) == Answer(), "nothing to do"
    first = await office.journal.submit(EVENING, ada, mute, id=OTHER)
    late = office.journal.submit(EVENING, ada, unmute, id=ID, followed_by=[OTHER])
    again = office.journal.submit(EVENING, ada, mute, id=OTHER)
    assert code(await outcome(late)) == "overtaken"
    assert await again == first


async def test_what_overtakes_a_command_while_it_is_stored_is_seen_p5(office: Office):
    """It is looked for in the database once; what comes later is known from the lost race."""
    book, asked = await office.book(), 0

    def overtake(sql: str) -> None:
        nonlocal asked
        asked += "command_id IN" in sql or "ANY($3::bytea[])" in sql
        if sql == "BEGIN IMMEDIATE" and OTHER not in (book.commands_since(0) or ()):
            append_behind_the_back(office, command=OTHER)

    office.seam.before = overtake
    late = office.journal.submit(EVENING, ben, ask.Tell("one"), id=ID, followed_by=[OTHER])
    assert code(await outcome(late)) == "overtaken"
    assert asked == 1
    assert book.commands_since(book.fold.position) == set()


async def test_what_was_sent_behind_a_command_stops_it_only_once_it_is_stored_p5(office: Office):
    """And what is stored itself has its first receipt, whatever was stored behind it."""
    one = await office.journal.submit(EVENING, ben, ask.Tell("one"), id=ID, followed_by=[OTHER])
    two = await office.journal.submit(EVENING, ben, ask.Tell("two"), id=OTHER)
    assert one.number is not None
    assert two == Answer(one.audience, one.number + 1)
    assert (
        await office.journal.submit(EVENING, ben, ask.Tell("one"), id=ID, followed_by=[OTHER])
        == one
    )


async def test_the_same_id_with_other_words_is_refused_p2(office: Office):
    await office.say(ben, "hello", id=ID)
    assert code(await outcome(office.say(ben, "something else", id=ID))) == "id_reused"
    await office.mute(ben)
    assert code(await outcome(office.say(ben, "something else", id=ID))) == "id_reused"
    assert office.lines() == [(ben, "hello")]


async def test_an_id_is_the_seats_own_p2(office: Office):
    await office.say(ben, "hello", id=ID)
    await office.say(chidi, "hi", id=ID)
    await office.furnish(MORNING)
    await office.say(ben, "good morning", log=MORNING, id=ID)
    assert office.lines() == [(ben, "hello"), (chidi, "hi")]
    assert office.lines(MORNING) == [(ben, "good morning")]


async def test_a_command_without_an_entry_is_decided_again_with_the_same_answer(office: Office):
    unmute = [office.journal.submit(EVENING, ada, ask.Unmute(ben), id=ID) for _ in range(2)]
    assert await outcomes(unmute) == [Answer(), Answer()]


# One that can't be stored


def too_large(_: bytes) -> object:
    return 2**70


def unbindable(_: bytes) -> object:
    return object()


def no_utf8(_: bytes) -> object:
    return "\ud800"


def missing(_: bytes) -> object:
    return None


@pytest.mark.parametrize("planted", [too_large, unbindable, no_utf8, missing])
async def test_a_poisoned_command_fails_alone_in_a_batch_over_several_logs_w2(
    office: Office, planted: Callable[[bytes], object]
):
    await office.furnish(MORNING)

    def poison(row: Row) -> Row:
        if row.words is None or b"poison" not in row.words:
            return row
        return row._replace(data=planted(row.data))  # type: ignore[arg-type]

    office.seam.row = poison
    answers = await outcomes(
        [
            office.say(ben, "hello", id=ID),
            office.say(chidi, "poison", id=ID),
            office.say(chidi, "hi", id=OTHER),
            office.say(ben, "good morning", log=MORNING, id=ID),
        ]
    )
    assert code(answers.pop(1)) == "bad_command"
    assert all(isinstance(answer, Answer) and answer.number for answer in answers)
    assert office.lines() == [(ben, "hello"), (chidi, "hi")]
    assert office.lines(MORNING) == [(ben, "good morning")]
    assert office.numbers() == list(range(1, len(office.numbers()) + 1))


async def test_words_that_cannot_be_encoded_fail_alone_and_leave_no_gap_w2(office: Office):
    """A lone surrogate can't come over the wire; should it come by another way, nothing is lost."""
    answers = await outcomes(
        [office.say(ben, "hello"), office.say(ben, "\ud800"), office.say(chidi, "hi")]
    )
    assert code(answers.pop(1)) == "bad_command"
    assert all(isinstance(answer, Answer) for answer in answers)
    assert office.lines() == [(ben, "hello"), (chidi, "hi")]
    assert office.position() == len(asked(office.path, "SELECT 1 FROM entry"))
    assert isinstance(await outcome(office.say(ben, "and on")), Answer)


@pytest.mark.parametrize("function", ["decide", "evolve", "audience"])
async def test_a_bug_in_a_rule_refuses_that_command_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch, function: str
):
    """A private line leaves two entries; the bug is found at the second where it can be."""
    right, met = getattr(MEETING, function), 0

    def wrong(*of: Any) -> Any:
        nonlocal met
        what = of[0] if function == "audience" else of[1]
        if isinstance(what, ask.Tell | happened.ToldYou):
            met += 1
            raise ZeroDivisionError
        return right(*of)

    book = await office.book()
    monkeypatch.setattr(book, "rules", replace(MEETING, **{function: wrong}))  # type: ignore[arg-type]
    tell = office.journal.submit(EVENING, ben, ask.Tell("bug"))
    answers = await outcomes([office.say(ben, "hello"), tell, office.say(chidi, "hi")])
    assert met == 1
    assert code(answers.pop(1)) == "bad_command"
    numbers = [answer.number for answer in answers if isinstance(answer, Answer)]
    assert numbers == office.numbers()[-2:]
    assert office.lines() == [(ben, "hello"), (chidi, "hi")]
    assert office.position() == len(asked(office.path, "SELECT 1 FROM entry"))


async def test_a_log_that_cannot_be_read_is_retry_and_the_others_go_on_w10(
    office: Office, path: Place
):
    """A newer version has written what this one does not know."""
    await office.furnish(MORNING)
    await office.say(ben, "hello", log=MORNING)
    path.tell("UPDATE entry SET data = ? WHERE log = ? AND type = 'said'", b"\x80", MORNING)
    gc.collect()
    assert office.journal.known(MORNING) is None
    unread, fine = office.say(ben, "more", log=MORNING), office.say(ben, "hello")
    assert isinstance(await outcome(unread), RetryLater)
    assert isinstance(await outcome(fine), Answer)
    assert isinstance(await outcome(office.say(ben, "still here")), Answer)


# Somebody else has written


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


def append_behind_the_back(
    office: Office, mute: int | None = None, command: bytes | None = None
) -> None:
    """Another process appends to the evening's log."""
    entry: Entry = (
        happened.HandLowered(chidi, by="self") if mute is None else happened.Muted(mute, 2e9)
    )
    position, number = office.position() + 1, office.numbers()[-1] + 1
    ground = place_at(office.path)
    ground.tell("UPDATE log SET position = ? WHERE id = ?", position, EVENING)
    ground.tell(
        "INSERT INTO entry (log, position, audience, number, entry_id, type, seat, command_id, at, data)"
        " VALUES (?, ?, 0, ?, ?, 'x', 0, ?, 0, ?)",
        *(EVENING, position, number, f"{position:016x}", command, msgspec.msgpack.encode(entry)),
    )


# Taking turns


async def test_one_seats_thousand_commands_do_not_delay_anothers_one_w29(office: Office):
    commits = 0

    def count(sql: str) -> None:
        nonlocal commits
        commits += sql == "COMMIT"

    office.seam.after = count
    flood = [office.say(ben, f"line {n}") for n in range(1000)]
    await asyncio.sleep(0)  # The first group of the flood is on its way.
    await office.say(chidi, "hi")
    assert commits <= 2
    await outcomes(flood)
    assert [text for seat, text in office.lines() if seat == ben] == [
        f"line {n}" for n in range(1000)
    ]


async def test_a_seats_commands_are_stored_in_the_order_of_sending_p5(office: Office):
    answers = await outcomes([office.say(ben, f"line {n}") for n in range(50)])
    numbers = [answer.number for answer in answers if isinstance(answer, Answer)]
    assert numbers == office.numbers()[-50:]
    assert [text for _, text in office.lines()] == [f"line {n}" for n in range(50)]


async def test_after_the_receipt_of_a_mute_no_line_has_a_higher_number_p8(office: Office):
    flood = [office.say(ben, f"line {n}") for n in range(100)]
    muted = await office.mute(ben)
    answers = await outcomes(flood)
    assert muted.number is not None
    stored = [answer.number for answer in answers if isinstance(answer, Answer)]
    assert stored
    assert max(number for number in stored if number) < muted.number
    refused = {code(answer) for answer in answers if isinstance(answer, Exception)}
    assert refused == {"muted"}


# The review, once more


async def test_words_are_reviewed_again_when_the_floor_has_moved_p10(office: Office):
    """Ben's line passed under epoch 1; the phase began anew before it was decided."""
    reviewed: list[int] = []

    def review(meeting: Meeting) -> Verdict:
        reviewed.append(meeting.epoch)
        return Verdict("bounce", (Finding("link", 0, 4),), epoch=meeting.epoch)

    moving = office.journal.submit(EVENING, ada, ask.NextPhase(OPEN_EPOCH))
    onward = office.journal.submit(EVENING, ada, ask.NextPhase(OPEN_EPOCH + 1))
    line = office.journal.submit(
        EVENING,
        ben,
        ask.Say("look", OPEN_EPOCH + 2),
        verdict=Verdict("allow", epoch=OPEN_EPOCH),
        review=review,
    )
    await outcomes([moving, onward])
    assert code(await outcome(line)) == "link"
    assert reviewed == [OPEN_EPOCH + 2]
    assert office.lines() == []


async def test_words_are_not_reviewed_twice_under_one_floor(office: Office):
    def review(_: Meeting) -> Verdict:
        raise AssertionError("the floor has not moved")

    await office.journal.submit(
        EVENING,
        ben,
        ask.Say("hello", OPEN_EPOCH),
        verdict=Verdict("allow", epoch=OPEN_EPOCH),
        review=review,
    )
    assert office.lines() == [(ben, "hello")]


# What memory holds


async def test_the_newest_entries_of_a_stream_are_in_memory(office: Office):
    book = await office.book()
    await outcomes([office.say(ben, f"line {n}") for n in range(5)])
    head = book.fold.head(0)[0]
    newest = book.since(0, head - 3)
    assert newest is not None
    assert [record.number for record in newest] == [head - 2, head - 1, head]
    assert book.since(0, head) == []
    assert book.since(ben, 0) is not None


async def test_what_memory_lost_is_read_from_the_log(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(books, "RING", 10)
    async with at_work(office.path, seed="small") as small:
        book = await small.book()
        await outcomes([small.say(ben, f"line {n}") for n in range(20)])
        head = book.fold.head(0)[0]
        assert book.since(0, head - 11) is None
        reached = book.since(0, head - 10)
        assert reached is not None
        assert len(reached) == 10
        for after in (0, head - 11, head - 10, head - 1):
            records = await small.journal.stream(book, 0, after, 500)
            assert [record.number for record in records] == list(range(after + 1, head + 1))
        assert len(await small.journal.stream(book, 0, 3, 2)) == 2


async def test_words_taken_back_are_in_no_memory_and_no_table_p19(office: Office):
    said = await office.say(ben, "canary", id=ID)
    assert said.number is not None
    await office.say(ben, "another")
    await office.journal.submit(EVENING, ben, ask.Redact(said.number))
    book = await office.book()
    assert "canary" not in repr(list(book.ring))
    assert "another" in repr(list(book.ring))
    assert office.lines() == [(ben, None), (ben, "another")]
    digests = asked(office.path, "SELECT digest FROM entry WHERE command_id = ?", ID)
    assert digests == [(None,)]
    assert await office.say(ben, "canary", id=ID) == said  # Still once, and with its receipt.


async def test_words_taken_back_in_the_same_batch_are_gone_as_well_p19(office: Office):
    number = office.numbers()[-1] + 1
    await outcomes(
        [office.say(ben, "canary"), office.journal.submit(EVENING, ben, ask.Redact(number))]
    )
    assert office.lines() == [(ben, None)]
    assert "canary" not in repr(list((await office.book()).ring))


async def test_words_taken_back_while_they_were_read_are_not_sent_p19(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """A refill has read the line from the file; before it is written, its author takes it back."""
    said = await office.say(ben, "canary")
    assert said.number is not None
    book = await office.book()
    book.ring.clear()
    read = office.logs.stream

    async def slowly(*args: Any) -> Any:
        rows = await read(*args)
        await office.journal.submit(EVENING, ben, ask.Redact(said.number or 0))
        return rows

    monkeypatch.setattr(office.logs, "stream", slowly)
    records = await office.journal.stream(book, 0, said.number - 1, 1)
    assert [record.number for record in records] == [said.number]
    assert isinstance(records[0].entry, happened.Said)
    assert records[0].entry.words is None


async def test_the_live_fold_is_that_of_a_fresh_reader_p25(office: Office):
    said = await office.say(ben, "hello")
    await office.journal.submit(EVENING, ada, ask.Tell("psst", to=ben))
    await office.mute(chidi)
    await office.journal.submit(EVENING, ada, ask.NextPhase(OPEN_EPOCH))
    await office.raise_hand(ben)
    await office.journal.submit(EVENING, ben, ask.LowerHand())
    await office.journal.submit(EVENING, ben, ask.Redact(said.number or 0))
    live = await office.book()
    async with at_work(office.path) as fresh:
        read = await fresh.book()
    assert read.fold == live.fold
    assert [repr(record) for record in read.ring] == [repr(record) for record in live.ring]
    fold = Book(EVENING, MEETING).fold
    for record in live.ring:
        fold = folded(MEETING, fold, record)
    assert fold == live.fold


async def test_a_log_has_one_book_for_as_long_as_anybody_holds_it_p4(office: Office):
    """Ben's last socket goes while his line is being stored, and he is back before it is."""
    book = await office.book()
    line = office.say(ben, "hello")
    await asyncio.sleep(0)
    again = await office.book()
    await line
    await office.say(ben, "and on")
    assert again is book
    numbers = [record.number for log, record in office.published if record.audience == 0]
    assert numbers == office.numbers()
    assert book.fold.position == office.position()


async def test_a_book_that_nobody_holds_is_read_again_when_it_is_wanted(office: Office):
    await office.say(ben, "hello")
    await office.furnish(MORNING)
    position = office.position()
    gc.collect()
    assert office.journal.known(EVENING) is None
    assert (await office.book()).fold.position == position


async def test_time_never_goes_back_within_a_log_w22(path: Place):
    """The machine's clock was set back between two starts."""
    async with at_work(path) as before:
        await before.furnish()
    async with at_work(path, clock=Hands(before.clock.at - 100.0)) as after:
        await after.say(ben, "hello")
        times = [row[0] for row in asked(path, "SELECT at FROM entry ORDER BY position")]
        assert times == sorted(times)


async def test_a_tail_that_cannot_be_read_does_not_keep_others_from_theirs_w10(
    office: Office, path: Place
):
    await office.furnish(MORNING)
    books = [await office.book(MORNING), await office.book()]
    async with at_work(path, seed="there") as there:
        bad, good = await there.say(ben, "hello", log=MORNING), await there.say(ben, "hello")
    path.tell(
        "UPDATE entry SET data = ? WHERE log = ? AND number = ? AND audience = 0",
        *(b"\x80", MORNING, bad.number),
    )
    for book in books:
        office.journal.heard(book.log, book.fold.position + 1)
    await until(lambda: books[1].fold.head(0)[0] == good.number)
    assert books[0].fold.position < office.position(MORNING)
    assert isinstance(await outcome(office.say(ben, "more", log=MORNING)), RetryLater)
    office.journal.heard(EVENING, 10**6)
    assert isinstance(await outcome(office.say(ben, "more")), Answer)


async def test_a_log_that_is_not_there_is_known_to_nobody(office: Office):
    assert await office.journal.book(12345) is None
    assert isinstance(await outcome(office.say(ben, "hello", log=12345)), RetryLater)
    assert isinstance(await outcome(office.say(ben, "hello")), Answer)
