"""Columns that are lists of structs: the one JSON cell that each is in CSV and Excel, in digests and answers, and back.

A cell is written as canonical JSON: an array of objects, or for facts and digests by name one object. Until format 2 of
a case this text was what the column held.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from provenet.case.dictionary import STRUCTS, Column, Table
from provenet.case.rows import AnyRow, AssumptionStruct, InputDigestStruct, SettingStruct
from provenet.core.digest import canonical_json

BY_NAME = ("_assumption", "_input_digest")
"""Structs of a name and a value: a list of them is one object."""
PAIRS = ("_asset_fact",)
"""Structs of a key and a value whose key may stand twice: a list of them is an array of pairs."""
SETTINGS = "_setting"
LEFT_OUT = frozenset({"superseded", "with"})
"""Fields that an object does not show where they are null."""
_WRAPPED = "_x"


def json_text(column: Column) -> pl.Expr:
    """The cells of a column of structs as canonical JSON; null stays null. Cost O(cells), vectorised but for settings.

    Law: equal to `canonical_json(plain(column, cell))` of each cell.
    """
    struct, cell = column.type.removeprefix(STRUCTS), pl.col(column.name)
    if struct == SETTINGS:
        made = cell.map_elements(lambda one: canonical_json(plain(column, one)), return_dtype=pl.String)
    elif struct in BY_NAME or struct in PAIRS:
        name, value = (field.name for field in column.fields)
        # A quotation mark inside a string is written \\", so this mark stands between name and value alone.
        between, (left, right) = ("," if struct in PAIRS else ":"), ("[]" if struct in PAIRS else "{}")
        one = pl.element().struct.json_encode().str.strip_prefix(f'{{"{name}":').str.strip_suffix("}")
        one = one.str.replace(f',"{value}":', between, literal=True)
        if struct in PAIRS:
            one = pl.lit("[") + one + "]"
        made = pl.lit(left) + cell.list.eval(one).list.join(",") + right
    else:
        made = pl.struct(cell.alias(_WRAPPED)).struct.json_encode()
        made = made.str.strip_prefix(f'{{"{_WRAPPED}":').str.strip_suffix("}")
        for name in LEFT_OUT & {field.name for field in column.fields}:
            made = made.str.replace_all(f',"{name}":null', "", literal=True)
    return pl.when(cell.is_not_null()).then(made).alias(column.name)


def plain(column: Column, cell: Sequence[Mapping[str, Any]] | None) -> Any:
    """A cell as JSON shows it: an object of values by name, an array of pairs, or an array of objects; None is None."""
    struct = column.type.removeprefix(STRUCTS)
    if cell is None:
        return None
    if struct == SETTINGS:
        return settings_of(cell)  # type: ignore[arg-type]
    if struct in BY_NAME or struct in PAIRS:
        pairs = [tuple(one.values()) for one in cell]
        return dict(pairs) if struct in BY_NAME else [list(pair) for pair in pairs]
    return [{name: one[name] for name in sorted(one) if one[name] is not None or name not in LEFT_OUT} for one in cell]


def with_texts(spec: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a table with each cell of structs as its JSON text, for code that compares or prints whole cells."""
    return rows.with_columns(json_text(spec.column(name)) for name in rows.columns if spec.column(name).fields)


def parsed(column: Column, texts: pl.Series) -> pl.Series:
    """Cells of structs from their JSON text; null stays null. Cost O(cells), and O(letters) once per distinct text."""
    known = texts.unique().drop_nulls().to_list()
    cells = pl.Series("cell", [_cell(column, json.loads(text)) for text in known], dtype=column.dtype, strict=True)
    joined = texts.to_frame("text").join(
        pl.DataFrame([pl.Series("text", known, dtype=pl.String), cells]), on="text", how="left", maintain_order="left"
    )
    return joined["cell"].alias(column.name)


def _cell(column: Column, value: Any) -> list[AnyRow]:
    struct = column.type.removeprefix(STRUCTS)
    if struct == SETTINGS:
        return list(settings_cell(value))
    if struct in BY_NAME or struct in PAIRS:
        names = [field.name for field in column.fields]
        pairs = value.items() if struct in BY_NAME else value
        return [dict(zip(names, pair, strict=True)) for pair in pairs]
    return list(value)


def settings_cell(settings: Mapping[str, object]) -> list[SettingStruct]:
    """Arguments and assumptions of a run as its column holds them, by name.

    Raises ValueError for a value that is no text, number, yes or no, list of words, or set of assumed facts.
    """
    return [_setting(name, value) for name, value in sorted(json.loads(canonical_json(settings)).items())]


def _setting(name: str, value: object) -> SettingStruct:
    made: SettingStruct = {"name": name}
    if isinstance(value, bool):
        made["flag"] = value
    elif isinstance(value, int):
        made["count"] = value
    elif isinstance(value, float):
        made["amount"] = value
    elif isinstance(value, str):
        made["text"] = value
    elif isinstance(value, list) and all(isinstance(one, str) for one in value):
        made["words"] = value
    elif isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        made["assumptions"] = assumptions_cell(value)
    elif value is not None:
        raise ValueError(f"the setting {name} is no text, number, yes or no, list of words or set of facts.")
    return made


def settings_of(cell: Iterable[SettingStruct]) -> dict[str, Any]:
    """Arguments and assumptions of a run, by name, from its column `settings`.

    >>> settings_of(settings_cell({"as_of": "2026-11-25", "known_on": None, "assume": {"action": "new"}}))
    {'as_of': '2026-11-25', 'assume': {'action': 'new'}, 'known_on': None}
    """
    return {one["name"]: _value(one) for one in cell}


def _value(one: SettingStruct) -> object:
    if (facts := one.get("assumptions")) is not None:
        return {fact["fact"]: fact["value"] for fact in facts}
    values = (one.get("text"), one.get("count"), one.get("amount"), one.get("flag"), one.get("words"))
    return next((value for value in values if value is not None), None)


def assumptions_cell(facts: Mapping[str, str]) -> list[AssumptionStruct]:
    """Assumed facts as a column holds them, by fact."""
    return [{"fact": fact, "value": value} for fact, value in sorted(facts.items())]


def digests_of(cell: Iterable[InputDigestStruct]) -> dict[str, str]:
    """The digests of what a run read, by name, from its column `inputs`."""
    return {one["name"]: one["digest"] for one in cell}


def digests_cell(inputs: Mapping[str, str]) -> list[InputDigestStruct]:
    """The digests of what a run read as its column `inputs` holds them, by name."""
    return [{"name": name, "digest": digest} for name, digest in sorted(inputs.items())]
