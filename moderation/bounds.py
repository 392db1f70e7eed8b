"""Bounded numbers, words and names of structs: what every command and entry is made of."""

import re
from typing import Annotated

from msgspec import Meta

MOST = 2**31 - 1

SeatId = Annotated[int, Meta(ge=1, le=MOST)]
"""One person's place in one log, given in order from 1; 0 is the server itself."""
Epoch = Annotated[int, Meta(ge=0, le=MOST)]
"""Grows by 1 at every change of the floor (FC-07)."""
Number = Annotated[int, Meta(ge=1, le=MOST)]
"""A gapless place in one stream, from 1."""
Minutes = Annotated[int, Meta(ge=1, le=24 * 60)]
Words = Annotated[str, Meta(max_length=2000, pattern=r"\A\s*[^\s\x00][^\x00]*\Z")]
"""What one message may hold, in code points: not blank, and no NUL, which PostgreSQL can't store (W2)."""
LongWords = Annotated[str, Meta(max_length=6000, pattern=r"\A\s*[^\s\x00][^\x00]*\Z")]
"""What a reading or a cue card may hold, in code points."""
Name = Annotated[str, Meta(max_length=40, pattern=r"\A[^\x00]*\Z")]
"""A name as typed; what can't be one is refused by the rules, which say what to do."""


def snake(name: str) -> str:
    """`RaiseHand` -> `raise_hand`: the tag of a struct on the wire and in the log."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
