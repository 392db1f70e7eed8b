"""The door: coming in, the lobby, the lock."""

import msgspec
import pytest

from moderation.content.verdict import Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.audience import CHAIR, NOBODY, KnockView, audience, snapshot
from moderation.meeting.door import (
    CORRECTIONS,
    JOINS,
    LOBBY,
    RAID,
    TOLD_AGAIN,
    must_knock,
)
from moderation.meeting.state import Seat
from tests.cast import EVES_SESSION, NAMES, SAMS_SESSION, SESSIONS, ada, ben, chidi, dana, mo
from tests.meeting.spec import (
    CURRENT,
    NEXT,
    NOON,
    History,
    MeetingSituation,
    after,
    bounced,
    comes_in,
    convened,
    eve_comes_in,
    given,
    in_phase,
    masking,
    seated,
)


def eve_as(name: str, *, known: bool = True) -> ask.TakeSeat:
    return ask.TakeSeat(EVES_SESSION, "member", name, known)


def stranger(name: str = "Eve", session: str = EVES_SESSION) -> ask.TakeSeat:
    """Of somebody who is not of the group."""
    return ask.TakeSeat(session, "member", name, known=False)


def stranger_comes_in() -> list[happened.AnyEntry]:
    """By an open door: of that the room is told nothing."""
    taken, _ = eve_comes_in()
    return [taken, happened.SeatGiven(NEXT, EVES_SESSION, stranger=True)]


def knocks(
    number: int = 1,
    name: str = "Eve",
    session: str = EVES_SESSION,
    *,
    ghost: int = 0,
    invited: bool = False,
) -> list[happened.AnyEntry]:
    """Somebody is in the lobby; seat `ghost` has the very name that they knock with."""
    knocked = happened.Knocked(knock=number, words=name, ghost=ghost, invited=invited)
    return [knocked, happened.KnockGiven(number, session)]


# Coming in


def test_the_first_to_come_has_seat_1():
    came = given(convened()).when(0, ask.TakeSeat("s", "facilitator", "Ada"))
    came.then(
        happened.SeatTaken(seat=1, role="facilitator", words="Ada"), happened.SeatGiven(1, "s")
    )


def test_seats_are_given_in_order_and_in_every_phase():
    for history in (seated(), in_phase("gathering"), in_phase("sharing"), in_phase("after")):
        came = given(history).when(0, eve_as("Eve"))
        came.then(*eve_comes_in())


def test_a_seat_reads_from_its_own_arrival_on():
    came = given(in_phase("gathering")).when(ben, ask.Tell("Hello")).allowed()
    room_before = came.when(ben, ask.Say("Hello", CURRENT)).allowed()
    (line,) = room_before.state.lines
    eves = room_before.when(0, eve_as("Eve")).allowed().state.seats[NEXT]
    expected = Seat(
        "member",
        line + 1,
        2,
        name="Eve",
        session=EVES_SESSION,
        came_at=NOON,
        named_at=(line + 1,),
    )
    assert eves == expected


def test_a_session_has_one_seat_in_a_meeting():
    again = given(seated()).when(0, ask.TakeSeat(SESSIONS[ben], "member", "Benjamin"))
    again.nothing()
    given(seated()).when(0, ask.TakeSeat(SESSIONS[ben], "facilitator", "Ben")).nothing()


def test_nobody_comes_into_a_closed_meeting_but_those_who_sit_there():
    closed = given(in_phase("after")).when(ada, ask.Close()).allowed()
    closed.when(0, eve_as("Eve")).refused("meeting_closed")
    closed.when(0, ask.TakeSeat(SESSIONS[ben], "member", "Ben")).nothing()


def test_p9_the_session_of_the_removed_does_not_get_back_in():
    gone = given(in_phase("gathering"), happened.Removed(ben))
    gone.when(0, ask.TakeSeat(SESSIONS[ben], "member", "Ben")).refused("removed")
    gone.when(0, ask.TakeSeat(SESSIONS[ben], "facilitator", "Somebody else")).refused("removed")
    closed = gone.when(ada, ask.Close()).allowed()
    closed.when(0, ask.TakeSeat(SESSIONS[ben], "member", "Ben")).refused("removed")


