"""The answer of `expose --graphs` as one drawing."""

from __future__ import annotations

from provenet.core.wording import series
from provenet.dossier.drawings.canvas import standalone
from provenet.dossier.drawings.day_chart import DayPanel, ReachedBar, day_chart, day_panels, reached_bars
from provenet.verbs.answers import OverTimeReport

LEAST_SHOWN = 5


def chart_of(found: OverTimeReport) -> bytes:
    """The drawing as SVG: what crosses on each day, what links did, and over whom countries are reached."""
    panels: list[DayPanel] = []
    reached: list[ReachedBar] = []
    for country in found.countries:
        before = f"{country.country}: " if len(found.countries) > 1 else ""
        panels += day_panels(country.days, country.changes, before)
        reached += reached_bars(country.influences, before)
    few = any(0 < row["network_count"] < LEAST_SHOWN for country in found.countries for row in country.days)
    title = f"Routes of {series([country.country for country in found.countries])} by day"
    remark = f"Crosses {found.restricted_says}. Each pair counts once, whatever its traffic."
    remark += " Internal: sums over fewer than five networks are among them." if few else ""
    days = [day.isoformat() for day in found.graphs_on]
    return standalone(day_chart(panels, reached, days, title=title, remark=remark, key="d"), "sans-serif").encode()
