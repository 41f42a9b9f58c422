"""The verb `brief`: the dossier of each country from stored results, and the page of a carrier on its own networks.

Pages are composed first, by reading alone, and then written, each dossier in a run of its own.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import polars as pl

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.internal_rows import InternalRows
from provenet.case.parties import CARRIER, PartyNames
from provenet.case.rows import DossierFigureStruct, DossierFileStruct, RunRow, rows_of
from provenet.case.runs import run_id
from provenet.case.sites import sensitive_sites
from provenet.case.standing import RunRecord, Scope, Standing, input_name
from provenet.case.structs import digests_of, settings_of
from provenet.case.tables import empty, table
from provenet.case.tables import tables as all_tables
from provenet.core.digest import code_version, sha256_bytes
from provenet.core.errors import SHOWN_FAULTS, Fault, PageRefused, StaleInput, UsageFault
from provenet.core.ids import fold, row_id
from provenet.core.packages import require
from provenet.core.settings import case_call_of
from provenet.verbs.answers import BriefReport, Dossier
from provenet.verbs.options import CaseLike
from provenet.verbs.question import (
    KnownCountries,
    binding_policies,
    countries_with_carriers,
    digest_of_file,
    graph_of,
    opened,
    parties_on,
)
from provenet.verbs.run import StaleRun
from provenet.verbs.settings import AskSettings, BriefSettings

if TYPE_CHECKING:
    from provenet.dossier.row_laws import RowLaws

OWN_NETWORKS = ("network_node", "network_link", "network_demand", "network_own_link", "network_cost")
"""Tables of carriers' own networks, which no dossier of a country reads."""
_SINCE = "since"
"""The input of a run of brief that names the dossiers it looks back to."""


def run(case: CaseLike, settings: BriefSettings) -> BriefReport:
    """Writes the dossier of each country from stored results, as HTML and PDF in the case's folder `outputs`.

    Without `country`, of every country whose shares stand for that day; without `policy`, with all that were screened
    for it; `audience` internal sees what no public page shows, and `carrier` writes the page of one `carrier` on its
    own networks, from what `expose` with `inside` stored. With `known_on`, what happened later stands on a page beside
    it. Raises StaleInput where a result is missing or stale, and PageRefused where a page contradicts the rows
    that it shows, or is as known on a day and names a later one: then it is not written.
    """
    return write_dossiers(case, settings, compose_dossiers(case, settings))


brief = case_call_of(BriefSettings, run, "brief")


@dataclass(frozen=True)
class Composition:
    """A dossier that is to be written; without pages where those on disk stand."""

    scope: Scope
    settings: Mapping[str, object]
    inputs: Mapping[str, str]
    key: Mapping[str, object]
    """What names the dossier beside its country and days."""
    places: tuple[str, ...]
    """Where its pages lie in `outputs`: HTML, PDF, annex and what happened later."""
    rests_on: Sequence[str]
    headline: str = ""
    pages: Mapping[str, bytes] = field(default_factory=dict)
    """Every file by its place, the PDF among them."""
    figures: Sequence[DossierFigureStruct] = ()
    """What the first page says, by which a later dossier tells what changed."""
    files: Sequence[DossierFileStruct] = ()
    """The tables and forms beside its pages."""

    @property
    def run(self) -> str:
        """The id of the run that writes it."""
        return run_id("brief", self.settings, self.inputs)

    def stood(self, case: Case) -> "Composition | None":
        """Itself as it was written before, where every file of it is on the disk as it was."""
        found = case.read("dossier").filter(run_id=self.run)
        html, pdf, *beside = (case.path / "outputs" / place for place in self.places)
        if not found.height or [found["html_id"][0], found["pdf_id"][0]] != [digest_of_file(html), digest_of_file(pdf)]:
            return None
        files = found["files"].to_list()[0] or ()
        beside += [case.path / "outputs" / file["name"] for file in files]
        return replace(self, headline=found["headline"][0], files=files) if all(map(Path.is_file, beside)) else None


