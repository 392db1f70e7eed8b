"""The browser's files: read once, named by what they hold, and so kept by browsers for good."""

import gzip
import hashlib
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
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
FOREVER = "public, max-age=31536000, immutable"
# A static import at the start of a line; `import("./x.js")` in a JSDoc type is none.
IMPORT = re.compile(r"""^\s*(?:import|export)\b[^"'();]*["'](\.[^"']+)["']""", re.MULTILINE)


class Asset(msgspec.Struct, frozen=True):
    """One file, plain and, where that is smaller, compressed."""

    media_type: str
    plain: bytes
    compressed: bytes | None


class Assets:
    """All files of a folder under one hash, so a page never mixes two versions."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix in TYPES)
        self._assets = {path.relative_to(folder).as_posix(): _read(path) for path in paths}
        self.hash = _hash(self._assets)

    def asset_url(self, path: str) -> str:
        """Where the page finds a file; a misspelt one is an error here and not in the browser."""
        if path not in self._assets:
            raise KeyError(f"no file {path} among the assets")
        return f"/static/{self.hash}/{path}"

    def module_preloads(self, entry: str) -> list[str]:
        """The URLs of a module and of all that it imports, so that a browser asks for them at once."""
        found = [entry]
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
        if asset.compressed and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = asset.compressed
        return Response(body, headers=headers, media_type=asset.media_type)

    def _imports(self, path: str) -> Iterator[str]:
        text = self._assets[path].plain.decode()
        for name in IMPORT.findall(text):
            yield posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def _read(path: Path) -> Asset:
    plain = path.read_bytes()
    compressed = gzip.compress(plain, mtime=0)
    return Asset(TYPES[path.suffix], plain, compressed if len(compressed) < len(plain) else None)


def _hash(assets: dict[str, Asset]) -> str:
    digest = hashlib.blake2b(digest_size=10)
    for path, asset in assets.items():
        digest.update(f"{path}\0{len(asset.plain)}\0".encode() + asset.plain)
    return digest.hexdigest()
