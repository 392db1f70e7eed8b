"""Who sees what: the stream of an entry, the streams of a seat, the meeting as a seat sees it."""

import msgspec
import pytest

from moderation.meeting.audience import CHAIR, ROOM, SeatView, audience, snapshot, streams
from moderation.meeting.commands import Mute, Remove, Say, TakeSeat, Tell
from moderation.meeting.entries import (
    AnyEntry,
    HandRaised,
    HolderWentAway,
    Muted,
    Removed,
    Said,
    SeatGiven,
    SeatTaken,
    Told,
    ToldYou,
)
from tests.cast import EVES_SESSION, FACILITATORS, MEMBERS, NAMES, SESSIONS, ada, ben, chidi, eve
from tests.meeting.spec import (
    CURRENT,
    FORMAT,
    NOON,
    convened,
    given,
    in_phase,
    seated,
    with_floor,
    with_invited,
)

NEXT = len(NAMES) + 1


@pytest.mark.parametrize(
    ("entry", "stream"),
    [
        (Said(seat=ben, words="Hello"), ROOM),
        (SeatTaken(seat=ben, role="member", words="Ben"), ROOM),
        (Muted(ben, NOON), ROOM),
        (Told(seat=ben, words="Psst"), CHAIR),
        (Told(seat=ada, to=ben, words="Psst"), CHAIR),
        (ToldYou(owner=ben, seat=ben, words="Psst"), ben),
        (ToldYou(owner=ben, seat=ada, to=ben, words="Psst"), ben),
        (SeatGiven(ben, "session"), ben),
    ],
)
def test_an_entry_belongs_to_one_stream(entry: AnyEntry, stream: int):
    assert audience(entry) == stream


def test_members_read_the_room_and_their_own_stream():
    meeting = given(in_phase("gathering")).state
    for member in MEMBERS:
        assert set(streams(meeting, member)) == {ROOM, member}


def test_facilitators_read_their_stream_too():
    meeting = given(in_phase("gathering")).state
    for facilitator in FACILITATORS:
        assert set(streams(meeting, facilitator)) == {ROOM, CHAIR, facilitator}


def test_p7_nobody_reads_the_room_before_their_own_arrival():
    story = given(in_phase("gathering"))
    before = story.when(ben, Say("Hello", CURRENT)).allowed()
    (line,) = before.state.lines
    joined = before.when(0, TakeSeat(EVES_SESSION, "member", "Eve")).allowed().state
    assert streams(joined, NEXT) == {ROOM: line + 1, NEXT: 1}


def test_p7_a_late_facilitator_does_not_read_what_was_told_before():
    told = given(in_phase("gathering")).when(ben, Tell("One")).allowed()
    told = told.when(chidi, Tell("Two")).allowed()
    assert told.state.chair_number == 2
    joined = told.when(0, TakeSeat(EVES_SESSION, "facilitator", "Eve")).allowed().state
    assert streams(joined, NEXT)[CHAIR] == 3


def test_p9_the_removed_and_those_outside_read_nothing():
    story = given(in_phase("gathering"))
    assert streams(story.state, eve) == {}
    assert streams(story.state, ben)
    assert streams(story.when(ada, Remove(ben)).allowed().state, ben) == {}


def test_p8_the_muted_read_on():
    story = given(in_phase("gathering"))
    muted = story.when(ada, Mute(ben, 5)).allowed()
    assert streams(muted.state, ben) == streams(story.state, ben)


def test_fc_04_a_snapshot_tells_phase_epoch_floor_queue_and_seats():
    story = given(
        with_floor(ben), HandRaised(chidi), HandRaised(ada), HolderWentAway(ben, NOON + 90)
    )
    shown = snapshot(story.state, chidi)
    assert (shown.format, shown.phases) == (FORMAT.id, FORMAT.phases)
    assert (shown.phase, shown.epoch) == (2, story.state.epoch)
    assert (shown.opened_at, shown.closed_at) == (NOON, None)
    assert (shown.holder, shown.invited, shown.away_until) == (ben, None, NOON + 90)
    assert (shown.turn, shown.turns) == (1, 1)
    assert shown.hands == (chidi, ada)
    assert [seat.name for seat in shown.seats] == list(NAMES.values())


def test_fc_04_a_snapshot_tells_who_is_invited_muted_or_gone():
    story = given(with_invited(ben), Muted(chidi, NOON + 60), Removed(4))
    shown = snapshot(story.state, ada)
    assert (shown.invited, shown.holder, shown.turn) == (ben, None, 0)
    assert shown.seats[chidi - 1] == SeatView(chidi, "member", "Chidi", muted_until=NOON + 60)
    assert shown.seats[3] == SeatView(4, "member", "Dana", removed=True)


def test_who_comes_later_is_not_told_the_name_of_somebody_removed_before():
    rosa: list[AnyEntry] = [
        SeatTaken(seat=NEXT, role="member", words="Rosa"),
        SeatGiven(NEXT, EVES_SESSION),
    ]
    story = given(in_phase("gathering"), Removed(ben), *rosa)
    assert snapshot(story.state, chidi).seats[ben - 1].name == "Ben"
    assert snapshot(story.state, NEXT).seats[ben - 1] == SeatView(ben, "member", removed=True)


def test_p22_a_snapshot_is_the_same_for_every_seat_and_holds_no_session():
    story = given(in_phase("gathering")).when(ben, Tell("Psst")).allowed().state
    assert {snapshot(story, seat) for seat in NAMES} == {snapshot(story, ada)}
    sent = msgspec.json.encode(snapshot(story, ada)).decode()
    assert sent.startswith('{"kind":"meeting"')
    assert not [session for session in SESSIONS.values() if session in sent]
    assert "Psst" not in sent


def test_a_meeting_can_be_shown_before_anybody_came():
    shown = snapshot(given(convened()).state, 1)
    assert (shown.phase, shown.seats, shown.holder) == (-1, (), None)
    assert snapshot(given(seated()).state, 1).opened_at is None
