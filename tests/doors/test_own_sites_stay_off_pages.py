"""A law of pages: a carrier's own masts, however they are given, stand on no page and in no file beside one."""

from pathlib import Path

import pytest

from doors.conftest import ASKED, Provenet
from provenet.case.case import Case
from support.copies import copied_case
from support.examples import sample

HEAD = "name,country,lat_deg,lon_deg,role,site_class,site_kind\n"
SENSITIVE = "Harbour of Examples,Japan,35.3,139.7,naval,,\n"
ASSETS = "asset_id,carrier_id,country,asset_class,vendor_id,site_id,unit_count\n"
WAYS = {"by kind": ",,network", "by role": "mast,,", "by class": ",cell site,", "by its assets": "rooftop,,"}


@pytest.mark.parametrize("way", sample(WAYS, 2))
def test_masts_of_a_carrier_reach_no_page(provenet: Provenet, briefed_case: Path, tmp_path: Path, way: str) -> None:
    case = tmp_path / "case"
    copied_case(briefed_case, case)
    masts = [f"Steeple {number:02}" for number in range(60)]
    rows = "".join(f"{name},Japan,35.{at % 10},139.{at % 10},{WAYS[way]}\n" for at, name in enumerate(masts))
    (tmp_path / "places.csv").write_text(HEAD + SENSITIVE + rows, encoding="utf-8")
    slugs = [name.lower().replace(" ", "-") for name in masts]
    assets = "".join(f"A-{at},KDDI,Japan,ran.radio,,{slug},1\n" for at, slug in enumerate(slugs))
    (tmp_path / "assets.csv").write_text(ASSETS + assets, encoding="utf-8")
    added = provenet("add", case, tmp_path / "places.csv", tmp_path / "assets.csv")
    assert added.code == 0, added.err
    assert set(slugs) < set(Case.open(case).read("site")["site_id"])
    for words in (("screen", case, "--policy", "jp-espa", *ASKED), ("depend", case, *ASKED), ("brief", case, *ASKED)):
        ran = provenet(*words)
        assert ran.code in (0, 1), ran.err
    stored = Case.open(case).read("site_dependence")["site_id"].unique().to_list()
    assert not set(stored) & set(slugs)
    pages = {path.name: path.read_bytes() for path in (case / "outputs").rglob("*") if path.is_file()}
    assert any(b"Harbour of Examples" in page for page in pages.values())
    for name, page in pages.items():
        assert b"Steeple" not in page and b"steeple-" not in page, name
    assert "Steeple" not in provenet("check", case, "--json").out.split('"questions"')[0]
