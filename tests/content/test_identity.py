"""CM-04, CM-05: full names come back, what may identify is asked about, what outs somebody is kept."""

import json
import time

import pytest

from moderation.content import Context
from moderation.content.identity import identity

from .corpus import CONTENT, LEXICON, MEMBER, judge, sentences, shown

FACILITATOR = Context("facilitator")
NAME = Context("member", kind="name")


def found(text: str, context: Context = MEMBER) -> list[tuple[str, str]]:
    return [(one.code, text[one.start : one.end]) for one in identity(text, context, LEXICON)]


FULL = [
    ("I'm John Smith and I'm an alcoholic", "John Smith"),
    ("i'm john smith", "john smith"),
    ("im john smith, hi", "john smith"),
    ("My name is Sam Johnson.", "Sam Johnson"),
    ("name's Dolores Quintero, come by", "Dolores Quintero"),
    ("I am Dr Priya Nambiar", "Priya Nambiar"),
    ("I'm Grace Ann Tolliver from Pell", "Grace Ann Tolliver"),
    ("Ñandú: I'm José Muñoz Vega", "José Muñoz Vega"),
    ("Soy Juan García López", "Juan García López"),
    ("Me llamo Marisol Cárdenas", "Marisol Cárdenas"),
    ("Je m'appelle Luc Dupont", "Luc Dupont"),
    ("Ich bin Hans Müller", "Hans Müller"),
    ("Meu nome é Ana Pereira", "Ana Pereira"),
    ("Sarah Jones from the Tuesday group is here", "Sarah Jones"),
    ("We miss Peter Lindqvist from this group", "Peter Lindqvist"),
]
INNOCENT = [
    "I'm Bill W. and I'm an alcoholic",
    "I'm Bill W",
    "I'm Bill",
    "My name is Mary Ann",
    "Soy María José",
    "I'm Ready Now",
    "I'm German Irish",
    "I'm Irish Catholic",
    "I'm New York born",
    "I'm Sober October all year",
    "I'm Big Book thumper number one",
    "I'm Step Four stuck",
    "I'm Grateful Dead",
    "I'M SO VERY TIRED TONIGHT",
    "I'm John And I'm An Alcoholic Tonight",
    "im Haus Meyer",
    "I'm reading Bill Wilson",
    "I'm Bill Wilson when I write letters",
    "Marsha Linehan from the group of DBT books helped me",
    "My name is Legion",
    "I'm Monday Night Group secretary",
    "Sarah from the Tuesday group",
]


@pytest.mark.parametrize(("text", "name"), FULL)
def test_cm_04_a_full_name_comes_back_with_its_place(text: str, name: str):
    verdict = judge(text)
    assert verdict.outcome == "bounce"
    assert [(one.code, one.kind) for one in verdict.because] == [("full_name", "anonymity")]
    assert shown(text, verdict) == [name]


@pytest.mark.parametrize("text", INNOCENT)
def test_cm_04_what_only_looks_like_a_full_name_passes(text: str):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "I work at St Olaf County Hospital",
        "I'm a nurse at Mercy General Hospital, nights",
        "I teach at Tidewater Prep",
        "I live on Elm Street",
        "come by, 14 Harbour Lane",
        "I'm the only vet in Blyth",
        "Trabajo en la Escuela Benito",
    ],
)
def test_cm_04_what_may_identify_its_author_is_asked_about(text: str):
    verdict = judge(text)
    assert (verdict.outcome, verdict.because[0].code) == ("nudge", "may_identify")
    assert found(text, FACILITATOR) == [], "a machine asks no facilitator"


@pytest.mark.parametrize(
    "text",
    [
        "It's what Sam said in Monday's meeting",
        "Sam shared that in the Tuesday night group, too",
        "Sam's real name is Peter Miller",
        "her last name is Okafor",
    ],
)
def test_cm_05_what_tells_of_another_member_is_kept_for_a_facilitator(text: str):
    verdict = judge(text)
    assert (verdict.outcome, verdict.because[0].code) == ("hold", "outing")
    assert found(text, FACILITATOR) == []


def test_cm_04_what_people_in_books_said_is_told_freely():
    assert found("what Bill Wilson said in the Tuesday meeting") == []


def test_cm_09_in_a_cry_a_full_name_is_masked_and_what_is_ones_own_to_tell_is_not():
    text = "I'm John Smith, I live on Elm Street and I am going to kill myself"
    verdict = judge(text)
    assert verdict.outcome == "allow"
    assert [one.code for one in verdict.masks] == ["full_name"]


def test_cm_04_two_reasons_at_one_place_are_one():
    assert [one.code for one in judge("I'm John Smith at john.smith@example.org").findings] == [
        "full_name",
        "contact_details",
    ]
    (one,) = judge("I'm on insta at Mercy General Hospital").findings
    assert one.code == "contact_details"


@pytest.mark.parametrize("name", ["John Smith", "maria garcia", "Hans Müller"])
def test_cm_04_a_display_name_is_checked_by_the_same_rule(name: str):
    assert judge(name, NAME).outcome == "bounce"


@pytest.mark.parametrize(
    "name", ["Ben W.", "Mary Ann", "Quiet Storm", "Bill Wilson", "Ben", "Ben C"]
)
def test_cm_04_a_first_name_and_an_initial_pass_as_a_display_name(name: str):
    assert judge(name, NAME).outcome == "allow"


def test_cm_13_of_all_messages_that_are_about_nothing_no_name_is_found_and_one_is_asked_about():
    rows = [
        json.loads(line)
        for file in sorted((CONTENT / "examples").glob("author-*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    bare = [row["text"] for row in rows if not row["labels"]]
    codes = [code for text in bare for code, _ in found(text)]
    assert len(bare) > 4000
    assert codes.count("full_name") == codes.count("outing") == 0
    assert codes.count("may_identify") <= 1
    told = [row for row in rows if "anonymity" in row["labels"] and found(row["text"])]
    assert len(told) >= 50


def test_cm_13_no_trap_is_hit():
    for name in ("traps.txt", "traps_heldout.txt", "traps2_heldout.txt"):
        assert [text for text in sentences(name) if found(text)] == []


LONG = ("A", "A-", "I'm ", "Aa ", "group i'm Aa ", "Hospital I a ", "name is A", "her name is Aa ")


@pytest.mark.parametrize("piece", LONG)
def test_a_long_text_takes_no_longer(piece: str):
    text = (piece * 65_536)[:65_536] + "group"
    found(text)
    began = time.process_time()
    found(text)
    assert time.process_time() - began < 0.05
