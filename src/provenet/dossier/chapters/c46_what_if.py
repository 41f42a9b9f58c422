"""For internal readers: what failures, leaks and refusals would take from routes."""

from collections.abc import Sequence

from provenet.case.extract import Extract, Fields
from provenet.case.rows import RouteScenarioRow
from provenet.core import wording
from provenet.core.disclosure import is_enough
from provenet.dossier.drawings.share_bars import ScenarioBar

TITLE = "What if something fails, leaks or refuses?"
SHOWN_SCENARIOS = 10
"""Of each tag the scenarios that take and cross most; the others are counted."""


def collect(extract: Extract) -> Fields | None:
    """The scenarios of the case, tag by tag; None for a public page and where the case holds none."""
    if extract.audience != "internal":
        return None
    scenarios = [row for row in extract.results(RouteScenarioRow) if row["network_count"] and row["routed_count"]]
    if not scenarios:
        return None
    first = scenarios[0]
    # Sensitive networks before carriers.
    by_tag = sorted(scenarios, key=lambda row: (row["role"] == "carrier", row["tag"] == "carrier", row["tag"]))
    return {
        "scenarios": [_scenarios(tag, scenarios) for tag in dict.fromkeys(row["tag"] for row in by_tag)],
        "scenario_set": first["restricted_says"],
        "harm": first["harm"],
        "unseen_says": first["unseen_says"],
        "assumed": list(dict.fromkeys(text.rstrip(".") for row in scenarios for text in row["assumed"] or [])),
    }


def _weight(row: RouteScenarioRow) -> tuple[int, str, str]:
    return -(row["high_lost_count"] + row["high_new_count"]), row["scenario"], row["extent"]


def _scenarios(tag: str, rows: Sequence[RouteScenarioRow]) -> Fields:
    """The scenarios that do most to the routes of one tag, as bars and as lines."""
    mine = sorted((row for row in rows if row["tag"] == tag), key=_weight)
    touched = [row for row in mine if row["high_lost_count"] or row["high_new_count"] or row["gained_count"]]
    shown = touched[:SHOWN_SCENARIOS]
    return {
        "what": "carriers on file" if tag == "carrier" else f"tagged {tag}",
        "networks": wording.count(mine[0]["network_count"], "network"),
        "few": not is_enough(mine[0]["network_count"]),
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
    return {
        "id": row["route_scenario_id"],
        "name": _name(row),
        "changes": row["changes"] or [],
        "missing": row["missing"] or [],
        "lost": wording.interval(row["low_lost_count"] / routed, row["high_lost_count"] / routed),
        "new": wording.interval(row["low_new_count"] / routed, row["high_new_count"] / routed),
        "after": "no route is left"
        if row["low_share"] is None
        else wording.interval(row["low_share"], row["high_share"]),
    }
