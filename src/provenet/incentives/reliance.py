"""How much of a carrier's equipment comes from some vendors, as an interval over stored shares of vendors.

What no share tells stays open up to the whole: a vendor that nobody names is never counted as absent.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

import polars as pl

from provenet.case.money import Band
from provenet.case.rows import DeploymentRow, VendorShareRow, iter_rows_of
from provenet.core.ids import is_in_class

PREFERRED = ("sites", "equipment", "units", "subscribers", "spending")
"""Kinds of measure of a vendor's share, the nearest to a count of elements first."""
METHODS = ("published", "implied")
"""How a share may have come about to count here: as published, or implied by the shares of its whole."""
_UNNAMED = "any vendor that no row names"


@dataclass(frozen=True)
class Reliance:
    """The share that comes from the vendors asked about, what it is of, and the rows it rests on.

    `mid` is None where nothing is known: the interval is then from none to all.
    """

    low: float
    mid: float | None
    high: float
    says: str
    rests_on: tuple[str, ...] = ()


def reliance(
    shares: pl.DataFrame,
    deployments: pl.DataFrame,
    carrier_id: str | None,
    *,
    country: str,
    asset_class: str,
    excluded: Collection[str],
) -> Reliance:
    """The share of some vendors at a carrier in a class; without a carrier, in the country.

    `shares` holds rows of `vendor_share` of one run of depend, `deployments` rows of `deployment` known on the day. All
    rows of one whole (segment, measure, date) count together; of several wholes the one in the class itself, of the
    measure nearest to a count, the newest. A vendor that a row says is absent from the class counts as none. Laws: the
    interval lies in [0, 1]; a further row of the same whole only narrows it; the order of rows changes nothing.
    O(rows x vendors + 2^excluded + 2^shares that have a vendor in common).
    """
    vendors = {vendor for vendor in excluded if ":" not in vendor}
    absent = _absent(deployments, carrier_id, asset_class) & vendors
    gone = tuple(
        sorted(f"deployment:{key}" for key in _absent_rows(deployments, carrier_id, asset_class, vendors=vendors))
    )
    if not vendors - absent:
        return Reliance(0.0, 0.0, 0.0, "rows say that the carrier uses none of them in this class", gone)
    for whole in _wholes(shares, carrier_id, country, asset_class=asset_class):
        low, high = bounds(whole, vendors - absent)
        if low > 0 or high < 1:
            first = whole[0]
            text = f"{first['measure']}, {first['segment']}, {first['as_of']}"
            used = tuple(sorted(f"vendor_share:{row['share_id']}" for row in whole))
            return Reliance(low, round((low + high) / 2, 12), high, text, used + gone)
    whose = "the carrier" if carrier_id else "the country"
    text = f"no share of them at {whose} is on record for {asset_class}: anything from none to all is possible"
    return Reliance(0.0, None, 1.0, text, gone)


def bounds(whole: Sequence[VendorShareRow], vendors: Collection[str]) -> tuple[float, float]:
    """The least and the most that a set of vendors may have of one whole.

    At least: shares of vendors of the set that name each once, or what the most of all others leaves. At most: shares
    that name every vendor of the set between them, or what shares of vendors outside the set leave.

    >>> rows = [{"vendor_ids": ["a"], "complement": False, "low_share": 0.5, "high_share": 0.6}]
    >>> bounds(rows, {"a", "b"}), bounds(rows, {"b"})
    ((0.5, 1.0), (0.0, 0.5))
    """
    wanted = frozenset(vendors)
    every = wanted.union({_UNNAMED}, *(row["vendor_ids"] for row in whole))
    known: list[tuple[float, float, frozenset[str]]] = []
    for row in whole:
        named = frozenset(row["vendor_ids"])
        low, high = float(row["low_share"]), float(row["high_share"])
        counted, rest = (every - named, named) if row["complement"] else (named, every - named)
        known += [(low, high, counted), (1.0 - high, 1.0 - low, rest)]
    low, high = 1.0 - _most(known, every - wanted), _most(known, wanted)
    low, high = max(low, _least(known, wanted)), min(high, 1.0 - _least(known, every - wanted))
    low = round(min(1.0, max(0.0, low)), 12)
    return (low, max(low, round(min(1.0, high), 12)))


def _least(known: Sequence[tuple[float, float, frozenset[str]]], within: frozenset[str]) -> float:
    """What sets within a set have at least."""
    return _packed((low, named) for low, _, named in known if named <= within)


def _most(known: Sequence[tuple[float, float, frozenset[str]]], vendors: frozenset[str]) -> float:
    """What a set has at most: sets that cover it, each less what is known to belong to others of it."""
    return _covered(((high - _least(known, named - vendors), named & vendors) for _, high, named in known), vendors)


