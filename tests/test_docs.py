"""The documents tell the truth: the names that docs/architecture.md gives exist."""

import ast
import re
from pathlib import Path

HOUSE = Path(__file__).parent.parent
NAMED = re.compile(
    r"`((?:chatroom|moderation|static|tests|docs)/[\w./-]*?)(?::([A-Za-z_][\w.]*))?`"
)


def named() -> list[tuple[str, str]]:
    return NAMED.findall((HOUSE / "docs" / "architecture.md").read_text("utf-8"))


def names_in(path: Path) -> set[str]:
    """Functions, classes and their methods, as `Journal.submit`."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = (
                part
                for part in node.body
                if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
            )
            found |= {f"{node.name}.{method.name}" for method in methods}
    return found


def test_the_architecture_page_names_enough_to_be_worth_checking():
    assert len([name for _, name in named() if name]) > 30


def test_every_file_that_the_architecture_page_names_exists():
    missing = [path for path, _ in named() if not (HOUSE / path).exists()]
    assert not missing


def test_every_function_that_the_architecture_page_names_exists():
    missing = [
        f"{path}:{name}" for path, name in named() if name and name not in names_in(HOUSE / path)
    ]
    assert not missing
