"""What every store of logs promises, on SQLite and on PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from chatroom.store.database import connect
from chatroom.store.logs import READER, Batch, DataFault, First, Head, Logs, OutcomeUnknown, Row
from chatroom.store.sealed import SEALED_SINCE
from tests.journal.stage import Seam, add_log, migrated
from tests.store.places import KINDS, Place, place

EVENING, MORNING, NIGHT = 7, 8, 9
ID = b"i" * 16


class Store:
    """A store with three logs, and a way to look past it into the database."""

    def __init__(self, place: Place, *, sealed: bool) -> None:
        self.place = place
        self.sealed = sealed
        self.seam = Seam(sealed=sealed)
        self.logs = self.seam.open(place.settings)

    def open(self) -> Logs:
        """The same logs as another process has them."""
        return Seam(sealed=self.sealed).open(self.place.settings)

    def count(self, table: str, log: int = EVENING) -> int:
        count: int = self.place.ask(f"SELECT count(*) FROM {table} WHERE log = ?", log)[0][0]
        return count


@asynccontextmanager
async def store_at(kind: str, folder: Path, *, sealed: bool = True) -> AsyncIterator[Store]:
    with place(kind, folder) as ground:
        add_log(ground, EVENING, keep=100.0)
        add_log(ground, MORNING, keep=100.0)
        add_log(ground, NIGHT, "case", keep=0.0)
        store = Store(ground, sealed=sealed)
        try:
            yield store
        finally:
            await store.logs.close()


@pytest.fixture(params=product(KINDS, ("bare", "sealed")), ids="-".join)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    kind, how = request.param
    async with store_at(kind, tmp_path, sealed=how == "sealed") as store:
        yield store


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Store]:
    async with store_at("sqlite", tmp_path) as store:
        yield store


def row(
    position: int, *, log: int = EVENING, audience: int = 0, number: int | None = None, **more: Any
) -> Row:
    values: dict[str, Any] = {
        "log": log,
        "position": position,
        "audience": audience,
        "number": position if number is None else number,
        "entry_id": f"{position:016x}",
        "type": "said",
        "seat": 2,
        "command_id": None,
        "digest": None,
        "at": float(position),
        "data": b"data",
        "words": None,
        **more,
    }
    return Row(**values)


def batch(position: int, *rows: Row, log: int = EVENING, **more: Any) -> Batch:
    values: dict[str, Any] = {"erased": (), "next_due": None, "ended_at": None, **more}
    return Batch(log, position, rows, **values)


# Appending


async def test_what_was_appended_is_read_back_as_it_was(store: Store):
    said = row(1, words="grüß dich 🙂\n".encode(), command_id=ID, digest=b"d" * 16)
    assert await store.logs.append([batch(0, said, row(2))]) == {EVENING}
    assert await store.logs.tail(EVENING, 0) == [
        said._replace(command_id=ID, digest=b"d" * 16),
        row(2),
    ]
    reader = SEALED_SINCE if store.sealed else 1
    assert await store.logs.head(EVENING) == Head(EVENING, "meeting", 2, reader)


async def test_a_log_that_is_elsewhere_takes_nothing_and_the_others_do(store: Store):
    await store.logs.append([batch(0, row(1))])
    done = await store.logs.append(
        [
            batch(0, row(1, words=b"stale")),
            batch(0, row(1, log=MORNING), log=MORNING),
            batch(5, row(6, log=NIGHT), log=NIGHT),
        ]
    )
    assert done == {MORNING}
    assert store.count("entry") == 1
    assert store.count("body") == 0
    assert store.count("entry", NIGHT) == 0
    assert sorted(await store.logs.heads([EVENING, MORNING, NIGHT, 999])) == [
        Head(EVENING, "meeting", 1),
        Head(MORNING, "meeting", 1),
        Head(NIGHT, "case", 0),
    ]


async def test_of_many_who_append_at_one_position_one_does_w1(store: Store):
    others = [store.open() for _ in range(4)]
    try:
        for position in range(5):
            done = await asyncio.gather(
                *(
                    logs.append([batch(position, row(position + 1, seat=seat))])
                    for seat, logs in enumerate(others)
                )
            )
            assert sorted(map(len, done)) == [0, 0, 0, 1]
        rows = await store.logs.tail(EVENING, 0)
        assert [row.position for row in rows] == [1, 2, 3, 4, 5]
    finally:
        for logs in others:
            await logs.close()


async def test_a_log_that_is_not_there_takes_nothing(store: Store):
    assert await store.logs.append([batch(0, row(1, log=999), log=999)]) == set()
    assert store.count("entry", 999) == 0
    assert await store.logs.head(999) is None


async def test_a_log_that_is_for_newer_readers_takes_nothing_and_is_read_w10(store: Store):
    await store.logs.append([batch(0, row(1))])
    newer = READER + 1
    store.place.tell("UPDATE log SET min_reader = ? WHERE id = ?", newer, EVENING)
    morning = batch(0, row(1, log=MORNING), log=MORNING)
    assert await store.logs.append([batch(1, row(2)), morning]) == {MORNING}
    assert await store.logs.head(EVENING) == Head(EVENING, "meeting", 1, newer)
    assert await store.logs.tail(EVENING, 0) == [row(1)]


async def test_what_is_stored_may_ask_for_a_newer_reader_from_then_on_w10(store: Store):
    """In the same statement: there is no moment at which an older reader could still decide."""

    async def asks(log: int) -> int:
        head = await store.logs.head(log)
        assert head is not None
        return head.min_reader

    before = [await asks(EVENING), await asks(MORNING)]
    assert before == [1, 1], "need logs that anybody may decide in"
    both = [batch(0, row(1)), batch(0, row(1, log=MORNING), log=MORNING, min_reader=READER)]
    assert await store.logs.append(both) == {EVENING, MORNING}
    assert [await asks(EVENING), await asks(MORNING)] == [1, READER]
    later = [batch(1, row(2), min_reader=READER), batch(1, row(2, log=MORNING), log=MORNING)]
    assert await store.logs.append(later) == {EVENING, MORNING}
    assert [await asks(EVENING), await asks(MORNING)] == [READER, READER], "it never asks for less"
    stale = batch(1, row(3), min_reader=READER + 1)
    assert await store.logs.append([stale]) == set()
    assert await asks(EVENING) == READER


FAULTS = {
    "a command twice": (row(2, command_id=ID),),
    "a number twice": (row(2, number=1),),
    "a number too large": (row(2, seat=2**63),),
    "a type that can't be bound": (row(2, data=object()),),
    "a text that is no UTF-8": (row(2, type="\ud800"),),
    "nothing where something must be": (row(2, data=None),),
    "words that can't be bound": (row(2, words=object()),),
    "the last of many": (row(2), row(3), row(4, number=1)),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_in_the_data_is_said_so_and_nothing_of_it_is_stored_w2(
    store: Store, name: str
):
    await store.logs.append([batch(0, row(1, command_id=ID))])
    morning = batch(0, row(1, log=MORNING, words=b"good morning"), log=MORNING)
    with pytest.raises(DataFault):
        await store.logs.append([morning, batch(1, *FAULTS[name], erased=((0, 1),))])
    assert (store.count("entry"), store.count("entry", MORNING)) == (1, 0)
    assert store.count("body", MORNING) == 0
    assert await store.logs.head(EVENING) == Head(EVENING, "meeting", 1)
    assert await store.logs.append([morning, batch(1, row(2))]) == {EVENING, MORNING}


async def test_a_fault_says_nothing_of_the_data_p21(store: Store):
    with pytest.raises(DataFault) as fault:
        await store.logs.append([batch(0, row(1, type="canary\ud800", words=b"canary"))])
    assert "canary" not in str(fault.value)
    assert fault.value.__cause__ is None


async def test_one_command_is_unique_in_its_log_and_seat_p2(store: Store):
    await store.logs.append([batch(0, row(1, command_id=ID), row(2, command_id=ID, seat=3))])
    await store.logs.append([batch(0, row(1, log=MORNING, command_id=ID), log=MORNING)])
    await store.logs.append([batch(2, row(3, command_id=None), row(4, command_id=None))])
    assert store.count("entry") == 4


@pytest.mark.parametrize("where", ["BEGIN IMMEDIATE", "UPDATE", "COMMIT"])
async def test_what_fails_otherwise_is_of_unknown_outcome_and_the_next_one_works_w3(
    store: Store, where: str
):
    def fail(sql: str) -> None:
        if sql.startswith(where):
            raise sqlite3.OperationalError("disk I/O error")

    store.seam.before = fail
    with pytest.raises(OutcomeUnknown):
        await store.logs.append([batch(0, row(1))])
    store.seam.before = lambda _: None
    assert await store.logs.head(EVENING) == Head(EVENING, "meeting", 0)
    assert await store.logs.append([batch(0, row(1))]) == {EVENING}


async def test_a_cancelled_caller_leaves_the_append_to_finish_w3(store: Store):
    started, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait(sql: str) -> None:
        if sql == "COMMIT":
            loop.call_soon_threadsafe(started.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(5)

    store.seam.before = wait
    appending = asyncio.ensure_future(store.logs.append([batch(0, row(1))]))
    await started.wait()
    appending.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await appending
    store.seam.before = lambda _: None
    assert await store.logs.append([batch(0, row(1))]) == set(), "the first one is through"
    assert await store.logs.head(EVENING) == Head(EVENING, "meeting", 1)


# Reading


async def test_the_tail_begins_behind_a_position_in_order(store: Store):
    await store.logs.append([batch(0, *(row(position) for position in range(1, 12)))])
    rows = await store.logs.tail(EVENING, 8)
    assert [row.position for row in rows] == [9, 10, 11]
    assert await store.logs.tail(EVENING, 11) == []
    assert await store.logs.tail(MORNING, 0) == []


async def test_the_tails_of_many_logs_come_at_once_each_in_order(store: Store):
    evening = [row(position, words=b"words") for position in range(1, 6)]
    night = [row(position, log=NIGHT) for position in range(1, 4)]
    await store.logs.append([batch(0, *evening), batch(0, *night, log=NIGHT)])
    rows = await store.logs.tails({NIGHT: 1, MORNING: 0, EVENING: 3})
    assert [row for row in rows if row.log == EVENING] == evening[3:]
    assert [row for row in rows if row.log == NIGHT] == night[1:]
    assert len(rows) == 4
    assert await store.logs.tails({}) == []


async def test_a_stream_is_one_audience_behind_a_number_and_as_many_as_are_asked_for(store: Store):
    rows = [row(1), row(2, audience=3, number=1), row(3, number=2), row(4, number=3)]
    await store.logs.append([batch(0, *rows)])
    assert await store.logs.stream(EVENING, 0, 0, 500) == [rows[0], rows[2], rows[3]]
    assert await store.logs.stream(EVENING, 0, 1, 1) == [rows[2]]
    assert await store.logs.stream(EVENING, 3, 0, 500) == [rows[1]]
    assert await store.logs.stream(EVENING, -1, 0, 500) == []


async def test_the_first_of_a_command_is_found_by_its_seat_p2(store: Store):
    await store.logs.append([batch(0, row(1), row(2, command_id=ID, digest=b"d" * 16))])
    assert await store.logs.first(EVENING, 2, ID) == First(0, 2, b"d" * 16)
    assert await store.logs.first(EVENING, 3, ID) is None
    assert await store.logs.first(MORNING, 2, ID) is None
    assert await store.logs.first(EVENING, 2, b"o" * 16) is None


async def test_whether_any_of_some_commands_of_a_seat_is_stored_p5(store: Store):
    await store.logs.append([batch(0, row(1), row(2, command_id=ID, digest=b"d" * 16))])
    assert await store.logs.any_stored(EVENING, 2, [b"o" * 16, ID])
    assert not await store.logs.any_stored(EVENING, 2, [b"o" * 16])
    assert not await store.logs.any_stored(EVENING, 3, [ID])
    assert not await store.logs.any_stored(MORNING, 2, [ID])


async def test_the_heads_of_many_logs_or_none_come_at_once_w5(store: Store):
    assert await store.logs.heads([]) == []
    assert len(await store.logs.heads(range(5000))) == 3


async def test_what_is_due_is_due_from_its_time_on_w21(store: Store):
    await store.logs.append([batch(0, row(1), next_due=50.0)])
    await store.logs.append([batch(0, row(1, log=NIGHT), log=NIGHT, next_due=60.0)])
    assert await store.logs.due(49.9) == []
    assert await store.logs.due(50.0) == [Head(EVENING, "meeting", 1)]
    assert {head.log for head in await store.logs.due(60.0)} == {EVENING, NIGHT}
    await store.logs.append([batch(1, row(2))])
    assert [head.log for head in await store.logs.due(60.0)] == [NIGHT]


# Forgetting


async def test_taking_words_back_deletes_them_and_the_hash_and_leaves_the_place_p19(store: Store):
    rows = [
        row(1, audience=2, number=1, words=b"own", digest=b"o" * 16),
        row(2, number=1, words=b"canary", command_id=ID, digest=b"d" * 16),
        row(3, number=2, words=b"another", digest=b"a" * 16),
    ]
    await store.logs.append([batch(0, *rows)])
    await store.logs.append([batch(3, row(4, number=3), erased=((0, 1),))])
    read = await store.logs.tail(EVENING, 0)
    assert [(row.words, row.digest) for row in read] == [
        (b"own", b"o" * 16),
        (None, None),
        (b"another", b"a" * 16),
        (None, None),
    ]
    assert await store.logs.first(EVENING, 2, ID) == First(0, 1, None)


async def test_held_words_go_from_the_stream_that_they_were_in_p19_cm_16(store: Store):
    rows = [
        row(1, audience=-1, number=1, words=b"held", digest=b"h" * 16),
        row(2, audience=2, number=1, words=b"theirs", command_id=ID, digest=b"d" * 16),
        row(3, number=1, words=b"another"),
    ]
    await store.logs.append([batch(0, *rows)])
    ended = row(4, audience=-1, number=2), row(5, audience=2, number=2, words=b"back")
    await store.logs.append([batch(3, *ended, erased=((-1, 1), (2, 1)))])
    read = await store.logs.tail(EVENING, 0)
    assert [row.words for row in read] == [None, None, b"another", None, b"back"]
    assert [row.digest for row in read] == [None] * 5
    assert await store.logs.first(EVENING, 2, ID) == First(2, 1, None)


async def test_a_stale_erasure_erases_nothing(store: Store):
    await store.logs.append([batch(0, row(1, words=b"words"))])
    assert await store.logs.append([batch(0, row(1), erased=((0, 1),))]) == set()
    assert store.count("body") == 1


async def test_a_log_is_swept_once_its_time_after_the_end_is_over_p20(store: Store):
    said = row(1, words=b"canary", digest=b"d" * 16, command_id=ID)
    await store.logs.append([batch(0, said)])
    assert await store.logs.sweepable(1e9) == [], "an open log keeps its words"
    await store.logs.append([batch(1, row(2), ended_at=50.0)])
    assert await store.logs.sweepable(149.9) == []
    assert await store.logs.sweepable(150.0) == [EVENING]
    await store.logs.append([batch(0, row(1, log=MORNING, words=b"kept"), log=MORNING)])
    await store.logs.sweep(EVENING, 150.0)
    assert await store.logs.sweepable(1e9) == []
    assert (store.count("body"), store.count("body", MORNING)) == (0, 1)
    assert await store.logs.head(EVENING) == Head(
        EVENING, "meeting", 2, SEALED_SINCE if store.sealed else 1, 150.0
    )
    assert await store.logs.tail(EVENING, 0) == [said._replace(words=None, digest=None), row(2)]
    assert await store.logs.first(EVENING, 2, ID) == First(0, 1, None)


async def test_with_nothing_to_keep_a_log_is_swept_at_its_end_p20(store: Store):
    await store.logs.append([batch(0, row(1, log=NIGHT), log=NIGHT, ended_at=50.0)])
    assert await store.logs.sweepable(50.0) == [NIGHT]


async def test_a_sweep_that_fails_is_whole_or_nothing_p20(store: Store):
    await store.logs.append([batch(0, row(1, words=b"canary"), ended_at=0.0)])

    def fail(sql: str) -> None:
        if sql.startswith("UPDATE log SET swept_at"):
            raise sqlite3.OperationalError("disk I/O error")

    store.seam.before = fail
    with pytest.raises(OutcomeUnknown):
        await store.logs.sweep(EVENING, 150.0)
    store.seam.before = lambda _: None
    assert store.count("body") == 1
    assert await store.logs.sweepable(150.0) == [EVENING]
    await store.logs.sweep(EVENING, 150.0)
    assert store.count("body") == 0


# SQLite alone


async def test_the_journals_connections_survive_a_power_cut_and_wipe_what_is_deleted_p1(
    tmp_path: Path,
):
    with closing(connect(migrated(tmp_path))) as connection:
        found = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete")
        ]
    assert found == ["wal", 2, 1]


async def test_every_transaction_begins_immediately_w11(file: Store):
    begun: list[str] = []
    file.seam.before = lambda sql: begun.append(sql) if sql.startswith("BEGIN") else None
    await file.logs.append([batch(0, row(1))])
    await file.logs.sweep(EVENING, 1.0)
    assert begun == ["BEGIN IMMEDIATE"] * 2


async def test_reading_goes_on_while_somebody_writes_w11(file: Store, tmp_path: Path):
    await file.logs.append([batch(0, row(1))])
    with closing(connect(tmp_path / "test.db")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(1):
            assert await file.logs.tail(EVENING, 0) == [row(1)]
        writer.execute("ROLLBACK")
