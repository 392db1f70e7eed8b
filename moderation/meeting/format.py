"""A format: the agenda a meeting is held by, and the group's ways, as data."""

from collections.abc import Collection, Iterator
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import replace

from moderation.places import Path, line_of, path_of, read

Speak = Literal[
    "facilitator", "reader", "self_id", "queue", "round", "tag", "speaker", "discussion", "open", "silent"
]  # fmt: skip
"""Who may write in a phase (formats.md)."""
Reaction = Literal["with_you", "thank_you", "welcome", "congratulations"]
"""The small set of words that go under a line."""
Crosstalk = Literal["none", "allowed", "after_round", "questions_to_lead"]
Door = Literal["open", "knock", "members", "invitation"]
"""Who comes in: everybody; everybody by the lobby; members, others by the lobby; members only."""
OnEnter = Literal["lock", "unlock", "close_queue"]

Id = Annotated[str, Meta(pattern=r"\A[a-z][a-z_]{0,30}\Z")]
Title = Annotated[str, Meta(min_length=1, max_length=60)]
TURNS = ("queue", "round", "tag")
"""Policies under which one at a time has the floor."""


class Slot(Struct, frozen=True):
    """A place for a reading that the group brings itself: its own text, or where to find it."""

    title: Title
    role: Literal["reader", "facilitator"] = "reader"
    text: Annotated[str, Meta(max_length=6000)] = ""
    url: Annotated[str, Meta(max_length=500, pattern=r"\A(https://\S+)?\Z")] = ""


class Phase(Struct, frozen=True):
    """One step of the agenda.

    `minutes` is what it is meant to take; where it `ends` by `time`, the next one begins then, once a
    running turn has ended (FC-29). `turn` is how many minutes one turn may take, 0 for no limit; the
    holder is reminded `warn` seconds before, and the turn is ended `grace` seconds after (FC-14). With
    `calls` `next` the floor passes on to the next hand by itself, else the facilitator calls. `lines`
    is how many each may write where all introduce themselves. `urgent` is the lane of burning desire.
    """

    id: Id
    title: Title
    minutes: Annotated[int, Meta(ge=0, le=240)]
    speak: Speak
    turn: Annotated[int, Meta(ge=0, le=60)] = 0
    ends: Literal["facilitator", "time"] = "facilitator"
    calls: Literal["facilitator", "next"] = "facilitator"
    warn: Annotated[tuple[Annotated[int, Meta(ge=1, le=600)], ...], Meta(max_length=4)] = (60, 15)
    grace: Annotated[int, Meta(ge=0, le=600)] = 60
    lines: Annotated[int, Meta(ge=1, le=5)] = 1
    fairness: bool = False
    urgent: Literal["off", "beside", "only"] = "off"
    crosstalk: Crosstalk | None = None
    reactions: tuple[Reaction, ...] = ("with_you", "thank_you")
    slots: Annotated[tuple[Slot, ...], Meta(max_length=10)] = ()
    cues: Annotated[tuple[Id, ...], Meta(max_length=12)] = ()
    on_enter: tuple[OnEnter, ...] = ()


class Flags(Struct, frozen=True):
    """The ways of a group that hold in all phases; a room may set its own (formats.md).

    `declared` is what fellowships call an open or closed meeting; who comes in is the `door`. `explicit_using` is what
    becomes of a share that tells of using in detail, where the organisation's policy leaves that to groups (CM-07).
    `share_limit` is the minutes of one turn, 0 to leave them to the phases. `history` says whether who
    comes late may read what was said before, `signals` whether facilitators learn that staff were told
    of a member's words (CE-06); never the words. Who appeals against what a facilitator did is promised
    an answer within `appeal_minutes` (CM-19).
    """

    declared: Literal["open", "closed"] = "closed"
    crosstalk: Crosstalk = "none"
    asks_if_used_today: bool = False
    share_limit: Annotated[int, Meta(ge=0, le=30)] = 0
    single_share: bool = False
    fairness: bool = False
    explicit_using: Literal["bounce", "fold", "hold"] = "fold"
    length: Annotated[int, Meta(ge=15, le=240)] = 60
    links: Literal["facilitators", "everyone"] = "facilitators"
    reactions: bool = True
    door: Door = "invitation"
    history: Literal["none", "meeting"] = "none"
    signals: Literal["facilitators", "staff"] = "facilitators"
    appeal_minutes: Annotated[int, Meta(ge=2, le=240)] = 10


class Format(Struct, frozen=True, forbid_unknown_fields=True):
    """The template a meeting's agenda comes from."""

    id: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]{0,40}\Z")]
    title: Annotated[str, Meta(min_length=1, max_length=80)]
    phases: Annotated[tuple[Phase, ...], Meta(min_length=1, max_length=40)]
    flags: Flags = Flags()
    about: Annotated[str, Meta(max_length=300)] = ""


def parse(text: str, cues: Collection[str] | None = None) -> Format:
    """A format from its TOML text; raises `ValueError` saying the line and the reason.

    `cues` are the ids of the cue cards there are; None where any will do.
    """
    raw = read(text)
    unknown = next(_unknown_fields(raw), None)
    if unknown is not None:
        raise _wrong_at(text, raw, unknown[:-1], f"unknown field {unknown[-1]}", unknown)
    try:
        format = convert(raw, Format)
    except ValidationError as wrong:
        path = path_of(str(wrong))
        raise _wrong_at(text, raw, path, _reason(str(wrong), raw, path)) from None
    for number, given in enumerate(raw["phases"]):
        field, why = next(_wrong(format, number, given, cues), ((), ""))
        if why:
            raise _wrong_at(text, raw, ("phases", number), why, ("phases", number, *field))
    return format


