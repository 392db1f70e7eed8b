"""CM-02: telephone numbers, and the many numbers that are none."""

import re

import pytest

from moderation.content import Context, Policy

from .corpus import POLICY, judge, sentences, shown

NEVER = [
    "365 days",
    "90 in 90",
    "12 & 12",
    "04/12/2019 and 2019-04-12",
    "$12,500 and 1,000,000 euros",
    "7:30 to 8:30 pm",
    "4th step",
    "100 mg 75 mg 50 mg",
    "doses of 100 75 50 25 12.5",
    "2015 2017 2019",
    "2010-2014",
    "10 9 8 7 6 5 4 3 2 1",
    "pages 417 418 420 449",
    "2592000 seconds",
    "I owe 2500000 to the bank",
    "day 365 2024 was the year",
    "200-1000 mg",
    "order 123456789",
    "12, 14, 9, 30, 44",
    "call me at 7 or 8",
    "call on 2010-2014",
    "05 06 07 08 09",
    "1 800 members and 1-800",
]


@pytest.mark.parametrize("text", NEVER)
def test_cm_02_never_hit(text: str):
    assert judge(text).outcome == "allow"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Call (312) 555-0143, please", "(312) 555-0143"),
        ("It’s ３１２ ５５５ ０１４３ ok", "３１２ ５５５ ０１４３"),
        ("day 90 312-555-0143", "312-555-0143"),
        ("+44 7700 900143", "+44 7700 900143"),
        ("on 04/12/2019 I got 312-555-0143", "312-555-0143"),
        ("my 1-800-BEN-HELP line", "1-800-BEN-HELP"),
        ("call 5 5 5 0 1 4 3 or 988", "5 5 5 0 1 4 3"),
        ("212 555 8000 or 1 212 555 8000", "212 555 8000"),
        ("my cell 9155 501 43", "9155 501 43"),
        ("phone 612 34 56 78", "612 34 56 78"),
    ],
)
def test_cm_02_the_span_is_that_of_the_displayed_text(text: str, number: str):
    verdict = judge(text)
    assert verdict.outcome == "bounce"
    assert shown(text, verdict)[0] == number


@pytest.mark.parametrize(
    "text",
    [
        "call 988",
        "1-800-273-8255",
        "1-800-273-TALK",
        "1 800 273 8255",
        "(800) 273-8255",
        "800-GAMBLER",
        "1-800-426-2537",
        "988 or 1-800-273-8255 or 800 662 4357",
        "988 1-800-662-HELP",
        "text HOME to 741741",
    ],
)
def test_cm_02_helplines_pass_in_every_form(text: str):
    assert judge(text).outcome == "allow"


def test_cm_02_a_number_beside_a_helpline_is_found():
    text = "988 312 555 0143 988"
    assert shown(text, judge(text)) == ["312 555 0143"]


def test_cm_02_a_helpline_that_no_parser_reads_is_compared_by_its_digits():
    policy = Policy("p", allowed_numbers=("??", "+44 116 123"), region="GB")
    assert judge("116 123 or +44 116 123", policy=policy).outcome == "allow"
    assert judge("call 116 1234567", policy=policy).outcome == "bounce"


def test_cm_02_a_number_that_no_country_has_is_none():
    assert judge("call 99 99 99 99").outcome == "allow"


@pytest.mark.parametrize(
    ("before", "text", "found"),
    [
        (("my number is 312",), "555 0143", True),
        (("555",), "0143", True),
        (("312", "555"), "0143", True),
        (("Hi all", "call me 312-555"), "0143 ok", True),
        (("I have 365",), "2024 was hard", False),
        (("988",), "1234", False),
        (("555",), "I was there when it all began 0143", False),
        (("call 312 because it is the area code",), "ok 5501 430", False),
        (("no figures here",), "0143", False),
        (("call 1-800-273",), "8255", False),
        (("I called twice",), "0143", False),
        (("the 10", "the 9"), "the 8", False),
    ],
)
def test_cm_02_split_over_consecutive_lines(before: tuple[str, ...], text: str, found: bool):
    verdict = judge(text, Context("member", before=before))
    assert (verdict.outcome == "bounce") == found


@pytest.mark.parametrize(
    ("before", "text", "after", "found"),
    [
        ((), "call me, 212 555", ("0123 tonight",), True),
        (("212",), "555", ("0123",), True),
        ((), "212", ("555", "0123"), True),
        ((), "212 555", ("and then", "0123"), False),
        ((), "the 10", ("the 9", "the 8"), False),
        ((), "no figures here", ("0123",), False),
        (("212 555",), "hello", ("0123",), False),
    ],
)
def test_cm_02_cm_14_split_over_a_line_that_is_changed_and_those_behind_it(
    before: tuple[str, ...], text: str, after: tuple[str, ...], found: bool
):
    verdict = judge(text, Context("member", before=before, after=after))
    assert (verdict.outcome == "bounce") == found


