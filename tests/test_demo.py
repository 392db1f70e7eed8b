"""The demo: a meeting of twelve, played whole and in order, and never into a room of real people."""

import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from chatroom import demo
from chatroom.cli import main
from chatroom.client import enter
from chatroom.demo import Play, Step, Stopped, read_script
from chatroom.timekeeper import pause
from tests.faults.checker import Stored, gapless, read_log, stored_once
from tests.processes import ServerProcess, serving

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


@pytest.fixture(scope="module")
async def process(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    async with serving(tmp_path_factory.mktemp("demo")) as process:
        yield process


# The script


def test_twelve_come_to_ada_and_it_takes_ten_minutes():
    script = read_script()
    came = [step.who for step in script if step.act == "comes in"]
    assert len(came) == len(set(came)) == 13
    assert came[0] == demo.HOST
    assert {step.who for step in script} == set(came)
    assert 9 * 60 < sum(step.wait for step in script) < 11 * 60


def test_every_act_of_the_script_is_one_that_can_be_played():
    verbs = {step.act.partition(" ")[0] for step in read_script()}
    assert verbs == {*demo.ACTS, "comes", "is"}


# The play


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
    if verb == "is":
        return None  # It was sent back.
    if verb == "comes":
        return "seat_taken", step.who
    if not verb:
        return TYPED.get(step.words, "said"), None if step.words in TYPED else step.words
    return LEAVES[verb], step.words or None


def played(log: list[Stored]) -> list[tuple[str, str | None]]:
    """The same of a log, without what the server adds by itself."""
    entries = [(entry.type, entry.words) for entry in log]
    shown = [entry for entry in entries if entry[0] not in ("convened", "seat_given", "told_you")]
    opened = shown.index(("opened", None))
    assert shown.pop(opened + 1) == ("phase_began", None)  # The first phase begins with it.
    return shown


async def test_a_play_that_broke_off_is_cleared_away_and_one_that_is_on_is_left_alone(
    process: ServerProcess,
):
    await process._run("demo", "--speed", "10000")
    links = (
        await process.invite(demo.ROOM, "member"),
        await process.invite(demo.ROOM, "facilitator"),
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
    assert result.stderr == ("The demo plays in demo-meeting alone; evening-group is for people.\n")
    assert not any(tmp_path.iterdir())


async def test_links_into_another_room_seat_nobody(process: ServerProcess):
    room = await process.new_room("Evening group")
    play = Play((room.member, room.facilitator), 10_000, pause, print)
    with pytest.raises(Stopped, match="evening-group is for people"):
        await play.perform(read_script())
    async with enter(room.facilitator, name="Mo") as mo:
        assert [shown.name for shown in mo.meeting.seats] == ["Mo"]


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
