"""Two versions of a result table side by side: which rows appeared, vanished or changed, and in which columns.

Rows are matched by what they speak of, never by their ids, since an id holds the days and the policy in question. It
says *what* changed; `provenet.evidence.causes` says which input did it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import polars as pl

from provenet.case.rows import AnyRow
from provenet.case.structs import with_texts
from provenet.case.tables import table
from provenet.core.ids import names_in

QUESTION = names_in("""
    vendor_id carrier_id asset_class layer action origin_country capability site_class product_category
    asset_facts
""")
"""What one verdict is about, beside its policy and country."""
IDENTITY: Mapping[str, tuple[str, ...]] = {
    "verdict": ("pack", "country", *QUESTION),
    "vendor_share": names_in("""
        country carrier_id asset_class segment vendor_ids complement part pack unknown_because measure measure_kind
        as_of method layer
    """),
    "concentration": ("country", "place", "carrier_id", "asset_class", "segment", "measure", "measure_kind", "as_of"),
    "common_failure": ("country", "vendor_id", "asset_class", "measure", "measure_kind"),
    "site_dependence": ("site_id", "country", "carrier_id", "asset_class", "vendor_ids", "measure", "scenario", "harm"),
    "gap": ("figure_id", "country", "carrier_id", "kind"),
    "exposure": ("country", "level", "asn", "tags", "role", "destination", "pack"),
    "transit": ("country", "role", "destination", "level", "asn", "network_country"),
    "remedy": ("country", "kind", "tag", "asn", "source_asn", "destination_asn"),
    "influence": ("country", "asn"),
    "vendor_estimate": ("router_id",),
    "path_exposure": ("country", "target_country", "vendor_ids", "pack"),
    "route_scenario": ("scenario", "extent", "country", "tag"),
    "site_traffic": ("site_id", "country", "demand", "network", "own_failed"),
    "site_exposure": ("site_id", "country", "demand", "network", "own_failed", "pack", "harm"),
    "route_comparison": ("country", "level", "role", "tag", "against", "direction", "reading", "destination"),
    "inside_element": ("country", "carrier_id", "network", "pack", "kind", "element"),
    "inside_exposure": ("country", "carrier_id", "network", "pack", "level", "demands", "demand"),
    "inside_failure": ("country", "carrier_id", "network", "pack", "failure"),
    "inside_own_link": ("country", "carrier_id", "network", "pack", "node", "direction"),
    "dossier": ("country",),
    "finding": ("kind", "place"),
}
"""The columns by which a row of one run is the same thing as a row of another."""
SCOPE = ("as_of_on", "known_on", "assumed")
"""The days and assumptions of a question: they stand in the settings of a run, not among the changes of its rows."""
TRAVELS: Mapping[str, tuple[str, ...]] = {
    "verdict": ("reason", "rules_in_force", "first_in_force_on", "citation", "pack_title", "issuer", "force"),
    "vendor_share": ("label", "measure_short"),
    "concentration": ("label",),
    "common_failure": ("label", "measure_short"),
    "site_dependence": ("label", "measure_short"),
    "gap": ("label",),
    "exposure": ("label", "restricted_says", "graph_says", "graph_on", "measure"),
    "transit": ("label", "graph_says", "graph_on"),
    "remedy": ("label", "restricted_says", "sample_says"),
    "influence": ("label", "graph_says", "graph_on", "weights_says"),
    "measured_share": ("label",),
    "path_exposure": ("label", "restricted_says"),
    "route_comparison": ("label", "restricted_says", "graph_says", "graph_on", "other_says", "other_on", "measure"),
    "route_scenario": ("label", "restricted_says", "graph_says", "graph_on", "measure"),
    "site_traffic": ("label",),
    "site_exposure": ("label", "restricted_says"),
    "inside_element": ("label",),
    "inside_exposure": ("label", "demands_says"),
    "inside_failure": ("label",),
    "inside_own_link": ("label",),
}
"""Columns that alone make no change, since they repeat the days or the policy; shown beside one where they differ."""
LEADING = names_in("outcome rule_id effect remove_by_on low_share high_share coverage_share headline severity says")
"""The columns whose changes stand first."""
_TURN = "_turn"


@dataclass(frozen=True)
class RowChange:
    """One thing that both sides speak of and say differently: each column that differs, as old and new."""

    table: str
    key: AnyRow
    columns: Mapping[str, tuple[Any, Any]]
    _: KW_ONLY
    old: AnyRow
    new: AnyRow

    @property
    def rank(self) -> int:
        """The place among changes: outcomes first, then intervals, then the rest."""
        return min((LEADING.index(name) for name in self.columns if name in LEADING), default=len(LEADING))


@dataclass(frozen=True)
class Difference:
    """What one table says on two sides. `appeared` stands on the new side alone, `vanished` on the old."""

    table: str
    key: tuple[str, ...]
    changed: tuple[RowChange, ...]
    _: KW_ONLY
    appeared: tuple[AnyRow, ...]
    vanished: tuple[AnyRow, ...]
    unchanged_count: int


def compare(
    name: str,
    old: pl.DataFrame,
    new: pl.DataFrame,
    *,
    without: Collection[str] = (),
    compared: Collection[str] | None = None,
) -> Difference:
    """Compares the rows of a result table, matched by `IDENTITY` less the columns `without`; structs as JSON text.

    With `compared`, only those columns make a change. Where several rows of one side are the same thing, the first is
    matched with the first, in the order of all that they say. Laws: the sides swapped swap old and new, appeared and
    vanished; a side compared with itself has no change. Cost O(rows log rows).
    """
    old, new = (with_texts(table(name), rows) for rows in (old, new))
    key = tuple(column for column in _identity(name) if column not in without)
    compared_columns = [c for c in _telling(name, key) if compared is None or c in compared]
    left, right = _numbered(name, old, key), _numbered(name, new, key)
    on = [*(f"_key_{column}" for column in key), _TURN]
    both = left.join(right, on=on, how="inner", nulls_equal=True, suffix="_new")
    unlike = (pl.col(f"_says_{column}").ne_missing(pl.col(f"_says_{column}_new")) for column in compared_columns)
    differs = pl.any_horizontal(pl.lit(False), *unlike)
    moved = both.filter(differs).select("_row", "_row_new")
    olds, news = old[moved["_row"].to_list()], new[moved["_row_new"].to_list()]
    shown = (*compared_columns, *TRAVELS.get(name, ()))
    pairs = zip(olds.iter_rows(named=True), news.iter_rows(named=True), strict=True)
    changed = [_changed(name, key, shown, old=before, new=after) for before, after in pairs]
    return Difference(
        name,
        key,
        tuple(sorted(changed, key=lambda one: (one.rank, _sorting(one.key.values())))),
        appeared=tuple(_alone(right, left, on, rows=new, key=key)),
        vanished=tuple(_alone(left, right, on, rows=old, key=key)),
        unchanged_count=both.height - moved.height,
    )


def _identity(name: str) -> tuple[str, ...]:
    return IDENTITY.get(name, (table(name).id_column,))


def _telling(name: str, key: Sequence[str]) -> list[str]:
    spec = table(name)
    hidden = {*key, *SCOPE, *TRAVELS.get(name, ()), "run_id", "formula", "inputs", spec.id_column}
    return [column for column in spec.schema if column not in hidden and column not in _identity(name)]


def _numbered(name: str, rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The key and the words of each row as plain values, its place, and its turn among rows of the same key."""
    spec = table(name)
    cells = _telling(name, key)
    shown = rows.with_row_index("_row").select(
        "_row",
        *(_plain(column, spec.column(column).type).alias(f"_key_{column}") for column in key),
        *(_plain(column, spec.column(column).type).alias(f"_says_{column}") for column in cells),
    )
    ordered = shown.sort([c for c in shown.columns if c != "_row"], nulls_last=True, maintain_order=True)
    keys = [f"_key_{column}" for column in key]
    turn = pl.int_range(pl.len()).over(keys) if keys else pl.int_range(pl.len())
    return ordered.with_columns(turn.alias(_TURN))


