"""What many are sent is encoded once, and is to the byte what each would be sent alone."""

import asyncio
from collections import deque
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chatroom.live import pages as module
from chatroom.live import wire
from chatroom.live.hub import entries_frame, numbered
from chatroom.live.pages import Pages
from chatroom.live.rules import MEETING
from chatroom.live.shared import Shared
from moderation.meeting import commands as ask
from moderation.meeting import crowd
from moderation.meeting import entries as happened
from tests.cast import ada, ben, chidi
from tests.journal.stage import EVENING, Office, at_work, migrated
from tests.live.hall import Hall, recorded, unframed


def said(number: int, words: str = "hello") -> wire.Numbered:
    return wire.Numbered(number, f"{number:016x}", 1.5, happened.Said(words=words, seat=2))


def test_a_page_is_to_the_byte_the_frame_of_its_entries():
    pages = Pages()
    entries = [said(number, "mit Umlaut: ü") for number in range(1, 8)]
    pages.keep(entries)
    for after in range(7):
        whole = wire.encode(wire.Entries("room", tuple(entries[after:])))
        assert pages.cut(after) == (whole, 7)
    assert pages.cut(7) is None


def test_a_page_ends_where_something_is_missing_and_where_it_is_full(
    monkeypatch: pytest.MonkeyPatch,
):
    pages = Pages()
    pages.keep([said(number) for number in (1, 2, 3, 5)])
    assert [found and found[1] for found in map(pages.cut, range(6))] == [3, 3, 3, None, 5, None]
    monkeypatch.setattr(module, "IN_A_FRAME", 2)
    assert [found and found[1] for found in map(pages.cut, range(3))] == [2, 3, 3]
    monkeypatch.setattr(module, "BYTES", 10)
    assert [found and found[1] for found in map(pages.cut, range(3))] == [1, 2, 3]


def test_cm_01_words_that_are_taken_out_are_in_no_page_p19():
    pages = Pages()
    pages.keep([said(1), said(2, "canary"), said(3)])
    pages.forget([2])
    assert [found and found[1] for found in map(pages.cut, range(3))] == [1, None, 3]
    pages.keep([said(2, "")])
    assert pages.cut(0) is not None
    assert b"canary" not in (pages.cut(0) or (b"", 0))[0]


def test_the_oldest_go_so_that_a_long_meeting_costs_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "AT_MOST", 4)
    pages = Pages()
    for number in range(1, 11):
        pages.keep([said(number)])
    assert [number for number in range(11) if pages.cut(number) is not None] == [6, 7, 8, 9]


async def test_a_line_taken_back_between_two_who_come_is_in_neither_page_of_the_second_p19(
    tmp_path: Path,
):
    async with at_work(migrated(tmp_path)) as office:
        await office.furnish()
        hall = Hall(office)
        line = await office.say(chidi, "canary")
        first = await hall.join(ben)
        assert b"canary" in b"".join(recorded(first).given), "the premise"
        await office.journal.submit(EVENING, chidi, ask.Redact(line.number or 0))
        second = await hall.join(ada)
        assert b"canary" not in b"".join(recorded(second).given)
        assert recorded(second).numbers() == office.numbers()


async def test_all_who_come_in_at_one_position_are_sent_one_page_encoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with at_work(migrated(tmp_path)) as office:
        await office.furnish()
        hall = Hall(office)
        await office.say(chidi, "hello")
        encoded: list[int] = []
        encode = wire.encode_entry

        def count(entry: wire.Numbered) -> bytes:
            encoded.append(entry.number)
            return encode(entry)

        monkeypatch.setattr(wire, "encode_entry", count)
        for _ in range(20):
            member = await hall.join(ben)
            assert recorded(member).numbers() == office.numbers()
        assert encoded == office.numbers()


