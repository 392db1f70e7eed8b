"""Where a browser is missing, its stories are left out and the run says so: never silently green."""

import os
import subprocess
import sys
from pathlib import Path

from tests.processes import HOUSE


def test_a_run_without_the_browsers_says_which_stories_it_leaves_out_and_how_to_have_them(
    tmp_path: Path,
):
    told = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "tests/engines/test_help_line.py",
        ],
        cwd=HOUSE,
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert "2 deselected" in told
    assert "The stories in Firefox are left out: Firefox is missing" in told
    assert "The stories in WebKit are left out: WebKitWebDriver, " in told
    assert "apt-get install firefox-esr" in told


def test_setting_up_says_the_same_in_a_line_each(tmp_path: Path):
    script = HOUSE / "tests" / "engines" / "browsers.py"
    told = subprocess.run(
        [sys.executable, script],
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert [line.partition(":")[0] for line in told.splitlines()] == [
        "The stories in Firefox are left out",
        "The stories in WebKit are left out",
    ]
