"""A crowd: everybody is told how many sit, and of those who matter who; of anybody else a client asks."""

import time

import msgspec
import pytest
from hypothesis import given as chance
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chatroom.client import fold, thaw
from moderation.meeting import commands as ask
from moderation.meeting import crowd, decider
from moderation.meeting import entries as happened
from moderation.meeting.audience import (
    SeatView,
    Snapshot,
    changes_streams,
    from_snapshot,
    gone,
    introduced,
    people,
    snapshot,
    streams,
    with_people,
)
from moderation.meeting.state import Meeting, Stamp
from tests.cast import FACILITATORS, NAMES, ada, ben, chidi, dana, mo
from tests.chance import FULL
from tests.meeting.generated import MEETINGS, Step, play
from tests.meeting.oracle_people import OFFERED
from tests.meeting.spec import (
    NOON,
    MeetingSituation,
    given,
    in_phase,
    seated,
    with_floor,
    with_hands,
)

law = settings(max_examples=5000 if FULL else 100)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Three make a crowd."""
    monkeypatch.setattr(crowd, "CROWD", 2)
    return 2


def comes(seat: int) -> list[happened.AnyEntry]:
    taken = happened.SeatTaken(seat=seat, role="member", words=f"N{seat}")
    return [taken, happened.SeatGiven(seat, f"session-{seat}")]


def shown(story: MeetingSituation, seat: int = ada) -> set[int]:
    return {view.seat for view in snapshot(story.state, seat).seats}


def test_up_to_two_hundred_everybody_is_shown_and_nothing_is_said_of_a_crowd():
    assert crowd.CROWD == 200
    story = given(seated(), [comes(seat) for seat in range(6, 201)])
    of_200 = snapshot(story.state, ben)
    assert [view.seat for view in of_200.seats] == list(range(1, 201))
    assert (of_200.crowd, of_200.lately, of_200.me) == (None, (), None)
    crowded = story.given(*comes(201))
    of_201 = snapshot(crowded.state, ben)
    assert [view.seat for view in of_201.seats] == sorted(FACILITATORS)
    assert (of_201.crowd, of_201.me) == (201, SeatView(ben, "member", "Ben"))


def test_what_a_fresh_start_can_do_without_is_that_somebody_came_and_no_more():
    """Whoever says, takes back, mutes or leaves is told of: a timeline shows it, or may."""
    assert [crowd.is_arrival(entry) for entry in comes(6)] == [True, False]
    assert not crowd.is_arrival(happened.SeatLeft(seat=2))
    assert not crowd.is_arrival(happened.Said(words="hello", seat=2))


def test_who_left_or_was_removed_is_not_counted(few: int):
    story = given(in_phase("gathering"))
    assert snapshot(story.state, ada).crowd == len(NAMES)
    story = story.given(happened.Removed(ben), happened.SeatLeft(chidi))
    assert snapshot(story.state, ada).crowd == len(NAMES) - 2
    story = story.given(happened.CameBack(seat=chidi, words="Chidi"))
    assert snapshot(story.state, ada).crowd == len(NAMES) - 1
    story = story.given(happened.CameBack(seat=chidi, words="Chidi"))
    assert snapshot(story.state, ada).crowd == len(NAMES) - 1, (
        "who sits is given to another session"
    )


@pytest.mark.parametrize(
    "story",
    [
        given(with_hands(ben)),
        given(with_hands(ben), happened.HandWentAway(ben, NOON + 120)),
        given(with_floor(ben)),
        given(with_floor(ben), happened.TurnEnded(ben, reason="done")),
        given(in_phase("gathering"), happened.Muted(ben, NOON + 60)),
        given(in_phase("gathering"), happened.Appointed(ben, "greeter")),
        given(in_phase("gathering"), happened.ChairOffered(ben, by=ada, until=NOON + OFFERED)),
        given(in_phase("gathering"), happened.Said(seat=ben, words="Hello")),
        given(in_phase("gathering"), happened.Said(seat=ben, words="Bye"), happened.SeatLeft(ben)),
    ],
)
def test_of_a_crowd_those_are_shown_who_matter(few: int, story: MeetingSituation):
    assert shown(story) == {ada, mo, ben}


def test_who_serves_no_more_is_one_of_the_crowd_again(few: int):
    story = given(in_phase("gathering"), happened.Appointed(ben, "reader"))
    assert shown(story) == {ada, mo, ben}
    assert shown(story.given(happened.Dismissed(ben, "reader"))) == {ada, mo}
    assert shown(story.given(happened.Removed(mo))) == {ada, ben}


def test_of_a_long_queue_the_front_is_listed(few: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crowd, "QUEUE", 1)
    story = given(with_hands(ben, chidi))
    assert shown(story) == {ada, mo, ben}
    assert snapshot(story.state, ada).hands == (ben, chidi)


def test_the_last_who_wrote_are_remembered_each_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crowd, "LATELY", 2)
    said = [happened.Said(seat=seat, words="Hello") for seat in (ben, chidi, chidi, ben, dana)]
    meeting = given(in_phase("gathering"), said).state
    assert meeting.lately == (ben, dana)
    posted = given(in_phase("gathering"), happened.Posted(seat=mo, kind="reading")).state
    assert posted.lately == (mo,)


def test_all_but_ones_own_is_the_same_for_everybody_in_a_crowd(few: int):
    story = given(with_floor(ben), happened.Muted(dana, NOON + 60)).state
    own = {
        "me": None,
        "lobby": (),
        "strangers_at": None,
        "raided": False,
        "appeals": (),
        "strikes": (),
        "reports": (),
        "held": (),
        "waits": (),
        "why_silent": None,
    }
    assert Snapshot.__struct_fields__[-len(own) :] == tuple(own), "they are the last on the wire"
    shared = {replace(snapshot(story, seat), **own) for seat in NAMES}
    assert len(shared) == 1
    assert [snapshot(story, seat).me.name for seat in NAMES] == list(NAMES.values())  # type: ignore[union-attr]


def test_who_is_asked_for_is_told_as_a_snapshot_would_and_whom_there_is_not_is_left_out(few: int):
    rosa = len(NAMES) + 1
    story = given(in_phase("gathering"), happened.Removed(ben), comes(rosa)).state
    assert people(story, chidi, [dana, ben, 99]) == (
        SeatView(dana, "member", "Dana"),
        SeatView(ben, "member", "Ben", removed=True),
    )
    assert people(story, rosa, [ben]) == (SeatView(ben, "member", removed=True),), (
        "who was gone before she came has no name for her"
    )


def test_whoever_is_named_to_all_sits_and_is_told_with_their_name(few: int):
    story = given(in_phase("gathering"), happened.Removed(ben)).state
    assert introduced(story, [chidi, ben, 99]) == (SeatView(chidi, "member", "Chidi"),)


def test_snapshots_differ_by_those_who_had_gone_and_are_listed(monkeypatch: pytest.MonkeyPatch):
    written = given(in_phase("gathering"), happened.Said(seat=ben, words="Hello"))
    story = written.given(happened.Removed(ben), happened.SeatLeft(chidi)).state
    places = [story.seats[ben].removed, story.seats[chidi].left]
    assert gone(story) == places
    monkeypatch.setattr(crowd, "CROWD", 2)
    assert gone(story) == places[:1], "of a crowd only those who are shown"


def of_many(count: int) -> Meeting:
    """Sixty hands are up, fifty are muted, and a hundred have written."""
    story = given(in_phase("sharing")).state
    for number in range(len(NAMES) + 1, count + 1):
        story = decider.evolve(story, comes(number)[0], Stamp(number, NOON))
    entries: list[happened.AnyEntry] = [
        *(happened.HandRaised(seat) for seat in range(100, 160)),
        *(happened.Muted(seat, NOON + 60) for seat in range(300, 350)),
        *(happened.Said(seat=seat, words="Hello") for seat in range(500, 600)),
    ]
    for number, entry in enumerate(entries, count + 1):
        story = decider.evolve(story, entry, Stamp(number, NOON))
    return story


def quickest(meeting: Meeting) -> float:
    """Seconds of CPU for a snapshot."""

    def once() -> float:
        began = time.process_time()
        for _ in range(20):
            snapshot(meeting, ben)
        return (time.process_time() - began) / 20

    return min(once() for _ in range(10))


def test_ten_thousand_are_shown_in_20_kb_and_cost_no_more_than_a_thousand():
    many, more = of_many(1_000), of_many(10_000)
    told = snapshot(more, ben)
    assert (told.crowd, len(told.seats)) == (10_000, 60 + 50 + 50 + len(FACILITATORS))
    assert len(msgspec.json.encode(told)) < 20_000
    assert quickest(more) < 2 * quickest(many), "nobody looks at all seats"


def test_p25_the_count_of_those_who_sit_and_the_list_of_those_who_serve_are_folded():
    @law
    @chance(MEETINGS)
    def holds(steps: list[Step]) -> None:
        for played, _ in play(steps):
            meeting = played.meeting
            seats = {seat: place for seat, place in meeting.seats.items() if meeting.sits(seat)}
            assert meeting.sitting == len(seats)
            serve = {seat for seat, one in seats.items() if one.role != "member" or one.services}
            assert set(meeting.in_service) == serve

    holds()


def test_p25_a_client_of_a_crowd_agrees_with_the_meeting_on_everybody_it_knows(few: int):
    """It has a snapshot, then entries, and asks for whom it does not know; never all of them."""
    strangers = 0

    @law
    @chance(MEETINGS, st.integers(1, 7), st.data())
    def agrees(steps: list[Step], seat: int, data: st.DataObject) -> None:
        nonlocal strangers
        client: Meeting | None = None
        joins = data.draw(st.integers(0, len(steps)), label="joins after step")
        for step, (played, left) in enumerate(play(steps)):
            meeting = played.meeting
            theirs = streams(meeting, seat)
            if not theirs:
                client = None
            elif step == joins or any(changes_streams(stored.entry) == seat for stored in left):
                client = sent_to(meeting, seat) if step >= joins else None
            elif client is not None:
                unknown: set[int] = set()
                for stored in left:
                    if stored.audience in theirs:
                        client = folded(client, stored.entry, stored.stamp)
                        unknown |= {getattr(stored.entry, "seat", 0)} - set(client.seats) - {0}
                if unknown:
                    strangers += 1
                    told = with_people(client, people(meeting, seat, unknown), meeting.sitting)
                    assert told.sitting == meeting.sitting
                    assert_agrees(told, meeting, seat)
                    client = told if step % 2 else client  # Some are left unknown.
            if client is not None:
                assert_agrees(client, meeting, seat)

    agrees()
    assert strangers > 0, "nobody was ever unknown"


def folded(client: Meeting, entry: happened.AnyEntry, stamp: Stamp) -> Meeting:
    state = fold(client, entry, stamp)
    assert isinstance(state, Meeting)
    return state


def sent_to(meeting: Meeting, seat: int) -> Meeting:
    sent = msgspec.json.encode(snapshot(meeting, seat))
    state = thaw(msgspec.json.decode(sent, type=Snapshot))
    assert isinstance(state, Meeting)
    return state


def assert_agrees(client: Meeting, meeting: Meeting, seat: int) -> None:
    assert seat in client.seats
    assert people(client, seat, client.seats) == people(meeting, seat, client.seats)
    mine, theirs = snapshot(client, seat), snapshot(meeting, seat)
    of_people = {"seats": (), "crowd": None, "lately": (), "me": None}
    assert replace(mine, **of_people) == replace(theirs, **of_people)


def test_a_client_goes_on_from_the_snapshot_of_a_crowd(few: int):
    story = given(with_hands(ben), happened.Muted(dana, NOON + 60))
    told = snapshot(story.state, chidi)
    client = from_snapshot(told)
    assert sorted(client.seats) == [ada, ben, chidi, dana, mo] == [1, 2, 3, 4, 5]
    assert snapshot(client, chidi) == told
    spoken = story.when(ada, ask.Invite(story.state.epoch, ben)).allowed()
    assert client.sitting == spoken.state.sitting
