"""The wire: envelope in; entries, receipt, refusal and retry out. The only JSON of the live path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from chatroom.live.refusals import ASK, ASK_AFTER, REFUSALS
from moderation.bounds import MOST, snake
from moderation.case.case import CaseView
from moderation.case.desk import DeskView
from moderation.case.entries import CaseEntry, DeskEntry
from moderation.content.markup import Mark
from moderation.meeting import entries as happened
from moderation.meeting.audience import SeatView, Snapshot
from moderation.refused import Refused

C = TypeVar("C")

PROTOCOL = 1
"""Grows when a name changes its meaning, which it does not: fields are added with defaults."""

CommandId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]
"""128 random bits as hex, chosen by the client once per intent and kept when it sends again."""
WINDOW = 32
"""Commands that a client has on the way at once, and so names at most behind one that it sends again."""
SeatNumber = Annotated[int, Meta(ge=1, le=MOST)]
Cursor = Annotated[str, Meta(max_length=64)]
"""`120.f3a9...`: a stream's number and the id of the entry there; `0.` before the first."""
Stream = Literal["room", "chair", "own"]
Reason = Literal["new", "ahead", "diverged", "too_far", "bad", "streams"]
"""Why a client starts afresh: `new` has no cursor; the others say why a cursor could not be resumed.

`streams`: it is not of the streams that the seat reads now.
"""


class Inbound(Struct, frozen=True, tag=snake, tag_field="type", forbid_unknown_fields=True):
    """A frame from a client."""


class Hello(Inbound, frozen=True):
    """The first frame, within 5 seconds: who (a browser by its cookie) and what was seen last."""

    protocol: Annotated[int, Meta(ge=1, le=MOST)] = PROTOCOL
    bearer: Annotated[str, Meta(max_length=128)] | None = None
    cursor: dict[Stream, Cursor] | None = None


class Command(Inbound, frozen=True, omit_defaults=True):
    """One intent, under the id that makes it happen once however often it is sent.

    Sent again, it names in `followed_by` what had been sent behind it: once any of that is stored,
    it is too late for this one, and it is refused as `overtaken`.
    """

    id: CommandId
    command: Raw
    followed_by: Annotated[tuple[CommandId, ...], Meta(max_length=32)] = ()


class Typing(Inbound, frozen=True):
    """Whoever sits here is writing. At most one in 3 seconds is heard; nothing answers it."""


class Who(Inbound, frozen=True):
    """Asks for those of a crowd whom a client does not know. `people` answers, at once while a client
    does not ask more than a few times in a second.
    """

    seats: Annotated[tuple[SeatNumber, ...], Meta(min_length=1, max_length=200)]


class Numbered(Struct, frozen=True, omit_defaults=True):
    """An entry in its stream: gapless number, id, seconds since 1970.

    `marks` are the words of what was posted as their elements, where they are marked up: whoever does not
    make elements of them shows the words.
    """

    number: int
    id: str
    at: float
    entry: happened.AnyEntry | CaseEntry | DeskEntry
    marks: tuple[Mark, ...] = ()


class Outbound(Struct, frozen=True, tag=snake, tag_field="type", omit_defaults=True):
    """A frame to a client."""


class Fresh(Outbound, frozen=True, kw_only=True):
    """A fresh start: the state at `cursor`, then the entries after `starts` up to it, for the timeline."""

    reason: Reason
    seat: int
    snapshot: Snapshot | CaseView | DeskView
    cursor: dict[Stream, str]
    starts: dict[Stream, int]
    now: float


class Resumed(Outbound, frozen=True, kw_only=True):
    """The cursor holds: every entry after it follows. `cursor` is the head.

    `crowd`: more than 200 have come to this meeting, and who is not known can be asked for by `who`.
    """

    seat: int
    cursor: dict[Stream, str]
    now: float
    crowd: bool = False


class Entries(Outbound, frozen=True):
    """The next entries of one stream."""

    stream: Stream
    entries: tuple[Numbered, ...]


class Receipt(Outbound, frozen=True):
    """Stored, under `number` of `stream`; without a number it was so already, and left no entry."""

    id: str
    stream: Stream | None = None
    number: int | None = None


class Refusal(Outbound, frozen=True):
    """A no; nothing is stored. `spans` are [start, end) in code points of the text that was sent."""

    id: str | None
    code: str
    words: str
    next: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    facts: dict[str, str | int | float | None] = {}


class Retry(Outbound, frozen=True):
    """Outcome unknown, or not tried: send again with the same id, after `after_ms` milliseconds."""

    id: str
    after_ms: int


class Heartbeat(Outbound, frozen=True):
    """The head of `room` as the database has it; resume if you are behind."""

    head: str
    now: float


class Presence(Outbound, frozen=True):
    """The seats that are here; shown as gone 15 seconds after their last socket. A hint: never in the
    log, never kept. With `count`, so many are here and `here` names only those of them who matter, as
    `seats` of a snapshot does. A client is here itself.
    """

    here: tuple[int, ...]
    count: int | None = None


class SeatTyping(Outbound, frozen=True, tag="typing"):
    """Somebody is writing: forget it after 6 seconds, or with their next entry. A hint, best effort."""

    seat: int


class Care(Outbound, frozen=True):
    """To the sender alone: what was written opened a case; its line is at `/cases/<case>/socket`."""

    case: str


