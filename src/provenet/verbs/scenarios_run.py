"""One run of `scenarios` a country: what `expose --scenarios` reads of a case and writes into it.

Used by the verb alone. All scenarios are worked out for all countries of a call at once.
"""

from collections.abc import Mapping, Sequence

from provenet.case.case import Case
from provenet.core.errors import UsageFault
from provenet.ingest.bgp.as_lists import read_scenario_list
from provenet.verbs.answers import CountryScenarios, ScenariosReport
from provenet.verbs.country_runs import (
    MOST_LIST_MIB,
    CountryRun,
    Rows,
    again,
    call_of,
    digests,
    files_kept,
    files_named,
    options_given,
    write_runs,
)
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.options import CaseLike
from provenet.verbs.run import StaleRun

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
    from provenet.exposure.scenarios import READS, scenario_rows

    if options_given(settings, ("count_endpoints", "policy", "unlisted")):
        raise UsageFault("expose: --policy, --unlisted and --count-endpoints do not go with --scenarios.")
    call = call_of(case, settings)
    name, data = settings.scenarios_read or _file(settings)
    inputs = {**call.case.digest(READS), **call.list_digests, **digests("scenarios", {name: data})}
    runs = {where: CountryRun(call.stored(where, ("unlisted",), scenarios=name), inputs) for where in call.wanted}

    def make(missing: Sequence[str]) -> Mapping[str, Rows]:
        listed, progress = read_scenario_list((name, data)), settings.progress
        made = scenario_rows(call.tables(READS), missing, call.question(), file=listed, progress=progress)
        return {where: {"route_scenario": rows} for where, rows in made.items()}

    written = write_runs(call.case, "scenarios", runs, make=make, kept=(*call.lists.values(), data))
    found = [_answer(call.case, where, run) for where, run in written.items()]
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


def _file(settings: ExposeSettings) -> tuple[str, bytes]:
    """The name and bytes of the scenarios."""
    assert settings.scenarios is not None
    found = files_named("--scenarios", "file", [settings.scenarios], most_mib=MOST_LIST_MIB)
    return next(iter(found.items()))


def _answer(case: Case, country: str, run: str) -> CountryScenarios:
    rows = case.read_run("route_scenario", run)
    figures = sorted(
        rows.select(FIGURE).iter_rows(named=True),
        key=lambda row: (row["scenario"], row["extent"] == "possible", row["role"] != "sensitive", row["tag"]),
    )
    return CountryScenarios(country, {"route_scenario": rows.height}, tuple(figures), run)


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""
    name = stale.settings["scenarios"]
    settings = again(stale, scenarios=None, scenarios_read=(name, files_kept(stale, "scenarios", [name])[name]))
    return expose_scenarios(stale.case, settings).countries[0].run_id
