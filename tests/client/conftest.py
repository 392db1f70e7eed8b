"""The scripted server, listening."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest
import uvicorn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


from tests.client.stage import Scripted


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    listening = socket.create_server(("127.0.0.1", 0))
    scripted = Scripted(listening.getsockname()[1])
    config = uvicorn.Config(
        scripted.app, ws="websockets-sansio", log_level="critical", lifespan="off"
    )
    running = uvicorn.Server(config)
    serving = asyncio.create_task(running.serve(sockets=[listening]))
    yield scripted
    running.should_exit = running.force_exit = True
    await serving
    listening.close()
    assert not scripted.failures, scripted.failures
