"""What all tests share ends with them."""

import sys


def pytest_sessionfinish() -> None:
    """The database server, where there was need of one."""
    servers = sys.modules.get("tests.servers")
    if servers is not None:
        servers.SESSION.close()
