"""Runs of `expose` and `scenarios`, one a country: what routes cross, walked on the graph once for all countries of a
call or taken from the record, and what scenarios take from them.

Used by the verb alone.
"""

from collections.abc import Mapping, Sequence

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.record import RECORD, record_digest
from provenet.case.rows import AnyRow
from provenet.case.run_kinds import KINDS
from provenet.case.standing import Scope, Standing
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.errors import UsageFault
from provenet.core.ids import names_in
from provenet.exposure.recorded import record, recorded_countries, recorded_receipt, recorded_rows
from provenet.ingest.bgp.as_lists import read_scenario_list
from provenet.verbs.answers import CountryExposure, CountryScenarios, ExposureReport, ScenariosReport
from provenet.verbs.country_runs import (
    MOST_LIST_MIB,
    CountryRun,
    ExposeCall,
    Rows,
    again,
    call_of,
    countries_meant,
    countries_named,
    digests,
    files_kept,
    files_named,
    options_given,
    parts_standing,
    parts_under,
    write_runs,
)
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.options import CaseLike
from provenet.verbs.paths_run import has_traces, write_paths
from provenet.verbs.question import opened
from provenet.verbs.run import StaleRun

FIGURE = names_in(
    "exposure_id tags role pack restricted_says network_count absent_count pair_count no_route_count rung_0_count "
    "rung_1_alone_count rung_1_other_count rung_2_count rung_3_count rung_none_count lucky_0_count lucky_1_count "
    "lucky_2_count lucky_3_count lucky_none_count low_share high_share expected_share reverse_low_share "
    "reverse_high_share either_low_share either_high_share"
)
"""The columns of a tag's row that an answer holds."""
_SHARED = ("graph_on", "graph_says", "ends_says")
OTHERS = names_in("restricted restricted_country policy sensitive carrier graph count_endpoints later_tags")
"""Settings that change what is counted: the record is fixed."""


def expose_countries(case: CaseLike, settings: ExposeSettings) -> ExposureReport:
    """What routes cross, country by country; see `verbs.expose`."""
    from provenet.exposure.expose import READS, expose

    call = call_of(case, settings)
    read = {**call.case.digest(READS), **call.list_digests}
    shares = {
        where: parts_standing(call.standing, call.scope(where), settings.policy, verb="expose") for where in call.wanted
    }
    runs = {
        where: CountryRun(call.stored(where), {**read, "vendor_share": digest_of(table("vendor_share"), rows)})
        for where, rows in shares.items()
    }

    def make(missing: Sequence[str]) -> Mapping[str, Rows]:
        chosen = {
            where: parts_under(call.standing, call.scope(where), shares[where], policies=settings.policy)
            for where in missing
        }
        return expose(call.tables(READS), chosen, call.question(), progress=settings.progress)

    written = write_runs(call.case, "expose", runs, make=make, kept=call.lists.values())
    exposures = [_answer(call.case, where, run) for where, run in written.items()]
    return _report(call.case, settings, _with_paths(call, exposures))


def _with_paths(call: ExposeCall, found: list[CountryExposure]) -> list[CountryExposure]:
    """Writes what measured paths cross too, where the case has traces and routers identified for the day."""

    settings = call.settings
    estimates = call.standing.estimates(Scope(None, settings.as_of, settings.known_on))
    if estimates is None or call.standing.changed(estimates) or not has_traces(call.case):
        return found
    runs = write_paths(call.case, call.standing, settings, wanted=[one.country for one in found])
    counts = {where: call.case.read_run("path_exposure", run).height for where, run in runs.items()}
    return [one.model_copy(update={"rows": {**one.rows, "path_exposure": counts[one.country]}}) for one in found]


def _report(case: Case, settings: ExposeSettings, countries: Sequence[CountryExposure]) -> ExposureReport:
    """The answer of a call, from the answers of its countries; its sets are told apart where a run holds several."""
    rows = case.read_run("exposure", countries[0].run_id)
    rows = rows.filter(rows["pack"].is_null()).sort("restricted_says", maintain_order=True)
    first = rows.row(0, named=True)
    sets = rows.unique("restricted_says", maintain_order=True)
    return ExposureReport(
        settings.as_of,
        settings.known_on,
        restricted_says=wording.series(sets["restricted_says"].to_list(), "or, in figures of their own,"),
        restricted_count=sum(map(int, sets["restricted_count"].to_list())),
        **{name: first[name] for name in _SHARED},
        unlisted=settings.unlisted,
        countries=tuple(countries),
    )


def _answer(case: Case, country: str, run: str) -> CountryExposure:
    """How many rows a run wrote, and its figures by tag over all destinations; of a record by role too."""
    rows = case.read_run("exposure", run)
    sums = (rows["level"] == "tag") | ((rows["level"] == "role") & rows["receipt_id"].is_not_null())
    figures = rows.filter(sums & (rows["destination"] == "all")).sort(
        "pack", "restricted_says", "role", "tags", descending=[False, False, True, False], nulls_last=False
    )
    counted = {
        "exposure": rows.height,
        **{name: case.read_run(name, run).height for name in KINDS["expose"].writes[1:]},
    }
    return CountryExposure(country, counted, tuple(figures.select(FIGURE).iter_rows(named=True)), run)


