"""What a facilitator does to one person: a note, and the appeal that somebody else answers (CM-18, CM-19)."""

from msgspec.structs import replace
from rpds import HashTrieSet

from moderation.content.verdict import Verdict
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened
from moderation.meeting.naming import told_apart, with_look
from moderation.meeting.needs import may_act_on, needs_facilitator
from moderation.meeting.state import Act, Appeal, Meeting, Stamp, Strikes
from moderation.meeting.talking import reviewed
from moderation.refused import Refused


def note(meeting: Meeting, command: ask.Note, seat: int) -> list[happened.AnyEntry]:
    """A kind word of warning: it takes nothing from them, and the room hears nothing of it."""
    may_act_on(meeting, command.seat, by=seat)
    number, role = meeting.notes + 1, meeting.seats[seat].role
    return [
        happened.NotedYou(command.seat, number, command.reason, role),
        happened.Noted(number, command.seat, by=seat, reason=command.reason),
    ]


# Appeals


def appeal(
    meeting: Meeting, command: ask.Appeal, seat: int, now: float, verdict: Verdict
) -> list[happened.AnyEntry]:
    """One for each act, by whom it befell, as long as there is something to undo."""
    act = _act(meeting, command, seat)
    if _appeal_of(meeting, command.about, act) is not None:
        raise Refused("appealed_already")
    number = len(meeting.appeals) + 1
    words = (
        command.text
    )  # What a rule would refuse to the room, the facilitators read here as well.
    if words is not None and verdict.outcome != "refuse":
        words = reviewed(words, verdict)
    answer_by = now + 60.0 * meeting.flags.appeal_minutes
    others = [
        one
        for one in meeting.in_service
        if meeting.is_facilitator(one) and one not in (seat, act.by)
    ]
    yours = happened.AppealedYou(
        owner=seat,
        appeal=number,
        about=command.about,
        number=act.number,
        answer_by=answer_by,
        asked="facilitators" if others else "nobody_yet",
        words=words,
    )
    appealed = happened.Appealed(
        appeal=number,
        seat=seat,
        about=command.about,
        number=act.number,
        decider=act.by,
        answer_by=answer_by,
        words=words,
    )
    return [appealed, yours]


def _act(meeting: Meeting, command: ask.Appeal, seat: int) -> Act:
    which = seat if command.about in ("mute", "removal") else command.number or 0
    act = meeting.acts.get((command.about, which))
    if act is None or act.seat != seat:
        raise Refused("no_such_act")
    return act


def _appeal_of(meeting: Meeting, about: ask.About, act: Act) -> Appeal | None:
    same = (
        one
        for one in meeting.appeals.values()
        if (one.about, one.seat, one.number) == (about, act.seat, act.number)
    )
    return next(same, None)


def answer_appeal(
    meeting: Meeting, command: ask.AnswerAppeal, seat: int, verdict: Verdict
) -> list[happened.AnyEntry]:
    """The first who answers decides it; nobody answers for an act of theirs, or for themselves."""
    needs_facilitator(meeting, seat)
    found = meeting.appeals.get(command.appeal)
    if found is None:
        raise Refused("no_such_appeal")
    if seat in (found.decider, found.seat):
        raise Refused("not_your_own_act")
    if found.upheld is not None:
        raise Refused("appeal_answered", upheld=found.upheld, seat=found.by)
    words = None if command.text is None else reviewed(command.text, verdict)
    role = meeting.seats[seat].role
    answer = happened.AppealAnswered(
        appeal=command.appeal, seat=found.seat, by=seat, upheld=command.upheld, words=words
    )
    yours = happened.AppealAnsweredYou(
        owner=found.seat, appeal=command.appeal, upheld=command.upheld, role=role, words=words
    )
    return [yours, answer, *(_undone(meeting, found) if command.upheld else [])]


def _undone(meeting: Meeting, found: Appeal) -> list[happened.AnyEntry]:
    """Exactly what that act did, as far as it still stands: no later mute, and no redaction.

    Words that were taken out are deleted, and nothing brings them back.
    """
    if found.about not in ("mute", "removal"):
        return []
    act = meeting.acts.get((found.about, found.seat))
    if act is None or act.number != found.number:
        return []
    if found.about == "mute":
        return [happened.Unmuted(found.seat, by="appeal")]
    return [_lifted(meeting, act)]


