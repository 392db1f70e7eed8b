"""channels on daphne: `group_send` over the layer in memory."""

import socket

from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    CHANNEL_LAYERS={
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
    },
)

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from daphne.server import Server  # noqa: E402


class Room(AsyncWebsocketConsumer):  # type: ignore[misc, unused-ignore]
    async def connect(self) -> None:
        await self.channel_layer.group_add("room", self.channel_name)
        await self.accept()

    async def receive(self, text_data: str) -> None:
        await self.channel_layer.group_send("room", {"type": "said", "text": text_data})

    async def said(self, event: dict[str, str]) -> None:
        await self.send(text_data=event["text"])


if __name__ == "__main__":
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    Server(
        Room.as_asgi(),
        endpoints=[f"tcp:port={port}:interface=127.0.0.1:backlog=2048"],
        signal_handlers=False,
        ready_callable=lambda: print(port, flush=True),
    ).run()
