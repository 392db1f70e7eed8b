"""Driving a browser by the commands of WebDriver, over what each engine on a Debian machine offers.

Firefox brings Marionette, which geckodriver would only translate; WebKit has WebKitWebDriver. The
commands and their meaning are the same, so whoever drives a page need not know which it is.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx2

from tests.engines.browsers import FIREFOXES, MINI_BROWSERS, program
from tests.ports import free_port
from tests.processes import SLOW

if TYPE_CHECKING:
    from pathlib import Path

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
UP_WITHIN = 90.0 * SLOW
ANSWERS_WITHIN = 90.0 * SLOW
"""Seconds for one command, so that a browser that hangs ends a test and not the run."""

# What WebDriver calls a command, and where it stands over HTTP; {} is an element.
PLACES = {
    "Navigate": ("POST", "/url"),
    "Refresh": ("POST", "/refresh"),
    "GetCurrentURL": ("GET", "/url"),
    "ExecuteScript": ("POST", "/execute/sync"),
    "ElementClick": ("POST", "/element/{}/click"),
    "ElementSendKeys": ("POST", "/element/{}/value"),
    "GetComputedLabel": ("GET", "/element/{}/computedlabel"),
    "GetComputedRole": ("GET", "/element/{}/computedrole"),
    "PerformActions": ("POST", "/actions"),
    "ReleaseActions": ("DELETE", "/actions"),
    "TakeScreenshot": ("GET", "/screenshot"),
}
# A page that the browser left, or that was drawn anew between two commands: look again.
PASSING = {"stale element reference", "no such element", "element not interactable"}


NARROW = 600
"""Px; what is narrower is a phone, whose scroll bars take no room."""


class Size(NamedTuple):
    width: int
    height: int


class Refused(Exception):
    """The browser's no; `code` is WebDriver's word for it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class Driver(ABC):
    """One browser with one page, which belongs to one person."""

    engine: str

    @abstractmethod
    async def do(self, command: str, element: str | None = None, **told: Any) -> Any:
        """What the browser answers to a command of WebDriver."""

    @abstractmethod
    async def complaints(self) -> list[str]:
        """What the page has said in the console as an error or a warning, since it was asked last."""

    @abstractmethod
    async def end(self) -> None:
        """Ends the browser, and what it needed."""

    async def script(self, source: str, *values: Any) -> Any:
        """What a function of this body gives back in the page."""
        return await self.do("ExecuteScript", script=source, args=list(values))


