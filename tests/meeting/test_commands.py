"""What a frame may ask for: the union of a seat's commands, and the bounds of what they hold."""

import json
from typing import Any, get_args

import msgspec
import pytest

from moderation.bounds import MOST, snake
from moderation.meeting import commands as ask
from moderation.meeting import entries as happened

DECODER: msgspec.json.Decoder[ask.SeatCommand] = msgspec.json.Decoder(ask.SeatCommand)


def decode(**fields: Any) -> ask.SeatCommand:
    return DECODER.decode(json.dumps(fields))


def fields_of(command: type[msgspec.Struct]) -> dict[str, Any]:
    """What a frame of this type may hold besides its type."""
    some: dict[str, Any] = {
        "text": "Hello",
        "epoch": 1,
        "seat": 1,
        "minutes": 1,
        "number": 1,
        "kind": "with_you" if command is ask.React else "cue",
        "name": "Ben",
        "on": True,
        "place": 1,
        "knock": 1,
        "service": "reader",
        "reason": "advice" if command is ask.Note else "pause",
        "about": "mute",
        "appeal": 1,
        "upheld": True,
    }
    return {name: some[name] for name in command.__struct_fields__ if name in some}


def refuses(told: str, **fields: Any) -> None:
    with pytest.raises(msgspec.ValidationError, match=told):
        decode(**fields)


def test_a_command_is_told_by_its_type():
    assert decode(type="raise_hand") == ask.RaiseHand()
    assert decode(type="say", text="Hello", epoch=3) == ask.Say("Hello", 3)
    assert decode(type="lower_hand") == ask.LowerHand(None)
    assert decode(type="lower_hand", seat=2) == ask.LowerHand(2)
    refuses("type", type="shout")
    refuses("type", text="Hello", epoch=3)


@pytest.mark.parametrize(
    "command", get_args(ask.ServerCommand), ids=lambda command: snake(command.__name__)
)
def test_what_only_the_server_proposes_is_no_command_of_a_seat(command: type[msgspec.Struct]):
    refuses("Invalid value", type=snake(command.__name__))
    assert command not in get_args(ask.SeatCommand)


def test_every_command_is_a_seats_or_the_servers():
    assert set(get_args(ask.AnyCommand)) == set(get_args(ask.SeatCommand)) | set(
        get_args(ask.ServerCommand)
    )
    assert not set(get_args(ask.SeatCommand)) & set(get_args(ask.ServerCommand))


@pytest.mark.parametrize(
    "command", get_args(ask.SeatCommand), ids=lambda command: snake(command.__name__)
)
def test_a34_no_command_has_an_unknown_field(command: type[msgspec.Struct]):
    known = fields_of(command)
    type_ = snake(command.__name__)
    assert isinstance(decode(type=type_, **known), command)
    refuses("unknown field", type=type_, **known, at=1)


def test_w2_words_are_neither_blank_nor_too_long():
    for text in ("x", " x ", "x" * 2000, "\U0001f642" * 2000, "<3", "a\nb", "\n\nx"):
        assert decode(type="say", text=text, epoch=0) == ask.Say(text, 0)
        assert decode(type="tell", text=text) == ask.Tell(text)
    refuses("length <= 2000", type="say", text="x" * 2001, epoch=0)
    for text in ("", " ", "\n\t ", "\u00a0"):
        refuses("matching regex", type="say", text=text, epoch=0)
        refuses("matching regex", type="tell", text=text)


@pytest.mark.parametrize(
    "text", ["\0", "a\0", "\0a", "a\0b", " \0", "a\0\0", "a b\0", "a" * 1999 + "\0"]
)
def test_a37_w2_no_words_hold_a_nul(text: str):
    refuses("matching regex", type="say", text=text, epoch=0)
    refuses("matching regex", type="tell", text=text)


def test_a37_w2_half_a_surrogate_pair_is_no_text():
    with pytest.raises(msgspec.DecodeError):
        DECODER.decode('{"type":"say","text":"\\ud800","epoch":0}')


