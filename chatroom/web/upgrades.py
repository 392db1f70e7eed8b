"""The way of a socket's request, past all that only pages need: thousands may come back at once."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketClose


class Upgrades:
    """The sockets among the routes, and nothing around them."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._ways = [
            (route.path_regex, route.endpoint)
            for route in routes
            if isinstance(route, WebSocketRoute)
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for path, endpoint in self._ways:
            found = path.match(scope["path"])
            if found is not None:
                scope["path_params"] = found.groupdict()
                return await endpoint(WebSocket(scope, receive, send))  # type: ignore[no-any-return]
        return await WebSocketClose()(scope, receive, send)
