"""Carriers' shares of the subscribers of a country, all by one measure, so that they may be added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from provenet.case.money import Band, InputFigure
from provenet.case.rows import CarrierShareRow, rows_of
from provenet.case.tables import vocabulary
from provenet.core import wording


def carrier_weights(rows: pl.DataFrame, country: str, wanted: set[str]) -> tuple[dict[str, Band], list[InputFigure]]:
    """Each carrier's share of the country's subscribers, all by one measure: the one that covers most carriers wanted.

    Among equals the kind that comes first for radio access, then the newest. A measure outlived by newer ones by years
    is not taken. The low and high end of a carrier are those of all rows of that measure's day.
    """
    kinds = vocabulary()["weight_kinds"]["ran"]
    here = rows_of(CarrierShareRow, rows.filter(pl.col("country") == country, pl.col("measure_kind").is_in(kinds)))
    newest = max((row["as_of_high_on"] for row in here if row["as_of_high_on"]), default=None)
    outlived = vocabulary()["weights_outlived_years"]
    by: dict[tuple[str, date], list[CarrierShareRow]] = {}
    for one in here:
        day = one["as_of_high_on"]
        if day is not None and newest is not None and (newest - day).days <= outlived * 365.25:
            by.setdefault((one["measure"], day), []).append(one)
    if not by:
        return {}, []

    def rank(key: tuple[str, date]) -> tuple[int, int, int, str]:
        known = {row["carrier_id"] for row in by[key]} & wanted
        return -len(known), kinds.index(by[key][0]["measure_kind"]), -key[1].toordinal(), key[0]

    measure, day = min(by, key=rank)
    made: dict[str, Band] = {}
    used = []
    for row in sorted(by[measure, day], key=lambda one: (one["carrier_id"], one["row_id"])):
        if row["carrier_id"] in made:
            continue
        band = Band(row["low_share"], (row["low_share"] + row["high_share"]) / 2, row["high_share"])
        made[row["carrier_id"]] = band
        basis = "derived" if row["reading"] == "our arithmetic" else "sourced"
        name, says = f"share of {row['carrier_id']} in subscribers", f"{measure}, {row['as_of']}"
        if row["carrier_id"] in wanted:
            rests_on = (f"carrier_share:{row['row_id']}",)
            used.append(
                InputFigure(
                    name, "share", band, unit_says=row["measure_kind"], basis=basis, says=says, rests_on=rests_on
                )
            )
    return made, used


def with_unknown(weights: Mapping[str, Band], wanted: Iterable[str]) -> dict[str, Band]:
    """The shares with those of carriers that no row gives: from nothing to all that the others leave.

    The middle of such a share is 0: nothing is planned or awarded by it.
    """
    rest = max(0.0, 1.0 - sum(band.low for band in weights.values()))
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
    return f"{name}: no share of subscribers is known ({left}), so {counted}; add a row to carrier_share"
