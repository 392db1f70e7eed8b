"""The command line, from an empty folder to links that open a room."""

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import msgspec
import pytest
from click.testing import CliRunner, Result

from chatroom import run as demo
from chatroom import server
from chatroom.cli import Duration, main
from chatroom.groups import ways
from chatroom.live.timekeeper import Clock
from chatroom.people.accounts import SESSION_LIFE, Accounts
from chatroom.settings import Helpline, load
from chatroom.store import database
from chatroom.store.accounts import Role
from moderation.refused import Refused
from tests import servers
from tests.ports import free_port
from tests.processes import serving

MEET = "https://meet.example"
HOUSE = Path(__file__).parent.parent
LINK = re.compile(r"(https?://\S+)/enter#(\S{43})")


class Operator:
    """Who types the commands, with a database in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "test.db"
        self.environ = {"DATABASE_URL": f"sqlite:///{self.file}", "ORIGINS": MEET}

    def types(self, *words: str, **environ: str) -> Result:
        return CliRunner(env=self.environ | environ).invoke(main, words)

    def gets(self, *words: str, **environ: str) -> str:
        result = self.types(*words, **environ)
        assert result.exit_code == 0, result.output
        return result.stdout.strip()


@pytest.fixture
def fresh(tmp_path: Path) -> Operator:
    return Operator(tmp_path)


@pytest.fixture
def operator(fresh: Operator) -> Operator:
    fresh.gets("migrate")
    return fresh


# Rooms and invitations


def test_a_room_is_made_and_listed(operator: Operator):
    create = ("room", "create", "Evening group", "--format", "small-discussion")
    assert operator.gets(*create) == "evening-group"
    assert operator.gets(*create) == "evening-group-2"
    assert operator.gets("room", "list").splitlines() == [
        "evening-group\tsmall-discussion\tEvening group",
        "evening-group-2\tsmall-discussion\tEvening group",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("room", "create", "Evening group"),
        ("room", "create", "Evening group", "--format", "no-such"),
        ("room", "create", "  ", "--format", "small-discussion"),
        ("room", "create", "x" * 81, "--format", "small-discussion"),
        ("room", "create", "Evening group", "--format", "small-discussion", "--door", "ajar"),
        ("room", "set", "evening-group"),
        ("room", "set", "evening-group", "door"),
        ("room", "set", "evening-group", "door=ajar"),
        ("format", "show", "no-such"),
        ("format", "add", "no-such.toml"),
        ("invite", "--as", "member"),
        ("invite", "evening-group", "--as", "operator"),
        ("invite", "evening-group", "--as", "member", "--uses", "0"),
        ("invite", "evening-group", "--as", "member", "--expires", "soon"),
    ],
)
def test_a_command_that_makes_no_sense_is_explained(operator: Operator, words: tuple[str, ...]):
    result = operator.types(*words)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_rooms_own_ways_are_set_and_shown(operator: Operator):
    operator.gets("room", "create", "Evening group", "--format", "small-discussion")
    before = operator.gets("room", "show", "evening-group").splitlines()
    assert "door\tinvitation" in before
    told = operator.gets("room", "set", "evening-group", "door=knock", "share_limit=4").splitlines()
    assert told[-1] == ways.HOLDS
    shown = operator.gets("room", "show", "evening-group").splitlines()
    assert shown == told[:-1]
    assert {"door\tknock\tset here", "share_limit\t4\tset here", "fairness\tno"} <= set(shown)
    operator.gets("room", "set", "evening-group", "door=", "share_limit=")
    assert operator.gets("room", "show", "evening-group").splitlines() == before


def test_a_room_is_made_with_its_door(operator: Operator):
    operator.gets("room", "create", "Open group", "--format", "small-discussion", "--door", "open")
    assert "door\topen\tset here" in operator.gets("room", "show", "open-group").splitlines()


@pytest.mark.parametrize("words", [("set", "nowhere", "door=open"), ("show", "nowhere")])
def test_a_room_that_is_not_there_has_no_ways(operator: Operator, words: tuple[str, ...]):
    result = operator.types("room", *words)
    assert result.exit_code == 1
    assert result.stderr == "There is no room 'nowhere'; see: chatroom room list\n"


def test_a_format_is_shown_changed_and_added(operator: Operator, tmp_path: Path):
    text = operator.gets("format", "show", "small-discussion")
    file = tmp_path / "ours.toml"
    file.write_text(text.replace('"small-discussion"', '"ours"'))
    add = ("format", "add", str(file), "--from", "small-discussion")
    assert operator.gets(*add) == "ours"
    assert operator.types(*add).exit_code == 2
    assert operator.gets(*add, "--replace") == "ours"
    assert operator.gets("format", "show", "ours") == file.read_text().strip()
    listed = operator.gets("format", "list").splitlines()
    assert "ours\tmade from small-discussion\tSmall discussion" in listed
    assert "small-discussion\tshipped\tSmall discussion" in listed
    operator.gets("room", "create", "Our group", "--format", "ours")
    assert operator.gets("room", "list") == "our-group\tours\tOur group"


def test_a_format_that_makes_no_sense_is_told_by_line_and_reason(
    operator: Operator, tmp_path: Path
):
    text = operator.gets("format", "show", "small-discussion")
    file = tmp_path / "ours.toml"
    for wrong, why in [
        (text, "small-discussion is shipped"),
        (text.replace('speak = "queue"', 'speak = "sing"'), "phase sharing"),
        ("id = ", "line 1"),
    ]:
        file.write_text(wrong)
        result = operator.types("format", "add", str(file))
        assert result.exit_code == 2
        assert why in result.stderr
    file.write_bytes(b"\xff")
    assert operator.types("format", "add", str(file)).exit_code == 2
    assert "ours" not in operator.gets("format", "list")


def test_a_room_whose_ways_another_version_kept_is_told_and_mended(operator: Operator):
    operator.gets("room", "create", "Evening group", "--format", "small-discussion")
    with closing(sqlite3.connect(operator.file)) as database, database:
        database.execute("UPDATE room SET ways = ?", ['{"bells": 1}'])
    assert "NO  ROOMS: no meeting can begin in evening-group" in operator.types("check").stdout
    result = operator.types("room", "show", "evening-group")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    result = operator.types("room", "set", "evening-group", "door=open")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "bells" in result.stderr
    operator.gets("room", "set", "evening-group", "bells=")
    assert "ok  ROOMS" in operator.types("check").stdout


def test_a_policy_is_tried_before_it_holds(operator: Operator, tmp_path: Path):
    assert "[kinds.sourcing]" in operator.gets("policy", "show")
    path = tmp_path / "policy.toml"
    path.write_text('[kinds.harassment]\nlook = "note"\n')
    said = operator.gets("policy", "try", str(path), "--every", "30", "--most", "1")
    assert said.startswith("72 messages of the examples\n")
    assert "hold -> allow: " in said
    strict = operator.gets("policy", "try", str(path), "--every", "90", "--format", "clean-time-60")
    assert "nudge" in strict, "there using in detail is asked about"
    path.write_text('[kinds.harassment]\nlook = "bounce"\n')
    result = operator.types("policy", "try", str(path))
    assert result.exit_code == 2
    assert "policy.toml: line 2: kinds: harassment: look: Invalid enum value" in result.output


def test_a_room_whose_format_is_gone_can_not_be_set(operator: Operator):
    operator.gets("room", "create", "Evening group", "--format", "small-discussion")
    with closing(sqlite3.connect(operator.file)) as database, database:
        database.execute("UPDATE room SET format = 'gone'")
    for words in (("set", "evening-group", "door=open"), ("show", "evening-group")):
        result = operator.types("room", *words)
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize("role", ["member", "facilitator"])
def test_an_invitation_is_a_link_that_opens_the_room(operator: Operator, role: str):
    operator.gets("room", "create", "Evening group", "--format", "small-discussion")
    origin, secret = link(operator.gets("invite", "evening-group", "--as", role))
    assert origin == MEET
    assert exchanged(operator, secret) == ("evening-group", role)


def test_staff_are_invited_to_the_organisation(operator: Operator):
    _, secret = link(operator.gets("invite", "--as", "staff"))
    assert exchanged(operator, secret) == (None, "staff")


def test_an_invitation_counts_and_ends_as_it_was_told(operator: Operator):
    operator.gets("room", "create", "Evening group", "--format", "small-discussion")
    words = ("invite", "evening-group", "--as", "member", "--uses", "1", "--expires", "30m")
    _, secret = link(operator.gets(*words))
    with pytest.raises(Refused, match="invitation_expired"):
        exchanged(operator, secret, later=30 * 60 + 1)
    exchanged(operator, secret)
    with pytest.raises(Refused, match="invitation_used_up"):
        exchanged(operator, secret)


@pytest.mark.parametrize(
    ("role", "uses", "hours"), [("staff", 1, 24), ("facilitator", 1, 168), ("member", 30, 168)]
)
def test_an_invitation_has_safe_limits_unless_somebody_says_otherwise(
    operator: Operator, role: str, uses: int, hours: int
):
    """A link for anybody and for ever is made by nobody who did not ask for one."""
    operator.gets("room", "create", "Evening group", "--format", "small-discussion")
    made = operator.types("invite", "evening-group", "--as", role)
    handle, told_role, where, left, ends = made.stderr.strip().split("\t")
    assert (told_role, left) == (role, f"{uses} use{'s' if uses > 1 else ''} left")
    assert where == ("the desk" if role == "staff" else "evening-group")
    assert re.fullmatch(r"until \d{4}-\d\d-\d\d \d\d:\d\d UTC", ends)
    _, secret = link(made.stdout)
    with pytest.raises(Refused, match="invitation_expired"):
        exchanged(operator, secret, later=hours * 3600 + 60)
    for _ in range(uses):
        exchanged(operator, secret)
    with pytest.raises(Refused, match="invitation_used_up"):
        exchanged(operator, secret)
    assert handle in operator.gets("invitation", "list")


def test_an_invitation_without_limits_has_to_be_asked_for(operator: Operator):
    operator.gets("room", "create", "Evening group", "--format", "small-discussion")
    words = ("invite", "evening-group", "--as", "member", "--uses", "any", "--expires", "never")
    told = operator.types(*words).stderr.strip().split("\t")
    assert told[3:] == ["any number of uses", "no end"]


def test_invitations_are_listed_and_taken_back(operator: Operator):
    for name in ("Evening group", "Morning group"):
        operator.gets("room", "create", name, "--format", "small-discussion")
    made = operator.types("invite", "evening-group", "--as", "member")
    _, secret = link(made.stdout)
    operator.gets("invite", "morning-group", "--as", "facilitator")
    exchanged(operator, secret)
    (line,) = operator.gets("invitation", "list", "evening-group").splitlines()
    handle, *told = line.split("\t")
    assert told[:3] == ["member", "evening-group", "29 uses left"]
    assert secret not in operator.gets("invitation", "list")
    assert len(operator.gets("invitation", "list").splitlines()) == 2
    assert operator.gets("invitation", "revoke", handle).endswith("who came by it: 1")
    with pytest.raises(Refused, match="invitation_unknown"):
        exchanged(operator, secret)
    assert operator.gets("invitation", "list", "evening-group") == ""
    again = operator.types("invitation", "revoke", handle)
    assert (again.exit_code, again.stderr) == (
        1,
        f"There is no link '{handle}'; see: chatroom invitation list\n",
    )


def test_nobody_is_invited_to_a_room_that_is_not_there(operator: Operator):
    result = operator.types("invite", "evening-group", "--as", "member")
    assert result.exit_code == 1
    assert result.stderr == "There is no room 'evening-group'; see: chatroom room list\n"


@pytest.mark.parametrize(
    ("text", "seconds"), [("30m", 1800), ("12h", 43200), ("7d", 604800), ("1d", 86400)]
)
def test_durations(text: str, seconds: int):
    assert Duration().convert(text, None, None) == seconds


def test_the_same_commands_work_on_postgresql(tmp_path: Path):
    with servers.database_url() as url:
        operator = Operator(tmp_path)
        operator.environ |= {"DATABASE_URL": url, "SECRET_FILE": f"{tmp_path}/secret"}
        assert "run: chatroom migrate" in operator.types("check").stdout
        assert operator.types("room", "list").exit_code == 1
        operator.gets("migrate")
        operator.gets("migrate")
        operator.gets("room", "create", "Evening group", "--format", "small-discussion")
        assert operator.gets("room", "list") == "evening-group\tsmall-discussion\tEvening group"
        assert "door\tknock" in operator.gets("room", "set", "evening-group", "door=knock")
        assert link(operator.gets("invite", "evening-group", "--as", "member"))
        found = operator.types("check").stdout
        assert "ok  DATABASE_URL: PostgreSQL, synchronous_commit on, fsync on" in found


@pytest.mark.parametrize("words", [("migrate",), ("room", "list"), ("invite", "--as", "staff")])
def test_a_database_that_lets_nobody_in_is_one_sentence(operator: Operator, words: tuple[str, ...]):
    url = "postgresql://me:hunter2@127.0.0.1:1/none"
    result = operator.types(*words, DATABASE_URL=url, SECRET_FILE="none")
    assert result.exit_code == 1
    assert "ConnectionRefusedError" in result.stderr
    assert result.stderr.count("\n") == 1
    assert "hunter2" not in result.stderr


# Starts that are refused


@pytest.mark.parametrize(
    "words", [("room", "list"), ("invite", "--as", "staff"), ("serve",)], ids=" ".join
)
def test_nothing_is_done_before_the_tables_are_there(
    fresh: Operator, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chatroom.log_files.set_up", lambda: None)
    result = fresh.types(*words, ORIGINS="")
    assert result.exit_code == 1
    assert result.stderr == "The database is not up to date; run: chatroom migrate\n"


def without_a_header(file: bytes) -> bytes:
    return b"\0" * 100 + file[100:]


def half(file: bytes) -> bytes:
    return file[: len(file) // 2]


def with_a_page_of_nothing(file: bytes) -> bytes:
    return file[:-4096] + b"\xff" * 4096


@pytest.mark.parametrize("damage", [without_a_header, half, with_a_page_of_nothing])
@pytest.mark.parametrize("command", ["serve", "migrate", "check"])
def test_a_damaged_database_is_one_sentence_that_says_what_to_do(
    operator: Operator,
    command: str,
    damage: Callable[[bytes], bytes],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("chatroom.log_files.set_up", lambda: None)
    path = load(operator.environ).database_path
    assert path is not None, "it is SQLite"
    path.write_bytes(damage(path.read_bytes()))
    result = operator.types(command, ORIGINS="")
    said = result.stdout if command == "check" else result.stderr
    assert result.exit_code == (1 if command == "check" else 2)
    assert "is damaged" in said
    assert "put your last copy of it in its place" in said
    assert command == "check" or said.count("\n") == 1


@pytest.mark.parametrize("command", ["serve", "migrate", "check"])
def test_a_wrong_setting_is_one_sentence_with_its_name(operator: Operator, command: str):
    result = operator.types(command, PORT="eighty")
    assert result.exit_code == 2
    assert result.stderr == "PORT: must be a number from 1 to 65535\n"


async def test_a_public_server_that_nobody_has_set_up_lets_nobody_in_and_says_where_to_go(
    tmp_path: Path,
):
    """Help and signing in are there; the way into the office is printed until somebody has taken it."""
    async with serving(tmp_path, ORIGINS=MEET, HELPLINES="", RETENTION_HOURS="") as running:
        assert re.search(rf"Set this place up, .*{MEET}/enter#\S{{43}}", running.log.read_text())
        said = {"host": "meet.example", "accept": "text/html"}
        async with httpx2.AsyncClient(trust_env=False, headers=said) as http:
            at = f"http://127.0.0.1:{running.port}"
            closed = await http.get(f"{at}/rooms/evening-group")
            assert closed.status_code == 503
            assert "This place is not open yet" in closed.text
            scripted = await http.get(f"{at}/rooms/evening-group", headers={"accept": "*/*"})
            assert scripted.json()["code"] == "not_set_up"
            assert (await http.get(f"{at}/sign-in")).status_code == 200
            help_ = await http.post(f"{at}/help", json={"id": "0" * 32, "room": None})
            assert help_.status_code == 200


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_one_process_has_the_database(
    operator: Operator, command: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chatroom.log_files.set_up", lambda: None)
    with database.sole_server(load(operator.environ)):
        result = operator.types(command, ORIGINS="")
    assert result.exit_code == 2
    assert re.fullmatch(r"DATABASE_URL: .* in use by another chatroom process.*\n", result.stderr)


def test_a_port_in_use_is_one_sentence(operator: Operator, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chatroom.log_files.set_up", lambda: None)
    port = free_port()
    taken = server.listening_sockets("127.0.0.1", port)
    result = operator.types("serve", PORT=str(port), ORIGINS="")
    taken[0].close()
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Port {port} is in use;")


# Going live

FIT = {"HELPLINES": "Samaritans | 116 123", "RETENTION_HOURS": "24", "PROXIES": "127.0.0.1"}


def test_a_server_that_is_fit_to_go_live(operator: Operator):
    text = operator.gets("check", **FIT | {"RETENTION_HOURS": "0"})
    assert "ok  HELPLINES: Samaritans" in text
    assert "ok  RETENTION_HOURS: words are kept for 0 hours after a meeting" in text
    assert f"ok  ORIGINS: {MEET}" in text
    assert "ok  PROXIES: 127.0.0.1/32" in text
    assert "journal_mode wal, synchronous full" in text
    assert "NO" not in text


@pytest.mark.parametrize(
    ("unfit", "environ"),
    [
        ("HELPLINES", {"HELPLINES": ""}),
        ("RETENTION_HOURS", {"RETENTION_HOURS": ""}),
        ("ORIGINS", {"ORIGINS": "http://meet.example"}),
        ("ORIGINS", {"ORIGINS": f"{MEET},http://[::1]:8000"}),
        ("PROXIES", {"PROXIES": ""}),
        ("COMPRESSED_ROOMS", {"COMPRESSED_ROOMS": "no-such-room"}),
        ("POLICY", {"POLICY": "no-such-file.toml"}),
        ("TIME_SPEED", {"TIME_SPEED": "60"}),
    ],
)
def test_one_that_is_not_is_told_why(operator: Operator, unfit: str, environ: dict[str, str]):
    result = operator.types("check", **FIT | environ)
    assert result.exit_code == 1
    bad = [line for line in result.stdout.splitlines() if line.startswith("NO")]
    assert len(bad) == 1
    assert bad[0].startswith(f"NO  {unfit}: ")


def test_checking_an_empty_folder_leaves_it_empty(fresh: Operator, tmp_path: Path):
    result = fresh.types("check")
    assert result.exit_code == 1
    assert "run: chatroom migrate" in result.stdout
    assert not any(tmp_path.iterdir())


def test_a_key_that_others_can_read_is_not_fit(operator: Operator, tmp_path: Path):
    (tmp_path / "test.db.key").write_bytes(bytes(32))
    (tmp_path / "test.db.key").chmod(0o644)
    assert "NO  SECRET_FILE: others can read" in operator.types("check").stdout


# make run


def test_each_of_three_people_has_an_address_of_their_own(tmp_path: Path):
    settings = load({"DATABASE_URL": f"sqlite:///{tmp_path}/test.db", "PORT": "8000"})
    assert demo.three_origins(settings, ipv6=True)[2] == "http://[::1]:8000"
    assert demo.three_origins(settings, ipv6=False)[2] == "http://staff.localhost:8000"


def test_where_there_is_no_ipv6_it_is_said():
    text = demo.welcome(
        load({}), {"member": "a", "facilitator": "b", "staff": "c"}, None, ipv6=False
    )
    assert "This machine has no [::1]" in text


def test_make_run_ships_example_lines_that_say_that_they_are_none():
    assert all("EXAMPLE" in line.label and "nobody answers" in line.label for line in demo.EXAMPLES)
    settings = msgspec.structs.replace(load({}), helplines=demo.EXAMPLES)
    secrets: dict[Role, str] = {"member": "a", "facilitator": "b", "staff": "c"}
    assert "EXAMPLE lines that nobody answers" in demo.welcome(settings, secrets, None, ipv6=True)
    assert "The member's link is for everybody" in demo.welcome(settings, secrets, None, ipv6=True)
    own = load({"HELPLINES": "Helpline | 116 123"})
    assert "EXAMPLE" not in demo.welcome(own, secrets, None, ipv6=True)
    number, text = demo.EXAMPLES
    assert load({"HELPLINES": f"a | {number.reach}; b | {text.reach}"}).helplines == (
        Helpline("a", number.reach, number.url),
        Helpline("b", text.reach, text.url),
    )


def test_an_operators_own_origin_is_the_address_of_all_three():
    settings = load({"ORIGINS": MEET})
    text = demo.welcome(
        settings, {"member": "a", "facilitator": "b", "staff": "c"}, None, ipv6=True
    )
    assert text.startswith(f"Listening on localhost:8000. People come in at {MEET}\n")
    assert text.count(f"{MEET}/enter#") == 3
    assert "a browser for each person" in text


def test_make_run_prints_three_links_that_open_doors_and_a_second_one_says_why_not(tmp_path: Path):
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path}/test.db", "PORT": str(free_port())}
    with process("chatroom.run", environ) as running:
        links = [link(line) for line in first_lines(running, count=3)]
        urls = [exchange_over_http(*found) for found in links]
        second = subprocess.run(
            [sys.executable, "-m", "chatroom.run"],
            env=clean() | environ,
            cwd=HOUSE,
            capture_output=True,
            text=True,
            check=False,
        )
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=15) == 0
    assert urls == ["/rooms/evening-group", "/rooms/evening-group", "/desk"]
    assert len({origin for origin, _ in links}) == 3
    assert second.returncode == 2
    assert second.stderr.startswith("DATABASE_URL: ")
    assert second.stderr.count("\n") == 1


def test_serving_says_where_once_it_answers_and_prints_no_link_and_logs_no_query(
    operator: Operator,
):
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    environ = operator.environ | {"PORT": str(port), "ORIGINS": origin}
    with process("chatroom.cli", environ, "serve") as serving:
        assert serving.stdout is not None
        assert (
            serving.stdout.readline()
            == f"Listening on localhost:{port}. People come in at {origin}\n"
        )
        assert httpx2.get(f"{origin}/readyz", trust_env=False).status_code == 200, "at once"
        httpx2.get(f"{origin}/enter?token=canary", trust_env=False)
        serving.send_signal(signal.SIGTERM)
        out, err = serving.communicate(timeout=15)
    assert out == "", "one line"
    assert "canary" not in err
    assert "/enter#" not in err


def test_an_address_that_has_colons_stands_in_brackets():
    assert server.listens(load({"HOST": "::1"})).startswith("Listening on [::1]:8000. ")


def test_the_version_is_that_of_the_package(fresh: Operator):
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    assert fresh.gets("--version") == f"chatroom {project['version']}"


def test_the_lines_of_going_live_work_as_they_stand(tmp_path: Path):
    """In an empty folder, with nothing told but a free port; then a second shell knows what was told."""
    readme = (HOUSE / "README.md").read_text()
    (block,) = re.findall(r"^## Go live\n\n.*\n\n((?:    .*\n)+)", readme, re.MULTILINE)
    lines = [line.removeprefix("    ") for line in block.splitlines()]
    told = [line.split()[1] for line in lines if line.startswith("chatroom ")]
    assert told == ["migrate", "serve"]
    environ = clean() | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PORT": str(free_port()),
        "SETTINGS_FILE": "",
    }
    with subprocess.Popen(
        ["sh", "-e", "-c", "\n".join(lines)],
        env=environ, cwd=tmp_path, stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as shell:  # fmt: skip
        assert shell.stdout is not None
        try:
            said = ""
            while "Set this place up" not in said:
                line = shell.stdout.readline()
                assert line, said
                said += line
            make = 'chatroom room create "Tuesday Evening" --format small-discussion'
            invite = "chatroom invite tuesday-evening --as member"
            second = subprocess.run(
                ["sh", "-e", "-c", f"{make}\n{invite}"],
                env=environ, cwd=tmp_path, capture_output=True, text=True, check=True,
            )  # fmt: skip
        finally:
            os.killpg(shell.pid, signal.SIGTERM)
    (origin, _), (again, _) = link(said), link(second.stdout)
    assert origin == again == re.findall(r"^ORIGINS=(.*)", "\n".join(lines), re.MULTILINE)[0]


def link(text: str) -> tuple[str, str]:
    found = LINK.search(text)
    assert found, text
    return found[1], found[2]


def exchanged(operator: Operator, secret: str, later: float = 0.0) -> tuple[str | None, str]:
    return asyncio.run(_exchanged(operator, secret, later))


async def _exchanged(operator: Operator, secret: str, later: float) -> tuple[str | None, str]:
    engine = database.open_engine(load(operator.environ))
    try:
        now = Clock().now() + later
        accounts = Accounts(engine, bytes(32), os.urandom)
        entered = await accounts.exchange(secret, None, now)
        session = await accounts.session(entered.token, now)
        assert session is not None
        assert session.expires_at == now + SESSION_LIFE
        return entered.slug, entered.role
    finally:
        await engine.dispose()


def exchange_over_http(origin: str, secret: str) -> str:
    """As a browser of that origin does; a proxy of the test's machine has no say."""
    answer = httpx2.post(
        f"{origin}/invitations/exchange",
        json={"secret": secret},
        headers={"origin": origin},
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    url: str = answer.json()["url"]
    return url


@contextmanager
def process(module: str, environ: dict[str, str], *words: str) -> Iterator["subprocess.Popen[str]"]:
    running = subprocess.Popen(
        [sys.executable, "-m", module, *words],
        env=clean() | environ,
        cwd=HOUSE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with running:
        try:
            yield running
        finally:
            running.kill()


def first_lines(running: "subprocess.Popen[str]", count: int) -> list[str]:
    """The first lines with a link."""
    assert running.stdout is not None
    found: list[str] = []
    while len(found) < count:
        line = running.stdout.readline()
        assert line, f"the server ended: {running.stderr and running.stderr.read()}"
        found += [line] if LINK.search(line) else []
    return found


def clean() -> dict[str, str]:
    """The environment without what a developer may have set."""
    named = set(load({}).__struct_fields__) | {"database_url"}
    return {name: value for name, value in os.environ.items() if name.lower() not in named}


# Keys


def test_keys_are_checked_and_changed_and_a_lost_one_is_one_sentence(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
):
    assert operator.gets("keys", "check").startswith("Keys that open: 0")
    assert operator.gets("keys", "rotate").startswith("Wrapped by the new key: 0")
    folder = operator.file.with_name("test.db.keys")
    folder.mkdir()
    (folder / f"{7:016x}.key").write_bytes(b"x" * 64)
    refused = operator.types("keys", "rotate")
    assert refused.exit_code == 1
    assert "does not open" in refused.output
    monkeypatch.setattr("chatroom.log_files.set_up", lambda: None)
    said = operator.types("serve", PORT=str(free_port()), HOST="127.0.0.1")
    assert said.exit_code == 2, said.output
    assert "opens none of the keys" in said.output
