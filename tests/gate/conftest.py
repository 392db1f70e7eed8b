"""A server of its own process, for those who mean harm."""

from collections.abc import AsyncIterator

import pytest

from tests.processes import ServerProcess, serving


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    async with serving(tmp_path_factory.mktemp("gate")) as process:
        yield process
