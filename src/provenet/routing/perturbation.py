"""An AS graph with other links than those on file: siblings joined, or drawn around it by a seed.

Relations are inferred and many peerings are visible from no collector. A draw flips a share of the links, those known
from multilateral peering alone first: a peering becomes transit, sold by the network with more links; and it adds
peerings between networks that meet at exchange points, known by having such a peering with somebody. How far the ladder
moves over some draws says how much it depends on the graph.

Relations between siblings are the least sure of all, and no price is paid over them. So a link between two networks of
one organisation becomes mutual transit. Networks of one organisation without a link stay apart: nothing says that a
route leads from one to the other. Source: L. Gao, IEEE/ACM ToN 9 (2001), section on siblings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from provenet.numerics.arrays import Flags, Longs

ROUNDS = 32
"""How often pairs are drawn anew where many that came up are linked already."""


@dataclass(frozen=True)
class Links:
    """Transit and peer links by ASN, and which peer links multilateral peering alone tells of."""

    provider: Longs
    customer: Longs
    peer_a: Longs
    peer_b: Longs
    doubtful: Flags


def draw(links: Links, flip_share: float, add_share: float, *, seed: int) -> tuple[Links, int, int]:
    """A graph drawn around the one given, how many links were flipped and added; the same seed gives the same graph.

    `flip_share` is of all links, rounded; first among doubtful peerings, then other peerings, then transit, which
    becomes peering. `add_share` is of the peer links; where most networks that meet are linked already, fewer may be
    added. Cost O(E log E).
    """
    rng = np.random.default_rng(seed)
    ends = np.concatenate([links.provider, links.customer, links.peer_a, links.peer_b])
    known, degree = np.unique(ends, return_counts=True)
    count = round(flip_share * (len(links.provider) + len(links.peer_a)))
    order = rng.permutation(len(links.peer_a))
    order = order[np.argsort(~links.doubtful[order], kind="stable")]
    turned, rest = order[:count], max(count - len(order), 0)
    sold = rng.permutation(len(links.provider))[:rest]
    stays, kept = np.ones(len(links.peer_a), np.bool_), np.ones(len(links.provider), np.bool_)
    stays[turned], kept[sold] = False, False
    a, b = links.peer_a[turned], links.peer_b[turned]
    larger = degree[np.searchsorted(known, a)] >= degree[np.searchsorted(known, b)]
    met = np.unique(np.concatenate([links.peer_a[links.doubtful], links.peer_b[links.doubtful]]))
    new = _new_peerings(links, met, round(add_share * len(links.peer_a)), rng=rng)
    made = Links(
        np.concatenate([links.provider[kept], np.where(larger, a, b)]),
        np.concatenate([links.customer[kept], np.where(larger, b, a)]),
        np.concatenate([links.peer_a[stays], links.provider[sold], new[:, 0]]),
        np.concatenate([links.peer_b[stays], links.customer[sold], new[:, 1]]),
        np.concatenate([links.doubtful[stays], np.zeros(len(sold) + len(new), np.bool_)]),
    )
    return made, len(turned) + len(sold), len(new)


def _new_peerings(links: Links, met: Longs, count: int, *, rng: np.random.Generator) -> Longs:
    """Up to `count` pairs of networks that meet somewhere and have no link."""
    if len(met) < 2 or not count:
        return np.zeros((0, 2), np.int64)
    linked = np.concatenate(
        [np.stack([links.provider, links.customer], axis=1), np.stack([links.peer_a, links.peer_b], axis=1)]
    )
    known = set(map(tuple, np.sort(linked, axis=1).tolist()))
    chosen: dict[tuple[int, ...], None] = {}
    for _ in range(ROUNDS):
        drawn = np.sort(met[rng.integers(0, len(met), (count + 1, 2))], axis=1)
        for pair in map(tuple, drawn[drawn[:, 0] != drawn[:, 1]].tolist()):
            if len(chosen) < count and pair not in known:
                chosen[pair] = None
        if len(chosen) == count:
            break
    return np.array(list(chosen), np.int64).reshape(-1, 2)


def sensitivity(today: Mapping[str, Any], drawn: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float | None]]:
    """How far each share of pairs and each mean share moves: today's value, and the least and greatest of the draws."""
    made: dict[str, dict[str, float | None]] = {}
    for part in ("by_route_class", "by_rung", "by_rung_lucky"):
        for name in today[part]:
            shares = (one[part][name] / one["pairs"] if one["pairs"] else None for one in (today, *drawn))
            made[f"{part[3:]}_{name}_share"] = _range(*shares)
    for name in today["exposure"]:
        made[f"exposure_{name}"] = _range(*(one["exposure"][name] for one in (today, *drawn)))
    return made


def _range(today: float | None, *drawn: float | None) -> dict[str, float | None]:
    known = [value for value in drawn if value is not None]
    return {"today": today, "low": min(known, default=None), "high": max(known, default=None)}


def are_siblings(one: Longs, two: Longs, *, asn: Longs, organisation: Longs) -> Flags:
    """Which links join two networks of one organisation, by their ends; `asn` are networks, ascending.

    `organisation` is a whole number for each of `asn`; a network that is not listed is nobody's sibling.
    Cost O(E log N).

    >>> asn, organisation = np.array([2, 3, 5, 6]), np.array([7, 7, 8, 9])
    >>> are_siblings(np.array([1, 2, 5]), np.array([2, 3, 6]), asn=asn, organisation=organisation).tolist()
    [False, True, False]
    """
    if not len(asn):
        return np.zeros(len(one), np.bool_)
    places = [np.minimum(np.searchsorted(asn, ends), len(asn) - 1) for ends in (one, two)]
    listed = (asn[places[0]] == one) & (asn[places[1]] == two)
    same: Flags = listed & (organisation[places[0]] == organisation[places[1]])
    return same
