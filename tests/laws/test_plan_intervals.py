"""Intervals of `plan` hold every corner of what they rest on: shares, counts, prices, each at either end by itself.

Who is behind lots that are left is counted grain by grain of each carrier's subscribers, by rules written anew here.
"""

import random
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest

from provenet.case.carrier_weights import carrier_weights
from provenet.case.money import Band
from provenet.case.tables import frame
from provenet.replacement.counts import CountedPlace, CountRow, Counts, ElementCount
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


def count(vendor: str | None, low: float, high: float, site_class: str | None = None, name: str = "") -> CountRow:
    """One row of `element_count` of North's radio sites."""
    return {
        "count_id": name or f"{vendor} {site_class}", "carrier_id": "north", "country": "Utopia", "region": None,
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
    counted = Counts(rows, []).of(CountedPlace("north", None, "ran", "hardware", None, None), "acme")
    assert counted is not None
    totals = list(product(whole, own, part))
    elements = [mine - less for _, mine, less in totals]
    shares = [min(1.0, (mine - less) / all_sites) for all_sites, mine, less in totals]
    assert (counted.count.low, counted.count.high) == (min(elements), max(elements))
    assert (counted.share.low, counted.share.high) == pytest.approx((min(shares), max(shares)))
    assert counted.share.low <= counted.share.mid <= counted.share.high


def rests_on(counted: ElementCount) -> set[str]:
    return {ref for one in counted.used for ref in one.rests_on}


WHOLE = CountedPlace("north", None, "ran", "hardware", None, None)


@pytest.mark.parametrize("seed", range(40))
def test_counts_hold_every_count_of_the_newest_day(seed: int) -> None:
    """Two sources count the same elements on one day: neither may be dropped. A later day takes the place of both."""
    draw = random.Random(seed)
    ends = [sorted(float(draw.randint(0, 50)) for _ in range(2)) for _ in range(3)]
    totals = [sorted(float(draw.randint(50, 90)) for _ in range(2)) for _ in range(2)]
    rows = [count("acme", *pair, name=f"count-{at}") for at, pair in enumerate(ends)]
    rows += [count(None, *pair, name=f"total-{at}") for at, pair in enumerate(totals)]
    draw.shuffle(rows)
    counted = Counts(rows, []).of(WHOLE, "acme")
    assert counted is not None
    assert (counted.count.low, counted.count.high) == (min(e[0] for e in ends), max(e[1] for e in ends))
    corners = [mine / all_sites for pair in ends for mine in pair for others in totals for all_sites in others]
    assert (counted.share.low, counted.share.high) == pytest.approx((min(corners), max(corners)))
    assert rests_on(counted) == {f"element_count:{row['count_id']}" for row in rows}
    newer: CountRow = {**count("acme", 7.0, 9.0, name="a-newer"), "day_high_on": date(2026, 1, 1)}
    replaced = Counts([*rows, newer], []).of(WHOLE, "acme")
    assert replaced is not None and (replaced.count.low, replaced.count.high) == (7.0, 9.0)


def test_opposed_published_shares_of_one_day_both_count() -> None:
    share: Any = {
        "share_id": "a", "carrier_id": "north", "asset_class": "ran", "vendor_ids": ["acme"], "complement": False,
        "later_estimate": False, "method": "published", "measure_kind": "sites", "measure": "sites", "as_of": "2026",
        "as_of_high_on": date(2026, 1, 1), "low_share": 0.3, "high_share": 0.4, "label": "a share",
    }  # fmt: skip
    other = {**share, "share_id": "b", "low_share": 0.5, "high_share": 0.6}
    older = {**share, "share_id": "c", "low_share": 0.9, "high_share": 0.9, "as_of_high_on": date(2020, 1, 1)}
    for shares in ([share, other, older], [older, other, share]):
        counted = Counts([count(None, 100.0, 100.0)], shares).of(WHOLE, "acme")
        assert counted is not None and (counted.share.low, counted.share.high) == (0.3, 0.6)
        assert {"vendor_share:a", "vendor_share:b"} <= rests_on(counted)


def test_management_holds_the_share_of_every_generation() -> None:
    """Radios of two generations are managed by one system or by two: what stands behind it holds every way."""
    rows = [
        {**count(who, low, high, name=f"{who} {age}"), "generation": age}
        for age, low, high in (("4G", 60.0, 60.0), ("5G", 20.0, 30.0))
        for who in ("acme",)
    ]
    rows += [{**count(None, 100.0, 100.0, name=f"all {age}"), "generation": age} for age in ("4G", "5G")]
    place = CountedPlace("north", None, "ran.management", "management", None, None)
    for some in (rows, rows[::-1]):
        held = Counts(some, []).managed(place, "acme", Band(1.0, 1.0, 1.0))  # type: ignore[arg-type]
        assert (held.low, held.high) == pytest.approx((0.2, 0.9))


def weight(carrier: str, low: float, high: float | None = None, percent: str | None = None) -> dict[str, Any]:
    """One row of `carrier_share` of one measure and day."""
    return {
        "carrier_id": carrier, "country": "Utopia", "measure": "people", "measure_kind": "subscribers",
        "percent": percent, "low_share": low, "high_share": low if high is None else high, "as_of": "2026",
        "as_of_low_on": date(2026, 1, 1), "as_of_high_on": date(2026, 12, 31), "row_id": f"{carrier} {low} {high}",
        "file_id": "0" * 64, "locator": "x.csv row 2", "reading": "not stated", "run_id": "run",
    }  # fmt: skip


def weights_of(*rows: dict[str, Any]) -> tuple[dict[str, Band], list[Any]]:
    return carrier_weights(frame("carrier_share", list(rows)), "Utopia", {row["carrier_id"] for row in rows})


@pytest.mark.parametrize("seed", range(40))
def test_a_carriers_share_holds_every_row_of_its_day(seed: int) -> None:
    draw = random.Random(seed)
    ends = [sorted(round(draw.uniform(0, 0.5), 2) for _ in range(2)) for _ in range(draw.randint(1, 3))]
    rows = [weight("north", *pair) for pair in ends] + [weight("south", 0.2)]
    draw.shuffle(rows)
    bands, used = weights_of(*rows)
    assert (bands["north"].low, bands["north"].high) == (min(e[0] for e in ends), max(e[1] for e in ends))
    assert {ref for one in used for ref in one.rests_on} == {f"carrier_share:{row['row_id']}" for row in rows}


def test_shares_that_pass_the_whole_are_read_as_rounded_or_weigh_nothing() -> None:
    """As in `depend`: 39.7 + 31.3 + 24.8 + 4.3 is 100.1; of 70 + 70 no reading is left, so no size is known."""
    printed = {"a": "39.7", "b": "31.3", "c": "24.8", "d": "4.3"}
    bands, _ = weights_of(*(weight(who, float(text) / 100, percent=text) for who, text in printed.items()))
    assert sum(band.low for band in bands.values()) <= 1
    assert (bands["a"].low, bands["a"].high) == pytest.approx((0.3965, 0.3975))
    assert weights_of(weight("a", 0.7, percent="70"), weight("b", 0.7, percent="70")) == ({}, [])


def test_a_published_share_counts_nothing_in_a_class_that_an_inventory_lists() -> None:
    share: Any = {
        "share_id": "s", "carrier_id": "north", "asset_class": "ran", "vendor_ids": ["acme"], "complement": False,
        "later_estimate": False, "method": "published", "measure_kind": "sites", "measure": "sites", "as_of": "2026",
        "as_of_high_on": None, "low_share": 0.3, "high_share": 0.5, "label": "a share",
    }  # fmt: skip
    place, stated = CountedPlace("north", None, "ran", "hardware", None, None), count(None, 80.0, 120.0)
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
