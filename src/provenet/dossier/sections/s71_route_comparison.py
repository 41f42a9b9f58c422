"""Modelled routes beside others: every sum that a page may show, by whose routes and where they lead."""

from datetime import date

from provenet.case.rows import RouteComparisonRow
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.dossier.extract import Extract, Fields

TITLE = "Modelled routes beside others"
_WHOSE = {
    "sensitive": "government and defence networks",
    "carrier": "networks of carriers",
    "allied": "networks of allied ministries of defence",
}


def collect(extract: Extract) -> Fields | None:
    """The rows by level, role, direction and destination; None where the case compares no routes."""
    found = extract.results(RouteComparisonRow)
    internal = extract.audience == "internal"
    rows = [row for row in found if row["path_count"] and (internal or row["audience"] == "public")]
    if not rows:
        return None
    order = ("all", "country", "role", "tag")

    def place(row: RouteComparisonRow) -> tuple[object, ...]:
        whose = order.index(row["level"]), row["role"] or "", row["tag"] or ""
        where = row["direction"], row["reading"], row["destination"]
        return row["against"] != "observed", row["other_on"] or date.min, *whose, *where

    rows.sort(key=place)
    first = rows[0]
    return {
        "lines": [_line(row, extract.country) for row in rows],
        "silent": len(found) - len(rows),
        "others": [f"{row['other_says'].rstrip('.')}." for row in {row["other_says"]: row for row in rows}.values()],
        "outside": "" if first["outside_count"] is None else f"{first['outside_count']:,}",
        "first": first["route_comparison_id"],
        "graph": first["graph_says"],
        "graph_on": wording.day(first["graph_on"]) if first["graph_on"] else "",
        "restricted": first["restricted_says"],
        "harm": first["harm"],
        "unseen_says": first["unseen_says"],
        "assumed": list(dict.fromkeys(text.rstrip(".") for row in rows for text in row["assumed"])),
    }


def _line(row: RouteComparisonRow, country: str) -> Fields:
    kinds = {**vocabulary()["expose"]["destinations"], "all": "all networks"}
    whose = {"all": "all networks", "country": f"networks registered in {country}"}.get(row["level"])
    whose = whose or (f"networks tagged {row['tag']}" if row["tag"] else _WHOSE[row["role"] or ""])
    source, destination = (whose, kinds[row["destination"]])
    if row["direction"] == "to":
        source, destination = destination, source
    return {
        "id": row["route_comparison_id"],
        "from": source,
        "to": destination,
        "beside": _beside(row),
        "paths": f"{row['path_count']:,}",
        "direct": f"{row['direct_count']:,}",
        "unknown": "–" if row["unknown_link_count"] is None else f"{row['unknown_link_count']:,}",
        "valley": "–" if row["valley_count"] is None else f"{row['valley_count']:,}",
        "no_route": f"{row['no_route_count']:,}",
        "class": wording.percent(row["class_share"]),
        "next_hop": wording.percent(row["next_hop_share"]),
        "length": wording.percent(row["length_share"]),
        "whole": "–" if row["whole_share"] is None else wording.percent(row["whole_share"]),
        "pairs": f"{row['routed_pair_count']:,}",
        "other": wording.interval(row["low_other_share"], row["high_other_share"]),
        "modelled": wording.interval(row["low_modelled_share"], row["high_modelled_share"]),
    }


def _beside(row: RouteComparisonRow) -> str:
    """What the model stands beside."""
    if row["against"] == "observed":
        return "reported routes" if row["reading"] == "reported" else "observed routes"
    return f"graph of {wording.day(row['other_on'])}" if row["other_on"] else "another graph"
