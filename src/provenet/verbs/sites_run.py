"""One run of `sites` a country: what `expose --sites` reads of a case and writes into it.

Used by the verb alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.run_kinds import KINDS
from provenet.case.standing import Scope, Standing
from provenet.case.tables import table
from provenet.core.errors import UsageFault
from provenet.core.wording import series
from provenet.exposure.site_traffic_demands import READS, SiteQuestion, demands_of
from provenet.exposure.site_traffic_rows import exposure_rows, traffic_rows
from provenet.verbs.answers import CountrySites, SitesReport
from provenet.verbs.country_runs import (
    CountryRun,
    Rows,
    again,
    options_given,
    parts_standing,
    parts_under,
    write_runs,
)
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.options import CaseLike
from provenet.verbs.question import countries_with_carriers, known_tables, opened, parties_on, tables_of
from provenet.verbs.run import StaleRun

TRAFFIC = (
    "site_traffic_id",
    "site_id",
    "demand",
    "network",
    "own_failed",
    "low_share",
    "high_share",
    "carrier_ids",
    "is_stated",
)
"""The columns of a row of traffic that an answer holds."""
EXPOSURE = (
    "site_exposure_id",
    "site_id",
    "demand",
    "network",
    "own_failed",
    "pack",
    "restricted_says",
    "harm",
    "restricted_share",
    "unknown_share",
    "clear_share",
    "low_spread_share",
    "high_spread_share",
    "carrier_ids",
    "to_be_checked",
)
"""The columns of a row of exposure that an answer holds."""
OTHERS = (
    "restricted",
    "restricted_country",
    "sensitive",
    "carrier",
    "count_endpoints",
    "unlisted",
    "network",
    "metric",
    "failures",
    "stretch",
    "budget",
    "scenarios",
)
"""Options that speak of other questions."""


def expose_sites(case: CaseLike, settings: ExposeSettings) -> SitesReport:
    """What the traffic of sites rides and meets, country by country; see `verbs.expose`.

    Raises UsageFault where no country is meant, StaleInput where the shares are older than what they rest on.
    """
    if others := options_given(settings, OTHERS):
        raise UsageFault(f"expose --sites: leave out {series(others)}; the traffic of sites has no such option.")
    into, days = opened(case, settings.known_on), (settings.as_of, settings.known_on)
    standing = Standing(into)
    wanted = countries_with_carriers(parties_on(into, *days), settings.country)
    wanted = wanted or _countries_meant(into, standing, settings)
    scopes = {where: Scope(where, *days) for where in wanted}
    shares = {where: parts_standing(standing, scope, (), verb="expose --sites") for where, scope in scopes.items()}
    routes = {where: standing.routes_read(scope) for where, scope in scopes.items()}
    read = into.digest(READS)
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
        tables = known_tables(tables_of(into, READS), *days)
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
    """The countries whose shares stand for the day, else those screened, else those with sites."""
    days = (settings.as_of, settings.known_on)
    found = standing.countries("depend", *days) or standing.countries("screen", *days)
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
    """Makes a stale run again, and returns the id of the new one."""
    return expose_sites(stale.case, again(stale, sites=True)).countries[0].run_id
