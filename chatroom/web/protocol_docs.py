"""docs/protocol.md and static/js/protocol.d.ts, written from the structs: `make docs`."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from msgspec import NODEFAULT, Struct, convert, structs

from chatroom.live import refusals, wire
from moderation import bounds
from moderation.case import case as case_rules
from moderation.case import commands as case_commands
from moderation.case import desk as desk_rules
from moderation.case import entries as case_entries
from moderation.content import markup
from moderation.meeting import audience, commands, entries, state
from moderation.meeting import format as meeting_format

if TYPE_CHECKING:
    from types import ModuleType

HOUSE = Path(__file__).parents[2]
DOCS = HOUSE / "docs" / "protocol.md"
TYPES = HOUSE / "static" / "js" / "protocol.d.ts"

_VALUES = (bounds, meeting_format, commands, case_commands, markup, wire)
"""The modules whose named values (bounds and enums) the structs are made of."""
_MODULES = (*_VALUES, entries, case_entries, audience, case_rules, desk_rules)
_RAW = "SeatCommand | CaseSeatCommand"

SENDERS: dict[type[Struct], str] = {
    commands.Open: "facilitator",
    commands.Close: "facilitator",
    commands.NextPhase: "facilitator",
    commands.Say: "whoever may write now",
    commands.Edit: "any seat its own line, in its turn or for a while where everybody writes",
    commands.Post: "facilitator; an assigned reader a `reading`",
    commands.Tell: "any seat",
    commands.Redact: "any seat its own words; a facilitator anyone's",
    commands.Report: "any seat, on words of another",
    commands.Fold: "facilitator",
    commands.Unfold: "facilitator",
    commands.Release: "facilitator",
    commands.GiveBackHeld: "facilitator",
    commands.TakeBackHeld: "the seat whose words they are",
    commands.React: "any seat that is heard",
    commands.Rename: "any seat itself",
    commands.TakeNameOut: "facilitator",
    commands.Listen: "any seat itself",
    commands.AnnounceDraft: "the holder",
    commands.RaiseHand: "any seat that is not muted",
    commands.LowerHand: "any seat its own; a facilitator anyone's",
    commands.LowerHands: "facilitator",
    commands.MoveHand: "facilitator",
    commands.CloseQueue: "facilitator",
    commands.OpenQueue: "facilitator",
    commands.Invite: "facilitator",
    commands.Next: "facilitator",
    commands.Accept: "the invited seat",
    commands.Pass: "the invited seat, or the holder",
    commands.NotYet: "the invited seat",
    commands.Done: "the holder",
    commands.Tag: "whoever has the floor, or had it last",
    commands.EndTurn: "facilitator",
    commands.GiveBack: "facilitator",
    commands.Extend: "facilitator",
    commands.Pause: "facilitator",
    commands.Resume: "facilitator",
    commands.Mute: "facilitator, on a lower role",
    commands.Unmute: "facilitator, on a lower role",
    commands.MuteAll: "facilitator",
    commands.UnmuteAll: "facilitator",
    commands.Remove: "facilitator, on a lower role",
    commands.PurgeRecent: "facilitator",
    commands.Note: "facilitator, on a lower role",
    commands.Appeal: "whom it befell; of the removed by POST",
    commands.AnswerAppeal: "facilitator who did not decide it",
    commands.Freeze: "facilitator",
    commands.Thaw: "facilitator",
    commands.RaiseShield: "facilitator",
    commands.LowerShield: "facilitator",
    commands.Lock: "facilitator",
    commands.Unlock: "facilitator",
    commands.Admit: "facilitator",
    commands.Reseat: "facilitator",
    commands.TurnAway: "facilitator",
    commands.ClearLobby: "facilitator",
    commands.Appoint: "facilitator; a co-chair by the chair or staff, by any while nobody has it",
    commands.Dismiss: "facilitator; anybody themselves",
    commands.Handover: "the chair; staff; a facilitator while nobody has it",
    commands.AcceptChair: "whom it was offered; a facilitator where nobody has it",
    commands.DeclineChair: "whom it was offered",
    case_commands.Write: "the member; whoever has the case, or had it last",
    case_commands.Touch: "whoever has the case, or had it last",
    case_commands.PutBack: "whoever has the case",
    case_commands.CloseCase: "whoever has the case; the member with outcome `left`",
}

Named = dict[str, tuple[str, str]]


def main(arguments: list[str]) -> int:
    stale = [path for path, text in written().items() if not _is(path, text)]
    if "--check" in arguments:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(HOUSE)} is stale: run make docs\n")
        return 1 if stale else 0
    for path, text in written().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def written() -> dict[Path, str]:
    """Both files as they should be."""
    return {DOCS: protocol_page(), TYPES: type_script()}


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


# The page


def protocol_page() -> str:
    parts = [
        _INTRODUCTION.format(protocol=wire.PROTOCOL),
        "## Frames from a client",
        *(_section(struct) for struct in members(wire.InboundFrame)),
        "## Frames from the server",
        *(_section(struct) for struct in members(wire.OutboundFrame)),
        "## What the frames hold",
        *(_section(struct) for struct in parts_of_frames()),
        "## Commands of a meeting",
        "Sent on `/rooms/<slug>/socket`.",
        *(_section(struct, _sender(struct)) for struct in members(commands.SeatCommand)),
        "## Commands of a case",
        "Sent on `/cases/<case>/socket`. The desk's socket takes no commands.",
        *(_section(struct, _sender(struct)) for struct in members(case_commands.CaseSeatCommand)),
        "## Entries of a meeting",
        *(_section(struct, _stream(struct)) for struct in members(entries.AnyEntry)),
        "## Entries of a case",
        "Seat 1 is the member, seat 2 the one of staff who claimed the case.",
        *(_section(struct, _stream(struct)) for struct in members(case_entries.CaseEntry)),
        "## Entries of the desk",
        *(_section(struct, _stream(struct)) for struct in members(case_entries.DeskEntry)),
        "## Values",
        "| name | on the wire | bounds | |\n| --- | --- | --- | --- |\n" + _value_rows(),
        "## Refusals",
        "| code | words | next |\n| --- | --- | --- |\n" + _refusal_rows(),
        "## Close codes",
        "| name | code | why | come back by itself |\n| --- | --- | --- | --- |\n" + _close_rows(),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


_INTRODUCTION = """
# The protocol

