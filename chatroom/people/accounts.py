"""Who somebody is: sessions, the invitations they came through, and what these let them do."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chatroom.people.audit import OPERATOR, Actor, Audit, Deed, actor_of
from chatroom.store import access
from chatroom.store import accounts as store
from chatroom.store.accounts import AT_ONCE, Invitation, Made, Right, Role, Standing
from chatroom.store.database import new_id, reading, writing
from chatroom.store.gathered import Gathered
from moderation.refused import Refused

HIGHEST_FIRST: tuple[Role, ...] = ("staff", "facilitator", "member")
SERVING = ("lead", "staff", "facilitator")
"""Roles whose coming and going is told in the audit; members are nobody's to list."""

SESSION_LIFE = 12 * 3600.0
"""Seconds for which a session lasts after it was used last."""
PROLONGED_EVERY = 600.0
"""Seconds in which one is prolonged once at most."""
ARRIVES_WITHIN = 120.0
"""Seconds in which what one page posts without a session is of one person."""
CACHED_FOR = 30.0
CACHED_AT_MOST = 20_000


class Session(msgspec.Struct, frozen=True):
    """A signed-in browser. `id` is the hash of its token and still goes into no log file.

    `who` is the same for as long as it lasts, and for all sessions of a person: seats and cases are
    theirs by it.
    """

    id: bytes
    expires_at: float
    who: bytes
    person: int | None = None

    @property
    def actor(self) -> Actor:
        """Who they are for the audit."""
        return actor_of(self.who, self.person)


def someone(who: bytes) -> Session:
    """Somebody, in whichever session they are."""
    return Session(who, 0.0, who)


def stranger(token: str, expires_at: float = 0.0) -> Session:
    """The session of a token that nothing was added to since it was begun."""
    id = hashed(token)
    return Session(id, expires_at, id)


class Ended(msgspec.Struct, frozen=True):
    """A session that is over, and what it could do."""

    session: Session
    rights: tuple[Right, ...]


class Entered(msgspec.Struct, frozen=True):
    """What an invitation gave: the token of the session, and where it leads (no room for staff).

    `moved`: the right was there already, and is by this invitation from now on.
    """

    token: str
    slug: str | None
    role: Role
    moved: bool = False


