"""From where somebody comes: whom a proxy may vouch for, and that no address is kept (A16)."""

import ipaddress
from typing import Any

import pytest

from chatroom.live.addresses import DAY, Addresses

PROXY, OUTER_PROXY = "10.0.0.1", "10.0.0.2"
EVE, BEN = "203.0.113.7", "198.51.100.4"
HEX = set("0123456789abcdef")


class Calendar:
    at = 20 * DAY


def addresses(*proxies: str, calendar: type[Calendar] = Calendar) -> Addresses:
    return Addresses(b"k" * 32, map(ipaddress.ip_network, proxies), lambda: calendar.at)


def asked_from(
    peer: str | None, *forwarded: str, name: bytes = b"x-forwarded-for"
) -> dict[str, Any]:
    headers = [(name, value.encode()) for value in forwarded]
    return {"type": "http", "client": (peer, 50_000) if peer else None, "headers": headers}


def test_a16_what_a_stranger_says_of_their_address_is_not_believed():
    known = addresses(PROXY)
    eve = known.of(asked_from(EVE))
    assert eve is not None
    assert known.of(asked_from(EVE, BEN)) == eve
    assert known.of(asked_from(EVE, f"for={BEN}", name=b"forwarded")) == eve


def test_a16_a_proxy_that_nobody_named_vouches_for_nobody():
    assert addresses().of(asked_from(PROXY, EVE)) is None


def test_a16_a_named_proxy_vouches_for_the_last_one_only():
    known = addresses(PROXY, OUTER_PROXY)
    eve = known.of(asked_from(EVE))
    assert known.of(asked_from(PROXY, EVE)) == eve
    assert known.of(asked_from(PROXY, f"{BEN}, {EVE}")) == eve
    assert known.of(asked_from(PROXY, BEN, EVE)) == eve
    assert known.of(asked_from(PROXY, f"{BEN}, {EVE}, {OUTER_PROXY}")) == eve
    assert known.of(asked_from(PROXY, f"{EVE}:4711")) == eve
    assert known.of(asked_from(PROXY, f"{BEN}, nonsense")) is None
    assert known.of(asked_from(PROXY)) is None


def test_a92_a_household_of_ipv6_is_one_address():
    known = addresses(PROXY)
    one = known.of(asked_from("2001:db8:1:2::1"))
    assert one == known.of(asked_from("2001:db8:1:2:ffff::9"))
    assert one == known.of(asked_from(PROXY, "[2001:db8:1:2::1]:4711"))
    assert one != known.of(asked_from("2001:db8:1:3::1"))
    assert known.of(asked_from(f"::ffff:{EVE}")) == known.of(asked_from(EVE))


@pytest.mark.parametrize(
    "peer", [None, "127.0.0.1", "::1", "10.1.2.3", "192.168.1.9", "fe80::1", "::ffff:127.0.0.1"]
)
def test_an_address_that_may_be_everybody_is_nobody_in_particular(peer: str | None):
    known = addresses()
    assert known.of(asked_from(peer)) is None
    assert known.of_peer(peer) is None


def test_a_connection_that_has_said_nothing_is_told_by_its_peer():
    known = addresses(PROXY)
    assert known.of_peer(EVE) == known.of(asked_from(EVE)) is not None
    assert known.of_peer(PROXY) is None


def test_p21_a_word_holds_no_address_and_is_another_one_tomorrow():
    class Days(Calendar):
        pass

    known = addresses(calendar=Days)
    today = known.of_peer(EVE)
    assert today is not None
    assert set(today) <= HEX
    assert known.of_peer(BEN) != today
    Days.at += DAY
    assert known.of_peer(EVE) != today
    assert Addresses(b"x" * 32, (), lambda: Calendar.at).of_peer(EVE) != today
