"""Files from a browser into a case: drafted, mended, read, refused at the cell, never on disk under their own name."""

import io
import os
import re
import time
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from conftest import NewCase
from provenet.case import lock
from provenet.case.case import Case
from provenet.core.errors import UsageFault
from provenet.ingest.tabular.mapping import parse_mapping
from provenet.ingest.tabular.mend import cells_read_as, constants_of, drafted_targets, mended, targets, with_cells
from provenet.web import upload
from provenet.web.upload import BASKETS, plain_name
from support.web_client import TestClient, client

INVENTORY = """element;vendor;model;site name;qty
cr-01;Huawei;NE40E;Berlin;2
cr-02;Nokia;7750;Hamburg;many
cr-03;Ericsson;R6675;;-1
"""
NEEDED = {"constant-country": "Germany", "constant-asset_class": "transport.router", "constant-unit_count": "1"}


@pytest.fixture
def case(tmp_path: Path, new_case: NewCase) -> Path:
    return new_case(tmp_path / "case", "A case").path


@pytest.fixture
def asked(case: Path) -> Iterator[TestClient]:
    with client(case) as made:
        yield made
    for basket in BASKETS.of(case):
        BASKETS.drop(basket)


def send(asked: TestClient, *files: tuple[str, bytes]) -> str:
    """Sends files, and gives the address of their page."""
    answer = asked.post("/data/files", files=[("files", (name, data)) for name, data in files])
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def fields_of(page: str) -> dict[str, str]:
    """The fields of the first form of a page that mends a mapping."""
    form = re.search(r'<form method="post"[^>]*files/[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form is not None
    found = {}
    for name, options in re.findall(r'<select[^>]*name="([^"]+)".*?>(.*?)</select>', form[1], re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        found[name] = (chosen[1] if chosen[1] is not None else chosen[2]) if chosen else ""
    for name, value in re.findall(r'<input id="[^"]+" name="([^"]+)"[^>]*value="([^"]*)"', form[1]):
        found[name] = unescape(value)
    return found


def added(asked: TestClient, place: str) -> str:
    """Reads the files of a page into the case, and gives the page when that has ended."""
    answer = asked.post(f"{place}/add")
    assert answer.status_code == 303, answer.text
    begun = time.monotonic()
    while 'class="job"' in (page := asked.get(place).text):
        assert time.monotonic() - begun < 300
        time.sleep(0.05)
    return page


def test_strangers_bring_nothing_in(case: Path) -> None:
    with client(case, public=True) as public:
        assert public.get("/data").status_code == 404
        assert public.post("/data/files", files=[("files", ("a.csv", b"a\n"))]).status_code == 405


def test_a_known_layout_goes_straight_in(asked: TestClient, case: Path) -> None:
    place = send(asked, ("aliases.csv", b"kind,name,alias\nvendor,Huawei,Huawei Tech\n"))
    page = asked.get(place).text
    assert "It needs no mapping." in page
    assert Case.open(case).runs().height == 0
    page = added(asked, place)
    assert "read as" in page and "new in identifier" in page
    assert "huawei" in Case.open(case).read("identifier")["party_id"].to_list()


def test_three_faults_stand_at_their_cells_and_nothing_enters(asked: TestClient, case: Path) -> None:
    place = send(asked, ("inventory.csv", INVENTORY.encode()))
    page = asked.get(place).text
    assert "the mapping needs: constants.carrier_id, constants.country, constants.asset_class" in page
    assert asked.post(f"{place}/add").status_code == 400
    fields = fields_of(asked.get(f"{place}/1").text)
    assert fields["to-0"] == "asset_id" and fields["to-3"] == ""
    chosen = {**fields, **NEEDED, "to-4": "unit_count", "constant-unit_count": "", "constant-carrier_id": "no-such"}
    assert asked.post(f"{place}/1", data=chosen).status_code == 303
    page = added(asked, place)
    rows = re.findall(r'<tr><th scope="row">(.*?)</tr>', page, re.DOTALL)
    cells = [[unescape(re.sub(r"<[^>]+>", "", one)) for one in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]
    assert [(row[0], row[1], row[3]) for row in cells if row[1] == "qty"] == [("3", "qty", "many"), ("4", "qty", "-1")]
    assert "a whole number, 0 or more" in page
    assert Case.open(case).read("asset").height == 0
    assert Case.open(case).runs().height == 0
    assert "inventory.csv" in page


def test_a_mended_mapping_brings_the_rows_in_with_the_name_of_the_file(asked: TestClient, case: Path) -> None:
    place = send(asked, ("../../in ventory.csv", INVENTORY.encode()))
    fields = fields_of(asked.get(f"{place}/1").text)
    chosen = {**fields, **NEEDED, "constant-carrier_id": "vodafone-germany", "to-3": "note", "to-2": ""}
    answer = asked.post(f"{place}/1", data=chosen)
    assert answer.status_code == 303, answer.text
    page = added(asked, place)
    assert "3 new in asset" in page, page
    rows = Case.open(case).read("asset").sort("asset_id")
    assert rows["note"].to_list() == ["Berlin", "Hamburg", None]
    assert rows["locator"].to_list() == [f"in ventory.csv row {row}" for row in (2, 3, 4)]
    assert asked.get(place).text.count("in ventory.csv") >= 1


def test_a_mapping_that_is_none_is_refused_with_each_fault(asked: TestClient) -> None:
    place = send(asked, ("inventory.csv", INVENTORY.encode()))
    for text, sentence in (
        ("table = ", "is not TOML"),
        ('table = "asset"\n[columns]\n"a" = {to = "nothing"}\n', "nothing"),
        ("x" * (2**18 + 1), "expected at most"),
    ):
        answer = asked.post(f"{place}/1", data={"by_text": "1", "mapping": text})
        assert answer.status_code in (400, 422)
        assert sentence in answer.text
    fields = fields_of(asked.get(f"{place}/1").text)
    assert asked.post(f"{place}/1", data={**fields, "to-0": "run_id"}).status_code == 400
    twice = {**fields, **NEEDED, "constant-carrier_id": "vodafone-germany", "to-2": "asset_id"}
    answer = asked.post(f"{place}/1", data=twice)
    assert answer.status_code == 422 and "asset_id" in answer.text


def test_several_files_enter_apart_from_each_other(asked: TestClient, case: Path) -> None:
    place = send(
        asked,
        ("aliases.csv", b"kind,name,alias\nvendor,Nokia,Nokia Oyj\n"),
        ("broken.csv", b"kind,name,alias\nvendor,Nokia\n"),
        ("nothing.csv", b""),
    )
    page = added(asked, place)
    assert "new in identifier" in page
    assert '<th scope="row">broken.csv</th>' in page
    assert '<th scope="row">nothing.csv</th>' in page
    assert Case.open(case).read("identifier").height > 0


def test_a_second_writer_is_a_sentence(asked: TestClient, case: Path) -> None:
    place = send(asked, ("aliases.csv", b"kind,name,alias\nvendor,Nokia,Nokia Oyj\n"))
    with lock.held(case):
        page = added(asked, place)
    assert "another writer holds this case" in page
    assert "new in identifier" in added(asked, place)


def test_the_reading_is_followed_by_events(asked: TestClient) -> None:
    place = send(asked, ("aliases.csv", b"kind,name,alias\nvendor,Nokia,Nokia Oyj\n"))
    assert asked.post(f"{place}/add").status_code == 303
    text = asked.get(f"{place}/events").text
    assert "event: end" in text and '"state": "done"' in text and place in text


def test_files_go_when_they_are_thrown_away_and_when_others_come(asked: TestClient, case: Path) -> None:
    first = send(asked, ("a.csv", b"x,y\n1,2\n"))
    folder = BASKETS.of(case)[0].folder
    assert folder.stat().st_mode & 0o077 == 0 and folder.parent.stat().st_mode & 0o077 == 0
    assert [one.name for one in folder.iterdir()] == ["1"]
    assert asked.post(f"{first}/drop").headers["location"] == "/data"
    assert not folder.exists()
    assert asked.get(first).status_code == 404
    for _ in range(upload.MOST_BASKETS + 3):
        send(asked, ("a.csv", b"x,y\n1,2\n"))
    assert len(BASKETS.of(case)) == upload.MOST_BASKETS
    kept = {basket.folder for basket in BASKETS.of(case)}
    assert {one for one in folder.parent.iterdir() if one.name != upload.HELD} == kept


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..\\..\\x.csv",
        "/etc/passwd",
        "a\x00b.csv",
        "CON",
        "a" * 500 + ".csv",
        "\u202ea.csv",
        ".",
        "~",
    ],
)
def test_no_name_of_a_request_reaches_a_path(asked: TestClient, case: Path, name: str, tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    kept = plain_name(name)
    assert not {"/", "\\"} & set(kept.replace("\\u202e", "").replace("\\x00", ""))
    assert 0 < len(kept) <= upload.LONGEST_NAME
    basket = BASKETS.put(case, [(name, b"x,y\n1,2\n")])
    assert [path.name for path in basket.folder.iterdir()] == ["1"]
    BASKETS.drop(basket)
    assert set(tmp_path.rglob("*")) == before


def test_addresses_of_files_lead_to_files_of_the_form_alone(asked: TestClient) -> None:
    place = send(asked, ("a.csv", b"x,y\n1,2\n"))
    for tail in ("/2", "/0", "/-1", "/1%2f..", "/../x", "/١", "/99999999999999999999", "/add/1"):
        assert asked.get(place + tail).status_code == 404
    assert asked.get("/data/files/..").status_code in (200, 404)
    assert asked.get("/data/files/nothing").status_code == 404


def test_a_form_without_files_or_with_too_many_is_a_sentence(asked: TestClient) -> None:
    assert "no file was sent" in asked.post("/data/files", data={"files": "text"}).text
    many = asked.post("/data/files", files=[("files", (f"{at}.csv", b"x")) for at in range(40)])
    assert many.status_code == 400


def bomb() -> bytes:
    """A workbook whose one sheet unpacks to very much more than it is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("[Content_Types].xml", "<Types/>")
        pack.writestr("xl/workbook.xml", "<workbook/>")
        pack.writestr("xl/worksheets/sheet1.xml", b"<" + b" " * 300_000_000)
    return made.getvalue()


def entities() -> bytes:
    """A workbook whose XML would read a file of this machine, and grow by entities."""
    made = io.BytesIO()
    entity = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;">]>'
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets>'
        '<sheet name="&b;" sheetId="1"/></sheets></workbook>'
    )
    with zipfile.ZipFile(made, "w") as pack:
        pack.writestr("[Content_Types].xml", "<Types/>")
        pack.writestr("xl/workbook.xml", entity)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bomb.xlsx", bomb),
        ("entities.xlsx", entities),
        ("bill.xml", lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><bom>&x;</bom>'),
        ("deep.json", lambda: b"[" * 200_000),
        ("noise.parquet", lambda: b"PAR1" + os.urandom(2_000) + b"PAR1"),
        ("noise.csv.gz", lambda: b"\x1f\x8b" + os.urandom(500)),
        ("binary.csv", lambda: bytes(range(256)) * 20),
        ("yaml.yml", lambda: b"a: &a [1]\nb: [*a, *a]\n!!python/object/apply:os.system ['id']\n"),
    ],
)
def test_hostile_files_are_refused_in_sentences(asked: TestClient, case: Path, name: str, data: Any) -> None:
    begun = time.process_time()
    place = send(asked, (name, data()))
    page = asked.get(place)
    assert page.status_code == 200
    assert "root:" not in page.text
    if "A mapping still needs something" not in page.text:
        page_after = added(asked, place)
        assert "defect" not in page_after
        assert "root:" not in page_after
    assert Case.open(case).runs().height == 0
    assert time.process_time() - begun < 60


def test_a_draft_is_mended_field_by_field() -> None:
    draft = (
        'layout = "x"\nsays = "one element"\ntable = "asset"\ndelimiter = ";"\nignore = ["d"]\n[columns]\n'
        '"a\\"b" = {to = "asset_id"}\n"v" = [{to = "vendor_id", type = "new_party", role = "vendor"}]\n'
        "[constants]\nunit_count = 1\n"
    )
    assert drafted_targets(draft) == {'a"b': "asset_id", "v": "vendor_id"}
    assert constants_of(draft) == {"unit_count": 1}
    assert "unit_count" in targets("asset") and targets("run") == ()
    text = mended(
        draft,
        {'a"b': "asset_id", "v": "", "d": "unit_count"},
        {"country": "Germany", "carrier_id": "vodafone-germany", "asset_class": "transport.router", "layer": ""},
    )
    layout = parse_mapping("x.toml", text)
    assert {(one.column, one.to, one.type) for one in layout.fields} == {
        ('a"b', "asset_id", "text"),
        ("d", "unit_count", "count"),
    }
    assert layout.ignored == {"v"}
    assert layout.delimiter == ";"
    assert mended(text, {'a"b': "asset_id", "v": "", "d": "unit_count"}, dict(constants_of(text))) == text  # type: ignore[arg-type]


def test_a_text_that_is_no_mapping_is_not_mended() -> None:
    with pytest.raises(Exception, match="is not TOML"):
        mended("=", {}, {})
    with pytest.raises(UsageFault, match="no file was sent"):
        BASKETS.put(Path("case"), [("", b"")])


def test_a_disk_that_is_full_is_no_defect(asked: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    answer = asked.post("/data/files", files=[("files", ("a.csv", b"x,y\n1,2\n"))])
    assert answer.status_code == 507
    assert "the operating system refused: no space left on device" in answer.text


def test_cells_are_mended_in_the_form_and_the_file_stays_as_it_came(asked: TestClient, case: Path) -> None:
    sent = (
        "asset,carrier,vendor,class,country,units\n"
        "cr-01,Deutsche Telekom,Huawai,transport.router,Germany,2\n"
        "cr-02,Deutsche Telekom,Nokia,transport.router,Germany,many\n"
        "cr-03,Vodafon Germany,Ericsson,transport.router,Germany,1\n"
    )
    place = send(asked, ("inventory.csv", sent.encode()))
    page = asked.get(place).text
    assert "the mapping needs" not in page
    want = "Cells that want a look before it is read: carrier “Vodafon Germany”; vendor “Huawai”"
    assert want in page and "units “many”" in page
    form = asked.get(f"{place}/1").text
    assert "Nearest: <strong>Huawei</strong>" in form
    fields = {**fields_of(form), "to-3": "", "to-5": "unit_count"}
    assert asked.post(f"{place}/1", data=fields).status_code == 422, "an asset has a class"
    fields = {**fields, "to-3": "asset_class"}
    assert asked.post(f"{place}/1", data=fields).status_code == 303
    page = added(asked, place)
    assert "Things that are wrong: 2" in page and f'href="{place}/1#cells"' in page
    form = asked.get(f"{place}/1").text
    found = dict(re.findall(r'<input name="(cell-[0-9a-f]{12})"[^>]*aria-label="Instead of (.*?) in', form))
    assert sorted(found.values()) == ["Huawai", "Vodafon Germany", "many"]
    instead = {"Vodafon Germany": "Vodafone Germany", "many": "3", "Huawai": "Huawei"}
    fields = {**fields_of(form), **{name: instead[words] for name, words in found.items()}}
    assert asked.post(f"{place}/1", data=fields).status_code == 303
    assert 'value="Vodafone Germany"' in asked.get(f"{place}/1").text
    page = added(asked, place)
    assert "3 new in asset" in page, page
    rows = Case.open(case).read("asset").sort("asset_id")
    assert rows["unit_count"].to_list() == [2, 3, 1]
    assert rows["carrier_id"].to_list()[-1] == "vodafone-germany"
    assert rows["vendor_id"].to_list() == ["huawei", "nokia", "ericsson"]
    kept = [path.read_bytes() for path in (case / "sources").iterdir()]
    assert sent.encode() in kept
    assert any(b'"Vodafon Germany" = "Vodafone Germany"' in one for one in kept)


def test_a_cell_mended_twice_and_left_again() -> None:
    draft = 'layout = "x"\ntable = "asset"\n[columns]\nn = {to = "unit_count", type = "count"}\n'
    once = with_cells(draft, {("n", "many"): "x"})
    assert cells_read_as(once) == {("n", "many"): "x"}
    again = with_cells(once, {("n", "x"): "3"})
    assert cells_read_as(again) == {("n", "many"): "3"}
    assert cells_read_as(with_cells(again, {("n", "many"): ""})) == {}
    words = with_cells(
        'layout = "x"\ntable = "asset"\n[columns]\nk = {to = "asset_class", type = "words", of = ["transport"]}\n',
        {("k", "rooter"): "transport.router"},
    )
    assert 'of = ["transport", "transport.router"]' in words
