"""The page of a carrier on its own networks: one run of `brief` a country, from what `expose --inside` stored.

Used by the verb alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from provenet.case.case import Case
from provenet.case.parties import CARRIER, PartyNames
from provenet.case.rows import DossierFileStruct
from provenet.case.runs import run_id
from provenet.case.standing import RunRecord, Scope, Standing, input_name
from provenet.case.tables import empty
from provenet.core.digest import sha256_bytes
from provenet.core.errors import SHOWN_FAULTS, PageRefused, StaleInput, UsageFault
from provenet.core.ids import fold, row_id
from provenet.verbs.answers import BriefReport, Dossier
from provenet.verbs.brief import BriefSettings
from provenet.verbs.known_countries import countries_with_carriers
from provenet.verbs.options import CaseLike
from provenet.verbs.question import digest_of_file, opened, parties_on

if TYPE_CHECKING:
    from provenet.dossier.view import View


def carrier_pages(case: CaseLike, settings: BriefSettings) -> BriefReport:
    """The page of one carrier for each country in which it has a network; see `verbs.brief_run`."""
    into = opened(case, settings.known_on)
    if settings.carrier is None:
        raise UsageFault("brief: --audience carrier needs --carrier NAME: whose own networks the page shows.")
    carrier = PartyNames.of_case(into).find(settings.carrier, CARRIER)
    if carrier is None:
        raise UsageFault(f"--carrier: no such carrier; found {settings.carrier!r}.")
    standing = Standing(into)
    wanted = countries_with_carriers(parties_on(into, settings.as_of, settings.known_on), settings.country)
    countries = wanted or standing.countries("inside", settings.as_of, settings.known_on)
    made = []
    for at, country in enumerate(countries):
        settings.progress("pages written", at, len(countries))
        scope = Scope(country, settings.as_of, settings.known_on)
        runs = standing.inside_runs(scope, carrier)
        if runs:
            made.append(_page(into, standing, runs, scope=scope, carrier=carrier, settings=settings))
    if not made:
        raise StaleInput(
            f"brief: no exposure inside a network of {carrier} stands for {settings.as_of}; run: provenet expose CASE "
            f"--inside --as-of {settings.as_of}"
        )
    return BriefReport(settings.as_of, settings.known_on, tuple(made))


def _page(
    case: Case, standing: Standing, runs: list[RunRecord], *, scope: Scope, carrier: str, settings: BriefSettings
) -> Dossier:
    """Writes one page in a run of its own, unless the one on disk stands."""
    from provenet.dossier.carrier_page import READS, compose_carrier
    from provenet.dossier.gate import Gate
    from provenet.dossier.render import render_body, render_html, render_pdf
    from provenet.dossier.replay import refuse_later_days
    from provenet.dossier.view import carrier_audience, page_place

    _refuse_stale(standing, runs)
    screens = list(standing.screens(scope).values())
    tables = {name: case.read(name) for name in READS}
    stored = {**scope.settings, **settings.stored(), "carrier": carrier}
    rests_on = sorted(f"run:{run.run_id}" for run in (*runs, *screens))
    inputs = {**case.digest(READS), "runs": sha256_bytes("|".join(rests_on).encode())}
    country, audience = str(scope.country), carrier_audience(carrier)
    html, pdf = (
        case.path / "outputs" / page_place(country, scope.as_of, scope.known_on, audience=audience, kind=kind)
        for kind in ("html", "pdf")
    )
    run = run_id("brief", stored, inputs)
    stood = case.read("dossier").filter(run_id=run)
    if stood.height and [stood["html_id"][0], stood["pdf_id"][0]] == [digest_of_file(html), digest_of_file(pdf)]:
        names = [file["name"] for file in stood["files"].to_list()[0] or ()]
        found = tuple(case.path / "outputs" / name for name in names)
        if all(place.is_file() for place in found):
            return Dossier(country, stood["headline"][0], html, pdf, run, files=found)
    tables |= _results(case, runs, screens, policies=settings.policy)
    view = compose_carrier(tables, country=country, carrier_id=carrier, as_of=scope.as_of, known=scope.known_on)
    view = replace(view, cited_as=run)
    body = render_body(view)
    page = render_html(view, body)
    reading = Gate(tables, known=scope.known_on, reads=tuple(tables)).read(page.decode("utf-8"), html.name)
    if reading.faults:
        raise PageRefused(reading.faults[:SHOWN_FAULTS], len(reading.faults))
    if scope.known_on is not None:
        refuse_later_days(page, scope.known_on, html.name, ids=reading.input_ids)
    return _written(
        case, view, {html: page, pdf: render_pdf(view, body)}, stored=stored, inputs=inputs, rests_on=rests_on
    )


def _refuse_stale(standing: Standing, runs: list[RunRecord]) -> None:
    for run in runs:
        state = standing.state(run)
        if state.is_stale:
            what = input_name(state.changed[0]) if state.changed else "the verdicts that it rests on"
            raise StaleInput(
                f"brief: the exposure inside {run.settings['network']} is older than {what}; run: {run.command}"
            )


def _results(
    case: Case, runs: list[RunRecord], screens: list[RunRecord], *, policies: tuple[str, ...]
) -> dict[str, pl.DataFrame]:
    """The rows of the runs that a page shows, of some policies or all."""
    from provenet.dossier.carrier_page import RESULTS

    found = {}
    for name in RESULTS:
        below = screens if name.startswith("verdict") else runs
        found[name] = pl.concat([case.read_run(name, run.run_id) for run in below] or [empty(name)])
        if policies:
            meant = {fold(one) for one in policies}
            packs = [pack for pack in found[name]["pack"].unique().to_list() if fold(pack) in meant]
            found[name] = found[name].filter(pl.col("pack").is_in(packs))
    # A policy screened since has no exposure yet: its verdicts stand beside no figure.
    shown = found["inside_exposure"]["pack"].unique().to_list()
    return {name: rows.filter(pl.col("pack").is_in(shown)) for name, rows in found.items()}


def _written(
    case: Case,
    view: View,
    pages: Mapping[Path, bytes],
    *,
    stored: Mapping[str, object],
    inputs: Mapping[str, str],
    rests_on: list[str],
) -> Dossier:
    from provenet.dossier.view import data_folder

    html, pdf = pages
    beside = {data_folder(html) / name: data for name, data in sorted(view.files.items())}
    outputs = case.path / "outputs"
    with case.writer("brief", stored, inputs) as record:
        for place, data in (*pages.items(), *beside.items()):
            record.put_output(place.relative_to(outputs).as_posix(), data)
        files: list[DossierFileStruct] = [
            {"name": place.relative_to(outputs).as_posix(), "digest": sha256_bytes(data)}
            for place, data in beside.items()
        ]
        key = {"country": view.country, "as_of_on": view.as_of, "known_on": view.known}
        about = {
            "headline": view.headline,
            "formula": "one query over stored tables per section",
            "inputs": rests_on,
            "html_id": sha256_bytes(pages[html]),
            "pdf_id": sha256_bytes(pages[pdf]),
            "files": files,
        }
        named = {**key, "audience": "carrier", "carrier_id": view.carrier_id}
        record.append("dossier", [{"dossier_id": row_id("dossier", named), **key, **about}])
    return Dossier(view.country, view.headline, html, pdf, record.run_id, files=tuple(beside))
