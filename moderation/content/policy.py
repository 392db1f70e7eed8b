"""What this organisation lets people write: what becomes of each kind of finding, and where."""

from collections.abc import Mapping
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import asdict, replace

from moderation.content.phrases import Phrases

Look = Literal["off", "note", "fold", "nudge", "hold", "group"]
"""What may become of what the second look finds likely: not looked for; told, and published; folded behind a label;
asked of its author once more; kept for a facilitator. `group`: as the group's own ways have it."""
Rule = Literal["off", "note", "fold", "nudge", "hold", "bounce", "refuse", "group"]
"""The same of what a rule is certain of, which may be given back, or not be taken, as well."""
Level = Literal["lenient", "usual", "strict"]
"""How soon something is made of what is likely."""
Links = Literal["facilitators", "everyone"]
ExplicitUsing = Literal["bounce", "fold", "hold"]

SURE: Mapping[Level, Mapping[str, float]] = {
    "lenient": {"hold": 0.95, "nudge": 0.85, "fold": 0.85},
    "usual": {"hold": 0.85, "nudge": 0.5, "fold": 0.4},
    "strict": {"hold": 0.6, "nudge": 0.0, "fold": 0.0},
}
"""How likely a finding has to be for that; what is less likely is told, and goes through."""


class Way(Struct, frozen=True):
    """What becomes of one kind of finding. `label` is what the fold over it says."""

    rule: Rule = "note"
    look: Look = "note"
    level: Level = "usual"
    label: str = ""


NOTED = Way()
"""Of those kinds that nothing is decided about: nothing withholds who is in need, and no setting changes that."""
WAYS: Mapping[str, Way] = {
    "anonymity": Way("bounce", "hold"),
    "sourcing": Way("refuse", "hold"),
    "use_detail": Way("group", "group", label="mentions using in detail"),
    "harassment": Way("hold", "hold"),
    "sexual": Way("hold", "hold"),
    "spam": Way("bounce", "hold"),
    "crosstalk": Way("group", "group"),
    "medical_advice": Way("hold", "hold"),
    "methods": Way("bounce", "fold", "strict", "mentions ways of self-harm"),
}
"""What is so where nobody decided otherwise; policies/default.toml tells it to operators."""
OF_GROUPS = ("use_detail", "crosstalk")
"""What may be left to the group."""


class Change(Struct, frozen=True):
    """What is to be otherwise with one kind of finding."""

    rule: Rule | UnsetType = UNSET
    look: Look | UnsetType = UNSET
    level: Level | UnsetType = UNSET
    label: str | UnsetType = UNSET

    def of(self, way: Way) -> Way:
        changes = {name: value for name, value in asdict(self).items() if value is not UNSET}
        return replace(way, **changes)


class Changes(Struct, frozen=True):
    """What is to be otherwise, by kind of finding."""

    anonymity: Change = Change()
    sourcing: Change = Change()
    use_detail: Change = Change()
    harassment: Change = Change()
    sexual: Change = Change()
    spam: Change = Change()
    crosstalk: Change = Change()
    medical_advice: Change = Change()
    methods: Change = Change()

    def of(self, ways: Mapping[str, Way]) -> dict[str, Way]:
        return {kind: getattr(self, kind).of(way) for kind, way in ways.items()}


class Place(Struct, frozen=True):
    """Where a text is written and by whom, and the group's own ways there."""

    role: Literal["member", "facilitator", "staff"] = "member"
    format: str = ""
    room: str = ""
    phase: str = ""
    links: Links = "facilitators"
    explicit_using: ExplicitUsing = "fold"


class Where(Struct, frozen=True):
    """What is otherwise in some places: of these formats, in these rooms and phases; in all where none are named."""

    formats: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    links: Literal["facilitators", "nobody", "everyone", "group"] | None = None
    kinds: Changes = Changes()

    def is_at(self, place: Place) -> bool:
        return all(
            not named or here in named
            for named, here in (
                (self.formats, place.format),
                (self.rooms, place.room),
                (self.phases, place.phase),
            )
        )


class Own(Struct, frozen=True):
    """What becomes of phrases of the organisation's own, and which kind of finding they are."""

    kind: str
    then: Rule
    label: str = ""


class OwnPhrases(Struct, frozen=True):
    """All of them, compiled; the pattern at a place of the set belongs to the one at that place here."""

    phrases: Phrases
    each: tuple[Own, ...]


class Policy(Struct, frozen=True):
    """The settings of the review; the version names them in every verdict.

    `allowed_numbers` are helplines as the operator wrote them, vanity forms included; `allowed_names` are people who
    may be named in full, beside those whom the review knows. `links` that are `group` are as the group has them.
    """

    version: str
    links: Literal["facilitators", "nobody", "everyone", "group"] = "facilitators"
    allowed_numbers: tuple[str, ...] = ()
    allowed_domains: tuple[str, ...] = ()
    allowed_names: tuple[str, ...] = ()
    region: str = "US"
    kinds: Mapping[str, Way] = field(default_factory=lambda: WAYS)
    where: tuple[Where, ...] = ()
    own: OwnPhrases | None = None

    def way(self, kind: str, *, crosstalk: bool = False) -> Way:
        """What becomes of a kind of finding; where nobody said which group it is, as groups usually have it.

        `crosstalk`: whether it stands in a share where shares aren't answered (CM-10).
        """
        way = self.kinds.get(kind, NOTED)
        if kind == "crosstalk":
            return _left_to_group(way, *(("nudge", "nudge") if crosstalk else ("note", "note")))
        return _left_to_group(way, *_EXPLICIT["fold"])

    def at(self, place: Place) -> "Policy":
        """What holds there: of all that fit, what stands last; then the group's own ways, where it is left to it."""
        kinds, links = self.kinds, self.links
        for where in self.where:
            if where.is_at(place):
                links = where.links or links
                kinds = where.kinds.of(kinds)
        using = _left_to_group(kinds["use_detail"], *_EXPLICIT[place.explicit_using])
        here = replace(
            self,
            kinds={**kinds, "use_detail": using},
            links=place.links if links == "group" else links,
            where=(),
        )
        return here if place.role == "member" else here.spared()

    def spared(self) -> "Policy":
        """No machine keeps or folds what facilitators and staff write; contact details come back to them (CM-18)."""
        kinds = {
            kind: replace(way, rule=_spared(way.rule), look="note")
            for kind, way in self.kinds.items()
        }
        own = self.own
        if own is not None:
            own = replace(own, each=tuple(replace(one, then=_spared(one.then)) for one in own.each))
        return replace(self, kinds=kinds, own=own)


_EXPLICIT: Mapping[ExplicitUsing, tuple[Rule, Look]] = {
    # Nothing learned gives words back for good: its author may send them all the same, behind the fold.
    "bounce": ("bounce", "nudge"),
    "fold": ("fold", "fold"),
    "hold": ("hold", "hold"),
}


def _left_to_group(way: Way, rule: Rule, look: Look) -> Way:
    return replace(
        way,
        rule=rule if way.rule == "group" else way.rule,
        look=look if way.look == "group" else way.look,
    )


def _spared(then: Rule) -> Rule:
    return then if then == "bounce" else "note"
