"""What every test of a module is given: the modules."""

from pathlib import Path

import pytest

from tests.js.modules import Modules


@pytest.fixture
def modules(tmp_path: Path) -> Modules:
    return Modules(tmp_path / "browser")
