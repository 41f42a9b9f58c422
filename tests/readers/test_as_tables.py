"""Names, tags, organisations and links of networks: a small file of each format as rows of a case; every fault."""

import json
from pathlib import Path

import pytest

from provenet.case.case import Case
from provenet.case.parties import PartyNames
from provenet.core.errors import InputFault
from provenet.ingest.bgp.as_links import as_links_of, read_as_links
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import day_in, read_line_table
from provenet.ingest.registry import Head, first_of
from provenet.ingest.tabular.suggest import suggest
from provenet.verbs.add import add
from provenet.verbs.check import check
from provenet.verbs.new import new
from support.reading import Reading, read_table_file

DATA = Path(__file__).parents[3] / "shared" / "data"
LINKS = b"# source:topology|BGP|20250901|ripe|rrc00\n10|20|-1|bgp\n20|30|0|bgp,mlp\n20|30|0|bgp,mlp\n40|40|0\n"
NAMES = (
    b"0:-Reserved AS-, ZZ\n3320:DTAG Internet service provider operations, DE\n17:X, EU\n\n18 Y Z,  FR\n19:NO-COUNTRY\n"
)
TAGS = b'AS18220,Australian Defence Organisation\r\nAS12041,"Afilias, ""Inc."""\r\nAS5\r\nAS6,"two\rlines"\r\n'
ORGS = """# name: AS Org
# format:org_id|changed|org_name|country|source
LPL-141-ARIN|20120130|Level 3 Parent, LLC|US|ARIN
ORG-X|20120130|X|EU|RIPE
# format:aut|changed|aut_name|org_id|opaque_id|source
1|20120224|LVLT-1|LPL-141-ARIN|e5e3b9c1_ARIN|ARIN
3549|20120224|LVLT-3549|LPL-141-ARIN|e5e3b9c1_ARIN|ARIN
7|20120224|X-AS|ORG-X||RIPE
8|20120224|Y-AS|ORG-Y||RIPE
"""
ORG_LINES = [
    {
        "type": "ASN",
        "asn": "1",
        "name": "LVLT-1",
        "organizationId": "LPL-141-ARIN",
        "changed": "2012",
        "source": "ARIN",
    },
    {"type": "ASN", "asn": "3549", "name": "LVLT-3549", "organizationId": "LPL-141-ARIN", "source": "ARIN"},
    {"type": "ASN", "asn": "7", "name": "X-AS", "organizationId": "ORG-X", "source": "RIPE"},
    {"type": "ASN", "asn": "8", "name": "Y-AS", "organizationId": "ORG-Y", "source": "RIPE"},
    {"type": "Organization", "organizationId": "ORG-X", "name": "X", "country": "EU", "source": "RIPE"},
    {"type": "Organization", "organizationId": "LPL-141-ARIN", "name": "Level 3 Parent, LLC", "country": "US"},
]
NUMBER = "expected a whole number from 1 to 4294967295."


def reading(name: str, data: bytes, mapping: bytes | None = None) -> Reading:
    return read_table_file(name, data, mapping, names=PartyNames.built_in())


def rows(made: Reading, table: str, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[column] for column in columns) for row in made.rows[table]]


def told(name: str, data: bytes, mapping: bytes | None = None) -> list[str]:
    with pytest.raises(InputFault) as caught:
        reading(name, data, mapping)
    return str(caught.value).splitlines()


def test_links_are_rows_as_they_stand_and_the_same_row_twice_is_one() -> None:
    made = reading("20250901.as-rel2.txt", LINKS)
    assert made.layout == "caida-as-relationships"
    assert rows(made, "as_link", "from_asn", "to_asn", "relation", "seen_in", "locator") == [
        ("10", "20", "transit", ["bgp"], "20250901.as-rel2.txt row 2"),
        ("20", "30", "peer", ["bgp", "mlp"], "20250901.as-rel2.txt row 3"),
        ("40", "40", "peer", None, "20250901.as-rel2.txt row 5"),
    ]
    assert {str(row["observed_on"]) for row in made.rows["as_link"]} == {"2025-09-01"}
    assert told("x.txt", LINKS + b"1|2\n1|2|0\nx|1|-1\n") == [
        "x.txt row 6: the line is no link; found '2 cells in 1|2', expected first|second|relation or "
        "first|second|relation|source.",
        "    Remove the line, put # before it if it is a comment, or write the link anew.",
        f"x.txt row 8, first: this is no AS number; found 'x', {NUMBER}",
    ]


