"""Autobahn's cases against the class that serves people, by kosoku (A18)."""

from collections.abc import AsyncIterator

import pytest
from kosoku import FailureError, run_fuzzingclient
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from chatroom.live.transport import EXTENSION, Frames
from tests.chance import FULL
from tests.journal.served import Thread

CASES = 247
LEFT_OUT = ["9.*", "12.*", "13.*"]
"""Limits and performance of an echo; and compression, which has a test of its own."""
SIZES = range(1, 15) if FULL else (1, 3, 5, 11)
"""Of the messages: what is left out is larger than we take. The last ones come in pieces of 256 bytes."""
COMPRESSED = [f"12.{data}.{size}" for data in range(1, 6) for size in SIZES if size != 10] + [
    f"13.{offer}.{size}" for offer in range(1, 8) for size in SIZES if size != 10
]
SMALL_WINDOW = ("13.3.", "13.5.")
"""Who wants less than everybody's window is spoken to without compression."""

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


async def compressing_echo(socket: WebSocket) -> None:
    frames: Frames = socket.scope["extensions"][EXTENSION]
    frames.may_deflate()
    await echo(socket)


ECHOES = [WebSocketRoute("/", echo), WebSocketRoute("/compressed", compressing_echo)]


@pytest.fixture
async def server() -> AsyncIterator[Thread]:
    thread = Thread(lambda _: Starlette(routes=ECHOES))
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


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # kosoku's own, of its texts.
async def test_every_case_of_autobahn_for_compression_passes(server: Thread):
    try:
        results = await run_fuzzingclient(
            f"ws://127.0.0.1:{server.port}/compressed", cases=COMPRESSED, concurrency=4
        )
    except FailureError as failed:
        results = failed.results
    assert [one.case_id for one in results] == COMPRESSED
    others = {one.case_id: one.behavior.value for one in results if one.behavior.value != "OK"}
    declined = [case for case in COMPRESSED if case.startswith(SMALL_WINDOW)]
    assert others == dict.fromkeys(declined, "UNIMPLEMENTED")
