"""Words are sealed by a key of their log, which lies apart, and is destroyed with them (P19)."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chatroom.settings import BadSetting, Settings
from chatroom.store import private_file
from chatroom.store.keys import KNOWN_FOR, Directory, Installation, KeyLost, Keys
from chatroom.store.logs import Logs, OutcomeUnknown, Row
from chatroom.store.open import bare_logs, open_keys
from chatroom.store.sealed import MARK, Sealed, about
from tests.ground import dice
from tests.journal.stage import add_log
from tests.store.places import KINDS, Place, place
from tests.store.test_logs import EVENING, MORNING, batch, row

CANARY = b"bramblewick"


class Hand:
    """A clock that a test moves."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


def holding(folder: Path) -> list[Path]:
    """Files in which the canary stands."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if CANARY in file.read_bytes()]


class Vault:
    """A key store and what opens it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "keys"
        self.master = folder / "master"
        self.clock = Hand()

    def keys(self, random_bytes: Callable[[int], bytes] = os.urandom) -> Keys:
        installation = Installation(self.master, random_bytes)
        return Keys(Directory(self.folder), installation, random_bytes, self.clock)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


async def seals(keys: Keys, log: int = EVENING) -> bytes:
    """Something that only the key of this log opens."""
    return (await keys.to_write(log)).encrypt(b"n" * 12, CANARY, b"")


# Keys


async def test_each_log_has_a_key_of_its_own_that_another_process_finds(vault: Vault):
    here, there = vault.keys(), vault.keys()
    sealed = await seals(here)
    key = await there.to_read(EVENING)
    assert key is not None
    assert key.decrypt(b"n" * 12, sealed, b"") == CANARY
    assert sealed != await seals(here, MORNING)
    assert await there.to_read(MORNING + 1) is None


async def test_of_many_who_make_the_first_key_at_once_one_does(vault: Vault):
    vault.keys()
    processes = [vault.keys(dice(f"{n}")) for n in range(8)]
    sealed = await asyncio.gather(*(seals(keys) for keys in processes))
    assert len(set(sealed)) == 1


async def test_no_file_holds_a_key_as_it_is_and_nobody_else_reads_one(vault: Vault):
    keys = vault.keys(dice("keys"))
    await keys.to_write(EVENING)
    secrets = [dice("keys")(32)]
    files = [vault.master, *vault.folder.iterdir()]
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    kept = vault.folder.joinpath(f"{EVENING:016x}.key").read_bytes()
    assert not any(secret in kept for secret in secrets)


async def test_p19_a_destroyed_key_is_gone_at_once_here_and_within_a_minute_elsewhere(vault: Vault):
    here, there = vault.keys(), vault.keys()
    await here.to_write(EVENING)
    assert await there.to_read(EVENING) is not None
    await here.destroy(EVENING)
    assert await here.to_read(EVENING) is None
    assert Directory(vault.folder).logs() == []
    vault.clock.at = KNOWN_FOR
    assert await there.to_read(EVENING) is None
    await here.destroy(EVENING)  # Cut off before the words were deleted, it is done again.


async def test_a_key_that_the_installation_does_not_open_is_lost_and_no_other_is_made(vault: Vault):
    await vault.keys().to_write(EVENING)
    private_file.put(vault.master, b"x" * 32)
    assert await vault.keys().to_read(EVENING) is None
    with pytest.raises(KeyLost):
        await vault.keys().to_write(EVENING)
    assert Directory(vault.folder).logs() == [EVENING]


def test_an_installation_key_that_can_not_be_used_is_one_sentence(vault: Vault):
    vault.master.write_bytes(b"short")
    with pytest.raises(BadSetting, match="does not hold 32 bytes"):
        vault.keys()
    vault.master.unlink()
    vault.master.mkdir()
    with pytest.raises(BadSetting, match="can't be used"):
        vault.keys()


