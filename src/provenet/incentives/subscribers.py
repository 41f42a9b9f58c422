"""Who is behind which purchases: shares of the subscribers of a country, each with all purchases on its way.

What the shares and parts leave open is stated by ends that hold every corner: a carrier's share and every part may lie
anywhere between their ends, each by itself.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

import numpy as np

from provenet.case.carrier_weights import OpenSum
from provenet.case.money import NOTHING, Band
from provenet.case.rows import RidesOnRow
from provenet.core.grouping import grouped
from provenet.core.ids import is_in_class
from provenet.forms.allocation import AidDemand
from provenet.incentives.purchases import Purchase
from provenet.numerics.arrays import Flags, Floats


@dataclass(frozen=True)
class SubscriberReach:
    """The subscribers of a carrier, as a share of those of the country, and the purchases on their way.

    `parts`: by purchase the part of the carrier's subscribers that it serves, from the first on.
    """

    weight: Band
    parts: Mapping[str, Band]

    @property
    def is_open(self) -> bool:
        """Whether no row gives the carrier's share: all such carriers together have at most what the others leave."""
        return self.weight.mid <= 0 < self.weight.high

    def most(self, among: Collection[str]) -> Band:
        """The part of the carrier that the widest of some purchases serves."""
        bands = [band for name, band in self.parts.items() if name in among]
        return Band(*(max((getattr(band, end) for band in bands), default=0.0) for end in ("low", "mid", "high")))


@dataclass(frozen=True)
class SubscriberDemands:
    """The demands at the middle of all shares and parts, and what each carrier's ends leave open around them."""

    mid: tuple[AidDemand, ...]
    reaches: tuple[SubscriberReach, ...]

    def behind(self, purchase: str) -> Band:
        """The share of subscribers behind a purchase. Law: no end is above 1."""
        return self._at_most((purchase,))

    def exposed(self, purchases: Collection[str]) -> Band:
        """The share of subscribers behind any of some purchases: no more can become clear."""
        return self._at_most(purchases)

    def _at_most(self, purchases: Collection[str]) -> Band:
        low, high = 0.0, OpenSum(0.0)
        for one in self.reaches:
            part = one.most(purchases)
            low += one.weight.low * part.low
            high.add(one.weight.high * part.high, one.is_open)
        mid = float(fsum(one.weight for one in self.mid if any(name in purchases for name in one.carriers)))
        return Band(min(low, mid), mid, max(float(high.most), mid))

    def clear(self, buyers: Sequence[str], clear: Flags) -> tuple[Floats, Floats]:
        """The least and the most subscribers behind clear purchases in each scenario, float64[S] each.

        `clear` bool[J, S] in the order of `buyers`. A part that is on the way of somebody and not clear takes away from
        those before it, so the least comes with clear parts at their lower and the others at their upper end. Laws: the
        ends hold every corner of shares and parts and each is one of them; they rise with `clear`. O(carriers x J x S).
        """
        return self._between(buyers, clear, ~clear)

    def gained(self, buyers: Sequence[str], *, before: Flags, after: Flags) -> tuple[Floats, Floats]:
        """The least and the most subscribers who are behind clear purchases after and were not before, float64[S]."""
        return self._between(buyers, ~before & after, ~after)

    def _between(self, buyers: Sequence[str], above: Flags, below: Flags) -> tuple[Floats, Floats]:
        """Subscribers beyond all purchases of `below` and within one of `above`, which have none in common."""
        low, high = np.zeros(above.shape[1]), OpenSum(np.zeros(above.shape[1]))
        for one in self.reaches:
            at = [j for j, name in enumerate(buyers) if name in one.parts]
            if not at:
                continue
            ends = [np.array([[getattr(one.parts[buyers[j]], end)] for j in at]) for end in ("low", "high")]
            (most_low, most_high), (less_low, less_high) = (
                [np.where(flags[at], end, 0.0).max(axis=0) for end in ends] for flags in (above, below)
            )
            low += one.weight.low * np.maximum(most_low - less_high, 0.0)
            high.add(one.weight.high * np.maximum(most_high - less_low, 0.0), one.is_open)
        return low, np.asarray(high.most)


def joined_demands(parts: Iterable[SubscriberDemands]) -> SubscriberDemands:
    """The demands of several countries together."""
    found = list(parts)
    return SubscriberDemands(
        tuple(one for part in found for one in part.mid), tuple(one for part in found for one in part.reaches)
    )


def subscribers_behind(
    purchases: Sequence[Purchase], weights: Mapping[str, Band], rides: Iterable[RidesOnRow]
) -> SubscriberDemands:
    """The subscribers behind purchases: clear once every purchase on their way is clear.

    `weights`: shares of the subscribers of the country by carrier. Purchases of one carrier lie side by side along its
    subscribers, each from the first on, so that nobody counts twice. Subscribers of a carrier that `rides` on another
    (`rides_on`, agreed alone) are behind its purchases too, of the class that is shared and where the sharing has not
    ended by the day of the contract. Laws: the demands that a carrier is on weigh no more than the carrier. O(P^2).
    """
    riding = grouped((row["carrier_id"], row) for row in rides if row["binding"] != "preliminary")
    of = grouped((one.carrier_id, one) for one in purchases)
    demands: list[AidDemand] = []
    reaches: list[SubscriberReach] = []
    for carrier in sorted({*of, *riding}):
        on = {
            one.id: one
            for row in riding.get(carrier, ())
            for one in of.get(row["host_id"] or "", ())
            if _carries(row, one)
        }
        way = [*of.get(carrier, ()), *(on[name] for name in sorted(on))]
        weight = weights.get(carrier, NOTHING)
        demands += _nested(way, weight.mid)
        if way:
            reaches.append(SubscriberReach(weight, {one.id: one.part for one in way}))
    return SubscriberDemands(tuple(demands), tuple(reaches))


def _carries(row: RidesOnRow, one: Purchase) -> bool:
    """Whether an arrangement is about what is bought, and lasts beyond the day of the contract."""
    shared, bought = row["segment"], one.asset_class
    same = is_in_class(bought, shared) or is_in_class(shared, bought)
    return same and (row["to_on"] is None or row["to_on"] > one.signed[1])


def riders(purchases: Sequence[Purchase], rides: Iterable[RidesOnRow]) -> set[str]:
    """The carriers whose subscribers some purchases of others carry."""
    return {
        row["carrier_id"]
        for row in rides
        for one in purchases
        if row["binding"] != "preliminary" and row["host_id"] == one.carrier_id and _carries(row, one)
    }


def _nested(way: Sequence[Purchase], weight: float) -> Iterator[AidDemand]:
    """Parts of a carrier's subscribers by which purchases are on their way, the widest purchase reaching furthest."""
    cuts = sorted({0.0, *(one.part.mid for one in way)})
    for start, to in pairwise(cuts):
        on_the_way = tuple(sorted(one.id for one in way if one.part.mid >= to))
        if on_the_way and weight > 0:
            yield AidDemand((to - start) * weight, on_the_way)
