"""The verb `brief`: the dossier of each country from stored results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.standing import Scope, Standing
from provenet.case.tables import table
from provenet.case.tables import tables as all_tables
from provenet.core.digest import sha256_bytes
from provenet.core.errors import StaleInput
from provenet.core.ids import row_id, slug
from provenet.core.progress import Progress, silent
from provenet.verbs.answers import (
    Briefed,
    Dossier,
)
from provenet.verbs.expose import graph_of
from provenet.verbs.question import (
    Day,
    Several,
    day_of,
    digest_of_file,
    known_countries,
    known_day,
    opened,
    several,
    word_of,
)

if TYPE_CHECKING:
    import polars as pl


def brief(
    case: Case | Path | str,
    *,
    as_of: Day,
    known_on: Day | None = None,
    country: Several = (),
    policy: Several = (),
    audience: str = "public",
    progress: Progress = silent,
) -> Briefed:
    """Writes the dossier of each country from stored results, as HTML and PDF in the case's folder `outputs`.

    Without `country`, of every country whose shares stand for that day; without `policy`, with all that were screened
    for it; `audience` internal sees what no public page shows. Raises StaleInput where a result is missing or stale.
    """
    from provenet.dossier.extract import READS

    into = opened(case)
    standing = Standing(into)
    as_of, known_on = day_of("as_of", as_of), known_day(known_on)
    policy, country, audience = several(policy), several(country), word_of("audience", audience)
    wanted = known_countries(into.read("party"), country) or standing.countries("depend", as_of, known_on)
    if not wanted:
        raise StaleInput(f"brief: no shares stand for {as_of}; run: provenet depend CASE --as-of {as_of}")
    tables = {name: into.read(name) for name in READS if table(name).kind == "input"}
    digests = into.digest(name for name, spec in all_tables().items() if spec.kind == "input")
    made = []
    for at, where in enumerate(wanted):
        progress("dossiers written", at, len(wanted))
        scope = Scope(where, as_of, known_on)
        stored = standing.dossier(scope, policy)
        read = {**digests, **{name: digest_of(table(name), rows) for name, rows in stored.items()}}
        made.append(_dossier_of(into, {**tables, **stored, "as_link": graph_of(into)}, read, scope, policy, audience))
    return Briefed(as_of, known_on, tuple(made))


def _dossier_of(
    case: Case,
    tables: Mapping[str, pl.DataFrame],
    read: Mapping[str, str],
    scope: Scope,
    policy: Sequence[str],
    audience: str,
) -> Dossier:
    """Writes the dossier of a country from stored rows, or tells of the one that stands where nothing changed."""
    from provenet.dossier.render import render_html, render_pdf
    from provenet.dossier.view import compose

    country, as_of, known_on = str(scope.country), scope.as_of, scope.known_on
    key = {"country": country, "as_of_on": as_of, "known_on": known_on}
    inside = {} if audience == "public" else {"audience": audience}
    page, folder = "-".join([slug(country), *inside.values()]), f"{as_of}" + (f"-known-{known_on}" if known_on else "")
    places = [case.path / "outputs" / folder / f"{page}.{kind}" for kind in ("html", "pdf")]
    results = [rows for name, rows in tables.items() if table(name).kind == "result"]
    rests_on = sorted({f"run:{run}" for rows in results for run in rows["run_id"].unique()})
    settings = {**scope.settings, **inside, **({"policy": sorted(policy)} if policy else {})}
    with case.writer("brief", settings, {n: read[n] for n in tables}) as run:
        stood = case.read("dossier").filter(run_id=run.run_id)
        if stood.height and [stood["html_id"][0], stood["pdf_id"][0]] == [digest_of_file(path) for path in places]:
            return Dossier(country, stood["headline"][0], places[0], places[1], run.run_id)
        view = compose(tables, country=country, as_of=as_of, known=known_on, audience=audience)
        pages = {"html": render_html(view), "pdf": render_pdf(view)}
        for kind, data in pages.items():
            run.put_output(f"{folder}/{page}.{kind}", data)
        said = {"headline": view.headline, "formula": "one query over stored tables per section", "inputs": rests_on}
        ids = {f"{kind}_id": sha256_bytes(data) for kind, data in pages.items()}
        run.append("dossier", [{"dossier_id": row_id("dossier", {**key, **inside}), **key, **said, **ids}])
    return Dossier(country, view.headline, places[0], places[1], run.run_id)
