"""Handles and mailboxes spelled past a filter: in words, letter by letter, on "the bird app" (CM-03).

Every repetition is bounded, so that no text takes longer than its length asks (A79).
"""

import re
from collections.abc import Iterator

from moderation.content.lexicon import Lexicon

Span = tuple[int, int]

_LEET = {"a": "[a4@]", "e": "[e3]", "i": "[i1!]", "o": "[o0]", "s": "[s5$]", "t": "[t7]"}


def _disguised(names: str) -> str:
    """With figures and signs for letters, and a blank between any two."""
    return "|".join(" ?".join(_LEET.get(char, char) for char in name) for name in names.split())


_NAMES = "instagram insta snapchat telegram discord whatsapp facebook signal linkedin tiktok messenger wickr twitter"
_SERVICE = (
    rf"(?:{_disguised(_NAMES)}|sn[a4@]p|snp|k[i1]k|d[i1]sc|tlgrm|tele ?gr[a@]mm?|wats+app|w[a@]ts[a@]p{{1,2}}"
    r"|wh[a@]ts[a@]p|guasap|guasa|zap|inst[a@]{1,2}|insta 4|face|feis|sig|i ?g|fb|the (?:gram|tok)"
    r"|(?:(?:yellow|white|blue) )?(?:purple|bird|ghost|photo|camera) app)"
)
_LINE = (
    r"(?:[ ,-]{0,3}(?:under ?-?scores?|underscr|guion[ -]bajo|unter-?strich|tiret du bas|sublinhado|underline)"
    r"(?![a-z])[ ,-]{0,3})"
)
_BEFORE_LINE = "a|an|the|no|with|un|el|sin|ohne|and|or|use|using|its|is|that|of"
_AFTER_LINE = "in|is|was|and|or|to|for|on|key|the|at"
_PART = r"[a-z0-9@$!.]"
_SPACED = rf"(?<![a-z0-9'@]){_PART}(?:[ \-.]{_PART}){{3,40}}(?![a-z0-9'])"
_ODD = (
    r"@? ?(?=[a-z0-9@$_.\-]{0,30}[a-z])(?=[a-z@$.\-]{0,30}(?:[0-9_]|(?<=[a-z])\.[a-z]))"
    r"[a-z0-9@$][a-z0-9@$_.\-#]{2,40}"
)
_IS = r"(?:(?: is|'?s| es| est| c'?est| ist| e| as| como| comme)?[ :=>\-]{1,4})"
_AS = r"(?: (?:as|at|under|com|como|im|its|it'?s|i'?m|is|da heiss ich))?"
_FIGURE = "(?:[0-9]{1,8}|zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_FIND = (
    "(?:add|ad|find|hit|dm|adde|search|facebook|chama|chamem|such|reach|message|kall|write) (?:me|us|mich|meh)"
    "|hmu|buscame|busquenme|buscarme|agreguenme|escribirme|chama"
)
_ON = r"(?:(?:just )?(?:on|at|in|via|no|en|por|auf|al) )?(?:the |my |el |mi |o )?"
_LOOK = r"look up|search|searching|such|busca\w{0,4}|cherche\w{0,4}"
_OWN = "my|her|his|mi|mein|mon|our"
_CALLED = "@|handle|user ?name|acc|tag|nick|sn|insta|snap"

