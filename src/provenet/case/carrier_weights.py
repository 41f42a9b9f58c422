"""What carriers weigh in a country, all by one measure (subscribers, revenue), so that shares may be added."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import fsum
from typing import Any

import numpy as np
import polars as pl

from provenet.case.money import Band, InputFigure
from provenet.case.rows import CarrierShareRow, rows_of
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.grouping import grouped


def carrier_weights(rows: pl.DataFrame, country: str, wanted: set[str]) -> tuple[dict[str, Band], list[InputFigure]]:
    """Each carrier's share of its country, all by one measure: the one that covers most carriers wanted.

    Among equals the kind that comes first for radio access, then the newest. A measure outlived by newer ones by years
    is not taken, nor one whose shares sum to more than the whole. The ends of a carrier hold all its rows of the day.
    """
    kinds = vocabulary()["weight_kinds"]["ran"]
    here = rows_of(CarrierShareRow, rows.filter(pl.col("country") == country, pl.col("measure_kind").is_in(kinds)))
    dated = [(one["as_of_high_on"], one) for one in here if one["as_of_high_on"] is not None]
    newest = max((day for day, _ in dated), default=date.min)
    outlived = vocabulary()["weights_outlived_years"]
    by = grouped(((one["measure"], day), one) for day, one in dated if (newest - day).days <= outlived * 365.25)
    read = {key: ends for key, rows in by.items() if (ends := carrier_ends(rows)) is not None}
    if not read:
        return {}, []

    def rank(key: tuple[str, date]) -> tuple[int, int, int, str]:
        known = {row["carrier_id"] for row in by[key]} & wanted
        return -len(known), kinds.index(by[key][0]["measure_kind"]), -key[1].toordinal(), key[0]

    measure, day = min(read, key=rank)
    made: dict[str, Band] = {}
    used = []
    for carrier, (low, high) in read[measure, day].items():
        band = made[carrier] = Band(float(low), (float(low) + float(high)) / 2, float(high))
        mine = sorted((one for one in by[measure, day] if one["carrier_id"] == carrier), key=lambda one: one["row_id"])
        if carrier in wanted:
            used.append(
                InputFigure(
                    f"share of {carrier} in {mine[0]['measure_kind']}",
                    "share",
                    band,
                    unit_says=mine[0]["measure_kind"],
                    basis="derived" if any(one["reading"] == "our arithmetic" for one in mine) else "sourced",
                    says=f"{measure}, {mine[0]['as_of']}",
                    rests_on=tuple(f"carrier_share:{one['row_id']}" for one in mine),
                )
            )
    return made, used


def carrier_ends(rows: Sequence[CarrierShareRow]) -> dict[str, tuple[Fraction, Fraction]] | None:
    """The least and the most of each carrier by rows of one measure and day, exact, in order of their ids.

    Where the least pass the whole, figures are read as rounded to the digits shown; None where they still do.
    """
    for rounded in (False, True):
        ends: dict[str, tuple[Fraction, Fraction]] = {}
        for row in rows:
            low, high = Fraction(str(row["low_share"])), Fraction(str(row["high_share"]))
            if rounded and row["percent"] and low == high:
                half = Fraction(1, 2 * 10 ** (len(row["percent"].partition(".")[2]) + 2))
                low, high = max(low - half, Fraction(0)), min(high + half, Fraction(1))
            least, most = ends.get(row["carrier_id"], (low, high))
            ends[row["carrier_id"]] = min(least, low), max(most, high)
        if sum(least for least, _ in ends.values()) <= 1:
            return dict(sorted(ends.items()))
    return None


def with_unknown(weights: Mapping[str, Band], wanted: Iterable[str]) -> dict[str, Band]:
    """The shares with those of carriers that no row gives: from nothing to all that the others leave.

    The middle of such a share is 0: nothing is planned or awarded by it.
    """
    rest = max(0.0, 1.0 - fsum(band.low for band in weights.values()))
    return {**dict.fromkeys(sorted(set(wanted) - set(weights)), Band(0.0, 0.0, rest)), **weights}


class OpenSum:
    """What carriers add up to at most: those with a share each by itself, all without one together what is left.

    Whoever of those gains most may have all of the rest, so of them the largest counts.
    """

    def __init__(self, nothing: Any) -> None:
        self._sized, self._open = nothing, nothing

    def add(self, value: Any, is_open: bool) -> None:
        """Counts what one carrier has at most, a number or an array of them."""
        if is_open:
            self._open = np.maximum(self._open, value)
        else:
            self._sized = self._sized + value

    @property
    def most(self) -> Any:
        """The most, no more than the whole."""
        return np.minimum(self._sized + self._open, 1.0)


def lacking_share(name: str, rest: float, counted: str) -> str:
    """A sentence, without its full stop, on a carrier whose share no row gives: what is missing and what it needs."""
    left = "nothing is known of its size" if rest >= 1 else f"it is anything up to {wording.percent(rest)}"
    return f"{name}: its share of the country is not known ({left}), so {counted}; add it to the shares of carriers"
