"""The arithmetic of `fund` against a second implementation in plain numbers, written from docs/fund.md alone."""

import math
import random
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from provenet.case.money import Band
from provenet.incentives.costs import PurchaseCosts, Responses, cost_purchases, parts, simulate
from provenet.incentives.curve_rows import ClearCosts
from provenet.incentives.purchases import Purchase, PurchaseSet
from provenet.incentives.subscribers import riders, subscribers_behind
from provenet.tipping.equilibria import best_response_rounds
from provenet.tipping.simulation import Draws
from support import fund_plain as plain
from support.purchase_tables import deployment, figure, purchase, read

VENDORS = ["acme", "bolt", "cord", "dome"]
CLASSES = ["ran", "ran.radio", "core"]
CARRIERS = ["north", "south", "west"]
SHARES = {
    "price gap": (-0.25, 0.3), "integration": (0.0, 0.2), "anchor": (0.0, 0.3), "operating gap": (-0.02, 0.02),
    "removal chance": (0.0, 1.0), "removal cost": (0.0, 1.5), "removal years": (0.0, 14.0),
    "network effect": (0.0, 0.2),
    "discount": (0.0, 0.1), "choice noise": (0.0, 0.1), "pass-through": (0.0, 1.0),
}  # fmt: skip
OF_VENDORS = ("price gap", "integration", "anchor", "removal cost", "network effect")
Row = dict[str, Any]


class Case:
    """One small random case, read by the product and by the second implementation."""

    def __init__(self, seed: int) -> None:
        draw = self.draw = random.Random(seed)
        self.purchases = [self._purchase(number) for number in range(draw.randint(1, 4))]
        self.inputs = [figure("price", 50.0, draw.choice([50.0, 90.0]))]
        for name, (low, high) in SHARES.items():
            for number in range(draw.randint(0, 4)):
                self.inputs.append(self._input(name, low, high, number))
        self.deployments = [
            deployment(who, *draw.sample(VENDORS, draw.randint(1, 2)), asset_class=draw.choice(CLASSES))
            for who in draw.sample(CARRIERS, draw.randint(0, 3))
        ]
        self.excluded = set(draw.sample(VENDORS, draw.randint(1, 3)))

    def _purchase(self, number: int) -> Row:
        draw = self.draw
        part = draw.choice([None, 0.25, 0.5, 0.75])
        given = {
            "carrier_id": draw.choice(CARRIERS), "asset_class": draw.choice(CLASSES), "low_part_share": part,
            "generation": draw.choice(["5G", "4G", None]), "high_part_share": part,
            "anchor_vendor_id": draw.choice([None, *VENDORS]), "life_years": draw.choice([5.0, 10.0, 12.5]),
            "vendor_ids": draw.sample(VENDORS, draw.randint(1, 4)),
        }  # fmt: skip
        return purchase(f"p{number}", **given)

    def _input(self, name: str, low: float, high: float, number: int) -> Row:
        draw = self.draw
        first, last = sorted(round(draw.uniform(low, high), 3) for _ in range(2))
        scope = {
            "carrier_id": draw.choice([None, None, "north", "south"]),
            "country": draw.choice([None, "Utopia", "Elsewhere"]),
            "asset_class": draw.choice([None, None, "ran", "ran.radio"]), "generation": draw.choice([None, None, "5G"]),
            "vendor_id": draw.choice([None, *VENDORS[:3]]) if name in OF_VENDORS else None,
        }  # fmt: skip
        return figure(name, first, last, id=f" {number}", mid_amount=draw.choice([None, first, last]), **scope)

    def found(self) -> PurchaseSet:
        return read(self.purchases, self.inputs, self.deployments, sorted(self.excluded))

    def row(self, one: Purchase) -> Row:
        return next(row for row in self.purchases if row["purchase_id"] == one.id)

    def has(self, one: Purchase) -> set[str]:
        """Vendors that a carrier has, and that of its older generation."""
        mine = (row["vendor_ids"] for row in self.deployments if row["carrier_id"] == one.carrier_id)
        return {vendor for vendors in mine for vendor in vendors} | {self.row(one)["anchor_vendor_id"]}

    def values(self, row: Row, pick: Any) -> plain.Figures:
        """What the second implementation takes each figure to be; `pick` chooses a value from a band."""

        def of(name: str, vendor: str | None = None) -> float:
            band = plain.joined(plain.chosen_rows(self.inputs, name, row, vendor))
            return 0.0 if band is None else pick(band)

        own = {}
        for vendor in row["vendor_ids"]:
            rows = plain.chosen_rows(self.inputs, "price gap", row, vendor)
            if rows and rows[0]["vendor_id"] is not None:
                own[vendor] = of("price gap", vendor)
        by = {name: {vendor: of(name, vendor) for vendor in row["vendor_ids"]} for name in OF_VENDORS}
        return plain.Figures(
            row["low_count"], of("price"), of("discount"), of("price gap"), own, by["integration"], by["anchor"],
            of("operating gap"), of("removal chance"), by["removal cost"], of("removal years"), by["network effect"],
            of("choice noise"), of("pass-through"),
        )  # fmt: skip


class At:
    """Values of figures: the low end, the middle or the high end of each."""

    def __init__(self, place: int) -> None:
        self.place = place

    def __call__(self, one: Any) -> np.ndarray[Any, Any]:
        return np.array([(one.band.low, one.band.mid, one.band.high)[self.place]])


