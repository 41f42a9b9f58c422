"""The record: rows of `exposure`, `transit`, `remedy` and `influence` that ship, each with the receipt of its making.

The graphs that they come from may not be shipped, and no single network, router or address is in them: only sums over
a country, of five networks or more on either side. `scripts/record_routes.py` makes the files, byte for byte the same
from the same graph and lists. What all rows of one day have in common stands once, in `shared.csv`, and a long text
that several cells bear in `texts.csv`: a cell `@n` is its row n.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from provenet.case.rows import AnyRow, ExposureRow, InfluenceRow, RemedyRow, TransitRow
from provenet.case.tables import Table, table
from provenet.core.countries import packaged_rows
from provenet.core.disclosure import is_enough, is_few
from provenet.core.ids import row_id
from provenet.exposure.networks import ALL, CARRIER, REST, SENSITIVE
from provenet.exposure.transit import WHOLE

TABLES = ("receipt", "exposure", "transit", "remedy", "influence")
FOLDER = ("facts", "recorded")
SHARED = "shared"
"""The file of the columns that are the same in all rows of a table and day."""
TEXTS = "texts"
LONG = 60
"""Characters above which a cell that stands in two rows or more is a text."""
LEFT_OUT = ("run_id", "inputs")
LEAST_SHARE = {True: 0.001, False: 0.01}
"""Of routes to all destinations, and to one kind: countries of registration that fewer pass stand for the whole country
alone, which lists every one.
"""
Rows = Mapping[str, Sequence[AnyRow]]


def public_exposure(rows: Iterable[ExposureRow]) -> list[ExposureRow]:
    """The sums that a page may print: of five source and five destination networks or more, and no two of which differ
    by fewer than five networks.

    A tag that is all of a role but fewer than five networks is left out, and where one kind of destination is left out
    for its size, so is the rest, since the sum over all destinations stands.
    """
    sums = [row for row in rows if row["level"] != "network" and row["pack"] is None]
    whole = {_set(row): row["network_count"] for row in sums if row["level"] == "role"}
    small = {row["country"] for row in sums if row["destination"] != ALL and is_few(row["destination_count"] or 0)}
    return [
        row
        for row in sums
        if is_enough(min(row["network_count"], row["destination_count"] or 0))
        and (row["level"] == "role" or is_enough(whole[_set(row)] - row["network_count"]))
        and not (row["destination"] == REST and row["country"] in small)
    ]


def _set(row: ExposureRow) -> tuple[str, str, str]:
    return row["country"], row["restricted_says"], row["role"]


def public_transit(rows: Iterable[TransitRow]) -> list[TransitRow]:
    """The public rows; of countries of registration beside those of the whole, those that a number of routes passes.

    Where the sensitive networks are fewer than five, so that their sums are left out, those of the carriers are too,
    since the sums of the whole country stand.
    """
    held = list(rows)
    few = {row["country"] for row in held if row["role"] == SENSITIVE and not is_enough(row["network_count"])}
    small = {row["country"] for row in held if row["destination"] != ALL and not is_enough(row["destination_count"])}
    return [
        row
        for row in held
        if row["audience"] == "public"
        and not (row["role"] in (SENSITIVE, CARRIER) and row["country"] in few)
        and not (row["destination"] == REST and row["country"] in small)
        and (row["level"] != "country" or _lists(row))
        and (row["level"] != "network" or row["role"] == WHOLE)
    ]


def _lists(row: TransitRow) -> bool:
    """Whether a country of registration is listed."""
    everywhere = row["destination"] == ALL
    return (everywhere and row["role"] == WHOLE) or (row["high_share"] or 0.0) >= LEAST_SHARE[everywhere]


def public_remedy(rows: Iterable[RemedyRow]) -> list[RemedyRow]:
    """The public rows."""
    return [row for row in rows if row["audience"] == "public"]


def public_influence(rows: Iterable[InfluenceRow], governments: frozenset[int]) -> list[InfluenceRow]:
    """All rows but those of networks of government and defence."""
    return [row for row in rows if int(row["asn"]) not in governments]


def record_text(rows: Rows) -> dict[str, str]:
    """The files of a record, by name, from rows of any days; sorted by day and id, so that their order says nothing."""
    kept: dict[str, tuple[Sequence[str], list[dict[str, str]]]] = {}
    shared: list[dict[str, str]] = []
    for name in TABLES:
        spec = table(name)
        held = sorted(rows[name], key=lambda row: (row["as_of_on"], row[spec.id_column]))
        columns = [column for column in spec.schema if column not in LEFT_OUT]
        same = {
            day: _same(spec, [row for row in held if row["as_of_on"] == day], columns)
            for day in sorted({row["as_of_on"] for row in held})
        }
        everywhere = [column for column in columns if all(column in one for one in same.values())]
        for day, values in same.items():
            shared += [
                {"table": name, "as_of_on": day.isoformat(), "column": column, "value": values[column]}
                for column in everywhere
            ]
        own = [column for column in columns if column not in everywhere or column == "as_of_on"]
        kept[name] = own, [{column: _cell(row[column]) for column in own} for row in held]
    kept[SHARED] = ("table", "as_of_on", "column", "value"), shared
    count = Counter(cell for _, rows in kept.values() for row in rows for cell in row.values() if len(cell) > LONG)
    texts = {text: str(at) for at, text in enumerate(sorted(text for text, often in count.items() if often > 1), 1)}
    made = {
        f"{name}.csv": _csv(
            columns,
            ({column: f"@{texts[cell]}" if cell in texts else cell for column, cell in row.items()} for row in rows),
        )
        for name, (columns, rows) in kept.items()
    }
    return made | {
        f"{TEXTS}.csv": _csv(("number", "text"), ({"number": at, "text": text} for text, at in texts.items()))
    }


def _same(spec: Table, rows: Sequence[AnyRow], columns: Iterable[str]) -> dict[str, str]:
    """The columns of which all rows have one value, as cells."""
    found = {}
    for column in columns:
        values = {_cell(row[column]) for row in rows}
        if len(values) == 1 and column != spec.id_column:
            found[column] = values.pop()
    return found


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return json.dumps(list(value), ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else str(value)


def _value(spec: Table, column: str, cell: str) -> Any:
    kind = spec.column(column).type
    if kind == "list":
        return json.loads(cell) if cell else []
    if not cell:
        return None
    read: Mapping[str, Callable[[str], Any]] = {"int": int, "float": float, "date": date.fromisoformat}
    return read[kind](cell) if kind in read else cell


@lru_cache
def record() -> Rows:
    """All rows of the record that ships with the product, by table. Cached."""
    texts = {f"@{one['number']}": one["text"] for one in packaged_rows(*FOLDER, f"{TEXTS}.csv")}
    shared: dict[tuple[str, str], dict[str, str]] = {}
    for one in packaged_rows(*FOLDER, f"{SHARED}.csv"):
        shared.setdefault((one["table"], one["as_of_on"]), {})[one["column"]] = one["value"]
    made: dict[str, list[AnyRow]] = {}
    for name in TABLES:
        spec = table(name)
        made[name] = [
            {
                column: _value(spec, column, texts.get(cell, cell))
                for column, cell in {**cells, **shared[name, cells["as_of_on"]]}.items()
            }
            for cells in packaged_rows(*FOLDER, f"{name}.csv")
        ]
    return made


def recorded_countries() -> list[str]:
    """The countries that the record holds."""
    return sorted({row["country"] for row in record()["exposure"]})


def recorded_receipt(as_of: date, known: date | None) -> AnyRow | None:
    """The receipt of the newest recorded day up to the one in question, with or without a day known as it has."""
    fits = [
        row
        for row in record()["receipt"]
        if row["as_of_on"] <= as_of
        and (row["known_on"] is None if known is None else row["known_on"] is not None and row["known_on"] <= known)
    ]
    return max(fits, key=lambda row: (row["graph_on"], row["as_of_on"]), default=None)


def recorded_rows(receipt: AnyRow, country: str, as_of: date, *, known: date | None) -> dict[str, list[AnyRow]]:
    """The rows of a receipt for a country, with the days in question as their days, and the receipt itself.

    An id of a recorded day is that of a run of one's own of the same graph and lists; for another day it is another.
    """
    made: dict[str, list[AnyRow]] = {}
    for name in TABLES:
        mine = [row for row in record()[name] if row["receipt_id"] == receipt["receipt_id"]]
        mine = [row for row in mine if name == "receipt" or row["country"] == country]
        made[name] = [_dated(name, row, as_of, known=known) for row in mine]
    return made


def _dated(name: str, row: AnyRow, as_of: date, *, known: date | None) -> AnyRow:
    column = table(name).id_column
    days = {"as_of_on": as_of, "known_on": known}
    inputs = [] if name == "receipt" else [f"receipt:{row['receipt_id']}"]
    if name == "receipt" or all(row[day] == of for day, of in days.items()):
        return {**row, **days, "inputs": inputs}
    return {**row, **days, "inputs": inputs, column: row_id(name, {"recorded": row[column], **days})}
