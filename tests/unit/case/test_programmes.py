"""Programmes of aid and the countries that they are open to."""

import pytest

from provenet.case.programmes import is_open_to
from provenet.case.rows import ProgrammeRow, rows_of
from provenet.core.errors import UsageFault
from provenet.ingest.reader import bundled_files
from provenet.verbs.fund_run import _programme
from unit.dossier.small_tables import filled


def programme(country: str | None = None, jurisdiction: str | None = None) -> ProgrammeRow:
    row = {"programme_id": "p", "country": country, "jurisdiction": jurisdiction}
    return rows_of(ProgrammeRow, filled("programme", [row]))[0]


@pytest.mark.parametrize(
    ("row", "open_to"),
    [
        (programme(), ["Germany", "Japan", "Utopia"]),
        (programme(jurisdiction="EU"), ["Germany"]),
        (programme(country="Japan"), ["Japan"]),
        (programme(country="JP"), ["Japan"]),
        (programme(country="Japan", jurisdiction="EU"), ["Japan"]),
    ],
)
def test_a_programme_is_open_to_its_country_else_jurisdiction_else_all(row: ProgrammeRow, open_to: list[str]) -> None:
    assert [country for country in ("Germany", "Japan", "Utopia") if is_open_to(row, country)] == open_to


def test_money_of_the_union_is_refused_to_a_country_outside_it() -> None:
    rows = filled("programme", [{"programme_id": "union", "jurisdiction": "EU"}])
    assert _programme(rows, "union", ("Germany", "Italy")) is not None
    with pytest.raises(UsageFault) as refused:
        _programme(rows, "union", ("Germany", "Japan"))
    assert str(refused.value) == "--programme: union is open to countries of EU alone; found Japan."


def test_the_bundled_programme_of_the_union_says_whose_it_is() -> None:
    (line,) = [one for one in bundled_files()["programme.csv"].decode().splitlines() if "eu-cef-digital" in one]
    assert ",European Union,,EU,carrier," in line
