"""Countries: every one of the case by the same rule, intervals drawn, and the findings of those with a dossier."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from markupsafe import Markup

from provenet.case.tables import tables
from provenet.core import wording
from provenet.dossier.drawings.site_map import Shade, world_map
from provenet.web.page import DaysQuestion, Html, Page, Reply, Route, Visit, day_query, every_day
from provenet.web.reading import Days, Reading

COUNTRIES = "countries.csv"
"""The table beside a dossier that has a line for each country and radio network, all by the same rule."""


def world(visit: Visit) -> Reply:
    """The countries, each with what is published of it, and with the findings of its first page."""
    question = visit.question_as(DaysQuestion)
    reading, days = visit.reading, visit.reading.days
    chosen = reading.chosen_days(question.as_of, question.known_on)
    rows = dossiers_of(reading, chosen) if chosen else []
    lines = reading.once(("countries", chosen), lambda: _lines(reading, rows)) if rows else []
    networks = list(lines[0]["shares"]) if lines else []
    shades = [(line["country"], line["shares"][networks[0]]) for line in lines] if networks else []
    drawn = [Shade(name, share["low"], share["high"]) for name, share in shades if share is not None]
    questions = list(dict.fromkeys(one["question"] for row in rows for one in row["figures"] or ()))
    findings = [(row, {one["question"]: finding(reading, one) for one in row["figures"] or ()}) for row in rows]
    return Html(
        template="world.html.j2",
        title=visit.tongue.text("Countries"),
        words={
            "days": [(pair, day_query(*pair)) for pair in days],
            "chosen": chosen,
            "own": day_query(*chosen) if chosen else {},
            "lines": lines,
            "networks": networks,
            "published": len(drawn),
            "with_dossier": {row["country"] for row in rows},
            "asked": questions,
            "findings": findings,
            "map": drawn and reading.once(("drawn", chosen), lambda: Markup(world_map(drawn, "", "w", near="world"))),
        },
    )


def dossiers_of(reading: Reading, days: Days) -> list[Mapping[str, Any]]:
    """The dossiers of some days, by country."""
    return [row for row in reading.dossiers if (row["as_of_on"], row["known_on"]) == days]


def country_figures(reading: Reading) -> list[str]:
    """The rows of the published shares that the page shows, on any day."""
    every = [_lines(reading, dossiers_of(reading, day)) for day in reading.days]
    return [one["figure"] for lines in every for line in lines for one in line["shares"].values() if one is not None]


def countries_on_record(reading: Reading) -> list[str]:
    """The countries that the page lists on the newest day, in its order."""
    return [line["country"] for day in reading.days[:1] for line in _lines(reading, dossiers_of(reading, day))]


def _lines(reading: Reading, dossiers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A line for each country with its newest published shares, by radio network; None where none is usable.

    It is from the table that a dossier of the day has beside it.
    """
    digests = (one["digest"] for row in dossiers for one in row["files"] or () if one["name"].endswith(f"/{COUNTRIES}"))
    data = next(filter(None, map(reading.written, digests)), b"")
    found: dict[str, dict[str, Any]] = {}
    for row in csv.DictReader(StringIO(data.decode("utf-8"))):
        line: dict[str, Any] = {"country": row["country"], "carriers": row["carriers"], "shares": {}}
        found.setdefault(row["country"], line)["shares"][row["segment"]] = _published(row)
    return list(found.values())


def _published(row: Mapping[str, str]) -> dict[str, Any] | None:
    """A share with its ends: what is filled and what is hatched in its bar."""
    if not row["low_share"] or not row["high_share"]:
        return None
    low, high = float(row["low_share"]), float(row["high_share"])
    under = f"{row['vendors']}: of {row['measure']}, {row['as_of']}"
    return {"low": low, "high": high, "words": wording.interval(low, high), "figure": row["row_id"], "under": under}


def finding(reading: Reading, one: Mapping[str, Any]) -> Mapping[str, Any]:
    """A finding of a first page, with the ends of its row where it is a share, and the policy it is under."""
    ends = reading.once("ends of findings", lambda: _ends(reading))
    return {**one, "ends": ends.get(one["row_id"] or "")}


def _ends(reading: Reading) -> dict[str, tuple[float, float]]:
    """The ends of the shares that first pages print, by the ids of their rows."""
    wanted = {one["row_id"] for row in reading.dossiers for one in row["figures"] or () if one["row_id"]}
    found: dict[str, tuple[float, float]] = {}
    for spec in tables().values():
        if spec.kind == "result" and {"low_share", "high_share"} <= spec.schema.keys():
            rows = reading.columns(spec.name, [spec.id_column, "low_share", "high_share"]).drop_nulls()
            found |= {key: (low, high) for key, low, high in rows.iter_rows() if key in wanted}
    return found


PAGE = Page(
    key="world",
    title="Countries",
    place=10,
    for_readers=True,
    routes=(Route(path="/", answer=world, question=DaysQuestion, addresses=every_day),),
)
