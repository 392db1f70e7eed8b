"""Who somebody is: sessions, the invitations they came through, and what these let them do."""

import base64
import hashlib
from collections.abc import Callable

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.store import accounts as store
from chatroom.store.accounts import Invitation, Role
from chatroom.store.database import new_id, reading, writing
from moderation.refused import Refused

HIGHEST_FIRST: tuple[Role, ...] = ("staff", "facilitator", "member")

SESSION_LIFE = 12 * 3600.0
CACHED_FOR = 30.0
CACHED_AT_MOST = 20_000


class Session(msgspec.Struct, frozen=True):
    """A signed-in browser. `id` is the hash of its token and still goes into no log file."""

    id: bytes
    expires_at: float


class Entered(msgspec.Struct, frozen=True):
    """What an invitation gave: the token of the session, and where it leads (no room for staff)."""

    token: str
    slug: str | None
    role: Role


class Accounts:
    """Sessions and invitations. Tokens and secrets are known to their holders only; here lie hashes."""

    def __init__(
        self, engine: AsyncEngine, key: bytes, random_bytes: Callable[[int], bytes]
    ) -> None:
        self._engine = engine
        self._key = key
        self._random_bytes = random_bytes
        self._cache: dict[bytes, tuple[float, Session]] = {}

    async def invite(
        self, room: int, role: Role, uses: int | None, expires_at: float | None, now: float
    ) -> str:
        """The secret of a new link. None stands for any number of uses, and for no end."""
        secret = self._secret()
        async with writing(self._engine) as connection:
            await store.add_invitation(
                connection,
                id=new_id(self._random_bytes),
                secret=hashed(secret),
                room=store.ORGANISATION if role == "staff" else room,
                role=role,
                uses_left=uses,
                expires_at=expires_at,
                created_at=now,
            )
        return secret

    async def exchange(self, secret: str, token: str | None, now: float) -> Entered:
        """Goes through an invitation with the session that there is already, or with a new one.

        A session that has the right already uses nothing up, so a link works again in the browser
        that it let in, after its end too. A new right gives the session its full life again.
        """
        alone = ("session", hashed(token)) if token else ()
        async with writing(self._engine, *alone) as connection:
            invitation = await store.invitation_by_secret(connection, hashed(secret))
            if invitation is None:
                raise Refused("invitation_unknown")
            token = await self._alive(connection, token, now)
            if token is None or not await _holds(connection, hashed(token), invitation):
                await _take_use(connection, invitation, now)
                token = token or await self._begin(connection, now)
                await self._grant(connection, hashed(token), invitation, now)
        return Entered(token, invitation.slug, invitation.role)

    async def new_session(self, now: float) -> str:
        """The token of a session without rights: for somebody who presses Help before any door."""
        async with writing(self._engine) as connection:
            return await self._begin(connection, now)

    async def session(self, token: str, now: float) -> Session | None:
        """The session of a token while it lasts. Known for 30 s, so a storm of reconnects is cheap."""
        session_id = hashed(token)
        until, session = self._cache.get(session_id, (0.0, None))
        if session is None or now >= until:
            session = await self._read(session_id, now)
        return session if session and now < session.expires_at else None

    async def role(self, session: Session, room: int) -> Role | None:
        """The highest role that a session has in a room; staff have theirs in every room."""
        held = await self.roles(session, room)
        return next((role for role in HIGHEST_FIRST if role in held), None)

    async def roles(self, session: Session, room: int) -> set[str]:
        """All roles that a session has in a room. `staff` gives no seat in a meeting."""
        async with reading(self._engine) as connection:
            return await store.roles(connection, session.id, room)

    async def end(self, token: str) -> None:
        """Forgets a session and its rights; its token opens nothing any more, here at once."""
        self.uncache(hashed(token))
        async with writing(self._engine) as connection:
            await store.end_session(connection, hashed(token))
        self.uncache(hashed(token))  # A look-up may have come in between.

    async def forget_expired(self, now: float) -> int:
        """Deletes sessions and links that are over; tells how many sessions."""
        async with writing(self._engine) as connection:
            return await store.forget_expired(connection, now)

    def uncache(self, session_id: bytes) -> None:
        """Makes the next look-up ask the database, after a revocation."""
        self._cache.pop(session_id, None)

    def digest(self, log_id: int, session: Session) -> str:
        """The only form in which a session appears in a log: 32 hex, another one in every log."""
        keyed = hashlib.blake2b(session.id, key=self._key, digest_size=16, person=_person(log_id))
        return keyed.hexdigest()

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self._random_bytes(32)).rstrip(b"=").decode()

    async def _read(self, session_id: bytes, now: float) -> Session | None:
        async with reading(self._engine) as connection:
            expires_at = await store.expiry_of(connection, session_id, now)
        if expires_at is None:
            self.uncache(session_id)
            return None
        if len(self._cache) >= CACHED_AT_MOST:
            self._cache.clear()
        session = Session(session_id, expires_at)
        self._cache[session_id] = (now + CACHED_FOR, session)
        return session

    async def _begin(self, connection: AsyncConnection, now: float) -> str:
        token = self._secret()
        await store.add_session(connection, hashed(token), now, now + SESSION_LIFE)
        return token

    async def _alive(
        self, connection: AsyncConnection, token: str | None, now: float
    ) -> str | None:
        if token is None or await store.expiry_of(connection, hashed(token), now) is None:
            return None
        return token

    async def _grant(
        self, connection: AsyncConnection, session_id: bytes, invitation: Invitation, now: float
    ) -> None:
        await store.add_right(
            connection, session_id, invitation.role, invitation.room, invitation.id
        )
        await store.prolong(connection, session_id, now + SESSION_LIFE)
        self.uncache(session_id)


def hashed(token: str) -> bytes:
    """What is stored of a token or secret. It holds 256 random bits, so a plain hash can't be guessed."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def _person(log_id: int) -> bytes:
    return log_id.to_bytes(8, "big", signed=True)


async def _holds(connection: AsyncConnection, session_id: bytes, invitation: Invitation) -> bool:
    return invitation.role in await store.roles(connection, session_id, invitation.room)


async def _take_use(connection: AsyncConnection, invitation: Invitation, now: float) -> None:
    if invitation.expires_at is not None and invitation.expires_at <= now:
        raise Refused("invitation_expired")
    if not await store.use_up(connection, invitation.id):
        raise Refused("invitation_used_up")
