"""The command `ask`: the answers about a country, as lines for a person or as one JSON object."""

from collections.abc import Iterator

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.core.answer import TITLES, Answer
from provenet.core.language import ENGLISH, LANGUAGES, Language, language
from provenet.verbs.answers import AskReport
from provenet.verbs.settings import AskSettings


@command(AskSettings)
@click.option(
    "--language",
    "code",
    type=click.Choice(list(LANGUAGES)),
    default="en",
    help="The language of the lines; JSON has one.",
)
def ask(case: str, settings: AskSettings, *, code: str, as_json: bool) -> None:
    """Answer a QUESTION about each country of CASE.

    Without one, every question of a first page. Each answer is made from stored rows: its finding, what stands beside
    it, how old its inputs are, and the rows behind it. Pages print the same answers. Writes nothing.
    """
    from provenet.verbs.ask import run

    report = run(case, settings)
    say_json(report.as_dict()) if as_json else say(answer_lines(report, language(code)))


def answer_lines(found: AskReport, spoken: Language = ENGLISH) -> Iterator[str]:
    """The answers country by country, each under its question."""
    known = spoken.text(ALL_HELD)
    if found.known_on is not None:
        known = spoken.text(KNOWN, day=found.known_on)
    for one in found.countries:
        yield spoken.text(HEAD, country=spoken.country(one.country), day=found.as_of, known=known)
        for answer in one.answers:
            yield from _lines_of(answer, spoken)


HEAD = "{country} on {day}, by {known}:"
ALL_HELD = "all that the case holds"
KNOWN = "what was known on {day}"


def _lines_of(answer: Answer, spoken: Language) -> Iterator[str]:
    yield spoken.text(TITLES[answer.question])
    yield f"  {answer.finding.says_in(spoken)}"
    yield from (f"    {one.says_in(spoken)}" for one in answer.caveats)
    if answer.age is not None:
        yield "    " + spoken.text("Its {age}.", age=answer.age.words_in(spoken))
    yield from (f"    {one.says_in(spoken)}" for one in answer.sentences)
    if answer.rows:
        more = len(answer.rows) - 1
        yield "    " + spoken.text(
            "Row: {row} and {count} more" if more else "Row: {row}", row=answer.rows[0], count=more
        )