async def test_another_installation_key_wraps_all_and_may_be_cut_off_half_way(vault: Vault):
    running, store = vault.keys(), Directory(vault.folder)
    sealed = [await seals(running, log) for log in (EVENING, MORNING)]
    before = vault.master.read_bytes()
    changing = Installation(vault.master, os.urandom)
    changing.begin_change()
    wrapped = store.read(EVENING)
    assert wrapped is not None
    key = changing.opened(EVENING, wrapped)
    assert key is not None
    store.put(EVENING, changing.wrapped(EVENING, key))
    # Cut off here: a server that runs, and one that starts, read both.
    for keys in (running, vault.keys()):
        vault.clock.at += KNOWN_FOR
        assert [await seals(keys, log) for log in (EVENING, MORNING)] == sealed
    again = Installation(vault.master, os.urandom)
    again.begin_change()
    for log in store.logs():
        wrapped = store.read(log) or b""
        if not again.is_newest(wrapped):
            store.put(log, again.wrapped(log, again.opened(log, wrapped) or b""))
    again.end_change()
    assert vault.master.read_bytes() != before
    assert not again.next.exists()
    vault.clock.at += KNOWN_FOR
    for keys in (running, vault.keys()):
        assert [await seals(keys, log) for log in (EVENING, MORNING)] == sealed


async def test_a_log_that_begins_while_the_installation_key_is_changed_is_not_lost(vault: Vault):
    running = vault.keys()
    await running.to_write(EVENING)
    for change in ("begin_change", "end_change"):
        changing = Installation(vault.master, os.urandom)
        getattr(changing, change)()
        log = MORNING if change == "begin_change" else MORNING + 1
        sealed = await seals(running, log)
        assert await seals(vault.keys(), log) == sealed
    assert changing.is_newest(Directory(vault.folder).read(MORNING + 1) or b"")


def test_p19_a_key_that_was_destroyed_meanwhile_is_not_put_back(vault: Vault):
    vault.keys()
    store = Directory(vault.folder)
    store.make(EVENING, b"wrapped")
    (vault.folder / f".{EVENING:016x}.key.half.new").write_bytes(b"what a crash has left")
    store.destroy(EVENING)
    assert not store.put(EVENING, b"wrapped again")
    assert store.logs() == []
    assert [file.name for file in vault.folder.iterdir()] == [".lock"]


async def test_a_damaged_key_is_words_that_are_gone_and_a_strange_file_is_none(vault: Vault):
    keys = vault.keys()
    await keys.to_write(EVENING)
    file = vault.folder / f"{EVENING:016x}.key"
    (vault.folder / "notes.key").write_bytes(b"")
    assert Directory(vault.folder).logs() == [EVENING]
    for content in (b"", b"x" * 8, file.read_bytes()[:-1]):
        private_file.put(file, content)
        assert await vault.keys().to_read(EVENING) is None


async def test_where_a_key_can_not_be_destroyed_the_words_stay_for_the_next_sweep(
    ground: Place, monkeypatch: pytest.MonkeyPatch
):
    logs = sealed(ground.settings)
    try:
        await logs.append([batch(0, row(1, words=CANARY), ended_at=50.0)])
        with monkeypatch.context() as broken:
            broken.setattr(Directory, "destroy", _fails)
            with pytest.raises(OutcomeUnknown):
                await logs.sweep(EVENING, 150.0)
        assert await logs.sweepable(150.0) == [EVENING]
        await logs.sweep(EVENING, 150.0)
        assert ground.ask("SELECT words FROM body") == []
    finally:
        await logs.close()


def _fails(self: Directory, log: int) -> None:
    raise OSError(5, "Input/output error")


# Sealed logs


