"""Who is behind which purchases: shares of the subscribers of a country, each with all purchases on its way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from provenet.case.money import NOTHING, Band
from provenet.case.rows import RidesOnRow
from provenet.forms.allocation import AidDemand
from provenet.incentives.purchases import Purchase

ENDS = ("low", "mid", "high")


class SubscriberDemands(NamedTuple):
    """The same demands at the lower end, in the middle and at the upper end of the shares."""

    low: tuple[AidDemand, ...]
    mid: tuple[AidDemand, ...]
    high: tuple[AidDemand, ...]


def subscribers_behind(
    purchases: Sequence[Purchase], weights: Mapping[str, Band], rides: Iterable[RidesOnRow]
) -> SubscriberDemands:
    """The subscribers behind purchases: clear once every purchase on their way is clear.

    `weights`: shares of the subscribers of the country by carrier. Purchases of one carrier lie side by side along its
    subscribers, each from the first on, so that nobody counts twice. Subscribers of a carrier that `rides` on another
    (`rides_on`, agreed alone) are behind its purchases too, of the class that is shared and where the sharing has not
    ended by the day of the contract. Laws: the demands that a carrier is on weigh no more than the carrier. O(P^2).
    """
    riding: dict[str, list[RidesOnRow]] = {}
    for row in rides:
        if row["binding"] != "preliminary":
            riding.setdefault(row["carrier_id"], []).append(row)
    of: dict[str, list[Purchase]] = {}
    for one in purchases:
        of.setdefault(one.carrier_id, []).append(one)
    made: dict[str, list[AidDemand]] = {end: [] for end in ENDS}
    for carrier in sorted({*of, *riding}):
        on = {
            one.id: one for row in riding.get(carrier, ()) for one in of.get(row["host_id"], ()) if _carries(row, one)
        }
        reach = [*of.get(carrier, ()), *(on[name] for name in sorted(on))]
        weight = weights.get(carrier, NOTHING)
        for end in ENDS:
            made[end] += _nested(reach, getattr(weight, end), end)
    return SubscriberDemands(*(tuple(made[end]) for end in ENDS))


def _carries(row: RidesOnRow, one: Purchase) -> bool:
    """Whether an arrangement is about what is bought, and lasts beyond the day of the contract."""
    shared, bought = row["segment"], one.asset_class
    same = shared == bought or bought.startswith(f"{shared}.") or shared.startswith(f"{bought}.")
    return same and (row["to_on"] is None or row["to_on"] > one.signed[1])


def riders(purchases: Sequence[Purchase], rides: Iterable[RidesOnRow]) -> set[str]:
    """The carriers whose subscribers some purchases of others carry."""
    return {
        row["carrier_id"]
        for row in rides
        for one in purchases
        if row["binding"] != "preliminary" and row["host_id"] == one.carrier_id and _carries(row, one)
    }


def _nested(reach: Sequence[Purchase], weight: float, end: str) -> list[AidDemand]:
    """Parts of a carrier's subscribers by which purchases are on their way, the widest purchase reaching furthest."""
    cuts = sorted({0.0, *(getattr(one.part, end) for one in reach)})
    made = []
    for start, to in pairwise(cuts):
        on_the_way = tuple(sorted(one.id for one in reach if getattr(one.part, end) >= to))
        if on_the_way and weight > 0:
            made.append(AidDemand((to - start) * weight, on_the_way))
    return made
