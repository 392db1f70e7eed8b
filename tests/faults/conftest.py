"""What every fault test is given: chance with a seed that replays it, and a place for its figures."""

import os
import random
from collections.abc import Callable

import pytest

_told = pytest.StashKey[list[str]]()


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Chance by SEED; where there is none, by one that a failure shows."""
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    request.node.add_report_section("setup", "seed", f"SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says at the end of the run what was measured."""
    told = request.config.stash.setdefault(_told, [])
    return lambda text: told.append(f"{request.node.name}: {text}")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for text in config.stash.get(_told, []):
        terminalreporter.write_line(text)
