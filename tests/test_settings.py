"""A wrong value in the environment stops the start with its name."""

from pathlib import Path

import pytest

from chatroom.settings import BadSetting, Helpline, Settings, is_loopback, load, require_public

PUBLIC = {"HOST": "0.0.0.0", "HELPLINES": "Samaritans | 116 123", "RETENTION_HOURS": "24"}


def test_an_empty_environment_is_enough_for_one_machine():
    settings = load({})
    assert settings.database_url == "sqlite+aiosqlite:///chatroom.db"
    assert settings.secret_file == Path("chatroom.db.key")
    assert (settings.host, settings.port, settings.bus) == ("localhost", 8000, "local")
    assert (settings.retention, settings.case_retention) == (24 * 3600, 90 * 86400)
    assert not settings.public
    require_public(settings)


def test_the_default_origins_follow_the_port():
    assert load({"PORT": "9000"}).origins == (
        "http://localhost:9000",
        "http://127.0.0.1:9000",
        "http://[::1]:9000",
    )
    assert load({"PORT": "80"}).origins[0] == "http://localhost"


def test_a_room_is_compressed_where_the_operator_says_so():
    assert not load({}).is_compressed("evening")
    some = load({"COMPRESSED_ROOMS": "evening, monday-noon"})
    assert [some.is_compressed(slug) for slug in ("evening", "monday-noon", "monday")] == [
        *(True, True, False),
    ]
    assert load({"COMPRESSED_ROOMS": "*"}).is_compressed("whatever-comes")


def test_an_empty_value_counts_as_none():
    assert load({"PORT": " ", "REDIS_URL": ""}) == load({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "8000.5"),
        ("RETENTION_HOURS", "-1"),
        ("RETENTION_HOURS", "721"),
        ("CASE_RETENTION_DAYS", "never"),
        ("TIME_SPEED", "0"),
        ("TIME_SPEED", "nan"),
        ("LIMITS", "0"),
        ("REVIEW", "none"),
        ("METRICS_TOKEN", "too-short"),
        ("BUS", "rabbit"),
        ("REDIS_URL", "http://localhost"),
        ("DATABASE_URL", "chatroom.db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///a.db?mode=ro"),
        ("DATABASE_URL", "mysql://localhost/a"),
        ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL", "postgresql://me@["),
        ("DATABASE_URL", "postgresql://me@localhost:none/a"),
        ("COMPRESSED_ROOMS", "/rooms/evening"),
        ("COMPRESSED_ROOMS", "Evening"),
        ("PROXIES", "proxy.local"),
        ("PROXIES", "10.0.0.1/8"),
        ("ORIGINS", ","),
        ("ORIGINS", "meet.example.org"),
        ("ORIGINS", "https://meet.example.org/"),
        ("ORIGINS", "https://Meet.example.org"),
        ("ORIGINS", "https://meet.example.org:443"),
        ("ORIGINS", "http://meet.example.org:80"),
        ("ORIGINS", "https://meet.example.org, *"),
        ("HELPLINES", "Samaritans"),
        ("HELPLINES", "Samaritans |"),
        ("HELPLINES", "Samaritans | 116 123 | javascript:alert(1)"),
        ("HELPLINES", "a | b | https://c | d"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str):
    with pytest.raises(BadSetting) as stopped:
        load({name: value})
    assert stopped.value.name == name
    assert str(stopped.value).startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("DATABASE_URL", "mysql"), ("DATABASE_URL", "postgresql"), ("REDIS_URL", "x")],
)
def test_a_url_with_a_password_is_never_quoted(name: str, kind: str):
    with pytest.raises(BadSetting) as stopped:
        load({name: f"{kind}://root:hunter2@[localhost/a"})
    assert "hunter2" not in str(stopped.value)


def test_redis_is_the_bus_where_there_is_one():
    assert load({"REDIS_URL": "redis://localhost"}).bus == "redis"
    assert load({"REDIS_URL": "redis://localhost", "BUS": "none"}).bus == "none"


def test_the_redis_bus_needs_an_address():
    with pytest.raises(BadSetting) as stopped:
        load({"BUS": "redis"})
    assert stopped.value.name == "REDIS_URL"


@pytest.mark.parametrize("kind", ["postgres", "postgresql"])
def test_the_url_that_hosts_give_for_postgresql_is_rewritten(kind: str):
    settings = load({"DATABASE_URL": f"{kind}://u:p@db/chat", "SECRET_FILE": "/run/key"})
    assert settings.database_url == "postgresql+asyncpg://u:p@db/chat"
    assert settings.database_path is None


def test_processes_that_share_a_database_share_a_named_secret():
    with pytest.raises(BadSetting) as stopped:
        load({"DATABASE_URL": "postgres://db/chat"})
    assert stopped.value.name == "SECRET_FILE"


@pytest.mark.parametrize(
    ("reach", "link"),
    [
        ("116 123", "tel:116123"),
        ("988", "tel:988"),
        ("+44 (0)20 7946-0018", "tel:+442079460018"),
        ("text HELLO to 741741", "sms:741741?&body=HELLO"),
        ("Text 85258", "sms:85258"),
        ('SMS "HOME" to 50808', "sms:50808?&body=HOME"),
        ("116 123, free", None),
        ("in the chat of our site", None),
        ("()", None),
    ],
)
def test_a_bare_number_is_a_call_and_a_text_line_a_message(reach: str, link: str | None):
    assert load({"HELPLINES": f"Line | {reach}"}).helplines[0].url == link
    given = load({"HELPLINES": f"Line | {reach} | https://help.example"}).helplines[0]
    assert given.url == "https://help.example"


def test_helplines_come_one_a_line_or_between_semicolons():
    text = "Samaritans | 116 123 | tel:116123\n\n Emergency|999 ;Text | write SHOUT to 85258"
    assert load({"HELPLINES": text}).helplines == (
        Helpline("Samaritans", "116 123", "tel:116123"),
        Helpline("Emergency", "999", "tel:999"),
        Helpline("Text", "write SHOUT to 85258"),
    )


def test_a_public_server_keeps_real_time():
    with pytest.raises(BadSetting) as stopped:
        public(**PUBLIC, TIME_SPEED="60")
    assert stopped.value.name == "TIME_SPEED"


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("staff.localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("localhost.example.org", False),
    ],
)
def test_which_addresses_lead_here_alone(host: str, here: bool):
    assert is_loopback(host) is here


def public(**environ: str) -> Settings:
    settings = load(environ)
    require_public(settings)
    return settings