def test_a_name_is_tidied():
    came = given(convened()).when(0, ask.TakeSeat("s", "member", "  Ben \t W.  "))
    came.then(happened.SeatTaken(seat=1, role="member", words="Ben W."), happened.SeatGiven(1, "s"))


@pytest.mark.parametrize("name", ["", " ", "\u00a0 \u2003"])
def test_a_name_is_needed(name: str):
    given(convened()).when(0, ask.TakeSeat("s", "member", name)).refused("no_name")


@pytest.mark.parametrize("name", ["Ben", "ben", " BEN ", "Ｂｅｎ", "Ben.", "Be\u0301n", "Bén"])
def test_a71_a_name_is_one_persons(name: str):
    given(seated()).when(0, eve_as(name)).refused("name_taken")


@pytest.mark.parametrize("name", ["Ben\u200b", "\u202eBen", "\u0412en", "Ben ✓"])
def test_a72_a73_a_name_has_nothing_in_it_that_deceives(name: str):
    given(seated()).when(0, eve_as(name)).refused("name_marks")


def test_a72_a_name_claims_no_role():
    given(seated()).when(0, eve_as("Eve (facilitator)")).refused("name_reserved")
    given(seated()).when(ben, ask.Rename("Faci1itator")).refused("name_reserved")


def test_a75_a_name_is_not_longer_than_it_can_be_shown():
    given(seated()).when(0, eve_as("\ufdfa" * 3)).refused("name_long")


@pytest.mark.parametrize("name", ["\u200b", "\u2060 \ufeff", "\u0301"])
def test_a_name_of_nothing_that_can_be_seen_is_none(name: str):
    given(seated()).when(0, eve_as(name)).refused("no_name")


def test_the_name_of_somebody_who_was_removed_is_free():
    given(seated(), happened.Removed(ben)).when(0, eve_as("Ben")).allowed()


def test_a_name_whose_words_are_swept_takes_no_other():
    swept = given(convened(), happened.SeatTaken(seat=1, role="member"), happened.SeatGiven(1, "s"))
    assert swept.state.seats[1].name is None
    swept.when(0, eve_as("Eve")).allowed()


def test_p8_a_name_is_speech_and_is_reviewed():
    found = bounced("contact_details", 4, 16)
    came = given(seated()).when(0, eve_as("Eve 07700 900123"), found)
    came.refused("name_contact", spans=[(4, 16)])


def test_cm_09_what_others_must_not_see_of_a_name_is_left_out():
    came = given(seated()).when(0, eve_as("Eve  0770"), masking(5, 9))
    came.then(*eve_comes_in())


def test_a_session_that_sits_is_not_asked_for_its_name_again():
    found = Verdict("bounce", findings=bounced("contact_details", 0, 3).findings)
    given(seated()).when(0, ask.TakeSeat(SESSIONS[ben], "member", "Ben"), found).nothing()


def test_where_the_group_says_so_who_comes_late_reads_what_was_said_before():
    said = given(in_phase("gathering", history="meeting"), happened.Said(seat=ben, words="Hello"))
    late = said.when(0, eve_as("Eve")).allowed()
    assert late.state.seats[NEXT].since == 1


def test_what_facilitators_heard_before_stays_theirs_whatever_the_group_says():
    told = given(in_phase("gathering", history="meeting")).when(ben, ask.Tell("Psst")).allowed()
    late = told.when(0, ask.TakeSeat(EVES_SESSION, "facilitator", "Eve")).allowed()
    assert late.state.seats[NEXT].since_chair == 2


# Doors


def ada_alone(door: str) -> list[happened.AnyEntry]:
    """An open meeting with this door, in which nobody is but Ada."""
    return [*convened(door=door), *comes_in(ada), happened.Opened(by=ada), happened.PhaseBegan(0)]


