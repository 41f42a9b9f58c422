"""Mappings beside a file: the worked example of the manual, and every way a mapping can be wrong."""

import re
from pathlib import Path

import pytest

from provenet.case.parties import PartyNames
from provenet.case.tables import vocabulary
from provenet.core.errors import InputFault
from provenet.ingest.tabular.field_options import fills, odd_options
from provenet.ingest.tabular.fields import PARSERS
from provenet.ingest.tabular.layouts import built_in_layouts
from provenet.ingest.tabular.mapping import parse_mapping
from support.reading import read_table_file
from support.tables import table

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "mapping.md"
BASE = """layout = "l"
table = "asset"
ignore = ["rack"]
[columns]
id = {to = "asset_id"}
net = {to = "carrier_id", type = "carrier"}
land = {to = "country", type = "country"}
class = {to = "asset_class"}
n = {to = "unit_count", type = "count"}
"""


def example(name: str) -> str:
    """A fenced block of the manual, by the name in the comment before it."""
    found = re.search(rf"<!-- example: {re.escape(name)} -->\n```\w*\n(.*?)```", MANUAL.read_text("utf-8"), re.S)
    assert found, name
    return found[1]


def told(text: str) -> list[str]:
    with pytest.raises(InputFault) as caught:
        parse_mapping("m.toml", text)
    return [fault.sentence() for fault in caught.value.faults]


def test_the_worked_example_of_the_manual_is_true() -> None:
    data, mapping = example("inventory.csv").encode(), example("inventory.toml").encode()
    reading = read_table_file("inventory.csv", data, mapping, names=PartyNames.built_in())
    assert (reading.layout, reading.ignored, reading.row_count) == ("vodafone-inventory", ("Rack",), 3)
    rows = reading.rows["asset"]
    assert [(r["asset_id"], r["carrier_id"], r["vendor_id"], r["origin_country"], r["unit_count"]) for r in rows] == [
        ("E-1", "vodafone-germany", "huawei", "CN", 120),
        ("E-2", "vodafone-germany", "ericsson", None, 2),
        ("E-3", "vodafone-germany", None, None, 14),
    ]
    assert {(r["layer"], r["reading"]) for r in rows} == {("hardware", "not stated")}
    broken = data.replace(b"Huawei Technologies", b"Huawai")
    with pytest.raises(InputFault) as caught:
        read_table_file("inventory.csv", broken, mapping, names=PartyNames.built_in())
    assert str(caught.value) == example("fault").rstrip("\n")


def test_the_manual_lists_every_field_type() -> None:
    listed = {word for line in MANUAL.read_text("utf-8").splitlines() if line.startswith("| `")
              for word in re.findall(r"`(\w+)`", line.split(" | ")[0])}  # fmt: skip
    assert set(PARSERS) <= listed


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    table(__file__, "each fault of a mapping is told in a sentence"),
)  # fmt: skip
def test_each_fault_of_a_mapping_is_told_in_a_sentence(old: str, new: str, sentences: list[str]) -> None:
    assert BASE.count(old) == 1
    assert told(BASE.replace(old, new)) == sentences


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("[constants]\nunit_count2 = 1\n", "m.toml, constants.unit_count2: no such column of asset; found "
         "'unit_count2', expected a column of dictionary.csv. Nearest: unit_count."),
        ("[constants]\nlayer = 1\n", "m.toml, constants.layer: not a value of type text; found '1', expected a value "
         "of type text."),
        ("[source]\ntitel = 'a'\ntitle = 'b'\n", "m.toml, source.titel: no such key; found 'titel', expected one of "
         "title, url, cell, forms. Nearest: title."),
        ("[source]\nurl = 'a'\n", "m.toml, source: names no column; expected title or cell."),
        ("[source]\ncell = 'a'\nforms = ['(']\n", "m.toml, source.forms: not a regular expression: missing ), "
         "unterminated subpattern at position 0; found '('."),
    ],
)  # fmt: skip
def test_constants_and_citations_are_checked_too(more: str, sentence: str) -> None:
    assert told(BASE + more) == [sentence]


def test_all_faults_of_a_mapping_come_at_once() -> None:
    assert len(told(BASE.replace('"asset_id"', '"asset_di"').replace('"count"', '"cuont"'))) == 4


