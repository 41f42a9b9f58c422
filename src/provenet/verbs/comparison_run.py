"""One run of `comparison` a country: the modelled routes of `expose` beside routing tables and graphs given with it.

Used by the verb alone. Files are read once for all countries of a call. The bytes of graphs are kept, of routing tables
only the digests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.core import wording
from provenet.core.errors import CaseFault, Fault, InputFault, UsageFault
from provenet.core.ids import names_in
from provenet.core.progress import Progress
from provenet.ingest.bgp.as_links import read_as_links
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import day_in, opened
from provenet.tools.graphs import condensed
from provenet.verbs.answers import CountryExposure, ExposureReport
from provenet.verbs.country_runs import CountryRun, Rows, again, call_of, digests, files_kept, files_named, write_runs
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.options import CaseLike
from provenet.verbs.routes_run import expose_countries
from provenet.verbs.run import StaleRun

if TYPE_CHECKING:
    from provenet.exposure.route_comparison import OtherRoutes
    from provenet.ingest.bgp.mrt import MrtFile
    from provenet.routing.observed_routes import ObservedRoutes

MOST_GRAPH_MIB = 512
COLUMNS = names_in(
    "route_comparison_id level role tag against other_on direction reading destination source_count "
    "destination_count path_count direct_count unknown_link_count valley_count no_route_count class_count "
    "next_hop_count length_count whole_count class_share next_hop_share length_share whole_share pair_count "
    "routed_pair_count low_other_share high_other_share low_modelled_share high_modelled_share"
)
"""The columns of a row that an answer holds."""


def expose_beside_others(case: CaseLike, settings: ExposeSettings) -> ExposureReport:
    """What routes cross, country by country, and how they compare with other routes; see `verbs.expose`."""
    from provenet.exposure.expose import READS
    from provenet.exposure.route_comparison import route_comparison

    if settings.count_endpoints:
        raise UsageFault(
            "expose: --count-endpoints does not go with --observed and --graphs: ends are left aside there."
        )
    uploads, graphs = _uploads(settings), settings.graphs_read
    if graphs is None:
        graphs = files_named("--graphs", "graph", settings.graphs, most_mib=MOST_GRAPH_MIB)
    days = _days(graphs)
    report = expose_countries(case, settings)
    call = call_of(case, replace(settings, graph=()))
    reads = [name for name in READS if name not in ("prefix_origin", "prefix_country")]
    inputs = {
        **call.case.digest(reads),
        **call.list_digests,
        **{f"observed {name}": one.file_id for name, one in uploads.items()},
        **digests("graph", graphs),
    }
    own = {"observed": sorted(uploads), "graphs": sorted(graphs)}
    runs = {one.country: CountryRun(call.stored(one.country, **own), inputs) for one in report.countries}

    def make(missing: Sequence[str]) -> Mapping[str, Rows]:
        others = [_tables(settings.observed, uploads, settings.progress)] if uploads else []
        others += [_graph(name, data, days[name], progress=settings.progress) for name, data in graphs.items()]
        made = route_comparison(call.tables(reads), missing, call.question(), others=others, progress=settings.progress)
        return {where: {"route_comparison": rows} for where, rows in made.items()}

    written = write_runs(call.case, "comparison", runs, make=make, kept=(*call.lists.values(), *graphs.values()))
    countries = [_with_comparison(call.case, one, written[one.country]) for one in report.countries]
    return report.model_copy(update={"countries": tuple(countries)})


def _uploads(settings: ExposeSettings) -> dict[str, Upload]:
    """The files by name. Raises UsageFault for a path that is no file, and for two files of one name."""

    found: dict[str, Upload] = {}
    for file in settings.observed:
        upload = opened(file, settings.progress)
        if found.setdefault(file.name, upload).file_id != upload.file_id:
            raise UsageFault(f"--observed: two tables have the name {file.name!r}; give one of them another name.")
    return found


def _days(graphs: Mapping[str, bytes]) -> dict[str, date]:
    """The day in the name of each graph. Raises UsageFault for a name without one, and for two graphs of one day."""

    days: dict[str, date] = {}
    for name in graphs:
        text = day_in(name)
        if not text:
            way_out = "Give it a name such as 20250901.as-rel2.txt.bz2."
            raise UsageFault(f"--graphs: the name {name!r} holds no day. {way_out}")
        days[name] = date.fromisoformat(text)
    twice = [name for name, day in days.items() if list(days.values()).count(day) > 1]
    if twice:
        raise UsageFault(f"--graphs: {' and '.join(sorted(twice))} are of one day; give one graph a day.")
    return days


def _graph(name: str, data: bytes, day: date, *, progress: Progress) -> OtherRoutes:
    """The routes that are modelled on another graph."""
    from provenet.exposure.route_comparison import OtherRoutes
    from provenet.exposure.rows import words_of

    links = read_as_links((name, data), progress)
    ref = f"graph {name}, SHA-256 {links.digest[:12]}, its bytes lie in sources"
    return OtherRoutes(condensed(links), words_of(links), day, (ref,))


def _tables(files: Sequence[Path], uploads: Mapping[str, Upload], progress: Progress) -> OtherRoutes:
    """The routes of all tables together. Raises InputFault with every file from which no route could be read."""
    from provenet.exposure.route_comparison import OtherRoutes
    from provenet.ingest.bgp.mrt import read_mrt
    from provenet.routing.observed_routes import ObservedRoutes

    routes, faults, words, days = ObservedRoutes(), [], [], []
    for place in {file.name: file for file in files}.values():
        table = read_mrt(place)
        whole = place.stat().st_size
        for rows in table:
            routes.add(rows)
            progress(f"bytes read of {table.reading.name}", min(table.reading.packed_bytes, whole), whole)
        if not table.reading.routes:
            faults.append(_unread(table))
        days += [_day(table.first_at)] if table.first_at is not None else []
        words.append(_words(table, uploads[place.name].file_id))
    if faults:
        raise InputFault(faults)
    refs = tuple(
        f"routing table {name}, SHA-256 {one.file_id[:12]}, its bytes are not kept" for name, one in uploads.items()
    )
    return OtherRoutes(routes, f"{wording.series(words)}. {_left_out(routes)}", max(days, default=None), refs)


def _unread(table: MrtFile) -> Fault:
    reading = table.reading
    text = f"no route was read from it. {reading.ended.rstrip('.')}"
    return Fault(reading.name, text, expected="a file of MRT, RIB or updates, plain or packed as gz or bz2")


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


def _words(table: MrtFile, digest: str) -> str:
    """One file in words: its day, its sessions, and whether it is cut or broken."""
    reading = table.reading
    of = f" of {_day(table.first_at)}" if table.first_at is not None else ""
    sessions = wording.count(len(reading.sessions), "session")
    text = f"{reading.name}{of} (SHA-256 {digest[:12]}; {wording.count(reading.routes, 'route')} of {sessions}"
    text += "" if reading.is_whole else "; the file is cut, and what stands before the cut was read"
    broken = reading.faults.count
    return text + (f"; {wording.count(broken, 'broken record')} left out)" if broken else ")")


def _left_out(routes: ObservedRoutes) -> str:
    """What was read of all files, and what was left out by why."""
    read = f"{wording.count(routes.ipv4_count, 'route')} of IPv4 and {routes.ipv6_count:,} of IPv6"
    out = {
        "with an AS set": routes.set_count,
        "with a loop": routes.loop_count,
        "without a network": routes.empty_count,
    }
    left = [f"{count:,} {what}" for what, count in out.items() if count]
    left += [wording.count(routes.default_count, "default route")] if routes.default_count else []
    return f"Read: {read}; left out: {wording.series(left)}." if left else f"Read: {read}; none left out."


def _with_comparison(case: Case, country: CountryExposure, run: str) -> CountryExposure:
    """A country's answer with the rows that a run wrote; single tags beside routing tables are in the table alone."""
    rows = case.read_run("route_comparison", run)
    shown = rows.filter((rows["level"] != "tag") | (rows["against"] == "graph")).sort(
        "against", "other_on", "level", "role", "tag", "direction", "reading", "destination", nulls_last=False
    )
    return CountryExposure(
        country.country,
        {**country.rows, "route_comparison": rows.height},
        country.figures,
        country.run_id,
        compared=tuple(shown.select(COLUMNS).iter_rows(named=True)),
        compared_says=tuple(rows.select("other_says").unique(maintain_order=True)["other_says"]),
        compared_run_id=run,
    )


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""
    names, tables = stale.settings["graphs"], stale.settings["observed"]
    if tables:
        raise CaseFault(f"the case does not keep routing tables ({', '.join(tables)}); run the verb by hand")
    settings = again(stale, graphs_read=files_kept(stale, "graph", names), graphs=(), observed=())
    return expose_beside_others(stale.case, settings).countries[0].compared_run_id or ""
