"""Deadlines and purchases on a time line: when rules take effect, when they and their terms end, who buys what."""

from collections.abc import Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from provenet.case.extract import Extract, Fields, unread
from provenet.case.rows import AnyRow, PolicyRow, ProcurementRow
from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.grouping import grouped
from provenet.dependence.contracts import event_words
from provenet.dossier.drawings.timelines import Lane, Mark
from provenet.evidence.rules import policy_rows

TITLE = "Deadlines and purchases"
STARTS, PROPOSALS, TERMS, ENDS, PURCHASES = range(5)
"""Ranks of events: the order of lanes, and what the table calls them."""


Event = dict[str, Any]
"""A line of the table and its mark on the time line; without `low` it has no date."""


def collect(extract: Extract) -> Fields:
    """Numbered events in lanes, and the table that explains them."""
    policies = [row for row in policy_rows(extract) if not _is_from_later(row, extract.known)]
    events = [*_starts(policies, extract), *_terms(policies, extract), *_purchases(extract)]
    dated = sorted((e for e in events if e["low"]), key=itemgetter("low", "high", "lane", "what"))
    numbered = [{**event, "number": number} for number, event in enumerate(dated, start=1)]
    return {
        "events": numbered,
        "undated": sorted((e for e in events if not e["low"]), key=itemgetter("lane", "what")),
        "lanes": _lanes(numbered),
        "today": extract.as_of,
        "today_words": wording.day(extract.as_of),
        "is_ahead": extract.known is not None and any(day > extract.known for day in _days(dated, extract.as_of)),
    }


def _is_from_later(row: PolicyRow, known: date | None) -> bool:
    """Whether a criterion was read in a text published after the day known: its words may know of later days."""
    read_on = row["sourced_high_on"]
    return known is not None and read_on is not None and read_on > known


def _days(events: Sequence[Event], today: date) -> list[date]:
    return [today, *(day for event in events for day in (event["low"], event["high"]) if day)]


def _lanes(events: Sequence[Event]) -> list[Lane]:
    lanes = grouped(
        (event["lane"], Mark(str(event["number"]), event["low"], event["high"]))
        for event in sorted(events, key=lambda e: (e["rank"], e["lane"].casefold()))
        if event["low"] and event["high"]
    )
    return [Lane(label, tuple(marks)) for label, marks in lanes.items()]


def _starts(policies: Sequence[PolicyRow], extract: Extract) -> list[Event]:
    """First days; criteria of one instrument with one first day are one event."""
    groups: dict[tuple[str, str, str | None, str, str], list[PolicyRow]] = {}
    for row in policies:
        key = row["jurisdiction"], row["title"], row["effective"], row["binding"], row["lifecycle"]
        groups.setdefault(key, []).append(row)
    events: list[Event] = []
    for (where, title, written, binding, lifecycle), rows in sorted(groups.items(), key=lambda g: str(g[0])):
        low = rows[0]["effective_low_on"] or rows[0]["effective_high_on"]
        is_proposal = lifecycle.startswith("proposed")
        events.append(
            {
                "lane": "Proposals made" if is_proposal else "Rules take effect",
                "rank": PROPOSALS if is_proposal else STARTS,
                "low": low,
                "high": rows[0]["effective_high_on"] or low,
                "day": written or "no date",
                "who": countries().name(where) or where,
                "what": title,
                "detail": f"{binding}; {lifecycle}",
                "value": "",
                "cites": extract.cite_all(rows),
                "ids": [r["policy_id"] for r in rows],
            }
        )
    return events


def _terms(policies: Sequence[AnyRow], extract: Extract) -> list[Event]:
    return [
        {
            "lane": lane,
            "rank": rank,
            "low": low,
            "high": high,
            "day": words,
            "who": countries().name(row["jurisdiction"]) or row["jurisdiction"],
            "what": row["criterion"],
            "detail": f"{row['title']}; {row['binding']}; {row['lifecycle']}",
            "value": "",
            "cites": [extract.cite(row)],
            "ids": [row["policy_id"]],
        }
        for row in sorted(policies, key=lambda r: str(r["policy_id"]))
        for lane, rank, words, low, high in (
            ("Terms end", TERMS, row["deadline"], row["deadline_on"], row["deadline_on"]),
            ("Rules end", ENDS, row.get("ends"), row.get("ends_low_on"), row.get("ends_high_on")),
        )
        if words
    ]


def _purchases(extract: Extract) -> list[Event]:
    rows = [r for r in extract.inputs(ProcurementRow) if r["country"] in extract.places and not unread(r)]
    return [_purchase(row, extract) for row in sorted(rows, key=lambda r: str(r["row_id"]))]


def _purchase(row: ProcurementRow, extract: Extract) -> Event:
    low, value = row["day_low_on"] or row["day_high_on"], row["value_amount"]
    vendors = extract.vendors(row["vendor_ids"])
    return {
        "lane": extract.name(row["carrier_id"]) or "All carriers",
        "rank": PURCHASES,
        "low": low,
        "high": row["day_high_on"] or low,
        "day": row["day"] or "no date",
        "who": extract.name(row["carrier_id"]) or "All carriers",
        "what": f"{row['segment']}: {vendors + ', ' if vendors else ''}{event_words(row['event'])}",
        "detail": "",
        "value": "" if value is None else wording.amount(value, row["currency"], exact=True),
        "cites": [extract.cite(row)],
        "ids": [row["row_id"]],
    }
