"""What every browser test is given: Chromium, a real server, and a stage to put people on."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.chromium import QUIET, find
from tests.browser.stage import Stage
from tests.browser.taps import made_again
from tests.processes import ServerProcess, serving

HELPLINES = "Helpline | 116 123 | tel:116123; Emergency | 112 | tel:112"
RETENTION_HOURS = 3
HOLDS = """
[[phrases]]
kind = "sourcing"
then = "hold"
words = ["percs"]
"""

_told = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find(), args=QUIET)
        with made_again():
            yield browser
        await browser.close()


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """One for the tests of a file; each makes a room of its own."""
    async with serving(tmp_path_factory.mktemp("server"), **settings()) as running:
        yield running


def settings() -> dict[str, str]:
    # Without ORIGINS a server answers to localhost, 127.0.0.1 and [::1].
    return {
        "LIMITS": "1",
        "HOST": "localhost",
        "ORIGINS": "",
        "HELPLINES": HELPLINES,
        "RETENTION_HOURS": str(RETENTION_HOURS),
    }


def holding(folder: Path) -> dict[str, str]:
    """Settings with a phrase that the organisation wants held: a rule, so that no model has to be loaded."""
    policy = folder / "policy.toml"
    policy.write_text(HOLDS)
    return {"POLICY": str(policy)}


@pytest.fixture
async def stage(browser: Browser, server: ServerProcess) -> AsyncIterator[Stage]:
    stage = Stage(browser, server)
    yield stage
    await stage.close()


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
