"""Formats: agendas as data, what is wrong with one, and a room's own ways."""

from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from moderation.meeting import cues
from moderation.meeting import format as formats
from moderation.meeting.format import Flags, Format, Phase, Slot, Speak, fitted, parse

CUES = cues.parse((files("moderation.meeting") / "cues.toml").read_text("utf-8"))
SHIPPED = sorted((Path(formats.__file__).parent / "formats").glob("*.toml"))
OPEN_ENDS = ("gathering", "after", "chat")
"""Phases before and after what counts for the length of a meeting."""

GOOD = """\
# A format of the test's own
id = "circle"
title = "Circle"

[flags]
declared = "open"
length = 60

[[phases]]
id = "sharing"
title = "Sharing"
minutes = 35
speak = "queue"
turn = 5
cues = [
    "welcome",
    "closing",
]

[[phases]]
id = "readings"
title = "Readings"
minutes = 5
speak = "reader"
slots = [
    {title = "First", url = "https://example.org/first"},
    {title = "Second", text = "Our own words."},
]

[[phases]]
id = "after"
title = "After"
minutes = 0
speak = "open"
"""


def last_line(text: str, *, of: str) -> int:
    """The number of the last line that holds `of`."""
    return [number for number, line in enumerate(text.splitlines(), 1) if of in line][-1]


def wrong(text: str) -> str:
    """Why a format is refused."""
    with pytest.raises(ValueError, match=r"\Aline \d+: ") as refused:
        parse(text, CUES)
    return str(refused.value)


# Formats as data


def test_a_format_is_read_from_toml():
    slots = (Slot("First", url="https://example.org/first"), Slot("Second", text="Our own words."))
    assert parse(GOOD, CUES) == Format(
        "circle",
        "Circle",
        (
            Phase("sharing", "Sharing", 35, "queue", turn=5, cues=("welcome", "closing")),
            Phase("readings", "Readings", 5, "reader", slots=slots),
            Phase("after", "After", 0, "open"),
        ),
        Flags(declared="open"),
    )


def test_a_phase_may_stand_on_one_line():
    text = 'id = "a"\ntitle = "A"\nphases = [{id = "b", title = "B", minutes = 1, speak = "open"}]'
    assert parse(text) == Format("a", "A", (Phase("b", "B", 1, "open"),))


# The formats that are shipped


def test_the_formats_of_real_meetings_are_shipped():
    assert [path.stem for path in SHIPPED] == [
        "beginners-60",
        "business-30",
        "check-in-60",
        "clean-time-60",
        "discussion-60",
        "mindfulness-60",
        "sharing-90",
        "small-discussion",
        "speaker-60",
        "step-study-60",
        "text-meeting-60",
        "tools-90",
    ]


def test_every_policy_is_used_by_a_format_that_is_shipped():
    used = {phase.speak for path in SHIPPED for phase in parse(path.read_text()).phases}
    assert used == set(get_args(Speak))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
class TestShipped:
    def test_it_is_good_and_named_after_its_file(self, path: Path):
        assert parse(path.read_text(), CUES).id == path.stem

    def test_it_holds_no_text_and_no_link_of_anybody(self, path: Path):
        slots = [slot for phase in parse(path.read_text()).phases for slot in phase.slots]
        assert not [slot for slot in slots if slot.text or slot.url]

    def test_it_bears_the_name_of_no_fellowship(self, path: Path):
        shown = parse(path.read_text())
        words = " ".join([shown.title, shown.about, *(phase.title for phase in shown.phases)])
        assert not {"AA", "NA", "GA", "SMART", "Dharma", "LifeRing"} & set(words.split())

    def test_each_turn_has_a_limit(self, path: Path):
        shared = [phase for phase in parse(path.read_text()).phases if phase.speak in formats.TURNS]
        assert all(phase.turn for phase in shared)


TIMED = [path for path in SHIPPED if path.stem != "small-discussion"]
"""The small discussion is held as it always was: the facilitator ends every phase."""


