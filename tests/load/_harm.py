"""Those who harm, on plain sockets: members who stop reading, and such as send pings or pongs for ever.

Called with port, slug, how many stall, and the tokens of all; says `there` once they are, and goes on
until it is killed. Who is thrown out comes again a second later.
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
import time

PING = b"\x89\xfd" + bytes(4) + b"p" * 125
PONG = b"\x8a\xfd" + bytes(4) + b"p" * 125
PIECE = 64 * 1024
COMES_AGAIN = 1.0
"""Seconds."""


class Way:
    """Into one room, each time from another address."""

    def __init__(self, port: int, slug: str) -> None:
        self._port = port
        self._slug = slug
        self._number = 0

    def connect(self, token: str | None) -> socket.socket:
        """A socket behind its 101; with a token, its hello is said."""
        one = socket.socket()
        try:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.bind((f"127.0.1.{self._number % 250 + 1}", 0))
            self._number += 1
            one.settimeout(10)
            one.connect(("127.0.0.1", self._port))
            one.sendall(
                f"GET /rooms/{self._slug}/socket HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            answer = b""
            while b"\r\n\r\n" not in answer:
                piece = one.recv(1)
                if not piece:
                    raise ConnectionResetError
                answer += piece
            if token is not None:
                hello = json.dumps({"type": "hello", "bearer": token}).encode()
                assert len(hello) < 126
                one.sendall(bytes((0x81, 0x80 | len(hello))) + bytes(4) + hello)
        except OSError:
            one.close()
            raise
        return one


class Flooder:
    """Sends one kind of frame as fast as TCP takes it. A stranger never says hello."""

    def __init__(self, frame: bytes, token: str | None, *, reads: bool) -> None:
        self.token = token
        self.reads = reads
        self._piece = frame * (PIECE // len(frame))
        self._rest = b""
        self.socket: socket.socket | None = None

    def begin(self, one: socket.socket) -> None:
        one.setblocking(False)
        self.socket, self._rest = one, b""

    def go_on(self, events: int) -> None:
        assert self.socket is not None
        if events & select.EPOLLIN and not self.socket.recv(PIECE):
            raise ConnectionResetError
        if events & select.EPOLLOUT:
            piece = self._rest or self._piece
            self._rest = piece[self.socket.send(piece) :]


def flooders(tokens: list[str]) -> list[Flooder]:
    """Four kinds, as many of each."""
    kinds = ((PING, True, True), (PONG, True, True), (PONG, False, False), (PING, True, False))
    return [
        Flooder(frame, token if is_member else None, reads=reads)
        for token, (frame, is_member, reads) in zip(
            tokens, kinds * (len(tokens) // len(kinds) + 1), strict=False
        )
    ]


def main(port: int, slug: str, stall: int, tokens: list[str]) -> None:
    # The load has the core whenever it wants it: what is measured is the server's trouble, not ours.
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    way, poll = Way(port, slug), select.epoll()
    stalled = [way.connect(token) for token in tokens[:stall]]
    at_work: dict[int, Flooder] = {}
    waiting = [(0.0, one) for one in flooders(tokens[stall:])]
    told = False
    while stalled or waiting or at_work:
        now = time.monotonic()
        for one in [one for due, one in waiting if due <= now]:
            waiting = [pair for pair in waiting if pair[1] is not one]
            try:
                one.begin(way.connect(one.token))
            except OSError:
                waiting.append((now + COMES_AGAIN, one))
                continue
            assert one.socket is not None
            at_work[one.socket.fileno()] = one
            poll.register(one.socket, select.EPOLLOUT | (select.EPOLLIN if one.reads else 0))
        if not told:
            told = True
            print("there", flush=True)
        for number, events in poll.poll(0.2):
            one = at_work[number]
            try:
                one.go_on(events)
            except BlockingIOError:
                pass
            except OSError:
                del at_work[number]
                assert one.socket is not None
                one.socket.close()
                waiting.append((now + COMES_AGAIN, one))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:])
