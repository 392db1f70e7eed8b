"""Digits wherever they hide: groups of figures, number words, letters that look like figures (CM-02)."""

import re

from msgspec import Struct


class Group(Struct, frozen=True):
    """Digits written as one, at [start, end) of the text."""

    digits: str
    start: int
    end: int
    spoken: bool


Run = tuple[Group, ...]

_ONES = {
    word: str(value)
    for value, words in enumerate(
        (
            "zero oh o nought cero",
            "one uno un",
            "two dos deux",
            "three tres trois",
            "four cuatro quatre",
            "five cinco cinq",
            "six seis",
            "seven siete sept",
            "eight ocho huit",
            "nine nueve neuf",
        )
    )
    for word in words.split()
}
_TEENS = {
    word: str(value)
    for value, word in enumerate(
        (
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ),
        start=10,
    )
}
_TENS = {
    word: str(value)
    for value, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2
    )
}
_TIMES = {"double": 2, "triple": 3, "treble": 3}


def _any(words: dict[str, str] | dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_END = "(?![a-z0-9])"
_ATOM = re.compile(
    rf"(?P<times>{_any(_TIMES)})[ -](?P<repeated>{_any(_ONES)}|[0-9]){_END}"
    rf"|(?P<tens>{_any(_TENS)})(?:[ -]?(?P<unit>{_any(_ONES)}))?{_END}"
    rf"|(?P<hundreds>{_any(_ONES)}|[0-9])[ -]hundred{_END}"
    rf"|(?P<ones>{_any(_ONES)}){_END}"
    rf"|(?P<teens>{_any(_TEENS)}){_END}"
    rf"|(?P<filler>dash|hyphen|dot|point|period|then|space|minus|slash){_END}"
    rf"|(?P<figures>[oil]{{0,2}}[0-9][0-9oil]*){_END}"
    r"|[a-z]*(?P<inside>[0-9]{7,11})[a-z]*"
    rf"{_END}"
    r"|[a-z0-9]+"
)
_FIGURES = str.maketrans("oil", "011")
_GAP = re.compile(r"[\s.\-()/\\_*~|,+:'\"]{0,8}")


def runs(text: str) -> list[Run]:
    """Groups that stand beside each other with nothing but separators (or "dash", "dot") between them."""
    found: list[Run] = []
    run: list[Group] = []
    end = 0
    for match in _ATOM.finditer(text):
        if run and not _GAP.fullmatch(text, end, match.start()):
            found.append(tuple(run))
            run = []
        end = match.end()
        group = _group(match)
        if group:
            run.append(group)
        elif run and match.lastgroup != "filler":
            found.append(tuple(run))
            run = []
    return [*found, tuple(run)] if run else found


def _group(match: re.Match[str]) -> Group | None:
    if match["inside"]:
        return Group(match["inside"], *match.span("inside"), spoken=False)
    if match["figures"]:
        return Group(match["figures"].translate(_FIGURES), *match.span(), spoken=False)
    spoken = _spoken(match)
    return Group(spoken, *match.span(), spoken=True) if spoken else None


def _spoken(match: re.Match[str]) -> str:
    if match["ones"]:
        return _ONES[match["ones"]]
    if match["tens"]:
        return _TENS[match["tens"]] + _ONES.get(match["unit"], "0")
    if match["teens"]:
        return _TEENS[match["teens"]]
    if match["hundreds"]:
        return _ONES.get(match["hundreds"], match["hundreds"]) + "00"
    if match["times"]:
        return _ONES.get(match["repeated"], match["repeated"]) * _TIMES[match["times"]]
    return ""
