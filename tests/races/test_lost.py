"""Whoever or whatever is lost in the middle: a socket, a process, the facilitators, all at once."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from chatroom.client import Refused, come_to_desk, enter
from chatroom.live.wire import Fresh, Receipt
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.audience import Snapshot
from tests.processes import SLOW, SOON
from tests.races.conftest import SPEED
from tests.races.hasty import HELD
from tests.races.stage import meeting_in, number_of, turns_in

if TYPE_CHECKING:
    from chatroom.client import Seat
    from tests.races.stage import Meeting, Pair

LOOKS = 3.0 * SLOW
"""Seconds for two looks, and for what they find to be told."""


class Frames:
    """What a socket was told, and when (monotonic)."""

    def __init__(self) -> None:
        self.fresh: Fresh | None = None
        self.at = 0.0
        self.here: list[tuple[int, ...]] = []

    def __call__(self, payload: bytes) -> None:
        frame: dict[str, Any] = msgspec.json.decode(payload)
        if frame["type"] == "fresh":
            self.fresh, self.at = msgspec.json.decode(payload, type=Fresh), time.monotonic()
        elif frame["type"] == "presence":
            self.here.append(tuple(frame["here"]))

    @property
    def remaining(self) -> float:
        """Seconds that the running turn had left at the fresh start, its stretch included."""
        assert self.fresh is not None
        shown = self.fresh.snapshot
        assert isinstance(shown, Snapshot)
        assert shown.turn_began_at is not None
        assert shown.turn_stopped_at is None
        phase = shown.phases[shown.phase]
        ends = shown.turn_began_at + shown.turn_paused + shown.turn_extra
        return ends + 60.0 * phase.turn + phase.grace - self.fresh.now


async def test_fc_30_a_crash_of_everything_mid_turn_loses_and_doubles_no_line(pair: Pair):
    async with meeting_in(pair) as meeting:
        for seat in (meeting.dana, meeting.chidi):
            await seat.send(ask.RaiseHand())
        await meeting.has_the_floor(meeting.ben)
        before = meeting.ada.meeting
        first = Frames()
        async with meeting.ada.another_socket(on_frame=first):
            pass
        texts = [f"line {n}" for n in range(40)]
        lines = [meeting.ben.submit_line(text) for text in texts]
        while not any(line.done() for line in lines):  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0)
        pair.there.kill9()
        pair.here.kill9()
        assert not all(line.done() for line in lines), "need lines on their way"
        await asyncio.to_thread(restart, pair)
        await asyncio.gather(pair.here.start(), pair.there.start())
        receipts = await asyncio.wait_for(asyncio.gather(*lines), SOON)
        await meeting.settled()
        entries = meeting.entries()
        said = [
            number for number, entry in enumerate(entries, 1) if isinstance(entry, happened.Said)
        ]
        assert [receipt.number for receipt in receipts] == said
        assert [words async for words in heard(meeting.chidi, len(texts))] == texts
        assert list(turns_in(entries).values()) == [[meeting.ben.seat] * len(texts)]
        again = Frames()
        async with meeting.ada.another_socket(on_frame=again) as adas:
            for seat in (*meeting.all, adas):
                shown = seat.meeting
                assert (shown.epoch, shown.holder) == (before.epoch, meeting.ben.seat)
                assert shown.hands == before.hands == (meeting.dana.seat, meeting.chidi.seat)
        passed = again.at - first.at
        assert first.remaining - again.remaining == pytest.approx(passed, abs=2.0)
        await meeting.ben.send(ask.Done(meeting.epoch))


def restart(pair: Pair) -> None:
    """Redis too (FC-30)."""
    pair.valkey.kill()
    pair.valkey.start()


async def heard(seat: Seat, count: int) -> Any:
    async for seen in seat.entries():
        if isinstance(seen.entry, happened.Said):
            yield seen.entry.words
            count -= 1
        if not count:
            return


async def test_fc_18_who_is_back_within_15_seconds_was_never_shown_as_gone(pair: Pair):
    async with meeting_in(pair) as meeting:
        frames = Frames()
        async with meeting.ada.another_socket(on_frame=frames) as adas:
            everybody = tuple(sorted(seat.seat for seat in meeting.all))
            await adas.until(lambda: adas.here == everybody)
            told = len(frames.here)
            left = time.monotonic()
            await meeting.leaves(meeting.ben, meeting.chidi)
            member = meeting.room.member
            for link, name in ((member, "Petra"), (pair.there_(member), "Otto")):
                async with enter(link, name=name) as new:  # Each is seen by a look of each process.
                    for seat in (adas, meeting.mo):
                        await seat.until(lambda s=seat, n=new: n.seat in s.here)  # type: ignore[misc]
            async with (
                meeting.back(meeting.ben, pair.here),
                meeting.back(meeting.chidi, pair.there),
            ):
                assert time.monotonic() - left < 15, "the premise: they are back in time"
            assert frames.here[told:], "the premise: something was told"
            assert all(set(everybody) <= set(here) for here in frames.here[told:])
            assert not [
                entry for entry in meeting.entries() if isinstance(entry, happened.HandWentAway)
            ]


async def test_fc_24_a_lost_chair_is_offered_to_who_stands_by_and_not_snatched_back(swift: Pair):
    async with meeting_in(swift) as meeting:
        await meeting.ada.send(ask.Appoint(meeting.dana.seat, "standby"))
        await meeting.leaves(meeting.ada, meeting.mo)
        dana = meeting.dana
        await dana.until(lambda: dana.meeting.chair_away_until is not None, within=8.0)
        await dana.until(lambda: dana.meeting.offer is not None)
        assert dana.meeting.offer.seat == dana.seat  # type: ignore[union-attr]
        await dana.send(ask.AcceptChair())
        await dana.until(lambda: dana.meeting.chair == dana.seat)
        async with meeting.back(meeting.ada, swift.there) as ada:
            offered = happened.ChairOffered(meeting.ada.seat, 0, 0.0)
            await entry_of(meeting, offered, LOOKS, behind=happened.ChairTaken)
            await ada.until(lambda: number_of(ada) >= len(meeting.entries()))
            assert ada.meeting.chair == dana.seat
            assert isinstance(
                await dana.send(ask.Invite(dana.meeting.epoch, meeting.ben.seat)), Receipt
            )
        kinds = [type(entry) for entry in meeting.entries()]
        assert kinds.count(happened.ChairWentAway) == 1
        assert happened.WentQuiet not in kinds


async def test_fc_16_fc_17_fc_18_fc_24_a_process_is_killed_with_all_who_are_on_it(swift: Pair):
    """Four meetings go on at the other one, all at the same time."""
    meetings = (
        a_holder_is_back_in_time,
        a_holder_is_back_too_late,
        a_hand_is_passed_over,
        nobody_is_in_the_chair,
    )
    killed = Killed(swift, len(meetings))
    try:
        await asyncio.gather(*(goes_on(swift, killed) for goes_on in meetings))
    finally:
        await swift.there.start()


class Killed:
    """The one process, once all meetings are ready for it."""

    def __init__(self, pair: Pair, meetings: int) -> None:
        self._pair = pair
        self._ready = asyncio.Barrier(meetings)
        self._killed = asyncio.Event()
        self.at = 0.0

    async def wait(self) -> None:
        if await self._ready.wait() == 0:
            self._pair.there.kill9()
            self.at = time.monotonic()
            self._killed.set()
        await self._killed.wait()


async def a_holder_is_back_in_time(pair: Pair, killed: Killed) -> None:
    """FC-16, and FC-18: whoever is on a dead process is here until its lease ends."""
    async with meeting_in(pair) as meeting:
        await meeting.has_the_floor(meeting.ben)
        ada, epoch, turn = meeting.ada, meeting.epoch, meeting.ada.meeting.turn
        await ada.until(lambda: {meeting.ben.seat, meeting.dana.seat} <= set(ada.here))
        await killed.wait()
        await ada.until(lambda: meeting.ben.seat not in ada.here, within=HELD + LOOKS)
        assert time.monotonic() - killed.at >= HELD * 0.7, "a lease has to end first"
        await ada.until(lambda: ada.meeting.away_until is not None, within=LOOKS)
        async with meeting.back(meeting.ben, pair.here) as ben:
            await ben.until(lambda: ben.meeting.away_until is None, within=LOOKS)
            assert (ben.meeting.holder, ben.meeting.epoch) == (ben.seat, epoch)
            assert ben.meeting.turn == turn
            assert isinstance(await ben.say("where was I?"), Receipt)
        assert kinds_of(meeting, happened.HolderWentAway, happened.HolderCameBack) == [
            happened.HolderWentAway,
            happened.HolderCameBack,
        ]


async def a_holder_is_back_too_late(pair: Pair, killed: Killed) -> None:
    """FC-16: the turn ends, and they are next when they are back."""
    async with meeting_in(pair) as meeting:
        await meeting.chidi.send(ask.RaiseHand())
        await meeting.has_the_floor(meeting.ben)
        ada = meeting.ada
        await killed.wait()
        within = HELD + 90.0 / SPEED + 2 * LOOKS
        await ada.until(lambda: ada.meeting.holder is None, within=within)
        assert happened.TurnEnded(meeting.ben.seat, reason="away") in meeting.entries()
        async with meeting.back(meeting.ben, pair.here) as ben:
            await ben.until(lambda: ben.seat in ben.meeting.hands, within=LOOKS)
            assert ben.meeting.hands == (ben.seat, meeting.chidi.seat)
            assert happened.HandRaised(ben.seat, place=1, by="server") in meeting.entries()
            await meeting.settled(ada)
            await ada.send(ask.Invite(ada.meeting.epoch))
            await ben.until(lambda: ben.meeting.invited == ben.seat)


async def a_hand_is_passed_over(pair: Pair, killed: Killed) -> None:
    """FC-17: the place of who drops is kept and passed over, and let go in time."""
    async with meeting_in(pair) as meeting:
        for seat in (meeting.ben, meeting.chidi):
            await seat.send(ask.RaiseHand())
        await killed.wait()
        ada, bens = meeting.ada, meeting.ben.seat
        await ada.until(lambda: ada.meeting.hands_away != (), within=HELD + 2 * LOOKS)
        assert [away.seat for away in ada.meeting.hands_away] == [bens]
        await ada.send(ask.Invite(ada.meeting.epoch))
        await ada.until(lambda: ada.meeting.invited == meeting.chidi.seat)
        assert ada.meeting.hands[0] == bens, "passed over, and he keeps his place"
        async with meeting.back(meeting.ben, pair.here) as ben:
            await ben.until(lambda: not ben.meeting.hands_away, within=LOOKS)
            assert ben.meeting.hands[0] == bens
        within = 15.0 / SPEED + 120.0 / SPEED + 2 * LOOKS
        await ada.until(lambda: bens not in ada.meeting.hands, within=within)
        async with meeting.back(meeting.ben, pair.here) as ben:
            told = [seen.entry async for seen in arrived(ben)]
            assert happened.HandLowered(bens, by="away") in told, "he is told on return"
            assert isinstance(await ben.send(ask.RaiseHand()), Receipt)
        hands = kinds_of(meeting, happened.HandWentAway, happened.HandCameBack)
        assert hands == [happened.HandWentAway, happened.HandCameBack, happened.HandWentAway]


async def arrived(seat: Seat) -> Any:
    """What has arrived so far."""
    head = number_of(seat)
    async for seen in seat.entries():
        yield seen
        if seen.stream == "room" and seen.number == head:
            return


async def nobody_is_in_the_chair(pair: Pair, killed: Killed) -> None:
    """FC-24: Mo is on the dead process and Ada goes; the process that Chidi is on sees to it.

    No facilitator comes back, and so somebody of staff does.
    """
    async with meeting_in(pair) as meeting:
        chidi = meeting.chidi
        await meeting.has_the_floor(chidi)
        await meeting.leaves(meeting.ada)
        await killed.wait()
        within = HELD + 60.0 / SPEED + LOOKS
        await chidi.until(lambda: chidi.meeting.chair_away_until is not None, within=within)
        await chidi.until(lambda: chidi.meeting.is_quiet, within=60.0 / SPEED + LOOKS)
        assert isinstance(await chidi.say("so be it"), Receipt), "the running turn may finish"
        await chidi.send(ask.Done(chidi.meeting.epoch))
        await chidi.send(ask.RaiseHand())
        assert (await chidi.help()).case
        await staff_take_the_chair(meeting)
        kinds = kinds_of(
            meeting,
            happened.ChairWentAway,
            happened.WentQuiet,
            happened.ChairCameBack,
            happened.ChairTaken,
        )
        assert kinds == [happened.ChairWentAway, happened.WentQuiet, happened.ChairTaken]


async def staff_take_the_chair(meeting: Meeting) -> None:
    """The desk shows the room that went quiet, until somebody of staff holds it."""
    room, server = meeting.room, meeting.pair.here
    async with come_to_desk(room.staff, name="Sam") as desk:
        await desk.until(lambda: [lost.chair for lost in desk.desk.chairs] == ["quiet"])
        assert [lost.room for lost in desk.desk.chairs] == [room.slug]
        link = f"{server.origin}/rooms/{room.slug}"
        async with enter(link, session=desk.session, name="Sam") as sam:
            roles = {one.seat: one.role for one in sam.meeting.seats}
            assert roles[sam.seat] == "staff"
            await sam.until(lambda: sam.meeting.offer is not None, within=LOOKS)
            with pytest.raises(Refused, match="nobody_in_chair"):
                await sam.send(ask.Invite(sam.meeting.epoch))
            await sam.send(ask.AcceptChair())
            await sam.until(lambda: sam.connections > 1 and sam.caught_up)
            assert (sam.meeting.chair, sam.meeting.is_quiet) == (sam.seat, False)
            assert isinstance(await sam.send(ask.Invite(sam.meeting.epoch)), Receipt)
            await desk.until(lambda: not desk.desk.chairs)


def kinds_of(meeting: Meeting, *kinds: type) -> list[type]:
    """Which of these there were, in order."""
    return [type(entry) for entry in meeting.entries() if isinstance(entry, kinds)]


async def entry_of(
    meeting: Meeting, wanted: Any, within: float, behind: type | None = None
) -> None:
    """Waits for an entry of this kind about this seat, behind the last of another kind."""
    async with asyncio.timeout(within):
        while not _is_in(meeting, wanted, behind):  # noqa: ASYNC110 - it looks from outside
            await asyncio.sleep(0.1)


def _is_in(meeting: Meeting, wanted: Any, behind: type | None) -> bool:
    entries = meeting.entries()
    starts = [n for n, entry in enumerate(entries) if behind and isinstance(entry, behind)]
    return any(
        type(entry) is type(wanted) and entry.seat == wanted.seat  # type: ignore[union-attr]
        for entry in entries[max(starts, default=0) :]
    )
