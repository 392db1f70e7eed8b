"""The wire: what is a frame, what is a command, and how a no is put."""

import time
from contextlib import suppress

import msgspec
import pytest

from chatroom.live import wire
from chatroom.live.refusals import REFUSALS
from chatroom.live.rules import MEETING
from moderation.refused import Refused

ID = "0123456789abcdef" * 2


def command(text: str) -> wire.Command:
    frame = wire.decode(f'{{"type":"command","id":"{ID}","command":{text}}}')
    assert isinstance(frame, wire.Command)
    return frame


def code(text: str) -> str:
    with pytest.raises(Refused) as refused:
        wire.decode_command(MEETING.commands, command(text).command)
    return refused.value.code


def test_half_an_emoji_spoils_the_command_and_not_the_frame_a37():
    frame = command('{"type":"say","text":"\\ud83d","epoch":1}')
    assert frame.id == ID
    assert code('{"type":"say","text":"\\ud83d","epoch":1}') == "bad_command"
    assert code('{"type":"say","text":"\\udE42 and on","epoch":1}') == "bad_command"


def test_a_whole_emoji_is_one_however_it_is_written():
    for text in ('"\\ud83d\\ude42"', '"🙂"'):
        said = wire.decode_command(
            MEETING.commands, command(f'{{"type":"say","text":{text},"epoch":1}}').command
        )
        assert said.text == "🙂"


@pytest.mark.parametrize("text", ['{"type":"hello","bearer":"\\ud83d"', '["\\ud83d"]', '"\\ud83d"'])
def test_half_an_emoji_makes_no_frame_of_what_is_none(text: str):
    with pytest.raises(msgspec.DecodeError):
        wire.decode(text)


def test_a_hello_with_half_an_emoji_opens_nothing():
    frame = wire.decode('{"type":"hello","bearer":"\\ud83d"}')
    assert isinstance(frame, wire.Hello)
    assert frame.bearer == "\ufffd"


def test_words_of_nul_are_not_called_empty_w2():
    assert code('{"type":"say","text":"\\u0000","epoch":1}') == "bad_command"
    assert code('{"type":"say","text":"   ","epoch":1}') == "empty"
    assert code('{"type":"tell","text":""}') == "empty"
    assert code('{"type":"say","text":"' + "🙂" * 2001 + '","epoch":1}') == "too_long"


def test_the_longest_words_pass():
    text = '{"type":"say","text":"' + "🙂" * 2000 + '","epoch":1}'
    assert len(wire.decode_command(MEETING.commands, command(text).command).text) == 2000


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_can_be_put_on_the_wire(code: str):
    frame = wire.refusal(ID, Refused(code, spans=[(1, 2)], name="Sam", at=1.5))
    assert (frame.code, frame.words) == (code, REFUSALS[code].words)
    assert frame.spans == ((1, 2),)
    assert frame.facts == {"name": "Sam", "at": 1.5}
    assert wire.encode(frame)


def test_a_refusal_with_a_signal_behind_it_offers_help_first_and_tells_nobody_why_ce06():
    frame = wire.refusal(ID, Refused("facilitators_only", signal=True))
    assert frame.next[0] == "help"
    assert frame.facts == {}
    assert wire.refusal(ID, Refused("muted", signal=True)).next.count("help") == 1


def test_a_cursor_is_read_as_it_was_written():
    assert wire.parse_cursor(wire.cursor(120, "f3a9" * 4)) == (120, "f3a9" * 4)
    assert wire.parse_cursor(wire.cursor(0, "")) == (0, "")


def test_so_many_are_named_behind_a_command_as_may_be_on_the_way_p5():
    def naming(count: int) -> wire.InboundFrame:
        behind = ",".join(f'"{ID}"' for _ in range(count))
        return wire.decode(
            f'{{"type":"command","id":"{ID}","command":{{}},"followed_by":[{behind}]}}'
        )

    frame = naming(wire.WINDOW)
    assert isinstance(frame, wire.Command)
    assert len(frame.followed_by) == wire.WINDOW
    with pytest.raises(msgspec.DecodeError):
        naming(wire.WINDOW + 1)


# A33, A38


def test_a33_of_a_key_that_comes_twice_every_reader_takes_the_last():
    frame = wire.decode(f'{{"type":"command","id":"{"0" * 32}","id":"{ID}","command":{{}}}}')
    assert isinstance(frame, wire.Command)
    assert frame.id == ID
    said = command('{"type":"say","text":"one","epoch":1,"text":"two"}').command
    assert wire.decode_command(MEETING.commands, said).text == "two"
    assert wire.words_in(said) == "two", "the review reads what is said"
    with pytest.raises(msgspec.DecodeError):
        wire.decode(f'{{"type":"hello","type":"command","id":"{ID}","command":{{}}}}')


@pytest.mark.parametrize(
    "text",
    [
        "{" + ",".join(f'"k{n}":1' for n in range(6000)) + "}",
        '{"type":"say","text":"' + "\\u0041" * 10_000 + '","epoch":1}',
        '{"type":"say","epoch":1,"text":' + "[" * 15_000 + "]" * 15_000 + "}",
        '{"type":"say","epoch":1,"text":' + '{"a":' * 10_000 + "1" + "}" * 10_000 + "}",
    ],
)
def test_a38_much_structure_in_little_room_is_refused_in_no_time(text: str):
    assert len(text) < 65536, "what a frame may hold"
    begin = time.process_time()
    for _ in range(5):
        # That is no frame, too: then the socket is closed for it.
        with suppress(msgspec.DecodeError, RecursionError):
            assert code(text) in ("bad_command", "too_long")
    assert (time.process_time() - begin) / 5 < 0.05
