"""One run of `scenarios` a country: what `expose --scenarios` reads of a case and writes into it.

Used by the verb alone. All scenarios are worked out for all countries of a call at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provenet.case.case import Case
from provenet.case.rows import RouteScenarioRow
from provenet.case.runs import run_id
from provenet.case.standing import Scope
from provenet.core.digest import sha256_bytes
from provenet.core.errors import UsageFault
from provenet.ingest.bgp.as_lists import read_scenario_list
from provenet.ingest.plain_lines import opened as read
from provenet.verbs.answers import CountryScenarios, ScenariosReport
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.expose_run import (
    MOST_LIST_BYTES,
    ExposeCall,
    call_of,
    countries_meant,
    countries_named,
    question_of,
)
from provenet.verbs.options import CaseLike
from provenet.verbs.question import parties_on
from provenet.verbs.stale_run import StaleRun

FIGURE = (
    "route_scenario_id",
    "scenario",
    "extent",
    "changes",
    "tag",
    "role",
    "network_count",
    "removed_count",
    "cut_count",
    "missing",
    "capacity_says",
    "pair_count",
    "routed_count",
    "low_lost_count",
    "high_lost_count",
    "gained_count",
    "low_new_count",
    "high_new_count",
    "low_clear_count",
    "high_clear_count",
    "before_low_share",
    "before_high_share",
    "low_share",
    "high_share",
)
"""The columns of a scenario's row that an answer holds."""


def expose_scenarios(case: CaseLike, settings: ExposeSettings) -> ScenariosReport:
    """What scenarios take from routes, country by country; see `verbs.expose`."""
    _refuse_others(settings)
    call = call_of(case, settings)
    name, data = _file(settings)
    wanted = countries_named("--country", settings.country) or countries_meant(
        call.case, settings.as_of, settings.known_on
    )
    from provenet.exposure import scenarios as room

    inputs = {
        **call.case.digest(room.READS),
        **{f"list {one}": sha256_bytes(of) for one, of in call.lists},
        f"scenarios {name}": sha256_bytes(data),
    }
    stored = {one: value for one, value in call.stored.items() if one != "unlisted"}
    runs = {
        where: {**Scope(where, settings.as_of, settings.known_on).settings, **stored, "scenarios": name}
        for where in wanted
    }
    stand = set(call.case.runs()["run_id"])
    missing = [where for where, of in runs.items() if run_id("scenarios", of, inputs) not in stand]
    made = _room(call, missing, (name, data)) if missing else {}
    found = []
    for where, of in runs.items():
        with call.case.writer("scenarios", of, inputs) as record:
            if not record.already:
                for _, of_list in call.lists:
                    record.put_source(of_list)
                record.put_source(data)
                record.append("route_scenario", made[where])
        found.append(_answer(call.case, where, record.run_id))
    first = call.case.read_run("route_scenario", found[0].run_id).row(0, named=True)
    return ScenariosReport(
        settings.as_of,
        settings.known_on,
        restricted_says=first["restricted_says"],
        graph_on=first["graph_on"],
        graph_says=first["graph_says"],
        scenario_count=len({row["scenario"] for row in found[0].scenarios}),
        countries=tuple(found),
    )


def _refuse_others(settings: ExposeSettings) -> None:
    if settings.count_endpoints or settings.policy or settings.unlisted != "unknown":
        raise UsageFault("expose: --policy, --unlisted and --count-endpoints do not go with --scenarios.")


def _file(settings: ExposeSettings) -> tuple[str, bytes]:
    """The name and bytes of the scenarios. Raises UsageFault for a path that is no file."""
    if settings.scenarios_read is not None:
        return settings.scenarios_read

    assert settings.scenarios is not None
    upload = read(settings.scenarios, lambda what, done, total: None)
    if upload.size_bytes > MOST_LIST_BYTES:
        found = str(settings.scenarios)
        raise UsageFault(f"--scenarios: the file is too large; found {found!r}, expected at most 64 MiB.")
    return settings.scenarios.name, settings.scenarios.read_bytes()


def _room(call: ExposeCall, where: list[str], file: tuple[str, bytes]) -> Mapping[str, Sequence[RouteScenarioRow]]:
    from provenet.exposure import scenarios as room
    from provenet.exposure.expose import COLUMNS

    frames = {name: call.case.read(name) for name in room.READS if name not in COLUMNS}
    frames |= {name: call.case.columns(name, COLUMNS[name]) for name in room.READS if name in COLUMNS}
    frames["party"] = parties_on(call.case, call.settings.as_of, call.settings.known_on)
    listed = read_scenario_list(file)
    return room.scenario_rows(frames, where, question_of(call), file=listed, progress=call.settings.progress)


def _answer(case: Case, country: str, run: str) -> CountryScenarios:
    rows = case.read_run("route_scenario", run)
    figures = sorted(
        rows.select(FIGURE).iter_rows(named=True),
        key=lambda row: (row["scenario"], row["extent"] == "possible", row["role"] != "sensitive", row["tag"]),
    )
    return CountryScenarios(country, {"route_scenario": rows.height}, tuple(figures), run)


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""

    settings = stale.settings
    names, name = settings.pop("restricted"), settings.pop("scenarios")
    again = ExposeSettings(
        country=stale.countries,
        lists_read={one: stale.file(stale.record.inputs[f"list {one}"], f"the list {one!r}") for one in names},
        scenarios_read=(name, stale.file(stale.record.inputs[f"scenarios {name}"], f"the scenarios {name!r}")),
        progress=stale.progress,
        **settings,
    )
    return expose_scenarios(stale.case, again).countries[0].run_id