def test_by_invitation_nobody_comes_in_without_one():
    assert given(seated()).state.flags.door == "invitation"
    given(seated()).when(0, eve_as("Eve", known=False)).refused("not_yours")
    given(seated()).when(0, eve_as("Eve")).then(*eve_comes_in())


def test_at_the_door_of_members_others_knock():
    story = given(in_phase("gathering", door="members"))
    story.when(0, eve_as("Eve", known=False)).then(*knocks())
    story.when(0, eve_as("Eve")).then(*eve_comes_in())


def test_at_a_door_where_one_knocks_everybody_does_but_who_leads():
    story = given(ada_alone("knock"))
    for known in (True, False):
        story.when(0, eve_as("Eve", known=known)).then(*knocks(invited=known))
    roles: tuple[ask.Role, ...] = ("facilitator", "staff")
    for role in roles:
        story.when(0, ask.TakeSeat("s", role, "Gus")).then(
            happened.SeatTaken(seat=2, role=role, words="Gus"), happened.SeatGiven(2, "s")
        )


def test_an_open_door_lets_everybody_in():
    story = given(in_phase("gathering", door="open"))
    story.when(0, eve_as("Eve")).then(*eve_comes_in(stranger=True))
    story.when(0, stranger()).then(*stranger_comes_in())


@pytest.mark.parametrize("entry", [happened.Muted(ben, NOON + 60), happened.Removed(ben)])
def test_a47_while_somebody_is_muted_or_removed_one_knocks_at_an_open_door(
    entry: happened.AnyEntry,
):
    story = given(in_phase("gathering", door="open"), entry)
    for known in (True, False):
        story.when(0, eve_as("Eve", known=known)).then(*knocks(invited=known))


def test_a47_the_door_is_open_again_when_the_mute_is_over_and_never_after_a_removal():
    muted = given(in_phase("gathering", door="open"), happened.Muted(ben, NOON + 60))
    muted.when(ada, ask.Unmute(ben)).allowed().when(0, eve_as("Eve")).then(
        *eve_comes_in(stranger=True)
    )
    removed = given(in_phase("gathering", door="open"), happened.Removed(ben), after(3600))
    removed.when(0, eve_as("Eve")).then(*knocks(invited=True))


@pytest.mark.parametrize("door", ["open", "knock", "members", "invitation"])
def test_the_shield_puts_the_lobby_before_every_door(door: str):
    story = given(ada_alone(door), happened.ShieldRaised())
    story.when(0, eve_as("Eve")).then(*knocks(invited=True))


@pytest.mark.parametrize("door", ["open", "knock", "members", "invitation"])
def test_nobody_new_comes_in_by_a_locked_door_but_who_leads(door: str):
    locked = given(ada_alone(door)).when(ada, ask.Lock()).then(happened.Locked())
    locked.when(0, eve_as("Eve")).refused("locked")
    locked.when(0, ask.TakeSeat(SESSIONS[ada], "facilitator", "Ada")).nothing()
    locked.when(0, ask.TakeSeat(SAMS_SESSION, "staff", "Sam")).allowed()
    locked.when(ada, ask.Lock()).nothing()
    unlocked = locked.when(ada, ask.Unlock()).then(happened.Unlocked())
    unlocked.when(ada, ask.Unlock()).nothing()
    unlocked.when(0, eve_as("Eve")).allowed()


def test_members_neither_lock_nor_unlock():
    given(in_phase("gathering")).when(ben, ask.Lock()).refused("facilitators_act")
    given(in_phase("gathering"), happened.Locked()).when(ben, ask.Unlock()).refused(
        "facilitators_act"
    )


# The lobby


def waiting(*history: History) -> MeetingSituation:
    """Eve is in the lobby of a meeting for members."""
    return given(in_phase("gathering", door="members"), knocks(), *history)


def test_who_waits_has_no_seat_and_asks_again_for_nothing_new():
    story = waiting()
    assert NEXT not in story.state.seats
    story.when(0, stranger()).nothing()
    story.given(happened.Locked()).when(0, stranger()).nothing()
    story.when(0, ask.TakeSeat(EVES_SESSION, "member", "Eve", known=True)).nothing()


