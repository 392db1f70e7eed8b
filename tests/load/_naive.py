"""What a first attempt does: Starlette, and a loop of `await send_text`. What one peer sends goes to all."""

import socket

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

peers: set[WebSocket] = set()


async def room(peer: WebSocket) -> None:
    await peer.accept()
    peers.add(peer)
    try:
        while True:
            text = await peer.receive_text()
            for one in tuple(peers):
                await one.send_text(text)
    except WebSocketDisconnect:
        peers.discard(peer)


if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listening.getsockname()[1], flush=True)
    app = Starlette(routes=[WebSocketRoute("/socket", room)])
    config = uvicorn.Config(
        app,
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="critical",
    )
    uvicorn.Server(config).run([listening])