@pytest.mark.parametrize("line", sentences("contact_regions.txt"))
def test_cm_02_a_number_of_the_region_needs_no_0_and_no_cue_and_is_marked_whole(line: str):
    region, text = line.split(" | ")
    found = shown(text, judge(text, policy=Policy("p", region=region)))
    assert [re.sub("[^0-9]", "", span) for span in found] == [re.sub("[^0-9]", "", text)]


@pytest.mark.parametrize("region", ["ES", "DK", "PL", "DE", "GB", "MX", "RU"])
def test_cm_13_the_traps_are_traps_in_other_countries_too(region: str):
    policy = Policy("p", region=region, allowed_numbers=POLICY.allowed_numbers)
    lines = sentences("traps.txt") + sentences("traps_heldout.txt")
    assert [line for line in lines if judge(line, policy=policy).outcome != "allow"] == []


@pytest.mark.parametrize("number", ["612 34 56 78", "612345678"])
def test_cm_02_a_number_of_one_country_is_a_number_like_any_other_elsewhere(number: str):
    assert judge(f"up late, {number}", policy=Policy("p", region="ES")).outcome == "bounce"
    assert judge(f"up late, {number}").outcome == "allow"
    nowhere = Policy("p", region="ZZ")
    assert judge(f"up late, {number}", policy=nowhere).outcome == "allow"
    assert judge("day 90 312-555-0143", policy=nowhere).outcome == "bounce"


def test_cm_02_a_number_of_the_region_is_found_over_two_lines():
    spain = Policy("p", region="ES")
    assert judge("56 78", Context("member", before=("612 34",)), spain).outcome == "bounce"
    assert judge("56 78", Context("member", before=("112 34",)), spain).outcome == "allow"


def test_cm_02_among_other_figures_a_number_of_the_region_needs_a_cue():
    spain = Policy("p", region="ES")
    assert judge("the draw was 612 34 56 78 91", policy=spain).outcome == "allow"
    assert judge("call 612 34 56 78 91", policy=spain).outcome == "bounce"
    assert judge("612, 34, 56, 78 and so on", policy=spain).outcome == "allow"


@pytest.mark.parametrize(
    "row",
    ["7 8 9 8 7 6 7", "4 4 4 4 4 4 4", "6 1 2 5 5 5 0 1 4 3", "one two three one two three one"],
)
def test_cm_02_a_row_of_figures_that_is_to_be_called_is_a_number_all_the_same(row: str):
    assert judge(f"call me: {row}").outcome == "bounce"


MEETINGS = [
    "Zoom meeting ID: 812 3456 7890",
    "Our Zoom room is 812 3456 7890, passcode 123456",
    "Meeting ID: 123 456 7890",
    "Meeting ID 812 3456 7890 Passcode: 445566",
    "webinar no. 812345678",
    "Zoom 81234567890",
]


@pytest.mark.parametrize("text", MEETINGS)
def test_cm_02_the_id_of_a_meeting_is_a_facilitators_to_give(text: str):
    assert judge(text, Context("facilitator")).outcome == "allow"


@pytest.mark.parametrize("text", MEETINGS[:4])
def test_cm_02_a_members_is_marked_whole(text: str):
    figures = re.search(r"\d{3} \d{3,4} \d{4}", text)
    assert figures
    assert shown(text, judge(text)) == [figures[0]]


def test_cm_02_a_facilitators_telephone_is_no_meeting():
    for text in ("Zoom: dial 312 555 0143", "Join by phone 312 555 0143", "Zoom 312 555"):
        bounced = "0143" in text
        assert (judge(text, Context("facilitator")).outcome == "bounce") == bounced
    text = "Zoom 812 3456 7890 312 555 0143"
    assert shown(text, judge(text, Context("facilitator"))) == ["312 555 0143"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("so 812 3456 7890 it is", "812 3456 7890"),
        ("so 123 456 7890 it is", "123 456 7890"),
        ("in 2024 555 0143 was mine", "555 0143"),
        ("so 555 0143 2024 it is", "555 0143"),
        ("so 9 555 0143 it is", "555 0143"),
        ("so 555 0143 123456789012 it is", "555 0143"),
    ],
)
def test_cm_02_what_is_marked_is_never_half_a_number(text: str, number: str):
    assert shown(text, judge(text)) == [number]


def test_cm_02_a_facilitator_gives_no_number_either():
    assert judge("312-555-0143", Context("facilitator")).outcome == "bounce"
    assert judge("988", Context("facilitator"), POLICY).outcome == "allow"
