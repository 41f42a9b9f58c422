"""A dossier that contradicts its rows is not written, and the sentence says which figure."""

from __future__ import annotations

from pathlib import Path

import pytest

from doors.conftest import ASKED, DAY, Provenet
from provenet.dossier import render
from provenet.dossier.view import View


def test_a_page_with_another_figure_than_its_row_is_not_written(
    provenet: Provenet, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = case / "outputs" / DAY.isoformat() / "japan.html"
    page = place.read_bytes()
    place.unlink()
    whole = render.render_html

    def wrong(view: View, body: render.Body | None = None) -> bytes:
        made = whole(view, body)
        at = made.index(b'<p class="figure">')
        start = next(spot for spot in range(at + 18, at + 60) if made[spot : spot + 1].isdigit())
        return made[:start] + (b"1" if made[start : start + 1] != b"1" else b"2") + made[start + 1 :]

    monkeypatch.setattr(render, "render_html", wrong)
    refused = provenet("brief", case, *ASKED)
    assert refused.code == 3
    assert "japan.html, " in refused.err
    assert "; found '" in refused.err
    assert "provenet why CASE" in refused.err
    assert not place.exists()
    monkeypatch.undo()
    assert provenet("brief", case, *ASKED).code == 0
    assert place.read_bytes() == page
