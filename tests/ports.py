"""Ports for servers of the tests."""

import secrets
import socket

BELOW_THE_KERNELS_OWN = range(15_000, 32_000)
"""Above, the kernel gives them to whoever connects: one that was free a moment ago may be somebody's."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    while True:
        port = secrets.choice(BELOW_THE_KERNELS_OWN)
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
