"""Every behaviour of the floor is proved by a test that bears its id, and the page says which."""

from tests import fc


def test_every_behaviour_has_a_test_that_bears_its_id():
    assert set(fc.PAGE.proofs()) == set(fc.BEHAVIOURS)


def test_what_a_race_or_a_restart_could_break_is_proved_over_two_processes():
    raced = {
        id
        for id, proved in fc.PAGE.proofs().items()
        if any("tests/races/" in path for path, _ in proved)
    }
    assert set(fc.RACES) - raced == set()


def test_the_page_is_what_the_suite_makes_of_it():
    assert fc.PAGE.path.read_text("utf-8") == fc.PAGE.text(), "run `make docs`"