def compose_dossiers(case: CaseLike, settings: BriefSettings) -> Iterator[Composition]:
    """The dossiers of a call one after another; nothing is written. Raises as `run` does."""
    require("brief")
    if settings.audience == "carrier":
        return _carrier_pages(case, settings)
    if settings.carrier is not None:
        raise UsageFault("brief: --carrier goes with --audience carrier.")
    return _dossiers(case, settings)


def composed_dossiers(case: CaseLike, settings: BriefSettings) -> list[Composition]:
    """The dossiers of a call, all composed."""
    return list(compose_dossiers(case, settings))


def write_dossiers(case: CaseLike, settings: BriefSettings, composed: Iterable[Composition]) -> BriefReport:
    """Writes each dossier in a run of its own, as soon as it is composed."""
    into = opened(case, settings.known_on)
    return BriefReport(settings.as_of, settings.known_on, tuple(_written(into, one) for one in composed))


def _dossiers(case: CaseLike, settings: BriefSettings) -> Iterator[Composition]:
    into = opened(case, settings.known_on)
    waiting: deque[tuple[Composition, Future[bytes] | None]] = deque()
    with ThreadPoolExecutor(max_workers=1) as typesetter:
        for scope, rows, read in tables_by_country(into, settings, "brief"):
            waiting.append(_composed(into, rows, read, scope=scope, settings=settings, typesetter=typesetter))
            # The PDF of one country is set while the next one's page is composed: typst needs no interpreter.
            if len(waiting) > 1:
                yield _with_pdf(*waiting.popleft())
        for composed in waiting:
            yield _with_pdf(*composed)


def tables_by_country(
    into: Case, settings: BriefSettings | AskSettings, verb: str
) -> Iterator[tuple[Scope, Mapping[str, pl.DataFrame], Mapping[str, str]]]:
    """Each country asked about, the stored rows that its audience may see, and digests of what was read.

    Raises StaleInput.
    """
    from provenet.case.extract import READS

    as_of, known_on = settings.as_of, settings.known_on
    standing = Standing(into)
    wanted = KnownCountries.of_case(into, as_of, known_on).named(settings.country) or standing.countries_meant(
        as_of, known_on
    )
    if not wanted:
        raise StaleInput(f"{verb}: no shares stand for {as_of}; run: provenet depend CASE --as-of {as_of}")
    tables = {name: into.read(name) for name in READS if table(name).kind == "input"}
    # A dossier may speak of sensitive sites, and of none of a carrier's own.
    assets = into.scan("asset").select("site_id").unique().collect()
    tables["site"] = sensitive_sites(tables["site"], assets, tables["site_answer"])
    digests = into.digest(
        name for name, spec in all_tables().items() if spec.kind == "input" and name not in OWN_NETWORKS
    )
    internal = InternalRows(into.store, into.runs(), None) if settings.audience == "public" else None
    for at, where in enumerate(wanted):
        settings.progress("countries read", at, len(wanted))
        scope = Scope(where, as_of, known_on)
        if not standing.screens(scope) and binding_policies(into, where):
            raise standing.unscreened(scope, verb)
        stored = standing.dossier(scope, settings.policy, audience=settings.audience, reader=verb)
        read = {**digests, **{name: digest_of(table(name), rows) for name, rows in stored.items()}}
        rows = {**tables, **stored}
        yield scope, {**(rows if internal is None else internal.without(rows)), "as_link": graph_of(into)}, read


def _with_pdf(made: Composition, pdf: Future[bytes] | None) -> Composition:
    return made if pdf is None else replace(made, pages={**made.pages, made.places[1]: pdf.result()})


