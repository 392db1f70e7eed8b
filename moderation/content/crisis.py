"""Crisis statements: what makes somebody look at once, and what only sounds like it (CE-06, CE-07)."""

from collections.abc import Iterable, Iterator

from moderation.content.lexicon import Lexicon
from moderation.content.text import Shadow
from moderation.content.verdict import Finding

URGENT = "crisis"
SUPPORT = "concern"

Span = tuple[int, int]


def crisis(words: Shadow, lexicon: Lexicon) -> Iterator[Finding]:
    """Explicit statements for oneself and in the present (`crisis`); passive or worried ones (`concern`).

    Idioms, denials and what is long past give none (CE-06, CE-07).
    """
    text = f". {words.text} ."
    for code, spans in ((URGENT, _urgent(text, lexicon)), (SUPPORT, _support(text, lexicon))):
        for start, end in spans:
            start, end = _trimmed(text, start, end)
            yield Finding(code, *words.place(start - 2, end - 2))


def _urgent(text: str, lexicon: Lexicon) -> Iterator[Span]:
    said = list(lexicon.urgent.spans(text))
    taken = list(lexicon.taken.spans(text))
    lately = list(lexicon.lately.spans(text))
    if not (said or taken or lately):
        return
    idioms = list(lexicon.idioms.spans(text))
    past = list(lexicon.past.spans(text))
    denied = [*idioms, *lexicon.hindsight.spans(text)]
    yield from _clear_of(said, denied)
    yield from _unless(_clear_of(taken, denied), past, text)
    now = list(lexicon.now.spans(text))
    since = list(lexicon.since.spans(text))
    for span in _unless(_clear_of(lately, idioms), past + since, text):
        if _sentence_has(now, span, text):
            yield span


def _support(text: str, lexicon: Lexicon) -> Iterator[Span]:
    said = list(lexicon.support.spans(text))
    if said:
        clear = _clear_of(said, list(lexicon.idioms.spans(text)))
        yield from _unless(clear, list(lexicon.past.spans(text)), text)


def _clear_of(spans: Iterable[Span], others: list[Span]) -> Iterator[Span]:
    """The spans that no other overlaps; one that lies wholly inside was reckoned with ("can't say I won't ...")."""
    for start, end in spans:
        if not any(
            start < last and first < end and not start < first < last <= end
            for first, last in others
        ):
            yield start, end


def _unless(spans: Iterable[Span], marks: list[Span], text: str) -> Iterator[Span]:
    return (span for span in spans if not _sentence_has(marks, span, text))


def _sentence_has(marks: list[Span], span: Span, text: str) -> bool:
    first = text.rfind(".", 0, span[0] + 1)
    last = text.find(".", span[1] - 1)
    if text.startswith((". that was ", ". it was ", ". this was "), last):
        last = text.find(".", last + 1)  # "I took the whole bottle. That was ten years ago."
    return any(first <= start and end <= last + 1 for start, end in marks)


def _trimmed(text: str, start: int, end: int) -> Span:
    """Without the full stops that a pattern may begin or end with."""
    hit = text[start:end]
    return end - len(hit.lstrip(". ")), start + len(hit.rstrip(". "))
