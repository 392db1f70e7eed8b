"""What one message costs the server: a + b x members, in CPU time of the process, the durable log included.

Closed loop: one publisher sends, waits until every member has the line, and sends the next; then 32
publishers, each with one line outstanding. Members are bare sockets that count; the server is real.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import httpx2
import uvloop

from chatroom.client import Seat, enter
from moderation.meeting.commands import Open, Say
from tests.processes import ServerProcess

SIZES = tuple(int(size) for size in os.environ.get("MEMBERS", "20,200,1000").split(","))
SECONDS = float(os.environ.get("SECONDS", "3"))
WORDS = "It was a long week and I am glad to be here with all of you tonight, thank you. " * 2
LINE = b'"type":"said"'


class Listener(asyncio.Protocol):
    """A member that only counts lines."""

    def __init__(self, port: int, slug: str, token: str, counter: "Counter") -> None:
        self.counter = counter
        self.head = (
            f"GET /rooms/{slug}/socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        self.hello = json.dumps({"type": "hello", "bearer": token}).encode()
        self.tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass.
        self.transport.write(self.head)

    def data_received(self, data: bytes) -> None:
        if self.hello and b"\r\n\r\n" in data:
            assert len(self.hello) < 126
            self.transport.write(bytes((0x81, 0x80 | len(self.hello))) + bytes(4) + self.hello)
            self.hello = b""
        self.counter.add((self.tail + data).count(LINE))
        self.tail = data[-len(LINE) + 1 :]


class Counter:
    """How many lines all members together have received."""

    def __init__(self) -> None:
        self.lines = 0
        self.wanted = 0
        self.reached = asyncio.Event()

    def add(self, lines: int) -> None:
        self.lines += lines
        if self.lines >= self.wanted:
            self.reached.set()

    async def wait_for(self, lines: int) -> None:
        self.wanted = lines
        if self.lines < lines:
            self.reached.clear()
            await self.reached.wait()


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads of a process, from the kernel's accounting."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


async def listen(server: ServerProcess, links: list[str], number: int, counter: Counter) -> None:
    link = urlsplit(links[0])
    slug = ""
    gate = asyncio.Semaphore(16)

    async def one(http: httpx2.AsyncClient, index: int) -> None:
        nonlocal slug
        async with gate:
            answer = (
                await http.post("/invitations/exchange", json={"secret": link.fragment})
            ).json()
            slug = answer["url"].rsplit("/", 1)[1]
            bearer = {"Authorization": f"Bearer {answer['session']}"}
            seat = {"id": os.urandom(16).hex(), "name": f"M{index}"}
            (await http.post(f"/rooms/{slug}/seats", json=seat, headers=bearer)).raise_for_status()
            loop = asyncio.get_running_loop()
            await loop.create_connection(
                lambda: Listener(server.port, slug, answer["session"], counter),
                "127.0.0.1",
                server.port,
            )

    async with httpx2.AsyncClient(base_url=server.origin, timeout=60) as http:
        await asyncio.gather(*(one(http, index) for index in range(number)))


async def closed_loop(
    seat: Seat, counter: Counter, members: int, publishers: int
) -> dict[str, float]:
    """Publishes for some seconds; figures of the server's CPU follow from the difference."""
    epoch = seat.meeting.epoch
    sent = 0
    began = time.perf_counter()
    start = counter.lines
    while time.perf_counter() - began < SECONDS:
        await asyncio.gather(
            *(seat.submit(Say(f"{sent} {WORDS}", epoch)) for _ in range(publishers))
        )
        sent += publishers
        await counter.wait_for(start + sent * members)
    return {"messages": sent, "seconds": time.perf_counter() - began}


async def measure(members: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder))
        await server.migrate()
        room = await server.create_room("Load")
        links = [await server.invite(room, "member"), await server.invite(room, "facilitator")]
        await server.start()
        counter = Counter()
        try:
            async with enter(links[1], name="Ada") as ada:
                await ada.send(Open())
                await listen(server, links, members, counter)
                for publishers in (1, 32):
                    before = cpu_seconds(server.pid)
                    found = await closed_loop(ada, counter, members, publishers)
                    cpu = cpu_seconds(server.pid) - before
                    deliveries = found["messages"] * members
                    print(
                        json.dumps(
                            {
                                "benchmark": "fanout",
                                "members": members,
                                "publishers": publishers,
                                "messages": found["messages"],
                                "us_per_message": round(cpu / found["messages"] * 1e6, 1),
                                "deliveries_per_cpu_second": round(deliveries / cpu),
                                "messages_per_second": round(
                                    found["messages"] / found["seconds"], 1
                                ),
                            }
                        ),
                        flush=True,
                    )
        finally:
            await server.stop()


async def main() -> None:
    for members in SIZES:
        await measure(members)


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