def _composed(
    case: Case,
    tables: Mapping[str, pl.DataFrame],
    read: Mapping[str, str],
    *,
    scope: Scope,
    settings: BriefSettings,
    typesetter: Executor,
) -> tuple[Composition, Future[bytes] | None]:
    """Composes the dossier of a country from stored rows, and has its PDF set; not where the one on disk stands."""
    from provenet.dossier.answer_laws import law_faults
    from provenet.dossier.chapters.c10_answer import AnswerPage
    from provenet.dossier.render import Body, render_body, render_html, render_pdf
    from provenet.dossier.row_laws import RowLaws
    from provenet.dossier.since import page_figures
    from provenet.dossier.view import ANNEX, TURNED_OUT, View, data_folder, extract_of, page_place, views_of, with_rows

    country, as_of, known_on = str(scope.country), scope.as_of, scope.known_on
    place = partial(page_place, country, as_of, known_on, audience=settings.audience)
    beside = (ANNEX, TURNED_OUT) if known_on else (ANNEX,)
    results = [rows for name, rows in tables.items() if table(name).kind == "result"]
    rests_on = sorted({f"run:{run}" for rows in results for run in rows["run_id"].unique()})
    # Equal rows may come from other runs than before; the page names its runs, so it is then another page.
    made = Composition(
        scope=scope,
        settings={**scope.settings, **settings.stored()},
        inputs={**{name: read[name] for name in tables}, "runs": _digest_of_runs(rests_on)},
        key={} if settings.audience == "public" else {"audience": settings.audience},
        places=(place(), place(kind="pdf"), *(place(document=document) for document in beside)),
        rests_on=rests_on,
    )
    earlier = _earlier_dossiers(case, made)
    if earlier.height:
        made = replace(made, inputs={**made.inputs, _SINCE: _digest_of_runs(earlier["run_id"])})
    if stood := made.stood(case):
        return stood, None
    shown = {**tables, "dossier": earlier}
    extract = extract_of(shown, country=country, as_of=as_of, known=known_on, audience=settings.audience)
    html, _, *others = made.places
    laws = RowLaws(shown)
    _refuse([*law_faults(extract.page()), *laws.sum_faults(PurePosixPath(html).name)])
    views = views_of(extract)
    first, annex, *later = (replace(view, cited_as=made.run) for view in views)
    body = render_body(first)
    pdf = typesetter.submit(render_pdf, first, body)
    views = (first, with_rows(annex, body.linked, tables), *later)

    def page_of(view: View, name: str, drawn: Body | None = None) -> bytes:
        drawn = drawn or render_body(view)
        page = render_html(view, drawn)
        if known_on and not view.hindsight:
            _refuse_later(laws, drawn.shown, page, name=PurePosixPath(name).name, known=known_on)
        return page

    pages = {
        name: page_of(view, name, body if view is first else None)
        for name, view in zip((html, *others), views, strict=True)
    }
    folder = data_folder(PurePosixPath(html))
    files = {str(folder / name): data for view in views for name, data in view.files.items()}
    for view in first.in_languages:
        name = place(document=view.document)
        files[name] = page_of(view, name)
    made = replace(
        made,
        headline=first.headline,
        figures=page_figures(next(one.data.answers for one in first.sections if isinstance(one.data, AnswerPage))),
        files=_with_digests(files),
    )
    return replace(made, pages={**pages, **files}), pdf


def _digest_of_runs(runs: Iterable[str]) -> str:
    return sha256_bytes("|".join(runs).encode())


def _with_digests(files: Mapping[str, bytes]) -> list[DossierFileStruct]:
    return [{"name": name, "digest": sha256_bytes(data)} for name, data in sorted(files.items())]


def _refuse_later(laws: "RowLaws", shown: Set[str], page: bytes, *, name: str, known: date) -> None:
    """Raises PageRefused for a page as known on a day that shows a row of a later one, or names a later one."""
    from provenet.dossier.replay import refuse_later_days

    _refuse(list(laws.later_faults(shown, known, name)))
    refuse_later_days(page, known, name, ids=laws.known_inputs(shown, known))


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise PageRefused(faults[:SHOWN_FAULTS], len(faults))


