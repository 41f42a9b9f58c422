"""The question, and what every row of the answer shares: places, names, dates, standing of sources, ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import Any, TypedDict

import polars as pl

from provenet.case.extract import Kind, unread
from provenet.case.rows import (
    AnyRow,
    CarrierShareRow,
    DeploymentRow,
    MarketShareRow,
    PartyRow,
    ProcurementRow,
    SourceRow,
    VendorShareRow,
    VerdictRow,
    rows_of,
)
from provenet.case.tables import empty, vocabulary, words
from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.ids import row_id
from provenet.dependence.whole import COUNTRY_MARK

EXCLUDE = "published shares of this whole exclude each other"
OLDER = "; older than a contract on record that replaces a vendor of it, so its low end is what is certain since"
LATER = "_later"
"""Ending of the tables that hold estimates published after the day known about the time before it."""


class MarketShare(MarketShareRow):
    """A published share of vendors; `later` where it was published after the day known."""

    later: bool


class CarrierShare(CarrierShareRow):
    """A published share of a carrier, alike."""

    later: bool


class Deployment(DeploymentRow):
    """A vendor named at a carrier, alike."""

    later: bool


@dataclass(frozen=True)
class DependenceQuestion:
    """One country on one day, as known on another, under named packs; with the tables it is answered from."""

    tables: Mapping[str, pl.DataFrame]
    country: str
    as_of: date
    known: date | None = None
    packs: tuple[str, ...] = ()
    groups: Mapping[frozenset[str], str] = field(default_factory=dict)
    """Sets of vendors whose share together is wanted too, each in words; `country:CN` in one holds whoever is seated
    there."""

    def rows(self, kind: type[Kind], *, later: bool = False) -> list[Kind]:
        """Rows of a table in the order of their ids, then with `later` those of later estimates. Kept once read."""
        table = kind.__mro__[-3].__name__  # a class with `later` is one of the rows of its table
        if (table, later) in self._read:
            return self._read[table, later]
        made = self._read[table, later] = []
        for name in (table, table + LATER) if later else (table,):
            frame = self.tables.get(name)
            if frame is not None and frame.height:
                key = "row_id" if "row_id" in frame.columns else frame.columns[0]
                made += [{**row, "later": name != table} for row in frame.sort(key).iter_rows(named=True)]
        return made

    @cached_property
    def _read(self) -> dict[tuple[str, bool], list[Any]]:
        return {}

    def verdicts(self, action: str) -> list[VerdictRow]:
        """The verdicts of the packs in question on an act, for this country and these days, in order of their ids."""
        here = pl.col("country").is_null() | pl.col("country").is_in(sorted(self.places))
        same_day = (pl.col("as_of_on") == self.as_of) & pl.col("known_on").eq_missing(pl.lit(self.known, pl.Date))
        return rows_of(VerdictRow, self._verdicts.filter(here, same_day, action=action).sort("verdict_id"))

    @cached_property
    def _verdicts(self) -> pl.DataFrame:
        # What a verdict rests on fact by fact is of no use here, and long.
        found = self.tables.get("verdict", empty("verdict")).drop("facts", "origins", "flip_sets", strict=False)
        return found.filter(pl.col("pack").is_in(list(self.packs)))

    @cached_property
    def reached(self) -> frozenset[tuple[str, str]]:
        """Vendors and asset classes that a pack in question restricts or puts under a condition."""
        found = self._verdicts.filter(pl.col("outcome").is_in(["restricted", "conditional"]))
        return frozenset(found.select("vendor_id", "asset_class").unique().iter_rows())

    @cached_property
    def places(self) -> frozenset[str]:
        """The spellings under which tables may know the country."""
        book = countries()
        return frozenset(p for p in (self.country, book.name(self.country), book.code(self.country)) if p)

    @cached_property
    def names(self) -> dict[str, str]:
        """Party ids to the spelling used on pages."""
        return {row["party_id"]: row["name"] for row in self.rows(PartyRow)}

    @cached_property
    def country_of(self) -> dict[str, str | None]:
        """Vendors to the country of their seat."""
        return {row["party_id"]: row["country"] for row in self.rows(PartyRow) if row["role"] == "vendor"}

    @cached_property
    def _kinds(self) -> dict[str, str]:
        return {row["source_id"]: row["kind"] for row in self.rows(SourceRow)}

    @cached_property
    def replacements(self) -> list[ProcurementRow]:
        """Contracts of the country, read and perhaps signed by the day, that replace a vendor."""
        return [
            row
            for row in self.rows(ProcurementRow)
            if row["replaces_vendor_ids"] and row["country"] in self.places and self.has_begun(row, "day")
            if not unread(row)
        ]

    def is_weak(self, row: AnyRow) -> bool:
        """Whether a row cannot carry a figure alone: its kind of source is weak, or it was not read."""
        kind = self._kinds.get(row["source_id"] or "", "unknown")
        return kind in words("weak_source_kind") or unread(row)

    def name(self, party: str) -> str:
        """A party as pages spell it; `country:CN` as vendors seated there."""
        if party.startswith(COUNTRY_MARK):
            code = party.removeprefix(COUNTRY_MARK)
            return f"vendors seated in {countries().name(code) or code}"
        return self.names.get(party, party)

    def names_of(self, parties: Iterable[str], complement: bool = False) -> str:
        """A set of parties in words."""
        some = frozenset(parties)
        text = self.groups.get(some) or wording.series(sorted(self.name(p) for p in some))
        return (f"all vendors but {text}" if text else "all vendors") if complement else text

    def has_begun(self, row: AnyRow, stem: str) -> bool:
        """Whether the span of a row's date had begun by the day in question; an undated row has."""
        low = row[f"{stem}_low_on"]
        return low is None or bool(low <= self.as_of)

    def belongs(self, row: AnyRow, stem: str) -> bool:
        """`has_begun`, and for a later estimate: within the year in question at the latest."""
        low = row[f"{stem}_low_on"]
        if row.get("later"):
            return low is None or bool(low.year <= self.as_of.year)
        return self.has_begun(row, stem)


