"""Words: who may write now, what they say to the room, post, tell privately, and take back."""

from typing import Literal

from msgspec.structs import replace

from moderation.content.verdict import Verdict
from moderation.masks import masked
from moderation.meeting import commands as ask
from moderation.meeting import customs, floor, holding, moment, nudge, reporting
from moderation.meeting import entries as happened
from moderation.meeting.crowd import wrote
from moderation.meeting.needs import may_act_on, needs_facilitator
from moderation.meeting.state import Line, Meeting, Stamp, Topic
from moderation.refused import Refused

LATE_LINE = 5.0
"""Seconds after a turn's end in which its last line comes back as a draft of that turn (FC-09)."""
SHORT = 280
"""Code points of a line of introduction."""


def why_silent(meeting: Meeting, seat: int) -> str | None:
    """The code of the reason why `seat` may not write to the room now, None where it may.

    Derived from role, service, phase, floor and mute alone; nothing of it is stored per person (FC-20).
    """
    return why_unheard(meeting, seat) or _why_not_in_this_phase(meeting, seat)


def why_unheard(meeting: Meeting, seat: int) -> str | None:
    """Why nothing of `seat` reaches the room at all, whatever the phase."""
    if meeting.closed_at is not None:
        return "meeting_closed"
    if meeting.opened_at is None:
        return "not_open"
    if meeting.is_muted(seat):
        return "muted"
    if meeting.frozen_at is not None:
        return "frozen"
    if meeting.is_quiet and meeting.holder != seat:
        return "nobody_in_chair"
    if meeting.is_facilitator(seat):
        return None
    if meeting.is_hushed:
        return "all_muted"
    return "paused" if meeting.paused_at is not None else None


def _why_not_in_this_phase(meeting: Meeting, seat: int) -> str | None:
    match meeting.speak:
        case "silent":
            return "quiet"
        case "open" | "discussion":
            return None
        case "self_id":
            return _why_not_again(meeting, seat)
        case "reader":
            return _why_not_assigned(meeting, seat, "reader", "readers_only")
        case "speaker":
            return _why_not_assigned(meeting, seat, "speaker", "speaker_only")
        case _:
            return _why_not_yours(meeting, seat)


def _why_not_again(meeting: Meeting, seat: int) -> str | None:
    """Everybody introduces themselves in a line; the facilitators welcome them."""
    phase = meeting.current
    assert phase is not None, "it is a phase of introductions"
    if meeting.is_facilitator(seat) or meeting.said.get(seat, 0) < phase.lines:
        return None
    return "said_already"


def _why_not_assigned(
    meeting: Meeting, seat: int, service: ask.Service, otherwise: str
) -> str | None:
    """Those who were assigned; while nobody is, the facilitators, for whom alone all seats are looked at."""
    if service in meeting.seats[seat].services:
        return None
    return None if meeting.is_facilitator(seat) and not meeting.serving(service) else otherwise


def _why_not_yours(meeting: Meeting, seat: int) -> str | None:
    if meeting.has_turns and meeting.holder == seat:
        return None
    if not meeting.is_facilitator(seat):
        return "not_your_turn" if meeting.has_turns else "facilitators_only"
    running = meeting.holder is not None and meeting.stopped_at is None
    return "turn_running" if running else None


def say(
    meeting: Meeting, command: ask.Say, seat: int, now: float, verdict: Verdict
) -> list[happened.AnyEntry]:
    custom = customs.typed(meeting, command, seat, now)
    if custom is not None:
        return custom
    accepts = _takes_the_floor(meeting, seat)
    why = None if accepts else why_silent(meeting, seat)
    if why == "not_your_turn" and _was_theirs(meeting, seat, now):
        # A word that was to end the turn is no draft: the turn is over, as its sender wished (FC-07).
        raise Refused("stale_epoch" if customs.ends_turn(command.text) else "turn_ended")
    if why is not None:
        raise Refused(why)
    if command.epoch != meeting.epoch:
        raise Refused("stale_epoch")
    if meeting.speak == "self_id" and len(command.text) > SHORT:
        raise Refused("one_short_line")
    nudge.needs_meant(command, verdict)
    turn = meeting.turns + 1 if accepts else meeting.turn if seat == meeting.holder else 0
    before: list[happened.AnyEntry] = [happened.FloorTaken(seat, turn)] if accepts else []
    is_last = meeting.last_line_until is not None and seat == meeting.holder
    return [
        *before,
        *_line(meeting, command.text, seat, now, verdict, turn),
        *(_over(meeting, seat, now) if is_last else moment.ended_by_line(meeting, seat)),
        *nudge.answered(meeting, seat, verdict),
        *reporting.need_seen(seat, verdict),
    ]


