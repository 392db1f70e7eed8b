"""The second look as a process of its own: texts come in, what it sees goes out, one after the other.

Apart from the server, because what runs here would hold up the sockets there for milliseconds at a time,
and what may go wrong in a library of others must not take a meeting down. It ends with its server.
"""

import sys
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from typing import BinaryIO

import msgspec

from moderation.content.seen import Look

LENGTH = 4
"""Bytes before each text and each answer that say how long it is."""
FAULT = b""
"""The answer where looking failed."""


def main() -> None:
    """Says that it is there, then answers until there is nothing more to read."""
    try:
        look = opened()
    except Exception as error:
        sys.exit(f"the second look can't be loaded: {type(error).__name__}")
    answer(sys.stdin.buffer, sys.stdout.buffer, look)


def opened() -> Callable[[str], Look]:
    # Here alone: no server needs them.
    from moderation.content.encoder import encoder
    from moderation.content.learned import FILES, look, parse

    model = files("moderation.content") / "model"
    artefacts = {name: (model / name).read_bytes() for name in FILES}
    learned = parse(artefacts, encoder((model / "encoder.onnx").read_bytes()))
    return partial(look, learned=learned)


def answer(texts: BinaryIO, answers: BinaryIO, look: Callable[[str], Look]) -> None:
    """A text that can't be looked at has an empty answer, and no word of it goes anywhere else."""
    put(answers, FAULT)
    while head := texts.read(LENGTH):
        text = texts.read(int.from_bytes(head, "big")).decode()
        try:
            seen = msgspec.msgpack.encode(look(text))
        except Exception:
            seen = FAULT
        put(answers, seen)


def put(answers: BinaryIO, content: bytes) -> None:
    answers.write(framed(content))
    answers.flush()


def framed(content: bytes) -> bytes:
    return len(content).to_bytes(LENGTH, "big") + content


if __name__ == "__main__":
    main()
