"""The review at the command line: it reads files and prints, and nothing imports it.

python -m moderation review [--policy FILE] < in.jsonl > out.jsonl
python -m moderation explain "text"
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, TextIO

import click
import msgspec
from msgspec.structs import replace

from moderation.content import Context, Lexicon, Policy, parse
from moderation.content.both import judge
from moderation.content.encoder import encoder
from moderation.content.learned import FILES, Learned
from moderation.content.learned import parse as parse_learned
from moderation.content.policy import Place
from moderation.content.policy_text import parse as parse_policy
from moderation.content.verdict import Finding, Severity, Signal, Verdict

HERE = Path(__file__).parent / "content"
HELPLINES = ("988", "741741", "116 123", "112", "911", "999")


class Asked(msgspec.Struct, frozen=True):
    """One line of what comes in; the context is who writes (a member, unless it says otherwise) and where.

    It has fields of `Context` and of `Place`.
    """

    id: str | int
    text: str
    context: dict[str, Any] | None = None


@click.group()
def main() -> None:
    """What the review makes of a text."""


@main.command(name="review")
@click.option(
    "--policy", type=click.File("r"), help="What this organisation lets people write, in TOML."
)
def review_lines(policy: TextIO | None) -> None:
    """Read one JSON object a line (`id`, `text`, optional `context`); write one a line, in the same order."""
    rules = _policy(policy.read() if policy else "")
    for line in answered(sys.stdin, rules):
        click.echo(line)


@main.command()
@click.argument("text")
@click.option("--policy", type=click.File("r"))
def explain(text: str, policy: TextIO | None) -> None:
    """Say in plain words what the review makes of a text, and why."""
    lexicon, learned = opened()
    rules = _policy(policy.read() if policy else "")
    verdict = judge(text, Context("member"), rules.at(Place()), lexicon, learned)
    click.echo("\n".join(explained(text, verdict)))


def answered(lines: Iterable[str], policy: Policy) -> Iterator[str]:
    lexicon, learned = opened()
    for line in lines:
        if not line.strip():
            continue
        asked = msgspec.json.decode(line, type=Asked)
        given = {"role": "member"} | (asked.context or {})
        context, place = msgspec.convert(given, Context), msgspec.convert(given, Place)
        verdict = judge(asked.text, context, policy.at(place), lexicon, learned)
        yield msgspec.json.encode(_told(asked.id, verdict)).decode()


class ToldFinding(msgspec.Struct, frozen=True):
    """One finding, with its [start, end) in code points of the text."""

    kind: str
    severity: Severity
    span: tuple[int, int]
    by: tuple[str, ...]
    confidence: float


class Told(msgspec.Struct, frozen=True):
    """One line of what goes out."""

    id: str | int
    decision: str
    crisis: Literal["concern", "imminent"] | None
    findings: tuple[ToldFinding, ...]
    label: str | None


def _told(id: str | int, verdict: Verdict) -> Told:
    return Told(
        id,
        verdict.outcome,
        None if verdict.signal is None else CRISIS_OF[verdict.signal],
        tuple(
            ToldFinding(one.kind, one.severity, (one.start, one.end), one.by, one.confidence)
            for one in verdict.findings
        ),
        verdict.label or None,
    )


CRISIS_OF: dict[Signal, Literal["concern", "imminent"]] = {
    "support": "concern",
    "urgent": "imminent",
}


DECIDED = {
    "allow": "It is published.",
    "allow_folded": "It is published, folded under a label; whoever wants to opens it.",
    "nudge": "Its author is asked once more, and may publish it as it is.",
    "bounce": "It goes back to its author, who can change it. The draft is kept.",
    "hold": "It waits for a facilitator, who publishes it or gives it back.",
    "refuse": "It is not taken, and the facilitators are told.",
}
CRISIS = {
    "concern": "Somebody of staff is told that this person may need care.",
    "imminent": "Somebody of staff is told at once: this may be about life and death.",
}
KINDS = {
    "crisis_now": "somebody may be in danger now",
    "crisis_concern": "somebody may wish to be dead, or be about to harm themselves",
    "harm_by_others": "somebody may be harmed by others",
    "relapse": "somebody has used, or is about to",
    "anonymity": "it says who somebody is, or how to reach them",
    "sourcing": "it offers or asks for drugs, drink or bets",
    "use_detail": "it dwells on using",
    "harassment": "it insults or threatens",
    "sexual": "it makes an unwanted advance",
    "spam": "it advertises, or links",
    "crosstalk": "it tells another what to do or think",
    "medical_advice": "it tells others what to do about medicine or the law",
    "methods": "it names a means of suicide or self-harm",
}


def explained(text: str, verdict: Verdict) -> Iterator[str]:
    """Every finding with its words, then what follows."""
    yield from (f"- {_reason(text, finding)}" for finding in verdict.findings)
    if not verdict.findings:
        yield "Nothing was found."
    yield DECIDED[verdict.outcome]
    if verdict.label:
        yield f"The label says: {verdict.label}."
    if verdict.signal:
        yield CRISIS[CRISIS_OF[verdict.signal]]


def _reason(text: str, reason: Finding) -> str:
    said = text[reason.start : reason.end]
    if reason.confidence == 1:
        return f"A rule is certain that {KINDS[reason.kind]}: “{said}”."
    words = ", ".join(f"“{word}”" for word in reason.by)
    weighed = f" (above all {words})" if words else ""
    likely = round(reason.confidence * 100)
    return f"The second look takes it for {likely} % likely that {KINDS[reason.kind]}: “{said}”{weighed}."


def _policy(toml: str) -> Policy:
    """The shipped policy with what `toml` says; the usual helplines are known, as there are no settings."""
    default = (HERE / "policies" / "default.toml").read_text("utf-8")
    try:
        policy = parse_policy(toml, parse_policy(default, Policy(version="")))
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--policy") from None
    return replace(policy, allowed_numbers=(*HELPLINES, *policy.allowed_numbers))


def opened() -> tuple[Lexicon, Learned]:
    lexicon = {path.name: path.read_text("utf-8") for path in (HERE / "lexicon").glob("*.txt")}
    model = {name: (HERE / "model" / name).read_bytes() for name in FILES}
    encode = encoder((HERE / "model" / "encoder.onnx").read_bytes())
    return parse(lexicon), parse_learned(model, encode)


if __name__ == "__main__":
    main()
