"""What the tool `ladder` adds when asked: how robust clear is for drawn pairs, and the smallest change for all."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from provenet.core.errors import UsageFault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from provenet.core.progress import Progress
    from provenet.routing.ladder import Question
    from provenet.routing.robust import ClearCut

    Ints = NDArray[np.int32]

CHANGE_PAIRS, NAMED_CHANGE_PAIRS = 1_000_000, 10_000_000
"""Of how many pairs the smallest change is asked: where destinations were not named, and where they were."""
CHANGE_SAYS = "restricted networks that change, each at a cost of 1, so that every pair that could be clear is clear"
CUT_SAYS = "networks, ends left out, whose loss leaves a pair without a clear route; another set may be as small"


def refuse_wide_change(pairs: int, named: bool) -> None:
    """Raises UsageFault where the smallest change would be asked of more pairs than are searched."""
    most = NAMED_CHANGE_PAIRS if named else CHANGE_PAIRS
    if pairs > most:
        way_out = "name fewer networks with --from and --to" if named else "name destinations with --to"
        raise UsageFault(f"--change: {pairs:,} pairs are asked about, more than {most:,}; {way_out}.")


def clear_pairs(question: Question, count: int, seed: int, clear: int, say: Progress) -> list[tuple[int, int]]:
    """Up to `count` pairs of nodes with a clear route, each such pair as likely as another; all where there are fewer.

    `clear` is how many there are. Equal calls give equal pairs, ascending. Pairs are tried where enough of them are
    clear, else the clear ones are counted from each end of the shorter list: a valley-free route is one both ways.
    Cost O(min(count x pairs / clear, ends) x (V + E)).
    """
    import numpy as np

    kept = ~question.restricted if question.count_endpoints else np.ones_like(question.restricted)
    ends = [nodes[kept[nodes]] for nodes in (question.sources, question.destinations)]
    turned = len(ends[0]) > len(ends[1])
    few, many = ends[::-1] if turned else ends
    drawn, every = random.Random(seed), len(few) * len(many)  # a sample to be repeated, no secret
    if clear > count and count * every <= clear * len(few):
        found = _tried(question, few, many, drawn, count, say)
    else:
        found = _counted(question, few, many, drawn, count, say)
    return sorted((b, a) if turned else (a, b) for a, b in found)


def _tried(
    question: Question, few: Ints, many: Ints, drawn: random.Random, count: int, say: Progress
) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    seen: set[int] = set()
    every = len(few) * len(many)
    while len(found) < count and len(seen) < every:
        at = drawn.randrange(every)
        if at in seen:
            continue
        seen.add(at)
        one, other = int(few[at // len(many)]), int(many[at % len(many)])
        if one != other and _reached(question, one)[other]:
            found.append((one, other))
            say("clear pairs drawn", len(found), count)
    return found


def _counted(
    question: Question, few: Ints, many: Ints, drawn: random.Random, count: int, say: Progress
) -> list[tuple[int, int]]:
    import numpy as np

    size = np.zeros(len(few) + 1, np.int64)
    for i, one in enumerate(few.tolist()):
        size[i + 1] = np.sum(_reached(question, one)[many] & (many != one))
        say("networks looked at for clear routes", i + 1, len(few))
    start = np.cumsum(size)
    total = int(start[-1])
    found = []
    chosen = np.array(sorted(drawn.sample(range(total), min(count, total))), np.int64)
    place = np.searchsorted(start, chosen, side="right") - 1
    for i in np.unique(place).tolist():
        reached = many[_reached(question, int(few[i]))[many] & (many != few[i])]
        found += [(int(few[i]), int(v)) for v in reached[chosen[place == i] - start[i]]]
    return found


def _reached(question: Question, node: int) -> NDArray[np.bool_]:
    from provenet.routing.kernels.cuts import joined_to

    return joined_to(question.core.topology, node, question.restricted)


def cuts_of(question: Question, pairs: Sequence[tuple[int, int]], say: Progress) -> list[ClearCut]:
    """The smallest cut of each pair of nodes, in order."""
    from provenet.routing.robust import clear_cut

    topology, found = question.core.topology, []
    for source, destination in pairs:
        ends = int(topology.asn[source]), int(topology.asn[destination])
        found.append(clear_cut(topology, *ends, restricted=question.restricted))
        say("cuts worked out", len(found), len(pairs))
    return found


def cuts_told(cuts: Sequence[ClearCut], clear: int, seed: int) -> dict[str, object]:
    """How many pairs have a cut of which size, bounds and proof; no network is named."""
    sizes = Counter((cut.high or 0, cut.low or 0, cut.proof) for cut in cuts if cut.state == "cut")
    listed = [
        {"low": low, "high": high, "proof": proof, "pairs": pairs}
        for (low, high, proof), pairs in sorted(
            sizes.items(), key=lambda item: (item[0][1] or 0, item[0][0] or 0, item[0][2])
        )
    ]
    linked = sum(cut.state == "direct link" for cut in cuts)
    proofs = dict(sorted(Counter(cut.proof for cut in cuts).items()))
    told = {"clear_pairs": clear, "sampled_pairs": len(cuts), "seed": seed, "direct_link_pairs": linked}
    return {"counts": CUT_SAYS, **told, "by_proof": proofs, "sizes": listed}


def cut_rows(cuts: Sequence[ClearCut]) -> Iterator[dict[str, object]]:
    """One row for each pair, its networks named."""
    for cut in cuts:
        ends = {"src_asn": cut.source, "dst_asn": cut.destination, "state": cut.state.replace(" ", "_")}
        yield {**ends, "low": cut.low, "high": cut.high, "proof": cut.proof, "members": list(cut.members)}


def cut_schema() -> Any:
    """The Arrow schema of `cut_rows`."""
    import pyarrow as pa

    ends = [("src_asn", pa.int64()), ("dst_asn", pa.int64()), ("state", pa.string())]
    return pa.schema(
        [*ends, ("low", pa.int64()), ("high", pa.int64()), ("proof", pa.string()), ("members", pa.list_(pa.int64()))]
    )


def change_told(question: Question, clear: int, seconds: float) -> dict[str, object]:
    """The smallest change for all pairs of a question, of which `clear` are clear now.

    Where ends count as crossed, a restricted end of a pair that could be clear must change in any case; what stands on
    a route of such a pair is then no wall, and the rest is the smallest change without it.
    """
    import numpy as np

    from provenet.numerics.problem import Limits
    from provenet.routing.change import smallest_change

    topology = question.core.topology
    asn, walls = topology.asn, question.restricted.copy()
    sources, destinations = asn[question.sources].tolist(), asn[question.destinations].tolist()
    ends: list[int] = []
    if question.count_endpoints:
        both = np.union1d(question.sources, question.destinations)
        ends = asn[both[walls[both]]].tolist()
        walls[both] = False
    demands = [(s, d) for d in destinations for s in sources if s != d]
    found = smallest_change(topology, demands, walls, limits=Limits(seconds=seconds))
    forced = _with_a_route(ends, sources, destinations, found.closed)
    members = sorted({*found.members, *forced})
    return {
        "counts": CHANGE_SAYS,
        "networks": members,
        "network_count": len(members),
        "least_count": round(found.bound) + len(forced),
        "proof": found.proof,
        "ends_among_them": len(forced) if question.count_endpoints else None,
        "clear_now_pairs": clear,
        "opened_pairs": len(demands) - clear - len(found.closed),
        "no_route_pairs": len(found.closed),
        "most_seconds": seconds,
    }


def _with_a_route(
    ends: Sequence[int], sources: Sequence[int], destinations: Sequence[int], closed: Sequence[tuple[int, int]]
) -> list[int]:
    """Those of some ends that are an end of a pair with a route."""
    shut = Counter(asn for pair in closed for asn in pair)
    from_, to = set(sources), set(destinations)
    return [
        e
        for e in ends
        if (e in from_) * (len(to) - (e in to)) + (e in to) * (len(from_) - (e in from_)) > shut.get(e, 0)
    ]