def test_a_graph_without_a_link_is_read_by_its_name() -> None:
    made = reading("20250901.as-rel.txt", b"# none\n")
    assert (made.layout, made.row_count) == ("caida-as-relationships", 0)


def test_names_and_the_countries_that_are_none() -> None:
    made = reading("asnames.txt", NAMES)
    assert made.layout == "ripe-as-names"
    assert rows(made, "as_number", "asn", "name", "country", "note", "locator") == [
        ("0", "-Reserved AS-", None, None, "asnames.txt row 1"),
        ("3320", "DTAG Internet service provider operations", "Germany", None, "asnames.txt row 2"),
        ("17", "X", None, "registered under EU, no country", "asnames.txt row 3"),
        ("18", "Y Z", "France", None, "asnames.txt row 5"),
        ("19", "NO-COUNTRY", None, None, "asnames.txt row 6"),
    ]
    assert told("n.txt", b"1:A, US\n2:B, US\n3:C, US\nAS4:D, US\n4294967296:E, US\n007:F, US\n") == [
        "n.txt row 4: the line names no network; found 'AS4:D, US', expected ASN:NAME, CC.",
        "    Remove the line, or write it anew.",
        f"n.txt row 5, asn: the number is larger than an AS number can be; found '4294967296', {NUMBER}",
        f"n.txt row 6, asn: the number begins with a zero; found '007', {NUMBER} Nearest: 7.",
    ]


def test_tags_have_the_name_of_the_file_or_of_the_mapping() -> None:
    made = reading("gov.csv", TAGS)
    assert made.layout == "bgp-tools-tag"
    assert rows(made, "as_tag", "asn", "tag", "name", "observed_on", "locator") == [
        ("18220", "gov", "Australian Defence Organisation", None, "gov.csv row 1"),
        ("12041", "gov", 'Afilias, "Inc."', None, "gov.csv row 2"),
        ("5", "gov", None, None, "gov.csv row 3"),
        ("6", "gov", "two lines", None, "gov.csv row 4"),
    ]
    mapped = reading("gov.csv", TAGS, b'tag = "government"\nobserved_on = 2025-06-01\n')
    said = rows(mapped, "as_tag", "tag", "observed_on")[0]
    assert (said[0], str(said[1])) == ("government", "2025-06-01")
    assert told("gov.csv", TAGS, b'tags = "x"\ntag = 3\nobserved_on = "2025"\n') == [
        "gov.toml, tags: no such key; found 'tags', expected tag or observed_on. Nearest: tag.",
        "gov.toml, tag: not a tag; found '3', expected a text such as \"gov\".",
        "gov.toml, observed_on: not a day; found '2025', expected the day of the file, written 2025-09-01 "
        "without quotes.",
    ]
    assert told("gov.csv", b'AS1,A\nAS2,B\nAS0,C\nAS3,D,E\nAS4,"E"F\nAS5,"G\n') == [
        f"gov.csv row 3, asn: no network has AS number 0 (RFC 7607); found '0', {NUMBER}",
        "gov.csv row 4: the record has another number of cells; found '3 cells in AS3,D,E', expected AS123,Name.",
        "    Remove the line, or write it anew.",
        "gov.csv row 5: text follows a closing quote; found 'AS4,\"E\"F', expected AS123,Name.",
        "    Double a quote that is part of a quoted cell.",
        "gov.csv row 6: a quote is opened and never closed.",
        "    Close the quote, or double it where it is part of the text.",
    ]


