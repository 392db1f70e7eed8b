"""Who has gone is missed: the holder, the chair, a hand in the queue, and whoever was at a process that died."""

import pytest

from chatroom.live.presence import GRACE
from chatroom.live.timekeeper import (
    CHAIR_MISSED,
    Timekeeper,
)
from chatroom.store.presence import HELD
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.state import Meeting
from tests.cast import ada, ben, chidi
from tests.journal.stage import (
    EVENING,
)
from tests.live.hall import recorded
from tests.live.tower import Tower, both, hold_the_floor, raise_hands

# A holder who vanished


async def test_a_holder_who_vanished_is_given_a_moment_and_comes_back_fc16(tower: Tower):
    await tower.hall.join(ada)
    bens = await tower.hall.join(ben)
    await hold_the_floor(tower)
    await tower.look()
    assert tower.entries(happened.HolderWentAway) == []
    tower.hall.hub.leave(EVENING, bens)
    await tower.look()
    assert tower.entries(happened.HolderWentAway) == [], "a reload of the page is not worth a word"
    await tower.look()
    await tower.look()
    assert len(tower.entries(happened.HolderWentAway)) == 1
    await tower.hall.join(ben)
    await tower.look()
    await tower.look()
    assert tower.entries(happened.HolderCameBack) == [happened.HolderCameBack(ben)]


async def test_a_holder_who_stays_away_loses_the_floor_once_p11(tower: Tower):
    await tower.hall.join(ada)
    await hold_the_floor(tower)
    for _ in range(3):
        await tower.look()
    (away,) = tower.entries(happened.HolderWentAway)
    assert isinstance(away, happened.HolderWentAway)
    tower.office.clock.at = away.until - 0.001
    await tower.look()
    assert tower.entries(happened.TurnEnded) == []
    tower.office.clock.at = away.until
    await tower.look()
    await tower.look()
    assert tower.entries(happened.TurnEnded) == [happened.TurnEnded(ben, reason="away")]


async def test_a_second_socket_keeps_the_holder_here_fc16(tower: Tower):
    await tower.hall.join(ada)
    one, _ = await tower.hall.join(ben), await tower.hall.join(ben)
    await hold_the_floor(tower)
    tower.hall.hub.leave(EVENING, one)
    for _ in range(4):
        await tower.look()
    assert tower.entries(happened.HolderWentAway) == []


async def test_who_lost_a_turn_by_being_away_is_next_when_back_fc16(tower: Tower):
    """Once; and nothing is asked of the journal while there is nothing to do."""
    await tower.hall.join(ada)
    await hold_the_floor(tower)
    await tower.office.raise_hand(chidi)
    await tower.hall.join(chidi)
    for _ in range(3):
        await tower.look(1.0)
    await tower.look(90.0)
    assert tower.entries(happened.TurnEnded) == [happened.TurnEnded(ben, reason="away")]
    await tower.hall.join(ben)
    for _ in range(3):
        await tower.look(1.0)
    back = [entry for entry in tower.entries(happened.HandRaised) if entry.by == "server"]  # type: ignore[attr-defined]
    assert back == [happened.HandRaised(ben, place=1, by="server")]
    assert (await tower.office.book()).fold.state.hands == (ben, chidi)


# Nobody in the chair


async def test_a_meeting_without_a_facilitator_is_told_so_after_a_minute_once_fc24(tower: Tower):
    adas, _ = await tower.hall.join(ada), await tower.hall.join(ben)
    await tower.look()
    tower.hall.hub.leave(EVENING, adas)
    await tower.look(1.0)
    await tower.look(CHAIR_MISSED - 0.001)
    assert tower.entries(happened.ChairWentAway) == []
    for _ in range(3):
        await tower.look(1.0)
    (away,) = tower.entries(happened.ChairWentAway)
    await tower.look(60.0)
    await tower.look(1.0)
    assert tower.entries(happened.ChairWentAway) == [away]
    assert tower.entries(happened.WentQuiet) == [happened.WentQuiet()]
    assert (await tower.office.book()).fold.state.is_quiet


async def test_a_facilitator_who_is_back_in_time_has_all_as_it_was_fc24(tower: Tower):
    await tower.hall.join(ben)
    for _ in range(62):
        await tower.look(1.0)
    assert len(tower.entries(happened.ChairWentAway)) == 1
    adas = await tower.hall.join(ada)
    for _ in range(3):
        await tower.look(1.0)
    assert tower.entries(happened.ChairCameBack) == [happened.ChairCameBack(ada)]
    tower.hall.hub.leave(EVENING, adas)
    await tower.look(1.0)
    await tower.look(CHAIR_MISSED - 1.0)
    assert len(tower.entries(happened.ChairWentAway)) == 1, "another minute begins"
    await tower.look(1.0)
    assert len(tower.entries(happened.ChairWentAway)) == 2


