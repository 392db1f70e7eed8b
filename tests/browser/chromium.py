"""Finds the Chromium that the tests drive; run as a script, installs one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ON_A_MAC = (
    "Chromium.app/Contents/MacOS/Chromium",
    "Google Chrome.app/Contents/MacOS/Google Chrome",
)

# For `chromium.launch(executable_path=find(), args=QUIET)`: a test browser calls nobody.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def find() -> str:
    """The path of a Chromium; where there is none, a FileNotFoundError says what to do."""
    if (named := os.environ.get("CHROMIUM")) and not shutil.which(named):
        raise FileNotFoundError(f"CHROMIUM={named} is no program; name one, or unset it.")
    for name in (named, *NAMES):
        if name and (path := shutil.which(name)):
            return path
    for app in ON_A_MAC:
        if path := shutil.which(f"/Applications/{app}"):
            return path
    if path := playwrights_own():
        return path
    raise FileNotFoundError(
        "The browser tests need Chromium; install it with: apt-get install chromium"
        " (or name one: CHROMIUM=/path/to/chromium)"
    )


def playwrights_own() -> str | None:
    """What `playwright install chromium` has left on this machine."""
    if not (named := os.environ.get("PLAYWRIGHT_BROWSERS_PATH")):
        caches = "Library/Caches" if sys.platform == "darwin" else ".cache"
        named = str(Path.home() / caches / "ms-playwright")
    patterns = ("chromium-*/*/chrome", "chromium-*/*/*.app/Contents/MacOS/*")
    found = sorted(path for pattern in patterns for path in Path(named).glob(pattern))
    return str(found[-1]) if found else None


def install() -> None:
    """By apt where we may, else by Playwright's download; tells what it runs."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "-qq", "update", env=env)
        run("apt-get", "-qq", "install", "-y", "chromium", "fonts-dejavu-core", env=env)
    else:
        run(sys.executable, "-m", "playwright", "install", "chromium", quiet=True)


def run(*command: str, env: dict[str, str] | None = None, quiet: bool = False) -> None:
    print("Installing Chromium:", *command, flush=True)
    errors = subprocess.DEVNULL if quiet else None  # Whether it worked, find() tells.
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=errors, check=False)


if __name__ == "__main__":
    try:
        try:
            find()
        except FileNotFoundError:
            if os.environ.get("CHROMIUM"):
                raise
            install()
            find()
    except FileNotFoundError as missing:
        sys.exit(str(missing))
