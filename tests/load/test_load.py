"""What the benchmarks count by is right, wherever the network cuts."""

import pytest

from chatroom.live import wire
from moderation.meeting import entries as happened
from tests.load._load import masked, percentile, spelt
from tests.load._members import LINE, Answers, Count
from tests.load.fanout import straight

LINES = wire.encode(
    wire.Entries(
        "room",
        tuple(
            wire.Numbered(n, "0" * 16, 1.5, happened.Said(words='"type":"said"', seat=n))
            for n in (1, 2)
        ),
    )
)
ANSWERS = (
    wire.encode(wire.Receipt("a" * 32, "room", 123))
    + wire.encode(wire.Retry("b" * 32, 250))
    + wire.encode(wire.Refusal("d" * 32, "rate_limited", "Slowly.", facts={"retry_ms": 1500}))
    + wire.encode(wire.Receipt("c" * 32, "room", 4))
)


@pytest.mark.parametrize("step", [1, 2, 7, 50, 1000])
def test_lines_and_answers_are_found_once_wherever_the_bytes_are_cut(step: int):
    stream = LINES + ANSWERS + LINES
    pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
    count, answers = Count(LINE), Answers()
    assert sum(count.feed(piece) for piece in pieces) == 4
    found = [answer for piece in pieces for answer in answers.feed(piece)]
    assert [(one.id, one.number) for one in found] == [
        ("a" * 32, 123),
        ("b" * 32, None),
        ("d" * 32, None),
        ("c" * 32, 4),
    ]
    assert [one.after for one in found] == [0.0, 0.25, 1.5, 0.0]
    assert [one.limited for one in found] == [False, False, True, False]


def test_a_no_ends_a_measurement():
    with pytest.raises(AssertionError, match="contact_details"):
        Answers().feed(wire.encode(wire.Refusal("a" * 32, "contact_details", "No.")))


@pytest.mark.parametrize("size", [1, 125, 126, 60_000])
def test_a_frame_is_as_long_as_it_says(size: int):
    frame = masked(b"x" * size)
    head = 6 if size < 126 else 8
    assert len(frame) == head + size
    assert (frame[1] & 0x7F if size < 126 else int.from_bytes(frame[2:4])) == size


def test_figures():
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 3.0
    assert percentile([1.0], 0.99) == 1.0
    assert straight([20, 200, 1000], [190.0, 550.0, 2150.0]) == pytest.approx((150.0, 2.0))
    assert len({spelt(number) for number in range(2000)}) == 2000
