"""Intervals of `fund` hold every corner of what they rest on, a part stays within its whole, and money never hurts.

Corners are enumerated: every carrier's share and every part at its lower or its upper end, each by itself, and the
subscribers counted grain by grain by the second implementation.
"""

import random
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest

from provenet.case.carrier_weights import with_unknown
from provenet.case.money import Band, Money
from provenet.incentives.answer import FundAnswer
from provenet.incentives.fund_rows import rows as rows_of_answer
from provenet.incentives.purchases import PurchaseScope, find_purchases
from provenet.incentives.subscribers import subscribers_behind
from support import fund_plain as plain
from support.examples import sample
from support.fund_answer import fund_answer
from support.purchase_tables import AS_OF, figure, purchase

CARRIERS = ["north", "south", "west"]
GRAIN = 40
SCENARIOS = 200
Row = dict[str, Any]


class Case:
    """A few purchases of carriers whose shares, and whose parts behind a purchase, are known by their ends."""

    def __init__(self, seed: int) -> None:
        draw = self.draw = random.Random(seed)
        self.purchases = [self._purchase(number) for number in range(draw.randint(1, 4))]
        left, self.shares = 1.0, {}
        for who in CARRIERS:
            low = round(draw.uniform(0.0, left / 2), 2)
            self.shares[who] = (low, draw.choice([low, round(draw.uniform(low, left / 2), 2)]))
            left -= self.shares[who][1]
        self.rides = [
            {"carrier_id": rider, "host_id": host, "segment": "ran", "binding": "agreed", "to_on": None}
            for rider, host in draw.sample([(a, b) for a in CARRIERS for b in CARRIERS if a != b], draw.randint(0, 2))
        ]

    def _purchase(self, number: int) -> Row:
        draw = self.draw
        low = draw.choice([None, 0.0, 0.25, 0.5])
        high = None if low is None else draw.choice([low, 0.75, 1.0])
        return purchase(
            f"p{number}",
            carrier_id=draw.choice(CARRIERS),
            asset_class=draw.choice(["ran", "ran", "core"]),
            low_part_share=low,
            high_part_share=high,
            vendor_ids=["acme", draw.choice(["bolt", "cord"])],
        )

    def corners(self) -> Iterator[tuple[dict[str, float], list[Row]]]:
        """The shares and the purchases at every corner."""
        parts = [
            sorted({row["low_part_share"], row["high_part_share"]}) if row["low_part_share"] is not None else [None]
            for row in self.purchases
        ]
        shares = [sorted(set(self.shares[who])) for who in CARRIERS]
        for held in product(*shares):
            for ends in product(*parts):
                made = [
                    {**row, "low_part_share": end, "high_part_share": end}
                    for row, end in zip(self.purchases, ends, strict=True)
                ]
                yield dict(zip(CARRIERS, held, strict=True)), made

    def counted(self, clear: set[str], corner: tuple[dict[str, float], list[Row]]) -> float:
        return plain.clear_share(*corner, self.rides, clear, grain=GRAIN)

    def over(self, ids: list[str], flags: Any, corner: tuple[dict[str, float], list[Row]]) -> Any:
        """The subscribers behind clear purchases at a corner in every scenario."""
        columns, at = np.unique(flags, axis=1, return_inverse=True)
        sets = [{name for name, is_clear in zip(ids, column, strict=True) if is_clear} for column in columns.T]
        return np.array([self.counted(one, corner) for one in sets])[at]


