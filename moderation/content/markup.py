"""Markdown of whoever holds a meeting, as HTML and as what a page builds its elements of: the one seam to bleach.

Bold, italics, lists, links and line breaks; all else is text. What members write never comes here: it is
plain text wherever it is shown (CM-24).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from typing import Literal

import bleach
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from msgspec import Struct

MarkTag = Literal["p", "br", "strong", "em", "ul", "ol", "li", "a"]
"""What a posted text can be marked up with, by the names that HTML has for it."""

TAGS: frozenset[MarkTag] = frozenset({"p", "br", "strong", "em", "ul", "ol", "li", "a"})
ATTRIBUTES = {"a": ["href", "rel"], "ol": ["start"]}
MARKUP = re.compile(r"[*_[\\]|https?://|^ *(?:[-+*]|\d+[.)])\s", re.MULTILINE | re.IGNORECASE)
"""What a text without any mark has nothing of."""
WORK = re.compile(r"[*_[\]<>&\\\n]|https?://", re.IGNORECASE)
MOST = 200
"""Of WORK in a text that is read for its marks: what takes longer than a room should wait is shown as it is."""
SCHEMES = ("http://", "https://")
DEEPEST = 12
"""Levels of lists in lists; a text with more is shown as it was written, for the parser would leave words out."""
REMEMBERED = 256


class Mark(Struct, frozen=True, omit_defaults=True):
    """One element of a text that is marked up; what it holds is text and more of them.

    `href` is of a link, http or https alone; `start` where a list begins with another number than 1.
    """

    tag: MarkTag
    inside: tuple[str | Mark, ...] = ()
    href: str = ""
    start: int = 1


def html(text: str) -> str:
    """The text as HTML that has nothing in it but TAGS, and links that are shown in full."""
    return _marked(text) or f"<p>{escape(text, quote=False)}</p>".replace("\n", "<br>\n")


@lru_cache(REMEMBERED)
def marks(text: str) -> tuple[Mark, ...]:
    """The same as a tree, empty where nothing is marked: a page that makes an element of each needs no HTML."""
    tree = _Tree()
    tree.feed(_marked(text))
    tree.close()
    return tree.made()


def _marked(text: str) -> str:
    """Empty where nothing is marked, or too much."""
    if MARKUP.search(text) is None or len(WORK.findall(text)) > MOST:
        return ""
    tokens = READER.parse(text)
    if any(token.level > 2 * DEEPEST for token in tokens):
        return ""
    made = READER.renderer.render(tokens, READER.options, {})
    return bleach.clean(made, tags=TAGS, attributes=ATTRIBUTES, protocols={"http", "https"}).strip()


class _Tree(HTMLParser):
    """Reads what bleach let through, in which each element is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, dict[str, str | None], list[str | Mark]]] = [("", {}, [])]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append((tag, dict(attrs), []))
        if tag == "br":
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        name, given, inside = self._open.pop()
        assert name == tag, "bleach closes what it lets through"
        mark = Mark(
            tag=next(one for one in TAGS if one == name),
            inside=tuple(inside),
            href=given.get("href") or "",
            start=int(given.get("start") or 1),
        )
        self._open[-1][2].append(mark)

    def handle_data(self, data: str) -> None:
        # Line ends in a text are elements by now; the others the renderer put between them.
        words = data.replace("\n", "")
        if words:
            self._open[-1][2].append(words)

    def made(self) -> tuple[Mark, ...]:
        return tuple(mark for mark in self._open[0][2] if isinstance(mark, Mark))


def _is_link(url: str) -> bool:
    return url.lower().startswith(SCHEMES)


def _open_link(
    self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return f'<a href="{escape(str(tokens[index].attrs["href"]))}" rel="noopener noreferrer">'


def _close_link(
    self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Where a link leads stands beside its words, so that these can't say otherwise. A link holds no other."""
    start = max(at for at in range(index) if tokens[at].type == "link_open")
    url = str(tokens[start].attrs["href"])
    said = f"{url} {tokens[start].attrs.get('title', '')}".rstrip()
    words = "".join(token.content for token in tokens[start + 1 : index])
    return "</a>" if words == said else f" ({escape(said)})</a>"


def _reader() -> MarkdownIt:
    """All that is not named is text: HTML, pictures, headings, code, quotes, tables."""
    options = {"html": False, "linkify": True, "breaks": True, "maxNesting": 4 * DEEPEST}
    rules = ["newline", "emphasis", "list", "link", "autolink", "linkify", "escape"]
    made = MarkdownIt("zero", options).enable(rules)
    made.validateLink = _is_link  # type: ignore[method-assign]
    # As it leads there, not as a browser would like to show it: a look-alike of a domain is seen to be one.
    made.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    assert made.linkify is not None
    # An address that is written out is a link; a word with a dot in it, or a mailbox, is none.
    made.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    for scheme in ("ftp:", "mailto:", "//"):
        made.linkify.add(scheme, None)
    made.add_render_rule("link_open", _open_link)
    made.add_render_rule("link_close", _close_link)
    return made


READER = _reader()
