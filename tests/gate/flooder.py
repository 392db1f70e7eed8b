"""A process that floods: so many sockets, the same frames again and again, as fast as they are taken.

python -m tests.gate.flooder PORT COUNT UPGRADE HELLO FRAMES    (hex), until it is ended; says how much was sent
"""

import selectors
import signal
import socket
import sys
from contextlib import suppress

WAIT = 0.5


class Flood:
    """Comes again whenever it is cut."""

    def __init__(self, port: int, count: int, *said: bytes) -> None:
        self._port = port
        self._upgrade, self._hello, frames = said
        self._frames = frames * (65536 // len(frames))
        self._ready = selectors.DefaultSelector()
        self._over = False
        self.sent = 0
        for _ in range(count):
            self._come()

    def end(self, *_: object) -> None:
        self._over = True

    def run(self) -> None:
        while not self._over:
            for key, _ in self._ready.select(WAIT):
                one = key.fileobj
                assert isinstance(one, socket.socket)
                try:
                    self.sent += one.send(self._frames)
                except BlockingIOError:
                    continue
                except OSError:
                    self._ready.unregister(one)
                    one.close()
                    self._come()

    def _come(self) -> None:
        with suppress(OSError):
            one = socket.create_connection(("127.0.0.1", self._port), timeout=5.0)
            one.sendall(self._upgrade)
            one.recv(65536)
            one.sendall(self._hello)
            one.setblocking(False)
            self._ready.register(one, selectors.EVENT_WRITE)


if __name__ == "__main__":
    port, count, *said = sys.argv[1:]
    flood = Flood(int(port), int(count), *map(bytes.fromhex, said))
    signal.signal(signal.SIGTERM, flood.end)
    flood.run()
    sys.stdout.write(str(flood.sent))
