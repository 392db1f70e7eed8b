"""The sockets of a serving process, and the sentences of one that can't serve."""

import gc
import resource
import socket
from pathlib import Path

import pytest

from chatroom import server
from chatroom.store import database
from tests.ground import settings_in
from tests.ports import free_port


@pytest.fixture
def port() -> int:
    return free_port()


def test_localhost_is_both_of_its_addresses(port: int):
    sockets = server.listening_sockets("localhost", port)
    expected = ["127.0.0.1", "::1"] if here("::1") else ["127.0.0.1"]
    assert [opened.getsockname()[0] for opened in sockets] == expected
    assert server.has_ipv6(sockets) is here("::1")
    close(sockets)


def test_a_machine_without_ipv6_serves_the_other(port: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "LOOPBACK", ("127.0.0.1",))
    sockets = server.listening_sockets("localhost", port)
    assert not server.has_ipv6(sockets)
    close(sockets)


def test_what_is_accepted_inherits_the_options(port: int):
    (listening,) = server.listening_sockets("127.0.0.1", port)
    with socket.create_connection(("127.0.0.1", port)):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            # Linux doubles what is asked for, for its own book-keeping.
            asked = server.SOCKET_OPTIONS["SO_SNDBUF"]
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * asked
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                option = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
                assert option == 15_000
    listening.close()


def test_a_port_in_use_is_one_sentence(port: int):
    first = server.listening_sockets("127.0.0.1", port)
    with pytest.raises(server.CannotStart, match=f"Port {port} is in use"):
        server.listening_sockets("127.0.0.1", port)
    close(first)


def test_a_port_in_use_on_one_of_two_addresses_leaves_the_other_free(port: int):
    if not here("::1"):
        pytest.skip("this machine has no IPv6 loopback")
    second = server.listening_sockets("::1", port)
    with pytest.raises(server.CannotStart, match="in use"):
        server.listening_sockets("localhost", port)
    close(server.listening_sockets("127.0.0.1", port))
    close(second)


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_named(port: int, host: str):
    with pytest.raises(server.CannotStart, match=f"HOST={host}"):
        server.listening_sockets(host, port)


def test_as_many_descriptors_as_the_machine_allows():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, before[1]), before[1]))
    try:
        server.raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_it_does_not_serve_older_tables(tmp_path: Path):
    settings = settings_in(tmp_path)
    with pytest.raises(server.CannotStart, match="chatroom migrate"):
        await server.assert_migrated(settings)
    await database.migrate(settings)
    await server.assert_migrated(settings)


def here(address: str) -> bool:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def close(sockets: list[socket.socket]) -> None:
    for opened in sockets:
        opened.close()


def test_a_storm_of_sockets_is_no_storm_of_collections(monkeypatch: pytest.MonkeyPatch):
    """Each comes with some hundred objects that stay; by Python's own measure that is a look for every few."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    try:
        server.collect_seldom()
        assert gc.get_threshold()[0] == server.GARBAGE > 10 * 700
        assert gc.get_freeze_count() > frozen
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