class People(Outbound, frozen=True):
    """Some of a crowd, as they are after the last entry that was sent, and how many sit: the answer to
    `who`, without those who do not exist; and, to all, whoever is named for the first time in a while.
    """

    seats: tuple[SeatView, ...]
    crowd: int = 0


class Texted(Struct, frozen=True):
    """Whatever has words, or is a name."""

    text: str | None = None
    name: str | None = None


HEARD = 6000
"""Code points of a message that is too long in which a cry for help is still looked for."""

InboundFrame = Hello | Command | Typing | Who
OutboundFrame = (
    Fresh | Resumed | Entries | Receipt | Refusal | Retry | Heartbeat | Presence | SeatTyping | Care
    | People
)  # fmt: skip

_frames: msgspec.json.Decoder[InboundFrame] = msgspec.json.Decoder(InboundFrame)
_encoder = msgspec.json.Encoder()
_cursor = re.compile(r"([0-9]{1,19})\.([0-9a-f]{16}|)", re.ASCII)
_id = re.compile(r'"id": ?"([0-9a-f]{32})"')
_surrogates = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
NO_COMMAND = Raw(b"null")
TEXT = 0x81
"""The first byte of a whole text frame (RFC 6455, 5.2)."""


def decode(text: str) -> InboundFrame:
    """A frame of a client; raises one of `NO_FRAME` for what is none.

    Half an emoji, cut off by a browser, spoils its command and not the socket (A37).
    """
    try:
        return _frames.decode(text)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        frame = _frames.decode(_surrogates.sub("\\\\ufffd", text))
    return Command(frame.id, NO_COMMAND) if isinstance(frame, Command) else frame


NO_FRAME = msgspec.DecodeError, RecursionError
"""What `decode` raises for what is none; the second where it nests too deep (A32)."""


def id_in(text: str) -> str | None:
    """The id of a command in what is no frame, so that whoever sent it hears what became of it."""
    found = _id.search(text, 0, 200)
    return found[1] if found else None


def decode_command(decoder: msgspec.json.Decoder[C], raw: Raw) -> C:
    """The command of an envelope; raises `Refused` where it is none of those `decoder` knows."""
    try:
        return decoder.decode(raw)
    except msgspec.DecodeError as error:
        raise Refused(_what_is_wrong(str(error), raw)) from None


def words_in(raw: Raw) -> str | None:
    """The words of a command that could not be taken, as far as a message could have gone on."""
    try:
        found = msgspec.json.decode(raw, type=Texted)
    except (msgspec.DecodeError, RecursionError):
        return None
    words = found.text or found.name
    return None if words is None else words[:HEARD]


def _what_is_wrong(error: str, raw: Raw) -> str:
    if b"\\u0000" in bytes(raw):
        return "bad_command"  # It looks empty to the pattern, and is not.
    if "of length <=" in error:
        return "too_long"
    return "empty" if "matching regex" in error and error.endswith("`$.text`") else "bad_command"


def encode(frame: OutboundFrame) -> bytes:
    """A whole WebSocket text frame, unmasked: written as it is to every socket it is for (RFC 6455, 5.2)."""
    return framed(_encoder.encode(frame))


def encode_snapshot(shown: Struct) -> bytes:
    """A snapshot, or the part of it that is one seat's own."""
    return _encoder.encode(shown)


def encode_entry(entry: Numbered) -> bytes:
    """An entry as it stands in a frame of its stream."""
    return _encoder.encode(entry)


def entries_of_room(entries: Iterable[bytes]) -> bytes:
    """The frame `Entries` of the room's stream, of entries that are encoded already."""
    return framed(b'{"type":"entries","stream":"room","entries":[' + b",".join(entries) + b"]}")


def json(frame: OutboundFrame) -> bytes:
    """The same frame as the body of an HTTP answer."""
    return _encoder.encode(frame)


def framed(payload: bytes, head: int = TEXT) -> bytes:
    """A whole frame, unmasked; `head` is its first byte."""
    size = len(payload)
    if size < 126:
        return bytes((head, size)) + payload
    if size < 65536:
        return bytes((head, 126)) + size.to_bytes(2, "big") + payload
    return bytes((head, 127)) + size.to_bytes(8, "big") + payload


def payload_of(frame: bytes) -> bytes:
    """What is in one of our frames."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]


def refusal(id: str | None, refused: Refused) -> Refusal:
    """The refusal with its words; one that a crisis signal stands behind offers Help (CE-06).

    Where the line came back too often it says whom to ask (CM-15).
    """
    words = REFUSALS[refused.code]
    if refused.facts.get("times", 0) >= ASK_AFTER:
        words = ASK
    facts = {
        name: value for name, value in refused.facts.items() if name not in ("spans", "signal")
    }
    spans: Iterable[Any] = refused.facts.get("spans", ())
    offers = words.next
    if refused.facts.get("signal") and "help" not in offers:
        offers = ("help", *offers)
    return Refusal(id, refused.code, words.words, offers, tuple((a, b) for a, b in spans), facts)


def cursor(number: int, entry_id: str) -> str:
    return f"{number}.{entry_id}"


def parse_cursor(text: str) -> tuple[int, str] | None:
    """Number and entry id; None for what is no cursor."""
    found = _cursor.fullmatch(text)
    return (int(found[1]), found[2]) if found else None
