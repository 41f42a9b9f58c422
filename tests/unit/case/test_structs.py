"""Columns of structs: the text of a cell is canonical JSON, vectorised as one by one, and read back it is the cell."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.dictionary import Column
from provenet.case.export import csv_of
from provenet.case.structs import json_text, parsed, plain, settings_cell, settings_of, with_texts
from provenet.case.tables import conform, frame, table, tables
from provenet.core.digest import canonical_json
from support.examples import examples

COLUMNS = {f"{name}.{one.name}": one for name, spec in tables().items() for one in spec.columns if one.fields}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ['","value":', '{"key":"', '","digest":"', ',"superseded":null', '"}', '\\"', "\x00\x1f\x7f\u2028", "{}", "[]"]
)


def cells(column: Column) -> st.SearchStrategy[Any]:
    """Cells that a column may hold."""
    if column.name in ("settings", "inputs", "assumed", "assumed_facts"):
        keys = st.dictionaries(TEXT, TEXT, max_size=3)
        if column.name == "settings":
            values = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
            values = values.filter(lambda value: value not in (float("inf"), -float("inf")))
            values = values | TEXT | st.lists(TEXT, max_size=2) | keys
            return st.dictionaries(TEXT, values, max_size=4).map(settings_cell)
        names = [field.name for field in column.fields]
        return keys.map(lambda held: [dict(zip(names, pair, strict=True)) for pair in sorted(held.items())])
    held = st.lists(structs(column.fields), max_size=2)
    return st.none() | held if column.nullable else held


def structs(fields: tuple[Column, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """One entry of a cell."""
    kinds = {"text": TEXT, "bool": st.booleans(), "list": st.lists(TEXT, max_size=2)}
    made = {}
    for field in fields:
        value = st.lists(structs(field.fields), max_size=2) if field.fields else kinds[field.type]
        made[field.name] = st.none() | value if field.nullable else value
    return st.fixed_dictionaries(made)


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
@settings(max_examples=examples(40))
@given(data=st.data())
def test_the_text_of_a_cell_is_canonical_json_and_gives_the_cell_back(column: Column, data: st.DataObject) -> None:
    held = pl.Series(column.name, data.draw(st.lists(cells(column), max_size=3)), dtype=column.dtype)
    texts = held.to_frame().select(json_text(column)).to_series()
    one_by_one = [None if cell is None else canonical_json(plain(column, cell)) for cell in held.to_list()]
    assert texts.to_list() == one_by_one
    assert parsed(column, texts).to_list() == held.to_list()


def test_structs_are_listed_in_the_order_of_json() -> None:
    """Objects are written as their fields stand, so fields stand as canonical JSON sorts them."""
    for name, column in COLUMNS.items():
        if column.name in ("facts", "origins", "flip_sets"):
            for fields in (column.fields, *(field.fields for field in column.fields if field.fields)):
                assert [field.name for field in fields] == sorted(field.name for field in fields), name


def test_settings_come_back_as_they_were() -> None:
    given = {
        "as_of": "2026-11-25", "known_on": None, "robust": True, "seed": 7, "nudge": 0.25, "whole": 2.0, "policy": [],
        "assume": {}, "exclude": ["huawei"],
    }  # fmt: skip
    assert settings_of(settings_cell(given)) == given
    assert canonical_json(settings_of(settings_cell(given))) == canonical_json(given)


@pytest.mark.parametrize("value", [[1], {"a": 1}, [["a"]], {"a": None}])
def test_a_setting_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^the setting odd is no text, number, yes or no, list of words or set of"):
        settings_cell({"odd": value})


KINDS = {"text": "x", "int": 1, "float": 0.5, "bool": False}
PLAN = {column.name: KINDS.get(column.type) for column in table("plan").columns}


def plan(**cells: object) -> dict[str, object]:
    lists = {column.name: [] for column in table("plan").columns if column.dtype.is_nested()}
    days = {name: date(2026, 11, 25) for name in ("first_on", "by_on", "as_of_on", "known_on")}
    return {**PLAN, **lists, **days, **cells}


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("{}", "plan.assumed_facts row 1: found '{}', expected a value of type list of _assumption."),
        ([{"fact": "a"}], "plan.assumed_facts row 1, value: found nothing, expected a value of type text."),
        ([{"fact": 1, "value": "a"}], "plan.assumed_facts row 1, fact: found 1, expected a value of type text."),
        ([["a", "b"]], "plan.assumed_facts row 1: found ['a', 'b'], expected the fields fact, value."),
        ([{"fact": "a", "value": "b", "c": 1}], "expected the fields fact, value."),
    ],
)
def test_a_cell_of_another_shape_is_refused(cell: object, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        frame("plan", [plan(assumed_facts=cell)])
    assert str(caught.value).endswith(says)


def test_a_frame_with_another_struct_is_refused() -> None:
    made = frame("plan", [plan(assumed_facts=[{"fact": "a", "value": "b"}])])
    assert conform(table("plan"), made).equals(made)
    with pytest.raises(
        ValueError, match=r"^plan.assumed_facts: found a column of type String, expected list of _assum"
    ):
        conform(table("plan"), made.with_columns(assumed_facts=pl.lit("{}")))


def test_a_cell_is_one_cell_of_a_spreadsheet() -> None:
    made = frame("plan", [plan(assumed_facts=[{"fact": '="1"', "value": "b"}])])
    assert with_texts(table("plan"), made)["assumed_facts"].to_list() == ['{"=\\"1\\"":"b"}']
    assert '"{""=\\""1\\"""":""b""}"' in csv_of(table("plan"), made).decode()
