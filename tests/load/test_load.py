"""What the benchmarks count by is right, wherever the network cuts."""

from typing import Any

import pytest

from chatroom.live import wire
from moderation.meeting import entries as happened
from tests.load._chart import svg
from tests.load._load import Place, masked, percentile, spelt
from tests.load._members import LINE, Answer, Answers, Audience, Count, Member, Way
from tests.load._rooms import Notes, Room
from tests.load._tables import charts, tables, targets
from tests.load.fanout import Results, Turn, _ratios, rows, straight
from tests.load.plot import FIGURES, IMAGES, PAGE, merged, read, written

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


def test_a_member_goes_in_by_steps_and_is_in_with_the_last_of_them():
    member, sent = a_member(Way(1, b"GET", b"hello", b"welcome", ((b"step", b"seat"),)))
    member.data_received(b"HTTP/1.1 101 Switching\r\n\r")
    assert sent == [b"GET"]
    member.data_received(b"\nst")
    member.data_received(b"ep")
    assert sent == [b"GET", b"hello", b"seat"]
    assert not member.welcomed.is_set()
    member.data_received(b'{"type":"welcome')
    assert member.welcomed.is_set()


def test_an_answer_that_is_no_101_is_a_no_and_not_a_member():
    member, _ = a_member(Way(1, b"GET", b"hello", b"welcome"))
    member.data_received(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n\r\n")
    assert member.denied == "HTTP/1.1 503 Service Unavailable"
    assert member.lost


def test_a_figure_is_void_where_one_member_lacks_a_line_or_is_lost():
    audience = Audience()
    audience.members = [a_member(Way(1), audience)[0] for _ in range(3)]
    for member in audience.members:
        member.data_received(LINES)
    audience.assert_whole()
    assert audience.lines == 6
    audience.members[0].data_received(LINES)
    with pytest.raises(AssertionError, match="from 2 to 4 lines"):
        audience.assert_whole()
    audience.members.pop(0)
    audience.members[0].connection_lost(None)
    with pytest.raises(AssertionError, match="all are still here"):
        audience.assert_whole()


def test_a_line_is_with_the_last_when_each_member_has_it():
    room = Room(Place("room", 10, [], None))  # type: ignore[arg-type]
    room.members = [a_member(Way(1), room)[0] for _ in range(2)]
    room.begin(Notes())
    room.say(room.members[0])
    [id] = room.under_way
    room.members[0].data_received(LINES[: len(LINES) // 2 + 20])
    room.answered(room.members[0], Answer(id, 11))
    assert room.to_last() == [], "one of two has it"
    room.members[1].data_received(LINES[: len(LINES) // 2 + 20])
    assert room.settled
    assert len(room.to_last()) == 1


def test_ratios_are_made_within_a_round_and_the_limit_stands_for_any_number_of_publishers():
    found = Results(100, {}, {}, {})
    found.turns["limit", 1] = [a_turn(0, 1.0), a_turn(1, 2.0), a_turn(2, 1.0)]
    found.turns["chatroom", 32] = [a_turn(0, 2.0), a_turn(1, 2.0)]
    assert _ratios(found, "chatroom", "limit", 32) == [0.5, 1.0]
    found.void["limit"] = "from 1 to 2 lines"
    assert _ratios(found, "chatroom", "limit", 32) == []
    assert rows(found)["limit"] == [
        {"server": "limit", "members": 100, "void": "from 1 to 2 lines"}
    ]


def a_turn(number: int, cpu: float) -> Turn:
    return Turn(number, 10, 1.0, cpu, 0.1, {}, [1.0])


def a_member(way: Way, audience: Audience | None = None) -> tuple[Member, list[bytes]]:
    """One that is connected to nothing, and what it writes."""
    sent: list[bytes] = []

    class Wire:
        def write(self, data: bytes) -> None:
            if data:
                sent.append(data)

        def abort(self) -> None:
            pass

    member = Member(way, audience or Audience())
    member.connection_made(Wire())  # type: ignore[arg-type]
    return member, sent


# What becomes of the figures.


def test_what_was_measured_anew_takes_the_place_of_the_same_benchmark_alone():
    kept = [
        {"benchmark": "join", "members": 200},
        {"benchmark": "fanout", "members": 20},
        {"benchmark": "fanout", "members": 20, "run": "peers"},
    ]
    text = 'noise\n{"benchmark": "fanout", "members": 1000}\n'
    assert merged(kept, read(text)) == [
        {"benchmark": "join", "members": 200},
        {"benchmark": "fanout", "members": 20, "run": "peers"},
        {"benchmark": "fanout", "members": 1000},
    ]


def test_a_place_without_figures_stays_as_it_is():
    page = "<!-- figures: join -->\nold\n<!-- end of join -->\n<!-- figures: idle -->\nkept\n<!-- end of idle -->\n"
    assert written(page, {"join": "new"}) == page.replace("old", "new")


def test_what_is_void_or_absent_says_so_in_the_table_and_meets_no_target():
    told: list[dict[str, Any]] = [
        {"benchmark": "idle", "void": "not at its end after 110 s"},
        {"benchmark": "fanout", "void": "not at its end after 270 s"},
        {"benchmark": "big-room", "members": 10_000, "void": "lost"},
        {
            "benchmark": "fanout",
            "server": "mosquitto",
            "members": 200,
            "absent": "no package",
            "run": "peers",
        },
    ]
    found = tables(told)
    assert found["idle"].endswith("| all | void: not at its end after 110 s |")
    assert "| mosquitto | 200 | absent: no package |" in found["peers"]
    assert "| all | the rest | void: not at its end after 270 s |" in found["fanout"]
    assert "targets" not in found


def test_a_target_is_met_by_the_median_and_not_by_the_best():
    row = {"benchmark": "stalled", "stalled": 50, "flooders": 50, "rss_mib_more": 65.0}
    [under] = [
        line
        for line in targets([{**row, "of_control": [1.6, 0.9, 9.0]}]).splitlines()
        if "1.5" in line
    ]
    assert under.endswith("**not met** |")
    met, more = targets([{**row, "of_control": [1.5, 0.9, 9.0]}]).splitlines()[2:]
    assert met.endswith("| met |")
    assert more.endswith("**not met** |")


def test_the_page_is_what_its_figures_say():
    told = read(FIGURES.read_text("utf-8"))
    page = PAGE.read_text("utf-8")
    assert written(page, tables(told)) == page
    drawn = {f"load-{name}.svg": svg(chart) for name, chart in charts(told).items()}
    assert {name: (IMAGES / name).read_text("utf-8") for name in drawn} == drawn
    assert not [name for name in drawn if f"images/{name}" not in page]