@pytest.fixture(params=KINDS)
async def ground(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    with place(request.param, tmp_path) as ground:
        add_log(ground, EVENING, keep=100.0)
        add_log(ground, MORNING, keep=100.0)
        yield ground


def sealed(settings: Settings) -> Logs:
    return Sealed(bare_logs(settings), open_keys(settings), os.urandom)


async def words(logs: Logs, log: int = EVENING) -> list[bytes | None]:
    return [one.words for one in await logs.tail(log, 0)]


async def test_a119_whoever_has_the_database_alone_reads_nothing(ground: Place):
    logs = sealed(ground.settings)
    try:
        await logs.append([batch(0, row(1, words=CANARY), row(2))])
        assert await words(logs) == [CANARY, None]
        [[kept]] = ground.ask("SELECT words FROM body")
        assert bytes(kept).startswith(MARK)
        assert CANARY not in bytes(kept)
    finally:
        await logs.close()


async def test_words_of_a_version_before_are_read_as_they_lie(ground: Place):
    bare, logs = bare_logs(ground.settings), sealed(ground.settings)
    try:
        await bare.append([batch(0, row(1, words=CANARY))])
        await logs.append([batch(1, row(2, words=b"after"))])
        assert await words(logs) == [CANARY, b"after"]
    finally:
        await bare.close()
        await logs.close()


async def test_sealed_words_open_at_their_own_place_alone(ground: Place):
    logs = sealed(ground.settings)
    try:
        await logs.append([batch(0, row(1, words=CANARY), row(2, words=b"another"))])
        ground.tell("DELETE FROM body WHERE position = 2")
        ground.tell("UPDATE body SET position = 2 WHERE position = 1")
        assert await words(logs) == [None, None]
    finally:
        await logs.close()


async def test_p19_a_restored_backup_is_unreadable_once_the_key_is_destroyed(
    ground: Place, tmp_path: Path
):
    """The words as the database had them before the sweep, put back behind it."""
    logs = sealed(ground.settings)
    try:
        await logs.append([batch(0, row(1, words=CANARY, log=EVENING), ended_at=50.0)])
        [[backup]] = ground.ask("SELECT words FROM body")
        await logs.sweep(EVENING, 150.0)
        assert ground.ask("SELECT words FROM body") == []
        statement = "INSERT INTO body (log, position, part, key_id, words) VALUES (?, 1, 0, 0, ?)"
        ground.tell(statement, EVENING, backup)
        assert await words(logs) == [None]
    finally:
        await logs.close()
    again = sealed(ground.settings)
    try:
        assert await words(again) == [None]
    finally:
        await again.close()
    assert holding(tmp_path) == []


async def test_where_no_key_can_be_kept_no_word_is(ground: Place):
    """The sender's words stay with them, and are sent again."""
    settings = replace(ground.settings, keys=ground.settings.keys.with_name("file"))
    settings.keys.write_bytes(b"")
    logs = sealed(settings)
    try:
        with pytest.raises(OutcomeUnknown):
            await logs.append([batch(0, row(1, words=CANARY))])
        assert ground.ask("SELECT 1 FROM entry") == []
        assert await logs.append([batch(0, row(1))]) == {EVENING}, "what has no words goes on"
    finally:
        await logs.close()


async def test_words_whose_key_is_lost_are_gone_and_the_log_is_read(ground: Place):
    logs = sealed(ground.settings)
    try:
        await logs.append([batch(0, row(1, words=CANARY))])
    finally:
        await logs.close()
    shutil.rmtree(ground.settings.keys)
    logs = sealed(ground.settings)
    try:
        assert [(one.position, one.words) for one in await logs.tail(EVENING, 0)] == [(1, None)]
    finally:
        await logs.close()


@given(st.integers(1, 2**62), st.text(min_size=1, max_size=20))
def test_what_the_seal_is_bound_to_is_another_for_each_place(log: int, entry: str):
    def at(log: int, entry: str) -> Row:
        return row(1, log=log, entry_id=entry)

    assert about(at(log, entry)) != about(at(log + 1, entry))
    assert about(at(log, entry)) != about(at(log, entry + "0"))
