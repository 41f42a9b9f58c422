"""The fact tables that ship: all read without a fault, nothing lost, each row with its source."""

import csv
import hashlib
import io
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from provenet.case.parties import PartyNames
from provenet.case.tables import frame, tables, words
from provenet.core.countries import packaged_rows
from provenet.core.errors import InputFault
from provenet.core.ids import distinct_id, slug
from provenet.ingest.reader import bundled_files
from support.reading import Reading, read_table_file, read_table_files

TABLE_OF = {
    "addressee.csv": "addressee", "aliases.csv": "identifier", "carrier_ids.csv": "identifier",
    "carrier_share.csv": "carrier_share", "carrier_share_2018.csv": "carrier_share", "carriers.csv": "deployment",
    "choice_input.csv": "choice_input", "claims.csv": "claim", "costs.csv": "cost",
    "element_count.csv": "element_count", "exchange_rate.csv": "exchange_rate", "fact_keys.csv": "fact_key",
    "installations.csv": "site", "interop.csv": "interop", "interop_rule.csv": "interop_rule",
    "listing.csv": "listing", "outreach.csv": "outreach", "parties_extra.csv": "party",
    "plan_limit.csv": "plan_limit", "policies.csv": "policy", "policy_functions.csv": "policy_function",
    "policy_tests.csv": "policy_case", "price_index.csv": "price_index", "procurement.csv": "procurement",
    "programme.csv": "programme", "purchase.csv": "purchase", "ran_share.csv": "market_share",
    "rides_on.csv": "rides_on", "site_service.csv": "site_service", "succession.csv": "succession",
    "sources.csv": "source", "sources_more.csv": "source", "swap_option.csv": "swap_option", "vendors.csv": "party",
}  # fmt: skip


@pytest.fixture(scope="module")
def readings() -> dict[str, Reading]:
    names = PartyNames.built_in()
    return {name: read_table_file(name, data, None, names=names) for name, data in bundled_files().items()}


@pytest.fixture(scope="module")
def whole(readings: dict[str, Reading]) -> dict[str, dict[str, dict[str, Any]]]:
    """All rows as a case would hold them: by table and row_id."""
    made: dict[str, dict[str, dict[str, Any]]] = {}
    for reading in readings.values():
        for table, rows in reading.rows.items():
            made.setdefault(table, {}).update({str(row["row_id"]): row for row in rows})
    return made


def one(readings: dict[str, Reading], name: str, row: int) -> dict[str, Any]:
    found = [r for r in readings[name].rows[TABLE_OF[name]] if r["locator"] == f"{name} row {row}"]
    assert len(found) == 1
    return found[0]


def test_every_file_has_a_layout_and_no_row_is_lost(readings: dict[str, Reading]) -> None:
    assert set(readings) == set(TABLE_OF)
    for name, data in bundled_files().items():
        records = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))[1:]
        places = {row["locator"] for row in readings[name].rows[TABLE_OF[name]]}
        assert readings[name].row_count == len(records), name
        assert {f"{name} row {row}" for row in range(2, len(records) + 2)} <= places, name
        assert readings[name].ignored == (), name


def test_a_row_is_made_for_each_country_of_a_list_and_one_otherwise(readings: dict[str, Reading]) -> None:
    for name, reading in readings.items():
        own = [row for row in reading.rows[TABLE_OF[name]] if str(row["locator"]).startswith(name)]
        assert len(own) == reading.row_count + (3 if name == "outreach.csv" else 0), name
    rows = readings["outreach.csv"].rows["outreach"]
    countries = [r["country"] for r in rows if r["locator"] == "outreach.csv row 11"]
    assert countries == ["Slovakia", "Bulgaria", "North Macedonia", "Kosovo"]


def test_every_row_is_typed_and_names_source_file_and_place(readings: dict[str, Reading]) -> None:
    known = {hashlib.sha256(data).hexdigest() for data in bundled_files().values()}
    for reading in readings.values():
        brought = {hashlib.sha256(data).hexdigest() for _, data in reading.borrowed}
        for table, rows in reading.rows.items():
            assert frame(table, rows).height == len(rows)
            for row in rows:
                assert row["reading"] in words("reading")
                assert row["source_id"], (table, row)
                assert row["file_id"] in known
                own = str(row["locator"]).startswith(reading.file_name)
                assert own or row["file_id"] in brought


def test_nothing_dangles_in_one_file_alone(readings: dict[str, Reading]) -> None:
    for name, reading in readings.items():
        sources = {row["source_id"] for row in reading.rows.get("source", [])}
        parties = {row["party_id"] for row in reading.rows.get("party", [])}
        for table, rows in reading.rows.items():
            for row in rows:
                assert row["source_id"] in sources, (name, row["locator"], row["source_id"])
                for column in tables()[table].columns:
                    if column.refers_to == "party.party_id":
                        value: Any = row[column.name]
                        ids = value if isinstance(value, list) else [] if value is None else [value]
                        assert {i for i in ids if i != "all" and ":" not in i} <= parties, (name, row["locator"])


