"""A server in a thread of this process, on a real port and on the loop it has in production."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from chatroom.live.addresses import Addresses
from chatroom.live.gate import Gate
from chatroom.live.http import guarded
from chatroom.live.transport import FanoutProtocol
from chatroom.server import listening_sockets

OPEN = Gate(Addresses(b"", (), lambda: 0.0), 100_000, lambda: "")


class Thread:
    """Where the server is, and a way onto its loop."""

    def __init__(self, make: Callable[[str], ASGIApp], **options: Any) -> None:
        """`make` is handed the origin that the application will have."""
        settings = {
            "ws": FanoutProtocol,
            "loop": "uvloop",
            "ws_max_size": 65536,
            "ws_per_message_deflate": False,
            "log_config": None,
            "access_log": False,
            "timeout_graceful_shutdown": 1,
        }
        self._sockets = listening_sockets("127.0.0.1", 0)
        self.port: int = self._sockets[0].getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        app = make(self.origin)
        gate = app.state.gate if hasattr(app, "state") and hasattr(app.state, "gate") else OPEN
        options = {"http": guarded(gate), **options}
        self._server = uvicorn.Server(uvicorn.Config(app, **{**settings, **options}))
        self._thread = threading.Thread(target=self._run)
        self._loop: asyncio.AbstractEventLoop | None = None

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            self._loop = runner.get_loop()
            runner.run(self._server.serve(self._sockets))

    async def there(self, what: Callable[[], Awaitable[Any]]) -> Any:
        """Runs something on the server's loop."""
        assert self._loop is not None
        future = asyncio.run_coroutine_threadsafe(_awaited(what), self._loop)
        return await asyncio.wrap_future(future)

    @property
    def connections(self) -> set[Any]:
        """uvicorn's protocols, HTTP and WebSocket."""
        return set(self._server.server_state.connections)

    @contextmanager
    def running(self) -> Iterator["Thread"]:
        self._thread.start()
        try:
            while not self._server.started:
                assert self._thread.is_alive(), "the server did not start"
                self._thread.join(0.002)
            yield self
        finally:
            self._server.should_exit = True
            self._thread.join(20)
            for listening in self._sockets:
                with contextlib.suppress(OSError):
                    listening.close()
            assert not self._thread.is_alive(), "the server did not stop"


async def _awaited(what: Callable[[], Awaitable[Any]]) -> Any:
    return await what()
