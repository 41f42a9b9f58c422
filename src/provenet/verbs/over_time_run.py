"""One run of `over_time` a country: what `expose --graphs` reads of a case and of files, and writes into the case.

Used by the verb alone. Each graph is walked once for all countries of a call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.case.run_kinds import KINDS
from provenet.case.runs import run_id
from provenet.case.standing import Scope
from provenet.core.digest import sha256_bytes
from provenet.core.errors import UsageFault
from provenet.core.progress import Progress
from provenet.verbs.answers import CountryOverTime, OverTimeReport
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.expose_run import ExposeCall, call_of, countries_meant, countries_named, question_of, room_tables
from provenet.verbs.options import CaseLike
from provenet.verbs.question import parties_on

if TYPE_CHECKING:
    from provenet.exposure.over_time import GraphOfDay, TimeResults
    from provenet.verbs.stale_run import StaleRun

MOST_GRAPH_BYTES = 512 * 2**20
DAY = (
    "route_day_id",
    "graph_on",
    "tag",
    "role",
    "network_count",
    "absent_count",
    "pair_count",
    "no_route_count",
    "rung_0_count",
    "rung_1_alone_count",
    "rung_1_other_count",
    "rung_2_count",
    "rung_3_count",
    "rung_none_count",
    "low_share",
    "high_share",
    "expected_share",
    "either_low_share",
    "either_high_share",
)
"""The columns of a day's row that an answer holds."""
INFLUENCE = ("influence_day_id", "graph_on", "asn", "network_name", "network_country", "party_id", "hegemony_share")
"""The columns of a network's hegemony that an answer holds."""
CHANGE = (
    "route_change_id",
    "from_on",
    "to_on",
    "tag",
    "attribution",
    "link_change",
    "link_group",
    "link_order",
    "place_count",
    "link_count",
    "routed_change_count",
    "low_crossing_change_count",
    "high_crossing_change_count",
    "low_change_share",
    "high_change_share",
)
"""The columns of what a group of links did that an answer holds."""


def expose_over_time(case: CaseLike, settings: ExposeSettings) -> OverTimeReport:
    """What routes cross on the days of several graphs, country by country; see `verbs.expose`."""
    _refuse_others(settings)
    call = call_of(case, settings)
    if not call.lists and not call.countries:
        raise UsageFault(
            "expose: no restricted networks are named; name a list (--restricted FILE, one AS number a line) or a "
            "country of registration (--restricted-country CC)."
        )
    files = _files(settings)
    days = _days(files)
    wanted = countries_named("--country", settings.country) or countries_meant(
        call.case, settings.as_of, settings.known_on
    )
    from provenet.exposure import over_time as room

    inputs = {
        **call.case.digest([name for name in room.READS if name != "as_link"]),
        **{f"list {one}": digest for one, digest in call.list_digests.items()},
        **{f"graph {one}": sha256_bytes(data) for one, data in files.items()},
    }
    stored = {one: value for one, value in call.stored.items() if one != "unlisted"}
    stored |= {"by": settings.by} if settings.by else {}
    runs = {
        where: {**Scope(where, settings.as_of, settings.known_on).settings, **stored, "graphs": sorted(files)}
        for where in wanted
    }
    stand = set(call.case.runs()["run_id"])
    missing = [where for where, of in runs.items() if run_id("over_time", of, inputs) not in stand]
    made = _room(call, missing, files=files, days=days) if missing else {}
    found = []
    for where, of in runs.items():
        with call.case.writer("over_time", of, inputs) as record:
            if not record.already:
                for data in (*(data for _, data in call.lists), *files.values()):
                    record.put_source(data)
                for name, rows in made[where].tables().items():
                    record.append(name, rows)
        found.append(_answer(call.case, where, record.run_id))
    first = call.case.read_run("route_day", found[0].run_id).row(0, named=True)
    return OverTimeReport(
        settings.as_of,
        settings.known_on,
        restricted_says=first["restricted_says"],
        graphs_on=tuple(sorted(days.values())),
        countries=tuple(found),
    )


