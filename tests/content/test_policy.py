"""Policy as data: what becomes of each kind of finding, where, how sure one must be, and what nobody can set."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from moderation.content import Context, Policy, Verdict
from moderation.content import policy as policies
from moderation.content.both import judge
from moderation.content.policy import WAYS, Place
from moderation.content.policy_text import parse
from moderation.content.verdict import SEVERITY

from .corpus import CONTENT, LEXICON, MEMBER
from .test_learned import LEARNED

DEFAULT = (CONTENT / "policies" / "default.toml").read_text()
SHIPPED = parse(DEFAULT, Policy(""))


def read(text: str) -> Policy:
    return parse(text, SHIPPED)


def of(text: str, policy: Policy, context: Context = MEMBER, **place: str) -> Verdict:
    """With the small second look of the tests, which knows a word or two of each kind."""
    here = policy.at(Place(role=context.role, **place))  # type: ignore[arg-type]
    return judge(text, context, here, LEXICON, LEARNED)


def wrong(text: str) -> str:
    with pytest.raises(ValueError, match=r"\Aline \d+: ") as refused:
        read(text)
    return str(refused.value)


def test_what_is_shipped_tells_what_is_so_without_it():
    assert SHIPPED.kinds == WAYS
    assert (SHIPPED.links, SHIPPED.where, SHIPPED.own) == ("group", (), None)
    assert set(WAYS) == set(SEVERITY) - {
        *("crisis_now", "crisis_concern", "harm_by_others", "relapse")
    }
    assert "aa.org" in SHIPPED.allowed_domains


def test_a_policy_says_only_what_is_otherwise():
    policy = read('[kinds.sourcing]\nlook = "note"\n')
    assert policy.kinds["sourcing"] == replace(WAYS["sourcing"], look="note")
    assert policy.kinds["spam"] == WAYS["spam"]
    assert policy.allowed_domains == SHIPPED.allowed_domains
    assert read("allowed_domains = ['example.net']").allowed_domains == ("example.net",)


def test_its_version_is_another_when_a_word_of_it_is():
    one, other = read('links = "nobody"'), read('links = "everyone"')
    assert len({SHIPPED.version, one.version, other.version}) == 3
    assert read('links = "nobody"').version == one.version
    assert of("good evening", one).policy == one.version


@pytest.mark.parametrize(
    ("look", "outcome"),
    [("off", "allow"), ("note", "allow"), ("nudge", "nudge"), ("hold", "hold")],
)
def test_what_becomes_of_what_is_likely(look: str, outcome: str):
    verdict = of("pills", read(f'[kinds.sourcing]\nlook = "{look}"'))
    assert verdict.outcome == outcome
    assert [one.kind for one in verdict.findings] == ([] if look == "off" else ["sourcing"])
    if outcome != "allow":
        assert [one.kind for one in verdict.because] == ["sourcing"]


def test_a_fold_has_the_policys_label():
    policy = read('[kinds.sexual]\nlook = "fold"\nlabel = "speaks of sex"')
    kind = read('[kinds.harassment]\nlook = "fold"\nlabel = "is rude"')
    assert of("idiot", kind).label == "is rude"
    verdict = of("idiot", kind)
    assert (verdict.outcome, [one.kind for one in verdict.because]) == (
        "allow_folded",
        ["harassment"],
    )
    assert of("idiot", policy).outcome == "hold"


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        *(("off", "allow"), ("note", "allow"), ("nudge", "nudge"), ("hold", "hold")),
        *(("bounce", "bounce"), ("refuse", "refuse")),
    ],
)
def test_what_becomes_of_what_a_rule_is_certain_of(rule: str, outcome: str):
    verdict = of("ring 312-555-0143", read(f'[kinds.anonymity]\nrule = "{rule}"'))
    assert (verdict.outcome, len(verdict.findings)) == (outcome, int(rule != "off"))


def test_the_gravest_that_is_to_become_of_it_becomes_of_it():
    policy = read('[kinds.anonymity]\nrule = "nudge"\n[kinds.spam]\nrule = "refuse"')
    verdict = of("ring 312-555-0143, see www.example.net, idiot", policy)
    assert verdict.outcome == "refuse"
    assert [one.code for one in verdict.because] == ["link"]


@pytest.mark.parametrize(("level", "outcome"), [("usual", "allow"), ("strict", "hold")])
def test_how_strict_says_how_sure_one_must_be(level: str, outcome: str):
    text = "pills for the idiot"
    likely = {one.kind: one.confidence for one in of(text, SHIPPED).findings}
    assert 0.6 < max(likely.values()) < 0.85
    policy = read("".join(f'[kinds.{kind}]\nlevel = "{level}"\n' for kind in likely))
    assert of(text, policy).outcome == outcome


def test_a_lenient_group_keeps_what_is_nearly_certain_alone():
    (found,) = of("nectar", SHIPPED).findings
    assert of("nectar", SHIPPED).outcome == "allow_folded"
    lenient = of("nectar", read('[kinds.use_detail]\nlevel = "lenient"'))
    assert (lenient.outcome == "allow_folded") == (found.confidence >= 0.85)
    assert policies.SURE["lenient"]["hold"] > policies.SURE["usual"]["hold"]


# Where it holds


def test_a_place_may_be_otherwise_and_what_stands_last_holds():
    policy = read(
        '[[where]]\nformats = ["tools-90"]\nkinds.harassment.look = "note"\n'
        '[[where]]\nformats = ["tools-90"]\nphases = ["checkin"]\nlinks = "nobody"\n'
        'kinds.harassment.look = "nudge"\n'
        '[[where]]\nrooms = ["evening"]\nkinds.harassment.look = "off"\n'
    )
    assert of("idiot", policy).outcome == "hold"
    assert of("idiot", policy, format="tools-90").outcome == "allow"
    assert of("idiot", policy, format="tools-90", phase="checkin").outcome == "nudge"
    assert of("idiot", policy, format="tools-90", phase="checkin", room="evening").findings == ()
    assert of("see www.example.net", policy, links="everyone").outcome == "allow"
    assert policy.at(Place(format="tools-90", phase="checkin", links="everyone")).links == "nobody"


@pytest.mark.parametrize(
    ("explicit_using", "outcome"),
    [("bounce", "nudge"), ("fold", "allow_folded"), ("hold", "hold")],
)
def test_cm_07_a_groups_own_way_with_using_in_detail(explicit_using: str, outcome: str):
    verdict = of("nectar", SHIPPED, explicit_using=explicit_using)
    assert (verdict.outcome, verdict.label) == (outcome, "mentions using in detail")
    told = read('[kinds.use_detail]\nlook = "note"')
    assert of("nectar", told, explicit_using=explicit_using).outcome == "allow"


@pytest.mark.parametrize(("crosstalk", "outcome"), [(True, "nudge"), (False, "allow")])
def test_cm_10_an_answer_is_asked_about_where_the_group_has_none(crosstalk: bool, outcome: str):
    member = Context("member", crosstalk=crosstalk)
    assert of("yours", SHIPPED, member).outcome == outcome
    off = read('[kinds.crosstalk]\nlook = "off"')
    assert of("yours", off, member).findings == ()


@pytest.mark.parametrize("role", ["facilitator", "staff"])
def test_cm_18_no_machine_keeps_or_folds_what_facilitators_and_staff_write(role: str):
    who = Context(role)  # type: ignore[arg-type]
    for text in ("idiot", "nectar", "pills"):
        assert of(text, SHIPPED, who).outcome == "allow"
        assert of(text, SHIPPED, who).findings[0].then == "note"
    assert of("ring 312-555-0143", SHIPPED, who).outcome == "bounce"
    own = read('[[phrases]]\nwords = ["blue house"]\nkind = "spam"\nthen = "hold"')
    assert of("the blue house", own).outcome == "hold"
    assert of("the blue house", own, who).outcome == "allow"


def test_cm_04_whom_the_organisation_lets_people_name_may_be_named():
    text = "I'm reading Jane Smith's book about sleep, and Sarah Jones from the Tuesday group helped me"
    both = [text[one.start : one.end] for one in of(text, SHIPPED).because]
    assert any("Sarah Jones" in name for name in both)
    named = of(text, read('allowed_names = ["Sarah Jones"]'))
    assert not any("Sarah Jones" in text[one.start : one.end] for one in named.findings)


def test_cm_18_facilitators_are_neither_asked_nor_held_for_what_a_rule_sees():
    text = "what Sam said in Monday's meeting was that he drinks again"
    assert of(text, SHIPPED).outcome == "hold"
    assert of(text, SHIPPED, Context("facilitator")).outcome == "allow"


# Phrases of the organisation's own

OWN = """\
[[phrases]]
words = ["The Blue House", "St. Mary's"]
patterns = ['flat \\d+ (?:north|south) street']
kind = "anonymity"
then = "bounce"

