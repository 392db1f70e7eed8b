"""Every kind of abuse has a test that bears its id, or says why it has none."""

from tests import abuse


def test_what_has_no_test_says_why():
    assert abuse.PAGE.without_proof() == set(abuse.OPEN)


def test_no_test_bears_an_id_that_there_is_not():
    assert set(abuse.PAGE.proofs()) <= set(abuse.BEHAVIOURS)


def test_the_page_is_what_the_suite_makes_of_it():
    assert abuse.PAGE.path.read_text("utf-8") == abuse.PAGE.text(), "run `make docs`"