def _line(
    meeting: Meeting, text: str, seat: int, now: float, verdict: Verdict, turn: int
) -> list[happened.AnyEntry]:
    """The line, said or held: a turn goes on all the same, and is begun by it (CM-16)."""
    if holding.is_held(meeting, seat, verdict):
        return holding.hold(meeting, seat, text, now, verdict, turn=turn)
    words, label = reviewed(text, verdict), reporting.label_of(meeting, seat, verdict)
    return [happened.Said(seat=seat, turn=turn, words=words, fold=label)]


def _over(meeting: Meeting, seat: int, now: float) -> list[happened.AnyEntry]:
    """What follows the last line of a turn."""
    return [happened.TurnEnded(seat, reason="time"), *floor.passed_on(meeting, seat, now)]


def _takes_the_floor(meeting: Meeting, seat: int) -> bool:
    """Whether a line of `seat` is the acceptance of an invitation and the first line in one (FC-05)."""
    if seat != meeting.invited or meeting.stopped_at is not None:
        return False
    return why_unheard(meeting, seat) is None


def _was_theirs(meeting: Meeting, seat: int, now: float) -> bool:
    last = meeting.last_turn
    return last is not None and last.seat == seat and now - last.at <= LATE_LINE


def reviewed(text: str, verdict: Verdict) -> str:
    """The words as the review lets them pass; raises `Refused` with the spans where it does not.

    `kind` stands in the refusal of a rule that is certain: the facilitators are told of it (CM-06).
    """
    if verdict.outcome not in ("bounce", "refuse"):
        return masked(text, verdict.masks)
    because = verdict.because
    kind = {"kind": because[0].kind} if verdict.outcome == "refuse" else {}
    spans = [(finding.start, finding.end) for finding in because]
    raise Refused(because[0].code, spans=spans, **kind)


def post(
    meeting: Meeting, command: ask.Post, seat: int, now: float, verdict: Verdict
) -> list[happened.AnyEntry]:
    """Between turns a facilitator posts in any phase; an assigned reader posts readings in theirs."""
    if not meeting.is_facilitator(seat):
        if command.kind != "reading":
            needs_facilitator(meeting, seat)
        _needs_reader(meeting, seat)
    why = why_unheard(meeting, seat)
    if why is None and meeting.holder is not None and meeting.stopped_at is None:
        why = "turn_running"
    if why is not None:
        raise Refused(why)
    if holding.is_held(meeting, seat, verdict):
        return holding.hold(meeting, seat, command.text, now, verdict, post=command.kind)
    words, label = reviewed(command.text, verdict), reporting.label_of(meeting, seat, verdict)
    posted = happened.Posted(seat=seat, kind=command.kind, words=words, fold=label)
    return [posted, *reporting.need_seen(seat, verdict)]


def _needs_reader(meeting: Meeting, seat: int) -> None:
    if meeting.speak != "reader" or "reader" not in meeting.seats[seat].services:
        raise Refused("readers_only")


def notice_care(meeting: Meeting, command: ask.NoticeCare) -> list[happened.AnyEntry]:
    """The facilitators learn that a member may need care, unless the group leaves that to staff (CE-06)."""
    tells = meeting.is_open and meeting.flags.signals == "facilitators"
    if not tells or not meeting.sits(command.seat) or meeting.is_facilitator(command.seat):
        return []
    return [happened.CareNoticed(command.seat, command.attended)]


def propose_strike(meeting: Meeting, command: ask.ProposeStrike) -> list[happened.AnyEntry]:
    """Nothing is done to anybody by it, and nothing is said of who holds the meeting (CM-18)."""
    tells = meeting.is_open and meeting.sits(command.seat)
    if not tells or meeting.is_facilitator(command.seat):
        return []
    return [happened.StrikeProposed(command.seat, command.kind)]


def tell(
    meeting: Meeting, command: ask.Tell, seat: int, verdict: Verdict
) -> list[happened.AnyEntry]:
    """The line to the facilitators works for the muted too, and until the close (P8).

    It is neither held nor refused for what it tells of: those who would decide are who it is for.
    """
    to = command.to or 0
    if meeting.is_facilitator(seat):
        if not meeting.sits(to) or to == seat:
            raise Refused("no_such_seat")
        if meeting.is_muted(seat) and not meeting.is_facilitator(to):
            raise Refused("muted")  # To a member it is speech like any other (A46).
    else:
        if to and not meeting.is_facilitator(to):
            raise Refused(
                "facilitators_act"
            )  # Words meant for one member never go elsewhere instead.
        to = 0
    to_them = verdict.outcome == "refuse" and not meeting.is_facilitator(seat)
    words = command.text if to_them else reviewed(command.text, verdict)
    other = seat if to == 0 else to
    told = (
        [happened.ToldYou(owner=other, seat=seat, to=to, words=words)]
        if not meeting.is_facilitator(other)
        else []
    )
    return [happened.Told(seat=seat, to=to, words=words), *told]


