"""What routes cross on several days: bars by day, what groups of links did, and over whom a country is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenet.core import wording
from provenet.dossier.drawings.canvas import Canvas

Figure = Mapping[str, Any]
MOST_REACHED = 12
"""Networks over which a country is reached that a chart shows."""


@dataclass(frozen=True)
class DayBar:
    """The least and greatest share of routes that cross on a day; None without a route."""

    day: str
    low_share: float | None
    high_share: float | None


@dataclass(frozen=True)
class GroupBar:
    """What one group of links did, in shares of routes: in the order of the groups, and in the reverse one.

    Each is the change of the least share; None where one side has no route.
    """

    name: str
    forward_share: float | None
    backward_share: float | None


@dataclass(frozen=True)
class ReachedBar:
    """The hegemony of a network by day; None where the graph of the day does not have it."""

    name: str
    shares: tuple[float | None, ...]


@dataclass(frozen=True)
class DayPanel:
    """One set of sources: its days in order, and what links did between them."""

    name: str
    days: tuple[DayBar, ...]
    groups: tuple[GroupBar, ...] = ()


def day_panels(days: Sequence[Figure], changes: Sequence[Figure], before: str = "") -> list[DayPanel]:
    """A panel a tag, from rows of `route_day` and `route_change`; tags without a network on any day have none."""
    made = []
    for tag in dict.fromkeys(row["tag"] for row in days if row["network_count"]):
        bars = [
            DayBar(row["graph_on"].isoformat(), row["low_share"], row["high_share"])
            for row in days
            if row["tag"] == tag
        ]
        parts = [row for row in changes if row["tag"] == tag and row["attribution"] == "part"]
        made.append(DayPanel(f"{before}{tag_words(tag)}", tuple(bars), _group_bars(parts)))
    return made


def tag_words(tag: str) -> str:
    """The networks of a tag, as a chart names them."""
    return "carriers on file" if tag == "carrier" else f"tagged {tag}"


def _group_bars(parts: Sequence[Figure]) -> tuple[GroupBar, ...]:
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


def reached_bars(influences: Sequence[Figure], before: str = "") -> list[ReachedBar]:
    """Rows of `influence_day` as marks by day, the networks of the greatest hegemony on some day first."""
    shares: dict[str, list[float | None]] = {}
    name: dict[str, str] = {}
    for row in sorted(influences, key=lambda one: one["graph_on"]):
        shares.setdefault(row["asn"], []).append(row["hegemony_share"])
        name[row["asn"]] = f"AS{row['asn']}" + (f" {row['network_name']}"[:32] if row["network_name"] else "")
    ordered = sorted(shares, key=lambda asn: (-max(share or 0.0 for share in shares[asn]), int(asn)))
    return [ReachedBar(before + name[asn], tuple(shares[asn])) for asn in ordered[:MOST_REACHED]]


_LEFT, _LONG, _WIDTH, _ROW = 250.0, 320.0, 720.0, 18.0


def day_chart(
    panels: Sequence[DayPanel], reached: Sequence[ReachedBar], days: Sequence[str], *, title: str, remark: str, key: str
) -> str:
    """Panels one below the other, then a row a network with a mark a day; words repeat each figure.

    An empty title leaves out the head with its remark.
    """
    rows = sum(2 + len(one.days) + (1 + len(one.groups) if one.groups else 0) for one in panels)
    rows += 2 + len(reached) if reached else 0
    head = 58.0 if title else 12.0
    canvas = Canvas(_WIDTH, head + _ROW * rows, title, key=key)
    if title:
        canvas.text((8, 18), title, 14, css="t-strong")
        canvas.text((8, 34), remark, 10, css="t-soft")
    y = head - 6
    for panel in panels:
        y = _panel(canvas, panel, y)
    if reached:
        _reached(canvas, reached, days, y=y)
    return canvas.svg()


def _panel(canvas: Canvas, panel: DayPanel, y: float) -> float:
    canvas.text((8, y + 12), panel.name, 12, css="t-strong")
    canvas.text((_LEFT, y + 12), "share of routes that cross, 0 to 100 %", 9.5, css="t-soft")
    y += _ROW
    for bar in panel.days:
        canvas.text((20, y + 12), bar.day, 11)
        canvas.rect((_LEFT, y + 2, _LONG, 12), "f-paper")
        if bar.low_share is None or bar.high_share is None:
            words = "no route"
        else:
            low, high = _LONG * bar.low_share, _LONG * bar.high_share
            canvas.rect((_LEFT, y + 2, low, 12), "f-restricted")
            if high > low:
                canvas.hatch((_LEFT + low, y + 2, high - low, 12))
            words = wording.interval(bar.low_share, bar.high_share)
        canvas.rect((_LEFT, y + 2, _LONG, 12), "s-soft", ' stroke-width="0.7"')
        canvas.text((_LEFT + _LONG + 10, y + 12), words, 11, css="t-strong")
        y += _ROW
    if panel.groups:
        y = _groups(canvas, panel.groups, y)
    return y + _ROW


def _groups(canvas: Canvas, groups: Sequence[GroupBar], y: float) -> float:
    """Bars to both sides of a middle line: dark in the order of the groups, pale in the reverse one."""
    parts = [part for one in groups for part in (one.forward_share, one.backward_share) if part is not None]
    most = max((abs(part) for part in parts), default=0.0) or 1.0
    middle, half = _LEFT + _LONG / 2, _LONG / 2
    canvas.text((20, y + 12), "what links did, in percentage points", 10, css="t-soft")
    canvas.text((_LEFT, y + 12), "dark: in this order; pale: in the reverse one", 9.5, css="t-soft")
    y += _ROW
    for one in groups:
        canvas.text((20, y + 12), one.name, 9.5)
        for part, css, top in ((one.forward_share, "f-solid", 2.0), (one.backward_share, "f-line", 8.0)):
            if part is not None:
                long = half * abs(part) / most
                canvas.rect((middle if part > 0 else middle - long, y + top, long, 5), css)
        canvas.text((_LEFT + _LONG + 10, y + 12), _both(one), 10)
        y += _ROW
    canvas.line((middle, y - _ROW * len(groups)), (middle, y), "s-ink", width=0.8)
    return y


def _both(one: GroupBar) -> str:
    parts = (one.forward_share, one.backward_share)
    words = ["not known" if part is None else wording.signed_points(part) for part in parts]
    return words[0] if words[0] == words[1] else f"{words[0]}; reversed {words[1]}"


def _reached(canvas: Canvas, reached: Sequence[ReachedBar], days: Sequence[str], *, y: float) -> None:
    """A row a network: a mark for each day, the last one dark, joined by a line."""
    canvas.text((8, y + 12), "Over whom the country is reached", 12, css="t-strong")
    canvas.text((_LEFT, y + 12), f"AS hegemony, 0 to 100 %: {', '.join(days)}; the last is dark", 9.5, css="t-soft")
    y += _ROW
    for one in reached:
        known = [share for share in one.shares if share is not None]
        canvas.text((20, y + 12), one.name, 9.5)
        canvas.line((_LEFT, y + 8), (_LEFT + _LONG, y + 8), "s-line", width=0.5)
        if known:
            canvas.line((_LEFT + _LONG * min(known), y + 8), (_LEFT + _LONG * max(known), y + 8), "s-soft", width=1.2)
        for nth, share in enumerate(one.shares):
            if share is not None:
                last = nth + 1 == len(one.shares)
                canvas.circle((_LEFT + _LONG * share, y + 8), 4, "f-solid" if last else "f-paper fs-solid")
        words = "; ".join("not there" if share is None else wording.percent(share) for share in one.shares)
        canvas.text((_LEFT + _LONG + 10, y + 12), words, 10)
        y += _ROW
