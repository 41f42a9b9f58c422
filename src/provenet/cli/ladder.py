"""The command `ladder`: files of an AS graph in, a Parquet file of rows and a summary out."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.files import files_named, place_of, whole_file
from provenet.cli.lines import BAR, network_list, route_interval, route_share
from provenet.cli.progress import ProgressLine
from provenet.core.errors import UsageFault
from provenet.core.wording import count
from provenet.tools.graph_settings import LadderSettings

if TYPE_CHECKING:
    from provenet.tools.ladder import Ladder

MANY_ROWS = 100_000_000
"""More rows than this are written only when the caller says yes."""


@command(LadderSettings, case=False)
@click.option("--cuts-out", metavar="FILE", help="Write the pairs of --cuts with their networks, as Parquet or .json.")
@click.option("--out", metavar="PARQUET", help="Write rows: one a pair, or without --from and --to one a source.")
@click.option("--yes", is_flag=True, help=f"Write more than {MANY_ROWS:,} rows.")
def ladder(settings: LadderSettings, out: str | None, *, yes: bool, cuts_out: str | None, as_json: bool) -> None:
    """Say whether routes can avoid networks, and who moves.

    For pairs of networks: whether their routes cross restricted ones, whether they can avoid them, and who would have
    to choose differently. AS_REL is CAIDA's AS relationships, serial-1 or serial-2, plain or packed. A restricted
    network is not a restricted vendor: vendors enter only through --shares. docs/ladder.md describes the columns.
    """
    from provenet.tools.ladder import run

    begun = time.monotonic()
    files = files_named(settings)
    for name in ("restricted", "sources", "destinations"):
        files += [(settings.option_of(name).flag, Path(word)) for word in getattr(settings, name) or ()]
    place = None if out is None else place_of("--out", out, files)
    cuts_place = None if cuts_out is None else place_of("--cuts-out", cuts_out, [*files, ("--out", out)])
    if cuts_place is not None and not settings.cuts:
        raise UsageFault("--cuts-out: there are no cuts to write; say with --cuts for how many pairs.")
    with ProgressLine() as progress:
        made = run(replace(settings, progress=progress))
        if place is not None:
            _write_rows(made, place, yes)
        answer = made.summary()
        answer["what_if"] = list(_what_ifs(made)) if made.scenarios else None
        if cuts_place is not None:
            _write_cuts(made, cuts_place)
    answer["out"] = None if out is None else {"file": out, "rows": made.row_count, "form": made.form}
    answer["cuts_out"] = None if cuts_out is None else {"file": cuts_out, "rows": len(made.cuts)}
    answer["seconds"] = round(time.monotonic() - begun, 3)
    unit = 1 if sys.platform == "darwin" else 1024
    answer["peak_memory_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    say_json(answer) if as_json else say(ladder_lines(answer))


def _write_rows(made: Ladder, place: Path, yes: bool) -> None:
    from provenet.tools.row_files import write_batches

    if made.row_count > MANY_ROWS and not yes:
        raise UsageFault(
            f"--out: {made.row_count:,} rows are more than {MANY_ROWS:,}. Say --yes to write them all, or name fewer "
            "networks with --from and --to; without both, one row a source is written."
        )
    with whole_file(place) as stream:
        write_batches(made.batches(), made.schema(), stream)


def _write_cuts(made: Ladder, place: Path) -> None:
    from provenet.tools.ladder import cut_batch, cut_rows
    from provenet.tools.row_files import write_batches

    rows = list(cut_rows(made.cuts))
    with whole_file(place) as stream:
        if place.suffix.casefold() == ".json":
            stream.write(("[" + ",".join("\n" + json.dumps(row) for row in rows) + "\n]\n").encode())
        else:
            batch = cut_batch(rows)
            write_batches([batch], batch.schema, stream)


def _what_ifs(made: Ladder) -> Iterator[dict[str, object]]:
    """What each what-if changes, with the seconds that it took once the graph stood."""
    with made.what_if() as what_if:
        for scenario in made.scenarios:
            begun = time.monotonic()
            yield {**made.changed(what_if, scenario), "seconds": round(time.monotonic() - begun, 3)}


WIDEST = 10
"""Cuts of more networks than this share one line."""


def ladder_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """The summary, line by line."""
    graph = summary["graph"]
    size = f"{count(graph['networks'], 'network')}, {count(graph['links'], 'link')}"
    yield f"{graph['file']}: {size}, {graph['transit_links']:,} of transit and {graph['peer_links']:,} of peering"
    yield from (f"  {remark}" for remark in graph["remarks"])
    for name in ("restricted_networks", "networks_with_shares", "sources", "destinations"):
        if name in summary:
            yield f"{name.replace('_', ' ')}: {_found(summary[name])}"
    yield f"pairs: {summary['pairs']:,}"
    if summary["pairs"]:
        yield from _rung_lines(summary)
    yield from _share_lines(summary)
    yield from _mover_lines(summary)
    if "doubt" in summary:
        yield from _doubt_lines(summary["doubt"])
    if "cuts" in summary:
        yield from _cut_lines(summary["cuts"])
    if "smallest_change" in summary:
        yield from _change_lines(summary["smallest_change"])
    if summary["what_if"]:
        yield ""
        yield "What if: share of routes that cross, low to high, and what is expected"
        for one in summary["what_if"]:
            yield from _what_if_lines(one)
    yield ""
    for key, what in (("out", "a pair"), ("cuts_out", "a pair")):
        if summary[key]:
            each = "a source" if summary[key].get("form") == "sources" else what
            yield f"{count(summary[key]['rows'], 'row')}, one {each}: {summary[key]['file']}"
    yield f"{summary['seconds']:.1f} s, {summary['peak_memory_bytes'] / 2**20:,.0f} MiB of memory at most"


def _mover_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Who would have to move, and what is left when all choose again."""
    if summary.get("top_movers"):
        yield ""
        yield "Who would have to choose differently, and for how many pairs:"
        for one in summary["top_movers"][:10]:
            name = f"  {one['name']}" if one.get("name") else ""
            country = f", {one['country']}" if one.get("country") else ""
            yield f"  {'AS' + str(one['asn']):<12} {one['pairs']:>12,}{name}{country}"
    recheck = summary.get("recheck")
    if recheck and recheck["sampled_pairs"]:
        yield ""
        yield (
            f"Clear if all choose again after the movers: {recheck['clear_pairs']:,} of "
            f"{count(recheck['sampled_pairs'], 'drawn pair')} (seed {recheck['seed']})"
        )


