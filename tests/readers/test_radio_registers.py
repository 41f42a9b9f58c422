"""Registers of radio sites become sites and assets with a place and a generation; no vendor is taken from any."""

import shutil
from pathlib import Path

import pytest

import provenet
from provenet.case.case import Case
from provenet.ingest.network.radio_registers import generation_of, lte_band
from provenet.verbs.answers import Addition

SITES = (
    "site_id;construction;coordinates;operators\n"
    "1;Building;51.34764,12.31237;Telefonica\n2;Indoor;51.2,12.3;Telekom,Vodafone\n"
)
ANTENNAS = (
    "antenna_id;site_id;operator;orientation;manufacturer\nA1;1;Telefonica;0.0;Huawei\nA2;2;Telekom;120.0;Nokia\n"
)
CELLS = "cell_id;antenna_id;service\nC1;A1;N78\nC2;A1;B20\nC3;A2;GSM900\nC4;A2;Q9\n"
LTE_HEAD = '"ECellID","CellName","Longitude","Latitude","PCI","EARFCN","Azimuth"\n'
LTE = LTE_HEAD + '129,"Mill | Leeds | L1",-1.5,53.8,4,6400,20\n'
STATIONS = (
    "bureau,municipality_code,prefecture,municipality,stations\n"
    "x,10006,Hokkaido,,100\nx,11011,Hokkaido,Sapporo,60\nx,11012,Hokkaido,Otaru,30\n"
    "x,20001,Aomori,,3\nx,20002,Aomori,Aomori,3\ny,20001,Aomori,,2\ny,20002,Aomori,Aomori,2\n"
)
RADIO = Path("../shared/data/geo/radio")


def added(folder: Path, **files: str) -> tuple[Case, Addition]:
    paths = []
    for name, text in files.items():
        path = folder / name.replace("__", "-").replace("_toml", ".toml").replace("_csv", ".csv")
        path.write_text(text, encoding="utf-8")
        paths += [path] if path.suffix == ".csv" else []
    case = provenet.new(folder / "case").case
    addition = provenet.add(case, paths)
    return Case.open(folder / "case"), addition


def test_sites_antennas_and_cells_of_germany_find_each_other_in_any_order(tmp_path: Path) -> None:
    case, addition = added(tmp_path, a_csv=CELLS, b_csv=ANTENNAS, c_csv=SITES)
    assert addition.faults == ()
    sites = case.read("site").sort("site_id").select("site_id", "lat_deg", "site_kind", "carrier_id").rows()
    assert sites == [("emf-1", 51.3, "network", "telefonica-germany"), ("emf-2", 51.2, "network", None)]
    columns = ["asset_id", "carrier_id", "site_id", "asset_class", "vendor_id", "facts"]
    assert case.read("asset").sort("asset_id").select(columns).rows() == [
        ("emf-A1", "telefonica-germany", "emf-1", "ran.antenna", None, None),
        ("emf-A2", "deutsche-telekom", "emf-2", "ran.antenna", None, None),
        ("emf-C1", "telefonica-germany", "emf-1", "ran.radio", None, ["band=N78", "generation=5G"]),
        ("emf-C2", "telefonica-germany", "emf-1", "ran.radio", None, ["band=B20", "generation=4G"]),
        ("emf-C3", "deutsche-telekom", "emf-2", "ran.radio", None, ["band=GSM900", "generation=2G"]),
        ("emf-C4", "deutsche-telekom", "emf-2", "ran.radio", None, ["band=Q9"]),
    ]


def test_the_invented_column_is_ignored_by_name_and_that_is_told(tmp_path: Path) -> None:
    _, addition = added(tmp_path, b_csv=ANTENNAS)
    (file,) = addition.files
    assert file.ignored == ("manufacturer (2)",)
    assert "nothing says where its values come from" in file.remarks[0]


def test_cells_without_their_antennas_are_one_fault(tmp_path: Path) -> None:
    case, addition = added(tmp_path, a_csv=CELLS)
    assert [fault.sentence() for fault in addition.faults] == [
        "a.csv, antenna_id: 4 cells name an antenna that the case does not hold, first A1.\n"
        "    Add the antennas of the register too; the order does not matter."
    ]
    assert case.read("asset").height == 0


