"""What single steps of a message's journey cost, each by itself on one thread."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chatroom.live.reviewing import open_reviewer
from chatroom.people.limits import Limits
from chatroom.store.logs import Row
from chatroom.store.sealed import sealed
from tests.load._load import WORDS, furnished, median, settings_in, spelt
from tests.processes import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 200


async def apart(rounds: int) -> dict[str, object]:
    """In microseconds a message."""
    return {
        "review_us": await review(rounds),
        "limits_us": limits(rounds),
        "encryption_us": encryption(rounds),
    }


async def review(rounds: int) -> float:
    """A line of somebody who has said three before."""
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder))
        await server.migrate()
        settings = settings_in(Path(folder))
        [place] = await furnished(settings, [3], lines=3)
        reviewer, meeting = open_reviewer(settings), place.book.fold.state

        def one(number: int) -> None:
            reviewer.line(f"{spelt(number)} {WORDS}", place.book, 2, meeting, "0" * 32)

        return timed(one, rounds)


def limits(rounds: int) -> float:
    """A line of one of a thousand who write by turns is counted, as that of each member is."""
    counted = Limits(time.monotonic)

    def one(number: int) -> None:
        counted.take("lines", f"1234567890123456789/{number % 1000}")

    return timed(one, rounds)


def encryption(rounds: int) -> float:
    """A line is sealed, under a key that is at hand."""
    key, words = AESGCM(bytes(32)), f"{spelt(1)} {WORDS}".encode()
    row = Row(7, 1, 0, 1, "0" * 16, "said", 2, None, None, 0.0, b"{}", words)
    return timed(lambda _: sealed(row, key, os.urandom), rounds)


def timed(one: Callable[[int], object], rounds: int) -> float:
    """Microseconds of this thread, the median of the rounds behind a first one that warms up."""
    took = []
    for number in range(rounds + 1):
        began = time.thread_time()
        for n in range(TIMES):
            one(number * TIMES + n)
        took.append((time.thread_time() - began) / TIMES * 1e6)
    return median(took[1:])