def test_who_waits_and_turns_out_to_be_a_facilitator_comes_in_by_themselves():
    """Nobody else may be there to let them in."""
    waiting().when(0, ask.TakeSeat(EVES_SESSION, "facilitator", "Eve")).then(
        happened.SeatTaken(seat=NEXT, role="facilitator", words="Eve"),
        happened.SeatGiven(NEXT, EVES_SESSION),
        happened.KnockAnswered(1, "admitted", by=NEXT),
    ).when(0, ask.TakeSeat(EVES_SESSION, "facilitator", "Eve")).nothing()


def test_a_facilitator_lets_somebody_in():
    answered = happened.KnockAnswered(1, "admitted", by=mo)
    admitted = waiting().when(mo, ask.Admit(1)).then(answered, *eve_comes_in())
    assert dict(admitted.state.lobby) == {}
    admitted.when(0, stranger()).nothing()
    admitted.when(NEXT, ask.Say("Hello", CURRENT)).allowed()


def test_p7_who_was_let_in_reads_from_then_on():
    story = waiting(happened.Said(seat=ben, words="Hello"))
    (line,) = story.state.lines
    assert story.when(ada, ask.Admit(1)).allowed().state.seats[NEXT].since == line + 1


def test_somebody_waiting_is_let_in_by_a_locked_door_and_into_a_frozen_room():
    waiting(happened.Locked()).when(ada, ask.Admit(1)).allowed()
    waiting(happened.Frozen()).when(ada, ask.Admit(1)).allowed()


def test_a_facilitator_turns_somebody_away_for_this_meeting():
    turned = (
        waiting().when(ada, ask.TurnAway(1)).then(happened.KnockAnswered(1, "turned_away", by=ada))
    )
    turned.when(0, stranger()).refused("turned_away")
    turned.when(0, stranger("Somebody else")).refused("turned_away")
    turned.when(0, stranger("Gus", "another")).then(*knocks(2, "Gus", "another"))


@pytest.mark.parametrize("command", [ask.Admit(1), ask.TurnAway(1)])
def test_the_lobby_is_answered_once_and_by_facilitators(command: ask.Admit | ask.TurnAway):
    waiting().when(ben, command).refused("facilitators_act")
    waiting(happened.KnockAnswered(1, "turned_away", by=ada)).when(mo, command).refused(
        "no_such_knock"
    )
    given(in_phase("gathering")).when(mo, command).refused("no_such_knock")


def test_a103_who_knocks_does_not_learn_whose_name_is_taken():
    story = given(in_phase("gathering", door="members"))
    knocked = story.when(0, stranger("Ben")).then(*knocks(name="Ben", ghost=ben))
    admitted = knocked.when(ada, ask.Admit(1)).then(
        happened.KnockAnswered(1, "admitted", by=ada),
        happened.SeatTaken(seat=NEXT, role="member", words="Ben 2"),
        happened.SeatGiven(NEXT, EVES_SESSION),
    )
    third = admitted.given(*knocks(2, "ben", "s", ghost=ben)).when(ada, ask.Admit(2)).allowed()
    assert third.state.seats[NEXT + 1].name == "ben 3"


def test_one_who_waits_under_a_name_that_was_swept_can_be_let_in():
    swept = given(
        in_phase("gathering", door="members"),
        happened.Knocked(knock=1),
        happened.KnockGiven(1, "s"),
    )
    swept.when(ada, ask.Admit(1)).then(
        happened.KnockAnswered(1, "admitted", by=ada),
        happened.SeatTaken(seat=NEXT, role="member"),
        happened.SeatGiven(NEXT, "s"),
    )


def test_p8_a_name_at_the_door_is_reviewed():
    found = bounced("contact_details", 0, 3)
    story = given(in_phase("gathering", door="members"))
    story.when(0, stranger("123 Eve"), found).refused("name_contact", spans=[(0, 3)])
    story.when(0, stranger("!")).refused("no_name")


