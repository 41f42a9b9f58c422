"""What the routes of a country's sensitive networks and carriers cross: the door of the room for a case.

Tables in, rows of `exposure`, `remedy` and `influence` out; no disk, no clock. A restricted network is not a restricted
vendor: the restricted networks are a set that the caller names, and a vendor speaks only through the shares of each
network's own equipment under a policy, in rows of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.core.errors import UsageFault
from provenet.core.progress import Progress
from provenet.exposure.influence import COUNTRY_COLUMNS, ORIGIN_COLUMNS, influence_rows
from provenet.exposure.networks import Book, Restricted, Row, Wanted, links_on, networks_of, restricted_set
from provenet.exposure.remedy import remedies
from provenet.exposure.rows import Frame, exposure_rows
from provenet.exposure.shares import UNLISTED, PolicyShares, policy_shares
from provenet.ingest.bgp.as_links import as_links_of
from provenet.routing.kernels.condense import Condensed, condense
from provenet.routing.kernels.csr import topology
from provenet.routing.kernels.lanes import FIELDS
from provenet.routing.ladder import Engine, Question, fold_all

Floats = NDArray[np.float64]
READS = ("as_link", "as_number", "as_tag", "identifier", "party", "prefix_origin", "prefix_country")
"""The input tables the room reads."""
COLUMNS = {
    "as_link": ("from_asn", "to_asn", "relation", "seen_in", "observed_on", "file_id"),
    "prefix_origin": ORIGIN_COLUMNS,
    "prefix_country": COUNTRY_COLUMNS,
}
"""The columns that are enough of the large ones."""


@dataclass(frozen=True)
class Asked:
    """One question: the days, whose routes, which networks are restricted, and how shares and ends count.

    `listed` are lists of restricted networks as (name, SHA-256, AS numbers), `registered` countries whose networks are
    restricted. `unlisted` is unknown or none: what a network without a stated share of equipment has.
    """

    as_of: date
    known: date | None
    wanted: Wanted
    listed: tuple[tuple[str, str, tuple[int, ...]], ...] = ()
    registered: tuple[str, ...] = ()
    unlisted: str = "unknown"
    count_endpoints: bool = False


def expose(
    tables: Mapping[str, pl.DataFrame],
    shares: Mapping[str, pl.DataFrame],
    asked: Asked,
    progress: Progress = lambda what, done, total: None,
) -> dict[str, dict[str, list[Row]]]:
    """What the routes of the countries that are keys of `shares` cross, each with its rows of `vendor_share`.

    `tables` holds those of `READS`; gives rows of `exposure`, `remedy` and `influence` by country. Routes go from every
    sensitive network and carrier of a country to every other network of the graph of the day, and back. Claims what
    follows from the links on file and from routes by customer before peer before provider, then by length, with others
    as today: nothing of traffic, and nothing of what a network reads. Raises UsageFault where the case has no graph of
    that day or no network is restricted. One pass over the graph for the restricted set and all countries together,
    and one for each country and policy with shares of networks.
    """
    book = Book.of(tables["as_number"], asked.as_of)
    restricted = restricted_set(book, asked.listed, asked.registered)
    links = links_on(tables["as_link"], asked.as_of, asked.known)
    _refuse(tables["as_link"], links, asked, restricted)
    graph = as_links_of(links)
    core = condense(topology(graph.provider, graph.customer, graph.peer_a, peer_b=graph.peer_b, alone=graph.alone))
    networks = {
        country: networks_of(tables, book, country, asked.wanted, asked.as_of, asked.known) for country in shares
    }
    flags = np.zeros(core.topology.node_count, np.bool_)
    flags[_nodes(core, restricted.asns)] = True
    frame = Frame(asked.as_of, asked.known, graph, links, restricted, int(flags.sum()), asked.count_endpoints)
    every = sorted({one.asn for found in networks.values() for one in found})
    whole = _sums(core, every, (flags, flags.astype(np.float64), flags.astype(np.float64)), asked, progress)
    made: dict[str, dict[str, list[Row]]] = {}
    for country, found in networks.items():
        rows = exposure_rows(frame, country, asked.wanted, found, whole)
        for policy in policy_shares({**tables, "vendor_share": shares[country]}, country):
            under = _sums(core, [one.asn for one in found], _stated(core, policy, asked.unlisted), asked, progress)
            told = _told(policy, asked.unlisted)
            rows += exposure_rows(frame, country, asked.wanted, found, under, told, asked.unlisted == "unknown")
        made[country] = {
            "exposure": sorted(rows, key=lambda row: str(row["exposure_id"])),
            "remedy": [],
            "influence": [],
        }
    for country, rows in remedies(frame, core, flags, networks, asked.wanted, book, progress).items():
        made[country]["remedy"] = rows
    for country, rows in influence_rows(frame, core, tables, book, networks, progress).items():
        made[country]["influence"] = rows
    return made


def _refuse(every: pl.DataFrame, links: pl.DataFrame, asked: Asked, restricted: Restricted) -> None:
    way_out = "Add one: provenet add CASE 20250901.as-rel2.txt.bz2 (CAIDA AS relationships)."
    if not every.height:
        raise UsageFault(f"expose: the case has no AS graph. {way_out}")
    if not links.height:
        first = every["observed_on"].drop_nulls().sort().to_list()[:1]
        day = min(asked.as_of, asked.known) if asked.known else asked.as_of
        said = f"the first is of {first[0]}" if first else "none of them has a day"
        raise UsageFault(f"expose: no AS graph of the case stands for {day}; {said}. {way_out}")
    if not asked.listed and not asked.registered:
        raise UsageFault(
            "expose: no network is said to be restricted; name a list (--restricted FILE, one AS number a line) or a "
            "country of registration (--restricted-country CC)."
        )
    if not restricted.asns:
        raise UsageFault(f"expose: the restricted set is empty: {restricted.says}. Name networks, or add their names.")


def _nodes(core: Condensed, asns: Sequence[int]) -> NDArray[np.int32]:
    found = core.topology.nodes_of(np.asarray(asns, np.int64))
    return found[found >= 0]


def _stated(core: Condensed, policy: PolicyShares, unlisted: str) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """No network is restricted; each has its share, the rest what `unlisted` says."""
    count = core.topology.node_count
    low, high = np.zeros(count), np.full(count, 1.0 if unlisted == "unknown" else 0.0)
    for asn, (least, most) in policy.shares.items():
        at = _nodes(core, [asn])
        low[at], high[at] = least, most
    return np.zeros(count, np.bool_), low, high


def _told(policy: PolicyShares, unlisted: str) -> PolicyShares:
    said = (
        "A network's share is of its forwarding equipment, whether or not a route meets that equipment.",
        UNLISTED[unlisted],
        *policy.assumed,
    )
    return PolicyShares(policy.pack, policy.issuer, policy.shares, policy.refs, said)


def _sums(
    core: Condensed,
    asns: Sequence[int],
    shares: tuple[NDArray[np.bool_], Floats, Floats],
    asked: Asked,
    progress: Progress,
) -> dict[int, Floats]:
    """The sums of `FIELDS` of each network that the graph has, over all other networks."""
    nodes = np.unique(_nodes(core, asns))
    everywhere = np.arange(core.topology.node_count, dtype=np.int32)
    question = Question(core, nodes, everywhere, *shares, asked.count_endpoints)
    rows = question.rows
    sums = np.zeros((len(rows), len(FIELDS)))
    if len(nodes):
        engine = Engine(question)
        try:
            for done, total in fold_all(engine, rows, question.columns, sums=sums):
                progress("pairs of networks", done, total)
        finally:
            engine.close()
    row = np.repeat(np.arange(len(rows)), rows.size)
    asn = core.topology.asn[rows.members]
    return {int(number): sums[at] for number, at in zip(asn.tolist(), row.tolist(), strict=True)}
