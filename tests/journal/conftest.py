"""The store of each kind, and an office on it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.journal.stage import (
    Office,
    at_work,
)
from tests.store.places import KINDS, Place, place


@pytest.fixture(params=KINDS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place(request.param, tmp_path) as ground:
        yield ground


@pytest.fixture
async def office(path: Place) -> AsyncIterator[Office]:
    async with at_work(path) as office:
        await office.furnish()
        yield office
