"""The chapter on dependence, countries side by side, and what public pages say of measured shares."""

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from provenet.case.extract import Extract
from provenet.dossier.chapters import c20_dependence, c47_measured
from provenet.dossier.drawings.measured_bars import MeasuredBar, measured_bars
from provenet.dossier.drawings.site_map import Shade, world_map
from provenet.dossier.networks import VendorFigure, disjoint, markets, networks
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.row_laws import RowLaws
from provenet.dossier.view import compose
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, THEN, filled, share, tables

MEASURED_ON = date(2025, 5, 13)


def path_row(what: str, on_hop: int, *, target: str | None = None, audience: str = "public") -> dict[str, Any]:
    row = dict.fromkeys(("pack", "issuer", "low_network_share", "high_network_share", "origins_on", "exchanges_on"))
    counts = {"on_hop_count": on_hop, "in_network_count": 0, "unknown_count": 100 - on_hop, "clear_count": 0}
    days = {f"{stem}_{end}_on": MEASURED_ON for stem in ("traced", "seen") for end in ("low", "high")}
    return {
        **row,
        **counts,
        **days,
        "path_exposure_id": f"{what}-{target}",
        "restricted_says": what,
        "target_country": target,
        "audience": audience,
        "trace_count": 100,
        "hop_count": 300,
        "silent_count": 30,
        "identified_count": 60,
        "low_share": on_hop / 100,
        "high_share": 1.0,
        "harm": "loss of service",
        "unseen_says": "tunnels",
        "ends_says": "ends do not count",
        "assumed": [],
    }


def measured_chapter(rows: list[dict[str, Any]], audience: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    extract = Extract({}, "Netherlands", MEASURED_ON, None, audience)
    monkeypatch.setattr(Extract, "results", lambda _self, kind: rows if kind.__name__ == "path_exposure" else [])
    return c47_measured.collect(replace(extract))


def test_paths_that_all_are_few_are_withheld_and_never_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    few = [path_row("Huawei", 3, audience="internal")]
    public = measured_chapter(few, "public", monkeypatch)
    assert public.withheld_paths and public.paths is None
    internal = measured_chapter(few, "internal", monkeypatch)
    assert not internal.withheld_paths and internal.paths.sets[0].row["restricted_says"] == "Huawei"


def test_sets_and_targets_that_are_few_are_named_beside_those_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        path_row("Cisco", 50),
        path_row("Cisco", 20, target="Italy"),
        *(path_row("Cisco", 2, target=place, audience="internal") for place in ("Japan", "Iran")),
        path_row("ZTE", 1, audience="internal"),
    ]
    paths = measured_chapter(rows, "public", monkeypatch).paths
    assert paths.withheld == ["ZTE"]
    assert [one.withheld for one in paths.sets] == ["two more countries"]
    assert [row["target_country"] for row in paths.sets[0].targets] == ["Italy"]
    everything = measured_chapter(rows, "internal", monkeypatch).paths
    assert everything.withheld == [] and {one.withheld for one in everything.sets} == {""}


def test_a_long_set_of_vendors_is_named_in_full_once(monkeypatch: pytest.MonkeyPatch) -> None:
    full = "vendors seated in China (Huawei, on 13 May 2025; seat not known: Aruba, Fortinet and 6 others)"
    paths = measured_chapter([path_row(full, 50), path_row(full, 20, target="Italy")], "public", monkeypatch).paths
    brief = "vendors seated in China (Huawei, on 13 May 2025)"
    assert (paths.sets[0].row["restricted_says"], paths.sets[0].brief) == (full, brief)
    assert paths.sets[0].bar.name == brief


def test_nothing_measured_leaves_the_chapter_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert measured_chapter([], "public", monkeypatch) is None


def test_a_legend_names_the_marks_that_are_drawn_alone() -> None:
    bar = MeasuredBar(name="Brocade", certain=(0.1, 0.3), sampled=(0.05, 0.4), days=(0.2, 0.21), words="5 to 40 %")
    svg = measured_bars([bar], title="Vendors", key="k")
    assert "each day, of those identified" in svg and "the interval, with sampling" in svg
    plain = measured_bars([replace(bar, days=(), sampled=None)], title="Vendors", key="k")
    assert "each day" not in plain and "with sampling" not in plain


