"""Everybody comes back at once, and nobody misses anything."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from chatroom.client import enter
from moderation.meeting.commands import Open
from tests.faults.catalogue import FULL
from tests.faults.figures import Figure, keep
from tests.faults.recorder import until
from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chatroom.client import Seat

pytestmark = pytest.mark.faults

SEATS, SOCKETS = (100, 20) if FULL else (10, 20)
BACK_WITHIN = 10.0


async def test_when_the_process_dies_all_sockets_are_back_at_the_head_in_time(
    tmp_path: Path, tell: Callable[[str], None]
):
    """F24, P4, P6: 200 sockets (FULL: 2,000) lose their process, while somebody is in mid-sentence."""
    async with serving(tmp_path) as server, AsyncExitStack() as lines:
        room = await server.new_room()
        ada = await lines.enter_async_context(enter(room.facilitator, name="Ada"))
        seats = [
            await lines.enter_async_context(enter(room.member, name=f"Ben {_letters(number)}"))
            for number in range(SEATS)
        ]
        everybody = [*seats]
        for seat in seats:
            everybody += await asyncio.gather(
                *(lines.enter_async_context(seat.another_socket()) for _ in range(SOCKETS - 1))
            )
        opened = (await ada.send(Open())).number or 0
        await until(lambda: all(_number(one) >= opened for one in everybody), within=20)
        saying = [ada.submit_line(f"line {number}") for number in range(20)]
        server.kill9()
        await server.start()
        began = time.monotonic()
        last = (await asyncio.gather(*saying))[-1]
        await until(lambda: all(_number(one) == last.number for one in everybody), within=30)
        back = time.monotonic() - began
    tell(f"{len(everybody)} sockets back at the head after {back:.2f} s")
    assert back <= BACK_WITHIN
    assert not any(one.resets for one in everybody)
    keep(Figure("a", f"F24 {len(everybody)} sockets", back, back, 0.0, len(saying), 0))


def _number(seat: Seat) -> int:
    return int(seat.cursor["room"].partition(".")[0])


def _letters(number: int) -> str:
    return chr(ord("A") + number // 26) + chr(ord("a") + number % 26)
