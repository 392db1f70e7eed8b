"""The shadow of a text: what the rules read, and the way back to the text as displayed (CM-12)."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from anyascii import anyascii
from msgspec import Struct


class Shadow(Struct, frozen=True):
    """A normalised copy, pure ASCII; piece k begins at `at[k]` in it and is [starts[k], ends[k]) as displayed."""

    text: str
    at: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a non-empty stretch of the shadow stands in the displayed text."""
        return self.starts[bisect_right(self.at, start) - 1], self.ends[
            bisect_right(self.at, end - 1) - 1
        ]


def shadow(text: str, signs: Callable[[str], str] | None = None) -> Shadow:
    """NFKC, case folded, invisible and combining characters removed, look-alikes mapped (CM-12).

    `signs` says what stands for a character that is neither letter, digit nor dash: a blank, unless it is given.
    """
    if text.isascii():
        return Shadow(text.lower(), range(len(text)), range(len(text)), range(1, len(text) + 1))
    folded: list[str] = []
    at: list[int] = []
    starts: list[int] = []
    length = 0
    for index, char in enumerate(text):
        piece = _fold(char)
        if signs and piece == " ":
            piece = signs(char)
        if piece:
            folded.append(piece)
            at.append(length)
            starts.append(index)
            length += len(piece)
    return Shadow("".join(folded), at, starts, [start + 1 for start in starts])


# The letters that Cyrillic, Greek and others share with Latin by shape; anyascii knows sounds, not shapes.
_LOOK_ALIKES = {
    "a": "аαɑ", "b": "вΒ", "c": "сϲ", "d": "ԁ", "e": "еєε", "h": "һнΗ", "i": "іιıɩ", "j": "ј", "k": "кκ", "m": "мΜ",
    "n": "ոηΝ", "o": "оοσօ", "p": "рρ", "s": "ѕ", "t": "тτ", "u": "υս", "v": "νѵ", "w": "ωԝ", "z": "Ζ",
    "x": "хχ", "y": "уγΥ", "g": "ɡց", "q": "ԛ", "l": "ӏǀ",
    "0": "〇", "'": "’‘‛′´`ʼ＇", '"': "“”„‟″«»",
}  # fmt: skip
# Whole alphabets whose capitals are Latin ones by shape: Lisu, and half of Cherokee.
_CAPITALS = {
    "A": "ꓮᎪ", "B": "ꓐᏴ", "C": "ꓚᏟ", "D": "ꓓᎠ", "E": "ꓰᎬ", "F": "ꓝ", "G": "ꓖᏀ", "H": "ꓧᎻ", "I": "ꓲᏆ", "J": "ꓙᎫ",
    "K": "ꓗᏦ", "L": "ꓡᏞ", "M": "ꓟᎷ", "N": "ꓠ", "O": "ꓳᎤ", "P": "ꓑᏢ", "R": "ꓣᎡᏒ", "S": "ꓢᏚ", "T": "ꓔᎢ", "U": "ꓴ",
    "V": "ꓦᏙ", "W": "ꓪᎳᏔ", "X": "ꓫ", "Y": "ꓬ", "Z": "ꓜᏃ",
}  # fmt: skip
SHAPES = {char: latin for latin, chars in _LOOK_ALIKES.items() for char in chars}
SHAPES |= {char: latin.lower() for latin, chars in _CAPITALS.items() for char in chars}
_CHINESE = re.compile("[\u3400-\u9fff\uac00-\ud7ff\U00020000-\U000323af]")
"""And Korean: no rule reads what these would sound like in Latin letters."""
WIDEST = 6
"""Letters that one character stands for at most; a whole sentence in a ligature is no disguise."""
_SQUARED = ((0x1F150, 26), (0x1F170, 26), (0x1F1E6, 26))


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    if char.isascii():
        return char.lower()
    if char in SHAPES:
        return SHAPES[char]
    for first, count in _SQUARED:
        if first <= ord(char) < first + count:
            return chr(ord("a") + ord(char) - first)
    parts = unicodedata.normalize("NFKD", char).casefold()
    return "".join(_fold_part(part) for part in parts[:WIDEST])


