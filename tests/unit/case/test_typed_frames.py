"""Typed frames: what fits the dictionary, and how a row that does not is told."""

from datetime import datetime

import polars as pl
import pytest

from provenet.case.tables import conform, frame, table

ASSET = {
    "asset_id": "a-1",
    "carrier_id": "c-1",
    "country": "DE",
    "asset_class": "ran.radio",
    "unit_count": 3,
    "row_id": "r-1",
    "file_id": "f" * 64,
    "locator": "a.csv row 2",
    "reading": "not stated",
}


def test_a_frame_has_every_column_in_order_and_typed():
    made = frame("asset", [ASSET])
    assert dict(made.schema) == table("asset").schema
    assert made["vendor_id"].to_list() == [None]
    assert made["run_id"].to_list() == [None]
    assert frame("asset", []).schema == made.schema


def test_unknown_is_null_and_none_is_an_empty_list():
    made = frame("asset", [ASSET, ASSET | {"capability": []}, ASSET | {"capability": ("route",)}])
    assert made["capability"].to_list() == [None, [], ["route"]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"country": None}, "asset.country row 2: found nothing, expected a value of type text."),
        ({"unit_count": "3"}, "asset.unit_count row 2: found '3', expected a value of type int."),
        ({"unit_count": True}, "asset.unit_count row 2: found True, expected a value of type int."),
        ({"checked_on": "2018-11-23"}, "asset.checked_on row 2: found '2018-11-23', expected a value of type date."),
        ({"checked_on": datetime(2018, 11, 23)},
         "asset.checked_on row 2: found datetime.datetime(2018, 11, 23, 0, 0), expected a value of type date."),
        ({"capability": "route"}, "asset.capability row 2: found 'route', expected a list of text."),
        ({"capability": ["route", None]}, "asset.capability row 2: found ['route', None], expected a list of text."),
        ({"vendor": "x"}, "asset row 2: no column 'vendor'. Nearest: vendor_id."),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_told_by_table_column_and_row(change, told):
    with pytest.raises(ValueError) as caught:
        frame("asset", [ASSET, ASSET | change])
    assert str(caught.value) == told


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(value):
    with pytest.raises(ValueError) as caught:
        frame("ownership", [{"owner_id": "a", "owned_id": "b", "low_share": value} | ASSET_REST])
    assert str(caught.value) == f"ownership.low_share row 1: found {value!r}, expected a finite number."
    rows = frame("ownership", [{"owner_id": "a", "owned_id": "b"} | ASSET_REST]).with_columns(low_share=pl.lit(value))
    with pytest.raises(ValueError) as caught:
        conform(table("ownership"), rows)
    assert str(caught.value) == f"ownership.low_share row 1: found {value!r}, expected a finite number."


def test_numbers_whose_sum_is_past_every_number_are_numbers():
    rows = [{"owner_id": "a", "owned_id": one, "low_share": 1.7e308} | ASSET_REST for one in "bc"]
    made = frame("ownership", rows)
    assert conform(table("ownership"), made).equals(made)
    for odd in (float("inf"), -float("inf"), float("nan")):
        worse = made.with_columns(low_share=pl.Series([None, odd]))
        with pytest.raises(ValueError, match=f"ownership.low_share row 2: found {odd!r}, expected a finite number"):
            conform(table("ownership"), worse)


def test_a_list_of_a_frame_that_holds_no_text_somewhere_is_refused():
    rows = frame("asset", [ASSET | {"capability": []}, ASSET, ASSET | {"capability": ["route"]}])
    assert conform(table("asset"), rows).equals(rows)
    worse = rows.with_columns(capability=pl.Series([[], None, ["route", None]]))
    with pytest.raises(ValueError) as caught:
        conform(table("asset"), worse)
    assert str(caught.value) == "asset.capability row 3: found ['route', None], expected a list of text."


ASSET_REST = {name: ASSET[name] for name in ("row_id", "file_id", "locator", "reading")}


def test_conform_adds_what_is_missing_and_widens_without_loss():
    loose = pl.DataFrame([ASSET]).with_columns(pl.col("unit_count").cast(pl.Int16), capability=pl.Series([[]]))
    made = conform(table("asset"), loose)
    assert made.equals(frame("asset", [ASSET | {"capability": []}]))


@pytest.mark.parametrize(
    ("loose", "told"),
    [
        (pl.lit("3").alias("unit_count"), "asset.unit_count: found a column of type String, expected int."),
        (pl.lit(3.0).alias("unit_count"), "asset.unit_count: found a column of type Float64, expected int."),
        (pl.lit(None).alias("country"), "asset.country row 1: found nothing, expected a value of type text."),
        (pl.lit(1).alias("contry"), "asset: no column 'contry'. Nearest: country."),
        (pl.Series("capability", [["a", None]]), "asset.capability row 1: found ['a', None], expected a list of text."),
    ],
)
def test_conform_refuses_what_would_lose_something(loose, told):
    with pytest.raises(ValueError) as caught:
        conform(table("asset"), pl.DataFrame([ASSET]).with_columns(loose))
    assert str(caught.value) == told


def test_conform_refuses_a_missing_column_that_may_not_be_null():
    with pytest.raises(ValueError) as caught:
        conform(table("asset"), pl.DataFrame([ASSET]).drop("locator"))
    assert str(caught.value) == "asset.locator row 1: found nothing, expected a value of type text."
