"""What is left of a request once its connection is a socket: nothing."""

import gc
from contextlib import AsyncExitStack

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from chatroom.live.http import Http
from tests.gate.test_autobahn import echo
from tests.gate.wire import raw, upgrade
from tests.journal.served import Thread


async def test_a93_a_socket_keeps_nothing_of_the_request_that_it_began_with():
    thread = Thread(lambda _: Starlette(routes=[WebSocketRoute("/", echo)]))
    gc.collect()
    gc.disable()
    try:
        with thread.running():
            async with AsyncExitStack() as stack:
                for _ in range(20):
                    one = await stack.enter_async_context(raw(thread.port))
                    one.send(upgrade("/", "here"))
                    assert await one.status() == 101
                kept = [found for found in gc.get_objects() if isinstance(found, Http)]
                assert len(kept) <= 1, "the last one may still be on the stack"
    finally:
        gc.enable()
