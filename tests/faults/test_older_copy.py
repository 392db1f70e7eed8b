"""The database file is replaced by an older copy under running clients: nobody joins another past silently."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.faults.check import legal, read_history
from tests.faults.checker import followed, gapless, stored
from tests.faults.deployment import deployment
from tests.faults.nemesis import be_quiet, staged
from tests.faults.recorder import until
from tests.processes import SOON

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from tests.faults.deployment import Deployment
    from tests.faults.nemesis import Scene

pytestmark = pytest.mark.faults


async def test_a_restored_backup_starts_everybody_afresh_and_says_why(
    tmp_path: Path, chance: random.Random
):
    """F20, P7, P26: who had more than the copy holds is told `ahead`, or `diverged` once others wrote."""
    place = deployment("a", tmp_path, chance)
    async with place.up():
        async with staged(place, chance.randrange(2**32)) as scene:
            await _talk(scene, 30)
            await _away(place)
            shutil.copy(place.servers[0].database, tmp_path / "yesterday.db")
            await place.start()
            await _talk(scene, 30)
            await be_quiet(scene, "the last good day", 5)
            await _away(place)
            shutil.copy(tmp_path / "yesterday.db", place.servers[0].database)
            await place.start()
            await until(lambda: all(one.resets for one in scene.group.everybody), within=SOON)
            await _talk(scene, 30)
            await be_quiet(scene, "the older copy", 5)
            there = [one.name for one in scene.group.everybody]
        await place.stop()
        rows = await place.rows()
    log = [stored(row) for row in rows]
    clients = [one for one in read_history(tmp_path / "history.jsonl").clients if one.name in there]
    assert clients
    for client in clients:
        assert client.resets[0] in ("ahead", "diverged")
        client.resets = []
        assert not followed(client, log)
    assert not gapless(log)
    assert not legal(rows)


async def _away(place: Deployment) -> None:
    """Stopped by SIGTERM, so that all is in the one file."""
    await place.stop()
    assert not place.servers[0].database.with_name("chatroom.db-wal").exists()


async def _talk(scene: Scene, entries: int) -> None:
    async with scene.group.talking():
        enough = max(one.head for one in scene.group.everybody) + entries
        await until(
            lambda: max(one.head for one in scene.group.everybody) >= enough, within=2 * SOON
        )