@pytest.mark.parametrize("seed", range(60))
def test_the_ends_are_the_outermost_corners(seed: int) -> None:
    """For every set of purchases that are clear: no corner lies outside, and each end is a corner."""
    case = Case(seed)
    scope = PurchaseScope(("Utopia",), AS_OF, date(2029, 1, 1), frozenset([(None, "acme")]))
    money = Money([], [], currency="EUR", year="2026")
    found = find_purchases(case.purchases, [figure("price", 50.0)], [], scope=scope, money=money, names={}).purchases
    bands = {who: Band(low, (low + high) / 2, high) for who, (low, high) in case.shares.items()}
    made = subscribers_behind(found, bands, case.rides)
    ids = [one.id for one in found]
    flags = np.array(list(product([False, True], repeat=len(ids)))).T
    low, high = made.clear(ids, flags)
    exposed = made.exposed(ids)
    for at in range(flags.shape[1]):
        clear = {name for name, is_clear in zip(ids, flags[:, at], strict=True) if is_clear}
        corners = [case.counted(clear, corner) for corner in case.corners()]
        assert (low[at], high[at]) == pytest.approx((min(corners), min(1.0, max(corners))), abs=1e-9)
        assert high[at] <= exposed.high + 1e-12
    gains = random.Random(seed).sample(list(product(range(flags.shape[1]), repeat=2)), min(16, flags.shape[1] ** 2))
    for before, after in gains:
        # Whoever is clear before stays so.
        both = flags[:, [after]] | flags[:, [before]]
        least, most = made.gained(ids, before=flags[:, [before]], after=both)
        had, has = (
            {name for name, is_clear in zip(ids, column, strict=True) if is_clear}
            for column in (flags[:, before], both[:, 0])
        )
        corners = [case.counted(has, corner) - case.counted(had, corner) for corner in case.corners()]
        assert (least[0], most[0]) == pytest.approx((min(corners), max(corners)), abs=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_carriers_without_a_share_have_together_what_the_others_leave(seed: int) -> None:
    """Whoever of them has all that is left, or nobody: each end is such a corner where all other shares are sure."""
    case = Case(seed)
    draw = random.Random(seed)
    sized = dict(draw.sample(sorted(case.shares.items()), draw.randint(0, 2)))
    sized = {who: (low, low) for who, (low, _) in sized.items()}
    case.shares = {who: sized.get(who, (0.0, 0.0)) for who in CARRIERS}
    rest = 1.0 - sum(low for low, _ in sized.values())
    scope = PurchaseScope(("Utopia",), AS_OF, date(2029, 1, 1), frozenset([(None, "acme")]))
    money = Money([], [], currency="EUR", year="2026")
    found = find_purchases(case.purchases, [figure("price", 50.0)], [], scope=scope, money=money, names={}).purchases
    bands = with_unknown({who: Band(low, low, low) for who, (low, _) in sized.items()}, CARRIERS)
    made = subscribers_behind(found, bands, case.rides)
    ids = [one.id for one in found]
    flags = np.array(list(product([False, True], repeat=len(ids)))).T
    low, high = made.clear(ids, flags)
    for at in range(flags.shape[1]):
        clear = {name for name, is_clear in zip(ids, flags[:, at], strict=True) if is_clear}
        corners = [
            case.counted(clear, ({**shares, **({who: rest} if who else {})}, rows))
            for shares, rows in case.corners()
            for who in (None, *(set(CARRIERS) - set(sized)))
        ]
        assert (low[at], high[at]) == pytest.approx((min(corners), max(corners)), abs=1e-9)


def answer(case: Case, budget: float | None, seed: int) -> FundAnswer:
    """An answer of `fund` on a case, in Utopia."""
    figures = [
        figure("price", 50.0, 90.0),
        figure("price gap", -0.1, 0.3),
        figure("choice noise", 0.02),
        figure("network effect", 0.0, 0.2),
    ]
    return fund_answer(case.purchases, figures, case.shares, case.rides, budget=budget, scenarios=SCENARIOS, seed=seed)


@pytest.mark.parametrize("seed", sample(range(10), 3))
def test_a_printed_interval_holds_every_corner_and_money_never_lowers_its_low_end(seed: int) -> None:
    """The rows of a sweep of budgets: both shares of each answer, its curve, and what each way of giving gains."""
    case = Case(1000 + seed)
    for budget in (0.0, 300.0, 900.0, None):
        made = answer(case, budget, seed)
        ids = [one.id for one in made.purchases]
        rows = rows_of_answer(made)
        row = rows["fund"][0]
        if not made.is_weighed("Utopia"):
            assert {row["mid_before_share"], row["mid_after_share"], row["exposed_share"]} == {None}
            continue
        for when, flags in (("before", made.unaided), ("after", made.aided)):
            for corner in case.corners():
                counted = case.over(ids, flags, corner)
                low, high = counted.min(), counted.max()
                assert row[f"low_{when}_share"] <= low + 1e-9 and high - 1e-9 <= row[f"high_{when}_share"]
            assert row[f"low_{when}_share"] <= row[f"mid_{when}_share"] <= row[f"high_{when}_share"]
            assert row[f"high_{when}_share"] <= row["high_exposed_share"] + 1e-9
        for award in rows["award"]:
            assert award["high_weight_share"] <= row["high_exposed_share"] + 1e-9
        for one in rows["fund_mechanism"]:
            assert one["low_clear_share"] <= one["mid_clear_share"] <= one["high_clear_share"]
            assert one["high_clear_share"] <= row["high_exposed_share"] + 1e-9
        curve = sorted((p for p in rows["fund_curve"] if p["kind"] == "budget"), key=lambda p: p["budget_amount"])
        curve = [(p["budget_amount"], p["low_share"], p["mid_share"]) for p in curve]
        curve = sorted([*curve, (row["committed_amount"], row["low_after_share"], row["mid_after_share"])])
        lows, mids = [p[1] for p in curve], [p[2] for p in curve]
        assert np.all(np.diff(lows) >= -1e-9) and np.all(np.diff(mids) >= -1e-9), curve
