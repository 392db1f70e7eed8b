"""Who sees what: the stream of an entry, the streams of a seat, the meeting as a seat sees it."""

import msgspec
import pytest

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.audience import (
    CHAIR,
    NOBODY,
    ROOM,
    KnockView,
    SeatView,
    audience,
    changes_streams,
    from_snapshot,
    snapshot,
    streams,
)
from moderation.meeting.state import AwayHand, Offer
from tests.cast import (
    EVES_SESSION,
    FACILITATORS,
    MEMBERS,
    NAMES,
    SESSIONS,
    ada,
    ben,
    chidi,
    dana,
    eve,
    mo,
)
from tests.meeting.spec import (
    CURRENT,
    FORMAT,
    NEXT,
    NOON,
    after,
    convened,
    given,
    in_phase,
    seated,
    with_floor,
    with_hands,
    with_invited,
)


@pytest.mark.parametrize(
    ("entry", "stream"),
    [
        (happened.Said(seat=ben, words="Hello"), ROOM),
        (happened.SeatTaken(seat=ben, role="member", words="Ben"), ROOM),
        (happened.Muted(ben, NOON), ROOM),
        (happened.Told(seat=ben, words="Psst"), CHAIR),
        (happened.Told(seat=ada, to=ben, words="Psst"), CHAIR),
        (happened.ToldYou(owner=ben, seat=ben, words="Psst"), ben),
        (happened.ToldYou(owner=ben, seat=ada, to=ben, words="Psst"), ben),
        (happened.SeatGiven(ben, "session"), ben),
        (happened.DraftAnnounced(ben), ben),
        (happened.Knocked(knock=1, words="Eve"), CHAIR),
        (happened.KnockAnswered(1, "admitted", by=ada), CHAIR),
        (happened.KnockGiven(1, "session"), NOBODY),
        (happened.CameBy(ben, "link"), NOBODY),
        (happened.Answered(ben), NOBODY),
        (happened.CrosstalkNoticed(ben), CHAIR),
        (happened.Reacted(ben, 1, "with_you"), ROOM),
        (happened.Reported(1, "hurts"), CHAIR),
        (happened.ReportsAnswered(1, by=ada), CHAIR),
        (happened.ReportNoted(ben, 1), NOBODY),
        (happened.NeedSeen(ben), NOBODY),
        (happened.Edited(seat=ben, number=5, over=5), ROOM),
        (happened.Replaced(number=5), CHAIR),
        (happened.HistoryGone(5, (1,)), CHAIR),
        (happened.Folded(1, "reports"), ROOM),
        (happened.Unfolded(1), ROOM),
        (happened.ChairOffered(ben, by=ada, until=NOON), ROOM),
    ],
)
def test_an_entry_belongs_to_one_stream(entry: happened.AnyEntry, stream: int):
    assert audience(entry) == stream


def test_members_read_the_room_and_their_own_stream():
    meeting = given(in_phase("gathering")).state
    for member in MEMBERS:
        assert set(streams(meeting, member)) == {ROOM, member}


def test_facilitators_read_their_stream_too():
    meeting = given(in_phase("gathering")).state
    for facilitator in FACILITATORS:
        assert set(streams(meeting, facilitator)) == {ROOM, CHAIR, facilitator}
        assert streams(meeting, facilitator)[CHAIR] == 1, "nothing was told before they came"


def test_p7_nobody_reads_the_room_before_their_own_arrival():
    story = given(in_phase("gathering"))
    before = story.when(ben, ask.Say("Hello", CURRENT)).allowed()
    (line,) = before.state.lines
    joined = before.when(0, ask.TakeSeat(EVES_SESSION, "member", "Eve")).allowed().state
    assert streams(joined, NEXT) == {ROOM: line + 1, NEXT: 1}


def test_p7_a_late_facilitator_does_not_read_what_was_told_before():
    told = given(in_phase("gathering")).when(ben, ask.Tell("One")).allowed()
    told = told.when(chidi, ask.Tell("Two")).allowed()
    assert told.state.chair_number == 2
    joined = told.when(0, ask.TakeSeat(EVES_SESSION, "facilitator", "Eve")).allowed().state
    assert streams(joined, NEXT)[CHAIR] == 3


