"""The browser's files: read once, named by what they hold, and so kept by browsers for good."""

import asyncio
import gzip
import hashlib
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import brotli
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".webmanifest": "application/manifest+json",
}
FOREVER = "max-age=31536000, immutable"
# A static import at the start of a line; `import("./x.js")` in a JSDoc type is none.
IMPORT = re.compile(r"""^\s*(?:import|export)\b[^"'();]*["'](\.[^"']+)["']""", re.MULTILINE)
SHEET = re.compile(rb"""^@import "(\.[^"]+)";\n""", re.MULTILINE)
# Comments that fill whole lines, and types within one; a comment behind code stays.
NOTES: dict[str, tuple[re.Pattern[bytes], ...]] = {
    ".js": (
        re.compile(rb"^[ \t]*/\*\*(?:[^*]|\*(?!/))*\*/[ \t]*\n", re.MULTILINE),
        re.compile(rb"^[ \t]*//.*\n", re.MULTILINE),
        re.compile(rb"/\*\* @(?:type|satisfies) [^*\n]*\*/ "),
        re.compile(rb"^\s+", re.MULTILINE),
    ),
    ".css": (
        re.compile(rb"^[ \t]*/\*(?:[^*]|\*(?!/))*\*/[ \t]*\n", re.MULTILINE),
        re.compile(rb"^\s+", re.MULTILINE),
    ),
}

# By the names of Accept-Encoding, the smallest first.
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda plain: brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11),
    "gzip": lambda plain: gzip.compress(plain, mtime=0),
}


class Asset:
    """One file, plain and, once somebody has asked for it so, compressed."""

    def __init__(self, media_type: str, plain: bytes) -> None:
        self.media_type = media_type
        self.plain = plain
        self._coded: dict[str, bytes] = {}

    async def coded(self, coding: str) -> bytes:
        """As small as it gets, at the first request: at the start it would hold the server up.

        It takes a few hundredths of a second, in a thread that leaves the others alone.
        """
        if coding not in self._coded:
            self._coded[coding] = await asyncio.to_thread(CODINGS[coding], self.plain)
        return self._coded[coding]


class Assets:
    """All files of a folder under one hash, so a page never mixes two versions."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in TYPES)
        plain = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        self._assets = {
            path: Asset(TYPES[_suffix(path)], _bare(path, _whole(plain, path))) for path in plain
        }
        self.hash = _hash(self._assets)

    def asset_url(self, path: str) -> str:
        """Where the page finds a file; a misspelt one is an error here and not in the browser."""
        if path not in self._assets:
            raise KeyError(f"no file {path} among the assets")
        return f"/static/{self.hash}/{path}"

    def module_preloads(self, *entries: str) -> list[str]:
        """The URLs of modules and of all that they import, so that a browser asks for them at once."""
        found = list(entries)
        for path in found:
            found += [name for name in dict.fromkeys(self._imports(path)) if name not in found]
        return [self.asset_url(path) for path in found]

    async def serve(self, request: Request) -> Response:
        """GET /static/{hash}/{path:path}. The URL of another version is gone: it would mix two."""
        asset = self._assets.get(request.path_params["path"])
        if asset is None or request.path_params["hash"] != self.hash:
            return PlainTextResponse("Not found", status_code=404)
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        body = asset.plain
        known = _codings(request.headers.get("accept-encoding", ""))
        if coding := next((name for name in CODINGS if name in known), None):
            coded = await asset.coded(coding)
            if len(coded) < len(body):
                headers["Content-Encoding"] = coding
                body = coded
        return Response(body, headers=headers, media_type=asset.media_type)

    def _imports(self, path: str) -> Iterator[str]:
        text = self._assets[path].plain.decode()
        for name in IMPORT.findall(text):
            yield _beside(path, name)


def _whole(files: dict[str, bytes], path: str) -> bytes:
    """A style sheet with those that it imports in their places: one request, and no waterfall."""

    def imported(found: re.Match[bytes]) -> bytes:
        return _whole(files, _beside(path, found[1].decode()))

    return SHEET.sub(imported, files[path]) if path.endswith(".css") else files[path]


def _bare(path: str, plain: bytes) -> bytes:
    """Without what is written for who reads the source: a page on a slow line does not wait for it."""
    for note in NOTES.get(_suffix(path), ()):
        plain = note.sub(b"", plain)
    return plain


def _suffix(path: str) -> str:
    return posixpath.splitext(path)[1]


def _beside(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def _codings(header: str) -> set[str]:
    """The names in an Accept-Encoding header, without those it rules out."""
    found = set()
    for part in header.lower().split(","):
        name, _, quality = (text.strip() for text in part.partition(";"))
        if quality not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            found.add(name)
    return found


def _hash(assets: dict[str, Asset]) -> str:
    digest = hashlib.blake2b(digest_size=10)
    for path, asset in assets.items():
        digest.update(f"{path}\0{len(asset.plain)}\0".encode() + asset.plain)
    return digest.hexdigest()
