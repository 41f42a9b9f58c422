"""How many elements a vendor has at a carrier, and what part of the carrier's elements of the class they are.

An own count goes before a published share. Counts of a region or of a class of site are parts: the count of the whole
network is less by them, and every share is of the whole network, so nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, NotRequired

from provenet.case.money import NOTHING, Band, InputFigure, band_of
from provenet.case.rows import ElementCountRow, VendorShareRow

PREFERRED = ("sites", "equipment", "units", "subscribers", "spending")
"""Kinds of measure of a vendor's share at a carrier, the nearest to a count of elements first."""
ANY_LAYER = "any"
"""The layer of elements whose layer is not stated: verdicts are asked of them so, and any option may fit."""
ALL = Band(1.0, 1.0, 1.0)


class CountRow(ElementCountRow):
    """A count of elements: a row of the case, or one made of an inventory, which names the query it rests on."""

    rests_on: NotRequired[str]


class Place(NamedTuple):
    """What a count is of: a class of a carrier, of one generation or all, in a region or site class or the whole."""

    carrier_id: str
    region: str | None
    asset_class: str
    layer: str
    generation: str | None
    site_class: str | None

    @property
    def is_whole(self) -> bool:
        """Whether the count is of the carrier's whole network."""
        return self.region is None and self.site_class is None


@dataclass(frozen=True)
class ElementCount:
    """A vendor's elements at a place, their share of the carrier's elements of the class, and what that rests on."""

    count: Band
    share: Band
    basis: str
    unit_says: str
    renewal_on: date | None
    used: tuple[InputFigure, ...]


