"""One flush for all: each socket gets all of it once and in order, whoever comes, goes or stalls meanwhile."""

import asyncio
import random
from collections.abc import Callable, Iterable

import pytest

from chatroom.live import circle as circles
from chatroom.live import lane as module
from chatroom.live.circle import Circle
from chatroom.live.lane import GATHERED, IN_A_TURN, Subscriber
from moderation.meeting.crowd import LATELY
from tests.journal.stage import until
from tests.live.hall import Recorder, recorded

EVENING = 7


@pytest.fixture
def circle() -> Circle:
    return Circle(EVENING)


def come(circle: Circle, seat: int, *, deflates: bool = False) -> Subscriber:
    subscriber = Subscriber(Recorder(), seat, b"")
    recorded(subscriber).deflates = deflates
    subscriber.at = {0: 0, seat: 0}
    circle.enter(subscriber)
    circle.go_live(subscriber)
    return subscriber


def given(subscriber: Subscriber) -> bytes:
    return b"".join(recorded(subscriber).given)


async def turns(count: int = 1) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_waits_is_one_write_for_each_and_the_same_bytes(circle: Circle):
    members = [come(circle, seat) for seat in (1, 2, 3)]
    for frame in (b"one ", b"two ", b"three"):
        circle.to_all(frame)
    assert [given(member) for member in members] == [b""] * 3
    await turns(2)
    assert [recorded(member).given for member in members] == [[b"one two three"]] * 3
    assert len({id(recorded(member).given[0]) for member in members}) == 1


async def test_an_answer_comes_behind_what_it_speaks_of_and_in_the_same_write(circle: Circle):
    ben, chidi = come(circle, 1), come(circle, 2)
    circle.to_all(b"entry ")
    ben.write(b"receipt")
    await turns(2)
    assert (recorded(ben).given, recorded(chidi).given) == ([b"entry receipt"], [b"entry "])
    ben.write(b"nothing waits")
    assert recorded(ben).given[-1] == b"nothing waits"


async def test_a_huge_room_lets_the_others_of_the_loop_have_their_turn(circle: Circle):
    members = [come(circle, seat) for seat in range(1, 2 * IN_A_TURN + 2)]
    circle.to_all(b"hello")
    reached: list[int] = []
    for _ in range(4):
        await turns()
        reached.append(sum(bool(given(member)) for member in members))
    assert [later - before for before, later in zip([0, *reached], reached, strict=False)] == [
        IN_A_TURN,
        IN_A_TURN,
        1,
        0,
    ]


async def test_an_answer_in_the_middle_of_a_flush_still_comes_behind_it(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "IN_A_TURN", 1)
    ada, ben, chidi = (come(circle, seat) for seat in (1, 2, 3))
    circle.to_all(b"first ")
    await turns()
    assert [given(one) for one in (ada, ben, chidi)] == [b"first ", b"", b""], "the premise"
    circle.to_all(b"second ")
    for one in (ada, ben, chidi):
        one.write(b"receipt ")
    await turns(8)
    assert {given(one) for one in (ada, ben, chidi)} == {b"first second receipt "}


async def test_whoever_comes_while_frames_wait_has_had_them(circle: Circle):
    ada = come(circle, 1)
    circle.to_all(b"one ")
    ben = come(circle, 2)
    circle.to_all(b"two ")
    chidi = come(circle, 3)
    chidi.write(b"presence ")
    circle.to_all(b"three")
    await turns(2)
    assert given(ada) == b"one two three"
    assert given(ben) == b"two three"
    assert given(chidi) == b"presence three"


async def test_last_words_hold_all_that_waited_and_nothing_comes_after_them(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "IN_A_TURN", 1)
    _, ben = come(circle, 1), come(circle, 2)
    circle.to_all(b"on its way ")
    await turns()
    circle.to_all(b"waiting ")
    ben.write(b"answer")
    assert given(ben) == b"", "the premise"
    circle.last_words(ben)
    assert given(ben) == b"on its way waiting answer"
    circle.to_all(b"after")
    await turns(6)
    assert given(ben) == b"on its way waiting answer"
    assert not circle.has(2)


