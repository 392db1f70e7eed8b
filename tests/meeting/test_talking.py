"""Words: who may write to the room and when, post, react, tell privately, and what is taken back."""

from typing import Any

import pytest

from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.audience import CHAIR, audience
from moderation.meeting.format import Phase
from moderation.meeting.state import Line, Meeting, Topic
from moderation.meeting.talking import why_silent
from tests.cast import ada, ben, chidi, dana, eve, mo
from tests.meeting.spec import (
    CURRENT,
    FORMAT,
    NOON,
    STALE,
    MeetingSituation,
    after,
    bounced,
    called,
    given,
    in_phase,
    masking,
    seated,
    with_floor,
    with_invited,
)

LINE = ask.Say("Good evening", CURRENT)

# Who may write, and when


def test_everybody_writes_in_an_open_phase():
    for seat in (ada, mo, ben, chidi):
        line = given(in_phase("gathering")).when(seat, LINE)
        line.then(happened.Said(seat=seat, words="Good evening"))


def test_nobody_writes_before_the_opening_or_after_the_close():
    over = [*in_phase("after"), happened.Closed("facilitator")]
    for seat in (ada, ben):
        given(seated()).when(seat, LINE).refused("not_open")
        given(over).when(seat, LINE).refused("meeting_closed")


def test_only_facilitators_write_in_a_phase_of_theirs():
    opening = given(in_phase("opening"))
    opening.when(ben, LINE).refused("facilitators_only")
    opening.when(mo, LINE).then(happened.Said(seat=mo, words="Good evening"))


def test_nobody_writes_in_a_silent_phase():
    for seat in (ada, ben):
        given(in_phase("silence")).when(seat, LINE).refused("quiet")


def test_everybody_writes_in_a_discussion():
    for seat in (ada, ben):
        given(in_phase("talk")).when(seat, LINE).then(
            happened.Said(seat=seat, words="Good evening")
        )


# Introductions


def test_everybody_introduces_themselves_in_one_line():
    story = (
        given(in_phase("newcomers"))
        .when(ben, LINE)
        .then(happened.Said(seat=ben, words="Good evening"))
    )
    story.when(ben, LINE).refused("said_already")
    story.when(chidi, LINE).then(happened.Said(seat=chidi, words="Good evening"))


def test_a_phase_says_how_many_lines_of_introduction_there_are():
    two = [Phase("newcomers", "Newcomers", 5, "self_id", lines=2)]
    story = given(in_phase("newcomers", two)).when(ben, LINE).allowed().when(ben, LINE).allowed()
    story.when(ben, LINE).refused("said_already")


def test_a_line_of_introduction_is_short():
    story = given(in_phase("newcomers"))
    story.when(ben, ask.Say("x" * 281, CURRENT)).refused("one_short_line")
    story.when(ben, ask.Say("x" * 280, CURRENT)).allowed()


def test_facilitators_welcome_everybody_who_introduces_themselves():
    story = given(in_phase("newcomers"))
    for _ in range(3):
        story = story.when(ada, LINE).then(happened.Said(seat=ada, words="Good evening"))


def test_a_second_phase_of_introductions_begins_anew():
    again = [Phase(name, "Hello", 5, "self_id") for name in ("newcomers", "milestones")]
    said = given(in_phase("newcomers", again)).when(ben, LINE).allowed()
    said.when(ada, ask.NextPhase(CURRENT)).allowed().when(ben, LINE).allowed()


# Readers and speakers


SERVICES: list[tuple[str, ask.Service, str]] = [
    ("readings", "reader", "readers_only"),
    ("lead", "speaker", "speaker_only"),
]


@pytest.mark.parametrize(("phase", "service", "code"), SERVICES)
def test_only_those_who_were_assigned_write_in_their_phase(
    phase: str, service: ask.Service, code: str
):
    story = given(
        in_phase(phase), happened.Appointed(ben, service), happened.Appointed(dana, service)
    )
    for seat in (ben, dana):
        story.when(seat, LINE).then(happened.Said(seat=seat, words="Good evening"))
    for seat in (chidi, ada, mo):
        story.when(seat, LINE).refused(code)


