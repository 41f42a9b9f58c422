"""The chapter on dependence: every vendor alike, its concentration, and the world's market; and that it holds thin."""

import csv
import io
from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.dossier.chapters import c20_dependence
from provenet.dossier.extract import Extract
from provenet.dossier.gate import read_page
from provenet.dossier.networks import VendorFigure, disjoint, markets, networks
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import compose
from unit.dossier.small_tables import DAY, THEN, filled, share, tables

PAPER = {"source_id": "paper"}


def published(number: int, vendors: list[str], low: float, high: float | None = None, **row: Any) -> dict[str, Any]:
    base = {"row_id": f"ms-{number}", "geo": "Germany", "vendor_ids": vendors, "measure": "share of sites"}
    base |= {
        "measure_kind": "sites", "asset_class": "ran", "segment": "RAN", "as_of": "2025", "percent": f"{low * 100:g}",
    }  # fmt: skip
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
    assert [(r.vendors, r.when) for r in north.reports] == [("CoreCo", "core; 2018")]
    assert (south.reports, [r.vendors for r in south.absent]) == ((), ["Bolt"])


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


def test_the_page_passes_the_gate_and_the_tables_lie_beside() -> None:
    view = compose(case(), country="Germany", as_of=DAY)
    page = render_html(view).decode()
    assert read_page(page, case(), "germany.html").faults == ()
    assert "Noted: <span" in page and "Another copy gives 59% to Acme alone<" in page
    assert render_pdf(view).startswith(b"%PDF")
    rows = list(csv.DictReader(io.StringIO(view.files["dependence.csv"].decode())))
    assert [(row["network"], row["vendors"], row["low_share"]) for row in rows] == [
        ("Germany, as a whole", "Acme and Bolt", "0.59"),
        ("North Tel", "Acme", "0.6"),
        ("North Tel", "Bolt", "0.3"),
    ]
    assert len(view.files["world-market.csv"].splitlines()) == 3


@pytest.mark.parametrize(("was", "now"), [("4,500 to 4,600", "4,500 to 4,700"), ("60 %", "61 %"), ("31 %", "13 %")])
def test_another_figure_than_its_row_stops_the_page(was: str, now: str) -> None:
    page = render_html(compose(case(), country="Germany", as_of=DAY)).decode()
    was, now = (text.replace(" %", "\N{NO-BREAK SPACE}%") for text in (was, now))
    assert was in page
    assert read_page(page.replace(was, now), case(), "germany.html").faults


def test_an_index_to_be_checked_says_so() -> None:
    weak = filled("concentration", [index(1, 4500, 4600, ["ms-1", "ms-2"], carrier_id="north-tel", to_be_checked=True)])
    made = case(concentration=weak)
    page = render_html(compose(made, country="Germany", as_of=DAY)).decode()
    assert read_page(page, made, "germany.html").faults == ()
    bare = page.replace('</b> <span class="flag">to be checked</span></td>', "</b></td>")
    assert any("caveat" in fault.says for fault in read_page(bare, made, "germany.html").faults)


def test_it_holds_without_any_row() -> None:
    empty = {name: frame.clear() for name, frame in case().items()}
    data = c20_dependence.collect(Extract(empty, "Germany", DAY))
    assert (data["networks"], data["markets"], data["is_published"]) == ([], [], False)
    page = render_html(compose(empty, country="Germany", as_of=DAY)).decode()
    assert "this case holds no published share of a vendor" in page
    assert "this case holds no share of a world market" in page


@pytest.mark.parametrize("ends", [(4600, 4500), (-1, 4500), (4500, 10_001)])
def test_an_index_out_of_order_stops_the_page(ends: tuple[float, float]) -> None:
    made = case(concentration=filled("concentration", [index(1, *ends, ["ms-1", "ms-2"], carrier_id="north-tel")]))
    page = render_html(compose(made, country="Germany", as_of=DAY)).decode()
    assert any("ends of an index" in fault.says for fault in read_page(page, made, "germany.html").sums)
