"""The invented messages: their form, how many there are of each, and what may not be in them."""

import json
import re
import unicodedata
from collections import Counter
from typing import Any

import pytest

from .corpus import CONTENT

LABELS = {
    *("crisis_now", "crisis_concern", "harm_by_others", "relapse", "anonymity", "sourcing"),
    *("use_detail", "harassment", "sexual", "spam", "crosstalk", "medical_advice", "methods"),
}
FILES = sorted((CONTENT / "examples").glob("author-*.jsonl"))
ROWS: list[dict[str, Any]] = [
    json.loads(line) for file in FILES for line in file.read_text("utf-8").splitlines()
]
DOSE = re.compile(r"(?i)\b\d+(?:[.,]\d+)?\s?(?:mg|mcg|µg|milligrams?|miligramos?|milligrammes?)\b")
NUMBER = re.compile(r"\+?\d(?:[ ().\-/]{0,2}\d){6,14}")
FICTITIOUS = ("55501", "1632960", "63998", "3023125", "600000")
DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|1?-?800.*")
SITE = re.compile(r"(?i)\b[a-z0-9][\w-]*(?:\.[\w-]+)*\.(?:com|org|net|io|me|gg|info|app)\b")


def test_every_message_has_the_fields_that_the_readme_names():
    for row in ROWS:
        assert list(row) == ["id", "voice", "lang", "labels", "style", "hard", "text"], row
        assert row["lang"] in {"en", "es", "fr", "de", "pt"}
        assert row["style"] in {"plain", "veiled", "obfuscated", None}
        assert LABELS.issuperset(row["labels"])
        assert len(set(row["labels"])) == len(row["labels"])
        assert row["text"] == row["text"].strip() != ""
        assert not (row["hard"] and row["labels"]), "a hard negative has no label"
    assert len({row["id"] for row in ROWS}) == len(ROWS)


def test_it_is_by_many_authors_and_large_enough():
    assert len(FILES) >= 8
    assert len(ROWS) >= 8000
    large = [file for file in FILES if len(file.read_text("utf-8").splitlines()) >= 1000]
    assert len(large) >= 11
    labels = Counter(label for row in ROWS for label in row["labels"])
    assert set(labels) == LABELS
    assert min(labels.values()) >= 300, labels


def test_a_third_is_about_nothing_and_half_of_that_only_sounds_like_it():
    bare = [row for row in ROWS if not row["labels"]]
    assert len(bare) * 3 >= len(ROWS)
    assert sum(row["hard"] for row in bare) * 2 >= len(bare)


def test_a_tenth_is_spanish_and_other_languages_are_there():
    langs = Counter(row["lang"] for row in ROWS)
    assert langs["es"] * 10 >= len(ROWS)
    assert min(langs[lang] for lang in ("fr", "de", "pt")) >= 100


def test_nobody_says_what_somebody_said_already():
    said = Counter(
        re.sub(r"[\W_]", "", unicodedata.normalize("NFKD", row["text"]).casefold()) or row["text"]
        for row in ROWS
    )
    assert [text for text, times in said.items() if times > 1] == []


@pytest.mark.parametrize(
    "row", [row for row in ROWS if NUMBER.search(row["text"])], ids=lambda row: row["id"]
)
def test_a_number_that_could_be_rung_is_one_kept_for_fiction(row):
    for found in NUMBER.findall(row["text"]):
        digits = re.sub(r"\D", "", found)
        assert DATE.fullmatch(found) or any(range_ in digits for range_ in FICTITIOUS), found


def test_a_site_or_a_mailbox_is_nobodys():
    sites = [site for row in ROWS for site in SITE.findall(row["text"])]
    assert len(sites) > 100
    assert [site for site in sites if not re.search("(?i)exa?mp?", site)] == []


def test_no_message_says_how_much_to_take():
    assert [row["text"] for row in ROWS if DOSE.search(row["text"])] == []
