"""The desk: who of staff is here, and how every open case stands."""

import json
from typing import get_args

import msgspec
import pytest

from moderation.case.commands import (
    Chair,
    ComeToDesk,
    ListCase,
    ListChair,
    ListPresses,
    PutPressesAway,
    Status,
)
from moderation.case.desk import NEW, StaffView, audience, snapshot, streams
from moderation.case.entries import (
    CameToDesk,
    CaseListed,
    ChairListed,
    DeskEntry,
    DeskSeatGiven,
    PressesListed,
    PressesPutAway,
)
from tests.case.spec import NOON, DeskSituation, given_desk
from tests.cast import SAMS_SESSION

ONE = "00000000000000a1"
TWO = "00000000000000a2"
STATUSES: tuple[Status, ...] = get_args(Status)


def staffed() -> list[DeskEntry]:
    """Sam is at the desk."""
    return [CameToDesk(seat=1, words="Sam"), DeskSeatGiven(1, SAMS_SESSION)]


def listing(
    case: str, status: Status, raised_at: float = NOON, claimed_by: int = 0, position: int = 0
) -> ListCase:
    at = position or 1 + STATUSES.index(status)
    return ListCase(case, status, "help", "urgent", raised_at, "evening", claimed_by, at)


def listed(
    case: str, status: Status, raised_at: float = NOON, claimed_by: int = 0, position: int = 0
) -> CaseListed:
    at = position or 1 + STATUSES.index(status)
    return CaseListed(case, status, "help", "urgent", raised_at, "evening", claimed_by, at)


def test_somebody_of_staff_comes_to_the_desk():
    came = given_desk().when(0, ComeToDesk(SAMS_SESSION, "  Sam  W. "))
    came.then(CameToDesk(seat=1, words="Sam W."), DeskSeatGiven(1, SAMS_SESSION))


def test_the_next_one_has_a_seat_of_their_own():
    came = given_desk(staffed()).when(0, ComeToDesk("session-of-kim", "Kim"))
    came.then(CameToDesk(seat=2, words="Kim"), DeskSeatGiven(2, "session-of-kim"))


def test_coming_again_leaves_nothing():
    given_desk(staffed()).when(0, ComeToDesk(SAMS_SESSION, "Samantha")).nothing()
    given_desk(staffed()).when(0, ComeToDesk(SAMS_SESSION, "")).nothing()


@pytest.mark.parametrize("name", ["", "  ", "\u00a0"])
def test_staff_go_by_a_name(name: str):
    given_desk().when(0, ComeToDesk(SAMS_SESSION, name)).refused("no_name")


def test_a_case_is_listed_as_it_stands():
    story = given_desk(staffed()).when(0, listing(ONE, "raised")).then(listed(ONE, "raised"))
    assert dict(story.state.cases) == {ONE: listed(ONE, "raised")}
    claimed = story.when(0, listing(ONE, "claimed", claimed_by=1))
    after = claimed.then(listed(ONE, "claimed", claimed_by=1))
    assert dict(after.state.cases) == {ONE: listed(ONE, "claimed", claimed_by=1)}


def with_case(status: Status) -> DeskSituation:
    return given_desk(staffed(), listed(ONE, status))


@pytest.mark.parametrize("known", STATUSES)
@pytest.mark.parametrize("told", STATUSES)
def test_ce_11_a_late_listing_takes_no_case_back(known: Status, told: Status):
    answer = with_case(known).when(0, listing(ONE, told))
    if STATUSES.index(told) > STATUSES.index(known):
        answer.then(listed(ONE, told))
    else:
        answer.nothing()


def test_ce_12_a_case_that_waits_again_is_listed_so_whatever_it_was_before():
    claimed = given_desk(staffed(), listed(ONE, "claimed", claimed_by=1, position=5))
    waits = msgspec.structs.replace(
        listing(ONE, "unanswered", claimed_by=1, position=6), lapsed="away", since=NOON + 40
    )
    story = claimed.when(0, waits).allowed()
    shown = story.state.cases[ONE]
    assert (shown.status, shown.lapsed, shown.since) == ("unanswered", "away", NOON + 40)
    story.when(0, listing(ONE, "claimed", claimed_by=1, position=5)).nothing()
    story.when(0, listing(ONE, "claimed", claimed_by=2, position=7)).allowed()