def test_p7_a_new_co_chair_reads_the_facilitators_stream_from_then_on_and_loses_it_again():
    told = given(in_phase("gathering")).when(ben, ask.Tell("One")).allowed()
    promoted = told.when(ada, ask.Appoint(chidi, "co_chair")).allowed()
    assert streams(promoted.state, chidi)[CHAIR] == 2
    dismissed = promoted.when(ada, ask.Dismiss(chidi, "co_chair")).allowed()
    assert CHAIR not in streams(dismissed.state, chidi)


@pytest.mark.parametrize(
    ("entry", "seat"),
    [
        (happened.Appointed(ben, "co_chair"), ben),
        (happened.Dismissed(ben, "co_chair"), ben),
        (happened.ChairTaken(ben), ben),
        (happened.Appointed(ben, "reader"), None),
        (happened.Dismissed(ben, "standby"), None),
        (happened.ChairOffered(ben, by=ada, until=NOON), None),
        (happened.Removed(ben), None),
    ],
)
def test_a48_a_seat_that_comes_to_read_other_streams_comes_back_for_them(
    entry: happened.AnyEntry, seat: int | None
):
    assert changes_streams(entry) == seat


def test_a102_nobody_reads_what_is_for_nobody():
    meeting = given(in_phase("gathering")).state
    assert all(NOBODY not in streams(meeting, seat) for seat in NAMES)


def test_p9_the_removed_and_those_outside_read_nothing():
    story = given(in_phase("gathering"))
    assert streams(story.state, eve) == {}
    assert streams(story.state, ben)
    assert streams(story.when(ada, ask.Remove(ben)).allowed().state, ben) == {}


def test_p8_the_muted_read_on():
    story = given(in_phase("gathering"))
    muted = story.when(ada, ask.Mute(ben, 5)).allowed()
    assert streams(muted.state, ben) == streams(story.state, ben)