def test_a_mapping_that_is_not_text_is_told() -> None:
    with pytest.raises(InputFault) as caught:
        read_table_file("m.csv", b"id\n1\n", b"layout = '\xff'", names=PartyNames.built_in())
    assert str(caught.value) == "m.toml: the mapping is not UTF-8; found 'byte 11 that is none', expected UTF-8."


def test_a_declared_mapping_is_as_strict_as_a_built_in_one() -> None:
    data = b"id,net,land,class,n,colour\nA,TIM,Italy,ran,1,red\n"
    with pytest.raises(InputFault) as caught:
        read_table_file("m.csv", data, BASE.encode(), names=PartyNames.built_in())
    assert str(caught.value) == (
        "m.csv row 1, colour: the column is neither mapped nor ignored; found 'colour', expected a column of the "
        "layout l.\n    Rename the column, or map or ignore it in a mapping beside the file."
    )


def test_several_tables_come_of_one_record() -> None:
    mapping = b"""layout = "two"
tables = ["site", "identifier"]
[columns]
name = [{to = "site.site_id", type = "slug"}, {to = "site.name"}]
land = {to = "site.country", type = "country"}
net = [{to = "site.carrier_id", type = "carrier"}, {to = "identifier.party_id", type = "carrier"}]
as = {to = "identifier.value"}
[constants]
"identifier.scheme" = "asn"
"""
    data = b"name,land,net,as\nA base,Italy,TIM,3269\n"
    rows = read_table_file("m.csv", data, mapping, names=PartyNames.built_in()).rows
    assert (rows["site"][0]["carrier_id"], rows["site"][0]["site_id"]) == ("tim", "a-base")
    assert (rows["identifier"][0]["party_id"], rows["identifier"][0]["value"]) == ("tim", "3269")


def test_no_two_built_in_layouts_need_the_same_columns() -> None:
    needed = [layout.required for layout in built_in_layouts()]
    assert len(set(needed)) == len(needed)


@pytest.mark.parametrize("net", ['type = "carrier"', 'type = "new_party", role = "carrier"'])
def test_the_number_of_a_row_stands_in_for_an_id(net: str) -> None:
    mapping = f"""layout = "l"
table = "asset"
[columns]
net = {{to = "carrier_id", {net}}}
land = {{to = "country", type = "country"}}
class = {{to = "asset_class"}}
n = {{to = "unit_count", type = "count"}}
[constants]
asset_id = "mast {{row}} of {{row}}"
"""
    data = b"net,land,class,n\nKDDI,Japan,ran.radio,1\nKDDI,Japan,core.amf,2\n"
    rows = read_table_file("a.csv", data, mapping.encode(), names=PartyNames.built_in()).rows["asset"]
    assert [(row["asset_id"], row["unit_count"]) for row in rows] == [("mast 2 of 2", 1), ("mast 3 of 3", 2)]


@pytest.mark.parametrize(
    ("carrier", "vendor", "country"),
    [
        ("Vodafone D2", "华为", "Germany"),
        ("Deutsche Telekom", "Huawei Technologies", "DE"),
        ("kpn", "zte", "germany"),
        ("Vodafone", "ZTE", "Germany"),
    ],
)
def test_what_is_constant_is_what_a_column_names(carrier: str, vendor: str, country: str) -> None:
    """By a column or by a constant, one name is one id; a name that means nobody is a fault of both."""
    fields = 'id = {to = "asset_id"}\nclass = {to = "asset_class"}\nn = {to = "unit_count", type = "count"}\n'
    start = 'layout = "l"\ntable = "asset"\n[columns]\n' + fields
    columns = (
        'net = {to = "carrier_id", type = "carrier", country = "land"}\nby = {to = "vendor_id", type = "vendor"}\n'
    )
    columns += 'land = {to = "country", type = "country"}\n'

    def read(data: str, mapping: str) -> list[tuple[object, ...]]:
        table = read_table_file("a.csv", data.encode(), mapping.encode(), names=PartyNames.built_in())
        return [(row["carrier_id"], row["vendor_id"], row["country"]) for row in table.rows["asset"]]

    def constant(net: str, by: str, land: str = country) -> list[tuple[object, ...]]:
        held = f'[constants]\ncountry = "{land}"\ncarrier_id = "{net}"\nvendor_id = "{by}"\n'
        return read("id,class,n\na,ran,1\nb,core,2\n", start + held)

    whole = read(
        f"id,class,n,net,by,land\na,ran,1,{carrier},{vendor},{country}\nb,core,2,{carrier},{vendor},{country}\n",
        start + columns,
    )
    assert constant(carrier, vendor) == whole and len(set(whole)) == 1 and whole[0][2] == "Germany"
    with pytest.raises(
        InputFault, match=r"^a.toml, constants.country: no such country; found 'Germny'.*(?s:.*)Germany"
    ):
        constant(carrier, vendor, "Germny")
    with pytest.raises(InputFault, match=r"^a.toml, constants.carrier_id: no such carrier; found 'Nobody'"):
        constant("Nobody", vendor)


