"""permessage-deflate (RFC 7692) of what a whole room reads: compressed once, the same bytes for all who take it so.

Neither side keeps anything from one message to the next, or no two sockets could be sent the same bytes.
"""

import zlib
from collections.abc import Sequence

from websockets.exceptions import NegotiationError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import (
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.typing import ExtensionParameter

from chatroom.live.wire import TEXT, framed, payload_of

WINDOW = 12
"""Bits: a batch is rarely longer than 4 KiB, and a larger window costs more to set up than it saves."""
MEMORY = 5
SMALLEST = 128
"""Bytes of a message below which there is nothing to gain."""
COMPRESSED = TEXT | 0x40
END_OF_MESSAGE = b"\x00\x00\xff\xff"


class SharedDeflate(ServerPerMessageDeflateFactory):
    """What we take of a peer's offers: none by which it could not read what all others are sent."""

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        answer, deflate = super().process_request_params(params, accepted_extensions)
        if deflate.local_max_window_bits < WINDOW:
            raise NegotiationError("its window is smaller than everybody's")
        return answer, deflate


SHARED = SharedDeflate(
    server_no_context_takeover=True,
    client_no_context_takeover=True,
    server_max_window_bits=WINDOW,
    client_max_window_bits=WINDOW,
    compress_settings={"memLevel": MEMORY},
)


def deflated(frame: bytes) -> bytes:
    """A whole text frame, compressed; as it was, where that makes it no smaller."""
    payload = payload_of(frame)
    if len(payload) < SMALLEST:
        return frame
    deflate = zlib.compressobj(wbits=-WINDOW, memLevel=MEMORY)
    data = deflate.compress(payload) + deflate.flush(zlib.Z_SYNC_FLUSH)
    assert data.endswith(END_OF_MESSAGE), "what a flush ends with"
    smaller = framed(data[: -len(END_OF_MESSAGE)], COMPRESSED)
    return smaller if len(smaller) < len(frame) else frame
