"""Who is behind which lots of a carrier: segments of its subscribers, each with the lots on its way.

Elements of one class lie side by side along a carrier's subscribers, vendor after vendor in equal lots. Where several
classes are counted (radio units and basebands, 4G and 5G), they are taken to stand at the same places as far as their
counts go, so nobody counts twice. Own rule; `plan.assumed` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from provenet.case.money import NOTHING, Band
from provenet.replacement.lots import Lot

ENDS = ("low", "mid", "high")
_DIGITS = 12


@dataclass(frozen=True)
class SubscriberGroup:
    """Subscribers behind lots: exposed until all `units` are done.

    Where several classes meet, the ends of one demand need not be in order: only those of their sum are.
    """

    id: str
    weight: Band
    units: tuple[str, ...]


def subscriber_groups(lots: Sequence[Lot], weights: dict[str, Band]) -> tuple[SubscriberGroup, ...]:
    """The demands of all carriers; `weights` are their shares of the country's subscribers.

    Laws: no carrier's demands weigh more than the carrier at any end; the order of lots does not matter. Cost O(lots^2)
    where a carrier has several classes.
    """
    made: list[SubscriberGroup] = []
    for carrier in sorted({lot.block.carrier_id for lot in lots}):
        mine = [lot for lot in lots if lot.block.carrier_id == carrier]
        radio = [lot for lot in mine if lot.block.asset_class == "ran" or lot.block.asset_class.startswith("ran.")]
        whole = [lot for lot in mine if lot not in radio]
        made += _of_carrier(carrier, weights.get(carrier, NOTHING), radio, whole=whole)
    return tuple(one for one in made if max(one.weight.low, one.weight.mid, one.weight.high) > 0)


def _of_carrier(carrier: str, weight: Band, radio: Sequence[Lot], *, whole: Sequence[Lot]) -> list[SubscriberGroup]:
    whole_ids = tuple(lot.unit_id for lot in whole)
    lengths = {end: _segments(radio, end) for end in ENDS}
    sets = list(dict.fromkeys(units for end in ("mid", "high", "low") for units in lengths[end]))
    made = []
    for units in sets:
        low, mid, high = (lengths[end].get(units, 0.0) * getattr(weight, end) for end in ENDS)
        made.append(SubscriberGroup(" + ".join(units), Band(low, mid, high), (*units, *whole_ids)))
    if whole:
        part = max(lot.block.share.low for lot in whole)
        left = [max(0.0, 1 - sum(lengths[end].values())) * getattr(weight, end) for end in ENDS]
        made.append(SubscriberGroup(f"{carrier}, all others", Band(left[0] * part, left[1], left[2]), whole_ids))
    return made


def _segments(radio: Sequence[Lot], end: str) -> dict[tuple[str, ...], float]:
    """Lots on the way of each part of a carrier's subscribers, and how long the part is, at one end of the shares."""
    stacks: dict[tuple[str, str | None], list[Lot]] = {}
    for lot in sorted(radio, key=lambda one: (one.block.vendor_id, one.block.name, one.number)):
        stacks.setdefault((lot.block.asset_class, lot.block.generation), []).append(lot)
    spans = [(lot.unit_id, *span) for stack in stacks.values() for lot, span in _laid(stack, end)]
    if len(stacks) == 1:
        return {(unit,): to - start for unit, start, to in spans if to > start}
    cuts = sorted({0.0, *(cut for _, start, to in spans for cut in (start, to))})
    found: dict[tuple[str, ...], float] = {}
    for start, to in pairwise(cuts):
        on_the_way = tuple(unit for unit, begins, ends in spans if begins <= start and to <= ends)
        if on_the_way and to > start:
            found[on_the_way] = found.get(on_the_way, 0.0) + to - start
    return found


def _laid(stack: Iterable[Lot], end: str) -> list[tuple[Lot, tuple[float, float]]]:
    """Where each lot of a stack begins and ends on [0, 1], one after another."""
    made, at = [], 0.0
    for lot in stack:
        to = min(1.0, at + getattr(lot.block.share, end) / lot.lots)
        made.append((lot, (round(at, _DIGITS), round(to, _DIGITS))))
        at = to
    return made
