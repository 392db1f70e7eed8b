"""Whose session has ended holds nothing, and comes back as the same person if a facilitator says so."""

import pytest

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.audience import snapshot, streams
from tests.cast import EVES_SESSION, SESSIONS, ada, ben, chidi, dana, mo
from tests.meeting.spec import (
    CURRENT,
    NEXT,
    NOON,
    MeetingSituation,
    called,
    given,
    in_phase,
    moves_to,
    seated,
    with_floor,
    with_hands,
    with_invited,
)

LEAVES = ask.Leave(SESSIONS[ben])


def comes_as(name: str, *, back: bool = False) -> ask.TakeSeat:
    """Somebody in another session, by an invitation."""
    return ask.TakeSeat(EVES_SESSION, "member", name, back=back)


def left(*history: object) -> MeetingSituation:
    """Ben's session has ended."""
    return given(in_phase("gathering"), *history, happened.SeatLeft(ben))  # type: ignore[arg-type]


# Leaving


def test_whose_session_has_ended_holds_no_name():
    story = given(in_phase("gathering"))
    story.when(0, comes_as("Ben")).refused("name_taken")
    gone = story.when(0, LEAVES).then(happened.SeatLeft(ben))
    gone.when(0, LEAVES).nothing()
    gone.when(0, comes_as("Ben")).then(
        happened.SeatTaken(seat=NEXT, role="member", words="Ben"),
        happened.SeatGiven(NEXT, EVES_SESSION),
    )


def test_the_same_browser_takes_a_new_seat():
    left().when(0, ask.TakeSeat(SESSIONS[ben], "member", "Ben")).then(
        happened.SeatTaken(seat=NEXT, role="member", words="Ben"),
        happened.SeatGiven(NEXT, SESSIONS[ben]),
    )


def test_whose_seat_is_nobodys_can_do_nothing_and_reads_nothing():
    gone = left()
    gone.when(ben, ask.Say("Hello", CURRENT)).refused("no_seat")
    assert streams(gone.state, ben) == {}
    gone.when(ada, ask.Mute(ben)).refused("no_such_seat")


def test_who_leaves_gives_the_floor_and_the_hand_back():
    for had, ended in (
        (with_floor(ben), happened.TurnEnded(ben, "left")),
        (with_invited(ben), happened.InviteEnded(ben, "left")),
        (with_hands(ben, chidi), happened.HandLowered(ben, by="self")),
    ):
        gone = given(had).when(0, LEAVES).then(ended, happened.SeatLeft(ben))
        assert ben not in gone.state.hands
        assert ben not in (gone.state.holder, gone.state.invited)


def test_who_leaves_in_a_turn_makes_room_for_the_next():
    history = [*with_floor(ben, phase="passing"), happened.HandRaised(chidi)]
    given(history).when(0, LEAVES).then(
        happened.TurnEnded(ben, "left"),
        called(chidi, by=0, at_once=True),
        happened.SeatLeft(ben),
    )


def test_who_leaves_a_frozen_room_leaves_it_frozen():
    given(with_floor(ben), happened.Frozen()).when(0, LEAVES).allowed()


def test_a_chair_that_leaves_is_free_for_who_comes_next():
    story = given(in_phase("gathering")).when(0, ask.Leave(SESSIONS[ada]))
    gone = story.then(happened.SeatLeft(ada))
    assert gone.state.chair is None
    back = gone.when(0, ask.TakeSeat(EVES_SESSION, "facilitator", "Ada")).allowed()
    back.when(NEXT, ask.AcceptChair()).then(happened.ChairTaken(NEXT))


def test_an_offer_of_the_chair_ends_with_the_seat_that_it_was_made_to():
    offered = happened.ChairOffered(ben, by=ada, until=NOON + 30)
    assert left(offered).state.offer is None
    other = happened.ChairOffered(chidi, by=ada, until=NOON + 30)
    assert left(other).state.offer is not None


def test_of_the_removed_and_of_what_is_over_nothing_is_left():
    given(in_phase("gathering"), happened.Removed(ben)).when(0, LEAVES).nothing()
    given(in_phase("gathering")).when(0, ask.Leave("nobody")).nothing()
    given(in_phase("after")).when(ada, ask.Close()).allowed().when(0, LEAVES).nothing()
    turned = given(
        in_phase("gathering", door="members"),
        happened.Knocked(knock=1, words="Eve"),
        happened.KnockGiven(1, EVES_SESSION),
        happened.KnockAnswered(1, "turned_away", by=ada),
    )
    turned.when(0, ask.Leave(EVES_SESSION)).nothing()