def _packed(parts: Iterable[tuple[float, frozenset[str]]]) -> float:
    """The most that shares of sets without a common vendor add up to. O(2^sets that have one in common)."""
    most: dict[frozenset[str], float] = {}
    for share, named in parts:
        if share > most.get(named, 0.0):
            most[named] = share
    alone = [one for one in most if not any(one & other for other in most if other != one)]
    best = {frozenset[str](): 0.0}
    for named in sorted(most.keys() - set(alone), key=sorted):
        for used, total in list(best.items()):
            both = used | named
            if not used & named and total + most[named] > best.get(both, -1.0):
                best[both] = total + most[named]
    return fsum(most[one] for one in sorted(alone, key=sorted)) + max(best.values())


def _covered(parts: Iterable[tuple[float, frozenset[str]]], wanted: frozenset[str]) -> float:
    """The least sum of shares that name every vendor of a set between them; above 1 where none do."""
    best = {frozenset[str](): 0.0}
    for share, named in sorted(parts, key=lambda one: (one[0], sorted(one[1]))):
        if named:
            for done, cost in list(best.items()):
                both = done | named
                if cost + share < best.get(both, 2.0):
                    best[both] = cost + share
    return best.get(wanted, 2.0)


def _wholes(
    shares: pl.DataFrame, carrier_id: str | None, country: str, *, asset_class: str
) -> list[list[VendorShareRow]]:
    """Rows that are of one whole, the wholes that tell most of a class first."""
    groups: dict[tuple[Any, ...], list[VendorShareRow]] = {}
    for row in iter_rows_of(VendorShareRow, shares):
        fits = (row["carrier_id"], row["country"]) == (carrier_id, country) and row["part"] is None
        plain = row["method"] in METHODS and not row["later_estimate"] and row["measure_kind"] in PREFERRED
        if fits and plain and _holds(row["asset_class"], asset_class):
            groups.setdefault(_whole(row), []).append(row)
    return [sorted(groups[key], key=lambda row: str(row["share_id"])) for key in sorted(groups, key=_first(groups))]


def _whole(row: VendorShareRow) -> tuple[Any, ...]:
    """What a share is of: rows alike in this are of one whole."""
    return row["asset_class"], row["segment"], row["measure_kind"], row["measure"], row["as_of"]


def _first(groups: Mapping[tuple[Any, ...], Sequence[VendorShareRow]]) -> Any:
    def key(one: tuple[Any, ...]) -> tuple[Any, ...]:
        days = [row["as_of_high_on"].toordinal() for row in groups[one] if row["as_of_high_on"]]
        return -one[0].count("."), one[0] == "all", PREFERRED.index(one[2]), -max(days, default=0), one

    return key


def _holds(whole: str, part: str) -> bool:
    return whole == "all" or is_in_class(part, whole)


def _absent_rows(
    deployments: pl.DataFrame, carrier_id: str | None, asset_class: str, *, vendors: Collection[str]
) -> list[str]:
    """Rows that say of a carrier that a vendor is not there in a class."""
    if carrier_id is None:
        return []
    return [
        row["row_id"]
        for row in iter_rows_of(DeploymentRow, deployments)
        if _says_absent(row, carrier_id, asset_class) and set(row["vendor_ids"]) & set(vendors)
    ]


def _absent(deployments: pl.DataFrame, carrier_id: str | None, asset_class: str) -> set[str]:
    """Vendors that rows say a carrier does not use in a class, and that no row names there."""
    if carrier_id is None:
        return set()
    away: set[str] = set()
    there: set[str] = set()
    for row in iter_rows_of(DeploymentRow, deployments):
        if _says_absent(row, carrier_id, asset_class):
            away |= set(row["vendor_ids"])
        elif row["carrier_id"] == carrier_id and row["presence"] == "named" and not row["complement"]:
            cls = row["asset_class"] or ""
            if _holds(cls, asset_class) or is_in_class(cls, asset_class):
                there |= set(row["vendor_ids"])
    return away - there


def _says_absent(row: DeploymentRow, carrier_id: str, asset_class: str) -> bool:
    same = row["carrier_id"] == carrier_id and row["presence"] == "absent" and not row["complement"]
    return same and row["asset_class"] is not None and _holds(row["asset_class"], asset_class)


def widest(bands: Iterable[Band]) -> Band:
    """What lies behind purchases that share their subscribers: the widest of them, each end by itself."""
    found = list(bands)
    return Band(*(max(getattr(band, end) for band in found) for end in ("low", "mid", "high")))
