"""FollowTheMoney entities, in the form OpenSanctions publishes them: what they become, and every fault in full."""

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.parties import PartyNames
from provenet.ingest.lists import ftm
from provenet.ingest.lists.ftm_rows import listed_day, stake_share
from support.reading import Told, picked, read_by
from support.tables import table

NAMES = PartyNames.built_in()


def entity(entity_id: str, schema: str, **properties: Any) -> dict[str, Any]:
    """One entity of one data set, as OpenSanctions writes it."""
    said = {name: value if isinstance(value, list) else [value] for name, value in properties.items()}
    return {
        "id": entity_id,
        "caption": str(said.get("name", [schema])[0]),
        "schema": schema,
        "properties": said,
        "referents": [],
        "datasets": ["us_fcc_covered_list"],
        "first_seen": "2024-01-01T00:00:00",
        "last_seen": "2026-11-01T06:42:02",
        "last_change": "2025-05-05T06:42:02",
        "target": True,
    }


HUAWEI = entity(
    "us-fcc-cov-huawei",
    "Company",
    name="Huawei Technologies Company",
    topics="debarment",
    jurisdiction="cn",
    country="us",
    address="Bantian, Shenzhen",
)
PACIFIC = entity(
    "us-fcc-cov-pacific",
    "Company",
    name="Pacific Networks Corp",
    alias=["PNC Telecom", "Huawei Technologies"],
    previousName="Pacific Choice",
    weakAlias="PNC",
    registrationNumber="0123",
    leiCode="529900T8BM49AURSDO55",
    topics="debarment",
)
COMNET = entity("us-fcc-cov-comnet", "Company", name="ComNet (USA) LLC", topics=["debarment", "corp.public"])
OWNS = entity(
    "own-1", "Ownership", owner="us-fcc-cov-pacific", asset="us-fcc-cov-comnet", percentage="100%", startDate="2009"
)
LISTED = entity(
    "sanction-1",
    "Sanction",
    entity="us-fcc-cov-huawei",
    authority="Federal Communications Commission",
    country="us",
    description="Telecommunications equipment produced by Huawei Technologies Company",
    startDate="2021-03-12",
    sourceUrl="https://www.fcc.gov/supplychain/coveredlist",
)
PERSON = entity("person-1", "Person", name="Jane Roe", birthDate="1970", position="Director")
DIRECTOR = entity("dir-1", "Directorship", director="person-1", organization="us-fcc-cov-comnet")
SAMPLE = [HUAWEI, PACIFIC, COMNET, OWNS, LISTED, PERSON, DIRECTOR]


def lines(*entities: object) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in entities).encode()


def read(data: bytes, mapping: str | None = None, names: PartyNames = NAMES) -> Told:
    return read_by(ftm.read, "e.ftm.json", data, mapping, names)


def told(*entities: object, mapping: str | None = None) -> list[str]:
    return [fault.sentence() for fault in read(lines(*entities), mapping)[1].faults]


def test_a_list_of_companies_becomes_parties_names_stakes_and_listings() -> None:
    rows, faults, over = read(lines(*SAMPLE))
    assert faults.count == 0
    assert picked(rows, "party", "party_id", "name", "role", "country", "listed_by_says") == [
        ("pacific-networks-corp", "Pacific Networks Corp", "other", None, "topics debarment in us_fcc_covered_list"),
        ("comnet-usa-llc", "ComNet (USA) LLC", "other", None, "topics corp.public, debarment in us_fcc_covered_list"),
    ]
    assert picked(rows, "identifier", "party_id", "scheme", "value", "note") == [
        ("huawei", "name", "Huawei Technologies Company", None),
        ("pacific-networks-corp", "name", "Pacific Networks Corp", None),
        ("pacific-networks-corp", "name", "PNC Telecom", "alias"),
        ("pacific-networks-corp", "name", "Pacific Choice", "previous name"),
        ("pacific-networks-corp", "weak_name", "PNC", "too short or common to match by"),
        ("pacific-networks-corp", "lei", "529900T8BM49AURSDO55", None),
        ("pacific-networks-corp", "registration_number", "0123", None),
        ("comnet-usa-llc", "name", "ComNet (USA) LLC", None),
    ]
    assert picked(rows, "ownership", "owner_id", "owned_id", "low_share", "high_share", "control", "from_on") == [
        ("pacific-networks-corp", "comnet-usa-llc", 1.0, 1.0, None, date(2009, 12, 31))
    ]
    assert picked(rows, "listing", "list_name", "party_id", "issuer", "from_on", "to_on", "whole_on", "locator") == [
        (
            "covered-list", "pacific-networks-corp", "US Federal Communications Commission", *(None,) * 3,
            "e.ftm.json line 2",
        ),
        ("covered-list", "comnet-usa-llc", "US Federal Communications Commission", *(None,) * 3, "e.ftm.json line 3"),
        (*("covered-list", "huawei", "Federal Communications Commission", date(2021, 3, 12), None, None),
         "e.ftm.json line 5"),
    ]  # fmt: skip
    assert over == {"Directorship": 1, "Person": 1, "name that another party holds": 1}
    assert "Roe" not in str(rows)


