"""A format: the agenda a meeting is held by, as data."""

import tomllib
from typing import Annotated, Literal

from msgspec import Meta, Struct, convert

Speak = Literal["open", "facilitator", "queue", "silent"]
"""Who may write in a phase: everyone, the facilitators, the holder of the floor, nobody."""


class Phase(Struct, frozen=True):
    """One step of the agenda.

    `minutes` is what it is meant to take; where it `ends` by `time`, the next one begins then, once a
    running turn has ended (FC-29). `turn` is how many minutes one turn may take, 0 for no limit.
    """

    id: Annotated[str, Meta(pattern=r"\A[a-z][a-z_]{0,30}\Z")]
    title: Annotated[str, Meta(min_length=1, max_length=60)]
    minutes: Annotated[int, Meta(ge=0, le=240)]
    speak: Speak
    turn: Annotated[int, Meta(ge=0, le=60)] = 0
    ends: Literal["facilitator", "time"] = "facilitator"


class Format(Struct, frozen=True, forbid_unknown_fields=True):
    """The template a meeting's agenda comes from."""

    id: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]{0,40}\Z")]
    title: Annotated[str, Meta(min_length=1, max_length=80)]
    phases: Annotated[tuple[Phase, ...], Meta(min_length=1, max_length=40)]


def parse(text: str) -> Format:
    """A format from its TOML text; raises `ValueError` saying what is wrong and where."""
    raw = tomllib.loads(text)
    format = convert(raw, Format)
    ids = [phase.id for phase in format.phases]
    if len(set(ids)) != len(ids):
        raise ValueError(f"format {format.id}: two phases have the same id")
    for phase, given in zip(format.phases, raw["phases"], strict=True):
        _check(f"format {format.id}, phase {phase.id}", phase, given)
    return format


def _check(where: str, phase: Phase, given: dict[str, object]) -> None:
    unknown = sorted(given.keys() - set(Phase.__struct_fields__))
    if unknown:
        raise ValueError(f"{where}: unknown field {unknown[0]}")
    if phase.ends == "time" and phase.minutes == 0:
        raise ValueError(f"{where}: it ends by time, so it needs minutes")
    if phase.turn and phase.speak != "queue":
        raise ValueError(f"{where}: turns are of a queue")
