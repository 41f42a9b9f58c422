"""The command `ask`: the answers about a country, as lines for a person or as one JSON object."""

from collections.abc import Iterator

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.core.answer import TITLES, Answer
from provenet.verbs.answers import AskReport
from provenet.verbs.settings import AskSettings


@command(AskSettings)
def ask(case: str, settings: AskSettings, as_json: bool) -> None:
    """Answer a QUESTION about each country of CASE.

    Without one, every question of a first page. Each answer is made from stored rows: its finding, what stands beside
    it, how old its inputs are, and the rows behind it. Pages print the same answers. Writes nothing.
    """
    from provenet.verbs.ask import run

    report = run(case, settings)
    say_json(report.as_dict()) if as_json else say(answer_lines(report))


def answer_lines(found: AskReport) -> Iterator[str]:
    """The answers country by country, each under its question."""
    known = "all that the case holds" if found.known_on is None else f"what was known on {found.known_on}"
    for one in found.countries:
        yield f"{one.country} on {found.as_of}, by {known}:"
        for answer in one.answers:
            yield from _lines_of(answer)


def _lines_of(answer: Answer) -> Iterator[str]:
    yield f"{TITLES[answer.question]}"
    yield f"  {answer.finding.says}"
    yield from (f"    {one.says}" for one in answer.caveats)
    if answer.age is not None:
        yield f"    Its {answer.age.words}."
    yield from (f"    {one.says}" for one in answer.sentences)
    if answer.rows:
        more = f" and {len(answer.rows) - 1} more" if len(answer.rows) > 1 else ""
        yield f"    Row: {answer.rows[0]}{more}"