@pytest.mark.parametrize(("phase", "service", "code"), SERVICES)
def test_while_nobody_is_assigned_the_facilitators_write(
    phase: str, service: ask.Service, code: str
):
    other: ask.Service = "speaker" if service == "reader" else "reader"
    story = given(in_phase(phase), happened.Appointed(ben, other))
    story.when(ben, LINE).refused(code)
    story.when(mo, LINE).then(happened.Said(seat=mo, words="Good evening"))


def test_the_room_is_the_speakers_and_reactions_go_under_their_lines():
    story = given(in_phase("lead"), happened.Appointed(ben, "speaker")).when(ben, LINE).allowed()
    (number,) = story.state.lines
    story.when(ada, LINE).refused("speaker_only")
    story.when(chidi, ask.React(number, "with_you")).allowed()


@pytest.mark.parametrize(("phase", "service", "code"), SERVICES)
def test_who_was_removed_is_assigned_no_more(phase: str, service: ask.Service, code: str):
    story = given(in_phase(phase), happened.Appointed(ben, service), happened.Removed(ben))
    story.when(ada, LINE).allowed()
    story.when(chidi, LINE).refused(code)


def test_whether_a_member_writes_is_read_from_their_seat_alone(monkeypatch: pytest.MonkeyPatch):
    """A room of thousands is not looked through for every line, and every key, of each of them."""
    stories = [
        (given(in_phase(phase), happened.Appointed(ben, service)).state, otherwise)
        for phase, service, otherwise in SERVICES
    ]

    def looked_through(meeting: Meeting, service: ask.Service) -> list[int]:
        raise AssertionError("all seats are looked at")

    monkeypatch.setattr(Meeting, "serving", looked_through)
    for meeting, otherwise in stories:
        assert why_silent(meeting, ben) is None
        assert why_silent(meeting, chidi) == otherwise


def test_a_phase_of_turns_knows_no_readers_and_no_speakers():
    story = given(
        in_phase("sharing"), happened.Appointed(ben, "reader"), happened.Appointed(ben, "speaker")
    )
    story.when(ben, LINE).refused("not_your_turn")


# Posting


def test_a_facilitator_posts_in_any_phase():
    for phase in FORMAT.phases:
        posted = given(in_phase(phase.id)).when(mo, ask.Post("announcement", "Tea is at eight"))
        posted.then(happened.Posted(seat=mo, kind="announcement", words="Tea is at eight"))


def test_the_newest_topic_is_pinned_until_its_words_go():
    story = given(in_phase("gathering")).when(ada, ask.Post("topic", "Patience")).allowed()
    first = story.state.topic
    assert first is not None
    assert first.words == "Patience"
    story = story.when(ada, ask.Post("cue", "Welcome")).allowed()
    assert story.state.topic == first
    story = story.when(mo, ask.Post("topic", "Courage")).allowed()
    newest = story.state.topic
    assert newest == Topic(first.number + 2, "Courage")
    assert story.when(ada, ask.Redact(first.number)).allowed().state.topic == newest
    assert story.when(ada, ask.Redact(newest.number)).allowed().state.topic is None


def test_fc_11_nothing_is_posted_into_a_turn():
    given(with_floor(ben)).when(ada, ask.Post("announcement", "Five minutes")).refused(
        "turn_running"
    )
    paused = given(with_floor(ben), happened.PauseBegan())
    paused.when(ada, ask.Post("announcement", "A moment")).allowed()
    given(with_invited(ben)).when(ada, ask.Post("cue", "Welcome")).allowed()


def test_an_assigned_reader_posts_readings_in_their_phase_and_nothing_else():
    story = given(in_phase("readings"), happened.Appointed(ben, "reader"))
    story.when(ben, ask.Post("reading", "Page one")).then(
        happened.Posted(seat=ben, kind="reading", words="Page one")
    )
    story.when(ben, ask.Post("topic", "Mine")).refused("facilitators_act")
    story.when(chidi, ask.Post("reading", "Page one")).refused("readers_only")
    other = given(in_phase("talk"), happened.Appointed(ben, "reader"))
    other.when(ben, ask.Post("reading", "Page one")).refused("readers_only")


