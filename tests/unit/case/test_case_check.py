"""Findings: each kind once, on rows made for it, and none on a sound case."""

from datetime import date

import polars as pl
import pytest

from provenet.case.check import MENU, MOST_OF_A_KIND, check, chosen
from provenet.case.tables import frame


def add(case, table, *rows):
    with case.writer("add", {}, {"f": repr(rows)}) as run:
        file_id = run.put_source(b"a file")
        run.append(table, [one | {"file_id": file_id} if "file_id" in one else one for one in rows])


def findings(case, kind=None):
    found = check(case) if kind is None else check(case, chosen(MENU, [kind]))
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
    add(told, "site", row("site", "s", carrier_id="nobody"))
    rows = frame("finding", check(told))
    assert rows["finding_id"].n_unique() == rows.height == len(check(told)) > 1
    assert rows.filter(kind="reference")["inputs"].to_list() == [["site:s"]]
    with told.writer("check", {}, {}) as run:
        run.append("finding", rows)
    assert told.read("finding").equals(rows.with_columns(run_id=pl.lit(run.run_id)).sort("finding_id", "run_id"))


def test_a_reference_that_names_no_row(told, row):
    add(told, "site", row("site", "s", carrier_id="Huawai"))
    assert findings(told, "reference") == [
        (
            "reference",
            "error",
            "site s, carrier_id (site.csv row 2)",
            "No such party; found 'Huawai'. Nearest: huawei.",
            "Fix the cell, add the row to party, or leave it empty: not known.",
        )
    ]


def test_references_inside_a_list_and_the_word_for_every_row(told, row):
    add(
        told,
        "claim",
        row("claim", "C-1", vendor_ids=["all", "huawei"]),
        row("claim", "C-2", vendor_ids=["zte", "zet", "x"]),
    )
    add(told, "market_share", row("market_share", "2", vendor_ids=["country:CN", "all"]))
    assert [f[2:4] for f in findings(told, "reference")] == [
        ("claim C-2, vendor_ids (claim.csv row 2)", "No such party; found 'zet|x'. Nearest: zte."),
        ("market_share market_share-2, vendor_ids (market_share.csv row 2)", "No such party; found 'all'."),
    ]


def test_a_key_that_two_rows_give_different_content(told, row):
    add(told, "party", row("party", "huawei", name="Huawei", row_id="again", locator="other.csv row 9"))
    assert findings(told, "key") == []
    add(told, "party", row("party", "huawei", name="HUAWEI", country="CN", row_id="third", locator="other.csv row 10"))
    assert findings(told, "key") == [
        (
            "key",
            "error",
            "party huawei",
            "Rows share this key and differ in name, country: other.csv row 10; other.csv row 9; shares.csv row 2.",
            "Keep one row, or give the other its own id.",
        )
    ]


@pytest.mark.parametrize(
    ("table", "cells", "column", "says"),
    [
        ("market_share", {"high_share": 57.0}, "high_share", "Found 57.0, expected 0 to 1."),
        ("market_share", {"low_share": -0.1}, "low_share", "Found -0.1, expected 0 to 1."),
        ("site", {"lat_deg": 91.0}, "lat_deg", "Found 91.0, expected -90 to 90."),
        ("site", {"lon_deg": -180.5}, "lon_deg", "Found -180.5, expected -180 to 180."),
    ],
)
def test_a_number_out_of_range(told, row, table, cells, column, says):
    add(told, table, row(table, "2", **cells))
    (found,) = findings(told, "range")
    assert found[1] == "error"
    assert found[2].split(", ")[1].split(" ")[0] == column
    assert found[3] == says


@pytest.mark.parametrize(
    ("table", "cells", "says"),
    [
        (
            "market_share",
            {"low_share": 0.6, "high_share": 0.5},
            "Found low_share 0.6 and high_share 0.5; nothing lies between.",
        ),
        (
            "market_share",
            {"low_open": True},
            "Found low_share 0.57 and high_share 0.57; nothing lies between.",
        ),
        (
            "source",
            {"published_low_on": date(2018, 2, 1), "published_high_on": date(2018, 1, 1)},
            "Found published_low_on 2018-02-01 and published_high_on 2018-01-01; nothing lies between.",
        ),
    ],
)
def test_ends_in_the_wrong_order(told, row, table, cells, says):
    add(told, table, row(table, "2", **cells))
    assert [f[3] for f in findings(told, "order")] == [says]


def test_an_interval_of_days_ends_before_its_last_day(told, row):
    day = date(2018, 1, 1)
    cells = {"owner_id": "huawei", "owned_id": "zte", "from_on": day}
    add(
        told,
        "ownership",
        row("ownership", "1", **cells, to_on=day),
        row("ownership", "2", **cells, to_on=date(2018, 1, 2)),
    )
    assert [f[2] for f in findings(told, "order")] == ["ownership ownership-1, from_on (ownership.csv row 2)"]


def test_a_word_that_is_not_of_its_list(told, row):
    add(told, "claim", row("claim", "C-1", stance="denys", reading="read"))
    assert [f[3] for f in findings(told, "word")] == [
        "Found 'read', expected one of: read in the source, read in part, our arithmetic, not read, not stated. "
        "Nearest: not read.",
        "Found 'denys', expected one of: asserts, denies, qualifies. Nearest: denies.",
    ]


