"""A new policy, tried on the example messages before anybody is held to it."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import msgspec

from chatroom.groups.formats import read_formats
from chatroom.live.policies import Policies, open_policies, shipped
from chatroom.live.reviewing import lists
from chatroom.settings import Settings
from moderation.content.policy import Place
from moderation.content.seen import Look
from moderation.content.trial import Tried, tried
from moderation.meeting.format import Flags

CONTENT = files("moderation.content")
UNSEEN = ("author-9.jsonl", "author-10.jsonl")
"""Whom nothing was trained on: on the others the second look does better than it will on your people."""


class Example(msgspec.Struct, frozen=True):
    """One of them; what it is about as its author says."""

    id: str
    labels: tuple[str, ...]
    text: str


def trial(
    settings: Settings, path: Path, *, every: int, format: str = "", room: str = "", phase: str = ""
) -> list[Tried]:
    """What becomes of every n-th message under the policy in use and under that of a file.

    Raises `ValueError` with the line and the reason where the file is faulty.
    """
    new = Policies(shipped(settings), path)
    new.read()
    known = read_formats().get(format)
    flags = Flags() if known is None else known.flags
    place = Place("member", format, room, phase, flags.links, flags.explicit_using)
    return list(
        tried(
            _looked_at(_examples()[::every]),
            open_policies(settings).at(place),
            new.at(place),
            lists(),
        )
    )


def _examples() -> list[Example]:
    lines = (
        line for name in UNSEEN for line in (CONTENT / "examples" / name).read_bytes().splitlines()
    )
    return [msgspec.json.decode(line, type=Example) for line in lines]


def _looked_at(examples: list[Example]) -> Iterator[tuple[str, str, tuple[str, ...], Look]]:
    # Here alone: no other command waits until what is learned is loaded.
    from moderation.content.encoder import encoder
    from moderation.content.learned import FILES, look, parse

    model = CONTENT / "model"
    encode = encoder((model / "encoder.onnx").read_bytes())
    learned = parse({name: (model / name).read_bytes() for name in FILES}, encode)
    for one in examples:
        yield one.id, one.text, one.labels, look(one.text, learned)
