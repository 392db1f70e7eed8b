"""Heads without end, half ones and odd ones: counted before anything is kept, and cut in time."""

import asyncio
import inspect
import json
from functools import partial

import httptools
import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from chatroom.live.http import BODY_WITHIN, HEAD_WITHIN, LARGEST_HEAD, LONGEST_TARGET, MOST_HEADERS
from tests.gate.wire import Raw, asked, get, raw, resident, seconds_for, upgrade
from tests.processes import SLOW, ServerProcess

LATE = 2.0 * SLOW
"""Seconds that a busy machine may add to a promise."""
FLOOD = 32 * 2**20
MB = 2**20
ROUNDS = 3
"""What is kept is kept in each of them; what Python takes from the machine, a megabyte at a time, is not."""


def start(server: ServerProcess, target: str = "/") -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n".encode()


def endless(server: ServerProcess) -> list[tuple[str, bytes, bytes, int]]:
    return [
        ("headers", start(server), b"X-A: " + b"a" * 8000 + b"\r\n", 431),
        ("small headers", start(server), b"X-A: a\r\n" * 1000, 431),
        ("one header", start(server) + b"X-A: ", b"a" * 8192, 431),
        ("one name", start(server), b"a" * 8192, 431),
        ("a request line", b"GET /", b"a" * 8192, 414),
        ("a query", b"GET /?", b"a" * 8192, 414),
        ("empty lines", b"", b"\r\n" * 4096, 431),
    ]


async def test_a12_a_head_without_end_is_refused_and_nothing_of_it_is_kept(server: ServerProcess):
    grown = []
    for _ in range(ROUNDS):
        before = resident(server.pid)
        for name, begin, more, status in endless(server):
            async with raw(server.port) as stranger:
                stranger.send(begin)
                sent = await stranger.flood(more, at_most=FLOOD)
                assert sent < FLOOD, f"{name}: taken for ever"
                assert await stranger.status() == status, name
        grown.append(resident(server.pid) - before)
    assert min(grown) < MB, grown


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"X-A: " + b"a" * LARGEST_HEAD + b"\r\n", 431),
        ((b"X-A: " + b"a" * 8192 + b"\r\n") * 100, 431),
        (b"X-A: a\r\n" * (MOST_HEADERS + 1), 431),
        (b"X-A: " + b"a" * 8192 + b"\r\n", 200),
    ],
)
async def test_a12_a_head_that_ends_has_a_bound_too(
    server: ServerProcess, head: bytes, status: int
):
    assert await asked(server.port, start(server, "/healthz") + head + b"\r\n") == status


async def test_a12_a88_a_target_has_a_bound_of_its_own(server: ServerProcess):
    assert await asked(server.port, start(server, "/" + "a" * 16_384) + b"\r\n") == 414
    assert await asked(server.port, start(server, "/" + "a" * 65_536) + b"\r\n") == 414
    assert (
        await asked(server.port, start(server, "/" + "a" * (LONGEST_TARGET - 100)) + b"\r\n") == 404
    )