@pytest.mark.parametrize("path", TIMED, ids=lambda path: path.stem)
def test_quiet_moments_and_the_after_meeting_end_by_time_and_nothing_else(path: Path):
    for phase in parse(path.read_text()).phases:
        by_time = phase.speak == "silent" or phase.id in ("after", "chat")
        assert (phase.ends == "time") is by_time, phase.id


@pytest.mark.parametrize("path", TIMED, ids=lambda path: path.stem)
def test_the_minutes_of_a_format_add_up_to_the_length_in_its_name(path: Path):
    format = parse(path.read_text())
    minutes = sum(phase.minutes for phase in format.phases if phase.id not in OPEN_ENDS)
    assert f"{minutes}" == f"{format.flags.length}" == path.stem.rpartition("-")[2]


def test_the_small_discussion_is_gathering_opening_sharing_closing_after():
    (path,) = [path for path in SHIPPED if path.stem == "small-discussion"]
    assert [(phase.id, phase.speak) for phase in parse(path.read_text()).phases] == [
        ("gathering", "open"),
        ("opening", "facilitator"),
        ("sharing", "queue"),
        ("closing", "facilitator"),
        ("after", "open"),
    ]


@pytest.mark.parametrize("stem", ["small-discussion", "text-meeting-60"])
def test_in_the_traditional_meetings_the_chair_calls(stem: str):
    (path,) = [path for path in SHIPPED if path.stem == stem]
    (sharing,) = [phase for phase in parse(path.read_text()).phases if phase.speak == "queue"]
    assert sharing.calls == "facilitator"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_where_a_round_comes_before_a_queue_who_spoke_may_speak_again(path: Path):
    """A turn in a round counts as sharing: one share each would leave the queue empty."""
    format = parse(path.read_text())
    policies = [phase.speak for phase in format.phases if phase.urgent != "only"]
    if "round" in policies and {"queue", "tag"} & set(policies[policies.index("round") :]):
        assert not format.flags.single_share


# What is wrong, and where


