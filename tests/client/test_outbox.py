"""What the client sends, and sends again."""

from __future__ import annotations

import pytest

from chatroom.client import (
    Outbox,
    Refused,
)
from chatroom.live.wire import (
    WINDOW,
    Receipt,
    Refusal,
    Retry,
)
from moderation.meeting import commands as ask
from tests.client.stage import frames, sent


async def test_commands_are_sent_in_order_and_once():
    outbox = Outbox()
    for letter in "abc":
        outbox.add(letter * 32, ask.RaiseHand())
    assert sent(outbox) == ["a", "b", "c"]
    assert sent(outbox) == []


async def test_a_retry_holds_back_what_is_behind_it():
    outbox = Outbox()
    outbox.add("a" * 32, ask.RaiseHand())
    assert sent(outbox) == ["a"]
    outbox.retry(Retry("a" * 32, after_ms=500), now=10.0)
    outbox.add("b" * 32, ask.RaiseHand())
    assert sent(outbox, now=10.4) == []
    assert outbox.pause(10.4) == pytest.approx(0.1)
    assert sent(outbox, now=10.5) == ["a", "b"]


async def test_what_is_sent_again_names_what_was_sent_behind_it_p5():
    outbox = Outbox()
    for letter in "abc":
        outbox.add(letter * 32, ask.RaiseHand())
    assert [behind for _, behind in frames(outbox)] == ["", "", ""]
    outbox.add("d" * 32, ask.RaiseHand())
    outbox.settle(Receipt("b" * 32, "room", 7), now=0.0)
    outbox.unsend()
    assert frames(outbox) == [("a", "c"), ("c", ""), ("d", "")]


async def test_no_more_are_on_the_way_than_can_be_named_p5():
    outbox = Outbox()
    for number in range(2 * WINDOW):
        outbox.add(f"{number:032x}", ask.RaiseHand())
    assert len(frames(outbox)) == WINDOW
    assert outbox.pause(0.0) is None, "it waits for an answer, and not for time"
    outbox.settle(Receipt(f"{1:032x}", "room", 7), now=0.0)
    assert len(frames(outbox)) == 1


async def test_only_a_receipt_or_a_refusal_ends_a_command():
    outbox = Outbox()
    stored, refused, lost = (outbox.add(letter * 32, ask.RaiseHand()) for letter in "abc")
    sent(outbox)
    outbox.settle(Receipt("a" * 32, "room", 7), now=0.0)
    outbox.settle(Refusal("b" * 32, "muted", "Not now."), now=0.0)
    outbox.unsend()
    assert sent(outbox) == ["c"]
    assert (await stored).number == 7
    with pytest.raises(Refused, match="muted") as caught:
        await refused
    assert caught.value.words == "Not now."
    assert not lost.done()


async def test_an_answer_that_comes_twice_is_heard_once():
    outbox = Outbox()
    answer = outbox.add("a" * 32, ask.RaiseHand())
    for number in (7, 8):
        outbox.settle(Receipt("a" * 32, "room", number), now=0.0)
    assert (await answer).number == 7


async def test_a_command_that_nobody_waits_for_is_not_sent_again():
    outbox = Outbox()
    outbox.add("a" * 32, ask.RaiseHand()).cancel()
    outbox.add("b" * 32, ask.RaiseHand())
    assert sent(outbox) == ["b"]
    outbox.add("c" * 32, ask.RaiseHand()).cancel()
    outbox.unsend()
    assert sent(outbox) == ["b"]


async def test_one_id_is_one_command():
    outbox = Outbox()
    first = outbox.add("a" * 32, ask.Say("one", 0))
    assert outbox.add("a" * 32, ask.Say("one", 0)) is first
    with pytest.raises(AssertionError):
        outbox.add("a" * 32, ask.Say("two", 0))


async def test_a91_what_was_too_much_is_sent_again_in_its_time_and_nothing_overtakes_it():
    outbox = Outbox()
    answer = outbox.add("a" * 32, ask.RaiseHand())
    outbox.add("b" * 32, ask.RaiseHand())
    assert sent(outbox) == ["a", "b"]
    outbox.settle(Refusal("a" * 32, "rate_limited", "A lot.", facts={"retry_ms": 700}), now=10.0)
    outbox.settle(Refusal("b" * 32, "rate_limited", "A lot.", facts={"retry_ms": 250}), now=10.0)
    assert not answer.done()
    assert sent(outbox, now=10.6) == []
    assert outbox.pause(10.6) == pytest.approx(0.1)
    assert frames(outbox, now=10.7) == [("a", ""), ("b", "")], "each no was final"
