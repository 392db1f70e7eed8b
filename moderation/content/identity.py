"""Who somebody is outside: full names, what may identify, and what tells it of another member (CM-04, CM-05).

It reads the text as it is displayed: a name is told by its capitals, or by being a well-known one.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import re2

from moderation.content.context import Context
from moderation.content.lexicon import Lexicon
from moderation.content.text import shadow
from moderation.content.verdict import Finding

READ = 6000
"""Code points that it looks at: no line and no post is longer."""
LEADS = 12
"""Places where a name may begin after "I'm" or its like; nobody has more to say of themselves at once."""

PLACES = 8
"""Words of a text that are looked around for what they may tell; and so many code points around each."""
AROUND = 120

FULL_NAME = "full_name"
MAY_IDENTIFY = "may_identify"
OUTING = "outing"

_LEAD = re2.compile(
    r"(?i)(?:\b(?:i['’]m|i am|im|me llamo|soy|mi nombre es|je m['’]appelle|je suis|mon nom est|ich bin"
    r"|ich hei(?:ß|ss)e|mein name ist|eu sou|me chamo|meu nome [eé])|(?:\bmy |^|[,.;!?] )(?:full |whole |real )?"
    r"name(?:['’]?s| is)) (?:(?:dr|mrs?|ms|sister|father|pastor)\.? )?"
)
_CAP = r"\b[A-ZÀ-ÖØ-Þ][^\W\d_]{0,30}(?:['’\-][^\W\d_]{1,30}){0,2}"
_PART = r"(?:de la|de los|de|del|van der|van|von|da|dos|di|bin|al)"
_NAME = rf"(?P<name>(?P<first>{_CAP})(?: (?:{_PART} )?(?:[A-Z]\.|{_CAP})){{1,4}})(?![\w@])"
_SMALL = r"(?P<name>(?P<first>[^\W\d_]{2,30}) [^\W\d_]{2,30})(?![\w@'’])"
_OWN = re.compile(_NAME)
_OWN_SMALL = re.compile(_SMALL)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_HERE = (
    rf"(?:from|in|at|who comes to) (?:the|this|our|that|my) (?:{_DAY}|morning|noon|evening|night|home|online|other)?"
    r"(?:'s)? ?(?:night |morning |noon |evening )?(?:group|meeting|room)\b"
)
_OTHER = re.compile(rf"{_NAME} (?i:{_HERE})")
_OUTED = re.compile(
    r"(?i:\b(?:his|her|their|your|[a-z]{1,30}['’]s) (?:real |full |last |actual )name(?: is|['’]s) )"
    rf"(?P<name>{_CAP}(?: {_CAP}){{0,3}})"
)
_ELSEWHERE = re.compile(
    rf"(?P<name>{_CAP}(?: {_CAP})?) (?i:said|shared|told (?:us|me|everyone))(?i: the same| that| this| it)?"
    rf" ?(?i:(?:in|at|on) (?:the |last |our )?(?:{_DAY}|other|morning|evening|noon)(?:['’]s)?"
    rf"(?: night| morning)? (?:group|meeting|room))\b"
)

_OUTS = {"name": _OUTED, "group": _ELSEWHERE}

_STREET = (
    r"(?:Street|Avenue|Ave|Road|Lane|Drive|Court|Boulevard|Blvd|Crescent|Terrace|Close|Parkway)"
)
_SCHOOL = r"(?:High|Prep|College|University|Academy|School|Grammar|Elementary|Middle|Polytechnic)"
_FIRM = (
    r"(?:Hospital|Clinic|Infirmary|Bank|Union|County|Council|Church|Library|Depot|Foods|Motors|Steel|Logistics|Ltd|Inc|LLC"
    r"|GmbH|Pharmacy|Diner|Cafe|Café|Bar|Pub|Hotel|Inn|Brewery|Bakery|Garage|Plumbing|Dental|Law|Sloane|Farm|Farms"
    r"|Center|Centre|Medical|Station|Precinct|School|High|Prep|College|University|Academy|Elementary|Nursery)"
)
_CAPS = rf"(?:{_CAP}\.?(?: (?:of|the|de|la|el|&|and) )? ?)"
_TELLS = (
    # Where one lives
    re.compile(rf"\b\d{{1,5}} (?:{_CAP} ){{1,2}}{_STREET}\b"),
    re.compile(
        r"(?i:\b(?:i live|my (?:house|home|flat|place|apartment) is|i['’]m) (?:at|on|off|in|down|over on) )"
        rf"(?:{_CAP} ){{1,2}}{_STREET}\b"
    ),
    # Where one works, or learns
    re.compile(
        r"(?i:\bi(?:['’]m| am)? (?:[a-z]{1,30} ){1,6}?(?:at|for|in) (?:the )?)"
        rf"{_CAPS}{{1,4}}{_FIRM}\b"
    ),
    re.compile(
        r"(?i:\b(?:trabajo en|je travaille (?:à|chez|au)|ich arbeite (?:bei|beim|im)|trabalho n[ao]) )"
        rf"(?i:l[ae] |el |der )?{_CAP} {_CAP}"
    ),
    re.compile(rf"(?i:\bi(?:['’]m| am) the only (?:[a-z]{{1,30}} ){{1,3}}(?:in|at) ){_CAP}"),
)
_MAY_TELL = re2.compile(
    rf"(?P<group>(?i:\b(?:group|meeting|room)\b))|(?P<place>\b(?:{_STREET}|{_FIRM}|[Tt]rabajo|[Tt]ravaille|[Aa]rbeite"
    r"|[Tt]rabalho|the only)\b)|(?P<name>(?i:\bname\b))"
)
_TITLED = 0.8
"""From this share of words with a capital on, capitals tell nothing."""
_UNPAIRED = re.compile("[\ud800-\udfff]")
_WORD = re.compile(r"[^\W\d_]{2,}")


def identity(text: str, context: Context, lexicon: Lexicon) -> Iterator[Finding]:
    """Full names given as one's own or another member's; of members, what else tells who somebody is."""
    if context.kind == "name":
        yield from _of_a_display_name(text, lexicon)
        return
    text = _UNPAIRED.sub("?", text[:READ])
    titled = _is_titled(text)
    yield from _own_name(text, lexicon, titled=titled)
    for told_by, begin, end in _places(text):
        if told_by == "group" and not titled:
            yield from _names(_OTHER.finditer(text, begin, end), lexicon)
        if context.role != "member":
            continue
        for match in _OUTS[told_by].finditer(text, begin, end) if told_by in _OUTS else ():
            yield from _outing(match, lexicon)
        for pattern in _TELLS if told_by == "place" else ():
            for match in pattern.finditer(text, begin, end):
                yield Finding(MAY_IDENTIFY, *match.span())


def _places(text: str) -> Iterator[tuple[str, int, int]]:
    """By which word something may be told, and the stretch around it; of many, the first."""
    for match in islice(_MAY_TELL.finditer(text), PLACES):
        told_by = next(name for name, word in match.groupdict().items() if word)
        yield told_by, max(0, match.start() - AROUND), match.end() + AROUND


def _outing(match: re.Match[str], lexicon: Lexicon) -> Iterator[Finding]:
    if not _is_known(match["name"], lexicon):
        yield Finding(OUTING, *match.span())


def _own_name(text: str, lexicon: Lexicon, *, titled: bool) -> Iterator[Finding]:
    for lead in islice(_LEAD.finditer(text), LEADS):
        match = None if titled else _OWN.match(text, lead.end())
        if (
            match
            and text[lead.start() : lead.end()].lower() != "im "
            and _is_full_name(match["name"], lexicon)
        ):
            yield Finding(FULL_NAME, *match.span("name"))
            continue
        small = _OWN_SMALL.match(text, lead.end())
        if small and _are_well_known(small["name"], lexicon):
            yield Finding(FULL_NAME, *small.span("name"))


def _names(matches: Iterable[re.Match[str]], lexicon: Lexicon) -> Iterator[Finding]:
    for match in matches:
        if _is_full_name(match["name"], lexicon):
            yield Finding(FULL_NAME, *match.span("name"))


def _of_a_display_name(text: str, lexicon: Lexicon) -> Iterator[Finding]:
    if _are_well_known(text.strip(), lexicon):
        yield Finding(FULL_NAME, 0, len(text))


def _is_titled(text: str) -> bool:
    """Written In Capitals, or SHOUTED."""
    words = _WORD.findall(text)
    return len(words) > 4 and sum(word[0].isupper() for word in words) > _TITLED * len(words)


def _is_full_name(name: str, lexicon: Lexicon) -> bool:
    """A first name, and one behind it that is neither another first name nor a word of the language."""
    first, *others = folded(name)
    if first in lexicon.not_surnames and first not in lexicon.given_names:
        return False
    if _is_known(name, lexicon) or not others:
        return False
    return any(_may_be_surname(one, lexicon) for one in others)


def _may_be_surname(word: str, lexicon: Lexicon) -> bool:
    if word in lexicon.surnames:
        return True
    return len(word) > 1 and not {word} & (lexicon.not_surnames | lexicon.given_names)


def _are_well_known(name: str, lexicon: Lexicon) -> bool:
    """Two names that many people have; both could hardly be anything else."""
    words = folded(name)
    if len(words) != 2 or _is_known(name, lexicon):
        return False
    first, last = words
    return first in lexicon.given_names and last in lexicon.surnames


def _is_known(name: str, lexicon: Lexicon) -> bool:
    """Of somebody in a book: authors, those who began the fellowships, the long dead."""
    plain = " ".join(folded(name))
    return any(plain == known or plain.startswith(f"{known} ") for known in lexicon.known_people)


def folded(name: str) -> list[str]:
    return re.sub(r"[^a-z\- ]", "", shadow(name).text).split()