def test_each_key_stands_once_in_the_whole_case(whole: dict[str, dict[str, dict[str, Any]]]) -> None:
    for table, rows in whole.items():
        key = tables()[table].key
        counts = Counter(tuple(row[name] for name in key) for row in rows.values())
        assert [k for k, count in counts.items() if count > 1] == [], table


def test_the_case_holds_as_many_rows_as_the_files_say(whole: dict[str, dict[str, dict[str, Any]]]) -> None:
    def count(*names: str) -> int:
        return sum(len(packaged_rows("facts", name)) for name in names)

    assert len(whole["identifier"]) == count("aliases.csv", "carrier_ids.csv")
    assert len(whole["party"]) == count("vendors.csv", "parties_extra.csv")
    assert len(whole["outreach"]) == count("outreach.csv") + 3
    for table in set(TABLE_OF.values()) - {"identifier", "party", "outreach", "source"}:
        assert len(whole[table]) == count(*(name for name, of in TABLE_OF.items() if of == table)), table
    for name in ("sources.csv", "sources_more.csv"):
        assert len([row for row in whole["source"].values() if row["locator"].startswith(name)]) == count(name)


def test_shares_are_intervals_with_the_set_and_the_kind_of_measure(readings: dict[str, Reading]) -> None:
    row = one(readings, "ran_share.csv", 4)
    assert (row["geo"], row["vendor_ids"], row["complement"]) == ("Italy", ["huawei", "zte"], False)
    assert (row["low_share"], row["high_share"], row["low_open"], row["high_open"]) == (0.5, 1.0, True, False)
    assert (row["measure_kind"], row["asset_class"], row["generation"]) == ("subscribers", "ran", "4G")
    assert (row["as_of_low_on"], row["as_of_high_on"]) == (date(2020, 1, 1), date(2020, 12, 31))
    assert (row["sourced_high_on"], row["reading"], row["forecast"]) == (date(2020, 6, 30), "read in the source", False)
    assert one(readings, "ran_share.csv", 79)["forecast"] is True
    others = one(readings, "ran_share.csv", 93)
    assert (others["vendor_ids"], others["complement"], others["measure_kind"]) == ([], True, "revenue")
    unknown = one(readings, "ran_share.csv", 26)
    assert (unknown["percent"], unknown["low_share"], unknown["high_share"]) == (None, 0.0, 1.0)


def test_each_measure_of_the_bundled_files_has_the_kind_its_words_say(readings: dict[str, Reading]) -> None:
    kinds: dict[str, set[str]] = {}
    for name in ("ran_share.csv", "carrier_share.csv"):
        for row in readings[name].rows[TABLE_OF[name]]:
            kinds.setdefault(str(row["measure_kind"]), set()).add(str(row["measure"]))
    assert {kind: len(found) for kind, found in sorted(kinds.items())} == {
        "contracts": 14,
        "equipment": 8,
        "lines": 2,
        "other": 15,
        "revenue": 7,
        "sites": 11,
        "spending": 2,
        "subscribers": 3,
        "units": 3,
    }
    assert kinds["other"] == {
        "mobile market incl. light MVNO (BIPT)",
        "press",
        "press, plan",
        "share of 5G infrastructure (press)",
        "share of radio (Nokia manager in an internal text seen by Reuters)",
        "share of radio network supplies, South; Ericsson North (press)",
        "share of the 4G network (Telefonica group statement)",
        "share of the 5G radio contract (vendor)",
        "share of the mobile infrastructure (Reuters)",
        "share of the network (press)",
        "share of the network covered by the contract to 2036 (northern Poland)",
        "share of the shared active network of Orange and T-Mobile (press); the rest Huawei",
        "supplier of the 4G radio network (press)",
        "unweighted mean of 32 country shares of 5G sites (Strand data, Light Reading arithmetic)",
        "unweighted mean of country forecasts (Strand data, Light Reading arithmetic)",
    }


def test_a_deployment_says_whether_the_vendor_is_there(readings: dict[str, Reading]) -> None:
    assert one(readings, "carriers.csv", 53)["presence"] == "absent"
    assert one(readings, "carriers.csv", 9)["presence"] == "count"
    assert one(readings, "carriers.csv", 3)["presence"] == "named"
    free = one(readings, "carriers.csv", 13)
    assert (free["vendor_ids"], free["complement"], free["carrier_id"]) == (["country:CN"], True, "vodafone-germany")
    assert one(readings, "carriers.csv", 23)["carrier_id"] is None
    before = one(readings, "carriers.csv", 2)
    assert (before["day_low_on"], before["day_high_on"]) == (None, date(2017, 12, 31))


