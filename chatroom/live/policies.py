"""The organisation's policy, as its file says it now: read at the start, and again whenever the file is another."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path

import structlog
from msgspec.structs import replace

from chatroom.settings import BadSetting, Settings
from moderation.content import Policy
from moderation.content.policy import Place
from moderation.content.policy_text import parse

LOOKS_EVERY = 2.0
"""Seconds between two looks at the file."""
PLACES = 1000
"""Places of which is remembered what holds there."""

_log = structlog.get_logger()


class Policies:
    """What holds now, and where."""

    def __init__(self, policy: Policy, path: Path | None = None) -> None:
        self._base = policy
        self._path = path
        self._now: tuple[Policy, dict[Place, Policy]] = policy, {}
        self._seen: tuple[int, int] | None = None

    @property
    def version(self) -> str:
        """Of what holds now; what was reviewed under another one is reviewed again (CM-01)."""
        return self._now[0].version

    def at(self, place: Place) -> Policy:
        """What holds in a place."""
        policy, places = self._now
        found = places.get(place)
        if found is None:
            if len(places) >= PLACES:
                places.clear()
            found = places[place] = policy.at(place)
        return found

    def read(self) -> None:
        """Reads the file; raises `ValueError` in words for the operator, and what held still holds."""
        if self._path is None:
            return
        self._seen = _looks(self._path)
        try:
            text = self._path.read_text("utf-8")
        except OSError as error:
            raise ValueError(f"{self._path} can't be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ValueError(f"{self._path} is no UTF-8 text") from None
        try:
            read = parse(text, self._base)
        except ValueError as wrong:
            raise ValueError(f"{self._path}: {wrong}") from None
        numbers = (*self._base.allowed_numbers, *read.allowed_numbers)
        # In one step: it is read beside the loop.
        self._now = replace(read, allowed_numbers=numbers), {}

    def rebase(self, policy: Policy) -> None:
        """What holds where the file says nothing has become another: the region, or the helplines."""
        self._base = policy
        if self._path is None:
            self._now = policy, {}
            return
        try:
            self.read()
        except ValueError as wrong:
            _log.error("policy_unfit", why=str(wrong))

    def read_again(self) -> bool:
        """Whether the file has become another one that holds now; a faulty one is told, and changes nothing."""
        if self._path is None or _looks(self._path) == self._seen:
            return False
        try:
            self.read()
        except ValueError as wrong:
            _log.error("policy_unfit", why=str(wrong))
            return False
        _log.warning("policy_read", version=self.version)
        return True

    async def run(self, pause: Callable[[float], Awaitable[None]]) -> None:
        """Looks whether the file is another, until cancelled; beside the loop, as patterns take their time."""
        while True:
            await pause(LOOKS_EVERY)
            await asyncio.to_thread(self.read_again)


def open_policies(settings: Settings) -> Policies:
    """As it is now; a file that can't be read stops the start. Helplines are never contact details."""
    policies = Policies(shipped(settings), settings.policy)
    try:
        policies.read()
    except ValueError as wrong:
        raise BadSetting("POLICY", str(wrong)) from None
    return policies


def shipped(settings: Settings) -> Policy:
    """What holds where nobody said otherwise."""
    base = Policy(version="", region=settings.region or "US")
    policy = parse(default_text(), base)
    numbers = tuple(helpline.reach for helpline in settings.helplines)
    return replace(policy, allowed_numbers=(*numbers, *policy.allowed_numbers))


def default_text() -> str:
    """The shipped policy, as it is written."""
    return (files("moderation.content") / "policies" / "default.toml").read_text("utf-8")


def _looks(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
