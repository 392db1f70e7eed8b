"""The audit: who did what to what class of thing, why, when, and what came of it. No words, no names."""

import hashlib
import re
from typing import Literal

import structlog
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.store import audit as store
from chatroom.store.database import writing
from moderation.refused import Refused

# What can be told. A new act is one more word here.
OfRooms = Literal["room_made", "room_changed", "room_closed", "ways_changed"]
OfSettings = Literal[
    "format_added", "format_changed", "policy_changed", "settings_changed", "text_changed"
]
OfLinks = Literal["link_made", "link_revoked", "link_printed"]
OfPeople = Literal[
    "person_invited", "person_joined", "person_off", "person_on", "person_renamed", "person_deleted",
    "role_given", "role_taken", "ban_made", "ban_lifted",
]  # fmt: skip
OfKeys = Literal[
    "key_added", "key_removed", "password_changed", "code_added", "codes_made",
    "signed_in", "sign_in_failed", "signed_out", "session_ended",
]  # fmt: skip
OfReading = Literal[
    "case_closed",
    "case_opened",
    "case_read",
    "excerpt_read",
    "room_entered",
    "audit_read",
    "exported",
    "erased",
]
OfTheMachine = Literal[
    "keys_rotated", "backup_made", "backup_restored", "audit_cut", "alarm_raised"
]
Act = OfRooms | OfSettings | OfLinks | OfPeople | OfKeys | OfReading | OfTheMachine
Kind = Literal[
    "none", "room", "meeting", "format", "policy", "setting", "link", "person", "session", "case",
    "organisation", "audit", "key", "ban", "operator", "system",
]  # fmt: skip
"""The classes of what an act is done to."""
Result = Literal["done", "allowed", "refused"]
"""`allowed` stands in a row that came before what it tells of: whether that went well is told apart."""
Who = Literal["session", "person", "operator", "system"]

CODE = re.compile(r"[a-z0-9_:.-]{0,100}")
"""What a reason or a target may look like: no words fit in."""
MANY_CASES = 20
"""Cases that one of staff opens in an hour before somebody else is told (A114)."""
HOUR = 3600.0

_log = structlog.get_logger()


class Actor(Struct, frozen=True):
    """Who does something. `id` is a session's or a person's own, and goes no further than this process."""

    who: Who
    id: bytes = b""


OPERATOR = Actor("operator")
"""Whoever has a shell on the machine."""
SYSTEM = Actor("system")


def actor_of(who: bytes, person: int | None = None) -> Actor:
    """A person who signed in, or somebody who came by a link, whichever sessions they have."""
    return Actor("session", who) if person is None else Actor("person", str(person).encode())


class Deed(Struct, frozen=True):
    """What somebody does, to what, and why. `case` is the id of the case that it is done for."""

    by: Actor
    act: Act
    kind: Kind = "none"
    target: object = None
    reason: str = ""
    case: str = ""
    result: Result = "done"


class Audit:
    """Adds rows. It holds nothing, so a process may have as many as it likes."""

    def __init__(self, engine: AsyncEngine, key: bytes) -> None:
        self._engine = engine
        self._key = hashlib.blake2b(b"audit", key=key, digest_size=32).digest()

    async def tell(self, connection: AsyncConnection, deed: Deed, now: float) -> store.Row:
        """A row in the caller's transaction: it is there if what it tells of is. It comes last there."""
        target = "" if deed.target is None else self.pseudonym(deed.kind, deed.target)
        return await self._add(connection, deed, target, now)

    def telling(self, deed: Deed, now: float) -> store.Telling:
        """The same, for whoever learns only in its transaction what it is done to."""

        async def tell(connection: AsyncConnection, target: object) -> None:
            await self.tell(connection, replace(deed, target=target), now)

        return tell

    async def before(self, deed: Deed, now: float) -> None:
        """A row that is committed when this returns; what it tells of comes after (P24).

        Raises `Refused("not_recorded")` where that can't be, and then it must not be done or read.
        """
        deed = replace(deed, result="allowed") if deed.result == "done" else deed
        try:
            async with writing(self._engine) as connection:
                await (self._tell_of_case if deed.case else self.tell)(connection, deed, now)
        except SQLAlchemyError as error:
            _log.error("audit_not_written", error=type(error).__name__, act=deed.act)
            raise Refused("not_recorded", retry_ms=1000) from None

    async def policy_holds(self, version: str, now: float) -> None:
        """Tells that another policy holds than the one that was told of last."""
        version = self.pseudonym("policy", version)
        async with writing(self._engine, "policy told") as connection:
            last = await store.newest(connection, "policy_changed")
            if last is None or last.target != version:
                deed = Deed(SYSTEM, "policy_changed", "policy")
                await self._add(connection, deed, version, now)

    async def seal(self, connection: AsyncConnection, case: str, seal: str, now: float) -> None:
        """A case is closed; from now on its log can't be changed unseen either (CE-21)."""
        await self._add(connection, Deed(SYSTEM, "case_closed", "case", case=case), seal, now)

    async def cut(self, connection: AsyncConnection, last: store.Row, now: float) -> int:
        """Takes the oldest rows away, up to `last`, and says so in the chain, which is whole without them."""
        deed = Deed(OPERATOR, "audit_cut", "audit")
        await self._add(connection, deed, f"{last.n}:{last.hash}", now)
        return await store.cut(connection, last.n)

    def actor(self, actor: Actor) -> str:
        """How somebody stands in the audit: the same in every row, and nowhere else."""
        if actor.who in ("operator", "system"):
            return actor.who
        return f"{actor.who}:{self.pseudonym(actor.who, actor.id)}"

    def pseudonym(self, kind: str, id: object) -> str:
        """32 hex digits for a thing of that class. Nobody without our key knows which it is."""
        plain = id if isinstance(id, bytes) else str(id).encode()
        about = kind.encode() + b"\0" + plain
        return hashlib.blake2b(about, key=self._key, digest_size=16).hexdigest()

    async def _add(
        self, connection: AsyncConnection, deed: Deed, target: str, now: float
    ) -> store.Row:
        for code in (deed.reason, deed.case, target):
            if not CODE.fullmatch(code):
                raise ValueError("expected a code, without words")
        return await store.add(
            connection,
            at_ms=round(now * 1000),
            actor=self.actor(deed.by),
            act=deed.act,
            kind=deed.kind,
            target=target,
            reason=deed.reason,
            case_id=deed.case,
            result=deed.result,
        )

    async def _tell_of_case(self, connection: AsyncConnection, deed: Deed, now: float) -> None:
        """Of somebody who opens very many, whoever runs the server is told, in the log and here."""
        actor, since = self.actor(deed.by), round((now - HOUR) * 1000)
        opened = await store.cases_of(connection, actor, since)
        await self.tell(connection, deed, now)
        if opened < MANY_CASES or opened == await store.cases_of(connection, actor, since):
            return
        _log.error("many_cases_opened", actor=actor, more_than=MANY_CASES)
        alarm = Deed(SYSTEM, "alarm_raised", deed.by.who, reason="many_cases")
        await self._add(connection, alarm, actor, now)
