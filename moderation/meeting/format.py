"""A format: the agenda a meeting is held by, and the group's ways, as data."""

import tomllib
from collections.abc import Collection
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import replace

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

    `share_limit` is the minutes of one turn, 0 to leave them to the phases. `history` says whether who
    comes late may read what was said before.
    """

    declared: Literal["open", "closed"] = "closed"
    crosstalk: Crosstalk = "none"
    newcomer_focus: bool = False
    asks_if_used_today: bool = False
    share_limit: Annotated[int, Meta(ge=0, le=30)] = 0
    single_share: bool = False
    fairness: bool = False
    poa: Literal["off", "opt_in"] = "off"
    collection: bool = False
    explicit_using: Literal["bounce", "fold", "hold"] = "fold"
    length: Annotated[int, Meta(ge=15, le=240)] = 60
    links: Literal["facilitators", "everyone"] = "facilitators"
    reactions: bool = True
    door: Door = "invitation"
    history: Literal["none", "meeting"] = "none"


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
    raw = tomllib.loads(text)
    try:
        format = convert(raw, Format)
    except ValidationError as wrong:
        raise ValueError(_where(text, raw, str(wrong))) from None
    unknown = _unknown(raw.get("flags", {}), Flags)
    if unknown is not None:
        raise ValueError(f"line {_line_of(text, None, unknown)}: flags: unknown field {unknown}")
    seen: set[str] = set()
    for phase, given in zip(format.phases, raw["phases"], strict=True):
        why = _wrong(phase, given, seen, cues)
        if why is not None:
            raise ValueError(f"line {_line_of(text, phase.id)}: phase {phase.id}: {why}")
        seen.add(phase.id)
    return format


def fitted(format: Format, ways: dict[str, Any]) -> Format:
    """The format with a room's own ways in place of its flags; the share limit goes into the turns.

    Raises `ValueError` where there is no such way, or it can't be so.
    """
    unknown = _unknown(ways, Flags)
    if unknown is not None:
        raise ValueError(f"there is no setting {unknown}")
    try:
        flags = convert({**_given(format.flags), **ways}, Flags)
    except ValidationError as wrong:
        raise ValueError(str(wrong)) from None
    phases = tuple(
        replace(phase, turn=flags.share_limit) if flags.share_limit and phase.turn else phase
        for phase in format.phases
    )
    return replace(format, phases=phases, flags=flags)


def _given(flags: Flags) -> dict[str, Any]:
    return {name: getattr(flags, name) for name in Flags.__struct_fields__}


def _wrong(
    phase: Phase, given: dict[str, Any], seen: set[str], cues: Collection[str] | None
) -> str | None:
    """Why a phase makes no sense, None where it does."""
    slots = (_unknown(slot, Slot) for slot in given.get("slots", []))
    unknown = next(filter(None, (_unknown(given, Phase), *slots)), None)
    if unknown is not None:
        return f"unknown field {unknown}"
    if phase.id in seen:
        return "two phases have the same id"
    if phase.ends == "time" and phase.minutes == 0:
        return "it ends by time, so it needs minutes"
    if phase.speak not in TURNS and (phase.turn or phase.fairness or phase.urgent != "off"):
        return "turns, fairness and an urgent lane are of a queue, a round or a tag"
    missing = [cue for cue in phase.cues if cues is not None and cue not in cues]
    return f"there is no cue card {missing[0]}" if missing else None


def _unknown(given: dict[str, Any], struct: type[Struct]) -> str | None:
    """The first field that a struct does not have; the log's readers forgive what a template may not."""
    return next(iter(sorted(given.keys() - set(struct.__struct_fields__))), None)


def _where(text: str, raw: dict[str, Any], wrong: str) -> str:
    """The line of the phase, or of the field, that msgspec speaks of."""
    path = wrong.rpartition("$.")[2].rstrip("`")
    phases = raw.get("phases")
    if path.startswith("phases[") and isinstance(phases, list):
        index = int(path[7:].partition("]")[0])
        phase = phases[index] if index < len(phases) else None
        id = phase.get("id") if isinstance(phase, dict) else None
        return f"line {_line_of(text, id)}: phase {id or index + 1}: {wrong}"
    return f"line {_line_of(text, None, path.partition('.')[0])}: {wrong}"


def _line_of(text: str, id: object, field: str = "phases") -> int:
    """The line on which the phase `id` stands, or else the field; the last such line of two."""
    wanted = f'"{id}"' if id is not None else field
    lines = [number for number, line in enumerate(text.splitlines(), 1) if wanted in line]
    return lines[-1] if lines else 1
