"""A room's own ways: which there are, what each may be, and how they change."""

from typing import Any, get_args, get_type_hints

import msgspec
from msgspec.inspect import BoolType, IntType, LiteralType

from moderation.meeting.format import Flags, Format, fitted

_FIELDS = {field.name: field.type for field in msgspec.inspect.type_info(Flags).fields}  # type: ignore[attr-defined]
_HINTS = get_type_hints(Flags)
YES_NO = {"yes": True, "no": False}

HOLDS = "From the next meeting on. One that people have come to already keeps its ways, even if it is not open yet."


def choices() -> dict[str, Any]:
    """What each way may be: its words, or the least and the most of a number."""
    return {name: _choices(name) for name in _FIELDS}


def _choices(name: str) -> list[Any] | dict[str, int]:
    kind = _FIELDS[name]
    if isinstance(kind, LiteralType):
        return list(get_args(_HINTS[name]))  # In the order in which they are told.
    if isinstance(kind, IntType):
        assert kind.ge is not None, "every number has bounds"
        assert kind.le is not None, "every number has bounds"
        return {"least": kind.ge, "most": kind.le}
    assert isinstance(kind, BoolType), "a way is one of some words, a number, or yes or no"
    return [True, False]


def in_words(value: object) -> str:
    """A value as it is written on a command line."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def read(text: str) -> tuple[str, Any]:
    """The way and its value of `door=knock`; None for the value of `door=`, to have the format's again.

    Raises `ValueError` in words for the operator.
    """
    name, sign, value = text.partition("=")
    if not sign or (value and name not in _FIELDS):  # One that is no more can still be taken out.
        known = ", ".join(_FIELDS)
        raise ValueError(f"{text!r} is no setting; write one of {known}, a = and its value")
    return name, _read(name, value) if value else None


def _read(name: str, value: str) -> Any:
    allowed = _choices(name)
    if isinstance(allowed, dict):
        if not value.isdecimal() or not allowed["least"] <= int(value) <= allowed["most"]:
            raise ValueError(f"{name}: a number from {allowed['least']} to {allowed['most']}")
        return int(value)
    words = YES_NO if True in allowed else {word: word for word in allowed}
    if value not in words:
        raise ValueError(f"{name}: one of {', '.join(words)}")
    return words[value]


def changed(format: Format, ways: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The ways after the changes, None for what is to be as in the format; raises `ValueError`."""
    after = {**ways, **changes}
    after = {name: value for name, value in after.items() if value is not None}
    fitted(format, after)
    return after
