"""A dossier that contradicts its rows is not written, and the sentence says which figure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import provenet
from doors.conftest import ASKED, DAY, Provenet
from provenet.case.case import Case
from provenet.case.lineage import share_of
from provenet.dossier.passages import passages
from provenet.replacement import cost_answer
from provenet.verbs import brief
from provenet.verbs.why import SHOWN_PLACES


@pytest.fixture
def command(provenet: Provenet) -> Provenet:
    """The command line, beside the package of the same name."""
    return provenet


def test_a_page_whose_rows_contradict_each_other_is_not_written(
    command: Provenet, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = case / "outputs" / DAY.isoformat() / "japan.html"
    page = place.read_bytes()
    place.unlink()
    whole = brief.tables_by_country

    def turned(*asked: Any) -> Iterator[Any]:
        for scope, rows, read in whole(*asked):
            ends = rows["vendor_share"].with_columns(low_share="high_share", high_share="low_share")
            yield scope, {**rows, "vendor_share": ends}, read

    monkeypatch.setattr(brief, "tables_by_country", turned)
    refused = command("brief", case, *ASKED)
    assert refused.code == 3
    assert f"{place.name}, share-" in refused.err
    assert "the ends of a share are out of order" in refused.err
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
            assert interval.startswith("not known") or any(interval in words for words in said[key]), key


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