def test_what_is_posted_is_reviewed():
    found = bounced("link", 0, 3)
    posted = given(in_phase("gathering")).when(ada, ask.Post("topic", "www"), found)
    posted.refused("link", spans=[(0, 3)])


def test_nothing_is_posted_before_the_opening():
    given(seated()).when(ada, ask.Post("topic", "Patience")).refused("not_open")


# Reacting


def line_of_ben(phase: str = "gathering", **ways: Any) -> tuple[MeetingSituation, int]:
    """Ben has said something in this phase, and its number in the room."""
    story = given(in_phase(phase, **ways), happened.Said(seat=ben, words="Hello"))
    (number,) = story.state.lines
    return story, number


def test_fc_11_a_word_goes_under_a_line_once_and_is_taken_back():
    story, number = line_of_ben()
    story = story.when(chidi, ask.React(number, "with_you")).then(
        happened.Reacted(chidi, number, "with_you")
    )
    story.when(chidi, ask.React(number, "with_you")).nothing()
    story = story.when(chidi, ask.React(number, "thank_you")).then(
        happened.Reacted(chidi, number, "thank_you")
    )
    story = story.when(dana, ask.React(number, "with_you")).then(
        happened.Reacted(dana, number, "with_you")
    )
    off = story.when(chidi, ask.React(number, "with_you", on=False))
    off.then(happened.Reacted(chidi, number, "with_you", on=False)).when(
        chidi, ask.React(number, "with_you", on=False)
    ).nothing()


def test_fc_11_a_phase_has_its_own_small_set_of_words():
    story, number = line_of_ben("newcomers")
    story.when(chidi, ask.React(number, "welcome")).then(happened.Reacted(chidi, number, "welcome"))
    story.when(chidi, ask.React(number, "with_you")).refused("no_reactions_now")
    story, number = line_of_ben()
    story.when(chidi, ask.React(number, "congratulations")).refused("no_reactions_now")


def test_fc_11_a_word_is_taken_back_in_a_phase_that_does_not_have_it():
    phases = [
        Phase("gathering", "Gathering", 5, "open"),
        Phase("still", "Still", 5, "open", reactions=()),
    ]
    story, number = line_of_ben(phases=phases)
    story = story.when(chidi, ask.React(number, "with_you")).allowed()
    story = story.when(ada, ask.NextPhase(CURRENT)).allowed()
    story.when(dana, ask.React(number, "with_you")).refused("no_reactions_now")
    story.when(chidi, ask.React(number, "with_you", on=False)).allowed()


def test_a_group_may_do_without_reactions():
    story, number = line_of_ben(reactions=False)
    story.when(chidi, ask.React(number, "with_you")).refused("no_reactions_now")


def test_fc_11_during_a_turn_a_word_goes_under_a_line_and_no_text_between_them():
    story = given(with_floor(ben), happened.Said(seat=ben, turn=1, words="one"))
    (number,) = story.state.lines
    reacted = story.when(chidi, ask.React(number, "with_you")).allowed()
    reacted.when(ben, ask.Say("two", CURRENT)).then(happened.Said(seat=ben, turn=1, words="two"))


def test_there_are_reactions_to_lines_that_are_there():
    story, number = line_of_ben()
    story.when(chidi, ask.React(number + 1, "with_you")).refused("no_such_line")
    redacted = story.when(ben, ask.Redact(number)).allowed()
    redacted.when(chidi, ask.React(number, "with_you")).refused("no_such_line")


def test_w12_a_reaction_is_speech():
    story, number = line_of_ben()
    reaction = ask.React(number, "with_you")
    stopped: list[tuple[happened.AnyEntry, str]] = [
        (happened.Muted(chidi, NOON + 60), "muted"),
        (happened.AllMuted(NOON + 60), "all_muted"),
        (happened.ShieldRaised((number,)), "all_muted"),
        (happened.PauseBegan(), "paused"),
        (happened.Frozen(), "frozen"),
    ]
    for stop, code in stopped:
        story.given(stop).when(chidi, reaction).refused(code)
    for stop in (
        happened.AllMuted(NOON + 60),
        happened.ShieldRaised((number,)),
        happened.PauseBegan(),
    ):
        story.given(stop).when(ada, reaction).allowed()


