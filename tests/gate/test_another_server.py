"""Served by anything else than `chatroom serve`, it would have no gate and no frames: it says so and ends."""

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.ports import free_port
from tests.processes import ServerProcess

PROGRAM = """
import sys, uvicorn
from chatroom.app import create_app
from chatroom.settings import load
uvicorn.run(create_app(load({"DATABASE_URL": sys.argv[1]})), port=int(sys.argv[2]))
"""


async def test_w13_another_server_is_refused_at_start_with_a_sentence(tmp_path: Path):
    server = ServerProcess(tmp_path)
    await server.migrate()
    words = [sys.executable, "-c", PROGRAM, f"sqlite:///{server.database}", str(free_port())]
    ended = await asyncio.to_thread(tried, words)
    assert ended.returncode != 0
    assert "Start it by `chatroom serve`: no other server writes ready-made frames" in ended.stderr


def tried(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, timeout=60)
