"""The judge is judged: it passes a clean history and sees every fault that is planted into one."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.faults.checker import Attempt, Client, Saw, Stored, faults_of, read_log

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.faults

ADA, BEN = 1, 2


def stored(position: int, number: int, type: str, by: int, **more: object) -> Stored:  # noqa: A002
    return Stored(position, 0, number, f"{position:016x}", type, by, **more)  # type: ignore[arg-type]


def clean() -> tuple[Client, Client, list[Stored]]:
    """Ada and Ben come in, talk, Ben is muted, refused and unmuted, and talks again."""
    log = [
        stored(1, 1, "seat_taken", 0, about=ADA, words="Ada"),
        stored(2, 2, "seat_taken", 0, about=BEN, words="Ben"),
        Stored(3, BEN, 1, "a" * 16, "seat_given", 0, about=BEN),
        stored(4, 3, "said", BEN, command="b1", about=BEN, words="one"),
        stored(5, 4, "said", ADA, command="a1", about=ADA, words="two"),
        stored(6, 5, "muted", ADA, command="a2", about=BEN),
        stored(7, 6, "unmuted", ADA, command="a3", about=BEN),
        stored(8, 7, "said", BEN, command="b3", about=BEN, words="four"),
    ]
    room = [Saw("room", one.number, one.id, one.type, one.words) for one in log if not one.audience]
    ada = Client("Ada", ADA, seen=room[:])
    ben = Client("Ben", BEN, seen=[*room[1:], Saw("own", 1, "a" * 16, "seat_given")])
    ben.attempts = [
        receipt(BEN, "b1", "one", 3, sent=0, answered=1),
        Attempt(BEN, "b2", "say", "three", 6, outcome="refusal", answered=7, code="muted"),
        receipt(BEN, "b3", "four", 7, sent=10, answered=11),
    ]
    ada.attempts = [
        receipt(ADA, "a1", "two", 4, sent=2, answered=3),
        replace(receipt(ADA, "a2", None, 5, sent=4, answered=5), type="mute", about=BEN),
        replace(receipt(ADA, "a3", None, 6, sent=8, answered=9), type="unmute", about=BEN),
    ]
    return ada, ben, log


def receipt(
    seat: int, id: str, words: str | None, number: int, *, sent: float, answered: float
) -> Attempt:
    return Attempt(
        seat, id, "say", words, sent, None, "receipt", answered, stream="room", number=number
    )


def test_a_clean_history_has_no_faults():
    ada, ben, log = clean()
    assert faults_of([ada, ben], log) == []


def test_an_answer_that_never_came_is_no_fault():
    ada, ben, log = clean()
    ben.attempts += [
        Attempt(BEN, "b1", "say", "one", 0.5),
        Attempt(BEN, "b9", "say", "never stored", 12),
    ]
    assert faults_of([ada, ben], log) == []


def test_an_acknowledged_message_that_is_not_in_the_log_is_seen():
    ada, ben, log = clean()
    del log[-1]
    for client in (ada, ben):
        client.seen = [saw for saw in client.seen if saw.number != 7]
    assert_red([ada, ben], log, "receipt of say four of seat 2")


def test_a_receipt_for_another_number_is_seen():
    ada, ben, log = clean()
    ben.attempts[2].number = 8
    assert_red([ada, ben], log, "receipt of say four of seat 2")


def test_a_receipt_that_names_other_words_is_seen():
    ada, ben, log = clean()
    ben.attempts[2].words = "five"
    assert_red([ada, ben], log, "receipt of say five of seat 2")


def test_a_receipt_without_a_number_for_a_stored_command_is_seen():
    ada, ben, log = clean()
    ben.attempts[2].number = ben.attempts[2].stream = None
    assert_red([ada, ben], log, "receipt of say four of seat 2")


def test_a_command_that_was_stored_twice_is_seen():
    ada, ben, log = clean()
    log.append(replace(log[-1], position=9, number=8, id="c" * 16))
    assert_red([ada, ben], log, "b3 stored 2 times", "'four' stored 2 times")


def test_words_that_were_stored_twice_under_two_ids_are_seen():
    ada, ben, log = clean()
    log.append(replace(log[-1], position=9, number=8, id="c" * 16, command="b4"))
    assert_red([ada, ben], log, "'four' stored 2 times")


def test_a_second_receipt_that_differs_from_the_first_is_seen():
    ada, ben, log = clean()
    ben.attempts.append(receipt(BEN, "b3", "four", 3, sent=12, answered=13))
    assert_red([ada, ben], log, "seat 2: b3 has the receipts")


def test_a_refused_command_that_was_stored_is_seen():
    ada, ben, log = clean()
    ben.attempts[2].outcome, ben.attempts[2].code = "refusal", "muted"
    assert_red([ada, ben], log, "say four of seat 2 was refused (muted) and is in the log")


def test_an_id_that_is_said_to_be_reused_and_was_never_stored_is_seen():
    ada, ben, log = clean()
    ben.attempts[1].code = "id_reused"
    assert_red([ada, ben], log, "say three of seat 2 was refused as sent before, and was not")


def test_the_right_payload_of_a_reused_id_is_not_refused():
    ada, ben, log = clean()
    ben.attempts.append(
        Attempt(BEN, "b3", "say", "four", 12, outcome="refusal", answered=13, code="id_reused")
    )
    assert_red([ada, ben], log, "say four of seat 2 was refused (id_reused) and is in the log")


@pytest.mark.parametrize("stream", ["room", "own"])
def test_an_entry_that_never_reached_a_client_is_seen(stream: str):
    ada, ben, log = clean()
    ben.seen.remove([saw for saw in ben.seen if saw.stream == stream][-1])
    assert_red([ada, ben], log, f"Ben in {stream}: saw")


def test_a_hole_is_seen():
    ada, ben, log = clean()
    del ben.seen[2]
    assert_red([ada, ben], log, "Ben in room: 5 where 4 should be")


def test_an_entry_that_came_twice_is_seen():
    ada, ben, log = clean()
    ada.seen.insert(3, ada.seen[2])
    assert_red([ada, ben], log, "Ada in room: 3 where 4 should be")


def test_entries_that_came_in_the_wrong_order_are_seen():
    ada, ben, log = clean()
    ada.seen[2], ada.seen[3] = ada.seen[3], ada.seen[2]
    assert_red([ada, ben], log, "Ada in room: 4 where 3 should be")


def test_two_entries_that_swapped_their_numbers_for_one_client_are_seen():
    ada, ben, log = clean()
    ada.seen[2], ada.seen[3] = (
        replace(ada.seen[3], number=3),
        replace(ada.seen[2], number=4),
    )
    assert_red([ada, ben], log, "Ada in room: saw")


def test_words_that_only_one_client_reads_otherwise_are_seen():
    ada, ben, log = clean()
    ada.seen[2] = replace(ada.seen[2], words="won")
    assert_red([ada, ben], log, "Ada in room: saw")


def test_what_was_said_before_somebody_came_in_is_not_theirs():
    ada, ben, log = clean()
    ben.seen.insert(0, ada.seen[0])
    assert_red([ada, ben], log, "Ben in room: 1 where 2 should be")


def test_a_fresh_start_that_nobody_asked_for_is_seen():
    ada, ben, log = clean()
    ben.resets = ["diverged"]
    assert_red([ada, ben], log, "Ben: was reset, diverged")


def test_somebody_elses_own_stream_is_seen():
    ada, ben, log = clean()
    ada.seen.append(Saw("own", 1, "a" * 16, "seat_given"))
    assert_red([ada, ben], log, "Ada in own: saw 1 of 0")


def removed() -> tuple[Client, Client, list[Stored]]:
    """Ben is taken out, and Ada goes on."""
    ada, ben, log = clean()
    more = [
        stored(9, 8, "removed", ADA, command="a4", about=BEN),
        stored(10, 9, "said", ADA, command="a5", about=ADA, words="five"),
    ]
    ada.seen += [Saw("room", one.number, one.id, one.type, one.words) for one in more]
    ben.seen.append(Saw("room", 8, more[0].id, "removed"))
    return ada, ben, [*log, *more]


def test_who_was_removed_saw_all_up_to_it_or_less_and_nothing_after_it():
    ada, ben, log = removed()
    assert faults_of([ada, ben], log) == []
    last = ben.seen.pop()
    assert faults_of([ada, ben], log) == []
    ben.seen += [last, ada.seen[-1]]
    assert_red([ada, ben], log, "Ben in room: saw 8 of 7")


def test_words_that_were_taken_out_may_have_been_seen():
    ada, ben, log = clean()
    log.append(stored(9, 8, "redacted", BEN, command="b4", erases=3))
    log[3] = replace(log[3], words=None)
    for client in (ada, ben):
        client.seen.append(Saw("room", 8, log[-1].id, "redacted"))
    assert faults_of([ada, ben], log) == []
    log[4] = replace(log[4], words=None)
    assert_red([ada, ben], log, "receipt of say two of seat 1", "Ada in room: saw")


def test_speech_after_a_mute_is_seen():
    ada, ben, log = clean()
    log[6], log[7] = (
        replace(log[7], position=7, number=6),
        replace(log[6], position=8, number=7),
    )
    assert_red([ada, ben], log, "6: seat 2 speaks, muted since 5")


def test_a_line_that_a_muted_member_was_given_a_receipt_for_is_seen():
    ada, ben, log = clean()
    ben.attempts[1].outcome, ben.attempts[1].code = "receipt", None
    assert_red([ada, ben], log, "say three of seat 2, sent and answered while muted, got receipt")


def test_a_muted_member_who_is_refused_for_another_reason_is_seen():
    ada, ben, log = clean()
    ben.attempts[1].code = "stale_epoch"
    assert_red([ada, ben], log, "sent and answered while muted, got refusal stale_epoch")


def test_an_order_that_time_contradicts_is_seen():
    ada, ben, log = clean()
    ada.attempts[0].sent, ada.attempts[0].answered = -2, -1
    assert_red([ada, ben], log, "say one of seat 2 at 3, sent after the receipt of say two")


def test_two_lines_of_one_socket_in_the_wrong_order_are_seen():
    ada, ben, log = clean()
    ben.attempts[0].answered = 20
    ben.attempts[0], ben.attempts[2] = ben.attempts[2], ben.attempts[0]
    assert_red([ada, ben], log, "Ben: say one of seat 2 at 3, sent after say four")


@pytest.mark.parametrize(
    ("index", "changes", "words"),
    [
        (7, {"number": 8}, "audience 0: 8 where 7 should be"),
        (2, {"number": 2}, "audience 2: 2 where 1 should be"),
        (7, {"position": 9}, "the log: 9 where 8 should be"),
    ],
)
def test_a_log_with_a_hole_is_seen(index: int, changes: dict[str, int], words: str):
    ada, ben, log = clean()
    log[index] = replace(log[index], **changes)  # type: ignore[arg-type]
    assert_red([ada, ben], log, words)


def test_the_log_is_read_from_the_file_as_it_was_stored(tmp_path: Path):
    database = tmp_path / "chatroom.db"
    connection = sqlite3.connect(database)
    connection.executescript(
        """CREATE TABLE log(id, kind, position);
           CREATE TABLE entry(log, position, audience, number, entry_id, type, seat, command_id, at, data);
           CREATE TABLE body(log, position, words);
           INSERT INTO log VALUES (1, 'desk', 9), (2, 'meeting', 1);"""
    )
    data = msgspec.msgpack.encode({"type": "said", "seat": 2})
    values = (2, 1, 0, 1, "f" * 16, "said", 2, bytes.fromhex("ab" * 16), 7.0, data)
    connection.execute("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?)", values)
    connection.execute("INSERT INTO body VALUES (2, 1, ?)", ("hellö".encode(),))
    connection.commit()
    wanted = Stored(1, 0, 1, "f" * 16, "said", 2, "ab" * 16, about=2, words="hellö")
    assert read_log(database) == [wanted]
    connection.execute("UPDATE log SET position = 2 WHERE id = 2")
    connection.commit()
    connection.close()
    with pytest.raises(AssertionError, match="not at its last entry"):
        read_log(database)


def assert_red(clients: list[Client], log: list[Stored], *expected: str) -> None:
    faults = faults_of(clients, log)
    for words in expected:
        assert any(words in fault for fault in faults), faults
