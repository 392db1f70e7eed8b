"""The acceptance behaviours of the content review, and the tests that prove each: docs/content.md.

python -m tests.cm          writes the page
"""

import re

from tests.proofs import HOUSE, Page

BEHAVIOURS = {
    1: "Before, not after: nobody reads what is bounced, held or refused; what is taken out leaves its place",
    2: "Telephone numbers, in figures, words, look-alikes and over two lines; never dates, doses, counts",
    3: "E-mail, handles, links to a person; links but for facilitators and the domains on the list",
    4: "Full names of people come back to their author; what may identify them once, to think again",
    5: "Outing others is held, and never published by the server alone",
    6: "Sourcing is refused and told to the facilitator; talk of treatment passes",
    7: "Detail of using: the phase's policy bounces, folds or holds it",
    8: "Methods are masked beside a crisis, and otherwise bounced kindly with the helplines",
    9: "Crisis beats rules: the signal first, nothing withheld, the rest masked",
    10: "Crosstalk: a private nudge that the author may answer; never refused",
    11: "Medical or legal advice is held",
    12: "Normalisation undoes disguises and alters nothing that is shown",
    13: "Benign sentences of recovery: none withheld, and a rule that adds a hit fails the build",
    14: "Edits: in one's own turn, through the whole review; a bounced one leaves the old text",
    15: "A bounce keeps dignity: reason, place, draft, another way, and the time stands still",
    16: "A held message: its author sees it waits, facilitators why; one decision, and an end by itself",
    17: "No shadow: what its author sees as delivered is delivered",
    18: "Strikes are given by people alone, each with reason, length and appeal",
    19: "An appeal is heard by somebody else, and undoes exactly that act",
    20: "Reports of what one could see are private; two fold it until a facilitator decides",
    21: "A flood is slowed and nobody is put out for it",
    22: "A raid turns the door to knocking and leaves those alone who are in",
    23: "A review that fails: identity and sourcing are held, style passes, crisis phrases go on",
    24: "Text is inert: markup, controls and towers of marks are shown as they are",
    25: "What was removed or held is kept for its days, encrypted, and each look at it is written down",
}
OPEN = {
    25: "open: what was held is sealed like all words, and goes with them; it is not kept for days of its own",
}

PAGE = Page(
    path=HOUSE / "docs" / "content.md",
    module="cm",
    title="The content review: what it does, and what proves it",
    prefix="CM-",
    ids=re.compile(r"(?:^|_)cm_?(\d\d)(?=_|$)"),
    behaviours=BEHAVIOURS,
    open=OPEN,
)

if __name__ == "__main__":
    PAGE.write()
