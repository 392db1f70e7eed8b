"""Who waits at the door and still asks: a page that is gone must not be let in, nor stand beside itself."""

from collections.abc import Iterable

from chatroom.live.presence import Presence
from moderation.meeting.state import Meeting

ASKS_FOR = 55
"""Looks, one a second, for which somebody is there after asking: a page out of sight asks once a minute."""
LEAVES_FOR = 5
"""The same after a page said that it goes: one that is only loaded again asks sooner."""
MISSED = 20
"""Looks that a knock is missed in before it lapses: time to come back to another process."""


class Lobby:
    """Every process knows who asks at it, and tells the others by presence, never by the log.

    There a lobby stands under the number of its log below zero: no seat of a meeting is among them.
    """

    def __init__(self, presence: Presence) -> None:
        self._presence = presence
        self._left: dict[tuple[int, int], int] = {}
        self._missed: dict[tuple[int, int], int] = {}

    def asks(self, log: int, knock: int) -> None:
        """Somebody asked here whether they may come in."""
        if (log, knock) not in self._left:
            self._presence.came(-log, knock)
        self._left[log, knock] = ASKS_FOR

    def leaves(self, log: int, knock: int) -> None:
        """Their page goes; perhaps it is only loaded again."""
        if (log, knock) in self._left:
            self._left[log, knock] = LEAVES_FOR

    def look(self) -> None:
        """Once a second, before presence is told."""
        for log, knock in list(self._left):
            self._left[log, knock] -= 1
            if self._left[log, knock] <= 0:
                del self._left[log, knock]
                self._presence.left(-log, knock)

    def places(self, meetings: Iterable[tuple[int, Meeting]]) -> set[int]:
        """What has to be known of presence besides the meetings themselves."""
        return {-log for log, meeting in meetings if meeting.lobby}

    def lapsed(self, log: int, meeting: Meeting) -> list[str]:
        """The sessions whose knocks nobody stands behind any more, after a look at presence."""
        if not self._presence.knows(-log):
            return []
        here = self._presence.connected(-log)
        missed = {
            (log, knock): self._missed.get((log, knock), 0) + 1
            for knock in meeting.lobby
            if knock not in here
        }
        for place in [place for place in self._missed if place[0] == log]:
            del self._missed[place]
        self._missed |= missed
        return [meeting.lobby[knock].session for (_, knock), n in missed.items() if n >= MISSED]

    def keep(self, logs: set[int]) -> None:
        """Of other meetings nobody is connected here: another process looks after them, if any."""
        for place in [place for place in self._missed if place[0] not in logs]:
            del self._missed[place]
