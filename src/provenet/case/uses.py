"""The walk forward: which results of a case rest on a row, at any remove."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from provenet.case.case import Case
from provenet.case.tables import table, tables
from provenet.core.grouping import grouped


@dataclass(frozen=True)
class Uses:
    """The results that rest on some rows.

    Parameters
    ----------
    rows : by table the ids of the results that name one of the rows among their inputs, at any remove, in order.
    counted : tables with a result that counts all rows of a table with some values, one of the rows perhaps among
        them: whether it is, only working the result out again tells.
    """

    rows: Mapping[str, tuple[str, ...]]
    counted: tuple[str, ...] = ()


class UseIndex:
    """Which results name which rows, over the results of a case that stand; each table is read once.

    `inputs` followed backwards. It claims what rows say of themselves and recomputes nothing: what a result would be
    without a row, it does not know. Cost O(rows of results) once, then O(results found).
    """

    def __init__(self, case: Case) -> None:
        self._case = case

    @cached_property
    def _above(self) -> Mapping[str, list[str]]:
        """By reference, the results that name it."""
        edges = []
        for spec in tables().values():
            if spec.kind != "result" or spec.schema.get("inputs") != pl.List(pl.String):
                continue
            held = self._case.read_latest(spec.name)
            own = pl.concat_str(pl.lit(f"{spec.name}:"), pl.col(table(spec.name).id_column)).alias("row")
            edges.append(held.select(own, pl.col("inputs").alias("below")).explode("below").drop_nulls())
        above = pl.concat(edges).group_by("below").agg(pl.col("row").unique(maintain_order=True))
        return dict(above.iter_rows())

    @cached_property
    def _counted(self) -> Mapping[str, list[str]]:
        """By table, the references to all its rows with some values."""
        return grouped((ref.partition("?")[0], ref) for ref in self._above if "?" in ref)

    def of(self, refs: Iterable[str], names: Collection[str] | None = None) -> Uses:
        """The results that rest on rows, named as `market_share:row-1`; `names` keeps to some tables on the way."""
        above = self._above
        found: dict[str, None] = {}
        frontier = list(refs)
        counted: set[str] = set()
        while frontier:
            for name in {ref.partition(":")[0] for ref in frontier}:
                for query in self._counted.get(name, ()):
                    counted |= {one.partition(":")[0] for one in above[query]}
            reached = [one for ref in frontier for one in above.get(ref, ()) if one not in found]
            frontier = [one for one in dict.fromkeys(reached) if names is None or one.partition(":")[0] in names]
            found |= dict.fromkeys(frontier)
        rows = grouped((name, key) for name, _, key in (one.partition(":") for one in sorted(found)))
        kept = sorted(counted if names is None else counted & set(names))
        return Uses({name: tuple(keys) for name, keys in rows.items()}, tuple(kept))