def test_an_entry_of_the_list_keeps_its_words_and_its_page() -> None:
    rows, _, _ = read(lines(HUAWEI, LISTED))
    assert picked(rows, "listing", "entry", "note") == [
        (
            "Telecommunications equipment produced by Huawei Technologies Company",
            "see https://www.fcc.gov/supplychain/coveredlist",
        )
    ]
    assert rows["listing"][0]["source_id"] == "file-" + "0" * 12


def test_a_delisting_ends_a_listing_and_a_part_of_a_date_counts_from_its_last_day() -> None:
    rows, faults, _ = read(
        lines(HUAWEI, {**LISTED, "properties": {**LISTED["properties"], "startDate": ["2021-03"], "endDate": ["2024"]}})
    )
    assert faults.count == 0
    assert picked(rows, "listing", "from_on", "to_on") == [(date(2021, 3, 31), date(2024, 12, 31))]
    assert rows["listing"][0]["note"].startswith("startDate as written: 2021-03; endDate as written: 2024; see ")


def test_a_listing_that_ended_on_a_day_nobody_gives_is_told_and_makes_no_row() -> None:
    over = {**LISTED, "properties": {**LISTED["properties"], "status": ["Inactive"]}}
    rows, faults, seen = read(lines(HUAWEI, over))
    assert (faults.count, rows.get("listing"), seen) == (0, None, {"listing that ended on a day not given": 1})


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ({"programId": "US-DOD-1260H"}, "1260H"),
        ({"program": "Section 889 of the John S. McCain National Defense Authorization Act for Fiscal Year 2019"},
         "889"),
        ({"program": "EU Council Regulation 833/2014"}, "EU Council Regulation 833/2014"),
        ({"programId": "CH-SECO-X"}, "CH-SECO-X"),
    ],
)  # fmt: skip
def test_a_list_has_the_name_that_rules_use(program: dict[str, str], name: str) -> None:
    said = {"entity": ["us-fcc-cov-huawei"], **{key: [value] for key, value in program.items()}}
    rows, _, _ = read(lines(HUAWEI, {**LISTED, "properties": said, "datasets": ["a", "b"]}))
    assert picked(rows, "listing", "list_name") == [(name,)]


def test_a_list_made_by_an_act_begins_with_the_act() -> None:
    said = {"entity": ["us-fcc-cov-huawei"], "program": ["Section 889 of the NDAA"]}
    rows, _, _ = read(lines(HUAWEI, {**LISTED, "properties": said}))
    assert picked(rows, "listing", "from_on", "note") == [
        (date(2018, 8, 13), "no day of listing is given; the act is of 2018-08-13")
    ]


def test_a_mapping_names_lists_parties_roles_and_the_whole_list() -> None:
    mapping = """
role = "vendor"
whole_on = 2026-11-01
ignore = ["Ownership", "Company.capital2"]
[lists]
us_fcc_covered_list = "my list"
[parties]
us-fcc-cov-comnet = "Nokia"
"""
    rows, faults, over = read(lines(*SAMPLE[:5]), mapping)
    assert faults.count == 0
    assert picked(rows, "party", "party_id", "role") == [("pacific-networks-corp", "vendor")]
    assert {row["party_id"] for row in rows["listing"]} == {"huawei", "pacific-networks-corp", "nokia"}
    assert set(picked(rows, "listing", "list_name", "whole_on")) == {("my list", date(2026, 11, 1))}
    assert over["Ownership"] == 1


