"""The tool that plants mistakes: it plants each kind, whole ones, and tells a noticed one from one that lives."""

import ast
import subprocess
from pathlib import Path

import pytest

from tests import mutants as tool
from tests.mutants import HOUSE, Copy, Mutant, draw, mutants, reasons

CODE = '''"""Not this."""
LEFT = 500

class Thing:
    async def act(self, count: int = 3) -> bool:
        """Nor this."""
        if count > 1 and self.open:
            await self.write(f"{count + 1}")
        log.info("nor this")
        self.at = count + 7
        raise Refused("no")

def found(words):
    return [word for word in words if word in KNOWN]
'''


def test_every_kind_of_mistake_is_planted_and_only_in_what_a_function_does():
    planted = {(mutant.before, mutant.after) for mutant in mutants("a.py", CODE.encode())}
    assert planted == {
        ("count > 1 and self.open", "(not (count > 1 and self.open))"),
        ("count > 1", "True"),
        ("self.open", "True"),
        ("count > 1", "count >= 1"),
        ("1", "2"),
        ('await self.write(f"{count + 1}")', "pass"),
        ("self.at = count + 7", "pass"),
        ("count + 7", "(count - 7)"),
        ("7", "8"),
        ('raise Refused("no")', "pass"),
        ("[word for word in words if word in KNOWN]", "None"),
        ("word in KNOWN", "(not (word in KNOWN))"),
        ("word in KNOWN", "word not in KNOWN"),
    }
    assert {mutant.where for mutant in mutants("a.py", CODE.encode())} == {"Thing.act", "found"}


def test_a_spoilt_file_is_a_file_still_and_another_one():
    """Of the house itself, with whatever it holds: the letters of a file may be longer than its bytes."""
    drawn = draw(["live", "store", "bus", "people", "care", "groups", "web"], 3)
    assert len(drawn) > 100
    assert drawn == draw(["live", "store", "bus", "people", "care", "groups", "web"], 3)
    for mutant in drawn:
        source = (HOUSE / mutant.path).read_bytes()
        spoilt = mutant.spoil(source)
        assert ast.dump(ast.parse(spoilt)) != ast.dump(ast.parse(source)), mutant.key


def test_what_a_test_notices_is_told_from_what_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    house, folder = tmp_path / "house", tmp_path / "copy"
    (house / "tests").mkdir(parents=True)
    folder.mkdir()
    (house / "ours.py").write_text(
        "def more(n):\n    seen.append(n)\n    return n + 1\nseen = []\n"
    )
    (house / "tests" / "test_ours.py").write_text(
        "import sys\nsys.path.insert(0, '.')\nfrom ours import more\n\n"
        "def test_more():\n    assert more(1) == 2\n"
    )
    subprocess.run(["git", "init", "-q"], cwd=house, check=True)
    monkeypatch.setattr(tool, "HOUSE", house)
    monkeypatch.setattr(tool, "TESTS", {"ours.py": ["tests/test_ours.py"]})
    lives, dies, wrong = (
        next(mutant for mutant in mutants("ours.py", (house / "ours.py").read_bytes()) if mutant.before == before)
        for before in ("seen.append(n)", "n + 1", "1")
    )  # fmt: skip
    copy = Copy(folder)
    assert [copy.noticed(mutant) for mutant in (lives, dies, wrong)] == [False, True, True]
    assert (folder / "ours.py").read_bytes() == (house / "ours.py").read_bytes()


def test_what_may_live_is_there_and_has_a_reason():
    """A row of docs/mutants.md whose code has changed says nothing any more: take it out."""
    known: dict[str, set[tuple[str, str, str]]] = {}
    for place, before, after in reasons():
        path = place.partition(":")[0]
        if path not in known:
            found: list[Mutant] = mutants(path, (HOUSE / path).read_bytes())
            known[path] = {mutant.key for mutant in found}
        assert (place, before, after) in known[path]
