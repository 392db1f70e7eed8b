"""Who asks, as far as their address says: a word that stands for it for a day, and is never kept."""

import hashlib
import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chatroom.settings import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

DAY = 86400.0
"""Seconds that a word stands for an address; the next day's can't be told from a stranger's."""
FORWARDED = b"x-forwarded-for"
# Behind one of these may be everybody: a proxy that nobody named, a load balancer, a whole house.
SHARED = tuple(
    map(
        ipaddress.ip_network,
        (
            *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
            *("169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"),
        ),
    )
)


class Addresses:
    """The one place that says from where somebody comes. Only the proxies that are named are believed (A16)."""

    def __init__(self, key: bytes, proxies: Iterable[Network], now: Callable[[], float]) -> None:
        self._key = key
        self._proxies = tuple(proxies)
        self._now = now

    def of(self, scope: Mapping[str, Any]) -> str | None:
        """A word for who sent this request or opened this socket: the same for one address, for a day.

        IPv6 counts by its /64, which is one household. None where the address may be everybody's (this
        machine, a private network, a proxy that says nothing): then there is only a limit for all.
        """
        peer = scope.get("client")
        found = _read(peer[0]) if peer else None
        return self._word(self._behind(found, scope["headers"]))

    def of_peer(self, host: str | None) -> str | None:
        """The same for a connection that has said nothing yet; whoever is behind a proxy is not known."""
        return self._word(_read(host) if host else None)

    def _behind(
        self, peer: Address | None, headers: Iterable[tuple[bytes, bytes]]
    ) -> Address | None:
        """The last one whom no proxy of ours vouches for: what stands further left, anybody could write."""
        if peer is None or not _lies_in(peer, self._proxies):
            return peer
        told = b",".join(value for name, value in headers if name == FORWARDED)
        for text in reversed(told.decode("latin-1").split(",")):
            found = _read(text)
            if found is None or not _lies_in(found, self._proxies):
                return found
        return None

    def _word(self, address: Address | None) -> str | None:
        if address is None or _lies_in(address, SHARED) or _lies_in(address, self._proxies):
            return None
        bits = address.packed[:8] if address.version == 6 else address.packed
        day = int(self._now() // DAY).to_bytes(8, "big")
        return hashlib.blake2b(
            day + bits, key=self._key, digest_size=12, person=b"address"
        ).hexdigest()


def _read(text: str) -> Address | None:
    """An address, as proxies write it: with a port or without."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _lies_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)