def test_a_whole_list_that_names_nobody_still_says_so() -> None:
    rows, faults, _ = read(lines(PERSON), 'whole_on = 2026-11-01\n[lists]\nus_fcc_covered_list = "covered-list"\n')
    assert faults.count == 0
    assert picked(rows, "listing", "list_name", "party_id", "whole_on") == [("covered-list", None, date(2026, 11, 1))]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("51%", 0.51, 0.51), ("51,5 %", 0.515, 0.515), ("50-75", 0.5, 0.75), ("25% - 50%", 0.25, 0.5),
        ("from 25 to 50", 0.25, 0.5), (">25", 0.25, 1.0), ("more than 75%", 0.75, 1.0), ("75 % or more", 0.75, 1.0),
        ("25+", 0.25, 1.0), ("<10", 0.0, 0.1), ("up to 20%", 0.0, 0.2), ("a majority", None, None),
        ("150%", None, None), ("75-50", None, None),
    ],
)  # fmt: skip
def test_a_stake_in_words_is_what_it_commits_to(text: str, low: float | None, high: float | None) -> None:
    rows, faults, _ = read(lines(PACIFIC, COMNET, {**OWNS, "properties": {**OWNS["properties"], "percentage": [text]}}))
    assert faults.count == 0
    assert picked(rows, "ownership", "low_share", "high_share") == [(low, high)]
    assert f"percentage as written: {text}" in rows["ownership"][0]["note"]


def test_stated_control_parents_and_successions_are_told_as_what_they_are() -> None:
    control = entity(
        "c-1", "Control", controller="us-fcc-cov-pacific", controlled="us-fcc-cov-comnet", controlType="voting"
    )
    after = entity(
        "s-1", "Succession", predecessor="us-fcc-cov-pacific", successor="us-fcc-cov-comnet", date="2020-01-02"
    )
    child = entity("child", "LegalEntity", name="Child LLC", parent="us-fcc-cov-pacific")
    rows, faults, _ = read(lines(PACIFIC, COMNET, control, after, child))
    assert faults.count == 0
    assert picked(rows, "ownership", "owned_id", "low_share", "control", "note") == [
        ("child-llc", None, None, "named as its parent; no stake and no control is stated"),
        ("comnet-usa-llc", None, "yes", "type of control: voting"),
    ]
    assert picked(rows, "succession", "predecessor_id", "successor_id", "how", "from_on") == [
        ("pacific-networks-corp", "comnet-usa-llc", "merger", date(2020, 1, 2))
    ]


def test_a_stake_of_a_person_makes_no_row() -> None:
    owned = entity("o", "Ownership", owner="person-1", asset="us-fcc-cov-comnet")
    rows, faults, over = read(lines(COMNET, PERSON, owned))
    assert (faults.count, rows.get("ownership")) == (0, None)
    assert over == {"Person": 1, "Ownership with a Person": 1}


def test_nested_entities_and_statements_say_the_same_as_lines() -> None:
    expected, _, _ = read(lines(HUAWEI, LISTED))
    nested = json.loads(json.dumps(HUAWEI))
    inner = json.loads(json.dumps(LISTED))
    del inner["properties"]["entity"]
    nested["properties"]["sanctions"] = [inner]
    made, faults, _ = read(lines(nested))
    assert faults.count == 0
    statements = [
        {
            "canonical_id": one["id"],
            "entity_id": "x-" + one["id"],
            "prop": prop,
            "prop_type": "text",
            "schema": one["schema"],
            "value": value,
            "dataset": "us_fcc_covered_list",
            **dict.fromkeys(("lang", "original_value")),
            "external": False,
        }
        for one in (HUAWEI, LISTED)
        for prop, values in {**one["properties"], "id": [one["id"]]}.items()
        for value in values
    ]
    gathered, faults, _ = read(lines(*statements))
    assert faults.count == 0
    whole, faults, _ = read(json.dumps([HUAWEI, LISTED], indent=1).encode())
    assert faults.count == 0
    table = io.StringIO()
    writer = csv.DictWriter(table, list(statements[0]))
    writer.writeheader()
    writer.writerows(statements)
    listed, faults, _ = read(table.getvalue().encode())
    assert faults.count == 0
    for rows in (made, gathered, whole, listed):
        assert {row["row_id"] for made_rows in rows.values() for row in made_rows} == {
            row["row_id"] for made_rows in expected.values() for row in made_rows
        }


def test_an_id_merged_into_another_still_meets_it() -> None:
    merged = {**HUAWEI, "id": "NK-1", "referents": ["us-fcc-cov-huawei"], "datasets": ["us_fcc_covered_list", "b"]}
    rows, faults, _ = read(lines(merged, LISTED))
    assert faults.count == 0
    assert picked(rows, "listing", "party_id") == [("huawei",)]


