"""How telephone numbers of one country are written: what its numbering plan and its habits allow (CM-02)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

import phonenumbers
from phonenumbers import PhoneMetadata

LEAST = 8
"""Digits from which on a number is known by the plan of its country alone, with no word beside it."""

MOST = 15
"""Digits of the longest number there is."""

Sizes = tuple[int, ...]


def is_national(digits: str, sizes: Sizes, region: str) -> bool:
    """Whether these digits, in groups of these sizes, are a number of the region without its trunk prefix."""
    return sizes in _groupings(region) and is_assigned(digits, region)


def is_assigned(digits: str, region: str) -> bool:
    """Whether the numbering plan of the region has such a number."""
    code = phonenumbers.country_code_for_region(region)  # 0 where nobody knows the region.
    if not LEAST <= len(digits) <= MOST:
        return False
    zeros = len(digits) - len(digits.lstrip("0"))
    number = phonenumbers.PhoneNumber(
        country_code=code,
        national_number=int(digits),
        italian_leading_zero=zeros > 0 or None,
        number_of_leading_zeros=zeros or None,
    )
    return phonenumbers.is_valid_number_for_region(number, region)


@lru_cache(maxsize=16)
def prefixes(region: str) -> frozenset[str]:
    """What may stand before such a number: the country's code, or what is dialled first within it."""
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None:
        return frozenset()
    code = str(metadata.country_code)
    return frozenset((code, f"0{code}", f"00{code}", metadata.national_prefix or code))


@lru_cache(maxsize=16)
def _groupings(region: str) -> frozenset[Sizes]:
    """The sizes of the groups in which people write a number of the region: by the plan, in pairs, in one."""
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.general_desc is None:
        return frozenset()
    # Where many share a country's code, the plan stands with the largest.
    code = phonenumbers.country_code_for_region(region)
    main = phonenumbers.region_code_for_country_code(code)
    plan = PhoneMetadata.metadata_for_region(main) or metadata
    lengths = [length for length in metadata.general_desc.possible_length if length >= LEAST]
    written = {sizes for form in plan.number_format for sizes in _sizes(form.pattern or "")}
    return frozenset(written.union(*map(_habits, lengths)))


def _habits(length: int) -> set[Sizes]:
    """What people make of a number, whatever the plan says."""
    pairs = (2,) * (length // 2) if length % 2 == 0 else (3, *(2,) * ((length - 3) // 2))
    halves = {(first, length - first) for first in (2, 3, 4) if length - first >= 4}
    threes = {
        (first, 3, length - first - 3) for first in (2, 3) if length > 8 and length - first < 8
    }
    return {(length,), pairs} | halves | threes


_GROUP = re.compile(r"\(([^()]*)\)")
_DIGITS = re.compile(r"\\d(?:\{(\d+)(?:,(\d+))?\})?")


def _sizes(pattern: str) -> Iterator[Sizes]:
    """`(\\d{3})(\\d{2})(\\d{2,3})` -> (3, 2, 2) and (3, 2, 3)."""
    return product(*(_size(group) for group in _GROUP.findall(pattern)))


def _size(group: str) -> list[int]:
    least = most = 0
    for low, high in _DIGITS.findall(group):
        least, most = least + int(low or 1), most + int(high or low or 1)
    return list(range(least, most + 1))
