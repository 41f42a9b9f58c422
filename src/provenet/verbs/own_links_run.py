"""Runs of `inside`, one a network, and of `sites`, one a country: what crosses inside carriers' own networks, and what
the traffic of sensitive sites, which rides links of its own first, meets.

Used by the verb alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.run_kinds import KINDS
from provenet.case.standing import Scope, Standing, input_name
from provenet.case.tables import table
from provenet.core.errors import StaleInput, UsageFault, nearest
from provenet.core.ids import fold, names_in
from provenet.core.packages import require
from provenet.core.wording import series
from provenet.exposure.inside_networks import READS, OwnNetwork, own_networks
from provenet.exposure.site_traffic_demands import READS as SITES_READ
from provenet.exposure.site_traffic_demands import SiteQuestion, demands_of
from provenet.exposure.site_traffic_rows import exposure_rows, traffic_rows
from provenet.verbs.answers import CountrySites, OwnNetworkExposure, OwnNetworksReport, SitesReport
from provenet.verbs.country_runs import CountryRun, Rows, again, options_given, parts_standing, parts_under, write_runs
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.options import CaseLike
from provenet.verbs.question import countries_with_carriers, known_tables, opened, parties_on, tables_of
from provenet.verbs.run import StaleRun

FIGURE = names_in(
    "inside_exposure_id pack demands demand_count volume_amount volume_unit low_share high_share disconnected_share "
    "failures scenario_count worst_low_share worst_high_share worst_failure latent_share latent_failure routed_by"
)
"""The columns of a network's row that an answer holds."""
STEERED = ("steering_id", "volume_amount", "today_share", "low_share", "high_share", "room", "path_count", "proof")
"""The columns of a network's steering that an answer holds."""
METRICS = ("inside_metric_id", "today_share", "low_share", "high_share", "room", "change_count")
"""The columns of what metrics alone bring that an answer holds."""
SETS = names_in(
    "inside_replacement_id kind demands unknown_as element_count elements clear_share bound_share exposed_share "
    "cost_amount cost_unit price_year budget_amount least_amount open_count closed_count parted_count proof"
)
"""The columns of sets to replace that an answer holds; of each kind and reading, the set that clears most."""
OWN_LINKS = names_in(
    "inside_own_link_id node direction own_links states volume_amount spilled_low_share spilled_high_share "
    "network_low_share network_high_share low_share high_share"
)
"""The columns of sites with own links that an answer holds."""
OTHERS = ("restricted", "restricted_country", "sensitive", "carrier", "count_endpoints", "unlisted")
"""Options that speak of routes between networks."""


def expose_networks(case: CaseLike, settings: ExposeSettings) -> OwnNetworksReport:
    """What traffic crosses inside carriers' own networks, network by network; see `verbs.expose`."""
    require("internet", "numba")

    if others := options_given(settings, OTHERS):
        raise UsageFault(f"expose --inside: {series(others)} speak of routes between networks; leave them out.")
    into = opened(case, settings.known_on)
    standing = Standing(into)
    tables = _tables(into, READS)
    found = own_networks(tables, settings.as_of, settings.known_on)
    countries = countries_with_carriers(parties_on(into, settings.as_of, settings.known_on), settings.country)
    meant = _meant(found, settings.network, countries)
    names = dict(into.read("party").select("party_id", "name").iter_rows())
    sites = dict(tables["site"].select("site_id", "name").iter_rows())
    digests = into.digest(READS)
    made = []
    for at, network in enumerate(meant):
        settings.progress("networks", at, len(meant))
        made.append(_exposure(into, standing, network, settings=settings, sites=sites, names=names, digests=digests))
    return OwnNetworksReport(settings.as_of, settings.known_on, tuple(made))


