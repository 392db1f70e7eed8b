"""The keys of words: one for each log, wrapped by the installation's, in a place of their own."""

import asyncio
import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chatroom.settings import BadSetting
from chatroom.store import private_file

LENGTH = 32
NONCE = 12
NAMED = 4
"""Bytes by which a wrapped key says which installation key opens it."""
KNOWN_FOR = 60.0
"""Seconds for which a key stays in memory: after the sweep no process knows it for longer."""
KEY_FILE = re.compile(r"([0-9a-f]{16})\.key")

_log = structlog.get_logger()


class KeyStore(Protocol):
    """Where wrapped keys lie: a directory here, apart from the database; a KMS could stand in its place."""

    def read(self, log: int) -> bytes | None:
        """The wrapped key of a log; None where there is none, or none any more."""

    def make(self, log: int, wrapped: bytes) -> bytes:
        """Keeps it, and returns the one that is kept: of many who make one at once, one does."""

    def put(self, log: int, wrapped: bytes) -> bool:
        """The same key, wrapped by another installation key; False where it was destroyed meanwhile."""

    def destroy(self, log: int) -> None:
        """It is gone for good, from here; copies of this place are to be as short-lived (P19)."""

    def logs(self) -> list[int]:
        """Of which logs there are keys."""


class Directory:
    """A file for each log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, log: int) -> bytes | None:
        try:
            return self._file(log).read_bytes()
        except FileNotFoundError:
            return None

    def make(self, log: int, wrapped: bytes) -> bytes:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            kept = self.read(log)
            if kept is None:
                private_file.make(self._file(log), wrapped)
            return kept or wrapped

    def put(self, log: int, wrapped: bytes) -> bool:
        with self._alone():
            is_there = self._file(log).exists()
            if is_there:
                private_file.put(self._file(log), wrapped)
        return is_there

    def destroy(self, log: int) -> None:
        if not self._folder.exists():
            return
        with self._alone():
            # What a crash has left half-made opens the words as well.
            for file in self._folder.glob(f"*{self._file(log).name}*"):
                file.unlink(missing_ok=True)
            private_file.keep_folder(self._folder)

    def logs(self) -> list[int]:
        there = (KEY_FILE.fullmatch(file.name) for file in self._folder.glob("*.key"))
        return sorted(int(found[1], 16) for found in there if found)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of those who make, put and destroy, in all processes, one at a time."""
        lock = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _file(self, log: int) -> Path:
        return self._folder / f"{log:016x}.key"


class Installation:
    """The key that wraps all others, and while it is changed the next one, too."""

    def __init__(self, path: Path, random_bytes: Callable[[int], bytes]) -> None:
        """Reads it, or makes it where there is none; raises `BadSetting`."""
        self._path = path
        self._random_bytes = random_bytes
        try:
            if not path.exists():
                private_file.make(path, random_bytes(LENGTH))
            self._keys = self._read()
        except FileExistsError:
            self._keys = self._read()
        except OSError as error:
            raise BadSetting("KEY_FILE", f"{path} can't be used: {error.strerror}") from None
        if any(len(key) != LENGTH for key in self._keys):
            raise BadSetting("KEY_FILE", f"{path} does not hold {LENGTH} bytes")

    @property
    def next(self) -> Path:
        """Where the next one lies until every key is wrapped by it."""
        return self._path.with_name(f"{self._path.name}.next")

    def _read(self) -> list[bytes]:
        """The newest last: by that one is wrapped."""
        files = (self._path, self.next)
        return [file.read_bytes() for file in files if file.exists()]

    def wrapped(self, log: int, key: bytes) -> bytes:
        """A key of a log, as it is kept."""
        self._keys = self._read()  # Another process may have changed it.
        by, nonce = self._keys[-1], self._random_bytes(NONCE)
        return _name(by) + nonce + AESGCM(by).encrypt(nonce, key, _about(log))

    def opened(self, log: int, wrapped: bytes) -> bytes | None:
        """The key again; None where no key of this installation opens it."""
        for look in range(2):
            if look:
                self._keys = self._read()  # Another process may have changed it.
            for by in self._keys:
                if _name(by) == wrapped[:NAMED]:
                    nonce, sealed = wrapped[NAMED : NAMED + NONCE], wrapped[NAMED + NONCE :]
                    try:
                        return AESGCM(by).decrypt(nonce, sealed, _about(log))
                    except (InvalidTag, ValueError):  # Damaged, or cut short.
                        return None
        return None

    def is_newest(self, wrapped: bytes) -> bool:
        """Whether it is wrapped by the key that stays."""
        self._keys = self._read()
        return _name(self._keys[-1]) == wrapped[:NAMED]

    def begin_change(self) -> None:
        """From now on keys are wrapped by another one; where a change was cut off, it goes on."""
        if not self.next.exists():
            private_file.make(self.next, self._random_bytes(LENGTH))
        self._keys = self._read()

    def end_change(self) -> None:
        """Every key is wrapped by the next one: the one before is gone."""
        self.next.replace(self._path)
        private_file.keep_folder(self._path.parent)
        self._keys = self._read()