_HANDLES = tuple(
    re.compile(pattern)
    for pattern in (
        # A line in words, "ben underscore nine"; and one in the middle of a word, "moth_boy".
        rf"(?<![a-z0-9])(?!(?:{_BEFORE_LINE}) )[a-z0-9@$!.]{{1,40}}{_LINE}(?!(?:{_AFTER_LINE})\b)[a-z0-9@$!]{{1,40}}",
        r"(?<![a-z0-9_.])(?=[a-z0-9._]{0,40}[a-z]{3})[a-z0-9.]{3,30}_[a-z0-9.]{2,30}(?:_[a-z0-9.]{2,30})?(?![a-z0-9_])",
        rf"\bhash (?:{_FIGURE} ?){{2,6}}",
        # A service and what looks like nobody's word, in either order.
        rf"(?<![a-z0-9]){_SERVICE}{_IS}@? ?(?:{_SPACED}|{_ODD})",
        rf"(?<![a-z0-9])(?:on|in|im|por|al|the|my|mi|auf) (?:el |the |my )?{_SERVICE},?{_AS}[ :]{{1,3}}{_ODD}",
        rf"(?<![a-z0-9]){_ODD},? (?:on|over on|in|at|auf|en) (?:the |el )?{_SERVICE}(?![a-z0-9])",
        rf"(?<![a-z0-9]){_SERVICE} (?:[a-z]{{1,8}} ){{0,2}}?[a-z]{{1,8}}: ?{_SPACED}",
        r"(?<![a-z0-9])(?:i ?g|insta) ?[hn]? ?@ ?[a-z0-9]{3,40}",
        rf"(?<![a-z0-9])(?:{_OWN}) (?:\w{{1,20}} ){{0,2}}?(?:{_CALLED})(?: everywhere)?(?: is| es|:| =){{1,3}} {_ODD}",
        # A service in disguise, or one that is told to find somebody.
        rf"(?<![a-z0-9])(?=[a-z]{{0,8}}[0-9@$!]|[a-z] [a-z] ){_SERVICE} ?: ?[a-z0-9@]",
        rf"(?<![a-z0-9]){_SERVICE} me ?: ?[a-z0-9@]",
        r"(?<![a-z0-9])sn[a4@]p is [a-z0-9]{1,12} [a-z0-9]{1,12} [a-z]{0,9}[0-9]",
        rf"(?<![a-z0-9])(?:on|in|auf|en|sur) {_SERVICE},? (?:just )?(?:{_LOOK})",
        rf"(?<![a-z])(?:{_FIND}),? ?(?:up )?{_ON}{_SERVICE}(?![a-z0-9'])",
        rf"(?:add|find|dm|hit|write|reach) (?:me|us)\W{{0,6}}(?:(?:on|at|as) )?{_SPACED}",
    )
)
_SIGN = r"(?:at[ -]sign|arobase?|arobas|arroba|klammeraffe|\[at\]|\(at\)|atsign)"
_LOCAL = r"(?<![a-z0-9])(?P<local>[a-z0-9][a-z0-9_.\-]{0,40})"
_HOST = r"[a-z0-9@\-]{3,40}"
_DOT = r"(?:dott?|dawt|d0t|full stop|period|punkt|ponto|punto|point)"
_TOP = "(?:com|org|net|de|fr|es|ca|cl|br|uk)"
_MAILS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_LOCAL},? ?{_SIGN},? ?[a-z0-9]",
        rf"{_LOCAL},? (?:at|@|a t),? {_HOST}(?:,? with [a-z ]{{1,20}})?,? {_DOT} {_TOP}(?![a-z])",
        rf"{_LOCAL}, (?:at|@), {_HOST}, (?:com|org|net)(?![a-z])",
        r"(?P<local>\bg ?m ?[a@] ?il\b).{0,20}\bdot (?:com|net|org)",
    )
)
_ANY_HANDLE = re.compile(
    r"_|under ?-?sc|underline|guion|strich|tiret|sublinhado|hash|@|handle|acc|tag|nick"
    rf"|(?:add|find|dm|hit|write|reach) (?:me|us)|{_SERVICE}"
)
_ANY_MAIL = re.compile(rf"{_SIGN}|\bat\b|@|\ba t\b|\bg ?m ?[a@] ?il\b")


def spelled(text: str, lexicon: Lexicon) -> Iterator[Span]:
    """Where they stand in a shadow."""
    if _ANY_MAIL.search(text):
        for pattern in _MAILS:
            for match in pattern.finditer(text):
                if match["local"] not in lexicon.not_mailboxes:
                    yield match.span()
    if _ANY_HANDLE.search(text):
        for pattern in _HANDLES:
            yield from (match.span() for match in pattern.finditer(text))