def _refuse_others(settings: ExposeSettings) -> None:
    if settings.count_endpoints or settings.policy or settings.unlisted != "unknown":
        raise UsageFault("expose: --policy, --unlisted and --count-endpoints do not go with --graphs.")
    if settings.scenarios is not None or settings.scenarios_read is not None:
        raise UsageFault("expose: --scenarios and --graphs do not go together; call it once for each.")
    if settings.graph:
        raise UsageFault("expose: --graph and --graphs do not go together; name the graph among --graphs.")


def _files(settings: ExposeSettings) -> dict[str, bytes]:
    """The graphs by name. Raises UsageFault for a path that is no file, one too large, and two of one name."""
    if settings.graphs_read is not None:
        return dict(settings.graphs_read)
    from provenet.ingest.plain_lines import opened as read

    found: dict[str, bytes] = {}
    for file in settings.graphs:
        upload = read(file, lambda what, done, total: None)
        if upload.size_bytes > MOST_GRAPH_BYTES:
            raise UsageFault(f"--graphs: the graph is too large; found {str(file)!r}, expected at most 512 MiB.")
        data = file.read_bytes()
        if found.setdefault(file.name, data) != data:
            raise UsageFault(f"--graphs: two graphs have the name {file.name!r}; give one of them another name.")
    return found


def _days(files: Mapping[str, bytes]) -> dict[str, date]:
    """The day in the name of each graph. Raises UsageFault for a name without one, and for two graphs of one day."""
    from provenet.ingest.line_formats import day_in

    days: dict[str, date] = {}
    for name in files:
        text = day_in(name)
        if not text:
            way_out = "Give it a name such as 20250901.as-rel2.txt.bz2."
            raise UsageFault(f"--graphs: the name {name!r} holds no day. {way_out}")
        days[name] = date.fromisoformat(text)
    twice = [name for name, day in days.items() if list(days.values()).count(day) > 1]
    if twice:
        raise UsageFault(f"--graphs: {' and '.join(sorted(twice))} are of one day; give one graph a day.")
    return days


def _room(
    call: ExposeCall, where: Sequence[str], *, files: Mapping[str, bytes], days: Mapping[str, date]
) -> Mapping[str, TimeResults]:
    from provenet.exposure import over_time as room

    settings = call.settings
    graphs = [_graph(name, data, days[name], progress=settings.progress) for name, data in files.items()]
    frames = room_tables(call.case, room.READS)
    frames["party"] = parties_on(call.case, settings.as_of, settings.known_on)
    return room.over_time(
        frames,
        where,
        question_of(call),
        graphs=graphs,
        by=settings.by or "country",
        progress=settings.progress,
    )


def _graph(name: str, data: bytes, day: date, *, progress: Progress) -> GraphOfDay:
    from provenet.exposure.over_time import GraphOfDay
    from provenet.ingest.bgp.as_links import read_as_links
    from provenet.tools.graphs import condensed

    links = read_as_links((name, data), progress)
    return GraphOfDay(name, day, links, condensed(links))


def _answer(case: Case, country: str, run: str) -> CountryOverTime:
    tables = {name: case.read_run(name, run) for name in KINDS["over_time"].writes}
    days = tables["route_day"].sort("role", "tag", "graph_on", descending=[True, False, False])
    influences = tables["influence_day"].sort(
        "graph_on", "hegemony_share", "asn", descending=[True, True, False], nulls_last=True
    )
    changes = tables["route_change"].sort(
        "role", "tag", "from_on", "link_order", "place_count", descending=[True, False, False, True, False]
    )
    return CountryOverTime(
        country,
        {name: rows.height for name, rows in tables.items()},
        days=tuple(days.select(DAY).iter_rows(named=True)),
        influences=tuple(influences.select(INFLUENCE).iter_rows(named=True)),
        changes=tuple(changes.select(CHANGE).iter_rows(named=True)),
        run_id=run,
    )


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""
    from provenet.verbs.expose import ExposeSettings

    settings = stale.settings
    names, graphs = settings.pop("restricted"), settings.pop("graphs")
    again = ExposeSettings(
        country=stale.countries,
        lists_read={one: stale.file(stale.record.inputs[f"list {one}"], f"the list {one!r}") for one in names},
        graphs_read={one: stale.file(stale.record.inputs[f"graph {one}"], f"the graph {one!r}") for one in graphs},
        progress=stale.progress,
        **settings,
    )
    return expose_over_time(stale.case, again).countries[0].run_id
