"""Logs whose words are sealed: whoever has the database alone reads none of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chatroom.store.keys import NONCE, KeyLost, Keys
from chatroom.store.logs import Batch, DataFault, First, Head, Logs, OutcomeUnknown, Row

MARK = b"\x00\x01"
"""Before sealed words. No text begins so: NUL is refused in what people write."""
SEALED_SINCE = 7
"""The first version that reads sealed words (W10)."""


class Sealed:
    """AES-256-GCM under the log's key; that it is this entry of this log goes into the seal.

    What was written before lies open, and is read as it is. Words whose key is gone are gone.
    """

    def __init__(self, logs: Logs, keys: Keys, random_bytes: Callable[[int], bytes]) -> None:
        self._logs = logs
        self._keys = keys
        self._random_bytes = random_bytes

    async def append(self, batches: Sequence[Batch]) -> set[int]:
        """As `Logs` does; the key of a log is kept before its first word is."""
        return await self._logs.append([await self._sealed(batch) for batch in batches])

    async def _sealed(self, batch: Batch) -> Batch:
        if all(row.words is None for row in batch.rows):
            return batch
        try:
            key = self._keys.at_hand(batch.log) or await self._keys.to_write(batch.log)
        except (OSError, KeyLost) as error:
            # Nothing was stored: the sender's words stay with them, and are sent again.
            raise OutcomeUnknown(type(error).__name__) from None
        rows = [
            row if row.words is None else sealed(row, key, self._random_bytes) for row in batch.rows
        ]
        return batch._replace(rows=rows, min_reader=max(batch.min_reader, SEALED_SINCE))

    async def _open(self, rows: list[Row]) -> list[Row]:
        found = []
        for row in rows:
            if row.words is None or not row.words.startswith(MARK):
                found.append(row)
            else:
                key = self._keys.at_hand(row.log) or await self._keys.to_read(row.log)
                found.append(row._replace(words=None if key is None else opened(row, key)))
        return found

    async def tails(self, after: Mapping[int, int]) -> list[Row]:
        return await self._open(await self._logs.tails(after))

    async def tail(self, log: int, after: int) -> list[Row]:
        return await self._open(await self._logs.tail(log, after))

    async def stream(self, log: int, audience: int, after: int, limit: int) -> list[Row]:
        return await self._open(await self._logs.stream(log, audience, after, limit))

    async def sweep(self, log: int, now: float) -> None:
        """First the key is destroyed, then the words are deleted: cut off between, it is done again (P20)."""
        try:
            await self._keys.destroy(log)
        except OSError as error:
            raise OutcomeUnknown(type(error).__name__) from None
        await self._logs.sweep(log, now)

    async def first(self, log: int, seat: int, command_id: bytes) -> First | None:
        return await self._logs.first(log, seat, command_id)

    async def any_stored(self, log: int, seat: int, command_ids: Sequence[bytes]) -> bool:
        return await self._logs.any_stored(log, seat, command_ids)

    async def head(self, log: int) -> Head | None:
        return await self._logs.head(log)

    async def heads(self, logs: Iterable[int]) -> list[Head]:
        return await self._logs.heads(logs)

    async def due(self, now: float) -> list[Head]:
        return await self._logs.due(now)

    async def sweepable(self, now: float) -> list[int]:
        return await self._logs.sweepable(now)

    async def time(self) -> float | None:
        return await self._logs.time()

    async def close(self) -> None:
        await self._logs.close()


def about(row: Row) -> bytes:
    """What the seal is bound to: this entry of this log, and no other place."""
    return row.log.to_bytes(8, "big", signed=True) + row.entry_id.encode(errors="surrogatepass")


def sealed(row: Row, key: AESGCM, random_bytes: Callable[[int], bytes]) -> Row:
    """The entry with its words sealed; raises `DataFault` for what are no words."""
    if not isinstance(row.words, bytes):
        raise DataFault("words are bytes")
    nonce = random_bytes(NONCE)
    return row._replace(words=MARK + nonce + key.encrypt(nonce, row.words, about(row)))


def opened(row: Row, key: AESGCM) -> bytes | None:
    """The words again; None where this key does not open them, or they are of another entry."""
    sealed = (row.words or b"")[len(MARK) :]
    try:
        return key.decrypt(sealed[:NONCE], sealed[NONCE:], about(row))
    except InvalidTag:
        return None
