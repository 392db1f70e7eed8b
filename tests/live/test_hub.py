"""The hub: one frame per commit and audience, every entry exactly once, and nothing to whom it does not belong."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chatroom.live import book as books
from chatroom.live import hub as module
from chatroom.live import wire
from chatroom.live.book import Book, Record
from chatroom.live.circle import Circle
from chatroom.live.lane import Subscriber
from chatroom.live.presence import GRACE, Presence
from chatroom.live.rules import MEETING
from chatroom.store.logs import OutcomeUnknown
from moderation.meeting import commands as ask
from moderation.meeting import crowd as crowds
from moderation.meeting.audience import NOBODY
from moderation.meeting.crowd import CROWD
from moderation.meeting.format import Flags
from tests.cast import EVES_SESSION, ada, ben, chidi
from tests.journal.stage import EVENING, MORNING, OPEN_EPOCH, Office, at_work, migrated, until
from tests.live.hall import Hall, Recorder, recorded, unframed

ROOM, CHAIR = 0, -1


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with at_work(migrated(tmp_path)) as office:
        await office.furnish()
        yield office


@pytest.fixture
async def hall(office: Office) -> Hall:
    return Hall(office)


async def turn() -> None:
    """A turn of the loop: what it flushes is flushed."""
    for _ in range(3):
        await asyncio.sleep(0)


# One frame


async def test_one_commit_is_one_frame_and_the_same_bytes_for_all(hall: Hall):
    members = [await hall.join(seat) for seat in (ada, ben, chidi, ben)]
    before = [len(recorded(member).given) for member in members]
    commits: list[list[str | None]] = []

    def publish(book: Book, records: list[Record]) -> None:
        commits.append([getattr(record.entry, "words", None) for record in records])
        hall.hub.publish(book, records)

    hall.office.audience = publish
    lines = [hall.office.say(ben, "one"), hall.office.say(chidi, "two")]
    for line in lines:
        await line
    await turn()
    new = [recorded(member).given[count:] for member, count in zip(members, before, strict=True)]
    # Mostly it is one; on a busy machine the second may find the first on its way.
    assert [words for commit in commits for words in commit] == ["one", "two"]
    assert [len(frames) for frames in new] == [len(commits)] * 4
    for place, commit in enumerate(commits):
        assert len({id(frames[place]) for frames in new}) == 1
        (frame,) = unframed(new[0][place])
        told = [entry["entry"]["words"] for entry in msgspec.json.decode(frame)["entries"]]
        assert told == commit


async def test_a_frame_is_encoded_once_however_many_it_is_for(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(20):
        await hall.join(ben)
    encoded = 0
    encode = wire.encode

    def count(frame: wire.OutboundFrame) -> bytes:
        nonlocal encoded
        encoded += isinstance(frame, wire.Entries)
        return encode(frame)

    monkeypatch.setattr(wire, "encode", count)
    await hall.office.say(ben, "hello")
    assert encoded == 1


async def test_what_one_turn_of_the_loop_brings_is_written_at_once(hall: Hall):
    member = await hall.join(ben)
    book = await hall.office.book()
    await hall.office.say(ben, "one")
    await turn()
    count, records = len(recorded(member).given), list(book.ring)[-1:]
    hall.hub.publish(book, records)
    hall.hub.publish(book, records)
    hall.hub.to_all(EVENING, wire.Heartbeat("1.", 2.0))
    await turn()
    (data,) = recorded(member).given[count:]
    types = [msgspec.json.decode(payload)["type"] for payload in unframed(data)]
    assert types == ["entries", "entries", "heartbeat"]


@pytest.mark.parametrize("size", [125, 126, 65535, 65536])
def test_a_frame_of_any_size_is_a_whole_text_frame(size: int):
    payload = b"x" * size
    assert list(unframed(wire.framed(payload) + wire.framed(b"y"))) == [payload, b"y"]


# Exactly once


@pytest.mark.parametrize("seed", range(12))
async def test_who_joins_during_traffic_gets_each_entry_exactly_once_p4(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, seed: int
):
    """Entries come at every place of a refill: while it reads, while it waits, between its frames."""
    dice = random.Random(seed)
    monkeypatch.setattr(module, "REFILL", 3)
    monkeypatch.setattr(books, "RING", 4)
    book = await hall.office.book()
    book.ring = type(book.ring)(book.ring, maxlen=4)
    read = hall.office.logs.stream

    async def with_traffic(*what: Any) -> Any:
        rows = await read(*what)
        if dice.random() < 0.5:
            await hall.office.say(chidi, "while it reads")
        return rows

    monkeypatch.setattr(hall.office.logs, "stream", with_traffic)
    there = await hall.join(ada)
    for n in range(8):
        await hall.office.say(ben, f"before {n}")
    member = await hall.knock(ben)
    joining = asyncio.ensure_future(hall.catch_up(member))
    for n in range(12):
        if dice.random() < 0.4:
            member.frames.writable.clear()
        if dice.random() < 0.7:
            await hall.office.say(chidi, f"line {n}")
        if dice.random() < 0.3:
            await hall.office.journal.submit(EVENING, ben, ask.Tell(f"quietly {n}"))
        for _ in range(dice.randrange(4)):
            await asyncio.sleep(0)
        member.frames.writable.set()
    assert await joining
    await hall.office.say(chidi, "after")
    await turn()
    head = hall.office.numbers()[-1]
    assert recorded(member).numbers() == list(range(1, head + 1))
    assert recorded(there).numbers()[-1] == head
    own = hall.office.numbers(audience=ben)
    assert recorded(member).numbers("own") == own


async def test_who_comes_back_gets_what_is_behind_the_cursor_and_no_more_p4(hall: Hall):
    for n in range(5):
        await hall.office.say(chidi, f"line {n}")
    head = hall.office.numbers()[-1]
    member = await hall.join(ben, {ROOM: head - 2, ben: 1})
    assert recorded(member).numbers() == [head - 1, head]
    assert recorded(member).numbers("own") == []


async def test_frames_that_wait_for_the_others_are_not_sent_twice_to_who_has_just_come_p4(
    hall: Hall,
):
    there = await hall.join(ada)
    line = hall.office.say(chidi, "hello")
    while not line.done():
        await asyncio.sleep(0)
        member = await hall.knock(ben)
        await hall.catch_up(member)
        assert recorded(member).numbers() == sorted(set(recorded(member).numbers()))
    await turn()
    assert recorded(there).numbers() == hall.office.numbers()


async def test_what_still_waits_for_the_others_is_not_for_who_has_read_it_meanwhile_p4(hall: Hall):
    """Ben comes in between a commit and the turn of the loop in which its frame is written."""
    there, member = await hall.join(ada), await hall.knock(ben)
    book, came = await hall.office.book(), list[Record]()
    hall.office.audience = lambda book, records: came.extend(records)
    await hall.office.say(chidi, "hello")
    head = hall.office.numbers()[-1]
    hall.hub.publish(book, came)
    assert recorded(there).numbers()[-1] < head, "need a frame that waits"
    assert await hall.hub.catch_up(hall.office.journal, book, member)
    await turn()
    for one in (there, member):
        assert recorded(one).numbers() == list(range(1, head + 1))


async def test_a_refill_waits_for_a_slow_reader_and_reads_only_then_p19(hall: Hall):
    """What is taken back while the socket stands still is not in the frame that follows."""
    said = await hall.office.say(chidi, "canary")
    member = await hall.knock(ben)
    member.frames.writable.clear()
    joining = asyncio.ensure_future(hall.catch_up(member))
    await turn()
    await hall.office.journal.submit(EVENING, chidi, ask.Redact(said.number or 0))
    member.frames.writable.set()
    assert await joining
    assert b"canary" not in b"".join(recorded(member).given)
    assert recorded(member).numbers() == hall.office.numbers()


async def test_a_frame_of_a_refill_stays_small_whatever_was_written_p14(hall: Hall):
    """However long the lines, a socket that stops reading holds at most 512 KiB."""
    for _ in range(40):
        await hall.office.say(chidi, "\x01" * 2000)
    member = await hall.join(ben)
    assert max(map(len, recorded(member).given)) < 256 * 1024
    assert recorded(member).numbers() == hall.office.numbers()


# Sockets that do not drain


async def test_a_socket_that_does_not_drain_is_let_go_and_the_others_go_on_p14(hall: Hall):
    stalled, well = await hall.join(ben), await hall.join(chidi)
    recorded(stalled).stall()
    await hall.office.say(ada, "hello")
    await turn()
    assert recorded(stalled).aborted == 1
    assert recorded(well).numbers() == hall.office.numbers()
    assert recorded(well).aborted == 0


async def test_who_has_not_taken_in_all_of_the_refill_is_no_stalled_socket_p14(hall: Hall):
    """What we have just filled it with drains first: on a slow line it would be cut at each line said."""
    for n in range(3):
        await hall.office.say(chidi, f"line {n}")
    member = await hall.knock(ben)
    recorder = recorded(member)
    offer = recorder.offer

    def fill(frame: bytes) -> bool:
        recorder.writable.clear()
        return offer(frame)

    recorder.offer = fill  # type: ignore[method-assign]
    joining = asyncio.ensure_future(hall.catch_up(member))
    await turn()
    assert recorder.numbers() == hall.office.numbers(), "need one that has been sent everything"
    recorder.drains = False
    await hall.office.say(chidi, "said meanwhile")
    await turn()
    assert (joining.done(), recorder.aborted) == (False, 0)
    recorder.drains, recorder.offer = True, offer  # type: ignore[method-assign]
    recorder.writable.set()
    assert await joining
    await hall.office.say(chidi, "said after")
    await turn()
    assert recorder.numbers() == hall.office.numbers()
    assert recorder.aborted == 0


async def test_a_socket_that_leaves_in_the_middle_of_a_flush_takes_nobody_with_it(hall: Hall):
    members = [await hall.join(ben) for _ in range(3)]
    first = recorded(members[0])

    def leave() -> None:
        for member in members[:2]:
            hall.hub.leave(EVENING, member)

    first.stall()
    first.abort = leave  # type: ignore[method-assign]
    await hall.office.say(ada, "hello")
    await turn()
    assert recorded(members[2]).numbers() == hall.office.numbers()


# Removal


async def test_a_removed_seat_reads_up_to_its_removal_and_nothing_after_p9(hall: Hall):
    bens = [await hall.join(ben), await hall.join(ben)]
    chidis = await hall.join(chidi)
    remove = hall.office.journal.submit(EVENING, ada, ask.Remove(ben))
    after = hall.office.say(chidi, "are they gone?")
    removed = await remove
    await after
    await turn()
    for member in bens:
        assert recorded(member).numbers()[-1] == removed.number
        assert recorded(member).closed == [4410]
    assert recorded(chidis).numbers() == hall.office.numbers()
    assert recorded(chidis).closed == []


async def test_who_is_removed_while_coming_in_gets_nothing_more_p9(hall: Hall):
    chidis = await hall.join(chidi)
    member = await hall.knock(ben)
    member.frames.writable.clear()
    joining = asyncio.ensure_future(hall.catch_up(member))
    await turn()
    await hall.office.journal.submit(EVENING, ada, ask.Remove(ben))
    hall.hub.leave(EVENING, chidis)  # The last one but Ben: the circle is gone.
    member.frames.writable.set()
    assert await joining is False
    assert recorded(member).closed == [4410]
    assert recorded(member).given == []


# Other streams


async def test_a48_a_demoted_seat_hears_nothing_of_the_facilitators_after_its_number(hall: Hall):
    submit = hall.office.journal.submit
    await submit(EVENING, ada, ask.Appoint(ben, "co_chair"))
    bens, adas = [await hall.join(ben), await hall.join(ben)], await hall.join(ada)
    await submit(EVENING, chidi, ask.Tell("while he is one of them"))
    dismiss = submit(EVENING, ada, ask.Dismiss(ben, "co_chair"))
    after = submit(EVENING, chidi, ask.Tell("canary"))  # In the same batch.
    dismissed, _ = await dismiss, await after
    await turn()
    assert recorded(adas).numbers("chair") == [1, 2]
    for member in bens:
        assert recorded(member).numbers("chair") == [1]
        assert recorded(member).numbers()[-1] == dismissed.number
        assert recorded(member).closed == [4411]
        assert b"canary" not in b"".join(recorded(member).given)
    assert recorded(adas).closed == []
    again = await hall.join(ben)
    assert (CHAIR in again.at, b"canary" in b"".join(recorded(again).given)) == (False, False)


@pytest.mark.parametrize("command", [ask.Appoint(ben, "co_chair"), ask.Handover(ben)])
async def test_a48_a_promoted_seat_comes_back_and_hears_the_facilitators_from_then_on(
    hall: Hall, command: ask.Appoint | ask.Handover
):
    submit = hall.office.journal.submit
    bens = await hall.join(ben)
    await submit(EVENING, chidi, ask.Tell("canary"))
    promoted = await submit(EVENING, ada, command)
    if isinstance(command, ask.Handover):
        assert recorded(bens).closed == [], "until they accept nothing changes (FC-23)"
        promoted = await submit(EVENING, ben, ask.AcceptChair())
    await submit(EVENING, chidi, ask.Tell("are you one of them now?"))
    await turn()
    assert recorded(bens).numbers()[-1] == promoted.number
    assert recorded(bens).closed == [4411]
    book = await hall.office.book()
    first = MEETING.streams(book.fold.state, ben)[CHAIR]
    again = await hall.join(ben, {ROOM: promoted.number or 0, CHAIR: first - 1, ben: 1})
    heard = [entry["entry"]["words"] for entry in recorded(again).entries("chair")]
    assert heard == ["are you one of them now?"]


async def test_a_seat_that_changes_while_it_comes_in_is_let_go_whoever_else_leaves(hall: Hall):
    chidis, bens = await hall.join(chidi), await hall.knock(ben)
    await hall.office.journal.submit(EVENING, ada, ask.Appoint(ben, "co_chair"))
    hall.hub.leave(EVENING, chidis)
    assert recorded(bens).closed == [4411]
    assert await hall.catch_up(bens) is False
    assert recorded(bens).given == []


async def test_whose_knock_it_was_is_sent_to_nobody(office: Office):
    """The facilitators see the name; which session it is stays in the log."""
    await office.furnish(MORNING, flags=Flags(door="members"))
    hall, book = Hall(office), await office.book(MORNING)
    members = {seat: Subscriber(Recorder(), seat, b"") for seat in (ada, ben)}
    for seat, member in members.items():
        hall.hub.enter(MORNING, member)
        member.at = dict.fromkeys(MEETING.streams(book.fold.state, seat), 0)
        assert await hall.hub.catch_up(office.journal, book, member)
    knock = ask.TakeSeat(EVES_SESSION, "member", "Eve", known=False)
    await office.journal.submit(MORNING, 0, knock)
    await turn()
    assert book.fold.head(NOBODY)[0] == 1, "need a knock for this test to mean anything"
    assert recorded(members[ada]).entries("chair")[-1]["entry"]["words"] == "Eve"
    assert all(EVES_SESSION.encode() not in b"".join(recorded(m).given) for m in members.values())
    assert b"Eve" not in b"".join(recorded(members[ben]).given)


async def test_nothing_is_written_to_who_was_let_go_not_even_an_answer_p9(hall: Hall):
    """A socket that is saying goodbye is not cut for taking no more: its close code would be lost."""
    member = await hall.join(ben)
    await hall.office.journal.submit(EVENING, ada, ask.Remove(ben))
    member.send(wire.Retry("0" * 32, 250))
    assert recorded(member).aborted == 0


async def test_the_sockets_of_a_session_that_is_over_are_closed(hall: Hall):
    one, two = await hall.join(ben, session=b"one"), await hall.join(ben, session=b"two")
    hall.hub.end_sessions({b"one": 4401})
    assert (recorded(one).closed, recorded(two).closed) == ([4401], [])


async def test_everybody_is_told_that_the_server_restarts(hall: Hall):
    members = [await hall.join(ben), await hall.knock(chidi)]
    hall.hub.close(1012)
    assert [recorded(member).closed for member in members] == [[1012], [1012]]


# Audiences


async def test_a_private_line_goes_to_the_facilitators_and_its_sender_alone_p22(hall: Hall):
    adas, bens, chidis = [await hall.join(seat) for seat in (ada, ben, chidi)]
    before = list(recorded(chidis).given)
    await hall.office.journal.submit(EVENING, ben, ask.Tell("between us"))
    await turn()
    assert [entry["entry"]["words"] for entry in recorded(adas).entries("chair")] == ["between us"]
    assert recorded(bens).entries("own")[-1]["entry"]["words"] == "between us"
    assert recorded(bens).entries("chair") == []
    assert recorded(chidis).given == before
    assert recorded(chidis).numbers("own") == [1]


async def test_a_line_to_one_seat_goes_to_that_seat_p22(hall: Hall):
    adas, bens, chidis = [await hall.join(seat) for seat in (ada, ben, chidi)]
    await hall.office.journal.submit(EVENING, ada, ask.Tell("are you well?", to=ben))
    await turn()
    told = [entry["entry"] for entry in recorded(bens).entries("own")][-1]
    assert (told["type"], told["words"]) == ("told_you", "are you well?")
    assert recorded(chidis).numbers("own") == [1]
    assert recorded(adas).numbers("own") == [1]


# Presence, and which logs are wanted


async def test_who_comes_is_told_who_is_here_at_once_and_the_others_a_little_later(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
):
    timers: list[tuple[Callable[..., object], Any]] = []
    loop = asyncio.get_running_loop()
    call_later = loop.call_later

    def later(delay: float, what: Callable[..., object], *of: Any, **more: Any) -> Any:
        if delay == module.SETTLE:
            timers.append((what, of))
            return object()
        return call_later(delay, what, *of, **more)

    monkeypatch.setattr(loop, "call_later", later)
    adas, bens = await hall.join(ada), await hall.join(ben)
    assert recorded(adas).present() == [[ada]]
    assert recorded(bens).present() == [[ada, ben]]
    assert len(timers) == 1, "coming and going is gathered"
    what, of = timers.pop()
    what(*of)
    await turn()
    assert recorded(adas).present()[-1] == [ada, ben]
    again = await hall.join(ben)  # A second socket of a seat that is here changes nothing.
    hall.hub.leave(EVENING, again)
    what, of = timers.pop()
    what(*of)
    await turn()
    assert recorded(adas).present() == [[ada], [ada, ben]]
    assert hall.presence.connected(EVENING) == {ada, ben}


async def test_who_has_gone_is_told_after_a_look_at_presence_when_the_moment_is_over_fc18(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "SETTLE", 0)
    adas, bens = await hall.join(ada), await hall.join(ben)
    await settled(adas, [ada, ben])
    hall.hub.leave(EVENING, bens)
    for passed in (GRACE - 1.0, 1.0):
        assert recorded(adas).present()[-1] == [ada, ben]
        hall.office.clock.at += passed
        await hall.presence.look([EVENING])
        hall.hub.tell_presence()
        await turn()
    await settled(adas, [ada])
    told = len(recorded(adas).given)
    hall.hub.tell_presence()
    await asyncio.sleep(0.01)
    assert len(recorded(adas).given) == told, "nothing new, and nothing told"


async def settled(member: Subscriber, here: list[int]) -> None:
    await until(lambda: recorded(member).present()[-1:] == [here])


async def test_a_crowd_is_counted_once_for_all_who_come(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "SETTLE", 0)
    for seat in range(100, 100 + CROWD):
        hall.presence.came(EVENING, seat)
    adas = await hall.join(ada)
    crowd = {"type": "presence", "here": [ada], "count": CROWD + 1}
    await until(lambda: [frame for frame in recorded(adas).frames if frame == crowd][1:])
    bens = await hall.join(ben)
    crowd["count"] = CROWD + 2
    await until(lambda: recorded(bens).frames[-1] == recorded(adas).frames[-1] == crowd)
    counts = [frame["count"] for frame in recorded(bens).frames if frame["type"] == "presence"]
    assert counts == [CROWD + 1, CROWD + 2], "at once what was told last, then what is so"


async def test_in_a_crowd_who_came_is_told_a_little_later_and_before_the_next_words(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
):
    waits: list[float] = []
    to_all = Circle.to_all

    def noted(circle: Circle, frame: bytes, wait: float = 0.0) -> None:
        if b"seat_taken" in frame or b'"said"' in frame:
            waits.append(wait)
        to_all(circle, frame, wait)

    monkeypatch.setattr(Circle, "to_all", noted)
    monkeypatch.setattr(Circle, "patience", 60.0)
    adas, before = await hall.join(ada), len(recorded(await hall.join(ben)).given)
    assert before, "they are in"
    await hall.office.journal.submit(EVENING, 0, ask.TakeSeat("few", "member", "Eve"))
    monkeypatch.setattr(crowds, "CROWD", 2)
    await hall.office.journal.submit(EVENING, 0, ask.TakeSeat("many", "member", "Gus"))
    await hall.office.journal.submit(EVENING, ada, ask.Say("welcome", OPEN_EPOCH))
    assert waits == [0.0, 60.0, 0.0]
    kinds = [entry["entry"]["type"] for entry in recorded(adas).entries()[-3:]]
    assert kinds == ["seat_taken", "seat_taken", "said"]


async def test_before_all_processes_were_looked_at_nothing_is_told_of_who_is_here(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """Else half of a meeting looks gone to who comes to another process."""
    monkeypatch.setattr(module, "SETTLE", 0)
    presence = Presence(Elsewhere({EVENING: {ada: True}}), office.clock.now)
    hall = Hall(office, presence)
    bens = await hall.join(ben)
    await asyncio.sleep(0.01)
    assert recorded(bens).present() == []
    await presence.look([EVENING])
    hall.hub.tell_presence()
    await settled(bens, [ada, ben])


class Elsewhere:
    """Another process, and who is connected to it."""

    def __init__(self, seats: dict[int, dict[int, bool]]) -> None:
        self._seats = seats

    async def renew(self) -> bool:
        return True

    async def write(self, *_: object) -> bool:
        return True

    async def others(self) -> dict[int, int]:
        return {1: 1}

    async def seats(self, *_: object) -> dict[int, dict[int, bool]]:
        return self._seats


# Typing


async def test_who_is_writing_is_told_to_all_and_not_more_often_than_every_3_seconds(hall: Hall):
    adas, bens, chidis = [await hall.join(seat) for seat in (ada, ben, chidi)]
    await hall.join(ben)
    book = await hall.office.book()
    for now in (100.0, 100.1, 102.9, 103.0):
        hall.hub.typing(book, ben, now)
    hall.hub.typing(book, chidi, 102.0)
    await turn()
    for member in (adas, bens, chidis):
        typing = [frame for frame in recorded(member).frames if frame["type"] == "typing"]
        assert typing == [{"type": "typing", "seat": seat} for seat in (ben, ben, chidi)]
    assert "typing" not in str(hall.office.published)


async def test_p8_nobody_is_told_that_the_muted_are_writing(hall: Hall):
    adas, _ = await hall.join(ada), await hall.join(ben)
    await hall.office.mute(ben)
    hall.hub.typing(await hall.office.book(), ben, 100.0)
    await turn()
    assert "typing" not in {frame["type"] for frame in recorded(adas).frames}


async def test_typing_of_who_has_just_been_let_go_goes_nowhere(hall: Hall):
    bens = await hall.join(ben)
    hall.hub.leave(EVENING, bens)
    hall.hub.typing(await hall.office.book(), ben, 100.0)
    assert hall.hub.logs() == []


async def test_the_bus_is_asked_for_a_log_while_somebody_is_in_it(hall: Hall):
    assert hall.hub.logs() == []
    one, two = await hall.knock(ben), await hall.join(chidi)
    assert (hall.wanted, hall.hub.logs()) == ({EVENING}, [EVENING])
    hall.hub.leave(EVENING, one)
    hall.hub.leave(EVENING, one)
    assert hall.wanted == {EVENING}
    hall.hub.leave(EVENING, two)
    assert (hall.wanted, hall.hub.logs()) == (set(), [])
    assert hall.presence.connected(EVENING) == set()


async def test_entries_of_a_log_without_sockets_go_nowhere(hall: Hall):
    await hall.office.say(ben, "hello")
    hall.hub.to_all(EVENING, wire.Heartbeat("1.", 2.0))
    assert hall.hub.logs() == []


async def test_who_lacks_what_the_database_has_lost_is_sent_away_and_asks_it_no_more(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
):
    """Part of a log was put back from a copy, while this process had all of it in memory."""
    asked = 0

    async def nothing(*_: object) -> list[Record]:
        nonlocal asked
        asked += 1
        return []

    monkeypatch.setattr(hall.office.journal, "stream", nothing)
    for at in ({0: 1, ben: 0}, {0: 0, ben: 0}):
        member = await hall.knock(ben, at)
        async with asyncio.timeout(5):
            with pytest.raises(OutcomeUnknown):
                await hall.catch_up(member)
    assert asked == 2


@pytest.mark.parametrize("audience", [ROOM, ben])
async def test_p20_what_is_swept_while_it_is_read_is_sent_to_nobody_in_any_stream(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, audience: int
):
    await hall.office.say(ben, "canary")
    await hall.office.journal.submit(EVENING, ben, ask.Tell("canary"))
    book, read = await hall.office.book(), hall.office.journal.stream

    async def swept(book: Book, stream: int, after: int, limit: int) -> list[Record]:
        found = await read(book, stream, after, limit)
        if stream == audience and "canary" in repr(found):
            await hall.office.logs.sweep(EVENING, 50.0)
            await hall.office.journal.reread(EVENING, 50.0)
        return found

    monkeypatch.setattr(hall.office.journal, "stream", swept)
    member = await hall.knock(ben, {ROOM: 0, ben: 0})
    member.at = {audience: 0}
    assert await hall.catch_up(member)
    assert b"canary" not in b"".join(recorded(member).given)
    assert book.swept_at == 50.0, "need a sweep in the middle"


class Behind:
    """The reads of what others had stored: they come to an end when they are let, or fail."""

    def __init__(self, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun = 0
        self.let = asyncio.Event()
        self.error: Exception | None = None
        monkeypatch.setattr(hall.office.journal, "catch_up", self._read)

    async def _read(self, *_: int) -> None:
        self.begun += 1
        await self.let.wait()
        if self.error is not None:
            raise self.error


async def reading(hall: Hall, count: int) -> list[asyncio.Task[None]]:
    """So many have come in at the same moment, and want to know what others had stored before."""
    await hall.knock(ben)
    journal, now = hall.office.journal, hall.office.clock.now
    reads = [
        asyncio.ensure_future(hall.hub.read_to_head(journal, EVENING, now)) for _ in range(count)
    ]
    await asyncio.sleep(0)
    return reads


async def test_p17_a_read_that_fails_fails_for_all_who_waited_for_it(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
):
    behind = Behind(hall, monkeypatch)
    reads = await reading(hall, 50)
    behind.error = OutcomeUnknown("away")
    behind.let.set()
    outcomes = await asyncio.gather(*reads, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {OutcomeUnknown}
    assert behind.begun == 1


async def test_p19_who_goes_in_the_middle_of_a_read_leaves_it_to_the_next(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
):
    behind = Behind(hall, monkeypatch)
    first, second = await reading(hall, 2)
    first.cancel()
    behind.let.set()
    await second
    assert (first.cancelled(), behind.begun) == (True, 2)
