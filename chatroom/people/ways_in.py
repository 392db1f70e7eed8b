"""Signing in: by a passkey, by a password with a code, or once by a recovery code; and having these."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.people import passkeys
from chatroom.people.accounts import Ended
from chatroom.people.audit import Act, Audit, Deed, actor_of
from chatroom.people.passwords import (
    Passwords,
    after_code,
    code_data,
    new_recovery_codes,
    recovery_id,
)
from chatroom.people.persons import Persons
from chatroom.store import persons, ways_in
from chatroom.store.database import reading, writing
from chatroom.store.ways_in import WayIn
from moderation.refused import Refused

PAIR = ("password", "code")
"""Neither opens anything without the other."""
LASTING = ("passkey", "password", "identity")
MOST_KEYS = 20
"""Passkeys of one person."""


class WaysIn:
    """Whatever is wrong is `sign_in_wrong`, and says neither who there is nor what was right (A97)."""

    def __init__(
        self,
        engine: AsyncEngine,
        people: Persons,
        audit: Audit,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._engine = engine
        self._audit = audit
        self._people = people
        self._random_bytes = random_bytes
        self._passwords = Passwords()

    async def of(self, person: int) -> list[WayIn]:
        """All that somebody has."""
        async with reading(self._engine) as connection:
            return await ways_in.of(connection, person)

    # Passkeys

    async def challenge(self, person: int | None, now: float) -> bytes:
        """What a passkey is to answer within two minutes, once."""
        challenge = self._random_bytes(32)
        async with writing(self._engine) as connection:
            await ways_in.forget_challenges(connection, now)
            await ways_in.add_challenge(connection, challenge, person, now + passkeys.PATIENCE)
        return challenge

    async def add_passkey(
        self, person: int, origin: str, answer: dict[str, Any], label: str, now: float
    ) -> None:
        """One more; raises `Refused`."""
        challenge = passkeys.challenge_of(answer)
        made = passkeys.made(origin, challenge, answer)
        async with writing(self._engine) as connection:
            if not await ways_in.take_challenge(connection, challenge, person, now):
                raise Refused("passkey_wrong")
            keys = [way for way in await ways_in.of(connection, person) if way.kind == "passkey"]
            if len(keys) >= MOST_KEYS or await ways_in.way_in(connection, made.id) is not None:
                raise Refused("passkey_wrong")
            row = {"id": made.id, "person": person, "kind": "passkey", "data": made.data}
            await ways_in.add(connection, **row, label=label, made_at=now, used_at=None)
            await self._tell(connection, person, "key_added", now)

    async def by_passkey(self, origin: str, answer: dict[str, Any], device: str, now: float) -> str:
        """The token of who has that key; raises `Refused("sign_in_wrong")`."""
        id, challenge = passkeys.id_of(answer), passkeys.challenge_of(answer)
        async with writing(self._engine) as connection:
            way = await ways_in.way_in(connection, id)
            if way is None or way.kind != "passkey":
                raise Refused("sign_in_wrong")
            if not await ways_in.take_challenge(connection, challenge, None, now):
                raise Refused("sign_in_wrong")
            try:
                data = passkeys.after_use(origin, challenge, answer, way.data)
            except Refused:
                raise Refused("sign_in_wrong") from None
            return await self._through(connection, way, data, device, now)

    # Passwords

    async def set_password(
        self,
        person: int,
        handle: str,
        password: str,
        secret: str,
        code: str,
        now: float,
        but: bytes | None = None,
    ) -> list[Ended]:
        """Name, password and authenticator, all three at once and in place of those before.

        Every other session of theirs is over with it, and to be left. Raises `Refused`: `handle_taken`,
        `password_short`, `password_long`, or `code_wrong`.
        """
        handle = as_handle(handle)
        after = after_code(code_data(secret), code, now)
        if after is None:
            raise Refused("code_wrong")
        kept = await self._passwords.hashed(password)
        async with writing(self._engine, "handle", handle) as connection:
            if await persons.by_handle(connection, handle) not in (None, person):
                raise Refused("handle_taken")
            await persons.change(connection, person, handle=handle)
            for kind, data in (("password", kept), ("code", after)):
                await ways_in.replace(connection, person, kind)  # type: ignore[arg-type]
                row = {"id": self._random_bytes(16), "person": person, "kind": kind, "data": data}
                await ways_in.add(connection, **row, label="", made_at=now, used_at=None)
            ended = await self._people.ended(connection, person, now, but)
            await self._tell(connection, person, "password_changed", now)
        return ended

    async def by_password(
        self, handle: str, password: str, code: str, device: str, now: float
    ) -> str:
        """The token of who knows both; the same time and the same no for all others (A97)."""
        async with reading(self._engine) as connection:
            person = await persons.by_handle(connection, as_handle(handle))
            ways = await ways_in.of(connection, person) if person is not None else []
        kept = {way.kind: way for way in ways}
        password_way, code_way = kept.get("password"), kept.get("code")
        data = None if password_way is None else password_way.data
        is_right = await self._passwords.is_right(data, password)
        after = after_code(code_way.data, code, now) if code_way else None
        if not is_right or after is None or code_way is None:
            raise Refused("sign_in_wrong")
        async with writing(self._engine) as connection:
            return await self._through(connection, code_way, after, device, now)

    # Recovery codes

    async def new_codes(self, person: int, now: float) -> list[str]:
        """Eight of them, shown once; those before open nothing any more."""
        codes = new_recovery_codes(self._random_bytes)
        async with writing(self._engine) as connection:
            await ways_in.replace(connection, person, "recovery")
            for code in codes:
                row = {"id": recovery_id(code), "person": person, "kind": "recovery", "data": b""}
                await ways_in.add(connection, **row, label="", made_at=now, used_at=None)
            await self._tell(connection, person, "codes_made", now)
        return codes

    async def by_recovery(self, code: str, device: str, now: float) -> str:
        """The token of whose code it is; it opens nothing any more."""
        id = recovery_id(code)
        async with writing(self._engine) as connection:
            way = await ways_in.way_in(connection, id)
            if way is None or way.kind != "recovery":
                raise Refused("sign_in_wrong")
            if not await ways_in.forget(connection, way.person, id):
                raise Refused("sign_in_wrong")
            token = await self._people.begin(connection, way.person, "recovery", device, now)
        if token is None:
            raise Refused("sign_in_wrong")
        return token

    async def forget(self, person: int, id: bytes, now: float) -> None:
        """One way less, but not the last: raises `Refused("last_way_in")`. A password goes with its code."""
        async with writing(self._engine, "ways", person) as connection:
            ways = await ways_in.of(connection, person)
            gone = {way.id for way in ways if way.id == id}
            if gone & {way.id for way in ways if way.kind in PAIR}:
                gone |= {way.id for way in ways if way.kind in PAIR}
            if not any(way.kind in LASTING and way.id not in gone for way in ways):
                raise Refused("last_way_in")
            for each in gone:
                await ways_in.forget(connection, person, each)
            await self._tell(connection, person, "key_removed", now)

    async def _through(
        self, connection: AsyncConnection, way: WayIn, data: bytes, device: str, now: float
    ) -> str:
        """Once for each answer, of many that come at once."""
        if not await ways_in.used(connection, way.id, now, way.data, data):
            raise Refused("sign_in_wrong")
        token = await self._people.begin(connection, way.person, way.kind, device, now)
        if token is None:
            raise Refused("sign_in_wrong")
        return token

    async def _tell(self, connection: AsyncConnection, id: int, act: Act, now: float) -> None:
        person = await persons.person(connection, id)
        if person is None:
            raise Refused("not_signed_in")
        deed = Deed(actor_of(person.who, id), act, "person", id)
        await self._audit.tell(connection, deed, now)


def as_handle(text: str) -> str:
    """A name to sign in with, as it is compared."""
    return " ".join(text.split()).casefold()