@pytest.mark.parametrize(
    ("good", "bad", "at", "why"),
    [
        # No TOML
        ('id = "circle"', "id = circle", "circle", "Invalid value"),
        ('title = "Circle"', 'title = "Circle', 'title = "Circle', "Illegal character '\\n'"),
        ('title = "Circle"', 'id = "square"', "square", "Cannot overwrite a value"),
        ("[flags]", "[flags", "[flags", "Expected"),
        # Of the whole
        ('id = "circle"', "", "A format", "Object missing required field `id`"),
        ('id = "circle"', 'id = "Circle"', 'id = "Circle"', "id: Expected `str` matching regex"),
        ('id = "circle"', 'id = "circle\\n"', "circle", "id: Expected `str` matching regex"),
        ('title = "Circle"', "title = 3", "title = 3", "title: Expected `str`, got `int`"),
        (
            'title = "Circle"',
            f'title = "{"x" * 81}"',
            "xxx",
            "title: Expected `str` of length <= 80",
        ),
        ('title = "Circle"', 'title = "C"\ncolour = "red"', "colour", "unknown field colour"),
        # Of its ways
        ("length = 60", "length = 10", "length", "flags: length: Expected `int` >= 15"),
        ("length = 60", "lenght = 60", "lenght", "flags: unknown field lenght"),
        ("length = 60", "share_limit = 31", "31", "flags: share_limit: Expected `int` <= 30"),
        (
            'declared = "open"',
            'declared = "half"',
            "half",
            "flags: declared: Invalid enum value 'half': none of open, closed",
        ),
        (
            'declared = "open"',
            'door = "ajar"',
            "ajar",
            "flags: door: Invalid enum value 'ajar': none of open, knock, members, invitation",
        ),
        # Of a phase
        ("minutes = 35\n", "", 9, "phase sharing: Object missing required field `minutes`"),
        ("minutes = 35", "minutes = 241", "241", "phase sharing: minutes: Expected `int` <= 240"),
        ("minutes = 35", "minutes = -1", "-1", "phase sharing: minutes: Expected `int` >= 0"),
        ("minutes = 35", "minuts = 35", "minuts", "phase sharing: unknown field minuts"),
        (
            'speak = "open"',
            'speak = "everyone"',
            "everyone",
            (
                "phase after: speak: Invalid enum value 'everyone': none of facilitator, reader, "
                "self_id, queue, round, tag, speaker, discussion, open, silent"
            ),
        ),
        (
            'speak = "open"',
            'speak = "open"\ncrosstalk = "some"',
            "some",
            (
                "phase after: crosstalk: Invalid enum value 'some': none of none, allowed, "
                "after_round, questions_to_lead"
            ),
        ),
        (
            'speak = "open"',
            'speak = "open"\nreactions = ["welcome", "like"]',
            "like",
            (
                "phase after: reactions: 2: Invalid enum value 'like': none of with_you, thank_you, "
                "welcome, congratulations"
            ),
        ),
        ('id = "sharing"', 'id = ""', 'id = ""', "phase 1: id: Expected `str` matching regex"),
        ('id = "sharing"', "", 9, "phase 1: Object missing required field `id`"),
        ('title = "Sharing"', 'title = ""', 'title = ""', "phase sharing: title: Expected"),
        ('id = "after"', 'id = "sharing"', 31, "phase sharing: two phases have the same id"),
        (
            "minutes = 0",
            'minutes = 0\nends = "time"',
            "ends",
            "phase after: it ends by time, so it needs minutes",
        ),
        ("minutes = 0", 'minutes = 0\nends = "never"', "never", "phase after: ends: Invalid"),
        # Of turns
        ("turn = 5", "turn = 61", "61", "phase sharing: turn: Expected `int` <= 60"),
        (
            "turn = 5",
            "turn = 5\nwarn = [60, 300]",
            "warn",
            "phase sharing: a reminder comes before",
        ),
        ("turn = 5", "warn = [60]", "warn", "phase sharing: a reminder comes before"),
        *(
            (
                'speak = "open"',
                f'speak = "open"\n{field} = {value}',
                f"{field} =",
                f"phase after: {field} is of a queue, a round or a tag",
            )
            for field, value in {
                "turn": "5",
                "warn": "[60]",
                "grace": "30",
                "fairness": "true",
                "urgent": '"only"',
            }.items()
        ),
        (
            'speak = "open"',
            'speak = "open"\non_enter = ["close_queue"]',
            "on_enter",
            "phase after: there is no queue to close",
        ),
        (
            'speak = "open"',
            'speak = "tag"\ncalls = "next"',
            "calls",
            "phase after: calls is of a queue; a round passes on by itself, and a tag by name",
        ),
        (
            'speak = "queue"',
            'speak = "queue"\nlines = 2',
            "lines =",
            "phase sharing: lines are counted where all introduce themselves",
        ),
        # Of cards and slots
        ('"closing"', '"farewell"', "farewell", "phase sharing: there is no cue card farewell"),
        ('"closing"', '"Closing"', "Closing", "phase sharing: cues: 2: Expected `str` matching"),
        (
            "https://example.org/first",
            "http://example.org/first",
            "http:",
            "phase readings: slots: 1: url: Expected `str` matching regex",
        ),
        (
            'text = "Our own words."',
            'words = "Our own."',
            "Our own.",
            "phase readings: slots: 2: unknown field words",
        ),
        (
            'text = "Our own words."',
            'role = "chair"',
            "chair",
            "phase readings: slots: 2: role: Invalid enum value 'chair': none of reader, facilitator",
        ),
        (
            'speak = "reader"',
            'speak = "speaker"',
            "First",
            "phase readings: a reader reads in a phase of readers; say who else does",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_the_reason(
    good: str, bad: str, at: str | int, why: str
):
    assert good in GOOD
    text = GOOD.replace(good, bad)
    line = last_line(text, of=at) if isinstance(at, str) else at
    assert wrong(text).startswith(f"line {line}: {why}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1: Object missing required field `id`"),
        ('id = "a"\ntitle = "A"', "line 1: Object missing required field `phases`"),
        ('id = "a"\ntitle = "A"\nphases = []', "line 3: phases: Expected `array` of length >= 1"),
        ('id = "a"\ntitle = "A"\nphases = 7', "line 3: phases: Expected `array`, got `int`"),
        ('id = "a"\ntitle = "A"\nphases = [7]', "line 3: phase 1: Expected `object`, got `int`"),
        ('id = "a"\ntitle = "A"\nflags = 7\nphases = [7]', "line 3: flags: Expected `object`"),
        ('id = "a"\nphases = [\n  1', "line 3: Unclosed array"),
    ],
)
def test_what_is_no_agenda_at_all_is_said_so(text: str, why: str):
    assert wrong(text).startswith(why)


def test_without_cards_at_hand_any_will_do():
    text = GOOD.replace('"closing"', '"farewell"')
    assert parse(text).phases[0].cues == ("welcome", "farewell")


# A room's own ways


def test_a_rooms_own_ways_take_the_place_of_the_formats():
    format = fitted(parse(GOOD), {"door": "knock", "history": "meeting"})
    assert format.flags == Flags(declared="open", door="knock", history="meeting")
    assert format.phases == parse(GOOD).phases


def test_a_rooms_share_limit_goes_into_the_turns_that_have_one():
    format = fitted(parse(GOOD), {"share_limit": 3})
    assert [phase.turn for phase in parse(GOOD).phases] == [5, 0, 0]
    assert [phase.turn for phase in format.phases] == [3, 0, 0]


def test_without_ways_of_its_own_a_room_has_the_formats():
    assert fitted(parse(GOOD), {}) == parse(GOOD)


@pytest.mark.parametrize(
    ("ways", "why"),
    [
        ({"colour": "red"}, "there is no setting colour"),
        ({"door": "ajar"}, "door: Invalid enum value 'ajar': none of open, knock, members, inv"),
        ({"share_limit": 31}, "share_limit: Expected `int` <= 30"),
        ({"length": "long"}, "length: Expected `int`, got `str`"),
        ({"single_share": 1}, "single_share: Expected `bool`, got `int`"),
    ],
)
def test_a_way_that_is_not_there_or_cannot_be_so_is_refused(ways: dict[str, Any], why: str):
    with pytest.raises(ValueError, match=r".") as refused:
        fitted(parse(GOOD), ways)
    assert str(refused.value).startswith(why)


# What stands behind a way


def test_a_format_asks_for_money_where_its_group_has_written_how():
    """There is no way of it: the card asks, and the slot has the link that a facilitator posts."""
    found = 0
    for path in SHIPPED:
        for phase in parse(path.read_text("utf-8"), CUES).phases:
            slots = [slot for slot in phase.slots if slot.title == "How to give"]
            assert len(slots) == ("collection" in phase.cues)
            assert all(
                (slot.role, slot.text, slot.url) == ("facilitator", "", "") for slot in slots
            )
            found += len(slots)
    assert found == 5


def test_beginners_are_heard_first_by_the_order_of_hands():
    (beginners,) = [path for path in SHIPPED if path.stem == "beginners-60"]
    format = parse(beginners.read_text("utf-8"), CUES)
    assert format.flags.fairness
    assert [phase.id for phase in format.phases if phase.fairness] == ["sharing"]


def test_an_older_log_has_ways_that_are_no_more():
    old = {"declared": "open", "poa": "opt_in", "collection": True, "newcomer_focus": True}
    assert msgspec.convert(old, Flags) == Flags(declared="open")
    with pytest.raises(ValueError, match="there is no setting poa"):
        fitted(parse(GOOD), {"poa": "off"})
