"""The demo: a meeting of every format, played whole and in order, and never into a room of real people."""

import contextlib
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import Struct

from chatroom import demo
from chatroom.cli import main
from chatroom.client import enter
from chatroom.demo import FORMAT, Play, Step, Stopped, formats, read_script
from chatroom.demo.script import _step
from chatroom.groups.formats import read_cues, read_formats
from chatroom.live.timekeeper import pause
from tests.content.corpus import judge
from tests.faults.checker import Stored, gapless, read_log, stored, stored_once
from tests.faults.export import ENTRIES, _checked
from tests.processes import ServerProcess, serving
from tests.unsealed import beside

TYPED = {"!": "hand_raised", "done": "turn_ended", "pass": "invite_ended"}
LEAVES = {
    "comes": "seat_taken",
    "opens": "opened",
    "moves": "phase_began",
    "closes": "closed",
    "raises": "hand_raised",
    "lowers": "hand_lowered",
    "calls": "invited",
    "takes": "floor_taken",
    "ends": "turn_ended",
    "passes": "turn_ended",
    "to": "told",
}
SHIPPED = read_formats()
SCRIPTS = {format: read_script(format) for format in formats()}


@pytest.fixture(scope="module")
async def process(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    async with serving(tmp_path_factory.mktemp("demo")) as process:
        yield process


# The scripts


def test_there_is_a_script_for_every_format_that_is_shipped():
    assert set(SCRIPTS) == set(SHIPPED)


def test_twelve_come_to_ada_and_it_takes_ten_minutes():
    script = read_script()
    came = [step.who for step in script if step.act == "comes in"]
    assert len(came) == len(set(came)) == 13
    assert came[0] == demo.HOST
    assert {step.who for step in script} == set(came)
    assert 9 * 60 < sum(step.wait for step in script) < 11 * 60


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_every_act_of_a_script_is_one_that_can_be_played(script: list[Step]):
    assert {step.act.partition(" ")[0] for step in script} <= {*demo.ACTS, "comes"}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_the_review_finds_nothing_in_a_script_but_what_it_is_meant_to(script: list[Step]):
    found = {step.refused for step in script if judge(step.words).findings}
    assert found <= {"contact_details"}


def test_the_scripts_use_what_a_meeting_has():
    """Each act somewhere, and each of them that a person may be told no to."""
    steps = [step for script in SCRIPTS.values() for step in script]
    done = {step.act.partition(" ")[0] for step in steps if not step.refused}
    assert done == {*demo.ACTS, "comes"}
    assert {step.words for step in steps if not step.act} >= {"!", "done", "[done]", "pass"}
    assert {step.refused for step in steps} >= {
        *("not_your_turn", "quiet", "paused", "readers_only", "speaker_only", "said_already"),
        *("queue_closed", "shared_already", "tag_first", "no_reactions_now", "contact_details"),
    }


def test_no_part_is_left_out():
    names = {path.name for path in (files("chatroom.demo") / "parts").iterdir()}
    scripts = (files("chatroom.demo") / "scripts").iterdir()
    text = "\n".join(path.read_text("utf-8") for path in scripts)
    assert {f"{part}.txt" for part in re.findall(r"^> (\w+)$", text, re.MULTILINE)} == names


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("4 Ada: a line", Step(4, "Ada", "", "a line")),
        ("4 Ada: a line (with, brackets)", Step(4, "Ada", "", "a line (with, brackets)")),
        ("0 Ada (comes in)", Step(0, "Ada", "comes in", "")),
        ("2 Ben (to Ada): psst", Step(2, "Ben", "to Ada", "psst")),
        ("2 Ben (refused quiet): hm", Step(2, "Ben", "", "hm", "quiet")),
        ("2 Ben (names Dana, refused tag)", Step(2, "Ben", "names Dana", "", "tag")),
    ],
)
def test_a_line_of_a_script_is_read(line: str, step: Step):
    assert _step(line) == step


