"""What `brief` writes: one dossier from stored rows, and the results that a dossier may show.

Used by the verb `brief` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.case.tables import table
from provenet.core.digest import sha256_bytes
from provenet.core.ids import row_id, slug
from provenet.verbs.answers import Dossier
from provenet.verbs.export import standing_plans
from provenet.verbs.expose import standing_exposure
from provenet.verbs.fund import standing_funds
from provenet.verbs.question import days_told, digest_of_file

if TYPE_CHECKING:
    import polars as pl


def standing_results(
    case: Case,
    country: str,
    as_of: date,
    known_on: date | None,
    digests: Mapping[str, str],
    shares: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    """The rows that expose, plan and fund wrote for a country and day and that still stand; else empty frames.

    Raises StaleInput where the last of them has been overtaken by its inputs.
    """
    of = (case, country, as_of, known_on, digests, shares)
    return {**standing_exposure(*of), **standing_plans(*of), **standing_funds(*of[:5])}


def dossier_of(
    case: Case,
    tables: Mapping[str, pl.DataFrame],
    read: Mapping[str, str],
    country: str,
    as_of: date,
    known_on: date | None,
    audience: str,
) -> Dossier:
    """Writes the dossier of a country from stored rows, or tells of the one that stands where nothing changed."""
    from provenet.dossier.dossier import dossier
    from provenet.dossier.render import render_html, render_pdf

    key = {"country": country, "as_of_on": as_of, "known_on": known_on}
    inside = {} if audience == "public" else {"audience": audience}
    page, folder = "-".join([slug(country), *inside.values()]), f"{as_of}" + (f"-known-{known_on}" if known_on else "")
    places = [case.path / "outputs" / folder / f"{page}.{kind}" for kind in ("html", "pdf")]
    results = [rows for name, rows in tables.items() if table(name).kind == "result"]
    rests_on = sorted({f"run:{run}" for rows in results for run in rows["run_id"].unique()})
    told = {"country": country, **days_told(as_of, known_on), **inside}
    with case.writer("brief", told, {n: read[n] for n in tables}) as run:
        stood = case.read("dossier").filter(run_id=run.run_id)
        if stood.height and [stood["html_id"][0], stood["pdf_id"][0]] == [digest_of_file(path) for path in places]:
            return Dossier(country, stood["headline"][0], places[0], places[1], run.run_id)
        view = dossier(tables, country=country, as_of=as_of, known=known_on, audience=audience)
        pages = {"html": render_html(view), "pdf": render_pdf(view)}
        for kind, data in pages.items():
            run.put_output(f"{folder}/{page}.{kind}", data)
        said = {"headline": view.headline, "formula": "one query over stored tables per section", "inputs": rests_on}
        ids = {f"{kind}_id": sha256_bytes(data) for kind, data in pages.items()}
        run.append("dossier", [{"dossier_id": row_id("dossier", {**key, **inside}), **key, **said, **ids}])
    return Dossier(country, view.headline, places[0], places[1], run.run_id)
