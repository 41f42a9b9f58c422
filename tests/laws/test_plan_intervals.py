"""Intervals of `plan` hold every corner of what they rest on: shares, counts, prices, each at either end by itself.

Who is behind lots that are left is counted grain by grain of each carrier's subscribers, by rules written anew here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from provenet.case.money import Band
from provenet.replacement.counts import CountRow, Counts, Place
from provenet.replacement.lots import Lot
from provenet.replacement.subscribers import exposed_ends, subscriber_groups
from support.lot_cases import block_of, lots_of_block

GRAIN = 240
CLASSES = [("ran", None), ("ran", "4G"), ("ran.radio", None), ("core", None)]


class Case:
    """Blocks of one or two carriers with shares known by their ends, some of their lots done."""

    def __init__(self, seed: int) -> None:
        draw = self.draw = random.Random(seed)
        self.weights = {"north": self._ends(0.5), "south": self._ends(0.4)}
        kinds = [(who, *kind, vendor) for who in self.weights for kind in CLASSES for vendor in ("acme", "zulu")]
        self.shares = {key: self._ends(0.5) for key in draw.sample(kinds, draw.randint(1, 4))}
        self.counts = {key: draw.choice([1, 2, 3]) for key in self.shares}
        self.lots = self.made({key: Band(low, (low + high) / 2, high) for key, (low, high) in self.shares.items()})
        self.left = {lot.unit_id for lot in self.lots if draw.random() < 0.6}

    def _ends(self, most: float) -> tuple[float, float]:
        low = self.draw.randint(0, round(most * 20)) / 20
        return low, self.draw.choice([low, self.draw.randint(round(low * 20), round(most * 20)) / 20])

    def made(self, shares: dict[Any, Band]) -> list[Lot]:
        return [
            lot
            for key, share in shares.items()
            for lot in lots_of_block(block_of(*key[:2], key[3], share, generation=key[2]), self.counts[key])
        ]

    def corners(self) -> Iterator[tuple[dict[str, float], dict[Any, float]]]:
        """Every choice of ends."""
        for weights in product(*(sorted(set(ends)) for ends in self.weights.values())):
            for shares in product(*(sorted(set(ends)) for ends in self.shares.values())):
                held = dict(zip(self.shares, shares, strict=True))
                yield dict(zip(self.weights, weights, strict=True)), held

    def counted(self, weights: dict[str, float], shares: dict[Any, float], everybody: bool) -> float:
        """The subscribers behind a lot that is left. `everybody`: a part of a core is on the way of all."""
        total = 0.0
        for who, weight in weights.items():
            for grain in range(GRAIN):
                total += weight / GRAIN * self._behind(who, (grain + 0.5) / GRAIN, shares, everybody)
        return total

    def _behind(self, who: str, at: float, shares: dict[Any, float], everybody: bool) -> bool:
        for cls, generation in {key[1:3] for key in shares if key[0] == who}:
            start = 0.0
            for vendor in ("acme", "zulu"):
                key = (who, cls, generation, vendor)
                if key not in shares:
                    continue
                step = shares[key] / self.counts[key]
                names = [lot.unit_id for lot in self.lots if key_of(lot) == key]
                if cls == "core":
                    held = step * sum(name in self.left for name in names)
                    if any(name in self.left for name in names) and (everybody or at < held):
                        return True
                    continue
                for number, name in enumerate(names):
                    if name in self.left and start + step * number <= at < start + step * (number + 1):
                        return True
                start += shares[key]
        return False


def key_of(lot: Lot) -> tuple[str, str, str | None, str]:
    return lot.block.carrier_id, lot.block.asset_class, lot.block.generation, lot.block.vendor_id


@pytest.mark.parametrize("seed", range(80))
def test_exposure_holds_every_corner_and_is_one_where_there_is_one_class(seed: int) -> None:
    case = Case(seed)
    weights = {who: Band(low, (low + high) / 2, high) for who, (low, high) in case.weights.items()}
    low, high = exposed_ends(case.lots, weights, case.left.__contains__)
    corners = [case.counted(*corner, everybody) for corner in case.corners() for everybody in (False, True)]
    assert low <= min(corners) + 1e-9 and max(corners) <= high + 1e-9
    kinds = {key[:3] for key in case.shares}
    alone = len({who for who, *_ in kinds}) == len(kinds)
    if alone:
        assert (low, high) == pytest.approx((min(corners), max(corners)), abs=1e-9)
    more = case.left | {lot.unit_id for lot in case.lots[:1]}
    assert [
        a <= b + 1e-12 for a, b in zip((low, high), exposed_ends(case.lots, weights, more.__contains__), strict=True)
    ] == [True, True]
    middle = sum(
        one.weight for one in subscriber_groups(case.lots, weights) if any(unit in case.left for unit in one.units)
    )
    assert middle <= high + 1e-9


def count(vendor: str | None, low: float, high: float, site_class: str | None = None) -> CountRow:
    """One row of `element_count` of North's radio sites."""
    return {
        "count_id": f"{vendor} {site_class}", "carrier_id": "north", "country": "Utopia", "region": None,
        "asset_class": "ran", "layer": "hardware", "generation": None, "site_class": site_class, "vendor_id": vendor,
        "unit_says": "sites", "low_count": low, "mid_count": None, "high_count": high, "day": None, "day_low_on": None,
        "day_high_on": None, "renewal_on": None, "basis": "assumed", "says": None,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(200))
