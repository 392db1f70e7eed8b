"""uvicorn's WebSocket class with more verbs: write a ready-made frame, hand over, hold, abort."""

from asyncio import BaseTransport, Event
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

from websockets.exceptions import InvalidHandshake
from websockets.frames import CloseCode, Frame

from chatroom.live.deflate import SHARED
from chatroom.live.refusals import CLOSE_CODES
from chatroom.live.sips import SippingProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent, WebSocketDisconnectEvent

Write = Callable[[bytes], object]
EXTENSION = "chatroom.frames"
HIGH_WATER = 256 * 1024
"""Bytes that may wait for one socket before it takes no more frames."""
ABORT_AFTER = 5.0
"""Seconds a closing socket has to drain; `close()` alone would wait for a stalled peer for ever (W13)."""

FRAGMENTS = 256
"""Pieces that one message may come in."""
GOODBYE: "WebSocketDisconnectEvent" = {
    "type": "websocket.disconnect",
    "code": CLOSE_CODES["restart"].code,
}


class Receiver(Protocol):
    """Whoever is behind a socket that was handed over. Nothing here may wait, or raise."""

    def received(self, text: str) -> None:
        """A whole text message."""

    def not_text(self) -> None:
        """A message that is none: the socket is to be closed for it."""

    def let_go(self) -> None:
        """The server ends; what was taken may still be answered before the goodbye."""

    def lost(self) -> None:
        """Once, when the socket is gone or has said goodbye; whatever comes later is not heard."""


class Frames(Protocol):
    """What the hub sees of one socket, found in the ASGI scope under `EXTENSION`."""

    changed: Callable[[], None] | None
    """Called whenever `fast` is another than before."""

    @property
    def fast(self) -> Write | None:
        """Takes bytes and nothing else; None while the socket does not drain, or is going."""

    def offer(self, frame: bytes) -> bool:
        """Writes a whole frame; False where the socket does not drain, and nothing is written.

        What comes behind a goodbye is dropped: to be cut off for it would lose the close code.
        """

    @property
    def writable(self) -> Event:
        """Set while the socket drains."""

    deflates: bool
    """Whether its peer takes compressed frames, and plain ones as well."""

    def may_deflate(self) -> None:
        """Before it is accepted: whatever its peer offers of permessage-deflate is taken, if it can be."""

    def hand_over(self, receiver: Receiver) -> None:
        """From now on `receiver` is called as messages come, and the ASGI task may end: the socket stays."""

    def hold(self, held: bool) -> None:
        """Reads no further, or goes on: what is not read waits at the peer."""

    def close(self, code: int) -> None:
        """Says goodbye with a close code, and frees the descriptor in 5 seconds at the latest."""

    def abort(self) -> None:
        """Frees the descriptor at once, whatever is buffered."""


class _Handed:
    """Stands where uvicorn's queue was: what would wait in it is heard at once, and its end once."""

    __slots__ = ("_receiver",)

    def __init__(self, receiver: Receiver) -> None:
        self._receiver: Receiver | None = receiver

    def put_nowait(self, event: "ASGIReceiveEvent") -> None:
        if event is GOODBYE:
            self.let_go()
        elif event["type"] == "websocket.disconnect":
            receiver, self._receiver = self._receiver, None
            if receiver is not None:
                receiver.lost()
        elif event["type"] == "websocket.receive":
            text = event.get("text")
            self.not_text() if text is None else self.received(text)

    def received(self, text: str) -> None:
        if self._receiver is not None:
            self._receiver.received(text)

    def not_text(self) -> None:
        if self._receiver is not None:
            self._receiver.not_text()

    def let_go(self) -> None:
        if self._receiver is not None:
            self._receiver.let_go()


class _NoTimer:
    """Keeps uvicorn from closing a socket whose ASGI task has ended."""

    def cancel(self) -> None:
        """There is nothing to cancel."""