def _rung_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    from provenet.tools.route import REASON_WORDS, RUNG_WORDS

    pairs, reasons = summary["pairs"], summary["no_clear_route"]
    yield ""
    yield "The ladder, others as today: how many networks must choose differently"
    for name, words in RUNG_WORDS.items():
        yield _bar(summary["by_rung"][name], pairs, words)
    for name, words in REASON_WORDS.items() if any(reasons.values()) else ():
        if reasons[name] or name != "source_inside":
            yield f"{'':{BAR + 3}}{route_share(reasons[name] / pairs):>8}    {words}: {reasons[name]:,}"
    lucky = route_share(summary["by_rung_lucky"]["0"] / pairs)
    yield f"  already clear by the luckiest of equally good routes: {lucky}"


def _share_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    shares, routed = summary["exposure"], summary["pairs"] - summary["by_route_class"]["none"]
    if shares["low_share"] is not None:
        yield ""
        yield f"Share of routes that cross what is restricted ({count(routed, 'pair')} with a route)"
        for way, key in (("there", ""), ("back", "reverse_"), ("either way", "either_")):
            yield f"  {way:<10} {_interval(shares, key)}"
        expected = route_share(shares["expected_share"])
        yield f"  expected there, if crossings are independent and ties split equally: {expected}"