def test_counts_and_shares_hold_every_corner_of_counts(seed: int) -> None:
    """A vendor's sites in a class of site are a part of its sites; the share is of all sites of the carrier."""
    draw = random.Random(seed)

    def ends(low: int, high: int) -> tuple[float, float]:
        first, last = sorted(draw.randint(low, high) for _ in range(2))
        return float(first), float(last)

    whole, own, part = ends(80, 120), ends(20, 80), ends(0, 20)
    rows = [count(None, *whole), count("acme", *own), count("acme", *part, "gate")]
    counted = Counts(rows, []).of(Place("north", None, "ran", "hardware", None, None), "acme")
    assert counted is not None
    totals = list(product(whole, own, part))
    elements = [mine - less for _, mine, less in totals]
    shares = [min(1.0, (mine - less) / all_sites) for all_sites, mine, less in totals]
    assert (counted.count.low, counted.count.high) == (min(elements), max(elements))
    assert (counted.share.low, counted.share.high) == pytest.approx((min(shares), max(shares)))
    assert counted.share.low <= counted.share.mid <= counted.share.high


def test_a_published_share_counts_nothing_in_a_class_that_an_inventory_lists() -> None:
    share: Any = {
        "share_id": "s", "carrier_id": "north", "asset_class": "ran", "vendor_ids": ["acme"], "complement": False,
        "later_estimate": False, "method": "published", "measure_kind": "sites", "measure": "sites", "as_of": "2026",
        "as_of_high_on": None, "low_share": 0.3, "high_share": 0.5, "label": "a share",
    }  # fmt: skip
    place, stated = Place("north", None, "ran", "hardware", None, None), count(None, 80.0, 120.0)
    by_share = Counts([stated], [share]).of(place, "acme")
    assert by_share is not None
    corners = [share[end] * whole for end in ("low_share", "high_share") for whole in (80.0, 120.0)]
    assert (by_share.count.low, by_share.count.high) == pytest.approx((min(corners), max(corners)))
    assert Counts([{**stated, "rests_on": "asset?{}"}], [share]).of(place, "acme") is None


@pytest.mark.parametrize("seed", range(100))
def test_costs_hold_every_corner_of_price_and_count(seed: int) -> None:
    draw = random.Random(seed)
    price, elements = (Band(*sorted(draw.uniform(0, 100) for _ in range(3))) for _ in range(2))
    (lot,) = lots_of_block(block_of("north", "ran", "acme", Band(0.1, 0.2, 0.3)), 1, price=price, count=elements)
    for start in range(6):
        corners = [
            p * n * max(0.0, lot.left_of_price(start) - 0.1)
            for p in (price.low, price.high)
            for n in (elements.low, elements.high)
        ]
        cost = lot.cost(start)
        assert (cost.low, cost.high) == pytest.approx((min(corners), max(corners)))