# Turns


def test_fc_12_text_out_of_turn_is_refused_and_leaves_nothing():
    given(in_phase("sharing")).when(ben, LINE).refused("not_your_turn")
    given(with_floor(ben)).when(chidi, LINE).refused("not_your_turn")


def test_fc_12_facilitators_write_between_turns():
    given(in_phase("sharing")).when(ada, LINE).then(happened.Said(seat=ada, words="Good evening"))
    given(with_invited(ben)).when(mo, LINE).then(happened.Said(seat=mo, words="Good evening"))


def test_fc_11_the_lines_of_a_turn_share_it_and_nobody_writes_between_them():
    story = given(with_floor(ben))
    story = story.when(ben, ask.Say("one", CURRENT)).then(
        happened.Said(seat=ben, turn=1, words="one")
    )
    for other in (ada, mo):
        story = story.when(other, LINE).refused("turn_running")
    story = story.when(chidi, LINE).refused("not_your_turn")
    story.when(ben, ask.Say("two", CURRENT)).then(happened.Said(seat=ben, turn=1, words="two"))


def test_fc_11_the_next_turn_has_a_number_of_its_own():
    second = [
        *with_floor(ben),
        happened.TurnEnded(ben, "done"),
        called(chidi),
        happened.FloorTaken(chidi, turn=2),
    ]
    given(second).when(chidi, LINE).then(happened.Said(seat=chidi, turn=2, words="Good evening"))


def test_fc_11_what_a_facilitator_writes_between_turns_is_of_no_turn():
    between = given(
        with_floor(ben), happened.Said(seat=ben, turn=1), happened.TurnEnded(ben, "done")
    )
    between.when(ada, LINE).then(happened.Said(seat=ada, turn=0, words="Good evening"))


def test_fc_06_a_line_of_an_earlier_turn_is_no_share_of_a_later_one_of_the_same_member():
    first = given(with_floor(ben))
    epoch = first.state.epoch
    again = (
        first.when(ben, ask.Done(CURRENT)).allowed().when(ada, ask.Invite(CURRENT, ben)).allowed()
    )
    again = again.when(ben, ask.Accept(CURRENT)).allowed()
    again.when(ben, ask.Say("late", epoch)).refused("stale_epoch")


def test_fc_09_a_line_of_an_old_epoch_is_never_published():
    given(in_phase("gathering")).when(ben, ask.Say("hello", STALE)).refused("stale_epoch")
    given(in_phase("sharing")).when(ada, ask.Say("hello", STALE)).refused("stale_epoch")


def test_fc_09_a_late_line_comes_back_as_a_draft_of_the_turn():
    ended = given(with_floor(ben), happened.TurnEnded(ben, "ended"))
    ended.when(ben, ask.Say("and so", STALE)).refused("turn_ended")
    ended.later(5).when(ben, ask.Say("and so", STALE)).refused("turn_ended")


def test_fc_09_later_than_that_it_is_text_out_of_turn():
    ended = given(with_floor(ben), happened.TurnEnded(ben, "ended"), after(5.1))
    ended.when(ben, ask.Say("and so", STALE)).refused("not_your_turn")


def test_fc_09_nobody_elses_line_is_a_late_one():
    given(with_floor(ben), happened.TurnEnded(ben, "ended")).when(chidi, LINE).refused(
        "not_your_turn"
    )


def test_p8_the_muted_write_in_no_phase():
    for phase in FORMAT.phases:
        muted = given(in_phase(phase.id)).when(ada, ask.Mute(ben, 1)).allowed()
        muted.when(ben, LINE).refused("muted")
        muted.when(ben, ask.Say("done", CURRENT)).refused("muted")


def test_p8_a_line_that_was_on_its_way_when_the_mute_came_is_refused_as_muted():
    holding = given(with_floor(ben))
    epoch = holding.state.epoch
    muted = holding.when(ada, ask.Mute(ben, 5)).allowed()
    for text in ("one", "two", "done", "!"):
        muted = muted.when(ben, ask.Say(text, epoch)).refused("muted")


