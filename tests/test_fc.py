"""Of the floor more is asked than a proof: what two processes could break is proved over two."""

from tests import fc


def test_what_a_race_or_a_restart_could_break_is_proved_over_two_processes():
    raced = {
        id
        for id, proved in fc.PAGE.proofs().items()
        if any("tests/races/" in path for path, _ in proved)
    }
    assert set(fc.RACES) - raced == set()