class Known(NamedTuple):
    """A key in memory."""

    cipher: AESGCM
    until: float


class Keys:
    """The keys that this process has at hand."""

    def __init__(
        self,
        store: KeyStore,
        installation: Installation,
        random_bytes: Callable[[int], bytes],
        monotonic: Callable[[], float],
    ) -> None:
        self._store = store
        self._installation = installation
        self._random_bytes = random_bytes
        self._monotonic = monotonic
        self._known: dict[int, Known] = {}
        self._lost: set[int] = set()

    def at_hand(self, log: int) -> AESGCM | None:
        """A key that is in memory."""
        known = self._known.get(log)
        return known.cipher if known is not None and known.until > self._monotonic() else None

    async def to_write(self, log: int) -> AESGCM:
        """The key of a log, made with its first word."""
        return self.at_hand(log) or self._keep(log, await asyncio.to_thread(self._made, log))

    async def to_read(self, log: int) -> AESGCM | None:
        """None where it is gone, or can't be opened: then the words are gone too."""
        at_hand = self.at_hand(log)
        if at_hand is not None:
            return at_hand
        key = await asyncio.to_thread(self._read, log)
        return None if key is None else self._keep(log, key)

    async def destroy(self, log: int) -> None:
        """Nothing opens the words of this log any more."""
        self._known.pop(log, None)
        await asyncio.to_thread(self._store.destroy, log)

    def _keep(self, log: int, key: bytes) -> AESGCM:
        cipher = AESGCM(key)
        known = self._known[log] = Known(cipher, self._monotonic() + KNOWN_FOR)
        asyncio.get_running_loop().call_later(KNOWN_FOR, self._drop, log, known)
        return cipher

    def _drop(self, log: int, known: Known) -> None:
        """Its minute is over; it is read again where it is needed."""
        if self._known.get(log) is known:
            del self._known[log]

    def _made(self, log: int) -> bytes:
        wrapped = self._store.read(log)
        if wrapped is None:
            fresh = self._installation.wrapped(log, self._random_bytes(LENGTH))
            wrapped = self._store.make(log, fresh)
        key = self._installation.opened(log, wrapped)
        if key is None:
            raise KeyLost(log)
        # A change of the installation's key that began meanwhile may have passed this one over.
        while not self._installation.is_newest(wrapped):
            wrapped = self._installation.wrapped(log, key)
            self._store.put(log, wrapped)
        return key

    def _read(self, log: int) -> bytes | None:
        try:
            wrapped = self._store.read(log)
            key = None if wrapped is None else self._installation.opened(log, wrapped)
        except OSError:
            wrapped, key = b"", None
        if key is None and wrapped is not None and log not in self._lost:
            self._lost.add(log)
            _log.error("key_lost", log=f"{log:016x}")
        return key


class KeyLost(Exception):
    """The installation's key does not open that of a log: nothing can be written in it."""


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"installation" + key).digest()[:NAMED]


def _about(log: int) -> bytes:
    return log.to_bytes(8, "big", signed=True)
