"""Finds Firefox and WebKit; run as a script, installs what is missing, and says what is left out."""

import os
import shutil
import subprocess
import sys
from glob import glob

MINI_BROWSERS = (
    "/usr/lib/*/webkit2gtk-4.*/MiniBrowser",
    "/usr/lib*/webkit2gtk-4.*/MiniBrowser",
    "/usr/libexec/webkit2gtk-4.*/MiniBrowser",
)
FIREFOXES = ("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox")
# What each engine needs, and the packages of Debian that bring it.
NEEDS: dict[str, dict[str, tuple[str, ...]]] = {
    "firefox": {"Firefox": FIREFOXES},
    "webkit": {
        "WebKitWebDriver": ("WebKitWebDriver",),
        "WebKit's MiniBrowser": MINI_BROWSERS,
        "Xvfb": ("Xvfb",),
        "matchbox-window-manager": ("matchbox-window-manager",),
    },
}
PACKAGES = {
    "firefox": ("firefox-esr",),
    "webkit": ("webkit2gtk-driver", "xvfb", "matchbox-window-manager"),
}
CALLED = {"firefox": "Firefox", "webkit": "WebKit"}


def program(*names: str) -> str:
    """The path of the first program of these names; a name may be a pattern."""
    path = found(*names)
    assert path is not None, f"none of {names} is here; why_not() tells before"
    return path


def found(*names: str) -> str | None:
    for name in names:
        for path in sorted(glob(name)) if "*" in name else [name]:
            if there := shutil.which(path):
                return there
    return None


def why_not(engine: str) -> str | None:
    """Why this engine can't be driven here, in a sentence; None where it can."""
    missing = [what for what, names in NEEDS[engine].items() if not found(*names)]
    if not missing:
        return None
    install = " ".join(PACKAGES[engine])
    return (
        f"The stories in {CALLED[engine]} are left out: {', '.join(missing)} is missing"
        f" (on Debian: apt-get install {install})"
    )


def install() -> None:
    """By apt where we may; tells what it runs."""
    packages = [name for engine in NEEDS if why_not(engine) for name in PACKAGES[engine]]
    if not packages or not shutil.which("apt-get") or os.geteuid() != 0:
        return
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    print("Installing Firefox and WebKit: apt-get install", *packages, flush=True)
    for command in (("update",), ("install", "-y", "--no-install-recommends", *packages)):
        subprocess.run(
            ("apt-get", "-qq", *command), env=env, stdout=subprocess.DEVNULL, check=False
        )


if __name__ == "__main__":
    install()
    for engine in NEEDS:
        if reason := why_not(engine):
            print(reason, file=sys.stderr)