@pytest.mark.parametrize("line", ["Ada: a line", "4 Ada", "4 Ada ()", "4 Ada (opens", "4: words"])
def test_what_is_no_line_of_a_script_is_said(line: str):
    with pytest.raises(AssertionError, match=r"a script|nothing is done"):
        _step(line)


# The play of the usual meeting


async def test_the_whole_script_is_in_the_log_in_its_order(tmp_path: Path):
    async with serving(tmp_path) as process:
        began = time.monotonic()
        out = await process._run("demo", "--speed", "10000")
        assert time.monotonic() - began < 30
        assert out.endswith("The meeting has ended.")
        assert re.search(rf"^Watch it: {process.origin}/enter#\S+$", out, re.MULTILINE)
        await process.stop()
        log = read_log(process.database)
    assert played(log) == expected()
    assert not gapless(log) + stored_once([], log)


def expected() -> list[tuple[str, str | None]]:
    """What each step leaves: the type of an entry, and its words."""
    return [entry for step in read_script() if (entry := left_by(step)) is not None]


def left_by(step: Step) -> tuple[str, str | None] | None:
    verb = step.act.partition(" ")[0]
    if step.refused:
        return None
    if verb == "comes":
        return "seat_taken", step.who
    if not verb:
        return TYPED.get(step.words, "said"), None if step.words in TYPED else step.words
    return LEAVES[verb], step.words or None


def played(log: list[Stored]) -> list[tuple[str, str | None]]:
    """The same of a log, without what the server adds by itself."""
    entries = [(entry.type, entry.words) for entry in log]
    added = ("convened", "seat_given", "came_by", "told_you")
    shown = [entry for entry in entries if entry[0] not in added]
    opened = shown.index(("opened", None))
    assert shown.pop(opened + 1) == ("phase_began", None)  # The first phase begins with it.
    return shown


# The play of every format


class Performance(Struct):
    """What came of a play: why it stopped, if it did, and the log of its meeting."""

    stopped: str
    log: list[dict[str, Any]]


@pytest.fixture(scope="module")
async def performances(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Performance]:
    """All formats are played on one server, one after the other, as fast as it goes."""
    stopped: dict[str, str] = {}
    async with serving(tmp_path_factory.mktemp("performances")) as process:
        for format, script in SCRIPTS.items():
            room = await process.new_room(demo.room_name(format), format=format)
            play = Play((room.member, room.facilitator), 10_000, pause, lambda _: None, format)
            stopped[demo.room(format)] = ""
            try:
                await play.perform(script)
            except Stopped as why:
                stopped[room.slug] = str(why)
        await process.stop()
        logs = rows_by_room(process.database)
    return {
        format: Performance(stopped[demo.room(format)], logs[demo.room(format)])
        for format in SCRIPTS
    }


def rows_by_room(database: Path) -> dict[str, list[dict[str, Any]]]:
    """The log of each room's one meeting, by slug, of a file that nobody else writes to."""
    meetings = """
        SELECT room.slug, log.id, log.position
          FROM meeting JOIN room ON room.id = meeting.room JOIN log ON log.id = meeting.log
    """
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return {
            slug: _checked(
                position,
                connection.execute(ENTRIES.format(mark="?"), (log,)),
                log,
                beside(database),
            )
            for slug, log, position in connection.execute(meetings).fetchall()
        }


