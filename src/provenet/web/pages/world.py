"""World: every country of the case in one table, intervals drawn, the days side by side."""

from __future__ import annotations

from datetime import date

from provenet.core.settings import OptionalDay, Settings, settings_class
from provenet.web.page import Html, Page, Reply, Route, Visit, single


@settings_class()
class WorldQuestion(Settings):
    """Which days."""

    as_of: OptionalDay = OptionalDay(help="The day in question (default: the newest that has runs).")
    known_on: OptionalDay = OptionalDay(help="Only what was published by this day.")


def world(visit: Visit) -> Reply:
    """The countries, each with the findings of its first page."""
    question = visit.question
    assert isinstance(question, WorldQuestion)
    days = visit.reading.days
    chosen = _chosen(days, question)
    rows = [row for row in visit.reading.dossiers if (row["as_of_on"], row["known_on"]) == chosen]
    questions = list(dict.fromkeys(one["question"] for row in rows for one in row["figures"] or ()))
    table = [
        {"country": row["country"], "figures": {one["question"]: one for one in row["figures"] or ()}} for row in rows
    ]
    return Html(
        template="world.html.j2",
        title=visit.tongue.text("World"),
        words={"table": table, "questions": questions, "days": days, "chosen": chosen},
    )


def _chosen(days: tuple[tuple[date, date | None], ...], question: WorldQuestion) -> tuple[date, date | None] | None:
    """The days of the question, if they have runs; else the newest that have."""
    if question.as_of is not None:
        named = [pair for pair in days if pair == (question.as_of, question.known_on)]
        return named[0] if named else None
    return days[0] if days else None


PAGE = Page(
    key="world",
    title="World",
    place=10,
    routes=(Route(path="/", answer=world, question=WorldQuestion, addresses=single),),
)
