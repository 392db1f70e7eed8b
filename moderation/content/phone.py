"""Telephone numbers, however they are written, and the many numbers that are none (CM-02)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile

import phonenumbers

from moderation.content.counts import (
    blanked,
    has_unit,
    is_amount,
    is_counted,
    is_filed,
    is_list,
    is_row,
    is_series,
    is_told,
    is_year,
    painted,
)
from moderation.content.digits import Run, runs
from moderation.content.numbering import LEAST, MOST, is_assigned, is_national, prefixes
from moderation.content.policy import Policy

Span = tuple[int, int]

SHORTEST = 7
"""Digits of the shortest number that is one without its area."""

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
    r"(?:z[e3]r[o0]|\boh|[o0]n[e3]|tw[o0]|thr[e3]{2}|f[o0]ur|f[i1]v[e3]|s[i1]x|s[e3]v[e3]n|[e3][i1]ght|n[i1]n[e3]|f[i1]fty"
    r"|c[e3]r[o0]|\bun[o0]?\b|\bd[o0]s\b|tr[e3]s|cuatr[o0]|c[i1]nc[o0]|s[e3][i1]s|s[i1][e3]t[e3]|[o0]ch[o0]|nu[e3]v[e3]"
    r"|d[e3]ux|tr[o0][i1]s|quatr[e3o]|cinq|s[e3]pt|hu[i1]t|n[e3]uf|dix|ze|vingt|trent|quarant|soixant"
    r"|null|eins|zw[e3o]|dr[e3][i1]|vi[e3]r|funf|s[i1e3][e3c][bh]|acht|n[e3]un|d[o0][i1]s\b|s[e3]t[e3]|[o0]it[o0]|n[o0]v[e3]"
    r"|treinta|cuarent|cincuent|sesent|setent|ochent|novent)"
)
_TOLL_FREE_BEGIN = re.compile(r"8(?:00|33|44|55|66|77|88)")


def phones(
    text: str,
    before: tuple[str, ...],
    policy: Policy,
    *,
    after: tuple[str, ...] = (),
    meetings: bool = False,
) -> Iterator[Span]:
    """Where telephone numbers stand in a shadow, also the rest of one begun in the lines before (CM-02).

    And, of a line that is changed, the beginning of one that ends in the lines `after` (CM-14).

    `meetings`: whoever writes may say by which number another meeting is reached.
    """
    if not _worth_reading(text, wanted=2 if before or after else 5):
        return
    allowed = _allowed(policy.allowed_numbers, policy.region)
    rest, vanities = _vanities(blanked(text), allowed)
    yield from vanities
    found = _unknown(rest, allowed)
    if meetings:
        found = [part for run in found if (part := run[_meeting_until(rest, run) :])]
    whole = list(_whole(rest, found, policy))
    yield from whole
    if before and found and not whole:
        yield from _split(rest, found, [blanked(line) for line in before], allowed, policy.region)
    if after and found and not whole:
        lines = [blanked(line) for line in (*before, text, *after)]
        if _ends_later(lines, len(before), allowed, policy.region):
            yield _span(rest, found[-1])


def _worth_reading(text: str, wanted: int) -> bool:
    """A cheap count: figures, and number words, which may stand for three each."""
    figures = len(_FIGURE.findall(text))
    return (
        figures >= wanted
        or figures + 3 * len(_SPOKEN.findall(text)) >= wanted
        or bool(_TOLL_FREE_BEGIN.search(text))
    )


def _vanities(text: str, allowed: frozenset[str]) -> tuple[str, list[Span]]:
    """Toll-free numbers in letters ("1-800-..."): painted over, and the places of those not allowed."""
    spans: list[Span] = []

    def paint(match: re.Match[str]) -> str:
        prose = match["rest"].count(" ") > 1  # "1800 at the casino"
        if prose or not re.search("[a-z]", match["rest"]) or has_unit(match["rest"]):
            return match[0]
        if _plain(match[0]) not in allowed:
            spans.append(match.span())
        return painted(match)

    return _TOLL_FREE.sub(paint, text), spans


@lru_cache(maxsize=16)
def _allowed(numbers: tuple[str, ...], region: str) -> frozenset[str]:
    return frozenset(form for number in numbers for form in _forms(number, region))


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
        if len(digits) > MOST:
            return 0
        if digits in allowed or (len(digits) > SHORTEST and _is_dialled(digits, allowed)):
            return last + 1
    return 0


def _is_dialled(digits: str, allowed: frozenset[str]) -> bool:
    """With what is dialled first; a short helpline has nothing in front: 555-0112 is not one one two."""
    return digits.removeprefix("1") in allowed or digits.lstrip("0") in allowed


_MEETING = re.compile(
    r"\b(?:zoom|meeting|webinar|conference|jitsi|webex|reunion|sala|besprechung)\b(?: (?:room|meeting))?"
    r"(?: (?:id|number|num|nr|no|code))?(?: is| es| est| ist)?[ .:#]*$"
)
_MEETING_ID = {(3, 3, 3), (3, 3, 4), (3, 4, 4), (9,), (10,), (11,)}


def _meeting_until(text: str, run: Run) -> int:
    """How many groups the id of a meeting takes at the beginning of the run, 0 where there is none."""
    if not _MEETING.search(text[max(0, run[0].start - 40) : run[0].start]):
        return 0
    for last in (3, 1):
        if tuple(len(group.digits) for group in run[:last]) in _MEETING_ID:
            return last
    return 0


def _whole(text: str, found: list[Run], policy: Policy) -> Iterator[Span]:
    for run in found:
        cued = _cued(text, run)
        if _is_loose(run, text, cued, policy.region) or (cued and _is_foreign(run, policy.region)):
            yield _span(text, run)
        else:
            yield from _strict_parts(text, run, cued, policy.region)


def _strict_parts(text: str, run: Run, cued: bool, region: str) -> Iterator[Span]:
    first = 0
    while first < len(run):
        last = _strict_until(text, run, first, cued, region)
        if last:
            begin, last = _completed(run, first, last, region)
            yield _span(text, run[begin:last])
        first = last or first + 1


def _strict_until(text: str, run: Run, first: int, cued: bool, region: str) -> int:
    """The end of the longest number that begins here, 0 when none does."""
    if _within_row(run, first):
        return 0
    found = length = 0
    for last in range(first, len(run)):
        length += len(run[last].digits)
        if length > MOST:
            break
        part = run[first : last + 1]
        if length >= 7 and (
            _is_strict(text, part, cued)
            or (
                (cued or _is_apart(run, first, last + 1, region))
                and _is_of_the_region(text, part, cued, region)
            )
        ):
            found = last + 1
    return 0 if _within_row(run, found) else found


def _within_row(run: Run, index: int) -> bool:
    """Amid single figures no number begins or ends: the row counts as a whole."""
    return 0 < index < len(run) and len(run[index - 1].digits) == len(run[index].digits) == 1


def _completed(run: Run, first: int, last: int, region: str) -> tuple[int, int]:
    """The whole of a number whose middle was known: what is marked is never half of it."""
    if first and run[first - 1].digits in prefixes(region):
        return first - 1, last
    if len(_digits(run[first:last])) > 7:
        return first, last
    while last < len(run) and _belongs(run, last, run[first : last + 1]):
        last += 1
    if first and len(run[first - 1].digits) > 2 and _belongs(run, first - 1, run[first - 1 : last]):
        first -= 1
    return first, last


def _belongs(run: Run, index: int, whole: Run) -> bool:
    """Whether a group beside seven digits is of the same number: an area in front, or a long end."""
    return len(run[index].digits) > 1 and not is_year(run[index]) and len(_digits(whole)) <= MOST


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
        return 9 <= len(digits) <= 14 and min(sizes) >= 2 and not is_series(part)
    if is_row(part):
        return (
            len(digits) in _AMERICAN and not is_series(part) and (cued or not is_told(text, part))
        )
    if sizes not in _AMERICAN.get(len(digits), ()):
        return False
    if len(digits) == 7:
        return digits[0] not in "01" and (cued or not is_amount(text, part))
    return digits[0] == "1" if len(digits) == 11 else digits[0] != "1"


def _is_apart(run: Run, first: int, last: int, region: str) -> bool:
    """Whether these groups are all of the run, but for what is dialled first: else it is a list of figures."""
    return last == len(run) and (first == 0 or (first == 1 and run[0].digits in prefixes(region)))


def _is_of_the_region(text: str, part: Run, cued: bool, region: str) -> bool:
    """Grouped as the country of the room writes its numbers, without the 0 in front."""
    sizes = tuple(len(group.digits) for group in part)
    return (
        is_national(_digits(part), sizes, region)
        and "," not in text[part[0].start : part[-1].end]
        and not is_list(part)
        and (cued or not (is_filed(text, part) or is_counted(text, part)))
    )


def _is_loose(run: Run, text: str, cued: bool, region: str) -> bool:
    """Grouped anyhow: the count of digits alone tells, so something else must speak for it too."""
    digits = _digits(run)
    spelled = _is_spelled(run)
    fits = SHORTEST <= len(digits) <= MOST if spelled else _is_long_enough(digits, region)
    if len(run) < 2 or not fits or is_series(run):
        return False
    row = tuple(takewhile(lambda group: len(group.digits) == 1, run))
    if is_row(row) and not cued and is_told(text, row):
        return False
    if spelled or (any(group.spoken for group in run) and len(digits) > SHORTEST):
        return True
    commas = "," in text[run[0].start : run[-1].end] and not all(
        len(group.digits) == 1 for group in run
    )
    return not commas and (cued or _stands_alone(text, run))


def _is_spelled(run: Run) -> bool:
    """Said figure by figure, most of it in words: of whatever country."""
    spoken = sum(group.spoken for group in run)
    return spoken * 2 > len(run) and all(group.spoken or len(group.digits) < 4 for group in run)


def _is_long_enough(digits: str, region: str) -> bool:
    return len(digits) in _AMERICAN or is_assigned(digits, region)


def _is_foreign(run: Run, region: str) -> bool:
    digits = _digits(run)
    return (
        LEAST <= len(digits) <= MOST
        and not is_series(run)
        and (_is_possible(digits, region) or _is_possible("+" + digits, region))
    )


def _is_possible(number: str, region: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _split(
    text: str, found: list[Run], before: list[str], allowed: frozenset[str], region: str
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
        if (alone or cued) and _is_split_number(joined, allowed, region):
            yield _span(text, head)
            return


def _ends_later(lines: list[str], here: int, allowed: frozenset[str], region: str) -> bool:
    """Whether a number that reaches into line `here` ends in one of the lines behind it."""
    for index in range(here + 1, len(lines)):
        found = _unknown(lines[index], allowed)
        if not found:
            return False
        if any(_split(lines[index], found, lines[:index], allowed, region)):
            return True
    return False


def _is_split_number(run: Run, allowed: frozenset[str], region: str) -> bool:
    digits = _digits(run)
    american = len(digits) in _AMERICAN and (digits[0] not in "01" or len(digits) == 11)
    fits = american or is_assigned(digits, region)
    return fits and not is_series(run) and _plain(digits) not in allowed


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
