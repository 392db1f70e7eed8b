"""A page of another site, open beside the meeting in the same browser: it can do nothing in Ben's name (A7)."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.stage import Stage

# By a form, by a script that may not read the answer, by one that would like to, and by a socket.
TRIES = """async (there) => {
  const found = {}
  const form = document.createElement("form")
  form.method = "POST"
  form.enctype = "text/plain"
  form.action = `${there}/session/end`
  form.target = "sink"
  form.append(Object.assign(document.createElement("input"), { name: '{"room":null,"x":"', value: '"}' }))
  const sink = Object.assign(document.createElement("iframe"), { name: "sink" })
  document.body.append(sink, form)
  form.submit()
  await new Promise((resolve) => sink.addEventListener("load", resolve, { once: true }))
  for (const mode of ["no-cors", "cors"]) {
    const how = { method: "POST", mode, credentials: "include", body: "{}" }
    const answer = await fetch(`${there}/session/end`, how).catch(() => null)
    found[mode] = answer === null ? "refused" : answer.type
  }
  const socket = new WebSocket(there.replace("http", "ws") + "/rooms/SLUG/socket")
  found.socket = await new Promise((resolve) => {
    socket.onopen = () => resolve("open")
    socket.onerror = () => resolve("refused")
  })
  const page = await fetch(`${there}/rooms/SLUG`, { credentials: "include" }).catch(() => null)
  found.page = page === null ? "refused" : "read"
  return found
}"""


@contextmanager
def another_site() -> Iterator[int]:
    """Its port: the same host has the same cookies, so this is worse than a foreign name."""

    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Free coins</title><body>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        yield site.server_address[1]
    finally:
        site.shutdown()
        site.server_close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a7_a62_another_site_in_the_same_browser_does_nothing_in_ones_name(
    stage: Stage, host: str
):
    links = await stage.room(f"Beside {host}")
    ben = await stage.person("Ben")
    await ben.come_in(links["member"], "Ben")
    await expect(ben.here).to_contain_text(["Ben"])
    with another_site() as port:
        beside = await ben.page.context.new_page()
        await beside.goto(f"http://{host}:{port}/")
        found = await beside.evaluate(TRIES.replace("SLUG", links["slug"]), stage.origin)
        await beside.close()
    assert set(found.values()) == {"refused"}, "what was sent all the same has done nothing:"
    await ben.page.reload()
    await expect(ben.here).to_contain_text(["Ben"])
    assert (await ben.page.context.cookies())[0]["name"] == "__Host-session"
