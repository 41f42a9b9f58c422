"""Roles of parties have days: a role that begins later enters no question, page or replay of an earlier day."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import provenet as verbs
from provenet.case.asof import in_roles
from provenet.case.case import Case
from provenet.case.extract import Extract
from provenet.case.parties import carrier_numbers
from provenet.case.tables import frame
from provenet.core.errors import UsageFault
from provenet.evidence.listings import READS, VendorWords

HEAD = "party_id,name,role,country,role_from_on,role_until_on"
PARTIES = (
    "acme,Acme,vendor,CN,,",
    "young,Young,vendor,CN,2020-03-01,",
    "old,Old,vendor,CN,,2016-12-31",
    "north,North,carrier,DE,,",
    "late,Late Mobile,carrier,FR,2020-03-01,",
    "gone,Gone Mobile,carrier,IT,2010-01-01,2016-12-31",
)
PLACED = {"file_id": "0" * 64, "locator": "x.csv row 2", "reading": "read in the source", "run_id": "add-1"}
THEN, NOW = date(2018, 11, 23), date(2026, 11, 25)
Row = dict[str, Any]


def parties() -> pl.DataFrame:
    names = HEAD.split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in PARTIES]
    days = ("role_from_on", "role_until_on")
    return frame(
        "party",
        [
            {**PLACED, **row, "row_id": row["party_id"], "segments": [],
             **{name: date.fromisoformat(row[name]) if row[name] else None for name in days}}
            for row in rows
        ],
    )  # fmt: skip


def roles(as_of: date, known_on: date | None = None) -> dict[str, str]:
    return dict(in_roles(parties(), as_of, known_on).select("party_id", "role").iter_rows())


def test_a_role_holds_from_its_first_to_its_last_day() -> None:
    assert [roles(day)["late"] for day in (date(2020, 2, 29), date(2020, 3, 1), NOW)] == ["other", "carrier", "carrier"]
    assert [roles(day)["gone"] for day in (date(2009, 12, 31), date(2016, 12, 31), date(2017, 1, 1))] == [
        "other",
        "carrier",
        "other",
    ]
    assert roles(date(1900, 1, 1))["north"] == roles(NOW)["north"] == "carrier"


def test_days_that_were_not_known_do_not_count_in_a_replay() -> None:
    """In 2015 nobody knows that Gone Mobile ends in 2016, nor that Late Mobile begins in 2020."""
    known = in_roles(parties(), NOW, date(2015, 1, 1))
    rows = {row["party_id"]: row for row in known.to_dicts()}
    assert (rows["gone"]["role"], rows["gone"]["role_until_on"]) == ("carrier", None)
    assert (rows["late"]["role"], rows["late"]["role_from_on"]) == ("other", None)
    assert roles(THEN, THEN)["gone"] == "other"
    assert roles(date(2015, 6, 1), NOW)["gone"] == "carrier"


def test_without_days_nothing_changes() -> None:
    plain = parties().with_columns(pl.lit(None, pl.Date).alias(name) for name in ("role_from_on", "role_until_on"))
    assert in_roles(plain, THEN, THEN) is plain
    older = plain.drop("role_from_on", "role_until_on")
    assert in_roles(older, THEN) is older


def test_groups_pages_and_networks_take_the_roles_of_the_day() -> None:
    tables = {**{name: frame(name, []) for name in READS}, "party": parties()}
    groups = {
        day: VendorWords(tables, day, None).group("seat:CN", "x").vendor_ids for day in (date(2016, 1, 1), THEN, NOW)
    }
    assert list(groups.values()) == [("acme", "old"), ("acme",), ("acme", "young")]
    assert VendorWords(tables, NOW, THEN).group("seat:CN", "x").vendor_ids == ("acme",)
    shown = Extract(tables, country="France", as_of=THEN, known=THEN).parties()
    assert {row["party_id"] for row in shown if row["role"] == "carrier"} == {"north"}
    number: Row = {**PLACED, "scheme": "asn", "value": "64500", "party_id": "late", "row_id": "late as"}
    for day, found in ((THEN, []), (NOW, ["late"])):
        held = {"party": in_roles(parties(), day), "identifier": frame("identifier", [number])}
        assert [party for party, _ in carrier_numbers(held, "France")] == found


@pytest.fixture
def case(tmp_path: Path) -> Case:
    path = tmp_path / "party.csv"
    path.write_text("\n".join([HEAD, *PARTIES]) + "\n", encoding="utf-8")
    made = verbs.new(tmp_path / "case").case
    assert verbs.add(made, [path]).faults == ()
    return Case.open(made)


def screened(case: Case, **days: date) -> set[str]:
    """The vendors of the verdicts on a day."""
    report = verbs.screen(case, policy=["eu-5g-toolbox"], country=["Germany"], **days)
    rows = case.read_run("verdict", report.policies[0].run_id)
    return set(rows["vendor_id"].unique().to_list())


def test_a_vendor_is_asked_about_from_its_first_day_on(case: Case) -> None:
    assert screened(case, as_of=THEN, known_on=THEN) == {"acme"}
    assert screened(case, as_of=NOW) == {"acme", "young"}
    assert screened(case, as_of=NOW, known_on=THEN) == {"acme"}
    assert screened(case, as_of=date(2016, 6, 1)) == {"acme", "old"}


def test_a_country_whose_carrier_begins_later_is_none_of_an_earlier_day(case: Case) -> None:
    def of(country: str, **days: date) -> None:
        verbs.screen(case, policy=["eu-5g-toolbox"], country=[country], **days)

    of("France", as_of=NOW)
    for country, days in (
        ("France", {"as_of": THEN, "known_on": THEN}),
        ("France", {"as_of": date(2020, 2, 29)}),
        ("Italy", {"as_of": THEN}),
    ):
        with pytest.raises(UsageFault, match="the case knows nothing of this country: no carrier"):
            of(country, **days)
    of("Italy", as_of=date(2016, 6, 1))


def test_days_of_a_role_in_the_wrong_order_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "party.csv"
    path.write_text(f"{HEAD}\nx,X,vendor,SE,2020-01-02,2020-01-01\n", encoding="utf-8")
    made = verbs.new(tmp_path / "case").case
    verbs.add(made, [path])
    found = [one for one in verbs.check(made).findings if "role_from_on" in str(one)]
    assert found and "nothing lies between" in str(found[0])