PAPER = {"source_id": "paper"}


def published(number: int, vendors: list[str], low: float, high: float | None = None, **row: Any) -> dict[str, Any]:
    base = {"row_id": f"ms-{number}", "geo": "Germany", "vendor_ids": vendors, "measure": "share of sites"}
    base |= {
        "measure_kind": "sites",
        "asset_class": "ran",
        "segment": "RAN",
        "as_of": "2025",
        "percent": f"{low * 100:g}",
    }
    return {**PAPER, **base, "low_share": low, "high_share": low if high is None else high, **row}


def index(number: int, low: float, high: float, inputs: list[str], **row: Any) -> dict[str, Any]:
    base = {"concentration_id": f"concentration-{number:016x}", "country": "Germany", "place": "Germany"}
    base |= {"asset_class": "ran", "segment": "RAN", "measure": "share of sites", "measure_kind": "sites"}
    base |= {"low_hhi_points": low, "high_hhi_points": high, "as_of": "2025", "newest": True, "coverage_share": 0.6}
    return {**base, "inputs": [f"market_share:{one}" for one in inputs], "as_of_on": DAY, "known_on": None, **row}


def case(**replaced: pl.DataFrame) -> dict[str, pl.DataFrame]:
    north = {"carrier_id": "north-tel", "measure": "share of sites", "measure_kind": "sites", "segment": "RAN"}
    shares = [
        share(1, **north, vendor_ids=["acme"], low_share=0.6, high_share=0.6, inputs=["market_share:ms-1"]),
        share(2, **north, vendor_ids=["bolt"], low_share=0.3, high_share=0.3, inputs=["market_share:ms-2"]),
        share(3, low_share=0.59, high_share=0.59, vendor_ids=["acme", "bolt"], inputs=["market_share:ms-3"]),
    ]
    world = {"geo": "World", "measure": "revenue (Z)", "measure_kind": "revenue"}
    markets = [
        published(1, ["acme"], 0.6, carrier_id="north-tel"),
        published(2, ["bolt"], 0.3, carrier_id="north-tel"),
        published(3, ["acme", "bolt"], 0.59, note="Another copy gives 59% to Acme alone."),
        published(4, ["core-co"], 0.31, **world),
        published(5, [], 0.69, complement=True, **world),
    ]
    indexes = [
        index(1, 4500, 4600, ["ms-1", "ms-2"], carrier_id="north-tel"),
        index(2, 1740.5, 5162, ["ms-3"]),
        index(3, 961, 5722, ["ms-4", "ms-5"], place="World", measure="revenue (Z)", measure_kind="revenue"),
    ]
    sizes = [
        {**PAPER, "row_id": f"cs-{n}", "carrier_id": carrier, "country": "Germany", "measure": "SIM", "as_of": "2025",
         "low_share": size, "high_share": size, "as_of_low_on": date(2025, 1, 1), "as_of_high_on": date(2025, 12, 31)}
        for n, (carrier, size) in enumerate((("north-tel", 0.4), ("south-tel", 0.35)))
    ]  # fmt: skip
    return {
        **tables(),
        "vendor_share": filled("vendor_share", [{**row, "as_of_on": DAY, "known_on": None} for row in shares]),
        "market_share": filled("market_share", markets),
        "concentration": filled("concentration", indexes),
        "carrier_share": filled("carrier_share", sizes),
        **replaced,
    }


def extract(**replaced: pl.DataFrame) -> Extract:
    return Extract(case(**replaced), "Germany", DAY)


def test_the_country_stands_first_then_carriers_by_size_those_without_a_share_too() -> None:
    found = networks(extract())
    assert [(one.name, one.index) for one in found] == [
        ("Germany, as a whole", "1,740 to 5,162"),
        ("North Tel", "4,500 to 4,600"),
        ("South Tel", ""),
    ]
    assert [(f.vendors, f.words) for f in found[1].figures] == [("Acme", "60 %"), ("Bolt", "30 %")]


