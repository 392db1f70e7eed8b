"""python-socketio on uvicorn: `emit` to everybody."""

import socket

import socketio
import uvicorn

LONG = 300
"""Seconds between two pings: the load answers none."""
server = socketio.AsyncServer(
    async_mode="asgi", transports=["websocket"], ping_interval=LONG, ping_timeout=LONG
)


@server.event  # type: ignore[untyped-decorator, unused-ignore]
async def message(sid: str, said: object) -> None:
    await server.emit("message", said)


if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(
        socketio.ASGIApp(server),
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="critical",
    )
    uvicorn.Server(config).run([listening])
