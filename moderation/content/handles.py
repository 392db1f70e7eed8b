"""E-mail addresses and names on other services, plain or spelled out (CM-03)."""

import re
from collections.abc import Iterator

from moderation.content.lexicon import Lexicon
from moderation.content.spelled import spelled
from moderation.content.text import Shadow

Span = tuple[int, int]

_TOP = "com|net|org|edu|gov|info|io|co|me|us|uk|ca|de|fr|es|eu|app|dev|mail|email"
_AT = r"(?: ?@ ?| ?[(\[{<] ?(?:at|@) ?[)\]}>] ?| at | a t | arroba )"
_DOT = r"(?: ?\. ?| ?[(\[{<] ?(?:dot|\.) ?[)\]}>] ?| dot | d o t | punto | point )"
_LOCAL = r"(?<![a-z0-9._%+\-])[a-z0-9][a-z0-9_%+\-]{0,63}(?:(?:\.| dot )[a-z0-9_%+\-]{1,63}){0,4}"
_HOST = r"[a-z0-9][a-z0-9\-]{0,62}"
_PROVIDER = "gmail|googlemail|hotmail|icloud|protonmail|proton|outlook|yahoo|ymail|aol|gmx"

_MAIL = (
    re.compile(rf"{_LOCAL}@{_HOST}(?:\.[a-z0-9\-]{{1,63}}){{0,4}}\.[a-z]{{2,24}}(?![a-z0-9])"),
    re.compile(
        rf"(?P<local>{_LOCAL}){_AT}(?:{_HOST}\.){{0,3}}(?P<host>{_HOST}){_DOT}(?:{_TOP})(?![a-z0-9])"
    ),
    re.compile(
        rf"(?P<local>{_LOCAL}) ?(?:@|at|[(\[]at[)\]]) ?(?P<host>gmail|hotmail|icloud|protonmail)(?![a-z0-9])"
    ),
)

_SERVICE = (
    r"(?:insta(?:gram)?|ig|snap(?:chat)?|facebook|fb|messenger|whats ?app|tele(?:gram)?|tg|discord|kik|tik ?tok|twitter"
    r"|skype|linked ?in|venmo|cash ?app|paypal|wechat|viber|reddit|imessage|facetime|bluesky|mastodon"
    r"|only ?fans|xbox|psn|steam|gamertag|twitch|e-?mail|gmail|hotmail|icloud|proton ?mail|signal)"
)
_KIND = r"(?: (?:handle|name|user ?name|user|id|tag|account|acct|addy|address|profile|screen ?name|number|nick))"
_HANDLE = r"@?(?P<handle>[a-z0-9_][a-z0-9_.\-]{1,40}(?:#\d{4})?)"
_NAMED = (
    re.compile(
        rf"\b(?:my|mi|mon|our) (?:\w+ )?{_SERVICE}{_KIND}?(?: is| es| est| c'?est|'s| ?[:=]| -+)+ ?{_HANDLE}"
    ),
    re.compile(rf"\b{_SERVICE}{_KIND}?(?: ?[:=]| ?-+>?| is) ?{_HANDLE}"),
    re.compile(
        rf"\bon (?:the |my )?{_SERVICE},? (?:as|under|at|it'?s|i'?m|by the name(?: of)?|@|:|-) ?{_HANDLE}"
    ),
    re.compile(
        rf"\b(?:i'?m|i am|find|add|follow|dm|username|user|it'?s|under|as) {_HANDLE}"
        rf" (?:on|over on|in) (?:the )?{_SERVICE}\b"
    ),
)
_BESIDE = re.compile(
    rf"\b{_SERVICE} (?:me )?(?:at |@ ?)?(?P<handle>[a-z0-9_][a-z0-9_.\-]{{2,40}})(?![a-z0-9])"
)
_TAG = re.compile(r"(?<![a-z0-9_.#])[a-z][a-z0-9_.]{1,31}#\d{4}(?!\d)")
_MONEY = re.compile(
    r"\b(?:cash ?app|venmo|paypal|zelle)(?: me)?(?: at| is|:)? ?[$@][a-z][a-z0-9_\-]{2,30}"
)
_INVITE = re.compile(
    r"(?P<lead>(?:[a-z']+ ){0,3})(?:add|follow|find|message|msg|dm|pm|text|hit|reach|contact|ping|write|friend|call"
    r"|catch|snap|inbox) me (?:up )?(?:(?:over )?(?:on|at|via|in|thru|through|by|using|over) )?"
    rf"(?:my |the )?{_SERVICE}(?![a-z0-9])"
    r"(?: ?[:,@\-]? ?(?P<handle>[a-z0-9_.\-]*[0-9_][a-z0-9_.\-]*))?"
)
_AT_HANDLE = re.compile(r"(?<![a-z0-9._%+\-@/])@(?P<handle>[a-z0-9_][a-z0-9_.]{1,40})")
_MENTION = re.compile(r"@[A-ZÀ-Þ][a-zß-ÿ]{1,14}\.?")
_IN_PROSE = re.compile(r" at [^.]{1,63}(?:\. | \. ?)(?!com|net|org)")
"""A sentence that ends after an "at": "she laughed at us. Me"."""
A_NAME = 5
"""Letters up to which what follows an @ is somebody here, however it is written: no handle is as short."""
_ANY_AT = re.compile(r"@|\bat\b|\barroba\b|\ba t\b|\[at|\(at|\{at|<at")
_ANY_SERVICE = re.compile(rf"\b(?:{_SERVICE}|zelle|{_PROVIDER})\b")


