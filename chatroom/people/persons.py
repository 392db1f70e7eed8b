"""Those who serve: made by the office, let in by a link of their own, and out everywhere once they are let go."""

from collections.abc import Callable, Collection
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.people.accounts import Ended, Session, hashed, new_secret
from chatroom.people.audit import OPERATOR, Actor, Audit, Deed, actor_of
from chatroom.store import access
from chatroom.store import accounts as sessions
from chatroom.store import persons as store
from chatroom.store.accounts import ORGANISATION, Device, Role
from chatroom.store.database import new_id, reading, writing
from chatroom.store.persons import Duty, Person
from moderation.refused import Refused

LINK_LIFE = 7 * 86400.0
"""Seconds for which the link to a new account opens, once."""
SIGNED_IN = 12 * 3600.0
"""Seconds for which somebody who serves stays signed in, however much they do (ASVS 7.3)."""
EVERYWHERE: frozenset[Role] = frozenset({"staff", "lead"})
"""What nobody has for one room alone."""


class Persons:
    """Whoever is let go is out within seconds: their sessions end in the transaction that says so (P23)."""

    def __init__(
        self, engine: AsyncEngine, audit: Audit, random_bytes: Callable[[int], bytes]
    ) -> None:
        self._engine = engine
        self._audit = audit
        self._random_bytes = random_bytes

    async def add(
        self, name: str, duties: Collection[Duty], now: float, by: Actor = OPERATOR
    ) -> tuple[int, str]:
        """Somebody new with what they may do, and the secret of the link by which they make their way in."""
        id, secret = new_id(self._random_bytes), new_secret(self._random_bytes)
        async with writing(self._engine) as connection:
            who = self._random_bytes(32)
            await store.add(connection, id=id, who=who, name=name, made_at=now)
            for duty in duties:
                await store.give(connection, id, duty.role, _place(duty))
            await store.add_link(connection, id, hashed(secret), now + LINK_LIFE)
            await self._tell(connection, Deed(by, "person_invited", "person", id), now)
            for duty in duties:
                await self._tell_of_duty(connection, by, "role_given", id, duty, now)
        return id, secret

    async def link(self, id: int, now: float, by: Actor = OPERATOR) -> str:
        """The secret of another link, for a new device or who has lost all of theirs. The last one is over."""
        secret = new_secret(self._random_bytes)
        async with writing(self._engine) as connection:
            await _known(connection, id)
            await store.add_link(connection, id, hashed(secret), now + LINK_LIFE)
            await self._tell(connection, Deed(by, "person_invited", "person", id), now)
        return secret

    async def first_link(self, now: float) -> str | None:
        """The secret by which the first lead comes in, while none ever has; the last one is over."""
        async with writing(self._engine, "leads") as connection:
            leads = [
                one
                for one in await store.persons(connection)
                if one.off_at is None and any(duty.role == "lead" for duty in one.duties)
            ]
            if any(one.seen_at is not None for one in leads):
                return None
            id = leads[0].id if leads else new_id(self._random_bytes)
            if not leads:
                who = self._random_bytes(32)
                await store.add(connection, id=id, who=who, name="Lead", made_at=now)
                await store.give(connection, id, "lead", ORGANISATION)
            secret = new_secret(self._random_bytes)
            await store.add_link(connection, id, hashed(secret), now + LINK_LIFE)
            await self._tell(connection, Deed(OPERATOR, "person_invited", "person", id), now)
        return secret

    async def everybody(self) -> list[Person]:
        """In the order of their names."""
        async with reading(self._engine) as connection:
            return await store.persons(connection)

    async def person(self, id: int) -> Person:
        """Raises `Refused("no_such_person")`."""
        async with reading(self._engine) as connection:
            return await _known(connection, id)

    async def of(self, session: Session) -> Person | None:
        """Who has signed in, and is not switched off."""
        if session.person is None:
            return None
        async with reading(self._engine) as connection:
            found = await store.person(connection, session.person)
        return found if found is not None and found.off_at is None else None

    async def links(self) -> dict[int, float]:
        """Until when the links of those open who have one that is not used."""
        async with reading(self._engine) as connection:
            ids = [one.id for one in await store.persons(connection)]
            return await store.links(connection, ids)

    async def rename(self, id: int, name: str, now: float, by: Actor = OPERATOR) -> None:
        """Another name in the office; in a meeting everybody says theirs at the door."""
        async with writing(self._engine) as connection:
            await _known(connection, id)
            await store.change(connection, id, name=name)
            await self._tell(connection, Deed(by, "person_renamed", "person", id), now)

    async def give(self, id: int, duty: Duty, now: float, by: Actor = OPERATOR) -> bool:
        """What they may do from now on, in a meeting that is on too; False where they could already."""
        async with writing(self._engine) as connection:
            person = await _known(connection, id)
            given = await store.give(connection, id, duty.role, _place(duty))
            if given:
                subject = access.subject(person.who, _place(duty))
                await access.tell(connection, "rights", subject, now)
                await self._tell_of_duty(connection, by, "role_given", id, duty, now)
        return given

    async def take(self, id: int, duty: Duty, now: float, by: Actor = OPERATOR) -> list[Ended]:
        """What they may do no more. Who was staff or lead signs in again for what they still may.

        Raises `Refused("last_lead")` where nobody could run the office any more.
        """
        async with writing(self._engine, "leads") as connection:
            person = await _known(connection, id)
            if duty.role == "lead":
                await _another_lead(connection, id)
            if not await store.take(connection, id, duty.role, _place(duty)):
                return []
            ended = await self.ended(connection, id, now) if duty.role in EVERYWHERE else []
            await access.tell(connection, "rights", access.subject(person.who, _place(duty)), now)
            await self._tell_of_duty(connection, by, "role_taken", id, duty, now)
        return ended

    async def switch_off(self, id: int, now: float, by: Actor = OPERATOR) -> list[Ended]:
        """They are out, everywhere, and no way in opens to them; what they did stays theirs."""
        async with writing(self._engine, "leads") as connection:
            await _known(connection, id)
            await _another_lead(connection, id)
            await store.change(connection, id, off_at=now)
            ended = await self.ended(connection, id, now)
            await self._tell(connection, Deed(by, "person_off", "person", id), now)
        return ended

    async def switch_on(self, id: int, now: float, by: Actor = OPERATOR) -> None:
        """They may sign in again, with what they had."""
        async with writing(self._engine) as connection:
            await _known(connection, id)
            await store.change(connection, id, off_at=None)
            await self._tell(connection, Deed(by, "person_on", "person", id), now)

    async def forget(self, id: int, now: float, by: Actor = OPERATOR) -> list[Ended]:
        """They and all their ways in are deleted."""
        async with writing(self._engine, "leads") as connection:
            await _known(connection, id)
            await _another_lead(connection, id)
            ended = await self.ended(connection, id, now)
            await store.forget(connection, id)
            await self._tell(connection, Deed(by, "person_deleted", "person", id), now)
        return ended

    # Sessions

    async def enter(self, secret: str, device: str, now: float) -> str | None:
        """The token of who comes by their link, which opens nothing any more; None for any other secret."""
        async with writing(self._engine) as connection:
            id = await store.use_link(connection, hashed(secret), now)
            if id is None:
                return None
            return await self.begin(connection, id, "link", device, now)

    async def is_link(self, secret: str, now: float) -> bool:
        """Whether this secret would let somebody in who serves."""
        async with reading(self._engine) as connection:
            return await store.person_of_link(connection, hashed(secret), now) is not None

    async def begin(
        self, connection: AsyncConnection, id: int, way: str, device: str, now: float
    ) -> str | None:
        """The token of a new session, last in the caller's transaction; None for who is switched off."""
        person = await _known(connection, id)
        if not await store.comes(connection, id, now):
            return None
        token = new_secret(self._random_bytes)
        await sessions.sign_in(
            connection, hashed(token), id, person.who, device, now, now + SIGNED_IN
        )
        deed = Deed(actor_of(person.who, id), "signed_in", "person", id, reason=way)
        await self._tell(connection, deed, now)
        return token

    async def devices(self, id: int, now: float) -> list[Device]:
        """Where somebody is signed in."""
        async with reading(self._engine) as connection:
            return await sessions.devices(connection, id, now)

    async def end_others(self, id: int, now: float, but: bytes | None = None) -> list[Ended]:
        """Everywhere but in one session: after another password, or where a device is gone."""
        async with writing(self._engine) as connection:
            ended = await self.ended(connection, id, now, but)
            await self._tell_of_end(connection, ended, now)
        return ended

    async def end_one(self, id: int, session: bytes, now: float) -> list[Ended]:
        """One of somebody's own; nobody else's."""
        async with writing(self._engine) as connection:
            ended = await self.ended(connection, id, now, only=session)
            await self._tell_of_end(connection, ended, now)
        return ended

    async def _tell(self, connection: AsyncConnection, deed: Deed, now: float) -> None:
        """Last in its transaction: nobody waits for the chain while anything else is waited for."""
        await self._audit.tell(connection, deed, now)

    async def _tell_of_duty(
        self,
        connection: AsyncConnection,
        by: Actor,
        act: Literal["role_given", "role_taken"],
        id: int,
        duty: Duty,
        now: float,
    ) -> None:
        await self._tell(connection, Deed(by, act, "person", id, reason=duty.role), now)

    async def _tell_of_end(
        self, connection: AsyncConnection, ended: list[Ended], now: float
    ) -> None:
        for one in ended:
            deed = Deed(one.session.actor, "session_ended", "session", one.session.id)
            await self._tell(connection, deed, now)

    async def ended(
        self,
        connection: AsyncConnection,
        id: int,
        now: float,
        but: bytes | None = None,
        only: bytes | None = None,
    ) -> list[Ended]:
        """Somebody's sessions are over, in the caller's transaction: all but one, or one alone. They are to be left."""
        ended = []
        for device in await sessions.devices(connection, id, now):
            if device.id == but or only not in (None, device.id):
                continue
            standing = (await sessions.standings(connection, [device.id]))[device.id]
            rights = await sessions.rights_of(connection, device.id, switched_off=True)
            await sessions.end_session(connection, device.id, now)
            ended.append(Ended(Session(device.id, 0.0, standing.who, id), tuple(rights)))
        await access.tell_all(connection, [("ended", one.session.id) for one in ended], now)
        return ended


def _place(duty: Duty) -> int:
    return ORGANISATION if duty.role in EVERYWHERE else duty.room


async def _known(connection: AsyncConnection, id: int) -> Person:
    found = await store.person(connection, id)
    if found is None:
        raise Refused("no_such_person")
    return found


async def _another_lead(connection: AsyncConnection, but: int) -> None:
    """Nobody locks the office from inside."""
    person = await _known(connection, but)
    leads = any(duty.role == "lead" for duty in person.duties) and person.off_at is None
    if leads and not await store.others_with(connection, "lead", but):
        raise Refused("last_lead")
