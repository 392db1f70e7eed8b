"""Passwords, the codes of an authenticator, and recovery codes: what each is, is made and is checked by."""

import asyncio
import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Callable

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from moderation.refused import Refused

SHORTEST, LONGEST = 12, 200
"""Characters of a password. It never stands alone: a code goes with it (NIST SP 800-63B-4 asks for 8 then)."""
AT_ONCE = 2
"""Hashes that are computed at a time, of 64 MiB each: sign-in must not move a meeting."""
STEP = 30
"""Seconds for which a code is shown (RFC 6238)."""
RECOVERY_CODES = 8
RECOVERY_BYTES = 10
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNvbWVzb21lc29tZQ$ud4DxTnTLfAiJFmbuiyo2ORmc2uNcvEO5R8jvxBcbpI"
"""A hash that no password has: who does not exist takes as long as who does (A97)."""


class Passwords:
    """argon2id, in a thread and a few at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._few = asyncio.Semaphore(AT_ONCE)

    async def hashed(self, password: str) -> bytes:
        """What is kept of it; raises `Refused("password_short")`, or `password_long`."""
        text = _as_typed(password)
        if len(text) < SHORTEST:
            raise Refused("password_short", least=SHORTEST)
        if len(text) > LONGEST:
            raise Refused("password_long", most=LONGEST)
        async with self._few:
            return (await asyncio.to_thread(self._hasher.hash, text)).encode()

    async def is_right(self, kept: bytes | None, password: str) -> bool:
        """Whether it is the one; None takes as long, and is False."""
        known, text = (kept or NOBODY.encode()).decode(), _as_typed(password)[:LONGEST]
        async with self._few:
            return await asyncio.to_thread(self._verified, known, text) and kept is not None

    def _verified(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (Argon2Error, InvalidHashError):
            return False


def _as_typed(password: str) -> str:
    """The same letters, whatever keyboard they came from (RFC 8265)."""
    return unicodedata.normalize("NFC", password)


# Codes


def new_code_secret(random_bytes: Callable[[int], bytes]) -> str:
    """The secret of an authenticator, 160 bits."""
    return base64.b32encode(random_bytes(20)).decode()


def code_address(secret: str, name: str, organisation: str) -> str:
    """What an authenticator reads from the square."""
    return pyotp.TOTP(secret, name=name, issuer=organisation).provisioning_uri()


def code_data(secret: str, last: int = 0) -> bytes:
    """As it is kept: the secret, and the last step of time whose code was used."""
    return f"{secret} {last}".encode()


def after_code(data: bytes, code: str, now: float) -> bytes | None:
    """What is to be kept once this code was used; None where it is wrong, or was used before (RFC 6238, 5.2)."""
    secret, last = data.decode().split()
    digits = "".join(code.split())
    for step in (-1, 0, 1):
        counter = int(now) // STEP + step
        right = pyotp.HOTP(secret).at(counter)
        if hmac.compare_digest(right.encode(), digits.encode()) and counter > int(last):
            return code_data(secret, counter)
    return None


# Recovery codes


def new_recovery_codes(random_bytes: Callable[[int], bytes]) -> list[str]:
    """80 bits each, as they can be read out and typed."""
    return [
        _grouped(base64.b32encode(random_bytes(RECOVERY_BYTES)).decode().lower())
        for _ in range(RECOVERY_CODES)
    ]


def recovery_id(code: str) -> bytes:
    """All that is kept of one."""
    letters = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(b"recovery " + letters.encode()).digest()


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