def test_fc_04_a_snapshot_tells_phase_epoch_floor_queue_and_seats():
    story = given(
        with_floor(ben),
        happened.HandRaised(chidi),
        happened.HandRaised(ada),
        happened.HolderWentAway(ben, NOON + 90),
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
    story = given(with_invited(ben), happened.Muted(chidi, NOON + 60), happened.Removed(4))
    shown = snapshot(story.state, ada)
    assert (shown.invited, shown.holder, shown.turn) == (ben, None, 0)
    assert shown.seats[chidi - 1] == SeatView(chidi, "member", "Chidi", muted_until=NOON + 60)
    assert shown.seats[3] == SeatView(4, "member", "Dana", removed=True)


def test_who_comes_later_is_not_told_the_name_of_somebody_removed_before():
    rosa: list[happened.AnyEntry] = [
        happened.SeatTaken(seat=NEXT, role="member", words="Rosa"),
        happened.SeatGiven(NEXT, EVES_SESSION),
    ]
    story = given(in_phase("gathering"), happened.Removed(ben), *rosa)
    assert snapshot(story.state, chidi).seats[ben - 1].name == "Ben"
    assert snapshot(story.state, NEXT).seats[ben - 1] == SeatView(ben, "member", removed=True)


def test_p22_a_snapshot_is_the_same_for_every_seat_and_holds_no_session():
    story = given(in_phase("gathering")).when(ben, ask.Tell("Psst")).allowed().state
    assert {snapshot(story, seat) for seat in NAMES} == {snapshot(story, ada)}
    sent = msgspec.json.encode(snapshot(story, ada)).decode()
    assert sent.startswith('{"kind":"meeting"')
    assert not [session for session in SESSIONS.values() if session in sent]
    assert "Psst" not in sent


def test_a_meeting_can_be_shown_before_anybody_came():
    shown = snapshot(given(convened()).state, 1)
    assert (shown.phase, shown.seats, shown.holder) == (-1, (), None)
    assert snapshot(given(seated()).state, 1).opened_at is None


def test_fc_04_a_snapshot_says_whether_one_may_write_and_else_why():
    story = given(with_floor(ben), happened.Muted(dana, NOON + 60))
    assert snapshot(story.state, ben).why_silent is None
    assert snapshot(story.state, chidi).why_silent == "not_your_turn"
    assert snapshot(story.state, dana).why_silent == "muted"
    assert snapshot(story.state, ada).why_silent == "turn_running"
    assert snapshot(story.state, eve).why_silent is None
    closed = story.when(ada, ask.Close()).allowed()
    assert snapshot(closed.state, ben).why_silent == "meeting_closed"


def test_fc_04_a_snapshot_tells_the_time_of_the_turn_and_of_what_holds_it_up():
    story = given(
        with_floor(ben, phase="more"),
        [
            after(30),
            happened.TurnExtended(ben, 2),
            happened.PauseBegan(),
            after(10),
            happened.AllMuted(NOON + 700),
        ],
    )
    shown = snapshot(story.state, chidi)
    assert (shown.turn_began_at, shown.turn_extra) == (NOON, 120)
    assert (shown.turn_stopped_at, shown.paused_at) == (NOON + 30, NOON + 30)
    assert (shown.all_muted_at, shown.all_muted_until) == (NOON + 40, NOON + 700)


def test_fc_04_a_snapshot_tells_the_lanes_of_the_queue_and_who_is_away():
    story = given(
        with_hands(ben, chidi, phase="passing"),
        [
            happened.HandRaised(dana, 1, urgent=True),
            happened.QueueClosed(),
            happened.HandWentAway(ben, NOON + 120),
        ],
    )
    shown = snapshot(story.state, chidi)
    assert (shown.hands, shown.urgent, shown.queue_open) == ((dana, ben, chidi), (dana,), False)
    assert shown.hands_away == (AwayHand(ben, NOON + 120),)


def test_fc_19_the_muted_see_reason_and_end():
    muted = given(
        in_phase("sharing"), happened.Muted(ben, NOON + 12 * 3600, "meeting", "flood")
    ).state
    assert snapshot(muted, ben).seats[ben - 1] == SeatView(
        ben,
        "member",
        "Ben",
        muted_until=NOON + 12 * 3600,
        mute_scope="meeting",
        mute_reason="flood",
    )


def test_fc_04_a_snapshot_tells_who_serves_listens_has_shared_and_has_introduced_themselves():
    story = given(
        with_floor(ben),
        [
            happened.Said(seat=ben, turn=1),
            happened.Appointed(chidi, "reader"),
            happened.ListeningChosen(dana, on=True),
        ],
    )
    seats = snapshot(story.state, ada).seats
    assert seats[ben - 1] == SeatView(ben, "member", "Ben", shared=True)
    assert seats[chidi - 1] == SeatView(chidi, "member", "Chidi", services=("reader",))
    assert seats[dana - 1] == SeatView(dana, "member", "Dana", listening=True)
    said = given(in_phase("newcomers"), happened.Said(seat=ben, words="Ben")).state
    assert snapshot(said, ada).seats[ben - 1].said == 1


def test_fc_24_a_snapshot_tells_who_has_the_chair_and_that_it_is_lost():
    story = given(
        in_phase("sharing"), happened.Appointed(ben, "standby"), happened.ChairWentAway(NOON + 60)
    )
    story = story.given(happened.ChairOffered(ben, by=0, until=NOON + 30))
    shown = snapshot(story.state, chidi)
    assert (shown.chair, shown.chair_away_until, shown.is_quiet) == (ada, NOON + 60, False)
    assert shown.offer == Offer(ben, 0, NOON + 30)


def test_a103_only_facilitators_are_shown_who_waits_in_the_lobby():
    story = given(
        in_phase("gathering", door="members"),
        happened.Knocked(knock=1, words="Eve"),
        happened.KnockGiven(1, "s"),
    )
    assert snapshot(story.state, mo).lobby == (KnockView(1, "Eve"),)
    assert snapshot(story.state, ben).lobby == ()
    assert "Eve" not in msgspec.json.encode(snapshot(story.state, ben)).decode()


def test_fc_04_from_a_snapshot_a_client_goes_on():
    story = given(
        with_floor(ben, phase="passing", door="members"),
        [
            happened.Said(seat=ben, turn=1),
            happened.HandRaised(chidi),
            happened.Muted(dana, NOON + 60),
        ],
        [
            happened.Knocked(knock=1, words="Eve"),
            happened.KnockGiven(1, "s"),
            happened.ListeningChosen(mo, on=True),
        ],
    )
    shown = snapshot(story.state, ada)
    client = from_snapshot(shown)
    assert (client.holder, client.turn, client.hands) == (ben, 1, (chidi,))
    assert (dict(client.mutes), client.is_listening(mo)) == ({dana: NOON + 60}, True)
    assert snapshot(client, ada) == shown
    introduced = snapshot(
        given(in_phase("newcomers"), happened.Said(seat=ben, words="Ben")).state, chidi
    )
    assert snapshot(from_snapshot(introduced), chidi) == introduced
