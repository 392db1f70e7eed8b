"""The journal: one guilty command falls alone, a mute is a barrier, and memory holds what the log does."""

import asyncio
import gc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chatroom.live import book as books
from chatroom.live import proposals
from chatroom.live.book import Book, folded
from chatroom.live.proposals import Answer, RetryLater
from chatroom.live.rules import MEETING
from chatroom.store.logs import Row
from moderation.content.verdict import Finding, Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.state import Meeting
from tests.cast import ada, ben, chidi
from tests.journal.stage import (
    EVENING,
    ID,
    MORNING,
    OPEN_EPOCH,
    OTHER,
    Hands,
    Office,
    asked,
    at_work,
    code,
    outcome,
    outcomes,
    until,
)
from tests.store.places import Place

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
async def test_a37_a_poisoned_command_fails_alone_in_a_batch_over_several_logs_w2(
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


async def test_one_line_among_hundreds_of_many_seats_is_in_the_next_batch_w29(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """Raiders have eight lines each on the way; who speaks once waits for one of each."""
    monkeypatch.setattr(proposals, "IN_A_BATCH", 4)
    taken: list[list[int]] = []
    take = office.journal._queues.take

    def noted() -> list[proposals.Proposal]:
        work = take()
        taken.append([proposal.seat for proposal in work])
        return work

    monkeypatch.setattr(office.journal._queues, "take", noted)
    raid = [office.say(ada, f"raid {n}") for n in range(8)]
    raid += [office.say(chidi, f"raid {n}") for n in range(8)]
    one = office.say(ben, "hello")
    await asyncio.gather(*raid, one)
    assert taken[:2] == [[ada, ada, chidi, ben], [ada, ada, chidi, chidi]]
    assert all(len(batch) <= 4 for batch in taken)
    assert sorted(seat for batch in taken for seat in batch) == sorted(
        [ada] * 8 + [chidi] * 8 + [ben]
    )


async def test_no_log_waits_behind_anothers_hundreds_w29(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    await office.furnish(MORNING)
    monkeypatch.setattr(proposals, "IN_A_BATCH", 1)
    evening = [office.say(seat, "busy") for seat in (ada, ben, chidi) for _ in range(5)]
    morning = office.journal.submit(MORNING, ben, ask.Say("hello", 0))
    await asyncio.wait([morning])
    assert sum(line.done() for line in evening) <= 2
    await outcomes([*evening, morning])


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


async def test_cm_01_words_are_reviewed_again_when_the_policy_is_another(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """Ben's line passed under the policy of a moment ago; the operator's file is another by now."""
    monkeypatch.setattr(office.journal, "_policy", lambda: "new")

    def review(meeting: Meeting) -> Verdict:
        return Verdict("bounce", (Finding("link", 0, 4),), epoch=meeting.epoch, policy="new")

    def line(policy: str) -> "asyncio.Future[Answer]":
        verdict = Verdict("allow", epoch=OPEN_EPOCH, policy=policy)
        say = ask.Say("look", OPEN_EPOCH)
        return office.journal.submit(EVENING, ben, say, verdict=verdict, review=review)

    assert code(await outcome(line("old"))) == "link"
    assert office.lines() == []
    await line("new")
    assert office.lines() == [(ben, "look")]


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