class Accounts:
    """Sessions and invitations. Tokens and secrets are known to their holders only; here lie hashes."""

    def __init__(
        self, engine: AsyncEngine, key: bytes, random_bytes: Callable[[int], bytes]
    ) -> None:
        self._engine = engine
        self.audit = Audit(engine, key)
        self._key = key
        self._random_bytes = random_bytes
        self._cache: dict[bytes, tuple[float, Session]] = {}
        self._standings = Gathered(self._read_standings, AT_ONCE)
        self._rights = Gathered(self._read_rights, AT_ONCE)
        self._links = Gathered(self._read_links, AT_ONCE)

    async def invite(
        self,
        room: int,
        role: Role,
        uses: int | None,
        expires_at: float | None,
        now: float,
        by: Actor = OPERATOR,
    ) -> str:
        """The secret of a new link. None stands for any number of uses, and for no end."""
        secret, id = self._secret(), new_id(self._random_bytes)
        async with writing(self._engine) as connection:
            await store.add_invitation(
                connection,
                id=id,
                secret=hashed(secret),
                room=store.ORGANISATION if role == "staff" else room,
                role=role,
                uses_left=uses,
                expires_at=expires_at,
                created_at=now,
            )
            await self.audit.tell(connection, Deed(by, "link_made", "link", id, role), now)
        return secret

    async def invitations(self, room: int | None = None) -> list[Made]:
        """All links, or those of one room."""
        async with reading(self._engine) as connection:
            return await store.invitations(connection, room)

    async def revoke(
        self, invitation: int, now: float, by: Actor = OPERATOR, *, stays: bool = False
    ) -> int | None:
        """A link opens nothing any more; how many came by it, None where there is no such link.

        What they may by it they may no more, within seconds and at every process (P23); with `stays`
        whoever is in stays until they leave.
        """
        async with writing(self._engine) as connection:
            rested = await store.revoke(connection, invitation)
            if rested is None:
                return None
            lost = [] if stays else await store.take_rights(connection, invitation)
            news = [one for each in lost for one in await _lost(connection, *each, now)]
            await access.tell_all(connection, news, now)
            await self.audit.tell(connection, Deed(by, "link_revoked", "link", invitation), now)
        return rested

    async def leads_to(self, secret: str) -> int | None:
        """The room that a link is for; None where there is no such link."""
        invitation = await self._links.of(hashed(secret))
        return None if invitation is None else invitation.room

    async def exchange(
        self,
        secret: str,
        token: str | None,
        now: float,
        *,
        arrival: str | None = None,
        may_move: bool = False,
    ) -> Entered:
        """Goes through an invitation with the session that there is already, or with a new one.

        A session that has the right already uses nothing up, so a link works again in the browser
        that it let in, after its end too. One that gains a right has another token from then on, and the
        old one opens nothing (A60). `may_move`: a member who has the right by another link has
        it by this one from now on, and that one lets in one more. Either way the session has its
        full life again. `arrival`: as for a new session.
        """
        async with writing(self._engine, *self._alone(arrival, token)) as connection:
            invitation = await store.invitation_by_secret(connection, hashed(secret))
            if invitation is None:
                raise Refused("invitation_unknown")
            moved, signs_in = False, False
            before = await self._alive(connection, token, now)
            if before is None and token is not None:
                before = await self._renewed(connection, token, invitation, now)
            token = before or await self._arrived(connection, arrival, now)
            is_known = token is not None
            by = await _held_by(connection, hashed(token), invitation) if token else None
            if token is None or by is None:
                await _take_use(connection, invitation, now)
                if before is not None:
                    token = await self._gaining(connection, before, now)
                token = token or await self._begin(connection, now, arrival)
                await self._grant(connection, hashed(token), invitation)
                signs_in = invitation.role in SERVING
            elif may_move and by != invitation.id and invitation.role == "member":
                moved = await _moved(connection, hashed(token), by, invitation, now)
            if is_known:
                await store.prolong(connection, [hashed(token)], now, now + SESSION_LIFE)
            if signs_in:
                await self._tell_of_coming(connection, hashed(token), invitation, now)
            self.uncache(hashed(token))
        return Entered(token, invitation.slug, invitation.role, moved)

    async def new_session(self, now: float, arrival: str | None = None) -> str:
        """The token of a session without rights: for somebody who presses Help before any door.

        `arrival` is a random word of the page they are at. What it posts before it has a session is
        of one person, in whatever order it arrives.
        """
        async with writing(self._engine, *self._alone(arrival)) as sure:
            return await self._arrived(sure, arrival, now) or await self._begin(sure, now, arrival)

    async def session(self, token: str, now: float) -> Session | None:
        """The session of a token while it lasts. Known for 30 s, so a storm of reconnects is cheap."""
        session_id = hashed(token)
        until, session = self._cache.get(session_id, (0.0, None))
        if session is None or now >= until:
            session = await self._read(session_id, now)
        return session if session and now < session.expires_at else None

    async def seen(self, session: Session, now: float) -> None:
        """A session that is used lasts its full life from now on."""
        if session.expires_at < now + SESSION_LIFE - PROLONGED_EVERY:
            await self.keep([session.id], now)
            self.uncache(session.id)

    async def keep(self, sessions: Sequence[bytes], now: float) -> None:
        """The same for all that are connected: nobody is cut in the middle of a meeting."""
        for first in range(0, len(sessions), AT_ONCE):
            some = sessions[first : first + AT_ONCE]
            async with writing(self._engine) as connection:
                await store.prolong(connection, some, now, now + SESSION_LIFE)

    async def role(self, session: Session, room: int) -> Role | None:
        """The highest role that a session has in a room; staff have theirs in every room."""
        held = await self.rights(session, room)
        return next((role for role in HIGHEST_FIRST if role in held), None)

    async def part(self, who: bytes, room: int) -> Literal["member", "facilitator"] | None:
        """What somebody may take part in a room's meetings as; None for a stranger there."""
        async with reading(self._engine) as connection:
            return await store.part_of(connection, who, room)

    async def left_over(self, sessions: Sequence[bytes], now: float) -> list[Ended]:
        """Those of these that are over and not forgotten yet."""
        async with reading(self._engine) as connection:
            known = await store.standings(connection, sessions)
            return [
                Ended(
                    _session(id, standing),
                    tuple(await store.rights_of(connection, id, switched_off=True)),
                )
                for id, standing in known.items()
                if standing.expires_at <= now
            ]

    async def is_known(self, session: Session) -> bool:
        """Whether any link has ever let them in, wherever."""
        async with reading(self._engine) as connection:
            return bool(await store.rights_of(connection, session.id))

    async def rights(self, session: Session, room: int) -> dict[str, int]:
        """All roles that a session has in a room, each by its invitation. `staff` gives no seat."""
        return await self._rights.of((session.id, room)) or {}

    async def end(self, token: str, now: float) -> Ended | None:
        """A session is over: its token opens nothing any more, here at once. It is to be forgotten.

        None where there was no such session.
        """
        id = hashed(token)
        self.uncache(id)
        async with writing(self._engine) as connection:
            found = await self._ended(connection, id)
            if found is not None:
                await store.end_session(connection, id, now)
                await access.tell(connection, "ended", id, now)
                await self._tell_of_leaving(connection, found, now)
        self.uncache(id)  # A look-up may have come in between.
        return found

    async def _ended(self, connection: AsyncConnection, id: bytes) -> Ended | None:
        standing = (await store.standings(connection, [id])).get(id)
        if standing is None:
            return None
        return Ended(
            _session(id, standing), tuple(await store.rights_of(connection, id, switched_off=True))
        )

    async def expired(self, now: float) -> list[Ended]:
        """The sessions that are over: they open nothing, and are to be forgotten one by one."""
        async with reading(self._engine) as connection:
            over = await store.expired(connection, now)
            known = await store.standings(connection, list(over))
        return [Ended(_session(id, known[id]), tuple(rights)) for id, rights in over.items()]

    async def is_elsewhere(self, session: Session) -> bool:
        """Whether somebody has another session: what is theirs stays until the last one is forgotten."""
        async with reading(self._engine) as connection:
            return await store.is_elsewhere(connection, session.id, session.who)

    async def forget(self, session: Session) -> bool:
        """Deletes a session that is over; False where another process has done so."""
        async with writing(self._engine) as connection:
            return await store.forget_session(connection, session.id)

    async def forget_links(self, now: float) -> None:
        """Deletes the links that are over."""
        async with writing(self._engine) as connection:
            await store.forget_links(connection, now)

    async def give_back(self, invitation: int) -> None:
        """Whoever came by this link has left: it lets in one more."""
        async with writing(self._engine) as connection:
            await store.give_back(connection, invitation)

    def uncache(self, session_id: bytes) -> None:
        """Makes the next look-up ask the database, after a revocation."""
        self._cache.pop(session_id, None)
        self._standings.doubt(session_id)

    def digest(self, log_id: int, session: Session) -> str:
        """The only form in which a session appears in a log: 32 hex, another one in every log."""
        keyed = hashlib.blake2b(session.who, key=self._key, digest_size=16, person=_person(log_id))
        return keyed.hexdigest()

    def link(self, log_id: int, invitation: int | None) -> str:
        """The only form in which an invitation appears in a log, another one in every log (A102)."""
        if not invitation:  # None at all, or of a person.
            return ""
        about = b"invitation" + _person(invitation)
        keyed = hashlib.blake2b(about, key=self._key, digest_size=16, person=_person(log_id))
        return keyed.hexdigest()

    def _secret(self) -> str:
        return new_secret(self._random_bytes)

    async def _read(self, session_id: bytes, now: float) -> Session | None:
        standing = await self._standings.of(session_id)
        if standing is None or standing.expires_at <= now:
            self._cache.pop(session_id, None)
            return None
        if len(self._cache) >= CACHED_AT_MOST:
            self._cache.clear()
        session = _session(session_id, standing)
        self._cache[session_id] = (now + CACHED_FOR, session)
        return session

    async def over(self, sessions: Iterable[bytes], now: float) -> list[bytes]:
        """Which of these, and of those that are known here, are over by now, wherever they were ended.

        None of them is known here any more (P23).
        """
        asked, over = list({*sessions, *self._cache}), list[bytes]()
        for first in range(0, len(asked), AT_ONCE):
            some = asked[first : first + AT_ONCE]
            found = await self._read_standings(some)
            over += [id for id in some if id not in found or found[id].expires_at <= now]
        for session in over:
            self.uncache(session)
        return over

    async def _read_standings(self, sessions: list[bytes]) -> dict[bytes, Standing]:
        async with reading(self._engine) as connection:
            return await store.standings(connection, sessions)

    async def _read_links(self, secrets: list[bytes]) -> dict[bytes, Invitation]:
        async with reading(self._engine) as connection:
            return await store.invitations_by_secret(connection, secrets)

    async def _read_rights(
        self, places: list[tuple[bytes, int]]
    ) -> dict[tuple[bytes, int], dict[str, int]]:
        async with reading(self._engine) as connection:
            return await store.rights_in(connection, places)

    def _alone(self, arrival: str | None, token: str | None = None) -> tuple[object, ...]:
        """What a page does before it has a session happens one after the other, with a dead cookie, too."""
        if arrival is not None:
            return "session", self._page(arrival)
        return ("session", hashed(token)) if token else ()

    def _page(self, arrival: str) -> bytes:
        """How a page is known to the database."""
        keyed = hashlib.blake2b(arrival.encode(), key=self._key, digest_size=16, person=b"page")
        return keyed.digest()

    def _token_of(self, arrival: str, salt: bytes) -> str:
        """What a page that knows the word can't know, nor anybody else without our key; once only (A60)."""
        about = arrival.encode() + salt
        keyed = hashlib.blake2b(about, key=self._key, digest_size=32, person=b"arrival")
        return _as_text(keyed.digest())

    async def arrived(self, arrival: str, now: float) -> tuple[str, Session] | None:
        """The session that this page's earlier post began, and whose answer it never had."""
        async with reading(self._engine) as connection:
            token = await self._arrived(connection, arrival, now)
        session = await self.session(token, now) if token else None
        return (token, session) if token and session else None

    async def _arrived(
        self, connection: AsyncConnection, arrival: str | None, now: float
    ) -> str | None:
        """The session that another post of the same page has just begun."""
        if arrival is None:
            return None
        salt = await store.salt_of(connection, self._page(arrival), now - ARRIVES_WITHIN, now)
        return None if salt is None else self._token_of(arrival, salt)

    async def _gaining(self, connection: AsyncConnection, token: str, now: float) -> str:
        """The new token of a session that is about to be allowed more. What was begun by the page is its own."""
        fresh, page, salt = self._new_token(token)
        await store.change_id(connection, hashed(token), hashed(fresh), now, page, salt)
        await access.tell(connection, "renewed", hashed(token), now)
        self.uncache(hashed(token))
        return fresh

    async def _renewed(
        self, connection: AsyncConnection, token: str, invitation: Invitation, now: float
    ) -> str | None:
        """The token that another tab has just been given for this one, by the same link; by no other (A60)."""
        fresh = await self._arrived(connection, token, now)
        by = fresh and await _held_by(connection, hashed(fresh), invitation)
        return fresh if by == invitation.id else None

    async def _begin(self, connection: AsyncConnection, now: float, arrival: str | None) -> str:
        """One that was ended, and forgotten, does not come again by the word of its page: that is salted."""
        token, page, salt = self._new_token(arrival)
        await store.add_session(connection, hashed(token), now, now + SESSION_LIFE, page, salt)
        return token

    def _new_token(self, arrival: str | None) -> tuple[str, bytes | None, bytes | None]:
        """With the page that it was made for, and its salt."""
        if arrival is None:
            return self._secret(), None, None
        salt = self._random_bytes(16)
        return self._token_of(arrival, salt), self._page(arrival), salt

    async def _alive(
        self, connection: AsyncConnection, token: str | None, now: float
    ) -> str | None:
        if token is None or await store.expiry_of(connection, hashed(token), now) is None:
            return None
        return token

    async def _tell_of_coming(
        self, connection: AsyncConnection, session_id: bytes, invitation: Invitation, now: float
    ) -> None:
        """Somebody who serves is in, from now on, by that link."""
        standing = (await store.standings(connection, [session_id]))[session_id]
        by = _session(session_id, standing).actor
        deed = Deed(by, "signed_in", "link", invitation.id, reason=invitation.role)
        await self.audit.tell(connection, deed, now)

    async def _tell_of_leaving(self, connection: AsyncConnection, ended: Ended, now: float) -> None:
        """Somebody who served is out."""
        session = ended.session
        if session.expires_at > now and any(right.role in SERVING for right in ended.rights):
            deed = Deed(session.actor, "signed_out", "session", session.id)
            await self.audit.tell(connection, deed, now)

    async def _grant(
        self, connection: AsyncConnection, session_id: bytes, invitation: Invitation
    ) -> None:
        await store.add_right(
            connection, session_id, invitation.role, invitation.room, invitation.id
        )


