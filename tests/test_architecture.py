"""The shape of the house: who may import whom, what is pure, where time passes, what is tracked."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import (
    BESIDE,
    DRAWN,
    HOUSE,
    PAGE,
    WINGS,
    arrows,
    circle_in,
    drawn,
    goes_down,
    imports,
    longest,
    modules,
    wing_of,
)

# What moderation may import. `typing` and its like hold no state and reach no machine.
PURE = {
    "numpy",  # For what it computes; the reading and writing of files is another's.
    *("msgspec", "rpds", "re2", "phonenumbers", "anyascii", "precis_i18n"),
    *("__future__", "abc", "bisect", "collections", "copy", "dataclasses", "enum", "fractions"),
    *("functools", "graphlib", "hashlib", "heapq", "html", "ipaddress", "itertools", "math"),
    *("operator", "re", "statistics", "string", "textwrap", "tomllib", "types", "typing"),
    *("unicodedata", "urllib.parse"),
    # The value types; the clock inside is caught by CLOCKS.
    *("datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta", "datetime.UTC"),
}
MARKUP = {"bleach", "markdown_it", "linkify_it"}
MARKUP_SEAM = "moderation/content/markup.py"
ENCODER = {"onnxruntime"}
ENCODER_SEAM = "moderation/content/encoder.py"
COMMAND_LINE = "moderation/__main__.py"

CLIENT_KNOWS = {
    *("chatroom.client", "chatroom.live.wire", "chatroom.live.refusals"),
    "chatroom.live.timekeeper",
}

CLOCKS = {
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
    "datetime.date.today",
}
SLEEPS = {"time.sleep", "asyncio.sleep", "anyio.sleep", "anyio.sleep_until"}
TELLS_TIME = {"chatroom/live/timekeeper.py"}
# The client waits between two tries to come back, and in the lobby.
MAY_SLEEP = {"chatroom/live/timekeeper.py", "chatroom/client/door.py", "chatroom/client/line.py"}

IMPURE = {
    *("open", "input", "print", "exec", "eval", "compile", "__import__", "breakpoint"),
    "hash",  # Of a text it differs from process to process.
}

# Never spelt out in a tracked file, and so not in this one either.
REGISTRIES = tuple(
    ".".join(parts).encode()
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("crates", "io"),
    )
)


def test_moderation_imports_only_what_is_pure():
    for path, tree in modules("moderation"):
        allowed = PURE | {"moderation"}
        if path == MARKUP_SEAM:
            allowed |= MARKUP
        if path == ENCODER_SEAM:
            allowed |= ENCODER
        if path == COMMAND_LINE:
            continue  # It reads files and prints; nothing imports it.
        strangers = [name for name in imports(path, tree) if not within(name, allowed)]
        assert not strangers, f"{path} imports {strangers}"


def test_nothing_in_moderation_reaches_the_machine_or_the_clock():
    for path, tree in modules("moderation"):
        if path == COMMAND_LINE:
            continue
        reached = [name for name in references(path, tree) if name in IMPURE | CLOCKS | SLEEPS]
        assert not reached, f"{path} uses {reached}"


def test_the_command_line_of_moderation_is_imported_by_nobody():
    for path, tree in modules("moderation", "chatroom"):
        assert not any(within(name, {"moderation.__main__"}) for name in imports(path, tree)), path


def test_html_is_cleaned_at_one_seam():
    for path, tree in modules("moderation", "chatroom"):
        if path != MARKUP_SEAM:
            assert not [name for name in imports(path, tree) if within(name, MARKUP)], path


def test_a_running_server_never_imports_the_training():
    for path, tree in modules("moderation", "chatroom"):
        assert not [name for name in imports(path, tree) if within(name, {"training"})], path


def test_imports_in_chatroom_go_down():
    for path, targets in arrows().items():
        for target in targets:
            assert goes_down(path, target), f"{path} imports {target}, which lies further out"


def test_every_part_of_chatroom_stands_in_a_wing():
    parts = {wing_of(path) for path, _ in modules("chatroom")} - {"__init__"}
    assert parts == set().union(*WINGS[0:], BESIDE) - {"__main__"}


def test_the_live_wing_and_the_people_do_not_know_each_other():
    for path, targets in arrows().items():
        for one, other in (
            ("live", "people"),
            ("people", "live"),
            ("store", "bus"),
            ("bus", "store"),
        ):
            assert wing_of(path) != one or other not in {wing_of(target) for target in targets}, (
                path
            )


def test_no_import_goes_in_a_circle_inside_a_function_either():
    assert circle_in(arrows("chatroom", "moderation")) is None


def test_the_arrows_are_drawn_as_they_are():
    """docs/architecture.md, by `make docs`."""
    assert DRAWN.findall(PAGE.read_text("utf-8")) == [drawn()]


def test_the_client_knows_nothing_of_the_server():
    for path, tree in modules("chatroom/client"):
        known = [name for name in imports(path, tree) if within(name, {"chatroom"})]
        assert [name for name in known if not within(name, CLIENT_KNOWS)] == [], path


def test_only_the_timekeeper_asks_what_time_it_is():
    for path, tree in modules("chatroom"):
        asked = [name for name in references(path, tree) if name in CLOCKS]
        assert not asked or path in TELLS_TIME, f"{path} uses {asked}"


def test_only_the_timekeeper_and_the_client_sleep():
    for path, tree in modules("chatroom"):
        slept = [name for name in references(path, tree) if name in SLEEPS]
        assert not slept or path in MAY_SLEEP, f"{path} uses {slept}"


def test_every_module_says_what_it_is():
    for path, tree in modules("moderation", "chatroom", "tests"):
        assert ast.get_docstring(tree), f"{path} has no docstring"


def test_every_test_module_has_tests():
    for path, tree in modules("tests"):
        if Path(path).name.startswith("test_"):
            assert any(is_test(node) for node in ast.walk(tree)), f"{path} tests nothing"


def test_no_tracked_file_names_a_package_registry():
    for path in tracked():
        text = path.read_bytes()
        assert not [host for host in REGISTRIES if host in text], path


def test_the_lock_files_hold_only_names_and_hashes():
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-train.lock"):
        for line in (HOUSE / lock).read_text().splitlines():
            plain = line.strip()
            assert plain.startswith(("#", "--hash=sha256:")) or "==" in plain, f"{lock}: {line}"
    assert '"resolved"' not in (HOUSE / "package-lock.json").read_text()


# The walkers are trusted with all of the above, so they are tested too.


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.time()",
        "import time as clock\nclock.time()",
        "from time import time\ntime()",
        "from time import time as t\nnow = t",
        "def f():\n    import time\n    return time.time()",
    ],
)
def test_a_clock_is_found_however_it_was_imported(code: str):
    assert "time.time" in list(references("a.py", ast.parse(code)))


def test_giving_way_to_other_tasks_is_no_sleep():
    code = "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    await asyncio.sleep(1)"
    assert list(references("a.py", ast.parse(code))).count("asyncio.sleep") == 1


def test_a_relative_import_is_read_as_the_module_it_means():
    tree = ast.parse("from . import floor\nfrom ..content import review")
    assert list(imports("moderation/meeting/talking.py", tree)) == [
        "moderation.meeting.floor",
        "moderation.content.review",
    ]


def test_the_web_may_import_the_journal_and_never_the_other_way_round():
    assert goes_down("chatroom/web/rooms.py", "chatroom/live/journal.py")
    assert not goes_down("chatroom/live/journal.py", "chatroom/web/rooms.py")


def test_a_circle_is_found_and_named():
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}) is None


def references(path: str, tree: ast.AST) -> Iterator[str]:
    """Every name that is used, undone of its import: `t()` after `from time import time as t`."""
    meaning: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                meaning[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                meaning[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    yielding = {
        node.func
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value == 0
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and (dotted := spelling(node)):
            first, dot, rest = dotted.partition(".")
            name = meaning.get(first, first) + dot + rest
            if not (name == "asyncio.sleep" and node in yielding):
                yield name


def spelling(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := spelling(node.value)):
        return f"{before}.{node.attr}"
    return None


def within(name: str, allowed: set[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:length]) in allowed for length in range(1, len(parts) + 1))


def test_what_is_long_is_found_in_either_language(tmp_path: Path):
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "a.py").write_text(
        "def short():\n    pass\n\n\nclass C:\n    async def long(self):\n        a = 1\n        return a\n"
    )
    assert longest(tmp_path, "part") == (8, (8, "part/a.py"), (3, "part/a.py:long"))
    js = "export class C {\n  get one() {\n    if (a) {\n    }\n    return 1\n  }\n}\nconst two = (x) => {\n}\n"
    (tmp_path / "part" / "b.js").write_text(js)
    assert longest(tmp_path, "part") == (17, (9, "part/b.js"), (5, "part/b.js:one"))


def is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, check=True
    ).stdout.decode()
    paths = [HOUSE / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]
