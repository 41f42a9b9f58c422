"""What public pages say of measured shares and paths that they do not show, and how the chart names its vendors."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from provenet.dossier.chapters import c47_measured
from provenet.dossier.drawings.measured_bars import MeasuredBar, measured_bars
from provenet.dossier.extract import Extract

DAY = date(2025, 5, 13)


def path_row(what: str, on_hop: int, *, target: str | None = None, audience: str = "public") -> dict[str, Any]:
    row = dict.fromkeys(("pack", "issuer", "low_network_share", "high_network_share", "origins_on", "exchanges_on"))
    counts = {"on_hop_count": on_hop, "in_network_count": 0, "unknown_count": 100 - on_hop, "clear_count": 0}
    days = {f"{stem}_{end}_on": DAY for stem in ("traced", "seen") for end in ("low", "high")}
    return {
        **row, **counts, **days, "path_exposure_id": f"{what}-{target}", "restricted_says": what,
        "target_country": target, "audience": audience, "trace_count": 100, "hop_count": 300, "silent_count": 30,
        "identified_count": 60, "low_share": on_hop / 100, "high_share": 1.0, "harm": "loss of service",
        "unseen_says": "tunnels", "ends_says": "ends do not count", "assumed": [],
    }  # fmt: skip


def chapter(rows: list[dict[str, Any]], audience: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    extract = Extract({}, "Netherlands", DAY, None, audience)
    monkeypatch.setattr(Extract, "results", lambda _self, kind: rows if kind.__name__ == "path_exposure" else [])
    return c47_measured.collect(replace(extract))


def test_paths_that_all_are_few_are_withheld_and_never_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    few = [path_row("Huawei", 3, audience="internal")]
    public = chapter(few, "public", monkeypatch)
    assert public["withheld_paths"] and public["paths"] is None
    internal = chapter(few, "internal", monkeypatch)
    assert not internal["withheld_paths"] and internal["paths"]["sets"][0]["what"] == "Huawei"


def test_sets_and_targets_that_are_few_are_named_beside_those_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        path_row("Cisco", 50),
        path_row("Cisco", 20, target="Italy"),
        *(path_row("Cisco", 2, target=place, audience="internal") for place in ("Japan", "Iran")),
        path_row("ZTE", 1, audience="internal"),
    ]
    paths = chapter(rows, "public", monkeypatch)["paths"]
    assert paths["withheld_sets"] == ["ZTE"]
    assert [one["withheld"] for one in paths["targets"]] == ["two more countries"]
    assert [line["target"] for line in paths["targets"][0]["lines"]] == ["Italy"]
    everything = chapter(rows, "internal", monkeypatch)["paths"]
    assert everything["withheld_sets"] == [] and {one["withheld"] for one in everything["targets"]} == {""}


def test_a_long_set_of_vendors_is_named_in_full_once(monkeypatch: pytest.MonkeyPatch) -> None:
    full = "vendors seated in China (Huawei, on 13 May 2025; seat not known: Aruba, Fortinet and 6 others)"
    paths = chapter([path_row(full, 50), path_row(full, 20, target="Italy")], "public", monkeypatch)["paths"]
    brief = "vendors seated in China (Huawei, on 13 May 2025)"
    assert (paths["sets"][0]["what"], paths["sets"][0]["brief"]) == (full, brief)
    assert paths["bars"][0].name == paths["targets"][0]["what"] == brief


def test_nothing_measured_leaves_the_chapter_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chapter([], "public", monkeypatch) is None


def test_a_long_name_stands_in_two_lines_beside_its_bar() -> None:
    bar = MeasuredBar(
        name="Brocade Communications Systems, Inc.",
        certain=(0.1, 0.3),
        sampled=(0.05, 0.4),
        days=(0.2, 0.21),
        words="5 to 40 %",
    )
    svg = measured_bars([bar], title="Vendors", key="k")
    assert ">Brocade</text>" in svg and ">Communications…</text>" in svg
    assert "each day, of those identified" in svg and "the interval, with sampling" in svg
    plain = measured_bars([replace(bar, days=(), sampled=None)], title="Vendors", key="k")
    assert "each day" not in plain and "with sampling" not in plain
