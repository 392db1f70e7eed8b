"""The tags of structs; the bounds themselves are shown where commands are decoded."""

import pytest

from moderation.bounds import snake


@pytest.mark.parametrize(
    ("name", "tag"),
    [("Say", "say"), ("RaiseHand", "raise_hand"), ("HolderWentAway", "holder_went_away")],
)
def test_a_struct_is_tagged_by_its_name(name: str, tag: str):
    assert snake(name) == tag
