"""Which bus it is: none, local or redis, as BUS says."""

from chatroom.bus import Bus, Pause
from chatroom.settings import BusKind


def open_bus(kind: BusKind, redis_url: str | None, process_id: str, pause: Pause) -> Bus:
    """The back-end of that name, at rest until `run`. A ValueError says what is wrong with the URL."""
    match kind:
        case "none":
            from chatroom.bus.none import NoBus

            return NoBus()
        case "local":
            from chatroom.bus.local import LocalBus

            return LocalBus()
        case "redis":
            # Imported only where it is used: redis-py takes longer to import than the rest of us.
            from chatroom.bus.shards import RedisBus

            if redis_url is None:
                raise ValueError("expected a URL for the Redis bus, got none")
            return RedisBus(redis_url, process_id, pause)
