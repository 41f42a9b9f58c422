"""Stored shares laid out for pages: chosen, ordered and put into words, never computed."""

from datetime import date

from provenet.case.rows import (
    CarrierShareRow,
    CommonFailureRow,
    DeploymentRow,
    MarketShareRow,
    RidesOnRow,
    SiteDependenceRow,
    VendorShareRow,
)
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.dossier.extract import Citation, Extract

UNPUBLISHED = "not published"
UNKNOWN_SHARE = wording.interval(0, 1)
ShareRow = VendorShareRow | CommonFailureRow | SiteDependenceRow


def vendor_rows(extract: Extract) -> list[VendorShareRow]:
    """Published, counted and derived shares of vendors, oldest first."""
    rows = [r for r in extract.results(VendorShareRow) if r["part"] is None and r["method"] != UNPUBLISHED]
    return sorted(rows, key=_by_time)


def newest_card_row(extract: Extract) -> VendorShareRow | None:
    """The newest published share that needs no check: of the whole country, else of one carrier."""
    rows = [
        r
        for r in vendor_rows(extract)
        if r["method"] == "published"
        and not (r["later_estimate"] or r["to_be_checked"] or r["complement"] or says_nothing(r))
    ]
    rows = [r for r in rows if r["carrier_id"] is None] or rows
    return max(rows, key=lambda r: (r["as_of_high_on"] or date.min, r["low_share"], r["share_id"]), default=None)


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


def first_page_interval(row: VendorShareRow) -> str:
    """The ends for a first page, where a single number never stands alone: a point says how it came about."""
    if row["low_share"] != row["high_share"]:
        return interval(row)
    return f"{interval(row)} ({'as published' if row['method'] == 'published' else 'worked out'})"


def first_page_ends(row: CommonFailureRow | SiteDependenceRow) -> str:
    """The ends of a figure that is worked out, for a first page."""
    text = wording.interval(row["low_share"], row["high_share"])
    return text if row["low_share"] != row["high_share"] else f"{text} (worked out)"


def says_nothing(row: ShareRow) -> bool:
    """Whether an interval is the whole scale."""
    return row["low_share"] <= 0 and row["high_share"] >= 1


def short_measure(row: ShareRow) -> str:
    """What the share is of, in the short words of a first page where it has any."""
    return row["measure_short"] or row["measure"]


def coverage(share: float) -> str:
    """How much of the whole a figure is based on."""
    return f"Coverage: {wording.percent(share)} of the whole."


def whose(row: VendorShareRow, extract: Extract) -> str:
    """The carrier, or the whole country."""
    return extract.name(row["carrier_id"]) or extract.country


def share_sources(row: VendorShareRow, extract: Extract) -> list[Citation]:
    """The sources behind a stored figure: those of the input rows that its lineage names."""
    by_table: dict[str, set[str]] = {}
    for item in row["inputs"]:
        name, _, key = item.partition(":")
        by_table.setdefault(name, set()).add(key)
    found = []
    for kind in (MarketShareRow, CarrierShareRow, DeploymentRow, RidesOnRow):
        keys = by_table.get(kind.__name__, set())
        found += [r for r in extract.whole(kind) if r["row_id"] in keys] if keys else []
    return extract.cite_all(found)


def unseen_classes(extract: Extract) -> str:
    """Asset classes for which the case holds neither a share nor a named vendor, in words."""
    seen = {r["asset_class"].split(".")[0] for r in vendor_rows(extract) if not r["later_estimate"]}
    seen |= {
        (r["asset_class"] or "").split(".")[0]
        for r in extract.inputs(DeploymentRow)
        if r["country"] in extract.places and r["presence"] != "count"
    }
    classes = dict.fromkeys(word.split(".")[0] for word in vocabulary()["asked_classes"])
    return wording.series(wording.asset_class(c) for c in classes if c not in seen)
