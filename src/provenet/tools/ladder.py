"""The tool `ladder`: files of an AS graph and of networks in, the avoidability ladder out, without a case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provenet.core.errors import UsageFault
from provenet.tools.ladder_cuts import change_told, clear_pairs, cuts_of, cuts_told, refuse_wide_change
from provenet.tools.ladder_siblings import with_siblings
from provenet.tools.ladder_whatif import WhatIfs, Wish, check_wishes, read_wish

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from provenet.core.progress import Progress
    from provenet.ingest.bgp.as_links import AsLinks
    from provenet.routing.ladder import Question
    from provenet.routing.robust import ClearCut
    from provenet.routing.totals import Totals

MANY_ROWS = 100_000_000
"""More rows than this are written only when the caller says yes."""
NAMED_MISSING = 20
RULES = {
    "restricted": "restricted networks carry nobody's clear route; as source or destination they stay",
    "choice": "customer over peer over provider, then the shorter route, then the lowest ASN",
    "rung": "networks on the way that must choose differently, others as today; rung_lucky: from the luckiest tie",
    "expected_share": "an assumption: crossings independent, ties split equally, shares at their midpoint",
    "either": "low: the larger low end of the two ways; high: both ways added, a network on both once; folded: twice",
    "weight": "every pair counts the same",
}


@dataclass(frozen=True)
class Settings:
    """How a ladder is worked out. `recheck` pairs are tried with everybody choosing again; `draws` graphs are drawn
    with a share of links flipped and of peerings added; `threads` batches are under way at once. `cuts` clear pairs are
    asked how robust clear is; with `change` the smallest change is searched for at most `change_seconds`."""

    count_endpoints: bool = False
    recheck: int = 0
    seed: int = 1
    flip_share: float = 0.0
    add_share: float = 0.0
    draws: int = 10
    threads: int = 2
    cuts: int = 0
    change: bool = False
    change_seconds: float = 120.0


@dataclass
class Laddering:
    """One question about a graph, worked out while its rows are pulled, and summed up afterwards.

    `form` is "pairs", a row for each pair, or "sources", a row for each source folded over all destinations.
    """

    links: AsLinks
    question: Question
    form: str
    asked: dict[str, dict[str, object]]
    settings: Settings
    progress: Progress
    wishes: tuple[Wish, ...] = ()
    _totals: Totals | None = field(default=None, repr=False)

    @property
    def row_count(self) -> int:
        """How many rows `batches` gives."""
        sources, destinations = len(self.question.sources), len(self.question.destinations)
        return sources * destinations if self.form == "pairs" else sources

    @cached_property
    def pair_count(self) -> int:
        """How many pairs of two networks are asked about."""
        sources, destinations = set(self.question.sources.tolist()), set(self.question.destinations.tolist())
        return len(sources) * len(destinations) - len(sources & destinations)

    def schema(self) -> Any:
        """The Arrow schema of the rows."""
        from provenet.routing.arrow import pair_schema, source_schema

        return pair_schema() if self.form == "pairs" else source_schema()

    def batches(self) -> Iterator[Any]:
        """The rows as Arrow batches; memory does not grow with their number."""
        from provenet.routing.arrow import pair_rows, source_rows
        from provenet.routing.ladder import Engine
        from provenet.routing.pairs import pair_batches, selves
        from provenet.routing.totals import Totals

        if self.form == "sources":
            sums = self._folded(self.question, "pairs of classes worked out")
            yield source_rows(self.question.rows, sums, self.question.core.topology.asn)
            return
        totals, engine = Totals(), Engine(self.question, self.settings.threads)
        try:
            for pairs in pair_batches(engine):
                totals.add_pairs(pairs)
                self.progress("pairs worked out", round(totals.sums["pairs"]), self.pair_count)
                yield pair_rows(pairs)
        finally:
            engine.close()
        yield pair_rows(selves(self.question))
        self._totals = totals

    def _folded(self, question: Question, what: str) -> NDArray[np.float64]:
        import numpy as np

        from provenet.routing.kernels.lanes import FIELDS
        from provenet.routing.ladder import Engine, fold_all
        from provenet.routing.totals import Totals

        sums, engine = np.zeros((len(question.rows), len(FIELDS))), Engine(question, self.settings.threads)
        try:
            for done, total in fold_all(engine, question.rows, question.columns, sums=sums):
                self.progress(what, done, total)
        finally:
            engine.close()
        if question is self.question:
            self._totals = Totals()
            self._totals.add_sums(sums, question.rows.size)
        return sums

    def _summed(self) -> Totals:
        if self._totals is None:
            self._folded(self.question, "pairs of classes worked out")
        assert self._totals is not None
        return self._totals

    @cached_property
    def cuts(self) -> list[ClearCut]:
        """How robust clear is for the pairs drawn: `settings.cuts` of those with a clear route, or all of them."""
        told = self.settings
        drawn = clear_pairs(self.question, told.cuts, told.seed, self._summed().clear, self.progress)
        return cuts_of(self.question, drawn, self.progress)

    def what_if(self) -> WhatIfs:
        """Answers the changes of `wishes`, inside `with`."""
        return WhatIfs(self.question, self.settings.threads, self.progress)

    def summary(self) -> dict[str, object]:
        """What was asked, of which graph, and what came out; works out first what no rows were pulled for."""
        totals, told = self._summed(), self.settings
        endpoints = "counted as crossed" if told.count_endpoints else "not counted as crossed"
        return {
            "graph": self._graph(),
            **self.asked,
            "rules": {"endpoints": endpoints, **RULES},
            "share_of": "routes of the pairs that have one",
            **totals.as_dict(),
            **({"top_movers": totals.top_movers()} if totals.movers else {}),
            **({"recheck": self._rechecked()} if told.recheck else {}),
            **({"doubt": self._doubted(totals)} if told.flip_share or told.add_share else {}),
            **({"cuts": cuts_told(self.cuts, totals.clear, told.seed)} if told.cuts else {}),
            **({"smallest_change": self._change(totals)} if told.change else {}),
        }

    def _change(self, totals: Totals) -> dict[str, object]:
        self.progress("pairs opened by the smallest change", 0, self.pair_count)
        return change_told(self.question, totals.clear, self.settings.change_seconds)

    def _graph(self) -> dict[str, object]:
        import numpy as np

        core, links = self.question.core, self.links
        rings = int(np.sum(np.diff(core.block_start) > 1))
        return {
            "file": links.name,
            "digest": links.digest,
            "networks": core.topology.node_count,
            "links": len(links.provider) + len(links.peer_a),
            "transit_links": len(links.provider),
            "peer_links": len(links.peer_a),
            "transit_networks": core.core_count,
            "classes": core.class_count,
            "provider_rings": rings,
            "counts": dict(links.counts),
            "remarks": list(links.remarks),
        }

    def _rechecked(self) -> dict[str, object]:
        from provenet.routing.ladder import Engine
        from provenet.routing.reconvergence import Reconvergence, reconverge

        engine, held = Engine(self.question, self.settings.threads), Reconvergence(seed=self.settings.seed)
        try:
            for done, total, so_far in reconverge(engine, self.settings.recheck, self.settings.seed):
                held = so_far
                self.progress("pairs chosen again", done, total)
        finally:
            engine.close()
        return held.as_dict()

    def _doubted(self, today: Totals) -> dict[str, object]:
        from provenet.routing.perturbation import Links, draw, sensitivity
        from provenet.routing.totals import Totals

        links, told, found = self.links, self.settings, []
        given = Links(links.provider, links.customer, links.peer_a, links.peer_b, links.peer_mlp_only)
        flipped = added = 0
        for nth in range(told.draws):
            drawn = draw(given, told.flip_share, told.add_share, seed=told.seed + nth)
            flipped, added = drawn.flipped, drawn.added
            one = drawn.links
            question = asked_of(
                one.provider, one.customer, one.peer_a, one.peer_b, links.asns, self.question, told.count_endpoints
            )
            sums = self._folded(question, f"pairs of classes worked out, graph {nth + 1} of {told.draws}")
            totals = Totals()
            totals.add_sums(sums, question.rows.size)
            found.append(totals.as_dict())
        said = {"flip_share": told.flip_share, "add_share": told.add_share, "draws": told.draws, "seed": told.seed}
        return {**said, "links_flipped": flipped, "peerings_added": added, "moved": sensitivity(today.as_dict(), found)}


def ladder(
    as_rel: Path | str,
    restricted: Path | str,
    *,
    shares: Path | str | None = None,
    sources: Path | str | None = None,
    destinations: Path | str | None = None,
    organisations: Path | str | None = None,
    settings: Settings | None = None,
    what_if: Sequence[str] = (),
    progress: Progress | None = None,
) -> Laddering:
    """Reads a graph of AS relationships and lists of networks, and prepares their ladder; nothing is worked out yet.

    `restricted`, `sources` and `destinations` are files of one ASN a line, `shares` a CSV `asn,low,high`; without
    sources or destinations all networks of the graph are meant. Links between networks of one of the `organisations`,
    a file of CAIDA's as2org, count as mutual transit. Networks that the graph does not have are told, not
    refused. `what_if` holds changes as `share:ASN:LOW:HIGH`, `drop:ASN` or `drop:ASN:ASN`. Raises InputFault with every
    fault of the first file that has one; UsageFault for a file that is not there, a change that is none, and a smallest
    change of too many pairs.
    """
    from provenet.core.progress import silent
    from provenet.ingest.bgp.as_links import read_as_links
    from provenet.ingest.bgp.as_lists import read_asn_list, read_shares

    _packages()
    told, say, wishes = settings or Settings(), progress or silent, tuple(map(read_wish, what_if))
    links = read_as_links(Path(as_rel), say)
    if organisations is not None:
        links = with_siblings(links, Path(organisations), say)
    walls = read_asn_list(Path(restricted), say)
    told_shares = None if shares is None else read_shares(Path(shares), say)
    ends = [None if name is None else read_asn_list(Path(name), say) for name in (sources, destinations)]
    question, asked = _question(links, walls, told_shares, ends, told.count_endpoints)
    form = "pairs" if any(e is not None for e in ends) else "sources"
    made = Laddering(links, question, form, asked, told, say, wishes)
    check_wishes(question, wishes)
    if told.change:
        refuse_wide_change(made.pair_count, destinations is not None)
    return made


def _packages() -> None:
    try:
        import numba
        import pyarrow
    except ImportError as err:
        says = f"The ladder needs the package {err.name}, which is not installed."
        raise UsageFault(f"{says} Run: pip install 'provenet[internet]'") from err
    assert numba and pyarrow


def _question(
    links: AsLinks,
    walls: NDArray[np.int64],
    shares: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]] | None,
    ends: Sequence[NDArray[np.int64] | None],
    count_endpoints: bool,
) -> tuple[Question, dict[str, dict[str, object]]]:
    """The question in nodes of the graph, and how many of the networks named are in it."""
    import numpy as np

    from provenet.routing.kernels.condense import condense
    from provenet.routing.kernels.csr import topology
    from provenet.routing.ladder import Question

    made = topology(links.provider, links.customer, links.peer_a, peer_b=links.peer_b, alone=links.alone)
    every = np.arange(made.node_count, dtype=np.int32)
    restricted, low, high = np.zeros(made.node_count, np.bool_), np.zeros(made.node_count), np.zeros(made.node_count)
    asked = {"restricted_networks": _found(made.nodes_of(walls), walls)}
    restricted[made.nodes_of(walls)[made.nodes_of(walls) >= 0]] = True
    if shares is not None:
        nodes = made.nodes_of(shares[0])
        low[nodes[nodes >= 0]], high[nodes[nodes >= 0]] = shares[1][nodes >= 0], shares[2][nodes >= 0]
        both = int(np.isin(shares[0], walls).sum())
        asked["networks_with_shares"] = {**_found(nodes, shares[0]), "restricted_too": both}
    low[restricted] = high[restricted] = 1.0
    chosen = []
    for name, asns in zip(("sources", "destinations"), ends, strict=True):
        nodes = every if asns is None else made.nodes_of(asns)
        asked[name] = {"named": None, "in_graph": len(every)} if asns is None else _found(nodes, asns)
        chosen.append(nodes[nodes >= 0])
    return Question(condense(made), chosen[0], chosen[1], restricted, low, high, count_endpoints), asked


def _found(nodes: NDArray[np.int32], asns: NDArray[np.int64]) -> dict[str, object]:
    missing = asns[nodes < 0].tolist()
    told = {"named": len(asns), "in_graph": len(asns) - len(missing), "not_in_graph": missing[:NAMED_MISSING]}
    return {**told, "not_in_graph_count": len(missing)}


def asked_of(
    provider: NDArray[np.int64],
    customer: NDArray[np.int64],
    peer_a: NDArray[np.int64],
    peer_b: NDArray[np.int64],
    every: NDArray[np.int64],
    question: Question,
    count_endpoints: bool,
) -> Question:
    """The same question asked of other links between the same networks."""
    from provenet.routing.kernels.condense import condense
    from provenet.routing.kernels.csr import topology
    from provenet.routing.ladder import Question

    core = condense(topology(provider, customer, peer_a, peer_b=peer_b, alone=every))
    ends = (question.sources, question.destinations)
    return Question(core, *ends, question.restricted, question.low, question.high, count_endpoints)
