"""The verb `brief`: the dossier of each country from stored results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from provenet.core.errors import StaleInput
from provenet.core.progress import Progress
from provenet.core.settings import Choice, Day, Listener, OptionalDay, Settings, Words, case_call_of, settings_class
from provenet.verbs.answers import BriefReport, Dossier
from provenet.verbs.options import AS_OF, KNOWN_ON, PROGRESS, CaseLike, country_words, policy_words

if TYPE_CHECKING:
    import polars as pl

    from provenet.case.case import Case
    from provenet.case.standing import Scope


@settings_class()
class BriefSettings(Settings):
    """Which countries, under which policies, on which day and for whom."""

    country: Words = country_words("A country (default: every country whose shares stand for that day).")
    policy: Words = policy_words("Show this policy (default: all that were screened for the country).", stored=True)
    as_of: Day = AS_OF
    known_on: OptionalDay = KNOWN_ON
    audience: Choice = Choice(
        ("public", "internal"),
        "public",
        help="Whom the pages are for; internal ones show cuts and who would have to move, and their file name says so.",
        stored="given",
    )
    progress: Listener[Progress] = PROGRESS


def run(case: CaseLike, settings: BriefSettings) -> BriefReport:
    """Writes the dossier of each country from stored results, as HTML and PDF in the case's folder `outputs`.

    Without `country`, of every country whose shares stand for that day; without `policy`, with all that were screened
    for it; `audience` internal sees what no public page shows. Raises StaleInput where a result is missing or stale.
    """
    from provenet.case.export import digest_of
    from provenet.case.standing import Scope, Standing
    from provenet.case.tables import table
    from provenet.case.tables import tables as all_tables
    from provenet.dossier.extract import READS
    from provenet.verbs.question import graph_of, known_countries, opened

    into, as_of, known_on = opened(case), settings.as_of, settings.known_on
    standing = Standing(into)
    wanted = known_countries(into.read("party"), settings.country) or standing.countries("depend", as_of, known_on)
    if not wanted:
        raise StaleInput(f"brief: no shares stand for {as_of}; run: provenet depend CASE --as-of {as_of}")
    tables = {name: into.read(name) for name in READS if table(name).kind == "input"}
    digests = into.digest(name for name, spec in all_tables().items() if spec.kind == "input")
    made = []
    for at, where in enumerate(wanted):
        settings.progress("dossiers written", at, len(wanted))
        scope = Scope(where, as_of, known_on)
        stored = standing.dossier(scope, settings.policy)
        read = {**digests, **{name: digest_of(table(name), rows) for name, rows in stored.items()}}
        rows = {**tables, **stored, "as_link": graph_of(into)}
        made.append(_dossier_of(into, rows, read, scope=scope, settings=settings))
    return BriefReport(as_of, known_on, tuple(made))


brief = case_call_of(BriefSettings, run, "brief")


def _dossier_of(
    case: Case,
    tables: Mapping[str, pl.DataFrame],
    read: Mapping[str, str],
    *,
    scope: Scope,
    settings: BriefSettings,
) -> Dossier:
    """Writes the dossier of a country from stored rows; the one that stands stays where nothing changed."""
    from provenet.case.tables import table
    from provenet.core.digest import sha256_bytes
    from provenet.core.ids import row_id, slug
    from provenet.dossier.render import render_html, render_pdf
    from provenet.dossier.view import compose
    from provenet.verbs.question import digest_of_file

    country, as_of, known_on = str(scope.country), scope.as_of, scope.known_on
    key = {"country": country, "as_of_on": as_of, "known_on": known_on}
    audience = settings.audience
    inside = {} if audience == "public" else {"audience": audience}
    page, folder = "-".join([slug(country), *inside.values()]), f"{as_of}" + (f"-known-{known_on}" if known_on else "")
    places = [case.path / "outputs" / folder / f"{page}.{kind}" for kind in ("html", "pdf")]
    results = [rows for name, rows in tables.items() if table(name).kind == "result"]
    rests_on = sorted({f"run:{run}" for rows in results for run in rows["run_id"].unique()})
    inputs = {name: read[name] for name in tables}
    # Equal rows may come from other runs than before; the page names its runs, so it is then another page.
    inputs["runs"] = sha256_bytes("|".join(rests_on).encode())
    with case.writer("brief", {**scope.settings, **settings.stored()}, inputs) as record:
        stood = case.read("dossier").filter(run_id=record.run_id)
        if stood.height and [stood["html_id"][0], stood["pdf_id"][0]] == [digest_of_file(path) for path in places]:
            return Dossier(country, stood["headline"][0], places[0], places[1], record.run_id)
        view = compose(tables, country=country, as_of=as_of, known=known_on, audience=audience)
        pages = {"html": render_html(view), "pdf": render_pdf(view)}
        for kind, data in pages.items():
            record.put_output(f"{folder}/{page}.{kind}", data)
        about = {"headline": view.headline, "formula": "one query over stored tables per section", "inputs": rests_on}
        ids = {f"{kind}_id": sha256_bytes(data) for kind, data in pages.items()}
        record.append("dossier", [{"dossier_id": row_id("dossier", {**key, **inside}), **key, **about, **ids}])
    return Dossier(country, view.headline, places[0], places[1], record.run_id)
