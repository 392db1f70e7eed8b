"""The stage of the stories in every engine: who is on it, and a server behind TLS as in real life."""

from __future__ import annotations

import asyncio
import re
import ssl
import subprocess
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Literal

from tests.engines.drivers import Driver, Firefox, Size, WebKit
from tests.engines.person import Person
from tests.ports import free_port
from tests.processes import ServerProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

    from tests.processes import Room

DESK, PHONE = Size(1280, 800), Size(320, 568)
USUAL_TEXT = 16
HELPLINES = "Helpline | 116 123 | tel:116123; Emergency | 112 | tel:112"
# What an engine says of a socket that ends with its page or its server; everything else is ours.
FORGIVEN = (
    "WebSocket connection to .* failed",
    "connection to wss://.* (was interrupted|can.t establish)",
    "can.t establish a connection to the server at wss://",
    # Firefox says so of a module that a page was fetching when it went on to the next.
    "Loading failed for the module",
)


class Pool:
    """Browsers. Those that are slow to start go from one test to the next, as new each time."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._idle: list[Firefox] = []
        self._all: list[Firefox] = []

    async def browser(self, engine: str, size: Size, *, text: int, dark: bool) -> Driver:
        if engine == "webkit":
            browser = WebKit(self._folders.mktemp("webkit"))
            try:
                await browser.start(size, text=text, dark=dark)
            except BaseException:
                await browser.end()
                raise
            return browser
        firefox = self._idle.pop() if self._idle else await self._new_firefox()
        await firefox.fresh(size, text=text, dark=dark)
        return firefox

    async def give_back(self, driver: Driver) -> None:
        if isinstance(driver, Firefox):
            self._idle.append(driver)
        else:
            await driver.end()

    async def close(self) -> None:
        for browser in self._all:
            await browser.end()

    async def _new_firefox(self) -> Firefox:
        firefox = Firefox(self._folders.mktemp("firefox"))
        self._all.append(firefox)
        await firefox.start()
        return firefox


class Stage:
    """The people of one test in one engine."""

    def __init__(
        self, engine: str, pool: Pool, server: ServerProcess, origin: str, story: str
    ) -> None:
        self.engine = engine
        self.server = server
        self.origin = origin
        self._pool = pool
        self._story = story.removeprefix("test_")
        self._people: list[Person] = []

    async def room(self, name: str) -> Room:
        return await self.server.new_room(name)

    async def person(
        self, name: str, *, phone: bool = False, text: int = USUAL_TEXT, dark: bool = False
    ) -> Person:
        """Somebody with a browser; `text` is the size of text in its settings, in px."""
        size = PHONE if phone else DESK
        driver = await self._pool.browser(self.engine, size, text=text, dark=dark)
        person = Person(name, driver, station=self._story)
        self._people.append(person)
        return person

    async def people(self, *names: str | tuple[str, Literal["phone"]]) -> list[Person]:
        """Several at once, at a desk or with a phone."""
        each = [name if isinstance(name, tuple) else (name, "") for name in names]
        coming = (self.person(name, phone=how == "phone") for name, how in each)
        return await asyncio.gather(*coming)

    async def close(self) -> None:
        """Takes everybody off the stage, and asks what their pages complained of."""
        wrong = []
        for person in self._people:
            said = await person.driver.complaints()
            known = [*FORGIVEN, *person.forgiven]
            wrong += [
                f"{person.name}: {what}"
                for what in said
                if not any(re.search(pattern, what) for pattern in known)
            ]
            await self._pool.give_back(person.driver)
        self._people.clear()
        assert not wrong, "\n".join(wrong)


@asynccontextmanager
async def server_behind_tls(folder: Path) -> AsyncIterator[tuple[ServerProcess, str]]:
    """A server as it is run, and its origin: WebKit keeps a session's cookie over TLS alone."""
    port = free_port()
    origin = f"https://localhost:{port}"
    server = ServerProcess(folder, ORIGINS=origin, HELPLINES=HELPLINES)
    await server.migrate()
    front = await asyncio.start_server(
        lambda reader, writer: _pass_on(reader, writer, server.port),
        "127.0.0.1",
        port,
        ssl=_certificate(folder),
    )
    try:
        await server.start()
        yield server, origin
    finally:
        front.close()
        await server.stop()


def _certificate(folder: Path) -> ssl.SSLContext:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """One connection between a browser and the server: when one end goes, so does the other."""
    with suppress(OSError):
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)
        both = [
            asyncio.create_task(_copy(reader, back_writer)),
            asyncio.create_task(_copy(back_reader, writer)),
        ]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for one in both:
            one.cancel()
        back_writer.close()
    writer.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