def test_vendors_that_reports_name_stand_beside_shares_and_absent_ones_apart() -> None:
    reports = [
        {**PAPER, "carrier_id": "north-tel", "country": "Germany", "segment": "core", "vendor_ids": ["core-co"],
         "presence": "named", "day_low_on": THEN, "day_high_on": THEN},
        {**PAPER, "carrier_id": "north-tel", "country": "Germany", "segment": "RAN", "vendor_ids": ["acme"],
         "presence": "named", "day_low_on": THEN, "day_high_on": THEN},
        {**PAPER, "carrier_id": "south-tel", "country": "Germany", "segment": "RAN", "vendor_ids": ["bolt"],
         "presence": "absent", "day_low_on": THEN, "day_high_on": THEN},
    ]  # fmt: skip
    north, south = networks(extract(deployment=filled("deployment", reports)))[1:]
    assert [(r["vendors"], r["when"]) for r in north.reports] == [("CoreCo", "core; 2018")]
    assert (south.reports, [r["vendors"] for r in south.absent]) == ((), ["Bolt"])


def test_the_markets_of_the_world_are_read_from_published_rows() -> None:
    (market,) = markets(extract())
    assert [(f.vendors, f.words) for f in market.figures] == [("CoreCo", "31 %"), ("others", "69 %")]
    assert (market.name, market.measure) == ("World", "revenue (Z)")


def test_only_figures_without_a_vendor_in_common_are_drawn_side_by_side() -> None:
    def figure(names: str, low: float) -> VendorFigure:
        return VendorFigure(vendors=names, words="", low=low, high=1.0, id=names, ids=frozenset(names))

    shown = disjoint([figure("ab", 0.5), figure("a", 0.3), figure("cd", 0.2), figure("e", 0.0), figure("", 0.4)])
    assert [one.vendors for one in shown] == ["a", "cd"]
    (least,) = disjoint([figure("a", 0.6), figure("a", 0.4)])
    assert least.low == 0.4


def test_the_tables_lie_beside_the_page() -> None:
    view = compose(case(), country="Germany", as_of=DAY)
    page = render_html(view).decode()
    assert "Noted: <span" in page and "Another copy gives 59% to Acme alone<" in page
    assert render_pdf(view).startswith(b"%PDF")
    rows = list(csv.DictReader(io.StringIO(view.files["dependence.csv"].decode())))
    assert [(row["network"], row["vendors"], row["low_share"]) for row in rows] == [
        ("Germany, as a whole", "Acme and Bolt", "0.59"),
        ("North Tel", "Acme", "0.6"),
        ("North Tel", "Bolt", "0.3"),
    ]
    assert len(view.files["world-market.csv"].splitlines()) == 3


def test_an_index_to_be_checked_says_so() -> None:
    weak = filled("concentration", [index(1, 4500, 4600, ["ms-1", "ms-2"], carrier_id="north-tel", to_be_checked=True)])
    made = case(concentration=weak)
    page = render_html(compose(made, country="Germany", as_of=DAY)).decode()
    assert '</b> <span class="flag">to be checked</span></td>' in page


def test_it_holds_without_any_row() -> None:
    empty = {name: frame.clear() for name, frame in case().items()}
    data = c20_dependence.collect(Extract(empty, "Germany", DAY))
    assert (data.networks, data.markets) == ([], [])
    page = Page(render_html(compose(empty, country="Germany", as_of=DAY))).text
    assert "We hold nothing on shares of vendors" in page and c20_dependence.TITLE not in page


@pytest.mark.parametrize("ends", [(4600, 4500), (-1, 4500), (4500, 10_001)])
def test_an_index_out_of_order_stops_the_page(ends: tuple[float, float]) -> None:
    made = case(concentration=filled("concentration", [index(1, *ends, ["ms-1", "ms-2"], carrier_id="north-tel")]))
    assert ["ends of an index" in fault.says for fault in RowLaws(made).sum_faults("germany.html")] == [True]


def test_a_country_without_a_figure_is_plain_on_the_map_and_a_wide_one_hatched() -> None:
    drawn = world_map([Shade("France", 0.17, 0.17), Shade("Italy", 0.5, 1.0)], "Germany", "k")
    root = ElementTree.fromstring(drawn)
    paths = [one.get("fill") or one.get("class") or "" for one in root.iter("{http://www.w3.org/2000/svg}path")]
    assert sum("url(#verdict" in one for one in paths) == 2
    assert sum(one == "f-solid fs-paper" for one in paths) == 2
    assert drawn == world_map([Shade("France", 0.17, 0.17), Shade("Italy", 0.5, 1.0)], "Germany", "k")