def test_a92_the_lobby_holds_two_hundred():
    assert LOBBY == 200
    many = [knocks(number, f"Eve {number}", f"s{number}") for number in range(1, LOBBY + 1)]
    full = given(in_phase("gathering", door="members"), many)
    full.when(0, stranger()).refused("lobby_full")
    full.when(0, stranger("Eve 7", "s7")).nothing()
    one_less = full.when(ada, ask.TurnAway(1)).allowed()
    one_less.later(60).when(0, stranger()).then(*knocks(LOBBY + 1))


def test_a92_who_was_invited_never_queues_behind_strangers():
    strangers = [knocks(number, f"Eve {number}", f"s{number}") for number in range(1, LOBBY + 1)]
    full = given(ada_alone("knock"), strangers)
    full.when(0, stranger()).refused("lobby_full")
    invited = full.when(0, eve_as("Eve")).then(*knocks(LOBBY + 1, invited=True))
    others = [
        entry
        for number in range(LOBBY + 2, 2 * LOBBY + 1)
        for entry in knocks(number, f"Gus {number}", f"g{number}", invited=True)
    ]
    invited.given(*others).when(0, ask.TakeSeat("g", "member", "Gus")).refused("lobby_full")


def test_a92_one_act_turns_all_strangers_away_and_who_was_invited_waits_on():
    both = waiting(knocks(2, "Gus", "s"), knocks(3, "Ida", "i", invited=True))
    both.when(ben, ask.ClearLobby()).refused("facilitators_act")
    cleared = both.when(ada, ask.ClearLobby()).then(happened.LobbyCleared(by=ada))
    assert [*cleared.state.lobby] == [3]
    assert audience(happened.LobbyCleared(by=ada)) == CHAIR
    cleared.when(ada, ask.ClearLobby()).nothing()
    cleared.when(0, stranger("Gus", "s")).refused("turned_away")
    all_gone = cleared.when(mo, ask.ClearLobby(everybody=True)).then(
        happened.LobbyCleared(by=mo, everybody=True)
    )
    assert dict(all_gone.state.lobby) == {}
    all_gone.when(mo, ask.ClearLobby(everybody=True)).nothing()
    all_gone.when(0, ask.TakeSeat("i", "member", "Ida")).refused("turned_away")


@pytest.mark.parametrize("door", ["open", "members"])
def test_a92_at_five_strangers_a_minute_facilitators_are_offered_the_shield(door: str):
    came = given(in_phase("gathering", door=door))
    for number in range(1, RAID):
        came = came.when(0, stranger(f"Gus {number}", f"g{number}")).allowed().later(10)
    fifth = came.when(0, stranger())
    assert fifth.left[-1] == happened.StrangersCame()
    assert audience(happened.StrangersCame()) == CHAIR
    told = fifth.allowed()
    assert snapshot(told.state, ada).strangers_at is not None
    assert snapshot(told.state, ben).strangers_at is None
    assert happened.StrangersCame() not in told.when(0, stranger("Ida", "i")).left, "told already"
    spread = came.later(30).when(0, stranger())
    assert happened.StrangersCame() not in spread.left, "not within a minute"


@pytest.mark.parametrize("trouble", [[], [happened.Muted(ben, NOON + 600)]])
def test_a92_by_an_open_door_it_is_offered_whatever_link_they_came_by(
    trouble: list[happened.AnyEntry],
):
    """A link of members that has leaked is how most raids come; while somebody is muted they knock."""
    came = given(in_phase("gathering", door="open"), *trouble)
    for number in range(1, RAID + 1):
        comes = ask.TakeSeat(f"g{number}", "member", f"Gus {number}", known=True)
        answer = came.when(0, comes)
        came = answer.allowed()
    assert answer.left[-1] == happened.StrangersCame()
    for number in range(RAID):
        helper = ask.TakeSeat(f"f{number}", "facilitator", f"Flo {number}", known=True)
        answer = given(in_phase("gathering", door="open")).when(0, helper)
        assert happened.StrangersCame() not in answer.left


