"""uvicorn's HTTP class with limits: of a head and of the time it takes, counted before anything is kept (W15)."""

import base64
import binascii
from asyncio import AbstractEventLoop, TimerHandle, Transport
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from chatroom.live.gate import Gate, Place
from chatroom.live.transport import FanoutProtocol

HEAD_WITHIN = 5.0
BODY_WITHIN = 10.0
"""Seconds, from its first byte to its last, however it trickles."""
TAKEN_WITHIN = 30.0
"""Seconds in which some of an answer has to be read, as far as the kernel has no place for it."""
SOME = 32 * 1024
LARGEST_HEAD = 64 * 1024
LONGEST_TARGET = 8 * 1024
MOST_HEADERS = 128
LARGEST_BODY = 256 * 1024
"""Bytes on the wire, with whatever is wrapped around them; what may be in it is less (`chatroom/web/security.py`)."""
MOST_BEHIND = 16
"""Requests that may wait behind one that is being answered."""
AFTER_ALL = 0.1
"""Seconds between too late and cut: what came while this process stood still is read first."""
LINGER = 1.0
"""Seconds in which somebody who is refused may still be sending, and reads why."""
SIP = 4096
ALWAYS = {(b"GET", b"/healthz"), (b"GET", b"/readyz"), (b"POST", b"/help")}
"""Answered however crowded it is."""
PLAIN = (
    b"content-type: text/plain; charset=utf-8\r\ncache-control: no-store\r\n"
    b"x-content-type-options: nosniff\r\nconnection: close\r\n"
)
Headers = Sequence[tuple[bytes, bytes]]


class No(NamedTuple):
    """An answer before there is anybody to give one. `kind` is for the operator."""

    kind: str
    status: int
    words: str
    header: bytes = b""


TOO_LARGE = No("head_too_large", 431, "The head of this request is too large.")
TOO_LONG = No("target_too_long", 414, "This address is too long.")
TOO_MUCH = No("body_too_large", 413, "This is more than fits into one request.")
NO_HTTP = No("no_http", 400, "This is no request that can be read.")
FOREIGN = No("foreign_target", 400, "This is an address of another host.")
NO_UPGRADE = No("bad_upgrade", 400, "This is no request for a WebSocket that can be read.")
OLD_VERSION = No(
    "bad_upgrade", 426, "WebSockets are spoken in version 13.", b"sec-websocket-version: 13\r\n"
)
TOO_MANY_BEHIND = No("too_many_behind", 429, "Too many requests at once.")


