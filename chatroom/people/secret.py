"""The key of all digests: 32 random bytes in a file that nobody else can read."""

import os
from collections.abc import Callable
from pathlib import Path

from chatroom.settings import BadSetting

LENGTH = 32


def secret_key(path: Path, random_bytes: Callable[[int], bytes]) -> bytes:
    """The key in the file, which is made where there is none. Losing it makes strangers of everybody."""
    try:
        if not path.exists():
            _create(path, random_bytes(LENGTH))
        key = path.read_bytes()
    except OSError as error:
        raise BadSetting("SECRET_FILE", f"{path} can't be used: {error.strerror}") from None
    if len(key) < LENGTH:
        raise BadSetting("SECRET_FILE", f"{path} holds fewer than {LENGTH} bytes")
    return key[:LENGTH]


def _create(path: Path, key: bytes) -> None:
    """Whole or not at all: a key cut short by a crash would be one that nobody meant."""
    unfinished = Path(f"{path}.new")
    unfinished.unlink(missing_ok=True)
    file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, key)
        os.fsync(file)
    finally:
        os.close(file)
    unfinished.rename(path)
