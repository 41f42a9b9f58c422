"""Several tables of ranges of addresses as one, whatever their order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from provenet.dependence.measured_routers import Days
from provenet.ingest.bgp.numbers import address_key
from provenet.ingest.bgp.prefix_tables import AddressRanges
from provenet.ingest.plain_lines import day_in
from provenet.routing.measured.special_addresses import Ranges, prefix_table

_KEY = ("family", "first_high", "first_low", "last_high", "last_low")


def joined_ranges(tables: Sequence[AddressRanges]) -> tuple[Ranges, tuple[tuple[Any, ...], ...]]:
    """The ranges of several tables as one, and what their values stand for, networks or countries, each set once.

    A range of which tables disagree is of all that they state: it is not known which.
    """
    alone: tuple[Any, ...] = tables[0].values if len(tables) == 1 else ()
    if alone and all(isinstance(one, tuple) for one in alone):
        return Ranges.of(tables[0]), alone
    place: dict[tuple[Any, ...], int] = {}
    parts = []
    for table in tables:
        sets = [one if isinstance(one, tuple) else (one,) if one else () for one in table.values]
        number = np.array([place.setdefault(one, len(place)) for one in sets], np.int32)
        parts.append(pl.DataFrame({**{name: getattr(table, name) for name in _KEY}, "value": number[table.value]}))
    rows = pl.concat(parts)
    if len(tables) > 1:
        rows = rows.group_by(_KEY).agg(pl.col("value").unique())
        stated, known = rows["value"], list(place)
        value, several = stated.list.first().to_numpy().copy(), stated.list.len() > 1
        for at, some in zip(several.arg_true().to_list(), stated.filter(several).to_list(), strict=True):
            union = tuple(sorted({name for one in some for name in known[one]}))
            value[at] = place.setdefault(union, len(place))
        rows = rows.with_columns(value=value)
    return Ranges(**{name: rows[name].to_numpy() for name in (*_KEY, "value")}), tuple(place)


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


def looked_up(addresses: Sequence[tuple[int, int]], tables: Sequence[AddressRanges]) -> list[tuple[Any, ...]]:
    """What tables state of each address (family and number), by the narrowest range that holds it; empty where none
    does.
    """
    ranges, values = joined_ranges(tables)
    keys = [address_key(*one) for one in addresses]
    found = prefix_table(ranges).match(
        np.array([family for family, _ in addresses], np.uint8),
        np.array([key >> 64 for key in keys], np.uint64),
        np.array([key & (1 << 64) - 1 for key in keys], np.uint64),
    )
    return [values[at] if at >= 0 else () for at in found.tolist()]