class FanoutProtocol(SippingProtocol):
    """Given to uvicorn as `ws=`. It leans on uvicorn's internals: tests/live/test_transport.py is the contract."""

    paused = False
    deflates = False
    changed: Callable[[], None] | None = None
    _handed: _Handed | None = None
    left: Callable[[], None] | None = None
    """Told when the connection has ended."""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER)

    async def run_asgi(self) -> None:
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[EXTENSION] = self
        await super().run_asgi()

    def may_deflate(self) -> None:
        self.conn.available_extensions = [SHARED]
        try:
            answer, self.conn.extensions = self.conn.process_extensions(self.request.headers)
        except InvalidHandshake:
            return
        if answer is not None:
            self.response.headers["Sec-WebSocket-Extensions"] = answer
            self.deflates = True
            self.in_crumbs()

    # Out

    @property
    def fast(self) -> Write | None:
        if self.paused or self.close_sent or self.disconnected:
            return None
        return self.transport.write

    def offer(self, frame: bytes) -> bool:
        if self.close_sent or self.disconnected:
            return True
        if self.paused:
            return False
        try:
            self.transport.write(frame)
        except (RuntimeError, OSError):  # uvloop raises on a transport that is closing.
            return False
        return True

    def pause_writing(self) -> None:
        super().pause_writing()
        self.paused = True
        self._tell()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.paused = False
        self._tell()

    def _tell(self) -> None:
        if self.changed is not None:
            self.changed()

    # In

    def hand_over(self, receiver: Receiver) -> None:
        """What one socket holds from here on is little: no task, no queue, no request (15 KiB)."""
        waiting, self._handed = self.queue, _Handed(receiver)
        self.queue = cast("Any", self._handed)
        self.close_timer = cast("Any", _NoTimer())
        self.scope = self.request = self.response = cast("Any", None)
        while not waiting.empty():
            self._handed.put_nowait(waiting.get_nowait())
        self.hold(False)

    def hold(self, held: bool) -> None:
        if self.read_paused == held or self.transport.is_closing():
            return
        self.read_paused = held
        if held:
            self.transport.pause_reading()
        else:
            self.read_on()

    def send_receive_event_to_app(self) -> None:
        """Whoever was handed the socket says when it is too much; uvicorn pauses after each message."""
        if self._handed is None:
            return super().send_receive_event_to_app()
        data, self.frames = b"".join(self.frames), []
        if self.close_sent:
            return None
        if self.curr_msg_data_type != "text":
            return self._handed.not_text()
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.conn.send_close(CloseCode.INVALID_DATA)
            return self.handle_parser_exception()
        return self._handed.received(text)

    def handle_ping(self) -> None:
        """Pongs are written without flow control; a peer that pings and never reads is cut off (W14)."""
        if self.paused:
            self.transport.abort()
            return
        super().handle_ping()

    def handle_cont(self, event: Frame) -> None:
        """Empty pieces count for no size limit, so a message without end could grow for ever (W14)."""
        if len(self.frames) >= FRAGMENTS:
            self.transport.abort()
            return
        super().handle_cont(event)

    # Goodbye

    def let_go(self) -> None:
        """The server ends. What was sent and nobody has taken yet is dropped; it is sent again, elsewhere."""
        if self._handed is not None:
            return self._handed.let_go()
        while self.handshake_complete and not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(GOODBYE)
        return None

    def close(self, code: int) -> None:
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._tell()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        if self.read_paused:
            self.read_paused = False
            self.read_on()
        # As uvicorn's own: while it is set the transport waits for the peer's goodbye, and reads on.
        # Closed with something unread, the kernel would send a reset, and the code could be lost.
        self.close_timer = self.loop.call_later(ABORT_AFTER, self.transport.abort)

    def abort(self) -> None:
        self.transport.abort()

    def keepalive_timeout(self) -> None:
        """A peer that answers no ping is gone: uvicorn would wait for it to drain (W13).

        Not so while we read nothing of it: its answer lies behind what it asked for (A91).
        """
        if self.read_paused and self.ping_timeout is not None:
            self.pong_timer = self.loop.call_later(self.ping_timeout, self.keepalive_timeout)
            return
        super().keepalive_timeout()
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.paused = True
        self._tell()
        if self.left is not None:
            self.left()
