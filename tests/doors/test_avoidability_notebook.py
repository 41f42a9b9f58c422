"""docs/notebooks/avoidability.ipynb: its cells run on an invented graph, and on the real one print what is quoted."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = json.loads((ROOT / "docs" / "notebooks" / "avoidability.ipynb").read_text("utf-8"))
CODE = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
WORDS = "\n".join("".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "markdown")
SHARED = ROOT.parent / "shared" / "data"

# Invented links around the two networks of the study. 64505 buys from 9808 and 64501, 64506 and 64507 from one alone.
GRAPH = """64496|9808|-1|bgp
64496|64501|-1|bgp
64496|3786|-1|bgp
9808|64505|-1|bgp
9808|64506|-1|bgp
64501|64505|-1|bgp
3786|64507|-1|bgp
"""
NAMES = """3786:FIRST Invented, KR
9808:SECOND Invented, CN
64496:THIRD Invented, DE
64501:FOURTH Invented, US
64505:FIFTH Invented, JP
64506:SIXTH Invented, JP
64507:SEVENTH Invented, KR
"""
ADDRESSES = "10.0.0.0\t24\t64505\n10.0.1.0\t24\t64506\n"
COUNTRIES = "10.0.0.0,10.0.1.255,JP\n"


def run_cells(capsys: pytest.CaptureFixture[str]) -> str:
    """What the code cells print, run one after the other as a notebook runs them."""
    space: dict[str, object] = {"__name__": "__main__"}
    for number, text in enumerate(CODE, 1):
        exec(compile(text, f"cell {number}", "exec"), space)
    return capsys.readouterr().out


def test_the_notebook_is_short_and_stores_no_output() -> None:
    assert 4 <= len(CODE) <= 10
    assert [cell for cell in NOTEBOOK["cells"] if cell.get("outputs") or cell.get("execution_count")] == []


def test_the_cells_run_on_an_invented_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("numba", reason="the extra 'internet' is not installed")
    files = {"graph": ("g.as-rel2.txt", GRAPH), "names": ("asnames.txt", NAMES)}
    files |= {"addresses": ("origins.txt", ADDRESSES), "countries": ("countries.csv", COUNTRIES)}
    for what, (name, text) in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        monkeypatch.setenv(f"PROVENET_{what.upper()}", str(tmp_path / name))
    monkeypatch.setenv("PROVENET_EVERY", "1")
    shown = run_cells(capsys)
    # From outside, 64496, 3786 and 64507 cross to 64505 and might go over 64501; to 64506 nobody has another way.
    assert "AS9808: customer cone 2; reached through it 2, by 7 pairs" in shown
    assert "AS9808: no source has a way round to 1, every source has one to 1" in shown
    assert "AS9808: 50% of these destinations can be reached another way" in shown
    assert "AS3786: customer cone 1; reached through it 1, by 5 pairs" in shown
    assert "must choose differently: 1; networks on the way round: 4" in shown
    # Of 30 pairs of six networks outside CN, those with 64506 at an end, 5 there and 5 back, have no way round.
    assert re.search(r"CN: 30 pairs; [\d.]+% cross, 33\.3% have no way round", shown)
    assert "AS2914: published 0.277, simulated 0.000" in shown


@pytest.mark.slow
def test_the_words_quote_what_the_cells_print(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("numba", reason="the extra 'internet' is not installed")
    places = {
        "graph": SHARED / "as-graph" / "20250901.as-rel2.txt.bz2",
        "names": SHARED / "as-graph" / "asnames-country-202302.txt.xz",
        "addresses": SHARED / "ip-tables" / "ip-to-asn-ipv4-20260617.csv.xz",
        "countries": SHARED / "ip-tables" / "ip-to-country-ipv4-20260617.csv.xz",
    }
    for what, place in places.items():
        if not place.is_file():
            pytest.skip(f"{place.name} is not beside this checkout")
        monkeypatch.setenv(f"PROVENET_{what.upper()}", str(place))
    monkeypatch.delenv("PROVENET_EVERY", raising=False)
    shown = run_cells(capsys)
    quoted = [line for block in re.findall(r"```text\n(.*?)```", WORDS, flags=re.S) for line in block.splitlines()]
    assert len(quoted) == 13
    assert [line for line in quoted if line not in shown.splitlines()] == []
