"""A policy from its TOML text; whatever is wrong with it is said with its line."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import fields, replace

from moderation.content.phrases import own, pattern_of, why_not
from moderation.content.policy import (
    OF_GROUPS,
    WAYS,
    Change,
    Changes,
    Own,
    OwnPhrases,
    Place,
    Policy,
    Way,
    Where,
)
from moderation.content.verdict import SEVERITY
from moderation.places import Path, line_of, path_of, read

MOST = 100
"""Tables of phrases that an organisation may have, and phrases in each."""
Words = Annotated[str, Meta(min_length=1, max_length=200)]


class OwnText(Struct, frozen=True):
    """Phrases of the organisation's own, as they are written."""

    kind: str
    then: Literal["note", "fold", "nudge", "hold", "bounce", "refuse"]
    words: Annotated[tuple[Words, ...], Meta(max_length=MOST)] = ()
    patterns: Annotated[tuple[Words, ...], Meta(max_length=MOST)] = ()
    label: Annotated[str, Meta(max_length=80)] = ""


class PolicyText(Struct, frozen=True):
    """What a file may say; what it leaves out stays as it was."""

    links: Literal["facilitators", "nobody", "everyone", "group"] | None = None
    region: Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z")] | None = None
    allowed_numbers: tuple[Words, ...] | None = None
    allowed_domains: tuple[Words, ...] | None = None
    allowed_names: tuple[Words, ...] | None = None
    kinds: Changes = Changes()
    where: tuple[Where, ...] = ()
    phrases: Annotated[tuple[OwnText, ...], Meta(max_length=MOST)] = ()


def parse(text: str, base: Policy) -> Policy:
    """What a text says, on top of `base`; raises `ValueError` saying the line and the reason.

    The version is made of both, so that two processes with the same files speak of the same policy.
    """
    raw = read(text)
    unknown = next(_unknown(raw, PolicyText, ()), None)
    if unknown is not None:
        raise _wrong_at(text, *unknown)
    try:
        said = convert(raw, PolicyText)
    except ValidationError as wrong:
        path = path_of(str(wrong))
        raise _wrong_at(text, path, _reason(str(wrong), path)) from None
    path, why = next(_wrong(said, base), ((), ""))
    if why:
        raise _wrong_at(text, path, why)
    given = {
        field.name: value
        for field in fields(Policy)
        if (value := getattr(said, field.name, None)) is not None
    }
    return replace(
        base,
        **given
        | {
            "version": hashlib.blake2b(
                f"{base.version}\n{text}".encode(), digest_size=6
            ).hexdigest(),
            "kinds": said.kinds.of(base.kinds),
            "where": (*base.where, *said.where),
            "own": _own(said.phrases) or base.own,
        },
    )


def _own(phrases: tuple[OwnText, ...]) -> OwnPhrases | None:
    each = [
        (pattern, Own(one.kind, one.then, one.label))
        for one in phrases
        for pattern in (*map(pattern_of, one.words), *one.patterns)
    ]
    if not each:
        return None
    return OwnPhrases(own(pattern for pattern, _ in each), tuple(one for _, one in each))


# Fields that are not there


TABLES: dict[str, type[Struct]] = {"kinds": Changes, "phrases": OwnText, "where": Where}


def _unknown(given: object, struct: type[Struct], at: Path) -> Iterator[tuple[Path, str]]:
    """What no struct has, and why not."""
    if isinstance(given, list):
        for place, each in enumerate(given):
            yield from _unknown(each, struct, (*at, place))
    if not isinstance(given, dict):
        return
    for name, value in given.items():
        if name not in struct.__struct_fields__:
            yield (*at, name), _no_such_kind(name) if struct is Changes else "unknown field"
        elif struct is Changes:
            yield from _unknown(value, Change, (*at, name))
        elif name in TABLES:
            yield from _unknown(value, TABLES[name], (*at, name))


def _no_such_kind(kind: str) -> str:
    if kind in SEVERITY:
        return "nothing ever withholds it, and no setting changes that"
    return f"there is no such kind: none of {', '.join(WAYS)}"


# What makes no sense, though each value is well by itself


def _wrong(said: PolicyText, base: Policy) -> Iterator[tuple[Path, str]]:
    for place, domain in enumerate(said.allowed_domains or ()):
        if domain != domain.strip().lower() or "/" in domain or "." not in domain:
            yield ("allowed_domains", place), "write the bare domain in small letters: example.org"
    ways = said.kinds.of(base.kinds)
    yield from _wrong_ways(ways, ("kinds",))
    for place, where in enumerate(said.where):
        if where.is_at(Place()):
            yield ("where", place), "say where: name formats, rooms or phases"
        yield from _wrong_ways(where.kinds.of(ways), ("where", place, "kinds"))
    for place, phrase in enumerate(said.phrases):
        for path, why in _wrong_phrase(phrase):
            yield ("phrases", place, *path), why
    try:
        _own(said.phrases)
    except ValueError as wrong:
        yield ("phrases",), str(wrong)


def _wrong_ways(ways: Mapping[str, Way], at: Path) -> Iterator[tuple[Path, str]]:
    for kind, way in ways.items():
        for name, then in (("rule", way.rule), ("look", way.look)):
            if then == "group" and kind not in OF_GROUPS:
                yield (*at, kind, name), f"groups decide about {' and '.join(OF_GROUPS)} alone"
            if then == "fold" and not way.label:
                yield (*at, kind, name), "a fold needs a label"


def _wrong_phrase(phrase: OwnText) -> Iterator[tuple[Path, str]]:
    if phrase.kind not in WAYS:
        yield ("kind",), _no_such_kind(phrase.kind)
    if phrase.then == "fold" and not phrase.label:
        yield ("then",), "a fold needs a label"
    if not (phrase.words or phrase.patterns):
        yield (), "there are neither words nor patterns"
    for place, words in enumerate(phrase.words):
        if not pattern_of(words):
            yield ("words", place), "there is no letter in it"
    for place, pattern in enumerate(phrase.patterns):
        if (why := why_not(pattern)) is not None:
            yield ("patterns", place), why


def _wrong_at(text: str, path: Path, why: str) -> ValueError:
    """The line, where that is in the policy, and why."""
    steps = [str(step + 1) if isinstance(step, int) else step for step in path]
    return ValueError(": ".join([f"line {line_of(text, path)}", *steps, why]))


def _reason(wrong: str, path: Path) -> str:
    """Why a value can't be; where it is one of few words, which they are."""
    why = wrong.partition(" - at `$")[0]
    names = [step for step in path if isinstance(step, str)]
    if not why.startswith("Invalid enum value") or not names:
        return why
    struct = next((TABLES[name] for name in reversed(names[:-1]) if name in TABLES), PolicyText)
    if struct is Changes:
        struct = Change
    return f"{why}: none of {', '.join(_choices(get_type_hints(struct)[names[-1]]))}"


def _choices(hint: Any) -> Iterator[str]:
    if get_origin(hint) is Literal:
        yield from map(str, get_args(hint))
    else:
        for part in get_args(hint):
            yield from _choices(part)
