"""People on the command line: who serves, what they may do, and where they are signed in."""

import asyncio
import re

import msgspec
import pytest

from chatroom import cli_people, server
from chatroom.live.timekeeper import Clock
from chatroom.settings import load
from tests.test_cli import MEET, Operator, fresh, operator

__all__ = ["fresh", "operator"]

NOBODY = "0" * 16


def added(operator: Operator, name: str, *words: str) -> tuple[str, str]:
    """The handle, and the link."""
    made = msgspec.json.decode(operator.gets("person", "add", name, *words, "--json"))
    assert set(made) == {"handle", "link", "lasts_seconds"}
    assert made["lasts_seconds"] == 7 * 86400
    return made["handle"], made["link"]


def people(operator: Operator) -> list[dict[str, object]]:
    told = operator.gets("person", "list", "--json")
    return [msgspec.json.decode(line) for line in told.splitlines()]


def evening(operator: Operator) -> str:
    return operator.gets("room", "create", "Evening group", "--format", "small-discussion")


def no(operator: Operator, *words: str) -> str:
    """The one sentence of a command that did nothing."""
    result = operator.types(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    return result.stderr.strip()


def test_somebody_is_added_and_their_link_printed_once(operator: Operator):
    made = operator.types("person", "add", "Sam", "--as", "staff")
    assert made.exit_code == 0
    assert re.fullmatch(rf"{MEET}/enter#\S{{43}}\n", made.stdout)
    handle, _, told = made.stderr.partition("\t")
    assert re.fullmatch("[0-9a-f]{16}", handle)
    assert told == "opens once, within 7 days\n"
    [line] = operator.gets("person", "list").splitlines()
    assert line.split("\t") == [handle, "Sam", "staff", "has not come yet"]
    assert made.stdout.partition("#")[2].strip() not in operator.gets("person", "list", "--json")


def test_everybody_is_listed_with_what_they_do(operator: Operator):
    room = evening(operator)
    sam, _ = added(operator, "Sam", "--as", "staff")
    ada, _ = added(operator, "Ada", "--as", "facilitator", "--room", room)
    duties = [{"role": "facilitator", "room": room}]
    assert people(operator) == [
        {"handle": ada, "name": "Ada", "duties": duties, "off": False, "seen_at": None},
        {
            "handle": sam,
            "name": "Sam",
            "off": False,
            "seen_at": None,
            "duties": [{"role": "staff", "room": None}],
        },
    ]


def test_another_link_is_another_one(operator: Operator):
    sam, first = added(operator, "Sam", "--as", "staff")
    again = msgspec.json.decode(operator.gets("person", "link", sam, "--json"))
    assert (again["handle"], again["link"] != first) == (sam, True)
    assert operator.gets("person", "link", sam).startswith(f"{MEET}/enter#")


def test_what_somebody_may_do_is_given_and_taken(operator: Operator):
    room = evening(operator)
    sam, _ = added(operator, "Sam", "--as", "staff")
    operator.gets("person", "give", sam, "--as", "facilitator", "--room", room)
    operator.gets("person", "give", sam, "--as", "facilitator", "--room", room)
    [one] = people(operator)
    assert one["duties"] == [
        {"role": "facilitator", "room": room},
        {"role": "staff", "room": None},
    ]
    operator.gets("person", "take", sam, "--as", "staff")
    operator.gets("person", "take", sam, "--as", "facilitator", "--room", room)
    assert operator.gets("person", "list").split("\t")[2] == "nothing"


def test_what_they_do_not_do_is_not_taken(operator: Operator):
    sam, _ = added(operator, "Sam", "--as", "staff")
    assert no(operator, "person", "take", sam, "--as", "lead") == (
        "They are no lead: nothing was taken"
    )
    room = evening(operator)
    assert no(operator, "person", "take", sam, "--as", "facilitator", "--room", room) == (
        f"They are no facilitator in {room}: nothing was taken"
    )


def test_somebody_is_switched_off_and_on(operator: Operator):
    sam, _ = added(operator, "Sam", "--as", "staff")
    operator.gets("person", "off", sam)
    assert people(operator)[0]["off"] is True
    assert operator.gets("person", "list").split("\t")[3] == "off"
    assert no(operator, "person", "link", sam) == (
        f"Sam is switched off, and a link would open nothing: chatroom person on {sam}"
    )
    operator.gets("person", "on", sam)
    assert people(operator)[0]["off"] is False


def test_the_last_lead_stays(operator: Operator):
    ada, _ = added(operator, "Ada", "--as", "lead")
    sentence = "Nobody else could run the office then: make another person a lead first"
    assert no(operator, "person", "off", ada) == sentence
    assert no(operator, "person", "take", ada, "--as", "lead") == sentence
    added(operator, "Mo", "--as", "lead")
    operator.gets("person", "off", ada)


@pytest.mark.parametrize(
    "words",
    [
        ("person", "link", NOBODY),
        ("person", "give", NOBODY, "--as", "staff"),
        ("person", "take", NOBODY, "--as", "staff"),
        ("person", "off", NOBODY),
        ("person", "on", NOBODY),
        ("session", "list", NOBODY),
        ("session", "end", NOBODY),
    ],
)
def test_who_there_is_not_is_one_sentence(operator: Operator, words: tuple[str, ...]):
    said = no(operator, *words)
    assert said == f"There is no person '{NOBODY}'; see: chatroom person list"


@pytest.mark.parametrize(
    "words",
    [
        ("person", "add", "Sam"),
        ("person", "add", "Sam", "--as", "member"),
        ("person", "add", "Sam", "--as", "facilitator"),
        ("person", "add", "Sam", "--as", "facilitator", "--room", "no-such"),
        ("person", "add", "Sam", "--as", "staff", "--room", "evening-group"),
        ("person", "take", NOBODY, "--as", "staff", "--room", "evening-group"),
        ("person", "add", "  ", "--as", "staff"),
        ("person", "add", "x" * 81, "--as", "staff"),
    ],
)
def test_what_makes_no_sense_is_explained_and_changes_nothing(
    operator: Operator, words: tuple[str, ...]
):
    evening(operator)
    result = operator.types(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.output
    assert people(operator) == []


def test_where_somebody_is_signed_in_is_listed_and_ended(operator: Operator):
    sam, link = added(operator, "Sam", "--as", "staff")
    assert operator.gets("session", "list", sam) == ""
    assert operator.gets("session", "end", sam) == "Signed out: 0"
    comes_by(operator, link)
    found = msgspec.json.decode(operator.gets("session", "list", sam, "--json"))
    assert set(found) == {"device", "since", "until"}
    assert found["device"] == "Firefox on Android"
    assert found["until"] - found["since"] == 12 * 3600
    assert operator.gets("session", "list", sam).startswith("Firefox on Android\tsince ")
    assert operator.gets("person", "list").split("\t")[3] == "on"
    assert operator.gets("session", "end", sam) == "Signed out: 1"
    assert operator.gets("session", "list", sam) == ""


def comes_by(operator: Operator, link: str) -> None:
    """As their browser does."""
    settings = load(operator.environ)

    async def come() -> None:
        async with server.opened(settings) as engine:
            them = cli_people.people(settings, engine)
            secret = link.partition("#")[2]
            assert await them.enter(secret, "Firefox on Android", Clock().now())

    asyncio.run(come())
