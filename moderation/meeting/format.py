"""A format: the agenda a meeting is held by, as data."""

import tomllib
from typing import Annotated, Literal

from msgspec import Meta, Struct, convert

Speak = Literal["open", "facilitator", "queue", "silent"]
"""Who may write in a phase: everyone, the facilitators, the holder of the floor, nobody."""


class Phase(Struct, frozen=True, forbid_unknown_fields=True):
    """One step of the agenda. `minutes` is what it is meant to take; nobody is cut off by it yet."""

    id: Annotated[str, Meta(pattern=r"\A[a-z][a-z_]{0,30}\Z")]
    title: Annotated[str, Meta(min_length=1, max_length=60)]
    minutes: Annotated[int, Meta(ge=0, le=240)]
    speak: Speak


class Format(Struct, frozen=True, forbid_unknown_fields=True):
    """The template a meeting's agenda comes from."""

    id: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]{0,40}\Z")]
    title: Annotated[str, Meta(min_length=1, max_length=80)]
    phases: Annotated[tuple[Phase, ...], Meta(min_length=1, max_length=40)]


def parse(text: str) -> Format:
    """A format from its TOML text; raises `ValueError` saying what is wrong and where."""
    format = convert(tomllib.loads(text), Format)
    ids = [phase.id for phase in format.phases]
    if len(set(ids)) != len(ids):
        raise ValueError(f"format {format.id}: two phases have the same id")
    return format
