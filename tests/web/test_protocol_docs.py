"""The protocol's page and types are those of the structs; the catalogue of refusals is whole and has no dead code."""

import ast
from collections.abc import Iterator
from pathlib import Path

from chatroom.live.refusals import CLOSE_CODES, REFUSALS
from chatroom.web import protocol_docs

HOUSE = Path(__file__).parents[2]
CATALOGUE = "chatroom/live/refusals.py"


def test_the_page_and_the_types_are_fresh():
    for path, text in protocol_docs.written().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale: run make docs"


def test_a_stale_file_is_noticed_and_written_again(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(protocol_docs, "HOUSE", tmp_path)
    monkeypatch.setattr(protocol_docs, "DOCS", tmp_path / "docs" / "protocol.md")
    monkeypatch.setattr(protocol_docs, "TYPES", tmp_path / "static" / "protocol.d.ts")
    assert protocol_docs.main(["--check"]) == 1
    assert "docs/protocol.md is stale" in capsys.readouterr().err
    assert protocol_docs.main([]) == 0
    assert protocol_docs.main(["--check"]) == 0


def test_every_refusal_that_is_raised_has_its_words():
    raised = {code: f"{path}:{line}" for path, line, code in refused()}
    assert raised, "need refusals for this test to mean anything"
    assert not {code: where for code, where in raised.items() if code not in REFUSALS}


def test_no_refusal_is_left_over():
    """A code counts as used where it is spelt out; verdicts and reasons are raised by their name."""
    spelt = {
        node.value
        for path, tree in modules()
        if path != CATALOGUE
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not [code for code in REFUSALS if code not in spelt]


def test_every_refusal_and_close_code_is_on_the_page():
    page = protocol_docs.protocol_page()
    assert not [code for code in REFUSALS if f"| `{code}` |" not in page]
    assert not [name for name in CLOSE_CODES if f"| `{name}` |" not in page]


def test_close_codes_are_distinct_per_reason_a_client_acts_on():
    codes = [close.code for close in CLOSE_CODES.values()]
    assert len(set(codes)) == len(codes)


def refused() -> Iterator[tuple[str, int, str]]:
    """Every code spelt out in a `Refused("...")`: file, line, code."""
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and called(node) == "Refused":
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield path, node.lineno, part.value


def called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in ("chatroom", "moderation"):
        for path in sorted((HOUSE / package).rglob("*.py")):
            yield path.relative_to(HOUSE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))
