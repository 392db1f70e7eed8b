"""The door: where a line is, and the requests that lead to it."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import httpx2
import msgspec
from msgspec import Struct

from chatroom.client.answers import Refused, retry_after
from chatroom.live.wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 10.0
"""Seconds for which a door that can't be reached is tried again."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two tries to come back: doubled each time, jittered."""


class Door(Struct, frozen=True):
    """Where a line is: server, path of the page it belongs to, and the session that may go there."""

    origin: str
    path: str
    session: str

    async def take_seat(self, name: str, id: str) -> int:
        """The seat. Who has to knock asks again for as long as nobody has let them in, or said no."""
        while True:
            answer = await self.post(f"{self.path}/seats", {"id": id, "name": name})
            if "seat" in answer:
                return int(answer["seat"])
            await asyncio.sleep(answer["again_ms"] / 1000)

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Sent again, under the id in `body`, for as long as nobody answers."""
        return await _post(self.origin + path, body, session=self.session, repeat=True)

    @property
    def socket(self) -> str:
        return self.origin.replace("http", "ws", 1) + f"{self.path}/socket"


async def find_door(link: str, session: str | None) -> Door:
    parts = urlsplit(link)
    origin = f"{parts.scheme}://{parts.netloc}"
    if session is not None:
        return Door(origin, parts.path, session)
    # An exchange has no id: sent twice, it might use up an invitation twice.
    answer = await _post(f"{origin}/invitations/exchange", {"secret": parts.fragment}, repeat=False)
    return Door(origin, answer["url"], answer["session"])


async def _post(
    url: str, body: dict[str, Any], *, session: str | None = None, repeat: bool
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {session}"} if session is not None else {}
    pauses = growing_pauses(random.uniform)
    async with (
        asyncio.timeout(PATIENCE),
        # Without TLS there is nothing to verify, and reading the certificates takes 20 ms.
        httpx2.AsyncClient(trust_env=False, verify=url.startswith("https:")) as http,
    ):
        while True:
            try:
                answer = await http.post(url, json=body, headers=headers)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                pass  # It never got there.
            except httpx2.TransportError:
                if not repeat:
                    raise
            else:
                if answer.status_code not in (429, 502, 503, 504):
                    return _answered(answer)
                refusal = _refusal(answer)
                wait = retry_after(refusal) if refusal is not None else None
                if refusal is not None and wait is not None and wait > PATIENCE:
                    raise Refused(refusal)
                await asyncio.sleep(wait or 0.0)
            await asyncio.sleep(next(pauses))


def _answered(answer: httpx2.Response) -> dict[str, Any]:
    if answer.is_success:
        return cast("dict[str, Any]", answer.json())
    refusal = _refusal(answer)
    if refusal is None:
        answer.raise_for_status()
    assert refusal is not None, "an answer that is neither has been raised"
    raise Refused(refusal)


def _refusal(answer: httpx2.Response) -> Refusal | None:
    try:
        return msgspec.json.decode(answer.content, type=Refusal)
    except msgspec.DecodeError:
        return None


def growing_pauses(jitter: Callable[[float, float], float]) -> Iterator[float]:
    longest = SHORTEST_PAUSE
    while True:
        longest = min(2 * longest, LONGEST_PAUSE)
        yield jitter(SHORTEST_PAUSE, longest)
