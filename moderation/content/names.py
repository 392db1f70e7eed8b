"""Names: which can be used, how they are shown, and which look like one another (A71-A76)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from operator import eq
from unicodedata import category, combining, normalize
from unicodedata import name as character_name

from anyascii import anyascii
from precis_i18n import get_profile
from precis_i18n.profile import Profile

from moderation.content.claims import claims_role, is_obscene
from moderation.content.text import SHAPES
from moderation.refused import Refused

LONGEST = 40
"""Code points, and so no more graphemes either; also after normalisation, which makes some 18 of one."""
MARKS = 3
"""Combining marks over and under one letter; no language needs more."""

DIRECTION = "\u200e\u200f\u061c"
"""Marks that keyboards of right-to-left scripts leave at the ends of a name."""
ALPHABETS = {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "COPTIC", "GEORGIAN", "CHEROKEE", "LISU"}
"""Those that share shapes: a word is in one of them."""

_WORD = re.compile(r"\w+")
_FIGURES = str.maketrans("10", "lo")
_UPRIGHT = str.maketrans("I1|0", "lllO")


def shown(name: str) -> str:
    """The name as it is shown; raises `Refused` where it can't be one."""
    if not any(category(letter)[0] in "LN" for letter in name):
        raise Refused("no_name")
    typed = " ".join(name.split()).strip(DIRECTION)
    if len(typed) > LONGEST:
        raise Refused("name_long")
    try:
        seen: str = _profile().enforce(typed)
    except UnicodeEncodeError:
        raise Refused("name_marks") from None
    if len(seen) > LONGEST:
        raise Refused("name_long")
    if not all(map(_is_for_names, seen)) or _is_heaped(seen) or _is_mixed(seen):
        raise Refused("name_marks")
    plain = _plain(seen)
    if claims_role(plain):
        raise Refused("name_reserved")
    if is_obscene(plain):
        raise Refused("name_hurts")
    return seen


@lru_cache(maxsize=1)
def _profile() -> Profile:
    """RFC 8266: what is not to be seen goes or is refused, wide letters and spaces become plain ones."""
    return get_profile("NicknameCasePreserved")


def _is_for_names(letter: str) -> bool:
    """Symbols pose as badges: a tick, a star, a crown, a circle round a letter, a blank of dots."""
    return letter.isascii() or (category(letter)[0] != "S" and category(letter) != "Me")


def _is_heaped(name: str) -> bool:
    """Marks that pile up, or that have no letter to sit on."""
    height = MARKS
    for letter in normalize("NFD", name):
        height = height + 1 if category(letter) == "Mn" else 0
        if height > MARKS:
            return True
    return False


def _is_mixed(name: str) -> bool:
    """A word of two alphabets is there to deceive."""
    return any(len(set(_alphabets(word))) > 1 for word in _WORD.findall(name))


def _alphabets(word: str) -> Iterator[str]:
    for letter in word:
        alphabet = character_name(letter, "").partition(" ")[0]
        if alphabet in ALPHABETS:
            yield alphabet


# Twins


def alike(name: str, other: str) -> bool:
    """Whether two names look the same: another alphabet's letters and lost accents deceive nobody."""
    return any(map(eq, looks(name), looks(other)))


@lru_cache(maxsize=4096)
def looks(name: str) -> tuple[str, str]:
    """What two names that look the same have in common, one of the two at least.

    Once by its letters, large or small; once by shape, where a large I, a small l and 1 are one.
    """
    shape = _plain(name)
    return _bare(shape.casefold().translate(_FIGURES)), _bare(shape.translate(_UPRIGHT))


def _plain(name: str) -> str:
    """In plain letters, by what they look like."""
    return "".join(map(_shape, normalize("NFKD", name)))


def _bare(shape: str) -> str:
    """Letters and figures alone: Ben W and Ben-W. are one; and so are rn and m."""
    letters = "".join(letter for letter in shape if category(letter)[0] in "LNM")
    return (letters or shape).replace("rn", "m").replace("vv", "w")


@lru_cache(maxsize=4096)
def _shape(letter: str) -> str:
    if letter.isascii():
        return letter
    latin = SHAPES.get(letter) or SHAPES.get(letter.lower())
    if latin:
        return latin.upper() if letter.isupper() else latin
    if category(letter) == "Mn" and _is_accent(letter):
        return ""
    return anyascii(letter) if character_name(letter, "").startswith("LATIN ") else letter


def _is_accent(mark: str) -> bool:
    """Accents and points, but not the vowels and signs of scripts that write these as marks."""
    place = combining(mark)
    return place == 1 or 10 <= place <= 36 or place >= 200