async def test_who_stands_by_is_offered_a_lost_chair_when_they_are_here_fc24(tower: Tower):
    submit = tower.office.journal.submit
    await submit(EVENING, ada, ask.Appoint(ben, "standby"))
    await submit(EVENING, ada, ask.Appoint(chidi, "standby"))
    await tower.hall.join(chidi)
    await tower.look()
    await tower.look(CHAIR_MISSED)
    (offer,) = tower.entries(happened.ChairOffered)
    assert (offer.seat, offer.by) == (chidi, 0)  # type: ignore[attr-defined]
    await tower.look(30.0)
    await tower.look()
    assert tower.entries(happened.ChairOffered) == [offer], "nobody else is here"
    bens = await tower.hall.join(ben)
    await tower.look(1.0)
    assert [one.seat for one in tower.entries(happened.ChairOffered)] == [chidi, ben]  # type: ignore[attr-defined]
    promoted = await submit(EVENING, ben, ask.AcceptChair())
    assert recorded(bens).closed == [4411]
    await tower.hall.join(ben, {0: promoted.number or 0, -1: 0, ben: 1})
    adas = await tower.hall.join(ada)
    for _ in range(3):
        await tower.look(1.0)
    (*_, offered) = tower.entries(happened.ChairOffered)
    assert (offered.seat, offered.by) == (ada, 0), "control is offered, and not snatched back"  # type: ignore[attr-defined]
    assert len(tower.entries(happened.ChairOffered)) == 3
    assert (await tower.office.book()).fold.state.chair == ben
    assert recorded(adas).closed == []


@pytest.mark.parametrize("how", ["taken", "came back"])
async def test_who_has_just_got_the_chair_has_a_minute_to_be_here_fc24(tower: Tower, how: str):
    """Who takes it is let go to come back as a facilitator, and another process sees them later."""
    submit = tower.office.journal.submit
    await submit(EVENING, ada, ask.Appoint(ben, "standby"))
    await tower.hall.join(ben)
    await tower.look()
    await tower.look(CHAIR_MISSED)
    assert len(tower.entries(happened.ChairWentAway)) == 1
    if how == "taken":
        await submit(EVENING, ben, ask.AcceptChair())
    else:
        await submit(EVENING, 0, ask.ChairBack(ada))
    held_at = tower.office.clock.at
    for tower.office.clock.at in (held_at, held_at + 1.0, held_at + CHAIR_MISSED - 0.001):
        await tower.look()
    assert len(tower.entries(happened.ChairWentAway)) == 1
    tower.office.clock.at = held_at + CHAIR_MISSED
    await tower.look()
    assert len(tower.entries(happened.ChairWentAway)) == 2


async def test_in_a_quiet_meeting_who_comes_back_is_offered_the_chair_fc24(tower: Tower):
    await tower.hall.join(ben)
    await tower.look()
    for _ in range(2):
        await tower.look(CHAIR_MISSED)
    assert tower.entries(happened.WentQuiet) == [happened.WentQuiet()]
    await tower.hall.join(ada)
    for _ in range(3):
        await tower.look(1.0)
    assert [offer.seat for offer in tower.entries(happened.ChairOffered)] == [ada]  # type: ignore[attr-defined]
    await tower.office.journal.submit(EVENING, ada, ask.AcceptChair())
    assert not (await tower.office.book()).fold.state.is_quiet


# Somebody in the queue who vanished


async def test_a_place_is_kept_for_who_drops_and_comes_back_fc17(tower: Tower):
    await tower.hall.join(ada)
    bens = await tower.hall.join(ben)
    await raise_hands(tower, ben)
    tower.hall.hub.leave(EVENING, bens)
    await tower.look()
    await tower.look(GRACE - 0.001)
    assert tower.entries(happened.HandWentAway) == [], "a blip is not worth a word"
    await tower.look(0.001)
    (away,) = tower.entries(happened.HandWentAway)
    assert away == happened.HandWentAway(ben, tower.office.clock.at + 120)
    await tower.look(119.0)
    await tower.hall.join(ben)
    for _ in range(3):
        await tower.look()
    assert tower.entries(happened.HandCameBack) == [happened.HandCameBack(ben)]
    await tower.look(120.0)
    assert (await tower.office.book()).fold.state.hands == (ben,)


