"""The answer of `expose --graphs` as one drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provenet.core.wording import series
from provenet.dossier.drawings.canvas import standalone
from provenet.dossier.drawings.day_chart import DayBar, DayPanel, GroupBar, ReachedBar, day_chart
from provenet.verbs.answers import CountryOverTime, OverTimeReport

Figure = Mapping[str, Any]
MOST_REACHED = 12
LEAST_SHOWN = 5


def chart_of(found: OverTimeReport) -> bytes:
    """The drawing as SVG: what crosses on each day, what links did, and over whom countries are reached."""
    panels: list[DayPanel] = []
    reached: list[ReachedBar] = []
    for country in found.countries:
        before = f"{country.country}: " if len(found.countries) > 1 else ""
        panels += _panels(country, before)
        reached += _reached(country, before)
    few = any(0 < row["network_count"] < LEAST_SHOWN for country in found.countries for row in country.days)
    title = f"Routes of {series([country.country for country in found.countries])} by day"
    remark = f"Crosses {found.restricted_says}. Each pair counts once, whatever its traffic."
    remark += " Internal: sums over fewer than five networks are among them." if few else ""
    days = [day.isoformat() for day in found.graphs_on]
    return standalone(day_chart(panels, reached, days, title=title, remark=remark, key="d"), "sans-serif").encode()


def _panels(country: CountryOverTime, before: str) -> list[DayPanel]:
    made = []
    for tag in dict.fromkeys(row["tag"] for row in country.days if row["network_count"]):
        name = "carriers on file" if tag == "carrier" else f"tagged {tag}"
        days = [
            DayBar(row["graph_on"].isoformat(), row["low_share"], row["high_share"])
            for row in country.days
            if row["tag"] == tag
        ]
        parts = [row for row in country.changes if row["tag"] == tag and row["attribution"] == "part"]
        made.append(DayPanel(f"{before}{name}", tuple(days), _groups(parts)))
    return made


def _groups(parts: Sequence[Figure]) -> tuple[GroupBar, ...]:
    pairs = len({row["from_on"] for row in parts}) > 1
    same = ("from_on", "link_change", "link_group")
    backward = {tuple(row[name] for name in same): row for row in parts if row["link_order"] == "backward"}
    made = []
    for row in (one for one in parts if one["link_order"] == "forward"):
        when = f"to {row['to_on']}: " if pairs else ""
        other = backward[tuple(row[name] for name in same)]
        name = f"{when}{row['link_change']} {row['link_group']}"
        made.append(GroupBar(name, row["low_change_share"], other["low_change_share"]))
    return tuple(made)


def _reached(country: CountryOverTime, before: str) -> list[ReachedBar]:
    shares: dict[str, list[float | None]] = {}
    name: dict[str, str] = {}
    for row in sorted(country.influences, key=lambda one: one["graph_on"]):
        shares.setdefault(row["asn"], []).append(row["hegemony_share"])
        name[row["asn"]] = f"AS{row['asn']}" + (f" {row['network_name']}"[:32] if row["network_name"] else "")
    ordered = sorted(shares, key=lambda asn: (-max(share or 0.0 for share in shares[asn]), int(asn)))
    return [ReachedBar(before + name[asn], tuple(shares[asn])) for asn in ordered[:MOST_REACHED]]
