"""The acceptance behaviours of the floor, and the tests that prove each: docs/floor.md.

python -m tests.fc          writes the page
"""

import re
import sys

from tests.proofs import HOUSE, Page

BEHAVIOURS = {
    1: "Hands stand in the order in which the server stored them",
    2: "Raising twice is raising once",
    3: "A hand comes down from any device; a facilitator lowers one or all",
    4: "Who comes late gets everything in one frame",
    5: "An invitation needs consent, and runs out",
    6: "Exactly one holder",
    7: "`done` and `next` at once: one step, one invited",
    8: "Two facilitators invite at once: one invitation",
    9: "A late line comes back as a draft",
    10: "The floor is given back",
    11: "Many short lines are one turn",
    12: "Text out of turn is refused kindly",
    13: "Typed customs",
    14: "The turn's time, and its last line",
    15: "Extend and pause",
    16: "The holder loses connection",
    17: "Somebody in the queue loses connection",
    18: "Presence is true",
    19: "Mutes act by number, and end",
    20: "Rights are derived",
    21: "Freezing the room",
    22: "Nobody acts on a higher role, and a no never ejects",
    23: "Handing over the chair",
    24: "The chair is lost",
    25: "Facilitators share too, and wait like all",
    26: "Closing the queue",
    27: "New voices first",
    28: "Round and tag",
    29: "A phase's time ends in the middle of a turn",
    30: "A crash loses nothing",
}
RACES = (1, 6, 7, 8, 16, 17, 18, 19, 21, 23, 24, 30)
"""Those that have to hold over real sockets on two processes."""

PAGE = Page(
    path=HOUSE / "docs" / "floor.md",
    module="fc",
    title="The floor: what it does, and what proves it",
    prefix="FC-",
    ids=re.compile(r"fc_(\d\d)"),
    behaviours=BEHAVIOURS,
)

if __name__ == "__main__":
    PAGE.write()
    missing = sorted(PAGE.without_proof())
    sys.exit(f"no test bears {missing}" if missing else 0)