class Firefox(Driver):
    """Firefox without a window on any screen, over Marionette."""

    engine = "firefox"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._number = 0
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Returns when there is a session."""
        (self._folder / "user.js").write_text('user_pref("marionette.port", 0);\n')
        port = self._folder / "MarionetteActivePort"
        self._process = process = self._spawn()
        async with asyncio.timeout(UP_WITHIN):
            while not port.exists() or not port.read_text().strip():
                assert process.poll() is None, (self._folder / "firefox.log").read_text()
                await asyncio.sleep(0.02)
            # A long frame is a screenshot.
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", int(port.read_text()), limit=2**26
            )
            await self._frame()
        await self.do("NewSession", acceptInsecureCerts=True)

    def _spawn(self) -> subprocess.Popen[bytes]:
        own = ("--no-remote", "--profile", self._folder)
        driven = ("--headless", "--marionette", "--remote-allow-system-access")
        with (self._folder / "firefox.log").open("ab") as log:
            return subprocess.Popen(
                [program(*FIREFOXES), *driven, *own],
                stdout=log,
                stderr=log,
                env=os.environ | {"MOZ_CRASHREPORTER_DISABLE": "1"},
            )

    async def fresh(self, size: Size, *, text: int, dark: bool) -> None:
        """A page of nobody: it remembers nothing, and has the size and the text of its person.

        Firefox takes seconds to start, so the people of later tests have the same ones.
        """
        await self._in_chrome(FORGET, asynchronous=True)
        old = await self.do("GetWindowHandle")
        new = await self.do("NewWindow", type="tab")
        await self.do("CloseWindow")
        assert old != new["handle"]
        await self.do("SwitchToWindow", handle=new["handle"])
        is_phone = size.width < NARROW
        await self._in_chrome(DRESS, size.width, size.height, text, is_phone, dark)
        await self.complaints()

    async def do(self, command: str, element: str | None = None, **told: Any) -> Any:
        named = told if element is None else {**told, "id": element}
        return await self._ask(f"WebDriver:{command}", named)

    async def compose(self, text: str, key: str) -> None:
        """Composes `text` in what has the focus as an input method does, and ends it by a key."""
        await self._in_chrome(COMPOSE, text, key)

    async def complaints(self) -> list[str]:
        said: list[str] = await self._in_chrome(COMPLAINTS)
        return said

    async def end(self) -> None:
        if self._writer is not None:
            self._writer.close()
        if self._process is not None:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait)

    async def _in_chrome(self, source: str, *values: Any, asynchronous: bool = False) -> Any:
        """The answer of a script that runs beside the page, with the rights of the browser."""
        command = "ExecuteAsyncScript" if asynchronous else "ExecuteScript"
        await self._ask("Marionette:SetContext", {"value": "chrome"})
        try:
            return await self.do(command, script=source, args=list(values))
        finally:
            await self._ask("Marionette:SetContext", {"value": "content"})

    async def _ask(self, command: str, told: dict[str, Any]) -> Any:
        async with self._turn, asyncio.timeout(ANSWERS_WITHIN):
            self._number += 1
            frame = json.dumps([0, self._number, command, told]).encode()
            assert self._writer is not None, "it was not started"
            self._writer.write(b"%d:%b" % (len(frame), frame))
            _, number, error, answer = await self._frame()
        assert number == self._number, "Marionette answers in turn"
        if error is not None:
            raise Refused(error["error"], error["message"])
        return answer["value"] if isinstance(answer, dict) and set(answer) == {"value"} else answer

    async def _frame(self) -> Any:
        length = int((await self._reader.readuntil(b":"))[:-1])
        return json.loads(await self._reader.readexactly(length))


# Cookies, storage, caches and permissions, and what the console said.
FORGET = """
const done = arguments[arguments.length - 1]
Services.clearData.deleteData(Ci.nsIClearDataService.CLEAR_ALL, { onDataDeleted: () => done() })
"""

# The page gets the size that BiDi's setViewport would give it: a window itself can't be so narrow.
# The size of text is the one of the settings page, for every script at once.
DRESS = """
const [width, height, text, isPhone, isDark] = arguments
const { style } = gBrowser.selectedBrowser
for (const [side, length] of [["width", width], ["height", height]]) {
  for (const bound of ["", "min-", "max-"]) style.setProperty(bound + side, length + "px", "important")
}
for (const name of ["x-western", "x-unicode", "x-math", "ar", "he", "ja"])
  Services.prefs.setIntPref("font.size.variable." + name, text)
Services.prefs.setIntPref("layout.css.prefers-color-scheme.content-override", isDark ? 0 : 1)
Services.prefs.setIntPref("ui.useOverlayScrollbars", isPhone ? 1 : 0)
"""

COMPLAINTS = """
const about = (url) => /^https?:/.test(url ?? "")
const storage = Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage)
const said = storage.getEvents()
  .filter(({ level, filename }) => (level === "error" || level === "warn") && about(filename))
  .map((event) => `console ${event.level}: ${event.arguments.join(" ")}`)
const errors = Services.console.getMessageArray()
  .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & one.infoFlag) && about(one.sourceName))
  .map((one) => `${one.category}: ${one.errorMessage} (${one.sourceName}:${one.lineNumber})`)