def test_each_role_that_says_alone_is_a_sole_supply(readings: dict[str, Reading]) -> None:
    rows = readings["carriers.csv"].rows["deployment"]
    said = [row["role"] for row in rows if re.match(r"(sole|only|exclusive|100%)|.* alone$", row["role"])]
    assert said == [row["role"] for row in rows if row["extent"] == "sole"]
    assert {row["extent"] for row in rows} == {None, *words("extent")}


def test_claims_keep_their_ids_and_policies_their_words(readings: dict[str, Reading]) -> None:
    claim = one(readings, "claims.csv", 2)
    assert (claim["claim_id"], claim["answers_claim_id"], claim["vendor_ids"]) == ("HW-OWN-1", "HW-OWN-6", ["huawei"])
    assert claim["reliability"] is None
    assert claim["credibility"] is None
    every = [row for row in readings["claims.csv"].rows["claim"] if row["vendor_ids"] == ["all"]]
    assert len(every) == 3
    terms = {row["deadline"]: row["deadline_on"] for row in readings["policies.csv"].rows["policy"]}
    assert terms["2027"] == date(2027, 12, 31)
    assert terms["immediate"] is None
    assert terms["2023 (TIM)"] is None


def test_positions_are_stored_to_a_tenth_of_a_degree(readings: dict[str, Reading]) -> None:
    site = one(readings, "installations.csv", 2)
    assert (site["site_id"], site["lat_deg"], site["lon_deg"]) == ("ramstein-air-base", 49.4, 7.6)
    assert (site["source_id"], site["note"], site["carrier_id"]) == ("airportsdata-20260905", "ICAO ETAR", None)
    assert {row["site_id"] for row in readings["installations.csv"].rows["site"]} >= {
        "nsa-naples-capodichino",
        "nsa-naples-gricignano-support-site",
    }


def test_what_is_planned_is_no_share_of_today(readings: dict[str, Reading]) -> None:
    planned = {(r["carrier_id"], r["percent"]) for r in readings["ran_share.csv"].rows["market_share"] if r["forecast"]}
    assert {("bt-ee", "63"), ("vodafonethree", "59"), ("vodafonethree", "41")} <= planned