@dataclass(frozen=True)
class Counts:
    """The rows of counts and of published shares of one country."""

    rows: Sequence[CountRow]
    shares: Sequence[VendorShareRow]

    def places(self) -> list[Place]:
        """Every place that a row counts, once."""
        return list(dict.fromkeys(self._place(row) for row in self.rows))

    def of(self, place: Place, vendor: str) -> ElementCount | None:
        """A vendor's elements at a place; None where neither a row nor a published share gives them.

        A share says nothing of a class that an inventory lists: a vendor that stands nowhere in it has none there.
        """
        row, total = self._row(place, vendor), self._row(place, None)
        if row is not None:
            return self._own(place, vendor, row)
        parts = [one for one in self._alike(place) if one["vendor_id"] == vendor]
        if total is None or "rests_on" in total or not place.is_whole or parts:
            return None
        return self._by_share(place, vendor, total)

    def managed(self, place: Place, vendor: str, systems: Band) -> Band:
        """What a vendor's management stands over: its share of the managed class; from 0 where it may not be there."""
        base = place._replace(asset_class=place.asset_class.removesuffix(".management"))
        here = next((one for one in self.places() if one[:3] == base[:3]), None)
        counted = self.of(here, vendor) if here is not None else None
        share = counted.share if counted else Band(0.0, 0.5, 1.0)
        return share if systems.low > 0 else Band(0.0, share.mid, share.high)

    def _place(self, row: CountRow) -> Place:
        return Place(
            carrier_id=row["carrier_id"],
            region=row["region"],
            asset_class=row["asset_class"],
            layer=row["layer"] or "hardware",
            generation=row["generation"],
            site_class=row["site_class"],
        )

    def _row(self, place: Place, vendor: str | None) -> CountRow | None:
        return next((row for row in self.rows if row["vendor_id"] == vendor and self._place(row) == place), None)

    def _alike(self, place: Place) -> list[CountRow]:
        """Rows of the same class, layer and generation of the carrier in any region and site class but this one."""
        whole = place._replace(region=None, site_class=None)
        places = [(row, self._place(row)) for row in self.rows]
        return [row for row, at in places if at != place and at._replace(region=None, site_class=None) == whole]

    def _own(self, place: Place, vendor: str, row: CountRow) -> ElementCount:
        count = _band(row)
        if place.is_whole:
            for part in (one for one in self._alike(place) if one["vendor_id"] == vendor):
                count = _less(count, _band(part))
        totals = self._totals(place)
        whole = NOTHING
        for total in totals:
            whole += _band(total)
        share = over(count, whole) if totals else ALL
        used = [_used(row, count), *(_used(total, _band(total)) for total in totals)]
        return ElementCount(
            count=count,
            share=share,
            basis=row["basis"],
            unit_says=row["unit_says"],
            renewal_on=row["renewal_on"],
            used=tuple(used),
        )

    def _totals(self, place: Place) -> list[CountRow]:
        """Counts of all vendors in the whole network: its own row, else those of its parts, else of all generations."""
        whole = place._replace(region=None, site_class=None)
        own = self._row(whole, None)
        if own is not None:
            return [own]
        parts = [row for row in self._alike(whole) if row["vendor_id"] is None]
        return parts if parts or whole.generation is None else self._totals(whole._replace(generation=None))

    def _by_share(self, place: Place, vendor: str, total: CountRow) -> ElementCount | None:
        published = self._published(place, vendor)
        if published is None:
            return None
        share, source = published
        basis = "assumed" if total["basis"] == "assumed" else "derived"
        used = (_used(total, _band(total)), source)
        return ElementCount(
            count=_band(total).by(share),
            share=share,
            basis=basis,
            unit_says=total["unit_says"],
            renewal_on=total["renewal_on"],
            used=used,
        )

    def _published(self, place: Place, vendor: str) -> tuple[Band, InputFigure] | None:
        """The newest published share of one vendor at a carrier in the class, in the kind nearest to a count."""
        ranked = {kind: at for at, kind in enumerate(PREFERRED)}
        fitting = [
            row
            for row in self.shares
            if (row["carrier_id"], row["asset_class"], row["vendor_ids"])
            == (place.carrier_id, place.asset_class, [vendor])
            and not row["complement"]
            and not row["later_estimate"]
            and row["method"] == "published"
            and row["measure_kind"] in ranked
        ]
        if not fitting:
            return None
        row = min(fitting, key=lambda one: (ranked[one["measure_kind"]], _age(one["as_of_high_on"]), one["share_id"]))
        band = Band(row["low_share"], (row["low_share"] + row["high_share"]) / 2, row["high_share"])
        name = f"share of {vendor} in the {place.asset_class} of {place.carrier_id}"
        says = f"{row['label']}; share of {row['measure']}, {row['as_of']}"
        rests_on = (f"vendor_share:{row['share_id']}",)
        return band, InputFigure(
            name, "share", band, unit_says=row["measure_kind"], basis="sourced", says=says, rests_on=rests_on
        )


def over(count: Band, whole: Band) -> Band:
    """The share of a count in a whole, none above 1: the least of the most at the lower end, the most of the least at
    the upper.

    >>> over(Band(10, 20, 30), Band(80, 100, 120))
    Band(low=0.08333333333333333, mid=0.2, high=0.375)
    """
    ends = ((count.low, whole.high), (count.mid, whole.mid), (count.high, whole.low))
    low, mid, high = (min(1.0, part / of) if of else float(part > 0) for part, of in ends)
    return Band(low, mid, high)


def _less(count: Band, part: Band) -> Band:
    return Band(max(0.0, count.low - part.high), max(0.0, count.mid - part.mid), max(0.0, count.high - part.low))


def _band(row: CountRow) -> Band:
    found = band_of(row, "", "count")
    assert found is not None
    return found


def _age(day: date | None) -> int:
    return -day.toordinal() if day else 0


def _used(row: CountRow, count: Band) -> InputFigure:
    where = [cell for cell in (row["region"], row["site_class"], row["generation"]) if cell]
    vendor = row["vendor_id"] or "all vendors"
    return InputFigure(
        name=", ".join([f"{row['unit_says']} of {row['carrier_id']}", row["asset_class"], vendor, *where]),
        kind="count",
        band=count,
        unit_says=row["unit_says"],
        basis=row["basis"],
        says=row["says"] or "as counted",
        rests_on=(row.get("rests_on") or f"element_count:{row['count_id']}",),
    )
