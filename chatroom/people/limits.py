"""Budgets: how often one seat, or one address, may do one thing; and the count of it.

Who chats, however fast, never meets one; who floods is told when to go on (A91, A94-A98). Counted is
in the memory of this process, so that no command waits for it and none fails with it. What is counted
by address is told to Redis as well, where there is one, and what all processes together have counted
too often is held here, too. While Redis is away, each process counts for itself.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Literal

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import MovingWindowSupport, Storage
from limits.strategies import MovingWindowRateLimiter
from msgspec import Struct
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

# fmt: off
Kind = Literal[
    "lines", "room", "each", "hands", "reactions", "names", "reports", "acts", "chair", "again", "refused", "cries",
    "cues", "strikes", "who", "sockets", "starts",
    "sign_ins",
    "guesses", "all_guesses", "strangers", "all_strangers", "comings", "by_link",
    "helps", "all_helps", "knocks", "all_knocks",
]
# fmt: on


class Budget(Struct, frozen=True):
    """At most `amount` of `what` in any `seconds`. `by_address`: counted over all processes."""

    amount: int
    seconds: int
    what: str
    why: str
    by_address: bool = False


BUDGETS: dict[Kind, Budget] = {
    # Of a seat in one log, over all its sockets.
    "lines": Budget(
        60,
        30,
        "what a member writes, with `done` and `pass`",
        "an outbox of 32 lines that comes back after an outage, and 28 written meanwhile",
    ),
    "room": Budget(
        300,
        10,
        "what members write in one meeting before each of them may write less",
        "thirty lines a second: two hundred come back from an outage with a line and a half each",
    ),
    "each": Budget(
        3,
        10,
        "what a member writes while so much is written",
        "a line every three seconds: of more nobody reads anything",
    ),
    "hands": Budget(
        20, 30, "raising and lowering one's hand", "to change one's mind ten times in half a minute"
    ),
    "reactions": Budget(
        30, 30, "reactions", "one a second: a word under every line of a lively meeting"
    ),
    "names": Budget(8, 60, "other names for oneself", "to try names until one is free"),
    "reports": Budget(
        12, 600, "reports of what others wrote", "every line of somebody who wrote without a pause"
    ),
    "acts": Budget(60, 30, "all else that a member does", "each is a tap"),
    "chair": Budget(
        600,
        30,
        "all that a facilitator or staff does",
        "to clear a raid of 200 by taps, or paste a long reading",
    ),
    "again": Budget(
        96,
        30,
        "what was stored already, and is sent again",
        "an outbox of 32 that comes back three times, over a connection that breaks",
    ),
    "refused": Budget(
        5,
        1,
        "what is over a budget, and is looked at for a cry for help alone",
        "each look costs 64 us; what is more waits unread, and is read later",
    ),
    "cries": Budget(
        30,
        60,
        "cries for help in what was refused, told to staff",
        "every word of somebody in danger; what is more is told a little later",
    ),
    "cues": Budget(
        6,
        60,
        "cues to the facilitators that a member may need care",
        "the first ones at once; the fiftieth would push everything else out of their sight",
    ),
    "strikes": Budget(
        6,
        60,
        "cues to the facilitators of what a rule did not take",
        "as many as of care, and apart from those: whoever was refused before is heard when they cry",
    ),
    "sockets": Budget(
        120,
        60,
        "sockets opened",
        "five tabs and devices on a connection that breaks every two seconds",
    ),
    "who": Budget(
        60,
        10,
        "questions who somebody in a crowd is",
        "a page asks four times a second while it scrolls; more is answered a little later",
    ),
    "starts": Budget(
        30,
        60,
        "sockets that begin afresh, or from a cursor that lies far behind",
        "five tabs and devices that are all reloaded six times in a minute",
    ),
    # Of an address, of a link, or of all together. Only what fails counts, but for who comes in.
    "sign_ins": Budget(
        10,
        600,
        "passwords with codes for one name",
        "somebody who types on a phone at night; a code of six digits is guessed in years",
        by_address=True,
    ),
    "guesses": Budget(
        100,
        600,
        "links that there are not, by one address",
        "forty people in a clinic try a link that was taken back, twice; a real one is never refused",
        by_address=True,
    ),
    "all_guesses": Budget(
        300, 600, "links that there are not, by all", "three such clinics", by_address=True
    ),
    "strangers": Budget(
        600,
        600,
        "pages, requests and sockets without a session or a seat, by one address",
        "forty browsers whose sessions ran out, each of which asks once a minute",
        by_address=True,
    ),
    "all_strangers": Budget(
        6000,
        600,
        "pages, requests and sockets without a session or a seat, by all",
        "six hundred such browsers, after a backup was put back",
        by_address=True,
    ),
    "comings": Budget(
        200,
        600,
        "new people who come in by links, by one address",
        "everybody in a clinic, or behind one carrier, comes in for one meeting",
        by_address=True,
    ),
    "by_link": Budget(
        120,
        60,
        "new people who come in by one link, beside its number of uses",
        "two a second when a large meeting begins; the page of who comes then waits, and goes on by itself",
        by_address=True,
    ),
    # Help has budgets of its own, which nothing else uses up. What is more is one entry at the desk, and answered.
    "helps": Budget(
        10,
        600,
        "calls for help by people without a seat and without words, by one address",
        "half of those on the Wi-Fi of a waiting room",
        by_address=True,
    ),
    "all_helps": Budget(
        30,
        600,
        "the same before one room, or before none",
        "more than all of staff can take up in that time",
        by_address=True,
    ),
    "knocks": Budget(
        40,
        600,
        "strangers who come to one door, by one address",
        "twenty on one Wi-Fi, each in a second browser too",
        by_address=True,
    ),
    "all_knocks": Budget(
        300,
        600,
        "the same where no address can be told",
        "a large open meeting begins, behind a proxy that nobody named",
        by_address=True,
    ),
}
"""The one table of budgets. `LIMITS` of the settings multiplies the amounts, not the times."""

OPEN_AT_ONCE = 20
"""Sockets of one seat in one log: phone, laptop and three tabs, and for each the dead ones of a bad minute,
which take up to 40 seconds to be noticed. `LIMITS` multiplies it, too.
"""
REDIS_WITHIN = 0.25
"""Seconds that Redis has for one answer."""
LOST_FOR = 5.0
"""Seconds in which Redis is left alone after it failed."""
TOLD_AT_MOST = 1000
"""What waits to be told to Redis; more is counted here alone."""
HELD = 10
"""What all processes together have too often is held for this part of its time, then asked again."""
SWEPT_FROM = 1024
FAULTS = (RedisError, OSError, RuntimeError)
"""A timeout is an OSError; uvloop answers a write to a transport that has just closed with a RuntimeError."""

_log = structlog.get_logger()


class Windows(Storage, MovingWindowSupport):
    """The storage of the `limits` library on an injected clock, without threads.

    Its own reads the wall clock, which steps, and starts a thread to forget what is over.
    """

    STORAGE_SCHEME = None

    def __init__(self, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._now = monotonic
        self._taken: dict[str, deque[float]] = {}
        self._over: dict[str, float] = {}
        self._held: dict[str, float] = {}
        self._sweep_at = SWEPT_FROM

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self._now()
        taken = self._of(key, now - expiry)
        if len(taken) + amount > limit or now < self._held.get(key, now):
            return False
        taken.extend([now] * amount)
        self._over[key] = now + expiry
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Since when, and how many; one that is held is full, until it is not."""
        now = self._now()
        held = self._held.get(key, now)
        if held > now:
            return held - expiry, limit
        taken = self._of(key, now - expiry)
        return (taken[0] if taken else now), len(taken)

    def give_back(self, key: str) -> None:
        if self._taken.get(key):
            self._taken[key].pop()

    def hold(self, key: str, seconds: float) -> None:
        """Nothing more of this for so long, whatever was counted here."""
        self._held[key] = self._now() + seconds
        self._over[key] = max(self._over.get(key, 0.0), self._held[key])
        self._taken.setdefault(key, deque())

    def reset(self) -> int:
        count = len(self._taken)
        for kept in (self._taken, self._over, self._held):
            kept.clear()
        return count

    def clear(self, key: str) -> None:
        for kept in (self._taken, self._over, self._held):
            kept.pop(key, None)

    def check(self) -> bool:
        return True

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def _of(self, key: str, since: float) -> "deque[float]":
        taken = self._taken.get(key)
        if taken is None:
            if len(self._taken) >= self._sweep_at:
                self._sweep()
            taken = self._taken[key] = deque()
        while taken and taken[0] <= since:
            taken.popleft()
        return taken

    def _sweep(self) -> None:
        """Forgets what is over. The next time is when there is twice as much as is left."""
        now = self._now()
        for key in [key for key in self._taken if self._over.get(key, now) <= now]:
            self.clear(key)
        self._sweep_at = max(SWEPT_FROM, 2 * len(self._taken))

    # Fixed windows: not kept here.

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError

    def get(self, key: str) -> int:
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError


