"""More connections than there are places: health and Help are answered, the others are told (A93, W16)."""

import asyncio
import resource
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from chatroom.live.addresses import Addresses
from chatroom.live.gate import HELD_BACK, KEPT_FREE, Gate
from tests.chance import FULL
from tests.gate.wire import Raw, asked, get, raw, seconds_for, upgrade
from tests.journal.stage import until
from tests.processes import SLOW, ServerProcess, serving

PLACES = 336 if FULL else 64
MANY = 420 if FULL else 90
SOON = 2.0 * SLOW
EVE, BEN = "203.0.113.7", "198.51.100.4"


@contextmanager
def with_places(server: ServerProcess, places: int) -> Iterator[None]:
    """A server that may open so many files that it has this many places."""
    before = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (KEPT_FREE + places, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, before)


def descriptors(server: ServerProcess) -> int:
    return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))


def host_of(server: ServerProcess) -> str:
    return f"127.0.0.1:{server.port}"


def cry(server: ServerProcess) -> bytes:
    body = f'{{"id": "{secrets.token_hex(16)}"}}'
    return (
        f"POST /help HTTP/1.1\r\nHost: {host_of(server)}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


@asynccontextmanager
async def crowd(server: ServerProcess, say: bytes, count: int) -> AsyncIterator[list[Raw]]:
    async with AsyncExitStack() as stack:
        people = []
        for _ in range(count):
            one = await stack.enter_async_context(raw(server.port))
            one.send(say)
            people.append(one)
        yield people


@pytest.mark.parametrize("kind", ["nothing", "half a head", "no body", "an upgrade with a body"])
async def test_a93_w16_health_and_help_are_answered_whoever_holds_the_connections(
    server: ServerProcess, kind: str
):
    host = host_of(server)
    say = {
        "nothing": b"",
        "half a head": f"GET / HTTP/1.1\r\nHost: {host}\r\n".encode(),
        "no body": f"POST /help HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        "Content-Length: 50\r\n\r\n".encode(),
        "an upgrade with a body": upgrade("/desk/socket", host, Content_Length="50"),
    }[kind]
    before = descriptors(server)
    with with_places(server, PLACES):
        async with crowd(server, say, MANY):
            for _ in range(3):
                assert await seconds_for(lambda: get(server.port, "/healthz")) < SOON
                assert await get(server.port, "/healthz") == 200
                assert await asked(server.port, cry(server)) == 200
            assert descriptors(server) < KEPT_FREE + PLACES
    await until(lambda: descriptors(server) <= before + 2, 20.0)


async def test_a93_p15_beyond_the_places_for_sockets_they_are_told_when_to_come_again(
    server: ServerProcess,
):
    say = upgrade("/desk/socket", host_of(server))
    held_back = min(HELD_BACK, PLACES // 8)
    with with_places(server, PLACES):
        async with crowd(server, say, PLACES) as people:
            statuses = await asyncio.gather(*(one.status() for one in people))
            assert statuses.count(101) == PLACES - 2 * held_back
            assert statuses.count(503) == 2 * held_back
            refused = next(
                one for one, status in zip(people, statuses, strict=True) if status == 503
            )
            assert "If you need somebody now: Helpline, 116 123." in (await refused.all()).decode()
            assert await get(server.port, "/") == 200, "requests have places of their own"
            async with raw(server.port) as late:
                late.send(say)
                head = await late.head()
            assert head.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nretry-after: 5\r\n" in head


async def test_a93_when_all_places_hold_somebody_help_has_some_left(server: ServerProcess):
    host = host_of(server)
    body = (
        f"POST /invitations/exchange HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        "Content-Length: 50\r\n\r\n"
    ).encode()
    held_back = min(HELD_BACK, PLACES // 8)
    with with_places(server, PLACES):
        async with crowd(server, body, PLACES - held_back):
            assert await get(server.port, "/") == 503
            assert await get(server.port, "/healthz") == 200
            assert await get(server.port, "/readyz") == 200
            assert await asked(server.port, cry(server)) == 200


async def test_a93_connections_opened_and_closed_leave_nothing_behind(server: ServerProcess):
    before = descriptors(server)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for _ in range(500 if FULL else 100):
        async with raw(server.port):
            pass
    assert loop.time() - begin < 10.0 * SLOW
    assert await get(server.port, "/healthz") == 200
    await until(lambda: descriptors(server) <= before + 1, 10.0)
    assert "ended" not in server.last_words()


# One address


async def test_a93_a16_one_address_has_so_many_sockets_and_the_others_have_theirs(tmp_path: Path):
    async with serving(tmp_path, PROXIES="127.0.0.1", CONNECTIONS_PER_ADDRESS="8") as server:

        def by_proxy(*forwarded: str) -> bytes:
            return upgrade("/desk/socket", host_of(server), X_Forwarded_For=", ".join(forwarded))

        async with crowd(server, by_proxy(BEN, EVE), 8) as people:
            assert [await one.status() for one in people] == [101] * 8
            assert await asked(server.port, by_proxy(EVE)) == 503
            assert await asked(server.port, by_proxy("192.0.2.1", EVE)) == 503, "says who?"
            assert await asked(server.port, by_proxy(EVE, BEN)) == 101
            assert await get(server.port, "/") == 200
            people[0].cut()
            end = time.monotonic() + 10.0
            while await asked(server.port, by_proxy(EVE)) != 101:
                assert time.monotonic() < end, "its place was not given back"


async def test_a16_what_a_stranger_says_of_their_address_takes_nobodys_places(tmp_path: Path):
    async with serving(tmp_path, CONNECTIONS_PER_ADDRESS="8") as server:
        say = upgrade("/desk/socket", host_of(server), X_Forwarded_For=EVE)
        async with crowd(server, say, 12) as people:
            assert [await one.status() for one in people] == [101] * 12


class Connection:
    """One that has said nothing."""

    def __init__(self, gate: Gate, host: str) -> None:
        self.was_cut = False
        self.place = gate.enter(self, host)

    def make_way(self) -> None:
        self.was_cut = True


def gate(per_address: int, places: int) -> Gate:
    addresses = Addresses(b"k" * 32, (), lambda: 0.0)
    return Gate(addresses, per_address, lambda: "words", lambda: KEPT_FREE + places)


async def test_a93_who_waits_longest_in_a_crowd_goes_first():
    full = gate(100, 3)
    one, two, three = (Connection(full, EVE) for _ in range(3))
    full.begins(one)
    four = Connection(full, BEN)
    assert [each.was_cut for each in (one, two, three, four)] == [False, True, False, False]
    assert four.place is not None


async def test_a93_nobody_is_cut_who_is_being_answered_and_then_there_is_no_place():
    full = gate(100, 3)
    for _ in range(3):
        full.begins(Connection(full, EVE))
    assert Connection(full, BEN).place is None


async def test_a93_an_address_with_too_many_makes_room_for_itself_and_no_other():
    house = gate(2, 100)
    ben = Connection(house, BEN)
    one, two, three = (Connection(house, EVE) for _ in range(3))
    assert [each.was_cut for each in (ben, one, two, three)] == [False, True, False, False]
    for each in (two, three):
        house.begins(each)
    assert Connection(house, EVE).place is None
    assert Connection(house, BEN).place is not None


async def test_a93_places_are_given_back_though_the_day_ends_meanwhile():
    class Days:
        at = 0.0

    days = Days()
    house = Gate(Addresses(b"k" * 32, (), lambda: days.at), 2, lambda: "words", lambda: 1000)
    held = [Connection(house, EVE) for _ in range(2)]
    days.at = 90_000.0
    for one in held:
        assert one.place is not None
        house.leave(one, one.place)
    assert not house._by_address
