"""The browser's files are named by what they hold, and kept for good."""

import gzip
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.testclient import TestClient

from chatroom.app import STATIC
from chatroom.web.answers import open_templates
from chatroom.web.assets import Assets
from chatroom.web.security import Security
from chatroom.web.upgrades import Upgrades

# Of HTTP/1.1, in bytes: what the server adds to each answer; the page, compressed, with its headers.
THE_LINE_AND_THE_DATE = 60
THE_PAGE_ITSELF = 4_000

ROOM = """\
/** @import { Meeting } from "./types.js" */
/** @typedef {import("./never.js").Never} Never */
import { apply } from "./room.js"
import {
  connect,
} from './net/connection.js'
export { leave } from "./leave.js"
import "./room.js"

const words = "import it from './nowhere.js'"
"""

NOTED = """\
/** The page. */

/** @import { Room } from "./room.js" */

/**
 * Says it.
 *
 * @param {string} words
 */
export function say(words) {
  // Once only.
  const link = "https://x.example/** not a note */" // kept
  return /** @type {Room} */ (words * 2) + link
}
"""
BARE = """\
export function say(words) {
const link = "https://x.example/** not a note */" // kept
return (words * 2) + link
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "css/base.css": "body { color: black }\n" * 20,
        "css/parts/talk.css": ".talk { color: green }\n",
        "css/page.css": '/* All. */\n@import "./base.css";\n@import "./parts/all.css";\n',
        "css/parts/all.css": '@import "./talk.css";\n@import "../base.css";\n',
        "js/page.js": ROOM,
        "js/room.js": 'import { ids } from "./ids.js"\n',
        "js/net/connection.js": 'import { ids } from "../ids.js"\n',
        "js/leave.js": "",
        "js/ids.js": 'import { apply } from "./room.js"\n',
        "js/types.d.ts": "export type Meeting = {}",
        ".hidden": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def assets(folder: Path) -> Assets:
    return Assets(folder)


@pytest.fixture
def browser(assets: Assets) -> TestClient:
    return TestClient(Starlette(routes=[Route("/static/{hash}/{path:path}", assets.serve)]))


@pytest.mark.parametrize(
    ("accepted", "coding", "decode"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, GZIP;q=0.5", "gzip", gzip.decompress),
        ("gzip;q=0, *", None, bytes),
        ("brown, x-gzip", None, bytes),
        ("", None, bytes),
    ],
)
def test_a_file_comes_as_small_as_the_browser_can_read_it(
    assets: Assets,
    browser: TestClient,
    accepted: str,
    coding: str | None,
    decode: Callable[[bytes], bytes],
):
    for _ in range(2):  # Compressed once, then kept.
        with browser.stream(
            "GET", assets.asset_url("css/base.css"), headers={"accept-encoding": accepted}
        ) as answer:
            body = b"".join(answer.iter_raw())
        assert answer.headers.get("content-encoding") == coding
        assert int(answer.headers["content-length"]) == len(body)
        assert decode(body) == b"body { color: black }\n" * 20


def test_a_file_comes_typed_and_for_good(assets: Assets, browser: TestClient):
    answer = browser.get(assets.asset_url("css/base.css"))
    assert answer.text.startswith("body {")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"


def test_a_style_sheet_comes_whole(assets: Assets, browser: TestClient):
    base = "body { color: black }\n" * 20
    sheet = browser.get(assets.asset_url("css/page.css")).text
    assert sheet == f"{base}.talk {{ color: green }}\n{base}"


def test_a_module_comes_without_what_only_readers_of_the_source_need(
    folder: Path,
):
    (folder / "js/page.js").write_text(NOTED)
    assets = Assets(folder)
    browser = TestClient(Starlette(routes=[Route("/static/{hash}/{path:path}", assets.serve)]))
    assert browser.get(assets.asset_url("js/page.js")).text == BARE


def test_nothing_that_is_shown_spans_lines():
    """Else taking the indentation away would change it."""
    spanning = [
        f"{path.name}:{number}"
        for path in STATIC.rglob("*.js")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.count("`") % 2 and not line.lstrip().startswith(("*", "/**"))
    ]
    assert spanning == []


def test_a_misspelt_part_of_a_style_sheet_is_found_at_the_start(folder: Path):
    (folder / "css/page.css").write_text('@import "./bas.css";\n')
    with pytest.raises(KeyError, match=r"css/bas\.css"):
        Assets(folder)


def test_what_gains_nothing_is_not_compressed(assets: Assets, browser: TestClient):
    assert len(gzip.compress(b"")) > 0
    assert len(brotli.compress(b"")) > 0
    answer = browser.get(assets.asset_url("js/leave.js"))
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_another_version_is_another_url(folder: Path, assets: Assets):
    assert Assets(folder).hash == assets.hash
    (folder / "js/leave.js").write_text("// now with words")
    assert Assets(folder).hash != assets.hash


def test_a_renamed_file_is_another_version(folder: Path, assets: Assets):
    (folder / "js/leave.js").rename(folder / "js/left.js")
    assert Assets(folder).hash != assets.hash


@pytest.mark.parametrize(
    "path",
    [
        "js/nowhere.js",
        "js/types.d.ts",
        ".hidden",
        "",
        "../pyproject.toml",
        "%2e%2e/pyproject.toml",
        "js//room.js",
        "js/room.js%00",
    ],
)
def test_a88_nothing_else_is_served(assets: Assets, browser: TestClient, path: str):
    assert browser.get(f"/static/{assets.hash}/{path}").status_code == 404


def test_an_old_page_gets_no_new_file(browser: TestClient):
    assert browser.get("/static/0123456789/js/room.js").status_code == 404


def test_a_misspelt_file_is_found_at_once(assets: Assets):
    with pytest.raises(KeyError, match=r"css/bas\.css"):
        assets.asset_url("css/bas.css")


def test_the_page_of_a_room_comes_in_60_kb():
    assets = Assets(STATIC)
    browser = TestClient(
        Starlette(
            routes=[Route("/static/{hash}/{path:path}", assets.serve)],
            middleware=[Middleware(Security, origins=["http://testserver"], upgrades=Upgrades(()))],
        )
    )
    urls = [*assets.module_preloads("js/room-page.js"), assets.asset_url("css/room-page.css")]
    assert len(urls) > 20
    over_the_wire = 0
    for url in urls:
        with browser.stream("GET", url, headers={"accept-encoding": "br"}) as answer:
            over_the_wire += sum(map(len, answer.iter_raw())) + THE_LINE_AND_THE_DATE
            over_the_wire += sum(len(n) + len(v) + 4 for n, v in answer.headers.raw)
    assert over_the_wire < 60_000 - THE_PAGE_ITSELF


def test_a_page_asks_for_all_its_modules_at_once(assets: Assets):
    start = f"/static/{assets.hash}/js/"
    urls = assets.module_preloads("js/page.js")
    assert [url.removeprefix(start) for url in urls] == [
        "page.js",
        "room.js",
        "net/connection.js",
        "leave.js",
        "ids.js",
    ]


def test_a82_what_people_wrote_is_text_on_every_page(assets: Assets):
    page = open_templates(assets).from_string("<h1 title='{{ name }}'>{{ name }}</h1>")
    assert page.render(name="<b>'Tuesday'</b>") == (
        "<h1 title='&lt;b&gt;&#39;Tuesday&#39;&lt;/b&gt;'>&lt;b&gt;&#39;Tuesday&#39;&lt;/b&gt;</h1>"
    )
