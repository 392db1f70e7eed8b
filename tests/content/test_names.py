"""Names: what each of A71 to A77 gets, and that nobody is kept out for how their people write."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.live.refusals import REFUSALS
from moderation.content import names
from moderation.content.names import alike, shown
from moderation.refused import Refused
from tests.content.corpus import sentences

INNOCENT = [
    *("Ben", "B", "J.", "Ben W.", "Ben W", "Mo D.", "Bo T.", "Ann 2", "42", "Ben 807", "807"),
    *("~Ann~", "d'Arc", "O'Brien", "O’Brien"),
    *("Jean-Luc", "Zoë", "Øyvind", "Łukasz", "İpek", "María José", "Nguyễn", "Nguyễn Thị Ánh", "Søren", "Aidé"),
    *("Иван", "Андрей", "Ελένη", "Ἀλέξανδρος", "Ա. Հակոբ", "ნინო", "太郎", "かな", "한나", "王伟", "สมชาย"),
    *("مريم", "می\u200cنا", "שָׁלוֹם", "नेहा", "தமிழ்செல்வி", "མཁྱེན", "မြို့", "Kwame", "Anonymous", "Help me"),
    # In each of them is a word for a role.
    *("Wagstaff", "Stafford", "Hostettler", "Botond", "Modesto", "Ghosty", "Teamo", "Adminah", "Chairat"),
    # Beside an initial, or by a twin of one letter, they would be something else.
    *("Ana L.", "Anaí", "Anu S.", "Naz L.", "Pom", "Wan K.", "Chin K.", "Paul Nurse"),
]  # fmt: skip

SHOWN = [
    ("  Ben \t W.  ", "Ben W."),
    ("Ben\u00a0\u2003W.", "Ben W."),
    ("Ｂｅｎ", "Ben"),
    ("\ufb01ona", "fiona"),
    ("Zoe\u0308", "Zo\u00eb"),
    ("\u200fمريم\u200f", "مريم"),
]

REFUSED = {
    "no_name": ["", " ", "\u00a0 \u2003", "...", "\u200b", "\u2060 \ufeff", "\u0301", "\u2800", "★", "👑", "Ⓐⓓⓜⓘⓝ"],
    "name_long": ["x" * 41, "\ufdfa" * 3, "A\u200d" * 5000],
    "name_marks": [
        # A72: twins of two alphabets, blanks that are none, badges
        *("F\u0430cilitator", "\u041coderator", "\ua4e2taff", "\u13daam", "B\u039fb", "Facilitator\u2800", "Ann\u3164"),
        *("Ann ✓", "Ann ✔\ufe0f", "★ Ann", "Ann 👑", "Ann ®", "🅰🅳🅼🅸🅽 Ann", "A\u20ddnn"),
        # A73, A74: direction, nothing to be seen, heaps
        *("Ben\u202ea", "\u2066Ben\u2069", "Ben\u200b", "A\u00adnn", "Ben\u2028\u200f.", "a" + "\u0301" * 5),
        *("\u0301Ben" + "\u0301" * 3, "Z\u0336\u0322\u0321\u0323a"),
        # A77: private, no character, not assigned, half of one
        *("\ue000nn", "An\ufffen", "An\uffff", "\u0378x", "An\ud800"),
    ],
    "name_reserved": [
        # A71: in every language, large or small, as one of many words, with a number
        *("Facilitator", "facilitador", "FACILITATRICE", "Leiterin", "Host", "HÔTE", "Système", "Moderadora"),
        *("Personal", "Staff", "mods", "Ann (facilitator)", "Chair Bob", "Co-Chair", "Sam_staff", "AnnAdmin"),
        *("Dr. Bot", "host1", "AnnFacilitator", "xfacilitatorx", "Facilitator2", "Official Ann", "Presidente"),
        # A72: figures and signs for letters, spelled, wide, raised
        *("Faci1itator", "FACI1ITATOR", "FaciIitator", "adm1n", "4dm!n", "@dmin", "5taff", "$taff", "ch4ir"),
        *("rnoderator", "s t a f f", "A-d-m-i-n", "fa ci li ta tor", "ＡＤＭＩＮ", "ˢᵗᵃᶠᶠ"),
        # A sign behind it is none of its letters, nor is a capital in it a new word.
        *("Staff!", "!Admin!", "Police!", "911!", "StAfF", "Ben aDmin", "faciIitator", "facllitator"),
    ],
    "name_hurts": ["Mary fUck", "tom cUnt", "Fuck!", "Fu ck", "s h i t", "a55hole", "Hitier"],
}  # fmt: skip


@pytest.mark.parametrize("name", INNOCENT)
def test_nobody_is_kept_out_for_how_their_name_is_written(name: str):
    assert shown(name) == name


@pytest.mark.parametrize(("name", "seen"), SHOWN)
def test_a_name_is_shown_tidily(name: str, seen: str):
    assert shown(name) == seen


@pytest.mark.parametrize(
    ("code", "name"), [(code, name) for code, found in REFUSED.items() for name in found]
)
def test_a71_to_a77_a_name_that_deceives_is_refused(code: str, name: str):
    with pytest.raises(Refused) as no:
        shown(name)
    assert no.value.code == code


CORPORA = {
    "names_reserved.txt": ("name_reserved", 150),
    "names_obscene.txt": ("name_hurts", 100),
    "names_innocent.txt": (None, 170),
}


@pytest.mark.parametrize("corpus", CORPORA)
def test_a71_names_of_a_role_of_help_or_of_shame_are_refused_and_those_that_people_have_are_not(
    corpus: str,
):
    """Each name of the corpus gets its answer, and the corpus is as large as it says."""
    code, least = CORPORA[corpus]
    found = sentences(corpus)
    assert len(set(found)) == len(found) >= least
    assert {name: answer(name) for name in found} == dict.fromkeys(found, code)


def answer(name: str) -> str | None:
    try:
        assert shown(name) == name
    except Refused as no:
        return no.code
    return None


def test_a74_forty_letters_are_a_name_however_few_are_seen():
    assert shown("x" * 40) == "x" * 40
    assert shown("नी" * 20) == "नी" * 20


def test_every_no_to_a_name_has_words():
    source = Path(names.__file__).read_text()
    codes = {*REFUSED, "name_hurts"}
    assert all(f'"{code}"' in source for code in codes)
    assert codes <= set(REFUSALS)


TWINS = [
    *(("Ben", "ben"), ("Ben", "BEN"), ("Zoë", "Zoe"), ("Ben W", "Ben W."), ("BenW", "ben w")),
    *(("Ian", "lan"), ("lan", "Lan"), ("Mi1a", "Mila"), ("Bob", "B0b"), ("BEN I", "BEN 1"), ("Al", "AI")),
    *(("Arno", "Amo"), ("Vivvi", "Viwi"), ("\u0410\u0434\u0430", "Aдa"), ("\u0421\u043e\u0441", "Coc")),
    *(("\u0392\u03bf\u03b2", "Boβ"), ("\ua4d0\ua4f3\ua4d0", "BOB"), ("\u13f4\u13a4\u13f4", "bob")),
    *(("Be\u0301n", "Ben"), ("שָׁלוֹם", "שלום"), ("Андрей", "Андреи")),
]  # fmt: skip
NO_TWINS = [
    *(("Ben", "Bea"), ("Ann", "Anna"), ("Ian", "Lan"), ("Ali", "All"), ("Ben", "Ben 2"), ("Eva", "Ewa")),
    # They sound alike and do not look alike.
    *(("王伟", "王薇"), ("Иван", "Ivan"), ("かな", "がな"), ("नेहा", "नहा"), ("กัน", "กิน")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_a72_a76_names_that_look_alike_are_one(one: str, other: str):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), NO_TWINS)
def test_names_that_look_different_are_two(one: str, other: str):
    assert not alike(one, other)
    assert not alike(other, one)


def test_names_of_signs_alone_are_compared_by_these():
    assert alike("...", "...")
    assert not alike("...", "?")


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_name_or_a_no(name: str):
    try:
        seen = shown(name)
    except Refused:
        return  # Anything else that is raised fails the test.
    assert 0 < len(seen) <= names.LONGEST
    assert shown(seen) == seen
    assert alike(seen, name)