def _earlier_dossiers(case: Case, made: Composition) -> pl.DataFrame:
    """The dossiers that stood before one, of the same kind and audience, the last of each day, up to its own day.

    A dossier as known on a day looks back to such dossiers alone, any other to those of all that the case held. One
    made by this code from the same inputs for the same days is the same one; those of that day that were written after
    it are not earlier either, so a question asked again has the pages that it had at first. Cost O(runs).
    """
    scope = made.scope
    found = case.read("dossier").filter(country=str(scope.country))
    known = found["known_on"].is_null() if scope.known_on is None else found["known_on"] <= scope.known_on
    found = found.filter(known & (found["as_of_on"] <= scope.as_of))
    kept = set(found["run_id"])
    plain = _without(_DAYS, made.settings)
    last: dict[object, str] = {}
    closed: set[object] = set()
    for run in rows_of(RunRow, case.recordings()):
        given = settings_of(run["settings"]) if run["run_id"] in kept else {}
        if run["run_id"] not in kept or _without(_DAYS, given) != plain or given.get("as_of") in closed:
            continue
        read = _without((_SINCE,), digests_of(run["inputs"]))
        if given == dict(made.settings) and read == dict(made.inputs) and run["code"] == code_version():
            closed.add(given.get("as_of"))
        else:
            last[given.get("as_of")] = run["run_id"]
    return found.filter(pl.col("run_id").is_in(list(last.values()))).sort("as_of_on")


_DAYS = ("as_of", "known_on")