def _fold_part(part: str) -> str:
    if part.isascii():
        return part
    if part in SHAPES:
        return SHAPES[part]
    if _CHINESE.match(part):
        return " "
    category = unicodedata.category(part)
    if category[0] == "M" or category == "Cf":
        return ""
    digit = unicodedata.digit(part, None)
    if digit is not None:
        return str(digit)
    if category == "Pd":
        return "-"
    return anyascii(part).lower() if category[0] == "L" else " "


_SPELLED = r"[a-z](?:[ .\-_*/|]{1,3}[a-z]){2,31}(?![a-z0-9'])"
_WORD = r"[a-z0-9]+(?:['$@!*][a-z0-9]+)*"
_TOKEN = re.compile(rf"(?P<spelled>{_SPELLED})|(?P<word>{_WORD})|(?P<stop>[.!?;\n]+)")
_PLAIN = re.compile(r"[a-z]+|[0-9]+")
_LONG = re.compile(r"([a-z])\1\1")
_RUN = re.compile(r"([a-z])\1+")
_LETTERS = str.maketrans("0134578@$!", "oleastbasi")
_OTHER_LETTERS = str.maketrans("1", "i")


def words(source: Shadow, vocabulary: Mapping[str, str]) -> Shadow:
    """The words alone, one space between them, a full stop for every end of a sentence (CM-12).

    Apostrophes go ("don't" -> "dont"); spelled-out words are joined within a window; elongation and digits for
    letters are undone where that gives a word of the vocabulary (squeezed form -> word).
    """
    tokens: list[str] = []
    at: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    length = 0
    stretched = bool(_LONG.search(source.text))
    for match in _TOKEN.finditer(source.text):
        token = match[0]
        if stretched or match.lastgroup != "word" or not token.isalpha():
            token = _token(match, vocabulary)
        start, end = match.span()
        tokens.append(token)
        at.append(length)
        starts.append(start)
        ends.append(end)
        length += len(token) + 1
    if not isinstance(source.at, range):
        places = [source.place(start, end) for start, end in zip(starts, ends, strict=True)]
        return Shadow(
            " ".join(tokens), at, [start for start, _ in places], [end for _, end in places]
        )
    return Shadow(" ".join(tokens), at, starts, ends)


def squeeze(word: str) -> str:
    """Every run of a letter as one letter: the key under which an elongated word is looked up."""
    return _RUN.sub(r"\1", word)


def _token(match: re.Match[str], vocabulary: Mapping[str, str]) -> str:
    found = match[0]
    if match.lastgroup == "stop":
        return "."
    if match.lastgroup == "spelled":
        return re.sub("[^a-z]", "", found)
    if _PLAIN.fullmatch(found):
        return _unstretched(found, vocabulary) if _LONG.search(found) else found
    return _unmasked(found.replace("'", ""), vocabulary)


def _unstretched(word: str, vocabulary: Mapping[str, str]) -> str:
    return vocabulary.get(squeeze(word)) or _RUN.sub(_at_most_two, word)


def _at_most_two(run: re.Match[str]) -> str:
    return run[0] if len(run[0]) < 3 else run[1]


def _unmasked(word: str, vocabulary: Mapping[str, str]) -> str:
    """A word with digits or signs for letters ("su1cide", "my$elf"), if the vocabulary knows what it stands for."""
    if _PLAIN.fullmatch(word):
        return _unstretched(word, vocabulary) if _LONG.search(word) else word
    for letters in (word.translate(_OTHER_LETTERS).translate(_LETTERS), word.translate(_LETTERS)):
        known = vocabulary.get(squeeze(letters))
        if known:
            return known
    return re.sub("[^a-z0-9]+", " ", word)
