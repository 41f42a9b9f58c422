"""Stored shares laid out for pages. Selects and orders; computes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from provenet.case.tables import vocabulary
from provenet.dossier.stored import Row, Stored
from provenet.dossier.words import class_words, join_words, percent, share_words

UNPUBLISHED = "not published"


def vendor_rows(stored: Stored) -> list[Row]:
    """Shares of vendors for the country and day that say something, oldest first."""
    rows = [r for r in stored.results("vendor_share") if r["part"] is None and r["method"] != UNPUBLISHED]
    return sorted(rows, key=_by_time)


def unpublished_rows(stored: Stored) -> list[Row]:
    """Rows that say of an asset class that no share is published."""
    rows = [r for r in stored.results("vendor_share") if r["part"] is None and r["method"] == UNPUBLISHED]
    order = {word: i for i, word in enumerate(vocabulary()["asked_classes"])}
    return sorted(rows, key=lambda r: (order.get(r["asset_class"], 99), r["asset_class"], r["share_id"]))


def part_rows(stored: Stored) -> list[Row]:
    """Parts under a policy."""
    return [r for r in stored.results("vendor_share") if r["part"] is not None]


def _by_time(row: Row) -> tuple[Any, ...]:
    first = row["as_of_low_on"] or row["as_of_high_on"] or date.max
    return first, row["as_of_high_on"] or date.max, row["carrier_id"] or "", row["share_id"]


def interval(row: Row) -> str:
    """A share's ends in words."""
    return share_words(
        row["low_share"],
        row["high_share"],
        low_open=bool(row.get("low_open")),
        high_open=bool(row.get("high_open")),
    )


def whole_interval(row: Row) -> str:
    """The ends for a first page, where a single number never stands alone: a point says how it came about."""
    if row["low_share"] != row["high_share"]:
        return interval(row)
    return (
        f"{interval(row)} (exactly as published)"
        if row.get("method") == "published"
        else f"{interval(row)} at both ends"
    )


def says_nothing(row: Row) -> bool:
    """Whether an interval is the whole scale."""
    return bool(row["low_share"] <= 0 and row["high_share"] >= 1)


def short_measure(row: Row) -> str:
    """What the share is of, in the short words of a first page where it has any."""
    return str(row.get("measure_short") or row["measure"])


def coverage(row: Row) -> str:
    """What part of the whole the figure knows anything of."""
    return f"Coverage: {percent(row['coverage_share'])} of the whole."


def whose(row: Row, stored: Stored) -> str:
    """The carrier, or the whole country."""
    return stored.name(row["carrier_id"]) or stored.country


def share_sources(row: Row, stored: Stored) -> list[Row]:
    """The sources behind a stored figure: those of the input rows that its lineage names."""
    by_table: dict[str, set[str]] = {}
    for item in row["inputs"]:
        table, _, key = item.partition(":")
        by_table.setdefault(table, set()).add(key)
    found = []
    for table in ("market_share", "carrier_share", "deployment", "rides_on"):
        if table in by_table:
            found += [r for r in stored.whole(table) if r["row_id"] in by_table[table]]
    return stored.cite_all(found)


def unseen_classes(stored: Stored) -> str:
    """Asset classes for which the case holds neither a share nor a named vendor, in words."""
    seen = {r["asset_class"].split(".")[0] for r in vendor_rows(stored) if not r["later_estimate"]}
    seen |= {
        (r["asset_class"] or "").split(".")[0]
        for r in stored.inputs("deployment")
        if r["country"] in stored.places and r["presence"] != "count"
    }
    asked = dict.fromkeys(word.split(".")[0] for word in vocabulary()["asked_classes"])
    return join_words([class_words(c) for c in asked if c not in seen])
