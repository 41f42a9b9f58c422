"""How many elements a vendor has at a carrier, and what part of the carrier's elements of the class they are.

An own count goes before a published share. Counts of a region or of a class of site are parts: the count of the whole
network is less by them, and every share is of the whole network, so nothing counts twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum
from typing import Any, NamedTuple, NotRequired

import polars as pl

from provenet.case.money import NOTHING, Band, InputFigure, band_of, joined
from provenet.case.profiles import FACT_MARK, asset_profiles, fact_pairs, facts_text, pairs_of, query, tested_facts
from provenet.case.rows import ElementCountRow, VendorShareRow
from provenet.core.countries import countries
from provenet.core.ids import fold

PREFERRED = ("sites", "equipment", "units", "subscribers", "spending")
"""Kinds of measure of a vendor's share at a carrier, the nearest to a count of elements first."""
ANY_LAYER = "any"
"""The layer of elements whose layer is not stated: verdicts are asked of them so, and any option may fit."""
ALL = Band(1.0, 1.0, 1.0)


class CountRow(ElementCountRow):
    """A count of elements: a row of the case, or one made of an inventory, which names the query it rests on."""

    rests_on: NotRequired[str]


class CountedPlace(NamedTuple):
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

    def places(self) -> list[CountedPlace]:
        """Every place that a row counts, once."""
        return list(dict.fromkeys(self._place(row) for row in self.rows))

    def of(self, place: CountedPlace, vendor: str) -> ElementCount | None:
        """A vendor's elements at a place; None where neither a row nor a published share gives them.

        Of several counts of the same the newest stand, and all of that day: the ends hold each of them. A share says
        nothing of a class that an inventory lists: a vendor that stands nowhere in it has none there.
        """
        rows, totals = self._rows(place, vendor), self._rows(place, None)
        if rows:
            return self._own(place, vendor, rows)
        listed = any("rests_on" in total for total in totals)
        if not totals or listed or not place.is_whole or self._parts(place, vendor):
            return None
        return self._by_share(place, vendor, totals)

    def managed(self, place: CountedPlace, vendor: str, systems: Band) -> Band:
        """What a vendor's management stands over: its share of the managed class; from 0 where it may not be there.

        Of a class with several generations or layers it may manage one alone, or all of them at different places.
        """
        base = place._replace(asset_class=place.asset_class.removesuffix(".management"))
        alike: dict[tuple[str, str | None], Band] = {}
        for one in self.places():
            fits = one[:3] == base[:3] and (base.generation is None or one.generation in (None, base.generation))
            found = self.of(one, vendor) if fits else None
            if found is not None:
                key = (one.layer, one.generation)
                alike[key] = alike.get(key, NOTHING) + found.share
        share = Band(0.0, 0.5, 1.0)
        if alike:
            shares = alike.values()
            low, mid = min(band.low for band in shares), max(band.mid for band in shares)
            share = Band(min(1.0, low), min(1.0, mid), min(1.0, fsum(band.high for band in shares)))
        return share if systems.low > 0 else Band(0.0, share.mid, share.high)

    def _place(self, row: CountRow) -> CountedPlace:
        layer = row["layer"] or "hardware"
        return CountedPlace(
            row["carrier_id"], row["region"], row["asset_class"], layer, row["generation"], row["site_class"]
        )

    def _rows(self, place: CountedPlace, vendor: str | None) -> list[CountRow]:
        """What counts a vendor's elements at a place, None those of all vendors: every row of the newest day."""
        rows = [row for row in self.rows if row["vendor_id"] == vendor and self._place(row) == place]
        newest = min((_age(row["day_high_on"]) for row in rows), default=0)
        return [row for row in rows if _age(row["day_high_on"]) == newest]

    def _parts(self, place: CountedPlace, vendor: str | None) -> list[list[CountRow]]:
        """`_rows` of the same class, layer and generation of the carrier in each region and site class but this one."""
        whole = place._replace(region=None, site_class=None)
        others = [at for at in self.places() if at != place and at._replace(region=None, site_class=None) == whole]
        return [rows for at in others if (rows := self._rows(at, vendor))]

    def _own(self, place: CountedPlace, vendor: str, rows: Sequence[CountRow]) -> ElementCount:
        count = _counted(rows)
        if place.is_whole:
            for part in self._parts(place, vendor):
                count = _less(count, _counted(part))
        totals = self._totals(place)
        share = over(count, sum(map(_counted, totals), NOTHING)) if totals else ALL
        used = [_used(rows, count), *(_used(total, _counted(total)) for total in totals)]
        return ElementCount(count, share, _basis(rows), rows[0]["unit_says"], _renewal(rows), tuple(used))

    def _totals(self, place: CountedPlace) -> list[list[CountRow]]:
        """Counts of all vendors in the whole network: its own, else those of its parts, else of all generations."""
        whole = place._replace(region=None, site_class=None)
        own = self._rows(whole, None)
        if own:
            return [own]
        parts = self._parts(whole, None)
        return parts if parts or whole.generation is None else self._totals(whole._replace(generation=None))

    def _by_share(self, place: CountedPlace, vendor: str, totals: Sequence[CountRow]) -> ElementCount | None:
        published = self._published(place, vendor)
        if published is None:
            return None
        share, source = published
        total, basis = _counted(totals), "assumed" if _basis(totals) == "assumed" else "derived"
        used = (_used(totals, total), source)
        return ElementCount(total.by(share), share, basis, totals[0]["unit_says"], _renewal(totals), used)

    def _published(self, place: CountedPlace, vendor: str) -> tuple[Band, InputFigure] | None:
        """The newest published shares of one vendor at a carrier in the class, in the kind nearest to a count.

        Where several are of one kind and day, the ends hold each of them.
        """
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
        best = min((ranked[row["measure_kind"]], _age(row["as_of_high_on"])) for row in fitting)
        found = (row for row in fitting if (ranked[row["measure_kind"]], _age(row["as_of_high_on"])) == best)
        rows = sorted(found, key=lambda row: row["share_id"])
        band = joined(
            Band(row["low_share"], (row["low_share"] + row["high_share"]) / 2, row["high_share"]) for row in rows
        )
        return band, InputFigure(
            f"share of {vendor} in the {place.asset_class} of {place.carrier_id}",
            "share",
            band,
            unit_says=rows[0]["measure_kind"],
            basis="sourced",
            says="; ".join(f"{row['label']}; share of {row['measure']}, {row['as_of']}" for row in rows),
            rests_on=tuple(f"vendor_share:{row['share_id']}" for row in rows),
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


def _counted(rows: Sequence[CountRow]) -> Band:
    """The count that rows of the same leave: from the least to the most of them."""
    return joined(band for row in rows if (band := band_of(row, "", "count")) is not None)


def weakest_basis(given: Collection[str], otherwise: str) -> str:
    """The weakest of some bases; `otherwise` where none of them is known."""
    return next((word for word in ("assumed", "derived", "sourced") if word in given), otherwise)


def _basis(rows: Sequence[CountRow]) -> str:
    return weakest_basis({row["basis"] for row in rows}, rows[0]["basis"])


def _renewal(rows: Sequence[CountRow]) -> date | None:
    return next((row["renewal_on"] for row in rows if row["renewal_on"] is not None), None)


def _age(day: date | None) -> int:
    return -day.toordinal() if day else 0


def _used(rows: Sequence[CountRow], count: Band) -> InputFigure:
    row = rows[0]
    where = [cell for cell in (row["region"], row["site_class"], row["generation"]) if cell]
    vendor = row["vendor_id"] or "all vendors"
    return InputFigure(
        name=", ".join([f"{row['unit_says']} of {row['carrier_id']}", row["asset_class"], vendor, *where]),
        kind="count",
        band=count,
        unit_says=row["unit_says"],
        basis=_basis(rows),
        says="; ".join(dict.fromkeys(one["says"] or "as counted" for one in rows)),
        rests_on=tuple(one.get("rests_on") or f"element_count:{one['count_id']}" for one in rows),
    )


TESTED_COLUMNS = ("carrier_id", "origin_country", "capability", "site_class", "product_category")
"""The columns of an asset that rules may test beside its vendor, class and layer."""
VERDICT_COLUMNS = ("vendor_id", "asset_class", "layer", *TESTED_COLUMNS, "asset_facts")
KEY = ("carrier_id", "asset_class", "layer", "site_class")


def count_inventory(
    assets: pl.DataFrame,
    sites: pl.DataFrame,
    as_of: date,
    *,
    country: str,
    stated: Iterable[ElementCountRow],
    verdicts: pl.DataFrame | None = None,
) -> list[CountRow]:
    """The assets in service on a day, counted by vendor, and all vendors together, for each class of a carrier.

    An asset without a vendor may be of any: it counts at the upper end of each. One whose layer is not stated counts
    for itself, as verdicts are asked of it. What stands at a class of site is counted apart as well, as a part of the
    whole. A class for which the carrier has a row in `element_count` (`stated`) is not counted again.
    With `verdicts` a vendor's count is of those assets alone whose own verdict requires removal: a rule may reach one
    capability, origin or fact of a class and not the rest. Cost O(assets).
    """
    known = {(row["carrier_id"], row["asset_class"]) for row in stated}
    spelled = sorted({country, countries().code(country) or country} & set(assets["country"].unique()))
    profiles = asset_profiles(assets, sites, as_of).filter(pl.col("country").is_in(spelled))
    if verdicts is not None:
        profiles = _reached_alone(profiles, verdicts)
    made: list[CountRow] = []
    whole = profiles.with_columns(site_class=pl.lit(None, pl.String))
    parts = profiles.filter(pl.col("site_class").is_not_null())
    for key, rows in sorted(pl.concat([whole, parts]).group_by(KEY), key=lambda one: [str(part) for part in one[0]]):
        if (key[0], key[1]) in known:
            continue
        place = (country, spelled[0] if len(spelled) == 1 else spelled)
        total = int(rows["unit_count"].sum())
        counted = pl.col("unit_count" if verdicts is None else "reached_count").sum()
        named = rows.filter(pl.col("vendor_id").is_not_null())
        counts = dict(named.group_by("vendor_id").agg(counted).iter_rows())
        unknown = total - int(named["unit_count"].sum())
        made.append(_row(key, None, place=place, low=total, high=total))
        made += [
            _row(key, vendor, place=place, low=count, high=count + unknown if count else 0)
            for vendor, count in sorted(counts.items())
        ]
    return made


def _reached_alone(profiles: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """The profiles with `reached_count`: their units where a verdict on such assets requires removal, else none."""
    removes = (pl.col("outcome") == "restricted") | (
        (pl.col("outcome") == "conditional") & pl.col("remove_by_on").is_not_null()
    )
    removing = verdicts.filter(pl.col("action") == "use", pl.col("unit_count").is_not_null(), removes)
    keys: dict[tuple[str, ...], set[tuple[object, ...]]] = {}
    for row in removing.select(*VERDICT_COLUMNS, "tested").iter_rows(named=True):
        tested = tuple(row["tested"] or ())
        facts = facts_text(pairs_of(row["asset_facts"]))
        keys.setdefault(tested, set()).add(_key(row, tested, row["layer"], facts=facts))
    counts = [
        row["unit_count"]
        if _is_used(row["facts"]) and any(_profile_key(row, tested) in held for tested, held in keys.items())
        else 0
        for row in profiles.iter_rows(named=True)
    ]
    return profiles.with_columns(reached_count=pl.Series(counts, dtype=pl.Int64))


def _key(row: Mapping[str, Any], tested: Sequence[str], layer: str, *, facts: str | None) -> tuple[object, ...]:
    """What the rules of a pack can tell apart of assets."""
    cells = [row[name] if name in tested else None for name in TESTED_COLUMNS]
    return row["vendor_id"], row["asset_class"], layer, *cells, facts


def _profile_key(row: Mapping[str, Any], tested: Sequence[str]) -> tuple[object, ...]:
    of_asset = {name.removeprefix(FACT_MARK) for name in tested if name.startswith(FACT_MARK)}
    pairs = fact_pairs(tested_facts(row["facts"], of_asset)) if row["facts"] else ()
    facts = facts_text(tuple(pair for pair in pairs if fold(pair[0]) != "action"))
    return _key(row, tested, row["layer"] or ANY_LAYER, facts=facts)


def _is_used(facts: str | None) -> bool:
    """Whether an asset is screened as one in use: its facts name that act or none."""
    acts = [value for key, value in fact_pairs(facts) if fold(key) == "action"]
    return not acts or "use" in acts


def _row(key: tuple[Any, ...], vendor: str | None, *, place: tuple[str, object], low: int, high: int) -> CountRow:
    """One count; `place` is the country, and as the assets spell it."""
    carrier, asset_class, layer, site_class = key
    named = " ".join(str(part) for part in (carrier, place[0], *key[1:], vendor) if part is not None)
    where = {"carrier_id": carrier, "country": place[1], "asset_class": asset_class, "layer": layer}
    return {
        "count_id": f"assets: {named}",
        "carrier_id": carrier,
        "country": place[0],
        "region": None,
        "asset_class": asset_class,
        "layer": layer or ANY_LAYER,
        "generation": None,
        "site_class": site_class,
        "vendor_id": vendor,
        "unit_says": "elements",
        "low_count": float(low),
        "mid_count": float(low),
        "high_count": float(high),
        "day": None,
        "day_low_on": None,
        "day_high_on": None,
        "renewal_on": None,
        "basis": "sourced",
        "says": "counted from the inventory"
        + ("" if low == high else "; the upper end includes assets without a vendor"),
        "rests_on": query("asset", **where, **({} if vendor is None else {"vendor_id": vendor})),
    }
