"""How `hegemony`, `transit` and `vendor-influence` answer: the rows to a file, the summary as lines or as JSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from provenet.cli.door import say, say_json
from provenet.cli.files import files_named, place_of, whole_file
from provenet.cli.lines import BAR, network_list, route_interval, route_share
from provenet.cli.progress import ProgressLine
from provenet.core.errors import UsageFault
from provenet.core.wording import count
from provenet.tools.graph_settings import PathSettings

if TYPE_CHECKING:
    from provenet.tools.path_study import InfluenceReport

S = TypeVar("S", bound=PathSettings)
ENDINGS = (".parquet", ".csv")
OUT = click.option("--out", metavar="FILE", help="Write all rows, as .parquet or .csv.")

SHOWN, SHOWN_OF_EACH, SHOWN_TARGETS = 20, 4, 15
"""Networks shown of one target, of each of several, and targets shown."""
MEASURES = {
    "hegemony": "AS hegemony",
    "vendor": "Dependence on a vendor through networks",
    "transit": "Transit influence",
}


def answer(run: Callable[[S], InfluenceReport], settings: S, *, out: str | None, as_json: bool) -> None:
    """Runs a tool on paths, writes its rows where `out` names a file, and prints its summary."""
    from provenet.tools.row_files import write_rows

    begun = time.monotonic()
    place = None if out is None else _place(out, settings)
    with ProgressLine() as progress:
        report = run(replace(settings, progress=progress))
        if place is not None and report.rows is not None:
            with whole_file(place) as stream:
                write_rows(report.rows, place, stream)
    written = None if report.rows is None or out is None else {"file": out, "rows": len(report.rows)}
    summary = {**report.summary, "out": written, "seconds": round(time.monotonic() - begun, 3)}
    say_json(summary) if as_json else say(influence_lines(summary))


def _place(out: str, settings: PathSettings) -> Path:
    if Path(out).suffix.casefold() not in ENDINGS:
        raise UsageFault(f"--out: the ending says how rows are written; found {out!r}, expected .parquet or .csv.")
    return place_of("--out", out, files_named(settings))


def influence_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """The summary, line by line."""
    yield f"{MEASURES[summary['measure']]} of {_scope(summary)}, {summary['paths']} paths"
    if summary["refused"]:
        yield ""
        yield summary["refused"]
        if summary["gate"] is None:
            yield "Where it was measured, give it with --gate."
        return
    yield from _inputs(summary)
    yield ""
    if len(summary["targets"]) == 1:
        yield from _one(summary, summary["targets"][0])
    else:
        yield from _several(summary)
    yield ""
    yield f"What it says: {summary['reads']}."
    yield "It rests on:"
    yield from (f"  {line}" for line in summary["assumptions"])
    yield ""
    if summary["out"]:
        each = "a vantage point" if summary["measure"] == "vendor" else "a network"
        yield f"{count(summary['out']['rows'], 'row')}, one {each}: {summary['out']['file']}"
    yield f"{summary['seconds']:.1f} s"


def _scope(summary: Mapping[str, Any]) -> str:
    if summary["scope"] == "global":
        return "the Internet"
    return (summary["country"] or "the networks named") if summary["scope"] == "country" else "origins"


def _inputs(summary: Mapping[str, Any]) -> Iterator[str]:
    graph, points = summary["inputs"]["graph"], summary["vantage_points"]
    if graph:
        yield f"{graph['file']}: {count(graph['networks'], 'network')}, {count(graph['links'], 'link')}"
        yield from (f"  {remark}" for remark in graph["remarks"])
    for one in summary["inputs"]["mrt"] or ():
        yield f"{one['name']}: {count(one['routes'], 'route')}. {one['ended']}"
    for name in ("addresses", "countries"):
        for one in summary["inputs"][name] or ():
            yield f"{one['file']}: {one['ipv4_ranges']:,} ranges of IPv4" + _passed(one)
    yield from (f"Mind: {remark}" for remark in summary["remarks"])
    line = f"vantage points: {points['count']:,}, {points['chosen']}"
    if graph and graph.get("not_in_graph_count"):
        line += f"; not in the graph {graph['not_in_graph_count']:,}: {network_list(graph['not_in_graph'])}"
    if points.get("without_routes_count"):
        line += f"; without any route {points['without_routes_count']:,}: {network_list(points['without_routes'])}"
    if points.get("partial_count"):
        line += f"; left out, as they see little, {points['partial_count']:,}: {network_list(points['partial'])}"
    yield line
    left = sum(map(int, (summary["left_out"] or {}).values()))
    if left:
        parts = (f"{name} {number:,}" for name, number in summary["left_out"].items() if number)
        yield f"left out: {'; '.join(parts)}"
    yield f"weights: {summary['weights']}"
    gone = summary["not_found"]
    if gone and gone["network_count"]:
        yield f"named, and in no path: {gone['network_count']:,}: {network_list(gone['networks'])}"


def _passed(table: Mapping[str, Any]) -> str:
    passed = table["ranges"] - table["ipv4_ranges"]
    return f"; {passed:,} of IPv6 are not weighed" if passed else ""


def _one(summary: Mapping[str, Any], target: Mapping[str, Any]) -> Iterator[str]:
    yield from _found(target)
    if summary["measure"] == "vendor":
        yield from _interval(target)
        return
    yield ""
    if not target["scored_networks"]:
        yield "No network stands on any path."
        return
    yield from (_row(row) for row in target["top"][:SHOWN])
    more = target["scored_networks"] - min(SHOWN, len(target["top"]))
    if more:
        yield f"  and {more:,} more above 0"
    if target.get("greatest_first"):
        yield ""
        yield from _ties(target["greatest_first"])
    if not target.get("is_exact", True):
        yield "  scores are intervals: vantage points were worked in blocks and joined from a sketch"


def _found(target: Mapping[str, Any]) -> Iterator[str]:
    number, weight = target["network_count"], target["weight"]
    networks = count(number, "network")
    weighed = "" if weight == number else f" that weigh {weight:,.0f}"
    yield f"reached: {target['of']}, {networks}{weighed}; found {route_share(target['found_share'])} of it"
    blind = target["blind_vantage_count"]
    blindness = "none is blind" if not blind else f"{blind:,} blind: no route to it, counted as 0"
    yield f"seen from {count(target['vantage_count'], 'vantage point')}; {blindness}"


def _row(row: Mapping[str, Any]) -> str:
    if "influence_share" in row:
        return f"  {_asn(row)} {route_share(row['influence_share']):>8}  {_bar(row['influence_share'])}".rstrip()
    low, high = row["low_share"], row["high_share"]
    score = route_interval(low, high)
    line = f"  {_asn(row)} {score:>8}  {_bar(high)}"
    if "greatest_first_share" in row:
        line = f"  {_asn(row)} {score:>8}  {_bar(high):<{BAR}}  {route_share(row['greatest_first_share']):>8}"
        line += " where the greatest ASN wins ties"
    return line.rstrip()


def _interval(target: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    for words, one in (("", target), (", the greatest ASN winning ties", target.get("greatest_first"))):
        if one:
            found = route_interval(one["low_of_found_share"], one["high_of_found_share"])
            yield f"  {route_interval(one['low_share'], one['high_share'])} is reached over the vendor{words}"
            yield f"  {found} of what was found, if what was not found is like it"


def _several(summary: Mapping[str, Any]) -> Iterator[str]:
    """A line a target, the greatest weights first."""
    for target in summary["targets"][:SHOWN_TARGETS]:
        found = f"found {route_share(target['found_share']):>8}, {target['blind_vantage_count']:,} blind"
        if summary["measure"] == "vendor":
            scores = route_interval(target["low_share"], target["high_share"])
        else:
            shown = target["top"][:SHOWN_OF_EACH]
            scores = ", ".join(f"AS{row['asn']} {route_share(row['high_share'])}" for row in shown) or "nobody"
        yield f"  {target['of']:<12} {found}: {scores}"
    more = summary["target_count"] - min(SHOWN_TARGETS, len(summary["targets"]))
    if more:
        yield f"  and {more:,} more; --out writes all"


def _ties(moved: Mapping[str, Any]) -> Iterator[str]:
    mean, most = moved["mean_moved_share"], moved["most_moved_share"]
    yield f"How much the tie rule moves a score: {route_share(mean)} on average, {route_share(most)} at most"


def _asn(row: Mapping[str, Any]) -> str:
    return f"{'AS' + str(row['asn']):<12}"


def _bar(share: float) -> str:
    return "█" * round(share * BAR)
