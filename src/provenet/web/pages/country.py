"""Country: the dossier of a country as pages of the app, each figure a link to where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from provenet.core.ids import slug
from provenet.core.settings import OptionalDay, Settings, settings_class
from provenet.web.page import Html, NotFound, Page, Reply, Route, Visit
from provenet.web.reading import Reading
from provenet.web.stored_page import stored_page


@settings_class()
class CountryQuestion(Settings):
    """Which days."""

    as_of: OptionalDay = OptionalDay(help="The day in question (default: the newest that has runs).")
    known_on: OptionalDay = OptionalDay(help="Only what was published by this day.")


def country(visit: Visit) -> Reply:
    """The dossier of a country on a day that has runs."""
    question = visit.question
    assert isinstance(question, CountryQuestion)
    row = dossier_of(visit.reading, visit.path["country"], question.as_of, question.known_on)
    stored = stored_page(visit, row)
    return Html(
        template="country.html.j2",
        title=row["country"],
        words={"row": row, "stored": stored},
        styles=("dossier.css",),
    )


def dossier_of(reading: Reading, name: str, as_of: date | None, known_on: date | None) -> Mapping[str, Any]:
    """The dossier of a country, by its name in addresses; without a day the newest. Raises NotFound."""
    own = [row for row in reading.dossiers if slug(row["country"]) == name]
    found = [row for row in own if as_of is None or (row["as_of_on"], row["known_on"]) == (as_of, known_on)]
    if not found:
        raise NotFound(f"No dossier of {name!r} stands for that day.")
    return found[0]


def _countries(reading: Reading) -> Iterable[Mapping[str, str]]:
    return ({"country": slug(one)} for one in reading.countries)


PAGE = Page(
    key="country",
    title="Country",
    place=20,
    in_navigation=False,
    routes=(Route(path="/country/{country}", answer=country, question=CountryQuestion, addresses=_countries),),
)
