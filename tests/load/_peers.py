"""Servers of others on the same wire work, as `make bench-peers` puts them into .peers.

A peer numbers, reviews and stores nothing: it gives what one sends to all. Each speaks its own protocol
over WebSocket; what is counted is one mark for each delivery.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.load._contestants import PAYLOAD, Absent, Contestant, echoing
from tests.load._load import masked, upgrade
from tests.load._machine import CORES, on, program
from tests.load._members import LINE, Audience, Way
from tests.ports import free_port

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from tests.load._contestants import Open

HOUSE = Path(__file__).parent.parent.parent
PEERS_IN = HOUSE / ".peers"
SERVERS = Path(__file__).parent / "peers"
DEBIAN = PEERS_IN / "debian" / "usr"
LISTENS_WITHIN = 20.0
MOST_IN_CHANNELS = 1000
"""With more it does not deliver within half a minute."""
MOST_IN_XMPP = 200
"""Who comes is told of everybody, and everybody of them: a thousand who come are a million stanzas."""
BINARY = 0x82


def needs(path: Path, what: str) -> Path:
    if not path.exists():
        raise Absent(f"{what} is not in .peers: `make bench-peers` had no package of it")
    return path


def python(name: str, package: str, path: str = "/socket") -> Open:
    """A few lines on a Python library, by its own interpreter."""

    async def opens(stack: AsyncExitStack, members: int) -> Contestant:
        interpreter = needs(PEERS_IN / "venv" / "bin" / "python", "Python")
        if not any(PEERS_IN.glob(f"venv/lib/*/site-packages/{package}")):
            raise Absent(f"{package} is not in .peers: `make bench-peers` had no package of it")
        if name == "channels" and members > MOST_IN_CHANNELS:
            raise Absent(
                f"channels with more than {MOST_IN_CHANNELS:,} members takes minutes a line"
            )
        file = {"socketio": "socketio_emit", "channels": "channels_group"}.get(
            package, "aiohttp_loop" if package == "aiohttp" else "websockets_broadcast"
        )
        running = program(str(interpreter), "-W", "ignore", str(SERVERS / f"{file}.py"))
        pid, port = await stack.enter_async_context(running)
        if package == "socketio":
            return await socket_io(stack, name, pid, port, members)
        return await echoing(stack, name, pid, port, path, members)

    return opens


def node(name: str, package: str) -> Open:
    """A few lines on a library of node."""

    async def opens(stack: AsyncExitStack, members: int) -> Contestant:
        found = shutil.which("node")
        if found is None:
            raise Absent("node is not on this machine")
        modules = PEERS_IN / "node_modules"
        needs(modules / package, package)
        file = str(SERVERS / f"{package.replace('.', '')}.cjs")
        running = program(found, file, NODE_PATH=str(modules))
        pid, port = await stack.enter_async_context(running)
        if package == "socket.io":
            return await socket_io(stack, name, pid, port, members)
        return await echoing(stack, name, pid, port, "/", members)

    return opens


async def socket_io(
    stack: AsyncExitStack, name: str, pid: int, port: int, members: int
) -> Contestant:
    """Engine.IO 4: the upgrade, 40 to come in, and 42 with an event."""
    head = upgrade(port, "/socket.io/?EIO=4&transport=websocket")
    audience = await crowd(stack, Way(port, head, masked(b"40"), b'40{"sid"'), members)
    line = masked(b'42["message",' + PAYLOAD + b"]")
    return Contestant(name, (pid,), audience, lambda: line)


async def crowd(
    stack: AsyncExitStack, way: Way, members: int, mark: bytes = LINE, *, at_once: int = 64
) -> Audience:
    audience = Audience(mark)
    stack.callback(audience.close)
    gate = asyncio.Semaphore(at_once)
    await audience.open((way for _ in range(members)), gate=gate, within=120)
    await asyncio.sleep(1)
    return audience


async def nats(stack: AsyncExitStack, members: int) -> Contestant:
    """nats-server over WebSocket: one subject, and everybody subscribes."""
    binary = needs(DEBIAN / "sbin" / "nats-server", "nats-server")
    folder, port = Path(stack.enter_context(tempfile.TemporaryDirectory())), free_port()
    (folder / "conf").write_text(
        f"listen: 127.0.0.1:{free_port()}\nping_interval: 1h\nmax_connections: 20000\n"
        f'websocket {{ listen: "127.0.0.1:{port}", no_tls: true, compression: false }}\n'
    )
    pid = await serving(stack, port, str(binary), "-c", str(folder / "conf"))
    hello = framed(
        b'CONNECT {"verbose":false,"pedantic":false,"echo":true}\r\nSUB room 1\r\nPING\r\n'
    )
    audience = await crowd(stack, Way(port, upgrade(port, "/"), hello, b"PONG\r\n"), members)
    line = framed(b"PUB room %d\r\n%s\r\n" % (len(PAYLOAD), PAYLOAD))
    return Contestant("nats-server", (pid,), audience, lambda: line)


async def mosquitto(stack: AsyncExitStack, members: int) -> Contestant:
    """mosquitto over WebSocket: MQTT 3.1.1, one topic, QoS 0."""
    binary = needs(DEBIAN / "sbin" / "mosquitto", "mosquitto")
    folder, port = Path(stack.enter_context(tempfile.TemporaryDirectory())), free_port()
    (folder / "conf").write_text(
        # 2.0.11 ends where the one for WebSockets is its only listener.
        f"listener {free_port()} 127.0.0.1\nlistener {port} 127.0.0.1\nprotocol websockets\n"
        "allow_anonymous true\nuser root\n"
        "max_queued_messages 0\nlog_type error\n"
    )
    libraries = str(DEBIAN / "lib" / f"{os.uname().machine}-linux-gnu")
    words = (str(binary), "-c", str(folder / "conf"))
    pid = await serving(stack, port, *words, LD_LIBRARY_PATH=libraries)
    connect = mqtt(0x10, b"\x00\x04MQTT\x04\x02\x00\x00" + b"\x00\x00")
    subscribe = mqtt(0x82, b"\x00\x01\x00\x04room\x00")
    head = upgrade(port, "/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n")
    way = Way(port, head, framed(connect) + framed(subscribe), b"\x90\x03\x00\x01")
    audience = await crowd(stack, way, members)
    line = framed(mqtt(0x30, b"\x00\x04room" + PAYLOAD))
    return Contestant("mosquitto", (pid,), audience, lambda: line)


def mqtt(kind: int, content: bytes) -> bytes:
    size, length = len(content), b""
    while True:
        size, digit = divmod(size, 128)
        length += bytes((digit | (0x80 if size else 0),))
        if not size:
            return bytes((kind,)) + length + content


async def prosody(stack: AsyncExitStack, members: int) -> Contestant:
    """prosody over WebSocket (RFC 7395): one room of XEP-0045."""
    if members > MOST_IN_XMPP:
        raise Absent(f"to seat more than {MOST_IN_XMPP} in a room of XMPP takes minutes")
    binary = needs(DEBIAN / "bin" / "prosody", "prosody")
    folder, port = Path(stack.enter_context(tempfile.TemporaryDirectory())), free_port()
    lib = DEBIAN / "lib" / f"{os.uname().machine}-linux-gnu"
    (folder / "conf.lua").write_text(
        f"""
        run_as_root = true
        daemonize = false
        data_path = "{folder}"
        plugin_paths = {{ "{DEBIAN}/lib/prosody/modules" }}
        modules_enabled = {{ "saslauth", "roster", "websocket", "disco" }}
        modules_disabled = {{ "s2s" }}
        c2s_ports = {{ }}
        http_ports = {{ {port} }}
        http_interfaces = {{ "127.0.0.1" }}
        https_ports = {{ }}
        http_host = "127.0.0.1"
        consider_websocket_secure = true
        c2s_require_encryption = false
        allow_unencrypted_plain_auth = true
        limits = {{ }}
        log = {{ error = "*console" }}
        VirtualHost "localhost"
            authentication = "anonymous"
            http_host = "127.0.0.1"
        Component "muc.localhost" "muc"
            muc_room_locking = false
        """
    )
    lua = f"{DEBIAN}/share/lua/5.4/?.lua;{DEBIAN}/share/lua/5.4/?/init.lua;;"
    pid = await serving(
        stack,
        port,
        *(str(DEBIAN / "bin" / "lua5.4"), str(prosody_at(binary, folder))),
        *("--config", str(folder / "conf.lua")),
        LD_LIBRARY_PATH=str(lib),
        LUA_PATH=lua,
        LUA_CPATH=f"{lib}/lua/5.4/?.so;;",
        PROSODY_SRCDIR=str(DEBIAN / "lib" / "prosody"),
        PROSODY_PLUGINDIR=str(DEBIAN / "lib" / "prosody" / "modules"),
        PROSODY_CFGDIR=str(folder),
        PROSODY_DATADIR=str(folder),
    )
    begin = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>"
    ways = []
    head = upgrade(port, "/xmpp-websocket", "Sec-WebSocket-Protocol: xmpp\r\n")
    hello = said_in_xmpp(
        begin, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>"
    )
    for number in range(members):
        seat = said_in_xmpp(
            begin,
            "<iq xmlns='jabber:client' type='set' id='b'>"
            "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
            f"<presence xmlns='jabber:client' to='room@muc.localhost/n{number}'>"
            "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>",
        )
        ways.append(Way(port, head, hello, b"110", ((b"<success", seat),)))
    audience = Audience(b"<body")
    stack.callback(audience.close)
    await audience.open(ways, gate=asyncio.Semaphore(4), within=120)
    await asyncio.sleep(2)
    body = PAYLOAD.decode().replace("&", "&amp;").replace("<", "&lt;")
    line = masked(
        "<message xmlns='jabber:client' to='room@muc.localhost' type='groupchat'>"
        f"<body>{body}</body></message>".encode()
    )
    return Contestant("prosody", (pid,), audience, lambda: line)


def said_in_xmpp(*stanzas: str) -> bytes:
    """A frame for each."""
    return b"".join(masked(stanza.encode()) for stanza in stanzas)


def prosody_at(binary: Path, folder: Path) -> Path:
    """The program, with the places that the package wrote into it taken out: it is where it was put."""
    text = binary.read_text("utf-8", errors="surrogateescape")
    for name in ("CFG_SOURCEDIR", "CFG_CONFIGDIR", "CFG_PLUGINDIR", "CFG_DATADIR"):
        start = text.find(f"{name}='")
        if start >= 0:
            end = text.index("\n", start)
            to = {
                "CFG_SOURCEDIR": DEBIAN / "lib" / "prosody",
                "CFG_PLUGINDIR": DEBIAN / "lib" / "prosody" / "modules",
            }.get(name, folder)
            text = f"{text[:start]}{name}='{to}';{text[end:]}"
    copy = folder / "prosody"
    copy.write_text(text, "utf-8", errors="surrogateescape")
    return copy


def framed(payload: bytes) -> bytes:
    """The same as of text, as binary."""
    frame = masked(payload)
    return bytes((BINARY,)) + frame[1:]


async def serving(stack: AsyncExitStack, port: int, *words: str, **environ: str) -> int:
    """A program that listens on a port that it was given; it is gone afterwards."""
    with on(CORES.server):
        process = await asyncio.create_subprocess_exec(
            *words,
            env={**os.environ, **environ},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def end() -> None:
        if process.returncode is None:
            process.kill()
        await process.wait()

    stack.push_async_callback(end)
    async with asyncio.timeout(LISTENS_WITHIN):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return process.pid
    raise OSError(f"{Path(words[0]).name} ended with {process.returncode}")


PEERS: dict[str, Open] = {
    "websockets": python("websockets", "websockets"),
    "aiohttp": python("aiohttp", "aiohttp"),
    "python-socketio": python("python-socketio", "socketio"),
    "channels": python("channels", "channels"),
    "node-ws": node("node-ws", "ws"),
    "socket.io": node("socket.io", "socket.io"),
    "nats-server": nats,
    "mosquitto": mosquitto,
    "prosody": prosody,
}
