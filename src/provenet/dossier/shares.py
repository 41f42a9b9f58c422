"""Stored shares laid out for pages: chosen, ordered and put into words, never computed."""

from __future__ import annotations

from datetime import date
from typing import Any

from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.dossier.extract import Extract, Row
from provenet.dossier.text import asset_class_name

UNPUBLISHED = "not published"
UNKNOWN_SHARE = wording.interval(0, 1)


def vendor_rows(extract: Extract) -> list[Row]:
    """Published, counted and derived shares of vendors, oldest first."""
    rows = [r for r in extract.results("vendor_share") if r["part"] is None and r["method"] != UNPUBLISHED]
    return sorted(rows, key=_by_time)


def unpublished_rows(extract: Extract) -> list[Row]:
    """Rows that record of an asset class that no share is published."""
    rows = [r for r in extract.results("vendor_share") if r["part"] is None and r["method"] == UNPUBLISHED]
    order = {word: i for i, word in enumerate(vocabulary()["asked_classes"])}
    return sorted(rows, key=lambda r: (order.get(r["asset_class"], 99), r["asset_class"], r["share_id"]))


def part_rows(extract: Extract) -> list[Row]:
    """Restricted, unknown and clear parts under a policy."""
    return [r for r in extract.results("vendor_share") if r["part"] is not None]


def _by_time(row: Row) -> tuple[Any, ...]:
    first = row["as_of_low_on"] or row["as_of_high_on"] or date.max
    return first, row["as_of_high_on"] or date.max, row["carrier_id"] or "", row["share_id"]


def interval(row: Row) -> str:
    """A share by its ends, in words."""
    return wording.interval(
        row["low_share"],
        row["high_share"],
        low_open=bool(row.get("low_open")),
        high_open=bool(row.get("high_open")),
    )


def first_page_interval(row: Row) -> str:
    """The ends for a first page, where a single number never stands alone: a point says how it came about."""
    if row["low_share"] != row["high_share"]:
        return interval(row)
    return f"{interval(row)} ({'exactly as published' if row.get('method') == 'published' else 'both ends'})"


def says_nothing(row: Row) -> bool:
    """Whether an interval is the whole scale."""
    return bool(row["low_share"] <= 0 and row["high_share"] >= 1)


def short_measure(row: Row) -> str:
    """What the share is of, in the short words of a first page where it has any."""
    return str(row.get("measure_short") or row["measure"])


def coverage(row: Row) -> str:
    """How much of the whole the figure is based on."""
    return f"Coverage: {wording.percent(row['coverage_share'])} of the whole."


def whose(row: Row, extract: Extract) -> str:
    """The carrier, or the whole country."""
    return extract.name(row["carrier_id"]) or extract.country


def share_sources(row: Row, extract: Extract) -> list[Row]:
    """The sources behind a stored figure: those of the input rows that its lineage names."""
    by_table: dict[str, set[str]] = {}
    for item in row["inputs"]:
        name, _, key = item.partition(":")
        by_table.setdefault(name, set()).add(key)
    found = []
    for name in ("market_share", "carrier_share", "deployment", "rides_on"):
        if name in by_table:
            found += [r for r in extract.whole(name) if r["row_id"] in by_table[name]]
    return extract.cite_all(found)


def unseen_classes(extract: Extract) -> str:
    """Asset classes for which the case holds neither a share nor a named vendor, in words."""
    seen = {r["asset_class"].split(".")[0] for r in vendor_rows(extract) if not r["later_estimate"]}
    seen |= {
        (r["asset_class"] or "").split(".")[0]
        for r in extract.inputs("deployment")
        if r["country"] in extract.places and r["presence"] != "count"
    }
    asked = dict.fromkeys(word.split(".")[0] for word in vocabulary()["asked_classes"])
    return wording.series(asset_class_name(c) for c in asked if c not in seen)