@pytest.mark.parametrize(
    ("name", "text"), [("country", "IS"), ("segment", "5G RAN"), ("day", "2025"), ("presence", "Named")]
)
def test_a_constant_fills_what_a_cell_of_its_column_fills(name: str, text: str) -> None:
    cells = {"carrier_id": "Nova", "country": "Iceland", "segment": "4G RAN", "vendor_ids": "Nokia", "role": "all"}
    cells |= {"presence": "named", "day": "2024", name: text}

    def read(cells: dict[str, str], mapping: bytes | None) -> dict[str, object]:
        data = f"{','.join(cells)}\n{','.join(cells.values())}\n".encode()
        names = PartyNames.built_in()
        names.add("nova", "Nova", "carrier")
        (row,) = read_table_file("deployment.csv", data, mapping, names=names).rows["deployment"]
        return {key: value for key, value in row.items() if key not in ("row_id", "file_id", "source_id", "locator")}

    own = {"country": ', type = "country"', "segment": ', type = "segment"', "day": ', type = "span"'}
    own |= {"carrier_id": ', type = "carrier"', "vendor_ids": ', type = "vendors"'}
    rest = {key: value for key, value in cells.items() if key != name}
    columns = "".join(f'{key} = {{to = "{key}"{own.get(key, "")}}}\n' for key in rest)
    mapping = f'layout = "l"\ntable = "deployment"\n[columns]\n{columns}[constants]\n{name} = "{text}"\n'
    assert read(rest, mapping.encode()) == read(cells, None)


@pytest.mark.parametrize(
    ("kind", "options", "odd"),
    [
        ("word", {"of": "party_role", "also": {"x": "vendor"}, "unknown": ["-"]}, []),
        ("word", {"of": ["a", "b"], "separator": "|", "empty": 0, "edge": "last", "all": True}, []),
        ("word", {"of": "", "also": {"x": 1}}, [("of", "", "the name of a list, or a list of words"),
                                                ("also", {"x": 1}, '{"other spelling" = "word"}')]),
        ("list", {"separator": "", "unknown": "N/A"}, [("separator", "", "a text of one letter or more"),
                                                       ("unknown", "N/A", 'a list such as ["N/A", "-"]')]),
        ("span", {"edge": "middle", "whole": "yes"}, [("edge", "middle", "first or last"),
                                                      ("whole", "yes", "true or false")]),
        ("party", {"role": "regulator"}, [("role", "regulator", "vendor, carrier or party")]),
        ("text", {"role": "regulator"}, []),
        ("text", {"role": "boss"}, [("role", "boss", "a role of a party")]),
        ("mentions", {"of": "no-such-list"}, [("of", "no-such-list", "a list of vocabulary.yml")]),
        ("mentions", {}, [("of", "nothing", "a list of vocabulary.yml")]),
        ("text", {"not an option": object}, []),
    ],
)  # fmt: skip
def test_each_option_is_looked_at(kind: str, options: dict[str, object], odd: list[tuple[str, object, str]]) -> None:
    assert list(odd_options(kind, options)) == odd


def test_types_of_field_fill_types_of_column() -> None:
    assert [sorted(fills(kind)) for kind in ("share", "vendors", "count", "yes_no", "day", "span", "word")] == [
        ["float"], ["list"], ["int"], ["bool", "text"], ["date"], ["date", "text"], ["text"],
    ]  # fmt: skip


def test_a_column_that_a_layout_holds_to_words_is_held_to_them_in_every_file() -> None:
    fields = [one for layout in built_in_layouts() for one in layout.fields if one.type == "words"]
    held = {f"{one.table}.{one.to}": one.options["of"] for one in fields if isinstance(one.options["of"], str)}
    assert held.items() <= vocabulary()["closed"].items()