@pytest.mark.parametrize("format", SCRIPTS)
class TestPlayed:
    def test_nothing_is_refused_but_what_the_script_expects(
        self, format: str, performances: dict[str, Performance]
    ):
        assert performances[format].stopped == ""

    def test_every_phase_is_reached_once_and_the_meeting_closed(
        self, format: str, performances: dict[str, Performance]
    ):
        log = performances[format].log
        began = [row["data"]["phase"] for row in log if row["type"] == "phase_began"]
        assert began == list(range(len(SHIPPED[format].phases)))
        assert [row["type"] for row in log].count("closed") == 1

    def test_what_was_written_is_in_the_log_in_its_order_and_no_more(
        self, format: str, performances: dict[str, Performance]
    ):
        log = performances[format].log
        kinds = ("said", "posted", "told")
        assert [row["words"] for row in log if row["type"] in kinds] == [
            written
            for step in SCRIPTS[format]
            if (written := written_by(step)) and not step.refused
        ]

    def test_every_turn_is_taken_and_none_is_left_open(
        self, format: str, performances: dict[str, Performance]
    ):
        types = [row["type"] for row in performances[format].log]
        verbs = [step.act.partition(" ")[0] for step in SCRIPTS[format] if not step.refused]
        takes, returns = verbs.count("takes"), verbs.count("returns")
        assert types.count("floor_taken") == types.count("turn_ended") == takes + returns
        assert types.count("invited") == takes + types.count("invite_ended")

    def test_the_log_has_no_gap_and_nothing_twice(
        self, format: str, performances: dict[str, Performance]
    ):
        log = [stored(row) for row in performances[format].log]
        assert log
        assert not gapless(log) + stored_once([], log)


def written_by(step: Step) -> str:
    """The words that a step leaves, be they the text of a card."""
    if "card" in step.act.split():
        return read_cues()[step.act.split()[-1]].text
    return "" if step.words in (*TYPED, "[done]") else step.words


async def test_the_command_line_plays_a_format_into_a_room_of_that_format(process: ServerProcess):
    out = await process._run("demo", "--format", "business-30", "--speed", "10000")
    assert "Playing in /rooms/demo-business-30." in out
    assert out.endswith("The meeting has ended.")


async def test_a_phase_that_time_has_ended_is_not_ended_again(tmp_path: Path):
    """The quiet moment takes a minute, which is two seconds here; the play waits for what comes then."""
    async with serving(tmp_path, TIME_SPEED="30") as process:
        room = await process.new_room(demo.room_name("discussion-60"), format="discussion-60")
        play: Play

        async def until_the_quiet_is_over(seconds: float) -> None:
            if seconds:
                ada = play.seats["Ada"]
                await ada.until(lambda: demo._phase(ada) != "quiet", within=30)

        links = (room.member, room.facilitator)
        play = Play(links, 1, until_the_quiet_is_over, print, "discussion-60")
        await play.perform(
            [
                Step(0, "Ada", "comes in", ""),
                Step(0, "Ada", "opens the meeting", ""),
                Step(0, "Ada", "moves on", ""),
                Step(0, "Ada", "moves on", ""),
                Step(9, "Ada", "moves on from quiet", ""),
                Step(0, "Ada", "posts the card reading", ""),
                Step(0, "Ada", "closes the meeting", ""),
            ]
        )
        await process.stop()
        log = rows_by_room(process.database)["demo-discussion-60"]
    phases = [row["data"] for row in log if row["type"] == "phase_began"]
    assert [phase["phase"] for phase in phases] == [0, 1, 2, 3]
    assert phases[-1]["by"] == "time"


# A no that the script does not expect


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (
            Step(0, "Ben", "moves on", ""),
            r"The server refused \(facilitators_act\) what Ben \(moves on\)",
        ),
        (
            Step(0, "Ben", "", "Hello", "muted"),
            r"The server did not refuse \(muted\) what Ben: Hello",
        ),
        (
            Step(0, "Ben", "raises a hand", "", "muted"),
            r"Not muted but no_queue_now is said to Ben \(raises a hand\)",
        ),
    ],
)
async def test_a_no_that_was_not_expected_ends_the_play_in_a_sentence(
    step: Step, why: str, process: ServerProcess
):
    room = await process.new_room(demo.room_name(FORMAT))
    play = Play((room.member, room.facilitator), 10_000, pause, lambda _: None)
    opening = [
        Step(0, "Ada", "comes in", ""),
        Step(0, "Ben", "comes in", ""),
        Step(0, "Ada", "opens the meeting", ""),
    ]
    with pytest.raises(Stopped, match=f"^{why}$"):
        await play.perform([*opening, step])
    async with enter(room.member, name="Mo") as mo:  # Nothing is left open: the next one begins.
        assert mo.meeting.opened_at is None


