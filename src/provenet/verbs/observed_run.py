"""One run of `observed` a country: the modelled routes of `expose` beside those of routing tables given with it.

Used by the verb alone. Tables are read once for all countries of a call; their bytes are not kept, their digests are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.case.runs import run_id
from provenet.case.standing import Scope
from provenet.core import wording
from provenet.core.errors import CaseFault, Fault, InputFault, UsageFault
from provenet.verbs.answers import CountryExposure, ExposureReport
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.expose_run import ExposeCall, call_of, expose_countries, question_of, room_tables
from provenet.verbs.options import CaseLike
from provenet.verbs.question import parties_on

if TYPE_CHECKING:
    from provenet.case.rows import RouteValidationRow
    from provenet.core.progress import Progress
    from provenet.exposure.route_validation import RoutingTables
    from provenet.ingest.bgp.mrt import MrtFile
    from provenet.ingest.opening import Upload
    from provenet.routing.observed_routes import ObservedRoutes
    from provenet.verbs.stale_run import StaleRun

VALIDATION = (
    "route_validation_id",
    "level",
    "role",
    "direction",
    "reading",
    "destination",
    "source_count",
    "destination_count",
    "path_count",
    "direct_count",
    "unknown_link_count",
    "valley_count",
    "no_route_count",
    "class_count",
    "next_hop_count",
    "length_count",
    "whole_count",
    "class_share",
    "next_hop_share",
    "length_share",
    "whole_share",
    "pair_count",
    "routed_pair_count",
    "low_observed_share",
    "high_observed_share",
    "low_modelled_share",
    "high_modelled_share",
)
"""The columns of a row that an answer holds."""


def expose_beside_tables(case: CaseLike, settings: ExposeSettings) -> ExposureReport:
    """What routes cross, country by country, and how the model fares against routing tables; see `verbs.expose`."""
    if settings.count_endpoints:
        raise UsageFault(
            "expose: --count-endpoints does not go with --observed: ends are left aside on observed paths."
        )
    uploads = _uploads(settings)
    report = expose_countries(case, settings)
    call = call_of(case, replace(settings, graph=()))
    wanted = [one.country for one in report.countries]
    inputs = {
        **call.case.digest(_reads()),
        **{f"list {name}": call.list_digests[name] for name, _ in call.lists},
        **{f"observed {name}": one.file_id for name, one in uploads.items()},
    }
    stored = {one: value for one, value in call.stored.items() if one not in ("unlisted", "policy")}
    runs = {
        where: {**Scope(where, settings.as_of, settings.known_on).settings, **stored, "observed": sorted(uploads)}
        for where in wanted
    }
    stand = set(call.case.runs()["run_id"])
    missing = [where for where, of in runs.items() if run_id("observed", of, inputs) not in stand]
    made = _room(call, missing, uploads) if missing else {}
    countries = []
    for one in report.countries:
        with call.case.writer("observed", runs[one.country], inputs) as record:
            if not record.already:
                for _, data in call.lists:
                    record.put_source(data)
                record.append("route_validation", made[one.country])
        countries.append(_with_validation(call.case, one, record.run_id))
    first = call.case.read_run("route_validation", countries[0].observed_run_id or "").row(0, named=True)
    return replace(
        report, countries=tuple(countries), observed_on=first["observed_on"], observed_says=first["observed_says"]
    )


def _reads() -> Sequence[str]:
    from provenet.exposure.expose import READS

    return [name for name in READS if name not in ("prefix_origin", "prefix_country")]


def _uploads(settings: ExposeSettings) -> dict[str, Upload]:
    """The files by name. Raises UsageFault for a path that is no file, and for two files of one name."""
    from provenet.ingest.bgp.as_numbers import imported_numpy
    from provenet.ingest.plain_lines import opened

    imported_numpy()
    found: dict[str, Upload] = {}
    for file in settings.observed:
        upload = opened(file, settings.progress)
        if found.setdefault(file.name, upload).file_id != upload.file_id:
            raise UsageFault(f"--observed: two tables have the name {file.name!r}; give one of them another name.")
    return found


def _room(
    call: ExposeCall, where: Sequence[str], uploads: Mapping[str, Upload]
) -> Mapping[str, Sequence[RouteValidationRow]]:
    from provenet.exposure.route_validation import route_validation

    settings = call.settings
    observed = _tables(settings.observed, uploads, settings.progress)
    frames = room_tables(call.case, _reads())
    frames["party"] = parties_on(call.case, settings.as_of, settings.known_on)
    return route_validation(frames, where, question_of(call), observed=observed, progress=settings.progress)


def _tables(files: Sequence[Path], uploads: Mapping[str, Upload], progress: Progress) -> RoutingTables:
    """The routes of all tables together. Raises InputFault with every file from which no route could be read."""
    from provenet.exposure.route_validation import RoutingTables
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
    return RoutingTables(
        routes=routes,
        says=f"{wording.series(words)}. {_left_out(routes)}",
        first_on=min(days, default=None),
        last_on=max(days, default=None),
        refs=refs,
    )


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


def _with_validation(case: Case, country: CountryExposure, run: str) -> CountryExposure:
    """A country's answer with the rows that a run wrote; single tags are in the table alone."""
    rows = case.read_run("route_validation", run)
    levels = ["all", "country", "role"]
    shown = rows.filter(rows["level"].is_in(levels)).sort(
        "level", "role", "direction", "reading", "destination", nulls_last=False
    )
    return replace(
        country,
        rows={**country.rows, "route_validation": rows.height},
        observed=tuple(shown.select(VALIDATION).iter_rows(named=True)),
        observed_run_id=run,
    )


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""
    names = ", ".join(str(name) for name in stale.settings["observed"])
    raise CaseFault(f"the case does not keep routing tables ({names}); run the verb by hand")