def new_secret(random_bytes: Callable[[int], bytes]) -> str:
    """What opens something: 256 random bits, as a URL can hold them."""
    return _as_text(random_bytes(32))


def _as_text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()


def hashed(token: str) -> bytes:
    """What is stored of a token or secret. It holds 256 random bits, so a plain hash can't be guessed."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def _session(id: bytes, standing: Standing) -> Session:
    return Session(id, standing.expires_at, standing.who, standing.person)


def _person(log_id: int) -> bytes:
    return log_id.to_bytes(8, "big", signed=True)


async def _held_by(
    connection: AsyncConnection, session_id: bytes, invitation: Invitation
) -> int | None:
    """By which invitation a session has this right, if it has it."""
    return (await store.rights(connection, session_id, invitation.room)).get(invitation.role)


async def _moved(
    connection: AsyncConnection, session_id: bytes, by: int, invitation: Invitation, now: float
) -> bool:
    """A link that is over, or has no use left, changes nothing for who has the right already."""
    try:
        await _take_use(connection, invitation, now)
    except Refused:
        return False
    await store.give_back(connection, by)
    await store.move_right(connection, session_id, invitation.role, invitation.room, invitation.id)
    return True


async def _lost(
    connection: AsyncConnection, session: bytes, room: int, now: float
) -> list[access.News]:
    """Who was staff, or has nothing else, is signed out; who has, is out of that one room."""
    standing = (await store.standings(connection, [session])).get(session)
    if standing is None:
        return []  # It was forgotten meanwhile.
    news: list[access.News] = [("rights", access.subject(standing.who, room))]
    has_more = standing.person is not None or await store.rights_of(connection, session)
    if room == store.ORGANISATION or not has_more:
        await store.end_session(connection, session, now)
        news.append(("ended", session))
    return news


async def _take_use(connection: AsyncConnection, invitation: Invitation, now: float) -> None:
    if invitation.expires_at is not None and invitation.expires_at <= now:
        raise Refused("invitation_expired")
    if not await store.use_up(connection, invitation.id):
        raise Refused("invitation_used_up")
