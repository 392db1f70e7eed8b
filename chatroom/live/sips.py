"""uvicorn's WebSocket class, reading in sips: nobody's bytes take the loop away from the others (A25)."""

import random
from asyncio import AbstractEventLoop, Handle
from logging import getLogger
from typing import Any

from uvicorn._types import ASGIReceiveEvent
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

SIP = 4096
"""Bytes of one socket that are read in one turn of the loop: 700 of the smallest frames, some 4 ms."""
SMALL_SIP = 512
"""The same of one who floods: fifty of them, all in one turn, take 25 ms."""
CRUMB = 64
"""Bytes of one who may send compressed: fewer than the least that a message of 64 KiB is made of."""
CONTROLS = 256
"""Pings and pongs of one socket in a second; an honest one sends one in twenty."""


class Conversation(ServerProtocol):
    """What a WebSocket says, byte by byte."""

    def recv_frame(self, frame: Frame) -> None:
        """A goodbye may come in the middle of a message: it is answered like any other (Autobahn 7.1.5)."""
        if frame.opcode is Opcode.CLOSE:
            self.current_size = None
        super().recv_frame(frame)


class SippingProtocol(WebSocketsSansIOProtocol):
    """A sip, then the others' turn; after too many pings and pongs none for the rest of the second.

    What was sent and not yet read waits in the kernel, but for what one read of the transport had
    brought already, at most 256 KiB.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        # What uvicorn and websockets would tell of each that comes is never logged (W17): nor is it made.
        self.logger = self.conn.logger = getLogger("uvicorn.error.sockets")
        self.conn.__class__ = Conversation  # A second one would cost every handshake 8 us.
        self._held = b""
        self._size, self._budget = SIP, CONTROLS
        self._bite = SIP
        self._step: Handle | None = None
        self._controls = 0
        self._since = 0.0

    def data_received(self, data: bytes) -> None:
        if self._held:
            self._held += data
            self.transport.pause_reading()
        elif len(data) <= self._size:
            self._swallow(data)
            if self._controls >= self._budget and not self.transport.is_closing():
                self.transport.pause_reading()
                self.read_on()
        else:
            self._held = data
            self.transport.pause_reading()
            self._sip()

    async def receive(self) -> ASGIReceiveEvent:
        """As uvicorn's: who sends faster than we take is read no further."""
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            self.read_on()
        return message

    def read_on(self) -> None:
        """In the next turn of the loop, in the next second, or once the application has taken what came."""
        if self._step is not None or self.transport.is_closing():
            return
        rest = self._rest()
        if rest > 0.0 and self.transport.get_write_buffer_size():
            self.transport.abort()  # It asks and asks, and does not read the answers (A24).
        elif rest > 0.0:
            self._step = self.loop.call_later(rest, self._sip)
        elif self.read_paused:
            return
        elif self._held:
            self._step = self.loop.call_soon(self._sip)
        else:
            self.transport.resume_reading()

    def handle_ping(self) -> None:
        self._controls += 1
        super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        self._controls += 1
        super().handle_pong(event)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._held = b""
        if self._step is not None:
            self._step.cancel()

    def _sip(self) -> None:
        self._step = None
        if self.transport.is_closing():
            self._held = b""
            return
        if self._held and not self.read_paused:
            sip, self._held = self._held[: self._size], self._held[self._size :]
            self._swallow(sip)
        self.read_on()

    def in_crumbs(self) -> None:
        """From now on a packet may hold hundreds of times its size, so nothing behind a pause is inflated."""
        self._size, self._bite = SMALL_SIP, CRUMB

    def _swallow(self, data: bytes) -> None:
        while data and not self.transport.is_closing():
            super().data_received(data[: self._bite])
            data = data[self._bite :]
            if data and self.read_paused:
                self._held = data + self._held
                return

    def _rest(self) -> float:
        """Seconds until more is read of one who sends too many pings and pongs: not the same for all."""
        if self._controls < self._budget:
            return 0.0
        now = self.loop.time()
        if now >= self._since + 1.0:
            self._since, self._controls = now, 0
            return 0.0
        self._size, self._budget = SMALL_SIP, 1
        return self._since + random.uniform(1.0, 1.5) - now
