"""What all tests share: it ends with them; and which of them are of the full size alone."""

import os
import sys

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In the size of CI the suites run without what is marked `full`: FULL=1 runs it."""
    if os.environ.get("FULL"):
        return
    left_out = [item for item in items if item.get_closest_marker("full")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_sessionfinish() -> None:
    """The database server, where there was need of one."""
    servers = sys.modules.get("tests.servers")
    if servers is not None:
        servers.SESSION.close()