def test_who_left_is_not_asked_in_a_round():
    begun = given(seated(), happened.SeatLeft(chidi), happened.Opened(by=ada), moves_to("tag"))
    moved = begun.when(ada, ask.NextPhase(CURRENT)).allowed()
    assert chidi not in moved.state.hands


def test_fc_04_a_snapshot_says_who_has_left_and_has_no_name_of_who_left_before_one_came():
    gone = left()
    came = gone.when(0, comes_as("Eve")).allowed()
    views = {view.seat: view for view in snapshot(came.state, NEXT).seats}
    assert (views[ben].left, views[ben].name) == (True, None)
    mine = {view.seat: view for view in snapshot(came.state, chidi).seats}
    assert (mine[ben].left, mine[ben].name) == (True, "Ben")


# Coming back


def test_who_says_that_the_name_is_theirs_waits_until_a_facilitator_says_so():
    """A lost cookie: the old session has not ended, so the name is not free."""
    story = given(in_phase("gathering"))
    knocked = story.when(0, comes_as("Ben", back=True)).then(
        happened.Knocked(knock=1, words="Ben", ghost=ben, invited=True),
        happened.KnockGiven(1, EVES_SESSION),
    )
    back = knocked.when(mo, ask.Reseat(1, ben)).then(
        happened.KnockAnswered(1, "admitted", by=mo),
        happened.CameBack(seat=ben, words="Ben"),
        happened.SeatGiven(ben, EVES_SESSION),
    )
    assert back.state.sessions.get(SESSIONS[ben]) is None, "the lost session has no seat any more"
    back.when(0, ask.TakeSeat(EVES_SESSION, "member", "Ben")).nothing()
    back.when(ben, ask.Say("Hello", CURRENT)).allowed()
    assert back.state.seats[ben].since == story.state.seats[ben].since


def test_nobody_waits_for_a_name_that_is_free():
    given(in_phase("gathering")).when(0, comes_as("Eve", back=True)).allowed()
    leads = ask.TakeSeat(EVES_SESSION, "facilitator", "Ben", back=True)
    given(in_phase("gathering")).when(0, leads).refused("name_taken")


def test_who_left_comes_back_to_the_same_seat_and_is_told_apart_if_the_name_has_gone():
    story = left().when(0, comes_as("Ben")).allowed()
    knocked = story.when(0, ask.TakeSeat("s", "member", "ben", back=True)).allowed()
    assert knocked.state.lobby[1].ghost == NEXT, "the newest of that name"
    back = knocked.when(ada, ask.Reseat(1, ben)).then(
        happened.KnockAnswered(1, "admitted", by=ada),
        happened.CameBack(seat=ben, words="Ben 2"),
        happened.SeatGiven(ben, "s"),
    )
    assert back.state.sits(ben)


def test_a_seat_whose_name_is_swept_is_given_back_without_one():
    story = given(
        in_phase("gathering", door="members"),
        happened.SeatTaken(seat=NEXT, role="member"),
        happened.SeatGiven(NEXT, "lost"),
        happened.Knocked(knock=1),
        happened.KnockGiven(1, "s"),
    )
    back = story.when(ada, ask.Reseat(1, NEXT)).allowed()
    assert back.state.seats[NEXT].name is None


def test_the_seat_remembers_the_link_that_its_person_came_back_by():
    story = left()
    link = ask.TakeSeat(EVES_SESSION, "member", "Chidi", back=True, invitation="link")
    back = story.when(0, link).allowed().when(ada, ask.Reseat(1, chidi)).allowed()
    assert back.state.seats[chidi].invitation == "link"


@pytest.mark.parametrize("seat", [dana, mo, NEXT])
def test_a_seat_of_a_facilitator_of_the_removed_or_of_nobody_is_not_given(seat: int):
    story = given(in_phase("gathering"), happened.Removed(dana))
    knocked = story.when(0, comes_as("Ben", back=True)).allowed()
    knocked.when(ada, ask.Reseat(1, seat)).refused("no_such_seat")


def test_a_seat_is_given_by_facilitators_and_to_who_waits():
    knocked = given(in_phase("gathering")).when(0, comes_as("Ben", back=True)).allowed()
    knocked.when(chidi, ask.Reseat(1, ben)).refused("facilitators_act")
    knocked.when(ada, ask.Reseat(2, ben)).refused("no_such_knock")


def test_who_was_removed_is_nobody_s_ghost():
    story = given(in_phase("gathering", door="members"), happened.Removed(ben))
    (knocked, _) = story.when(0, ask.TakeSeat(EVES_SESSION, "member", "Ben", known=False)).left
    assert knocked == happened.Knocked(knock=1, words="Ben")
