"""What stands in a database under its seals, for who looks past the server; it shares nothing with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from pathlib import Path

MARK, NAMED, NONCE = b"\x00\x01", 4, 12


class Unsealed:
    """With the installation's key, and the folder of those of logs."""

    def __init__(self, master: Path, keys: Path) -> None:
        self._master = master
        self._keys = keys

    def words(self, log: int, entry_id: str, kept: bytes | None) -> bytes | None:
        """The words of an entry as they were written; None where they are gone."""
        if kept is None or not bytes(kept).startswith(MARK):
            return kept
        file, of_log = self._keys / f"{log:016x}.key", log.to_bytes(8, "big", signed=True)
        if not file.exists():
            return None
        key = _open(self._master.read_bytes(), file.read_bytes()[NAMED:], of_log)
        return _open(key, bytes(kept)[len(MARK) :], of_log + entry_id.encode())


def beside(path: Path) -> Unsealed:
    """As they lie where nobody said otherwise: beside the SQLite file, or the secret that processes share."""
    return Unsealed(path.with_name(f"{path.name}.master"), path.with_name(f"{path.name}.keys"))


def _open(key: bytes, sealed: bytes, about: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], about)
