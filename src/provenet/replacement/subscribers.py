"""Who is behind which lots of a carrier: segments of its subscribers, each with the lots on its way.

Elements of one class lie side by side along a carrier's subscribers, vendor after vendor in equal lots. Where several
classes are counted (radio units and basebands, 4G and 5G), they are taken to stand at the same places as far as their
counts go, so nobody counts twice. Own rule; `plan.assumed` says so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

from provenet.case.carrier_weights import OpenSum
from provenet.case.money import NOTHING, Band
from provenet.core.grouping import grouped
from provenet.replacement.lots import Lot

_DIGITS = 12


@dataclass(frozen=True)
class SubscriberGroup:
    """Subscribers behind lots, at the middle of every share: exposed until all `units` are done."""

    id: str
    weight: float
    units: tuple[str, ...]


def subscriber_groups(lots: Sequence[Lot], weights: Mapping[str, Band]) -> tuple[SubscriberGroup, ...]:
    """The demands of all carriers; `weights` are their shares of the country's subscribers.

    Laws: no carrier's demands weigh more than the carrier; the order of lots does not matter. Cost O(lots^2) where a
    carrier has several classes.
    """
    return tuple(
        one
        for carrier, (radio, whole) in _by_carrier(lots).items()
        for one in _of_carrier(carrier, weights.get(carrier, NOTHING).mid, radio, whole=whole)
        if one.weight > 0
    )


def exposed_ends(
    lots: Sequence[Lot], weights: Mapping[str, Band], is_left: Callable[[str], bool]
) -> tuple[float, float]:
    """The least and the most subscribers behind lots that are left, over all that shares leave open.

    At least: the most that one class has left by itself, since all others may stand at the same places. At most: what
    all classes have left together, yet no more than the places at which a lot that is left may stand; everybody, where
    a part of a core, or of a management system outside radio access, is left. Laws: the ends hold every corner of
    carriers' shares and of the shares of blocks that make at most a whole; with one class each is such a corner.
    Cost O(lots log lots).
    """
    low, high = 0.0, OpenSum(0.0)
    for carrier, (radio, whole) in _by_carrier(lots).items():
        weight = weights.get(carrier, NOTHING)
        least, most = _left_ends(radio, whole, is_left)
        low += weight.low * least
        high.add(weight.high * most, weight.mid <= 0 < weight.high)
    return low, float(high.most)


def _by_carrier(lots: Sequence[Lot]) -> dict[str, tuple[list[Lot], list[Lot]]]:
    """The lots of each carrier: those of its radio network, which some subscribers are behind, and those of the rest,
    which all may be behind."""
    made: dict[str, tuple[list[Lot], list[Lot]]] = {}
    for lot in lots:
        radio, whole = made.setdefault(lot.block.carrier_id, ([], []))
        (radio if f"{lot.block.asset_class}.".startswith("ran.") else whole).append(lot)
    return dict(sorted(made.items()))


def _left_ends(radio: Sequence[Lot], whole: Sequence[Lot], is_left: Callable[[str], bool]) -> tuple[float, float]:
    """The least and the most part of a carrier's subscribers that is behind lots that are left."""
    least, summed = [0.0], 0.0
    inner: list[tuple[float, float]] = []
    outer: list[tuple[float, float]] = []
    for stack in _stacks(radio):
        left = [lot for lot in stack if is_left(lot.unit_id)]
        least.append(min(1.0, fsum(lot.block.share.low / lot.lots for lot in left)))
        summed += fsum(lot.block.share.high / lot.lots for lot in left)
        low, high = ({lot.unit_id: span for lot, span in _laid(stack, end)} for end in ("low", "high"))
        inner += [(high[lot.unit_id][0], low[lot.unit_id][1]) for lot in left]
        outer += [(low[lot.unit_id][0], high[lot.unit_id][1]) for lot in left]
    remaining = [lot for lot in whole if is_left(lot.unit_id)]
    least += [
        fsum(block.share.low / lot.lots for lot in remaining if lot.block is block)
        for block in dict.fromkeys(lot.block for lot in remaining)
    ]
    most = 1.0 if remaining else min(1.0, summed, _covered(outer))
    return min(most, max(*least, _covered(inner))), most


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """The length that spans cover together."""
    total, reached = 0.0, 0.0
    for start, to in sorted(spans):
        if to > max(start, reached):
            total += to - max(start, reached)
            reached = to
    return total


def _of_carrier(carrier: str, weight: float, radio: Sequence[Lot], *, whole: Sequence[Lot]) -> list[SubscriberGroup]:
    whole_ids = tuple(lot.unit_id for lot in whole)
    lengths = _segments(radio)
    made = [
        SubscriberGroup(" + ".join(units), length * weight, (*units, *whole_ids)) for units, length in lengths.items()
    ]
    if whole:
        left = max(0.0, 1 - fsum(lengths.values())) * weight
        made.append(SubscriberGroup(f"{carrier}, all others", left, whole_ids))
    return made


def _stacks(radio: Sequence[Lot]) -> list[list[Lot]]:
    """The lots of each class and generation, vendor after vendor."""
    stacks = grouped(
        ((lot.block.asset_class, lot.block.generation), lot)
        for lot in sorted(radio, key=lambda one: (one.block.vendor_id, one.block.name, one.number))
    )
    return list(stacks.values())


def _segments(radio: Sequence[Lot]) -> dict[tuple[str, ...], float]:
    """Lots on the way of each part of a carrier's subscribers, and how long the part is, at the middle of shares."""
    stacks = _stacks(radio)
    spans = [(lot.unit_id, *span) for stack in stacks for lot, span in _laid(stack, "mid")]
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