def redact(meeting: Meeting, command: ask.Redact, seat: int) -> list[happened.AnyEntry]:
    line = meeting.lines.get(command.number)
    if line is None:
        raise Refused("no_such_line")
    if line.seat == seat:
        return _taken_out(command.number, line, "self")
    if meeting.is_facilitator(seat):
        return _taken_out(command.number, line, "facilitator")
    raise Refused("not_your_line")


def _taken_out(
    number: int, line: Line, by: Literal["self", "facilitator"], along: int = 0
) -> list[happened.AnyEntry]:
    """With all that it read before (CM-14, P19)."""
    gone = [happened.HistoryGone(number, line.history)] if line.history else []
    return [*gone, happened.Redacted(number, by, along, line.place)]


def purge_recent(
    meeting: Meeting, command: ask.PurgeRecent, seat: int, now: float
) -> list[happened.AnyEntry]:
    """The words of the removed go, too; what a facilitator wrote is theirs (FC-22)."""
    needs_facilitator(meeting, seat)
    if command.seat not in meeting.seats:
        raise Refused("no_such_seat")
    if meeting.sits(command.seat):
        may_act_on(meeting, command.seat, by=seat)
    recent = sorted(
        number
        for number, line in meeting.lines.items()
        if line.seat == command.seat and now - line.written_at <= command.seconds
    )
    return [
        entry
        for number in recent
        for entry in _taken_out(
            number,
            meeting.lines[number],
            "facilitator",
            along=0 if number == recent[0] else recent[0],
        )
    ]


def react(meeting: Meeting, command: ask.React, seat: int) -> list[happened.AnyEntry]:
    """A word from the small set under what somebody said; it is speech (P8, FC-11)."""
    why = why_unheard(meeting, seat)
    if why is not None:
        raise Refused(why)
    if command.number not in meeting.lines:
        raise Refused("no_such_line")
    has_it = (seat, command.number, command.kind) in meeting.reactions
    if has_it == command.on:
        return []
    phase = meeting.current
    assert phase is not None, "who is heard is in an open meeting"
    if command.on and (not meeting.flags.reactions or command.kind not in phase.reactions):
        raise Refused("no_reactions_now")
    return [happened.Reacted(seat, command.number, command.kind, command.on)]


def said(meeting: Meeting, entry: happened.Said, stamp: Stamp) -> Meeting:
    meeting = _with_line(meeting, entry, stamp)
    if entry.turn:
        shared = meeting.shared.insert(entry.seat)
        meeting = replace(meeting, shared=shared, had_moment=False)
    if meeting.speak == "self_id" and not entry.late:
        count = meeting.said.get(entry.seat, 0) + 1
        meeting = replace(meeting, said=meeting.said.insert(entry.seat, count))
    return meeting


def posted(meeting: Meeting, entry: happened.Posted, stamp: Stamp) -> Meeting:
    meeting = _with_line(meeting, entry, stamp)
    if entry.kind != "topic":
        return meeting
    return replace(meeting, topic=Topic(stamp.number, entry.words))


def _with_line(meeting: Meeting, entry: happened.Said | happened.Posted, stamp: Stamp) -> Meeting:
    line = Line(entry.seat, stamp.at, "review" if entry.fold else "", words=entry.words)
    line = (
        replace(line, turn=entry.turn)
        if isinstance(entry, happened.Said)
        else replace(line, is_post=True)
    )
    lines = meeting.lines.insert(stamp.number, line)
    return wrote(replace(meeting, lines=lines, newest=stamp.number), entry.seat)


def redacted(meeting: Meeting, entry: happened.Redacted) -> Meeting:
    meeting = reporting.without_reports(meeting, entry.number)
    meeting = replace(meeting, lines=meeting.lines.discard(entry.number))
    if meeting.topic is None or meeting.topic.number != entry.number:
        return meeting
    return replace(meeting, topic=None)


def reacted(meeting: Meeting, entry: happened.Reacted) -> Meeting:
    reaction = (entry.seat, entry.number, entry.kind)
    change = meeting.reactions.insert if entry.on else meeting.reactions.discard
    return replace(meeting, reactions=change(reaction))