@pytest.mark.parametrize(
    ("name", "mapping", "carrier"),
    [
        ("uk-23415-cells", "", "vodafone-uk"),
        ("uk-23415-cells", '[constants]\ncarrier_id = "O2"\ncountry = "United Kingdom"\n', "virgin-media-o2"),
        ("cells", '[constants]\ncarrier_id = "O2"\ncountry = "gb"\n', "virgin-media-o2"),
    ],
)
def test_cells_of_lte_come_by_mapping_or_network_name(tmp_path: Path, name: str, mapping: str, carrier: str) -> None:
    files = {f"{name}_csv": LTE, **({f"{name}_toml": mapping} if mapping else {})}
    case, addition = added(tmp_path, **files)
    assert addition.faults == ()
    (asset,) = case.read("asset").to_dicts()
    assert (asset["carrier_id"], asset["facts"]) == (carrier, ["band=B20", "generation=4G"])
    (site,) = case.read("site").to_dicts()
    assert (site["name"], site["lat_deg"], site["lon_deg"], site["site_kind"]) == (
        "Mill | Leeds | L1", 53.8, -1.5, "network",
    )  # fmt: skip


def test_without_either_the_network_is_asked_for(tmp_path: Path) -> None:
    _, addition = added(tmp_path, cells_csv=LTE)
    assert addition.faults[0].sentence().startswith("cells.csv, carrier_id: nothing gives carrier_id.")


def test_stations_of_japan_are_counted_once(tmp_path: Path) -> None:
    case, addition = added(tmp_path, s_csv=STATIONS, s_toml='[constants]\ncarrier_id = "Rakuten"\n')
    assert addition.faults == ()
    rows = case.read("asset").sort("asset_id").select("unit_count", "carrier_id", "note").rows()
    assert [(number, carrier) for number, carrier, _ in rows] == [
        (10, "rakuten-mobile"), (60, "rakuten-mobile"), (30, "rakuten-mobile"), (3, "rakuten-mobile"),
        (2, "rakuten-mobile"),
    ]  # fmt: skip
    assert rows[0][2] == "licensed stations in Hokkaido, municipality not stated; generation not stated"
    assert sum(number for number, _, _ in rows) == 105


def test_a_prefecture_smaller_than_its_parts_is_a_fault(tmp_path: Path) -> None:
    text = STATIONS.replace(",100\n", ",80\n")
    _, addition = added(tmp_path, s_csv=text, s_toml='[constants]\ncarrier_id = "Rakuten"\n')
    assert "found '80', expected at least 90" in addition.faults[0].sentence()


def test_positions_and_carriers_that_are_none_are_faults(tmp_path: Path) -> None:
    bad = "site_id;construction;coordinates;operators\n1;Indoor;99.0,12.0;Nobody\n2;Indoor;51.0,12.0;Nobody\n"
    _, addition = added(tmp_path, s_csv=bad)
    texts = [fault.sentence() for fault in addition.faults]
    assert any("coordinates: not a position in degrees; found '99.0'" in one for one in texts)
    assert any("no such carrier; found 'Nobody'" in one and "also in 3" in one for one in texts)


@pytest.mark.parametrize(
    ("band", "generation"),
    [("N78", "5G"), ("n1", "5G"), ("B1", "4G"), ("B32", "4G"), ("LTE 800", "4G"), ("UMTS2100", "3G"), ("GSM900", "2G"),
     ("78", None), ("", None), ("Band 3", None)],
)  # fmt: skip
def test_generations_follow_from_bands_by_rule(band: str, generation: str | None) -> None:
    assert generation_of(band) == generation


@pytest.mark.parametrize(
    ("channel", "band"),
    [
        (0, 1), (599, 1), (600, 2), (1300, 3), (2850, 7), (3500, 8), (6300, 20), (9919, 31), (9920, 32), (40000, 41),
        (10400, None), (99999, None),
    ],
)  # fmt: skip
def test_bands_follow_from_channels(channel: int, band: int | None) -> None:
    assert lte_band(channel) == band


@pytest.mark.skipif(not RADIO.is_dir(), reason="the shared registers of radio sites are not here")
def test_the_registers_as_they_are(tmp_path: Path) -> None:
    for path in RADIO.glob("*.csv"):
        shutil.copy(path, tmp_path / path.name)
    (tmp_path / "uk-23410-lte-cells.toml").write_text('[constants]\ncarrier_id = "O2"\ncountry = "United Kingdom"\n')
    (tmp_path / "japan-mic-rakuten-2022-07-22.toml").write_text('[constants]\ncarrier_id = "Rakuten"\n')
    case = provenet.new(tmp_path / "case").case
    addition = provenet.add(case, sorted(tmp_path.glob("*.csv")))
    assert addition.faults == ()
    assets = Case.open(tmp_path / "case").read("asset")
    counts = dict(assets.group_by("country").len().iter_rows())
    assert counts["Germany"] == 2_633 + 10_552 and counts["United Kingdom"] == 884 + 632
    assert assets.filter(assets["country"] == "Japan")["unit_count"].sum() == 59_529
    assert assets["vendor_id"].null_count() == assets.height
