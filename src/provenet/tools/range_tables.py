"""Which of several tables of ranges of addresses count, by the days of their names."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from provenet.dependence.measured_routers import Days
from provenet.ingest.bgp.prefix_tables import AddressRanges
from provenet.ingest.plain_lines import day_in

_KEY = ("family", "first_high", "first_low", "last_high", "last_low")
NEWEST_COUNTS = "of tables of addresses the newest day up to the one in question counts, and one without a day alone"


def newest_tables(tables: Sequence[AddressRanges], days: Days) -> list[AddressRanges]:
    """The tables that count, family by family, chosen by the days of their names as a case chooses among its rows."""
    held = [(at, int(family), day_in(table.name)) for at, table in enumerate(tables) for family in set(table.family)]
    rows = pl.DataFrame(held, {"table": pl.Int64, "family": pl.Int64, "observed_on": pl.String}, orient="row")
    kept = days.newest(rows.with_columns(pl.col("observed_on").str.to_date(strict=False)))
    return [
        _of_families(tables[at], some) for at, some in kept.group_by("table", maintain_order=True).agg("family").rows()
    ]


def _of_families(table: AddressRanges, families: Sequence[int]) -> AddressRanges:
    kept = np.isin(table.family, families)
    return replace(table, **{name: getattr(table, name)[kept] for name in (*_KEY, "value")})