def test_a92_the_shield_is_not_offered_again_for_a_while():
    def rush(story: MeetingSituation, first: int) -> MeetingSituation:
        for number in range(first, first + RAID):
            story = story.when(0, stranger(f"Gus {number}", f"g{number}")).allowed()
        return story

    def told(story: MeetingSituation) -> int:
        return story.log_entries().count(happened.StrangersCame())

    story = rush(given(in_phase("gathering", door="members")), 1)
    assert told(story) == 1
    soon = rush(story.later(TOLD_AGAIN - 1.0), 20)
    assert told(soon) == 1
    assert told(rush(story.later(TOLD_AGAIN), 20)) == 2


@pytest.mark.parametrize("state", ["invited", "corrected", "shield", "not open"])
def test_a92_it_is_offered_for_strangers_alone_and_where_it_can_be_raised(state: str):
    before = (
        seated(door="members") if state == "not open" else in_phase("gathering", door="members")
    )
    story = given(before, happened.ShieldRaised()) if state == "shield" else given(before)
    for number in range(1, RAID + 2):
        who = "g" if state == "corrected" else f"g{number}"
        comes = ask.TakeSeat(who, "member", f"Gus {number}", known=state == "invited")
        answer = story.when(0, comes)
        assert happened.StrangersCame() not in answer.left
        story = answer.allowed()


# A raid turns the open door to knocking


def test_cm_22_a_raid_turns_the_open_door_to_knocking_and_who_is_in_stays():
    came = given(in_phase("gathering", door="open"))
    for number in range(1, JOINS):
        answer = came.when(0, stranger(f"Gus {number}", f"g{number}"))
        assert happened.StrangersCame(knock=True) not in answer.left
        came = answer.allowed().later(1)
    assert not must_knock(came.state, known=False)
    raid = came.when(0, stranger("Gus", "g"))
    assert raid.left[-1] == happened.StrangersCame(knock=True)
    after = raid.allowed()
    assert must_knock(after.state, known=False)
    assert must_knock(after.state, known=True)
    assert isinstance(after.when(0, stranger("Ida", "i")).left[0], happened.Knocked)
    after.when(ben, ask.Say("I am still here.", CURRENT)).then(
        happened.Said(seat=ben, words="I am still here.")
    )
    assert after.state.sitting == len(after.state.seats)


def test_cm_22_twenty_in_two_minutes_are_a_meeting_that_begins():
    came = given(in_phase("gathering", door="open"))
    for number in range(2 * JOINS):
        came = came.when(0, stranger(f"Gus {number}", f"g{number}")).allowed().later(4)
    assert not must_knock(came.state, known=False)


@pytest.mark.parametrize("door", ["open", "members"])
def test_cm_22_the_same_words_of_several_are_a_raid(door: str):
    story = given(in_phase("gathering", door=door))
    told = story.when(0, ask.NoticeSame()).then(
        happened.StrangersCame(same=True, knock=door == "open")
    )
    assert must_knock(told.state, known=False)
    told.when(0, ask.NoticeSame()).nothing()
    again = happened.StrangersCame(same=True)
    told.later(TOLD_AGAIN).when(0, ask.NoticeSame()).then(again)


def test_cm_22_the_door_turns_though_facilitators_were_told_of_strangers_already():
    story = given(in_phase("gathering", door="open"))
    for number in range(1, RAID + 1):
        story = story.when(0, stranger(f"Gus {number}", f"g{number}")).allowed()
    told = happened.StrangersCame(same=True, knock=True)
    story.when(0, ask.NoticeSame()).then(told)


def test_cm_22_of_a_meeting_that_is_not_on_or_shielded_nothing_is_told():
    given(seated(door="open")).when(0, ask.NoticeSame()).nothing()
    shielded = given(in_phase("gathering", door="open"), happened.ShieldRaised())
    shielded.when(0, ask.NoticeSame()).nothing()


