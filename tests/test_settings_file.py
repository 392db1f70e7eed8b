"""The settings file: the second shell knows what the first was told, and what is wrong has its line."""

import ast
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from chatroom import settings
from chatroom.cli import main
from chatroom.settings import NAMES, BadSetting, Helpline, current, read_file

HOUSE = Path(__file__).parent.parent
GOOD = """
# Our own, for the Tuesday group
export PORT=8080
ORIGINS = https://meet.example.org   # the one in the links
HELPLINES="Helpline | 116 123 | tel:116123
Nurses | 555 0100"
DATABASE_URL='postgresql://me:s%23cret$HOME@db/chatroom'
SECRET_FILE=secret

POSTGRES_PASSWORD=of-another-program
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a command is typed, in a shell that was told nothing."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / ".env"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(0o600)
    return path


def test_what_stands_in_the_file_holds_word_for_word(folder: Path):
    written(folder, GOOD)
    found = current()
    assert (found.port, found.origins) == (8080, ("https://meet.example.org",))
    assert found.helplines[1] == Helpline("Nurses", "555 0100", "tel:5550100")
    assert found.database_url == "postgresql+asyncpg://me:s%23cret$HOME@db/chatroom"
    assert found.settings_file == Path(".env")


def test_the_environment_wins_even_where_it_says_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    written(folder, "PORT=8080\nREGION=GB\n")
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("REGION", "")
    assert (current().port, current().region) == (9000, settings.load({}).region)


def test_without_a_file_all_comes_from_the_environment(folder: Path):
    assert current().port == 8000
    (folder / ".env").mkdir()  # As somebody may call what python -m venv makes.
    assert current().port == 8000


def test_another_file_can_be_named(folder: Path, monkeypatch: pytest.MonkeyPatch):
    written(folder, "PORT=8080\n").rename(folder / "chatroom.env")
    monkeypatch.setenv("SETTINGS_FILE", "chatroom.env")
    assert current().port == 8080


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("PORT=8080\nNAME\n", "2: expected NAME=value"),
        ("\n\nPORT 8080\n", "3: expected NAME=value"),
        ('PORT=8080\n\n# more\nORIGINS="https://a.example\n', "4: expected NAME=value"),
        ("DATABASE_URL='hunter2'hunter2\n", "1: expected NAME=value"),
        ("PORT=8080\nREGION=GB\nPORT=8081\n", "3: PORT was set before"),
        (
            "CASE_RETENTION_DAY=30\n",
            "1: there is no CASE_RETENTION_DAY; CASE_RETENTION_DAYS is one",
        ),
        ("\nport=8080\n", "2: there is no port; PORT is one"),
        (b"PORT=8080\nREGION=\xff\n", "2: is no UTF-8 text"),
    ],
)
def test_what_is_malformed_stops_every_command_with_its_line_and_quotes_nothing(
    folder: Path, text: str | bytes, line: str
):
    written(folder, text)
    with pytest.raises(BadSetting, match=re.escape(f".env: line {line}")) as stopped:
        current()
    assert "hunter2" not in str(stopped.value)
    for words in (["check"], ["serve"], ["room", "list"]):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 2
        assert result.stderr == f"{stopped.value}\n"


def test_a_file_that_can_not_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def denied(*_: object) -> str:
        raise PermissionError(13, "Permission denied")

    path = written(folder, "PORT=8080\n")
    monkeypatch.setattr(Path, "read_text", denied)
    with pytest.raises(BadSetting, match=r"can't be read: Permission denied"):
        read_file(path)


def test_a_file_that_others_can_read_is_not_fit(folder: Path):
    path = written(folder, "REGION=GB\n")
    assert "ok  SETTINGS_FILE: .env\n" in CliRunner().invoke(main, ["check"]).stdout
    path.chmod(0o644)
    said = CliRunner().invoke(main, ["check"]).stdout
    assert "NO  SETTINGS_FILE: others can read .env; run: chmod 600 .env\n" in said


def test_every_command_reads_it():
    """By `current` alone: who asks the environment has not read the file."""
    for path in sorted((HOUSE / "chatroom").rglob("*.py")):
        if path.name != "settings.py":
            calls = (
                node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
            )
            called = {ast.unparse(call.func) for call in calls}
            assert not {"load", "settings.load", "os.getenv", "os.environ.get"} & called, path


def test_the_names_that_a_misspelling_is_held_against_are_all_there_are():
    source = (HOUSE / "chatroom" / "settings.py").read_text()
    assert set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', source)) == NAMES
