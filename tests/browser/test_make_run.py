"""`make run` on a machine that has python3, make, git and the core utilities, and nothing else."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.stage import DESK, Person
from tests.ports import free_port
from tests.processes import HOUSE, SETTINGS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from playwright.async_api import Browser

TOOLS = (
    "make git sh"
    " basename cat chmod cp cut date dirname echo env expr false head id install ln ls mkdir mktemp mv"
    " printf pwd readlink realpath rm rmdir seq sleep sort stat tail tee test touch tr true uname wc"
)
LINK = re.compile(rb"http://\S+/enter#\S+")
FIRST_START = 180.0
READY_WITHIN = 3.0 * float(os.environ.get("SLOW", "1"))
ENDS_WITHIN = 15.0


async def test_one_command_from_a_clone_to_three_people_in_one_browser(
    tmp_path: Path, browser: Browser, tell: Callable[[str], None]
):
    clone, port = cloned(tmp_path), free_port()
    bare = bare_path(tmp_path)
    async with make_run(clone, bare, port, within=FIRST_START) as (_, seconds):
        tell(f"first start, from nothing: {seconds:.1f} s")
    async with make_run(clone, bare, port, within=FIRST_START) as (links, seconds):
        tell(f"second start: ready in {seconds:.2f} s (at most {READY_WITHIN:.1f} s)")
        assert seconds < READY_WITHIN
        assert len({link.partition("/enter")[0] for link in links}) == 3
        await three_people_meet(browser, links)


async def three_people_meet(browser: Browser, links: list[str]) -> None:
    """Each has a place of their own, although one browser holds them all."""
    context = await browser.new_context(viewport=DESK)
    pages = [await context.new_page() for _ in links]
    ben, ada, sam = map(Person, ("Ben", "Ada", "Sam"), pages)
    await asyncio.gather(
        *(ben.come_in(links[0]), ada.come_in(links[1]), sam.come_to_desk(links[2]))
    )
    await expect(ben.here.filter(has_text="Ben")).to_contain_text("you")
    await expect(ada.here.filter(has_text="Ada")).to_contain_text("facilitator")
    await ada.press("Open meeting")
    await ben.say("The kettle is on.")
    await expect(ada.card("Ben")).to_contain_text("The kettle is on.")
    # The cookies hold apart: a reload finds everybody where they were.
    await asyncio.gather(*(page.reload() for page in pages))
    await expect(ben.card("Ben")).to_contain_text("The kettle is on.")
    await expect(ada.button("Next: Opening")).to_be_visible()
    await expect(sam.page.get_by_text("Sam at the desk")).to_be_visible()
    await context.close()
    assert not [*ben.wrong, *ada.wrong, *sam.wrong]


@asynccontextmanager
async def make_run(
    clone: Path, path: Path, port: int, *, within: float
) -> AsyncIterator[tuple[list[str], float]]:
    """The three links once they are printed, and after how many seconds; Ctrl+C at the end."""
    kept = ("PYTHON", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", *SETTINGS)
    environ = {name: value for name, value in os.environ.items() if name not in kept}
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *("make", "run"),
        cwd=clone,
        env={**environ, "PATH": str(path), "PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    output = b""
    try:
        async with asyncio.timeout(within):
            while len(links := LINK.findall(output)) < 3:
                line = await process.stdout.readline()
                assert line, f"make run ended: {output.decode()}"
                output += line
        yield [link.decode() for link in links], time.monotonic() - started
    finally:
        # As Ctrl+C in a terminal: to make and everything it started.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            rest, _ = await asyncio.wait_for(process.communicate(), ENDS_WITHIN)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError("Ctrl+C did not end make run") from None
    assert b"Traceback" not in rest, rest.decode()


def cloned(folder: Path) -> Path:
    """What is committed, and over it what is not yet; where CI is set, what is committed alone."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", HOUSE, clone], check=True)
    if os.environ.get("CI"):
        return clone
    for name in listed("--modified", "--others", "--exclude-standard"):
        source, target = HOUSE / name, clone / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
        else:
            target.unlink(missing_ok=True)
    return clone


def listed(*options: str) -> list[str]:
    """Files of the working tree, as git sees them; what is staged differs from the commit, too."""
    commands = (["git", "ls-files", "-z", *options], ["git", "diff", "-z", "--name-only", "HEAD"])
    return [
        name
        for command in commands
        for name in subprocess.check_output(command, cwd=HOUSE, text=True).split("\0")
        if name
    ]


def bare_path(folder: Path) -> Path:
    """A directory with the promised tools, to be the whole PATH."""
    tools = folder / "tools"
    tools.mkdir()
    # Not a virtual environment's python: one that any machine could have.
    (tools / "python3").symlink_to(Path(sys.executable).resolve())
    for name in TOOLS.split():
        if found := shutil.which(name):
            (tools / name).symlink_to(found)
    return tools