class Limits:
    """What is left of each budget. A key is `<log>/<seat>`, or what `Addresses` calls an address.

    `take` and `wait` return at once, whatever has become of Redis.
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        factor: float = 1.0,
        redis_url: str | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._items: dict[Kind, RateLimitItem] = {
            kind: RateLimitItemPerSecond(
                max(1, round(budget.amount * factor)), budget.seconds, kind
            )
            for kind, budget in BUDGETS.items()
        }
        self.open_at_once = max(1, round(OPEN_AT_ONCE * factor))
        self._windows = Windows(monotonic)
        self._limiter = MovingWindowRateLimiter(self._windows)
        self._told: asyncio.Queue[tuple[Kind, str]] = asyncio.Queue(TOLD_AT_MOST)
        self._redis_url = redis_url

    def take(self, kind: Kind, key: str) -> int | None:
        """Uses one up; None, or the milliseconds until there is one again, and then none is used."""
        item = self._items[kind]
        if not self._limiter.hit(item, key):
            return self._until(item, key)
        if self._redis_url is not None and BUDGETS[kind].by_address and not self._told.full():
            self._told.put_nowait((kind, key))
        return None

    def give_back(self, kind: Kind, key: str) -> None:
        """What was taken last was of no use."""
        self._windows.give_back(self._items[kind].key_for(key))

    def wait(self, kind: Kind, key: str) -> int | None:
        """Uses nothing up; None while something is left, else the milliseconds until there is."""
        item = self._items[kind]
        return None if self._limiter.test(item, key) else self._until(item, key)

    def _until(self, item: RateLimitItem, key: str) -> int:
        free_at, _ = self._limiter.get_window_stats(item, key)
        return max(1, math.ceil((free_at - self._monotonic()) * 1000))

    # All processes together

    async def run(self, pause: Callable[[float], Awaitable[None]]) -> None:
        """Tells Redis what was counted here, and hears what was counted elsewhere, until cancelled."""
        if self._redis_url is None:
            await asyncio.Event().wait()  # There is nobody to tell.
            return
        alone = False
        async with _redis(self._redis_url) as together:
            while True:
                kind, key = await self._told.get()
                item = self._items[kind]
                try:
                    async with asyncio.timeout(REDIS_WITHIN):
                        may = await together.hit(item, key)
                except FAULTS as error:
                    if not alone:
                        _log.warning("limits_alone", error=type(error).__name__)
                    alone = True
                    await pause(LOST_FOR)
                    while not self._told.empty():
                        self._told.get_nowait()  # It has been counted here.
                else:
                    alone = False
                    if not may:
                        self._windows.hold(item.key_for(key), item.get_expiry() / HELD)


@asynccontextmanager
async def _redis(url: str) -> AsyncIterator[SlidingWindowCounterRateLimiter]:
    """Its windows are on Redis's own clock: the machines' may differ."""
    pool = ConnectionPool.from_url(
        url, socket_connect_timeout=REDIS_WITHIN, socket_timeout=REDIS_WITHIN
    )
    storage = RedisStorage(
        "async+redis://",
        implementation="redispy",
        key_prefix="chatroom-limits",
        connection_pool=pool,  # type: ignore[arg-type]  # Handed on to the client as it is.
    )
    try:
        yield SlidingWindowCounterRateLimiter(storage)
    finally:
        with suppress(*FAULTS):
            await pool.disconnect()
