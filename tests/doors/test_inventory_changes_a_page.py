"""A dossier follows an inventory: what the last one said of other vendors stands beside what this one says."""

from pathlib import Path

from doors.conftest import ASKED, Provenet
from support.copies import copied_case


def test_a_page_that_names_other_vendors_than_the_last_is_written(
    provenet: Provenet, briefed_case: Path, tmp_path: Path
) -> None:
    case = copied_case(briefed_case, tmp_path / "case")
    head = "asset_id,carrier_id,country,asset_class,layer,vendor_id,unit_count\n"
    rows = "".join(f"A-{at},KDDI,Japan,ran.radio,hardware,Nokia,1\n" for at in range(5))
    (tmp_path / "assets.csv").write_text(head + rows, encoding="utf-8")
    assert provenet("add", case, tmp_path / "assets.csv").code == 0
    for words in (("screen", case, "--policy", "jp-espa", *ASKED), ("depend", case, *ASKED), ("brief", case, *ASKED)):
        ran = provenet(*words)
        assert ran.code == 0, ran.err
    assert provenet("check", case, "--pages").code in (0, 1)
    assert "page-name" not in provenet("check", case, "--pages").out
    page = max((case / "outputs").rglob("*annex.html"), key=lambda one: one.stat().st_mtime).read_text("utf-8")
    assert "Huawei and ZTE" in page.partition("What changed since the last dossier")[2]
