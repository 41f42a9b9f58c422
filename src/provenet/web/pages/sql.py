"""SQL: questions of one's own over the tables of the case, for reading alone."""

from typing import Annotated

from provenet.core.errors import UsageFault
from provenet.core.settings import Option, Settings, settings_class
from provenet.web import sql
from provenet.web.page import Download, Html, Page, Redirect, Reply, Route, Visit

SHOWN_LETTERS = 400


@settings_class()
class SqlQuestion(Settings):
    """What is asked."""

    query: Annotated[str | None, Option(help="One query that reads, such as SELECT ... FROM ...")] = None


def page(visit: Visit) -> Reply:
    """The query, its rows or what is wrong with it, and examples."""
    question = visit.question_as(SqlQuestion)
    found, fault = None, ""
    if question.query:
        try:
            found = sql.answer(visit.reading, question.query)
        except UsageFault as err:
            fault = str(err)
    return Html(
        template="sql.html.j2",
        title=visit.tongue.text("SQL"),
        words={
            "query": question.query or "",
            "found": found,
            "fault": fault,
            "examples": sql.EXAMPLES,
            "tables": visit.reading.row_counts,
            "letters": SHOWN_LETTERS,
            "limits": sql,
        },
        status=400 if fault else 200,
        styles=("tables.css",),
    )


def download(visit: Visit) -> Reply:
    """The rows that answer a query, as CSV."""
    question = visit.question_as(SqlQuestion)
    if not question.query:
        return Redirect(visit.link("/data/sql"))
    found = sql.answer(visit.reading, question.query, most_rows=sql.FILE_ROWS)
    return Download(data=found.as_csv(), media_type="text/csv; charset=utf-8", name="answer.csv")


PAGE = Page(
    key="sql",
    title="SQL",
    place=91,
    public=False,
    in_navigation=False,
    routes=(
        Route(path="/data/sql", answer=page, question=SqlQuestion),
        Route(path="/data/sql.csv", answer=download, question=SqlQuestion),
    ),
)
