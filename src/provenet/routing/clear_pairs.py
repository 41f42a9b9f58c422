"""Pairs of networks with a clear route, drawn alike, and the smallest cut of each; and the smallest change for all."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.core.progress import Progress
from provenet.numerics.outcome import Proof
from provenet.numerics.problem import Limits
from provenet.routing.change import smallest_change
from provenet.routing.kernels.csr import Ints
from provenet.routing.kernels.cuts import joined_to
from provenet.routing.ladder import LadderQuestion
from provenet.routing.robust import ClearCut, clear_cut


def clear_pairs(
    question: LadderQuestion, count: int, seed: int, *, clear: int, progress: Progress
) -> list[tuple[int, int]]:
    """Up to `count` pairs of nodes with a clear route, each such pair as likely as another; all where there are fewer.

    `clear` is how many there are. Equal calls give equal pairs, ascending. Pairs are tried where enough of them are
    clear, else the clear ones are counted from each end of the shorter list: a valley-free route is one both ways.
    Cost O(min(count x pairs / clear, ends) x (V + E)).
    """
    kept = ~question.restricted if question.count_endpoints else np.ones_like(question.restricted)
    ends = [nodes[kept[nodes]] for nodes in (question.sources, question.destinations)]
    turned = len(ends[0]) > len(ends[1])
    few, many = ends[::-1] if turned else ends
    drawn, every = random.Random(seed), len(few) * len(many)  # a sample to be repeated, no secret
    if clear > count and count * every <= clear * len(few):
        found = _tried(question, few, many, drawn=drawn, count=count, progress=progress)
    else:
        found = _counted(question, few, many, drawn=drawn, count=count, progress=progress)
    return sorted((b, a) if turned else (a, b) for a, b in found)


def _tried(
    question: LadderQuestion, few: Ints, many: Ints, *, drawn: random.Random, count: int, progress: Progress
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
            progress("clear pairs drawn", len(found), count)
    return found


def _counted(
    question: LadderQuestion, few: Ints, many: Ints, *, drawn: random.Random, count: int, progress: Progress
) -> list[tuple[int, int]]:
    size = np.zeros(len(few) + 1, np.int64)
    for i, one in enumerate(few.tolist()):
        size[i + 1] = np.sum(_reached(question, one)[many] & (many != one))
        progress("networks looked at for clear routes", i + 1, len(few))
    start = np.cumsum(size)
    total = int(start[-1])
    found = []
    chosen = np.array(sorted(drawn.sample(range(total), min(count, total))), np.int64)
    place = np.searchsorted(start, chosen, side="right") - 1
    for i in np.unique(place).tolist():
        reached = many[_reached(question, int(few[i]))[many] & (many != few[i])]
        found += [(int(few[i]), int(v)) for v in reached[chosen[place == i] - start[i]]]
    return found


def _reached(question: LadderQuestion, node: int) -> NDArray[np.bool_]:
    return joined_to(question.core.topology, node, question.restricted)


def cuts_of(question: LadderQuestion, pairs: Sequence[tuple[int, int]], progress: Progress) -> list[ClearCut]:
    """The smallest cut of each pair of nodes, in order."""
    topology, found = question.core.topology, []
    for source, destination in pairs:
        ends = int(topology.asn[source]), int(topology.asn[destination])
        found.append(clear_cut(topology, *ends, restricted=question.restricted))
        progress("cuts worked out", len(found), len(pairs))
    return found


@dataclass(frozen=True)
class QuestionChange:
    """The smallest change for all pairs of a question: ASNs, ascending; how many are needed at least; how many are
    restricted ends; the pairs with no route at all, and how many pairs there are."""

    members: tuple[int, ...]
    least_count: int
    end_count: int
    closed_count: int
    pair_count: int
    proof: Proof


def change_of_question(question: LadderQuestion, seconds: float) -> QuestionChange:
    """The smallest change that opens every pair of a question that could be clear, searched for at most so long.

    Where ends count as crossed, a restricted end of a pair that could be clear must change in any case; what stands on
    a route of such a pair is then no wall, and the rest is the smallest change without it.
    """
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
    forced = _with_a_route(ends, sources, destinations, closed=found.closed)
    return QuestionChange(
        members=tuple(sorted({*found.members, *forced})),
        least_count=round(found.bound) + len(forced),
        end_count=len(forced),
        closed_count=len(found.closed),
        pair_count=len(demands),
        proof=found.proof,
    )


def _with_a_route(
    ends: Sequence[int], sources: Sequence[int], destinations: Sequence[int], *, closed: Sequence[tuple[int, int]]
) -> list[int]:
    """Those of some ends that are an end of a pair with a route."""
    shut = Counter(asn for pair in closed for asn in pair)
    from_, to = set(sources), set(destinations)
    return [
        e
        for e in ends
        if (e in from_) * (len(to) - (e in to)) + (e in to) * (len(from_) - (e in from_)) > shut.get(e, 0)
    ]
