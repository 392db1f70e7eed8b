"""What waits for the bus: the newest number of each log, and so many logs."""

from chatroom.bus.waiting import Waiting


async def test_only_what_finds_no_room_is_dropped_and_counted():
    waiting: Waiting[str] = Waiting(room=1)
    waiting.put("evening", 1)
    waiting.put("evening", 3)
    waiting.put("evening", 2)
    assert waiting.dropped == 0
    waiting.put("morning", 1)
    assert waiting.dropped == 1
    assert await waiting.take() == {"evening": 3}
    waiting.put("morning", 2)
    assert await waiting.take() == {"morning": 2}
    assert waiting.dropped == 1