@pytest.mark.parametrize("number", [-1, MOST + 1, 10**20, 1.0, "1", True, None])
def test_a36_w2_every_number_is_a_bounded_integer(number: Any):
    refuses("epoch", type="accept", epoch=number)
    refuses("seat", type="unmute", seat=number)
    refuses("number", type="redact", number=number)
    refuses("minutes", type="mute", seat=1, minutes=number)


def test_a36_w2_numbers_reach_from_their_first_to_the_most():
    assert decode(type="accept", epoch=0) == ask.Accept(0)
    assert decode(type="accept", epoch=MOST) == ask.Accept(MOST)
    assert decode(type="redact", number=MOST) == ask.Redact(MOST)
    assert decode(type="mute", seat=1, minutes=1440) == ask.Mute(1, 1440)
    refuses("seat", type="mute", seat=0, minutes=5)
    refuses("number", type="redact", number=0)
    refuses("minutes", type="mute", seat=1, minutes=0)
    refuses("minutes", type="mute", seat=1, minutes=1441)


def test_every_mute_has_an_end_and_a_reason():
    assert decode(type="mute", seat=1) == ask.Mute(1, 10, "time", "pause")
    assert decode(type="mute", seat=1, until="phase", reason="flood") == ask.Mute(
        1, 10, "phase", "flood"
    )
    refuses("until", type="mute", seat=1, until="ever")
    refuses("reason", type="mute", seat=1, reason="He talks too much")


def test_fc_15_a_turn_is_given_one_to_five_minutes_more():
    for minutes in (1, 5):
        assert decode(type="extend", epoch=1, minutes=minutes) == ask.Extend(1, minutes)
    for minutes in (0, 6):
        refuses("minutes", type="extend", epoch=1, minutes=minutes)


def test_fc_11_there_is_a_small_set_of_reactions():
    assert decode(type="react", number=1, kind="with_you") == ask.React(1, "with_you", on=True)
    refuses("kind", type="react", number=1, kind="thumbs_down")


def test_a_reading_may_be_longer_than_a_line():
    text = "x" * 6000
    assert decode(type="post", kind="reading", text=text) == ask.Post("reading", text)
    refuses("length <= 6000", type="post", kind="reading", text=text + "x")
    refuses("matching regex", type="post", kind="reading", text=" ")
    refuses("kind", type="post", kind="advertisement", text="Hello")


def test_a_place_a_knock_and_the_seconds_of_a_purge_are_bounded():
    for place in (0, 10_001):
        refuses("place", type="move_hand", seat=1, place=place)
    refuses("knock", type="admit", knock=0)
    assert decode(type="purge_recent", seat=1) == ask.PurgeRecent(1, 120)
    for seconds in (0, 3601):
        refuses("seconds", type="purge_recent", seat=1, seconds=seconds)


def test_a_seat_of_service_has_one_of_six_names():
    for service in get_args(ask.Service):
        assert decode(type="appoint", seat=1, service=service) == ask.Appoint(1, service)
    refuses("service", type="appoint", seat=1, service="chair")


def test_a_name_is_short_and_what_can_be_one_is_for_the_rules():
    def named(name: str) -> ask.TakeSeat:
        return msgspec.convert(
            {"type": "take_seat", "session": "s", "role": "member", "name": name}, ask.TakeSeat
        )

    for name in ("", "Ben", "x" * 40, "Zoë", "\u5f20\u4f1f", "a\x1b[1m", "Ben\n"):
        assert named(name).name == name
    for name in ("x" * 41, "a\0"):
        with pytest.raises(msgspec.ValidationError):
            named(name)


def test_an_old_reader_survives_a_new_field_of_an_entry():
    newer = {"type": "said", "seat": 2, "words": "Hello", "mood": "calm"}
    entry: happened.AnyEntry = msgspec.json.decode(json.dumps(newer), type=happened.AnyEntry)
    assert entry == happened.Said(seat=2, words="Hello")
