"""What the organisation has set: the environment first, then what a lead says in the office."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from chatroom.people.audit import Actor, Audit, Deed
from chatroom.settings import BadSetting, Settings, helplines_of
from chatroom.store import settings as store
from chatroom.store.database import reading, writing
from moderation.refused import Refused

LONGEST_RETENTION = 24 * 30
"""Hours, as in the environment."""


class Set(Struct, frozen=True):
    """What a lead can set; None where nobody did."""

    name: str | None = None
    region: str | None = None
    helplines: str | None = None
    retention_hours: int | None = None


class Organisation:
    """`settings()` is what holds now. What the environment says no lead can change, and the page says so."""

    def __init__(self, settings: Settings, engine: AsyncEngine, audit: Audit) -> None:
        self._shipped = settings
        self._engine = engine
        self._audit = audit
        self._set = Set()
        self._holds = settings

    def settings(self) -> Settings:
        """The environment's, and where it says nothing, the office's."""
        return self._holds

    @property
    def name(self) -> str:
        """How the organisation calls itself."""
        return self._set.name or "Chatroom"

    @property
    def set(self) -> Set:
        """What a lead has set, be it overruled."""
        return self._set

    @property
    def fixed(self) -> frozenset[str]:
        """What the environment says, by name."""
        shipped = self._shipped
        said = {
            "helplines": shipped.helplines_chosen,
            "retention_hours": shipped.retention_chosen,
            "region": bool(shipped.region),
        }
        return frozenset(name for name, is_said in said.items() if is_said)

    @property
    def missing(self) -> tuple[str, ...]:
        """What strangers would rely on and nobody has decided; they are let in once there is nothing."""
        holds = self._holds
        if not holds.public:
            return ()
        lacks = {"helplines": not holds.helplines, "retention_hours": not holds.retention_chosen}
        return tuple(name for name, is_missing in lacks.items() if is_missing)

    async def learn(self) -> None:
        """Reads what was set. What can't be read any more is as if nobody had set it."""
        async with reading(self._engine) as connection:
            found = await store.all_set(connection)
        self._set = Set(**{name: found.get(name) for name in Set.__struct_fields__})
        self._holds = self._with(self._set)

    def _with(self, office: Set) -> Settings:
        found, fixed, hours = self._shipped, self.fixed, office.retention_hours
        if office.region and "region" not in fixed:
            found = replace(found, region=office.region)
        if office.helplines and "helplines" not in fixed:
            found = replace(found, helplines=helplines_of(office.helplines))
        if hours is not None and "retention_hours" not in fixed:
            found = replace(found, retention_hours=hours, retention_chosen=True)
        return found

    async def change(self, values: Mapping[str, Any], by: Actor, now: float) -> None:
        """These hold from now on; raises `Refused("bad_setting")` with a sentence, and changes nothing."""
        wanted = replace(self._set, **values)
        try:
            helplines_of(wanted.helplines or "")
        except BadSetting as wrong:
            raise Refused("bad_setting", why=wrong.why) from None
        hours = wanted.retention_hours
        if hours is not None and not 0 <= hours <= LONGEST_RETENTION:
            raise Refused("bad_setting", why=f"hours: 0 to {LONGEST_RETENTION}")
        async with writing(self._engine) as connection:
            await store.change(connection, values, now)
            for name in values:
                deed = Deed(by, "settings_changed", "setting", reason=name)
                await self._audit.tell(connection, deed, now)
        await self.learn()
