"""What mechanisms differ by besides the carriers: errors of bids, own funds, bonds and defaults, drawn once for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from provenet.tipping.figures import Draws, Figure

Floats = NDArray[np.float64]

WORDS = {
    "default_chance": "default chance",
    "bid_spread": "bid spread",
    "bid_markup": "bid markup",
    "bond": "bond",
    "next_delay": "next delay",
    "own_funds": "own funds",
    "loan_rate_gap": "loan rate gap",
    "windfall_ask": "windfall ask",
}
"""The figures of mechanisms, by the names that `Terms` gives them, in words of the list `choice_figure`."""


@dataclass(frozen=True, eq=False)
class Terms:
    """The figures of mechanisms in S scenarios, and the noise of J buyers that they scale.

    Each float64[S]: `default_chance`, that a recipient who got its need does not deliver for other reasons;
    `bid_spread`, the relative standard error of what a bidder takes for its need; `bid_markup`, the share that a bidder
    adds to that; `bond`, the share of an award forfeited on default; `next_delay`, years lost when the next in line
    takes over; `own_funds`, the share of its need that a carrier can carry itself; `loan_rate_gap`, the present value
    of the interest that a guarantee saves, as a share of the loan; `windfall_ask`, the share of what others need, for
    an equal cost, that a bidder who needs none asks for. Each float64[J, S]: `error`, standard normal, of the estimate;
    `luck`, even in (0, 1), of a default for other reasons.
    """

    default_chance: Floats
    bid_spread: Floats
    bid_markup: Floats
    bond: Floats
    next_delay: Floats
    own_funds: Floats
    loan_rate_gap: Floats
    windfall_ask: Floats
    error: Floats
    luck: Floats

    def cut(self, first: int, last: int) -> Terms:
        """The terms of the scenarios from `first` to before `last`."""
        return Terms(*(getattr(self, field.name)[..., first:last] for field in fields(self)))

    @property
    def estimate(self) -> Floats:
        """What a bidder takes for its need, over its need, float64[J, S]: log-normal, right on average.

        Its relative standard deviation is `bid_spread`, so it is never below nothing, and 1 without spread.
        """
        spread = np.sqrt(np.log1p(self.bid_spread**2))
        return np.asarray(np.exp(spread * self.error - spread**2 / 2))

    @property
    def fails(self) -> NDArray[np.bool_]:
        """Who would not deliver for other reasons if it got its need, bool[J, S]."""
        return np.asarray(self.luck < self.default_chance)


def terms_of(figures: Mapping[str, Figure], draws: Draws, buyers: Sequence[str]) -> Terms:
    """The terms from figures by their word in `choice_figure`, and noise keyed by buyer.

    Raises ValueError with the words that lack a figure: no mechanism is reckoned on a figure that nobody gave.
    """
    lacking = [word for word in WORDS.values() if word not in figures]
    if lacking:
        raise ValueError(f"no figure for {', '.join(lacking)}")
    drawn = {name: draws(figures[word]) for name, word in WORDS.items()}
    return Terms(**drawn, **noise(draws, buyers))


def noise(draws: Draws, buyers: Sequence[str]) -> dict[str, Floats]:
    """The noise of `Terms`, each float64[J, S], from draws that are each buyer's own.

    Normal draws by Box and Muller (1958) from two even ones, of which the first is spread evenly.
    """
    away, turn, luck = (_stacked(draws, buyers, key) for key in ("bid", "bid turn", "default"))
    error = np.sqrt(-2 * np.log(np.clip(away, 1e-300, None))) * np.cos(2 * np.pi * turn)
    return {"error": np.asarray(error), "luck": luck}


def _stacked(draws: Draws, buyers: Sequence[str], key: str) -> Floats:
    """Even draws for each buyer, float64[J, S]."""
    rows = [draws.uniform(f"{key} {buyer}") for buyer in buyers]
    return np.stack(rows) if rows else np.zeros((0, draws.scenarios))
