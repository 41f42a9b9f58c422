"""The command `ladder`: files of an AS graph in, a Parquet file of rows and a summary out."""

import json
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.files import place_of, whole_file
from provenet.cli.ladder_lines import ladder_lines
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE, UsageFault
from provenet.tools.ladder import MANY_ROWS, Ladder, LadderSettings, cut_rows, cut_schema, run

ROWS_TOGETHER = 2**19
"""Rows of one group of a Parquet file, about: the file's own table of groups is held until its end."""


@command(LadderSettings, case=False)
@click.option("--cuts-out", metavar="FILE", help="Write the pairs of --cuts with their networks, as Parquet or .json.")
@click.option("--out", metavar="PARQUET", help="Write rows: one a pair, or without --from and --to one a source.")
@click.option("--yes", is_flag=True, help=f"Write more than {MANY_ROWS:,} rows.")
def ladder(settings: LadderSettings, out: str | None, *, yes: bool, cuts_out: str | None, as_json: bool) -> int:
    """Say whether routes can avoid networks, and who moves.

    For pairs of networks: whether their routes cross restricted ones, whether they can avoid them, and who would have
    to choose differently. AS_REL is CAIDA's AS relationships, serial-1 or serial-2, plain or packed. A restricted
    network is not a restricted vendor: vendors enter only through --shares. docs/ladder.md describes the columns.
    """
    begun = time.monotonic()
    files: list[tuple[str, Path | str | None]] = [("AS_REL", settings.as_rel)]
    files += [(settings.option_of(name).flag, getattr(settings, name)) for name in ("shares", "organisations", "names")]
    for name in ("restricted", "sources", "destinations", "tags"):
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
        answer["what_if"] = _scenarios(made)
        if cuts_place is not None:
            _write_cuts(made, cuts_place)
    answer["out"] = None if out is None else {"file": out, "rows": made.row_count, "form": made.form}
    answer["cuts_out"] = None if cuts_out is None else {"file": cuts_out, "rows": len(made.cuts)}
    answer["seconds"] = round(time.monotonic() - begun, 3)
    unit = 1 if sys.platform == "darwin" else 1024
    answer["peak_memory_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    say_json(answer) if as_json else say(ladder_lines(answer))
    return EXIT_DONE


def _write_rows(made: Ladder, place: Path, yes: bool) -> None:
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


def _write_cuts(made: Ladder, place: Path) -> None:
    rows = list(cut_rows(made.cuts))
    with whole_file(place) as stream:
        if place.suffix.casefold() == ".json":
            stream.write(("[" + ",".join("\n" + json.dumps(row) for row in rows) + "\n]\n").encode())
        else:
            import pyarrow as pa
            import pyarrow.parquet as pq

            pq.write_table(pa.Table.from_pylist(rows, schema=cut_schema()), stream, compression="zstd")


def _scenarios(made: Ladder) -> list[dict[str, object]] | None:
    """What each what-if changes, with the seconds that it took once the graph stood."""
    if not made.scenarios:
        return None
    answers = []
    with made.what_if() as what_if:
        for scenario in made.scenarios:
            begun = time.monotonic()
            answers.append({**what_if.answer(scenario), "seconds": round(time.monotonic() - begun, 3)})
    return answers