async def test_one_whose_transport_is_closing_keeps_nothing_from_the_others(circle: Circle):
    members = [come(circle, seat) for seat in (1, 2, 3)]

    class Closing(Recorder):
        @property
        def fast(self):
            return self._raise

        def _raise(self, data: bytes) -> None:
            raise RuntimeError("the handler is closed")

    members[1].frames = Closing()
    members[1].changed()
    circle.to_all(b"hello")
    await turns(2)
    assert [given(member) for member in members] == [b"hello", b"", b"hello"]


async def test_many_who_speak_at_a_time_are_waited_for_a_tick_in_a_large_room(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
):
    waits: list[float] = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(module, "LARGE", 2)

    def soon(delay: float, what: Callable[[], None]) -> object:
        waits.append(delay)
        return loop.call_soon(what)

    monkeypatch.setattr(loop, "call_later", soon)
    ben = come(circle, 1)
    for frame in (b"1", b"2"):
        circle.to_all(frame)
    await turns(2)
    circle.to_all(b"3")
    await turns(2)
    assert waits == [], "two people are no large room"
    come(circle, 2)
    for frame in (b"4", b"5"):
        circle.to_all(frame)
    await turns(2)
    circle.to_all(b"6")
    assert waits == [module.TICK]
    await turns(2)
    circle.to_all(b"7")
    assert waits == [module.TICK], "one who speaks alone is waited for no more"
    await turns(2)
    assert given(ben) == b"1234567"


@pytest.mark.parametrize("seed", range(40))
async def test_a_law_everybody_gets_all_from_their_coming_to_their_going_once_and_in_order(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, seed: int
):
    """Against a list for each; whoever comes, goes or is answered, at any step of a flush.

    What is for one alone comes behind all that was for everybody before it, and may come behind more.
    """
    dice = random.Random(seed)
    monkeypatch.setattr(module, "IN_A_TURN", dice.choice([1, 2, 3, 100]))
    monkeypatch.setattr(module, "LARGE", dice.choice([1, 100]))
    monkeypatch.setattr(module, "TICK", 0.0)
    here: dict[Subscriber, list[bytes]] = {}
    gone: dict[Subscriber, list[bytes]] = {}
    for step in range(300):
        what = dice.random()
        word = b" %d" % step
        if what < 0.3:
            circle.to_all(word, dice.choice([0.0, 0.0, 0.001]))
            for expected in here.values():
                expected.append(word)
        elif what < 0.45:
            here[come(circle, dice.randrange(1, 20), deflates=dice.random() < 0.3)] = []
        elif what < 0.6 and here:
            one = dice.choice(list(here))
            circle.last_words(one)
            gone[one] = here.pop(one)
        elif what < 0.75 and here:
            one = dice.choice(list(here))
            one.write(b" own%d" % step)
            here[one].append(b" own%d" % step)
        else:
            await turns(dice.randrange(3))
    lanes = (circle._plain, circle._compressed)
    await until(lambda: not any(lane._pending or lane._flight is not None for lane in lanes))
    for one, expected in (*here.items(), *gone.items()):
        assert_in_order(given(one).split(), [word.strip() for word in expected])
    assert {one.seat for one in circle.all()} == {one.seat for one in here}
    for lane in lanes:
        places = sorted(one.place for one in here if one.lane is lane)
        assert places == list(range(len(places))), "no hole is left"


def assert_in_order(got: list[bytes], expected: list[bytes]) -> None:
    assert sorted(got) == sorted(expected)
    for is_own in (False, True):
        kept = [[w for w in words if w.startswith(b"own") == is_own] for words in (got, expected)]
        assert kept[0] == kept[1]
    for place, word in enumerate(expected):
        if word.startswith(b"own"):
            assert set(expected[:place]) <= set(got[: got.index(word)])


