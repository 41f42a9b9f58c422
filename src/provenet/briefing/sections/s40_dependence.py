"""How much rests on whom: published shares over time and by carrier, vendors named, sharing, common failure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from provenet.briefing.charts import Mark
from provenet.briefing.shares import coverage, interval, share_sources, unseen_classes, vendor_rows
from provenet.briefing.stored import Row, Stored, near_day, unread
from provenet.briefing.words import class_words, join_words, letters, plain_words, share_words

TITLE = "How much rests on whom"


def collect(stored: Stored) -> dict[str, Any]:
    """Panels of shares, one measure each; carriers and their vendors; sharing; what fails together; what is unknown."""
    rows = vendor_rows(stored)
    good = [r for r in rows if not r["later_estimate"] and not r["to_be_checked"]]
    return {
        "panels": _panels(good, stored),
        "later": _panels([r for r in rows if r["later_estimate"]], stored),
        "to_check": _panels([r for r in rows if r["to_be_checked"] and not r["later_estimate"]], stored),
        "carriers": _carriers(stored),
        "counts": _counts(stored),
        "sharing": _sharing(stored),
        "common": _common(stored),
        "unseen": unseen_classes(stored),
        "then": stored.known is not None,
    }


def _panels(rows: Sequence[Row], stored: Stored) -> list[Row]:
    """One panel per measure and kind of measure: unlike measures never share a chart."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["measure_kind"], row["measure"]), []).append(row)
    days = [d for r in rows for d in (r["as_of_low_on"], r["as_of_high_on"]) if d]
    number = 0
    panels = []
    for (kind, measure), found in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
        lines, marks = [], []
        for row in found:
            key = letters(number)
            number += 1
            lines.append(_line(row, key, stored))
            low, high = row["as_of_low_on"] or row["as_of_high_on"], row["as_of_high_on"] or row["as_of_low_on"]
            if low and high:
                marks.append(Mark(key, low, high, row["low_share"], row["high_share"]))
        panels.append({"kind": kind, "measure": measure, "lines": lines, "marks": marks, "days": days})
    return panels


def _line(row: Row, key: str, stored: Stored) -> Row:
    return {
        "key": key,
        "whose": stored.name(row["carrier_id"]) or row["country"],
        "segment": row["segment"],
        "vendors": stored.vendors(row["vendor_ids"], row["complement"]),
        "words": interval(row),
        "coverage": coverage(row),
        "as_of": row["as_of"],
        "method": plain_words(row["method"]),
        "label": row["label"],
        "cites": share_sources(row, stored),
        "id": row["share_id"],
    }


def _carriers(stored: Stored) -> list[Row]:
    """Per carrier and segment the newest rows that name a vendor, as of the day."""
    newest: dict[tuple[str, str], list[Row]] = {}
    for row in stored.inputs("deployment"):
        if row["country"] not in stored.places or row["presence"] == "count" or unread(row):
            continue
        day = near_day(row, "day_low_on", "day_high_on")
        if (row["day_low_on"] or date.min) > stored.as_of:
            continue
        key = (stored.name(row["carrier_id"]) or "all carriers", row["segment"])
        held = newest.setdefault(key, [])
        if held and (near_day(held[0], "day_low_on", "day_high_on") or date.min) > (day or date.min):
            continue
        if held and (near_day(held[0], "day_low_on", "day_high_on") or date.min) < (day or date.min):
            held.clear()
        held.append(row)
    lines = []
    for (carrier, segment), rows in sorted(newest.items(), key=lambda item: (item[0][0].casefold(), item[0][1])):
        for row in rows:
            lines.append({
                "carrier": carrier,
                "segment": segment,
                "vendors": stored.vendors(row["vendor_ids"], row["complement"]) or "no vendor named",
                "role": row["role"],
                "day": row["day"] or "no date",
                "absent": row["presence"] == "absent",
                "cite": stored.cite(row),
                "id": row["row_id"],
            })  # fmt: skip
    return lines


def _counts(stored: Stored) -> list[Row]:
    rows = [r for r in stored.inputs("deployment") if r["country"] in stored.places and r["presence"] == "count"]
    rows = [r for r in rows if not unread(r) and (r["day_low_on"] or date.min) <= stored.as_of]
    rows.sort(key=lambda r: (stored.name(r["carrier_id"]).casefold(), r["segment"], r["day"] or "", r["row_id"]))
    return [
        {
            "carrier": stored.name(r["carrier_id"]) or "all carriers",
            "segment": r["segment"],
            "role": r["role"],
            "day": r["day"] or "no date",
            "cite": stored.cite(r),
            "id": r["row_id"],
        }
        for r in rows
    ]


def _sharing(stored: Stored) -> list[Row]:
    frame = stored.tables.get("party")
    here = set() if frame is None else {r["party_id"] for r in frame.iter_rows(named=True) if r["country"] in stored.places}
    rows = [r for r in stored.inputs("rides_on") if (here & {r["carrier_id"], r["host_id"]}) and not unread(r)]
    rows.sort(key=lambda r: (r["from_on"] or date.min, r["row_id"]))
    return [
        {
            "carrier": stored.name(r["carrier_id"]),
            "host": stored.name(r["host_id"]),
            "segment": r["segment"],
            "form": r["form"],
            "binding": r["binding"],
            "since": r["from_text"] or "no date",
            "says": r["says"],
            "cite": stored.cite(r),
            "id": r["row_id"],
        }
        for r in rows
    ]


def _common(stored: Stored) -> list[Row]:
    rows = sorted(
        stored.results("common_failure"),
        key=lambda r: (r["asset_class"], r["measure_kind"], stored.name(r["vendor_id"]).casefold(), r["failure_id"]),
    )
    return [
        {
            "vendor": stored.name(r["vendor_id"]),
            "class": class_words(r["asset_class"]),
            "measure": r["measure"],
            "low": r["low_share"],
            "high": r["high_share"],
            "words": share_words(r["low_share"], r["high_share"]),
            "carriers": join_words([stored.name(c) for c in r["carrier_ids"]]) or "none named",
            "id": r["failure_id"],
        }
        for r in rows
    ]