def _lifted(meeting: Meeting, act: Act) -> happened.RemovalLifted:
    """The same session has the same seat again, and its seats of service."""
    name = meeting.seats[act.seat].name
    name = None if name is None else told_apart(meeting, name, besides=act.seat)
    return happened.RemovalLifted(seat=act.seat, words=name, services=act.services)


# What folds


def noted(meeting: Meeting, entry: happened.Noted) -> Meeting:
    key: tuple[ask.About, int] = ("note", entry.note)
    acts = meeting.acts.insert(key, Act(entry.seat, entry.by, entry.note))
    return _struck(replace(meeting, acts=acts, notes=entry.note), entry.seat, notes=1)


def muted(meeting: Meeting, entry: happened.Muted, stamp: Stamp) -> Meeting:
    act = Act(entry.seat, stamp.by, stamp.number)
    return _struck(_with(meeting, "mute", entry.seat, act), entry.seat, mutes=1)


def act_over(meeting: Meeting, seat: int) -> Meeting:
    """Nobody mutes them any more, so there is nothing to appeal."""
    return replace(meeting, acts=meeting.acts.discard(("mute", seat)))


def removed(before: Meeting, meeting: Meeting, entry: happened.Removed, stamp: Stamp) -> Meeting:
    services = before.seats[entry.seat].services
    act = Act(entry.seat, stamp.by, stamp.number, services)
    return _with(act_over(meeting, entry.seat), "removal", entry.seat, act)


def words_taken(meeting: Meeting, entry: happened.Redacted, stamp: Stamp) -> Meeting:
    """A line that was taken out by a facilitator, who was not its author; with others it is one act."""
    line = meeting.lines.get(entry.number)
    if entry.by == "self" or line is None:
        return meeting
    first = meeting.acts.get(("words", entry.along))
    number = stamp.number if first is None else first.number
    return _with(meeting, "words", entry.number, Act(line.seat, stamp.by, number))


def removal_lifted(meeting: Meeting, entry: happened.RemovalLifted, stamp: Stamp) -> Meeting:
    """Of what was said while they were out they read nothing, but where everybody may."""
    seat, place = entry.seat, meeting.seats[entry.seat]
    since = place.since if meeting.flags.history == "meeting" else stamp.number
    named_at = (*place.named_at, stamp.number)
    meeting = meeting.placed(
        seat,
        replace(
            place,
            removed=0,
            since=since,
            name=entry.words,
            named_at=named_at,
            services=entry.services,
        ),
    )
    others = (one.invitation for one in meeting.seats.values() if one.removed and one.invitation)
    return replace(
        with_look(meeting, seat),
        acts=meeting.acts.discard(("removal", seat)),
        removals=meeting.removals - 1,
        removed_by=HashTrieSet(others),
    )


def appealed(meeting: Meeting, entry: happened.Appealed) -> Meeting:
    found = Appeal(
        entry.seat, entry.about, entry.number, entry.decider, entry.answer_by, entry.words
    )
    return replace(meeting, appeals=meeting.appeals.insert(entry.appeal, found))


def appealed_you(meeting: Meeting, entry: happened.AppealedYou) -> Meeting:
    """Whoever asks is shown no appeals, as facilitators are: there is nothing to change in their copy."""
    found = meeting.appeals.get(entry.appeal)
    if found is None:
        return meeting
    asked = replace(found, asked=entry.asked)
    return replace(meeting, appeals=meeting.appeals.insert(entry.appeal, asked))


def appeal_answered(meeting: Meeting, entry: happened.AppealAnswered) -> Meeting:
    found = meeting.appeals[entry.appeal]
    answered = replace(found, upheld=entry.upheld, by=entry.by, answer=entry.words)
    meeting = replace(meeting, appeals=meeting.appeals.insert(entry.appeal, answered))
    if not entry.upheld:
        return meeting
    return _struck(
        meeting, found.seat, notes=-(found.about == "note"), mutes=-(found.about == "mute")
    )


def _with(meeting: Meeting, about: ask.About, which: int, act: Act) -> Meeting:
    return replace(meeting, acts=meeting.acts.insert((about, which), act))


def _struck(meeting: Meeting, seat: int, notes: int = 0, mutes: int = 0) -> Meeting:
    before = meeting.strikes.get(seat, Strikes())
    after = Strikes(before.notes + notes, before.mutes + mutes)
    return replace(meeting, strikes=meeting.strikes.insert(seat, after))
