"""The rural auction of the United States, predicted in December 2020: how much of what was won is not carried out.

In each area some bidders estimate one and the same need, each with an error of its own, and bid their estimate. The
clock falls until one is left, so the lowest wins and is paid the second lowest bid. It defaults if it then lacks more
than it can carry and than the default costs it. That is the winner's curse and nothing else: whoever bids to block
others, or is refused for its means, is not in it.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from provenet.forms.allocation import AidDemand
from provenet.forms.backtests import CASES, Prediction, given, predicted
from provenet.tipping.mechanism_terms import Terms
from provenet.tipping.mechanisms import run
from provenet.tipping.simulation import Simulation

Floats = NDArray[np.float64]
TEST, TABLE = "aid-auction", "aid_inputs.csv"
SEED, AREAS, SCENARIOS = 2020, 20, 5000
SPREADS, BIDDERS, BONDS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4), (2, 3, 5, 8), (0.0, 0.05, 0.1, 0.2, 0.3)
CLOCK, OWN_BID = 2, 1
"""Which of the lowest bids the winner is paid: the second with a falling clock, the first if it is paid its own."""


def defaults(
    spread: float, bidders: int, own: float, *, bond: float, paid: int = CLOCK, areas: int = AREAS * SCENARIOS
) -> tuple[float, float]:
    """The share of areas, and the share of money, of awards that are not carried out.

    It is the auction of `mechanisms` without a limit of money, each buyer an area whose bid has the error of the bid
    that the winner is paid. O(areas x bidders).
    """
    wide = areas // AREAS
    error = np.sort(_errors(bidders, wide), axis=0)[paid - 1].reshape(AREAS, wide)
    names = tuple(f"area {nth}" for nth in range(AREAS))
    ones = np.ones((AREAS, wide))
    simulated = Simulation(
        buyers=names,
        groups=("US",) * AREAS,
        gap=ones,
        effect=0 * ones,
        peers=np.zeros((AREAS, AREAS)),
        kept=ones,
        cost=ones,
        elements=np.ones(AREAS),
        demands=tuple(AidDemand(1 / AREAS, (name,)) for name in names),
    )
    flat = {"bid_spread": spread, "own_funds": own, "bond": bond}
    zeros = ("default_chance", "bid_markup", "next_delay", "loan_rate_gap", "windfall_ask")
    terms = Terms(
        **{name: np.full(wide, value) for name, value in {**flat, **dict.fromkeys(zeros, 0.0)}.items()},
        error=error,
        luck=ones,
    )
    came = run(simulated, np.inf, terms, mechanism="pay-as-bid auction")
    return float(came.defaults.sum() / came.awards.sum()), float(came.defaulted.sum() / came.awarded.sum())


@cache
def _errors(bidders: int, wide: int) -> Floats:
    """Normal draws of every bidder in every area, the same for every figure."""
    return np.random.default_rng(SEED).standard_normal((bidders, AREAS * wide))


def at(case: str, paid: int = CLOCK, **other: float) -> tuple[float, float]:
    """The shares with each input at the end that a case takes, but for others."""
    rows = given(TEST, TABLE)
    figures: Mapping[str, float] = {key: rows[key].at(case) for key in ("bid_spread", "bidders", "own_share", "bond")}
    figures = {**figures, **other}
    return defaults(
        figures["bid_spread"],
        int(figures["bidders"]),
        figures["own_share"],
        bond=figures["bond"],
        paid=paid,
    )


def calibrated(share: float) -> float:
    """The spread of bids at which this share of the money defaults, all else in the middle, to four digits.

    By halving: more spread, more defaults, in the range where that holds.
    """
    low, high = 0.0, 1.0
    while high - low > 1e-4:
        spread = (low + high) / 2
        low, high = (spread, high) if at("mid", bid_spread=spread)[1] < share else (low, spread)
    return round((low + high) / 2, 4)


def rural_auction() -> list[Prediction]:
    """What share of the awards defaults from underbidding alone, as of December 2020."""
    shares = {case: at(case) for case in CASES}
    own = {case: at(case, OWN_BID) for case in CASES}
    money = {case: share[1] for case, share in shares.items()}
    places = {case: share[0] for case, share in shares.items()}
    excess = {case: share[0] - share[1] for case, share in shares.items()}
    won = given(TEST, TABLE)["won_cost"]
    lost = {case: share * won.at(case) for case, share in money.items()}
    return [
        predicted(TEST, "lost", "money of awards that are not carried out", by_case=lost, unit="USD"),
        predicted(TEST, "money_share", "the same, share of the money won", by_case=money, unit="share"),
        predicted(
            TEST, "place_share", "locations of awards not carried out, share of all won", by_case=places, unit="share"
        ),
        predicted(TEST, "excess", "share of locations less share of money", by_case=excess, unit="share"),
        predicted(
            TEST,
            "own_bid",
            "share of the money, had each winner been paid its own bid",
            by_case={case: share[1] for case, share in own.items()},
            unit="share",
        ),
    ]
