"""What a socket needs of the server."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from chatroom.care.cases import Cases
from chatroom.live.addresses import Addresses
from chatroom.live.hub import Hub
from chatroom.live.journal import Journal
from chatroom.live.reviewing import Reviewer
from chatroom.people.accounts import Accounts
from chatroom.people.limits import Limits
from chatroom.people.strangers import Strangers
from moderation.refused import Refused


@dataclass(frozen=True)
class House:
    """What a socket needs of the server."""

    journal: Journal
    hub: Hub
    accounts: Accounts
    addresses: Addresses
    reviewer: Reviewer
    cases: Cases
    limits: Limits
    strangers: Strangers
    now: Callable[[], float]
    monotonic: Callable[[], float]
    random_bytes: Callable[[int], bytes]
    begin: Callable[[Coroutine[Any, Any, None]], object]
    """Runs what a socket asked for and must not wait for; its task ends with the server."""

    def tried(self, scope: Mapping[str, Any]) -> Refused | None:
        """Somebody without a session or a seat was at a door; a no to say instead, if there were too many (A57)."""
        return self.strangers.tried("strangers", self.addresses.of(scope))