def fitted(format: Format, ways: dict[str, Any]) -> Format:
    """The format with a room's own ways in place of its flags; the share limit goes into the turns.

    Raises `ValueError` where there is no such way, or it can't be so.
    """
    unknown = next(_not_in(Flags, ways, ()), None)
    if unknown is not None:
        raise ValueError(f"there is no setting {unknown[0]}")
    try:
        flags = convert({**_given(format.flags), **ways}, Flags)
    except ValidationError as wrong:
        path = path_of(str(wrong))
        raise ValueError(f"{path[0]}: {_reason(str(wrong), ways, ('flags', *path))}") from None
    phases = tuple(
        replace(phase, turn=flags.share_limit) if flags.share_limit and phase.turn else phase
        for phase in format.phases
    )
    return replace(format, phases=phases, flags=flags)


def _given(flags: Flags) -> dict[str, Any]:
    return {name: getattr(flags, name) for name in Flags.__struct_fields__}


# What makes no sense, though each field is well by itself


def _wrong(
    format: Format, number: int, given: dict[str, Any], cues: Collection[str] | None
) -> Iterator[tuple[Path, str]]:
    """What is wrong with a phase: where in it, and why."""
    phase = format.phases[number]
    if phase.id in {earlier.id for earlier in format.phases[:number]}:
        yield ("id",), "two phases have the same id"
    if phase.ends == "time" and phase.minutes == 0:
        yield ("ends",), "it ends by time, so it needs minutes"
    yield from _wrong_turns(phase, given)
    if phase.speak != "self_id" and "lines" in given:
        yield ("lines",), "lines are counted where all introduce themselves"
    for place, slot in enumerate(phase.slots):
        if slot.role == "reader" and phase.speak != "reader":
            yield ("slots", place), "a reader reads in a phase of readers; say who else does"
    for place, cue in enumerate(phase.cues):
        if cues is not None and cue not in cues:
            yield ("cues", place), f"there is no cue card {cue}"


def _wrong_turns(phase: Phase, given: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    if phase.speak not in TURNS:
        for field in ("turn", "warn", "grace", "fairness", "urgent"):
            if field in given:
                yield (field,), f"{field} is of a queue, a round or a tag"
        if "close_queue" in phase.on_enter:
            yield ("on_enter",), "there is no queue to close"
    if phase.speak != "queue" and "calls" in given:
        yield ("calls",), "calls is of a queue; a round passes on by itself, and a tag by name"
    if "warn" in given and any(before >= 60 * phase.turn for before in phase.warn):
        yield ("warn",), "a reminder comes before a turn's end and after its beginning"


# Fields and words that are not there


def _unknown_fields(raw: dict[str, Any]) -> Iterator[Path]:
    """What no struct has: the log's readers forgive it, a template may not have it."""
    yield from _not_in(Format, raw, ())
    yield from _not_in(Flags, raw.get("flags"), ("flags",))
    for number, phase in enumerate(_list(raw, "phases")):
        yield from _not_in(Phase, phase, ("phases", number))
        for place, slot in enumerate(_list(phase, "slots")):
            yield from _not_in(Slot, slot, ("phases", number, "slots", place))


def _not_in(struct: type[Struct], given: object, path: Path) -> Iterator[Path]:
    if isinstance(given, dict):
        for field in sorted(given.keys() - set(struct.__struct_fields__)):
            yield (*path, field)


def _list(given: object, field: str) -> list[object]:
    found = given.get(field) if isinstance(given, dict) else None
    return found if isinstance(found, list) else []


def _wrong_at(
    text: str, raw: dict[str, Any], path: Path, why: str, line_at: Path | None = None
) -> ValueError:
    """The line, where that is in the agenda, and why."""
    places = [f"line {line_of(text, path if line_at is None else line_at)}"]
    if path[:1] == ("phases",) and len(path) > 1:
        places.append(f"phase {_phase(raw, path).get('id') or int(path[1]) + 1}")
        path = path[2:]
    places += [str(step + 1) if isinstance(step, int) else step for step in path]
    return ValueError(": ".join([*places, why]))


def _phase(raw: dict[str, Any], path: Path) -> dict[str, Any]:
    phase = raw["phases"][path[1]]
    return phase if isinstance(phase, dict) else {}


def _reason(wrong: str, raw: dict[str, Any], path: Path) -> str:
    """Why a value can't be; where it is one of few words, which they are."""
    why = wrong.partition(" - at `$")[0]
    names = [step for step in path if isinstance(step, str)]
    if not why.startswith("Invalid enum value") or not names:
        return why
    structs = {"flags": Flags, "slots": Slot}
    struct = next((structs[name] for name in reversed(names[:-1]) if name in structs), Phase)
    return f"{why}: none of {', '.join(_choices(get_type_hints(struct)[names[-1]]))}"


def _choices(hint: Any) -> Iterator[str]:
    if get_origin(hint) is Literal:
        yield from map(str, get_args(hint))
    else:
        for part in get_args(hint):
            yield from _choices(part)
