"""The bundled facts of three countries against numbers published or worked out by hand."""

from datetime import date
from functools import cache
from importlib import resources

import pytest

from provenet.case.asof import as_known
from provenet.case.parties import PartyNames
from provenet.case.tables import empty, frame
from provenet.dependence.depend import READS, depend
from provenet.dependence.question import DependenceQuestion
from support.reading import read_table_files
from unit.dependence.dependence_tables import ends, only, pick

FILES = ("ran_share.csv", "carriers.csv", "carrier_share.csv", "rides_on.csv", "installations.csv", "vendors.csv",
         "aliases.csv", "sources.csv")  # fmt: skip
TODAY, THEN = date(2026, 11, 25), date(2018, 11, 23)
LATER = ("market_share", "carrier_share", "deployment")


@cache
def facts():
    folder = resources.files("provenet") / "facts"
    rows = {name: {} for name in READS}
    for reading in read_table_files([(n, (folder / n).read_bytes(), None) for n in FILES], PartyNames.built_in()):
        for table in rows.keys() & reading.rows.keys():
            rows[table] |= {str(sorted(r.items(), key=str)): r for r in reading.rows[table]}
    return {name: frame(name, made.values()) if made else empty(name) for name, made in rows.items()}


@cache
def answer(country, day):
    tables = dict(facts())
    if day == THEN:
        for name in LATER:
            known = as_known(name, tables[name], tables["source"], day=day)
            tables[f"{name}_later"] = tables[name].join(known, on="row_id", how="anti")
            tables[name] = known
    return depend(DependenceQuestion(tables, country, day, day if day == THEN else None))


@pytest.mark.parametrize(
    ("country", "segment", "kind", "expected", "low_open"),
    [
        ("Germany", "4G RAN", "subscribers", (0.57, 0.57), False),
        ("Germany", "5G RAN", "equipment", (0.59, 0.59), False),
        ("Italy", "4G RAN", "subscribers", (0.5, 1), True),
        ("Italy", "5G RAN", "equipment", (0.5, 1), True),
    ],
)
def test_shares_stand_as_published(country, segment, kind, expected, low_open):
    shares = answer(country, TODAY)["vendor_share"]
    row = only(shares, method="published", carrier_id=None, segment=segment, measure_kind=kind)
    assert (ends(row), row["low_open"], row["vendor_ids"]) == (expected, low_open, ["huawei", "zte"])
    members = pick(shares, method="implied", segment=segment, carrier_id=None, vendor_ids=["huawei"], complement=False)
    # Under "over 50" a member may have nothing or all: nothing to tell, so no row.
    assert [ends(m) for m in members] == ([] if low_open else [(0, expected[1])])


@pytest.mark.parametrize(
    ("weights", "expected", "coverage"),
    [
        # 0.324 x [0.665, 0.675] + 0.386 x [0.485, 0.495] + 0.29 x [0, 1]
        ("SIM on the three networks incl. IoT, our division of 2021-06-30", (0.40267, 0.69977), 0.71),
        # 0.306 x [0.665, 0.675] + 0.241 x [0.485, 0.495] + 0.453 x [0, 1]
        ("mobile service revenue (VATM/Dialog Consult estimate) of 2023", (0.320375, 0.778845), 0.547),
    ],
)
def test_one_vendors_radio_sites_in_germany_by_two_weightings(weights, expected, coverage):
    bounds = pick(answer("Germany", TODAY)["vendor_share"], method="bounds", segment="RAN", vendor_ids=["huawei"])
    row = only([r for r in bounds if weights in r["measure"] and "sites" in r["measure"]])
    assert ends(row) == pytest.approx(expected, abs=1e-9)
    assert row["coverage_share"] == coverage
    assert not row["to_be_checked"]


def test_two_vendors_base_stations_in_japan():
    bounds = pick(
        answer("Japan", TODAY)["vendor_share"], method="bounds", segment="4G RAN", vendor_ids=["huawei", "zte"]
    )
    row = only([r for r in bounds if "incl. MVNO" in r["measure"]])
    # 0.248 x [0.095, 0.105] + (0.397 + 0.313) x 0 + 0.042 x [0, 1]
    assert ends(row) == pytest.approx((0.02356, 0.06804), abs=1e-9)
    assert row["coverage_share"] == 0.958
    assert row["to_be_checked"]


def test_shared_radio_in_italy_leaves_two_carriers_unknown():
    bounds = pick(answer("Italy", TODAY)["vendor_share"], method="bounds", segment="RAN", vendor_ids=["huawei"])
    row = only([r for r in bounds if "incl. M2M" in r["measure"]])
    assert ends(row) == pytest.approx((0.261 * 0.2, 0.261 * 0.2 + 0.739), abs=1e-9)
    assert row["coverage_share"] == 0.261
    assert len(pick(answer("Italy", TODAY)["finding"], kind="preliminary sharing")) == 2


@pytest.mark.parametrize("country", ["Germany", "Italy", "Japan"])
def test_no_unlike_measures_share_a_figure_and_every_gap_is_told(country):
    shares = answer(country, TODAY)["vendor_share"]
    for row in pick(shares, method="implied"):
        assert row["measure_kind"] != "weighted"
    for row in pick(shares, method="bounds"):
        assert row["measure_kind"] == "weighted"
    told = {r["asset_class"] for r in shares}
    assert {"transport", "transport.router", "access_fixed", "cpe", "ran.management"} <= told
    assert len({r["share_id"] for r in shares}) == len(shares)


@pytest.mark.parametrize("country", ["Germany", "Italy", "Japan"])
def test_nothing_published_later_answers_for_the_day_in_2018(country):
    found = answer(country, THEN)
    for row in found["vendor_share"]:
        assert row["later_estimate"] or not row["coverage_share"]
        assert row["as_of_low_on"] is None or row["as_of_low_on"].year <= 2018
    assert all((r["low_share"], r["high_share"]) == (0, 1) for r in found["site_dependence"])


def test_estimates_published_after_the_day_stand_apart():
    later = pick(answer("Japan", THEN)["vendor_share"], method="bounds", vendor_ids=["huawei", "zte"])
    row = only(later, segment="4G RAN")
    # 0.237 x [0.095, 0.105], the other two carriers without
    assert ends(row) == pytest.approx((0.022515, 0.024885), abs=1e-9)
    assert (row["later_estimate"], row["to_be_checked"]) == (True, True)
