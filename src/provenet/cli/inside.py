"""The command `inside`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.files import files_named, place_of, whole_file
from provenet.cli.progress import ProgressLine
from provenet.core.errors import UsageFault, visible
from provenet.core.wording import count, figure, interval, percent
from provenet.tools.settings import InsideSettings

if TYPE_CHECKING:
    from provenet.tools.inside import InsideReport

OUT = click.option(
    "--out",
    metavar="PARQUET",
    help="Write a row a demand; links, scenarios and, with --steer, steered paths go to files beside it.",
)
SHOWN = 12
"""Demands and links shown."""


@command(InsideSettings, case=False)
@OUT
def inside(settings: InsideSettings, *, out: str | None, as_json: bool) -> None:
    """Say what traffic crosses inside your own network.

    TOPOLOGY is SNDlib (native or XML), REPETITA, GraphML, node-link JSON or RFC 8345 JSON, plain or packed as gz.
    docs/inside.md describes the model.
    """
    from provenet.tools.inside import run
    from provenet.tools.row_files import json_lines, write_rows

    places = None if out is None else _places(out, settings)
    with ProgressLine() as progress:
        found = run(replace(settings, progress=progress))
        for place, rows in () if places is None else zip(places, found.tables, strict=True):
            with whole_file(place) as stream:
                write_rows(rows, place, stream)
    written = None if places is None else [str(place) for place in places]
    if as_json:
        tables = {"scenarios": found.shown_scenarios, "demands": found.demands, "link_loads": found.links}
        say_json({**found.summary, **{name: json_lines(table) for name, table in tables.items()}, "out": written})
    else:
        say(map(visible, lines_of(found)))
        say(["", f"Written: {', '.join(written)}"] if written else [])


def _places(out: str, settings: InsideSettings) -> tuple[Path, ...]:
    if Path(out).suffix.casefold() != ".parquet":
        raise UsageFault(f"--out: the table is written as Parquet; found {out!r}, expected an ending of .parquet.")
    stem = out[: -len(".parquet")]
    names = [out, f"{stem}-links.parquet", f"{stem}-scenarios.parquet"]
    names += [f"{stem}-paths.parquet"] if settings.steer else []
    return tuple(place_of("--out", name, files_named(settings)) for name in names)


def lines_of(found: InsideReport) -> Iterator[str]:
    """The answer, line by line."""
    answer = found.summary
    one, totals = answer["topology"], answer["totals"]
    yield f"{one['file']}: {count(one['nodes'], 'node')}, {count(one['links'], 'link')}, metric {answer['metric']}"
    yield from (f"  {remark}" for remark in answer["remarks"])
    unit = f" {answer['volume_unit']}" if answer["volume_unit"] else ""
    demands = count(answer["demand_count"], "demand")
    yield f"{demands}, {figure(answer['volume'])}{unit} in all. {answer['demands_stated']}"
    yield ""
    if totals["low_share"] is None:
        why = "No demand has a path" if answer["volume"] else "No traffic is stated"
        yield f"{why}: there is no exposure to state."
    else:
        yield f"Exposed today: {_ends(totals)} of the traffic."
    if totals["disconnected_volume"]:
        yield f"Without a path: {percent(totals['disconnected_share'])} of the traffic."
    yield from _failures(answer["by_kind"])
    if answer["by_kind"]:
        yield from _latent(found)
    yield ""
    yield from _demands(found)
    yield from _links(found.loaded_links())
    if answer["replacement"]:
        yield ""
        yield from _replacement(answer["replacement"])
    if answer["steering"]:
        yield ""
        yield from _steering(answer["steering"], unit)
    if answer["own_links"]:
        yield ""
        yield from _own_links(answer["own_links"])


def _ends(row: Mapping[str, Any], which: str = "") -> str:
    return interval(row[f"{which}low_share"], row[f"{which}high_share"], whole="0 to 100 %")


def _failures(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if rows:
        yield ""
        yield f"{'failures':<14}{'scenarios':>10}  {'worst':<18}{'mean':<18}{'99th percentile':<18}cut off at worst"
    for row in rows:
        shares = [_ends(row, f"{what}_") for what in ("worst", "mean", "p99")]
        cut = percent(row["worst_disconnected_share"])
        yield f"{row['kind']:<14}{row['scenarios']:>10,}  {shares[0]:<18}{shares[1]:<18}{shares[2]:<18}{cut}"


def _latent(found: InsideReport) -> Iterator[str]:
    number, rows = found.greatest_demands("latent_scenarios", "worst_low_share", most=SHOWN)
    yield f"Clear today, restricted under a failure: {count(number, 'demand')}."
    for row in rows:
        share = percent(row["worst_low_share"])
        yield f"  {row['source']} to {row['target']}: {share} without {row['worst_failure']}"


def _demands(found: InsideReport) -> Iterator[str]:
    number, rows = found.greatest_demands("high_share", "high_share", most=SHOWN)
    yield f"Demands that may meet a restricted element: {count(number, 'demand')} of {len(found.demands):,}."
    for row in rows:
        yield f"  {row['source']} to {row['target']}: {_ends(row)} of {figure(row['volume'])}"
    if number > SHOWN:
        yield f"  and {number - SHOWN:,} more; --json and --out give all"


def _links(busy: list[dict[str, Any]]) -> Iterator[str]:
    busy.sort(key=lambda row: (-max(row["forward_share"], row["backward_share"]), row["link_id"]))
    if busy:
        yield "Busiest links, as shares of the busiest direction in the network:"
    for row in busy[:SHOWN]:
        ways = f"{percent(row['forward_share'])} and back {percent(row['backward_share'])}"
        yield f"  {row['link_id']} ({row['source']} to {row['target']}, {row['state']}): {ways}"


PROOFS = {
    "certified": "proven, and verified without a solver",
    "solver": "proven by the solver",
    "bound": "not proven",
    "none": "not proven",
}


def _replacement(found: Mapping[str, Any]) -> Iterator[str]:
    """What to replace, with unknown elements clear and, where that differs, restricted."""
    demands, volume = count(found["sensitive_demands"], "sensitive demand"), figure(found["sensitive_volume"])
    costs = " Each element costs 1." if found["costs_assumed"] else ""
    yield f"Replace so that {demands} ({volume} in all) are clear.{costs}"
    readings = [("", found["low"])]
    if found["high"] != found["low"]:
        readings = [("if unknown elements are clear", found["low"]), ("if they are restricted", found["high"])]
    for words, one in readings:
        yield from [f"{words[0].upper()}{words[1:]}:"] if words else []
        yield f"  Routing as it is: {_set(one['as_routed'])}."
        yield from _frontier(one["as_routed"])
        if one["as_routed_under_failures"] is not None:
            yield f"  Routing as it is, any single failure: {_set(one['as_routed_under_failures'])}."
        yield f"  Routing may change: {_least(one['rerouted'])}"
        if one["rerouted_under_failures"] is not None:
            yield f"  Routing may change, any single failure: {_least(one['rerouted_under_failures'])}"
        yield from [f"  Under failures: {one['left_out']}."] if one["left_out"] else []


def _names(elements: list[dict[str, str]]) -> str:
    shown = ", ".join(one["id"] for one in elements[:SHOWN])
    return shown + (f" and {len(elements) - SHOWN:,} more" if len(elements) > SHOWN else "")


def _set(one: Mapping[str, Any]) -> str:
    if not one["elements"]:
        return "nothing has to be replaced"
    unable = f"; {figure(one['unattainable_volume'])} stays, whatever is replaced" if one["unattainable_volume"] else ""
    return f"{count(len(one['elements']), 'element')} at {figure(one['cost'])}: {_names(one['elements'])}{unable}"


def _frontier(one: Mapping[str, Any]) -> Iterator[str]:
    """Steps of the frontier, and the best set within a budget."""
    rows = [row for row in one["frontier"] if row["clear_share"] is not None]
    shown = sorted({round(i * (len(rows) - 1) / (SHOWN - 1)) for i in range(SHOWN)}) if len(rows) > 1 else []
    for row in (rows[i] for i in shown):
        clear, left = percent(row["clear_share"]), percent(row["exposed_share"])
        yield f"    {figure(row['cost']):>10}: {clear} of the traffic in demands wholly clear, {left} still exposed"
    best = one["within_budget"]
    if best:
        proof = PROOFS[best["proof"]]
        most = f", at most {figure(best['bound_volume'])}" if best["bound_volume"] > best["clear_volume"] else ""
        clear = f"{_names(best['elements']) or 'nothing'} makes {figure(best['clear_volume'])} clear{most}"
        yield f"    Within {figure(best['budget'])}: {clear} ({proof})."


def _least(one: Mapping[str, Any]) -> str:
    gap = f"; no set costs less than {figure(one['bound'])}" if one["proof"] == "bound" else ""
    words = "nothing has to be replaced"
    if one["elements"]:
        words = f"{count(len(one['elements']), 'element')} at {figure(one['cost'])}: {_names(one['elements'])}"
    closed = len(one["impossible_pairs"])
    unable = f" {count(closed, 'pair')} of nodes cannot be clear, whatever is replaced." if closed else ""
    return f"{words}{gap} ({PROOFS[one['proof']]}).{unable}"


def _own_links(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "Sites with links of their own; what does not fit rides the network:"
    for row in rows:
        spilled = interval(row["spilled_low_share"], row["spilled_high_share"], whole="0 to 100 %")
        yield f"  {row['direction']} {row['node']}: {spilled} spills; exposed {_ends(row)}"


def _steering(found: Mapping[str, Any], unit: str) -> Iterator[str]:
    """What can ride clear paths today, which paths, and what one replacement would add."""
    low, high = found["low"], found["high"]
    demands = count(found["sensitive_demands"], "sensitive demand")
    yield f"Steer {demands} ({figure(found['sensitive_volume'])}{unit} in all) with the equipment of today."
    clear = (
        interval(low["clear_share"], high["clear_share"], whole="0 to 100 %")
        if low["clear_share"] is not None
        else "none"
    )
    proof = PROOFS[low["proof"]]
    yield f"  Clear today: {figure(low['clear_today_volume'])}{unit}. With explicit paths: {clear} of all ({proof})."
    if low["way"] == "in turn":
        yield "  So many demands are steered one after the other: a better way may exist, up to the bound of " + (
            f"{figure(low['bound_volume'])}{unit}."
        )
    if found["unknown_capacities"]:
        ways = count(found["unknown_capacities"], "direction")
        yield f"  The capacity of {ways} of links is not known: at the low end they carry no more than today."
    yield from _paths(low["paths"])
    if high["paths"] and not low["paths"]:
        yield "  If all that is unknown turns out well:"
        yield from _paths(high["paths"])
    metrics = low["by_metrics"]
    if metrics["changes"]:
        yield f"  By metrics alone: {figure(metrics['clear_volume'])}{unit}, setting {_changes(metrics['changes'])}."
    tried = [row for row in low["prices"] if row["gain_volume"]]
    if tried:
        best = tried[0]
        sure = "no single element adds more" if low["best_price_proven"] else "another may add more"
        yield f"  Replacing {best['id']} adds most: {figure(best['gain_volume'])}{unit} ({sure})."


def _paths(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows[:SHOWN]:
        segments = ", ".join(f"{one['kind']} {one['id']}" for one in row["segments"])
        ends = f"{row['source']} to {row['target']}"
        yield f"  {ends}: {percent(row['share'])} by {' - '.join(row['nodes'])} (segments: {segments})"
    if len(rows) > SHOWN:
        yield f"  and {count(len(rows) - SHOWN, 'more path')}"


def _changes(rows: list[dict[str, Any]]) -> str:
    links = list(dict.fromkeys(f"{row['link_id']} to {figure(row['new_metric'])}" for row in rows))
    return ", ".join(links[:SHOWN]) + (f" and {len(links) - SHOWN:,} more" if len(links) > SHOWN else "")
