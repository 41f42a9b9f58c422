"""A dossier that contradicts its rows is not written, and the sentence says which figure."""

import re
from pathlib import Path

import pytest

import provenet
from doors.conftest import ASKED, DAY, Provenet
from provenet.case.case import Case
from provenet.case.lineage import share_of
from provenet.dossier import render
from provenet.dossier.gate import figures
from provenet.dossier.passages import passages
from provenet.dossier.view import ANNEX, View
from provenet.replacement import cost_answer
from provenet.verbs.why import SHOWN_PLACES


@pytest.fixture
def command(provenet: Provenet) -> Provenet:
    """The command line, beside the package of the same name."""
    return provenet


FIGURE = re.compile(rb'</section>.*?(?:class="fig"[^>]*>|<td[^>]*>)(\d)', re.DOTALL)
"""The first digit, after the first section, of a figure that leads to its row, or stands in a cell beside its id."""


@pytest.mark.parametrize("document", ["", ANNEX])
def test_a_page_with_another_figure_than_its_row_is_not_written(
    command: Provenet, case: Path, monkeypatch: pytest.MonkeyPatch, document: str
) -> None:
    place = case / "outputs" / DAY.isoformat() / f"japan{document and f'-{document}'}.html"
    page = place.read_bytes()
    place.unlink()
    whole = render.render_html

    def wrong(view: View, body: render.Body | None = None) -> bytes:
        made = whole(view, body)
        if view.document != document:
            return made
        found = FIGURE.search(made)
        assert found is not None
        return made[: found.start(1)] + (b"1" if found[1] != b"1" else b"2") + made[found.end(1) :]

    monkeypatch.setattr(render, "render_html", wrong)
    refused = command("brief", case, *ASKED)
    assert refused.code == 3
    assert f"{place.name}, " in refused.err
    assert "; found '" in refused.err
    assert "provenet why CASE" in refused.err
    assert not place.exists()
    monkeypatch.undo()
    assert command("brief", case, *ASKED).code == 0
    assert place.read_bytes() == page


@pytest.mark.slow
def test_why_prints_the_very_words_that_the_page_prints_beside_an_id(case: Path) -> None:
    folder = case / "outputs" / DAY.isoformat()
    said: dict[str, list[str]] = {}
    pages = [(folder / f"{name}.html").read_text("utf-8") for name in ("japan", "japan-annex")]
    for passage in [one for page in pages for one in passages(page)]:
        if passage.words:
            said.setdefault(passage.key, []).append(passage.words)
    opened = Case.open(case)
    rows = {row["share_id"]: row for row in opened.read("vendor_share").iter_rows(named=True)}
    asked = [key for key in said if key in rows] + [key for key in said if key not in rows][:40]
    assert len(asked) > 40
    for key in asked:
        answer = provenet.why(opened, key)
        text = " ".join(answer.text.split())
        for words in said[key][:SHOWN_PLACES]:
            assert " ".join(words.split()) in text, key
        places = answer.as_dict()["pages"]
        assert isinstance(places, list)
        assert [one["words"] for one in places] == said[key][:SHOWN_PLACES]
        if key in rows:
            interval = share_of(rows[key])
            assert interval is not None
            assert all(interval in words for words in said[key] if figures(words.partition("Coverage")[0])), key


def test_a_page_that_was_changed_on_disk_is_found(command: Provenet, case: Path) -> None:
    clean = command("check", case, "--pages", "--json")
    assert {one["finding_count"] for one in clean.json["checks"] if one["group"] == "pages"} == {0}
    assert not [one for one in command("check", case, "--json").json["checks"] if one["group"] == "pages"]
    place = case / "outputs" / DAY.isoformat() / "japan-annex.html"
    place.write_text(place.read_text("utf-8").replace("<h2>", "<h2>More: ", 1), "utf-8")
    found = command("check", case, "--only", "pages", "--json").json
    assert [(one["kind"], one["says"].partition(" ")[0]) for one in found["findings"]] == [("page-file", "Its")]
    place.unlink()
    gone = command("check", case, "--only", "page-file")
    assert "The file is missing." in gone.out and gone.code == 0


def test_a_page_whose_answers_contradict_their_rows_is_not_written(
    command: Provenet, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = case / "outputs" / DAY.isoformat() / "japan.html"
    place.unlink()
    monkeypatch.setattr(cost_answer, "NO_PLAN", "Nobody publishes what a replacement in {country} costs.")
    refused = command("brief", case, *ASKED)
    assert refused.code == 3 and not place.exists()
    assert "Japan, first page, cost: a sentence says that the world lacks what the case lacks (law j)" in refused.err
