"""What the learned look reads: the shadow with disguises undone and contact data made alike (CM-12)."""

import re
import unicodedata
from bisect import bisect_right

from moderation.content.text import Shadow, shadow

WINDOW = 240
"""Characters of a reading that are judged at once: a cry in the last clause weighs as much as one that stands alone."""
STEP = 160
_LONGEST = 40


def reading(text: str) -> Shadow:
    """Letters for look-alikes and digits, joined where they were spaced out; emoji by name; a piece is a word.

    Links, mailboxes and long numbers become one word each: what is in them is the rules' to find.
    """
    source = shadow(text, signs=_named)
    pieces: list[str] = []
    at: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    length = 0
    for match in _PIECE.finditer(source.text):
        piece = _plain(match)
        start, end = source.place(*match.span())
        pieces.append(piece)
        at.append(length)
        starts.append(start)
        ends.append(end)
        length += len(piece) + 1
    return Shadow(" ".join(pieces), at, starts, ends)


def windows(source: Shadow) -> list[tuple[int, int]]:
    """Stretches of the reading that overlap and cover it, each from the beginning of a word; one if it is short."""
    length = len(source.text)
    begins = [_word_at(source, place) for place in range(0, max(1, length - WINDOW + STEP), STEP)]
    return [(begin, min(begin + WINDOW, length)) for begin in begins]


def _word_at(source: Shadow, place: int) -> int:
    begin = source.at[bisect_right(source.at, place) - 1] if source.at else 0
    return begin if place - begin <= WINDOW - STEP - _LONGEST else place


def _named(char: str) -> str:
    """An emoji by its name, for a pill or a snowflake says more than a blank."""
    if unicodedata.category(char) != "So":
        return " "
    return f" {unicodedata.name(char, '').lower()} "


_DISGUISE = re.compile(r"[a-z][013457@$!|]+[a-z]|^[013457@$!|][a-z]{2}|[a-z]{2}[013457@$|]$")
_MENTION = re.compile("@[a-z_.]{3,}")
_NUMBER = re.compile(
    r"\d+(?:st|nd|rd|th|s|[ap]m|mg|ml|k|km|h|hrs?|yrs?|mo|min|x|d|in\d+)?|\d+[a-z]?\d+[a-z]?"
)
_LETTERS = str.maketrans("013457@$!|", "oieastasil")
_STRETCH = re.compile(r"([a-z])\1{2,}")
# Bounded all over, so that no text takes longer than its length asks (A79).
_PIECE = re.compile(
    r"""
    (?P<mailbox> [\w.+-]{1,64} @ [\w-]{1,63} (?: \.[\w-]{1,63} ){1,6} )
    | (?P<link> https?://\S+ | www\.\S+
        | [a-z0-9][\w-]{0,62} (?: \.[\w-]{1,63} ){0,6}
          (?: [ ]?\.[ ]?(?:com|org|net) | [ ](?:dot|punto|point|punkt|ponto)[ ](?:com|org|net)
            | \.(?:io|gg|info|app|tv|shop|xyz) | \.[a-z]{2,3}(?=/\w) )
          \b (?: /\S* )? )
    | (?P<phone> \+?\(?\d (?: [ ().\-]{0,2}\d ){6,14} (?!\w) )
    | (?P<spelled> (?<![\w'@$]) [a-z0-9@$!] (?P<gap> [ ._\-*/|] ) [a-z0-9@$!]
        (?: (?P=gap)[a-z0-9@$!] ){1,60} (?![\w'@$]) )
    | (?P<word> [a-z0-9@$!|*_'] (?: [a-z0-9@$|*_'] | !(?=[a-z]) )* )
    | (?P<mark> \S )
    """,
    re.VERBOSE,
)
_MADE_ALIKE = {"mailbox": "mailaddress", "link": "weblink", "phone": "phonenumber"}


def _plain(match: re.Match[str]) -> str:
    found = match[0]
    kind = str(match.lastgroup)
    if match["spelled"]:
        letters = found.replace(match["gap"], "")
        return _undisguised(letters) if sum(map(str.isalpha, letters)) * 2 > len(letters) else found
    if kind == "word":
        return _undisguised(found)
    return _MADE_ALIKE.get(kind, found)


def _undisguised(word: str) -> str:
    if word.isalpha():
        return _STRETCH.sub(r"\1\1", word)
    bare = word.strip("!|*_'")
    if not bare or _NUMBER.fullmatch(bare) or _MENTION.fullmatch(bare):
        return bare or word[0]
    if _DISGUISE.search(bare) and not re.search(r"\d\d", bare):
        bare = bare.translate(_LETTERS)
    return _STRETCH.sub(r"\1\1", re.sub(r"(?<=[a-z])[*_|](?=[a-z])", "", bare))