@pytest.mark.parametrize("form", ["bars", "lines"])
def test_organisations_in_either_form_and_order(form: str) -> None:
    data = ORGS if form == "bars" else "".join(json.dumps(line) + "\n" for line in ORG_LINES)
    made = reading(f"20250701.as-org2info.{'txt' if form == 'bars' else 'jsonl'}", data.encode())
    assert made.layout == "caida-as-organisations"
    columns = ("asn", "as_name", "org_id", "org_name", "country", "note")
    assert rows(made, "as_organisation", *columns) == [
        ("1", "LVLT-1", "LPL-141-ARIN", "Level 3 Parent, LLC", "United States", None),
        ("3549", "LVLT-3549", "LPL-141-ARIN", "Level 3 Parent, LLC", "United States", None),
        ("7", "X-AS", "ORG-X", "X", None, "registered under EU, no country"),
        ("8", "Y-AS", "ORG-Y", None, None, None),
    ]
    assert {str(row["observed_on"]) for row in made.rows["as_organisation"]} == {"2025-07-01"}


def test_what_would_steer_a_terminal_is_a_fault_of_its_cell() -> None:
    assert told("gov.csv", b"AS1,A\nAS2,\x1b[31mB\nAS3,C\n") == [
        "gov.csv row 2, name: a control character stands in the cell; found 'character 0x1B', expected text."
    ]


def test_every_fault_of_organisations() -> None:
    head = "# format:aut|changed|aut_name|org_id|opaque_id|source\n"
    assert told("o.txt", f"{head}x|1|a|b|c|d\n1|2|3\n5|1|a||c|d\n# format:org_id|name\nA|B\n".encode()) == [
        f"o.txt row 2, aut: this is no AS number; found 'x', {NUMBER}",
        "o.txt row 3: the line is no record; found '1|2|3', expected aut|changed|aut_name|org_id|opaque_id|source.",
        "    Remove the line, or write it anew.",
        "o.txt row 4, org_id: the cell is empty; expected the id of an organisation.",
        "o.txt row 5, org_name: the format lacks a column. Nearest: name.",
        "    Write the line anew: it tells what the columns of the next lines are.",
        "o.txt row 5, country: the format lacks a column.",
        "    Write the line anew: it tells what the columns of the next lines are.",
        "o.txt row 6: the line is no record; found 'A|B', expected a line # format: before it.",
        "    Remove the line, or write it anew.",
    ]
    first = json.dumps(ORG_LINES[0])
    assert told("o.jsonl", f'{first}\n{{"type": "Route"}}\n[1]\n{{"type"\n'.encode()) == [
        "o.jsonl row 2, type: no such type of record; found 'Route', expected ASN or Organization.",
        "o.jsonl row 3, type: no such type of record; found '[1]', expected ASN or Organization.",
        "o.jsonl row 4: the text is no JSON; found " + repr("expecting ':' delimiter at character 8: {\"type\"") + ".",
    ]


def test_a_tool_without_a_case_reads_the_same_cells() -> None:
    names = read_line_table(("asnames.txt", NAMES), "as_number")
    assert names.select("row", "asn", "name", "country").rows()[1:3] == [
        (2, "3320", "DTAG Internet service provider operations", "DE"),
        (3, "17", "X", ""),
    ]
    orgs = read_line_table(("orgs.txt", ORGS.encode()), "as_organisation")
    assert orgs.select("asn", "org_id").rows()[:2] == [("1", "LPL-141-ARIN"), ("3549", "LPL-141-ARIN")]
    with pytest.raises(InputFault, match=r"^gov.csv: this is no file of as_number; found 'AS18220.*AS names and"):
        read_line_table(("gov.csv", TAGS), "as_number")
    with pytest.raises(InputFault, match=r"^n.txt row 2: the line names no network"):
        read_line_table(("n.txt", b"1:A, US\nx\n"), "as_number")


def test_no_mapping_is_drafted_for_a_known_format() -> None:
    data = b"10|20|-1\n"
    draft = suggest(Upload("g.txt", "0" * 64, data, len(data)), PartyNames.built_in())
    assert (draft.table, draft.mapping) == (
        "as_link",
        "# g.txt is read as caida-as-relationships: no mapping is needed.\n",
    )


