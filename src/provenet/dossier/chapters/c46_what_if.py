"""For internal readers: what failures, leaks and refusals would take from routes, and how these changed by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from provenet.case.rows import InfluenceDayRow, RouteChangeRow, RouteDayRow, RouteScenarioRow
from provenet.core import wording
from provenet.dossier.drawings.day_chart import day_panels, reached_bars, tag_words
from provenet.dossier.drawings.scenario_bars import ScenarioBar
from provenet.dossier.extract import Extract, Fields

TITLE = "What if, and how routes changed"
SHOWN_SCENARIOS = 10
"""Of each tag the scenarios that take and cross most; the others are counted."""
SHOWN_CHANGES = 4
LEAST_SHOWN = 5


def collect(extract: Extract) -> Fields | None:
    """Scenarios and days of the case, tag by tag; None for a public page and where the case holds neither."""
    if extract.audience != "internal":
        return None
    scenarios = [row for row in extract.results(RouteScenarioRow) if row["network_count"] and row["routed_count"]]
    days = [row for row in extract.results(RouteDayRow) if row["network_count"]]
    if not scenarios and not days:
        return None
    first = (scenarios or days)[0]
    return {
        "then": extract.known is not None,
        "scenarios": [_scenarios(tag, scenarios) for tag in dict.fromkeys(row["tag"] for row in _ordered(scenarios))],
        "scenario_set": scenarios[0]["restricted_says"] if scenarios else "",
        "days": _days(extract, days),
        "day_set": days[0]["restricted_says"] if days else "",
        "reached": _reached(extract),
        "harm": first["harm"],
        "unseen_says": first["unseen_says"],
        "assumed": _assumed([*scenarios, *days, *extract.results(RouteChangeRow)]),
    }


def _assumed(rows: Iterable[RouteScenarioRow | RouteDayRow | RouteChangeRow]) -> list[str]:
    return list(dict.fromkeys(text.rstrip(".") for row in rows for text in row["assumed"] or []))


def _ordered(rows: Sequence[RouteScenarioRow]) -> list[RouteScenarioRow]:
    """Sensitive networks before carriers."""
    return sorted(rows, key=lambda row: (row["role"] == "carrier", row["tag"] == "carrier", row["tag"]))


def _weight(row: RouteScenarioRow) -> tuple[int, str, str]:
    return -(row["high_lost_count"] + row["high_new_count"]), row["scenario"], row["extent"]


def _scenarios(tag: str, rows: Sequence[RouteScenarioRow]) -> Fields:
    """The scenarios that do most to the routes of one tag, as bars and as lines."""
    mine = sorted((row for row in rows if row["tag"] == tag), key=_weight)
    touched = [row for row in mine if row["high_lost_count"] or row["high_new_count"] or row["gained_count"]]
    shown = touched[:SHOWN_SCENARIOS]
    return {
        "what": tag_words(tag),
        "networks": wording.count(mine[0]["network_count"], "network"),
        "few": mine[0]["network_count"] < LEAST_SHOWN,
        "routed": f"{mine[0]['routed_count']:,}",
        "before": wording.interval(mine[0]["before_low_share"], mine[0]["before_high_share"]),
        "id": mine[0]["route_scenario_id"],
        "bars": [_bar(row) for row in shown],
        "lines": [_line(row) for row in shown],
        "more": len(touched) - len(shown),
        "untouched": len(mine) - len(touched),
    }


def _counts(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _name(row: RouteScenarioRow) -> str:
    return row["scenario"] + (", all that may fail" if row["extent"] == "possible" else "")


def _bar(row: RouteScenarioRow) -> ScenarioBar:
    lost, new = ((row["low_lost_count"], row["high_lost_count"]), (row["low_new_count"], row["high_new_count"]))
    return ScenarioBar(_name(row), lost, new, _counts(*lost), _counts(*new))


def _line(row: RouteScenarioRow) -> Fields:
    routed = row["routed_count"]

    def part(name: str) -> str:
        low, high = (row["low_lost_count"], row["high_lost_count"])
        if name == "new":
            low, high = (row["low_new_count"], row["high_new_count"])
        return wording.interval(low / routed, high / routed)

    return {
        "id": row["route_scenario_id"],
        "name": _name(row),
        "changes": row["changes"] or [],
        "missing": row["missing"] or [],
        "lost": part("lost"),
        "new": part("new"),
        "after": "no route is left"
        if row["low_share"] is None
        else wording.interval(row["low_share"], row["high_share"]),
    }


def _days(extract: Extract, days: Sequence[RouteDayRow]) -> list[Fields]:
    """Of each tag the share and ladder of each day, and what the difference is attributed to."""
    ordered = sorted(
        days, key=lambda row: (row["role"] == "carrier", row["tag"] == "carrier", row["tag"], row["graph_on"])
    )
    changes = sorted(extract.results(RouteChangeRow), key=lambda row: (row["from_on"], row["place_count"]))
    panels = {panel.name: panel for panel in day_panels(ordered, changes)}
    made: list[Fields] = []
    for tag in dict.fromkeys(row["tag"] for row in ordered):
        mine = [row for row in ordered if row["tag"] == tag]
        made.append(
            {
                "what": tag_words(tag),
                "panel": panels[tag_words(tag)],
                "few": min(row["network_count"] for row in mine) < LEAST_SHOWN,
                "lines": [_day(row) for row in mine],
                "changes": _changes([row for row in changes if row["tag"] == tag]),
            }
        )
    return made


def _day(row: RouteDayRow) -> Fields:
    pairs = row["pair_count"]

    def part(*names: int) -> str:
        return wording.percent(sum(names) / pairs) if pairs else "no pair"

    return {
        "id": row["route_day_id"],
        "day": wording.day(row["graph_on"]) if row["graph_on"] else "day not known",
        "networks": f"{row['network_count']:,}",
        "absent": f"{row['absent_count']:,}" if row["absent_count"] else "",
        "crossing": "no route" if row["low_share"] is None else wording.interval(row["low_share"], row["high_share"]),
        "today": part(row["rung_0_count"]),
        "one": part(row["rung_1_alone_count"], row["rung_1_other_count"]),
        "more": part(row["rung_2_count"], row["rung_3_count"]),
        "none": part(row["rung_none_count"]),
    }


def _changes(rows: Sequence[RouteChangeRow]) -> list[Fields]:
    """Between each day and the next the whole difference, and the groups of links that did most to it."""
    made: list[Fields] = []
    for whole in (row for row in rows if row["attribution"] == "all"):
        parts = [row for row in rows if row["attribution"] == "part" and row["from_on"] == whole["from_on"]]
        forward = sorted(
            (row for row in parts if row["link_order"] == "forward"),
            key=lambda row: (-abs(row["low_change_share"] or 0.0), row["place_count"]),
        )
        made.append(
            {
                "id": whole["route_change_id"],
                "first": wording.day(whole["from_on"]) if whole["from_on"] else "a day not known",
                "last": wording.day(whole["to_on"]) if whole["to_on"] else "a day not known",
                "links": f"{whole['link_count']:,}",
                "change": _points(whole),
                "parts": [
                    {
                        "id": row["route_change_id"],
                        "links": f"{row['link_count']:,}",
                        "what": f"{row['link_change']} {row['link_group']}",
                        "change": _points(row),
                        "other": [(one["route_change_id"], _points(one)) for one in parts if _is_reverse(one, row)],
                    }
                    for row in forward[:SHOWN_CHANGES]
                ],
                "more": max(len(forward) - SHOWN_CHANGES, 0),
            }
        )
    return made


def _is_reverse(one: RouteChangeRow, row: RouteChangeRow) -> bool:
    """Whether a row is of the same group of links in the reverse order."""
    same = one["link_change"] == row["link_change"] and one["link_group"] == row["link_group"]
    return same and one["link_order"] == "backward"


def _points(row: RouteChangeRow) -> str:
    low = row["low_change_share"]
    return "no share on one side" if low is None else wording.signed_points(low)


def _reached(extract: Extract) -> Fields | None:
    rows = extract.results(InfluenceDayRow)
    if not rows:
        return None
    days = sorted({row["graph_on"] for row in rows if row["graph_on"] is not None})
    dated = [row for day in days for row in rows if row["graph_on"] == day]
    bars = reached_bars(dated)
    return {
        "bars": bars,
        "days": [day.isoformat() for day in days],
        "heads": [wording.day(day) for day in days],
        "weights": rows[0]["weights_says"],
        "lines": [
            {"name": bar.name, "shares": [_hegemony(row) for row in dated if bar.name.split()[0] == f"AS{row['asn']}"]}
            for bar in bars
        ],
    }


def _hegemony(row: InfluenceDayRow) -> Fields:
    share = row["hegemony_share"]
    return {"id": row["influence_day_id"], "words": "not in the graph" if share is None else wording.percent(share)}
