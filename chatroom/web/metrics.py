"""What an operator's monitoring reads: counts of the whole process, and of no room or person (A90)."""

import hmac
from collections.abc import Iterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from chatroom.live.second_look import REASONS, STATES, SecondLook


class Metrics:
    """Behind a token; without one, or without the right one, there is no such page."""

    def __init__(self, token: str | None, second: SecondLook | None) -> None:
        self._token = token
        self._second = second

    async def show(self, request: Request) -> Response:
        """GET /metrics, in the text format of Prometheus."""
        given = request.headers.get("authorization", "").encode()
        if self._token is None or not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            raise HTTPException(404)
        lines = [] if self._second is None else _of_the_look(self._second)
        headers = {"cache-control": "no-store"}
        return PlainTextResponse("".join(f"{line}\n" for line in lines), headers=headers)


def _of_the_look(second: SecondLook) -> Iterator[str]:
    yield "# HELP chatroom_review_state 1 for the state that the second look is in."
    yield "# TYPE chatroom_review_state gauge"
    for state in STATES:
        yield f'chatroom_review_state{{state="{state}"}} {int(second.state == state)}'
    yield "# HELP chatroom_review_waiting Texts that wait for a second look."
    yield "# TYPE chatroom_review_waiting gauge"
    yield f"chatroom_review_waiting {second.waiting}"
    yield "# HELP chatroom_review_look_seconds How long texts waited for their second look."
    yield "# TYPE chatroom_review_look_seconds summary"
    yield f"chatroom_review_look_seconds_sum {second.seconds:.6f}"
    yield f"chatroom_review_look_seconds_count {second.looks}"
    yield "# HELP chatroom_review_degraded_total Texts that went on without a second look, and why."
    yield "# TYPE chatroom_review_degraded_total counter"
    for why in REASONS:
        yield f'chatroom_review_degraded_total{{why="{why}"}} {second.degraded[why]}'
