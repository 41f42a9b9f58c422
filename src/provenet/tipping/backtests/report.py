"""The page of the back-test of aid: predictions beside outcomes, and how they depend on what was assumed."""

from collections.abc import Sequence
from functools import cache
from textwrap import wrap

import numpy as np

from provenet.forms import backtests as form
from provenet.forms.allocation import AidDemand
from provenet.forms.backtests import CASES, HIT_SHARE, GradedPrediction, Prediction, given, held, inputs_of, predicted
from provenet.numerics.arrays import Floats
from provenet.tipping.mechanism_rules import Terms
from provenet.tipping.mechanisms import run
from provenet.tipping.simulation import Simulation

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
    keys = ("bid_spread", "bidders", "own_share", "bond")
    figures = {key: given(TEST, TABLE)[key].at(case) for key in keys} | other
    return defaults(
        figures["bid_spread"], int(figures["bidders"]), figures["own_share"], bond=figures["bond"], paid=paid
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


INPUTS, OUTCOMES = "aid_inputs.csv", "aid_outcomes.csv"
HEADING = "The United States' rural auction: awards not carried out, predicted in December 2020"
OBSERVED, BESIDES = 0.36, 0.124
"""The share of the money that was not carried out, and the same without two bidders that the regulator refused: 852
million and 1.3 billion (POTs and PANs: RDOF Defaults, 2025-02-21) less, over all won. Spreads are fitted to them."""


@cache
def backtests() -> tuple[GradedPrediction, ...]:
    """Every prediction beside its outcome. Cost: some seconds."""
    return held(rural_auction(), OUTCOMES)


def page(rows: Sequence[GradedPrediction]) -> str:
    """The page, Markdown."""
    lines = [
        *HEAD,
        *form.tally(rows),
        f"## {HEADING}",
        "",
        *form.table_of(rows),
        "",
        *inputs_of(given(TEST, INPUTS).values()),
        "",
    ]
    return "\n".join([*lines, *READ, "", *_calibration(), "", *TAIL])


def _calibration() -> list[str]:
    """How the default share depends on spread and rivals, and which spread reproduces what was observed."""
    lines = ["### How underbidding depends on spread and rivals", ""]
    lines += [*_grid("second lowest bid (the clock)", CLOCK), "", *_grid("own bid", OWN_BID)]
    spread, besides = calibrated(OBSERVED), calibrated(BESIDES)
    by_bond = [at("mid", bid_spread=spread, bond=bond)[1] for bond in BONDS]
    places = at("mid", bid_spread=spread)[0]
    return [
        *lines,
        "",
        *_wrapped(
            f"**Calibrated, so no hit:** with three bidders and all else in the middle, a spread of {spread:.2f} makes"
            f" {OBSERVED:.0%} of the money default. With it {places:.0%} of the locations would; observed were 37%, so"
            f" the calibrated model fails this check, which is not fitted, by {places - 0.37:.0%} of the locations. To"
            f" meet the {BESIDES:.0%} that are left without the two refused bidders, a spread of {besides:.2f} does."
        ),
        "",
        "With the calibrated spread and another loss on default:",
        "",
        "| lost on default, share of the award | " + " | ".join(f"{bond:.2f}" for bond in BONDS) + " |",
        "|---" * (len(BONDS) + 1) + "|",
        "| share of the money that defaults | " + " | ".join(f"{share:.2f}" for share in by_bond) + " |",
        "",
        *_wrapped(
            "A loss below what the winner carries anyway changes nothing; beyond it each step holds some to their bids,"
            f" at a loss. The rules allowed up to 0.20; {given(TEST, INPUTS)['bond'].mid:.2f} is what"
            " 3,000 USD an area come to."
        ),
    ]


def _wrapped(text: str) -> list[str]:
    return wrap(text, 118, break_on_hyphens=False, break_long_words=False)


def _grid(what: str, paid: int) -> list[str]:
    lines = [
        f"Share of the money that defaults where the winner is paid the {what}:",
        "",
        "| bidders | " + " | ".join(f"spread {spread:.2f}" for spread in SPREADS) + " |",
        "|---" * (len(SPREADS) + 1) + "|",
    ]
    for bidders in BIDDERS:
        shares = [at("mid", paid, bidders=bidders, bid_spread=spread)[1] for spread in SPREADS]
        lines.append(f"| {bidders} | " + " | ".join(f"{share:.2f}" for share in shares) + " |")
    return lines


HEAD = [
    "# Back-test of aid",
    "",
    *_wrapped(
        "What the auction of `fund` would have said of a programme whose end is known, from what was known before. This"
        " page is made by `make backtests` from `aid_inputs.csv` and `aid_outcomes.csv` in"
        " `src/provenet/facts/backtests/`; a test keeps it in step. [Decision 0030](decisions/0030-back-tests.md) says"
        " what was fixed when."
    ),
    "",
    *_wrapped(
        f"Grades are those of the [other back-tests](backtests.md): **hit**, the middle is within {HIT_SHARE:.0%} of"
        " what was observed, or on the side of a limit on which that was; **within range**; **miss**; **variation**,"
        " nothing to compare. Low and high are the extremes of three runs, each with every input at its low, mid or"
        " high."
    ),
    "",
    *_wrapped(
        "**The test is not blind:** whoever chose the assumed inputs had read the outcomes. A hit that rests on"
        " assumed inputs shows that the model can be right, not that it would have been. One quantity was taken out"
        " of the grades after the first run since it was chosen with the end in view (the auction without two"
        " bidders), and one was made stricter (a ratio near 1, now the difference)."
    ),
    "",
]
READ = _wrapped(
    "Read: underbidding alone, with figures as the bundled case has them for any auction, makes less than half of"
    " the money default that did, and the range is as wide as the inputs are ignorant: rivals, own funds and"
    " spread are assumed. Nor is it the whole of it: two bidders, refused by the regulator for their means or"
    " their service, make up 2.15 of the 3.3 billion; without them 12 % of the money defaulted, which is near the"
    " middle, but they are left out with the end in view. In the model whoever underbids most wins least money for"
    " a location, so the share of locations exceeds that of money, and by more than was seen: the large defaults"
    " were not the cheapest bids. What share of the auction before (2018) defaulted was not found, so there is no"
    " second auction to test on."
)
TAIL = [
    "## What this test does not show",
    "",
    *_wrapped(
        "It has no network of peers, no vendor and no price in it: it tests a rule for giving money, not choices."
    ),
    "",
]
