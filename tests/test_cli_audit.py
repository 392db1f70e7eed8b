"""The audit on the command line: what is typed is told of, and what was changed is found by its number."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import Result

from chatroom.live.timekeeper import Clock
from chatroom.people import heads
from chatroom.store.audit import Head
from tests import servers
from tests.test_cli import Operator, fresh, operator

__all__ = ["fresh", "operator"]


def did_things(operator: Operator, tmp_path: Path) -> None:
    """Seven of them."""
    operator.gets("room", "create", "Evening group", "--format", "small-discussion")
    operator.gets("room", "set", "evening-group", "door=knock")
    handle = operator.types("invite", "evening-group", "--as", "facilitator").stderr.split("\t")[0]
    operator.gets("invitation", "revoke", handle)
    own = tmp_path / "ours.toml"
    text = operator.gets("format", "show", "discussion-60")
    own.write_text(text.replace('id = "discussion-60"', 'id = "ours"'))
    operator.gets("format", "add", str(own))
    operator.gets("format", "add", str(own), "--replace")
    operator.types("invite", "evening-group", "--as", "member")


def tampered(operator: Operator, *statements: str) -> Result:
    """Whoever has the file takes the triggers away first."""
    with closing(sqlite3.connect(operator.file)) as database:
        for trigger in ("audit_unchanged", "audit_undeleted"):
            database.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        for statement in statements:
            database.execute(statement)
        database.commit()
    return operator.types("verify-audit")


def test_what_is_typed_is_told_of(operator: Operator, tmp_path: Path):
    assert operator.gets("verify-audit") == "The audit is whole: nothing was told of yet."
    did_things(operator, tmp_path)
    rows = [line.split("\t") for line in operator.gets("audit", "list").splitlines()]
    assert [(row[2], row[3], row[4], row[6], row[8]) for row in rows] == [
        ("operator", "room_made", "room", "-", "done"),
        ("operator", "ways_changed", "room", "-", "done"),
        ("operator", "link_made", "link", "facilitator", "done"),
        ("operator", "link_revoked", "link", "-", "done"),
        ("operator", "format_added", "format", "-", "done"),
        ("operator", "format_changed", "format", "-", "done"),
        ("operator", "link_made", "link", "member", "done"),
        ("operator", "audit_read", "audit", "-", "allowed"),
    ]
    assert rows[0][5] == rows[1][5], "one room"
    assert rows[2][5] == rows[3][5] != rows[6][5], "one link, and another one"
    text = operator.gets("audit", "list", "--json")
    assert [msgspec.json.decode(line)["n"] for line in text.splitlines()] == list(range(1, 10))
    for word in ("vening", "ours", "small-discussion"):
        assert word not in text
    assert operator.gets("verify-audit").startswith("The audit is whole: rows 1 to 9")
    assert operator.gets("audit", "list", "--case", "0" * 16) == ""
    tampered(
        operator, "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(FAIL, ''); END"
    )
    unread = operator.types("audit", "list")
    assert unread.exit_code == 1
    assert "room_made" not in unread.stdout
    assert "so it stays closed" in unread.stderr


def test_what_is_refused_is_not_told_of_as_done(operator: Operator):
    operator.types("room", "create", "Evening group", "--format", "no-such-format")
    operator.types("room", "set", "evening-group", "door=knock")
    operator.types("invitation", "revoke", "0" * 16)
    assert operator.gets("verify-audit") == "The audit is whole: nothing was told of yet."


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit SET actor = 'system' WHERE n = 3", "Row 3 was changed"),
        ("DELETE FROM audit WHERE n = 3", "Row 3 is missing."),
        ("UPDATE audit SET n = 5 - n + 100 WHERE n IN (2, 3)", "Rows 2 to 3 are missing."),
        ("DELETE FROM audit WHERE n > 5", "The end is cut off: there should be 7 rows"),
        ("DELETE FROM audit", "The end is cut off: there should be 7 rows"),
        ("DELETE FROM audit WHERE n < 3", "Rows 1 to 2 are missing"),
        ("DELETE FROM audit_head", "The row that says where the chain ends is missing"),
    ],
)
def test_a113_the_first_row_that_is_wrong_is_named_and_the_command_fails(
    operator: Operator, tmp_path: Path, statement: str, words: str
):
    did_things(operator, tmp_path)
    found = tampered(operator, statement)
    assert found.exit_code == 1
    assert found.stdout.startswith(words)
    said = msgspec.json.decode(operator.types("verify-audit", "--json").stdout)
    assert said["whole"] is False
    assert said["why"].startswith(words)


def test_a113_a_tail_that_was_cut_off_whole_is_found_by_an_exported_head(
    operator: Operator, tmp_path: Path
):
    did_things(operator, tmp_path)
    said = msgspec.json.decode(operator.gets("verify-audit", "--json"))
    assert (said["whole"], said["rows"], said["first"], said["last"]) == (True, 7, 1, 7)
    file = tmp_path / "heads"
    heads.write(file, "2026-11-30", Head(said["last"], said["hash"]))
    assert operator.types("verify-audit", "--head", str(file)).exit_code == 0
    cut = tampered(
        operator,
        "DELETE FROM audit WHERE n > 5",
        "UPDATE audit_head SET n = 5, hash = (SELECT hash FROM audit WHERE n = 5)",
    )
    assert cut.exit_code == 0, "nothing in the database tells"
    found = operator.types("verify-audit", "--head", str(file))
    assert found.exit_code == 1
    assert found.stdout == (
        "The end is cut off: on 2026-11-30 there were 7 rows, and the last is row 5.\n"
    )


def test_a_file_of_heads_that_is_none_is_one_sentence(operator: Operator, tmp_path: Path):
    (tmp_path / "heads").write_text("hello\n")
    found = operator.types("verify-audit", "--head", str(tmp_path / "heads"))
    assert (found.exit_code, found.stdout) == (1, "")
    assert "line 1: expected a day, a number and a hash" in found.stderr
    assert "AUDIT_HEADS" in operator.types("check", AUDIT_HEADS=str(tmp_path / "heads")).stdout


def test_what_is_old_is_taken_away_and_what_is_not_stays(operator: Operator, tmp_path: Path):
    did_things(operator, tmp_path)
    lately = datetime.fromtimestamp(Clock().now() - 300 * 86_400, UTC)
    young = operator.types("audit", "cut", "--before", f"{lately:%Y-%m-%d}")
    assert young.exit_code == 2
    assert "kept for a year" in young.stderr
    assert "Taken away: 0 rows" in operator.gets("audit", "cut", "--before", "2020-01-01")
    assert tampered(operator, "UPDATE audit SET reason = 'x' WHERE n = 2").exit_code == 1
    broken = operator.types("audit", "cut", "--before", "2020-01-01")
    assert broken.exit_code == 1
    assert broken.stderr.startswith("Nothing was taken away. Row 2 was changed")


def test_the_same_commands_tell_on_postgresql(tmp_path: Path):
    with servers.database_url() as url:
        operator = Operator(tmp_path)
        operator.environ |= {"DATABASE_URL": url, "SECRET_FILE": f"{tmp_path}/secret"}
        operator.gets("migrate")
        did_things(operator, tmp_path)
        assert len(operator.gets("audit", "list").splitlines()) == 8
        assert operator.gets("verify-audit").startswith("The audit is whole: rows 1 to 8")
        assert "NO  AUDIT: the role that asks could change it" in operator.types("check").stdout