@pytest.mark.parametrize(
    ("head", "name", "layout"),
    [
        (b"asn,name\n1,A\n", "as_number.csv", None),
        (b"from_asn,to_asn\n", "x.csv", None),
        (b"# 1\n1|2|0\n", "x", "caida-as-relationships"),
        (b"x|2|0\n", "20250901.as-rel.txt", "caida-as-relationships"),
        (b"x|2|0\n", "x.txt", None),
        (b"2001:200::,2001:200:ffff::,JP\n", "x.csv", "ip-ranges-country"),
        (b"12:30 meeting\n", "x.txt", None),
        (b"AS1,A\nx,B\nAS3,C\n", "x.csv", "bgp-tools-tag"),
        (b"asn,name\nAS1,A\nAS3,C\n", "x.csv", None),
        (b"1.0.0.0,1.0.0.1,5,A\n1.0.0.0,1.0.0.1,DE\n", "x.csv", "ip-ranges-asn"),
        (b"first,last,asn\n1.0.0.0,1.0.0.1,5\n", "x.csv", None),
        (b"", "20250901.as-rel.txt", None),
    ],
)
def test_what_is_told_by_its_first_lines(head: bytes, name: str, layout: str | None) -> None:
    found = first_of(Head(Upload(name, "0" * 64, head, len(head))), "has_lines")
    assert (None if found is None else found.name) == layout


def test_the_day_in_a_name() -> None:
    assert [day_in(name) for name in ("2025-09-01.txt", "x20240230y.txt", "v120250901", "a_20240229_20250101")] == [
        "2025-09-01", "", "", "2024-02-29",
    ]  # fmt: skip


def test_the_graph_of_a_case_is_the_graph_of_its_file(tmp_path: Path) -> None:
    """And tables written out under their own columns enter another case as the same rows."""
    path = tmp_path / "20250901.as-rel2.txt"
    path.write_bytes(LINKS + b"30|20|-1|mlp\n")
    new(tmp_path / "case")
    add(tmp_path / "case", [path])
    stored = Case.open(tmp_path / "case").read("as_link")
    ours, other = as_links_of(stored), read_as_links(path)
    for name in ("provider", "customer", "peer_a", "peer_b", "alone", "peer_mlp_only", "transit_sources"):
        assert getattr(ours, name).tolist() == getattr(other, name).tolist(), name
    assert ours.counts["contradictions"] == other.counts["contradictions"] == 1
    assert not [one for one in check(tmp_path / "case").findings if one["severity"] == "error"]
    plain = b"from_asn,to_asn,relation,seen_in,observed_on\nAS10,20,transit,bgp,2025-09-01\n30,20,peer,bgp|mlp,\n"
    made = reading("as_link.csv", plain)
    assert rows(made, "as_link", "from_asn", "to_asn", "relation", "seen_in") == [
        ("10", "20", "transit", ["bgp"]),
        ("30", "20", "peer", ["bgp", "mlp"]),
    ]
    assert told("as_link.csv", plain + b"1.10,0,siblings,,\n")[0] == (
        f"as_link.csv row 4, from_asn: the AS number is written with a dot; found '1.10', {NUMBER} Nearest: 65546."
    )


def test_an_empty_table_is_a_graph_without_a_link(tmp_path: Path) -> None:
    new(tmp_path / "case")
    assert as_links_of(Case.open(tmp_path / "case").read("as_link")).counts["networks"] == 0


def test_the_real_files_enter_whole() -> None:
    if not DATA.is_dir():
        pytest.skip("the real files are not here (../shared/data)")
    for path, table, count in (
        ("as-graph/asnames-country-202302.txt.xz", "as_number", 110_549),
        ("as-tags/gov.csv", "as_tag", 1_133),
        ("as-tags/dsl.csv", "as_tag", 2_647),
    ):
        made = reading(Path(path).name, (DATA / path).read_bytes())
        assert (made.row_count, len(made.rows[table])) == (count, count)
