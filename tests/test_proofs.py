"""Every behaviour has a test that bears its id, or says why it has none, and the pages say which."""

import pytest

from tests import abuse, cm, fc
from tests.proofs import Page

pages = pytest.mark.parametrize(
    "page", [abuse.PAGE, cm.PAGE, fc.PAGE], ids=lambda page: page.module
)


@pages
def test_what_has_no_test_says_why_and_nothing_else_does(page: Page):
    assert page.without_proof() == set(page.open)


@pages
def test_no_test_bears_an_id_that_there_is_not(page: Page):
    assert set(page.proofs()) <= set(page.behaviours)


@pages
def test_the_page_is_what_the_suite_makes_of_it(page: Page):
    assert page.path.read_text("utf-8") == page.text(), "run `make docs`"