def test_what_changes_nothing_at_the_desk_is_not_told_it():
    story = given_desk(staffed(), listed(ONE, "claimed", claimed_by=1, position=5))
    story.when(0, listing(ONE, "claimed", claimed_by=1, position=6)).nothing()
    unread = msgspec.structs.replace(
        listing(ONE, "claimed", claimed_by=1, position=6), unread=2, unread_since=NOON + 9
    )
    assert story.when(0, unread).allowed().state.cases[ONE].unread == 2


def test_a_case_of_the_readers_before_these_has_no_position_and_is_listed_anew():
    old = given_desk(staffed(), listed(ONE, "claimed", position=1))
    first = msgspec.structs.replace(listed(ONE, "claimed"), position=0)
    given_desk(staffed(), first).when(0, listing(ONE, "unanswered", position=4)).allowed()
    old.when(0, listing(ONE, "unanswered", position=1)).nothing()


def test_a_graver_case_is_listed_anew_and_a_milder_listing_is_late():
    story = given_desk(staffed(), CaseListed(ONE, "raised", "signal", "support", NOON, position=2))
    graver = story.when(0, ListCase(ONE, "raised", "signal", "urgent", NOON, position=3)).allowed()
    graver.when(0, ListCase(ONE, "raised", "signal", "support", NOON, position=2)).nothing()
    pressed = graver.when(0, ListCase(ONE, "raised", "help", "urgent", NOON, position=4)).allowed()
    assert pressed.state.cases[ONE].source == "help"


def test_the_states_of_a_case_are_told_in_their_order():
    assert STATUSES == ("raised", "unanswered", "claimed", "closed")


def test_a_closed_case_is_off_the_desk_and_comes_back_with_no_late_listing():
    closed = with_case("claimed").when(0, listing(ONE, "closed")).then(listed(ONE, "closed"))
    assert snapshot(closed.state, 1).cases == ()
    for status in STATUSES:
        closed = closed.when(0, listing(ONE, status)).nothing()


def test_a_case_that_is_first_heard_of_when_it_is_closed_is_never_shown():
    closed = given_desk(staffed()).when(0, listing(ONE, "closed")).allowed()
    assert snapshot(closed.state, 1).cases == ()
    closed.when(0, listing(ONE, "raised")).nothing()


def test_one_case_is_not_another():
    story = with_case("claimed").when(0, listing(TWO, "raised")).then(listed(TWO, "raised"))
    assert set(story.state.cases) == {ONE, TWO}


def test_ce_18_open_cases_are_shown_oldest_first():
    story = given_desk(
        staffed(), listed(ONE, "raised", NOON + 60), listed(TWO, "claimed", NOON, claimed_by=1)
    )
    assert [shown.case for shown in snapshot(story.state, 1).cases] == [TWO, ONE]


def test_the_desk_is_shown_without_sessions():
    story = given_desk(
        staffed(), CameToDesk(seat=2, words="Kim"), DeskSeatGiven(2, "session-of-kim")
    )
    shown = snapshot(story.state, 1)
    assert shown.seats == (StaffView(1, "Sam"), StaffView(2, "Kim"))
    sent = msgspec.json.encode(shown).decode()
    assert sent.startswith('{"kind":"desk"')
    assert "session" not in sent


def test_p22_everybody_at_the_desk_reads_it_from_when_they_came_and_nobody_else():
    story = given_desk(staffed(), listed(ONE, "raised"))
    joined = story.when(0, ComeToDesk("session-of-kim", "Kim")).allowed().state
    assert streams(joined, 1) == {0: 1, 1: 1}
    assert streams(joined, 2) == {0: 3, 2: 1}
    assert streams(joined, 3) == {}
    assert streams(NEW, 1) == {}


def test_a_session_is_told_to_its_own_seat_alone():
    assert audience(DeskSeatGiven(2, "session-of-kim")) == 2
    assert audience(CameToDesk(seat=2, words="Kim")) == 0
    assert audience(listed(ONE, "raised")) == 0


@pytest.mark.parametrize("entry", [*staffed(), listed(ONE, "claimed", claimed_by=1)])
def test_an_entry_reads_back_as_itself_and_survives_a_new_field(entry: DeskEntry):
    fields = msgspec.to_builtins(entry)
    read: DeskEntry = msgspec.json.decode(json.dumps({**fields, "mood": "calm"}), type=DeskEntry)
    assert read == entry


def test_the_desk_holds_no_words_of_a_case():
    assert "words" not in CaseListed.__struct_fields__
    assert "name" not in CaseListed.__struct_fields__


def chair(how: Chair, position: int, since: float = NOON, meeting: str = ONE) -> ListChair:
    return ListChair(meeting, "evening", how, since, position)


