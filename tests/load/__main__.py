"""All benchmarks, one JSON object a line: `python -m tests.load`, or some of them by name.

Each has so many seconds and then ends, and says so: a slow one takes nobody's time. SIZE=small is for
a look whether all of them work.
"""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from tests.load._load import told
from tests.load._machine import CORES


class Benchmark(NamedTuple):
    """A module, how long it has, and its environment where SIZE is small."""

    module: str
    seconds: float
    small: dict[str, str]


BENCHMARKS = {
    "fanout": Benchmark("fanout", 270, {}),
    "join": Benchmark("join", 110, {"MEMBERS": "50,200"}),
    "compressed": Benchmark("compressed", 60, {"MEMBERS": "20", "ROUNDS": "2", "SECONDS": "1"}),
    "idle": Benchmark("idle", 110, {"MEMBERS": "200", "HEARTBEATS": "3", "HANDSHAKES": "200"}),
    "meeting": Benchmark("meeting", 130, {"ROOMS": "5,10", "SECONDS": "5"}),
    "big-room": Benchmark("big_room", 120, {"MEMBERS": "100,200", "SECONDS": "3"}),
    "stalled": Benchmark("stalled", 90, {"MEMBERS": "50", "ROUNDS": "1", "SECONDS": "3"}),
    "storm": Benchmark(
        "storm",
        210,
        {
            "MEMBERS": "50,200",
            "RECONNECT": "50",
            "RAIDERS": "10",
            "RAID_ROOM": "30",
            "RAID_FOR": "3",
        },
    ),
    "receipts": Benchmark("receipts", 120, {}),
    "review": Benchmark("review", 75, {"SECONDS": "2", "TIMES": "50"}),
}
ENDS_WITHIN = 20.0
RUN: dict[str, object] = {"run": "peers"} if os.environ.get("PEERS") else {}
ALL_WITHIN = 870.0
"""Seconds: the sum of the above is more, which no quiet machine needs."""


def main(names: list[str]) -> int:
    """Runs them in order; the exit code says whether all came to their end."""
    whole, end = True, time.monotonic() + ALL_WITHIN
    for name in names or BENCHMARKS:
        one = BENCHMARKS[name]
        small = one.small if os.environ.get("SIZE") == "small" else {}
        left = min(one.seconds, end - time.monotonic()) if not names else None
        if left is not None and left <= 0:
            told(name, void="no time was left for it", **RUN)
            whole = False
            continue
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", f"tests.load.{one.module}"],
            env={**os.environ, **small},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            code = process.wait(left)
        except subprocess.TimeoutExpired:
            _end(process)
            told(name, void=f"not at its end after {left:.0f} s", **RUN)
            whole = False
        else:
            if code:
                told(name, void=f"ended with {code}", **RUN)
                whole = False
    return 0 if whole else 1


def _end(process: subprocess.Popen[bytes]) -> None:
    """It ends its servers itself."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def machine() -> None:
    """What the figures are of."""
    cpu = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    told(
        "machine",
        **RUN,
        cpu=cpu[0].partition(": ")[2] if cpu else platform.machine(),
        server_cores=sorted(CORES.server),
        load_cores=sorted(CORES.load),
        linux=platform.release(),
        python=platform.python_version(),
        load_average_at_end=round(os.getloadavg()[2], 2),
    )


if __name__ == "__main__":
    done = main(sys.argv[1:])
    machine()
    sys.exit(done)
