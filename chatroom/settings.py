"""The environment and the settings file, read once into one frozen struct."""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Literal, TypeVar, get_args
from urllib.parse import urlsplit

import msgspec
from dotenv.parser import parse_stream

BusKind = Literal["none", "local", "redis"]
Review = Literal["all", "rules"]
Number = TypeVar("Number", int, float)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([1-9][0-9]{0,4}))?")
NUMBER = r"(?=(?:[^0-9]*[0-9]){2})\+?[0-9(][0-9 ().-]{1,20}"
BARE_NUMBER = re.compile(NUMBER)
TEXT_LINE = re.compile(
    rf"(?i:text|sms) (?:[\"']?(?P<word>[A-Za-z0-9]+)[\"']? (?i:to) )?(?P<number>{NUMBER})"
)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ALL_ROOMS = "*"
SHORTEST_TOKEN = 32
USUAL_PORT = {"http": "80", "https": "443"}


class BadSetting(Exception):
    """A value, or the file it stands in, that stops the start. `why` is a sentence and quotes no secret."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


class Helpline(msgspec.Struct, frozen=True):
    """Whom to turn to when nobody at the desk answers: shown as it is."""

    label: str
    reach: str
    url: str | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the operator decides. Times are in the unit that the name says."""

    database_url: str
    redis_url: str | None
    bus: BusKind
    host: str
    port: int
    origins: tuple[str, ...]
    proxies: tuple[Network, ...]
    connections_per_address: int
    compressed_rooms: tuple[str, ...]
    helplines: tuple[Helpline, ...]
    helplines_chosen: bool
    region: str
    policy: Path | None
    review: Review
    metrics_token: str | None
    audit_heads: Path | None
    retention_hours: int
    retention_chosen: bool
    case_retention_days: int
    secret_file: Path
    key_file: Path
    keys: Path
    settings_file: Path
    time_speed: float
    limits: float

    @property
    def database_path(self) -> Path | None:
        """The SQLite file, where it is one."""
        kind, _, path = self.database_url.partition(":///")
        return Path(path) if kind.startswith("sqlite") else None

    @property
    def retention(self) -> float:
        """How many seconds a meeting's words outlive its close."""
        return self.retention_hours * 3600.0

    @property
    def case_retention(self) -> float:
        """How many seconds a case's words outlive its close."""
        return self.case_retention_days * 86400.0

    def is_compressed(self, slug: str) -> bool:
        """Whether what a room reads goes compressed to whoever offers to take it so."""
        return slug in self.compressed_rooms or ALL_ROOMS in self.compressed_rooms

    @property
    def public(self) -> bool:
        """Whether somebody at another machine is meant to reach this server."""
        hosts = map(host_of, self.origins)
        return not all(is_loopback(host) for host in [self.host, *hosts])


Holds = Callable[[], Settings]
"""The settings as they are now: what a lead changes holds at once."""


def current() -> Settings:
    """The settings of this process: those of the file, except where the environment says otherwise."""
    file = _settings_file(os.environ)
    return load({**read_file(file), **os.environ})


def load(environ: Mapping[str, str]) -> Settings:
    """The settings, or `BadSetting` for the first value that can't be used. An empty value is none."""
    env = {name: value.strip() for name, value in environ.items() if value.strip()}
    database_url = _database_url(env.get("DATABASE_URL", "sqlite:///chatroom.db"))
    port = _number(env, "PORT", 8000, least=1, most=65535)
    return Settings(
        database_url=database_url,
        redis_url=_redis_url(env),
        bus=_bus(env),
        host=env.get("HOST", "localhost"),
        port=port,
        origins=_origins(env.get("ORIGINS"), port),
        proxies=_proxies(env.get("PROXIES", "")),
        connections_per_address=_number(env, "CONNECTIONS_PER_ADDRESS", 256, least=8, most=100_000),
        compressed_rooms=_rooms(env.get("COMPRESSED_ROOMS", "")),
        helplines=helplines_of(env.get("HELPLINES", "")),
        helplines_chosen="HELPLINES" in env,
        region=env.get("REGION", ""),
        policy=Path(env["POLICY"]) if "POLICY" in env else None,
        review=_review(env.get("REVIEW", "all")),
        metrics_token=_metrics_token(env.get("METRICS_TOKEN")),
        audit_heads=Path(env["AUDIT_HEADS"]) if "AUDIT_HEADS" in env else None,
        retention_hours=_number(env, "RETENTION_HOURS", 24, least=0, most=24 * 30),
        retention_chosen="RETENTION_HOURS" in env,
        case_retention_days=_number(env, "CASE_RETENTION_DAYS", 90, least=0, most=3650),
        secret_file=_secret_file(env, database_url),
        key_file=_beside(env, "KEY_FILE", database_url, "master"),
        keys=_beside(env, "KEYS", database_url, "keys"),
        settings_file=_settings_file(env),
        time_speed=_number(env, "TIME_SPEED", 1.0, least=0.001, most=10_000.0),
        limits=_number(env, "LIMITS", 1.0, least=0.1, most=1_000_000.0),
    )


