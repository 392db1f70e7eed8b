"""A receipt is a commit: what is unknown is asked again, and stored once."""

import sqlite3

import pytest

from chatroom.live import journal as module
from chatroom.live.proposals import Answer, RetryLater
from moderation.meeting import commands as ask
from moderation.refused import Refused
from tests.cast import ada, ben, chidi
from tests.journal.stage import (
    EVENING,
    ID,
    MORNING,
    OPEN_EPOCH,
    OTHER,
    Office,
    append_behind_the_back,
    at_work,
    code,
    outcome,
    outcomes,
)
from tests.store.places import Place


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


async def test_a41_the_same_id_with_other_words_is_refused_p2(office: Office):
    await office.say(ben, "hello", id=ID)
    assert code(await outcome(office.say(ben, "something else", id=ID))) == "id_reused"
    await office.mute(ben)
    assert code(await outcome(office.say(ben, "something else", id=ID))) == "id_reused"
    assert office.lines() == [(ben, "hello")]


async def test_a40_an_id_is_the_seats_own_p2(office: Office):
    await office.say(ben, "hello", id=ID)
    await office.say(chidi, "hi", id=ID)
    await office.furnish(MORNING)
    await office.say(ben, "good morning", log=MORNING, id=ID)
    assert office.lines() == [(ben, "hello"), (chidi, "hi")]
    assert office.lines(MORNING) == [(ben, "good morning")]


async def test_a_command_without_an_entry_is_decided_again_with_the_same_answer(office: Office):
    unmute = [office.journal.submit(EVENING, ada, ask.Unmute(ben), id=ID) for _ in range(2)]
    assert await outcomes(unmute) == [Answer(), Answer()]
