"""The verb `brief`: the dossier of each country from stored results."""

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path, PurePosixPath

import polars as pl

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.internal_rows import InternalRows
from provenet.case.rows import DossierFigureStruct, DossierFileStruct
from provenet.case.runs import run_id
from provenet.case.sites import sensitive_sites
from provenet.case.standing import Scope, Standing
from provenet.case.tables import table
from provenet.case.tables import tables as all_tables
from provenet.core.digest import sha256_bytes
from provenet.core.errors import SHOWN_FAULTS, PageRefused, StaleInput, UsageFault
from provenet.core.ids import row_id
from provenet.core.packages import require
from provenet.core.settings import case_call_of
from provenet.verbs.answers import BriefReport, Dossier
from provenet.verbs.brief import BriefSettings
from provenet.verbs.brief_carrier import carrier_pages
from provenet.verbs.earlier_dossiers import SINCE, earlier_dossiers
from provenet.verbs.known_countries import KnownCountries
from provenet.verbs.options import CaseLike
from provenet.verbs.question import digest_of_file, graph_of, opened
from provenet.verbs.stale_run import StaleRun

OWN_NETWORKS = ("network_node", "network_link", "network_demand", "network_own_link", "network_cost")
"""Tables of carriers' own networks, which no dossier of a country reads."""


def run(case: CaseLike, settings: BriefSettings) -> BriefReport:
    """Writes the dossier of each country from stored results, as HTML and PDF in the case's folder `outputs`.

    Without `country`, of every country whose shares stand for that day; without `policy`, with all that were screened
    for it; `audience` internal sees what no public page shows, and `carrier` writes the page of one `carrier` on its
    own networks, from what `expose` with `inside` stored. With `known_on`, what happened later stands on a page beside
    it. Raises StaleInput where a result is missing or stale, and PageRefused where a page contradicts the rows
    that it shows, or is as known on a day and names a later one: then it is not written.
    """
    require("brief")
    from provenet.dossier.extract import READS

    if settings.audience == "carrier":
        return carrier_pages(case, settings)
    if settings.carrier is not None:
        raise UsageFault("brief: --carrier goes with --audience carrier.")
    into, as_of, known_on = opened(case, settings.known_on), settings.as_of, settings.known_on
    standing = Standing(into)
    wanted = KnownCountries.of_case(into, as_of, known_on).named(settings.country) or standing.countries(
        "depend", as_of, known_on
    )
    if not wanted:
        raise StaleInput(f"brief: no shares stand for {as_of}; run: provenet depend CASE --as-of {as_of}")
    tables = {name: into.read(name) for name in READS if table(name).kind == "input"}
    tables["site"] = _sensitive_sites(into, tables)
    digests = into.digest(
        name for name, spec in all_tables().items() if spec.kind == "input" and name not in OWN_NETWORKS
    )
    internal = InternalRows(into.store, into.runs(), None) if settings.audience == "public" else None
    made: list[Dossier] = []
    composed: deque[_Composed] = deque()
    with ThreadPoolExecutor(max_workers=1) as typesetter:
        for at, where in enumerate(wanted):
            settings.progress("dossiers written", at, len(wanted))
            scope = Scope(where, as_of, known_on)
            stored = standing.dossier(scope, settings.policy, audience=settings.audience)
            read = {**digests, **{name: digest_of(table(name), rows) for name, rows in stored.items()}}
            rows = {**tables, **stored}
            rows = {**(rows if internal is None else internal.without(rows)), "as_link": graph_of(into)}
            composed.append(_composed(into, rows, read, scope=scope, settings=settings, typesetter=typesetter))
            # The PDF of one country is set while the next one's page is composed: typst needs no interpreter.
            if len(composed) > 1:
                made.append(_written(into, composed.popleft()))
        made += [_written(into, last) for last in composed]
    return BriefReport(as_of, known_on, tuple(made))


brief = case_call_of(BriefSettings, run, "brief")