def test_at_the_close_who_waited_is_told_that_the_meeting_is_over():
    closed = waiting(knocks(2, "Gus", "s"), happened.KnockAnswered(2, "turned_away", by=ada))
    closed = closed.when(ada, ask.Close()).allowed()
    assert dict(closed.state.lobby) == {}
    closed.when(0, stranger()).refused("meeting_closed")
    closed.when(0, stranger("Gus", "s")).refused("meeting_closed")


def test_one_knocks_before_the_opening_too():
    story = given(seated(door="members")).when(0, stranger()).then(*knocks())
    story.when(ada, ask.Admit(1)).allowed()


# Correcting a name, and waiting no longer


def test_who_knocks_again_under_a_corrected_name_is_let_in_under_that_one():
    corrected = waiting().when(0, stranger("Evie")).then(*knocks(name="Evie"))
    corrected.when(0, stranger("Evie")).nothing()
    assert corrected.state.lobby[1].since == NOON
    later = corrected.later(60).when(0, stranger("Eve L.")).allowed()
    assert later.state.lobby[1].since == NOON, "they wait since the first knock"
    later.when(ada, ask.Admit(1)).then(
        happened.KnockAnswered(1, "admitted", by=ada),
        happened.SeatTaken(seat=NEXT, role="member", words="Eve L."),
        happened.SeatGiven(NEXT, EVES_SESSION),
    )


def test_a_corrected_name_is_judged_like_the_first_and_that_not_without_end():
    story = waiting()
    story.when(0, stranger("Staff")).refused("name_reserved")
    story.when(0, stranger("Eve 0770"), bounced("contact_details", 4, 8)).refused(
        "name_contact", spans=[(4, 8)]
    )
    for number in range(CORRECTIONS):
        story = story.when(0, stranger(f"Eve {number}")).allowed()
    story.when(0, stranger("Evie")).nothing()


def test_who_waits_corrects_their_name_before_a_locked_door_too():
    waiting(happened.Locked()).when(0, stranger("Evie")).then(*knocks(name="Evie"))


def test_who_stops_waiting_is_in_the_lobby_no_more_and_may_knock_again():
    story = waiting().when(0, ask.Leave(EVES_SESSION))
    gone = story.then(happened.KnockAnswered(1, "withdrawn", by=0))
    assert (dict(gone.state.lobby), dict(gone.state.knockers)) == ({}, {})
    gone.when(0, ask.Leave(EVES_SESSION)).nothing()
    gone.when(0, stranger()).then(*knocks(2))


# The same link again


def by(
    link: str, name: str = "Eve", role: ask.Role = "member", session: str = EVES_SESSION
) -> ask.TakeSeat:
    """Somebody at the door, who came by a link."""
    return ask.TakeSeat(session, role, name, known=True, invitation=link)


def by_one_link(*seats: int, door: str = "invitation") -> list[happened.AnyEntry]:
    """The cast is in the gathering, and these came by one link."""
    entries: list[happened.AnyEntry] = [*convened(door=door)]
    for seat in NAMES:
        entries += comes_in(seat)
        entries += [happened.CameBy(seat, "link")] if seat in seats else []
    return [*entries, happened.Opened(by=ada), happened.PhaseBegan(0)]


@pytest.mark.parametrize("door", ["invitation", "members"])
@pytest.mark.parametrize("trouble", ["muted", "removed"])
def test_a47_who_comes_by_the_link_of_somebody_muted_or_removed_knocks(door: str, trouble: str):
    """And the facilitators read that it is the same link, and how many others came by it."""
    is_muted = trouble == "muted"
    entry = happened.Muted(ben, NOON + 600) if is_muted else happened.Removed(ben)
    story = given(by_one_link(ben, chidi, dana, door=door), entry)
    knocked = happened.Knocked(knock=1, words="Eve", same_link=trouble, others=2, invited=True)  # type: ignore[arg-type]
    again = story.when(0, by("link")).then(knocked, happened.KnockGiven(1, EVES_SESSION, "link"))
    again.when(ada, ask.Admit(1)).then(
        happened.KnockAnswered(1, "admitted", by=ada),
        *eve_comes_in(),
        happened.CameBy(NEXT, "link"),
    )
    story.when(0, by("another")).then(*eve_comes_in(), happened.CameBy(NEXT, "another"))


