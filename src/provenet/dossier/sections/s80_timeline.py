"""Deadlines and purchases on a time line: when rules take effect and terms end, who buys what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from provenet.core.countries import countries
from provenet.dossier.charts import Lane, Mark
from provenet.dossier.stored import Row, Stored, unread
from provenet.dossier.words import day_words, money

TITLE = "Deadlines and purchases"


def collect(stored: Stored) -> dict[str, Any]:
    """Numbered events in lanes, and the table that spells them."""
    policies = [r for r in stored.inputs("policy") if r["jurisdiction"] in stored.jurisdictions() and not unread(r)]
    events = [*_starts(policies, stored), *_terms(policies, stored), *_purchases(stored)]
    dated = sorted((e for e in events if e["low"]), key=lambda e: (e["low"], e["high"], e["lane"], e["what"]))
    for number, event in enumerate(dated, start=1):
        event["number"] = number
    undated = [e for e in events if not e["low"]]
    return {
        "events": dated,
        "undated": sorted(undated, key=lambda e: (e["lane"], e["what"])),
        "lanes": _lanes(dated),
        "today": stored.as_of,
        "today_words": day_words(stored.as_of),
        "then": stored.known is not None,
    }


def _lanes(events: Sequence[Row]) -> list[Lane]:
    order: dict[str, list[Mark]] = {}
    for event in sorted(events, key=lambda e: (e["rank"], e["lane"].casefold())):
        order.setdefault(event["lane"], []).append(Mark(str(event["number"]), event["low"], event["high"]))
    return [Lane(label, tuple(marks)) for label, marks in order.items() if marks]


def _starts(policies: Sequence[Row], stored: Stored) -> list[Row]:
    """First days; criteria of one instrument with one first day are one event."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in policies:
        key = (row["jurisdiction"], row["title"], row["effective"], row["binding"], row["lifecycle"])
        groups.setdefault(key, []).append(row)
    made = []
    for (where, title, written, binding, lifecycle), rows in sorted(groups.items(), key=lambda g: str(g[0])):
        low = rows[0]["effective_low_on"] or rows[0]["effective_high_on"]
        made.append({
            "lane": "Proposals made" if lifecycle.startswith("proposed") else "Rules take effect",
            "rank": 1 if lifecycle.startswith("proposed") else 0,
            "low": low,
            "high": rows[0]["effective_high_on"] or low,
            "day": written or "no date",
            "who": countries().name(where) or where,
            "what": title,
            "detail": f"{binding}; {lifecycle}",
            "value": "",
            "cites": stored.cite_all(rows),
            "ids": [r["policy_id"] for r in rows],
        })  # fmt: skip
    return made


def _terms(policies: Sequence[Row], stored: Stored) -> list[Row]:
    made = []
    for row in sorted(policies, key=lambda r: str(r["policy_id"])):
        if not row["deadline"]:
            continue
        made.append({
            "lane": "Terms end",
            "rank": 2,
            "low": row["deadline_on"],
            "high": row["deadline_on"],
            "day": row["deadline"],
            "who": countries().name(row["jurisdiction"]) or row["jurisdiction"],
            "what": row["criterion"],
            "detail": f"{row['title']}; {row['binding']}; {row['lifecycle']}",
            "value": "",
            "cites": [stored.cite(row)],
            "ids": [row["policy_id"]],
        })  # fmt: skip
    return made


def _purchases(stored: Stored) -> list[Row]:
    made = []
    for row in sorted(stored.inputs("procurement"), key=lambda r: str(r["row_id"])):
        if row["country"] not in stored.places or unread(row):
            continue
        low = row["day_low_on"] or row["day_high_on"]
        vendors = stored.vendors(row["vendor_ids"])
        value = money(row["value_amount"], row["currency"] or "") if row["value_amount"] is not None else ""
        made.append({
            "lane": stored.name(row["carrier_id"]) or "All carriers",
            "rank": 3,
            "low": low,
            "high": row["day_high_on"] or low,
            "day": row["day"] or "no date",
            "who": stored.name(row["carrier_id"]) or "All carriers",
            "what": f"{row['segment']}: {vendors + ', ' if vendors else ''}{_told(row['event'])}",
            "detail": "",
            "value": value,
            "cites": [stored.cite(row)],
            "ids": [row["row_id"]],
        })  # fmt: skip
    return made


def _told(event: str) -> str:
    """An event in words, without the word that our tables use for how far a source was read."""
    return re.sub(r"\bconfirmed\b", "announced", event, flags=re.IGNORECASE)