def test_two_companies_of_one_name_are_told_apart_by_a_number_or_a_seat() -> None:
    one = entity("a", "Company", name="Acme Radio Ltd", jurisdiction="gb")
    other = entity("b", "Company", name="ACME RADIO LTD", jurisdiction="cy")
    rows, _, _ = read(lines(one, other))
    made = picked(rows, "party", "party_id", "country")
    assert made == [("acme-radio-ltd-ac8d83", "GB"), ("acme-radio-ltd-c100f9", "CY")]
    same = entity("b", "Company", name="ACME RADIO LTD", jurisdiction="gb")
    assert picked(read(lines(one, same))[0], "party", "party_id") == [("acme-radio-ltd",)]


def test_a_subsidiary_is_never_taken_for_the_company_it_is_named_after() -> None:
    rows, _, _ = read(
        lines(
            entity("a", "Company", name="Huawei Technologies Canada Co., Ltd.", alias="Huawei"),
            entity("b", "Company", name="Huawei Device Co., Ltd.", alias="Huawei"),
        )
    )
    assert picked(rows, "party", "party_id") == [("huawei-technologies-canada-co-ltd",), ("huawei-device-co-ltd",)]
    named = {row["party_id"] for row in rows["identifier"]}
    assert named == {"huawei-technologies-canada-co-ltd", "huawei-device-co-ltd"}


def test_a_party_met_without_its_legal_form_or_by_its_alias_says_so() -> None:
    bare = entity("a", "Company", name="Dahua Technology Company")
    alias = entity("b", "Company", name="Shenzhen Hytera Radio Co., Ltd.", alias="Hytera")
    noise = entity("c", "Company", name="Pacific Networks Corp", alias="Nokia")
    rows, _, _ = read(lines(bare, alias, noise))
    assert picked(rows, "identifier", "party_id", "value", "note") == [
        ("dahua", "Dahua Technology Company", "met by its name without its legal form"),
        ("hytera", "Shenzhen Hytera Radio Co., Ltd.", "met by its alias"),
        ("hytera", "Hytera", "alias; met by its alias"),
        ("pacific-networks-corp", "Pacific Networks Corp", None),
    ]


def test_names_in_any_script_stand_as_written_without_marks_of_direction() -> None:
    arabic = entity("a", "Organization", name="\u202bشركة الاتصالات\u202c")
    chinese = entity("b", "Company", name=["华星通信", "Huaxing Telecom"])
    rows, faults, _ = read(lines(arabic, chinese))
    assert faults.count == 0
    assert picked(rows, "party", "name") == [("شركة الاتصالات",), ("华星通信",)]
    assert rows["party"][1]["party_id"] == "huaxing-telecom"


def test_ten_thousand_aliases_are_ten_thousand_names() -> None:
    rows, faults, _ = read(lines(entity("a", "Company", name="Acme", alias=[f"Acme {n}" for n in range(10_000)])))
    assert (faults.count, len(rows["identifier"])) == (0, 10_001)


def test_the_seat_is_the_jurisdiction_and_never_a_country_it_has_a_tie_to() -> None:
    rows, _, _ = read(
        lines(
            entity("a", "Company", name="A Telecom", country="ru", mainCountry="ru"),
            entity("b", "Company", name="B Telecom", jurisdiction=["cn", "hk"]),
            entity("c", "Company", name="C Telecom", jurisdiction="suhh"),
            entity("d", "Company", name="D Telecom", jurisdiction="us-de"),
        )
    )
    assert picked(rows, "party", "country", "note") == [
        (None, None), (None, "jurisdiction as written: cn, hk"), (None, "jurisdiction as written: suhh"), ("US", None),
    ]  # fmt: skip


FAULTS = table(__file__, "faults")


@pytest.mark.parametrize(("entities", "sentence"), FAULTS)
def test_every_fault_is_a_sentence(entities: list[object], sentence: str) -> None:
    data = lines(*entities)
    found = read(data) if entities != [["a"]] else read(b" \n" + data)
    assert sentence.replace("row 1:", "row 2:") in [f.sentence() for f in found[1].faults] or sentence in [
        f.sentence() for f in found[1].faults
    ]
    assert found[0] == {}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'{"id": "a\\u0000"}\n',
         "e.ftm.json row 1: a control character stands in a text; found 'character 0x00', expected text."),
        (b'{"id": "a\x1b"}\n',
         "e.ftm.json row 1: a control character stands in a text; found 'character 0x1B', expected text."),
        (b'{"id": "\xe4"}\n',
         "e.ftm.json row 1: the text is not UTF-8; found 'byte 0xE4 at byte 9', expected UTF-8.\n"
         "    Save the file as UTF-8."),
    ],
)  # fmt: skip
def test_what_is_no_plain_text_is_told_with_its_place(data: bytes, sentence: str) -> None:
    rows, faults, _ = read(data)
    assert (rows, [fault.sentence() for fault in faults.faults]) == ({}, [sentence])


