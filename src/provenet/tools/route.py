"""The tool `route`: a graph and two networks in, their route explained hop by hop out, without a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provenet.core.errors import UsageFault
from provenet.core.settings import call_of
from provenet.tools.files import refuse_missing
from provenet.tools.graph_settings import RouteSettings

if TYPE_CHECKING:
    from provenet.numerics.arrays import Flags, Longs
    from provenet.routing.explain import Offer, RouteExplanation
    from provenet.tools.graphs import NetworkNames, OpenGraph

MOST_TIES = 200
"""Networks on equally good routes that are listed; the count is of all."""
RUNG_WORDS = {
    "0": "already clear",
    "1_source_alone": "one must: the source itself",
    "1_another": "one must: another network",
    "2": "two must",
    "3_or_more": "three or more must",
    "none": "no clear route, whoever moves",
}
REASON_WORDS = {
    "no_route": "no route at all",
    "destination_inside": "the destination is restricted",
    "source_inside": "the source is restricted",
    "blocked": "blocked on the way",
}
"""Why a pair has no clear route."""
RULES = {
    "choice": "customer over peer over provider, then the shorter route, then the lowest ASN",
    "restricted": "restricted networks carry nobody's clear route; as source or destination they stay",
    "rung": "networks on the way that must choose differently, others as today; lucky: from the luckiest tie",
    "runner_up": "the best route that another neighbour offers the source today, by the same choice",
    "decides": "networks of the route whose other choice, among the routes offered them today and with all others as "
    "today, changes whether the route crosses what is restricted; each with the best such offer",
}


@dataclass(frozen=True)
class RouteReport:
    """The answer as plain values, and the words for each network."""

    answer: dict[str, Any]
    names: NetworkNames

    def as_dict(self) -> dict[str, Any]:
        """The answer, as `--json` prints it."""
        return self.answer


def run(settings: RouteSettings) -> RouteReport:
    """Explains the route between two networks: hops, ties, the next best, who decides, and the way round.

    Claims what follows from the links of the graph and from the preferences of networks in general: nothing of traffic,
    and nothing of one network's own preferences. Raises InputFault with every fault of the first file that has one,
    UsageFault for files that are not there and for ends that name no network, several, or one that the graph lacks.
    """
    from provenet.tools.graphs import open_graph, read_names

    refuse_missing([settings.graph])
    names = read_names(settings.names, settings.tags, settings.progress)
    opened = open_graph(settings.graph, settings.progress)
    restricted = _restricted(settings, names)
    ends = (settings.source, settings.destination)
    return RouteReport(route_answer(opened, names, ends, restricted=restricted, back=settings.back), names)


def route_answer(
    opened: OpenGraph, names: NetworkNames, ends: tuple[str, str], *, restricted: Longs | None, back: bool = False
) -> dict[str, Any]:
    """The answer of `route` over a graph that is open: from the first of `ends` to the second.

    `restricted` are AS numbers; None where no set is. Raises UsageFault for ends that name no network, several, or one
    that the graph lacks.
    """
    walls = None if restricted is None else opened.core.topology.marks(restricted)
    first, last = (node_of(opened, names, text, what=what) for text, what in zip(ends, "AB", strict=True))
    if first == last:
        raise UsageFault(f"A and B are one network, {names.label(_asn(opened, first))}; expected two.")
    report = _Explainer(opened, names, walls)
    counts = None if walls is None or restricted is None else {"named": len(restricted), "in_graph": int(walls.sum())}
    answer: dict[str, Any] = {
        "graph": {
            "file": opened.links.name,
            "digest": opened.links.digest,
            "networks": opened.core.topology.node_count,
            "links": len(opened.links.provider) + len(opened.links.peer_a),
        },
        "source": report.network(first),
        "destination": report.network(last),
        "restricted_networks": counts,
        "rules": RULES,
        **report.explained(first, last),
    }
    if back:
        answer["back"] = report.explained(last, first)
    return answer


route = call_of(RouteSettings, run, "route")


def _restricted(settings: RouteSettings, names: NetworkNames) -> Longs | None:
    """The restricted networks that were named; None without a set."""
    from provenet.tools.graphs import read_networks

    country = settings.restricted_country
    if settings.restricted is None and country is None:
        return None
    words = [*(settings.restricted or ()), *([] if country is None else [f"country:{country}"])]
    return read_networks(words, names, "--restricted", progress=settings.progress).asns


def node_of(opened: OpenGraph, names: NetworkNames, text: str, *, what: str) -> int:
    """The node of the network that a word means. Raises UsageFault for none, several, or one that the graph lacks."""
    graph = opened.core.topology
    asn = names.find(text, what, lambda asn: len(graph.known([asn])) > 0)
    found = graph.known([asn]).tolist()
    if not found:
        raise UsageFault(f"{what}: {names.label(asn)} is not in the AS graph {opened.links.name}.")
    return int(found[0])


def _asn(opened: OpenGraph, node: int) -> int:
    return int(opened.core.topology.asn[node])


def label(network: Mapping[str, Any]) -> str:
    """A network of an answer in words."""
    words = f"AS{network['asn']}" + (f" {network['name']}" if network["name"] else "")
    return words + (f", {network['country']}" if network["country"] else "")


class _Explainer:
    """Explanations of one graph in the words of `--json`."""

    def __init__(self, opened: OpenGraph, names: NetworkNames, walls: Flags | None) -> None:
        from provenet.routing.explain import Internet

        self.opened, self.names, self.walls = opened, names, walls
        self.internet = Internet(opened.core.topology)

    def network(self, node: int) -> dict[str, Any]:
        """A network: its number, name, country and tags as far as known, and whether it is restricted."""
        asn = _asn(self.opened, node)
        tags = {"tags": self.names.tags_of(asn)} if self.names.tags else {}
        inside = None if self.walls is None else bool(self.walls[node])
        return {**self.names.describe(asn), **tags, "restricted": inside}

    def _numbers(self, nodes: Iterable[int]) -> list[int]:
        return [_asn(self.opened, node) for node in nodes]

    def explained(self, source: int, destination: int) -> dict[str, Any]:
        """The keys of one direction."""
        from provenet.routing.explain import explain

        found = explain(self.internet, source, destination, restricted=self.walls, most_ties=MOST_TIES)
        crossed = None if self.walls is None or not found.path else self._crossed(found.path)
        return {
            "route": self._hops(found, found.path),
            "route_class": found.towards.relation(source),
            "crossed": crossed,
            "ties": self._ties(found),
            "runner_up": self._runner_up(found),
            **self._ladder(found),
        }

    def _crossed(self, path: Sequence[int]) -> list[int]:
        """The restricted networks between the ends of a route, by number."""
        assert self.walls is not None
        return self._numbers(v for v in path[1:-1] if self.walls[v])

    def _hops(self, found: RouteExplanation, path: Sequence[int]) -> list[dict[str, Any]]:
        """The networks of a route; `relation` is what each is to the one before it."""
        relations = [None, *(found.towards.relation(v) for v in path[:-1])]
        return [{**self.network(v), "relation": what} for v, what in zip(path, relations, strict=False)]

    def _ties(self, found: RouteExplanation) -> dict[str, Any]:
        dag = found.ties
        return {
            "route_count": dag.route_count,
            "network_count": dag.network_count,
            "listed_all": len(dag.next_hops) == dag.network_count,
            "networks": [{**self.network(v), "next_hops": self._numbers(after)} for v, after in dag.next_hops.items()],
        }

    def _offer(self, found: RouteExplanation, offer: Offer, start: int) -> dict[str, Any]:
        """A route by another neighbour: what it would be, and its networks."""
        from provenet.routing.explain import RELATIONS

        beyond = found.towards.path(offer.neighbour)
        hops = self._hops(found, beyond)
        hops[0]["relation"] = RELATIONS[offer.kind]
        crossed = None if self.walls is None else self._crossed([start, *beyond])
        return {"relation": RELATIONS[offer.kind], "hops": offer.hops, "crossed": crossed, "route": hops}

    def _runner_up(self, found: RouteExplanation) -> dict[str, Any] | None:
        """The next best route of the source, None where no other neighbour offers one."""
        if found.runner_up is None:
            return None
        best = found.offers[0]
        tied = (found.runner_up.kind, found.runner_up.hops) == (best.kind, best.hops)
        made = self._offer(found, found.runner_up, found.source)
        source = {**self.network(found.source), "relation": None}
        return {**made, "equally_good": tied, "offers": len(found.offers), "route": [source, *made["route"]]}

    def _ladder(self, found: RouteExplanation) -> dict[str, Any]:
        """The keys that need a restricted set, null without one."""
        if self.walls is None:
            return dict.fromkeys(
                ("rung", "rung_count", "rung_lucky_count", "decides", "movers", "way_round", "no_clear_route")
            )
        decides = [
            {
                **self.network(one.network),
                "result": "clear" if one.route_clear else "crossing",
                "toward": self._offer(found, one.offer, one.network),
            }
            for one in found.deciders
        ]
        turns = [] if found.walk is None else found.walk.turns
        return {
            "rung": _rung_name(found),
            "rung_count": found.rung,
            "rung_lucky_count": found.rung_lucky,
            "decides": decides,
            "movers": [{**self.network(v), "toward": self.network(u)} for v, u in turns],
            "way_round": None if found.walk is None else [self.network(v) for v in found.walk.nodes],
            "no_clear_route": self._reason(found),
        }

    def _reason(self, found: RouteExplanation) -> dict[str, Any] | None:
        if found.reason is None:
            return None
        made: dict[str, Any] = {"reason": found.reason, "crossed_by_every_route": None, "fewest_crossed": None}
        if found.blocked is not None:
            made["crossed_by_every_route"] = [self.network(v) for v in found.blocked.unavoidable]
            made["fewest_crossed"] = [self.network(v) for v in found.blocked.fewest]
        return made


def _rung_name(found: RouteExplanation) -> str:
    """The rung as `ladder` counts it."""
    if found.rung is None:
        return "none"
    if found.rung == 1:
        return "1_source_alone" if found.source_alone else "1_another"
    return str(found.rung) if found.rung < 3 else "3_or_more"
