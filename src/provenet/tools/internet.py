"""A graph of the Internet that stays open for many questions: routes, and what a change of one network changes.

Whoever asks again and again, such as the web app, opens graph, names and tags once. The words of a question name
networks by number, name, country and tag; none is ever taken for a file.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from provenet.core.errors import UsageFault
from provenet.core.progress import Progress, silent
from provenet.tools.files import refuse_missing

if TYPE_CHECKING:
    from provenet.numerics.arrays import Flags, Ints, Longs
    from provenet.routing.kept_routes import KeptRoutes
    from provenet.routing.scenarios import PairCounts
    from provenet.tools.graphs import NetworkNames, OpenGraph

MOST_SOURCES = 500
"""Networks whose routes a change is shown for."""
KEPT_STUDIES = 2
"""Sets of sources whose routes are kept; 0.3 GB each at most."""
LISTED = 20
SEED = 1
CHANGES = ("removed", "restricted")
CHANGE_SAYS = {
    "removed": "the network is gone: all others choose again by the same rule, and nobody agrees on new links",
    "restricted": "the network is added to the restricted set; routes stay as they are",
}


@dataclass
class OpenInternet:
    """One graph with the names of its networks, open for questions of several readers."""

    opened: OpenGraph
    names: NetworkNames
    _studies: OrderedDict[bytes, KeptRoutes] = field(default_factory=OrderedDict, repr=False)
    _guard: Lock = field(default_factory=Lock, repr=False)

    def route(self, source: str, destination: str, restricted: Sequence[str], *, back: bool = False) -> dict[str, Any]:
        """The route between two networks, explained; the keys are those of `provenet route --json`.

        Raises UsageFault for words that name no network, or several.
        """
        from provenet.tools.route import route_answer

        avoid = self._named(restricted, "avoid") if restricted else None
        return route_answer(self.opened, self.names, (source, destination), restricted=avoid, back=back)

    def change(self, sources: Sequence[str], network: str, how: str, *, restricted: Sequence[str]) -> dict[str, Any]:
        """What changes for the routes of up to 500 sources to every network, if one network goes or is restricted.

        Counts are of pairs of a source and a destination; a pair crosses where a restricted network lies between its
        ends. Low holds over all equal routes, high over some. Of more than 500 sources 500 are drawn (seed 1), and the
        answer says so. Raises UsageFault for words that name nothing, or a network that the graph lacks.
        """
        from provenet.tools.route import node_of

        if how not in CHANGES:
            raise UsageFault(f"how: found {how!r}, expected one of: {', '.join(CHANGES)}.")
        topology = self.opened.core.topology
        drawn, named = self._sources(sources)
        walls = topology.marks(self._named(restricted, "avoid") if restricted else ())
        node = node_of(self.opened, self.names, network, what="network")
        with self._guard:
            study = self._study(drawn).restricting(walls)
            found = self._removed(study, node) if how == "removed" else self._restricted(study, walls, node)
        return {
            "network": self.names.describe(int(topology.asn[node])),
            "how": how,
            "says": CHANGE_SAYS[how],
            "sources": {"named": named, "drawn": len(drawn), "seed": SEED if named > len(drawn) else None},
            "destinations": topology.node_count,
            "share_of": "pairs that have a route",
            **found,
        }

    def warm(self) -> None:
        """Works the routes out ahead that a change shows where nobody names sources, and compiles what it needs."""
        drawn, _ = self._sources(())
        with self._guard:
            self._study(drawn).without(drawn[:1].tolist())

    def _sources(self, words: Sequence[str]) -> tuple[Ints, int]:
        """The nodes of the sources, ascending, at most 500; and how many were named and are in the graph."""
        import numpy as np

        topology = self.opened.core.topology
        nodes = topology.known(self._named(words, "from") if words else topology.asn)
        if not len(nodes):
            raise UsageFault("from: none of these networks is in the graph.")
        named = len(nodes)
        if named > MOST_SOURCES:
            nodes = np.sort(np.random.default_rng(SEED).choice(nodes, MOST_SOURCES, replace=False))
        return nodes, named

    def _named(self, words: Sequence[str], what: str) -> Longs:
        """The AS numbers that words mean, ascending."""
        from provenet.tools.graphs import named_networks

        return named_networks(words, self.names, what)

    def _study(self, sources: Ints) -> KeptRoutes:
        """The routes of the sources as the graph is, worked out once; what is restricted changes none of them."""
        from provenet.routing.kept_routes import KeptRoutes

        key = sources.tobytes()
        if key not in self._studies:
            topology = self.opened.core.topology
            every, nothing = topology.known(topology.asn), topology.marks(())
            self._studies[key] = KeptRoutes(topology, sources, every, restricted=nothing)
            while len(self._studies) > KEPT_STUDIES:
                self._studies.popitem(last=False)
        self._studies.move_to_end(key)
        return self._studies[key]

    def _removed(self, study: KeptRoutes, node: int) -> dict[str, Any]:
        from provenet.routing.kernels.scenario_counts import COUNTED

        counts = study.without((node,))
        sums = dict(zip(COUNTED, counts.sum(axis=0).tolist(), strict=True))
        before = _sums(study.before)
        # What is gone has no routes to lose: its own pairs count as lost too, and the answer says how many they are.
        after = {
            "routed": before["routed"] - sums["low_lost"] + sums["gained"],
            "low_crossing": before["low_crossing"] + sums["low_crossing"],
            "high_crossing": before["high_crossing"] + sums["high_crossing"],
        }
        own = int(study.before.routed[study.sources == node].sum())
        return {
            "before": before,
            "after": after,
            "lost": sums["low_lost"],
            "lost_of_itself": own + int((study.routed_to(node) & (study.sources != node)).sum()),
            "new_crossing": {"low": sums["low_new"], "high": sums["high_new"]},
            "most_changed": self._most_changed(study, counts[:, 0] + counts[:, COUNTED.index("high_new")]),
        }

    def _restricted(self, study: KeptRoutes, walls: Flags, node: int) -> dict[str, Any]:
        more = walls.copy()
        more[node] = True
        marked = study.restricting(more)
        before, after = _sums(study.before), _sums(marked.before)
        # A difference of two ends is no end: with ties, what may have crossed before may surely cross then.
        low, high = study.newly_crossing(marked)
        return {
            "before": before,
            "after": after,
            "lost": 0,
            "lost_of_itself": 0,
            "new_crossing": {"low": int(low.sum()), "high": int(high.sum())},
            "most_changed": self._most_changed(study, high),
        }

    def _most_changed(self, study: KeptRoutes, moved: Longs) -> list[dict[str, Any]]:
        """The sources with the most pairs that changed."""
        asn = self.opened.core.topology.asn
        most = (-moved).argsort(kind="stable")[:LISTED]
        rows = [(int(asn[study.sources[at]]), int(moved[at]), int(study.before.routed[at])) for at in most]
        return [{**self.names.describe(one), "pairs": pairs, "routed": of} for one, pairs, of in rows if pairs]


def _sums(counts: PairCounts) -> dict[str, int]:
    return {
        "routed": int(counts.routed.sum()),
        "low_crossing": int(counts.low_crossing.sum()),
        "high_crossing": int(counts.high_crossing.sum()),
    }


def open_internet(
    graph: Path, names: Path | None = None, tags: Sequence[Path] = (), *, progress: Progress = silent
) -> OpenInternet:
    """Opens a graph of AS relationships with names and tags, from the user's cache where they were opened before.

    Raises UsageFault for a file that is not there, InputFault with every fault of the first file that has one.
    """
    from provenet.tools.graphs import open_graph, read_names

    refuse_missing([graph, names, *tags])
    return OpenInternet(open_graph(graph, progress), read_names(names, tags, progress))
