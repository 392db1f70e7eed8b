"""Cue cards: short texts that a facilitator has at hand and posts with one tap."""

from typing import Annotated

from msgspec import Meta, Struct, ValidationError, convert

from moderation.meeting.format import Id, Title
from moderation.places import line_of, path_of, read


class Cue(Struct, frozen=True, forbid_unknown_fields=True):
    """A card: what it is called in a format, what its button says, what the room reads."""

    id: Id
    title: Title
    text: Annotated[str, Meta(max_length=600, pattern=r"\A[^\s\x00]([^\x00]*[^\s\x00])?\Z")]


def parse(text: str) -> dict[str, Cue]:
    """The cards by id, from a TOML text with a table for each; raises `ValueError` saying line and reason."""
    cards = read(text)
    return {id: _cue(text, id, card) for id, card in cards.items()}


def _cue(text: str, id: str, card: object) -> Cue:
    if not isinstance(card, dict):
        raise ValueError(f"line {line_of(text, (id,))}: {id}: a card is a table")
    if "id" in card:
        raise ValueError(f"line {line_of(text, (id, 'id'))}: {id}: the id is the table's name")
    try:
        return convert({"id": id, **card}, Cue)
    except ValidationError as wrong:
        why = str(wrong).partition(" - at `$")[0]
        unknown = next(iter(sorted(card.keys() - {"title", "text"})), "")
        path = (id, unknown) if unknown else (id, *path_of(str(wrong)))
        raise ValueError(f"line {line_of(text, path)}: {id}: {why}") from None