storage.clearEvents()
Services.console.reset()
return [...said, ...errors]
"""

# The input method composes, and hands the key of its choice on to the page, as most of them do.
COMPOSE = """
const [text, key] = arguments
const tip = Cc["@mozilla.org/text-input-processor;1"].createInstance(Ci.nsITextInputProcessor)
if (!tip.beginInputTransactionForTests(window)) throw new Error("the input method did not begin")
const event = (of, code = of) => new window.KeyboardEvent("", { key: of, code })
tip.setPendingCompositionString(text)
tip.appendClauseToPendingComposition(text.length, tip.ATTR_RAW_CLAUSE)
tip.setCaretInPendingComposition(text.length)
tip.flushPendingComposition(event("Process", "KeyA"))
tip.commitComposition(event(key))
tip.keyup(event(key))
"""


class WebKit(Driver):
    """WebKit's MiniBrowser on a screen of its own, which it fills as a phone's browser does."""

    engine = "webkit"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._port = free_port()
        self._session = ""
        self._read = 0
        self._http = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{self._port}", timeout=ANSWERS_WITHIN
        )

    async def start(self, size: Size, *, text: int, dark: bool) -> None:
        """Returns when there is a session."""
        screen = await self._screen(size)
        settings = self._folder / "settings.ini"
        settings.write_text(f"[websettings]\ndefault-font-size={text}\n")
        env = os.environ | {"DISPLAY": screen, "GDK_BACKEND": "x11"}
        self._run("WebKitWebDriver", f"--port={self._port}", env=env)
        args = [
            *("--automation", "--full-screen", f"--config={settings}"),
            "--enable-write-console-messages-to-stdout=true",
            *(["--dark-mode"] if dark else []),
        ]
        browser = {"binary": program(*MINI_BROWSERS), "args": args}
        wanted = {"acceptInsecureCerts": True, "webkitgtk:browserOptions": browser}
        async with asyncio.timeout(UP_WITHIN):
            while True:
                try:
                    await self._http.get("/status")
                    break
                except httpx2.TransportError:
                    await asyncio.sleep(0.02)
        begun = await self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{begun['sessionId']}"

    async def do(self, command: str, element: str | None = None, **told: Any) -> Any:
        method, place = PLACES[command]
        path = self._session + place.format(element)
        return await self._ask(method, path, told if method == "POST" else None)

    async def complaints(self) -> list[str]:
        said = (self._folder / "webkit.log").read_text(errors="replace")
        news, self._read = said[self._read :], len(said)
        return [line for line in news.splitlines() if COMPLAINT.search(line)]

    async def end(self) -> None:
        if self._session:
            await self._ask("DELETE", self._session, None)
        await self._http.aclose()
        for process in reversed(self._processes):
            process.terminate()
            await asyncio.to_thread(process.wait)

    async def _screen(self, size: Size) -> str:
        """A screen that is as large as the page, with a window manager that fills it."""
        reading, writing = os.pipe()
        with os.fdopen(reading) as number:
            self._run(
                *("Xvfb", "-displayfd", str(writing), "-nolisten", "tcp"),
                *("-screen", "0", f"{size.width}x{size.height}x24"),
                pass_fds=(writing,),
            )
            os.close(writing)
            screen = ":" + (await asyncio.to_thread(number.readline)).strip()
        self._run("matchbox-window-manager", "-use_titlebar", "no", "-display", screen)
        return screen

    def _run(self, *command: str, **how: Any) -> None:
        with (self._folder / "webkit.log").open("ab") as log:
            self._processes.append(subprocess.Popen(command, stdout=log, stderr=log, **how))

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        answer = (await self._http.request(method, path, json=body)).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise Refused(answer["error"], answer.get("message", ""))
        return answer


# WebKit writes `CONSOLE JS ERROR TypeError: ...`, and other things of its own between.
COMPLAINT = re.compile(r"CONSOLE \S+ (ERROR|WARN)")
