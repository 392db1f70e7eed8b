"""What the stories in each engine are given: its browsers, a server behind TLS, and who is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.browsers import NEEDS, why_not
from tests.engines.stage import Pool, Stage, server_behind_tls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_left_out = pytest.StashKey[list[str]]()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", NEEDS, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where a browser is missing its stories are left out, and the run's end says which and why."""
    here = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    left_out = []
    for item in here:
        item.add_marker(pytest.mark.engines)
        engine = engine_of(item)
        if engine is not None and why_not(engine):
            left_out.append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    config.stash[_left_out] = [
        f"{reason}; not run: {len(theirs)}"
        for engine in NEEDS
        if (theirs := [item for item in left_out if engine_of(item) == engine])
        and (reason := why_not(engine))
    ]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for text in config.stash.get(_left_out, []):
        terminalreporter.write_line(text, yellow=True)


def engine_of(item: pytest.Item) -> str | None:
    told = getattr(item, "callspec", None)
    return told.params.get("engine") if told else None


@pytest.fixture(scope="session")
async def pool(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pool]:
    pool = Pool(tmp_path_factory)
    yield pool
    await pool.close()


@pytest.fixture
async def stage(
    engine: str, pool: Pool, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Stage]:
    async with server_behind_tls(tmp_path) as (server, origin):
        stage = Stage(engine, pool, server, origin, request.node.originalname)
        yield stage
        await stage.close()
