"""The words of a room's ways: on the command line, and what each may be."""

import typing
from typing import Any

import pytest

from chatroom.groups import ways
from moderation.meeting.format import Flags, Format, Phase

FORMAT = Format("plain", "Plain", (Phase("sharing", "Sharing", 30, "queue", turn=5),))


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("door=knock", ("door", "knock")),
        ("share_limit=4", ("share_limit", 4)),
        ("single_share=yes", ("single_share", True)),
        ("reactions=no", ("reactions", False)),
        ("explicit_using=hold", ("explicit_using", "hold")),
        ("door=", ("door", None)),
        ("gone=", ("gone", None)),
    ],
)
def test_a_setting_is_read(text: str, way: tuple[str, Any]):
    assert ways.read(text) == way


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("door", "is no setting"),
        ("doors=open", "is no setting"),
        ("", "is no setting"),
        ("door=ajar", "door: one of open, knock, members, invitation"),
        ("share_limit=31", "share_limit: a number from 0 to 30"),
        ("share_limit=-1", "share_limit: a number from 0 to 30"),
        ("share_limit=²", "share_limit: a number from 0 to 30"),
        ("reactions=True", "reactions: one of yes, no"),
    ],
)
def test_a_setting_that_makes_no_sense_is_explained(text: str, why: str):
    with pytest.raises(ValueError, match=why):
        ways.read(text)


def test_every_way_says_what_it_may_be_and_takes_it():
    found = ways.choices()
    assert set(found) == set(Flags.__struct_fields__) == set(typing.get_type_hints(Flags))
    for name, allowed in found.items():
        values = list(allowed.values()) if isinstance(allowed, dict) else allowed
        for value in values:
            assert ways.read(f"{name}={ways.in_words(value)}") == (name, value)
            assert ways.changed(FORMAT, {}, {name: value}) == {name: value}


def test_what_is_taken_out_is_as_in_the_format_again():
    there = {"door": "open", "share_limit": 4, "of_another_version": 1}
    changes = {"share_limit": None, "of_another_version": None, "fairness": True}
    assert ways.changed(FORMAT, there, changes) == {"door": "open", "fairness": True}


@pytest.mark.parametrize("changes", [{"door": "ajar"}, {"no_such": 1}, {"share_limit": True}])
def test_what_does_not_fit_changes_nothing(changes: dict[str, Any]):
    there = {"door": "open"}
    with pytest.raises(ValueError, match=next(iter(changes))):
        ways.changed(FORMAT, there, changes)
    assert there == {"door": "open"}