def test_a_row_on_the_forces_of_a_country_stands_at_no_site(readings: dict[str, Reading]) -> None:
    rows = readings["site_service.csv"].rows["site_service"]
    sites = {row["site_id"] for row in readings["installations.csv"].rows["site"]}
    assert {row["site_id"] for row in rows} - {None} <= sites
    assert len([row for row in rows if row["site_id"] is None]) == sum(
        row["site"] == "*" for row in packaged_rows("facts", "site_service.csv")
    )
    assert {(row["scope"], row["country"]) for row in rows if row["scope"].endswith("programme")} == {
        ("US programme", None),
        ("NATO programme", None),
    }
    renewed = next(row for row in rows if row["provider"] == "BWI GmbH")
    assert (renewed["from_on"], renewed["until_on"]) == (date(2020, 12, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    ("name", "country", "party"),
    [
        ("O2", "United Kingdom", "virgin-media-o2"), ("O2", "Germany", "telefonica-germany"),
        ("O2", "Czechia", "o2-czechia"), ("O2", "Austria", None), ("TIM", "Italy", "tim"),
        ("TIM", "Brazil", "tim-brasil"), ("Wind", "Greece", "wind-hellas"), ("Wind", "Italy", "windtre"),
        ("Iliad", "France", "free"), ("Iliad", "Italy", "iliad-italia"),
    ],
)  # fmt: skip
def test_a_name_of_several_countries_means_the_carrier_of_each(name: str, country: str, party: str | None) -> None:
    assert PartyNames.built_in().carrier(name, country) == party


def test_network_sharing_is_what_the_sources_state(readings: dict[str, Reading]) -> None:
    rows = [
        (r["carrier_id"], r["host_id"], r["form"], r["binding"], r["from_on"])
        for r in readings["rides_on.csv"].rows["rides_on"]
    ]
    assert rows == [
        ("windtre", "zefiro-net", "joint network", "agreed", date(2023, 1, 1)),
        ("iliad-italia", "zefiro-net", "joint network", "agreed", date(2023, 1, 1)),
        ("tim", "fastweb-and-vodafone", "sharing", "preliminary", date(2026, 1, 7)),
        ("fastweb-and-vodafone", "tim", "sharing", "preliminary", date(2026, 1, 7)),
        ("tele2-sweden", "net4mobility", "joint network", "agreed", None),
        ("telenor-sweden", "net4mobility", "joint network", "agreed", None),
        ("postemobile", "vodafone-italy", "virtual carrier", "agreed", date(2021, 1, 1)),
        ("postemobile", "tim", "virtual carrier", "agreed", date(2026, 2, 23)),
        ("coopvoce", "tim", "virtual carrier", "agreed", None),
        ("lycamobile", "vodafone-italy", "virtual carrier", "agreed", None),
        ("freenet", None, "virtual carrier", "agreed", None),
    ]


def test_sources_say_their_kind_and_who_says_it(whole: dict[str, dict[str, dict[str, Any]]]) -> None:
    rows = {row["source_id"]: row for row in whole["source"].values()}
    by_key = {row["short_key"]: row for row in rows.values() if row["short_key"]}
    assert (by_key["jp_rak"]["kind"], by_key["jp_rak"]["kind_by"]) == ("forum", "first guess")
    assert (by_key["bc_ft"]["kind"], by_key["bc_ft"]["kind_by"]) == ("press", "mended")
    assert by_key["uk_enf"]["kind"] == "primary"
    assert by_key["csa2_telborg"]["kind"] == "machine summary"
    assert by_key["hw_qa"]["kind"] == "party"
    assert all(row["kind"] in words("source_kind") for row in rows.values())
    mended = {row["source_id"] for row in packaged_rows("facts", "source_kinds.csv")}
    assert mended <= set(rows)
    assert {row["source_id"] for row in rows.values() if row["kind_by"] == "mended"} == mended
    assert [row["source_id"] for row in rows.values() if row["kind_by"] == "not listed"] == []


def test_mended_kinds_differ_from_the_guess_and_say_why() -> None:
    guesses = {slug(row["title"]): row["kind"] for row in packaged_rows("facts", "sources.csv")}
    for row in packaged_rows("facts", "source_kinds.csv"):
        assert row["why"], row
        assert row["kind"] in words("source_kind")
        assert guesses.get(row["source_id"]) != row["kind"], row
        assert (row["source_id"] in guesses) != row["why"].startswith("cited only"), row


def test_one_title_at_two_addresses_makes_two_sources_of_the_list(readings: dict[str, Reading]) -> None:
    cited = {row["source_id"] for row in readings["carriers.csv"].rows["deployment"]}
    titled = "ComSoc Techblog: NEC exits"
    twice = [r for r in readings["sources.csv"].rows["source"] if str(r["title"]).startswith(titled)]
    assert len({r["source_id"] for r in twice}) == 2
    assert len({r["source_id"] for r in twice} & cited) == 1


def test_a_shorter_title_at_a_listed_address_is_that_source(readings: dict[str, Reading]) -> None:
    rows = [
        r for r in readings["policy_functions.csv"].rows["source"] if str(r["url"]).startswith("https://cenerva.com/5G")
    ]
    assert [r["short_key"] for r in rows] == ["x324"]


def test_the_order_of_files_does_not_matter() -> None:
    files = [(name, data, None) for name, data in bundled_files().items()]
    forward = read_table_files(files, PartyNames.built_in())
    backward = read_table_files(files[::-1], PartyNames.built_in())[::-1]
    assert [reading.rows for reading in forward] == [reading.rows for reading in backward]


def test_a_file_that_introduces_a_carrier_is_read_first() -> None:
    deployed = (
        b"carrier,country,segment,vendor,share_or_role,date,source_title,source_url,status,note,checked_on\n"
        b"Telia,Sweden,RAN,Ericsson,supplier,2020,A page,http://a.example/,CONFIRMED,,\n"
    )
    named = b"kind,name,alias\ncarrier,Telia,Telia Sverige\n"
    with pytest.raises(InputFault) as alone:
        read_table_file("d.csv", deployed, None, names=PartyNames.built_in())
    assert str(alone.value) == (
        "d.csv row 2, carrier: no such carrier; found 'Telia', expected a name or identifier in party. Nearest: Elisa. "
        "Score 0.60 (2 letters off).\n    Fix the cell, or add a party of this name (a file with name,role,country)."
    )
    both = read_table_files([("d.csv", deployed, None), ("n.csv", named, None)], PartyNames.built_in())
    assert both[0].rows["deployment"][0]["carrier_id"] == "telia"
    assert [(row["party_id"], row["role"]) for row in both[1].rows["party"]] == [("telia", "carrier")]
    source = both[0].rows["source"][0]
    assert (source["source_id"], source["kind"], source["kind_by"]) == (
        distinct_id("A page", "http://a.example/"),
        "unknown",
        "not listed",
    )
