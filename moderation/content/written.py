"""What somebody wrote, as it is kept: no control characters, blank lines one at a time, no blank ends."""

import re
from collections.abc import Sequence
from unicodedata import category

from msgspec import Struct

from moderation.refused import Refused


class Written(Struct, frozen=True):
    """The text that is kept, and where each of its code points stood in what was sent."""

    text: str
    places: Sequence[int]

    def as_sent(self, start: int, end: int) -> tuple[int, int]:
        """A non-empty stretch of the text, where it stood in what was sent."""
        return self.places[start], self.places[end - 1] + 1


BREAKS = "\r\v\f\x85\u2028\u2029"
"""End a line, as a line feed does."""
ENDS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff"
"""What is trimmed: as in a browser."""
HOLLOW = re.compile(
    "[\u115f\u1160\u3164\uffa0\u2800\ufffc\u2065\ufff0-\ufff8\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff]"
)
"""Letters, signs and unassigned places that show nothing."""


def written(sent: str) -> Written:
    """What is kept of it; raises `Refused("empty")` where nothing of it can be seen."""
    if not is_visible(sent):
        raise Refused("empty")
    kept = [place for place, char in enumerate(sent) if _is_kept(char, sent, place)]
    chars = ["\n" if sent[place] in BREAKS else sent[place] for place in kept]
    text = "".join(chars)
    return _without_blanks(text, kept)


def is_visible(text: str) -> bool:
    """Whether there is anything to see: a mark with nothing under it is not."""
    return any(_shows(char) for char in text)


def _shows(char: str) -> bool:
    if char.isalnum() and char.isascii():
        return True
    kind = category(char)
    # What is unassigned here may be next year's emoji.
    return (kind[0] in "LNPS" or kind in ("Co", "Cn")) and not HOLLOW.match(char)


def _is_kept(char: str, sent: str, place: int) -> bool:
    if char == "\r" and sent[place + 1 : place + 2] == "\n":
        return False
    return category(char) != "Cc" or char in "\t\n" or char in BREAKS


def _without_blanks(text: str, places: Sequence[int]) -> Written:
    """A line with nothing to see is blank, whatever it holds; of many, one stays."""
    kept: list[int] = []
    gap: list[int] = []
    begin = 0
    for line in text.split("\n"):
        end = begin + len(line)
        if is_visible(line):
            kept += gap[:2] if kept else []
            kept += range(begin, end)
            gap = []
        gap.append(end)
        begin = end + 1
    inner = "".join(text[place] for place in kept)
    first, last = len(inner) - len(inner.lstrip(ENDS)), len(inner.rstrip(ENDS))
    return Written(inner[first:last], [places[place] for place in kept[first:last]])
