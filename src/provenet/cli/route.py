"""The command `route`: two networks of an AS graph in, their route explained out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.progress import ProgressLine
from provenet.core.wording import count
from provenet.tools.graph_settings import RouteSettings
from provenet.tools.route import REASON_WORDS, RUNG_WORDS, label, run

NAMED_TIES = 12
"""Networks with more than one equally good next hop that the lines name."""


@command(RouteSettings, case=False)
def route(settings: RouteSettings, *, as_json: bool) -> None:
    """Explain the route between two networks, hop by hop.

    Prints each network on the way and by which relation it is taken, the equally good routes, the next best one, and,
    where restricted networks are named, whether they are crossed, which network decides that, who would have to choose
    differently, or why no clear route exists. docs/route.md describes the answer.
    """
    with ProgressLine() as progress:
        report = run(replace(settings, progress=progress))
    say_json(report.as_dict()) if as_json else say(route_lines(report.as_dict()))


def route_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """The answer, line by line."""
    graph, inside = answer["graph"], answer["restricted_networks"]
    yield f"{graph['file']}: {count(graph['networks'], 'network')}, {count(graph['links'], 'link')}"
    if inside is not None:
        yield f"restricted networks: {inside['named']:,}, of which in the graph {inside['in_graph']:,}"
    yield ""
    yield f"From {label(answer['source'])} to {label(answer['destination'])}"
    yield from _direction(answer)
    if "back" in answer:
        yield ""
        yield f"Back, from {label(answer['destination'])} to {label(answer['source'])}"
        yield from _direction(answer["back"])


def _direction(answer: Mapping[str, Any]) -> Iterator[str]:
    if not answer["route"]:
        yield "  no route at all"
        return
    yield from _hop_lines(answer["route"])
    yield f"  {_crossing(answer['crossed'])}" if answer["crossed"] is not None else "  no networks are restricted"
    yield from _tie_lines(answer["ties"])
    yield from _runner_up_lines(answer["runner_up"])
    if answer["rung"] is not None:
        yield from _rung_lines(answer)


def _hop_lines(hops: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for nth, hop in enumerate(hops):
        mark = "  (restricted)" if hop["restricted"] else ""
        yield f"  {nth:>2}  {hop['relation'] or 'source':<9} {label(hop)}{mark}"


def _crossing(crossed: Sequence[int]) -> str:
    if not crossed:
        return "crosses no restricted network"
    return f"crosses {', '.join(f'AS{asn}' for asn in crossed)}, restricted"


def _tie_lines(ties: Mapping[str, Any]) -> Iterator[str]:
    if ties["route_count"] == 1:
        yield "  no other route is equally good"
        return
    yield f"  one of {ties['route_count']:,} equally good routes over {count(ties['network_count'], 'network')}:"
    forks = [one for one in ties["networks"] if len(one["next_hops"]) > 1]
    for one in forks[:NAMED_TIES]:
        yield f"      {label(one)} may take {' or '.join(f'AS{asn}' for asn in one['next_hops'])}"
    if forks[NAMED_TIES:]:
        yield f"      and {count(len(forks) - NAMED_TIES, 'network')} more"


def _runner_up_lines(runner_up: Mapping[str, Any] | None) -> Iterator[str]:
    yield ""
    if runner_up is None:
        yield "Next best route: none; no other neighbour offers one."
        return
    how = "equally good" if runner_up["equally_good"] else f"by {_article(runner_up['relation'])}"
    crossing = "" if runner_up["crossed"] is None else f"; {_crossing(runner_up['crossed'])}"
    neighbours = count(runner_up["offers"], "neighbour")
    yield f"Next best route ({how}, {count(runner_up['hops'], 'hop')}; {neighbours} offer one){crossing}"
    yield from _hop_lines(runner_up["route"])


def _article(relation: str) -> str:
    return f"a {relation}"


def _rung_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"The ladder: {RUNG_WORDS[answer['rung']]}"
    if answer["no_clear_route"] is not None:
        yield from _reason_lines(answer["no_clear_route"])
        return
    for one in answer["movers"]:
        yield f"  {label(one)} must choose {label(one['toward'])}"
    if answer["movers"]:
        yield "  the clear route then:"
        yield from (f"      {label(one)}" for one in answer["way_round"])
    if not answer["decides"]:
        alone = "no network's other choice alone makes it clear" if answer["crossed"] else "no other choice crosses"
        yield f"  Nobody decides: {alone}."
    for one in answer["decides"]:
        toward = one["toward"]
        result = "the route would be clear" if one["result"] == "clear" else "the route would cross"
        yield f"  {label(one)} decides: over {label(toward['route'][0])}, {_article(toward['relation'])}, {result}"


def _reason_lines(reason: Mapping[str, Any]) -> Iterator[str]:
    yield f"  reason: {REASON_WORDS[reason['reason']]}"
    every, fewest = reason["crossed_by_every_route"], reason["fewest_crossed"]
    if every:
        yield f"  every route crosses {'; '.join(label(one) for one in every)}"
    if fewest:
        yield (
            f"  a route crosses at least {count(len(fewest), 'restricted network')}: "
            f"{'; '.join(label(one) for one in fewest)}"
        )
