"""A bus for one process: it announces to itself, once per log and turn of the loop."""

from chatroom.bus import Notice
from chatroom.bus.waiting import ROOM, Waiting


class LocalBus:
    def __init__(self, *, room: int = ROOM) -> None:
        self._waiting: Waiting[int] = Waiting(room)
        self._logs: set[int] = set()

    @property
    def sound(self) -> bool:
        return True

    async def run(self, notice: Notice) -> None:
        while True:
            for log, position in (await self._waiting.take()).items():
                if log in self._logs:
                    notice(log, position)

    def announce(self, log: int, position: int) -> None:
        self._waiting.put(log, position)

    def listen(self, log: int) -> None:
        self._logs.add(log)

    def unlisten(self, log: int) -> None:
        self._logs.discard(log)
