"""Tasks that nobody waits for: what one message asked for and the next ones must not overtake."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Errands:
    """All of them are done or cancelled when `run` ends."""

    def __init__(self) -> None:
        self._tasks: asyncio.TaskGroup | None = None

    def begin(self, errand: Coroutine[Any, Any, None]) -> None:
        """It has to mind its own errors: one that is raised ends the server."""
        assert self._tasks is not None, "sockets come while the server runs"
        self._tasks.create_task(errand)

    async def run(self) -> None:
        """Lives in the caller's TaskGroup."""
        async with asyncio.TaskGroup() as self._tasks:
            await asyncio.Event().wait()