def test_p8_after_the_unmute_they_write_again():
    muted = given(in_phase("gathering"), happened.Muted(ben, NOON + 60))
    unmuted = muted.when(ada, ask.Unmute(ben)).then(happened.Unmuted(ben, "facilitator"))
    unmuted.when(ben, LINE).then(happened.Said(seat=ben, words="Good evening"))


def test_fc_20_what_may_be_written_comes_from_role_phase_floor_and_mute_alone():
    story = given(
        in_phase("gathering"), happened.Muted(ben, NOON + 60), happened.Muted(chidi, NOON + 60)
    )
    for phase in FORMAT.phases[1:]:
        story = story.when(ada, ask.NextPhase(CURRENT)).allowed()
        assert story.state.phases[story.state.phase] == phase
        assert why_silent(story.state, ben) == "muted"
    story = story.when(ada, ask.Unmute(ben)).allowed().when(mo, ask.Unmute(chidi)).allowed()
    never_muted = why_silent(story.state, dana)
    assert why_silent(story.state, ben) == why_silent(story.state, chidi) == never_muted


def test_fc_20_being_muted_and_unmuted_costs_no_right_in_any_phase():
    for phase in FORMAT.phases:
        untouched = given(in_phase(phase.id))
        muted = untouched.when(ada, ask.Mute(ben, 1)).allowed()
        assert why_silent(muted.state, ben) == "muted"
        unmuted = muted.when(ada, ask.Unmute(ben)).allowed()
        assert why_silent(unmuted.state, ben) == why_silent(untouched.state, dana)


@pytest.mark.parametrize("phase", [phase.id for phase in FORMAT.phases])
def test_fc_20_who_was_a_co_chair_for_a_while_has_the_rights_of_every_member(phase: str):
    story = given(in_phase(phase))
    promoted = story.when(ada, ask.Appoint(ben, "co_chair")).allowed()
    assert why_silent(promoted.state, ben) == why_silent(story.state, mo)
    member = promoted.when(ada, ask.Dismiss(ben, "co_chair")).allowed()
    assert why_silent(member.state, ben) == why_silent(story.state, dana)


# The review


def test_cm_01_a_bounced_line_is_refused_with_its_place():
    found = bounced("contact_details", 8, 20)
    line = given(in_phase("gathering")).when(ben, ask.Say("call me 07700 900123", CURRENT), found)
    line.refused("contact_details", spans=[(8, 20)])


def test_cm_09_a_masked_line_goes_through_with_the_rest_of_its_words():
    line = given(in_phase("gathering")).when(
        ben, ask.Say("call 123 please", CURRENT), masking(5, 8)
    )
    line.then(happened.Said(seat=ben, words="call ▮▮▮ please"))


def test_fc_12_role_floor_and_mute_come_before_the_review():
    found = bounced("contact_details", 0, 4)
    given(with_floor(chidi)).when(ben, LINE, found).refused("not_your_turn")
    given(in_phase("gathering"), happened.Muted(ben, NOON + 60)).when(ben, LINE, found).refused(
        "muted"
    )
    given(in_phase("gathering")).when(ben, ask.Say("hi", STALE), found).refused("stale_epoch")


# Private lines


def test_a_member_writes_to_the_facilitators_and_has_a_copy():
    told = given(in_phase("sharing")).when(ben, ask.Tell("Can we talk?"))
    told.then(
        happened.Told(seat=ben, words="Can we talk?"),
        happened.ToldYou(owner=ben, seat=ben, words="Can we talk?"),
    )


def test_a_facilitator_writes_to_one_member():
    told = given(in_phase("sharing")).when(ada, ask.Tell("All right?", to=ben))
    told.then(
        happened.Told(seat=ada, to=ben, words="All right?"),
        happened.ToldYou(owner=ben, seat=ada, to=ben, words="All right?"),
    )