def handles(shadow: Shadow, displayed: str, lexicon: Lexicon, *, mentions: bool) -> Iterator[Span]:
    """Where e-mail addresses and handles stand in a shadow; "@Ben" alone is a mention where these may be (CM-03)."""
    text = shadow.text
    if _ANY_AT.search(text):
        yield from _mails(text, lexicon)
        yield from _at_handles(shadow, displayed, lexicon, mentions=mentions)
    if _ANY_SERVICE.search(text):
        yield from _named(text, lexicon)
    if "#" in text:
        yield from (match.span() for match in _TAG.finditer(text))
    yield from spelled(text, lexicon)


def _mails(text: str, lexicon: Lexicon) -> Iterator[Span]:
    plain, spelled, short = _MAIL
    yield from (match.span() for match in plain.finditer(text))
    for match in spelled.finditer(text):
        if _IN_PROSE.search(match[0]) or (len(match["local"]) == 1 and " " in match[0]):
            continue  # "p@in. fr": letters in disguise.
        known = re.fullmatch(_PROVIDER, match["host"])
        if known or match["local"] not in lexicon.not_mailboxes:
            yield match.span()
    for match in short.finditer(text):
        if match["local"] not in lexicon.not_mailboxes:
            yield match.span()


def _at_handles(
    shadow: Shadow, displayed: str, lexicon: Lexicon, *, mentions: bool
) -> Iterator[Span]:
    for match in _AT_HANDLE.finditer(shadow.text):
        handle = match["handle"].rstrip(".")
        mention = mentions and (
            _MENTION.fullmatch(displayed, *shadow.place(*match.span()))
            or (len(handle) <= A_NAME and handle.isalpha())
        )
        if not mention and handle not in lexicon.not_mentions and not _is_time(handle):
            yield match.span()


def _named(text: str, lexicon: Lexicon) -> Iterator[Span]:
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            if _is_handle(match["handle"], lexicon):
                yield match.span()
    yield from (match.span() for match in _BESIDE.finditer(text) if _is_odd(match["handle"]))
    yield from (match.span() for match in _MONEY.finditer(text))
    yield from (match.span() for match in _INVITE.finditer(text) if _invites(match, lexicon))


def _is_handle(handle: str, lexicon: Lexicon) -> bool:
    """Odd enough, or at least no word that usually follows ("my insta is private")."""
    bare = handle.strip(".-_")
    if _is_odd(bare):
        return True
    return (
        len(bare) > 2
        and bare.isalpha()
        and bare not in lexicon.not_handles
        and not bare.endswith(("ing", "ly"))
    )


def _is_odd(handle: str) -> bool:
    """Letters with figures, underscores or dots among them: no word looks like that."""
    inner = handle.strip(".-_")
    return bool(re.search("[a-z]", inner)) and bool(re.search(r"[0-9_]|[a-z]\.[a-z]", inner))


def _invites(match: re.Match[str], lexicon: Lexicon) -> bool:
    """Whether it asks to be found elsewhere, rather than tells about it ("he used to text me on ...")."""
    return bool(match["handle"]) or lexicon.not_inviting.isdisjoint(match["lead"].split())


def _is_time(handle: str) -> bool:
    return bool(re.fullmatch(r"\d{1,2}(?:\.?\d\d)?(?:am|pm|h|ish)?\.?", handle))
