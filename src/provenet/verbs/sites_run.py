"""One run of `sites` a country: what `expose --sites` reads of a case and writes into it.

Used by the verb alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.run_kinds import KINDS
from provenet.case.standing import Scope, Standing
from provenet.case.tables import empty, table
from provenet.core.errors import UsageFault
from provenet.core.wording import series
from provenet.exposure.site_traffic_demands import READS, SiteQuestion, demands_of
from provenet.exposure.site_traffic_rows import exposure_rows, traffic_rows
from provenet.verbs.answers import CountrySites, SitesReport
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.known_countries import countries_with_carriers
from provenet.verbs.options import CaseLike
from provenet.verbs.question import known_tables, opened, parties_on, tables_of
from provenet.verbs.stale_run import StaleRun

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


def expose_sites(case: CaseLike, settings: ExposeSettings) -> SitesReport:
    """What the traffic of sites rides and meets, country by country; see `verbs.expose`.

    Raises UsageFault where no country is meant, StaleInput where the shares are older than what they rest on.
    """
    _refuse_others(settings)
    into = opened(case, settings.known_on)
    standing = Standing(into)
    wanted = countries_with_carriers(parties_on(into, settings.as_of, settings.known_on), settings.country)
    wanted = wanted or _countries_meant(into, standing, settings)
    found = []
    for at, where in enumerate(wanted):
        settings.progress("countries worked out", at, len(wanted))
        found.append(_country(into, standing, Scope(where, settings.as_of, settings.known_on), settings=settings))
    return SitesReport(settings.as_of, settings.known_on, tuple(found))


def _refuse_others(settings: ExposeSettings) -> None:
    """Raises UsageFault for options of other questions."""
    given = {
        "--restricted": bool(settings.restricted),
        "--restricted-country": bool(settings.restricted_country),
        "--sensitive": settings.sensitive is not None,
        "--carrier": settings.carrier is not None,
        "--count-endpoints": settings.count_endpoints,
        "--unlisted": settings.unlisted != "unknown",
        "--network": bool(settings.network),
        "--metric": bool(settings.metric),
        "--failures": bool(settings.failures),
        "--stretch": settings.stretch is not None,
        "--budget": settings.budget is not None,
        "--scenarios": settings.scenarios is not None,
    }
    if others := [name for name, is_given in given.items() if is_given]:
        raise UsageFault(f"expose --sites: leave out {series(others)}; the traffic of sites has no such option.")


def _countries_meant(case: Case, standing: Standing, settings: ExposeSettings) -> list[str]:
    """The countries whose shares stand for the day, else those screened, else those with sites."""
    days = (settings.as_of, settings.known_on)
    found = standing.countries("depend", *days) or standing.countries("screen", *days)
    found = found or case.read("site")["country"].unique().sort().to_list()
    if not found:
        raise UsageFault("expose --sites: the case has no site, so no country is meant; name one: --country NAME.")
    return found


def _country(case: Case, standing: Standing, scope: Scope, *, settings: ExposeSettings) -> CountrySites:

    shares, routes = _shares(case, standing, scope), standing.routes_read(scope)
    stored: dict[str, object] = {**scope.settings}
    stored |= {"policy": list(settings.policy)} if settings.policy else {}
    inputs = {
        **case.digest(READS),
        "vendor_share": digest_of(table("vendor_share"), shares),
        "exposure": digest_of(table("exposure"), routes),
    }
    with case.writer("sites", stored, inputs) as record:
        if not record.already:
            chosen = shares
            if settings.policy:
                chosen = shares.filter(shares["pack"].is_in(sorted(standing.screens(scope, settings.policy))))
            question = SiteQuestion(str(scope.country), scope.as_of, scope.known_on)
            demands = demands_of(known_tables(tables_of(case, READS), scope.as_of, scope.known_on), question)
            record.append("site_traffic", traffic_rows(demands, question))
            record.append("site_exposure", exposure_rows(demands, question, shares=chosen, exposure=routes))
    return _answer(case, str(scope.country), record.run_id)


def _shares(case: Case, standing: Standing, scope: Scope) -> pl.DataFrame:
    """The parts under policies that stand for a country and day; none where it was not screened or has no shares."""
    if not standing.screens(scope) or scope.country not in standing.countries("depend", scope.as_of, scope.known_on):
        return empty("vendor_share")
    rows = case.read_run("vendor_share", standing.shares(scope, "expose --sites").run_id)
    return rows.filter(rows["part"].is_not_null())


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

    again = ExposeSettings(country=stale.countries, sites=True, progress=stale.progress, **stale.settings)
    return expose_sites(stale.case, again).countries[0].run_id
