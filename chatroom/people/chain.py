"""Whether the rows of the audit are all there, in their order, and as they were written."""

from collections.abc import AsyncIterator, Iterable

from msgspec import Struct
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.store import audit as store
from chatroom.store.audit import FIRST, Head, Row, hash_of
from chatroom.store.cases import seal_of
from chatroom.store.database import reading


class Exported(Struct, frozen=True):
    """Where the chain stood on a day, as it was written down elsewhere."""

    day: str
    n: int
    hash: str


class Broken(Struct, frozen=True):
    """The first row that is wrong, and why, in a sentence."""

    n: int
    why: str

    @property
    def in_words(self) -> str:
        return self.why


class Whole(Struct, frozen=True):
    """What was found to be right: how many rows, and where they end."""

    rows: int
    first: int
    last: int
    hash: str

    @property
    def in_words(self) -> str:
        if self.rows == 0:
            return "The audit is whole: nothing was told of yet."
        return f"The audit is whole: rows {self.first} to {self.last}, the last one with the hash {self.hash}."


async def verify(engine: AsyncEngine, exported: Iterable[Exported] = ()) -> Whole | Broken:
    """Walks all rows of a database, as they are at one moment."""
    async with reading(engine) as connection:
        try:
            head = await store.head(connection)
        except NoResultFound:
            return Broken(0, "The row that says where the chain ends is missing (audit_head).")
        seals = list[Row]()
        found = await verified(_noting(store.rows(connection), seals), head, exported)
        return found if isinstance(found, Broken) else await _unsealed(connection, seals) or found


async def _noting(rows: AsyncIterator[Row], seals: list[Row]) -> AsyncIterator[Row]:
    async for row in rows:
        if row.act == "case_closed":
            seals.append(row)
        yield row


async def _unsealed(connection: AsyncConnection, seals: list[Row]) -> Broken | None:
    for row in seals:
        position = int(row.target.partition(":")[0])
        if await seal_of(connection, int(row.case_id, 16), position) != row.target:
            why = f"The log of the case of row {row.n} is not as it was when that was closed."
            return Broken(row.n, why)
    return None


async def verified(
    rows: AsyncIterator[Row], head: Head, exported: Iterable[Exported] = ()
) -> Whole | Broken:
    """Walks the chain. What was cut off at the end and at the head as well, only `exported` can tell."""
    known: dict[int, Exported] = {}
    for one in exported:
        if known.setdefault(one.n, one).hash != one.hash:
            days = f"{known[one.n].day} and {one.day}"
            return Broken(
                one.n, f"Row {one.n} was another one on {days}: the chain was written anew."
            )
    before: Row | None = None
    first, count, cuts = Head(0, ""), 0, set[str]()
    async for row in rows:
        if before is None:
            first = Head(row.n - 1, row.previous)
        wrong = _wrong(row, before) or _otherwise(row, known.get(row.n))
        if wrong is not None:
            return Broken(row.n if before is None else before.n + 1, wrong)
        if row.act == "audit_cut":
            cuts.add(row.target)
        before, count = row, count + 1
    last = Head(before.n, before.hash) if before else Head(0, FIRST)
    broken = _cut_at_the_start(first, cuts, known) or _cut_at_the_end(last, head, known)
    return broken or Whole(count, first.n + 1, last.n, last.hash)


def _wrong(row: Row, before: Row | None) -> str | None:
    if before is not None and row.n > before.n + 1:
        gone = f"Row {before.n + 1} is" if row.n == before.n + 2 else _span(before.n + 1, row.n - 1)
        return f"{gone} missing."
    if row.hash != hash_of(row):
        return f"Row {row.n} was changed: its hash is not the one of what it says."
    if before is not None and row.previous != before.hash:
        return f"Row {row.n} does not follow row {before.n}: one of them was put in, or changed places."
    return None


def _otherwise(row: Row, told: Exported | None) -> str | None:
    if told is None or told.hash == row.hash:
        return None
    return f"Row {row.n} is not the one that stood there on {told.day}: the chain was written anew."


def _cut_at_the_start(first: Head, cuts: set[str], known: dict[int, Exported]) -> Broken | None:
    """The oldest rows may go when their time is over, and a later row then says up to which."""
    told = known.get(first.n)
    if first.n <= 0 and first.hash in ("", FIRST):
        return None
    if told is not None and told.hash != first.hash:
        why = f"Row {first.n + 1} does not follow the row that stood before it on {told.day}."
        return Broken(first.n + 1, why)
    if f"{first.n}:{first.hash}" in cuts:
        return None
    gone = "Row 1 is" if first.n == 1 else _span(1, first.n)
    return Broken(1, f"{gone} missing, and no row says that they were taken away in time.")


def _cut_at_the_end(last: Head, head: Head, known: dict[int, Exported]) -> Broken | None:
    latest = max(known.values(), key=lambda one: one.n, default=None)
    if latest is not None and latest.n > last.n:
        why = f"The end is cut off: on {latest.day} there were {latest.n} rows, and the last is row {last.n}."
        return Broken(last.n + 1, why)
    if head.n > last.n:
        why = f"The end is cut off: there should be {head.n} rows, and the last is row {last.n}."
        return Broken(last.n + 1, why)
    if head.n < last.n or head.hash != last.hash:
        return Broken(last.n, f"Row {last.n} was put in: the chain ended at row {head.n}.")
    return None


def _span(first: int, last: int) -> str:
    return f"Rows {first} to {last} are"
