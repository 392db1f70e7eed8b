"""What another policy would change, tried on messages."""

from moderation.content import Policy
from moderation.content.learned import look
from moderation.content.policy import Place
from moderation.content.policy_text import parse
from moderation.content.trial import Tried, report, tried

from .corpus import LEXICON
from .test_learned import LEARNED
from .test_policy import SHIPPED

MESSAGES = (
    ("m1", "good evening all", ()),
    ("m2", "pills", ("sourcing",)),
    ("m3", "idiot " + "and so on " * 20, ("harassment",)),
    ("m4", "idiot", ()),
    ("m5", "nectar", ("use_detail",)),
    ("m6", "goodbye. the idiot", ("crisis_now",)),
)


def trial(text: str) -> list[Tried]:
    then: Policy = parse(text, SHIPPED)
    messages = [(id, text, labels, look(text, LEARNED)) for id, text, labels in MESSAGES]
    return list(tried(messages, SHIPPED.at(Place()), then.at(Place()), LEXICON))


def test_the_same_policy_changes_nothing():
    said = list(report(trial(""), 5))
    assert said[0] == "6 messages of the examples"
    assert said[-1] == "Nothing would be otherwise."


def test_it_is_told_how_many_and_which_would_be_otherwise():
    found = trial('[kinds.harassment]\nlook = "note"\n[kinds.sourcing]\nlook = "nudge"')
    assert [one.id for one in found if one.differs] == ["m2", "m3", "m4"]
    said = list(report(found, 1))
    assert said[1:6] == [
        "                  now   then",
        "allow               2      4",
        "allow_folded        1      1",
        "nudge               0      1",
        "hold                3      0",
    ]
    assert said[6:] == [
        "",
        "hold -> allow: 2",
        f"  m3 (harassment; found: harassment): {MESSAGES[2][1][:77]}…",
        "  and 1 more",
        "",
        "hold -> nudge: 1",
        "  m2 (sourcing; found: sourcing): pills",
    ]


def test_another_label_is_another_decision_too():
    (changed,) = [
        one for one in trial('[kinds.use_detail]\nlabel = "tells of using"') if one.differs
    ]
    assert (changed.id, changed.now.label, changed.then.label) == (
        "m5",
        "mentions using in detail",
        "tells of using",
    )


def test_cm_09_no_policy_changes_what_becomes_of_a_cry():
    found = trial('[kinds.harassment]\nlook = "hold"\nrule = "refuse"\nlevel = "strict"')
    assert [one.now.outcome for one in found if one.id == "m6"] == ["allow"]
    assert not [one for one in found if one.id == "m6" and one.differs]


def test_what_is_nothing_of_the_kind_is_told_so():
    said = list(report(trial('[kinds.harassment]\nlook = "note"'), 5))
    assert "  m4 (nothing of the kind; found: harassment): idiot" in said