def _plain(column: str, kind: str) -> pl.Expr:
    """A cell that can be matched and compared: a list as its length and its items."""
    if kind != "list":
        return pl.col(column)
    cell = pl.col(column)
    return pl.concat_str(cell.list.len().cast(pl.String), cell.list.join("\x1f"), separator="\x1f")


def _changed(name: str, key: Sequence[str], shown: Iterable[str], *, old: AnyRow, new: AnyRow) -> RowChange:
    columns = {column: (old[column], new[column]) for column in shown if old[column] != new[column]}
    ordered = sorted(columns, key=lambda c: LEADING.index(c) if c in LEADING else len(LEADING))
    return RowChange(name, {c: new[c] for c in key}, {c: columns[c] for c in ordered}, old=old, new=new)


def _alone(
    here: pl.DataFrame, there: pl.DataFrame, on: list[str], *, rows: pl.DataFrame, key: Sequence[str]
) -> list[AnyRow]:
    places = here.join(there, on=on, how="anti", nulls_equal=True)["_row"].to_list()
    found = list(rows[places].iter_rows(named=True))
    return sorted(found, key=lambda row: _sorting(row[c] for c in key))


def _sorting(values: Iterable[Any]) -> list[tuple[bool, str]]:
    return [(value is None, str(value)) for value in values]