def _without(names: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _carrier_pages(case: CaseLike, settings: BriefSettings) -> Iterator[Composition]:
    """The page of one carrier for each country in which it has a network."""
    into = opened(case, settings.known_on)
    if settings.carrier is None:
        raise UsageFault("brief: --audience carrier needs --carrier NAME: whose own networks the page shows.")
    carrier = PartyNames.of_case(into).find(settings.carrier, CARRIER)
    if carrier is None:
        raise UsageFault(f"--carrier: no such carrier; found {settings.carrier!r}.")
    standing = Standing(into)
    wanted = countries_with_carriers(parties_on(into, settings.as_of, settings.known_on), settings.country)
    countries = wanted or standing.countries("inside", settings.as_of, settings.known_on)
    scopes = [Scope(country, settings.as_of, settings.known_on) for country in countries]
    found = [(scope, runs) for scope in scopes if (runs := standing.inside_runs(scope, carrier))]
    if not found:
        raise StaleInput(
            f"brief: no exposure inside a network of {carrier} stands for {settings.as_of}; run: provenet expose CASE "
            f"--inside --as-of {settings.as_of}"
        )
    for at, (scope, runs) in enumerate(found):
        settings.progress("pages written", at, len(found))
        yield _carrier_page(into, standing, runs, scope=scope, carrier=carrier, settings=settings)


def _carrier_page(
    case: Case, standing: Standing, runs: list[RunRecord], *, scope: Scope, carrier: str, settings: BriefSettings
) -> Composition:
    from provenet.dossier.carrier_page import READS, compose_carrier
    from provenet.dossier.render import render_body, render_html, render_pdf
    from provenet.dossier.row_laws import RowLaws
    from provenet.dossier.view import carrier_audience, data_folder, page_place

    for run in runs:
        state = standing.state(run)
        if state.is_stale:
            what = input_name(state.changed[0]) if state.changed else "the verdicts that it rests on"
            raise StaleInput(
                f"brief: the exposure inside {run.settings['network']} is older than {what}; run: {run.command}"
            )
    screens = list(standing.screens(scope).values())
    rests_on = sorted(f"run:{run.run_id}" for run in (*runs, *screens))
    country, as_of, known_on = str(scope.country), scope.as_of, scope.known_on
    place = partial(page_place, country, as_of, known_on, audience=carrier_audience(carrier))
    made = Composition(
        scope=scope,
        settings={**scope.settings, **settings.stored(), "carrier": carrier},
        inputs={**case.digest(READS), "runs": _digest_of_runs(rests_on)},
        key={"audience": "carrier", "carrier_id": carrier},
        places=(place(), place(kind="pdf")),
        rests_on=rests_on,
    )
    if stood := made.stood(case):
        return stood
    tables = {name: case.read(name) for name in READS} | _carrier_results(case, runs, screens, policies=settings.policy)
    view = compose_carrier(tables, country=country, carrier_id=carrier, as_of=as_of, known=known_on)
    view = replace(view, cited_as=made.run)
    body = render_body(view)
    page = render_html(view, body)
    html, pdf = made.places
    if known_on:
        name = PurePosixPath(html).name
        _refuse_later(RowLaws(tables, tuple(tables)), body.shown, page, name=name, known=known_on)
    files = {str(data_folder(PurePosixPath(html)) / name): data for name, data in view.files.items()}
    pages = {html: page, pdf: render_pdf(view, body), **files}
    return replace(made, headline=view.headline, pages=pages, files=_with_digests(files))


def _carrier_results(
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


def _written(case: Case, made: Composition) -> Dossier:
    """Writes a dossier in a run of its own."""
    from provenet.dossier.view import data_folder

    html, pdf, *beside = made.places
    country = str(made.scope.country)
    days = {"country": country, "as_of_on": made.scope.as_of, "known_on": made.scope.known_on}
    with case.writer("brief", made.settings, made.inputs) as record:
        if made.pages:
            for place, data in made.pages.items():
                record.put_output(place, data)
            ids = zip(("html_id", "pdf_id", "annex_id"), made.places, strict=False)
            about = {
                "headline": made.headline,
                "formula": "one query over stored tables per section",
                "inputs": list(made.rests_on),
                **{name: sha256_bytes(made.pages[place]) for name, place in ids},
                "figures": list(made.figures) or None,
                "files": list(made.files),
            }
            record.append("dossier", [{"dossier_id": row_id("dossier", {**days, **made.key}), **days, **about}])
        names = [file["name"] for file in made.files]
        for name, digest in _files_written(case):
            if PurePosixPath(name).parent == data_folder(PurePosixPath(html)) and name not in names:
                record.drop_output(name, digest)
    outputs = case.path / "outputs"
    annex, turned_out, *_ = (*(outputs / place for place in beside), None, None)
    return Dossier(
        country=country,
        headline=made.headline,
        html=outputs / html,
        pdf=outputs / pdf,
        run_id=record.run_id,
        annex=annex,
        turned_out=turned_out,
        files=tuple(outputs / name for name in names if not name.endswith(".html")),
        translations=tuple(outputs / name for name in names if name.endswith(".html")),
    )


def left_behind(case: CaseLike, dossiers: Sequence[Dossier], folder: Path) -> list[Path]:
    """The files in a folder of copies that earlier dossiers of the case wrote, that nobody changed and none has now."""

    now = {name for dossier in dossiers for name in dossier.named()}
    places = {PurePosixPath(name).parent for name in now} - {PurePosixPath(".")}
    found: set[Path] = set()
    for name, digest in _files_written(opened(case)):
        beside = PurePosixPath(*PurePosixPath(name).parts[-2:])
        place = folder / beside
        is_former = beside.parent in places and beside.as_posix() not in now
        if is_former and not place.is_symlink() and digest_of_file(place) == digest:
            found.add(place)
    return sorted(found)


def _files_written(case: Case) -> list[tuple[str, str]]:
    """The tables and forms that dossiers of a case wrote into `outputs`, each with the digest of its bytes."""
    found = case.read("dossier")["files"].drop_nulls().explode(empty_as_null=False).to_list()
    return [(file["name"], file["digest"]) for file in found]


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""
    return brief(stale.case, country=stale.countries, **stale.settings).dossiers[0].run_id
