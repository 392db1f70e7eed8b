"""The Python client of the protocol: through the door, onto the socket, back by itself.

    async with enter(link, name="Ben") as seat:
        receipt = await seat.say("hello")       # Receipt(number, ...); raises Refused(code, words)
        await seat.send(RaiseHand())            # any command of moderation/meeting/commands.py
        async for seen in seat.entries(): ...   # every entry once, in order, across reconnects
        seat.meeting                            # the folded state, as a browser has it

`come_to_desk` is the same for staff, `case_line` for the private line of a case. The three faces
`Seat`, `DeskSeat` and `CaseLine` stand on `Line`, which keeps one socket up: `Copy` knows where the
client is in each stream and what the meeting looks like there, `Outbox` which commands have no
answer yet. Both are free of I/O.

What may happen on the way, and what it looks like from outside:

    Refused       a "no" of the server, to a command or at the door; nothing was stored
    LineEnded     the server closed the line for good (CLOSE_CODES), or the context was left
    an OSError    or the like of httpx2: the door can't be reached for `PATIENCE` seconds
    AssertionError  the server broke a promise: a number was left out, doubled or given twice

Anything else that goes wrong with the network is nobody's business outside: the line comes back
with its cursor and sends again, under the same ids, what had no answer.
"""

from chatroom.client.answers import HelpGiven, LineEnded, Refused, Seen
from chatroom.client.copy import Copy, fold, thaw, view
from chatroom.client.door import Door
from chatroom.client.line import Line, new_id
from chatroom.client.outbox import AnySeatCommand, Outbox
from chatroom.client.seats import CaseLine, DeskSeat, Seat, case_line, come_to_desk, enter
from chatroom.live.wire import Receipt

__all__ = [
    "AnySeatCommand",
    "CaseLine",
    "Copy",
    "DeskSeat",
    "Door",
    "HelpGiven",
    "Line",
    "LineEnded",
    "Outbox",
    "Receipt",
    "Refused",
    "Seat",
    "Seen",
    "case_line",
    "come_to_desk",
    "enter",
    "fold",
    "new_id",
    "thaw",
    "view",
]
