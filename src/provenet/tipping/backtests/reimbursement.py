"""The United States' reimbursement programme, predicted in February 2022: who could finish, who could have done so.

Every application is a buyer that needs what its work takes, and is clear once it is done. The 26 published applications
are as they are, the others are drawn from a seed (`forms.backtests`), all scaled to what all ask for together. What
nobody had published is drawn in scenarios between its ends: what the review accepts, by how much an ask is higher than
the need, and what an applicant can carry itself.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from io import StringIO
from random import Random

import numpy as np
from numpy.typing import NDArray

from provenet.case.money import Band
from provenet.forms.allocation import AidDemand, Allocation, Carrier
from provenet.forms.backtests import Inputs, Prediction, given, sizes
from provenet.forms.backtests import published as published_of
from provenet.tipping.allocate import find_allocation
from provenet.tipping.figures import Draws, Figure
from provenet.tipping.mechanism_terms import WORDS, Terms, noise
from provenet.tipping.mechanisms import Outcome, compare, ends, run
from provenet.tipping.simulation import Simulation

Floats = NDArray[np.float64]
TEST, TABLE = "aid-reimbursement", "aid_inputs.csv"
SEED, SCENARIOS, LEVELS, STEP = 2022, 1000, 8, 1e6
FIGURES = (
    "accepted_share",
    "inflation_share",
    "own_money",
    "own_share",
    "bid_spread",
    "bid_markup",
    "bond",
    "default_chance",
    "next_delay",
    "loan_rate_gap",
    "advance_margin",
)


def inputs() -> Inputs:
    """The inputs of this test, and those of the back-test of the schedule that tell the sizes of applications."""
    shared = {key: row for key, row in given("us-progress").items() if key.startswith("asked: ") or key in SIZES}
    return {**shared, **given(TEST, TABLE)}


SIZES = ("asked_cost", "applications_filed", "small_share")


@dataclass(frozen=True, eq=False)
class Programme:
    """The applications in all scenarios: what each asks, float64[J], and is accepted for, float64[J, S], and terms.

    `pro_rata` are the terms of whoever asks for what is accepted; `bidding` those of whoever bids.
    """

    names: tuple[str, ...]
    requested: Floats
    accepted: Floats
    simulated: Simulation
    pro_rata: Terms
    bidding: Terms
    budget: float


def published(data: bytes) -> dict[str, float]:
    """What the published list of applicants asks for, by the name of the applicant, in US dollars."""
    rows = csv.DictReader(StringIO(data.decode("utf-8")))
    return {row["applicant"]: float(row["requested_usd"]) for row in rows}


def programme(found: Inputs, scenarios: int = SCENARIOS, seed: int = SEED, *, behind: str = "locations") -> Programme:
    """The programme in scenarios. `behind` an application: its "locations", or "one", so that each counts the same.

    Locations are assumed: each applicant's cost of a location is drawn once around the mean of all.
    """
    draw, draws = Random(seed), Draws(seed, scenarios)
    all_of_them = sizes(found, draw, int(found["applications"].mid))
    names = tuple(name for name, _ in all_of_them)
    requested = np.array([size for _, size in all_of_them])
    requested *= found["asked_cost"].mid / requested.sum()
    spread = found["location_spread"].mid
    locations = requested / np.array([draw.lognormvariate(0, spread) for _ in names])
    locations *= found["locations"].mid / locations.sum()
    drawn = {key: draws(_figure(found, key)) for key in FIGURES}
    accepted = requested[:, None] * drawn["accepted_share"]
    need = accepted * (1 - drawn["inflation_share"])
    weight = np.ones(len(names)) if behind == "one" else locations
    shape = need.shape
    simulated = Simulation(
        buyers=names,
        groups=("US",) * len(names),
        gap=need,
        effect=np.zeros(shape),
        peers=np.zeros((len(names),) * 2),
        kept=np.ones(shape),
        cost=accepted,
        elements=locations,
        demands=tuple(AidDemand(float(w), (name,)) for w, name in zip(weight / weight.sum(), names, strict=True)),
    )
    own = np.clip(drawn["own_money"] / need + drawn["own_share"], 0, 1)
    figures = {name: drawn[name] for name in WORDS if name in drawn}
    # Everyone needs aid here, so nobody asks for a windfall.
    bidding = Terms(**figures, own_funds=own, windfall_ask=np.zeros(scenarios), **noise(draws, names))
    inflation = drawn["inflation_share"]
    asks = replace(bidding, bid_spread=np.zeros(scenarios), bid_markup=inflation / (1 - inflation))
    return Programme(
        names=names,
        requested=requested,
        accepted=accepted,
        simulated=simulated,
        pro_rata=asks,
        bidding=bidding,
        budget=found["appropriation"].mid,
    )


def _figure(found: Mapping[str, object], key: str) -> Figure:
    row = found[key]
    low, mid, high = (getattr(row, end) for end in ("low", "mid", "high"))
    return Figure(id=f"{TEST} {key}", name=key, kind=key, band=Band(low, mid, high), unit_says="", basis="", says="")


def offers(made: Programme) -> Floats:
    """The best offers in whole million US dollars under the budget that `allocate` finds, float64[J]."""
    carriers = []
    for name, gaps in zip(made.names, made.simulated.gap, strict=True):
        levels = np.unique(np.ceil(np.quantile(gaps, np.linspace(0, 1, LEVELS)) / STEP) * STEP)
        carriers.append(Carrier(name, (0.0, *levels.tolist()), gaps))
    award = find_allocation(Allocation(made.budget, "committed", tuple(carriers), made.simulated.demands, "USD")).award
    return np.array([award[name] for name in made.names])


def mechanisms(made: Programme) -> list[Outcome]:
    """All mechanisms on the applications for the same money; asks of pro-rata are what is accepted."""
    found = compare(made.simulated, made.budget, made.bidding, offers=offers(made))
    requested = run(made.simulated, made.budget, made.pro_rata, mechanism="pro-rata")
    return [requested if one.mechanism == "pro-rata" else one for one in found]


@dataclass(frozen=True)
class Done:
    """What one mechanism does with the money: applications done of all, share of the locations, and what is paid."""

    mechanism: str
    applications: Band
    locations: Band
    paid: Band
    defaults: Band


@cache
def done() -> tuple[Done, ...]:
    """Every mechanism on the same applications, each application behind itself, and then its locations."""
    found = inputs()
    by_count, by_locations = (mechanisms(programme(found, behind=behind)) for behind in ("one", "locations"))
    count = int(found["applications"].mid)
    return tuple(
        Done(
            one.mechanism,
            ends(one.gained[0] * count),
            ends(places.gained[0]),
            ends(places.paid[0]),
            places.summary().default_share,
        )
        for one, places in zip(by_count, by_locations, strict=True)
    )


def offered() -> dict[str, float]:
    """What the best offers for locations award to each published application, in US dollars; 0 is none."""
    found = inputs()
    made = programme(found)
    award = dict(zip(made.names, offers(made).tolist(), strict=True))
    return {name: award[name] for name, _ in published_of(found)}


def reimbursement() -> list[Prediction]:
    """How far the money goes when everyone gets the same fraction, as of February 2022."""
    found = inputs()
    made = programme(found, behind="one")
    pro_rata = run(made.simulated, made.budget, made.pro_rata, mechanism="pro-rata")
    asks, count, stalled = pro_rata.requests[0], len(made.names), pro_rata.defaults[0]
    fraction = np.minimum(1.0, made.budget / asks)
    short = (made.accepted * fraction < made.simulated.gap).mean(axis=0)
    none = {key: replace(found[key], low=0.0, mid=0.0, high=0.0) for key in ("own_share", "inflation_share")}
    bare = programme({**found, **none}, behind="one")
    stuck = run(bare.simulated, bare.budget, bare.pro_rata, mechanism="pro-rata").defaults[0]
    return [
        _said("fraction", "share of a claim that the money pays", fraction, unit="share"),
        _said("shortfall", "accepted less what is paid", asks - pro_rata.granted[0], unit="USD"),
        _said("short_share", "applications that are paid less than they need", short, unit="share"),
        _said("unable_share", "applications that cannot be done without more money", stalled / count, unit="share"),
        _said("stalled", "applications that stall, and so ask for more time at least once", stalled, unit="count"),
        _said(
            "bare",
            "applications that cannot, if they have own money alone and ask what they need",
            stuck / count,
            unit="share",
        ),
    ]


def _said(key: str, text: str, values: Floats, *, unit: str) -> Prediction:
    band = ends(values)
    return Prediction(test=TEST, key=key, says=text, low=band.low, mid=band.mid, high=band.high, unit=unit)