def newest_first(row: AnyRow, stem: str) -> tuple[date, date]:
    """A key that orders rows by the end of their date, then by its beginning; undated rows are the oldest."""
    return row[f"{stem}_high_on"] or row[f"{stem}_low_on"] or date.min, row[f"{stem}_low_on"] or date.min


def overlaps(one: str, other: str) -> bool:
    """Whether one asset class holds the other; `all` and `*` hold every class."""
    return covers(one, other) or covers(other, one)


def covers(whole: str, part: str) -> bool:
    """Whether an asset class holds another or is the same."""
    return whole in {"all", "*"} or whole == part or part.startswith(whole + ".")


def segment_of(asset_class: str) -> str:
    """The first word of an asset class."""
    return asset_class.partition(".")[0]


@cache
def segment_words(asset_class: str, generation: str | None) -> str:
    """A segment in the words of the vocabulary, for rows that no source names; a part of one is named by its class.

    >>> segment_words("ran", "5G"), segment_words("ran.baseband", None), segment_words("all", None)
    ('5G RAN', 'RAN: baseband', 'all telecom equipment')
    """
    wanted = {"asset_class": asset_class, **({"generation": generation} if generation else {})}
    listed = (str(spelled) for spelled, means in vocabulary()["segments"].items() if dict(means) == wanted)
    by_class = " ".join(filter(None, (generation, wording.asset_class(asset_class))))
    return by_class if "." in asset_class else next(listed, by_class)


class DateColumns(TypedDict):
    """The dates of a figure as the columns of a row."""

    as_of: str
    as_of_low_on: date | None
    as_of_high_on: date | None


@dataclass(frozen=True)
class Dates:
    """The dates a figure rests on: as written, from the first day to the last."""

    texts: tuple[str, ...]
    low: date | None
    high: date | None

    @staticmethod
    def of(rows: Sequence[AnyRow], stem: str) -> Dates:
        """The dates of input rows, the earliest first."""
        ordered = sorted(rows, key=lambda r: (*reversed(newest_first(r, stem)), r[stem] or ""))
        lows = [r[f"{stem}_low_on"] for r in rows if r[f"{stem}_low_on"]]
        highs = [r[f"{stem}_high_on"] for r in rows if r[f"{stem}_high_on"]]
        texts = tuple(dict.fromkeys(r[stem] or "undated" for r in ordered))
        return Dates(texts, min(lows, default=None), max(highs, default=None))

    def joined(self, other: Dates) -> Dates:
        """The dates of both."""
        lows = [d for d in (self.low, other.low) if d]
        highs = [d for d in (self.high, other.high) if d]
        texts = tuple(dict.fromkeys((*self.texts, *other.texts)))
        return Dates(texts, min(lows, default=None), max(highs, default=None))

    @property
    def text(self) -> str:
        """The dates as one text."""
        return ", ".join(self.texts) if self.texts else "undated"

    def columns(self) -> DateColumns:
        """The columns of a result row."""
        return {"as_of": self.text, "as_of_low_on": self.low, "as_of_high_on": self.high}


NO_DATES = Dates((), None, None)


def noted(label: str, inputs: Iterable[str]) -> str:
    """The label of a figure, with what to say where it rests on a contract."""
    return label + (OLDER if any(ref.startswith("procurement:") for ref in inputs) else "")


def share_row(
    question: DependenceQuestion,
    extra_key: Mapping[str, object] | None = None,
    *,
    asset_class: str,
    segment: str,
    measure: str,
    measure_kind: str,
    low_share: float,
    high_share: float,
    low_open: bool,
    high_open: bool,
    coverage_share: float,
    as_of: str,
    as_of_low_on: date | None,
    as_of_high_on: date | None,
    method: str,
    label: str,
    formula: str,
    inputs: Iterable[str],
    carrier_id: str | None = None,
    vendor_ids: Iterable[str] = (),
    complement: bool = False,
    part: str | None = None,
    pack: str | None = None,
    issuer: str | None = None,
    layer: str | None = None,
    unknown_because: str | None = None,
    measure_short: str | None = None,
    newest: bool | None = None,
    later_estimate: bool = False,
    to_be_checked: bool = False,
) -> VendorShareRow:
    """A row of `vendor_share` with its id made of what is measured, where, when and how; never of the value."""
    inputs = sorted(set(inputs))
    key: dict[str, object] = {
        "country": question.country,
        "carrier_id": carrier_id,
        "asset_class": asset_class,
        "segment": segment,
        "vendor_ids": sorted(vendor_ids),
        "complement": complement,
        "part": part,
        "pack": pack,
        "unknown_because": unknown_because,
        "measure": measure,
        "measure_kind": measure_kind,
        "as_of": as_of,
        "as_of_on": question.as_of,
        "known_on": question.known,
        "method": method,
        "later_estimate": later_estimate,
    }
    return {
        "share_id": row_id("share", {**key, **(extra_key or {})}),
        **key,  # type: ignore[typeddict-item]
        "issuer": issuer,
        "measure_short": measure_short,
        "layer": layer,
        "low_share": low_share,
        "high_share": high_share,
        "low_open": low_open,
        "high_open": high_open,
        "coverage_share": coverage_share,
        "as_of_low_on": as_of_low_on,
        "as_of_high_on": as_of_high_on,
        "newest": newest,
        "to_be_checked": to_be_checked,
        "label": noted(label, inputs),
        "formula": formula,
        "inputs": inputs,
    }