def test_a_facilitator_writes_to_another_in_the_stream_they_share():
    told = given(in_phase("sharing")).when(ada, ask.Tell("Your turn to lead", to=mo))
    told.then(happened.Told(seat=ada, to=mo, words="Your turn to lead"))


def test_a_facilitator_has_to_say_to_whom():
    sharing = given(in_phase("sharing"), happened.Removed(ben))
    for to in (None, eve, ben, ada):
        sharing.when(ada, ask.Tell("Hello", to)).refused("no_such_seat")
    sharing.when(mo, ask.Tell("Hello")).refused("no_such_seat")


def test_a_private_line_of_a_member_never_goes_to_another_member():
    given(in_phase("sharing")).when(ben, ask.Tell("Psst", to=chidi)).refused("facilitators_act")


def test_a_member_may_name_a_facilitator_and_all_of_them_read_it():
    told = given(in_phase("sharing")).when(ben, ask.Tell("Psst", to=ada))
    told.then(
        happened.Told(seat=ben, words="Psst"), happened.ToldYou(owner=ben, seat=ben, words="Psst")
    )


def test_p8_fc_19_the_line_to_the_facilitators_is_open_to_the_muted_and_in_every_phase():
    for phase in FORMAT.phases:
        muted = given(in_phase(phase.id)).when(ada, ask.Mute(ben, 1)).allowed()
        muted.when(ben, ask.Tell("Why?")).allowed()
    given(seated()).when(ben, ask.Tell("I'm early")).allowed()


def test_a46_a_muted_facilitator_writes_to_the_others_who_lead_and_to_no_member():
    muted = given(in_phase("sharing")).when(ada, ask.Mute(mo, 1)).allowed()
    muted.when(mo, ask.Tell("Why?", to=ada)).then(happened.Told(seat=mo, to=ada, words="Why?"))
    muted.when(mo, ask.Tell("They have muted me", to=ben)).refused("muted")
    muted.when(ada, ask.Unmute(mo)).allowed().when(mo, ask.Tell("Hello", to=ben)).allowed()


def test_private_lines_end_with_the_meeting():
    over = given(in_phase("after"), happened.Closed("facilitator"))
    over.when(ben, ask.Tell("Thanks")).refused("meeting_closed")
    over.when(ada, ask.Tell("Thanks", to=ben)).refused("meeting_closed")


def test_a_private_line_is_reviewed_too():
    found = bounced("contact_details", 0, 3)
    told = given(in_phase("sharing")).when(ben, ask.Tell("123"), found)
    told.refused("contact_details", spans=[(0, 3)])
    masked = given(in_phase("sharing")).when(ben, ask.Tell("123"), masking(0, 3))
    masked.then(
        happened.Told(seat=ben, words="▮▮▮"), happened.ToldYou(owner=ben, seat=ben, words="▮▮▮")
    )


# Taking back


def _said_by(seat: int) -> tuple[MeetingSituation, int]:
    """A line of `seat` in an open phase, and its number in the room."""
    story = given(in_phase("gathering")).when(seat, LINE).allowed()
    (number,) = story.state.lines
    assert story.state.lines[number] == Line(seat, NOON, words="Good evening")
    return story, number


def test_words_are_taken_back_by_their_author():
    story, number = _said_by(ben)
    redacted = story.when(ben, ask.Redact(number)).then(happened.Redacted(number, by="self"))
    assert number not in redacted.state.lines


def test_cm_01_words_are_taken_out_by_a_facilitator():
    story, number = _said_by(ben)
    story.when(mo, ask.Redact(number)).then(happened.Redacted(number, by="facilitator"))
    story, number = _said_by(mo)
    story.when(ada, ask.Redact(number)).then(happened.Redacted(number, by="facilitator"))


def test_a_facilitator_takes_back_their_own_words_as_anybody_does():
    story, number = _said_by(ada)
    story.when(ada, ask.Redact(number)).then(happened.Redacted(number, by="self"))


def test_nobody_takes_back_the_words_of_another_member():
    story, number = _said_by(ben)
    story.when(chidi, ask.Redact(number)).refused("not_your_line")