def expose_recorded(case: CaseLike, settings: ExposeSettings) -> ExposureReport:
    """What routes cross, by the record of the newest day up to the one in question; see `verbs.expose`."""
    into = opened(case, settings.known_on)
    for option in options_given(settings, OTHERS)[:1]:
        raise UsageFault(
            f"expose: {option} does not go with --recorded, since the record is fixed; leave one of them out."
        )
    receipt = recorded_receipt(settings.as_of, settings.known_on)
    held = recorded_countries()
    if receipt is None:
        recorded = wording.series(map(_day, sorted(record()["receipt"], key=lambda row: row["as_of_on"])), "or")
        raise UsageFault(f"expose: no record stands for {settings.as_of}; there are records {recorded}.")
    named = countries_named("--country", settings.country)
    if missing := [country for country in named if country not in held]:
        raise UsageFault(
            f"expose: the record does not hold {wording.series(missing)}; it holds {wording.series(held)}."
        )
    days = (settings.as_of, settings.known_on)
    wanted = named or [country for country in countries_meant(Standing(into), *days) if country in held]
    if not wanted:
        raise UsageFault(
            f"expose: the record holds {wording.series(held)}, and the case has none of them; name one: --country NAME."
        )
    parties = set(into.read("party")["party_id"].to_list())
    answers = []
    for country in wanted:
        scope = Scope(country, *days)
        rows = recorded_rows(receipt, country, settings.as_of, known=settings.known_on)
        with into.writer("expose", {**scope.settings, "recorded": True}, {RECORD: record_digest()}) as run:
            if not run.already:
                for name, found in rows.items():
                    run.append(name, [_known_party(row, parties) for row in found])
        answers.append(_answer(into, country, run.run_id))
    return _report(into, settings, answers)


def _day(row: AnyRow) -> str:
    known = f" --known-on {row['known_on']}" if row["known_on"] else ""
    return f"from --as-of {row['as_of_on']}{known} on"


def _known_party(row: AnyRow, parties: set[str]) -> AnyRow:
    """A row without a party that the case does not have."""
    return {**row, "party_id": None} if row.get("party_id") and row["party_id"] not in parties else row


SCENARIO_FIGURE = names_in(
    "route_scenario_id scenario extent changes tag role network_count removed_count cut_count missing capacity_says "
    "pair_count routed_count low_lost_count high_lost_count gained_count low_new_count high_new_count "
    "low_clear_count high_clear_count before_low_share before_high_share low_share high_share"
)
"""The columns of a scenario's row that an answer holds."""


def expose_scenarios(case: CaseLike, settings: ExposeSettings) -> ScenariosReport:
    """What scenarios take from routes, country by country; see `verbs.expose`."""
    from provenet.exposure.scenarios import READS, scenario_rows

    if options_given(settings, ("count_endpoints", "policy", "unlisted")):
        raise UsageFault("expose: --policy, --unlisted and --count-endpoints do not go with --scenarios.")
    call = call_of(case, settings)
    name, data = settings.scenarios_read or _scenario_file(settings)
    inputs = {**call.case.digest(READS), **call.list_digests, **digests("scenarios", {name: data})}
    runs = {where: CountryRun(call.stored(where, ("unlisted",), scenarios=name), inputs) for where in call.wanted}

    def make(missing: Sequence[str]) -> Mapping[str, Rows]:
        listed, progress = read_scenario_list((name, data)), settings.progress
        made = scenario_rows(call.tables(READS), missing, call.question(), file=listed, progress=progress)
        return {where: {"route_scenario": rows} for where, rows in made.items()}

    written = write_runs(call.case, "scenarios", runs, make=make, kept=(*call.lists.values(), data))
    found = [_scenario_answer(call.case, where, run) for where, run in written.items()]
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


def _scenario_file(settings: ExposeSettings) -> tuple[str, bytes]:
    """The name and bytes of the scenarios."""
    assert settings.scenarios is not None
    return next(iter(files_named("--scenarios", "file", [settings.scenarios], most_mib=MOST_LIST_MIB).items()))


def _scenario_answer(case: Case, country: str, run: str) -> CountryScenarios:
    rows = case.read_run("route_scenario", run)
    figures = sorted(
        rows.select(SCENARIO_FIGURE).iter_rows(named=True),
        key=lambda row: (row["scenario"], row["extent"] == "possible", row["role"] != "sensitive", row["tag"]),
    )
    return CountryScenarios(country, {"route_scenario": rows.height}, tuple(figures), run)


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, also one of `scenarios`, and returns the id of the new one."""
    if stale.record.verb == "scenarios":
        name = stale.settings["scenarios"]
        settings = again(stale, scenarios=None, scenarios_read=(name, files_kept(stale, "scenarios", [name])[name]))
        return expose_scenarios(stale.case, settings).countries[0].run_id
    settings = again(stale)
    answer = expose_recorded if settings.recorded else expose_countries
    return answer(stale.case, settings).countries[0].run_id
