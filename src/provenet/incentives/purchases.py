"""What carriers are about to buy and may choose, read from the tables of a case with every figure it rests on.

The most specific row of `choice_input` that fits counts; rows of equal scope are opposed estimates and are joined to
one figure from the lowest to the highest, side by side. What no row gives is stated, never guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypedDict

from provenet.case.money import NOTHING, Band, Money, band_of, joined
from provenet.case.rows import ChoiceInputRow, DeploymentRow, PurchaseRow
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.core.ids import is_in_class, row_id
from provenet.incentives.purchase_faults import refuse_faults
from provenet.tipping.simulation import Figure

NEEDED = ("price",)
"""Figures without which a purchase cannot be reckoned."""
_BASES = ("sourced", "derived", "assumed")


@dataclass(frozen=True)
class Option:
    """A vendor that a carrier may choose: whether the aid may not be spent on it, and what is known of it there.

    `present`: the carrier has the vendor in its network. `anchored`: it differs from the vendor of the older generation
    that the purchase has to work with; False where that vendor is not known.
    """

    vendor_id: str
    excluded: bool
    present: bool
    anchored: bool
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Purchase:
    """One purchase that is open: what, when, by whom, at which prices, and who may be chosen."""

    id: str
    carrier_id: str
    country: str
    segment: str
    asset_class: str
    generation: str | None
    unit_says: str
    count: Figure
    signed: tuple[date, date, date]
    life_years: float
    part: Band
    options: tuple[Option, ...]
    figures: Mapping[str, Figure]
    row: PurchaseRow = field(repr=False)

    def figure(self, name: str, option: Option | None = None) -> Figure | None:
        """The figure of a name, for one vendor where it is given; None where no row gives it."""
        return self.figures.get(name) if option is None else option.figures.get(name)


@dataclass(frozen=True)
class PurchaseScope:
    """The question: the days between which contracts are open, and the vendors that the aid may not be spent on.

    `excluded` holds pairs of an asset class and a vendor; a class holds for its parts, None for every class.
    """

    countries: tuple[str, ...]
    as_of: date
    until: date
    excluded: frozenset[tuple[str | None, str]]

    def excludes(self, asset_class: str, vendor: str) -> bool:
        """Whether the aid may not be spent on a vendor's equipment of a class."""
        while asset_class:
            if (asset_class, vendor) in self.excluded:
                return True
            asset_class = asset_class.rpartition(".")[0]
        return (None, vendor) in self.excluded


@dataclass(frozen=True)
class PurchaseSet:
    """The purchases that are open, sentences on what is missing, and estimates that stand beside those used."""

    purchases: tuple[Purchase, ...]
    unanswered: tuple[tuple[str, str], ...]
    """Pairs of a country and a sentence."""
    beside: tuple[tuple[Figure, ChoiceInputRow], ...]


def find_purchases(
    purchases: Iterable[PurchaseRow],
    inputs: Iterable[ChoiceInputRow],
    deployments: Sequence[DeploymentRow],
    *,
    scope: PurchaseScope,
    money: Money,
    names: Mapping[str, str],
) -> PurchaseSet:
    """The purchases of some countries that may be signed between two days.

    The rows are cut to what was known. Amounts come in the currency and price year of `money`. Raises InputFault with
    every row that cannot be used. O(P x figures).
    """
    inputs = sorted(inputs, key=lambda row: row["choice_input_id"])
    mine = [row for row in purchases if row["country"] in scope.countries]
    refuse_faults(inputs, mine)
    reader = _ScopedFigures(inputs, deployments, money)
    unread = wording.series(sorted({row["name"] for row in inputs} - _READ))
    text = f"choice_input gives {unread}, on which nothing rests any more: it is not read"
    made, lacking = [], [(country, text) for country in scope.countries if unread]
    for row in sorted(mine, key=lambda one: one["purchase_id"]):
        if row["low_signed_on"] > scope.until or row["high_signed_on"] < scope.as_of:
            continue
        one = reader.purchase(row, scope)
        missing = [name for name in NEEDED if name not in one.figures]
        whose = f"{names.get(one.carrier_id, one.carrier_id)}, {one.segment}"
        if missing:
            lacking.append((one.country, f"{whose}: no row of choice_input gives its {missing[0]}, so it is left out"))
        elif not one.options:
            lacking.append((one.country, f"{whose}: no vendor is named that may be chosen, so it is left out"))
        else:
            made.append(one)
    return PurchaseSet(tuple(made), tuple(lacking), tuple(reader.beside.values()))


