"""The tool `ladder`: files of an AS graph and of networks in, the avoidability ladder out, without a case."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from provenet.core.errors import UsageFault, clip
from provenet.core.packages import require
from provenet.core.progress import Progress
from provenet.core.settings import call_of
from provenet.ingest.bgp.as_lists import read_shares
from provenet.ingest.bgp.numbers import AsLinks
from provenet.ingest.plain_lines import read_line_table
from provenet.numerics.arrays import Floats, Ints, Longs
from provenet.routing.kernels.condense import Condensed, condense
from provenet.routing.kernels.csr import topology
from provenet.routing.perturbation import Links, are_siblings, draw, sensitivity
from provenet.tools.graph_settings import CHANGE_PAIRS, NAMED_CHANGE_PAIRS, LadderSettings
from provenet.tools.graphs import NetworkNames, NetworkSet, OpenGraph, condensed, open_graph, read_names, read_networks

if TYPE_CHECKING:
    from provenet.routing.ladder import LadderQuestion
    from provenet.routing.pairs import Totals
    from provenet.routing.robust import ClearCut
    from provenet.routing.whatif import Change, WhatIf

NAMED_MISSING = 20
CHANGE_SAYS = "restricted networks that change, each at a cost of 1, so that every pair that could be clear is clear"
CUT_SAYS = "networks, ends left out, whose loss leaves a pair without a clear route; another set may be as small"
MOST_ASN = 2**32 - 1
EXPECTED = "expected share:ASN:LOW:HIGH, drop:ASN or drop:ASN:ASN, such as share:64500:0.2:0.5"
_ASN = re.compile(r"(?i:as)?([1-9][0-9]{0,9})")
_SHARE = re.compile(r"[01]|[01]?\.[0-9]+|[01]\.")
RULES = {
    "restricted": "restricted networks carry nobody's clear route; as source or destination they stay",
    "choice": "customer over peer over provider, then the shorter route, then the lowest ASN",
    "rung": "networks on the way that must choose differently, others as today; rung_lucky: from the luckiest tie",
    "expected_share": "an assumption: crossings independent, ties split equally, shares at their midpoint",
    "either": "low: the larger low end of the two ways; high: both ways added, a network on both once; folded: twice",
    "weight": "every pair counts the same",
}


def run(settings: LadderSettings) -> Ladder:
    """Reads a graph of AS relationships and lists of networks, and prepares their ladder; nothing is worked out yet.

    `restricted`, `sources` and `destinations` are files of one ASN a line, or name networks by number, name, country
    and tag (`names`, `tags`); `shares` is a CSV `asn,low,high`. Without sources or destinations all networks of the
    graph are meant. Links between networks of one of the `organisations`,
    a file of CAIDA's as2org, count as mutual transit. Networks that the graph does not have are named in the answer,
    not refused. Raises InputFault with every fault of the first file that has one; UsageFault for a file that is not
    there, a `what_if` that is no change, and a smallest change of too many pairs.
    """

    require("internet", "numba", "pyarrow")
    progress, scenarios = settings.progress, tuple(map(read_scenario, settings.what_if))
    opened = open_graph(settings.as_rel, progress)
    if settings.organisations is not None:
        links = with_siblings(opened.links, settings.organisations, progress)
        opened = OpenGraph(links, condensed(links))
    names = read_names(settings.names, settings.tags, progress)
    given = {
        name: read_networks(words, names, settings.option_of(name).flag, progress=progress)
        for name in ("restricted", "sources", "destinations")
        if (words := getattr(settings, name)) is not None
    }
    shares = None if settings.shares is None else read_shares(settings.shares, progress)
    question, networks = _question(opened.core, given, shares, count_endpoints=settings.count_endpoints)
    form = "pairs" if len(given) > 1 else "sources"
    made = Ladder(opened.links, question, form, networks=networks, settings=settings, scenarios=scenarios, names=names)
    check_scenarios(question, scenarios)
    if settings.change:
        refuse_wide_change(made.pair_count, settings.destinations is not None)
    return made


ladder = call_of(LadderSettings, run, "ladder")


def refuse_wide_change(pairs: int, named: bool) -> None:
    """Raises UsageFault where the smallest change would be searched for more pairs than there is time for."""
    most = NAMED_CHANGE_PAIRS if named else CHANGE_PAIRS
    if pairs > most:
        way_out = "name fewer networks with --from and --to" if named else "name destinations with --to"
        raise UsageFault(f"--change: there are {pairs:,} pairs, more than {most:,}; {way_out}.")


@dataclass
class Ladder:
    """One question about a graph, worked out while its rows are pulled, and summed up afterwards.

    `form` is "pairs", a row for each pair, or "sources", a row for each source folded over all destinations.
    """

    links: AsLinks
    question: LadderQuestion
    form: str
    _: KW_ONLY
    networks: dict[str, dict[str, object]]
    settings: LadderSettings
    scenarios: tuple[TriedChange, ...] = ()
    names: NetworkNames = field(default_factory=NetworkNames)
    _totals: Totals | None = field(default=None, repr=False)

    @property
    def row_count(self) -> int:
        """How many rows `batches` gives."""
        sources, destinations = len(self.question.sources), len(self.question.destinations)
        return sources * destinations if self.form == "pairs" else sources

    @cached_property
    def pair_count(self) -> int:
        """How many pairs of two networks the question has."""
        sources, destinations = set(self.question.sources.tolist()), set(self.question.destinations.tolist())
        return len(sources) * len(destinations) - len(sources & destinations)

    def schema(self) -> Any:
        """The Arrow schema of the rows."""
        from provenet.routing.pairs import pair_schema, source_schema

        return pair_schema() if self.form == "pairs" else source_schema()

    def batches(self) -> Iterator[Any]:
        """The rows as Arrow batches; memory does not grow with their number."""
        from provenet.routing.ladder import Engine
        from provenet.routing.pairs import Totals, pair_batches, pair_rows, selves, source_rows

        if self.form == "sources":
            sums = self._folded(self.question, "pairs of classes worked out")
            yield source_rows(self.question.rows, sums, self.question.core.topology.asn)
            return
        totals = Totals()
        with Engine(self.question, self.settings.threads) as engine:
            for pairs in pair_batches(engine):
                totals.add_pairs(pairs)
                self.settings.progress("pairs worked out", round(totals.sums["pairs"]), self.pair_count)
                yield pair_rows(pairs)
        yield pair_rows(selves(self.question))
        self._totals = totals

    def _folded(self, question: LadderQuestion, what: str) -> Floats:

        from provenet.routing.fold import fold_all
        from provenet.routing.kernels.lanes import FIELDS
        from provenet.routing.ladder import Engine
        from provenet.routing.pairs import Totals

        sums = np.zeros((len(question.rows), len(FIELDS)))
        with Engine(question, self.settings.threads) as engine:
            for done, total in fold_all(engine, question.rows, question.columns, sums=sums):
                self.settings.progress(what, done, total)
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
        from provenet.routing.change import clear_pairs, cuts_of

        chosen, progress = self.settings, self.settings.progress
        drawn = clear_pairs(self.question, chosen.cuts, chosen.seed, clear=self._summed().clear, progress=progress)
        return cuts_of(self.question, drawn, progress)

    def what_if(self) -> WhatIf:
        """Answers changes, to be ended by `with`; what all of them share is worked out."""
        from provenet.routing.whatif import WhatIf

        made = WhatIf(self.question, self.settings.threads)
        for done, total in made.prepare():
            self.settings.progress("destinations summed for what-if", done, total)
        return made

    def changed(self, what_if: WhatIf, scenario: TriedChange) -> dict[str, object]:
        """Shares before and after one change, as means over the pairs that have a route."""
        made = what_if.apply(_change(self.question, scenario))
        return {
            "change": scenario.text,
            "destinations_recomputed": made.destinations,
            "destinations": len(self.question.destinations),
            "before": _shares(made.before),
            "after": _shares(made.after),
        }

    def summary(self) -> dict[str, object]:
        """The question, the graph and the answer; works out first what no rows were pulled for."""
        totals, chosen = self._summed(), self.settings
        endpoints = "counted as crossed" if chosen.count_endpoints else "not counted as crossed"
        return {
            "graph": self._graph(),
            **self.networks,
            "rules": {"endpoints": endpoints, **RULES},
            "share_of": "routes of the pairs that have one",
            **totals.as_dict(),
            **({"top_movers": self._movers(totals)} if totals.movers else {}),
            **({"recheck": self._rechecked()} if chosen.recheck else {}),
            **({"doubt": self._doubted(totals)} if chosen.flip_share or chosen.add_share else {}),
            **({"cuts": cut_summary(self.cuts, totals.clear, chosen.seed)} if chosen.cuts else {}),
            **({"smallest_change": self._change(totals)} if chosen.change else {}),
        }

    def _movers(self, totals: Totals) -> list[dict[str, object]]:
        """Who would have to move for most pairs, by name where names were given."""
        movers = totals.top_movers()
        if not self.names.name:
            return [dict(one) for one in movers]
        return [{**self.names.describe(one["asn"]), "pairs": one["pairs"]} for one in movers]

    def _change(self, totals: Totals) -> dict[str, object]:
        from provenet.routing.change import change_of_question

        self.settings.progress("pairs opened by the smallest change", 0, self.pair_count)
        found, ends, pairs = change_of_question(self.question, self.settings.change_seconds)
        networks = sorted({*found.members, *ends})
        return {
            "counts": CHANGE_SAYS,
            "networks": networks,
            "network_count": len(networks),
            "least_count": round(found.bound) + len(ends),
            "proof": found.proof,
            "ends_among_them": len(ends) if self.question.count_endpoints else None,
            "clear_now_pairs": totals.clear,
            "opened_pairs": pairs - totals.clear - len(found.closed),
            "no_route_pairs": len(found.closed),
            "most_seconds": self.settings.change_seconds,
        }

    def _graph(self) -> dict[str, object]:

        core, links = self.question.core, self.links
        rings = int(np.sum(np.diff(core.links.block_start) > 1))
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
        from provenet.routing.whatif import Reconvergence, reconverge

        held = Reconvergence(seed=self.settings.seed)
        with Engine(self.question, self.settings.threads) as engine:
            for done, total in reconverge(engine, self.settings.recheck, held):
                self.settings.progress("pairs chosen again", done, total)
        return held.as_dict()

    def _doubted(self, today: Totals) -> dict[str, object]:
        from provenet.routing.pairs import Totals

        links, chosen, found = self.links, self.settings, []
        given = Links(links.provider, links.customer, links.peer_a, links.peer_b, links.peer_mlp_only)
        flipped = added = 0
        for nth in range(chosen.draws):
            one, flipped, added = draw(given, chosen.flip_share, chosen.add_share, seed=chosen.seed + nth)
            question = _of_other_links(self.question, one, every=links.asns)
            sums = self._folded(question, f"pairs of classes worked out, graph {nth + 1} of {chosen.draws}")
            totals = Totals()
            totals.add_sums(sums, question.rows.size)
            found.append(totals.as_dict())
        drawing = {name: getattr(chosen, name) for name in ("flip_share", "add_share", "draws", "seed")}
        moved = sensitivity(today.as_dict(), found)
        return {**drawing, "links_flipped": flipped, "peerings_added": added, "moved": moved}


def _question(
    core: Condensed,
    given: Mapping[str, NetworkSet],
    shares: tuple[Longs, Floats, Floats] | None,
    *,
    count_endpoints: bool,
) -> tuple[LadderQuestion, dict[str, dict[str, object]]]:
    """The question in nodes of the graph, and how many of the networks named are in it."""

    from provenet.routing.ladder import LadderQuestion

    made, walls = core.topology, given["restricted"].asns
    every = np.arange(made.node_count, dtype=np.int32)
    restricted, low, high = made.marks(walls), np.zeros(made.node_count), np.zeros(made.node_count)
    networks = {"restricted_networks": _found(made.nodes_of(walls), given["restricted"])}
    if shares is not None:
        nodes = made.nodes_of(shares[0])
        low[nodes[nodes >= 0]], high[nodes[nodes >= 0]] = shares[1][nodes >= 0], shares[2][nodes >= 0]
        both = int(np.isin(shares[0], walls).sum())
        networks["networks_with_shares"] = {**_found(nodes, NetworkSet(shares[0], None)), "restricted_too": both}
    low[restricted] = high[restricted] = 1.0
    chosen = []
    for name in ("sources", "destinations"):
        found = given.get(name)
        nodes = every if found is None else made.nodes_of(found.asns)
        networks[name] = {"named": None, "in_graph": len(every)} if found is None else _found(nodes, found)
        chosen.append(nodes[nodes >= 0])
    return LadderQuestion(core, chosen[0], chosen[1], restricted, low, high, count_endpoints), networks


def _found(nodes: Ints, given: NetworkSet) -> dict[str, object]:
    asns = given.asns
    missing = asns[nodes < 0].tolist()
    found = {"named": len(asns), "in_graph": len(asns) - len(missing), "not_in_graph": missing[:NAMED_MISSING]}
    words = {} if given.words is None else {"words": list(given.words)}
    return {**found, "not_in_graph_count": len(missing), **words}


def _of_other_links(question: LadderQuestion, links: Links, *, every: Longs) -> LadderQuestion:
    """The same question for other links between the same networks."""
    core = condense(topology(links.provider, links.customer, links.peer_a, peer_b=links.peer_b, alone=every))
    return replace(question, core=core)


def cut_summary(cuts: Sequence[ClearCut], clear: int, seed: int) -> dict[str, object]:
    """How many pairs have a cut of which size, bounds and proof; names no network."""
    sizes = Counter((cut.high or 0, cut.low or 0, cut.proof) for cut in cuts if cut.state == "cut")
    listed = [
        {"low": low, "high": high, "proof": proof, "pairs": pairs}
        for (low, high, proof), pairs in sorted(
            sizes.items(), key=lambda item: (item[0][1] or 0, item[0][0] or 0, item[0][2])
        )
    ]
    linked = sum(cut.state == "direct link" for cut in cuts)
    proofs = dict(sorted(Counter(cut.proof for cut in cuts).items()))
    pairs = {"clear_pairs": clear, "sampled_pairs": len(cuts), "seed": seed, "direct_link_pairs": linked}
    return {"counts": CUT_SAYS, **pairs, "by_proof": proofs, "sizes": listed}


def cut_rows(cuts: Sequence[ClearCut]) -> Iterator[dict[str, object]]:
    """One row for each pair, its networks named."""
    for cut in cuts:
        ends = {"src_asn": cut.source, "dst_asn": cut.destination, "state": cut.state.replace(" ", "_")}
        yield {**ends, "low": cut.low, "high": cut.high, "proof": cut.proof, "members": list(cut.members)}


def cut_batch(rows: list[dict[str, object]]) -> Any:
    """The rows of `cut_rows` as one Arrow batch."""
    import pyarrow as pa

    ends = [("src_asn", pa.int64()), ("dst_asn", pa.int64()), ("state", pa.string())]
    sizes = [("low", pa.int64()), ("high", pa.int64()), ("proof", pa.string()), ("members", pa.list_(pa.int64()))]
    return pa.RecordBatch.from_pylist(rows, schema=pa.schema([*ends, *sizes]))


def with_siblings(links: AsLinks, organisations: Path, progress: Progress) -> AsLinks:
    """The graph with links between networks of one organisation as mutual transit, as its counts and remarks say.

    The file is CAIDA's as2org, as lines or JSON. Raises InputFault with every fault of the file, UsageFault where there
    is none. A network that stands in two organisations belongs to the last one.
    """

    organisation = read_line_table(organisations, "as_organisation", progress)
    owner = {int(asn): org for asn, org in organisation.select("asn", "org_id").iter_rows() if org}
    known = {org: at for at, org in enumerate(sorted(set(owner.values())))}
    asn = np.array(sorted(owner), np.int64)
    number = np.array([known[owner[int(one)]] for one in asn], np.int64)
    sold, beside = (
        are_siblings(one, two, asn=asn, organisation=number)
        for one, two in ((links.provider, links.customer), (links.peer_a, links.peer_b))
    )
    count = int(sold.sum() + beside.sum())
    text = f"{count:,} links between networks of one organisation count as mutual transit ({organisations.name})."
    extra = np.zeros(count + int(beside.sum()), np.uint8)
    return replace(
        links,
        provider=np.concatenate([links.provider, links.customer[sold], links.peer_a[beside], links.peer_b[beside]]),
        customer=np.concatenate([links.customer, links.provider[sold], links.peer_b[beside], links.peer_a[beside]]),
        transit_sources=np.concatenate([links.transit_sources, extra]),
        peer_a=links.peer_a[~beside],
        peer_b=links.peer_b[~beside],
        peer_sources=links.peer_sources[~beside],
        peer_mlp_only=links.peer_mlp_only[~beside],
        counts={**links.counts, "sibling_links": count},
        remarks=(*links.remarks, text),
    )


@dataclass(frozen=True)
class TriedChange:
    """A change to try: another share for the network `asn`, or it, or its link to `other`, gone."""

    text: str
    asn: int
    other: int | None = None
    share: tuple[float, float] | None = None


def read_scenario(text: str) -> TriedChange:
    """A change in words. Raises UsageFault.

    >>> read_scenario("share:64500:0.2:0.5").share, read_scenario("drop:AS64500:64501").other
    ((0.2, 0.5), 64501)
    """
    word, *cells = (part.strip() for part in text.split(":"))
    if word == "share" and len(cells) == 3:
        low, high = (float(cell) if _SHARE.fullmatch(cell) else -1.0 for cell in cells[1:])
        if not (0 <= low <= 1 and 0 <= high <= 1):
            raise _no_change(text, "a share is a number from 0 to 1")
        if low > high:
            raise _no_change(text, "low is above high")
        return TriedChange(text, _asn(text, cells[0]), share=(low, high))
    if word == "drop" and len(cells) in (1, 2):
        asns = [_asn(text, cell) for cell in cells]
        if len(set(asns)) < len(asns):
            raise _no_change(text, "a link joins two networks")
        return TriedChange(text, asns[0], asns[1] if len(asns) == 2 else None)
    raise _no_change(text, "this is no change")


def _asn(text: str, cell: str) -> int:
    found = _ASN.fullmatch(cell)
    if found is None or int(found[1]) > MOST_ASN:
        raise _no_change(text, f"{clip(cell)!r} is no AS number")
    return int(found[1])


def _no_change(text: str, sentence: str) -> UsageFault:
    return UsageFault(f"--what-if: {sentence}; found {clip(text)!r}, {EXPECTED}.")


def check_scenarios(question: LadderQuestion, scenarios: Sequence[TriedChange]) -> None:
    """Raises UsageFault for a change that can change nothing: of networks or links that the graph has not, or of the
    share of a restricted network."""
    for scenario in scenarios:
        change = _change(question, scenario)
        for asn, node in ((scenario.asn, change.node), (scenario.other, change.other)):
            if asn is not None and node < 0:
                raise UsageFault(f"--what-if {scenario.text}: AS{asn} is not in the AS graph.")
        if scenario.share is not None and question.restricted[change.node]:
            text = f"AS{scenario.asn} is restricted and counts 1, also here"
            way_out = "Choose another network, or take it off the list of restricted ones"
            raise UsageFault(f"--what-if {scenario.text}: {text}. {way_out}.")
        if scenario.other is not None and not question.core.topology.is_link(change.node, change.other):
            raise UsageFault(
                f"--what-if {scenario.text}: AS{scenario.asn} and AS{scenario.other} have no link in the AS graph."
            )


def _change(question: LadderQuestion, scenario: TriedChange) -> Change:

    from provenet.routing.whatif import Change

    asns = np.array([scenario.asn, scenario.asn if scenario.other is None else scenario.other], np.int64)
    node, other = question.core.topology.nodes_of(asns).tolist()
    return Change(node, -1 if scenario.other is None else other, scenario.share)


def _shares(sums: Floats) -> dict[str, float | int | None]:
    routed, *parts = sums.tolist()
    names = ("low_share", "high_share", "expected_share")
    shares = {name: part / routed if routed > 0.5 else None for name, part in zip(names, parts, strict=True)}
    return {"routed_pairs": round(routed), **shares}
