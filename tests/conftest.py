"""What all tests share: its end, their chance, and which of them are of the full size alone."""

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

from tests.chance import FULL, SEED


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Hypothesis draws by our seed; left alone, it goes by the spelling of the function, or by nothing.

    Where files run side by side all draw by the same.
    """
    os.environ["SEED"] = str(SEED)
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(SEED)
    if (FULL or os.environ.get("SOAK")) and config.option.timeout is None:
        config.option.timeout = 0  # In full they take as long as they take.
    # A busy machine is no fault of ours: what may cost so much time is measured where it is promised.
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    settings.register_profile("ours", deadline=None, suppress_health_check=checks)
    settings.load_profile("ours")
    os.environ["SETTINGS_FILE"] = os.devnull  # A developer's own settings are for `make run` alone.


def pytest_report_header() -> str:
    return f"SEED={SEED}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In the size of CI the suites run without what is marked `full`: FULL=1 runs it."""
    if FULL:
        return
    left_out = [item for item in items if item.get_closest_marker("full")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_sessionfinish() -> None:
    """The database server, where there was need of one."""
    servers = sys.modules.get("tests.servers")
    if servers is not None:
        servers.SESSION.close()
