"""Masking: a span of somebody's words that others must not read, the rest of which goes through."""

from collections.abc import Iterable

from moderation.content.verdict import Finding

MASK = "▮"


def masked(text: str, spans: Iterable[Finding]) -> str:
    """`text` with every visible character of `spans` replaced, its length kept (CM-09)."""
    letters = list(text)
    for span in spans:
        letters[span.start : span.end] = [
            letter if letter.isspace() else MASK for letter in letters[span.start : span.end]
        ]
    return "".join(letters)