def require_public(settings: Settings) -> None:
    """Stops a server that strangers can reach where it would lie to them; what it lacks the office asks for."""
    if settings.public and settings.time_speed != 1.0:
        raise BadSetting("TIME_SPEED", "is for tests and demos, never for a public server")


def host_of(origin: str) -> str:
    """The host name or address of an origin, without its port."""
    return str(urlsplit(origin).hostname)


def is_loopback(host: str) -> bool:
    """Whether a host name or address leads to this machine alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _database_url(text: str) -> str:
    kind, _, rest = text.partition("://")
    if kind in ("postgres", "postgresql") and rest and _is_url(text):
        return f"postgresql+asyncpg://{rest}"
    path = rest.removeprefix("/")
    if kind != "sqlite" or path == rest or not path or path == ":memory:" or "?" in path:
        raise BadSetting(
            "DATABASE_URL", "name sqlite:///chatroom.db or postgresql://user@host/name"
        )
    return f"sqlite+aiosqlite:///{path}"


def _is_url(text: str) -> bool:
    try:
        return urlsplit(text).port != 0
    except ValueError:
        return False


def _redis_url(env: Mapping[str, str]) -> str | None:
    url = env.get("REDIS_URL")
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise BadSetting("REDIS_URL", "must begin with redis://, rediss:// or unix://")
    return url


def _bus(env: Mapping[str, str]) -> BusKind:
    chosen = env.get("BUS", "redis" if "REDIS_URL" in env else "local")
    for kind in get_args(BusKind):
        if chosen != kind:
            continue
        if kind == "redis" and "REDIS_URL" not in env:
            raise BadSetting("REDIS_URL", "is needed by BUS=redis")
        return kind  # type: ignore[no-any-return]
    raise BadSetting("BUS", "must be none, local or redis")


def _review(chosen: str) -> Review:
    for kind in get_args(Review):
        if chosen == kind:
            return kind  # type: ignore[no-any-return]
    raise BadSetting("REVIEW", "must be all, or rules to leave the second look out")


def _metrics_token(token: str | None) -> str | None:
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise BadSetting(
            "METRICS_TOKEN", f"needs {SHORTEST_TOKEN} characters; openssl rand -hex 32 makes some"
        )
    return token


def _number(
    env: Mapping[str, str], name: str, default: Number, *, least: Number, most: Number
) -> Number:
    if name not in env:
        return default
    try:
        value = type(default)(env[name])
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise BadSetting(name, f"must be a number from {least} to {most}")
    return value


def _origins(text: str | None, port: int) -> tuple[str, ...]:
    if text is None:
        end = "" if port == 80 else f":{port}"
        return tuple(f"http://{host}{end}" for host in ("localhost", "127.0.0.1", "[::1]"))
    origins = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    if not origins:
        raise BadSetting("ORIGINS", "name at least one, as in https://meet.example.org")
    for origin in origins:
        _check_origin(origin)
    return origins


def _check_origin(origin: str) -> None:
    """An origin is compared letter by letter with what a browser sends, so it must look like that."""
    found = ORIGIN.fullmatch(origin)
    if found is None:
        raise BadSetting(
            "ORIGINS", f"{origin!r} is no origin: scheme, lower-case host and port, nothing behind"
        )
    scheme, _, port = found.groups()
    if port == USUAL_PORT[scheme]:
        raise BadSetting("ORIGINS", f"{origin!r}: leave :{port} out, as browsers do")


def _proxies(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError:
        raise BadSetting(
            "PROXIES", "name addresses or networks, as in PROXIES=127.0.0.1,10.0.0.0/24"
        ) from None


def _rooms(text: str) -> tuple[str, ...]:
    rooms = tuple(one.strip() for one in text.split(",") if one.strip())
    for room in rooms:
        if room != ALL_ROOMS and not SLUG.fullmatch(room):
            raise BadSetting(
                "COMPRESSED_ROOMS",
                f"{room!r} is no room: name each as in its address, /rooms/evening, or * for all",
            )
    return rooms


def helplines_of(text: str) -> tuple[Helpline, ...]:
    lines = [line.strip() for line in re.split(r"[\n;]", text)]
    return tuple(_helpline(line) for line in lines if line)


def _helpline(line: str) -> Helpline:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) not in (2, 3) or not all(parts):
        raise BadSetting("HELPLINES", f"{line!r}: expected label | number or words | link")
    if len(parts) == 3 and not parts[2].startswith(("https://", "tel:", "sms:")):
        raise BadSetting("HELPLINES", f"{line!r}: a link begins with https://, tel: or sms:")
    label, reach, *link = parts
    return Helpline(label, reach, link[0] if link else _link_of(reach))


def _link_of(reach: str) -> str | None:
    """A bare number is there to be called; `text HELLO to 741741` to be written to."""
    if BARE_NUMBER.fullmatch(reach):
        return f"tel:{_digits(reach)}"
    text = TEXT_LINE.fullmatch(reach)
    if text is None:
        return None
    body = f"?&body={text['word']}" if text["word"] else ""
    return f"sms:{_digits(text['number'])}{body}"


def _digits(number: str) -> str:
    """As it is dialled: the 0 of `+44 (0)20` is for those who call from inside."""
    if number.startswith("+"):
        number = number.replace("(0)", "")
    return re.sub(r"[^0-9+]", "", number)


def _secret_file(env: Mapping[str, str], database_url: str) -> Path:
    if "SECRET_FILE" in env:
        return Path(env["SECRET_FILE"])
    kind, _, path = database_url.partition(":///")
    if not kind.startswith("sqlite"):
        raise BadSetting("SECRET_FILE", "name a file of 32 random bytes that all processes share")
    return Path(f"{path}.key")


def _beside(env: Mapping[str, str], name: str, database_url: str, ending: str) -> Path:
    """Beside the SQLite file, or beside the secret that all processes share."""
    if name in env:
        return Path(env[name])
    kind, _, path = database_url.partition(":///")
    return Path(
        f"{path}.{ending}" if kind.startswith("sqlite") else f"{env['SECRET_FILE']}.{ending}"
    )


# The settings file


def _settings_file(env: Mapping[str, str]) -> Path:
    return Path(env.get("SETTINGS_FILE", "").strip() or ".env")


def read_file(path: Path) -> dict[str, str]:
    """What a file says, one NAME=value a line; nothing where there is none.

    Names of other programs may stand in it. One that is nearly ours is refused: a setting that was
    misspelt would else be silently the default.
    """
    found: dict[str, str] = {}
    for line, name, value in _lines(path):
        if name in found:
            raise BadSetting(str(path), f"line {line}: {name} was set before")
        if name not in NAMES and (meant := get_close_matches(name.upper(), NAMES, 1, cutoff=0.8)):
            raise BadSetting(str(path), f"line {line}: there is no {name}; {meant[0]} is one")
        found[name] = value
    return found


def _lines(path: Path) -> list[tuple[int, str, str]]:
    """Each setting, and the line that it begins in."""
    found = []
    for binding in parse_stream(StringIO(_text(path))):
        if not binding.error and binding.key is None:
            continue  # A comment, or nothing.
        text = binding.original.string
        line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
        if binding.key is None or binding.value is None:
            why = (
                'expected NAME=value; a value with quotes or over several lines stands in "quotes"'
            )
            raise BadSetting(str(path), f"line {line}: {why}")
        found.append((line, binding.key, binding.value))
    return found


def _text(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadSetting(str(path), f"line {line}: is no UTF-8 text") from None
    except OSError as error:
        raise BadSetting(str(path), f"can't be read: {error.strerror}") from None


NAMES = frozenset(
    name.upper() for name in Settings.__struct_fields__ if not name.endswith("_chosen")
)
