"""For internal readers: what failures, leaks and refusals would take from routes."""

from collections.abc import Sequence
from typing import NamedTuple

from provenet.case.extract import Extract
from provenet.case.rows import RouteScenarioRow
from provenet.dossier.drawings.share_bars import ScenarioBar

TITLE = "What if something fails, leaks or refuses?"
SHOWN_SCENARIOS = 10
"""Of each tag the scenarios that take and cross most; the others are counted."""


class TagScenarios(NamedTuple):
    """The scenarios that do most to the routes of one tag, as bars and as lines; `first` says how they are before."""

    first: RouteScenarioRow
    shown: list[RouteScenarioRow]
    bars: list[ScenarioBar]
    more: int
    untouched: int


class WhatIf(NamedTuple):
    """The scenarios of the case, tag by tag."""

    tags: list[TagScenarios]
    assumed: list[str]


def collect(extract: Extract) -> WhatIf | None:
    """The scenarios of the case; None for a public page and where the case holds none."""
    if extract.audience != "internal":
        return None
    scenarios = [row for row in extract.results(RouteScenarioRow) if row["network_count"] and row["routed_count"]]
    if not scenarios:
        return None
    # Sensitive networks before carriers.
    by_tag = sorted(scenarios, key=lambda row: (row["role"] == "carrier", row["tag"] == "carrier", row["tag"]))
    tags = dict.fromkeys(row["tag"] for row in by_tag)
    assumed = dict.fromkeys(text.rstrip(".") for row in scenarios for text in row["assumed"] or [])
    return WhatIf([_scenarios(tag, scenarios) for tag in tags], [*assumed])


def _weight(row: RouteScenarioRow) -> tuple[int, str, str]:
    return -(row["high_lost_count"] + row["high_new_count"]), row["scenario"], row["extent"]


def _scenarios(tag: str, rows: Sequence[RouteScenarioRow]) -> TagScenarios:
    mine = sorted((row for row in rows if row["tag"] == tag), key=_weight)
    touched = [row for row in mine if row["high_lost_count"] or row["high_new_count"] or row["gained_count"]]
    shown = touched[:SHOWN_SCENARIOS]
    bars = [_bar(row) for row in shown]
    return TagScenarios(mine[0], shown, bars, len(touched) - len(shown), len(mine) - len(touched))


def _counts(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _bar(row: RouteScenarioRow) -> ScenarioBar:
    lost, new = ((row["low_lost_count"], row["high_lost_count"]), (row["low_new_count"], row["high_new_count"]))
    name = row["scenario"] + (", all that may fail" if row["extent"] == "possible" else "")
    return ScenarioBar(name, lost, new, _counts(*lost), _counts(*new))
