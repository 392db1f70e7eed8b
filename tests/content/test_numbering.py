"""CM-02: numbers by the plans of all countries, and what the plans must not make of other figures."""

import re

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from moderation.content import Policy
from moderation.content.numbering import LEAST, is_assigned, is_national, prefixes

from .corpus import judge

COUNTRIES = re.findall(
    "[A-Z]{2}",
    "AEARATAUBEBGBRCHCLCNCOCRCZDEDKEEESFIFRGBGRHKHRHUIEILINISITJPKELTLVMXNGNLNONZPEPLPTRORUSASESGTRUAUSZA",
)


def mobile(region: str) -> list[str]:
    """An example of the plan, as it is written there, without the 0, and in one."""
    number = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    assert number
    abroad = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return [
        phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
        abroad.partition(" ")[2],
        phonenumbers.national_significant_number(number),
    ]


@pytest.mark.parametrize("region", COUNTRIES)
def test_cm_02_a_mobile_number_is_found_as_its_country_writes_it(region: str):
    policy = Policy("p", region=region)
    for number in mobile(region):
        for text in (number, f"i am up late most nights, {number} if anybody is too"):
            assert judge(text, policy=policy).outcome == "bounce", text


FIGURES = [
    "i weighed 66 113 121 and 61 over the years",
    "my weights were 63 112 120 89",
    "my kids are 4 17 22 35 by now",
    "the lottery said 22 47 46 34 42",
    "pressure 121 84 then 133 90 today",
    "born 1971, sober since 2012, relapsed 2014 2019",
    "my week: 7 3 8 2 9 1 4",
    "mood 7 3 8 2 9 1 4 this week",
    "slept 6 4 8 5 9 7 4 hours",
    "my scores were 61 76 67 22",
    "i owed 20500 then 612345 and once 6123456 euros",
    "it was 20240515 on the form",
    "case 612345 at the court",
    "order 612345678",
    "lost 612 345 678 dong on it",
    "room 612 floor 3 code 4567",
    "i walked 6478 3989 and 8248 steps",
    "6478 3989 steps a day",
    "my shifts: 6 14 7 22 8",
    "doses 60 45 30 20 mg",
    "we were 40 61 23 45 and 12 that week",
]


@pytest.mark.parametrize("region", COUNTRIES)
def test_cm_13_figures_that_somebody_counts_are_no_numbers_anywhere(region: str):
    policy = Policy("p", region=region)
    assert [line for line in FIGURES if judge(line, policy=policy).outcome != "allow"] == []


def test_what_has_no_plan_has_no_numbers():
    assert not is_national("612345678", (9,), "ZZ")
    assert not is_assigned("612345678", "ZZ")
    assert prefixes("ZZ") == frozenset()


def test_a_plan_is_read_with_its_ranges_and_zeros():
    assert is_national("612345678", (3, 2, 2, 2), "ES")
    assert not is_national("612345678", (1, 2, 2, 2, 2), "ES")
    assert is_assigned("0612345678", "IT")
    assert not is_assigned("0" * LEAST, "IT")
    assert not is_assigned("6" * (LEAST - 1), "EE")
    assert is_national("15123456789", (4, 7), "DE")


def test_what_is_dialled_first():
    assert prefixes("ES") == {"34", "034", "0034"}
    assert prefixes("RU") == {"7", "07", "007", "8"}
