"""Telephone numbers, however they are written, and the many numbers that are none (CM-02)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import phonenumbers

from moderation.content.digits import Group, Run, runs
from moderation.content.policy import Policy

Span = tuple[int, int]

_UNITS = (
    "mgs?|mcg|ug|ml|g|kg|kgs|lbs?|oz|st|cm|mm|km|kms|k|"
    "days?|weeks?|wks?|months?|years?|yrs?|hours?|hrs?|minutes?|mins?|seconds?|secs?|"
    "dollars?|bucks?|euros?|pounds?|pesos?|usd|eur|gbp|cents?|"
    "miles?|steps?|meetings?|people|members?|pages?|times|pills?|tablets?|units?|drinks?|beers?|"
    "calories|percent|points?|degrees|dias|anos|meses|horas|jours|ans|mois|heures"
)
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NEVER = re.compile(
    # dates
    rf"(?<![\d./-])(?:(?:19|20)\d\d[-/.]{_MONTH}[-/.]{_DAY}"
    rf"|{_DAY}(?P<sep>[-/.]){_DAY}(?P=sep)(?:(?:19|20)\d\d|\d\d))(?!\d|[-/.]\d)"
    # clock times
    r"|(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?!\d)"
    r"|(?<!\d)\d{1,2}(?:[.:]\d\d)? ?[ap]\.?m\b"
    # money, and thousands with commas
    r"|[$£€] ?\d[\d,]*(?:\.\d\d?)?(?!\d|[ .-]?\(?\d{3})"
    r"|(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,]|-\d)"
    # amounts and doses
    rf"|(?<!\d)(?<!\d[ .\-)])\d{{1,7}}(?:\.\d+)? ?(?:%|(?:{_UNITS})\b)"
    # pages and steps
    r"|\b(?:pages?|pp?|steps?|chapters?|verses?|psalms?|rooms?|questions?|traditions?|concepts?)\b[ .#]*"
    r"\d{1,3}(?:(?: ?[,&/-] ?| and | to | )\d{1,3})*(?!\d|[ .-]*\d{4})"
)
_UNIT_AFTER = re.compile(rf"\s?(?:%|(?:{_UNITS})\b)")
_CUE = re.compile(
    r"\b(?:call|text|txt|phone|cell|mobile|whats ?app|signal|sms|ring|dial|tel|number|num|nr|reach|contact|hmu"
    r"|hit me|telegram|message|msg|imessage|facetime|fax|llama|llamame|llamen|numero|movil|celular"
    r"|appelle|appelez|telephone|portable|area code|digits)\b"
)
_TOLL_FREE = re.compile(
    r"(?<![\w])(?:\+?1[ .-]?\(?8(?:00|33|44|55|66|77|88)\)?[ .-]?|8(?:00|33|44|55|66|77|88)-)"
    r"(?P<rest>[a-z0-9](?:[ -]?[a-z0-9]){6}[a-z]{0,5})\b"
)
_FIGURE = re.compile("[0-9]")
_SPOKEN = re.compile(
    r"\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|fifty|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho"
    r"|nueve|un|deux|trois|quatre|cinq|sept|huit|neuf)\b"
)
_TOLL_FREE_BEGIN = re.compile(r"8(?:00|33|44|55|66|77|88)")


def phones(text: str, before: tuple[str, ...], policy: Policy) -> Iterator[Span]:
    """Where telephone numbers stand in a shadow, also the rest of one begun in the lines before (CM-02)."""
    if not _worth_reading(text, wanted=2 if before else 5):
        return
    allowed = _allowed(policy)
    rest, vanities = _vanities(_blanked(text), allowed)
    yield from vanities
    found = _unknown(rest, allowed)
    whole = list(_whole(rest, found, policy))
    yield from whole
    if before and found and not whole:
        yield from _split(rest, found, [_blanked(line) for line in before], allowed)


def _worth_reading(text: str, wanted: int) -> bool:
    """A cheap count: figures, and number words, which may stand for three each."""
    figures = len(_FIGURE.findall(text))
    return (
        figures >= wanted
        or figures + 3 * len(_SPOKEN.findall(text)) >= wanted
        or bool(_TOLL_FREE_BEGIN.search(text))
    )


def _blanked(text: str) -> str:
    """Dates, times, money, doses and pages painted over, so that every place stays where it is."""
    return _NEVER.sub(_paint, text)


def _paint(match: re.Match[str]) -> str:
    return "x" * len(match[0])


def _vanities(text: str, allowed: frozenset[str]) -> tuple[str, list[Span]]:
    """Toll-free numbers in letters ("1-800-..."): painted over, and the places of those not allowed."""
    spans: list[Span] = []

    def paint(match: re.Match[str]) -> str:
        if not re.search("[a-z]", match["rest"]) or _UNIT_AFTER.fullmatch(match["rest"]):
            return match[0]
        if _plain(match[0]) not in allowed:
            spans.append(match.span())
        return _paint(match)

    return _TOLL_FREE.sub(paint, text), spans


@lru_cache(maxsize=16)
def _allowed(policy: Policy) -> frozenset[str]:
    return frozenset(
        form for number in policy.allowed_numbers for form in _forms(number, policy.region)
    )


def _forms(number: str, region: str) -> Iterator[str]:
    yield _plain(number)
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return
    yield str(parsed.national_number)
    yield f"{parsed.country_code}{parsed.national_number}"


def _plain(number: str) -> str:
    """Digits alone, letters dialled, at most ten of a North American number, no trunk prefix."""
    dialled = phonenumbers.convert_alpha_characters_in_number(number.lower())
    digits = re.sub("[^0-9]", "", dialled)
    if re.fullmatch("18(00|33|44|55|66|77|88).*", digits):
        return digits[1:11]
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits.lstrip("0")


def _unknown(text: str, allowed: frozenset[str]) -> list[Run]:
    return [part for run in runs(text) for part in _without_allowed(run, allowed) if part]


def _without_allowed(run: Run, allowed: frozenset[str]) -> Iterator[Run]:
    """The run around the allowed numbers in it."""
    first = begin = 0
    while allowed and first < len(run):
        last = _allowed_until(run, first, allowed)
        if last:
            yield run[begin:first]
            begin = first = last
        else:
            first += 1
    yield run[begin:]


def _allowed_until(run: Run, first: int, allowed: frozenset[str]) -> int:
    digits = ""
    for last in range(first, len(run)):
        digits += run[last].digits
        if len(digits) > 15:
            return 0
        if (
            digits in allowed
            or digits.removeprefix("1") in allowed
            or digits.lstrip("0") in allowed
        ):
            return last + 1
    return 0


def _whole(text: str, found: list[Run], policy: Policy) -> Iterator[Span]:
    for run in found:
        cued = _cued(text, run)
        if _is_loose(run, text, cued) or (cued and _is_foreign(run, policy.region)):
            yield _span(text, run)
        else:
            yield from _strict_parts(text, run, cued)


def _strict_parts(text: str, run: Run, cued: bool) -> Iterator[Span]:
    first = 0
    while first < len(run):
        last = _strict_until(text, run, first, cued)
        if last:
            yield _span(text, run[first:last])
        first = last or first + 1


def _strict_until(text: str, run: Run, first: int, cued: bool) -> int:
    """The end of the longest number that begins here, 0 when none does."""
    if _within_row(run, first):
        return 0
    found = length = 0
    for last in range(first, len(run)):
        length += len(run[last].digits)
        if length > 15:
            break
        if length >= 7 and _is_strict(text, run[first : last + 1], cued):
            found = last + 1
    return 0 if _within_row(run, found) else found


def _within_row(run: Run, index: int) -> bool:
    """Amid single figures no number begins or ends: the row counts as a whole."""
    return 0 < index < len(run) and len(run[index - 1].digits) == len(run[index].digits) == 1


_AMERICAN = {
    7: {(7,), (3, 4)},
    10: {(10,), (3, 3, 4), (3, 7), (6, 4)},
    11: {(11,), (1, 10), (4, 7), (1, 3, 3, 4), (1, 3, 7), (1, 6, 4), (4, 3, 4)},
}


def _is_strict(text: str, part: Run, cued: bool) -> bool:
    """Grouped as telephone numbers are, whatever stands around it."""
    digits = _digits(part)
    sizes = tuple(len(group.digits) for group in part)
    if text[max(0, part[0].start - 1) : part[0].start] == "+":
        return len(digits) >= 8
    if digits[0] == "0":
        return 9 <= len(digits) <= 14 and min(sizes) >= 2 and not _is_series(part)
    if set(sizes) == {1}:
        return len(digits) in _AMERICAN and not _is_series(part)
    if sizes not in _AMERICAN.get(len(digits), ()):
        return False
    if len(digits) == 7:
        return digits[0] not in "01" and (cued or not _is_amount(text, part))
    return digits[0] == "1" if len(digits) == 11 else digits[0] != "1"


def _is_amount(text: str, part: Run) -> bool:
    """Seven digits that are more likely money, a count or a year: "2500000", "200-1000 mg", "365 2024"."""
    digits = _digits(part)
    year = (
        len(part) == 2
        and digits[3:5] in ("19", "20")
        and "-" not in text[part[0].end : part[1].start]
    )
    return digits.endswith("000") or year or bool(_UNIT_AFTER.match(text, part[-1].end))


def _is_loose(run: Run, text: str, cued: bool) -> bool:
    """Grouped anyhow: the count of digits alone tells, so something else must speak for it too."""
    if len(run) < 2 or len(_digits(run)) not in _AMERICAN or _is_series(run):
        return False
    if any(group.spoken for group in run) and (
        len(_digits(run)) > 7 or all(group.spoken for group in run)
    ):
        return True
    commas = "," in text[run[0].start : run[-1].end] and not all(
        len(group.digits) == 1 for group in run
    )
    return not commas and (cued or _stands_alone(text, run))


def _is_foreign(run: Run, region: str) -> bool:
    digits = _digits(run)
    return (
        8 <= len(digits) <= 15
        and not _is_series(run)
        and (_is_possible(digits, region) or _is_possible("+" + digits, region))
    )


def _is_possible(number: str, region: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _is_series(run: Run) -> bool:
    """Counting, a taper, or nothing but years: "10 9 8 7 6", "100 75 50 25 10", "2015 2017 2019"."""
    if all(_is_year(group) for group in run):
        return True
    values = [int(group.digits) for group in run]
    steps = [later - earlier for earlier, later in pairwise(values)]
    if len(set(steps)) == 1 and len(steps) > 1:
        return steps[0] != 0
    one_way = all(step > 0 for step in steps) or all(step < 0 for step in steps)
    return one_way and len(values) > 3 and not any(_is_padded(group) for group in run)


def _is_padded(group: Group) -> bool:
    return len(group.digits) > 1 and group.digits[0] == "0"


def _is_year(group: Group) -> bool:
    return len(group.digits) == 4 and group.digits[:2] in ("19", "20")


def _split(
    text: str, found: list[Run], before: list[str], allowed: frozenset[str]
) -> Iterator[Span]:
    """A number begun in the lines before and ended in this one (CM-02)."""
    head = found[0]
    if len(re.findall("[a-z]+", text[: head[0].start])) > 5:
        return
    joined: Run = head
    alone = _stands_alone(text, head)
    cued = bool(_CUE.search(text))
    for line in reversed(before):
        tail = (_unknown(line, allowed) or [()])[-1]
        if not tail or len(re.findall("[a-z]+", line[tail[-1].end :])) > 2:
            return
        joined = (*tail, *joined)
        alone = alone and _stands_alone(line, tail)
        cued = cued or bool(_CUE.search(line))
        if (alone or cued) and _is_split_number(joined, allowed):
            yield _span(text, head)
            return


def _is_split_number(run: Run, allowed: frozenset[str]) -> bool:
    digits = _digits(run)
    fits = len(digits) in _AMERICAN and (digits[0] not in "01" or len(digits) == 11)
    return fits and not _is_series(run) and _plain(digits) not in allowed


def _cued(text: str, run: Run) -> bool:
    start, end = max(0, run[0].start - 40), run[-1].end
    return bool(_CUE.search(text[start : run[0].start]) or _CUE.search(text[end : end + 25]))


def _stands_alone(text: str, run: Run) -> bool:
    return not re.search("[a-z0-9]", text[: run[0].start] + text[run[-1].end :])


def _digits(run: Run) -> str:
    return "".join(group.digits for group in run)


def _span(text: str, run: Run) -> Span:
    start, end = run[0].start, run[-1].end
    while start and text[start - 1] in "+(":
        start -= 1
    return start, end
