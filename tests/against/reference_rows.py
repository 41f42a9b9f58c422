"""The rows of the ladder as the second implementation gives them: one for each source and destination, by column."""

from collections.abc import Iterable, Mapping
from typing import Any

from against.reference_routes import Graph, Rung, either, exposure, ladder, routes

NO_RUNG = Rung(None, (), None, None, ())
TOP = 3
"""Rungs from here on are one: three or more."""


def shares_of(restricted: Iterable[int], shares: Mapping[int, tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """The share of each AS: that given, or 1 for a restricted one, also where it has a share besides."""
    return {**shares, **dict.fromkeys(restricted, (1.0, 1.0))}


def reason(rung: Rung, kind: str, restricted: set[int], *, s: int, d: int) -> str | None:
    """Why there is no clear route, in the order of docs/ladder.md."""
    if rung.number is not None:
        return None
    if kind == "none":
        return "no_route"
    return "destination_inside" if d in restricted else "source_inside" if s in restricted else "blocked"


def rows(
    graph: Graph,
    restricted: set[int],
    shares: Mapping[int, tuple[float, float]],
    destinations: Iterable[int],
    count_endpoints: bool = False,
    single_path: bool = False,
) -> dict[tuple[int, int], dict[str, Any]]:
    """What is known of every AS towards each destination but itself, by (source, destination).

    Where ends count as crossed, a restricted end leaves no clear route.
    """
    q, made = shares_of(restricted, shares), {}
    towards = {v: exposure(graph, v, q, count_endpoints, single_path) for v in graph.every()}
    for d in destinations:
        table, plain, lucky = routes(graph, d), ladder(graph, d, restricted), ladder(graph, d, restricted, lucky=True)
        for s, rung in plain.items():
            if count_endpoints and restricted & {s, d}:
                rung = lucky[s] = NO_RUNG
            low, high, expected = towards[d].get(s, (None, None, None))
            reverse_low, reverse_high, _ = towards[s].get(d, (None, None, None))
            both = either(graph, s, d, q, count_endpoints, single_path) or (None, None)
            made[s, d] = {
                "route_class": table[s].kind,
                "length_hops": table[s].length,
                "low_share": low,
                "high_share": high,
                "expected_share": expected,
                "reverse_low_share": reverse_low,
                "reverse_high_share": reverse_high,
                "either_low_share": both[0],
                "either_high_share": both[1],
                "clear_route_exists": rung.number is not None,
                "rung": None if rung.number is None else min(rung.number, TOP),
                "rung_lucky": None if lucky[s].number is None else min(lucky[s].number, TOP),
                "rung_source_alone": rung.source_alone,
                "movers": list(rung.movers),
                "stretch_hops": rung.stretch,
                "no_clear_route": reason(rung, table[s].kind, restricted, s=s, d=d),
            }
    return made
