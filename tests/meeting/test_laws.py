"""Laws that hold for every meeting, whatever anybody asks for and when."""

import os
from collections import Counter

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.case.commands import AnyCaseCommand, DeskServerCommand
from moderation.case.entries import CaseEntry, DeskEntry
from moderation.meeting import decider
from moderation.meeting.audience import CHAIR, ROOM, Snapshot, audience, snapshot, streams
from moderation.meeting.commands import AnyCommand, Mute, Redact, SeatCommand, TakeSeat, Tick
from moderation.meeting.entries import (
    AnyEntry,
    Muted,
    Redacted,
    Removed,
    Said,
    SeatGiven,
    SeatTaken,
    Told,
    ToldYou,
    Unmuted,
)
from moderation.meeting.state import Meeting, Seat, Stamp
from moderation.meeting.talking import why_silent
from moderation.refused import Refused
from tests.cast import NAMES
from tests.meeting.generated import (
    MEETINGS,
    Played,
    Step,
    Stored,
    fold,
    held,
    members,
    play,
    structs,
)
from tests.meeting.oracle import Oracle

FULL = os.environ.get("FULL") == "1"
law = settings(
    max_examples=5000 if FULL else 60,
    deadline=None,
    derandomize=not FULL,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

pytestmark = pytest.mark.laws


@law
@given(MEETINGS)
def test_p25_after_every_command_the_old_state_and_its_entries_are_the_fold_of_the_log(
    steps: list[Step],
):
    before = decider.NEW
    for played, left in play(steps):
        assert fold(left, before) == played.meeting == fold(played.log)
        before = played.meeting


@law
@given(MEETINGS, st.sampled_from(["json", "msgpack"]))
def test_p25_a_log_reads_back_from_bytes_as_the_state_it_was(steps: list[Step], how: str):
    codec = {"json": msgspec.json, "msgpack": msgspec.msgpack}[how]
    played = held(steps)
    again = [
        Stored(
            codec.decode(codec.encode(stored.entry), type=AnyEntry), stored.audience, stored.stamp
        )
        for stored in played.log
    ]
    assert [stored.entry for stored in again] == [stored.entry for stored in played.log]
    assert fold(again) == played.meeting


@law
@given(MEETINGS)
def test_p25_what_was_redacted_folds_without_its_words(steps: list[Step]):
    played = held(steps)
    gone = {stored.entry.number for stored in played.log if isinstance(stored.entry, Redacted)}
    kept = [
        without_words(stored) if stored.audience == ROOM and stored.stamp.number in gone else stored
        for stored in played.log
    ]
    assert all(isinstance(s.entry, Said) for s, k in zip(played.log, kept, strict=True) if s != k)
    assert fold(kept) == played.meeting


@law
@given(MEETINGS)
def test_p20_after_the_sweep_all_but_the_names_is_as_it_was(steps: list[Step]):
    played = held(steps)
    swept = fold([without_words(stored) for stored in played.log])
    nameless = played.meeting
    for seat in played.meeting.seats:
        nameless = nameless.with_seat(seat, name=None)
    assert swept == nameless


def without_words(stored: Stored) -> Stored:
    if not hasattr(stored.entry, "words"):
        return stored
    entry = msgspec.structs.replace(stored.entry, words=None)
    return Stored(entry, stored.audience, stored.stamp)


@law
@given(MEETINGS, st.data())
def test_p25_a_client_that_joins_at_any_time_sees_what_a_fresh_one_sees(
    steps: list[Step], data: st.DataObject
):
    """A client has a snapshot and then the room's entries, and nothing else."""
    client: Meeting | None = None
    joins = data.draw(st.integers(0, len(steps)), label="joins after step")
    for step, (played, left) in enumerate(play(steps)):
        if step == joins:
            sent = msgspec.json.encode(snapshot(played.meeting, 1))
            client = from_snapshot(msgspec.json.decode(sent, type=Snapshot))
        elif client is not None:
            client = fold([stored for stored in left if stored.audience == ROOM], client)
        if client is not None:
            assert snapshot(client, 1) == snapshot(played.meeting, 1)


def from_snapshot(shown: Snapshot) -> Meeting:
    """All that a client can know of a meeting."""
    meeting = Meeting(
        format=shown.format,
        phases=shown.phases,
        phase=shown.phase,
        opened_at=shown.opened_at,
        phase_began_at=shown.phase_began_at,
        turn_began_at=shown.turn_began_at,
        turn_paused=shown.turn_paused,
        away_since=shown.away_since,
        closed_at=shown.closed_at,
        epoch=shown.epoch,
        turns=shown.turns,
        holder=shown.holder,
        away_until=shown.away_until,
        invited=shown.invited,
        hands=shown.hands,
        hands_away=shown.hands_away,
    )
    for seen in shown.seats:
        place = Seat(seen.role, 0, 0, seen.name, "", seen.muted_until, seen.removed)  # type: ignore[arg-type]
        meeting = msgspec.structs.replace(meeting, seats=meeting.seats.insert(seen.seat, place))
    return meeting


@law
@given(MEETINGS)
def test_p10_p11_fc_06_an_oracle_that_knows_only_floor_md_accepts_every_entry(steps: list[Step]):
    oracle = Oracle()
    for played, left in play(steps):
        for stored in left:
            oracle.take(stored.entry, stored.stamp.at)
            assert len(oracle.holders) <= 1
        meeting = played.meeting
        assert oracle.expected is None
        assert oracle.holders == ([] if meeting.holder is None else [meeting.holder])
        assert (oracle.offered, oracle.away) == (meeting.invited, meeting.away_until)
        assert (oracle.epoch, oracle.turns) == (meeting.epoch, meeting.turns)
        assert oracle.lines == dict(meeting.lines)
        assert oracle.closed == (meeting.closed_at is not None)
        assert tuple(oracle.queue) == meeting.hands
        assert oracle.kept == {away.seat: away.until for away in meeting.hands_away}
        muted = {seat: at.muted_until for seat, at in meeting.seats.items() if at.muted_until}
        assert oracle.muted == muted
        assert oracle.gone == {seat for seat, at in meeting.seats.items() if at.removed}


@law
@given(MEETINGS)
def test_p8_no_line_of_the_muted_stands_between_mute_and_unmute(steps: list[Step]):
    muted: set[int] = set()
    for stored in held(steps).log:
        match stored.entry:
            case Muted(seat=seat):
                muted.add(seat)
            case Unmuted(seat=seat) | Removed(seat=seat):
                muted.discard(seat)
            case Said(seat=seat):
                assert seat not in muted
            case _:
                pass


@law
@given(MEETINGS)
def test_p3_numbers_are_gapless_in_every_stream_and_since_is_where_a_seat_came_in(
    steps: list[Step],
):
    played = held(steps)
    for stream in {stored.audience for stored in played.log}:
        numbers = [stored.stamp.number for stored in played.log if stored.audience == stream]
        assert numbers == list(range(1, len(numbers) + 1))
    heads = Counter[int]()
    for stored in played.log:
        heads[expected_audience(stored.entry)] += 1
        if isinstance(stored.entry, SeatTaken):
            place = played.meeting.seats[stored.entry.seat]
            assert (place.since, place.since_chair) == (heads[ROOM], heads[CHAIR] + 1)
    assert played.meeting.chair_number == heads[CHAIR]


@law
@given(MEETINGS)
def test_p22_every_entry_is_delivered_to_those_of_its_one_audience_and_nobody_else(
    steps: list[Step],
):
    played = held(steps)
    meeting = played.meeting
    came_in = {
        stored.entry.seat: position
        for position, stored in enumerate(played.log)
        if isinstance(stored.entry, SeatTaken)
    }
    roles = {
        stored.entry.seat: stored.entry.role
        for stored in played.log
        if isinstance(stored.entry, SeatTaken)
    }
    removed = {stored.entry.seat for stored in played.log if isinstance(stored.entry, Removed)}
    for seat in (*roles, len(roles) + 1, 0):
        theirs = streams(meeting, seat)
        got = [
            stored.entry
            for stored in played.log
            if stored.audience in theirs and stored.stamp.number >= theirs[stored.audience]
        ]
        due_to = [
            stored.entry
            for position, stored in enumerate(played.log)
            if seat in came_in
            and seat not in removed
            and position >= came_in[seat]
            and may_see(stored.entry, seat, roles[seat])
        ]
        assert got == due_to


def expected_audience(entry: AnyEntry) -> int:
    return {
        Told: CHAIR,
        ToldYou: getattr(entry, "owner", 0),
        SeatGiven: getattr(entry, "seat", 0),
    }.get(type(entry), ROOM)


def may_see(entry: AnyEntry, seat: int, role: str) -> bool:
    assert audience(entry) == expected_audience(entry)
    where = expected_audience(entry)
    return where in (ROOM, seat) or (where == CHAIR and role == "facilitator")


@law
@given(MEETINGS)
def test_p22_private_lines_change_nothing_that_the_room_sees(steps: list[Step]):
    """The room's entries and the snapshot are those of the same meeting without its private lines."""
    played = held(steps)
    untold = Played()
    for stored in played.log:
        if not isinstance(stored.entry, Told | ToldYou):
            untold.now = stored.stamp.at
            untold.store(stored.entry)
    room = [(stored.entry, stored.stamp) for stored in played.log if stored.audience == ROOM]
    assert room == [
        (stored.entry, stored.stamp) for stored in untold.log if stored.audience == ROOM
    ]
    sent = msgspec.json.encode(snapshot(played.meeting, 1))
    assert sent == msgspec.json.encode(snapshot(untold.meeting, 1))
    assert not [session for session in played.meeting.sessions if session.encode() in sent]


@law
@given(MEETINGS)
def test_fc_20_rights_are_those_of_a_fresh_joiner_of_the_same_role(steps: list[Step]):
    for played, _ in play(steps):
        meeting = played.meeting
        for seat in meeting.seats:
            if not meeting.sits(seat) or seat == meeting.holder:
                continue
            fresh = len(meeting.seats) + 1
            arrival = SeatTaken(seat=fresh, role=meeting.seats[seat].role, words="Fresh")
            joined = decider.evolve(meeting, arrival, Stamp(10**6, played.now))
            muted = meeting.seats[seat].muted_until is not None
            expected = "muted" if muted and meeting.is_open else why_silent(joined, fresh)
            assert why_silent(meeting, seat) == expected


@law
@given(MEETINGS)
def test_p12_a_tick_does_something_when_it_is_due_and_then_nothing(steps: list[Step]):
    for played, _ in play(steps):
        meeting, at = played.meeting, decider.due(played.meeting)
        moments = {played.now, *([] if at is None else [at, at - 0.001, at + 5])}
        for now in moments:
            left = decider.decide(meeting, Tick(), 0, now)
            assert bool(left) == (at is not None and at <= now)
            after = meeting
            for entry in left:
                after = decider.evolve(after, entry, Stamp(10**6, now))
            assert decider.decide(after, Tick(), 0, now) == []
            later = decider.due(after)
            assert later is None or later > now


@law
@given(MEETINGS, structs(*members(SeatCommand)), st.integers(-1, 9))
def test_fc_22_any_command_of_anybody_leaves_entries_or_a_refusal_and_never_a_fault(
    steps: list[Step], command: SeatCommand, seat: int
):
    played = held(steps)
    ids = dict(played.meeting.sessions)
    try:
        left = decider.decide(played.meeting, command, seat, played.now)
    except Refused:
        return
    assert played.meeting.sits(seat)
    assert not any(isinstance(entry, SeatTaken | SeatGiven) for entry in left)
    assert ids == dict(played.meeting.sessions)
    for entry in left:
        if isinstance(entry, Removed | Muted):
            assert played.meeting.is_facilitator(seat)
            assert not played.meeting.is_facilitator(entry.seat)


# Bytes

ENTRIES = [*members(AnyEntry), *members(CaseEntry), *members(DeskEntry)]
COMMANDS = [*members(AnyCommand), *members(AnyCaseCommand), *members(DeskServerCommand)]


@pytest.mark.parametrize("struct", [*ENTRIES, *COMMANDS], ids=lambda struct: struct.__qualname__)
@settings(law, max_examples=400 if FULL else 8)
@given(st.data())
def test_every_command_and_entry_reads_back_as_itself(
    struct: type[msgspec.Struct], data: st.DataObject
):
    value = data.draw(structs(struct))
    for codec in (msgspec.json, msgspec.msgpack):
        assert codec.decode(codec.encode(value), type=struct) == value


@pytest.mark.parametrize("struct", ENTRIES, ids=lambda struct: struct.__qualname__)
@settings(law, max_examples=400 if FULL else 5)
@given(st.data())
def test_an_old_reader_survives_an_unknown_field_of_an_entry(
    struct: type[msgspec.Struct], data: st.DataObject
):
    value = data.draw(structs(struct))
    newer = {
        **msgspec.to_builtins(value),
        "mood": data.draw(st.integers(-(2**63), 2**63) | st.text()),
    }
    for codec in (msgspec.json, msgspec.msgpack):
        assert codec.decode(codec.encode(newer), type=struct) == value


# What the laws stand on


def test_the_meetings_of_chance_get_everywhere():
    """A law about what never happens shows nothing; here every entry and most refusals happen."""
    seen: Counter[str] = Counter()
    refused: Counter[str] = Counter()

    @settings(law, max_examples=500, derandomize=True)
    @given(MEETINGS)
    def count(steps: list[Step]) -> None:
        played = held(steps)
        seen.update({type(stored.entry).__name__ for stored in played.log})
        refused.update(set(played.refused))

    count()
    assert {entry.__name__ for entry in members(AnyEntry)} - set(seen) == set()
    assert min(seen.values()) >= 3, seen
    common = {"stale_epoch", "muted", "not_your_turn", "turn_ended", "turn_running", "removed"}
    assert common - set(refused) == set(), refused
    assert len(refused) >= 20, refused


def test_a_command_of_the_cast_is_one_of_those_that_chance_chooses():
    played = held([Step(0, TakeSeat("s", "facilitator", NAMES[1]))])
    assert played.meeting.is_facilitator(1)
    assert played.command(Mute(1, 5), 1) == []
    assert played.command(Redact(1), 1) == []
    assert played.refused == ["not_on_a_facilitator", "no_such_line"]
