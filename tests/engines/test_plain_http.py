"""`make run` is plain http on one's own machine, where WebKit keeps no sign-in: the door says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engines.stage import Stage
from tests.processes import serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engines.stage import Pool


async def test_a_link_without_https_opens_or_says_why_it_does_not(
    engine: str, pool: Pool, tmp_path: Path
):
    async with serving(tmp_path, HOST="localhost", ORIGINS="") as server:
        stage = Stage(engine, pool, server, f"http://localhost:{server.port}", "plain_http")
        links = await stage.room("Evening group")
        ben = await stage.person("Ben", phone=True)
        await ben.open(links.member)
        if engine == "webkit":
            await ben.main_status("This browser keeps no sign-in without https")
            await ben.looks("door")
            ben.forgiven.append("403")
        else:
            await ben.button("Come in").is_there()
        await stage.close()
