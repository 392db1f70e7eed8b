"""The websockets library: `broadcast`."""

import asyncio

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

peers: set[ServerConnection] = set()


async def room(peer: ServerConnection) -> None:
    peers.add(peer)
    try:
        async for text in peer:
            broadcast(peers, text)
    finally:
        peers.discard(peer)


async def main() -> None:
    async with serve(room, "127.0.0.1", 0, compression=None, backlog=2048) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    uvloop.run(main())
