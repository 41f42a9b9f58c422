"""The command `ladder`: files of an AS graph in, a Parquet file of rows and a summary out."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import click

from provenet.cli.door import say, say_json
from provenet.cli.files import place_of, whole_file
from provenet.cli.ladder_lines import ladder_lines
from provenet.cli.options import json_option
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE, UsageFault
from provenet.tools.ladder import MANY_ROWS, Laddering, Settings
from provenet.tools.ladder import ladder as prepared
from provenet.tools.ladder_cuts import CHANGE_PAIRS, cut_rows, cut_schema

SHARE = click.FloatRange(0, 1)
ROWS_TOGETHER = 2**19
"""Rows of one group of a Parquet file, about: the file's own table of groups is held until its end."""


@click.command()
@click.argument("as_rel")
@click.option("--restricted", metavar="FILE", required=True, help="Restricted networks, one ASN a line.")
@click.option("--shares", metavar="CSV", help="Shares of networks, asn,low,high; they feed shares, never rungs.")
@click.option("--organisations", metavar="FILE", help="CAIDA as2org; links between siblings are mutual transit.")
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
@click.option("--cuts", metavar="N", type=click.IntRange(0), default=0,
              help="For so many pairs with a clear route: how many networks must fail to leave none.")  # fmt: skip
@click.option("--cuts-out", metavar="FILE", help="Write these pairs with the networks named, as Parquet or .json.")
@click.option("--change", is_flag=True,
              help="The fewest restricted networks that must change so that every pair that could be clear is clear; "
              f"for up to {CHANGE_PAIRS:,} pairs, or more with --to.")  # fmt: skip
@click.option("--change-seconds", metavar="S", type=click.FloatRange(0, min_open=True), default=120.0,
              show_default=True, help="Stop the search for it after so long, and tell its bound.")  # fmt: skip
@click.option("--what-if", metavar="CHANGE", multiple=True,
              help="share:ASN:LOW:HIGH, drop:ASN or drop:ASN:ASN: shares before and after; any number.")  # fmt: skip
@json_option
def ladder(as_rel: str, restricted: str, as_json: bool, **told: Any) -> int:
    """Say for pairs of networks whether routes cross restricted ones, whether they can avoid them, and who must move.

    AS_REL is CAIDA's AS relationships, serial-1 or serial-2, plain or packed. A restricted network is not a restricted
    vendor: a vendor speaks only through --shares. Columns are described in docs/ladder.md.
    """
    begun = time.monotonic()
    names = ("count_endpoints", "recheck", "seed", "flip_share", "add_share", "draws", "threads")
    settings = Settings(**{name: told[name] for name in (*names, "cuts", "change", "change_seconds")})
    files = {"AS_REL": as_rel, "--restricted": restricted, "--shares": told["shares"]}
    files |= {"--from": told["sources"], "--to": told["destinations"], "--organisations": told["organisations"]}
    out, cuts_out = told["out"], told["cuts_out"]
    place = None if out is None else place_of("--out", out, files.items())
    cuts_place = None if cuts_out is None else place_of("--cuts-out", cuts_out, {**files, "--out": out}.items())
    if cuts_place is not None and not settings.cuts:
        raise UsageFault("--cuts-out: no cuts were asked for; say with --cuts of how many pairs.")
    with ProgressLine() as progress:
        made = prepared(
            as_rel, restricted, shares=told["shares"], sources=told["sources"], destinations=told["destinations"],
            organisations=told["organisations"], settings=settings, what_if=told["what_if"], progress=progress,
        )  # fmt: skip
        if place is not None:
            _write_rows(made, place, told["yes"])
        answer = made.summary()
        answer["what_if"] = _asked(made)
        if cuts_place is not None:
            _write_cuts(made, cuts_place)
    answer["out"] = None if out is None else {"file": out, "rows": made.row_count, "form": made.form}
    answer["cuts_out"] = None if cuts_out is None else {"file": cuts_out, "rows": len(made.cuts)}
    answer["seconds"] = round(time.monotonic() - begun, 3)
    unit = 1 if sys.platform == "darwin" else 1024
    answer["peak_memory_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    if as_json:
        say_json(answer)
    else:
        say(ladder_lines(answer))
    return EXIT_DONE


def _write_rows(made: Laddering, place: Path, yes: bool) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if made.row_count > MANY_ROWS and not yes:
        raise UsageFault(
            f"--out: {made.row_count:,} rows are more than {MANY_ROWS:,}. Say --yes to write them all, or name fewer "
            "networks with --from and --to; without both, one row a source is written."
        )
    with (
        whole_file(place) as stream,
        pq.ParquetWriter(stream, made.schema(), compression="zstd") as writer,
    ):
        held: list[Any] = []
        for batch in made.batches():
            held.append(batch)
            if sum(map(len, held)) >= ROWS_TOGETHER:
                writer.write_table(pa.Table.from_batches(held), ROWS_TOGETHER * 2)
                held = []
        if held:
            writer.write_table(pa.Table.from_batches(held), ROWS_TOGETHER * 2)


def _write_cuts(made: Laddering, place: Path) -> None:
    rows = list(cut_rows(made.cuts))
    with whole_file(place) as stream:
        if place.suffix.casefold() == ".json":
            stream.write(("[" + ",".join("\n" + json.dumps(row) for row in rows) + "\n]\n").encode())
        else:
            import pyarrow as pa
            import pyarrow.parquet as pq

            pq.write_table(pa.Table.from_pylist(rows, schema=cut_schema()), stream, compression="zstd")


def _asked(made: Laddering) -> list[dict[str, object]] | None:
    """What each what-if changes, with the seconds that it took once the graph stood."""
    if not made.wishes:
        return None
    answers = []
    with made.what_if() as asked:
        for wish in made.wishes:
            begun = time.monotonic()
            answers.append({**asked.ask(wish), "seconds": round(time.monotonic() - begun, 3)})
    return answers
