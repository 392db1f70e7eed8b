"""What whoever holds a meeting marks up: bold, italics, lists, links, and nothing else whatever is tried."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.content.markup import Mark, html, marks
from tests.payloads import PAYLOADS

ALLOWED = {
    **{tag: set[str]() for tag in ("p", "br", "strong", "em", "ul", "li")},
    "ol": {"start"},
    "a": {"href", "rel"},
}
LETTERS = re.compile(r"[^\W_]+")


class Read(HTMLParser):
    """Everything that a browser would find in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.others: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def handle_decl(self, decl: str) -> None:
        self.others.append(decl)

    def handle_pi(self, data: str) -> None:
        self.others.append(data)


def is_harmless(text: str) -> Read:
    found = Read(html(text))
    assert not found.others
    for tag, given_to in found.elements:
        assert set(given_to) <= ALLOWED[tag], (text, tag, given_to)
        if tag == "a":
            assert re.match("https?://", given_to["href"] or "", re.IGNORECASE), text
            assert given_to["rel"] == "noopener noreferrer"
    return found


def in_tree(tree: tuple[Mark | str, ...]) -> Iterator[Mark]:
    for mark in tree:
        if isinstance(mark, Mark):
            yield mark
            yield from in_tree(mark.inside)


def spoken(tree: tuple[Mark | str, ...]) -> str:
    return "".join(one if isinstance(one, str) else spoken(one.inside) for one in tree)


def test_the_corpus_is_large_enough():
    assert len(PAYLOADS) == len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("text", PAYLOADS)
def test_cm_24_a82_whatever_is_tried_is_text_or_one_of_a_few_elements(text: str):
    found = is_harmless(text)
    # Nothing that can be read is lost of it.
    assert [word for word in LETTERS.findall(text) if word not in found.words] == []
    for mark in in_tree(marks(text)):
        assert mark.tag in ALLOWED
        assert (mark.href != "") == (mark.tag == "a")
        assert re.match("https?://|$", mark.href, re.IGNORECASE)


@given(st.text("<>*_[]()!&;:#\\/\"'`-+1. \n\tahrefjvscipt", max_size=200))
def test_cm_24_nothing_that_is_put_together_of_markup_is_more_than_that(text: str):
    is_harmless(text)
    assert "<" not in "".join(mark.href for mark in in_tree(marks(text)))


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Who we *are* stays **here**.", "<p>Who we <em>are</em> stays <strong>here</strong>.</p>"),
        ("One line\n**and** the next", "<p>One line<br>\n<strong>and</strong> the next</p>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        # A list that goes on says where.
        ("3. Made\n4. Were", '<ol start="3">\n<li>Made</li>\n<li>Were</li>\n</ol>'),
        ("I <3 you & me\n1 < 2", "<p>I &lt;3 you &amp; me<br>\n1 &lt; 2</p>"),
        ("a_b_c costs 2 * 3 * 4", "<p>a_b_c costs 2 * 3 * 4</p>"),
        ("a\\*b", "<p>a*b</p>"),
        # Of what is not named here every letter is shown.
        ("# No heading\n> **no** quote", "<p># No heading<br>\n&gt; <strong>no</strong> quote</p>"),
        ("`no code` and *so*", "<p>`no code` and <em>so</em></p>"),
        (
            "www.example.org, *and* me@example.org",
            "<p>www.example.org, <em>and</em> me@example.org</p>",
        ),
    ],
)
def test_the_marks_are_few(text: str, made: str):
    assert html(text) == made


@pytest.mark.parametrize(
    ("text", "href", "shown"),
    [
        ("see https://example.org/a.", "https://example.org/a", "https://example.org/a"),
        ("<https://example.org>", "https://example.org", "https://example.org"),
        ("[the steps](https://example.org/12)", "https://example.org/12", "the steps (https://example.org/12)"),
        ("[**the** steps](https://example.org)", "https://example.org", "the steps (https://example.org)"),
        # Words that are an address of their own don't hide where it leads.
        ("[https://good.example](https://bad.example)", "https://bad.example", "https://good.example (https://bad.example)"),
        ("https://exаmple.org", "https://xn--exmple-4nf.org", "https://exаmple.org (https://xn--exmple-4nf.org)"),
    ],
)  # fmt: skip
def test_cm_24_a_link_is_shown_in_full(text: str, href: str, shown: str):
    (link,) = [mark for mark in in_tree(marks(text)) if mark.tag == "a"]
    assert link.href == href
    assert spoken(link.inside) == shown


def test_a_tree_says_what_the_html_says():
    text = "Welcome, *all*.\nHere:\n\n2. one\n3. two\n   - and **more**"
    assert marks(text) == (
        Mark("p", ("Welcome, ", Mark("em", ("all",)), ".", Mark("br"), "Here:")),
        Mark(
            "ol",
            (
                Mark("li", ("one",)),
                Mark("li", ("two", Mark("ul", (Mark("li", ("and ", Mark("strong", ("more",)))),)))),
            ),
            start=2,
        ),
    )


@pytest.mark.parametrize("text", ["Nothing is marked here; I <3 it.\n\nNor here.", "2 > 1 & so on"])
def test_a_text_without_marks_has_no_tree(text: str):
    assert marks(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "- " * 60 + "deep",
        "*a **a " * 700,
        "[" * 5000,
        "- a\n" * 1200,
        "\\" * 5000,
        "https://" * 600,
    ],
)
def test_a79_what_would_take_long_is_shown_as_it_was_written(text: str):
    marks.cache_clear()
    began = thread_time()
    assert marks(text) == ()
    assert thread_time() - began < 0.1
    assert Read(html(text)).words == text
