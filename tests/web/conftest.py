"""A town and a room in it."""

from collections.abc import AsyncIterator

import pytest

from tests.journal.town import Room, Town, town_in


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    server, furnish = town_in(tmp_path_factory.mktemp("town"))
    with server.running():
        town = furnish()
        yield town
        await town.close()


@pytest.fixture
async def room(town: Town) -> Room:
    return await town.room()