async def test_a12_what_follows_a_body_has_a_bound(server: ServerProcess):
    head = (
        f"POST /help HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    ).encode()
    grown = []
    for _ in range(ROUNDS):
        before = resident(server.pid)
        for end, more in (
            (b"2\r\n{}\r\n0\r\nX-A: ", b"a" * 8192),
            (b"2\r\n{}\r\n0\r\n", b"X-A: a\r\n" * 1000),
            (b"2;a=", b"a" * 8192),
        ):
            async with raw(server.port) as stranger:
                stranger.send(head + end)
                await stranger.flood(more, at_most=1024 * MB)
                assert stranger.ended
        grown.append(resident(server.pid) - before)
    assert min(grown) < MB, grown


async def test_a89_requests_sent_ahead_are_answered_in_order_and_bounded(server: ServerProcess):
    request = start(server, "/healthz") + b"\r\n"
    missing = start(server, "/nowhere") + b"\r\n"
    async with raw(server.port) as honest:
        honest.send(request + missing + request)
        for status in (200, 404, 200):
            head = await honest.head()
            assert int(head.split()[1]) == status
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await honest.until(partial(is_there, honest, length))
            honest.got = honest.got[length:]
    before = resident(server.pid)
    async with raw(server.port) as stranger:
        await stranger.flood(request * 1000, at_most=1024 * MB)
        assert stranger.ended
        assert stranger.got.count(b"HTTP/1.1 200 ") > 1
    assert resident(server.pid) - before < 4 * MB


async def test_a13_who_is_silent_or_slow_is_cut_in_time(server: ServerProcess):
    """All at once: nothing, half a head, a trickle, a second request that never ends, a body that does not come."""
    host = f"Host: 127.0.0.1:{server.port}\r\n"
    post = (
        f"POST /help HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n"
    )
    whole = f"GET /healthz HTTP/1.1\r\n{host}\r\n"
    cases = {
        "nothing": (b"", b"", HEAD_WITHIN),
        "half a head": (b"GET / HTTP/1.1\r\n", b"", HEAD_WITHIN),
        "a trickle": (b"GET /", b"a", HEAD_WITHIN),
        "half a head on a kept connection": (whole.encode() + b"GET / HT", b"", HEAD_WITHIN),
        "empty lines on a kept connection": (whole.encode(), b"\r\n", HEAD_WITHIN),
        "no body": (post.encode(), b"", BODY_WITHIN),
        "a trickle of a body": (post.encode(), b" ", BODY_WITHIN),
    }

    async def until_cut(begin: bytes, trickle: bytes) -> None:
        async with raw(server.port) as stranger:
            stranger.send(begin)
            read = asyncio.create_task(stranger.all(60.0))
            while not read.done():
                if trickle:
                    stranger.send(trickle)
                await asyncio.wait([read], timeout=0.5)

    async def timed(name: str) -> tuple[str, float]:
        begin, trickle, _ = cases[name]
        return name, await seconds_for(lambda: until_cut(begin, trickle))

    for name, took in await asyncio.gather(*map(timed, cases)):
        within = cases[name][2]
        assert within - 0.5 < took < within + LATE, f"{name}: {took:.1f} s"


async def test_a13_who_has_said_it_all_is_not_cut_because_we_stood_still(server: ServerProcess):
    async with raw(server.port) as honest, raw(server.port) as stranger:
        honest.send(start(server, "/healthz")[:-4])
        stranger.send(start(server, "/healthz")[:-4])
        await asyncio.sleep(0.5)  # Until the server has begun to read it; nothing tells when.
        server.pause()
        honest.send(start(server, "/healthz")[-4:] + b"\r\n")
        await asyncio.sleep(HEAD_WITHIN + 0.5)
        server.go_on()
        assert await honest.status() == 200
        assert await stranger.status() == 0


async def test_a17_what_two_readers_would_read_in_two_ways_is_read_by_nobody(server: ServerProcess):
    host = f"Host: 127.0.0.1:{server.port}\r\n"
    inner = f"GET /healthz HTTP/1.1\r\n{host}\r\n"
    size = len(inner)
    changing = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    for head in (
        f"POST /help HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\nContent-Length: {size}\r\n\r\n0\r\n\r\n",
        f"POST /help HTTP/1.1\r\n{host}Content-Length: 0\r\nContent-Length: {size}\r\n\r\n",
        f"POST /help HTTP/1.1\r\n{host}Content-Length: {size}\r\nContent-Length: 0\r\n\r\n",
        f"POST /help HTTP/1.1\r\n{host}Content-Length: 0, {size}\r\n\r\n",
        f"POST /help HTTP/1.1\r\n{host}Content-Length: +{size}\r\n\r\n",
        f"POST /help HTTP/1.1\r\n{host}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        f"POST /help HTTP/1.1\r\n{host}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        f"POST /help HTTP/1.1\r\n{host} X: y\r\n\r\n",
        f"GET /healthz HTTP/1.1\n{host}\r\n",
        f"GET /healthz HTTP/1.1\r\n{host}X: a\rb\r\n\r\n",
        f"POST /help HTTP/1.1\r\n{host}{changing}Content-Length: {size}\r\n\r\n",
    ):
        async with raw(server.port) as stranger:
            stranger.send(head.encode() + inner.encode())
            got = await stranger.all()
        assert got.startswith(b"HTTP/1.1 400 "), (head, got[:40])
        assert got.count(b"HTTP/1.1 ") == 1, head


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://evil.example/healthz", 400),
        ("https://evil.example/healthz", 400),
        ("http://127.0.0.1:1/healthz", 400),
        ("http://user@{host}/healthz", 400),
        ("ftp://{host}/healthz", 400),
        ("http:///healthz", 400),
        ("healthz", 400),
        ("*", 400),
        ("http://{host}/healthz", 200),
    ],
)
async def test_a06_a_target_that_names_another_host_than_the_header_is_refused(
    server: ServerProcess, target: str, status: int
):
    target = target.format(host=f"127.0.0.1:{server.port}")
    assert await asked(server.port, start(server, target) + b"\r\n") == status


