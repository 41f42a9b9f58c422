"""Rows of `route_day`, `influence_day` and `route_change`: one question over graphs of several days.

The sources, the restricted networks and the weights of a country's networks are those of the question's day, whatever
day a graph is of: what differs between two days is the graph alone. What new links did is worked out, not told: the
difference is parted among groups of links, one after the other, in an order and in its reverse.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.rows import AnyRow, InfluenceDayRow, RouteChangeRow, RouteDayRow
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.errors import UsageFault
from provenet.core.ids import row_id
from provenet.core.progress import Progress, silent
from provenet.exposure.influence import CountryWeights, weights
from provenet.exposure.networks import (
    CARRIER,
    ExposureQuestion,
    Network,
    NetworkRegister,
    RestrictedSet,
    links_on,
    networks_of,
    restricted_set,
)
from provenet.exposure.rows import GraphContext, roles_of, words_of
from provenet.ingest.bgp.as_link_arrays import AsLinks
from provenet.routing.attribution import Attribution, LinkGroup, LinkPart, RelationLinks
from provenet.routing.hegemony import simulated_country_hegemony
from provenet.routing.kernels.condense import Condensed
from provenet.routing.kernels.lanes import FIELDS
from provenet.routing.kernels.route_tables import Simulated
from provenet.routing.ladder import Engine, Question, fold_all
from provenet.routing.scenarios import PairCounts

Floats = NDArray[np.float64]
READS = ("as_link", "as_number", "as_tag", "identifier", "party", "prefix_origin", "prefix_country")
"""The input tables the room reads; of `as_link` no row is used: the graphs are files."""
LEAST_SHOWN = 5
OTHER_COUNTRIES, OTHER_NETWORKS = 3, 6
"""How many countries or networks with the most differing links have a group of their own."""
HEGEMONS = 10
"""Networks of the greatest hegemony on some day that are followed, beside those of carriers on file."""
_DIGITS = 7
_HOW = (
    "best routes by customer before peer before provider, then by hops, with others as today; share = sum over pairs "
    "with a route / pairs with a route; rung = fewest networks that must choose differently among routes offered them"
)
_PARTS = (
    "from the earlier graph on, the difference of one group of links after the other is applied and all routes are "
    "worked out anew; part = counts after less counts before; the parts of an order sum to the whole"
)
_REACHED = (
    "mean over vantage points, without the tenth at each end, of the weight of the country's networks that the path to "
    "them crosses, ends counted / weight of those found"
)
_ONE_QUESTION = "Sources, restricted networks and their countries are those of the day in question, on every graph."
_TIES = "Of equal routes each may be taken: the interval runs over all of them."
_LUCK = "Estimate: of equal routes each is as likely as the others."
_ORDER = "A part depends on the order: where routes need links of two groups, the later one gets what both bring."
_SEEN = "A link that only one graph has may have stood on both days and have been seen on one."


@dataclass(frozen=True)
class GraphOfDay:
    """A graph in a file, and the day in its name."""

    name: str
    day: date
    links: AsLinks
    core: Condensed

    @property
    def ref(self) -> str:
        """The file in words."""
        return f"graph {self.name}, SHA-256 {self.links.digest[:12]}, its bytes lie in sources"


@dataclass
class TimeResults:
    """The rows of one country: `route_day`, `influence_day` and `route_change`."""

    days: list[RouteDayRow] = field(default_factory=list)
    influences: list[InfluenceDayRow] = field(default_factory=list)
    changes: list[RouteChangeRow] = field(default_factory=list)

    def tables(self) -> dict[str, Sequence[AnyRow]]:
        """The rows by the name of their table."""
        return {"route_day": self.days, "influence_day": self.influences, "route_change": self.changes}


@dataclass(frozen=True)
class _Setting:
    """What all rows of one call have in common."""

    question: ExposureQuestion
    register: NetworkRegister
    restricted: RestrictedSet
    by: str
    progress: Progress

    def key(self, **more: object) -> dict[str, object]:
        """What the id of a row is made of."""
        return {
            "restricted_says": self.restricted.says,
            "refs": list(self.restricted.refs),
            "as_of_on": self.question.as_of,
            "known_on": self.question.known,
            **more,
        }


def over_time(
    tables: Mapping[str, pl.DataFrame],
    where: Sequence[str],
    question: ExposureQuestion,
    *,
    graphs: Sequence[GraphOfDay],
    by: str = "country",
    progress: Progress = silent,
) -> dict[str, TimeResults]:
    """What routes of sensitive networks and carriers cross on several days, and what links changed it.

    Parameters
    ----------
    tables
        The tables of `READS`.
    where
        Countries by the name tables use.
    question
        The day of names, tags and weights, and which networks are restricted.
    graphs
        One or more, of different days.
    by
        What links are grouped by beside those of sources, restricted networks and the country: country or network.
    progress
        Called with what is being done, how much is done, and of how much.

    Returns
    -------
    The rows of `route_day`, `influence_day` and `route_change` by country.

    Raises
    ------
    UsageFault
        Where no network is restricted.
    """
    register = NetworkRegister.of(tables["as_number"], question.as_of)
    restricted = restricted_set(register, question.listed, question.registered)
    if not restricted.asns:
        raise UsageFault(
            "expose: no restricted networks are named; name a list (--restricted FILE, one AS number a line) or a "
            "country of registration (--restricted-country CC)."
        )
    setting = _Setting(question, register, restricted, by, progress)
    ordered = sorted(graphs, key=lambda one: one.day)
    networks = {country: networks_of(tables, register, country, question=question) for country in where}
    made = {country: TimeResults() for country in where}
    for graph in ordered:
        sums = _sums(graph, networks, setting)
        for country, found in networks.items():
            made[country].days += _day_rows(graph, country, found, setting=setting, sums=sums)
    for country, rows in _influences(tables, ordered, networks, setting=setting).items():
        made[country].influences = rows
    for first, last in pairwise(ordered):
        for country, found in networks.items():
            made[country].changes += _change_rows(first, last, country, networks=found, setting=setting)
    return made


def _sums(graph: GraphOfDay, networks: Mapping[str, Sequence[Network]], setting: _Setting) -> dict[int, Floats]:
    """The sums of `FIELDS` of each network that the graph has, over all other networks."""
    core = graph.core
    flags = np.zeros(core.topology.node_count, np.bool_)
    walls = core.topology.nodes_of(np.array(setting.restricted.asns, np.int64))
    flags[walls[walls >= 0]] = True
    every = np.array(sorted({one.asn for found in networks.values() for one in found}), np.int64)
    nodes = core.topology.nodes_of(every)
    weight = flags.astype(np.float64)
    routes = Question(
        core=core,
        sources=nodes[nodes >= 0],
        destinations=np.arange(core.topology.node_count, dtype=np.int32),
        restricted=flags,
        low=weight,
        high=weight,
    )
    rows = routes.rows
    sums = np.zeros((len(rows), routes.group_count, len(FIELDS)))
    if len(routes.sources):
        engine = Engine(routes)
        try:
            for done, total in fold_all(engine, rows, routes.columns, sums=sums):
                setting.progress(f"pairs of networks on {graph.day}", done, total)
        finally:
            engine.close()
    row = np.repeat(np.arange(len(rows)), rows.size)
    asn = core.topology.asn[rows.members]
    return {int(number): sums[at].sum(axis=0) for number, at in zip(asn.tolist(), row.tolist(), strict=True)}


def _day_rows(
    graph: GraphOfDay,
    country: str,
    networks: Sequence[Network],
    *,
    setting: _Setting,
    sums: Mapping[int, Floats],
) -> list[RouteDayRow]:
    made: list[RouteDayRow] = []
    words = vocabulary()["expose"]
    others = max(graph.links.counts["networks"] - 1, 0)
    walls = graph.core.topology.nodes_of(np.array(setting.restricted.asns, np.int64))
    for tag, role in roles_of(setting.question.tags):
        mine = [one for one in networks if tag in one.tags]
        here = [sums[one.asn] for one in mine if one.asn in sums]
        total = dict(zip(FIELDS, np.sum(here, axis=0).tolist() if here else [0.0] * len(FIELDS), strict=True))
        routed = total["pairs"] - total["no_route"]
        shares = {
            name: round(min(total[name] / routed, 1.0), _DIGITS) if routed else None
            for name in ("low", "high", "expected", "either_low", "either_high")
        }
        key = setting.key(country=country, tag=tag, graph=graph.links.digest)
        made.append(
            {
                "route_day_id": row_id("route_day", key),
                "graph_on": graph.day,
                "graph_says": words_of(graph.links),
                "graph_digest": graph.links.digest,
                "country": country,
                "tag": tag,
                "role": role,
                "network_count": len(here),
                "absent_count": len(mine) - len(here),
                "restricted_count": int((walls >= 0).sum()),
                "pair_count": round(total["pairs"]),
                "no_route_count": round(total["no_route"]),
                "rung_0_count": round(total["rung_0"]),
                "rung_1_alone_count": round(total["rung_1_alone"]),
                "rung_1_other_count": round(total["rung_1_other"]),
                "rung_2_count": round(total["rung_2"]),
                "rung_3_count": round(total["rung_3"]),
                "rung_none_count": round(total["rung_none"]),
                "low_share": shares["low"],
                "high_share": shares["high"],
                "expected_share": shares["expected"],
                "either_low_share": shares["either_low"],
                "either_high_share": shares["either_high"],
                "measure": f"share of routes to the other {others:,} networks of the graph, each counted once whatever "
                "its traffic (unweighted)",
                "harm": words["harm"],
                "unseen_says": words["unseen"],
                "restricted_says": setting.restricted.says,
                "assumed": [_ONE_QUESTION, _TIES, _LUCK],
                "as_of_on": setting.question.as_of,
                "known_on": setting.question.known,
                "label": f"Routes from {_said(country, tag, len(here))} in the graph of {graph.day}",
                "formula": _HOW,
                "inputs": [graph.ref, *_tag_refs(tag, country), *setting.restricted.refs],
            }
        )
    return made


def _said(country: str, tag: str, networks: int) -> str:
    carriers = "carriers on file" if tag == CARRIER else f"tagged {tag}"
    return f"the {wording.count(networks, 'network')}, {carriers}, of {country}"


def _tag_refs(tag: str, country: str) -> list[str]:
    numbers = "as_number?" + json.dumps({"country": country}, sort_keys=True)
    if tag == CARRIER:
        return ["identifier?" + json.dumps({"scheme": "asn"}), numbers]
    return ["as_tag?" + json.dumps({"tag": tag}), numbers]


def _influences(
    tables: Mapping[str, pl.DataFrame],
    graphs: Sequence[GraphOfDay],
    networks: Mapping[str, Sequence[Network]],
    *,
    setting: _Setting,
) -> dict[str, list[InfluenceDayRow]]:
    """Hegemony over each country on each day: of carriers on file, and of the greatest networks of any day."""
    question = setting.question
    nothing = links_on(tables["as_link"], question.as_of, question.known).clear()
    context = GraphContext(
        as_of=question.as_of,
        known=question.known,
        graph=graphs[-1].links,
        links=nothing,
        restricted=setting.restricted,
        restricted_count=0,
        count_endpoints=False,
    )
    made: dict[str, list[InfluenceDayRow]] = {}
    for country, weight in weights(tables, setting.register, list(networks), context=context).items():
        answers = []
        for nth, graph in enumerate(graphs):
            setting.progress(f"days on which {country} is reached", nth, len(graphs))
            answers.append(_reached(graph, weight))
        party = {one.asn: one.party_id for one in networks[country] if one.party_id}
        followed = set(party)
        for answer in answers:
            followed |= set(answer["scores"]["asn"].head(HEGEMONS).to_list())
        made[country] = [
            row
            for graph, answer in zip(graphs, answers, strict=True)
            for row in _influence_rows(
                graph, country, answer, setting=setting, weight=weight, followed=followed, party=party
            )
        ]
    return made


def _reached(graph: GraphOfDay, weight: CountryWeights) -> dict[str, Any]:
    core = graph.core
    step = max(1, -(-core.topology.node_count // int(vocabulary()["expose"]["vantage_points"])))
    vantages = np.arange(0, core.topology.node_count, step, dtype=np.int32)
    chosen = "all networks of the graph" if step == 1 else f"one in {step} networks of the graph by AS number"
    return simulated_country_hegemony(
        Simulated(core, vantages), core.topology, weight.table, vantages=vantages, vantage_points=chosen
    )


def _influence_rows(
    graph: GraphOfDay,
    country: str,
    answer: Mapping[str, Any],
    *,
    setting: _Setting,
    weight: CountryWeights,
    followed: set[int],
    party: Mapping[int, str | None],
) -> list[InfluenceDayRow]:
    score = dict(answer["scores"].select("asn", "hegemony_share").iter_rows())
    ordered = sorted(followed, key=lambda asn: (-score.get(asn, 0.0), asn))
    here = graph.core.topology.nodes_of(np.array(ordered, np.int64)) >= 0
    made: list[InfluenceDayRow] = []
    for asn, known in zip(ordered, here.tolist(), strict=True):
        named = setting.register.name(asn)
        network = f"AS{asn}" + (f" {named}" if named else "")
        share = round(min(score.get(asn, 0.0), 1.0), _DIGITS) if known else None
        key = setting.key(country=country, asn=str(asn), graph=graph.links.digest, weights=weight.says)
        made.append(
            {
                "influence_day_id": row_id("influence_day", key),
                "graph_on": graph.day,
                "graph_digest": graph.links.digest,
                "country": country,
                "asn": str(asn),
                "network_name": named,
                "network_country": setting.register.country(asn),
                "party_id": party.get(asn),
                "hegemony_share": share,
                "weights_says": weight.says,
                "vantage_says": answer["vantage_points"],
                "found_share": None if answer["found_share"] is None else round(answer["found_share"], _DIGITS),
                "as_of_on": setting.question.as_of,
                "known_on": setting.question.known,
                "label": f"Share of {country} that is reached over {network} in the graph of {graph.day}",
                "formula": _REACHED,
                "inputs": [graph.ref, *setting.register.ref(asn), *weight.refs],
            }
        )
    return made


def _change_rows(
    first: GraphOfDay, last: GraphOfDay, country: str, *, networks: Sequence[Network], setting: _Setting
) -> list[RouteChangeRow]:
    """The whole difference between two graphs and its parts, for each tag."""
    sources = np.array(sorted({one.asn for one in networks}), np.int64)
    attribution = Attribution(
        relation_links(first.links),
        relation_links(last.links),
        sources,
        np.array(setting.restricted.asns, np.int64),
        _first_groups(country, sources, setting),
    )
    groups = [*attribution.groups, *_other_groups(attribution, setting)]
    attribution = Attribution(attribution.first, attribution.last, sources, attribution.restricted, groups)
    parts: list[LinkPart] = []
    for part in attribution.run():
        parts.append(part)
        what = f"groups of links between {first.day} and {last.day}"
        setting.progress(what, len(parts), 2 * attribution.part_count)
    place = {int(asn): at for at, asn in enumerate(sources.tolist())}
    pair = _Pair(first, last, country, attribution.link_count)
    made: list[RouteChangeRow] = []
    for tag, role in roles_of(setting.question.tags):
        at = [place[one.asn] for one in networks if tag in one.tags]
        subject = _Subject(tag, role, tuple(at))
        if parts:
            made.append(_change_row(pair, subject, setting, part=None, ends=(parts[0].before, _last(parts).after)))
        made += [_change_row(pair, subject, setting, part=one, ends=(one.before, one.after)) for one in parts]
    return made


def _last(parts: Sequence[LinkPart]) -> LinkPart:
    return parts[len(parts) // 2 - 1]


def relation_links(links: AsLinks) -> RelationLinks:
    """The links of a file by their ends."""
    return RelationLinks(links.provider, links.customer, links.peer_a, links.peer_b, links.alone)


def _first_groups(country: str, sources: NDArray[np.int64], setting: _Setting) -> list[LinkGroup]:
    inside = np.array(setting.register.registered_in(country), np.int64)
    return [
        LinkGroup("links of the sources themselves", sources),
        LinkGroup("links of restricted networks", np.array(setting.restricted.asns, np.int64)),
        LinkGroup(f"links of networks registered in {country}", inside),
    ]


def _other_groups(attribution: Attribution, setting: _Setting) -> list[LinkGroup]:
    """Groups of the countries or networks with the most links that differ and are in no group yet."""
    register, ends = setting.register, Counter(attribution.rest_ends.tolist())
    if setting.by == "network":
        greatest = sorted(ends, key=lambda asn: (-ends[asn], asn))[:OTHER_NETWORKS]
        named = ((asn, register.name(asn)) for asn in greatest)
        return [
            LinkGroup(f"links of AS{asn}" + (f" {name}" if name else ""), np.array([asn], np.int64))
            for asn, name in named
        ]
    by_country: Counter[str] = Counter()
    for asn, count in ends.items():
        if (where := register.country(asn)) is not None:
            by_country[where] += count
    most = sorted(by_country, key=lambda one: (-by_country[one], one))[:OTHER_COUNTRIES]
    return [
        LinkGroup(f"links of networks registered in {one}", np.array(register.registered_in(one), np.int64))
        for one in most
    ]


@dataclass(frozen=True)
class _Pair:
    first: GraphOfDay
    last: GraphOfDay
    country: str
    link_count: int


@dataclass(frozen=True)
class _Subject:
    tag: str
    role: str
    at: tuple[int, ...]


def _change_row(
    pair: _Pair,
    subject: _Subject,
    setting: _Setting,
    *,
    part: LinkPart | None,
    ends: tuple[PairCounts, PairCounts],
) -> RouteChangeRow:
    at = list(subject.at)
    (routed, low, high), then = (
        tuple(int(counts[at].sum()) for counts in (one.routed, one.low_crossing, one.high_crossing)) for one in ends
    )
    share = [_share(low, routed), _share(high, routed)], [_share(then[1], then[0]), _share(then[2], then[0])]
    change, group, order, place = "all", "all links that differ", "forward", 0
    if part is not None:
        change, group, order, place = part.change, part.group, part.order, part.place
    names_a_network = setting.by == "network" and group.startswith("links of AS")
    key = setting.key(
        graphs=[pair.first.links.digest, pair.last.links.digest],
        country=pair.country,
        tag=subject.tag,
        link_change=change,
        link_group=group,
        link_order=order,
        by=setting.by,
    )
    networks = _said(pair.country, subject.tag, len(at))
    verb = {"all": "all links that differ", "added": "new", "gone": "gone", "changed": "changed"}[change]
    what = verb if part is None else f"{verb} {group}"
    return {
        "route_change_id": row_id("route_change", key),
        "from_on": pair.first.day,
        "to_on": pair.last.day,
        "audience": "internal" if names_a_network or len(at) < LEAST_SHOWN else "public",
        "country": pair.country,
        "tag": subject.tag,
        "role": subject.role,
        "attribution": "all" if part is None else "part",
        "link_change": change,
        "link_group": group,
        "link_order": order,
        "place_count": place,
        "link_count": pair.link_count if part is None else part.link_count,
        "routed_change_count": then[0] - routed,
        "low_crossing_change_count": then[1] - low,
        "high_crossing_change_count": then[2] - high,
        "low_change_share": _difference(share[0][0], share[1][0]),
        "high_change_share": _difference(share[0][1], share[1][1]),
        "restricted_says": setting.restricted.says,
        "assumed": [_ONE_QUESTION, _TIES, *([] if part is None else [_ORDER]), _SEEN],
        "as_of_on": setting.question.as_of,
        "known_on": setting.question.known,
        "label": f"What {what} did to routes from {networks} between {pair.first.day} and {pair.last.day}",
        "formula": _PARTS,
        "inputs": [
            pair.first.ref,
            pair.last.ref,
            *_tag_refs(subject.tag, pair.country),
            *setting.restricted.refs,
        ],
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else round(after - before, 12)
