"""Links: who may post them, and the ones that are contact details for anybody (CM-03)."""

import re
from collections.abc import Iterator

from moderation.content.lexicon import Lexicon
from moderation.content.policy import Policy
from moderation.content.text import Shadow

Span = tuple[int, int]

_TOP = (
    "com|net|org|edu|gov|mil|int|info|biz|io|app|dev|gg|tv|ly|xyz|site|online|club|shop|store|blog|link|chat|eu|uk|de|fr"
    "|es|ca|au|nz|nl|ch|ie|mx|br|ru|cn|jp|pl|pt|se|tech|website|space|network|foundation|health|support"
)
_LABEL = r"[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?"
_BEGIN = r"(?<![a-z0-9@._\-])"
_LINK = re.compile(
    rf"{_BEGIN}(?:(?:[a-z][a-z0-9+.\-]{{1,14}}):\s?//|www\d?\.)[^\s<>\"]+"
    rf"|{_BEGIN}(?:{_LABEL}\.){{1,5}}(?:{_TOP})(?![a-z0-9\-@]|\.[a-z0-9])(?::\d+)?(?:[/?#][^\s<>\"]*)?"
    rf"|{_BEGIN}(?:{_LABEL}\.){{1,5}}[a-z]{{2,18}}/[^\s<>\"]+"
    rf"|{_BEGIN}(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?::\d+)?/[^\s<>\"]*"
)
_DOT = r"(?: (?:dot|punto|punkt|ponto) | ?[(\[{] ?(?:dot|d0t|punto|\.) ?[)\]}] ?)"
# A full stop with a blank beside it ends a sentence ("sí. Me llamaron", "gg"): a path must follow, or nothing.
_SPOKEN = re.compile(
    rf"\b(?P<host>{_LABEL})(?:{_DOT}(?:com|org|net|io|gg|me|tv)(?![a-z0-9])"
    r"|(?:\. | \. ?)(?:com|org|net)(?= ?(?:$|[/,;:!?)\n]| slash ))|(?:\. | \. ?)(?:io|gg|me|tv)(?= ?/| slash ))"
    r"(?: ?(?:/|slash|barra) ?[a-z0-9_\-]+)*"
)
_ANY = re.compile(
    r"://|www|\.[a-z0-9]|\b(?:dot|punto|punkt|ponto)\b|[(\[{] ?(?:\.|d0t)|[(\[{](?:dot|punto)"
    r"|\. ?(?:com|org|net|io|gg|me|tv)\b"
)


DEEPEST = 8
"""Parts of a host that are looked up: no domain on a list has as many."""


def links(
    shadow: Shadow, displayed: str, policy: Policy, lexicon: Lexicon
) -> Iterator[tuple[Span, bool]]:
    """Where links stand in a shadow, and whether each leads to a person's own page or chat (CM-03).

    Links to an allowed domain are left out, if the displayed text, and not only its shadow, names that domain.
    """
    if not _ANY.search(shadow.text):
        return
    for match in _LINK.finditer(shadow.text):
        host = _host(match[0])
        start, end = shadow.place(*match.span())
        if _within(host, policy.allowed_domains) and _host(displayed[start:end].lower()) == host:
            continue
        yield match.span(), _within(host, lexicon.contact_hosts)
    for match in _SPOKEN.finditer(shadow.text):
        if match["host"] not in lexicon.not_hosts:
            spelled = re.sub(r"\b(?:dot|d0t|punto|punkt|ponto)\b", ".", match[0])
            host = re.sub(r"[\s()\[\]{}]", "", re.split(r"/|slash|barra", spelled)[0])
            if not _within(host, policy.allowed_domains):
                yield match.span(), _within(host, lexicon.contact_hosts)


def _host(link: str) -> str:
    """The host as a browser reads it: no scheme, no user, no port, nothing after a slash of either kind."""
    rest = re.sub(r"^[a-z][a-z0-9+.\-]*:\s?//", "", link)
    authority = re.split(r"[/\\?#]", rest, maxsplit=1)[0]
    return re.sub(r":\d*$", "", authority.rpartition("@")[2]).rstrip(".,;:!)'\"")


def _within(host: str, domains: tuple[str, ...] | frozenset[str]) -> bool:
    """Whether the host is one of the domains or below one."""
    parts = host.rsplit(".", DEEPEST)[-DEEPEST:]
    return any(".".join(parts[index:]) in domains for index in range(len(parts)))
