"""Ends of `fund` hold every corner of every figure that is drawn: prices, gaps, effects of peers, parts of aid kept.

Corners are enumerated: each figure at its lower or its upper end, each noise of a choice at the least and the most
drawn, each by itself, with every corner of carriers' shares and parts on top; subscribers are counted grain by grain by
the second implementation.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest

from provenet.case.money import Band
from provenet.incentives.answer import FundAnswer
from provenet.incentives.corners import ChoiceEnds
from provenet.incentives.costs import cost_purchases
from provenet.incentives.fund_rows import rows as rows_of_answer
from provenet.incentives.input_rows import figures_of
from provenet.tipping.equilibria import least_equilibrium
from provenet.tipping.mechanism_rules import WORDS, Terms, terms_of
from provenet.tipping.mechanisms import MECHANISMS, run
from provenet.tipping.simulation import Draws, Figure, Simulation
from support import fund_plain as plain
from support.fund_answer import fund_answer
from support.purchase_tables import figure, purchase

CARRIERS = ["north", "south"]
GRAIN, SCENARIOS, MOST = 20, 40, 2**11
Row = dict[str, Any]
Numbers = np.ndarray[Any, np.dtype[np.float64]]


class Scheme:
    """A few purchases of two carriers, with figures that are known by their ends.

    `plain`: figures alone that push every purchase the same way, so that each end is a corner itself.
    """

    def __init__(self, seed: int, *, plain: bool) -> None:
        draw = self.draw = random.Random(seed)
        self.purchases = [self._purchase(number) for number in range(draw.randint(1, 3))]
        low = round(draw.uniform(0.1, 0.5), 2)
        self.shares = {"north": (low, round(low + draw.choice([0.0, 0.2]), 2)), "south": (0.1, 0.25)}
        ends = self._ends
        self.figures = [
            figure("price", *ends(0.5, 1.5)),
            figure("price gap", *ends(-0.3, 0.5)),
            figure("network effect", *ends(0.0, 0.3)),
            figure("pass-through", *ends(0.0, 0.6)),
        ]
        if not plain:
            self.figures += [
                figure("price gap", *ends(-0.2, 0.2), vendor_id="cord"),
                figure("integration", *ends(0.0, 0.2)),
                figure("anchor", *ends(0.0, 0.1), vendor_id="bolt"),
                figure("operating gap", *ends(-0.03, 0.04)),
                figure("removal chance", *ends(0.0, 1.0)),
                figure("removal cost", *ends(0.2, 0.8)),
                figure("removal years", *ends(0.0, 12.0)),
                figure("discount", *ends(0.0, 0.15)),
                figure("choice noise", *ends(0.0, 0.05)),
            ]
            self.figures = [self.figures[0], *draw.sample(self.figures[1:], draw.randint(3, 6))]

    def _ends(self, least: float, most: float) -> tuple[float, float]:
        low, high = sorted(round(self.draw.uniform(least, most), 3) for _ in range(2))
        return (low, low) if self.draw.random() < 0.15 else (low, high)

    def _purchase(self, number: int) -> Row:
        draw = self.draw
        low = draw.choice([1.0, 0.5])
        vendors = draw.choice(
            [["acme", "bolt"], ["acme", "bolt", "cord"], ["acme", "apex", "bolt"], ["bolt"], ["acme"]]
        )
        return purchase(
            f"p{number}",
            carrier_id=draw.choice(CARRIERS),
            low_count=100.0,
            high_count=draw.choice([100.0, 130.0]),
            low_part_share=low,
            high_part_share=1.0,
            anchor_vendor_id=draw.choice([None, "acme", "bolt"]),
            vendor_ids=vendors,
        )

    def answer(self, **question: Any) -> FundAnswer:
        return fund_answer(self.purchases, self.figures, self.shares, scenarios=SCENARIOS, **question)

    def counted(self, sets: Sequence[frozenset[str]]) -> list[float]:
        """The subscribers behind each set of clear purchases at every corner of shares and parts."""
        parts = [sorted({row["low_part_share"], row["high_part_share"]}) for row in self.purchases]
        found = []
        for held in product(*(sorted(set(self.shares[who])) for who in CARRIERS)):
            for ends in product(*parts):
                made = [
                    {**row, "low_part_share": end, "high_part_share": end}
                    for row, end in zip(self.purchases, ends, strict=True)
                ]
                corner = dict(zip(CARRIERS, held, strict=True)), made
                found += [plain.clear_share(*corner, [], set(one), grain=GRAIN) for one in sets]
        return found


class Corners:
    """Values of figures at corners, and at points between them: each scenario is one."""

    def __init__(self, made: FundAnswer, seed: int) -> None:
        random_points = np.random.default_rng(seed)
        figures = [*figures_of(made.purchases), *(one for one in made.figures.values() if one.rests_on)]
        bands = {one.id: one.band for one in figures}
        for one in made.purchases:
            noise = made.draws.logistic(f"choice of {one.id}")
            bands[f"choice of {one.id}"] = Band(float(noise.min()), 0.0, float(noise.max()))
        free = [name for name, band in bands.items() if band.low < band.high]
        if 2 ** len(free) <= MOST:
            at = np.array(list(product([0.0, 1.0], repeat=len(free)))).reshape(-1, len(free))
        else:
            at = random_points.integers(0, 2, (MOST, len(free))).astype(np.float64)
        at = np.concatenate([at, random_points.random((200, len(free)))])
        low, high = (np.array([getattr(bands[name], end) for name in free]) for end in ("low", "high"))
        self.values = dict(zip(free, (low * (1 - at) + high * at).T, strict=True))
        self.count, self.bands = len(at), bands

    def named(self, name: str) -> Numbers:
        return self.values.get(name, np.full(self.count, self.bands[name].mid))

    def __call__(self, one: Figure) -> Numbers:
        return self.named(one.id) if one.id in self.bands else np.full(self.count, one.band.mid)

    def simulation(self, made: FundAnswer) -> Simulation:
        """The carriers of an answer with every corner as a scenario."""
        costs = cost_purchases(made.purchases, self)
        noise = np.array([self.named(f"choice of {one.id}") for one in made.purchases])
        gap = costs.gap + np.where(costs.noise > 0, costs.noise * noise, 0.0)
        return replace(made.simulation, gap=gap, effect=costs.effect, kept=costs.kept, cost=costs.cost)


def holds(ends: ChoiceEnds, clear: Any) -> bool:
    return bool((ends.sure <= clear).all() and (clear <= ends.possible).all())


def sets_of(made: FundAnswer, clear: Any) -> list[frozenset[str]]:
    ids = [one.id for one in made.purchases]
    return [frozenset(np.array(ids)[column].tolist()) for column in np.unique(clear, axis=1).T]


@pytest.mark.parametrize("seed", range(60))
def test_every_corner_of_every_figure_lies_between_the_ends(seed: int) -> None:
    scheme = Scheme(seed, plain=seed % 3 == 0)
    made = scheme.answer(budget=random.Random(seed).choice([0.0, 10.0, 40.0, None]), seed=seed)
    corners = Corners(made, seed)
    simulation = corners.simulation(made)
    row = rows_of_answer(made)["fund"][0]
    states = {
        "before": (made.corners.unaided, least_equilibrium(simulation, np.zeros(len(made.purchases)))),
        "after": (made.aided_ends, least_equilibrium(simulation, made.awarding.award)),
    }
    assert holds(made.corners.unaided, made.unaided) and holds(made.aided_ends, made.aided)
    for when, (ends, clear) in states.items():
        assert holds(ends, clear)
        counted = scheme.counted(sets_of(made, clear))
        low, high = row[f"low_{when}_share"], row[f"high_{when}_share"]
        assert low <= min(counted) + 1e-9 and max(counted) - 1e-9 <= high
        if seed % 3 == 0:
            # All figures push the same way: the ends are corners, no wider.
            assert (ends.sure[:, 0] == clear.all(axis=1)).all() and (ends.possible[:, 0] == clear.any(axis=1)).all()
            assert (low, high) == pytest.approx((min(counted), max(counted)), abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_every_point_of_the_curve_holds_its_corners(seed: int) -> None:
    scheme = Scheme(500 + seed, plain=False)
    made = scheme.answer(seed=seed)
    simulation = Corners(made, seed).simulation(made)
    for point in made.awarding.frontier:
        ends = made.ends_under(point.award)
        assert holds(ends, least_equilibrium(simulation, point.award)) and holds(ends, point.clear)


@dataclass(frozen=True)
class Given:
    """An answer about a scheme, its carriers and terms at every corner, and the rows of its mechanisms."""

    made: FundAnswer
    simulation: Simulation
    terms: Terms
    rows: Sequence[Row]


@cache
def given(seed: int) -> Given:
    """One answer for all mechanisms; also at corners of their figures: chances of default, errors of bids, margins."""
    scheme = Scheme(900 + seed, plain=False)
    draw = random.Random(seed)
    if seed % 2:
        words = [word for word in WORDS.values() if word not in ("next delay", "bond")]
        ends = {word: sorted(round(draw.uniform(0.0, 0.9), 2) for _ in range(2)) for word in draw.sample(words, 3)}
        scheme.figures += [figure(word, *pair) for word, pair in ends.items()]
    made = scheme.answer(budget=draw.choice([5.0, 20.0, 80.0]), seed=seed)
    corners = Corners(made, seed)
    simulation = corners.simulation(made)
    luck = Draws(seed, corners.count)
    terms = replace(
        terms_of(made.figures, luck, simulation.buyers),
        **{name: corners(made.figures[word]) for name, word in WORDS.items()},
    )
    return Given(made, simulation, terms, rows_of_answer(made)["fund_mechanism"])


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_every_way_of_giving_holds_its_corners(seed: int, mechanism: str) -> None:
    all_ways = given(seed)
    made = all_ways.made
    outcome = run(
        all_ways.simulation,
        made.question.budget or 0.0,
        all_ways.terms,
        mechanism=mechanism,
        offers=made.awarding.award,
    )
    assert holds(made.ends_of(mechanism), outcome.clear)
    (row,) = (one for one in all_ways.rows if one["mechanism"] == mechanism)
    gained = outcome.gained[0]
    assert row["low_clear_share"] <= gained.min() + 1e-9 and gained.max() - 1e-9 <= row["high_clear_share"]
    some = gained > 1e-12
    if row["mid_unit_amount"] is not None and some.any():
        price = outcome.paid[0][some] / (100 * gained[some])
        assert row["low_unit_amount"] <= price.min() * (1 + 1e-9)
        assert row["high_unit_amount"] is None or price.max() <= row["high_unit_amount"] * (1 + 1e-9)
