"""Which shares of a country a dependence answer shows."""

from typing import Any

import polars as pl
import pytest

from provenet.verbs.depend import ENDS, FIGURE, _figures

SHOWN: dict[str, Any] = {
    **dict.fromkeys(FIGURE, "x"),
    **dict.fromkeys(ENDS),
    "share_id": "shown",
    "low_share": 0.2,
    "high_share": 0.4,
    "carrier_id": None,
    "part": None,
    "complement": False,
    "method": "published",
    "newest": True,
    "later_estimate": False,
    "vendor_ids": ["one"],
}


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({}, True),
        ({"newest": None}, True),
        ({"newest": False}, False),
        ({"carrier_id": "carrier"}, False),
        ({"part": "restricted"}, True),
        ({"part": "restricted", "complement": True}, True),
        ({"part": "unknown"}, False),
        ({"complement": True}, False),
        ({"method": "forecast"}, False),
        ({"method": "not published"}, False),
        ({"later_estimate": True}, False),
        ({"low_share": 0.0, "high_share": 1.0}, False),
        ({"low_share": 0.0, "high_share": 0.99}, True),
        ({"low_share": 0.01, "high_share": 1.0}, True),
    ],
)
def test_what_an_answer_shows(changed: dict[str, Any], *, shown: bool) -> None:
    columns = {"carrier_id": pl.String, "part": pl.String, "newest": pl.Boolean}
    found = _figures(pl.DataFrame([SHOWN | changed], schema_overrides=columns), {"one": "Vendor One"}, {})
    assert [(one["share_id"], one["vendors"]) for one in found] == [("shown", ["Vendor One"])] * shown
