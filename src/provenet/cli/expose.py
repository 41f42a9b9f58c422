"""The command `expose`: what routes cross, as lines for a person or as one JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from provenet.cli.door import say, say_json
from provenet.cli.lines import heading
from provenet.cli.options import as_of_day, country_option, day_of, day_options, folders, json_option, policy_option
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE
from provenet.verbs.answers import ExposureReport

Figure = Mapping[str, Any]


@click.command()
@click.argument("case")
@click.option(
    "--restricted", metavar="FILE", multiple=True, help="Restricted networks, one AS number a line; any number."
)
@click.option(
    "--restricted-country",
    metavar="CC",
    multiple=True,
    help="Networks registered in this country are restricted: an assumption, told beside each figure. Any number.",
)
@country_option("A country (default: every country whose shares stand for that day, else all with carriers).")
@policy_option("Shares of equipment under this policy (default: all under which shares stand).")
@click.option("--sensitive", metavar="TAG", multiple=True, help="Networks with this tag are sensitive (default: gov).")
@click.option(
    "--carrier", metavar="TAG", multiple=True, help="Networks with this tag are carriers (default: mobile and dsl)."
)
@click.option(
    "--unlisted",
    type=click.Choice(["unknown", "none"]),
    default="unknown",
    show_default=True,
    help="What a network without a stated share of equipment has; none is an assumption.",
)
@click.option("--count-endpoints", is_flag=True, help="Source and destination count as crossed too.")
@day_options
@json_option
def expose(
    case: str,
    restricted: tuple[str, ...],
    restricted_country: tuple[str, ...],
    country: tuple[str, ...],
    policy: tuple[str, ...],
    sensitive: tuple[str, ...],
    carrier: tuple[str, ...],
    unlisted: str,
    count_endpoints: bool,
    as_of: str | None,
    known_on: str | None,
    as_json: bool,
) -> int:
    """Say what the routes of sensitive networks and carriers of CASE cross, and whether it can be avoided.

    The case needs an AS graph (`provenet add CASE 20250901.as-rel2.txt.bz2`), names of networks with their countries,
    and tags. A restricted network is not a restricted vendor: which networks are restricted is said here; a vendor
    speaks only through shares of each network's equipment under a policy, in figures of their own. docs/expose.md
    tells each column.
    """
    import provenet

    with ProgressLine() as progress:
        found = provenet.expose(
            case,
            restricted=folders(restricted),
            restricted_country=restricted_country,
            country=country,
            policy=policy,
            sensitive=sensitive or None,
            carrier=carrier or None,
            unlisted=unlisted,
            count_endpoints=count_endpoints,
            as_of=as_of_day(as_of),
            known_on=day_of("--known-on", known_on),
            progress=progress,
        )
    say_json(found.as_dict()) if as_json else say(expose_lines(found))
    return EXIT_DONE


def expose_lines(found: ExposureReport) -> Iterator[str]:
    """What was asked, then a country at a time what the routes of each tag cross."""
    yield heading(found.as_of, found.known_on)
    day = f" of {found.graph_on}" if found.graph_on else ""
    yield f"  Graph{day}: {found.graph_says}"
    yield f"  Restricted networks: {found.restricted_says}; {found.restricted_count:,} of them in the graph."
    yield f"  Routes to all other networks of the graph, each counted once; {found.ends_says}."
    for country in found.countries:
        yield f"  {country.country}"
        for figure in country.figures:
            yield from (f"    {line}" for line in _figure_lines(figure))


def _figure_lines(figure: Figure) -> Iterator[str]:
    what = "carriers on file" if figure["tags"] == ["carrier"] else f"tagged {figure['tags'][0]}"
    absent = f" ({figure['absent_count']} more are not in the graph)" if figure["absent_count"] else ""
    count = figure["network_count"]
    name = f"{count} {'network' if count == 1 else 'networks'}, {what}{absent}"
    if figure["pack"]:
        name += f", by shares of equipment under {figure['pack']}"
    if figure["low_share"] is None:
        yield f"{name}: {'no route' if count else 'nothing to tell'}"
        return
    yield f"{name}: {percents(figure['low_share'], figure['high_share'])} of routes cross"
    if figure["rung_0_count"] is None:
        return
    of = figure["pair_count"]
    one = figure["rung_1_alone_count"] + figure["rung_1_other_count"]
    rungs = {
        "clear as they go": figure["rung_0_count"],
        "one network must choose differently": one,
        "two": figure["rung_2_count"],
        "three or more": figure["rung_3_count"],
        "no clear route": figure["rung_none_count"],
    }
    yield f"  of {of:,} pairs: " + "; ".join(
        f"{words} {percents(count / of, count / of)}" for words, count in rungs.items()
    )


def percents(low: float, high: float) -> str:
    """An interval of shares in per cent, one decimal."""
    ends = [f"{100 * share:.1f}" for share in (low, high)]
    return f"{ends[0]} %" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} %"