[[phrases]]
words = ["jackpot"]
kind = "use_detail"
then = "fold"
label = "speaks of winning"
"""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I live at the blue house now", "the blue house"),
        ("I live at THE  Blue-House", "THE  Blue-House"),
        ("the b l u e house", "the b l u e house"),
        ("th\u0435 \u200bblue h\u00f6use!", "th\u0435 \u200bblue h\u00f6use"),
        ("at St Mary’s on Monday", "St Mary’s"),
        ("at st. marys", "st. marys"),
        ("it is Flat 12, North Street", "Flat 12, North Street"),
    ],
)
def test_cm_12_own_phrases_are_found_however_they_are_written(text: str, shown: str):
    verdict = of(text, read(OWN))
    (found,) = verdict.because
    assert (verdict.outcome, found.code, found.kind) == ("bounce", "own_phrase", "anonymity")
    assert text[found.start : found.end] == shown


@pytest.mark.parametrize(
    "text", ["the blue houses", "a blue boathouse", "flat 12 east street", "jackpots"]
)
def test_own_phrases_are_whole_words(text: str):
    assert of(text, read(OWN)).outcome == "allow"


def test_own_phrases_fold_too_and_leave_the_second_look_its_say():
    assert of("a jackpot", read(OWN)).label == "speaks of winning"
    noted = read('[[phrases]]\nwords = ["pills"]\nkind = "sourcing"\nthen = "note"')
    assert of("pills", noted).outcome == "hold"


@pytest.mark.parametrize("cry", ["goodbye", "I am going to kill myself", "I drank"])
def test_cm_09_own_phrases_withhold_no_cry_and_what_tells_who_somebody_is_is_masked(cry: str):
    text = f"{cry}. the blue house"
    verdict = of(text, read(OWN))
    assert (verdict.outcome, verdict.need) == ("allow", True)
    assert [text[one.start : one.end] for one in verdict.masks] == ["the blue house"]


EVERYTHING_OFF = (
    "".join(f'[kinds.{kind}]\nrule = "off"\nlook = "off"\n' for kind in WAYS)
    + '[[phrases]]\npatterns = ["kill myself", "want to die"]\nkind = "harassment"\nthen = "refuse"\n'
)
EVERYTHING_REFUSED = "".join(
    f'[kinds.{kind}]\nrule = "refuse"\nlook = "hold"\nlevel = "strict"\n' for kind in WAYS
)


@pytest.mark.parametrize("text", [EVERYTHING_OFF, EVERYTHING_REFUSED], ids=["off", "refused"])
def test_cm_23_no_policy_switches_the_crisis_rules_off_or_withholds_a_cry(text: str):
    policy = read(text)
    crisis = (CONTENT / "examples" / "crisis_explicit.txt").read_text().splitlines()
    for line in [line for line in crisis if line and not line.startswith("#")]:
        verdict = of(line, policy)
        assert verdict.signal == "urgent", line
        assert verdict.outcome == "allow", line


@pytest.mark.parametrize("kind", sorted(set(SEVERITY) - set(WAYS)))
def test_cm_09_there_is_nothing_to_set_about_a_need(kind: str):
    why = "nothing ever withholds it, and no setting changes that"
    assert wrong(f'[kinds.{kind}]\nrule = "off"') == f"line 1: kinds: {kind}: {why}"
    told = f'[[phrases]]\nwords = ["a"]\nkind = "{kind}"\nthen = "hold"'
    assert wrong(told) == f"line 3: phrases: 1: kind: {why}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("links =", "line 1: Invalid value"),
        ("\nlink = 'all'", "line 2: link: unknown field"),
        (
            "links = 'all'",
            "line 1: links: Invalid enum value 'all': none of facilitators, nobody, everyone, group",
        ),
        ("links = 3", "line 1: links: Expected `str | null`, got `int`"),
        ("kinds = 3", "line 1: kinds: Expected `object`, got `int`"),
        (
            "[kinds.pills]\nrule = 'off'",
            f"line 1: kinds: pills: there is no such kind: none of {', '.join(WAYS)}",
        ),
        (
            "[kinds.spam]\nlook = 'bounce'",
            (
                "line 2: kinds: spam: look: Invalid enum value 'bounce': "
                "none of off, note, fold, nudge, hold, group"
            ),
        ),
        ("[kinds.spam]\nlok = 'off'", "line 2: kinds: spam: lok: unknown field"),
        ("[kinds.spam]\nrule = 'fold'", "line 2: kinds: spam: rule: a fold needs a label"),
        (
            "[kinds.spam]\nlook = 'group'",
            "line 2: kinds: spam: look: groups decide about use_detail and crosstalk alone",
        ),
        (
            "[[where]]\nlinks = 'nobody'",
            "line 1: where: 1: say where: name formats, rooms or phases",
        ),
        (
            "[[where]]\nrooms = ['a']\n[[where]]\nrooms = ['b']\nkinds.spam.look = 'fold'",
            "line 5: where: 2: kinds: spam: look: a fold needs a label",
        ),
        (
            "allowed_domains = [\n'example.org',\n'https://example.net/',\n]",
            "line 3: allowed_domains: 2: write the bare domain in small letters: example.org",
        ),
        (
            "[[phrases]]\nkind = 'spam'\nthen = 'note'",
            "line 1: phrases: 1: there are neither words nor patterns",
        ),
        (
            "[[phrases]]\nkind = 'spam'\nthen = 'fold'\nwords = ['a']",
            "line 3: phrases: 1: then: a fold needs a label",
        ),
        (
            "[[phrases]]\nkind = 'spam'\nthen = 'note'\nwords = [\n'a',\n'!',\n]",
            "line 6: phrases: 1: words: 2: there is no letter in it",
        ),
        (
            "[[phrases]]\nkind = 'spam'\nthen = 'note'\npatterns = [\n'a',\n'a(b',\n]",
            "line 6: phrases: 1: patterns: 2: missing ): a(b",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_reason(text: str, why: str):
    assert wrong(text) == why


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("x" * 201, "Expected `str` of length <= 200"),
        ("früh", "a pattern is read on plain letters: write u for ü, and i for í"),
        (".*", "it fits any words at all"),
        ("[a-z]+", "it fits any words at all"),
        ("x{1,500}", "that takes too much memory: write shorter patterns, or fewer"),
        ("a.{0,900}b", "pattern too large - compile failed"),
        ("(?=a)b", "invalid perl operator: (?="),
    ],
)
def test_a_pattern_that_would_harm_is_refused_as_it_is_read(pattern: str, why: str):
    text = f"[[phrases]]\nkind = 'spam'\nthen = 'note'\npatterns = ['{pattern}']"
    assert wrong(text).endswith(why)


def test_patterns_that_are_too_many_together_are_refused():
    many = ", ".join(f"'{index} [a-z]{{1,40}} street'" for index in range(100))
    table = f"[[phrases]]\nkind = 'spam'\nthen = 'note'\npatterns = [{many}]\n"
    assert wrong(table * 100) == (
        "line 1: phrases: that takes too much memory: write shorter patterns, or fewer"
    )


def test_the_files_of_the_review_are_where_the_wheel_has_them():
    assert (Path(policies.__file__).parent / "policies" / "default.toml").is_file()
