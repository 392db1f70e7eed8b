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
            "zero oh o nought cero null zerro",
            "one uno un um eins",
            "two dos deux dois zwei zwo",
            "three tres trois drei tree",
            "four cuatro quatre quatro vier",
            "five cinco cinq funf fuenf",
            "six seis sechs",
            "seven siete sept sete sieben",
            "eight ocho huit oito acht",
            "nine nueve neuf nove neun",
        )
    )
    for word in words.split()
}
_TEENS = {
    word: str(value)
    for value, words in enumerate(
        (
            "ten diez dix",
            "eleven onze",
            "twelve doce douze",
            "thirteen trece treize",
            "fourteen catorce quatorze",
            "fifteen quince quinze",
            "sixteen dieciseis seize",
            "seventeen diecisiete",
            "eighteen dieciocho",
            "nineteen diecinueve",
        ),
        start=10,
    )
    for word in words.split()
}
_TENS = {
    word: str(value)
    for value, words in enumerate(
        (
            "twenty veinte vingt",
            "thirty treinta trente",
            "forty cuarenta quarante",
            "fifty cincuenta cinquante",
            "sixty sesenta soixante",
            "seventy setenta",
            "eighty ochenta",
            "ninety noventa",
        ),
        start=2,
    )
    for word in words.split()
}
_TENS |= {"soixante dix": "7", "quatre vingt": "8", "quatre vingts": "8", "quatre vingt dix": "9"}
# What French adds to beyond nine: dix-sept, soixante-douze, quatre-vingt-dix-huit.
_SCORES = {"dix": "1"} | {word: _TENS[word] for word in _TENS if word[:4] in ("soix", "quat")}
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_LEET = {"o": "[o0]", "i": "[i1!]", "e": "[e3]", "a": "[a4]", "s": "[s5]", "t": "[t7]"}
_UNLEET = str.maketrans("01!3457", "oiieast")


def _any(words: dict[str, str] | dict[str, int]) -> str:
    """Any of them, a blank for a hyphen, and figures for the letters that they look like."""
    longest = sorted(words, key=len, reverse=True)
    return "|".join("".join(_LEET.get(char, char) for char in word) for word in longest).replace(
        " ", "[ -]"
    )


_FILLERS = (
    "dash|hyphen|dot|point|period|then|space|minus|slash|guion|traco|tiret|strich|bindestrich|dann|puis"
    "|(?:no|nae|without|sin|sans|ohne|keine) (?:spaces?|gaps?|dash(?:es)?|espacios|espaces)"
)
_WHOLE = {word: value for word, value in _ONES.items() if len(word) > 2}
_END = "(?![a-z0-9])"
_ATOM = re.compile(
    rf"(?P<times>{_any(_TIMES)})[ -](?P<repeated>{_any(_ONES)}|[0-9]){_END}"
    rf"|(?P<score>{_any(_SCORES)})[ -](?P<beyond>{_any(_TEENS)}|{_any(_WHOLE)}){_END}"
    rf"|(?P<tens>{_any(_TENS)})(?:(?:[ -]?| y | et )(?P<unit>{_any(_ONES)}))?{_END}"
    rf"|(?P<hundreds>{_any(_ONES)}|[0-9])[ -]hundred{_END}"
    rf"|(?P<ones>{_any(_ONES)}){_END}"
    rf"|(?P<teens>{_any(_TEENS)}){_END}"
    rf"|(?P<filler>{_FILLERS}){_END}"
    rf"|(?P<figures>[oil]{{0,2}}[0-9][0-9oil]*){_END}"
    rf"|(?P<joined>(?:{_any(_WHOLE)}|[0-9]){{2,15}}){_END}"
    r"|[a-z]*(?P<inside>[0-9]{7,11})[a-z]*"
    rf"{_END}"
    r"|[a-z0-9]+"
)
_PART = re.compile(rf"{_any(_WHOLE)}|[0-9]")
_FIGURES = str.maketrans("oil", "011")
_GAP = re.compile(r"[\s.\-()/\\_*~|,+:'\"\u2014]{0,8}")


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
        return _one(match["ones"])
    if match["tens"]:
        return _TENS[_letters(match["tens"])] + (_one(match["unit"]) if match["unit"] else "0")
    if match["teens"]:
        return _TEENS[_letters(match["teens"])]
    if match["score"]:
        return _by_score(_letters(match["score"]), _letters(match["beyond"]))
    if match["hundreds"]:
        return _one(match["hundreds"]) + "00"
    if match["times"]:
        return _one(match["repeated"]) * _TIMES[_letters(match["times"])]
    if match["joined"]:
        return "".join(map(_one, _PART.findall(match["joined"])))
    return ""


def _one(word: str) -> str:
    """A figure stays as it is."""
    return word if word.isdigit() else _ONES[_letters(word)]


def _letters(word: str) -> str:
    return word.translate(_UNLEET).replace("-", " ")


def _by_score(score: str, beyond: str) -> str:
    """`quatre-vingt-dix-huit` -> 98, `soixante-douze` -> 72, `dix-sept` -> 17."""
    begin = int(_SCORES[score]) * 10
    return str(begin + int(_TEENS.get(beyond) or _ONES[beyond]))
