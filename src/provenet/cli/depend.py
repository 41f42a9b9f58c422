"""The command `depend`: how much rests on whom, the biggest share first."""

from collections.abc import Iterator, Mapping
from typing import Any

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.lines import heading
from provenet.cli.progress import with_progress
from provenet.core.wording import count, interval, series
from provenet.verbs.answers import DependenceReport
from provenet.verbs.settings import DependSettings

WHOLES = {
    "answered": "Measured, of the routers that answered",
    "probed": "Measured, of the routers behind the addresses probed",
}
SHOWN_FIGURES = 12
"""Shares of one country that the lines show, the biggest first; `--json` has them all."""


@command(DependSettings)
def depend(case: str, settings: DependSettings, as_json: bool) -> None:
    """Work out how much rests on whom in CASE.

    Shares are intervals with coverage; the answer ends with them, the biggest first.
    """
    from provenet.verbs.depend import run

    report = with_progress(run, case, settings)
    say_json(report.as_dict()) if as_json else say(depend_lines(report))


def depend_lines(found: DependenceReport) -> Iterator[str]:
    """What was written for each country, then its shares, the biggest first."""
    yield heading(found.as_of, found.known_on)
    for group in found.groups:
        yield f"  {group['word']}: {group['says']}"
    if not found.countries:
        yield "  Nothing written: no country was screened for that day, and none has carriers and published shares."
    for one in found.countries:
        yield f"  {one.country}: " + ", ".join(
            f"{count(number, 'row')} of {table}" for table, number in one.rows.items()
        )
        for figure in one.figures[:SHOWN_FIGURES]:
            yield f"    {figure_line(figure)}"
        if len(one.figures) > SHOWN_FIGURES:
            yield f"    and {count(len(one.figures) - SHOWN_FIGURES, 'smaller share')}: --json has them all"
        if not one.figures:
            yield "    No share of the whole country is known."
        if one.measured is not None:
            yield from measured_lines(one.measured)


def measured_lines(measured: Mapping[str, Any]) -> Iterator[str]:
    """Shares of vendors among the routers that were measured in a country, the biggest first."""
    figures = [row for row in measured["figures"] if row["level"] == "country" and row["part"] is None]
    for whole, words in WHOLES.items():
        mine = [row for row in figures if row["measured_of"] == whole]
        if not mine:
            continue
        first = mine[0]
        of = (
            "no denominator, so counts alone"
            if first["router_count"] is None
            else count(first["router_count"], "router")
        )
        yield f"    {words} ({of}; {count(first['identified_count'], 'router')} identified)"
        for row in mine[:SHOWN_FIGURES]:
            ends = "" if row["low_share"] is None else f"{interval(row['low_share'], row['high_share'])}: "
            yield f"      {ends}{series(row['vendor_ids'])}, {count(row['seen_count'], 'router')}"
        if len(mine) > SHOWN_FIGURES:
            yield f"      and {count(len(mine) - SHOWN_FIGURES, 'vendor')} with fewer: --json has them all"


def figure_line(figure: Mapping[str, Any]) -> str:
    """One share: whose equipment, or what a policy restricts, of what and by which measure."""
    ends = interval(
        figure["low_share"], figure["high_share"], low_open=figure["low_open"], high_open=figure["high_open"]
    )
    whose = series(figure["vendors"]) if figure["vendors"] else f"restricted under {figure['pack']}"
    measure = figure["measure_short"] or figure["measure"]
    return f"{ends}: {whose}, {figure['segment']} ({measure})"