def _tables(case: Case, names: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Tables with their rows in the order in which they were added."""
    order = {run: at for at, run in enumerate(case.runs()["run_id"].to_list())}
    return {
        name: case.read(name).sort(pl.col("run_id").replace_strict(order, default=0, return_dtype=pl.Int64), "row_id")
        for name in names
    }


def _meant(found: Sequence[OwnNetwork], named: Sequence[str], countries: Sequence[str]) -> list[OwnNetwork]:
    """The networks that a call means. Raises UsageFault where there is none, or a name means none."""
    if not found:
        raise UsageFault(
            "expose --inside: the case holds no carrier's own network of that day; add its topology: "
            "provenet add CASE TOPOLOGY, with carrier_id, country and network in TOPOLOGY.toml."
        )
    here = [one for one in found if not countries or one.country in countries]
    if not named:
        if not here:
            held = series(dict.fromkeys(one.country for one in found))
            raise UsageFault(f"expose --inside: no network of {series(countries)}; the case holds networks of {held}.")
        return here
    made: dict[tuple[str, str, str], OwnNetwork] = {}
    for name in named:
        hits = [one for one in here if fold(name) in (fold(one.network), fold(one.words))]
        if not hits:
            known = sorted({one.network for one in here} | {one.words for one in here})
            close = nearest(name, known)
            hint = f" Nearest: {close}." if close else f" Networks: {series(known)}."
            raise UsageFault(f"--network: the case holds no such network; found {name!r}.{hint}")
        made |= {one.key: one for one in hits}
    return list(made.values())


def _exposure(
    case: Case,
    standing: Standing,
    network: OwnNetwork,
    *,
    settings: ExposeSettings,
    sites: Mapping[str, str],
    names: Mapping[str, str],
    digests: Mapping[str, str],
) -> OwnNetworkExposure:
    from provenet.exposure.inside import STRETCH
    from provenet.exposure.inside_case import InsideQuestion, OwnNetworkStudy
    from provenet.exposure.inside_rows import inside_rows

    scope = Scope(network.country, settings.as_of, settings.known_on)
    packs = _packs(standing, scope, settings.policy)
    elements = standing.asset_verdicts(scope, settings.policy, carrier=network.carrier_id)
    failures = settings.failures or "single"
    stored: dict[str, object] = {**scope.settings, "network": network.words, "failures": failures}
    stored |= {"metric": settings.metric} if settings.metric else {}
    stored |= {"stretch": settings.stretch} if settings.stretch else {}
    stored |= {"budget": settings.budget} if settings.budget is not None else {}
    stored |= {"policy": packs} if settings.policy else {}
    inputs = {**digests, "verdict_asset": digest_of(table("verdict_asset"), elements)}
    remarks: list[str] = []
    with case.writer("inside", stored, inputs) as record:
        for pack in packs:
            question = InsideQuestion(
                pack=pack,
                as_of=settings.as_of,
                known=settings.known_on,
                metric=settings.metric,
                failures=failures,
                stretch=settings.stretch or STRETCH,
                budget=settings.budget,
            )
            mine = elements.filter(pack=pack)
            study = OwnNetworkStudy(network, mine, sites, question=question, progress=settings.progress)
            tables, said = inside_rows(study)
            remarks += said
            for name, rows in tables.items() if not record.already else ():
                record.append(name, list(rows))
    return OwnNetworkExposure(
        country=network.country,
        carrier_id=network.carrier_id,
        carrier=names.get(network.carrier_id, network.carrier_id),
        network=network.network,
        node_count=len(network.topology.node_ids),
        link_count=len(network.topology.link_ids),
        demand_count=len(network.demands.volume),
        demands_says=network.demands.stated if network.is_assumed else "Demands are those of network_demand.",
        rows={name: case.read_run(name, record.run_id).height for name in KINDS["inside"].writes},
        policies=tuple(_figures(case, record.run_id)),
        remarks=tuple(dict.fromkeys(remarks)),
        run_id=record.run_id,
    )


def _packs(standing: Standing, scope: Scope, policies: Sequence[str]) -> list[str]:
    """The policies whose verdicts stand. Raises StaleInput where none does, or one is older than what it rests on."""
    screens = standing.screens(scope, policies)
    if not screens:
        raise StaleInput(
            f"expose --inside: no verdict stands for {scope.country}; run: provenet screen CASE --policy ID "
            f"{scope.options}"
        )
    for name, run in screens.items():
        for old in standing.changed(run):
            raise StaleInput(
                f"expose --inside: the verdicts of {name} are older than {input_name(old)}; "
                f"run: provenet screen CASE --policy {name} {scope.options}{run.packs_option}"
            )
    return list(screens)


def _figures(case: Case, run: str) -> list[dict[str, Any]]:
    """The figures of a network, one object a policy and kind of demands, with its elements and what can be steered."""
    exposure = case.read_run("inside_exposure", run).filter(level="network").sort("pack", "demands")
    elements = case.read_run("inside_element", run)
    steering = case.read_run("steering", run).filter(level="network")
    metrics = case.read_run("inside_metric", run).filter(level="network")
    replacement = case.read_run("inside_replacement", run).sort("kind", "element_count", "inside_replacement_id")
    own_links = case.read_run("inside_own_link", run).sort("node", "direction")
    made = []
    for row in exposure.select(FIGURE).iter_rows(named=True):
        counts = dict(elements.filter(pack=row["pack"])["state"].value_counts().iter_rows())
        steered = steering.filter(pack=row["pack"]).select(STEERED).to_dicts()
        made.append(
            {
                **row,
                "restricted_count": counts.get("restricted", 0),
                "unknown_count": counts.get("unknown", 0),
                "steering": steered[0] if steered and row["demands"] == "all" else None,
                "metrics": next(iter(_of(metrics, row).select(METRICS).to_dicts()), None)
                if row["demands"] == "all"
                else None,
                "replacement": _fullest(_of(replacement, row).filter(demands=row["demands"])),
                "own_links": _of(own_links, row).select(OWN_LINKS).to_dicts() if row["demands"] == "all" else [],
            }
        )
    return made


def _of(rows: pl.DataFrame, figure: Mapping[str, Any]) -> pl.DataFrame:
    """The rows of the policy of a figure."""
    return rows.filter(pack=figure["pack"])


def _fullest(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Of each kind of set and reading of what is unknown, the one that clears most."""
    best = rows.sort("clear_share", "element_count", descending=[True, False], nulls_last=True)
    kept = best.unique(["kind", "unknown_as"], keep="first", maintain_order=True)
    return kept.sort("kind", "unknown_as").select(SETS).to_dicts()


TRAFFIC = names_in("site_traffic_id site_id demand network own_failed low_share high_share carrier_ids is_stated")
"""The columns of a row of traffic that an answer holds."""
EXPOSURE = names_in(
    "site_exposure_id site_id demand network own_failed pack restricted_says harm restricted_share unknown_share "
    "clear_share low_spread_share high_spread_share carrier_ids to_be_checked"
)
"""The columns of a row of exposure that an answer holds."""
OTHER_QUESTIONS = names_in(
    "restricted restricted_country sensitive carrier count_endpoints unlisted network metric failures stretch budget "
    "scenarios"
)
"""Options that speak of other questions."""


def expose_sites(case: CaseLike, settings: ExposeSettings) -> SitesReport:
    """What the traffic of sites rides and meets, country by country; see `verbs.expose`.

    Raises UsageFault where no country is meant, StaleInput where the shares are older than what they rest on.
    """
    if others := options_given(settings, OTHER_QUESTIONS):
        raise UsageFault(f"expose --sites: leave out {series(others)}; the traffic of sites has no such option.")
    into, days = opened(case, settings.known_on), (settings.as_of, settings.known_on)
    standing = Standing(into)
    wanted = countries_with_carriers(parties_on(into, *days), settings.country)
    wanted = wanted or _countries_meant(into, standing, settings)
    scopes = {where: Scope(where, *days) for where in wanted}
    shares = {where: parts_standing(standing, scope, (), verb="expose --sites") for where, scope in scopes.items()}
    routes = {where: standing.routes_read(scope) for where, scope in scopes.items()}
    read = into.digest(SITES_READ)
    own = {"policy": list(settings.policy)} if settings.policy else {}
    runs = {
        where: CountryRun(
            {**scope.settings, **own},
            {
                **read,
                "vendor_share": digest_of(table("vendor_share"), shares[where]),
                "exposure": digest_of(table("exposure"), routes[where]),
            },
        )
        for where, scope in scopes.items()
    }

    def make(missing: Sequence[str]) -> Mapping[str, Rows]:
        tables = known_tables(tables_of(into, SITES_READ), *days)
        made: dict[str, Rows] = {}
        for at, where in enumerate(missing):
            settings.progress("countries worked out", at, len(missing))
            question = SiteQuestion(where, *days)
            demands = demands_of(tables, question)
            chosen = parts_under(standing, scopes[where], shares[where], policies=settings.policy)
            made[where] = {
                "site_traffic": traffic_rows(demands, question),
                "site_exposure": exposure_rows(demands, question, shares=chosen, exposure=routes[where]),
            }
        return made

    written = write_runs(into, "sites", runs, make=make)
    return SitesReport(*days, tuple(_answer(into, where, run) for where, run in written.items()))


def _countries_meant(case: Case, standing: Standing, settings: ExposeSettings) -> list[str]:
    """The countries that questions of the day are about, else those with sites."""
    found = standing.countries_meant(settings.as_of, settings.known_on)
    found = found or case.read("site")["country"].unique().sort().to_list()
    if not found:
        raise UsageFault("expose --sites: the case has no site, so no country is meant; name one: --country NAME.")
    return found


def _answer(case: Case, country: str, run: str) -> CountrySites:
    rows = {name: case.read_run(name, run) for name in KINDS["sites"].writes}
    traffic, exposure = rows["site_traffic"], rows["site_exposure"]
    sites = traffic.filter(traffic["site_id"].is_not_null())
    order = ["site_id", "demand", "own_failed", "network"]

    def shown(frame: pl.DataFrame, columns: tuple[str, ...], by: list[str]) -> tuple[Mapping[str, Any], ...]:
        return tuple(frame.sort(by, nulls_last=False).select(columns).iter_rows(named=True))

    return CountrySites(
        country,
        {name: frame.height for name, frame in rows.items()},
        site_count=sites["site_id"].n_unique(),
        stated_count=sites.filter(sites["is_stated"])["site_id"].n_unique(),
        traffic=shown(traffic, TRAFFIC, order),
        exposure=shown(exposure, EXPOSURE, [*order, "pack", "harm"]),
        run_id=run,
    )


def repeat(stale: StaleRun) -> str:
    """Makes a stale run of `inside` or `sites` again, and returns the id of the new one."""
    if stale.record.verb == "sites":
        return expose_sites(stale.case, again(stale, sites=True)).countries[0].run_id
    settings = again(stale, network=(stale.settings["network"],), inside=True)
    return expose_networks(stale.case, settings).networks[0].run_id
