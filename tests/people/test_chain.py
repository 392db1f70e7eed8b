"""Whether the rows of the audit are as they were written: each way in which they may not be, and the sentence."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chatroom.people.chain import Broken, Exported, Whole, verified
from chatroom.store.audit import FIRST, Head, Row, hash_of

ACTS = ("room_made", "link_made", "signed_in", "case_opened", "case_read", "signed_out")
FIELDS = [field for field in Row.__struct_fields__ if field != "n"]


def chain(length: int, first: int = 1, before: str = FIRST) -> list[Row]:
    """Rows as the server writes them."""
    rows: list[Row] = []
    for n in range(first, first + length):
        act = ACTS[n % len(ACTS)]
        row = Row(
            n, 1000 * n, f"session:{n:032x}", act, "case", f"{n:032x}", "", "", "done", before
        )
        rows.append(replace(row, hash=hash_of(row)))
        before = rows[-1].hash
    return rows


def written(row: Row) -> Row:
    """With the hash of what it says by now: whoever may write can compute that, too."""
    return replace(row, hash=hash_of(row))


def walked(rows: list[Row], head: Head | None = None, *exported: Exported) -> Whole | Broken:
    async def all_of_them() -> AsyncIterator[Row]:
        for row in sorted(rows, key=lambda row: row.n):
            yield row

    head = head or Head(rows[-1].n, rows[-1].hash)
    return asyncio.run(verified(all_of_them(), head, exported))


def head_of(rows: list[Row]) -> Head:
    return Head(rows[-1].n, rows[-1].hash)


def test_rows_as_they_were_written_are_whole():
    rows = chain(5)
    assert walked(rows) == Whole(5, 1, 5, rows[-1].hash)
    assert walked([], Head(0, FIRST)) == Whole(0, 1, 0, FIRST)


def test_a113_a_row_that_was_changed_is_named():
    rows = chain(5)
    rows[2] = replace(rows[2], actor="operator")
    assert walked(rows) == Broken(3, "Row 3 was changed: its hash is not the one of what it says.")


def test_a113_a_row_that_was_changed_with_its_hash_breaks_the_next_one():
    rows = chain(5)
    rows[2] = written(replace(rows[2], actor="operator"))
    why = "Row 4 does not follow row 3: one of them was put in, or changed places."
    assert walked(rows) == Broken(4, why)


@pytest.mark.parametrize(
    ("gone", "words"), [([3], "Row 3 is missing."), ([3, 4], "Rows 3 to 4 are missing.")]
)
def test_a113_rows_that_are_missing_are_named(gone: list[int], words: str):
    rows = [row for row in chain(6) if row.n not in gone]
    assert walked(rows) == Broken(3, words)


def test_a113_a_row_that_was_put_in_breaks_what_comes_behind_it():
    rows = chain(5)
    moved = [replace(row, n=row.n + 1) for row in rows[2:]]
    put_in = written(replace(rows[2], act="room_made", previous=rows[1].hash))
    found = walked([*rows[:2], put_in, *moved], Head(6, rows[-1].hash))
    assert isinstance(found, Broken)
    assert found.n == 4
    assert found.why.startswith("Row 4 ")


def test_a113_rows_that_changed_places_are_named():
    rows = chain(5)
    rows[1], rows[2] = replace(rows[2], n=2), replace(rows[1], n=3)
    assert walked(rows) == Broken(2, "Row 2 was changed: its hash is not the one of what it says.")


def test_a113_a_row_behind_the_end_is_named():
    rows = chain(5)
    words = "Row 5 was put in: the chain ended at row 4."
    assert walked(rows, head_of(rows[:4])) == Broken(5, words)


def test_a113_a_tail_that_is_cut_off_is_found_by_the_row_of_the_head():
    rows = chain(5)
    why = "The end is cut off: there should be 5 rows, and the last is row 3."
    assert walked(rows[:3], head_of(rows)) == Broken(4, why)


def test_a113_a_tail_that_is_cut_off_with_the_row_of_the_head_is_found_by_what_was_exported():
    rows = chain(5)
    told = Exported("2026-11-30", 5, rows[-1].hash)
    assert walked(rows[:3]) == Whole(3, 1, 3, rows[2].hash), "it can't be known here"
    why = "The end is cut off: on 2026-11-30 there were 5 rows, and the last is row 3."
    assert walked(rows[:3], None, told) == Broken(4, why)


def test_a113_a_chain_that_was_written_anew_is_found_by_what_was_exported():
    rows = chain(5)
    told = Exported("2026-11-30", 3, rows[2].hash)
    first = written(replace(rows[0], actor="operator"))
    anew = [first, *chain(4, 2, first.hash)]
    assert isinstance(walked(anew), Whole)
    why = "Row 3 is not the one that stood there on 2026-11-30: the chain was written anew."
    assert walked(anew, None, told) == Broken(3, why)


def test_two_days_that_say_different_things_of_one_row_are_told():
    rows = chain(3)
    told = [Exported("2026-11-29", 3, "e" * 64), Exported("2026-11-30", 3, rows[-1].hash)]
    why = "Row 3 was another one on 2026-11-29 and 2026-11-30: the chain was written anew."
    assert walked(rows, None, *told) == Broken(3, why)


def test_the_oldest_rows_may_go_where_a_later_row_says_so():
    rows = chain(5)
    cut = Row(6, 6000, "operator", "audit_cut", "audit", f"2:{rows[1].hash}", "", "", "done", "")
    rows.append(written(replace(cut, previous=rows[-1].hash)))
    assert walked(rows[2:]) == Whole(4, 3, 6, rows[-1].hash)
    old = Exported("2025-11-30", 1, rows[0].hash)
    edge = Exported("2025-12-01", 2, rows[1].hash)
    assert isinstance(walked(rows[2:], None, old, edge), Whole)
    assert isinstance(walked(rows[3:]), Broken), "and no more than it says"


@pytest.mark.parametrize(
    ("first", "words"), [(2, "Row 1 is"), (4, "Rows 1 to 3 are")], ids=["one", "three"]
)
def test_a113_a_beginning_that_is_missing_is_named(first: int, words: str):
    rows = chain(6)[first - 1 :]
    why = f"{words} missing, and no row says that they were taken away in time."
    assert walked(rows) == Broken(1, why)


@given(st.data())
def test_a113_any_change_of_any_field_of_any_row_is_found(data: st.DataObject):
    rows = chain(data.draw(st.integers(1, 12)))
    at = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from(FIELDS))
    was = getattr(rows[at], field)
    kind: st.SearchStrategy[Any] = (
        st.integers(-(2**63), 2**63 - 1) if isinstance(was, int) else st.text()
    )
    head = head_of(rows)
    rows[at] = replace(rows[at], **{field: data.draw(kind.filter(lambda value: value != was))})
    found = walked(rows, head)
    assert isinstance(found, Broken)
    assert found.n == at + 1


@given(st.data())
def test_a113_any_other_set_or_order_of_the_rows_is_found(data: st.DataObject):
    rows = chain(data.draw(st.integers(1, 12)))
    numbers = st.lists(st.integers(0, 15), min_size=len(rows), max_size=len(rows), unique=True)
    other = [replace(row, n=n) for row, n in zip(rows, data.draw(numbers), strict=True) if n]
    found = walked(other, head_of(rows))
    assert isinstance(found, Whole) == (other == rows)


@given(st.lists(st.text(alphabet="a\n1-"), min_size=7, max_size=7), st.data())
def test_what_stands_in_one_field_is_never_taken_for_two(fields: list[str], data: st.DataObject):
    """No field that the server writes holds a line end, so what does hold one has another hash."""
    row = Row(1, 2, "a", "1", "a", "-", "", "", "1", FIRST)
    names = ("actor", "act", "kind", "target", "reason", "case_id", "result")
    other = replace(row, **dict(zip(names, fields, strict=True)))
    assert (hash_of(other) == hash_of(row)) == (other == row)
    assert msgspec.structs.astuple(row)[:-1] == ((1, 2, "a", "1", "a", "-", "", "", "1", FIRST))