@pytest.mark.parametrize("most", [crowd.CROWD, 2])
async def test_a_shared_snapshot_is_to_the_byte_each_seats_own_p25(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
):
    """Whoever asks first, facilitator or member, before or behind those who left and were removed.

    Of a crowd, too, in which one who was removed is listed for having written.
    """
    monkeypatch.setattr(crowd, "CROWD", most)
    async with at_work(migrated(tmp_path)) as office:
        await office.furnish()
        book = await office.book()
        submit = office.journal.submit
        steps = (
            (ada, ask.Open()),
            (ben, ask.Say("hello", 1)),
            (ada, ask.Mute(ben, minutes=5)),
            (ada, ask.Remove(ben)),
            (0, ask.TakeSeat("f" * 32, "member", "Dana")),
        )
        for seat, command in steps:
            await submit(EVENING, seat, command)
            state = book.fold.state
            for order in (sorted(state.seats), sorted(state.seats, reverse=True)):
                shared = Shared(MEETING)
                for one in order:
                    own = wire.encode_snapshot(MEETING.snapshot(state, one))
                    assert bytes(shared.snapshot(state, one)) == own
                    assert bytes(shared.snapshot(state, one)) == own


def test_a_frame_holds_a_shared_snapshot_as_it_would_any_other():
    state = MEETING.new
    raw = Shared(MEETING).snapshot(state, ben)
    plain = MEETING.snapshot(state, ben)
    frames = [
        wire.encode(wire.Fresh(reason="new", seat=ben, snapshot=one, cursor={}, starts={}, now=1.0))
        for one in (raw, plain)
    ]
    assert frames[0] == frames[1]
    (payload,) = unframed(frames[0])
    assert msgspec.json.decode(payload, type=wire.Fresh).snapshot == plain


def test_entries_frame_and_pages_agree_on_what_an_entry_is():
    assert entries_frame(0, []) == wire.entries_of_room([])
    assert numbered.__doc__


class Slow:
    """A stream of the log that is read, and then waits until it is let."""

    def __init__(self, office: Office) -> None:
        self._stream = office.logs.stream
        self.reads = 0
        self.has_read = asyncio.Event()
        self.let = asyncio.Event()

    async def __call__(self, *where: Any) -> Any:
        self.reads += 1
        rows = await self._stream(*where)
        self.has_read.set()
        await self.let.wait()
        return rows


async def test_what_is_read_while_the_words_are_swept_is_kept_for_nobody_p20(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with at_work(migrated(tmp_path)) as office:
        await office.furnish()
        hall = Hall(office)
        await office.say(chidi, "canary")
        book = await office.book()
        book.ring = deque(list(book.ring)[-1:], maxlen=1)
        await office.say(chidi, "another")
        slow = Slow(office)
        monkeypatch.setattr(office.logs, "stream", slow)
        first = await hall.knock(ben)
        joining = asyncio.ensure_future(hall.catch_up(first))
        await slow.has_read.wait()
        await office.logs.sweep(EVENING, 9e9)
        await office.journal.reread(EVENING, office.clock.at)
        slow.let.set()
        assert await joining
        second = await hall.join(ada)
        for one in (first, second):
            assert b"canary" not in b"".join(recorded(one).given)
            assert recorded(one).numbers() == office.numbers()


async def test_who_asks_for_what_is_too_old_to_be_kept_gets_it_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """New lines come while it is read, and pages keep only the newest."""
    monkeypatch.setattr(module, "AT_MOST", 5)
    async with at_work(migrated(tmp_path)) as office:
        await office.furnish()
        hall = Hall(office)
        for number in range(10):
            await office.say(chidi, f"line {number}")
        book = await office.book()
        book.ring = deque(list(book.ring)[-1:], maxlen=1)
        head = book.fold.head(0)[0]
        slow = Slow(office)
        monkeypatch.setattr(office.logs, "stream", slow)
        late = await hall.knock(ben, {0: head - 9})
        joining = asyncio.ensure_future(hall.catch_up(late))
        await slow.has_read.wait()
        await office.say(chidi, "one more")
        await hall.join(ada, {0: head})
        slow.let.set()
        assert await asyncio.wait_for(joining, 5)
        assert recorded(late).numbers() == list(range(head - 8, head + 2))
        assert slow.reads < 10
