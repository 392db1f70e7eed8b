"""The formats there are, those that are shipped and the organisation's own, and their cue cards."""

from collections.abc import Iterable
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import PurePath

from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.store import formats as store
from chatroom.store import rooms
from chatroom.store.audit import Telling, untold
from chatroom.store.formats import OwnFormat
from chatroom.store.gathered import Gathered
from chatroom.store.rooms import Room
from moderation.meeting import cues, format
from moderation.meeting.cues import Cue
from moderation.meeting.format import Format, Phase, fitted
from moderation.refused import Refused

SHIPPED = files("moderation.meeting") / "formats"
CUES = files("moderation.meeting") / "cues.toml"


class Formats:
    """Looks a format up, and fits it to a room."""

    def __init__(
        self, engine: AsyncEngine, shipped: dict[str, Format], cards: dict[str, Cue]
    ) -> None:
        self._engine = engine
        self._own = Gathered[str, store.OwnFormat](partial(store.formats_by_id, engine))
        self._shipped = shipped
        self._cards = cards

    async def get(self, id: str) -> Format | None:
        """The organisation's own goes before one that a later version ships under the same id."""
        own = await self._own.of(id)
        return _parsed(own.toml) if own else self._shipped.get(id)

    async def of(self, room: Room) -> Format:
        """A room's format with the room's own ways; raises `Refused` where they don't fit together."""
        try:
            return fitted(await self.base(room), room.ways)
        except ValueError:  # Kept by another version, which had other ways.
            raise Refused("room_unfit") from None

    async def base(self, room: Room) -> Format:
        """A room's format as it is without the room's ways."""
        try:
            found = await self.get(room.format)
        except ValueError:  # The same.
            found = None
        if found is None:
            raise Refused("room_unfit")
        return found

    def cards(self, phases: Iterable[Phase]) -> list[Cue]:
        """The cue cards that the phases name, each once."""
        named = dict.fromkeys(cue for phase in phases for cue in phase.cues)
        return [self._cards[id] for id in named if id in self._cards]

    async def ids(self) -> list[str]:
        """What a room can be made with."""
        own = await store.list_formats(self._engine)
        return sorted({*self._shipped, *(kept.id for kept in own)})

    async def listed(self) -> list[tuple[str, str, str]]:
        """Every format: its id, whether it is shipped or the organisation's, and its title."""
        shipped = [(id, "shipped", found.title) for id, found in self._shipped.items()]
        return sorted([*shipped, *map(_listed, await store.list_formats(self._engine))])

    async def unfit(self) -> list[str]:
        """The rooms whose format and ways don't fit together: no meeting can begin there."""
        found = []
        for room in await rooms.list_rooms(self._engine):
            try:
                await self.of(room)
            except Refused:
                found.append(room.slug)
        return found

    async def add(
        self,
        text: str,
        made_from: str | None,
        now: float,
        *,
        replace: bool = False,
        tell: Telling = untold,
    ) -> str:
        """Keeps a format of the organisation; the id. Raises `ValueError` in words for the operator."""
        made = format.parse(text, self._cards)
        if made.id in self._shipped:
            raise ValueError(f"{made.id} is shipped; give yours an id of its own")
        if made_from is not None and made_from not in await self.ids():
            raise ValueError(f"there is no {made_from} that it could be made from")
        own = OwnFormat(made.id, text, made_from, now)
        if not await store.keep_format(self._engine, own, replace=replace, tell=tell):
            raise ValueError(f"there is a {made.id} already; --replace puts this one in its place")
        return made.id

    async def text(self, id: str) -> str | None:
        """The TOML of a format, as it was written."""
        own = await self._own.of(id)
        return own.toml if own else _shipped_texts().get(id)


def _listed(own: OwnFormat) -> tuple[str, str, str]:
    try:
        title = _parsed(own.toml).title
    except ValueError as wrong:  # Kept by another version, which had other fields.
        title = f"does not fit this version: {wrong}"
    return own.id, f"made from {own.made_from}" if own.made_from else "your own", title


@lru_cache(maxsize=64)
def _parsed(text: str) -> Format:
    return format.parse(text)


def open_formats(engine: AsyncEngine) -> Formats:
    """With all that is shipped, read once."""
    return Formats(engine, read_formats(), read_cues())


def read_formats() -> dict[str, Format]:
    """The formats that are shipped, by id; each is checked as it is read."""
    cards = read_cues()
    return {id: format.parse(text, cards) for id, text in _shipped_texts().items()}


def read_cues() -> dict[str, Cue]:
    """The cue cards that are shipped, by id."""
    return cues.parse(CUES.read_text("utf-8"))


def _shipped_texts() -> dict[str, str]:
    """By id, which is the file's name."""
    names = sorted(path.name for path in SHIPPED.iterdir() if path.name.endswith(".toml"))
    return {PurePath(name).stem: (SHIPPED / name).read_text("utf-8") for name in names}
