"""Words to the numbers that the encoder reads: the longest pieces that its vocabulary knows."""

import re
from collections.abc import Iterator, Mapping

_WORD = re.compile("[a-z0-9]+|[^a-z0-9\\s]")


def vocabulary(lines: str) -> Mapping[str, int]:
    """One piece a line; its number is its place."""
    return {piece: number for number, piece in enumerate(lines.splitlines())}


def numbers(text: str, known: Mapping[str, int]) -> list[int]:
    """What stands for a reading, between the marks of its beginning and its end."""
    found = [known["[CLS]"]]
    for word in _WORD.findall(text):
        found += _pieces(word, known)
    return [*found, known["[SEP]"]]


def _pieces(word: str, known: Mapping[str, int]) -> Iterator[int]:
    begin = 0
    while begin < len(word):
        end = min(len(word), begin + 20)
        while end > begin + 1 and _spelled(word, begin, end) not in known:
            end -= 1
        yield known.get(_spelled(word, begin, end), known["[UNK]"])
        begin = end


def _spelled(word: str, begin: int, end: int) -> str:
    return word[begin:end] if not begin else f"##{word[begin:end]}"