async def test_news_that_may_wait_are_gathered_and_go_with_what_may_not(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
):
    loop, timers = asyncio.get_running_loop(), list[tuple[float, asyncio.TimerHandle]]()
    later = loop.call_later

    def noted(delay: float, what: Callable[[], None]) -> asyncio.TimerHandle:
        timers.append((delay, later(60.0, what)))
        return timers[-1][1]

    monkeypatch.setattr(loop, "call_later", noted)
    ben = come(circle, 1)
    for frame in (b"came1 ", b"came2 "):
        circle.to_all(frame, 0.5)
    await turns(3)
    assert given(ben) == b""
    assert [delay for delay, _ in timers] == [0.5], "one for all"
    circle.to_all(b"words ")
    await turns(3)
    assert recorded(ben).given == [b"came1 came2 words "]
    assert timers[0][1].cancelled()
    circle.to_all(b"came3 ", 0.5)
    circle.to_all(b"came4 ", 0.5)
    circle.last_words(ben)
    assert given(ben).endswith(b"came3 came4 "), "who goes has had it"


async def test_to_gather_takes_as_long_as_a_tenth_of_a_core_can_tell(circle: Circle):
    for seat in range(1, 51):
        come(circle, seat, deflates=seat % 2 == 0)
    assert circle.patience == pytest.approx(50 * 100e-6)


async def test_what_all_read_is_compressed_once_and_nothing_that_is_for_one_alone(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
):
    times: list[bytes] = []

    def marked(frame: bytes) -> bytes:
        times.append(frame)
        return b"~" + frame

    monkeypatch.setattr(circles, "deflated", marked)
    circle.to_all(b"before ")
    assert times == [], "nobody there takes it so"
    ada, ben, chidi = (come(circle, seat, deflates=seat > 1) for seat in (1, 2, 3))
    circle.to_all(b"one ")
    ben.write(b"own ")
    circle.to_all(b"two ")
    await turns(2)
    assert times == [b"one ", b"two "]
    assert given(ada) == b"one two "
    assert given(chidi) == b"~one ~two "
    assert given(ben) == b"~one ~two own "
    circle.last_words(ben)
    circle.to_all(b"three ")
    await turns(2)
    assert (given(ben), given(chidi)) == (b"~one ~two own ", b"~one ~two ~three ")


def names(subscribers: Iterable[Subscriber]) -> list[int]:
    return [one.seat for one in subscribers]


async def test_a_stream_of_few_is_written_to_those_who_read_it(circle: Circle):
    ada, ben = come(circle, 1), come(circle, 2)
    chair = Subscriber(Recorder(), 3, b"")
    chair.at = {0: 0, -1: 0, 3: 0}
    circle.enter(chair)
    assert names(circle.readers(-1)) == [], "not before it is live"
    circle.go_live(chair)
    assert names(circle.readers(-1)) == [3]
    assert names(circle.readers(2)) == [2]
    circle.leave(chair)
    circle.leave(ben)
    assert [names(circle.readers(audience)) for audience in (-1, 2)] == [[], []]
    assert names(circle.of(1)) == [ada.seat]


async def test_what_somebody_is_told_who_comes_in_goes_in_few_writes(circle: Circle):
    ben = Subscriber(Recorder(), 2, b"")
    ben.gather()
    ben.at = {0: 0}
    circle.enter(ben)
    ben.write(b"fresh ")
    ben.write(b"entries ")
    assert recorded(ben).given == []
    ben.write(b"x" * GATHERED)
    assert [len(data) for data in recorded(ben).given] == [GATHERED + len(b"fresh entries ")]
    ben.write(b"presence")
    circle.go_live(ben)
    ben.write_what_was_gathered()
    ben.write(b" receipt")
    assert recorded(ben).given[1:] == [b"presence", b" receipt"]


def test_whoever_is_named_again_soon_was_told_of_and_after_a_while_is_new(circle: Circle):
    assert circle.introduce([1, 2, 1]) == [1, 2]
    assert circle.introduce(list(range(10, 9 + LATELY))) == list(range(10, 9 + LATELY))
    assert circle.introduce([1]) == [], "the last of them"
    assert circle.introduce([2]) == [2]
