"""What this organisation lets people write."""

from typing import Literal

from msgspec import Struct


class Policy(Struct, frozen=True):
    """The settings of the review; the version names them in every verdict.

    `allowed_numbers` are helplines as the operator wrote them, vanity forms included.
    """

    version: str
    links: Literal["facilitators", "nobody", "everyone"] = "facilitators"
    allowed_numbers: tuple[str, ...] = ()
    allowed_domains: tuple[str, ...] = ()
    region: str = "US"
