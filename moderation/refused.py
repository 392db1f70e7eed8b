"""The one way in which a rule says no."""

from typing import Any


class Refused(Exception):
    """A domain "no": `code` names it in chatroom/live/refusals.py, `facts` are plain values for its words.

    Nothing is stored for a refusal, and it never ejects anybody (FC-22).
    """

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
