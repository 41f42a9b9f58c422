"""The command `influence`: observed or simulated paths in, who stands on them out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from provenet.cli.door import say, say_json
from provenet.cli.influence_lines import influence_lines
from provenet.cli.options import json_option
from provenet.cli.progress import ProgressLine
from provenet.cli.whole_file import place_of, whole_file
from provenet.core.errors import EXIT_DONE, UsageFault
from provenet.tools.influence import influence as worked_out
from provenet.tools.influence_call import MEASURES, SCOPES, TIES, UNLISTED, WEIGHTS

if TYPE_CHECKING:
    import polars as pl

SHARE = click.FloatRange(0, 1)
ENDINGS = (".parquet", ".csv")


def _words(known: tuple[str, ...]) -> str:
    return "|".join(known)


@click.command()
@click.argument("mrt", metavar="[MRT_FILE]...", nargs=-1)
@click.option("--graph", metavar="AS_REL", help="Simulate paths over a graph of AS relationships.")
@click.option("--vantage", metavar="FILE", help="Vantage points, one ASN a line: networks of the graph, or peers.")
@click.option("--vantage-every", metavar="N", type=click.IntRange(1),
              help="Every N-th network of the graph is one (default: the least N that leaves 1,000).")  # fmt: skip
@click.option("--addresses", metavar="FILE", multiple=True,
              help="Origins of addresses: pfx2as, pyasn, or ranges first,last,asn; any number.")  # fmt: skip
@click.option("--countries", metavar="FILE", multiple=True,
              help="Countries of addresses: ranges first,last,country; any number.")  # fmt: skip
@click.option("--country", metavar="CC", help="The country that is reached, named or in two letters.")
@click.option("--scope", metavar=_words(SCOPES), help="What is reached (default: as --country and --origin say).")
@click.option("--origin", "origins", metavar="ASN", multiple=True,
              help="A network that is reached, or a file of one a line; any number.")  # fmt: skip
@click.option("--weights", metavar=_words(WEIGHTS),
              help="What counts: IPv4 addresses (default where told of), or prefixes or networks alike.")  # fmt: skip
@click.option("--skip-origin", is_flag=True, help="Leave out what a network is to itself.")
@click.option("--measure", metavar=_words(MEASURES), default="hegemony", show_default=True, help="What is measured.")
@click.option("--shares", metavar="CSV", help="Shares of networks that are the vendor's, asn,low,high.")
@click.option("--unlisted", metavar=_words(UNLISTED),
              help="What a network without a share has of the vendor: unknown, or none, an assumption.")  # fmt: skip
@click.option("--gate", metavar="SHARE", type=SHARE,
              help="The share of the country's entries that are by transit, for --measure transit.")  # fmt: skip
@click.option("--alpha", metavar="SHARE", type=click.FloatRange(0, 0.5, max_open=True), default=0.1, show_default=True,
              help="The share of vantage points left out at each end of a mean.")  # fmt: skip
@click.option("--tie", metavar=_words(TIES), default="smallest", show_default=True,
              help="With both, say too what scores are where the greatest ASN wins ties.")  # fmt: skip
@click.option("--family", metavar="4|6", type=click.IntRange(4, 6), default=4, show_default=True,
              help="The family of addresses that is read from MRT files.")  # fmt: skip
@click.option("--least-feed", metavar="SHARE", type=SHARE, default=0.0,
              help="Leave out sessions that tell of a smaller share of prefixes than the fullest does.")  # fmt: skip
@click.option("--collector", metavar="NAME", default="",
              help="The MRT files are of one collector and follow each other: updates move its table on.")  # fmt: skip
@click.option("--out", metavar="FILE", help="Write all rows, as .parquet or .csv.")
@json_option
def influence(mrt: tuple[str, ...], as_json: bool, out: str | None, **told: Any) -> int:
    """Say over which networks, or over how much of a vendor's equipment, a country or the Internet is reached.

    Paths are those of MRT files (RIBs, updates, also cut ones), or simulated over --graph. A restricted network is not
    a restricted vendor: a vendor speaks only through --shares. Measures are described in docs/influence.md.
    """
    begun = time.monotonic()
    place = None if out is None else _place(out, mrt, told)
    with ProgressLine() as progress:
        answer = worked_out(mrt, **told, progress=progress)
        if place is not None and answer.rows is not None:
            _write(answer.rows, place)
    summary = answer.summary
    written = None if answer.rows is None or out is None else {"file": out, "rows": len(answer.rows)}
    summary["out"] = written
    summary["seconds"] = round(time.monotonic() - begun, 3)
    if as_json:
        say_json(summary)
    else:
        say(influence_lines(summary))
    return EXIT_DONE


def _place(out: str, mrt: tuple[str, ...], told: dict[str, Any]) -> Path:
    if Path(out).suffix.casefold() not in ENDINGS:
        raise UsageFault(f"--out: the ending says how rows are written; found {out!r}, expected .parquet or .csv.")
    files = {f"--{name}": told[name] for name in ("graph", "vantage", "shares")}
    for name in ("addresses", "countries"):
        files |= {f"--{name}" + " " * nth: given for nth, given in enumerate(told[name])}
    files |= {"MRT_FILE" + " " * nth: given for nth, given in enumerate(mrt)}
    return place_of("--out", out, files)


def _write(rows: pl.DataFrame, place: Path) -> None:
    with whole_file(place) as stream:
        if place.suffix.casefold() == ".csv":
            rows.write_csv(stream)
        else:
            rows.write_parquet(stream)
