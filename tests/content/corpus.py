"""The shipped lexicon and the example sentences, read once for all tests of the review."""

from pathlib import Path

from moderation.content import Context, Policy, Verdict, parse, review

CONTENT = Path(__file__).parents[2] / "moderation" / "content"
TEXTS = {path.name: path.read_text() for path in (CONTENT / "lexicon").glob("*.txt")}
LEXICON = parse(TEXTS)
POLICY = Policy(
    version="p1",
    allowed_numbers=("988", "1-800-273-TALK", "1-800-GAMBLER", "(800) 662-4357", "741741"),
    allowed_domains=("example.org",),
)
MEMBER = Context("member")


def sentences(name: str) -> list[str]:
    """The lines of one corpus, without its header."""
    lines = (CONTENT / "examples" / name).read_text().split("\n")
    return [line for line in lines if line and not line.startswith("#")]


def judge(text: str, context: Context = MEMBER, policy: Policy = POLICY) -> Verdict:
    return review(text, context, policy, LEXICON)


def judge_lines(line: str) -> tuple[str, Verdict]:
    """The verdict on the last of an author's consecutive lines, which stand between " // "."""
    *before, text = line.split(" // ")
    return text, judge(text, Context("member", before=tuple(before)))


def shown(text: str, verdict: Verdict) -> list[str]:
    """What the findings point at in the displayed text."""
    return [text[finding.start : finding.end] for finding in verdict.findings]
