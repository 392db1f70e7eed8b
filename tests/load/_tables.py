"""The tables and charts of docs/performance.md, from the lines that the benchmarks told."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from tests.load._chart import Chart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Row = dict[str, Any]

OUR = "chatroom"


def tables(told: list[Row]) -> dict[str, str]:
    """By the name of its place in the document; only what was measured."""
    makers: dict[str, Callable[[list[Row]], str]] = {
        "targets": targets,
        "fanout": lambda rows: fanout(_of(rows, "fanout")),
        "peers": lambda rows: peers(_of(rows, "fanout", "peers")),
        "cost": lambda rows: cost(_of(rows, "cost")),
        "join": lambda rows: join(_of(rows, "join")),
        "compressed": lambda rows: compressed(_of(rows, "compressed")),
        "idle": lambda rows: idle(_of(rows, "idle")),
        "meeting": lambda rows: meeting(_of(rows, "meeting")),
        "big-room": lambda rows: big_room(_of(rows, "big-room")),
        "storm": lambda rows: storm(_of(rows, "storm")),
        "stalled": lambda rows: stalled(_of(rows, "stalled")),
        "receipts": lambda rows: receipts(_of(rows, "receipts")),
        "machine": lambda rows: machine(_of(rows, "machine")),
    }
    found = {name: make(told) for name, make in makers.items()}
    return {name: text for name, text in found.items() if text}


def charts(told: list[Row]) -> dict[str, Chart]:
    """By the name of the picture."""
    peers_or_not = _of(told, "fanout", "peers") or []
    found = {
        "fanout": Chart(
            "What one message costs, by members (1 publisher)",
            "members in the room",
            "CPU of the server, us a message",
            _lines(
                [row for row in _of(told, "fanout") if row.get("publishers") == 1],
                "members",
                "us_per_message",
            ),
            log=True,
        ),
        "peers": Chart(
            "What one message costs, beside other servers (1 publisher)",
            "members in the room",
            "CPU of the server, us a message",
            _lines(
                [row for row in peers_or_not if row.get("publishers") == 1],
                "members",
                "us_per_message",
            ),
            log=True,
        ),
        "join": Chart(
            "What coming in costs, by members",
            "members in the room",
            "CPU of the server, ms each",
            {
                name: _points(_of(told, "join"), "members", key)
                for name, key in (
                    ("while it fills", "ms_per_join"),
                    ("when it is full", "ms_per_join_when_full"),
                )
            },
            line=("1 ms: 1,000 a CPU-second", 1.0),
        ),
        "idle": Chart(
            "Memory of an idle connection, by connections",
            "connections",
            "KiB of resident memory each",
            {OUR: _points(_of(told, "idle"), "members", "kib_per_connection")},
            line=("18 KiB", 18.0),
        ),
        "meeting": Chart(
            "An evening of many rooms of 30, a line per room and 5 s",
            "rooms",
            "percent of one core",
            {OUR: _points(_of(told, "meeting"), "rooms", "percent_of_core")},
            line=("60 %", 60.0),
        ),
        "big-room": Chart(
            "One room, 10 lines a second: from sending to the last delivery",
            "members in the room",
            "ms",
            {
                name: _points(_of(told, "big-room"), "members", key)
                for name, key in (("p99", "to_last_p99_ms"), ("p50", "to_last_p50_ms"))
            },
            line=("250 ms", 250.0),
        ),
        "storm": Chart(
            "A storm at the real door: CPU of one who comes in",
            "who come within a minute, or at that rate",
            "CPU of the server, ms each",
            {
                "through the door": [
                    (row["members"], 1000 / row["joins_per_cpu_second"])
                    for row in _of(told, "storm")
                    if row.get("part") == "join" and row.get("joins_per_cpu_second")
                ]
            },
        ),
    }
    return {
        name: chart._replace(series=series)
        for name, chart in found.items()
        if (series := {key: line for key, line in chart.series.items() if line})
    }


def _of(told: list[Row], benchmark: str, run: str = "bench") -> list[Row]:
    return [row for row in told if row["benchmark"] == benchmark and row.get("run", "bench") == run]


def _points(rows: list[Row], x: str, y: str) -> list[tuple[float, float]]:
    return [(row[x], row[y]) for row in rows if row.get(y) is not None]


def _lines(rows: list[Row], x: str, y: str) -> dict[str, list[tuple[float, float]]]:
    names = dict.fromkeys(row["server"] for row in rows if "server" in row)
    return {name: _points([r for r in rows if r.get("server") == name], x, y) for name in names}


# Writing tables.


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    heads = tuple(heads)
    lines = [f"| {' | '.join(map(str, row))} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|", *lines])


def _n(figure: float | None) -> str:
    """Three digits that say something; thousands apart."""
    if figure is None:
        return "-"
    if abs(figure) >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.3g}"


def _k(figure: float) -> str:
    return f"{figure / 1000:,.0f} k" if figure >= 10_000 else f"{figure / 1000:.1f} k"


def _range(figures: list[float] | None) -> str:
    if not figures:
        return "-"
    middle, least, most = figures
    return f"{middle:.2f} ({least:.2f}-{most:.2f})"


def _note(row: Row) -> str | None:
    for word in ("absent", "void"):
        if word in row:
            return f"{word}: {row[word]}"
    return None


def _rows(
    told: list[Row], first: Callable[[Row], list[str]], rest: Callable[[Row], list[str]]
) -> list[list[str]]:
    """A row that is void or absent says so in the place of its figures."""
    found = []
    for row in told:
        note = _note(row)
        found.append(first(row) + ([note] if note else rest(row)))
    return found


# The tables.


def fanout(told: list[Row]) -> str:
    heads = (
        *("server", "members, publishers", "us a message", "deliveries per CPU-s"),
        *("of the limit (least-most)", "of Starlette", "to all, p50 / p99 ms"),
    )
    order = sorted(told, key=_by_size)
    return _table(heads, _rows(order, _who, _fanout_cells))


def peers(told: list[Row]) -> str:
    heads = (
        *("server", "members, publishers", "us a message", "deliveries per CPU-s"),
        *("of the limit (least-most)", "of Starlette", "to all, p50 / p99 ms", "of node ws"),
    )
    order = sorted(
        told,
        key=lambda row: (*_by_size(row), -row.get("deliveries_per_cpu_second", 0)),
    )
    return _table(
        heads,
        _rows(order, _who, lambda row: [*_fanout_cells(row), _range(row.get("of_node_ws"))]),
    )


def _by_size(row: Row) -> tuple[float, float]:
    """What is void as a whole, or has no publishers, comes last."""
    return row.get("members", inf), row.get("publishers", inf)


def _who(row: Row) -> list[str]:
    name = row.get("server", "all")
    publishers = f", {row['publishers']}" if "publishers" in row else ""
    members = f"{row['members']:,}{publishers}" if "members" in row else "the rest"
    return [f"**{name}**" if name == OUR else name, members]


def _fanout_cells(row: Row) -> list[str]:
    return [
        _n(row["us_per_message"]),
        _k(row["deliveries_per_cpu_second"]),
        _range(row.get("of_limit")),
        _range(row.get("of_starlette")),
        f"{_n(row['to_all_p50_ms'])} / {_n(row['to_all_p99_ms'])}",
    ]


def cost(told: list[Row]) -> str:
    if not told:
        return ""
    [row] = told[-1:]
    servers = {name: part for name, part in row.items() if isinstance(part, dict)}
    lines = [(name, _n(part["a_us"]), _n(part["b_us"])) for name, part in servers.items()]
    apart = [
        ("of which the review", row.get("review_us")),
        ("of which the limits", row.get("limits_us")),
        ("of which the encryption of bodies", row.get("encryption_us")),
    ]
    steps = [(name, "does not exist yet" if us is None else _n(us), "") for name, us in apart]
    text = _table(("", "a, us a message", "b, us a member and message"), [*lines, *steps])
    ratio = row.get("b_of_limit")
    return text + (f"\n\nThe limit's b is {ratio} of ours." if ratio else "")


def join(told: list[Row]) -> str:
    heads = (
        *("members", "came", "joins per CPU-s", "KiB sent for each"),
        *("when full: joins per CPU-s", "KiB sent for each", "ms CPU to leave"),
    )
    return _table(
        heads,
        _rows(
            told,
            lambda row: [f"{row['members']:,}" if "members" in row else "all"],
            lambda row: [
                f"{row['came']:,}",
                _n(row["joins_per_cpu_second"]),
                _n(row["kib_per_join"]),
                _n(row["joins_per_cpu_second_when_full"]),
                _n(row["kib_per_join_when_full"]),
                _n(row["ms_per_leave_when_full"]),
            ],
        ),
    )


def compressed(told: list[Row]) -> str:
    heads = (
        *("members", "bytes a delivery, plain", "compressed"),
        *("us a message, plain", "compressed", "deliveries per CPU-s, of plain (least-most)"),
    )
    return _table(
        heads,
        _rows(
            told,
            lambda row: [f"{row['members']:,}" if "members" in row else "all"],
            lambda row: [
                _n(row["bytes_per_delivery"]),
                _n(row["bytes_per_delivery_compressed"]),
                _n(row["us_per_message"]),
                _n(row["us_per_message_compressed"]),
                _range(row["of_plain"]),
            ],
        ),
    )


def idle(told: list[Row]) -> str:
    heads = (
        *("connections", "KiB each", "RSS, MiB before and with them"),
        *("heartbeats, percent of a core", "handshakes per CPU-s", "joins per CPU-s"),
    )
    return _table(
        heads,
        _rows(
            told,
            lambda row: [f"{row['members']:,}" if "members" in row else "all"],
            lambda row: [
                _n(row["kib_per_connection"]),
                f"{_n(row['rss_mib_before'])}, {_n(row['rss_mib'])}",
                _n(row["heartbeats_percent_of_core"]),
                _n(row["handshakes_per_cpu_second"]),
                _n(row["joins_per_cpu_second"]),
            ],
        ),
    )


def meeting(told: list[Row]) -> str:
    heads = (
        *("rooms of 30", "lines a second", "percent of a core", "receipt p50 / p99 ms"),
        *("last delivery p50 / p99 ms", "of which review, ms", "RSS, MiB"),
    )
    return _table(
        heads,
        _rows(
            told,
            lambda row: [str(row.get("rooms", "all"))],
            lambda row: [
                _n(row["messages_per_second"]),
                _n(row["percent_of_core"]),
                f"{_n(row['receipt_p50_ms'])} / {_n(row['receipt_p99_ms'])}",
                f"{_n(row['to_last_p50_ms'])} / {_n(row['to_last_p99_ms'])}",
                _n(row["review_us"] / 1000),
                _n(row["rss_mib"]),
            ],
        ),
    )


def big_room(told: list[Row]) -> str:
    heads = (
        *("members", "percent of a core", "us a message", "receipt p50 / p99 ms"),
        *("last delivery p50 / p99 ms", "all in after, s", "RSS, MiB"),
    )
    return _table(
        heads,
        _rows(
            told,
            lambda row: [f"{row['members']:,}" if "members" in row else "all"],
            lambda row: [
                _n(row["percent_of_core"]),
                _n(row["us_per_message"]),
                f"{_n(row['receipt_p50_ms'])} / {_n(row['receipt_p99_ms'])}",
                f"{_n(row['to_last_p50_ms'])} / {_n(row['to_last_p99_ms'])}",
                _n(row["all_in_after_s"]),
                _n(row["rss_mib"]),
            ],
        ),
    )


def storm(told: list[Row]) -> str:
    heads = (
        *("storm", "members", "what came of it", "CPU", "seconds"),
        *("memory, MiB more", "the one who speaks: receipt p50 / p99 ms"),
    )
    return _table(
        heads,
        _rows(
            told,
            lambda row: [row.get("part", "all"), f"{row['members']:,}" if "members" in row else ""],
            lambda row: [
                _storm_outcome(row),
                f"{_n(row['joins_per_cpu_second'])} joins a CPU-s"
                if "joins_per_cpu_second" in row
                else f"{row['percent_of_core']} % of a core",
                _n(row.get("seconds")),
                _n(row["rss_mib_more"]),
                f"{_n(row['receipt_p50_ms'])} / {_n(row['receipt_p99_ms'])}",
            ],
        ),
    )


def _storm_outcome(row: Row) -> str:
    if row["part"] == "raid":
        return (
            f"{row['raiders']} raiders sent {row['offered']:,} lines: {row.get('stored', 0):,} stored, "
            f"{row.get('limited', 0):,} told when to go on, {row.get('retry', 0):,} to send again; "
            f"cut off: {row['raiders_cut_off']} raiders, {row['others_cut_off']} others"
        )
    if row["part"] == "join":
        refused = sum(row["refused"].values())
        return f"{row['came']:,} came, {refused:,} were asked to come again; in after {_n(row['in_p99_s'])} s (p99)"
    return f"{row['came']:,} came back"


def stalled(told: list[Row]) -> str:
    heads = (
        *("members", "beside them", "p99 to the last, ms", "p99 beside them", "ratio (least-most)"),
        *("percent of a core, then beside", "memory, MiB more"),
    )
    return _table(
        heads,
        _rows(
            told,
            lambda row: [str(row.get("members", "all"))],
            lambda row: [
                f"{row['stalled']} stalled, {row['flooders']} flood",
                _n(row["to_last_p99_ms"]),
                _n(row["to_last_p99_beside_ms"]),
                _range(row["of_control"]),
                f"{_n(row['percent_of_core'])}, {_n(row['percent_of_core_beside'])}",
                _n(row["rss_mib_more"]),
            ],
        ),
    )


def receipts(told: list[Row]) -> str:
    heads = (
        *("", "rooms, members, processes", "receipts/s", "receipt p50 / p99 ms"),
        *("last delivery p50 / p99 ms", "CPU us: servers + PostgreSQL + Valkey", "retries"),
    )
    return _table(
        heads,
        _rows(
            told,
            lambda row: [f"{row.get('loop', '')}, ({row.get('deployment', 'all')})"],
            lambda row: [
                f"{row['rooms']}, {row['seats']}, {row['processes']}",
                _n(row["receipts_per_second"]),
                f"{_n(row['receipt_p50_ms'])} / {_n(row['receipt_p99_ms'])}",
                f"{_n(row['last_delivery_p50_ms'])} / {_n(row['last_delivery_p99_ms'])}",
                (
                    f"{_n(row['server_us_per_message'])} + {_n(row['postgres_us_per_message'])} "
                    f"+ {_n(row['redis_us_per_message'])}"
                ),
                str(row["retries"]),
            ],
        ),
    )


def machine(told: list[Row]) -> str:
    if not told:
        return ""
    row = told[-1]
    return (
        f"{row['cpu']}, Linux {row['linux'].split('-')[0]}, CPython {row['python']}; the server on core "
        f"{', '.join(map(str, row['server_cores']))}, the load on {', '.join(map(str, row['load_cores']))}. "
        f"Load average over the last quarter of an hour: {row['load_average_at_end']} "
        "(about 1.5 where nothing else ran)."
    )


# What must be shown.


def targets(told: list[Row]) -> str:
    """Each target, what was found, and whether that is enough; what was not measured is left out."""
    found = [
        *_fanout_targets(told),
        *_coming_targets(told),
        *_room_targets(told),
        *_harm_targets(told),
    ]
    return _table(("target", "found", ""), found)


def _verdict(ok: bool) -> str:
    return "met" if ok else "**not met**"


def _row_of(rows: list[Row], **fields: object) -> Row | None:
    return next(
        (
            row
            for row in rows
            if not _note(row) and all(row.get(name) == value for name, value in fields.items())
        ),
        None,
    )


def _fanout_targets(told: list[Row]) -> Iterable[tuple[str, str, str]]:
    rows, beside = _of(told, "fanout"), _of(told, "fanout", "peers")
    for members, least in ((1000, 0.75), (5000, 0.68)):
        row = _row_of(rows, server=OUR, members=members, publishers=1)
        if row and "of_limit" in row:
            yield (
                f"one publisher, {members:,} members: at least {least} of the limit",
                _range(row["of_limit"]),
                _verdict(row["of_limit"][0] >= least),
            )
    for row in _of(told, "cost")[-1:]:
        a = row[OUR]["a_us"] - row["review_us"] if OUR in row else None
        if a is not None:
            yield "a at most 250 us, the review apart", f"{_n(a)} us", _verdict(a <= 250)
    row = _row_of(rows, server=OUR, members=1000, publishers=32)
    if row:
        rate = row["deliveries_per_cpu_second"]
        yield (
            "32 publishers, 1,000 members: 1,000,000 deliveries a CPU-second",
            f"{rate:,}",
            _verdict(rate >= 1_000_000),
        )
    row = _row_of(beside, server=OUR, members=1000, publishers=32)
    if row and "of_node_ws" in row:
        ratio = row["of_node_ws"]
        yield "32 publishers: 10 times node ws", _range(ratio), _verdict(ratio[0] >= 10)
    for members in (1000, 5000):
        yield from _ahead(beside, members)


def _ahead(beside: list[Row], members: int) -> Iterable[tuple[str, str, str]]:
    """Of everybody who does the same work, the limit apart; ours stores and reviews besides."""
    rates = {
        row["server"]: row["deliveries_per_cpu_second"]
        for row in beside
        if row.get("members") == members and row.get("publishers") == 1 and row["server"] != "limit"
    }
    ours = rates.pop(OUR, None)
    rates.pop("chatroom-redis", None)
    if ours and rates:
        best = max(rates, key=lambda name: rates[name])
        yield (
            f"one publisher, {members:,} members: ahead of every peer",
            f"{_k(ours)}; the best of them, {best}, {_k(rates[best])}",
            _verdict(ours > rates[best]),
        )


def _coming_targets(told: list[Row]) -> Iterable[tuple[str, str, str]]:
    row = max(_of(told, "idle"), key=lambda one: one.get("members", 0), default=None)
    if row and not _note(row):
        kib, rate = row["kib_per_connection"], row["handshakes_per_cpu_second"]
        name = f"{row['members']:,} connections: "
        yield f"{name}15 KiB each, 18 at most", f"{_n(kib)} KiB", _verdict(kib <= 18)
        yield f"{name}5,000 handshakes a CPU-second", f"{rate:,}", _verdict(rate >= 5000)
    joins = {
        row["members"]: row["joins_per_cpu_second_when_full"]
        for row in _of(told, "join")
        if not _note(row)
    }
    if 200 in joins:
        yield "1,000 joins a CPU-second at 200", _n(joins[200]), _verdict(joins[200] >= 1000)
        if 10_000 in joins:
            ratio = joins[10_000] / joins[200]
            yield "at 10,000 members 0.7 of that", f"{ratio:.2f}", _verdict(ratio >= 0.7)


def _room_targets(told: list[Row]) -> Iterable[tuple[str, str, str]]:
    row = _row_of(_of(told, "big-room"), members=10_000)
    if row:
        p99 = row["to_last_p99_ms"]
        yield (
            "10,000 members, 10 lines a second: p99 to the last under 250 ms",
            f"{_n(p99)} ms",
            _verdict(p99 < 250),
        )
    row = _row_of(_of(told, "meeting"), rooms=600)
    if row:
        beyond, share = row["to_last_p99_ms"] - row["review_us"] / 1000, row["percent_of_core"]
        yield (
            "600 rooms of 30: p99 under 25 ms beyond the review",
            f"{_n(beyond)} ms",
            _verdict(beyond < 25),
        )
        yield "600 rooms of 30: under 60 % of one core", f"{_n(share)} %", _verdict(share < 60)


def _harm_targets(told: list[Row]) -> Iterable[tuple[str, str, str]]:
    row = _row_of(_of(told, "stalled"), stalled=50, flooders=50)
    if row:
        ratio, more = row["of_control"], row["rss_mib_more"]
        name = "50 stalled readers and 50 who flood: "
        yield f"{name}p99 within 1.5 of the control", _range(ratio), _verdict(ratio[0] <= 1.5)
        yield f"{name}at most 64 MiB more", f"{_n(more)} MiB", _verdict(more <= 64)