class Http(HttpToolsProtocol):
    """One connection of a browser, or of somebody who means harm.

    It leans on uvicorn's internals: tests/gate/test_heads.py is the contract.
    """

    gate: Gate

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.url = b""
        self._place: Place | None = None
        self._in_head = True
        self._size = 0  # Of the head or the body that is being read.
        self._no: No | None = None
        self._is_over = False  # What else comes is not looked at.
        self._deadline: TimerHandle | None = None
        self._is_late = False
        self._taken_by: TimerHandle | None = None

    # The transport's calls

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._place = self.gate.enter(self, self.client[0] if self.client else None)
        if self._place is not None:
            self._cut_in(HEAD_WITHIN)
            return
        self.make_way()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._is_over = True
        self._undo_deadline()
        if self._taken_by is not None:
            self._taken_by.cancel()
        if self._place is not None:
            self.gate.leave(self, self._place)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._deadline is None and not self._is_over:
            self._cut_in(HEAD_WITHIN)
        for start in range(0, len(data), SIP):
            if self._is_over or self.transport.is_closing():
                return
            self._take(data[start : start + SIP], is_last=start + SIP >= len(data))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def make_way(self) -> None:
        """Gone at once, with a word if it asked for nothing yet."""
        self._is_over = True
        if self._latest is None:
            self.transport.write(_answer(self._crowded))
            self.transport.close()
        else:
            self.transport.abort()

    def cut(self) -> None:
        self._is_over = True
        self.transport.abort()

    def _take(self, data: bytes, *, is_last: bool) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._hand_over(is_whole=is_last and upgrade.args[0] == len(data))
        except httptools.HttpParserError:
            self._no = self._no or NO_HTTP
        else:
            self._size += len(data)
            self._no = self._no or self._too_much(self._size)
        if self._no is not None:
            self._refuse(self._no)

    def _too_much(self, size: int) -> No | None:
        if len(self.pipeline) > MOST_BEHIND:
            return TOO_MANY_BEHIND
        if not self._in_head:
            return TOO_MUCH if size > LARGEST_BODY else None
        if len(self.url) > LONGEST_TARGET:
            return TOO_LONG
        is_large = size > LARGEST_HEAD or len(self.headers or ()) > MOST_HEADERS
        return TOO_LARGE if is_large else None

    # The parser's calls

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._size = True, 0

    def on_headers_complete(self) -> None:
        if self._no is not None:
            return
        self._no = self._why_not()
        if self._no is not None:
            return
        self._in_head, self._size = False, 0
        super().on_headers_complete()
        self._cut_in(BODY_WITHIN)

    def on_body(self, body: bytes) -> None:
        if self._no is None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._no is not None:
            return
        self._in_head, self._size = True, 0
        self._undo_deadline()
        self.gate.begins(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch()
        elif self._place is not None and not self.pipeline:
            self.gate.waits(self, self._place)

    def timeout_keep_alive_handler(self) -> None:
        """As uvicorn's, but for who has not taken the last answer: closing alone would wait for ever (W13)."""
        super().timeout_keep_alive_handler()
        self._watch()

    # What is refused

    def _why_not(self) -> No | None:
        """All that can be said of a head alone. Hosts and origins are for `chatroom/web/security.py`."""
        if no := self._too_much(_length(self.url, self.headers)):
            return no
        if not self.url.startswith(b"/") and not self._names_our_host():
            return FOREIGN
        is_upgrade = self.parser.should_upgrade() and self._should_upgrade()
        if is_upgrade or any(name.startswith(b"sec-websocket-") for name, _ in self.headers):
            no = self._why_no_socket(is_upgrade=is_upgrade)
            if no is not None:
                return no
        assert self._place is not None, "else nothing was read"
        if is_upgrade:
            is_free = self.gate.has_room_for_socket(self._place, self.scope)
        else:
            asked = (self.parser.get_method(), self.url.partition(b"?")[0])
            is_free = asked in ALWAYS or self.gate.has_room_for_request(self._place)
        return None if is_free else self._crowded

    def _names_our_host(self) -> bool:
        """A target that names its host has to name the one of the header; else one of two would be believed."""
        hosts = [value for name, value in self.headers if name == b"host"]
        scheme, _, rest = self.url.partition(b"://")
        return scheme in (b"http", b"https") and [rest.partition(b"/")[0]] == hosts

    def _why_no_socket(self, *, is_upgrade: bool) -> No | None:
        is_plain = self.url.startswith(b"/") and self.parser.get_http_version() == "1.1"
        if not (is_upgrade and is_plain and self.parser.get_method() == b"GET"):
            return NO_UPGRADE
        if _values(self.headers, b"transfer-encoding") or any(
            value.strip() != b"0" for value in _values(self.headers, b"content-length")
        ):
            return NO_UPGRADE
        versions = _values(self.headers, b"sec-websocket-version")
        if versions != [b"13"]:
            return OLD_VERSION if versions else NO_UPGRADE
        keys = _values(self.headers, b"sec-websocket-key")
        return None if len(keys) == 1 and _is_key(keys[0]) else NO_UPGRADE

    @property
    def _crowded(self) -> No:
        return No("crowded", 503, self.gate.words(), b"retry-after: 5\r\n")

    def _refuse(self, no: No) -> None:
        """Says no and hangs up; what was asked before has its answer first."""
        self._is_over = True
        self.gate.tally.note(no.kind)
        if not self._is_answering:
            # Out of a body that goes on and on though it has its answer there is nothing more to say.
            self._hang_up(no if self._in_head else None)
        elif self._in_head or self.pipeline or self.cycle.response_started:
            self.cycle.keep_alive = False
            self._cut_in(BODY_WITHIN)
        else:
            self.cycle.disconnected = True  # Its body is what is refused.
            self.cycle.message_event.set()
            self._hang_up(no)

    def _hang_up(self, no: No | None) -> None:
        """Reads on for a moment, and lets what comes drop: closed at once, the kernel could lose the answer."""
        if no is not None:
            self.transport.write(_answer(no))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._cut_in(LINGER)

    @property
    def _is_answering(self) -> bool:
        return self._latest is not None and not self._latest.response_complete

    @property
    def _latest(self) -> RequestResponseCycle | None:
        return self.cycle

    # Time

    def _cut_in(self, seconds: float) -> None:
        self._undo_deadline()
        self._is_late = False
        self._deadline = self.loop.call_later(seconds, self._too_late)

    def _undo_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        if self._in_head and self._is_answering:
            self._cut_in(HEAD_WITHIN)  # It waits for us.
        elif not self._is_late:
            self._is_late = True
            self._deadline = self.loop.call_later(AFTER_ALL, self._too_late)
        else:
            if not (self._is_over or self.transport.is_closing()):
                self.gate.tally.note("slow_head" if self._in_head else "slow_body")
            self.cut()

    def _watch(self) -> None:
        """Until the transport holds nothing any more, some of it has to be taken now and then."""
        if self._taken_by is None:
            left = self.transport.get_write_buffer_size()
            self._taken_by = self.loop.call_later(TAKEN_WITHIN, self._is_taken, left)

    def _is_taken(self, was: int) -> None:
        self._taken_by = None
        left = self.transport.get_write_buffer_size()
        if left > max(0, was - SOME):
            self.cut()
        elif left:
            self._watch()

    # Sockets

    def _hand_over(self, *, is_whole: bool) -> None:
        if self._no is not None:
            return
        if not self._should_upgrade():  # To something that we do not speak: it has its answer.
            self._is_over = True
            self.cycle.keep_alive = False
        elif not is_whole or self._is_answering:
            self._no = NO_UPGRADE  # It speaks before it was let in.
        else:
            self._undo_deadline()
            self.gate.begins(self)
            self.handle_websocket_upgrade()

    def handle_websocket_upgrade(self) -> None:
        super().handle_websocket_upgrade()
        socket, place = self.transport.get_protocol(), self._place
        assert isinstance(socket, FanoutProtocol), "what run() gives to uvicorn"
        assert place is not None, "else nothing was read"
        socket.left = partial(self.gate.give_back, place)
        self.parser = cast("Any", None)  # They hold each other, and the socket may stay for hours.


def guarded(gate: Gate) -> type[Http]:
    """The class of all connections that come by this gate, for uvicorn's `http=`."""
    gate.is_kept = True
    return type("GuardedHttp", (Http,), {"gate": gate})


def _length(target: bytes, headers: Headers) -> int:
    return len(target) + sum(len(name) + len(value) + 4 for name, value in headers)


def _values(headers: Headers, wanted: bytes) -> list[bytes]:
    return [value.strip() for name, value in headers if name == wanted]


def _is_key(text: bytes) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == 16
    except binascii.Error:
        return False


def _answer(no: No) -> bytes:
    words = no.words.encode()
    return (
        f"HTTP/1.1 {no.status} {HTTPStatus(no.status).phrase}\r\n".encode()
        + PLAIN
        + no.header
        + f"content-length: {len(words)}\r\n\r\n".encode()
        + words
    )