def test_a_play_that_is_stopped_is_exit_code_1_and_its_sentence(monkeypatch: pytest.MonkeyPatch):
    async def stopped(*_: object) -> None:
        raise Stopped("The server refused (muted) what Ben: Hello")

    monkeypatch.setattr(Play, "perform", stopped)
    result = CliRunner().invoke(main, ["demo", "--links", "http://a/enter#b", "http://a/enter#c"])
    assert result.exit_code == 1
    assert result.stderr == "The server refused (muted) what Ben: Hello\n"


# A play that broke off


async def test_a_play_that_broke_off_is_cleared_away_and_one_that_is_on_is_left_alone(
    process: ServerProcess,
):
    await process._run("demo", "--speed", "10000")
    links = (
        await process.invite(demo.room(FORMAT), "member", uses=100),
        await process.invite(demo.room(FORMAT), "facilitator", uses=100),
    )
    opening = read_script()[:12]
    async with enter(links[1], name="Ada") as ada:
        with pytest.raises(Stopped, match="playing there already"):
            await Play(links, 10_000, pause, print).perform(opening)
        assert ada.meeting.closed_at is None
    await process.stop()  # Nobody is shown as gone at once; after a restart nobody is there.
    await process.start()
    told: list[str] = []
    play = Play(links, 10_000, pause, told.append)
    with pytest.raises(ZeroDivisionError):
        await play.perform(_broken(opening))
    assert told == ["Playing in /rooms/demo-meeting."]
    assert play.seats["Ada"].meeting.closed_at is not None


def _broken(script: list[Step]) -> Iterator[Step]:
    yield from script
    raise ZeroDivisionError


# Rooms of real people


def test_another_room_is_refused_in_a_sentence_before_anything_is_made(tmp_path: Path):
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path}/test.db"}
    result = CliRunner(env=environ).invoke(main, ["demo", "--room", "evening-group"])
    assert result.exit_code == 1
    assert result.stderr == (
        "The demo plays in rooms of its own alone; evening-group is for people.\n"
    )
    assert not any(tmp_path.iterdir())


async def test_links_into_another_room_seat_nobody(process: ServerProcess):
    room = await process.new_room("Evening group")
    play = Play((room.member, room.facilitator), 10_000, pause, print)
    with pytest.raises(Stopped, match="evening-group is for people"):
        await play.perform(read_script())
    async with enter(room.facilitator, name="Mo") as mo:
        assert [shown.name for shown in mo.meeting.seats] == ["Mo"]


async def test_a_room_of_another_format_is_not_played_in(process: ServerProcess):
    room = await process.new_room(demo.room_name("business-30"))
    play = Play((room.member, room.facilitator), 10_000, pause, print, "business-30")
    with pytest.raises(Stopped, match="holds meetings of small-discussion; the script is of busi"):
        await play.perform(read_script("business-30"))


@pytest.mark.parametrize("slug", ["demo", "demo-", "demo-meeting-0", "demo-meeting-2-a", "demo-x"])
def test_a_name_that_only_looks_like_the_demos_own_is_refused(slug: str):
    with pytest.raises(Stopped, match="is for people"):
        demo.require_own_room(slug)


@pytest.mark.parametrize("format", SCRIPTS)
def test_every_format_has_a_room_of_its_own(format: str):
    demo.require_own_room(demo.room(format))
    demo.require_own_room(f"{demo.room(format)}-12")


async def test_a_server_that_is_not_there_is_one_sentence(process: ServerProcess):
    links = ("http://127.0.0.1:9/enter#x", "http://127.0.0.1:9/enter#y")
    with pytest.raises(Stopped, match="does not answer"):
        await Play(links, 10_000, pause, print).perform(read_script())


async def test_a_name_that_the_server_does_not_have_is_said(process: ServerProcess):
    link = (await process.invite(await process.create_room("Demo meeting"), "member")).replace(
        "127.0.0.1", "localhost"
    )
    with pytest.raises(Stopped, match="one of the server's ORIGINS"):
        await Play((link, link), 10_000, pause, print).perform(read_script())
