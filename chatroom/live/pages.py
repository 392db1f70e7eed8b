"""The room's stream as it is sent, each entry encoded once: what every refill is cut from (W25)."""

from collections.abc import Iterable

from chatroom.live import wire

AT_MOST = 5000
"""Newest entries that are kept; a refill reaches back no further (W24)."""
IN_A_FRAME = 500
BYTES = 128 * 1024
"""A frame ends behind the entry that goes beyond this: a socket that stalls costs little (P14)."""


class Pages:
    """Filled as it is asked for, in any order; what is taken out of an entry is taken out here, too."""

    def __init__(self) -> None:
        self._entries: dict[int, bytes] = {}

    def keep(self, entries: Iterable[wire.Numbered]) -> None:
        """Entries of the room's stream as they stand now; the oldest go."""
        for entry in entries:
            if entry.number not in self._entries:
                self._entries[entry.number] = wire.encode_entry(entry)
        if len(self._entries) > AT_MOST:
            newest = max(self._entries)
            for number in [one for one in self._entries if one <= newest - AT_MOST]:
                del self._entries[number]

    def forget(self, numbers: Iterable[int]) -> None:
        """These are another thing from now on (P19)."""
        for number in numbers:
            self._entries.pop(number, None)

    def cut(self, after: int) -> tuple[bytes, int] | None:
        """One frame of what follows number `after`, and the last number in it; None where it is not here."""
        found: list[bytes] = []
        size, number = 0, after
        while len(found) < IN_A_FRAME and size < BYTES:
            entry = self._entries.get(number + 1)
            if entry is None:
                break
            found.append(entry)
            number += 1
            size += len(entry)
        return (wire.entries_of_room(found), number) if found else None
