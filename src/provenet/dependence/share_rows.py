"""Stored shares laid out for pages: chosen, ordered and put into words, never computed."""

from datetime import date

from provenet.case.extract import Extract, near_day, unread
from provenet.case.rows import CarrierShareRow, CommonFailureRow, SiteDependenceRow, VendorShareRow
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.grouping import grouped

UNPUBLISHED = "not published"
UNKNOWN_SHARE = wording.interval(0, 1)
ShareRow = VendorShareRow | CommonFailureRow | SiteDependenceRow


def vendor_rows(extract: Extract) -> list[VendorShareRow]:
    """Published, counted and derived shares of vendors, oldest first."""
    rows = [r for r in extract.results(VendorShareRow) if r["part"] is None and r["method"] != UNPUBLISHED]
    return sorted(rows, key=_by_time)


def unpublished_rows(extract: Extract) -> list[VendorShareRow]:
    """Rows that record of an asset class that no share is published."""
    rows = [r for r in extract.results(VendorShareRow) if r["part"] is None and r["method"] == UNPUBLISHED]
    order = {word: i for i, word in enumerate(vocabulary()["asked_classes"])}
    return sorted(rows, key=lambda r: (order.get(r["asset_class"], 99), r["asset_class"], r["share_id"]))


def part_rows(extract: Extract) -> list[VendorShareRow]:
    """Restricted, unknown and clear parts under a policy."""
    return [r for r in extract.results(VendorShareRow) if r["part"] is not None]


def _by_time(row: VendorShareRow) -> tuple[date, date, str, str]:
    first = row["as_of_low_on"] or row["as_of_high_on"] or date.max
    return first, row["as_of_high_on"] or date.max, row["carrier_id"] or "", row["share_id"]


def interval(row: VendorShareRow) -> str:
    """A share by its ends, in words."""
    return wording.interval(row["low_share"], row["high_share"], low_open=row["low_open"], high_open=row["high_open"])


BEFORE = "; perhaps replaced since"


def how(row: VendorShareRow) -> str:
    """How a share came about, and whether a contract that replaces a vendor of it may be later."""
    older = any(ref.startswith("procurement:") for ref in row["inputs"])
    return row["method"].replace("_", " ") + (BEFORE if older else "")


def is_wider(row: VendorShareRow, one: VendorShareRow) -> bool:
    """Whether a share of the same vendors lies within that of a row, which says less."""
    is_within = row["low_share"] <= one["low_share"] and one["high_share"] <= row["high_share"]
    ends = row["low_share"] < one["low_share"] or one["high_share"] < row["high_share"]
    return row["vendor_ids"] == one["vendor_ids"] and is_within and ends


def says_nothing(row: ShareRow) -> bool:
    """Whether an interval is the whole scale."""
    return row["low_share"] <= 0 and row["high_share"] >= 1


def short_measure(row: ShareRow) -> str:
    """What the share is of, in the short words of a first page where it has any."""
    return row["measure_short"] or row["measure"]


def weight_rows(extract: Extract, measure: str = "") -> list[CarrierShareRow]:
    """The shares of carriers that a measure names as its weights, else the newest; of an age those of more carriers."""
    rows = [row for row in extract.inputs(CarrierShareRow) if row["country"] in extract.places and not unread(row)]
    rows = [row for row in rows if row["carrier_id"] and _day(row) <= extract.as_of]
    groups = grouped(((row["measure"], row["as_of"] or ""), row) for row in rows)
    several = [group for group in groups.values() if len(group) > 1]

    def place(group: list[CarrierShareRow]) -> tuple[object, ...]:
        first = group[0]
        return f"{first['measure']} of {first['as_of']}" in measure, _day(first), len(group), first["measure"]

    return max(several, key=place, default=[])


def _day(row: CarrierShareRow) -> date:
    return near_day(row["as_of_low_on"], row["as_of_high_on"]) or date.min
