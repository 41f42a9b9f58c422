"""The summary of the tool `influence` for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SHOWN, SHOWN_OF_EACH, SHOWN_TARGETS = 20, 4, 15
"""Networks shown of one target, of each of several, and targets shown."""
BAR = 24
MEASURES = {
    "hegemony": "AS hegemony",
    "vendor": "Dependence on a vendor through networks",
    "transit": "Transit influence",
}


def influence_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The summary, line by line."""
    yield f"{MEASURES[told['measure']]} of {_scope(told)}, {told['paths']} paths"
    if told["refused"]:
        yield ""
        yield told["refused"]
        if told["gate"] is None:
            yield "Where it was measured, give it with --gate."
        return
    yield from _inputs(told)
    yield ""
    if len(told["targets"]) == 1:
        yield from _one(told, told["targets"][0])
    else:
        yield from _several(told)
    yield ""
    yield f"What it says: {told['reads']}."
    yield "It rests on:"
    yield from (f"  {line}" for line in told["assumptions"])
    yield ""
    if told["out"]:
        each = "a vantage point" if told["measure"] == "vendor" else "a network"
        yield f"{told['out']['rows']:,} rows, one {each}: {told['out']['file']}"
    yield f"{told['seconds']:.1f} s"


def _scope(told: Mapping[str, Any]) -> str:
    if told["scope"] == "global":
        return "the Internet"
    return (told["country"] or "the networks named") if told["scope"] == "country" else "origins"


def _inputs(told: Mapping[str, Any]) -> Iterator[str]:
    graph, points = told["inputs"]["graph"], told["vantage_points"]
    if graph:
        yield f"{graph['file']}: {graph['networks']:,} networks, {graph['links']:,} links"
        yield from (f"  {remark}" for remark in graph["remarks"])
    for one in told["inputs"]["mrt"] or ():
        yield f"{one['name']}: {one['routes']:,} routes. {one['ended']}"
    for name in ("addresses", "countries"):
        for one in told["inputs"][name] or ():
            yield f"{one['file']}: {one['ipv4_ranges']:,} ranges of IPv4" + _passed(one)
    yield from (f"Mind: {remark}" for remark in told["remarks"])
    line = f"vantage points: {points['count']:,}, {points['chosen']}"
    if graph and graph.get("not_in_graph_count"):
        line += f"; not in the graph {graph['not_in_graph_count']:,}: {_some(graph['not_in_graph'])}"
    if points.get("without_routes_count"):
        line += f"; without any route {points['without_routes_count']:,}: {_some(points['without_routes'])}"
    if points.get("partial_count"):
        line += f"; left out, as they tell of little, {points['partial_count']:,}: {_some(points['partial'])}"
    yield line
    left = sum((told["left_out"] or {}).values())
    if left:
        parts = (f"{name} {count:,}" for name, count in told["left_out"].items() if count)
        yield f"left out: {'; '.join(parts)}"
    yield f"weights: {told['weights']}"
    gone = told["not_found"]
    if gone and gone["network_count"]:
        yield f"named, and in no path: {gone['network_count']:,}: {_some(gone['networks'])}"


def _passed(table: Mapping[str, Any]) -> str:
    passed = table["ranges"] - table["ipv4_ranges"]
    return f"; {passed:,} of IPv6 are not weighed" if passed else ""


def _one(told: Mapping[str, Any], target: Mapping[str, Any]) -> Iterator[str]:
    yield from _found(target)
    if told["measure"] == "vendor":
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
    count, weight = target["network_count"], target["weight"]
    networks = "1 network" if count == 1 else f"{count:,} networks"
    weighed = "" if weight == count else f" that weigh {weight:,.0f}"
    yield f"reached: {target['of']}, {networks}{weighed}; found {_percent(target['found_share'])} of it"
    blind = target["blind_vantage_count"]
    said = "none is blind" if not blind else f"{blind:,} blind: they have no route to it and count 0"
    yield f"seen from {target['vantage_count']:,} vantage points; {said}"


def _row(row: Mapping[str, Any]) -> str:
    if "influence_share" in row:
        return f"  {_asn(row)} {_percent(row['influence_share']):>7}  {_bar(row['influence_share'])}".rstrip()
    low, high = row["low_share"], row["high_share"]
    score = _percent(high) if low == high else f"{_percent(low)} to {_percent(high)}"
    line = f"  {_asn(row)} {score:>7}  {_bar(high)}"
    if "greatest_first_share" in row:
        line = f"  {_asn(row)} {score:>7}  {_bar(high):<{BAR}}  {_percent(row['greatest_first_share']):>7}"
        line += " where the greatest ASN wins ties"
    return line.rstrip()


def _interval(target: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    for words, one in (("", target), (", the greatest ASN winning ties", target.get("greatest_first"))):
        if one:
            found = f"{_percent(one['low_of_found_share'])} to {_percent(one['high_of_found_share'])}"
            yield f"  {_percent(one['low_share'])} to {_percent(one['high_share'])} is reached over the vendor{words}"
            yield f"  {found} of what was found, if what was not found is like it"


def _several(told: Mapping[str, Any]) -> Iterator[str]:
    """A line a target, the greatest weights first."""
    for target in told["targets"][:SHOWN_TARGETS]:
        found = f"found {_percent(target['found_share']):>7}, {target['blind_vantage_count']:,} blind"
        if told["measure"] == "vendor":
            said = f"{_percent(target['low_share'])} to {_percent(target['high_share'])}"
        else:
            shown = target["top"][:SHOWN_OF_EACH]
            said = ", ".join(f"AS{row['asn']} {_percent(row.get('high_share', 0.0))}" for row in shown) or "nobody"
        yield f"  {target['of']:<12} {found}: {said}"
    more = told["target_count"] - min(SHOWN_TARGETS, len(told["targets"]))
    if more:
        yield f"  and {more:,} more; --out writes all"


def _ties(moved: Mapping[str, Any]) -> Iterator[str]:
    mean, most = moved["mean_moved_share"] or 0.0, moved["most_moved_share"] or 0.0
    yield f"How much the tie rule moves a score: {_percent(mean)} on average, {_percent(most)} at most"


def _asn(row: Mapping[str, Any]) -> str:
    return f"{'AS' + str(row['asn']):<12}"


def _bar(share: float) -> str:
    return "█" * round(share * BAR)


def _some(asns: list[int]) -> str:
    return ", ".join(f"AS{asn}" for asn in asns[:5]) + (", ..." if len(asns) > 5 else "")


def _percent(share: float | None) -> str:
    """A share in per cent; what is not nothing or not all is never told as nothing or all."""
    if share is None:
        return "unknown"
    if 0 < share < 0.00005:
        return "<0.01%"
    return ">99.99%" if 0.99995 <= share < 1 else f"{share:.2%}"
