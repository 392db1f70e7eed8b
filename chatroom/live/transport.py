"""uvicorn's WebSocket class with two more verbs: write a ready-made frame, and abort."""

from asyncio import BaseTransport, Event
from typing import Any

from websockets.frames import Frame

from chatroom.live.sips import SippingProtocol

EXTENSION = "chatroom.frames"
HIGH_WATER = 256 * 1024
"""Bytes that may wait for one socket before it takes no more frames."""
ABORT_AFTER = 5.0
"""Seconds a closing socket has to drain; `close()` alone would wait for a stalled peer for ever (W13)."""

FRAGMENTS = 256
"""Pieces that one message may come in."""


class Frames:
    """What the hub sees of one socket, found in the ASGI scope under `EXTENSION`."""

    def __init__(self, protocol: "FanoutProtocol") -> None:
        self._protocol = protocol

    def offer(self, frame: bytes) -> bool:
        """Writes a whole frame; False where the socket does not drain, and nothing is written.

        What comes behind a goodbye is dropped: to be cut off for it would lose the close code.
        """
        return self._protocol.offer(frame)

    @property
    def writable(self) -> Event:
        """Set while the socket drains."""
        return self._protocol.writable

    def close(self, code: int) -> None:
        """Says goodbye with a close code, and frees the descriptor in 5 seconds at the latest."""
        self._protocol.close(code)

    def abort(self) -> None:
        """Frees the descriptor at once, whatever is buffered."""
        self._protocol.transport.abort()


class FanoutProtocol(SippingProtocol):
    """Given to uvicorn as `ws=`. It leans on uvicorn's internals: tests/live/test_transport.py is the contract."""

    paused = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER)

    async def run_asgi(self) -> None:
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[EXTENSION] = Frames(self)
        await super().run_asgi()

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

    def close(self, code: int) -> None:
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        if self.read_paused:
            self.read_paused = False
            self.read_on()
        # As uvicorn's own: while it is set the transport waits for the peer's goodbye, and reads on.
        # Closed with something unread, the kernel would send a reset, and the code could be lost.
        self.close_timer = self.loop.call_later(ABORT_AFTER, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """A peer that answers no ping is gone: uvicorn would wait for it to drain (W13).

        Not so while we read nothing of it: its answer lies behind what it asked for (A91).
        """
        if self.read_paused and self.ping_timeout is not None:
            self.pong_timer = self.loop.call_later(self.ping_timeout, self.keepalive_timeout)
            return
        super().keepalive_timeout()
        self.transport.abort()

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

    def pause_writing(self) -> None:
        super().pause_writing()
        self.paused = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self.paused = False

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.paused = True