def chair_listed(how: Chair, position: int, since: float = NOON, meeting: str = ONE) -> ChairListed:
    return ChairListed(meeting, "evening", how, since, position)


def test_fc_24_the_desk_hears_that_nobody_is_in_the_chair_and_that_the_room_went_quiet():
    lost = given_desk(staffed()).when(0, chair("lost", 10)).then(chair_listed("lost", 10))
    quiet = lost.when(0, chair("quiet", 12, since=NOON + 60.0))
    after = quiet.then(chair_listed("quiet", 12))
    assert after.state.chairs[ONE].since == NOON, (
        "since when nobody is there, and not since when quiet"
    )
    back = after.when(0, chair("held", 14, since=NOON + 90.0)).then(chair_listed("held", 14))
    assert not back.state.chairs


def test_fc_24_the_same_told_twice_is_told_once_and_a_late_telling_takes_nothing_back():
    """Every process that has the meeting tells, each from where it has read to."""
    known = given_desk(staffed(), chair_listed("quiet", 12))
    known.when(0, chair("quiet", 13)).nothing()
    known.when(0, chair("lost", 10)).nothing()
    known.when(0, chair("held", 9)).nothing()
    known.when(0, chair("held", 12)).nothing()
    over = given_desk(staffed(), chair_listed("lost", 10), chair_listed("held", 14))
    over.when(0, chair("lost", 10)).nothing()
    over.when(0, chair("quiet", 12)).nothing()
    over.when(0, chair("lost", 20, NOON + 600.0)).then(chair_listed("lost", 20, NOON + 600.0))


def test_fc_24_of_a_chair_that_was_never_lost_the_desk_hears_nothing():
    given_desk(staffed()).when(0, chair("held", 4)).nothing()


def test_the_snapshot_has_the_chairs_that_are_lost_the_longest_without_first():
    lost = [
        chair_listed("quiet", 5, NOON + 60.0, TWO),
        chair_listed("lost", 9),
        chair_listed("lost", 2, meeting="00000000000000a3"),
        chair_listed("held", 3, meeting="00000000000000a3"),
    ]
    shown = snapshot(given_desk(staffed(), *lost).state, 1)
    assert shown.chairs == (lost[1], lost[0])
    assert audience(lost[0]) == 0


def test_a99_presses_of_strangers_before_one_room_are_one_entry_whoever_counts_them():
    counted = given_desk(staffed()).when(0, ListPresses(3, "evening"))
    first = counted.then(PressesListed(3, NOON, NOON, "evening")).later(10)
    more = first.when(0, ListPresses(300, "evening")).then(
        PressesListed(303, NOON, NOON + 10, "evening")
    )
    nowhere = more.when(0, ListPresses(1)).then(PressesListed(1, NOON + 10, NOON + 10))
    assert [each.presses for each in snapshot(nowhere.state, 1).presses] == [303, 1]
    assert audience(PressesListed(1, NOON, NOON)) == 0


def test_a99_what_staff_have_seen_is_put_away_and_what_came_since_then_stays():
    story = given_desk(staffed(), PressesListed(303, NOON, NOON + 10, "evening"))
    seen = story.when(0, PutPressesAway(300, 1, "evening")).then(PressesPutAway(300, 1, "evening"))
    assert snapshot(seen.state, 1).presses == (PressesListed(3, NOON + 10, NOON + 10, "evening"),)
    rest = seen.when(0, PutPressesAway(300, 1, "evening")).then(PressesPutAway(3, 1, "evening"))
    assert snapshot(rest.state, 1).presses == ()
    rest.when(0, PutPressesAway(3, 1, "evening")).nothing()
    rest.when(0, PutPressesAway(3, 1)).nothing()
    nowhere = given_desk(staffed(), PressesListed(2, NOON, NOON)).when(0, PutPressesAway(2, 1))
    nowhere.then(PressesPutAway(2, 1))


def test_a99_who_puts_away_what_another_has_put_away_already_takes_nothing_that_came_since_then():
    story = given_desk(staffed(), PressesListed(12, NOON, NOON)).later(10)
    more = story.when(0, ListPresses(5)).then(PressesListed(17, NOON, NOON + 10))
    sam = more.when(0, PutPressesAway(12, 1, since=NOON)).then(PressesPutAway(12, 1))
    mo = sam.when(0, PutPressesAway(12, 2, since=NOON)).nothing()
    assert snapshot(mo.state, 2).presses == (PressesListed(5, NOON + 10, NOON + 10),)
    mo.when(0, PutPressesAway(5, 2, since=NOON + 10)).then(PressesPutAway(5, 2))