Written by `make docs` from the structs; a test fails when it is stale.
Types are spelt as in TypeScript; `?` marks a field that may be absent and then has its default.

This is version {protocol}. **Fields may be added with defaults; names never change their meaning.** A client
passes over fields, entries and frames it does not know. The server refuses commands and fields it does not
know.

## A conversation

One WebSocket is one seat of one log: `/rooms/<slug>/socket` a meeting, `/cases/<case>/socket` the line of a
case, `/desk/socket` the desk. Frames are JSON texts, discriminated by `type`; snapshots by `kind`.

1. **Hello.** The client speaks first, within 5 seconds: `hello`, with the `cursor` it kept, if it has one. A
   browser is known by its cookie; a client that is none names its session in `bearer`. No secret stands in
   any URL.
2. **A fresh start or a resume.** `fresh` brings the state at `cursor` and says why it is a fresh start; the
   `entries` between `starts` and `cursor` follow, for the timeline, and are part of the state already.
   `resumed` says that the cursor holds; the `entries` that were missed follow, all of them. There is never a
   hole, and never anything from before the seat was taken.
3. **Entries** then come as they are stored. Within a stream their numbers have no gaps: the next is one more
   than the last. A client that finds a gap closes the socket and comes back with its cursor. What it has
   already it drops.
4. **The cursor** holds, per stream, the number and the id of the last entry that was seen, as `120.f3a9...`,
   or `0.` before the first. The id is what tells a log that was restored from a backup from the one the
   client knows.
