"""Where what was declared and what was measured disagree, as findings: of an address, a network, a vendor said absent.

A finding says that two rows cannot both describe the same equipment on one day, the last on which it answered; it does
not say which is right. Silence is no conflict: a declared vendor that no measurement saw is none. Nor are a brand and
who may own it on the day of the measurement or on the day in question: equipment is declared by either name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from provenet.case.profiles import query
from provenet.case.rows import FindingRow
from provenet.core import wording
from provenet.dependence.measured_routers import MeasuredRouters
from provenet.dependence.question import DependenceQuestion, Deployment, covers, overlaps
from provenet.dependence.shares import finding
from provenet.ingest.network.vendors import vendor_registry

ROUTERS = "transport.router"
ADDRESS_FACTS = ("address", "management_address")
"""Keys of facts of an asset that state its address."""
ADDRESSED = ("asset_id", "source_id", "country", "vendor_id", "from_on", "to_on", "facts")
"""The columns of assets by which those that state an address are held against measurements."""
KIND = "measured against declared"
CONTROL_SHARE = 0.5
"""A stake above it is control, where no source states otherwise."""
Same = Callable[[str, str], bool]
_REPAIR = (
    "Compare the days of both rows and their sources; where equipment was replaced, end the older row, and where the "
    "network or address is another's, mend its row."
)
_FORMULA = "routers identified by measurements beside what rows declare of the same carrier or address"


def conflicts(
    question: DependenceQuestion,
    found: MeasuredRouters,
    networks: Mapping[str, frozenset[int]],
    *,
    addressed: pl.DataFrame,
) -> list[FindingRow]:
    """The findings of one country, in the order of their ids.

    Parameters: `networks` the AS numbers of each carrier, `addressed` assets that state an address (`asset_id`,
    `country`, `vendor_id`, `from_on`, `to_on`, `address`). Cost O(routers + assets).
    """
    same = same_makers(question, {question.as_of, *found.seen["seen_on"].drop_nulls().unique()})
    last_on = _last_days(question, found)
    made = [*_at_addresses(question, found, addressed, same=same, last_on=last_on)]
    for carrier, numbers in networks.items():
        counts = _measured(found, question.country, numbers, last_on=last_on)
        if counts:
            made += _not_in_inventory(question, carrier, counts, same=same)
            made += _said_absent(question, carrier, counts)
    return sorted({row["finding_id"]: row for row in made}.values(), key=lambda row: row["finding_id"])


def same_makers(question: DependenceQuestion, days: Iterable[date]) -> Same:
    """Whether two vendors may be one maker on any of some days: equal, brand and owner, or heirs of one vendor.

    Owners are those of the registry on the day and those of the case whose stake may be control on it: a stake of
    unknown size may. Owners of owners count, two brands of one owner do not.
    """
    held = [*days]
    stakes = question.tables.get("ownership")
    rows = [] if stakes is None else list(stakes.iter_rows(named=True))

    def steps(vendor: str, day: date) -> Iterable[str]:
        registered = vendor_registry().owner_of(vendor, day)
        if registered is not None:
            yield registered
        yield from (row["owner_id"] for row in rows if row["owned_id"] == vendor and _may_control(row, day))

    @cache
    def owners(vendor: str, day: date) -> frozenset[str]:
        found, waiting = {vendor}, [vendor]
        while waiting:
            more = set(steps(waiting.pop(), day)) - found
            found |= more
            waiting += sorted(more)
        return frozenset(found)

    def same(one: str, other: str) -> bool:
        if one == other or vendor_registry().are_heirs(one, other):
            return True
        return any(other in owners(one, day) or one in owners(other, day) for day in held)

    return same


def _may_control(row: Mapping[str, Any], day: date) -> bool:
    """Whether a stake is held on a day and control is stated, or its size allows it and no source states otherwise."""
    is_held = (row["from_on"] is None or row["from_on"] <= day) and (row["to_on"] is None or day < row["to_on"])
    least, most = row["low_share"] or 0.0, 1.0 if row["high_share"] is None else row["high_share"]
    may = row["control"] == "yes" or least > CONTROL_SHARE or (most > CONTROL_SHARE and row["control"] != "no")
    return is_held and may


def with_addresses(assets: pl.DataFrame) -> pl.DataFrame:
    """Assets that state an address, with it, by their facts such as `address=192.0.2.1`. Cost O(assets)."""
    pattern = rf"^(?:{'|'.join(ADDRESS_FACTS)})\s*=\s*(\S+)"
    stated = pl.col("facts").list.eval(pl.element().str.extract(pattern, 1)).list.drop_nulls().list.first()
    return assets.with_columns(stated.alias("address")).filter(pl.col("address").is_not_null())


@dataclass
class _Measured:
    """How many routers of a vendor were identified, and the last day on which one of them answered."""

    count: int
    last_on: date


def _last_days(question: DependenceQuestion, found: MeasuredRouters) -> dict[int, date]:
    """The last day on which each router answered; an answer of no day is one of the day in question."""
    return dict(found.seen.group_by("router").agg(pl.col("seen_on").fill_null(question.as_of).max()).iter_rows())


def _measured(
    found: MeasuredRouters, country: str, numbers: Iterable[int], *, last_on: Mapping[int, date]
) -> dict[str, _Measured]:
    """The routers of each vendor that were identified in some networks in a country."""
    known = np.array([one or 0 for one in found.estimates.evidence.networks], np.int64)
    inside = (found.country == country) & np.isin(known[found.network], list(numbers)) & (found.estimates.vendor >= 0)
    made: dict[str, _Measured] = {}
    for router in np.flatnonzero(inside).tolist():
        one = made.setdefault(found.estimates.vendors[found.estimates.vendor[router]], _Measured(0, last_on[router]))
        one.count, one.last_on = one.count + 1, max(one.last_on, last_on[router])
    return made


def _in_service(question: DependenceQuestion) -> pl.Expr:
    """Whether an asset is of the country, and not out of service on the day in question."""
    return pl.col("country").is_in(sorted(question.places)) & (pl.col("to_on") > question.as_of).fill_null(True)


def _at_addresses(
    question: DependenceQuestion,
    found: MeasuredRouters,
    addressed: pl.DataFrame,
    *,
    same: Same,
    last_on: Mapping[int, date],
) -> Iterable[FindingRow]:
    answers, evidence = found.estimates, found.estimates.evidence
    router_of = dict(zip(evidence.addresses, evidence.router_of.tolist(), strict=True))
    declared = addressed.filter(
        _in_service(question), pl.col("vendor_id").is_not_null(), pl.col("address").is_in(router_of)
    )
    rows = declared.sort("asset_id").select("address", "vendor_id", "asset_id", "from_on").iter_rows()
    for address, vendor, asset, began in rows:
        router = router_of[address]
        # A router without an answer contradicts nothing: unknown is not another vendor.
        if answers.vendor[router] < 0 or (began is not None and began > last_on.get(router, question.as_of)):
            continue
        measured = answers.vendors[int(answers.vendor[router])]
        if not same(vendor, measured):
            text = (
                f"The inventory says that the asset {asset} is of {question.name(vendor)}; what answered at its "
                f"address is identified as of {question.name(measured)}."
            )
            sightings = found.seen.filter(router=router)["sighting_id"].unique().sort().to_list()
            yield _finding(
                f"asset {asset}, vendor_id", text, [f"asset:{asset}", *(f"sighting:{of}" for of in sightings)]
            )


def _not_in_inventory(
    question: DependenceQuestion, carrier: str, counts: Mapping[str, _Measured], *, same: Same
) -> Iterable[FindingRow]:
    assets = question.tables.get("asset")
    if assets is None or assets.is_empty():
        return
    mine = assets.filter(_in_service(question), pl.col("carrier_id") == carrier)
    classes = [one for one in mine["asset_class"].unique().to_list() if covers(ROUTERS, one)]
    routers, place = mine.filter(pl.col("asset_class").is_in(classes)), wording.country(question.country)
    for vendor, measured in sorted(counts.items()):
        then = routers.filter((pl.col("from_on") <= measured.last_on).fill_null(True))["vendor_id"]
        declared = {one for one in then.unique().to_list() if one is not None}
        if not declared or then.null_count() or any(same(vendor, other) for other in declared):
            continue
        text = (
            f"{_identified(question, carrier, vendor, number=measured.count)}; its inventory in "
            f"{place} lists routers of {wording.series(sorted(question.name(one) for one in declared))} alone."
        )
        where = f"asset, vendor_id (routers of {carrier}, {vendor})"
        yield _finding(where, text, [query("asset", carrier_id=carrier, asset_class=sorted(classes))])


def _said_absent(question: DependenceQuestion, carrier: str, counts: Mapping[str, _Measured]) -> Iterable[FindingRow]:
    for row in question.rows(Deployment):
        speaks = row["presence"] == "absent" and row["carrier_id"] == carrier and not row["complement"]
        if speaks and row["country"] in question.places and overlaps(str(row["asset_class"] or "all"), ROUTERS):
            yield from _of_absence(question, carrier, counts, row=row)


def _of_absence(
    question: DependenceQuestion, carrier: str, counts: Mapping[str, _Measured], *, row: Mapping[str, Any]
) -> Iterable[FindingRow]:
    began = row["day_low_on"]
    for vendor in sorted(set(row["vendor_ids"]) & set(counts)):
        measured = counts[vendor]
        if began is not None and measured.last_on < began:
            continue
        text = (
            f"{_identified(question, carrier, vendor, number=measured.count)}; a row of {row['day'] or 'no date'} "
            f"says that it has none of it in {row['segment']}."
        )
        yield _finding(f"deployment, presence ({carrier}, {vendor})", text, [f"deployment:{row['row_id']}"])


def _identified(question: DependenceQuestion, carrier: str, vendor: str, *, number: int) -> str:
    many = wording.count(number, "router")
    return f"Measurements identify {many} of {question.name(vendor)} in the networks of {question.name(carrier)}"


def _finding(place: str, text: str, refs: Iterable[str]) -> FindingRow:
    return finding(KIND, place, text, repair=_REPAIR, inputs=refs, formula=_FORMULA)
