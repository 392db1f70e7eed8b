"""`make cluster`: three processes that serve the same rooms, on this machine. Prints three links."""

import asyncio
import contextlib
import os
import signal
import tempfile
from pathlib import Path

from tests.cluster.machine import Cluster, cluster

ROOM = "Evening group"


async def main() -> None:
    """Serves until Ctrl+C."""
    port = int(os.environ.get("PORT", "8000"))
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        async with cluster(Path(folder), port) as running:
            loop = asyncio.get_running_loop()
            # Before anybody is told of it: a terminal sends it to all of them at once.
            for sign in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(sign, running.ending.set)
            print(await welcome(running), flush=True)  # noqa: T201 - that is what it is for
            await running.ending.wait()


async def welcome(running: Cluster) -> str:
    """What is printed once everything runs."""
    room = await running.servers[0].new_room(ROOM)
    first = running.origins[0]
    links = {"a member": room.member, "the facilitator": room.facilitator, "staff": room.staff}
    lines = [f'Three processes serve "{ROOM}". Enter as', ""]
    for origin, (who, link) in zip(running.origins, links.items(), strict=True):
        lines.append(f"  {who:<16} {link.replace(first, origin)}")
    demo = await running.servers[0].create_room("Demo meeting")
    member = await running.servers[0].invite(demo, "member")
    facilitator = await running.servers[0].invite(demo, "facilitator")
    pids = " ".join(str(server.pid) for server in running.servers)
    others = f"PostgreSQL {running.postmaster}, Valkey {running.bus.pid}"
    return "\n".join(
        [
            *lines,
            "",
            "A meeting to watch, played in half a minute:",
            "",
            f"  .venv/bin/chatroom demo --speed 20 --links '{member}' '{facilitator}'",
            "",
            f"Kill what you like, it is started again: processes {pids}, {others}.",
            "Ctrl+C ends all of them.",
        ]
    )


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