async def test_who_stays_away_loses_the_place_once_fc17_p12(tower: Tower):
    await tower.hall.join(ada)
    await raise_hands(tower, ben, chidi)
    await tower.hall.join(chidi)
    await tower.look()
    for _ in range(int(GRACE + 120.0) + 3):
        await tower.look(1.0)
    assert tower.entries(happened.HandLowered) == [happened.HandLowered(ben, by="away")]
    assert len(tower.entries(happened.HandWentAway)) == 1


async def test_a_hand_that_went_up_again_is_missed_from_then_on(tower: Tower):
    await tower.hall.join(ada)
    await raise_hands(tower, ben)
    await tower.look()
    await tower.office.journal.submit(EVENING, ben, ask.LowerHand())
    await tower.look(GRACE)
    await tower.office.raise_hand(ben)
    await tower.look()
    assert tower.entries(happened.HandWentAway) == []
    await tower.look(GRACE)
    assert len(tower.entries(happened.HandWentAway)) == 1


async def test_of_hands_that_neither_came_nor_went_nothing_is_asked(
    tower: Tower, monkeypatch: pytest.MonkeyPatch
):
    """A round of thousands would else be decided on, hand by hand, every second."""
    asked: list[object] = []

    def noted(self: Timekeeper, log: int, meeting: Meeting, command: object) -> bool:
        asked.append(command)
        return False

    for seat in (ada, ben):
        await tower.hall.join(seat)
    await raise_hands(tower, ben, chidi)
    await tower.look()
    await tower.look(GRACE)
    assert len(tower.entries(happened.HandWentAway)) == 1
    monkeypatch.setattr(Timekeeper, "_propose", noted)
    await tower.look()
    assert [command for command in asked if isinstance(command, ask.HandAway | ask.HandBack)] == []


# Over several processes


async def test_a_holder_at_another_process_is_here_fc16(towers: list[Tower]):
    here, there = towers
    await here.hall.join(ada)
    await there.hall.join(ben)
    await both(towers, 2)
    await hold_the_floor(here)
    await both(towers, 30)
    assert here.kinds().count("holder_went_away") == 0


async def test_a_holder_who_comes_back_to_another_process_goes_on_fc16(towers: list[Tower]):
    here, there = towers
    await here.hall.join(ada)
    bens = await here.hall.join(ben)
    await hold_the_floor(here)
    await both(towers, 2)
    here.hall.hub.leave(EVENING, bens)
    await both(towers, 5)
    await there.hall.join(ben)
    await both(towers, 5)
    kinds = [kind for kind in here.kinds() if kind.startswith("holder")]
    assert kinds == ["holder_went_away", "holder_came_back"]


async def test_a_holder_whose_process_was_killed_loses_the_floor_once_p11(towers: list[Tower]):
    here, there = towers
    await here.hall.join(ada)
    await there.hall.join(ben)
    await both(towers, 2)
    await hold_the_floor(here)
    before = here.office.clock.at
    await both([here], HELD + 90.0 + 5.0)
    assert here.kinds().count("holder_went_away") == 1
    assert here.entries(happened.TurnEnded) == [happened.TurnEnded(ben, reason="away")]
    (away,) = here.entries(happened.HolderWentAway)
    assert isinstance(away, happened.HolderWentAway)
    assert away.until - 90.0 - before <= 45.0


async def test_a_meeting_whose_facilitators_process_was_killed_is_looked_at_by_another_fc24(
    towers: list[Tower],
):
    here, there = towers
    await here.hall.join(ben)
    await there.hall.join(ada)
    await both(towers, 70)
    assert here.kinds().count("chair_went_away") == 0, "she is there"
    died = here.office.clock.at
    await both([here], HELD + CHAIR_MISSED + 5.0)
    (away,) = here.entries(happened.ChairWentAway)
    assert isinstance(away, happened.ChairWentAway)
    assert CHAIR_MISSED <= away.until - 60.0 - died <= HELD + CHAIR_MISSED + 2.0
    await both(towers, 5)
    assert here.kinds().count("chair_came_back") == 1


async def test_a_process_that_lets_everybody_go_says_of_nobody_that_they_are_gone_p16(
    towers: list[Tower],
):
    here, there = towers
    await here.hall.join(ada)
    bens = await there.hall.join(ben)
    await both(towers, 2)
    await hold_the_floor(here)
    there.is_leaving = True
    there.hall.hub.leave(EVENING, bens)
    await both(towers, 10)
    assert here.kinds().count("holder_went_away") == 0
    assert here.hall.presence.here(EVENING) == {ada, ben}
