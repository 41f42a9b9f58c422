"""Who is behind which purchases: shares of the subscribers of a country, each with all purchases on its way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from provenet.incentives.purchases import Purchase
from provenet.model.allocation import Paths
from provenet.model.money import NOTHING, Band

Row = Mapping[str, Any]
ENDS = ("low", "mid", "high")


class Behind(NamedTuple):
    """The same demands at the lower end, in the middle and at the upper end of the shares."""

    low: tuple[Paths, ...]
    mid: tuple[Paths, ...]
    high: tuple[Paths, ...]


def behind(purchases: Sequence[Purchase], weights: Mapping[str, Band], rides: Iterable[Row]) -> Behind:
    """The subscribers behind purchases: clear once every purchase on their way is clear.

    `weights`: shares of the subscribers of the country by carrier. Purchases of one carrier lie side by side along its
    subscribers, each from the first on, so that nobody counts twice. Subscribers of a carrier that `rides` on another
    (`rides_on`, agreed alone) are behind the purchases of both. Laws: the demands that a carrier is on weigh no more
    than the carrier. O(P^2).
    """
    hosts: dict[str, set[str]] = {}
    for row in rides:
        if row["binding"] != "preliminary":
            hosts.setdefault(row["carrier_id"], set()).add(row["host_id"])
    of: dict[str, list[Purchase]] = {}
    for one in purchases:
        of.setdefault(one.carrier_id, []).append(one)
    made: dict[str, list[Paths]] = {end: [] for end in ENDS}
    for carrier in sorted({*of, *hosts}):
        reach = [one for who in (carrier, *sorted(hosts.get(carrier, ()))) for one in of.get(who, ())]
        weight = weights.get(carrier, NOTHING)
        for end in ENDS:
            made[end] += _nested(reach, getattr(weight, end), end)
    return Behind(*(tuple(made[end]) for end in ENDS))


def _nested(reach: Sequence[Purchase], weight: float, end: str) -> list[Paths]:
    """Parts of a carrier's subscribers by which purchases are on their way, the widest purchase reaching furthest."""
    cuts = sorted({0.0, *(getattr(one.part, end) for one in reach)})
    made = []
    for start, to in pairwise(cuts):
        on_the_way = tuple(sorted(one.id for one in reach if getattr(one.part, end) >= to))
        if on_the_way and weight > 0:
            made.append(Paths((to - start) * weight, on_the_way))
    return made
