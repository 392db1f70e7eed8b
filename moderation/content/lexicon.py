"""The word lists, compiled; whoever starts the server reads the files and hands them in."""

from collections.abc import Mapping

from msgspec import Struct


class Lexicon(Struct, frozen=True):
    """The compiled lists."""


def parse(texts: Mapping[str, str]) -> Lexicon:
    """Compile the lexicon files, given as file name -> content."""
    return Lexicon()
