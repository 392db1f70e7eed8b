"""CM-02, CM-03, CM-13: the corpora of contact details."""

import pytest

from .corpus import judge_lines, sentences


def test_cm_13_the_corpus_is_large_enough():
    assert len(sentences("contact.txt")) >= 150


@pytest.mark.parametrize("line", sentences("contact.txt") + sentences("contact_heldout.txt"))
def test_cm_03_contact_details_are_bounced(line: str):
    text, verdict = judge_lines(line)
    assert verdict.outcome == "bounce"
    assert any(finding.code == "contact_details" for finding in verdict.findings)
    assert all(0 <= finding.start < finding.end <= len(text) for finding in verdict.findings)
