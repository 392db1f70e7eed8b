"""The key of all digests lies in a file of its own."""

import os
from pathlib import Path

import pytest

from chatroom.people.secret import secret_key
from chatroom.settings import BadSetting
from tests.ground import dice


def test_the_key_is_made_once_and_kept(tmp_path: Path):
    path = tmp_path / "chatroom.db.key"
    key = secret_key(path, dice())
    assert key == dice()(32)
    assert secret_key(path, dice("later")) == key


def test_nobody_else_can_read_it(tmp_path: Path):
    path = tmp_path / "key"
    secret_key(path, dice())
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["key"]


def test_what_a_crash_left_is_not_taken_for_a_key(tmp_path: Path):
    path = tmp_path / "key"
    (tmp_path / "key.new").write_bytes(b"half")
    assert len(secret_key(path, os.urandom)) == 32


@pytest.mark.parametrize("broken", ["short", "folder"])
def test_a_file_that_can_not_be_the_key_is_named(tmp_path: Path, broken: str):
    path = tmp_path / "key"
    if broken == "short":
        path.write_bytes(b"x" * 31)
    else:
        path.mkdir()
    with pytest.raises(BadSetting) as stopped:
        secret_key(path, dice())
    assert stopped.value.name == "SECRET_FILE"