def _sensitive_sites(case: Case, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The sites that a dossier may speak of: none of a carrier's own."""

    assets = case.scan("asset").select("site_id").unique().collect()
    return sensitive_sites(tables["site"], assets, tables["site_answer"])


@dataclass(frozen=True)
class _Composed:
    """The dossier of a country that is to be written; without pages where those on disk stand."""

    scope: Scope
    settings: Mapping[str, object]
    inputs: Mapping[str, str]
    key: Mapping[str, object]
    places: tuple[Path, Path]
    rests_on: list[str]
    headline: str
    pages: Mapping[Path, bytes]
    """Every file but the PDF, the twelve pages first; none where those on disk stand."""
    figures: list[DossierFigureStruct] = field(default_factory=list)
    """What the first page says, by which a later dossier tells what changed."""
    files: Sequence[DossierFileStruct] = ()
    """The tables and forms beside its pages."""
    pdf: Future[bytes] | None = None

    @property
    def beside(self) -> tuple[Path, ...]:
        """The pages that belong to the dossier: its annex, what happened later."""
        from provenet.dossier.view import ANNEX, TURNED_OUT

        documents = (ANNEX, TURNED_OUT) if self.scope.known_on else (ANNEX,)
        html = self.places[0]
        return tuple(html.with_name(f"{html.stem}-{document}.html") for document in documents)


def _composed(
    case: Case,
    tables: Mapping[str, pl.DataFrame],
    read: Mapping[str, str],
    *,
    scope: Scope,
    settings: BriefSettings,
    typesetter: Executor,
) -> _Composed:
    """Composes the dossier of a country from stored rows, and has its PDF set; not where the one on disk stands."""
    from provenet.dossier.gate import Gate
    from provenet.dossier.render import linked_rows, render_body, render_html, render_pdf
    from provenet.dossier.replay import refuse_later_days
    from provenet.dossier.since import page_figures
    from provenet.dossier.view import compose_all, data_folder, page_place, with_rows

    country, as_of, known_on = str(scope.country), scope.as_of, scope.known_on
    inside = {} if settings.audience == "public" else {"audience": settings.audience}
    html, pdf = (
        case.path / "outputs" / page_place(country, as_of, known_on, audience=settings.audience, kind=kind)
        for kind in ("html", "pdf")
    )
    results = [rows for name, rows in tables.items() if table(name).kind == "result"]
    rests_on = sorted({f"run:{run}" for rows in results for run in rows["run_id"].unique()})
    # Equal rows may come from other runs than before; the page names its runs, so it is then another page.
    runs = sha256_bytes("|".join(rests_on).encode())
    made = _Composed(
        scope=scope,
        settings={**scope.settings, **settings.stored()},
        inputs={**{name: read[name] for name in tables}, "runs": runs},
        key={"country": country, "as_of_on": as_of, "known_on": known_on, **inside},
        places=(html, pdf),
        rests_on=rests_on,
        headline="",
        pages={},
    )
    earlier = earlier_dossiers(case, scope, made.settings, inputs=made.inputs)
    if earlier.height:
        made = replace(made, inputs={**made.inputs, SINCE: sha256_bytes("|".join(earlier["run_id"]).encode())})
    run = run_id("brief", made.settings, made.inputs)
    stood = case.read("dossier").filter(run_id=run)
    stands = stood.height and [stood["html_id"][0], stood["pdf_id"][0]] == [digest_of_file(html), digest_of_file(pdf)]
    if stands and all(place.is_file() for place in made.beside):
        return replace(made, headline=stood["headline"][0], files=stood["files"].to_list()[0] or ())
    shown = {**tables, "dossier": earlier}
    views = compose_all(shown, country=country, as_of=as_of, known=known_on, audience=settings.audience)
    first, annex, *later = (replace(view, cited_as=run) for view in views)
    body = render_body(first)
    views = (first, with_rows(annex, linked_rows(body), tables), *later)
    pages = dict(zip((html, *made.beside), (render_html(views[0], body), *map(render_html, views[1:])), strict=True))
    setting = typesetter.submit(render_pdf, views[0], body)
    ids: frozenset[str] = frozenset()
    gate = cache(partial(Gate, shown))
    for view, (place, page) in zip(views, pages.items(), strict=True):
        replayed = None if view.hindsight else known_on
        reading = gate(known=replayed).read(page.decode("utf-8"), place.name)
        ids |= reading.input_ids
        if replayed is not None:
            refuse_later_days(page, replayed, place.name, ids=ids)
        if reading.faults:
            raise PageRefused(reading.faults[:SHOWN_FAULTS], len(reading.faults))
    files = {data_folder(html) / name: data for view in views for name, data in view.files.items()}
    found = next(section.data["findings"] for section in views[0].sections if "findings" in section.data)
    figures = page_figures(found)  # type: ignore[arg-type]
    beside: list[DossierFileStruct] = [
        {"name": place.relative_to(case.path / "outputs").as_posix(), "digest": sha256_bytes(data)}
        for place, data in sorted(files.items())
    ]
    return replace(
        made, headline=views[0].headline, figures=figures, files=beside, pages={**pages, **files}, pdf=setting
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


def _written(case: Case, made: _Composed) -> Dossier:
    """Writes a dossier in a run of its own."""
    from provenet.dossier.view import data_folder

    html, pdf = made.places
    with case.writer("brief", made.settings, made.inputs) as record:
        if made.pdf is not None:
            files = {**made.pages, pdf: made.pdf.result()}
            for place, data in files.items():
                record.put_output(place.relative_to(case.path / "outputs").as_posix(), data)
            about = {
                "headline": made.headline,
                "formula": "one query over stored tables per section",
                "inputs": made.rests_on,
                "html_id": sha256_bytes(files[html]),
                "pdf_id": sha256_bytes(files[pdf]),
                "annex_id": sha256_bytes(files[made.beside[0]]),
                "figures": made.figures,
                "files": list(made.files),
            }
            days = {name: made.key[name] for name in ("country", "as_of_on", "known_on")}
            record.append("dossier", [{"dossier_id": row_id("dossier", made.key), **days, **about}])
        names = [file["name"] for file in made.files]
        folder = data_folder(html).relative_to(case.path / "outputs")
        for name, digest in _files_written(case):
            if PurePosixPath(name).parent == PurePosixPath(folder) and name not in names:
                record.drop_output(name, digest)
    annex, *later = made.beside
    return Dossier(
        country=str(made.scope.country),
        headline=made.headline,
        html=html,
        pdf=pdf,
        run_id=record.run_id,
        annex=annex,
        turned_out=later[0] if later else None,
        files=tuple(case.path / "outputs" / name for name in names),
    )


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""
    return brief(stale.case, country=stale.countries, **stale.settings).dossiers[0].run_id
