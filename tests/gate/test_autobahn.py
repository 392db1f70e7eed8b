"""Autobahn's cases against the class that serves people, by kosoku (A18)."""

from collections.abc import AsyncIterator

import pytest
from kosoku import FailureError, run_fuzzingclient
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from tests.journal.served import Thread

CASES = 247
LEFT_OUT = ["9.*", "12.*", "13.*"]
"""Limits and performance of an echo, and compression, which is off."""

AT_ONCE = "who breaks the protocol is closed at once; what came in the same packet has no receipt yet and is sent again"
WHOLE = "a message is read once it is whole, so bad UTF-8 is found at its end and not at its first bad byte"
BEARABLE = {
    **dict.fromkeys(("3.2", "3.3", "3.4", "4.1.3", "4.1.4", "4.1.5"), AT_ONCE),
    **dict.fromkeys(("4.2.3", "4.2.4", "4.2.5", "5.15"), AT_ONCE),
    **dict.fromkeys(("6.4.1", "6.4.2", "6.4.3", "6.4.4"), WHOLE),
}
"""Cases that Autobahn calls non-strict (conformant all the same), and why we are not stricter."""


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        text = message.get("text")
        await (socket.send_bytes(message["bytes"]) if text is None else socket.send_text(text))


@pytest.fixture
async def server() -> AsyncIterator[Thread]:
    thread = Thread(lambda _: Starlette(routes=[WebSocketRoute("/", echo)]))
    with thread.running():
        yield thread


async def test_a18_every_case_of_autobahn_passes(server: Thread):
    try:
        results = await run_fuzzingclient(
            f"ws://127.0.0.1:{server.port}/", exclude_cases=LEFT_OUT, concurrency=8
        )
    except FailureError as failed:
        pytest.fail(str(failed))
    assert len(results) == CASES
    lax = {one.case_id for one in results if one.behavior.value == "NON-STRICT"}
    assert lax <= set(BEARABLE)
    assert {one.behavior_close.value for one in results} <= {"OK", "INFORMATIONAL"}
