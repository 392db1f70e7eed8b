"""The documents tell the truth: the names that docs/architecture.md gives exist."""

import ast
import re
import tomllib
from pathlib import Path

from chatroom.demo.script import read_script

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


def test_every_setting_is_documented():
    settings = (HOUSE / "chatroom" / "settings.py").read_text("utf-8")
    operating = (HOUSE / "docs" / "operating.md").read_text("utf-8")
    names = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', settings))
    assert {"DATABASE_URL", "HELPLINES", "RETENTION_HOURS"} <= names
    assert not {name for name in names if f"`{name}`" not in operating}


def test_the_changelog_begins_with_the_version_of_the_package():
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    changelog = (HOUSE / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == project["version"]


def test_the_readme_names_only_files_that_exist():
    for page in ("README.md", "CONTRIBUTING.md"):
        linked = re.findall(r"\]\((?!http)([^)#]+)\)", (HOUSE / page).read_text("utf-8"))
        assert not [path for path in linked if not (HOUSE / path).exists()]


def test_the_figures_of_the_pages_are_those_of_what_is_shipped():
    words = [
        "no",
        *[
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
    ]
    words += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
    formats = list((HOUSE / "moderation" / "meeting" / "formats").glob("*.toml"))
    people = {step.who for step in read_script() if step.act == "comes in"}
    pages = [HOUSE / page for page in ("README.md", "CHANGELOG.md", "docs/operating.md")]
    text = "\n".join(page.read_text("utf-8") for page in pages).lower()
    said = re.findall(r"(\w+) formats of real meetings", text)
    assert said == [words[len(formats)]] * 2, "README.md and CHANGELOG.md"
    said = re.findall(r"meeting of (\w+) (?:people|in half)", text)
    assert said == [words[len(people)]] * 3, "and docs/operating.md"
