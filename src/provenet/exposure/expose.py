"""What the routes of a country's sensitive networks and carriers cross.

Tables in, rows of `exposure`, `transit`, `remedy` and `influence` out; no disk, no clock. A restricted network is not a
restricted vendor: the restricted networks are a set that the caller names, and a vendor speaks only through the shares
of each network's own equipment under a policy, in rows of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.rows import AnyRow
from provenet.core.progress import Progress, silent
from provenet.exposure.networks import Destinations, ExposureQuestion, sides_of
from provenet.exposure.rows import UNLISTED, GraphContext, PolicyShares, exposure_rows, policy_shares
from provenet.exposure.single_networks import COUNTRY_COLUMNS, ORIGIN_COLUMNS, influence_rows, remedy_rows
from provenet.exposure.transit import Passed, SourceTeams, marks_of, teams_of, transit_rows
from provenet.numerics.arrays import Flags, Floats
from provenet.routing.fold import carried, fold_all
from provenet.routing.kernels.condense import Condensed
from provenet.routing.kernels.lanes import FIELDS
from provenet.routing.ladder import Engine, LadderQuestion

READS = ("as_link", "as_number", "as_tag", "identifier", "party", "prefix_origin", "prefix_country")
"""The input tables the room reads."""
COLUMNS = {
    "as_link": ("from_asn", "to_asn", "relation", "seen_in", "observed_on", "file_id"),
    "prefix_origin": ORIGIN_COLUMNS,
    "prefix_country": COUNTRY_COLUMNS,
}
"""The columns that are enough of the large ones."""
_LIFTED = "A network's share is of its forwarding equipment, whether or not a route meets that equipment."


class NetworkShares(NamedTuple):
    """Which networks of the graph are restricted, and the least and greatest share of each: arrays of N."""

    restricted: Flags
    low: Floats
    high: Floats


def expose(
    tables: Mapping[str, pl.DataFrame],
    shares: Mapping[str, pl.DataFrame],
    question: ExposureQuestion,
    *,
    progress: Progress = silent,
) -> dict[str, dict[str, Sequence[AnyRow]]]:
    """What the routes of the countries that are keys of `shares` cross, each with its rows of `vendor_share`.

    Routes go from every sensitive network and carrier of a country to every other network of the graph of the day, and
    back. Claims what follows from the links on file and from routes by customer before peer before provider, then by
    length, with others as today: nothing of traffic, and nothing of what a network reads. One pass over the graph for
    the restricted set and all countries together, and one for each country and policy with shares of networks.

    Parameters
    ----------
    tables
        The tables of `READS`.
    shares
        Rows of `vendor_share` by country.
    question
        The days, whose routes, which networks are restricted, and how shares and ends count.
    progress
        Called with what is being done, how much is done, and of how much.

    Returns
    -------
    The rows of `exposure`, `transit`, `remedy` and `influence` by country, then by table.

    Raises
    ------
    UsageFault
        Where the case has no graph of that day or no network is restricted.
    """
    context = GraphContext.of(tables, question)
    register, core = context.register, context.core
    tagged, networks, destinations = sides_of(tables, register, core.topology.asn, where=shares, question=question)
    teams = teams_of(core.topology.asn, networks)
    walk = _GroupedWalk(core, question, destinations, progress)
    every = sorted({one.asn for found in networks.values() for one in found})
    weight = context.walls.astype(np.float64)
    governments = tagged.numbers((*question.tags.sensitive, *question.tags.allied))
    marks = marks_of(context, list(networks), governments)
    sums, passed = walk.sums(every, NetworkShares(context.walls, weight, weight), teams=teams, marks=marks)
    made: dict[str, dict[str, Sequence[AnyRow]]] = {}
    for country, found in networks.items():
        rows = exposure_rows(context, country, found, sums=sums, destinations=destinations)
        for policy in policy_shares({**tables, "vendor_share": shares[country]}, country):
            of_policy, _ = walk.sums([one.asn for one in found], _shares_under(core, policy, question.unlisted))
            wide, assumed = question.unlisted == "unknown", (_LIFTED, UNLISTED[question.unlisted], *policy.assumed)
            counted = replace(policy, assumed=assumed, wide=wide)
            rows += exposure_rows(context, country, found, sums=of_policy, destinations=destinations, policy=counted)
        made[country] = {"exposure": sorted(rows, key=lambda row: row["exposure_id"]), "transit": [], "influence": []}
        if passed is not None:
            made[country]["transit"] = transit_rows(
                context, country, found, passed=passed, sums=sums, destinations=destinations, governments=governments
            )
    remedies = remedy_rows(context, networks, governments=governments, progress=progress)
    for country, remedy in remedies.items():
        made[country]["remedy"] = remedy
    influences = influence_rows(context, tables, networks=networks, progress=progress)
    for country, influence in influences.items():
        made[country]["influence"] = influence
    return made


def _shares_under(core: Condensed, policy: PolicyShares, unlisted: str) -> NetworkShares:
    """No network is restricted; each has its share, the rest what `unlisted` says."""
    count = core.topology.node_count
    low, high = np.zeros(count), np.full(count, 1.0 if unlisted == "unknown" else 0.0)
    for asn, (least, most) in policy.shares.items():
        at = core.topology.known([asn])
        low[at], high[at] = least, most
    return NetworkShares(np.zeros(count, np.bool_), low, high)


@dataclass(frozen=True)
class _GroupedWalk:
    """A walk of the graph over all its destinations, summed in their groups."""

    core: Condensed
    question: ExposureQuestion
    destinations: Destinations
    progress: Progress

    def sums(
        self,
        asns: Sequence[int],
        shares: NetworkShares,
        *,
        teams: SourceTeams | None = None,
        marks: NDArray[np.uint64] | None = None,
    ) -> tuple[dict[int, Floats], Passed | None]:
        """The sums float64[groups, FIELDS] of each network that the graph has, and with `marks` what routes pass."""
        core = self.core
        nodes = np.unique(core.topology.known(asns))
        routes = LadderQuestion(
            core=core,
            sources=nodes,
            destinations=np.arange(core.topology.node_count, dtype=np.int32),
            restricted=shares.restricted,
            low=shares.low,
            high=shares.high,
            count_endpoints=self.question.count_endpoints,
            destination_group=self.destinations.group,
            source_group=None if teams is None else teams.team,
        )
        rows, passed = routes.rows, None
        sums = np.zeros((len(rows), routes.group_count, len(FIELDS)))
        if len(nodes):
            with Engine(routes) as engine:
                for done, total in fold_all(engine, rows, routes.columns, sums=sums, marks=marks):
                    self.progress("pairs of networks", done, total)
            carriage = carried(engine)
            if carriage is not None and teams is not None:
                passed = Passed(carriage, teams)
        row = np.repeat(np.arange(len(rows)), rows.size)
        asn = core.topology.asn[rows.members]
        return {int(number): sums[at] for number, at in zip(asn.tolist(), row.tolist(), strict=True)}, passed