def test_a47_the_door_is_as_before_when_the_mute_is_over_and_never_after_a_removal():
    muted = given(by_one_link(ben, door="members"), happened.Muted(ben, NOON + 600))
    muted.when(ada, ask.Unmute(ben)).allowed().when(0, by("link")).then(
        *eve_comes_in(), happened.CameBy(NEXT, "link")
    )
    removed = given(by_one_link(ben), happened.Removed(ben), after(3600))
    assert "knocked" in str(removed.when(0, by("link")).left[0].__struct_config__.tag)


def test_a47_nor_is_leaving_a_way_round_a_mute():
    """Leave now and the link again: they wait, and a seat that is given back is still muted."""
    story = given(by_one_link(ben), happened.Muted(ben, NOON + 600))
    left = story.when(0, ask.Leave(SESSIONS[ben])).then(happened.SeatLeft(ben))
    knocked = left.when(0, by("link", "Ben")).then(
        happened.Knocked(knock=1, words="Ben", same_link="muted", ghost=ben, invited=True),
        happened.KnockGiven(1, EVES_SESSION, "link"),
    )
    back = knocked.when(ada, ask.Reseat(1, ben)).allowed()
    back.when(ben, ask.Say("Hello", CURRENT)).refused("muted")


def test_an_open_door_where_everybody_knocks_by_then_says_so_too():
    story = given(by_one_link(ben, chidi, door="open"), happened.Removed(ben))
    knocked = happened.Knocked(knock=1, words="Eve", same_link="removed", others=1, invited=True)
    story.when(0, by("link")).then(knocked, happened.KnockGiven(1, EVES_SESSION, "link"))
    story.when(0, by("another")).then(
        happened.Knocked(knock=1, words="Eve", invited=True),
        happened.KnockGiven(1, EVES_SESSION, "another"),
    )


def test_a_facilitator_by_the_link_of_a_removed_one_waits_while_the_meeting_is_held():
    """Nobody else may be there: then they come in by themselves (FC-24)."""
    story = given(by_one_link(mo), happened.Removed(mo))
    lead = by("link", "Gus", "facilitator")
    waits = story.when(0, lead).then(
        happened.Knocked(
            knock=1, words="Gus", role="facilitator", same_link="removed", invited=True
        ),
        happened.KnockGiven(1, EVES_SESSION, "link"),
    )
    waits.when(0, lead).nothing()
    # Whoever lets them in has read as what they come.
    waits.when(ada, ask.Admit(1)).then(
        happened.KnockAnswered(1, "admitted", by=ada),
        happened.SeatTaken(seat=NEXT, role="facilitator", words="Gus"),
        happened.SeatGiven(NEXT, EVES_SESSION),
        happened.CameBy(NEXT, "link"),
    )
    lost = waits.given(happened.ChairWentAway(NOON + 60))
    lost.when(0, lead).then(
        happened.SeatTaken(seat=NEXT, role="facilitator", words="Gus"),
        happened.SeatGiven(NEXT, EVES_SESSION),
        happened.CameBy(NEXT, "link"),
        happened.KnockAnswered(1, "admitted", by=NEXT),
    )
    story.when(0, by("another", "Gus", "facilitator")).allowed()


def test_a102_of_the_link_that_somebody_came_by_nobody_is_sent_anything():
    assert audience(happened.CameBy(ben, "link")) == NOBODY
    assert audience(happened.KnockGiven(1, "s", "link")) == NOBODY
    story = given(by_one_link(ben), happened.Removed(ben)).when(0, by("link")).allowed()
    for seat in (ada, chidi):
        assert '"link"' not in msgspec.json.encode(snapshot(story.state, seat)).decode()
    shown = snapshot(story.state, ada).lobby
    assert shown == (KnockView(1, "Eve", same_link="removed", invited=True),)
    assert snapshot(story.state, chidi).lobby == ()
