"""Laws that hold for every meeting, whatever anybody asks for and when."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rpds import HashTrieMap

from chatroom.live.rules import erased_by
from moderation.case.commands import AnyCaseCommand, DeskServerCommand
from moderation.case.entries import CaseEntry, DeskEntry
from moderation.meeting import commands as ask
from moderation.meeting import decider
from moderation.meeting import entries as happened
from moderation.meeting.audience import (
    CHAIR,
    NOBODY,
    ROOM,
    Snapshot,
    audience,
    changes_streams,
    from_snapshot,
    snapshot,
    streams,
)
from moderation.meeting.state import AwayHand, Meeting, Stamp, Turn
from moderation.meeting.talking import why_silent
from moderation.refused import Refused
from tests.cast import NAMES
from tests.chance import FULL, SEED
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
from tests.meeting.oracle_clocks import Clock

law = settings(max_examples=5000 if FULL else 60)

pytestmark = pytest.mark.laws

ROUNDS = 12
"""So often chance may try to get everywhere."""


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
            codec.decode(codec.encode(stored.entry), type=happened.AnyEntry),
            stored.audience,
            stored.stamp,
        )
        for stored in played.log
    ]
    assert [stored.entry for stored in again] == [stored.entry for stored in played.log]
    assert fold(again) == played.meeting


@law
@given(MEETINGS)
def test_p25_what_was_redacted_folds_without_its_words(steps: list[Step]):
    played = held(steps)
    gone = {place for stored in played.log for place in erased_by(stored.entry)}
    kept = [
        without_words(stored) if (stored.audience, stored.stamp.number) in gone else stored
        for stored in played.log
    ]
    changed = [one for one, other in zip(played.log, kept, strict=True) if one != other]
    assert all(isinstance(stored.entry, happened.Worded) for stored in changed)
    assert fold(kept) == played.meeting


@law
@given(MEETINGS)
def test_p20_after_the_sweep_all_but_what_people_wrote_is_as_it_was(steps: list[Step]):
    played = held(steps)
    swept = fold([without_words(stored) for stored in played.log])
    wordless = played.meeting
    for seat in played.meeting.seats:
        wordless = wordless.with_seat(seat, name=None)
    topic = wordless.topic
    lobby = {knock: replace(found, name=None) for knock, found in wordless.lobby.items()}
    assert swept == replace(
        wordless,
        looks=HashTrieMap(),
        looks_of=HashTrieMap(),
        topic=None if topic is None else replace(topic, words=None),
        lobby=HashTrieMap(lobby),
        appeals=HashTrieMap(
            {
                number: replace(asked, words=None, answer=None)
                for number, asked in wordless.appeals.items()
            }
        ),
        held=HashTrieMap({n: replace(one, words=None) for n, one in wordless.held.items()}),
        waits=HashTrieMap(dict.fromkeys(wordless.waits)),
        lines=HashTrieMap({n: replace(line, words=None) for n, line in wordless.lines.items()}),
    )


@law
@given(MEETINGS)
def test_p19_cm_14_of_a_line_its_words_stand_in_one_place_and_of_one_taken_out_in_none(
    steps: list[Step],
):
    """What it read before is with the facilitators alone, and goes with it."""
    played = held(steps)
    gone = {place for stored in played.log for place in erased_by(stored.entry)}
    of_lines = happened.Said | happened.Edited | happened.Replaced
    left: dict[int, list[tuple[int, str | None]]] = {}
    for stored in played.log:
        place = (stored.audience, stored.stamp.number)
        if isinstance(stored.entry, of_lines) and place not in gone:
            number = getattr(stored.entry, "number", stored.stamp.number)
            left.setdefault(number, []).append((stored.audience, stored.entry.words))
    lines = {n: line for n, line in played.meeting.lines.items() if not line.is_post}
    assert left.keys() == lines.keys()
    for number, line in lines.items():
        in_room = [words for stream, words in left[number] if stream == ROOM]
        assert in_room == [line.words]
        assert len(left[number]) == 1 + len(line.history)


def without_words(stored: Stored) -> Stored:
    if not hasattr(stored.entry, "words"):
        return stored
    entry = replace(stored.entry, words=None)
    return Stored(entry, stored.audience, stored.stamp)


@law
@given(MEETINGS, st.integers(1, 7), st.data())
def test_p25_a_client_that_joins_at_any_time_sees_what_a_fresh_one_sees(
    steps: list[Step], seat: int, data: st.DataObject
):
    """A client has a snapshot, then the entries of the streams it reads, and nothing else."""
    client: Meeting | None = None
    joins = data.draw(st.integers(0, len(steps)), label="joins after step")
    for step, (played, left) in enumerate(play(steps)):
        theirs = streams(played.meeting, seat)
        if not theirs:
            client = None
        elif step == joins or any(changes_streams(stored.entry) == seat for stored in left):
            client = sent_to(played.meeting, seat) if step >= joins else None
        elif client is not None:
            client = fold([stored for stored in left if stored.audience in theirs], client)
        if client is not None:
            assert snapshot(client, seat) == snapshot(played.meeting, seat)


def sent_to(meeting: Meeting, seat: int) -> Meeting:
    """All that a fresh client of `seat` knows of a meeting."""
    sent = msgspec.json.encode(snapshot(meeting, seat))
    return from_snapshot(msgspec.json.decode(sent, type=Snapshot))


@law
@given(MEETINGS)
def test_p10_p11_fc_06_an_oracle_that_knows_only_floor_md_accepts_every_entry(steps: list[Step]):
    oracle = Oracle()
    for played, left in play(steps):
        for stored in left:
            oracle.take(stored.entry, stored.stamp.at)
            assert len(oracle.holders) <= 1
        assert oracle.expected is None
        agrees_on_the_floor(oracle, played.meeting)
        agrees_on_people(oracle, played.meeting)
        agrees_on_times(oracle, played.meeting)


def agrees_on_the_floor(oracle: Oracle, meeting: Meeting) -> None:
    assert oracle.holders == ([] if meeting.holder is None else [meeting.holder])
    assert oracle.offered == meeting.invited
    assert (oracle.epoch, oracle.turns) == (meeting.epoch, meeting.turns)
    assert oracle.closed == (meeting.closed_at is not None)
    assert tuple(oracle.queue) == meeting.hands
    assert oracle.kept.keys() == {away.seat for away in meeting.hands_away}
    waiting = set(meeting.hands)
    assert {*oracle.urgent} == {*meeting.urgent}
    assert oracle.put_off & waiting == {*meeting.put_off} & waiting
    assert oracle.owed == {*meeting.owed}
    assert oracle.closed or oracle.queue_open == meeting.queue_open
    assert {number: line.seat for number, line in meeting.lines.items()} == oracle.lines
    assert oracle.pinned == (None if meeting.topic is None else meeting.topic.number)
    assert oracle.reactions == set(meeting.reactions)
    lines = meeting.lines.items()
    assert {n: line.place for n, line in lines if line.place} == {
        n: place for n, place in oracle.places.items() if n in oracle.lines
    }
    assert oracle.histories == {n: [*line.history] for n, line in lines if line.history}
    assert oracle.folds == {number: line.fold for number, line in lines if line.fold}
    reports: dict[int, list[str]] = {}
    for report in meeting.reports:
        reports.setdefault(report.number, []).append(report.why)
    assert oracle.reported == reports
    assert oracle.held.keys() == {*meeting.held}
    assert oracle.waits.keys() == {*meeting.waits}


def agrees_on_people(oracle: Oracle, meeting: Meeting) -> None:
    seats = meeting.seats.items()
    assert oracle.roles == {seat: place.role for seat, place in seats}
    assert oracle.gone == {seat for seat, place in seats if place.removed}
    assert oracle.left == {seat for seat, place in seats if place.left}
    assert oracle.muted.keys() == {seat for seat, place in seats if place.mute} == {*meeting.mutes}
    assert oracle.services == {(seat, service) for seat, at in seats for service in at.services}
    assert oracle.listeners == {seat for seat, place in seats if place.listening}
    assert oracle.lobby.keys() == {*meeting.lobby}
    assert oracle.locked == meeting.locked
    assert (oracle.chair, oracle.quiet) == (meeting.chair, meeting.is_quiet)
    offer = meeting.offer
    assert (oracle.offer and oracle.offer.seat) == (offer and offer.seat)
    assert oracle.frozen == (meeting.frozen_at is not None)
    assert oracle.stopped == (meeting.stopped_at is not None)


def agrees_on_times(oracle: Oracle, meeting: Meeting) -> None:
    """The oracle's clocks stand still where the meeting's times are shifted; both come to the same."""
    now = oracle.clocks.at if meeting.frozen_at is None else meeting.frozen_at

    def at(deadline: float | None, clock: Clock) -> Any:
        return deadline and pytest.approx(now + deadline - clock.reads, abs=1e-3)

    room, floor, turn = oracle.clocks.room, oracle.clocks.floor, oracle.clocks.turn
    for seat, until in meeting.mutes.items():
        assert until == at(oracle.muted[seat], room)
    for number, one in meeting.held.items():
        assert one.until == at(oracle.held_until[number], room)
    for away in meeting.hands_away:
        assert away.until == at(oracle.kept[away.seat], room)
    if meeting.holder is not None:
        assert meeting.away_until == at(oracle.away, room)
        assert meeting.moment_until == at(oracle.moment, room)
    if meeting.stopped_at is not None:
        return
    if meeting.invited is not None:
        assert meeting.invite_until == at(oracle.invite_ends, floor)
    stands = meeting.away_until is not None or meeting.moment_until is not None
    if meeting.holder is not None and not stands:
        assert meeting.last_line_until == at(oracle.last_line, turn)
        began = (meeting.turn_began_at or 0.0) + meeting.turn_paused
        assert began == pytest.approx(now + oracle.turn_began - turn.reads, abs=1e-3)
        assert meeting.turn_extra == oracle.extra


@law
@given(MEETINGS)
def test_p8_no_speech_of_the_muted_stands_between_mute_and_unmute(steps: list[Step]):
    muted: set[int] = set()
    for stored in held(steps).log:
        match stored.entry:
            case happened.Muted(seat=seat):
                muted.add(seat)
            case happened.Unmuted(seat=seat) | happened.Removed(seat=seat):
                muted.discard(seat)
            case (
                happened.Said(seat=seat)
                | happened.Edited(seat=seat)
                | happened.Posted(seat=seat)
                | happened.Reacted(seat=seat)
                | happened.Renamed(seat=seat)
            ):
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
    since: dict[int, tuple[int, int]] = {}
    reads_all = played.meeting.flags.history == "meeting"
    for stored in played.log:
        heads[expected_audience(stored.entry)] += 1
        if isinstance(stored.entry, happened.SeatTaken):
            since[stored.entry.seat] = (1 if reads_all else heads[ROOM], heads[CHAIR] + 1)
        if isinstance(stored.entry, happened.RemovalLifted) and not reads_all:
            since[stored.entry.seat] = (heads[ROOM], since[stored.entry.seat][1])
    for seat, position in promoted(played.log).items():
        told = [one for one in played.log[:position] if one.audience == CHAIR]
        since[seat] = (since[seat][0], len(told) + 1)
    places = played.meeting.seats
    assert since == {seat: (place.since, place.since_chair) for seat, place in places.items()}
    assert played.meeting.chair_number == heads[CHAIR]


def promoted(log: list[Stored]) -> dict[int, int]:
    """Who became a facilitator after they came, and at which position last."""
    roles: dict[int, str] = {}
    last: dict[int, int] = {}
    for position, stored in enumerate(log):
        match stored.entry:
            case happened.SeatTaken(seat=seat, role=role):
                roles[seat] = role
            case happened.Dismissed(seat=seat, service="co_chair"):
                roles[seat] = "member"
            case happened.Appointed(seat=seat, service="co_chair") | happened.ChairTaken(seat=seat):
                if roles[seat] == "member":
                    roles[seat], last[seat] = "facilitator", position
            case _:
                pass
    return last


@law
@given(MEETINGS)
def test_p22_every_entry_is_delivered_to_those_of_its_one_audience_and_nobody_else(
    steps: list[Step],
):
    played = held(steps)
    meeting = played.meeting
    began = {
        stored.entry.seat: position
        for position, stored in enumerate(played.log)
        if isinstance(stored.entry, happened.SeatTaken)
    }
    ends = happened.Removed | happened.SeatLeft
    removed = {stored.entry.seat for stored in played.log if isinstance(stored.entry, ends)}
    removed -= {seat for seat in removed if meeting.sits(seat)}  # They came back.
    first = {ROOM: began, CHAIR: {**began, **promoted(played.log)}}
    if meeting.flags.history == "meeting":
        first[ROOM] = dict.fromkeys(began, 0)
    else:
        first[ROOM] = began | {
            stored.entry.seat: position
            for position, stored in enumerate(played.log)
            if isinstance(stored.entry, happened.RemovalLifted)
        }
    for seat in (*began, len(began) + 1, 0):
        theirs = streams(meeting, seat)
        got = [
            stored.entry
            for stored in played.log
            if stored.audience in theirs and stored.stamp.number >= theirs[stored.audience]
        ]
        due_to = [
            stored.entry
            for position, stored in enumerate(played.log)
            if seat in began
            and seat not in removed
            and position >= first.get(stored.audience, began)[seat]
            and may_see(stored.entry, seat, meeting.seats[seat].role)
        ]
        assert got == due_to


def expected_audience(entry: happened.AnyEntry) -> int:
    return {
        happened.Told: CHAIR,
        happened.CareNoticed: CHAIR,
        happened.CrosstalkNoticed: CHAIR,
        happened.Knocked: CHAIR,
        happened.KnockAnswered: CHAIR,
        happened.LobbyCleared: CHAIR,
        happened.StrangersCame: CHAIR,
        happened.Noted: CHAIR,
        happened.Appealed: CHAIR,
        happened.AppealAnswered: CHAIR,
        happened.NotedYou: getattr(entry, "owner", 0),
        happened.AppealedYou: getattr(entry, "owner", 0),
        happened.AppealAnsweredYou: getattr(entry, "owner", 0),
        happened.Reported: CHAIR,
        happened.ReportsAnswered: CHAIR,
        happened.ReportNoted: NOBODY,
        happened.NeedSeen: NOBODY,
        happened.Held: CHAIR,
        happened.HeldEnded: CHAIR,
        happened.StrikeProposed: CHAIR,
        happened.Replaced: CHAIR,
        happened.HistoryGone: CHAIR,
        happened.HeldYours: getattr(entry, "owner", 0),
        happened.HeldYoursEnded: getattr(entry, "owner", 0),
        happened.KnockGiven: NOBODY,
        happened.CameBy: NOBODY,
        happened.Answered: NOBODY,
        happened.ToldYou: getattr(entry, "owner", 0),
        happened.SeatGiven: getattr(entry, "seat", 0),
        happened.DraftAnnounced: getattr(entry, "seat", 0),
    }.get(type(entry), ROOM)


def may_see(entry: happened.AnyEntry, seat: int, role: str) -> bool:
    assert audience(entry) == expected_audience(entry)
    where = expected_audience(entry)
    return where in (ROOM, seat) or (where == CHAIR and role != "member")


@law
@given(MEETINGS)
def test_p22_what_is_private_changes_nothing_that_the_room_sees(steps: list[Step]):
    """The room's entries and each snapshot are those of the same meeting without private lines.

    To members it makes no difference either who waits in the lobby, was given a note, or
    appeals, or what was reported.
    """
    played = held(steps)
    private = happened.Told | happened.CareNoticed | happened.ToldYou | happened.DraftAnnounced
    private |= happened.Answered | happened.CrosstalkNoticed
    untold = without(played, private)
    nobody_waits = without(
        played,
        private
        | happened.Knocked
        | happened.KnockGiven
        | happened.KnockAnswered
        | happened.LobbyCleared
        | happened.StrangersCame
        | happened.Noted
        | happened.Appealed
        | happened.AppealedYou
        | happened.AppealAnswered
        | happened.Reported
        | happened.ReportNoted
        | happened.ReportsAnswered
        | happened.NeedSeen
        | happened.Held
        | happened.HeldEnded
        | happened.StrikeProposed
        | happened.Replaced
        | happened.HistoryGone,
    )
    room = [(stored.entry, stored.stamp) for stored in played.log if stored.audience == ROOM]
    for other in (untold, nobody_waits):
        log = [(stored.entry, stored.stamp) for stored in other.log if stored.audience == ROOM]
        assert room == log
    secret = {*played.meeting.sessions, *played.meeting.knockers}
    # What is held is named by its number in the streams of the facilitators and of its author: another
    # one where less is in them.
    held_of = {one.entry.seat for one in played.log if isinstance(one.entry, happened.Held)}
    for seat in played.meeting.seats:
        if seat in held_of or (held_of and played.meeting.is_facilitator(seat)):
            continue
        sent = msgspec.json.encode(snapshot(played.meeting, seat))
        other = untold if played.meeting.is_facilitator(seat) else nobody_waits
        assert sent == msgspec.json.encode(snapshot(other.meeting, seat))
        assert not [session for session in secret if session.encode() in sent]


def without(played: Played, private: Any) -> Played:
    """The meeting in which these never happened."""
    other = Played()
    for stored in played.log:
        if not isinstance(stored.entry, private):
            other.now = stored.stamp.at
            other.store(stored.entry, stored.stamp.by)
    return other


@law
@given(MEETINGS)
def test_p22_a48_a_seat_comes_back_for_its_streams_exactly_when_they_change(steps: list[Step]):
    """A facilitator who takes the chair comes back too: it reads the same, and may do more."""
    for before, stored, after in one_by_one(held(steps)):
        named = changes_streams(stored.entry)
        for seat in before.seats:
            changed = streams(before, seat) != streams(after, seat)
            ends = isinstance(stored.entry, happened.Removed | happened.SeatLeft)
            if ends and seat == getattr(stored.entry, "seat", None):
                assert changed
                assert not streams(after, seat)
            elif isinstance(stored.entry, happened.RemovalLifted) and seat == stored.entry.seat:
                assert not streams(before, seat), "no socket of theirs is there to come back"
            elif isinstance(stored.entry, happened.CameBack) and seat == stored.entry.seat:
                assert changed == bool(before.seats[seat].left)
                assert streams(after, seat)
            elif changed:
                assert named == seat
            elif named == seat:
                assert isinstance(stored.entry, happened.ChairTaken)
                assert before.is_facilitator(seat)


def one_by_one(played: Played) -> list[tuple[Meeting, Stored, Meeting]]:
    """Each entry, with the meeting before and after it."""
    told, meeting = [], decider.NEW
    for stored in played.log:
        before, meeting = meeting, decider.evolve(meeting, stored.entry, stored.stamp)
        told.append((before, stored, meeting))
    return told


@law
@given(MEETINGS)
def test_fc_20_rights_are_those_of_a_fresh_joiner_of_the_same_role(steps: list[Step]):
    """But for who has the floor, is assigned to this phase, or said their line in it."""
    for played, _ in play(steps):
        meeting = played.meeting
        for seat, place in meeting.seats.items():
            assigned = meeting.speak in place.services
            said = meeting.speak == "self_id" and seat in meeting.said
            if not meeting.sits(seat) or seat == meeting.holder or assigned or said:
                continue
            fresh = len(meeting.seats) + 1
            arrival = happened.SeatTaken(seat=fresh, role=place.role, words="Fresh")
            joined = decider.evolve(meeting, arrival, Stamp(10**6, played.now))
            is_muted = meeting.is_muted(seat) and meeting.is_open
            assert why_silent(meeting, seat) == ("muted" if is_muted else why_silent(joined, fresh))


# What a freeze moves, and what goes on in it: the meeting's own life and the chair's clocks.
STANDS_STILL = (
    "phase_began_at", "invite_until", "turn_began_at", "turn_stopped_at", "last_line_until",
    "away_until", "moment_until", "paused_at", "shield_at", "all_muted_at", "all_muted_until",
)  # fmt: skip
GOES_ON = (
    "convened_at", "opened_at", "closed_at", "turn_paused", "turn_extra", "total_pause", "frozen_at",
    "chair_away_until", "strangers", "strangers_at",
)  # fmt: skip


def test_fc_21_it_is_said_of_every_time_whether_a_freeze_moves_it():
    times = {name for name, type_ in Meeting.__annotations__.items() if "float" in str(type_)}
    inside = {"mutes"}  # Moved one by one, as are those of structs within.
    assert times == {*STANDS_STILL, *GOES_ON} | inside


def later(meeting: Meeting, seconds: float) -> Meeting:
    """The meeting, had everything in it happened so much later."""
    times = {name: getattr(meeting, name) for name in STANDS_STILL}
    changes: dict[str, Any] = {name: at and at + seconds for name, at in times.items()}
    last = meeting.last_turn
    changes["last_turn"] = last and Turn(last.seat, last.at + seconds)
    away = (AwayHand(away.seat, away.until + seconds) for away in meeting.hands_away)
    changes["hands_away"] = tuple(away)
    changes["mutes"] = HashTrieMap({seat: until + seconds for seat, until in meeting.mutes.items()})
    for seat, place in meeting.seats.items():
        if place.mute is not None:
            moved = replace(place.mute, until=place.mute.until + seconds)
            meeting = meeting.with_seat(seat, mute=moved)
    changes["held"] = HashTrieMap(
        {number: replace(one, until=one.until + seconds) for number, one in meeting.held.items()}
    )
    return replace(meeting, **changes)


FREEZING = st.sampled_from([0.0, 0.25, 8.0, 64.0, 1024.0])


@law
@given(MEETINGS, FREEZING)
def test_fc_21_a_thaw_is_the_state_before_with_every_clock_shifted(
    steps: list[Step], seconds: float
):
    """In whole quarters of a second, so that times add up to the last digit."""
    for before, now in freezable(steps):
        leader, over = chair_of(before), now + seconds
        frozen = evolved(before, decider.decide(before, ask.Freeze(), leader, now), now)
        ends_by_itself = decider.due(frozen)  # The chair's clocks go on, and the close's (P20).
        if ends_by_itself is None or ends_by_itself > over:
            assert decider.decide(frozen, ask.Tick(), 0, over) == []
        thawed = evolved(frozen, decider.decide(frozen, ask.Thaw(), leader, over), over)
        assert thawed == later(before, seconds)


@law
@given(
    MEETINGS, FREEZING, FREEZING, st.integers(1, 7), st.sampled_from(["mute", "unmute", "remove"])
)
def test_fc_21_what_facilitators_do_in_a_freeze_is_done_and_moves_no_clock(
    steps: list[Step], passed: float, rest: float, target: int, what: str
):
    """As if it had been done in the moment of the freeze; a mute lasts as long as was said."""
    acts: dict[str, ask.AnyCommand] = {
        "mute": ask.Mute(target, 5), "unmute": ask.Unmute(target), "remove": ask.Remove(target)
    }  # fmt: skip
    for before, now in freezable(steps):
        leader = chair_of(before)
        frozen = evolved(before, decider.decide(before, ask.Freeze(), leader, now), now)
        try:
            left = decider.decide(frozen, acts[what], leader, now + passed)
        except Refused:
            continue
        over = now + passed + rest
        acted = evolved(frozen, left, now + passed)
        thawed = evolved(acted, decider.decide(acted, ask.Thaw(), leader, over), over)
        at_once = [
            replace(entry, until=entry.until - passed)
            if isinstance(entry, happened.Muted)
            else entry
            for entry in left
        ]
        expected = later(evolved(before, at_once, now), passed + rest)
        assert undated(thawed) == undated(expected)


def undated(meeting: Meeting) -> Meeting:
    """Without when it was decided about what is held: that is told as it was, in a freeze too."""
    decided = {place: replace(done, at=0.0) for place, done in meeting.decided.items()}
    return replace(meeting, decided=HashTrieMap(decided))


def freezable(steps: list[Step]) -> list[tuple[Meeting, float]]:
    """The meetings on the way in which somebody can freeze the room, and when, in whole seconds."""
    found = []
    for played, left in play(rounded(steps)):
        meeting = played.meeting
        if left and meeting.is_open and meeting.frozen_at is None and chair_of(meeting):
            found.append((meeting, played.now))
    return found


def rounded(steps: list[Step]) -> list[Step]:
    return [Step(step.seat, step.command, float(round(step.wait)), step.verdict) for step in steps]


def chair_of(meeting: Meeting) -> int:
    """Somebody who may act on as many as possible; 0 where no facilitator is here."""
    leaders = [seat for seat in meeting.seats if meeting.is_facilitator(seat)]
    return max(leaders, key=meeting.rank, default=0)


def evolved(meeting: Meeting, entries: list[happened.AnyEntry], at: float) -> Meeting:
    for entry in entries:
        meeting = decider.evolve(meeting, entry, Stamp(10**6, at))
    return meeting


@law
@given(MEETINGS)
def test_p12_a_tick_does_something_when_it_is_due_and_then_nothing(steps: list[Step]):
    """But for a turn or an invitation that was over before the room was muted: its clock runs again first."""
    for played, _ in play(steps):
        meeting, at = played.meeting, decider.due(played.meeting)
        moments = {played.now, *([] if at is None else [at, at - 0.001, at + 5])}
        for now in moments:
            left = decider.decide(meeting, ask.Tick(), 0, now)
            assert bool(left) == (at is not None and at <= now)
            after = evolved(meeting, left, now)
            if any(isinstance(entry, happened.AllUnmuted) for entry in left):
                after = evolved(after, decider.decide(after, ask.Tick(), 0, now), now)
            assert decider.decide(after, ask.Tick(), 0, now) == []
            next_ = decider.due(after)
            assert next_ is None or next_ > now


@law
@given(MEETINGS, structs(*members(ask.SeatCommand)), st.integers(-1, 9))
def test_fc_22_any_command_of_anybody_leaves_entries_or_a_refusal_and_never_a_fault(
    steps: list[Step], command: ask.SeatCommand, seat: int
):
    played = held(steps)
    ids = dict(played.meeting.sessions)
    try:
        left = decider.decide(played.meeting, command, seat, played.now)
    except Refused:
        return
    outside = isinstance(command, ask.Appeal) and command.about == "removal"
    assert played.meeting.sits(seat) or outside
    comes_in = [
        entry for entry in left if isinstance(entry, happened.SeatTaken | happened.SeatGiven)
    ]
    assert not comes_in or isinstance(command, ask.Admit)
    assert ids == dict(played.meeting.sessions)
    for entry in left:
        if isinstance(entry, happened.Removed | happened.Muted) or (
            isinstance(entry, happened.Unmuted) and entry.by != "phase"
        ):
            assert played.meeting.is_facilitator(seat)
            appealed = isinstance(command, ask.AnswerAppeal)
            assert appealed or played.meeting.rank(entry.seat) < played.meeting.rank(seat)


# Bytes

ENTRIES = [*members(happened.AnyEntry), *members(CaseEntry), *members(DeskEntry)]
COMMANDS = [*members(ask.AnyCommand), *members(AnyCaseCommand), *members(DeskServerCommand)]


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

    @settings(law, max_examples=500)
    @given(MEETINGS)
    def count(steps: list[Step]) -> None:
        played = held(steps)
        seen.update({type(stored.entry).__name__ for stored in played.log})
        refused.update(set(played.refused))

    every = {entry.__name__ for entry in members(happened.AnyEntry)}
    common = {"stale_epoch", "muted", "not_your_turn", "turn_ended", "turn_running", "removed"}
    for another in range(ROUNDS):
        seed(SEED + another)(count)()
        if min(seen[name] for name in every) >= 3 and common <= set(refused):
            break
    assert {name: seen[name] for name in every if seen[name] < 3} == {}
    assert common - set(refused) == set(), refused
    assert len(refused) >= 40, refused


def test_a_command_of_the_cast_is_one_of_those_that_chance_chooses():
    played = held([Step(0, ask.TakeSeat("s", "facilitator", NAMES[1]))])
    assert played.meeting.is_facilitator(1)
    assert played.command(ask.Mute(1, 5), 1) == []
    assert played.command(ask.Redact(1), 1) == []
    assert played.refused == ["not_on_a_facilitator", "no_such_line"]
