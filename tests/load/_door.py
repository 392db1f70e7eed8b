"""The real door: an invitation for a session, a name for a seat. Two requests, as a page sends them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.load._load import spelt
from tests.load._members import ADDRESSES

if TYPE_CHECKING:
    from tests.load._load import Place

PATIENCE = 20
"""Tries of one person, who waits as long as they are told."""


class Door:
    """Of one room. `refused` is how often it said no, by status."""

    def __init__(self, port: int, place: Place, secret: str) -> None:
        self._port = port
        self._place = place
        self._secret = secret
        self.refused: Counter[int] = Counter()
        self.bytes = 0

    async def session(self, number: int) -> str:
        """Somebody comes by the link, and has a seat; the token of their session."""
        for _ in range(PATIENCE):
            try:
                return await self._through(number)
            except (OSError, EOFError):
                self.refused[0] += 1
                await asyncio.sleep(0.5)
        raise TimeoutError("the door did not open")

    async def _through(self, number: int) -> str:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(ADDRESSES[number % len(ADDRESSES)], 0)
        )
        try:
            entered = await self._asked(
                reader, writer, "/invitations/exchange", {"secret": self._secret}
            )
            token: str = entered["session"]
            seat = {"id": f"{number:032x}", "name": spelt(number).capitalize()}
            await self._asked(reader, writer, f"/rooms/{self._place.slug}/seats", seat, token)
            return token
        finally:
            writer.transport.abort()

    async def _asked(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        path: str,
        content: dict[str, str],
        token: str | None = None,
    ) -> dict[str, Any]:
        body = json.dumps(content).encode()
        bearer = f"Authorization: Bearer {token}\r\n" if token else ""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n{bearer}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        status = int(answer.split(b" ", 2)[1])
        fields = dict(
            line.lower().split(b": ", 1) for line in answer.split(b"\r\n")[1:] if b": " in line
        )
        content_read = await reader.readexactly(int(fields.get(b"content-length", b"0")))
        self.bytes += len(answer) + len(content_read)
        if status == 200:
            found: dict[str, Any] = json.loads(content_read)
            return found
        self.refused[status] += 1
        await asyncio.sleep(float(fields.get(b"retry-after", b"0.5")))
        raise ConnectionError(f"{status} {content_read[:200]!r}")
