"""The many numbers that are no telephone numbers: dates, money, doses, series, moods, cases (CM-02)."""

import re
from itertools import pairwise

from moderation.content.digits import Group, Run

_UNITS = (
    "mgs?|mcg|ug|ml|g|kg|kgs|lbs?|oz|st|cm|mm|km|kms|k|"
    "days?|weeks?|wks?|months?|years?|yrs?|hours?|hrs?|minutes?|mins?|seconds?|secs?|"
    "dollars?|bucks?|euros?|pounds?|pesos?|usd|eur|gbp|cents?|"
    "miles?|steps?|meetings?|people|members?|pages?|times|nights?|sets?|reps?|breaths?|pills?|tablets?|units?|drinks?|beers?|"
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
_RATED = re.compile(
    r"\b(?:moods?|ratings?|rated?|scales?|scores?|breath\w*|inhale|exhale|sle(?:pt|ep)|naps?|cravings?|urges?|energy|pain"
    r"|anxiety|dice|rolled|reps|animo|humor|humeur|sueno|dormi\w*|sommeil|respir\w*|stimmung|schlaf|geschlafen|atem\w*)\b"
)
_WEEK = re.compile(
    r"\b(?:weeks?|week'?s|days?|nights?|daily|numbers|counts?|semana|dias|noches|semaine|jours|nuits|woche|tage|nachte)\b"
)
_COUNTED = re.compile(
    r"\b(?:weigh\w*|kilos|ages?|aged|lott\w+|raffle|bingo|jackpot|bets?|bet|odds|lost|won|lose|win|owed?|paid|pay|spent|earn\w*|walk\w*"
    r"|steps|ran|laps|pressure|sugar|pulse|calories|points|years|kids|pages|peso|pesos|poids|gewicht|punkte|puntos|gewonnen"
    r"|verloren|perdi\w*|gane|gagne|perdu|edades)\b"
)
_AND_MORE = re.compile(
    r"\s?(?:and|or|then|y|et|und|to|,)\s"
    rf"(?:\d{{1,5}} (?:{_UNITS})\b|\d{{1,3}}(?!\d|[ .-]\d))"
)
_OUT_OF = re.compile(
    r"\s?(?:out of|of 10|/ ?10|von 10|sur 10|sobre 10|de 10|this week|last week|in a week)\b"
)
_REFERENCE = re.compile(
    r"\b(?:orders?|tickets?|case|file|ref|reference|id|invoice|isbn|account|acct|iban|tracking|parcel|prescription|policy"
    r"|serial|claim|code|pin|docket|expediente|pedido|dossier|commande|bestellung|aktenzeichen|rechnung)"
    r"(?: (?:is|was|number|num|nr|no))?[ .:#]*$"
)


def blanked(text: str) -> str:
    """Dates, times, money, doses and pages painted over, so that every place stays where it is."""
    return _NEVER.sub(painted, text)


def painted(match: re.Match[str]) -> str:
    return "x" * len(match[0])


def has_unit(text: str, at: int = 0) -> bool:
    """Whether what stands there is a unit of something: hours, kg, percent."""
    return bool(_UNIT_AFTER.match(text, at))


def is_amount(text: str, part: Run) -> bool:
    """Seven digits that are more likely money, a count or a year: "2500000", "200-1000 mg", "365 2024"."""
    digits = "".join(group.digits for group in part)
    year = (
        len(part) == 2
        and digits[3:5] in ("19", "20")
        and "-" not in text[part[0].end : part[1].start]
    )
    return digits.endswith("000") or year or has_unit(text, part[-1].end)


def is_filed(text: str, part: Run) -> bool:
    """Digits in one that are the number of an order or a case, a round sum, or a date: "order 612345678"."""
    if len(part) > 1:
        return False
    digits = part[0].digits
    return (
        digits.endswith("000")
        or bool(_REFERENCE.search(text[max(0, part[0].start - 60) : part[0].start]))
        or _is_date(digits)
    )


def is_counted(text: str, part: Run) -> bool:
    """Groups of figures that are weights, scores, stakes, steps, as the words around them say."""
    before, end = text[max(0, part[0].start - 40) : part[0].start], part[-1].end
    told = _COUNTED.search(before) or _RATED.search(before)
    return bool(told) or has_unit(text, end) or bool(_AND_MORE.match(text, end))


def _is_date(digits: str) -> bool:
    """A day as forms have it: 20261130, 30112026."""
    year, month, day = "(?:19|20)[0-9]{2}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
    return bool(re.fullmatch(f"{year}{month}{day}|{day}{month}{year}|{month}{day}{year}", digits))


def is_year(group: Group) -> bool:
    return len(group.digits) == 4 and group.digits[:2] in ("19", "20")


def is_series(run: Run) -> bool:
    """Counting, a taper, or nothing but years: "10 9 8 7 6", "100 75 50 25 10", "2015 2017 2019"."""
    if all(is_year(group) for group in run):
        return True
    values = [int(group.digits) for group in run]
    steps = [later - earlier for earlier, later in pairwise(values)]
    if len(set(steps)) == 1 and len(steps) > 1:
        return steps[0] != 0
    one_way = all(step > 0 for step in steps) or all(step < 0 for step in steps)
    return one_way and len(values) > 3 and not any(_is_padded(group) for group in run)


def is_list(run: Run) -> bool:
    """A series that no plan would be mistaken for: in equal groups, or in round figures."""
    equal = len({len(group.digits) for group in run}) == 1
    return is_series(run) and (equal or all(group.digits[-1] in "05" for group in run))


def _is_padded(group: Group) -> bool:
    return len(group.digits) > 1 and group.digits[0] == "0"


# Rows of single figures

A_WEEK = 7


def is_row(run: Run) -> bool:
    return len(run) >= A_WEEK and all(len(group.digits) == 1 for group in run)


def is_told(text: str, row: Run) -> bool:
    """Whether a row of single figures is what somebody counted, rated or breathed, day by day."""
    figures = "".join(group.digits for group in row)
    before, end = text[max(0, row[0].start - 60) : row[0].start], row[-1].end
    if _is_rhythm(figures) or has_unit(text, end) or _OUT_OF.match(text, end):
        return True
    around = before + text[end : end + 25]
    a_week = len(row) == A_WEEK and not all(group.spoken for group in row)
    return bool(_RATED.search(around) or (a_week and _WEEK.search(around)))


def _is_rhythm(figures: str) -> bool:
    """The same again and again: 4 4 4 4, 4 7 8 4 7 8."""
    return any(
        figures == (figures[:period] * len(figures))[: len(figures)] for period in range(1, 4)
    )