@pytest.mark.parametrize("seed", range(300))
def test_costs_gaps_and_needs(seed: int) -> None:
    """Every part of every choice, the gap, the effect of peers, what is needed and the chance under an offer."""
    case = Case(seed)
    found = case.found().purchases
    for place in range(3):
        made = cost_purchases(found, At(place)) if found else None
        for j, one in enumerate(found):
            row = case.row(one)
            values = case.values(row, lambda band, place=place: band[place])
            costs = {}
            for option in one.options:
                mine = plain.parts_of(
                    values, row["life_years"], option.vendor_id, option.vendor_id in case.excluded, case.has(one),
                    row["anchor_vendor_id"],
                )  # fmt: skip
                theirs = {name: float(amount[0]) for name, amount in parts(one, option, At(place)).items()}
                theirs.pop("network effect", None)
                assert theirs == pytest.approx({name: amount for name, amount in mine.items() if name in theirs}), one
                assert sum(theirs.values()) == pytest.approx(sum(mine.values()))
                costs[option.vendor_id] = sum(mine.values())
            assert made is not None
            _same_need(made, j, costs, values, case.excluded)


def _same_need(made: PurchaseCosts, j: int, costs: dict[str, float], values: plain.Figures, excluded: set[str]) -> None:
    gap, peers = plain.gap_of(costs, excluded), 0.5
    effect = plain.effect_of(costs, excluded, values)
    base = values.count * values.price
    if gap is not None and math.isfinite(gap):
        assert made.gap[j, 0] == pytest.approx(gap, abs=1e-6)
        assert made.effect[j, 0] == pytest.approx(effect * base, abs=1e-9)
    answers = Responses(made, np.full_like(made.gap, peers))
    for offer in (0.0, 100.0, 1500.0):
        expected = plain.chance_of(gap, offer, values, effect * peers)
        assert answers.chance(j, offer).mid == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(300))
def test_who_is_behind_what(seed: int) -> None:
    """Subscribers with the purchases on their way: their own carrier's and those of the networks that carry them."""
    case = Case(seed)
    draw = random.Random(seed)
    found = case.found().purchases
    shares = {who: round(draw.uniform(0.0, 0.5), 2) for who in CARRIERS}
    rides = [
        {"carrier_id": rider, "host_id": host, "segment": draw.choice(CLASSES), "from_on": None,
         "binding": draw.choice(["agreed", "preliminary"]),
         "to_on": draw.choice([None, date(2020, 1, 1), date(2040, 1, 1)])}
        for rider, host in draw.sample([(a, b) for a in CARRIERS for b in CARRIERS if a != b], draw.randint(0, 3))
    ]  # fmt: skip
    made = subscribers_behind(found, {who: Band(share, share, share) for who, share in shares.items()}, rides)
    ids = [one.id for one in found]
    for number in range(1 << len(ids)):
        clear = {name for place, name in enumerate(ids) if number >> place & 1}
        theirs = sum(one.weight for one in made.mid if clear.issuperset(one.carriers))
        assert theirs == pytest.approx(plain.clear_share(shares, case.purchases, rides, clear), abs=1e-9)
    carried = {
        ride["carrier_id"]
        for ride in rides
        for row in case.purchases
        if ride["binding"] != "preliminary" and ride["host_id"] == row["carrier_id"] and plain.shared(row, ride)
    }
    assert riders(found, rides) == carried


@pytest.mark.parametrize("seed", range(200))
def test_both_ends_of_rounds(seed: int) -> None:
    """The least and the greatest equilibrium, and every other between them."""
    case = Case(seed)
    found = case.found().purchases
    draws = Draws(seed, 3)
    made = simulate(found, cost_purchases(found, draws), draws, demands=())
    aid = [random.Random(seed).choice([0.0, 200.0, 900.0]) for _ in found]
    clear = [best_response_rounds(made, np.array(aid), start).clear for start in ("nobody", "everybody")]
    groups = [CLASSES.index(one.asset_class) for one in found]
    for scenario in range(3):
        kept = [amount * float(made.kept[j, scenario]) for j, amount in enumerate(aid)]
        gaps, effects = made.gap[:, scenario].tolist(), made.effect[:, scenario].tolist()
        least, greatest = plain.ends(gaps, effects, kept, groups)
        assert [state[:, scenario].tolist() for state in clear] == [least, greatest]
        for state in plain.brute_ends(gaps, effects, kept, groups):
            assert all(a <= b <= c for a, b, c in zip(least, state, greatest, strict=True))


@pytest.mark.parametrize("seed", range(100))
def test_what_acting_on_a_day_costs(seed: int) -> None:
    """Before the contract the aid that tips; after it the swap of the part of the life that is left."""
    case = Case(seed)
    found = case.found().purchases
    draws = Draws(seed, 5)
    raw = cost_purchases(found, draws)
    made = simulate(found, raw, draws, demands=())
    need = made.needed()
    for j, one in enumerate(found):
        cost = one.figure("removal cost")
        swap = None if cost is None else draws(cost)
        for days in (-400, -1, 0, 1, 900, 9000):
            day = date(2027, 1, 1) + timedelta(days=days)
            theirs = ClearCosts.of(one, j, made, made=raw, draws=draws).on(day)
            for scenario in range(5):
                expected = plain.acting(
                    float(need[j, scenario]), float(raw.base[j, scenario]),
                    None if swap is None else float(swap[scenario]), date(2027, 1, 1), one.life_years, day,
                )  # fmt: skip
                assert theirs[scenario] == pytest.approx(expected, abs=1e-6, nan_ok=True)
