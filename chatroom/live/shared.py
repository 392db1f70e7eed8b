"""What everybody who comes in at one position is shown: made once, encoded once for all (W25)."""

from bisect import bisect_left
from typing import Any

from msgspec import Raw

from chatroom.live import wire
from chatroom.live.rules import Rules, State


class Shared:
    """The snapshots of one state of a log. All but the last fields are the same for everybody."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._state: State | None = None
        self._gone: list[int] = []
        self._begun: dict[int, bytes] = {}

    def snapshot(self, state: State, seat: int) -> Any:
        """The snapshot of a seat, encoded already: it stands in a frame as any other would."""
        own = self._rules.own
        if own is None:
            return Raw(wire.encode_snapshot(self._rules.snapshot(state, seat)))
        if state is not self._state:
            self._state, self._gone, self._begun = state, own.gone(state), {}
        kind = bisect_left(self._gone, own.since(state, seat))
        tail = wire.encode_snapshot(own.part(state, seat))[1:]
        if kind not in self._begun:
            whole = wire.encode_snapshot(self._rules.snapshot(state, seat))
            assert whole.endswith(tail), "what is a seat's own stands last"
            self._begun[kind] = whole.removesuffix(tail)
        return Raw(self._begun[kind] + tail)
