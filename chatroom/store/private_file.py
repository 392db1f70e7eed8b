"""Files that nobody else can read: whole or not at all, and one of them however many make it at once."""

import os
import tempfile
from pathlib import Path


def make(path: Path, content: bytes) -> None:
    """Raises `FileExistsError` where there is one; a file cut short by a crash is none."""
    unfinished = _written(path, content)
    try:
        os.link(unfinished, path)
    finally:
        unfinished.unlink()
    keep_folder(path.parent)


def put(path: Path, content: bytes) -> None:
    """In the place of what is there, in one step."""
    _written(path, content).replace(path)
    keep_folder(path.parent)


def _written(path: Path, content: bytes) -> Path:
    """Beside its place, and on the disk."""
    file, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)  # 0600
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)
    return Path(name)


def keep_folder(folder: Path) -> None:
    """What was made or taken away in it is so after a crash too."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
