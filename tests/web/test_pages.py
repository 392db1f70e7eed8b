"""Pages that hold nothing of anybody, wrong addresses among them."""

from collections.abc import Iterator

import pytest
from httpx2 import Client

from tests.journal.town import town_in

PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    server, _ = town_in(tmp_path_factory.mktemp("town"))
    with server.running(), Client(base_url=server.origin, trust_env=False) as client:
        yield client


WRONG = [
    "/nowhere",
    "/rooms",
    "/rooms/",
    "/rooms/a/b/c",
    "/desk/x",
    "/cases/zz/socket",
]


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_address_is_a_page_like_that_of_an_unknown_room_with_help(
    visitor: Client, path: str
):
    unknown = visitor.get("/rooms/nowhere", headers=PAGE)
    answer = visitor.get(path, headers=PAGE)
    assert (unknown.status_code, answer.status_code) == (403, 404)
    assert answer.text == unknown.text
    assert "data-help" in answer.text
    assert "116 123" in answer.text
    assert answer.headers["x-robots-tag"] == "noindex"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/left", 405)]
)
def test_who_reads_no_pages_is_answered_in_json(
    visitor: Client, method: str, path: str, status: int
):
    answer = visitor.request(method, path, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, "no_such_page")
    if status == 405:
        assert "GET" in answer.headers["allow"]