def test_relays_and_replies_of_claims(told, row):
    add(
        told,
        "claim",
        row("claim", "WSJ-1", derived_from="officials who were briefed"),
        row("claim", "WSJ-2", derived_from="WSJ-1"),
        row("claim", "WSJ-3", derived_from="WSJ-99"),
        row("claim", "WSJ-4", answers_claim_id="WSJ-4"),
        row("claim", "WSJ-5", answers_claim_id="WSJ-98"),
    )
    assert [f[:4] for f in findings(told) if f[0] in ("reference", "reply", "relay")] == [
        (
            "reference",
            "error",
            "claim WSJ-5, answers_claim_id (claim.csv row 2)",
            "No such claim; found 'WSJ-98'. Nearest: WSJ-5.",
        ),
        ("reply", "error", "claim WSJ-4, answers_claim_id (claim.csv row 2)", "The claim answers itself."),
        (
            "relay",
            "warning",
            "claim WSJ-3, derived_from (claim.csv row 2)",
            "Looks like the id of a claim that is not here; found 'WSJ-99'.",
        ),
    ]


def test_a_claim_on_a_fact_without_reply_or_denial_is_a_warning(told, row):
    about = {"vendor_ids": ["huawei"], "fact": "hrs_list"}
    add(
        told,
        "claim",
        row("claim", "open", **about | {"fact": "law_compels"}),
        row("claim", "answered", **about | {"fact": "x"}),
        row("claim", "answer", stance="qualifies", answers_claim_id="answered"),
        row("claim", "denied", **about),
        row("claim", "denial", **about, stance="denies"),
        row("claim", "denial-of-another", **about | {"vendor_ids": ["zte"], "fact": "law_compels"}, stance="denies"),
        row("claim", "own-word", **about | {"fact": "y"}, speaker="Huawei (spokesperson)"),
        row("claim", "on-no-fact", vendor_ids=["huawei"]),
    )
    assert findings(told, "no-reply") == [
        (
            "no-reply",
            "warning",
            "claim open, stance (claim.csv row 2)",
            "Bears on the fact 'law_compels'; no reply and no denial of it is on record.",
            "Look for a reply of the party it is about; if none was given, leave it so.",
        )
    ]


def share(row, key, vendors, low, **cells):
    told = {"vendor_ids": vendors, "vendors_says": "+".join(vendors), "low_share": low, "high_share": low}
    return row("market_share", key, geo="IT", **told | cells)


def test_shares_of_one_whole_that_pass_one(told, row):
    add(told, "party", row("party", "nokia"))
    add(
        told,
        "market_share",
        share(row, "a", ["huawei"], 0.5),
        share(row, "b", ["zte"], 0.3),
        share(row, "c", ["nokia"], 0.21),
    )
    assert findings(told, "share-sum") == []
    add(told, "market_share", share(row, "d", ["huawei", "zte"], 0.8), share(row, "e", ["nokia"], 0.25))
    assert findings(told, "share-sum") == [
        (
            "share-sum",
            "warning",
            "market_share market_share-a, low_share (market_share.csv row 2)",
            "Shares of one whole in one source sum to at least 105 %: huawei+zte, nokia.",
            "Compare the rows with the source.",
        )
    ]


def test_a_complement_is_summed_with_its_own_set_only(told, row):
    rest = share(row, "rest", ["huawei", "zte"], 0.5, complement=True, vendors_says="all others")
    add(told, "market_share", rest, share(row, "a", ["huawei"], 0.4), share(row, "b", ["zte"], 0.1))
    assert findings(told, "share-sum") == []
    add(told, "market_share", share(row, "c", ["zte"], 0.2))
    assert (
        findings(told, "share-sum")[0][3]
        == "Shares of one whole in one source sum to at least 110 %: all others, huawei, zte."
    )


def test_unlike_measures_and_sources_are_not_summed(told, row):
    add(
        told,
        "market_share",
        share(row, "a", ["huawei"], 0.7),
        share(row, "b", ["zte"], 0.7, measure="share of sites"),
        share(row, "c", ["zte"], 0.7, source_id="reuters-2020"),
        share(row, "d", ["zte"], 0.7, as_of="2019"),
    )
    assert findings(told, "share-sum") == []


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
    lost = [f for f in findings(told) if f[0] == "row-count"]
    run_id = told.runs()["run_id"][0]
    assert lost == [
        ("row-count", "error", f"run {run_id}", "The run wrote 4 rows; 3 stand.", "Restore the case from a copy.")
    ]


def test_a_long_list_of_one_kind_is_cut_and_counted(told, row):
    add(told, "site", *[row("site", f"s{n:04}", carrier_id="nobody") for n in range(MOST_OF_A_KIND + 5)])
    found = findings(told, "reference")
    assert len(found) == MOST_OF_A_KIND + 1
    assert ("site, carrier_id", "5 more rows have this finding.") in [f[2:4] for f in found]


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