@pytest.mark.parametrize(
    "data",
    [
        b'{"id": "a", "id": "b"}\n', b'{"id": NaN}\n', b'{"id": "a\n', b"{" + b'"a":{' * 300 + b"}" * 301,
        b'{"id": "\\ud800"}\n', b'{"id": ' + b"9" * 5_000 + b"}\n",
    ],
)  # fmt: skip
def test_what_is_no_plain_json_is_one_fault_at_its_line(data: bytes) -> None:
    rows, faults, _ = read(b"\n" + data)
    assert (rows, [fault.row for fault in faults.faults]) == ({}, [2])


def test_a_backslash_before_what_looks_like_an_escape_is_a_backslash() -> None:
    rows, faults, _ = read(lines(entity("a", "Company", name="A\\u0000")))
    assert (faults.count, picked(rows, "party", "name")) == (0, [("A\\u0000",)])


def test_every_fault_of_a_file_is_told_at_once() -> None:
    assert len(told({**HUAWEI, "schema": "X1"}, entity("a", "Company", nmae="B"), {**COMNET, "id": ""})) == 3


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    table(__file__, "every fault of a mapping is a sentence"),
)  # fmt: skip
def test_every_fault_of_a_mapping_is_a_sentence(mapping: str, sentence: str) -> None:
    assert told(HUAWEI, mapping=mapping) == [sentence]


def test_the_format_is_known_by_its_first_line() -> None:
    assert ftm.recognises(lines(HUAWEI), "e.json")
    assert ftm.recognises(b"\xef\xbb\xbf" + lines(HUAWEI), "e.json")
    assert ftm.recognises(json.dumps([HUAWEI], indent=1).encode(), "e.json")
    assert ftm.recognises(lines(entity("a", "Company", name="A", alias=["x" * 100_000]))[:65_536], "e.json")
    for other in (b"", b"a,b\n", b"{", b'{"bomFormat": "CycloneDX"}', b'{"asset_id": "a"}\n', b"[1]", b"\xff\xfe{"):
        assert not ftm.recognises(other, "e.json")


@given(st.permutations(SAMPLE))
def test_the_order_of_lines_changes_no_row(order: list[dict[str, Any]]) -> None:
    ids = {row["row_id"] for made in read(lines(*SAMPLE))[0].values() for row in made}
    assert {row["row_id"] for made in read(lines(*order))[0].values() for row in made} == ids


def test_a_legal_entity_that_is_a_person_makes_no_row() -> None:
    by_number = entity("a", "LegalEntity", name="Jane Roe", idNumber="X1")
    by_topic = entity("b", "LegalEntity", name="John Roe", topics=["sanction", "role.pep"])
    rows, faults, over = read(lines(by_number, by_topic))
    assert (rows, faults.count, over) == ({}, 0, {"LegalEntity that is a person": 2})


SHAPES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["Company", "Sanction", "a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "schema", "properties", "name", "entity", "owner", "asset", "topics", "datasets"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.lists(SHAPES, max_size=5))
def test_any_shape_of_lines_ends_in_rows_or_sentences(values: list[Any]) -> None:
    rows, faults, _ = read(lines(*values))
    assert not (rows and faults.count)
    assert all(fault.sentence() for fault in faults.faults)


@given(st.binary(max_size=300))
def test_any_bytes_end_in_rows_or_sentences(data: bytes) -> None:
    rows, faults, _ = read(data)
    assert not (rows and faults.count)
    assert all(fault.sentence() for fault in faults.faults)


STAKES = st.from_regex(r"[<>≥≤]?=?\s?\d{1,4}([.,]\d{1,3})?\s?%?(\s?(-|to|\+)\s?\d{0,3}%?)?", fullmatch=True)


@given(st.text(max_size=30) | STAKES)
def test_any_words_for_a_stake_are_an_interval_or_nothing(text: str) -> None:
    share = stake_share(text)
    assert share is None or 0 <= share[0] <= share[1] <= 1


@given(st.dates(date(1002, 1, 1)))
def test_a_part_of_a_date_holds_every_day_of_it(day: date) -> None:
    assert listed_day(day.isoformat()) == (day, False)
    assert listed_day(f"{day.isoformat()}T06:42:02") == (day, False)
    for coarse in (f"{day:%Y-%m}".rjust(7, "0"), f"{day.year:04d}"):
        last, is_coarse = listed_day(coarse)
        assert is_coarse
        assert last is not None
        assert last >= day
