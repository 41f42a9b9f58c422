"""The command `ladder`: files of an AS graph in, a Parquet file of rows and a summary out."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from provenet.cli.door import say, say_json
from provenet.cli.options import json_option
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE, UsageFault
from provenet.laddering import MANY_ROWS, Laddering, Settings
from provenet.laddering import ladder as prepared

RUNG_WORDS = {
    "0": "already clear",
    "1_source_alone": "one network must choose differently: the source itself",
    "1_another": "one network must choose differently: another",
    "2": "two must",
    "3_or_more": "three or more must",
    "none": "no clear route, whoever moves",
}
BAR = 24
"""Letters of a full bar."""
SHARE = click.FloatRange(0, 1)


@click.command()
@click.argument("as_rel")
@click.option("--restricted", metavar="FILE", required=True, help="Restricted networks, one ASN a line.")
@click.option("--shares", metavar="CSV", help="Shares of networks, asn,low,high; they feed shares, never rungs.")
@click.option("--from", "sources", metavar="FILE", help="Sources, one ASN a line (default: all networks).")
@click.option("--to", "destinations", metavar="FILE", help="Destinations, one ASN a line (default: all networks).")
@click.option("--count-endpoints", is_flag=True, help="Source and destination count as crossed.")
@click.option("--out", metavar="PARQUET", help="Write rows: one a pair, or without --from and --to one a source.")
@click.option("--yes", is_flag=True, help=f"Write more than {MANY_ROWS:,} rows.")
@click.option("--recheck", metavar="PAIRS", type=click.IntRange(0), default=200, show_default=True,
              help="So many pairs are tried with everybody choosing again.")  # fmt: skip
@click.option(
    "--flip-share", metavar="P", type=SHARE, default=0.0, help="Draw graphs with this share of links flipped."
)
@click.option(
    "--add-share", metavar="P", type=SHARE, default=0.0, help="Draw graphs with this share of peerings added."
)
@click.option("--draws", metavar="N", type=click.IntRange(1), default=10, show_default=True, help="Graphs drawn.")
@click.option(
    "--seed", metavar="N", type=click.IntRange(0), default=1, show_default=True, help="Seed of what is drawn."
)
@click.option("--threads", metavar="N", type=click.IntRange(1), default=2, show_default=True, help="Batches at once.")
@json_option
def ladder(
    as_rel: str,
    restricted: str,
    shares: str | None,
    sources: str | None,
    destinations: str | None,
    count_endpoints: bool,
    out: str | None,
    yes: bool,
    recheck: int,
    flip_share: float,
    add_share: float,
    draws: int,
    seed: int,
    threads: int,
    as_json: bool,
) -> int:
    """Say for pairs of networks whether routes cross restricted ones, whether they can avoid them, and who must move.

    AS_REL is CAIDA's AS relationships, serial-1 or serial-2, plain or packed. A restricted network is not a restricted
    vendor: a vendor speaks only through --shares. Columns are described in docs/ladder.md.
    """
    begun = time.monotonic()
    settings = Settings(count_endpoints, recheck, seed, flip_share, add_share, draws, threads)
    with ProgressLine() as progress:
        made = prepared(
            as_rel, restricted, shares=shares, sources=sources, destinations=destinations, settings=settings,
            progress=progress,
        )  # fmt: skip
        if out is not None:
            _write(made, Path(out), yes)
        told = made.summary()
    told["out"] = None if out is None else {"file": out, "rows": made.row_count, "form": made.form}
    told["seconds"] = round(time.monotonic() - begun, 3)
    told["peak_memory_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )
    if as_json:
        say_json(told)
    else:
        say(ladder_lines(told))
    return EXIT_DONE


def _write(made: Laddering, place: Path, yes: bool) -> None:
    """Rows into a file under a temporary name, then renamed; nothing is left of one that did not come to its end."""
    import pyarrow.parquet as pq

    if made.row_count > MANY_ROWS and not yes:
        raise UsageFault(
            f"--out: {made.row_count:,} rows are more than {MANY_ROWS:,}. Say --yes to write them all, or name fewer "
            "networks with --from and --to; without both, one row a source is written."
        )
    if not place.parent.is_dir() or place.is_dir():
        raise UsageFault(f"--out: no file can be made there; found {str(place)!r}, expected a file in a folder.")
    aside = place.with_name(f".{place.name}.part")
    try:
        with pq.ParquetWriter(aside, made.schema(), compression="zstd", use_dictionary=["route_class"]) as writer:
            for batch in made.batches():
                writer.write_batch(batch)
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)


def ladder_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The summary for a person."""
    graph, pairs = told["graph"], told["pairs"]
    yield f"{graph['file']}: {graph['networks']:,} networks, {graph['links']:,} links"
    yield from (f"  {remark}" for remark in graph["remarks"])
    for name in ("restricted_networks", "networks_with_shares", "sources", "destinations"):
        if name in told:
            yield f"{name.replace('_', ' ')}: {_found(told[name])}"
    yield f"pairs: {pairs:,}"
    if pairs:
        yield ""
        yield "The ladder, others as today: how many networks on the way must choose differently"
        for name, words in RUNG_WORDS.items():
            share = told["by_rung"][name] / pairs
            yield f"  {'█' * round(share * BAR):<{BAR}} {share:7.2%}  {words}"
        lucky = told["by_rung_lucky"]["0"] / pairs
        yield f"  counted from the luckiest of equally good routes, {lucky:.2%} are already clear"
    shares = told["exposure"]
    if shares["low_share"] is not None:
        yield ""
        yield f"Share of routes that cross what is restricted, of {told['share_of']}, every pair alike:"
        for way, key in (("there", ""), ("back", "reverse_"), ("either way", "either_")):
            yield f"  {way:<10} {shares[key + 'low_share']:.2%} to {shares[key + 'high_share']:.2%}"
        yield f"  expected there, if crossings are independent and ties split equally: {shares['expected_share']:.2%}"
    if told.get("top_movers"):
        yield ""
        yield "Who would have to choose differently, in how many pairs:"
        yield from (f"  AS{one['asn']:<10} {one['pairs']:,}" for one in told["top_movers"][:10])
    if "recheck" in told and told["recheck"]["sampled_pairs"]:
        held = told["recheck"]
        yield ""
        yield (
            f"When everybody chooses again after the movers moved, {held['clear_pairs']} of {held['sampled_pairs']} "
            f"sampled pairs are clear (seed {held['seed']})."
        )
    if "doubt" in told:
        yield from _doubt_lines(told["doubt"])
    if told["out"]:
        yield ""
        yield f"{told['out']['rows']:,} rows, one for each of its {told['out']['form']}: {told['out']['file']}"
    yield f"{told['seconds']:.1f} s, {told['peak_memory_bytes'] / 2**20:,.0f} MiB at most"


def _doubt_lines(doubt: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield (
        f"If the graph is wrong: {doubt['draws']} graphs with {doubt['links_flipped']:,} links flipped and "
        f"{doubt['peerings_added']:,} peerings added:"
    )
    for name, words in (("rung_0", "already clear"), ("rung_none", "no clear route")):
        one = doubt["moved"][f"{name}_share"]
        yield f"  {words}: {one['low']:.2%} to {one['high']:.2%} (with the graph as given {one['today']:.2%})"


def _found(one: Mapping[str, Any]) -> str:
    if one["named"] is None:
        return f"all {one['in_graph']:,}"
    missing = ", ".join(f"AS{asn}" for asn in one["not_in_graph"][:5])
    more = "" if one["not_in_graph_count"] <= 5 else ", ..."
    return f"{one['in_graph']:,} of {one['named']:,} are in the graph" + (f"; not {missing}{more}" if missing else "")