def test_only_lines_are_taken_back_and_only_once():
    story, number = _said_by(ben)
    story.when(ben, ask.Redact(number - 1)).refused("no_such_line")
    story.when(ben, ask.Redact(number + 1)).refused("no_such_line")
    once = story.when(ben, ask.Redact(number)).allowed()
    once.when(ben, ask.Redact(number)).refused("no_such_line")


def test_the_muted_and_those_of_a_closed_meeting_take_back_their_words():
    story, number = _said_by(ben)
    story.when(ada, ask.Mute(ben, 5)).allowed().when(ben, ask.Redact(number)).allowed()
    story.when(ada, ask.Close()).allowed().when(ben, ask.Redact(number)).allowed()


@pytest.mark.parametrize("reason", [ask.EndTurn(CURRENT), ask.NextPhase(CURRENT), ask.Close()])
def test_the_turn_on_a_line_is_the_one_that_runs(reason: ask.EndTurn | ask.NextPhase | ask.Close):
    story = given(with_floor(ben))
    assert story.state.turn == 1
    assert story.when(ada, reason).allowed().state.turn == 0


def test_fc_09_when_the_phase_has_moved_on_too_its_rule_answers():
    moved = given(
        with_floor(ben),
        happened.TurnEnded(ben, "phase"),
        happened.PhaseBegan(3),
        happened.PhaseBegan(4),
    )
    moved.when(ben, ask.Say("and so", STALE)).refused("facilitators_only")


# Taking the last minutes back


def test_a_facilitator_takes_the_words_of_the_last_minutes_out():
    story = given(in_phase("gathering"), happened.Said(seat=ben, words="long ago"), after(121))
    story = story.given(
        happened.Said(seat=ben, words="one"), happened.Said(seat=chidi, words="other")
    ).later(60)
    story = story.given(happened.Said(seat=ben, words="two")).later(60)
    _, one, _, two = sorted(story.state.lines)
    purged = story.when(mo, ask.PurgeRecent(ben)).then(
        happened.Redacted(one, "facilitator"), happened.Redacted(two, "facilitator", along=one)
    )
    purged.when(mo, ask.PurgeRecent(ben)).nothing()
    story.when(mo, ask.PurgeRecent(ben, seconds=60)).then(happened.Redacted(two, "facilitator"))


def test_the_words_of_the_removed_are_taken_out_too():
    gone = given(
        in_phase("gathering"), happened.Said(seat=ben, words="Hello"), happened.Removed(ben)
    )
    (number,) = gone.state.lines
    gone.when(ada, ask.PurgeRecent(ben)).then(happened.Redacted(number, "facilitator"))


def test_fc_22_only_facilitators_purge_and_not_each_other():
    given(in_phase("gathering")).when(ben, ask.PurgeRecent(chidi)).refused("facilitators_act")
    given(in_phase("gathering")).when(mo, ask.PurgeRecent(ada)).refused("not_on_a_facilitator")
    given(in_phase("gathering")).when(mo, ask.PurgeRecent(eve)).refused("no_such_seat")


# Care


def test_ce_06_facilitators_learn_that_a_member_may_need_care_and_never_the_words():
    for attended in (True, False, None):
        story = given(in_phase("sharing")).when(0, ask.NoticeCare(ben, attended))
        story.then(happened.CareNoticed(ben, attended))
    assert audience(happened.CareNoticed(ben)) == CHAIR
    assert happened.CareNoticed.__struct_fields__ == ("seat", "attended")


def test_ce_06_a_group_can_leave_that_to_staff():
    theirs = given(in_phase("sharing", signals="staff"))
    theirs.when(0, ask.NoticeCare(ben)).nothing()


def test_ce_06_no_cue_is_given_of_a_facilitator_or_where_no_meeting_is_on():
    given(in_phase("sharing")).when(0, ask.NoticeCare(ada)).nothing()
    given(in_phase("sharing")).when(0, ask.NoticeCare(eve)).nothing()
    given(seated()).when(0, ask.NoticeCare(ben)).nothing()
    over = given(in_phase("after"), happened.Closed("facilitator"))
    over.when(0, ask.NoticeCare(ben)).nothing()
