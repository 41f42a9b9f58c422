"""The United States' reimbursement programme: what it would be asked for, and how far its money would carry it.

Two tests with two days. The ask is predicted from what was known in 2020 and 2021. The progress to the end of 2024 is
predicted from what was known in July 2022: each application is a network of lots of locations, its money what it is
paid, all under one limit of crews. Sizes beyond the 26 published ones, and when each application is first paid, are
drawn from a seed: no row here is a site of anyone.
"""

import math
from dataclasses import dataclass
from math import fsum
from random import Random

from provenet.forms.backtests import CASES, Inputs, Prediction, given, predicted, sizes
from provenet.forms.schedule import Demand, Instance, Resource, Unit
from provenet.scheduling.schedule import schedule

SEED = 2022
PERIODS = 10
"""Quarters from July 2022 to the end of 2024."""
MOST_LOTS = 8
"""Into so many lots the locations of one application are cut at most."""
ROUNDS, TRIES = 12, 60_000
DONE_WEIGHT = 1.0
LOT_WEIGHT = 0.1
"""A whole application done counts ten times as much as all its lots would count one by one."""


@dataclass(frozen=True)
class Application:
    """One application: its approved cost, its locations, its lots, and the quarter of its first payment."""

    name: str
    cost: float
    locations: float
    lots: int
    paid_from: int


def ask() -> list[Prediction]:
    """What the programme would be asked for, and what share its money would pay, as of the end of 2021."""
    inputs = given("us-ask")
    requested = {c: inputs["filers_cost"].at(c) * (1 + inputs["price_rise_share"].at(c)) for c in CASES}
    payout = {c: min(1.0, inputs["appropriation"].at(c) / requested[c]) for c in CASES}
    lacking = {c: max(0.0, requested[c] - inputs["appropriation"].at(c)) for c in CASES}
    return [
        predicted("us-ask", "ask", "what applicants ask for", by_case=requested, unit="USD"),
        predicted("us-ask", "payout_share", "share of a claim that the money pays", by_case=payout, unit="share"),
        predicted("us-ask", "shortfall", "ask less appropriation", by_case=lacking, unit="USD"),
        *(
            predicted("us-ask", key, text, by_case={c: inputs[row].at(c) for c in CASES}, unit=unit)
            for key, text, row, unit in (
                ("viaero_ask", "what Viaero asks for", "viaero_cost", "USD"),
                ("union_ask", "what Union Wireless asks for", "union_cost", "USD"),
                ("applications", "how many apply", "carriers", "count"),
            )
        ),
    ]


def applications(inputs: Inputs, seed: int = SEED) -> list[Application]:
    """Applications of the published number and total: published sizes as they are, the rest drawn from the seed.

    The rest are log-normal (`forms.backtests`); all are then scaled so that together they cost what was approved.
    """
    draw = Random(seed)
    requests = sizes(inputs, draw, int(inputs["applications"].mid))
    scale = inputs["approved_cost"].mid / fsum(size for _, size in requests)
    first = int(inputs["first_claim_quarters"].mid)
    found = []
    for name, size in requests:
        cost = size * scale
        locations = inputs["locations"].mid * cost / inputs["approved_cost"].mid
        found.append(
            Application(name, cost, locations, max(1, min(MOST_LOTS, math.ceil(locations))), draw.randrange(first))
        )
    return found


def programme(inputs: Inputs, case: str, pro_rata: bool = True, *, seed: int = SEED) -> Instance:
    """The programme as an instance of quarters. `pro_rata` off: one purse for all instead of a share for each."""
    all_of_them = applications(inputs, seed)
    share, own = inputs["payout_share"].at(case), inputs["own_money"].at(case)
    crews = inputs["locations"].mid / inputs["crew_quarters"].at(case)
    resources = [Resource("crews", (crews,) * PERIODS)]
    units, demands = [], []
    for nth, one in enumerate(all_of_them):
        paid = one.cost if one.cost <= own else one.cost * share
        purse = f"money {nth}" if pro_rata else "money"
        if pro_rata:
            resources.append(Resource(purse, _from(one.paid_from, paid), True))
        names = tuple(f"{nth}.{lot}" for lot in range(one.lots))
        lot_cost, lot_places = one.cost / one.lots, one.locations / one.lots
        use = {"crews": (lot_places,) * PERIODS, purse: (lot_cost,) * PERIODS}
        units += [Unit(name, use, earliest=one.paid_from) for name in names]
        demands.append(Demand(f"done {nth}", DONE_WEIGHT, names))
        demands += [Demand(f"lot {name}", LOT_WEIGHT / one.lots, (name,)) for name in names]
    if not pro_rata:
        own_money = fsum(one.cost * (1 - share) for one in all_of_them if one.cost <= own)
        total = share * fsum(one.cost for one in all_of_them) + own_money
        resources.append(Resource("money", _from(0, total), True))
    return Instance(PERIODS, 0.98, tuple(resources), tuple(units), demands=tuple(demands))


def progress() -> list[Prediction]:
    """How many applications are done by the end of 2024, and how many extensions that takes, as of July 2022."""
    inputs = given("us-progress")
    done, extensions, stuck, pooled = {}, {}, {}, {}
    for case in CASES:
        finished = _finished(inputs, case, True)
        all_of_them = applications(inputs)
        done[case] = float(len(finished))
        stuck[case] = 1.0 - len(finished) / len(all_of_them)
        extensions[case] = float(
            sum(_extensions(inputs, one, finished.get(nth)) for nth, one in enumerate(all_of_them))
        )
        pooled[case] = float(len(_finished(inputs, case, False)))
    return [
        predicted("us-progress", "done", "applications done by December 2024", by_case=done, unit="count"),
        predicted(
            "us-progress", "unable_share", "share that cannot be done without more money", by_case=stuck, unit="share"
        ),
        predicted(
            "us-progress", "extensions", "extensions of six months by December 2024", by_case=extensions, unit="count"
        ),
        predicted(
            "us-progress",
            "done_pooled",
            "applications done, were the same money one purse",
            by_case=pooled,
            unit="count",
        ),
    ]


def _from(period: int, amount: float) -> tuple[float, ...]:
    """An amount that is there from one period on."""
    return tuple(amount if t == period else 0.0 for t in range(PERIODS))


def _finished(inputs: Inputs, case: str, pro_rata: bool) -> dict[int, int]:
    """For each application that is done in the plan, by its place, the quarter from which it is."""
    instance = programme(inputs, case, pro_rata)
    start = schedule(instance, rounds=ROUNDS, tries=TRIES).start
    found: dict[int, int] = {}
    for demand in instance.demands:
        kind, _, nth = demand.id.partition(" ")
        starts = [start[name] for name in demand.units]
        ends = [begun + 1 for begun in starts if begun is not None]
        if kind == "done" and len(ends) == len(starts):
            found[int(nth)] = max(ends)
    return found


def _extensions(inputs: Inputs, one: Application, done: int | None) -> int:
    """Extensions that an application needs by the last quarter: one for each term that ends before it is done."""
    term, more = int(inputs["term_quarters"].mid), int(inputs["extension_quarters"].mid)
    ends = range(one.paid_from + term, PERIODS, more)
    return sum(done is None or done > end for end in ends)
