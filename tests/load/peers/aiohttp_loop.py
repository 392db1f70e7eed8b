"""aiohttp: a loop of `await send_str`."""

import asyncio

import uvloop
from aiohttp import web

peers: set[web.WebSocketResponse] = set()


async def room(request: web.Request) -> web.WebSocketResponse:
    peer = web.WebSocketResponse(compress=False)
    await peer.prepare(request)
    peers.add(peer)
    try:
        async for message in peer:
            for one in tuple(peers):
                await one.send_str(message.data)
    finally:
        peers.discard(peer)
    return peer


async def main() -> None:
    app = web.Application()
    app.router.add_get("/socket", room)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2048)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    uvloop.run(main())