def _doubt_lines(doubt: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    flipped, added = count(doubt["links_flipped"], "link"), count(doubt["peerings_added"], "peering")
    yield f"If the graph is wrong ({count(doubt['draws'], 'draw')}: {flipped} flipped, {added} added)"
    for name, words in (("rung_0", "already clear"), ("rung_none", "no clear route")):
        one = doubt["moved"][f"{name}_share"]
        if one["today"] is not None:
            yield f"  {words}: {route_interval(one['low'], one['high'])}, as given {route_share(one['today'])}"


def _cut_lines(cuts: Mapping[str, Any]) -> Iterator[str]:
    sampled, linked = cuts["sampled_pairs"], cuts["direct_link_pairs"]
    yield ""
    if not sampled:
        yield "How robust is clear: no pair has a clear route."
        return
    yield "How robust is clear: networks that must fail until no clear route is left"
    if sampled == cuts["clear_pairs"]:
        yield f"  for all pairs with one ({sampled:,})"
    else:
        yield f"  for {sampled:,} of {count(cuts['clear_pairs'], 'pair')} with one (seed {cuts['seed']})"
    by_words: dict[str, int] = {}
    for one in cuts["sizes"]:
        words = _size(one["low"], one["high"])
        by_words[words] = by_words.get(words, 0) + one["pairs"]
    yield from (_bar(pairs, sampled, words) for words, pairs in by_words.items())
    if linked:
        yield _bar(linked, sampled, "a direct link: nobody between them")
    proofs = ", ".join(f"{name} {number:,}" for name, number in cuts["by_proof"].items())
    yield f"  proof: {proofs}"


def _size(low: int, high: int) -> str:
    if low != high and high <= WIDEST:
        return f"{low} to {high} networks"
    return count(high, "network") if high <= WIDEST else f"more than {WIDEST} networks"


def _change_lines(change: Mapping[str, Any]) -> Iterator[str]:
    number, least = change["network_count"], change["least_count"]
    yield ""
    if not number:
        yield f"Smallest change: none; every pair that could be clear has a clear route (proof: {change['proof']})."
    else:
        networks = count(number, "restricted network")
        proven = "no fewer would do" if least == number else f"at least {least:,} must; the search was stopped"
        yield f"Smallest change that opens all that could be clear: {networks}"
        yield f"  {proven} (proof: {change['proof']})"
        yield f"  {', '.join(f'AS{asn}' for asn in change['networks'])}"
    yield (
        f"  pairs with a clear route: now {change['clear_now_pairs']:,}, by it {change['opened_pairs']:,} more; "
        f"with no route at all {change['no_route_pairs']:,}"
    )


def _what_if_lines(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {one['change']}"
    for when in ("before", "after"):
        part = one[when]
        shares = f"{count(part['routed_pairs'], 'pair')} with a route"
        if part["low_share"] is not None:
            shares = f"{_interval(part)}, expected {route_share(part['expected_share'])}, {shares}"
        yield f"    {when:<6} {shares}"
    anew = f"{one['destinations_recomputed']:,} of {count(one['destinations'], 'destination')}"
    yield f"    {anew} worked anew, {one['seconds']:.2f} s"


def _bar(pairs: int, total: int, words: str) -> str:
    return f"  {'█' * round(pairs / total * BAR):<{BAR}} {route_share(pairs / total):>8}  {words}"


def _interval(shares: Mapping[str, Any], way: str = "") -> str:
    return route_interval(shares[f"{way}low_share"], shares[f"{way}high_share"])


def _found(one: Mapping[str, Any]) -> str:
    if one["named"] is None:
        return f"all {one['in_graph']:,} of the graph"
    if not one["named"]:
        return "none, the list is empty"
    words = f" ({', '.join(one['words'])})" if one.get("words") else ""
    found, absent = f"{one['in_graph']:,}{words}", one["not_in_graph_count"]
    if one.get("restricted_too"):
        found += f"; {one['restricted_too']:,} on both lists count 1, as restricted"
    if absent:
        found += f"; not in the graph {absent:,}: {network_list(one['not_in_graph'])}"
    return found