async def test_a11_a_wrong_version_is_told_the_right_one(server: ServerProcess):
    for version in ("8", "0", "99", "13, 8", "thirteen"):
        async with raw(server.port) as stranger:
            stranger.send(upgrade("/desk/socket", host_of(server), Sec_WebSocket_Version=version))
            head = await stranger.head()
        assert head.startswith(b"HTTP/1.1 426 "), version
        assert b"\r\nsec-websocket-version: 13\r\n" in head


async def test_a11_an_odd_upgrade_is_refused(server: ServerProcess):
    host = host_of(server)
    good = upgrade("/desk/socket", host)
    assert await asked(server.port, good) == 101, "need one that is not odd"
    odd = {
        "no key": upgrade("/desk/socket", host, Sec_WebSocket_Key=None),
        "a short key": upgrade("/desk/socket", host, Sec_WebSocket_Key="AAAA"),
        "a key of something else": upgrade("/desk/socket", host, Sec_WebSocket_Key="!" * 24),
        "two keys": good[:-2] + b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        "no version": upgrade("/desk/socket", host, Sec_WebSocket_Version=None),
        "no upgrade": upgrade("/desk/socket", host, Upgrade=None),
        "another upgrade": upgrade("/desk/socket", host, Upgrade="h2c"),
        "two upgrades": upgrade("/desk/socket", host, Upgrade="websocket, h2c"),
        "no connection": upgrade("/desk/socket", host, Connection=None),
        "a lower-case method": good.replace(b"GET", b"get", 1),
        "another method": good.replace(b"GET", b"POST", 1),
        "an older HTTP": good.replace(b"HTTP/1.1", b"HTTP/1.0", 1),
        "a body": upgrade("/desk/socket", host, Content_Length="2") + b"{}",
        "a body that does not come": upgrade("/desk/socket", host, Content_Length="200"),
        "a body in pieces": upgrade("/desk/socket", host, Transfer_Encoding="chunked"),
        "frames before the answer": good + b"\x81\x80" + bytes(4),
        "a target with a host": good.replace(b"/desk", f"http://{host}/desk".encode(), 1),
    }
    for name, request in odd.items():
        assert await asked(server.port, request) == 400, name


async def test_something_else_than_a_websocket_is_offered_in_vain(server: ServerProcess):
    """A server may go on in HTTP, as this one does."""
    head = start(server, "/healthz") + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    async with raw(server.port) as honest:
        honest.send(head + b"PRI * HTTP/2.0\r\n\r\n")
        answer = await honest.all()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_p21_strangers_fill_no_log_and_leave_no_address_in_it(server: ServerProcess):
    before = server.log.read_text().count("\n")
    for _ in range(30):
        await asked(server.port, b"nonsense\r\n\r\n")
        await asked(server.port, upgrade("/desk/socket", host_of(server), Sec_WebSocket_Key=None))
        await asked(server.port, upgrade("/rooms/nowhere/socket", "evil.example"))
        await asked(server.port, upgrade("/desk/socket", host_of(server)))
    assert await get(server.port, "/healthz") == 200
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line[0] == "{"]
    kinds = [line.get("kind") for line in lines if line["event"] == "turned_away"]
    assert {"no_http", "bad_upgrade"} <= set(kinds)
    assert server.log.read_text().count("\n") - before < 10
    assert "127.0.0.1:" not in server.log.read_text().replace(f"127.0.0.1:{server.port}", "")


def is_there(honest: Raw, length: int) -> bool:
    return len(honest.got) >= length


def host_of(server: ServerProcess) -> str:
    return f"127.0.0.1:{server.port}"


# The contract with uvicorn and httptools


def test_uvicorn_still_has_what_the_gate_leans_on():
    init = inspect.getsource(HttpToolsProtocol.__init__)
    for name in ("parser", "transport", "cycle", "pipeline", "headers", "loop", "scope"):
        assert f"self.{name}" in init, name
    for name in ("connection_made", "connection_lost", "data_received", "on_message_begin"):
        assert callable(getattr(HttpToolsProtocol, name))
    for name in ("on_headers_complete", "on_body", "on_message_complete", "on_response_complete"):
        assert callable(getattr(HttpToolsProtocol, name))
    handing_over = inspect.getsource(HttpToolsProtocol.handle_websocket_upgrade)
    assert "self.transport.set_protocol(protocol)" in handing_over
    cycle = inspect.getsource(RequestResponseCycle.__init__)
    for name in ("disconnected", "keep_alive", "message_event", "response_started"):
        assert f"self.{name} = " in cycle, name


def test_httptools_still_says_where_an_upgrade_begins():
    class Callbacks:
        pass

    head = upgrade("/", "here")
    with pytest.raises(httptools.HttpParserUpgrade) as found:
        httptools.HttpRequestParser(Callbacks()).feed_data(head + b"frames")
    assert found.value.args[0] == len(head)
