"""`expose` on the AS graph of September 2025 with tags and names on file: what must hold whatever the figures are."""

from pathlib import Path

import polars as pl
import pytest

import provenet
from provenet.case.case import Case

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
FILES = (
    DATA / "as-graph" / "20250901.as-rel2.txt.bz2",
    DATA / "as-graph" / "asnames-country-202302.txt.xz",
    *(DATA / "as-tags" / f"{tag}.csv" for tag in ("gov", "mobile", "dsl")),
)
COUNTRIES = ("Germany", "Italy", "Japan")
DAY = "2025-11-25"


@pytest.mark.slow
@pytest.mark.skipif(not all(file.is_file() for file in FILES), reason="no AS graph, names and tags on this machine")
def test_government_networks_of_three_countries(tmp_path: Path) -> None:
    place, listed = tmp_path / "case", tmp_path / "listed.txt"
    listed.write_text("1299\n3356\n", encoding="utf-8")
    provenet.new(place, "three countries")
    assert provenet.add(place, FILES).fault_count == 0
    found = provenet.expose(place, restricted=listed, country=COUNTRIES, as_of=DAY)
    assert found.graph_says.startswith("78,643 networks;")
    assert found.restricted_count == 2
    case = Case.open(place)
    rows = case.read("exposure")
    assert rows["country"].unique().sort().to_list() == list(COUNTRIES)
    networks = rows.filter(level="network")
    assert networks.height > 150
    whole = networks.filter(destination="all")
    assert (whole["pair_count"] == 78_642).all()
    kinds = networks.filter(pl.col("destination") != "all").group_by("country", "asn").agg(pl.col("pair_count").sum())
    joined = whole.join(kinds, on=["country", "asn"])
    assert joined.height == whole.height
    assert (joined["pair_count"] == joined["pair_count_right"]).all()
    rungs = [name for name in rows.columns if name.startswith("rung_")]
    assert (rows.select(pl.sum_horizontal(rungs)).to_series() == rows["pair_count"]).all()
    assert (networks["low_share"] <= networks["expected_share"] + 1e-9).all()
    assert (networks["expected_share"] <= networks["high_share"] + 1e-9).all()
    (germany,) = [country for country in found.countries if country.country == "Germany"]
    (german,) = [figure for figure in germany.figures if figure["tags"] == ["gov"]]
    assert german["network_count"] == 20
    assert german["rung_1_alone_count"] > german["rung_2_count"] > 0
    cuts = case.read("remedy").filter(kind="cut")
    assert cuts.height == 0, "no carrier is on file in this case"
    movers = case.read("remedy").filter(kind="mover", country="Germany")
    assert (movers["pair_count"] <= movers["open_pair_count"]).all()
    assert movers["pair_count"].sum() >= movers["open_pair_count"][0] / 2
