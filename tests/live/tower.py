"""A timekeeper in the hands of a test, and what happens in a meeting while it looks."""

import asyncio
from pathlib import Path

from chatroom.live.lobby import Lobby
from chatroom.live.presence import Presence
from chatroom.live.timekeeper import (
    Clock,
    Minded,
    Timekeeper,
)
from moderation.meeting import commands as ask
from tests.cast import ada, ben, eve
from tests.journal.stage import (
    EVENING,
    OPEN_EPOCH,
    Office,
    asked,
    unsealed,
)
from tests.live.hall import Hall
from tests.store.places import Place


class Unminded:
    """Nothing but the meetings."""

    def logs(self) -> list[int]:
        return []

    async def mind(self) -> None:
        pass


class Tower:
    """A timekeeper whose clock is in the test's hands and who sleeps only as long as he is let."""

    def __init__(
        self, office: Office, presence: Presence | None = None, minded: Minded | None = None
    ) -> None:
        self.office = office
        self.hall = Hall(office, presence)
        self.lobby = Lobby(self.hall.presence)
        self.is_leaving = False
        self.slept: list[float] = []
        self.sound = True
        self._mornings: asyncio.Queue[None] = asyncio.Queue()
        clock = Clock(
            wall=lambda: office.clock.at,
            monotonic=lambda: office.clock.at,
        )
        clock.now = office.clock.now  # type: ignore[method-assign]
        self.keeper = Timekeeper(
            clock,
            office.logs,
            office.journal,
            self.hall.hub,
            self.hall.presence,
            minded or Unminded(),
            self.lobby,
            bus_is_sound=lambda: self.sound,
            is_leaving=lambda: self.is_leaving,
            pause=self._pause,
        )

    async def _pause(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self._mornings.get()

    def wake(self) -> None:
        self._mornings.put_nowait(None)

    async def look(self, later: float = 0.0) -> None:
        """One look, and whatever it has proposed is decided."""
        self.office.clock.at += later
        await self.keeper.look()
        await self.keeper.look_around()
        await self.settled()

    async def settled(self) -> None:
        """The journal takes its proposals in turn: when it has this one, it has had all others."""
        await self.office.journal.submit(EVENING, 0, ask.HandBack(eve))  # Of her there is no hand.

    def kinds(self) -> list[str]:
        rows = asked(self.office.path, "SELECT type FROM entry WHERE log = ?", EVENING)
        return [row[0] for row in rows]

    def entries(self, kind: type) -> list[object]:
        return [
            record.entry for _, record in self.office.published if isinstance(record.entry, kind)
        ]


class running:  # noqa: N801 - reads as a word
    """The timekeeper's own loop."""

    def __init__(self, tower: Tower) -> None:
        self._tower = tower

    async def __aenter__(self) -> None:
        self._task = asyncio.ensure_future(self._tower.keeper.run())

    async def __aexit__(self, *_: object) -> None:
        assert not self._task.done(), self._task
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def slept(tower: Tower, times: int) -> None:
    async with asyncio.timeout(30):
        while len(tower.slept) < times:  # noqa: ASYNC110 - it looks from outside
            await asyncio.sleep(0.001)


async def hold_the_floor(tower: Tower) -> None:
    submit = tower.office.journal.submit
    await submit(EVENING, ada, ask.NextPhase(OPEN_EPOCH))
    await submit(EVENING, ben, ask.RaiseHand())
    await submit(EVENING, ada, ask.Invite(OPEN_EPOCH + 1, ben))
    await submit(EVENING, ben, ask.Accept(OPEN_EPOCH + 2))
    assert (await tower.office.book()).fold.state.holder == ben


async def raise_hands(tower: Tower, *seats: int) -> None:
    await tower.office.journal.submit(EVENING, ada, ask.NextPhase(OPEN_EPOCH))
    for seat in seats:
        await tower.office.raise_hand(seat)


async def both(towers: list[Tower], seconds: float, *, step: float = 1.0) -> None:
    """So many seconds go by, in which each looks every second, one half a second after the other."""
    for _ in range(int(seconds / step)):
        for tower in towers:
            await tower.look(step / len(towers))


def words(where: Path | Place) -> list[str]:
    query = "SELECT log, entry_id, words FROM body JOIN entry USING (log, position)"
    found = (unsealed(where).words(*row) for row in asked(where, query))
    return [one.decode() for one in found if one is not None]
