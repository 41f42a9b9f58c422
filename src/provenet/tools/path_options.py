"""Of the tool `paths`: what it may be told and what it answers. Nothing here loads a package of kernels."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from provenet.core.errors import UsageFault
from provenet.core.settings import (
    Day,
    Listener,
    Number,
    Option,
    Places,
    ProgressSettings,
    Range,
    WholeNumber,
    Words,
    settings_class,
)
from provenet.tools.files import refuse_missing

EMBEDDED, SPARK = "embedded", "spark"


def no_rows(_: pl.DataFrame) -> None:
    """A listener to rows that wants none: none are made."""


@settings_class(kw_only=False)
class PathsSettings(ProgressSettings):
    """Which paths were measured, and what is known of addresses on them."""

    files: Annotated[
        Places, Option(argument=True, metavar="FILE...", help="Traceroutes: RIPE Atlas JSON, scamper JSON.")
    ]
    _: KW_ONLY
    vendors: Annotated[
        Path, Option(metavar="PARQUET", help="Vendors of addresses, as `provenet vendors --out` writes them.")
    ]
    origins: Annotated[
        Places, Option(help="Which network announces which addresses: pfx2as, pyasn, or ranges first,last,asn.")
    ]
    exchanges: Annotated[
        Places,
        Option(metavar="JSON", help="Peering LANs of exchange points (PeeringDB ixpfx; ix and ixlan for their names)."),
    ] = ()
    restricted: Annotated[
        Words,
        Option(
            metavar="VENDOR", help="A vendor whose devices to look for, by name or id; seat:CN for all seated there."
        ),
    ] = ()
    endpoints: Annotated[bool, Option(help="Count the source and the target of a path as crossed too.")] = False
    engine: Annotated[
        str,
        Option(
            choices=(EMBEDDED, SPARK),
            help="What sums the traces: this process, or Apache Spark (its package and Java).",
        ),
    ] = EMBEDDED
    memory: Annotated[
        WholeNumber | None,
        Option(
            metavar="MIB",
            range=Range(low=256),
            help="Keep tables on disk and sum them within this much memory (default: in memory, as they are read).",
        ),
    ] = None
    targets: Annotated[
        WholeNumber | None,
        Option(
            range=Range(low=1),
            help="Choose what to measure next within this budget: addresses to fingerprint (1 each), "
            "paths to trace anew.",
        ),
    ] = None
    trace_cost: Annotated[
        Number,
        Option(range=Range(above=0, high=1_000_000), help="What tracing a path costs, in fingerprints of an address."),
    ] = 10.0
    as_of: Annotated[
        Day | None,
        Option(
            help="The day in question, YYYY-MM-DD: traces, sightings and tables of later days do not count "
            "(default: all count)."
        ),
    ] = None
    work: Annotated[Path | None, Option(hidden=True, help="An empty folder for the tables of an engine.")] = None
    rows: Listener[Callable[[Any], None] | None] = None
    """Hears the rows of each batch; without it, they are gathered in the report."""

    def check(self) -> None:
        """Raises UsageFault for files that are not there, and where none is given."""
        if not self.files:
            raise UsageFault("FILE: none is given; expected files of traceroutes.")
        if not self.origins:
            raise UsageFault("--origins: none is given; expected a table of which network announces which addresses.")
        refuse_missing([*self.files, self.vendors, *self.origins, *self.exchanges])
        if self.targets is not None and not self.restricted:
            raise self.fault("targets", "this needs vendors to look for; expected --restricted too.")
        if self.uses_tables and self.targets is not None:
            raise self.fault("targets", "this needs the paths themselves; expected no --memory and no Spark.")
        if self.uses_tables and self.work is None:
            raise UsageFault("work: none is given; expected an empty folder for the tables of --engine or --memory.")
        if self.uses_tables and self.rows not in (None, no_rows):
            raise self.fault(
                "memory" if self.engine == EMBEDDED else "engine", "sums alone are made; expected no --out."
            )

    @property
    def uses_tables(self) -> bool:
        """Whether traces become tables on disk, which an engine sums."""
        return self.engine == SPARK or self.memory is not None


@dataclass(frozen=True)
class PathReport:
    """Which paths cross what: `summary` as plain values, and `rows`, one a trace; None where they went elsewhere.

    Columns of `rows`: `trace_id`, `measurement_id`, `probe_id`, `started_at`, `source_address`, `target_address`,
    `is_reached`, `tier` (null where no vendor is restricted), `low_share` and `high_share` (of a trace of the tier
    network: the ends of the largest share of restricted devices among the networks that it crosses), `vendors` (those
    of its hops) and `as_path`.
    """

    summary: dict[str, Any]
    rows: pl.DataFrame | None
