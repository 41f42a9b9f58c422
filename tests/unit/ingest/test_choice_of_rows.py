"""What stands above a header, remarks in a table, and which records a mapping takes."""

import pytest

from provenet.case.parties import PartyNames
from provenet.core.errors import InputFault
from provenet.ingest.tabular.mapping import parse_mapping
from readers.small_inventory import workbook
from support.reading import Reading, read_table_file

MAPPING = """layout = "racks"
table = "asset"
ignore = ["rack"]
{more}
[columns]
id = {{to = "asset_id"}}
net = {{to = "carrier_id", type = "carrier"}}
land = {{to = "country", type = "country"}}
vendor = {{to = "vendor_id", type = "vendor"}}
[constants]
asset_class = "ran.radio"
unit_count = 1
{where}
"""
RACKS = """id,net,land,vendor,rack,role
a,TIM,Italy,Nokia,1,Radio
b,TIM,Italy,Nokia,1,patch panel
c,TIM,Italy,Ericsson,2,BTS
"""


def read(data: str | bytes, where: str = "", more: str = "", name: str = "racks.csv") -> Reading:
    mapping = MAPPING.format(where=where, more=more).encode()
    return read_table_file(
        name, data if isinstance(data, bytes) else data.encode(), mapping, names=PartyNames.built_in()
    )


def ids(reading: Reading) -> list[object]:
    return [row["asset_id"] for row in reading.rows["asset"]]


def faults(data: str | bytes, where: str = "", more: str = "", name: str = "racks.csv") -> list[str]:
    with pytest.raises(InputFault) as caught:
        read(data, where, more, name)
    return [fault.sentence() for fault in caught.value.faults]


def test_a_patch_panel_is_no_radio() -> None:
    taken = read(RACKS, '[where]\nrole = ["radio", "bts"]')
    assert ids(taken) == ["a", "c"]
    assert (taken.row_count, taken.ignored) == (2, ("rack", "records whose role is not radio or bts (1)"))
    assert [row["locator"] for row in taken.rows["asset"]] == ["racks.csv row 2", "racks.csv row 4"]
    left = read(RACKS, '[where]\nrole = {not = ["patch panel"]}')
    assert (ids(left), left.ignored) == (["a", "c"], ("rack", "records whose role is patch panel (1)"))


def test_two_filters_hold_together() -> None:
    both = read(RACKS, '[where]\nrole = ["radio", "bts"]\nrack = ["1"]', more="").ignored
    assert both == ("rack", "records whose role is not radio or bts (1)", "records whose rack is not 1 (1)")


def test_an_empty_cell_is_neither_taken_nor_left_out_unless_the_mapping_says_so() -> None:
    data = RACKS.replace("patch panel", "")
    (fault,) = faults(data, '[where]\nrole = ["radio", "bts"]')
    assert fault == (
        "racks.csv row 3, role: the mapping chooses records by this cell, and it is empty; expected a word.\n"
        '    Fill the cell, or write "" among the words of where.role.'
    )
    assert ids(read(data, '[where]\nrole = ["radio", "bts", ""]')) == ["a", "b", "c"]
    assert ids(read(data, '[where]\nrole = {not = [""]}')) == ["a", "c"]


def test_a_word_that_no_record_has_is_a_fault() -> None:
    (fault,) = faults(RACKS, '[where]\nrole = ["radio", "bst"]')
    assert "racks.csv, role: no record has this word, by which the mapping chooses records; found 'bst'" in fault


def test_a_column_that_the_file_lacks_is_a_fault() -> None:
    assert any("kind" in one and "needs this column" in one for one in faults(RACKS, '[where]\nkind = ["radio"]'))


@pytest.mark.parametrize("where", ["role = 3", "role = []", "role = {is = ['a']}", "role = {not = []}"])
def test_what_is_no_choice_is_named(where: str) -> None:
    with pytest.raises(InputFault) as caught:
        parse_mapping("m.toml", MAPPING.format(where=f"[where]\n{where}", more=""))
    (fault,) = caught.value.faults
    assert fault.column == "where.role" and fault.says == "no choice of records"


TITLED = "Inventory of 2026\n\nid,net,land,vendor,rack,role\na,TIM,Italy,Nokia,1,Radio\n"


def test_lines_above_the_header_are_passed_over_where_the_mapping_names_its_row() -> None:
    taken = read(TITLED, '[where]\nrole = ["radio"]', more="header_row = 3")
    assert [row["locator"] for row in taken.rows["asset"]] == ["racks.csv row 4"]
    assert faults(TITLED, '[where]\nrole = ["radio"]')
    late = faults(TITLED, '[where]\nrole = ["radio"]', more="header_row = 30")
    assert late == ["racks.csv: the file is empty; found 'no header', expected a header row."]
    for odd in ("0", "-1", "true", '"3"', "101"):
        assert "no row of a header" in faults(TITLED, more=f"header_row = {odd}")[0]


def cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def test_a_workbook_with_title_rows() -> None:
    table = ["id", "net", "land", "vendor", "rack", "role"]
    rows = {1: ["Inventory of 2026"], 3: table, 4: ["a", "TIM", "Italy", "Nokia"]}
    rows[4] += ["1", "Radio"]
    body = "".join(f'<row r="{at}">{"".join(map(cell, cells))}</row>' for at, cells in rows.items())
    data = workbook({"Sheet1": body})
    taken = read(data, '[where]\nrole = ["radio"]', more="header_row = 3", name="racks.xlsx")
    assert ids(taken) == ["a"]
    assert str(taken.rows["asset"][0]["locator"]).endswith("row 4")


def test_only_text_and_workbooks_have_rows_above_a_header() -> None:
    (fault,) = faults('{"id": "a"}\n', more="header_row = 2", name="racks.jsonl")
    assert fault.startswith("racks.toml, header_row: only text and workbooks have rows above a header")


REMARKED = """# provenet: vendors and carriers; lines that begin with # are remarks
# name: as a page writes it
name,role,country
#Example,vendor,SE
Acme,vendor,SE
# North,carrier,NO
"""


def plain(data: str) -> Reading:
    return read_table_file("party.csv", data.encode(), None, names=PartyNames.built_in())


def test_remarks_are_passed_over_in_a_file_that_begins_with_one() -> None:
    taken = plain(REMARKED)
    assert [(row["name"], row["locator"]) for row in taken.rows["party"]] == [("Acme", "party.csv row 5")]
    padded = plain("\n".join(line + ",," if line.startswith("#") else line for line in REMARKED.splitlines()))
    assert [row["name"] for row in padded.rows["party"]] == ["Acme"], "as a spreadsheet program saves it"


def test_a_file_that_does_not_begin_so_has_no_remarks() -> None:
    with pytest.raises(InputFault):
        plain(REMARKED.replace("# provenet:", "# a list:"))
    assert [row["name"] for row in plain("name,role\n#1 Networks,vendor\n").rows["party"]] == ["#1 Networks"]


def test_a_table_of_remarks_alone_brings_no_row() -> None:
    assert plain(REMARKED.replace("Acme,vendor,SE\n", "")).row_count == 0
