"""The limit of a fan-out: plain epoll and a loop of `os.write`. What one peer sends goes to all, as it came."""

import contextlib
import os
import resource
import select
import socket

most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
print(listening.getsockname()[1], flush=True)
epoll = select.epoll()
epoll.register(listening, select.EPOLLIN)
peers: dict[int, socket.socket] = {}
while True:
    for number, _ in epoll.poll():
        if number == listening.fileno():
            peer, _ = listening.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peers[peer.fileno()] = peer
            epoll.register(peer, select.EPOLLIN)
            continue
        data = b""
        with contextlib.suppress(OSError):
            data = os.read(number, 65536)
        if data:
            for fd in peers:
                os.write(fd, data)
        else:
            epoll.unregister(number)
            peers.pop(number).close()