5. **Heartbeat.** Every 10 seconds the server names the head of the stream `room`, read from the database. A
   client that is behind it comes back with its cursor.

6. **Presence and typing** are hints, in no log. `presence` comes after the refill and whenever it changes. A
   client that is writing to the room may say `typing`, at most every 3 seconds; the others are told where
   everybody may write, or of the holder, and only those at the same process.

7. **A crowd.** In a meeting of more than 200 a snapshot lists those who matter, says how many sit, and what the
   client itself is. An entry may be about somebody else: it changes nothing that a client knows of them. Of whom
   it needs the name it asks `who`, all at once; `people` brings them, at the place that it has read to, and comes
   to all when somebody is named for the first time in a while. A fresh start begins behind those who had come
   before the first words that it may read, and who comes is told to the others within a second.

8. **Compression** is off, but in rooms that the operator named. There `permessage-deflate` is taken of who offers
   it, without context either way, and what is sent to all comes compressed; nobody has to take it so.

## A command

The client chooses an `id` for each intent, 128 random bits, and keeps it when it sends again. The answer
names it:

- `receipt`: it is stored. With `stream` and `number` it is that entry; without, it was so already and nothing
  was added.
- `refusal`: a no, and nothing is stored. `code` is one of those below, `words` are for the person, `next`
  says what the page may offer them, `spans` mark what of the text it is about, `facts` are plain values. The
  draft is kept.
- `retry`: the outcome is not known, or it was not tried. Send again, with the same id, after `after_ms`.
- no answer before the socket was lost: send again, with the same id, after coming back.

`rate_limited` is a refusal that says in `facts` when to send the same again, `retry_ms`: the seat has used up its
budget for that kind of command. The socket stays, and is read more slowly meanwhile. Of that kind, what was sent
behind it on this socket is refused until it has come again, or has not for two seconds. The no is final: sent
again, it names nothing as behind it. Where such a refusal has no `id`, the socket is closed behind it (4429):
come back after `retry_ms`.

However often a command is sent under one id, it happens once and is answered with its first receipt. Sent again,
it names in `followed_by` what the client had sent behind it, at most 32 ids; so no more are on the way at once. If
any of those is stored and it is not, it had left no entry then, and leaves none now: `overtaken`. Receipts
and entries of one socket are not ordered against each other: either may come first.

## Streams

| stream | who sees it |
| --- | --- |
| `room` | every seat of the meeting; both ends of a case's line; everybody at the desk |
| `chair` | the facilitators of the meeting |
| `own` | one seat alone |

