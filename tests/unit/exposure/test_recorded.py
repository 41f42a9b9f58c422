"""The record that ships: what it may hold, how it is read back, and what a case takes of it."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import record_routes

import provenet
from provenet.case.case import Case
from provenet.case.lineage import walk, walk_text
from provenet.case.tables import frame
from provenet.cli.expose import expose_lines
from provenet.core.countries import packaged_rows
from provenet.core.errors import UsageFault
from provenet.exposure import recorded
from unit.routing.small_internet import write_files, write_restricted

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parents[0] / "shared" / "data"
NOW, THEN = date(2026, 11, 25), date(2018, 11, 23)
COUNTRIES = ["Germany", "Italy", "Japan"]


def test_the_record_is_of_both_days_and_three_countries_and_fits_its_tables() -> None:
    rows = recorded.record()
    for name in recorded.TABLES:
        frame(name, [{**row, "inputs": [], "run_id": "r"} for row in rows[name]])
        assert {row["as_of_on"] for row in rows[name]} == {NOW, THEN}
    assert {(row["country"], row["as_of_on"]) for row in rows["exposure"]} == {
        (country, day) for country in COUNTRIES for day in (NOW, THEN)
    }
    sets = {row["restricted_says"].partition(" in ")[2] for row in rows["exposure"]}
    assert sets == {"China", "Russia", "the United States"}


def test_the_record_names_no_single_network_but_in_sums_over_a_country() -> None:
    rows = recorded.record()
    assert {row["level"] for row in rows["exposure"]} == {"role", "tag"}
    assert all(row["asn"] is None and row["pack"] is None for row in rows["exposure"])
    for row in (*rows["exposure"], *rows["transit"]):
        assert min(row["network_count"], row["destination_count"]) >= 5
    named = [row for row in rows["transit"] if row["level"] == "network"]
    assert {(row["role"], row["audience"]) for row in named} == {("all", "public")}
    for row in rows["transit"]:
        if row["level"] in ("network", "country"):
            assert row["high_count"] >= 5
    assert {(row["kind"], row["audience"]) for row in rows["remedy"]} <= {("mover", "public")}


def test_every_row_has_its_receipt_and_intervals_hold() -> None:
    rows = recorded.record()
    receipts = {row["receipt_id"]: row for row in rows["receipt"]}
    for name in recorded.TABLES[1:]:
        for row in rows[name]:
            assert receipts[row["receipt_id"]]["as_of_on"] == row["as_of_on"]
    for row in rows["transit"]:
        assert 0 <= row["low_count"] <= row["conventional_count"] <= row["high_count"] <= row["pair_count"]
    for row in rows["exposure"]:
        if row["low_share"] is not None:
            assert row["low_share"] <= row["high_share"]
    for receipt in receipts.values():
        assert len(receipt["graph_digest"]) == 64
        assert receipt["graph_on"] <= receipt["as_of_on"]
        assert receipt["command"] in receipt["formula"]
    assert "later than the day" in recorded.recorded_receipt(THEN, THEN)["lists_says"]


def test_kinds_of_destination_add_up_where_all_are_held() -> None:
    groups: dict[tuple[Any, ...], dict[str, int]] = {}
    for row in recorded.record()["exposure"]:
        key = (row["country"], row["as_of_on"], row["restricted_says"], row["role"], tuple(row["tags"]))
        groups.setdefault(key, {})[row["destination"]] = row["pair_count"]
    whole = [kinds for kinds in groups.values() if len(kinds) == 7]
    assert whole
    for kinds in whole:
        assert kinds.pop("all") == sum(kinds.values())


def test_the_files_are_read_back_as_they_were_written() -> None:
    text = recorded.record_text(recorded.record())
    assert set(text) == {f"{name}.csv" for name in (*recorded.TABLES, recorded.SHARED, recorded.TEXTS)}
    for name, made in text.items():
        assert made == (ROOT / "src" / "provenet" / Path(*recorded.FOLDER) / name).read_text("utf-8")
        assert packaged_rows(*recorded.FOLDER, name)


def sum_row(**row: Any) -> dict[str, Any]:
    base = {"country": "Japan", "restricted_says": "x", "role": "sensitive", "level": "role", "tags": [], "pack": None}
    return {**base, "destination": "all", "network_count": 9, "destination_count": 80, **row}


def test_sums_that_would_give_away_fewer_than_five_networks_are_left_out() -> None:
    rows = [
        sum_row(),
        sum_row(level="tag", tags=["gov"], network_count=7),
        sum_row(level="tag", tags=["defence"], network_count=2),
        sum_row(destination="cloud", destination_count=4),
        sum_row(destination="rest", destination_count=70),
        sum_row(destination="own_carrier", destination_count=6),
        sum_row(level="network", network_count=1),
        sum_row(role="carrier", network_count=4),
    ]
    kept = [(row["level"], row["role"], row["destination"]) for row in recorded.public_exposure(rows)]
    assert kept == [("role", "sensitive", "all"), ("role", "sensitive", "own_carrier")]
    few = {"country": "Japan", "destination": "all", "level": "abroad", "destination_count": 80, "audience": "public"}
    transit = [
        {**few, "role": "sensitive", "network_count": 4, "audience": "internal"},
        {**few, "role": "carrier", "network_count": 8},
        {**few, "role": "all", "network_count": 12},
    ]
    # The difference of all and of carriers would be the sensitive ones.
    assert [row["role"] for row in recorded.public_transit(transit)] == ["all"]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    provenet.new(tmp_path / "case", "a case without a graph")
    return tmp_path / "case"


def test_a_case_takes_the_record_of_its_day_and_why_says_how_to_repeat_it(case: Path) -> None:
    found = provenet.expose(case, recorded=True, country="Germany", as_of=NOW)
    (germany,) = found.countries
    assert found.graph_on == date(2025, 9, 1)
    assert germany.rows["exposure"] > 20
    assert germany.rows["transit"] > 100
    assert provenet.expose(case, recorded=True, country="Germany", as_of=NOW).countries[0].run_id == germany.run_id
    row = Case.open(case).read_run("exposure", germany.run_id).row(0, named=True)
    text = walk_text(walk(Case.open(case), row["exposure_id"]))
    assert "run: python scripts/record_routes.py --graph 20250901.as-rel2.txt.bz2" in " ".join(text.split())
    assert "CAIDA AS Relationships" in text


def test_the_lines_tell_roles_and_sets_apart(case: Path) -> None:
    told = "\n".join(expose_lines(provenet.expose(case, recorded=True, country="Germany", as_of=NOW)))
    assert re.search(r"22 networks, government and defence .*: 1 to 1.6 % of routes cross the 2,197 .* in China", told)
    allied = r"206 networks, allied ministries of defence .* cross the 5,844 networks registered in Russia"
    assert re.search(allied, told)


def test_another_day_takes_the_newest_record_up_to_it_under_ids_of_its_own(case: Path) -> None:
    late = date(2027, 3, 1)
    one = provenet.expose(case, recorded=True, country="Italy", as_of=NOW).countries[0].run_id
    two = provenet.expose(case, recorded=True, country="Italy", as_of=late).countries[0].run_id
    rows = [Case.open(case).read_run("exposure", run) for run in (one, two)]
    assert rows[0].height == rows[1].height
    assert not set(rows[0]["exposure_id"]) & set(rows[1]["exposure_id"])
    assert rows[1]["as_of_on"].unique().to_list() == [late]
    then = provenet.expose(case, recorded=True, country="Italy", as_of=THEN, known_on=THEN)
    assert then.graph_on == date(2018, 1, 1)


def test_what_the_record_does_not_hold_is_refused_with_what_it_does(case: Path) -> None:
    with pytest.raises(UsageFault, match="no record stands for 2016-01-01; there are records from --as-of 2018-11-23"):
        provenet.expose(case, recorded=True, country="Italy", as_of="2016-01-01")
    with pytest.raises(UsageFault, match="the record does not hold France; it holds Germany, Italy and Japan"):
        provenet.expose(case, recorded=True, country="France", as_of=NOW)
    with pytest.raises(UsageFault, match="--restricted-country does not go with --recorded"):
        provenet.expose(case, recorded=True, country="Italy", restricted_country="Chad", as_of=NOW)


LISTS = tuple(DATA / "as-tags" / f"{tag}.csv" for tag in ("gov", "mobile", "dsl", "cdn"))
NAMES = DATA / "as-graph" / "asnames-country-202302.txt.xz"
GRAPHS = {
    NOW: (DATA / "as-graph" / "20250901.as-rel2.txt.bz2", []),
    THEN: (DATA / "as-graph" / "20180101.as-rel.txt.xz", ["--known-on", THEN.isoformat()]),
}


@pytest.mark.slow
@pytest.mark.skipif(
    not all(file.is_file() for file in (*LISTS, NAMES, *(graph for graph, _ in GRAPHS.values()))),
    reason="no AS graphs, names and tags beside the checkout",
)
def test_the_record_made_again_is_the_same_byte_for_byte() -> None:
    """All but the code and the day of the receipts."""
    again: dict[str, list[Any]] = {name: [] for name in recorded.TABLES}
    for day, (graph, known) in GRAPHS.items():
        words = ["--graph", str(graph), "--names", str(NAMES), "--tags", *map(str, LISTS)]
        given = record_routes.arguments().parse_args([*words, "--as-of", day.isoformat(), *known])
        for name, rows in record_routes.routes_of(given).items():
            again[name] += rows
    receipts = sorted(recorded.record()["receipt"], key=lambda row: row["as_of_on"])[::-1]
    for row, kept in zip(again["receipt"], receipts, strict=True):
        row.update({name: kept[name] for name in ("code", "recorded_on")})
    assert recorded.record_text(again) == recorded.record_text(recorded.record())


def test_a_graph_may_be_given_at_once_and_later_lists_count_as_an_assumption(tmp_path: Path) -> None:
    files = {one.name: one for one in write_files(tmp_path)}
    graph = files.pop("20250901.as-rel2.txt")
    provenet.new(tmp_path / "case", "graph at once")
    assert provenet.add(tmp_path / "case", list(files.values())).fault_count == 0
    days = {"as_of": "2025-11-25", "known_on": "2025-11-25"}
    ask = {"restricted": write_restricted(tmp_path, 64502), "country": "Japan", **days}
    before = provenet.expose(tmp_path / "case", graph=graph, **ask)
    assert before.graph_on == date(2025, 9, 1)
    later = provenet.expose(tmp_path / "case", later_tags=True, **ask)
    for report, counts in ((before, {"gov": 0, "mobile": 0}), (later, {"gov": 2, "mobile": 1})):
        found = {row["tags"][0]: row["network_count"] for row in report.countries[0].figures}
        assert {tag: found[tag] for tag in counts} == counts
    rows = [Case.open(tmp_path / "case").read_run("exposure", report.countries[0].run_id) for report in (before, later)]
    said = [any("of a later day" in line for line in one["assumed"].explode().to_list()) for one in rows]
    assert said == [False, True]
