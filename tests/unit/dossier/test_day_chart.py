"""The drawing of routes on several days: how long its bars are."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from provenet.dossier.drawings.day_chart import DayBar, DayPanel, day_chart


def test_the_bar_is_as_long_as_the_least_share_and_hatched_up_to_the_greatest() -> None:
    bars = (DayBar("2018-01-01", 0.25, 0.75), DayBar("2025-09-01", 0.5, 0.5), DayBar("2026-01-01", None, None))
    svg = day_chart([DayPanel("a tag", bars)], (), [], title="Routes by day", remark="", key="k")
    boxes = [one.attrib for one in ElementTree.fromstring(svg).iter() if one.tag.endswith("rect")]
    (whole,) = {float(one["width"]) for one in boxes if one.get("class") == "s-soft"}
    least = [float(one["width"]) for one in boxes if one.get("class") == "f-restricted"]
    hatched = [one for one in boxes if one.get("class") == "hatch"]
    assert least == pytest.approx([whole / 4, whole / 2])
    (one,) = hatched
    assert float(one["width"]) == pytest.approx(whole / 2)
    (left,) = {float(box["x"]) for box in boxes if box.get("class") == "f-restricted"}
    assert float(one["x"]) == pytest.approx(left + whole / 4)
