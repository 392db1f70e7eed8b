"""Many patterns at once: one pass of a set says which of them are in a text, and each says where."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

import re2
from msgspec import Struct

from moderation.content.text import shadow, words

MEMORY = 256 << 20
"""Bytes that the patterns of the review may take; of the organisation's own all together, and each."""
OWN_MEMORY = 64 << 20
EACH = 32 << 10


class Phrases(Struct, frozen=True):
    """Patterns over words with one space between them and a full stop at every end of a sentence."""

    any_of: re2.Set
    each: tuple[Any, ...]

    def spans(self, words: str) -> Iterator[tuple[int, int]]:
        """Where they stand; one pass of the set makes the usual answer, nowhere, cheap."""
        for _, span in self.found(words):
            yield span

    def found(self, words: str) -> Iterator[tuple[int, tuple[int, int]]]:
        """Which of them stand where; a pattern is known by its place in the list."""
        for index in cast("list[int] | None", self.any_of.Match(words)) or ():
            for match in self.each[index].finditer(words):
                yield index, match.span(1)


def compiled(
    patterns: Iterable[str], memory: int = MEMORY, *, case_sensitive: bool = True
) -> Phrases:
    """Whole words alone; raises `ValueError` with the reason where one is no pattern."""
    options = _options(memory)
    options.never_capture = False
    options.case_sensitive = case_sensitive
    any_of = re2.Set.SearchSet(options)
    whole = [f"(?:^| )({pattern.replace(' ', ' ?')})(?: |$)" for pattern in patterns]
    each = tuple(_compiled(pattern, options) for pattern in whole)
    for pattern in whole:
        any_of.Add(pattern)
    try:
        any_of.Compile()
    except re2.error:
        raise ValueError("that takes too much memory: write shorter patterns, or fewer") from None
    return Phrases(any_of, each)


def _options(memory: int) -> re2.Options:
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False
    return options


def _compiled(pattern: str, options: re2.Options) -> Any:
    try:
        return re2.compile(pattern, options)
    except re2.error as wrong:
        raise ValueError(wrong.args[0].decode()) from None


def own(patterns: Iterable[str], memory: int = OWN_MEMORY) -> Phrases:
    """The organisation's; large and small letters are one. Raises `ValueError` as above."""
    return compiled(patterns, memory, case_sensitive=False)


def pattern_of(phrase: str) -> str:
    """The pattern of plain words, however they are written: case, accents, stops and apostrophes tell nothing."""
    read = words(shadow(phrase), {}).text.split()
    return r"(?: \.)? ".join(re.escape(word) for word in read if word != ".")


def why_not(pattern: str) -> str | None:
    """Why a pattern can't be one of the organisation's; None where it can."""
    if not pattern.isascii():
        return "a pattern is read on plain letters: write u for ü, and i for í"
    try:
        _compiled(pattern, _options(EACH))
        phrases = own((pattern,), EACH)
    except ValueError as wrong:
        return str(wrong)
    if list(phrases.spans(_ANY)):
        return "it fits any words at all"
    return None


_ANY = "qxz qxz"
