"""Drafts of tables that are no plain list: titles above the header, several sheets, JSON documents, positions."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from provenet.case.case import Case
from provenet.case.parties import PartyNames
from provenet.cli.main import main
from provenet.core.digest import sha256_bytes
from provenet.core.errors import InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.tabular.suggest import Suggestion, suggest
from readers.small_inventory import workbook
from support.reading import Reading, read_table_file

NAMES = PartyNames.built_in()


def drafted(name: str, data: bytes) -> Suggestion:
    return suggest(Upload(name, sha256_bytes(data), data, len(data)), NAMES)


def read(name: str, data: bytes, mapping: str) -> Reading:
    filled = re.sub(r"^# needed: (?=(?:\"[^\"\n]+\"|\w+) = )", "", mapping, flags=re.M)
    assert "# needed" not in filled
    return read_table_file(name, data, filled.encode(), names=NAMES)


RECORDS = [
    ["A-1", "TIM", "Italy", "Router", "Nokia"],
    ["A-2", "TIM", "Italy", "Router", "Huawei"],
    ["A-3", "TIM", "Italy", "Switch", "Nokia"],
]
HEAD = ["asset id", "operator", "country", "role", "vendor"]


def as_text(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode() + b"\n"


@pytest.mark.parametrize(
    "above",
    [
        [["Inventory of the core sites"], ["as of 2026"], []],
        [["Inventory", "", "", "", ""], ["", "", "", "", "page 1"]],
        [[]],
    ],
)
def test_title_lines_stand_above_the_header(above: list[list[str]]) -> None:
    data = as_text([*above, HEAD, *RECORDS])
    draft = drafted("racks.csv", data)
    assert f"header_row = {len(above) + 1}  # what stands above it reads as a title; ?\n" in draft.mapping
    made = read("racks.csv", data, draft.mapping)
    assert [row["vendor_id"] for row in made.rows["asset"]] == ["nokia", "huawei", "nokia"]


def test_a_plain_list_has_no_title() -> None:
    assert "header_row" not in drafted("racks.csv", as_text([HEAD, *RECORDS])).mapping


def test_a_table_to_fill_in_needs_no_mapping() -> None:
    data = b"# provenet: parties, remarks\n# name: as written\nname,role,country\n#Acme,vendor,SE\nBolt,vendor,SE\n"
    assert drafted("party.csv", data).mapping.endswith("is that of the layout party: no mapping is needed.\n")


def rows_of(rows: dict[int, list[str]]) -> str:
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    return "".join(f'<row r="{at}">{"".join(map(cell.format, cells))}</row>' for at, cells in rows.items())


def test_the_sheet_that_fits_best_is_drafted_and_the_others_are_named() -> None:
    listed = {4: HEAD, **dict(enumerate(RECORDS, 5))}
    sheets = {
        "Cover": rows_of({1: ["Inventory"], 2: ["2026"]}),
        "People": rows_of({1: ["first", "last"], 2: ["A", "B"]}),
        "Elements": rows_of({1: ["Inventory of 2026"], **listed}),
    }
    data = workbook(sheets)
    draft = drafted("racks.xlsx", data)
    assert 'sheet = "Elements"  # ?; others: Cover, People\n' in draft.mapping
    assert "header_row = 4" in draft.mapping
    assert len(read("racks.xlsx", data, draft.mapping).rows["asset"]) == 3


NESTED = [
    {
        "asset id": row[0],
        "operator": row[1],
        "site": {"country": row[2], "geo": {"x": 1}},
        "role": row[3],
        "vendor": row[4],
    }
    for row in RECORDS
]


@pytest.mark.parametrize("name", ["racks.json", "racks.jsonl"])
def test_objects_inside_objects_are_columns(name: str) -> None:
    text = json.dumps(NESTED) if name.endswith(".json") else "\n".join(map(json.dumps, NESTED))
    draft = drafted(name, text.encode())
    assert '"site.country" = {to = "country"' in draft.mapping and '"site.geo.x",  # ?' in draft.mapping
    made = read(name, text.encode(), draft.mapping)
    assert [row["country"] for row in made.rows["asset"]] == ["Italy"] * 3
    assert made.rows["asset"][0]["locator"] == f"{name} row 1"


def test_a_mapping_may_ignore_an_object_whole() -> None:
    text = json.dumps(NESTED)
    mapping = drafted("racks.json", text.encode()).mapping
    whole = re.sub(r'  "site\.geo\.x",.*\n', '  "site.geo",\n', mapping)
    assert len(read("racks.json", text.encode(), whole).rows["asset"]) == 3


def test_of_several_lists_in_a_document_the_one_that_fits_best_is_drafted() -> None:
    document = {"meta": {"pages": [{"no": 1}]}, "data": {"elements": NESTED}}
    data = json.dumps(document).encode()
    draft = drafted("racks.json", data)
    assert 'records = "data.elements"  # the place of the list that fits best; ?\n' in draft.mapping
    assert len(read("racks.json", data, draft.mapping).rows["asset"]) == 3
    with pytest.raises(InputFault) as caught:
        read("racks.json", data, draft.mapping.replace("data.elements", "data.element"))
    (fault,) = caught.value.faults
    assert "no such list of objects" in fault.says and fault.nearest == "data.elements"
    bare = re.sub("records = .*\n", "", draft.mapping)
    with pytest.raises(InputFault) as caught:
        read("racks.json", data, bare)
    assert [fault.says for fault in caught.value.faults] == ["the document has several lists of objects"]


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"a": [1, 2]}', b"[[1]]", b"[1, {}]", b"[{}]"])
def test_a_document_without_records_is_refused(data: bytes) -> None:
    for read_it in (lambda: drafted("a.json", data), lambda: read_table_file("a.json", data, None, names=NAMES)):
        with pytest.raises(InputFault):
            read_it()


def test_two_values_under_one_name_are_a_fault() -> None:
    data = b'{"a": {"b": 1}, "a.b": 2}\n'
    with pytest.raises(InputFault) as caught:
        read_table_file(
            "a.jsonl",
            data,
            b'layout = "l"\ntable = "as_tag"\n[columns]\n"a.b" = {to = "asn"}\n[constants]\ntag = "t"\n',
            names=NAMES,
        )
    assert "two values stand under one name" in str(caught.value)


def test_a_position_in_one_cell_and_degrees_with_minutes() -> None:
    one = b"site;country;coordinates\nMunich;Germany;48.1, 11.5\nBerlin;Germany;52\xc2\xb031'N 13\xc2\xb024'E\n"
    draft = drafted("sites.csv", one)
    assert '"coordinates" = {to = "lat_deg", type = "position"}' in draft.mapping
    made = read("sites.csv", one, draft.mapping)
    assert [(r["lat_deg"], r["lon_deg"]) for r in made.rows["site"]] == [(48.1, 11.5), (52.5, 13.4)]
    two = b"site,country,latitude,longitude\nMunich,Germany,48 06 00 N,11 30 00 E\n"
    made = read("sites.csv", two, drafted("sites.csv", two).mapping)
    assert [(r["lat_deg"], r["lon_deg"]) for r in made.rows["site"]] == [(48.1, 11.5)]
    both = b'site,country,lat,lon,coordinates\nMunich,Germany,48.1,11.5,"48.1, 11.5"\n'
    assert "position" not in read("sites.csv", both, drafted("sites.csv", both).mapping).layout


def test_generations_become_a_fact_of_the_element_and_the_layer_is_asked_for() -> None:
    rows = [[*HEAD, "technology"], *([*row, word] for row, word in zip(RECORDS, ("LTE", "5G NR", "GSM"), strict=True))]
    draft = drafted("racks.csv", as_text(rows))
    assert '"technology" = {to = "facts", type = "generation"}' in draft.mapping
    assert '# ? layer = "hardware"  # or software, management, service, component' in draft.mapping
    made = read("racks.csv", as_text(rows), draft.mapping)
    assert [row["facts"] for row in made.rows["asset"]] == [["generation=4G"], ["generation=5G"], ["generation=2G"]]
    odd = as_text([*rows[:-1], [*RECORDS[2], "6G"]])
    with pytest.raises(InputFault) as caught:
        read_table_file("racks.csv", odd, re.sub("^# needed: ", "", draft.mapping, flags=re.M).encode(), names=NAMES)
    assert "no such generation; found '6G', expected one of 2G, 3G, 4G, 5G" in str(caught.value)


TABLE = "hostname;vendor;role\nr1;Nokia;Router\nr2;Huawei;Router\n"


@pytest.fixture
def case(tmp_path: Path, new_case: Callable[..., Case]) -> Path:
    return new_case(tmp_path / "case").path


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_a_draft_is_printed_filled_and_added(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "net.csv"
    table.write_text(TABLE)
    code, out, err = run(capsys, "add", case, table, "--suggest")
    assert (code, err) == (0, "2 things are needed before the file can be added; see `needed`.\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case", "net.csv"]
    (tmp_path / "net.toml").write_text(out)
    assert run(capsys, "add", case, table)[0] == 3
    (tmp_path / "net.toml").write_text(out.replace("# needed: ", ""))
    code, out, err = run(capsys, "add", case, table, "--json")
    assert (code, json.loads(out)["files"][0]["added"]["asset"]) == (0, 2)


def test_a_mapping_that_stands_is_told_and_left(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.csv").write_text(TABLE)
    (tmp_path / "net.toml").write_text("layout = 'mine'\n")
    code, out, err = run(capsys, "add", case, tmp_path / "net.csv", "--suggest")
    assert code == 0
    assert out.startswith("# Drafted from the heading and 2 records of net.csv.\n")
    assert err.startswith(f"A mapping stands at {tmp_path / 'net.toml'} and was neither read nor changed.\n")
    assert (tmp_path / "net.toml").read_text() == "layout = 'mine'\n"


def test_json_tells_the_draft_and_its_columns(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.csv").write_text(TABLE)
    code, out, err = run(capsys, "add", case, tmp_path / "net.csv", "--suggest", "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert set(answer) == {"file", "place", "stood_already", "table", "mapping", "columns", "needed"}
    assert answer["needed"] == ["constants.carrier_id", "constants.country"]
    assert [one["to"] for one in answer["columns"]] == ["asset.asset_id", "asset.vendor_id", "asset.asset_class"]


def test_one_file_at_a_time(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(TABLE)
    code, out, err = run(capsys, "add", case, tmp_path / "a.csv", tmp_path / "b.csv", "--suggest")
    assert (code, out) == (2, "")
    assert err == "add: --suggest drafts the mapping of one file; found 2 files.\n"