Each is numbered by itself, so that nothing shows that something happened elsewhere.
"""


def _section(struct: type[Struct], more: str = "") -> str:
    """One struct: its tag, its promise, its fields."""
    tag = struct.__struct_config__.tag
    title = f"### `{tag}`" if tag else f"### {struct.__name__}"
    rows = [
        f"| `{name}{'?' if optional else ''}` | {_code(_type(node))} | {limits(node)} |"
        for name, node, optional in described(struct)
    ]
    table = "| field | type | bounds |\n| --- | --- | --- |\n" + "\n".join(rows) if rows else ""
    return "\n\n".join(part for part in (title, _doc(struct), more, table) if part)


def _sender(struct: type[Struct]) -> str:
    return f"Sent by: {SENDERS[struct]}."


def _stream(struct: type[Struct]) -> str:
    """The stream of an entry, asked of the rule that delivers it."""
    entry: Any = _example(struct)
    to = (
        audience.audience(entry)
        if struct in members(entries.AnyEntry)
        else case_rules.audience(entry)
        if struct in members(case_entries.CaseEntry)
        else desk_rules.audience(entry)
    )
    if to == audience.NOBODY:
        return "Stream: none; nobody is sent it."
    name = {audience.ROOM: "room", audience.CHAIR: "chair"}.get(to, "own")
    return f"Stream: `{name}`."


def _example(struct: type[Struct]) -> Struct:
    """One entry of this kind; seats are 1, so that its audience is a seat where it is one."""
    values: dict[str, Any] = {}
    for name, node, optional in described(struct):
        spelt = _type(node)
        if optional:
            continue
        if spelt in values_named():
            spelt = values_named()[spelt][0]
        if '"' in spelt:
            values[name] = spelt.split('"')[1]
        else:
            values[name] = {"number": 1, "string": "a", "boolean": True}.get(spelt, [])
    return convert(
        {struct.__struct_config__.tag_field: struct.__struct_config__.tag} | values, struct
    )


def _value_rows() -> str:
    return "\n".join(
        f"| `{name}` | {_code(spelt)} | {limits(_alias_node(name))} | {doc} |"
        for name, (spelt, doc) in values_named().items()
    )


def _refusal_rows() -> str:
    return "\n".join(
        f"| `{code}` | {words.words} | {', '.join(f'`{act}`' for act in words.next)} |"
        for code, words in refusals.REFUSALS.items()
    )


def _close_rows() -> str:
    return "\n".join(
        f"| `{name}` | {close.code} | {close.words} | {'yes' if close.again else 'no'} |"
        for name, close in refusals.CLOSE_CODES.items()
    )


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


# The types


def type_script() -> str:
    named = [
        f"{_comment(doc)}export type {name} = {spelt}"
        for name, (spelt, doc) in values_named().items()
    ]
    unions = {
        "SeatCommand": commands.SeatCommand,
        "CaseSeatCommand": case_commands.CaseSeatCommand,
        "AnyEntry": entries.AnyEntry,
        "CaseEntry": case_entries.CaseEntry,
        "DeskEntry": case_entries.DeskEntry,
        "InboundFrame": wire.InboundFrame,
        "OutboundFrame": wire.OutboundFrame,
    }
    listed = list(dict.fromkeys(struct for union in unions.values() for struct in members(union)))
    listed += parts_of_frames()
    names = [struct.__name__ for struct in listed]
    assert len(set(names)) == len(names), "two structs of the protocol have the same name"
    return (
        "// Written by `make docs` from the structs of the server; not by hand.\n\n"
        + "\n".join(named)
        + "\n\n"
        + "\n".join(
            f"export type {name} = {' | '.join(struct.__name__ for struct in members(union))}"
            for name, union in unions.items()
        )
        + "\n\nexport type RefusalCode =\n"
        + "\n".join(f'  | "{code}"' for code in refusals.REFUSALS)
        + "\n\n"
        + "\n".join(_interface(struct) for struct in listed)
    )


def _interface(struct: type[Struct]) -> str:
    config = struct.__struct_config__
    tag = [f'  {config.tag_field}: "{config.tag}"'] if config.tag else []
    fields = [
        f"  {name}{'?' if optional else ''}: {_type(node)}"
        for name, node, optional in described(struct)
    ]
    body = "\n".join([*tag, *fields])
    return f"{_comment(_doc(struct))}export interface {struct.__name__} {{\n{body}\n}}\n"


def _comment(doc: str) -> str:
    return f"/** {' '.join(doc.split())} */\n" if doc else ""


# Reading the structs


def members(union: Any) -> list[type[Struct]]:
    return list(get_args(union))


def parts_of_frames() -> list[type[Struct]]:
    return [
        wire.Numbered,
        markup.Mark,
        audience.Snapshot,
        audience.SeatView,
        audience.KnockView,
        audience.AppealView,
        audience.StrikesView,
        audience.HeldView,
        audience.WaitingView,
        entries.Why,
        entries.Span,
        state.AwayHand,
        state.Turn,
        state.Topic,
        state.Offer,
        meeting_format.Phase,
        meeting_format.Slot,
        meeting_format.Flags,
        case_rules.CaseView,
        desk_rules.DeskView,
        desk_rules.StaffView,
    ]


def described(struct: type[Struct]) -> list[tuple[str, ast.expr, bool]]:
    """Every field: name, annotation as written, and whether it may be absent on the wire."""
    may_be_absent = (
        struct.__struct_config__.omit_defaults or struct.__struct_config__.forbid_unknown_fields
    )
    annotations = {
        name: node for cls in reversed(struct.__mro__) for name, node in _annotations(cls).items()
    }
    return [
        (
            field.encode_name,
            annotations[field.name],
            may_be_absent
            and (field.default is not NODEFAULT or field.default_factory is not NODEFAULT),
        )
        for field in structs.fields(struct)
    ]


@cache
def _annotations(cls: type) -> dict[str, ast.expr]:
    if not issubclass(cls, Struct) or cls is Struct:
        return {}
    (node,) = (
        node
        for node in _tree(sys.modules[cls.__module__]).body
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__
    )
    return {
        line.target.id: line.annotation
        for line in node.body
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
    }


@cache
def values_named() -> Named:
    """Every named value of the protocol: how it is on the wire, and what is said about it."""
    named: Named = {}
    for module in _VALUES:
        body = _tree(module).body
        for line, after in zip(body, [*body[1:], None], strict=True):
            if isinstance(line, ast.Assign) and _is_value(line.value):
                (target,) = line.targets
                named[ast.unparse(target)] = (_type(line.value), _string(after))
    return named


def _alias_node(name: str) -> ast.expr:
    return next(
        line.value
        for module in _VALUES
        for line in _tree(module).body
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == name
    )


def _is_value(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("Annotated", "Literal")


def _string(node: ast.stmt | None) -> str:
    is_string = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return str(ast.literal_eval(node.value)) if is_string and isinstance(node, ast.Expr) else ""


@cache
def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


_PLAIN = {"int": "number", "float": "number", "str": "string", "bool": "boolean", "Raw": _RAW}


def _type(node: ast.expr) -> str:
    """A Python annotation in the words of TypeScript."""
    match node:
        case ast.Constant(value=None):
            return "null"
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _PLAIN.get(name, name)
        case ast.BinOp(left=left, right=right):
            return " | ".join(
                dict.fromkeys([*_type(left).split(" | "), *_type(right).split(" | ")])
            )
        case ast.Subscript(value=ast.Name(id="Literal"), slice=values):
            listed = values.elts if isinstance(values, ast.Tuple) else [values]
            return " | ".join(f'"{ast.literal_eval(value)}"' for value in listed)
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, *_])):
            return _type(inner)
        case ast.Subscript(
            value=ast.Name(id="tuple"), slice=ast.Tuple(elts=[inner, ast.Constant()])
        ):
            spelt = _type(inner)
            return f"({spelt})[]" if " | " in spelt else f"{spelt}[]"
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=inner)):
            return f"[{', '.join(_type(one) for one in inner)}]"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[key, value])):
            return f"{{ [key in {_type(key)}]?: {_type(value)} }}"
        case _:
            raise TypeError(f"expected an annotation that has a JSON form, got {ast.unparse(node)}")


def limits(node: ast.expr) -> str:
    """The bounds that are written into an annotation, in words."""
    said: list[str] = []
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Meta":
            said += [_LIMITS[str(word.arg)].format(_value(word.value)) for word in call.keywords]
    return ", ".join(said)


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _value(node.left) * _value(node.right)
    return bounds.MOST if ast.unparse(node) == "MOST" else ast.literal_eval(node)


_LIMITS = {
    "ge": "at least {}",
    "le": "at most {}",
    "min_length": "at least {} long",
    "max_length": "at most {} long",
    "pattern": "`{}`",
}


def _doc(struct: type[Struct]) -> str:
    """The docstring, unless it is only inherited."""
    own = struct.__doc__ or ""
    return inspect.cleandoc(own) if own else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
