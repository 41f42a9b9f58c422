"""Findings on a case: what lies beside its tables, and that findings are rows. Single checks are held by rows alone."""

import polars as pl
import pytest

from provenet.case.check import MENU, check, chosen
from provenet.case.tables import frame


def findings(case, *kinds):
    found = check(case, chosen(MENU, kinds))
    return [(f["kind"], f["severity"], f["place"], f["says"], f["repair"]) for f in found]


def test_an_empty_case_has_no_finding(case):
    assert check(case) == []


def test_a_sound_case_has_warnings_of_its_gaps_and_no_error(told):
    assert [f[:3] for f in findings(told)] == [
        ("vendor-seat", "warning", "party huawei, country (shares.csv row 2)"),
        ("vendor-seat", "warning", "party zte, country (shares.csv row 2)"),
        ("no-source", "warning", "party, source_id"),
        ("undated", "warning", "market_share, source_id (reuters-2020)"),
        ("single-source", "warning", "market_share, source_id (reuters-2020)"),
    ]


def test_findings_are_rows_of_the_table_finding(told, row):
    with told.writer("add", {}, {}) as run:
        run.append("site", [row("site", "s", carrier_id="nobody") | {"file_id": told.read("party")["file_id"][0]}])
    rows = frame("finding", check(told))
    assert rows["finding_id"].n_unique() == rows.height == len(check(told)) > 1
    assert rows.filter(kind="reference")["inputs"].to_list() == [["site:s"]]
    with told.writer("check", {}, {}) as run:
        run.append("finding", rows)
    assert told.read("finding").equals(rows.with_columns(run_id=pl.lit(run.run_id)).sort("finding_id", "run_id"))


def test_a_source_that_was_changed_or_lost(told):
    (place,) = (told.path / "sources").iterdir()
    place.write_bytes(b"changed")
    found = check(told)[0]
    assert (found["kind"], found["severity"]) == ("source", "error")
    assert found["place"] == f"sources/{place.name}"
    assert str(found["says"]).startswith(f"{place.name}: the bytes are not those that were added; found SHA-256 ")
    place.unlink()
    found = check(told)[0]
    assert found["says"] == f"{place.name}: the case holds no such source. Add the file again."


def test_rows_that_were_lost_behind_our_back(told):
    from deltalake import DeltaTable

    DeltaTable(str(told.path / "tables/market_share")).delete()
    run_id = told.runs()["run_id"][0]
    assert findings(told, "row-count") == [
        ("row-count", "error", f"run {run_id}", "The run wrote 4 rows; 3 stand.", "Restore the case from a copy.")
    ]


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_checked(told, row):
    count = 100_000
    one = frame("market_share", [row("market_share", "x", source_id="reuters-2020")])
    keys = [f"m{n}" for n in range(count)]
    geo = [f"g{n % 5000}" for n in range(count)]
    many = pl.concat([one] * count).with_columns(row_id=pl.Series(keys), geo=pl.Series(geo))
    with told.writer("add", {}, {"many": "1"}) as run:
        run.put_source(b"")
        run.append("market_share", many.with_columns(file_id=pl.lit(told.read("party")["file_id"][0])))
    assert [f for f in check(told) if f["severity"] == "error"] == []
