"""Every figure that a reader sees stays: of the demo's pages, of its lines, and of what verbs answer of a small case.

Words may change, numbers, days, ids and citations may not, nor their order; an answer may gain keys. Where a figure
has to change, say why in the change, and run `make golden`.
"""

import json
import lzma
import os
from difflib import unified_diff
from pathlib import Path

import pytest

from doors.conftest import Provenet, provenet  # noqa: F401
from golden.answers import QUESTIONS, answers
from golden.figures import figures_of_answer, figures_of_page, figures_of_text

KEPT = Path(__file__).parent / "figures"
PAGES = [f"{day}{country}" for day in ("", "2018/") for country in ("germany", "italy", "japan")]
SHOWN = 40


def kept(name: str, found: list[str]) -> list[str]:
    """The figures on file; with PROVENET_GOLDEN=write, those just found, which are then on file."""
    place = KEPT / f"{name.replace('/', '-')}.txt.xz"
    if os.environ.get("PROVENET_GOLDEN") == "write":
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(lzma.compress("\n".join(found).encode(), preset=9))
    return lzma.decompress(place.read_bytes()).decode().split("\n")


def assert_same(name: str, found: list[str]) -> None:
    """The same figures in the same order, or the first that differ with what stands around them."""
    expected = kept(name, found)
    if found != expected:
        lines = list(unified_diff(expected, found, "kept", "found", lineterm="", n=3))
        more = f"\n... and {len(lines) - SHOWN} lines more" if len(lines) > SHOWN else ""
        raise AssertionError(f"the figures of {name} differ:\n" + "\n".join(lines[:SHOWN]) + more)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_keeps_its_figures(demo_folder: Path, page: str) -> None:
    found = figures_of_page((demo_folder / f"{page}-annex.html").read_bytes())
    # A page of a day in the past leaves out the policies adopted later, with the long lists of their verdicts.
    assert len(found) > (1500 if page.startswith("2018/") else 3000)
    assert_same(page, found)


@pytest.mark.parametrize("page", PAGES)
def test_the_twelve_pages_keep_their_figures(demo_folder: Path, page: str) -> None:
    found = figures_of_page((demo_folder / f"{page}.html").read_bytes())
    assert len(found) > 250
    assert_same(f"{page}-pages", found)


def test_the_lines_of_the_demo_keep_their_figures(demo_lines: str) -> None:
    assert_same("lines", list(figures_of_text(demo_lines)))


def test_answers_keep_their_figures(
    provenet: Provenet,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whole answers, by place: what stood there stands there; what a later version adds is its own affair."""
    monkeypatch.chdir(tmp_path)
    made = answers(lambda *words: provenet(*words).out)
    found = {
        f"{name}.{place}": figure
        for name in QUESTIONS
        for place, figure in figures_of_answer(json.loads(made[name])).items()
    }
    expected = dict(line.split("\t") for line in kept("answers", [f"{place}\t{found[place]}" for place in found]))
    assert len(expected) > 7000
    changed = [
        f"{place}: kept {expected[place]!r}, found {found.get(place)!r}"
        for place in expected
        # The digest of a file that holds sentences changes with a word of them.
        if found.get(place) != expected[place] and not place.endswith(".schedule_id")
    ]
    assert changed[:SHOWN] == []


def test_words_may_change_and_figures_may_not() -> None:
    page = b'<p>Since <b>25 November 2026</b>, 40.3% to 1,200 <a href="#source-3">[3]</a>; 5G.</p><svg><text>7 %</text>'
    figures = ["2026-11-25", "40.3", "1200", "to=source-3", "[3]", "7"]
    assert figures_of_page(page) == figures
    told = page.replace(b"25 November 2026", b"2026-11-25").replace(b"1,200", b"1200").replace(b"Since", b"From")
    assert figures_of_page(told) == figures
    for old, new in ((b"25 Nov", b"26 Nov"), (b"40.3", b"40.4"), (b"-3", b"-4"), (b"[3]", b"[4]"), (b"7 %", b"-7 %")):
        assert figures_of_page(page.replace(old, new)) != figures
    assert figures_of_page(b'<p id="id-share-cf8a7a3961957cb7">share-cf8a7a3961957cb7</p>') == [
        "id=id-share-cf8a7",
        "share-cf8a7",
    ]
    assert list(figures_of_text("depend-cf8a7a3961957cb7 of 2018-2019, -3 % and May 2020")) == [
        "2018",
        "2019",
        "-3",
        "2020-05",
    ]
    assert figures_of_answer({"run_id": "plan-1", "a": [{"b": 0.5, "c": "3 of 4"}, True]}) == {
        "a.0.b": "0.5",
        "a.0.c": "3 4",
        "a.1": "true",
    }