class _ScopedFigures:
    """Figures by scope, joined once and shared by all purchases that they fit."""

    def __init__(self, inputs: Sequence[ChoiceInputRow], deployments: Sequence[DeploymentRow], money: Money) -> None:
        self.money, self.deployments = money, deployments
        self.by_name: dict[str, list[ChoiceInputRow]] = grouped(
            (row["name"], row) for row in inputs if row["name"] in _READ
        )
        self.joined: dict[tuple[str, ...], Figure] = {}
        self.fitting: dict[tuple[str | None, ...], dict[str, Figure]] = {}
        self.beside: dict[str, tuple[Figure, ChoiceInputRow]] = {}

    def purchase(self, row: PurchaseRow, scope: PurchaseScope) -> Purchase:
        count = band_of(row, "", "count") or NOTHING
        own = (f"purchase:{row['purchase_id']}",)
        name, text = f"elements bought, {row['purchase_id']}", row["says"] or "as given"
        figure = Figure(name, name, "count", count, row["unit_says"], row["basis"], text, rests_on=own)
        low, high = row["low_signed_on"], row["high_signed_on"]
        mid = row["mid_signed_on"] or low + timedelta(days=(high - low).days // 2)
        low_part, high_part = _given(row["low_part_share"], 1.0), _given(row["high_part_share"], 1.0)
        part = Band(low_part, (low_part + high_part) / 2, high_part)
        vendors = sorted(row["vendor_ids"] or self._named(row))
        return Purchase(
            id=row["purchase_id"],
            carrier_id=row["carrier_id"],
            country=row["country"],
            segment=row["segment"],
            asset_class=row["asset_class"],
            generation=row["generation"],
            unit_says=row["unit_says"],
            count=figure,
            signed=(low, mid, high),
            life_years=row["life_years"],
            part=part,
            options=tuple(self._option(row, vendor, scope.excludes(row["asset_class"], vendor)) for vendor in vendors),
            figures=self._figures(row, None),
            row=row,
        )

    def _option(self, row: PurchaseRow, vendor: str, excluded: bool) -> Option:
        anchor = row["anchor_vendor_id"]
        present = any(
            one["carrier_id"] == row["carrier_id"] and vendor in one["vendor_ids"] and one["presence"] == "named"
            for one in self.deployments
            if not one["complement"]
        )
        differs = anchor is not None and anchor != vendor
        return Option(vendor, excluded, present or vendor == anchor, differs, self._figures(row, vendor))

    def _named(self, row: PurchaseRow) -> set[str]:
        """Vendors named at carriers of the country in the class of a purchase."""
        named = (one for one in self.deployments if one["presence"] == "named" and not one["complement"])
        here = (one for one in named if one["country"] == row["country"])
        same = (one for one in here if is_in_class(one["asset_class"] or "", row["asset_class"]))
        return {vendor for one in same for vendor in one["vendor_ids"] if ":" not in vendor and vendor != "all"}

    def _figures(self, row: PurchaseRow, vendor: str | None) -> dict[str, Figure]:
        scope = (row["country"], row["carrier_id"], row["asset_class"], row["generation"], vendor)
        if scope not in self.fitting:
            self.fitting[scope] = self._fitting(row, vendor)
        return self.fitting[scope]

    def _fitting(self, row: PurchaseRow, vendor: str | None) -> dict[str, Figure]:
        made = {}
        for name in self.by_name:
            fitting = [one for one in self.by_name[name] if _fits(one, row, vendor)]
            if fitting:
                most = max(_rank(one) for one in fitting)
                made[name] = self._figure(name, [one for one in fitting if _rank(one) == most])
        return made

    def _figure(self, name: str, rows: Sequence[ChoiceInputRow]) -> Figure:
        one = rows[0]
        scope = (one["country"], one["carrier_id"], one["asset_class"], one["generation"], one["vendor_id"])
        key = (name, *(part or "" for part in scope))
        if key not in self.joined:
            self.joined[key] = self._join(" | ".join(part for part in key if part), name, rows)
        return self.joined[key]

    def _join(self, key: str, name: str, rows: Sequence[ChoiceInputRow]) -> Figure:
        bands = [self._band(row) for row in rows]
        basis = max((row["basis"] for row in rows), key=_BASES.index)
        text = "; ".join(dict.fromkeys(row["says"] or row["scope"] or "as given" for row in rows))
        unit = f"{self.money.currency} of {self.money.year} an element" if name == "price" else _UNITS[name]
        rests_on = tuple(f"choice_input:{row['choice_input_id']}" for row in rows)
        figure = Figure(key, key, name, joined(bands), unit, basis, text, rests_on=rests_on)
        if len(rows) == 1:
            one = rows[0]
            figure = replace(figure, estimator=one["estimator"], sponsor=one["sponsor"], scope=one["scope"])
        else:
            for row, band in zip(rows, bands, strict=True):
                beside = replace(
                    figure,
                    id=f"{key} | {row['choice_input_id']}",
                    band=band,
                    basis=row["basis"],
                    says=row["says"] or "as given",
                    estimator=row["estimator"],
                    sponsor=row["sponsor"],
                    scope=row["scope"],
                    rests_on=(f"choice_input:{row['choice_input_id']}",),
                )
                self.beside[row["choice_input_id"]] = (beside, row)
        return figure

    def _band(self, row: ChoiceInputRow) -> Band:
        band = band_of(row, "", "amount") or NOTHING
        if row["name"] != "price":
            return band
        # `refuse_faults` lets no price without its money pass.
        assert row["currency"] is not None and row["price_year"] is not None
        return self.money.brought(band, row["currency"], row["price_year"], what=f"price {row['choice_input_id']}")


def _given(value: float | None, default: float) -> float:
    return default if value is None else value


def _fits(one: ChoiceInputRow, row: PurchaseRow, vendor: str | None) -> bool:
    """Whether a figure is meant for a purchase, and for a vendor or for any."""
    cls = one["asset_class"]
    if cls is not None and not is_in_class(row["asset_class"], cls):
        return False
    wanted = (one["country"], one["carrier_id"], one["generation"])
    given = (row["country"], row["carrier_id"], row["generation"])
    if any(want is not None and want != have for want, have in zip(wanted, given, strict=True)):
        return False
    return one["vendor_id"] is None or one["vendor_id"] == vendor


def _rank(one: ChoiceInputRow) -> tuple[int, ...]:
    """How special a figure is: of a vendor, of a carrier, of a country, of a generation, of a part of a class."""
    cls = one["asset_class"]
    special = (one["vendor_id"], one["carrier_id"], one["country"], one["generation"])
    return (*(int(part is not None) for part in special), -1 if cls is None else cls.count("."))


_UNITS = {
    "price gap": "share of the price",
    "integration": "share of the price",
    "anchor": "share of the price",
    "operating gap": "share of the price a year",
    "removal chance": "chance over the life",
    "removal years": "years after the contract",
    "removal cost": "share of the price",
    "network effect": "share of the price",
    "discount": "share a year",
    "choice noise": "share of the price",
    "pass-through": "share of the aid",
    "default chance": "chance",
    "bid spread": "share of the need",
    "bid markup": "share of the need",
    "bond": "share of the award",
    "next delay": "years",
    "own funds": "share of the need",
    "loan rate gap": "share of the loan",
    "windfall ask": "share of what others need",
}
_READ = {"price", *_UNITS}


class FundHead(TypedDict):
    """The columns that every row of a country's answer begins with."""

    fund_id: str
    country: str


@dataclass(frozen=True)
class FundQuestion:
    """One call: which purchases, whose condition, which money, how it is given and what is made most.

    `limits`: least and most money by country; `most_ratio`: how many times the mean aid per element one carrier may
    get; None is no such limit. `nudge`: by how much of the price of a purchase a conversation is taken to move its gap.
    """

    scope: PurchaseScope
    known_on: date | None
    objective: str
    mechanism: str
    condition_says: str
    programme_id: str | None
    budget: float | None
    budget_on: str
    currency: str
    year: str
    limits: Mapping[str, tuple[float, float]]
    most_ratio: float | None
    scenarios: int
    seed: int
    nudge: float
    settings: Mapping[str, Any]

    def head(self, country: str) -> FundHead:
        """The columns that every row of a country's answer begins with."""
        days = (self.scope.as_of.isoformat(), None if self.known_on is None else self.known_on.isoformat())
        key = {"country": country, "countries": self.scope.countries, "days": days, **self.settings}
        return {"fund_id": row_id("fund", key), "country": country}

    @property
    def money(self) -> tuple[str, str]:
        """Currency and price year."""
        return self.currency, self.year
