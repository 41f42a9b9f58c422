"""Cells by themselves: references, keys, ranges, order of ends, closed words, days to come, formulas."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

import polars as pl

from provenet.case.checks.finding import NEARER_AMONG, SHOWN_NAMES, Issue, StandingRows, each
from provenet.case.dictionary import Column, Table, closed_columns
from provenet.case.rows import AnyRow
from provenet.case.tables import tables, vocabulary, words
from provenet.core.errors import clip, hint_at, nearest
from provenet.core.ids import fold
from provenet.core.rule_words import holds_two_facts

HAPPENED = {
    "source": "published",
    "claim": "said",
    "outreach": "day",
    "market_share": "as_of",
    "carrier_share": "as_of",
    "deployment": "day",
    "procurement": "day",
    "interop": "day",
}
"""Dates of what has happened, as the stem of `_low_on`: none of them lies after the day in question."""
_RUNS = r"^[=+@-].*[A-Za-z(]|^[\t\r]"
"""A cell that a spreadsheet may run: begins with a sign and goes on with a letter or bracket. Numbers do not."""
_FACT = re.compile(r"\s*[^=\s][^=]*=\s*\S")
_PLAIN = r"^[+-][0-9 ().-]+[a-zA-Z%/ ]*$"
"""A signed number with its unit, or a telephone number, is none."""


def references(rows: StandingRows) -> Iterator[Issue]:
    """Values of a column that refers to another table and names no row of it."""
    sets = vocabulary().get("sets", {})
    for spec in tables().values():
        for column in spec.columns:
            if column.refers_to is None or column.refers_to == "run.run_id":
                continue
            target, _, field_name = column.refers_to.partition(".")
            known = rows.values(target, field_name)
            set_words = sets.get(f"{spec.name}.{column.name}", [])
            yield from _dangling(rows, spec, column, target=target, known=known, set_words=set_words)


def _names_row(value: pl.Expr, known: pl.Series, set_words: Sequence[str]) -> pl.Expr:
    """Whether a value is the id of a row or a word for a set of them."""
    names = value.is_in(known.implode())
    for word in set_words:
        names |= value.str.starts_with(word) if word.endswith(":") else value == word
    return names


def _dangling(
    rows: StandingRows, spec: Table, column: Column, *, target: str, known: pl.Series, set_words: Sequence[str]
) -> Iterator[Issue]:
    value = pl.col(column.name)
    used = rows.values(spec.name, column.name)
    lost = used.filter(~pl.select(_names_row(pl.lit(used), known, set_words)).to_series()) if used.len() else used
    if not lost.len():
        return
    bad = value.list.eval(pl.element().is_in(lost.implode())).list.any() if column.type == "list" else None
    names = known.to_list() if known.len() <= NEARER_AMONG else []
    lost_words = frozenset(lost)

    def says(row: AnyRow) -> str:
        cell = row[column.name]
        found = [item for item in cell if item in lost_words] if isinstance(cell, list) else [cell]
        return f"No such {target}; found {clip('|'.join(map(str, found)))!r}.{hint_at(nearest(str(found[0]), names))}"

    empty = ", or leave it empty: not known" if column.nullable else ""
    repair = {"table": target, "or_empty": empty}
    yield from each(
        rows, spec.name, column.name, bad=value.is_in(lost.implode()) if bad is None else bad, says=says, words=repair
    )


def keys(rows: StandingRows) -> Iterator[Issue]:
    """Input rows that share a key and say different things; the same row twice is no finding."""
    for spec in tables().values():
        if spec.kind != "input" or spec.key == ("row_id",) or rows.is_empty(spec.name):
            continue
        key = spec.key[0] if len(spec.key) == 1 else pl.struct(spec.key)
        shared = (pl.col(key) if isinstance(key, str) else key).is_duplicated()
        twice = rows.lazy(spec.name).select(spec.key).filter(shared).unique().collect()
        if twice.height:
            same = rows.lazy(spec.name).join(twice.lazy(), on=list(spec.key), how="semi").collect()
            yield from _differ(spec, same)


def _differ(spec: Table, same: pl.DataFrame) -> Iterator[Issue]:
    apart = {"row_id", "file_id", "locator", "run_id", "reading", "checked_on", "note", *spec.key}
    cells = [name for name in spec.schema if name not in apart]
    differ = [(pl.col(name).n_unique() > 1).alias(name) for name in cells]
    place = pl.col("locator").sort().implode().first().alias("places")
    for row in same.sort(spec.order).group_by(spec.key, maintain_order=True).agg(*differ, place).iter_rows(named=True):
        columns = [name for name in cells if row[name]]
        if columns:
            key = "|".join(str(row[name]) for name in spec.key)
            places = "; ".join(row["places"][:SHOWN_NAMES])
            yield Issue(
                f"{spec.name}.{spec.key[0]}",
                (spec.name, key),
                f"{spec.name} {key}",
                says=f"Rows share this key and differ in {', '.join(columns)}: {places}.",
                refs=(f"{spec.name}:{key}",),
            )


SIGNED = frozenset({("fund_approach", "left_days_count")})
"""Counts that may be below 0: days to a contract whose day has passed."""
EFFECTS = frozenset({("fund_input", "low_objective_share")})
"""What follows from the ends of a figure, which may fall as the figure rises: no ends of an interval."""


def ranges(rows: StandingRows) -> Iterator[Issue]:
    """Shares outside 0 to 1, degrees off the globe, counts below 0."""
    limits = {"share": (0.0, 1.0), "lat_deg": (-90.0, 90.0), "lon_deg": (-180.0, 180.0), "count": (0, None)}
    for spec in tables().values():
        for column in spec.columns:
            limit = limits.get(column.name) or limits.get(column.name.rpartition("_")[2])
            if limit is None or column.type not in {"float", "int"} or (spec.name, column.name) in SIGNED:
                continue
            low, high = limit
            value = pl.col(column.name)
            off = value < low if high is None else (value < low) | (value > high)
            expected = f"{low} or more" if high is None else f"{low:g} to {high:g}"
            yield from each(
                rows, spec.name, column.name, bad=off, says=partial(_off, column=column.name, expected=expected)
            )


def _off(row: AnyRow, column: str, expected: str) -> str:
    return f"Found {row[column]}, expected {expected}."


def orders(rows: StandingRows) -> Iterator[Issue]:
    """Lower ends above upper ends, first days after last days, and intervals with nothing in them."""
    for spec in tables().values():
        for low in spec.schema:
            named = {"from_on": "to_on", "role_from_on": "role_until_on"}
            high = named.get(low) or re.sub(r"(^|_)low_", r"\1high_", low)
            if high == low or high not in spec.schema or spec.column(low).type == "bool" or (spec.name, low) in EFFECTS:
                continue
            wrong = pl.col(low) > pl.col(high)
            if low == "from_on":
                wrong = pl.col(low) >= pl.col(high)
            elif low == "low_share" and "low_open" in spec.schema:
                wrong |= (pl.col(low) == pl.col(high)) & (pl.col("low_open") | pl.col("high_open"))
            ends = {"low": low, "high": high}
            yield from each(
                rows, spec.name, low, bad=wrong, says=partial(_crossed, low=low, high=high), shows=(high,), words=ends
            )


def _crossed(row: AnyRow, low: str, high: str) -> str:
    return f"Found {low} {row[low]} and {high} {row[high]}; nothing lies between."


def closed_words(rows: StandingRows) -> Iterator[Issue]:
    """Cells of a column with closed words that hold another word."""
    for name, column, word_list in closed_columns(vocabulary(), tables()):
        known = words(word_list)
        read = {*known, *vocabulary()["retired"].get(word_list, ())}
        other = [word for word in rows.values(name, column) if word not in read]
        if other:
            yield from each(
                rows, name, column, bad=pl.col(column).is_in(other), says=partial(_odd, column=column, known=known)
            )


def _odd(row: AnyRow, column: str, known: tuple[str, ...]) -> str:
    near = nearest(str(row[column]), known)
    return f"Found {clip(str(row[column]))!r}, expected one of: {', '.join(known)}.{hint_at(near)}"


def to_come(rows: StandingRows) -> Iterator[Issue]:
    """Rows that say something happened, or was compared with its source, after the day in question."""
    day = rows.as_of
    if day is None:
        return
    for spec in tables().values():
        if spec.kind != "input":
            continue
        columns = ["checked_on", *([f"{HAPPENED[spec.name]}_low_on"] if spec.name in HAPPENED else [])]
        for column in columns:
            later = pl.col(column) > day
            if column != "checked_on" and "forecast" in spec.schema:
                later &= ~pl.col("forecast")
            yield from each(rows, spec.name, column, bad=later, says=partial(_later, column=column, day=str(day)))


def _later(row: AnyRow, column: str, day: str) -> str:
    return f"Found {row[column]}, which is after {day}, the day in question."


def formulas(rows: StandingRows) -> Iterator[Issue]:
    """Text cells of input rows that a spreadsheet would run as a formula if they were opened in one."""
    ours = {"row_id", "source_id", "file_id", "run_id", "reading", "locator"}
    for spec in tables().values():
        if spec.kind != "input":
            continue
        runs = {
            column.name: pl.col(column.name).str.contains(_RUNS) & ~pl.col(column.name).str.contains(_PLAIN)
            for column in spec.columns
            if column.type == "text" and column.name not in ours
        }
        seen = rows.lazy(spec.name).select(test.any().alias(name) for name, test in runs.items()).collect()
        for name in (name for name in runs if seen[name].any()):
            yield from each(rows, spec.name, name, bad=runs[name], says=partial(_begins, column=name))


def asset_facts(rows: StandingRows) -> Iterator[Issue]:
    """Facts of assets that are not written as key=value, or whose key the case's list of keys does not know."""
    known = {fold(key): key for key in rows.values("fact_key", "key")}
    facts = rows.values("asset", "facts").to_list()
    odd = [item for item in facts if not _is_fact(item) or (known and fold(item.partition("=")[0]) not in known)]
    if odd:
        bad = pl.col("facts").list.eval(pl.element().is_in(odd)).list.any()
        yield from each(rows, "asset", "facts", bad=bad, says=partial(_odd_fact, odd=frozenset(odd), known=known))


def _is_fact(item: str) -> bool:
    return _FACT.match(item) is not None and not holds_two_facts(item)


def _odd_fact(row: AnyRow, odd: frozenset[str], known: dict[str, str]) -> str:
    items = row["facts"]
    first = next((item for item in items if item in odd), "") if isinstance(items, list) else ""
    if not _is_fact(first):
        return f"No fact; found {clip(first)!r}, expected key=value."
    near = hint_at(nearest(first.partition("=")[0], known.values()))
    return f"No such key of facts; found {clip(first)!r}.{near}"


def _begins(row: AnyRow, column: str) -> str:
    return f"Begins like a formula; found {clip(str(row[column]))!r}."
