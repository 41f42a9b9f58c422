"""Whole drawings of small hand-made data: laws that every chart keeps, and maps kept as SVG in `kept/`.

Open a changed map in a browser before you keep it.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.core import wording
from provenet.dossier import carrier_bars as carriers
from provenet.dossier.drawings import (
    aid_bars,
    aid_curves,
    axes,
    canvas,
    lettering,
    measured_bars,
    network_map,
    option_rows,
    plan_charts,
    row_chart,
    share_bars,
    site_map,
    timelines,
    tornado,
)
from provenet.dossier.networks import NetworkVendors, VendorFigure
from support.kept import assert_kept
from unit.dossier.svg_reading import assert_readable, elements, number

KEPT = Path(__file__).parent / "kept"
COAST = re.compile(r' d="([^"]{100,})"')
FIRST, END = date(2026, 4, 1), date(2030, 1, 1)
LONG = "Gesellschaft für den Ausbau von Mobilfunknetzen in ländlichen Räumen und an Verkehrswegen"
Part, Ranged, Swing = aid_bars.CostPart, aid_bars.Ranged, tornado.Swing
Point, Bar, Track, Span = aid_curves.Point, plan_charts.Bar, plan_charts.Track, plan_charts.PeriodFigure


def day(months: int) -> date:
    """So many months after the first day."""
    return date(2026 + (3 + months) // 12, (3 + months) % 12 + 1, 1)


def marks_drawn() -> list[str]:
    outcomes = ("restricted", "conditional", "clear", "undetermined", "no rule")
    return [
        share_bars.share_bar(0.25, 0.5, key="a"),
        share_bars.share_bar(0.0, 1.0, "restricted", key="b", width=150),
        share_bars.share_bar(0.4, 0.4, key="c"),
        *(share_bars.outcome_mark(outcome, key="h") for outcome in outcomes),
    ]


def carrier_bars_drawn() -> list[str]:
    bars = (
        carriers.CarrierBar(carrier="North", weight=0.6, named=0.5, other=0.25, words="Acme 50 %", check=True),
        carriers.CarrierBar(carrier="South", weight=0.3, named=0.0, other=1.0, words="Bolt"),
        carriers.CarrierBar(carrier="Tiny", weight=0.01, named=0.0, other=0.0, words="nothing"),
        carriers.CarrierBar(carrier="New", weight=None, named=1.0, other=0.0, words="Acme"),
    )
    more = {"measure": "subscribers", "as_of": "2026", "weight_ids": ()}
    shown = carriers.CarrierBars(bars=bars, named=("Acme", "Bolt", "Cord", "Dash"), **more)
    plain = carriers.CarrierBars(bars=(bars[3],), named=(), **more)
    three = carriers.CarrierBars(bars=bars[:2], named=("華為", "Bolt", "Cord"), **more)
    drawn = share_bars.carrier_bars
    return [
        drawn(shown, title="Bars", key="a"),
        drawn(plain, title="One", key="b"),
        drawn(three, title="Three", key="c"),
    ]


def vendor_bars_drawn() -> list[str]:
    def network(name: str, *parts: tuple[str, float]) -> NetworkVendors:
        figures = tuple(
            VendorFigure(vendors=one, words=wording.percent(share), low=share, high=share, id=one, ids=frozenset([one]))
            for one, share in parts
        )
        return NetworkVendors(
            name=name, segment="RAN", kind="sites", as_of="2026", figures=figures, index="5,000 to 6,000"
        )

    full = network("North", ("Acme", 0.5), ("Bolt", 0.3), ("Cord", 0.2))
    few = network(LONG, ("Bolt", 0.9), ("Dash", 0.04), (LONG, 0.05))
    many = network("Many", *((f"A vendor of a long name {at}", 0.05) for at in range(9)))
    drawn = share_bars.vendor_bars
    return [drawn([full, few, network("East")], title="Bars", key="a"), drawn([many], title="Many", key="d")]


def measured_drawn() -> list[str]:
    bar, path = measured_bars.MeasuredBar, measured_bars.PathBar
    bars = [
        bar(name=LONG, certain=(0.1, 0.3), sampled=(0.05, 0.4), days=(0.2, 0.21), words="5 to 40 %"),
        bar(name="Cisco", certain=(0.5, 0.5), sampled=None, days=(), words="50 %"),
    ]
    paths = [path(name=LONG, parts=(0.1, 0.2, 0.3, 0.4), words="cross it: 10 to 60 %")]
    lost = [share_bars.ScenarioBar(LONG, (10, 40), (0, 5), "10 to 40 of 500 pairs", "at most 5 of 500 pairs")]
    return [
        measured_bars.measured_bars(bars, title="Vendors", key="a"),
        measured_bars.measured_bars(bars[1:], title="Plain", key="b"),
        measured_bars.coverage_bar(12345, 8000, 5000, title="Probed", key="c"),
        measured_bars.coverage_bar(None, 800, 500, title="Answered", key="d"),
        measured_bars.path_bars(paths, title="Paths", key="e"),
        share_bars.scenario_bars(lost, title="Scenarios", key="f"),
        share_bars.scenario_bars([], title="None", key="g"),
    ]


def schedule_drawn() -> list[str]:
    tracks = [
        Track("North", "RAN of Acme", (Bar(day(0), day(3), 5), Bar(day(0), day(3)), Bar(day(1), day(4))), day(9)),
        Track("North", "core of Acme, a label that is much too long to show", (), staying=2),
        Track("South, a group whose name is much too long to be shown", "RAN", (Bar(day(3), day(9), given=True),), END),
        Track("South, a group whose name is much too long to be shown", "x", (Bar(day(3), day(3), 9),), FIRST, 1),
        Track("East", "y", (Bar(day(0), day(3)), Bar(day(3), day(6), 2), Bar(day(2), day(5)))),
    ]
    drawn = plan_charts.schedule
    return [
        drawn(tracks, FIRST, END, title="Schedule", key="a"),
        drawn(tracks[:1], FIRST, date(2100, 1, 1), title="Long", key="b", width=500),
        drawn(tracks[4:], date(2026, 1, 1), date(2026, 7, 1), title="Short", key="c"),
    ]


def charts_drawn() -> list[str]:
    spans = [Span(day(3 * at), day(3 * at + 3) - timedelta(days=1), 0.3 - at / 20, 0.35, 0.4) for at in range(6)]
    point = [Span(FIRST, day(3) - timedelta(days=1), 0.0, 0.0, 0.0)]
    money = [Span(s.from_on, s.to_on, 1e6 * at, 1.5e6 * at, 2e6 * at) for at, s in enumerate(spans)]
    spots = [plan_charts.Spot(key, x, y) for key, x, y in (("b", 2e6, 0.5), ("a", 1e6, 3.5), ("c", 2.05e6, 0.4))]
    return [
        plan_charts.band(spans, title="Band", key="a", of="revenue"),
        plan_charts.band(point, title="Nothing", key="b", of="revenue"),
        plan_charts.band([Span(FIRST, day(60), 0.81, 0.9, 0.95)], title="Much", key="c", of="revenue"),
        plan_charts.spending(money, currency="EUR of 2026", title="Money", key="d"),
        plan_charts.spending([Span(FIRST, day(3), 5.0, 5.0, 5.0)], currency="EUR", title="Little", key="e"),
        plan_charts.curve(spots, title="Curve", key="f", x_name="budget", x_words=wording.amount, y_unit="share-years"),
        plan_charts.curve(
            [plan_charts.Spot("z", 0.0, 0.0)], title="Point", key="g", x_name="x", x_words=str, y_unit="EUR of 2026"
        ),
    ]


def curves_drawn() -> list[str]:
    chance = [Point(1e6 * at, at / 10, at / 8, min(1.0, at / 5)) for at in (4, 0, 1, 2, 3)]
    keyed = [Point(1e6 * at, at / 20, at / 16, at / 12, "abcdefgh"[at]) for at in range(8)]
    close = [Point(1.0, 0.0, 0.0, 0.004, "first"), Point(1.01, 0.0, 0.004, 0.01, "second")]
    days = [Point(float(day(4 * at).toordinal()), -1e6, 5e8 * at, 1e9 * at) for at in range(6)]
    marks = [aid_curves.Marker(float(day(at).toordinal()), f"contract {at}") for at in (1, 2, 3, 4, 5, 6, 19, 99)]
    one = [Point(float(day(1).toordinal()), 0.0, 0.5, 0.5)]
    more = {"currency": "EUR of 2024", "key": "k"}
    return [
        aid_curves.chance_curve(chance, 3.9e6, title="Chance", **more),
        aid_curves.chance_curve(chance[:2], None, title="Without", **more),
        aid_curves.chance_curve([Point(0.0, 0.5, 0.5, 0.5)], 0.0, title="Nothing", **more),
        aid_curves.budget_curve(keyed, 10.5e6, title="Budget", **more),
        aid_curves.budget_curve(keyed, 10.6e6, title="Beyond", **more),
        aid_curves.budget_curve(close, None, title="Close", **more),
        aid_curves.budget_curve([Point(0.0, 0.9, 0.9, 0.9, "x")], 1.5, title="One", **more),
        aid_curves.days_curve(days, marks, title="Days", **more),
        aid_curves.days_curve(one, marks[:1], title="A day", **more),
    ]


def aid_bars_drawn() -> list[str]:
    parts = (
        Part("price", 1e6, 2e6, 3e6),
        Part("credit", -2e6, -1e6, -5e5),
        Part("risk", -1e6, 0.0, 1e6),
        Part("nothing", 0.0, 0.0, 0.0),
        Part("sure", 5e5, 5e5, 5e5),
    )
    choices = [aid_bars.PricedVendor("Acme", True, parts), aid_bars.PricedVendor(LONG, False, parts[:1])]
    dear = [aid_bars.PricedVendor("Bolt", False, (Part("price", 9.994e8, 9.995e8, 3e9),))]
    rows = [
        Ranged("a row", 1.0, 2.0, 3.0),
        Ranged("a row whose label is longer than the room that it has", None, None, None),
        Ranged("endless", 1.0, 2.0, None),
        Ranged("beyond", 3.0, 50.0, 90.0),
        Ranged("below", -3.0, -2.0, -1.0),
        Ranged("at the end", 4.0, 4.0, 4.0),
        Ranged("no interval", 0.0, 0.2, 0.2),
    ]
    swings = [
        Swing("a figure", "sourced", 0.1, 0.5, 0.9, "1", "2"),
        Swing(
            "a figure whose name takes more than one line of the room that it has, and then some more", "derived", 0.6,
            0.5, 0.4, "a long word of its low end", "high",
        ),
        Swing("unmoved", "assumed", 0.5, 0.5, 0.5, "0", "9"),
    ]  # fmt: skip
    return [
        aid_bars.cost_bars(choices, currency="EUR of 2024", title="Costs", key="a"),
        aid_bars.cost_bars(dear, currency="EUR", title="Dear", key="b"),
        aid_bars.mechanism_rows(rows, rows, currency="EUR", title="Panels", key="c"),
        tornado.tornado(swings, "Tornado", key="e"),
    ]


def option_rows_drawn() -> list[str]:
    row = option_rows.OptionRow
    rows = [
        row(
            label="As planned", under="all of it", cash=(4e6, 6e6), sourced=1e6, assumed=4e6, before=(0.2, 0.5),
            after=(0.0, 0.0), start_on=day(1), done_on=day(20), latest_on=day(30),
        ),
        row(label="A label that is longer than the room for it", under="x" * 60, cash=(0.0, 0.0), before=(0.9, 0.9)),
        row(label="None", under="no plan", words="no plan keeps the limits"),
        row(label="Clear", under="", after=(0.1, 0.719), before=(0.72, 0.72), start_on=day(1), latest_on=day(2)),
        row(label="Sourced", under="", cash=(1e6, 1e6), sourced=1e6, start_on=day(3), done_on=day(3)),
    ]  # fmt: skip
    drawn = option_rows.option_rows
    how = {"currency": "EUR of 2026", "prices": "net"}
    return [
        drawn(rows, FIRST, END, title="Options", key="a", **how),
        drawn(rows[2:3], FIRST, END, title="None", key="b", **how),
    ]


def timelines_drawn() -> list[str]:
    start = date(2018, 2, 1)
    marks = [
        timelines.Mark("1", start, start),
        timelines.Mark("2", start, date(2019, 12, 31)),
        timelines.Mark("3", start, start),
        timelines.Mark("4", start, date(2018, 3, 1)),
        timelines.Mark("5", date(2026, 12, 1), date(2026, 12, 31)),
        timelines.Mark("6", date(2026, 12, 1), date(2026, 12, 31)),
    ]
    events = [
        timelines.Lane("claims", tuple(marks[:4])),
        timelines.Lane("nothing", ()),
        timelines.Lane("<late>", tuple(marks[4:6])),
    ]
    drawn = timelines.lanes
    return [
        drawn(events, date(2026, 11, 27), "the day", title="Lanes", key="e"),
        drawn(events[:1], start, "the day", title="Closed", key="f"),
        drawn([], start, "a day alone", title="None", key="g"),
    ]


def network_drawn() -> list[str]:
    reasons = ("element", "vendor", "verdict", "condition")
    nodes = (
        network_map.NodeMark(name="Rome", lat=41.9, lon=12.5, state="restricted"),
        network_map.NodeMark(name="Milan", lat=45.5, lon=9.2, state="clear"),
        network_map.NodeMark(name="Monza", lat=45.58, lon=9.27, state="clear"),
        *(
            network_map.NodeMark(name=f"U{at}", lat=43.0 + at, lon=11.0, state="unknown", because=why)
            for at, why in enumerate(reasons)
        ),
        network_map.NodeMark(name="Nowhere", lat=None, lon=None, state="clear"),
    )
    links = (
        network_map.LinkMark(source="Rome", target="Milan", state="restricted"),
        network_map.LinkMark(source="Rome", target="U0", state="unknown"),
        network_map.LinkMark(source="Milan", target="Monza"),
        network_map.LinkMark(source="Milan", target="Nowhere"),
    )
    pairs = (
        network_map.ExposedPair(source="Rome", target="Milan", certain=True),
        network_map.ExposedPair(source="Monza", target="Milan", certain=False),
        network_map.ExposedPair(source="U3", target="Nowhere", certain=False),
        network_map.ExposedPair(source="Rome", target="Rome", certain=False),
    )
    drawing = network_map.NetworkDrawing
    placed = drawing(
        country="Italy", nodes=nodes, links=links, exposed=pairs, steered=(("Rome", "U0", "Milan"), ("Milan", "U0"))
    )
    circle = drawing(
        country="Italy",
        nodes=(*nodes[7:], network_map.NodeMark(name="A", lat=1.0, lon=1.0, state="clear")),
        links=links[2:3],
        exposed=pairs[:1],
        steered=(),
    )
    crowd = drawing(
        country="Italy",
        nodes=tuple(
            network_map.NodeMark(name=f"n{at:02}", lat=None, lon=None, state="restricted" if at % 9 == 0 else "clear")
            for at in range(61)
        ),
        links=(),
        exposed=(),
        steered=(),
    )
    sixty = drawing(country="Italy", nodes=crowd.nodes[:60], links=(), exposed=(), steered=())
    assert (placed.has_positions, placed.placeless_count) == (True, 1)
    assert (circle.has_positions, circle.placeless_count) == (False, 0)
    return [network_map.network_map(one, "k", title="A network") for one in (placed, circle, crowd, sixty)]


def site_map_drawn() -> list[str]:
    rome = [site_map.SiteSpot((at,), 41.9 + at / 10, 12.5) for at in range(1, 6)]
    apart = [site_map.SiteSpot((6, 7), 45.5, 9.2), site_map.SiteSpot((8,), 37.5, 15.1)]
    tight = [site_map.SiteSpot((at,), 45.5 + at / 100, 9.2) for at in range(9)]
    frame = site_map.MapFrame((179.0, -1.0, 181.0, 1.0), (0.0, 0.0, 100.0, 100.0))
    ring = [(179.5, 0.0), (-179.5, 0.5), (-179.5, -0.5), (179.5, 0.0)]
    assert [len(group) for group in site_map.clusters([*rome, *apart, *tight])] == [10, 5]
    assert site_map.clusters(rome[:3]) == []
    assert site_map.has_country("italy")
    assert not site_map.has_country("Atlantis")
    return [
        site_map.site_map("Italy", [*rome, *apart, *tight], "a"),
        site_map.site_map("Japan", [], "b", width=600, height=400),
        site_map.site_map("Atlantis", apart, "c"),
        site_map.site_map("Malta", [site_map.SiteSpot((1,), 35.9, 14.5)], "d"),
        f"{site_map.trace(ring, frame)} {site_map.trace(ring[:2], frame)!r} {frame.seen()}",
        f"{site_map.country_box('France', [])} {site_map.country_box('Spain', [site_map.SiteSpot((1,), 28.1, -15.4)])}",
    ]


def world_drawn() -> list[str]:
    ends = (("France", 0.0999), ("Italy", 0.1), ("Spain", 0.25), ("Japan", 0.5), ("Germany", 0.75), ("Peru", 0.2))
    shades = [site_map.Shade(country, low, low + 0.05) for country, low in ends]
    shades += [
        site_map.Shade("Brazil", 0.25, 0.5),
        site_map.Shade("Canada", 0.25, 0.51),
        site_map.Shade("Atlantis", 0.1, 0.2),
    ]
    return [site_map.world_map(shades, "Italy", "a"), site_map.world_map([], "Atlantis", "b", width=700, height=300)]


def canvas_drawn() -> list[str]:
    made = canvas.Canvas(10.005, 20, "A <title>", key="k")
    made.hatch((0, -0.001, 1.5, 2.25), "odd")
    made.hatch((0, 0, 1, 2), "vendor")
    made.hatched("M0 0Z", "condition", " x")
    made.line((0, 1), (2, 3.456), "s", extra=" y")
    made.circle((1, 2), 3, "c")
    made.text((1, 2), "a & b", css="t")
    made.text((1, 2), "plain", 9, anchor="end")
    made.rect((0, 0, 1, 1), made.clip((0, 0, 5, 5), "n"))
    bare = canvas.Canvas(1, 1, "bare", key="")
    return [made.svg(), canvas.standalone(bare.svg(), "Font"), canvas.style()]


CHARTS: dict[str, Callable[[], list[str]]] = {
    "carriers": carrier_bars_drawn,
    "vendors": vendor_bars_drawn,
    "measured": measured_drawn,
    "schedule": schedule_drawn,
    "charts": charts_drawn,
    "curves": curves_drawn,
    "aid-bars": aid_bars_drawn,
    "options": option_rows_drawn,
    "timelines": timelines_drawn,
}
DRAWN: dict[str, Callable[[], list[str]]] = {
    "marks": marks_drawn,
    "charts": lambda: [drawn for make in CHARTS.values() for drawn in make()[:1]],
    "network": network_drawn,
    "site-map": site_map_drawn,
    "world": world_drawn,
    "canvas": canvas_drawn,
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_is_what_is_kept(name: str) -> None:
    """Elements stand on lines of their own; long coasts are kept by their digest."""
    text = "\n\n".join(DRAWN[name]()).replace("><", ">\n<")
    short = COAST.sub(lambda found: f' d="{len(found[1])} {sha256(found[1].encode()).hexdigest()[:12]}"', text)
    assert_kept(KEPT / f"{name}.svg.txt", f"{short}\n")


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_can_be_read_and_is_drawn_alike_twice(name: str) -> None:
    for svg, again in zip(CHARTS[name](), CHARTS[name](), strict=True):
        assert_readable(svg)
        assert svg == again


WORDS = st.text(alphabet="ab mW山,-", max_size=60)
SHARES = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)


@settings(max_examples=50)
@given(st.lists(st.tuples(WORDS, WORDS, WORDS, SHARES), min_size=1, max_size=6), st.sampled_from((344, 720)))
def test_any_rows_can_be_read_and_a_bar_is_as_long_as_its_share(
    rows: list[tuple[str, str, str, list[float]]], width: int
) -> None:
    made = []
    for label, under, words, (low, high) in rows:
        noted = row_chart.Stretch(start=low, end=high, fill="frame", words=(words or "x",), beside="left")
        spans = (row_chart.interval(low, high), [noted])
        made.append(row_chart.ChartRow(label=f"a{label}", under=under, words=(words,), spans=spans))
    entries = [("vendor", words) for _, _, words, _ in rows]
    two = [axes.share_axis(name="of pairs")] * 2
    assert_readable(row_chart.row_chart(made, two, title="t", key="k", entries=entries, width=width))
    alone = [row_chart.ChartRow(label="a", spans=row.spans[:1]) for row in made]
    svg = row_chart.row_chart(alone, [axes.share_axis()], title="t", key="k", width=width)
    filled, whole = {"f-solid": 0.0, "hatch": 0.0}, width - 14 - 16 - lettering.wide("a", 10.5, strong=True)
    found = []
    for one in elements(svg, "rect"):
        css = one.get("class", "")
        if css == "s-soft":
            assert number(one, "width") == pytest.approx(whole, abs=0.02)
            found.append(dict(filled))
            filled = dict.fromkeys(filled, 0.0)
        elif css in filled:
            filled[css] = number(one, "width")
    assert [one["f-solid"] for one in found] == [pytest.approx(whole * low, abs=0.02) for *_, (low, _) in rows]
    assert [one["hatch"] for one in found] == [pytest.approx(whole * (b - a), abs=0.02) for *_, (a, b) in rows]


@given(st.text(alphabet="ab mW山", max_size=120), st.floats(30, 200), st.integers(1, 3))
def test_words_are_cut_to_lines_that_fit(words: str, room: float, most: int) -> None:
    lines = lettering.lines_of(words, room, 10, most=most)
    assert len(lines) <= most
    assert all(lettering.wide(line, 10) <= room or len(line) <= 2 for line in lines)
    plain, cut = " ".join(words.split()), any(line.endswith("…") for line in lines)
    assert cut or "".join(lines).replace(" ", "") == plain.replace(" ", "")
    assert cut or "山" in plain or " ".join(lines) == plain


def test_a_line_of_a_script_without_blanks_breaks_between_letters_and_never_before_a_mark() -> None:
    lines = lettering.lines_of("公表。その後交換された可能性あり（要確認）", 130, 10, most=2)
    assert "".join(lines) == "公表。その後交換された可能性あり（要確認）" and len(lines) == 2
    assert not lines[1].startswith(tuple("、。）"))


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.sampled_from((2, 4, 5)))
def test_ticks_hold_both_ends_in_few_round_steps(one: float, two: float, most: int) -> None:
    low, high = min(one, two), max(one, two)
    ticks = axes.ticks_over(one, two, most)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert ticks[0] <= low + slack and ticks[-1] >= high - slack
    assert 2 <= len(ticks) <= most + 2
    assert ticks == sorted(set(ticks))
    assert axes.ticks_over(0, max(1.0, high))[-1] <= 2.6 * max(1.0, high)


def test_axes_of_money_name_their_unit_and_reach_what_most_rows_show() -> None:
    axis = axes.money_axis([0.0, 4.2e6], "EUR of 2024", "cash, {}")
    assert (axis.name, axis.names[1]) == ("cash, EUR million (2024 prices)", (1e6, "1"))
    assert axes.money_axis([0.0, 0.5], "EUR").names[1] == (0.1, "0.1")
    assert [axes.scale_of(one)[0] for one in (999_999.9, 1e6, 1.99e9, 2e9)] == ["", "million", "million", "billion"]
    highs: list[list[float]] = [[], [0.0, -1.0], [4.0, 24.1], [1.0, 6.0], [4.0, 6.0, 11.0, 24.0, 25.0]]
    assert [axes.reach(one) for one in highs] == [1.0, 1.0, 4.0, 6.0, 25.0]


def test_days_stand_in_their_years_and_quarters() -> None:
    axis = axes.days_axis(FIRST, END, quarters=True)
    assert [words for _, words in axis.names] == ["2026", "2027", "2028", "2029"]
    assert len(axis.lines) == 16 and axis.lines[0] == FIRST.toordinal() and axis.lines[-1] == END.toordinal()
    assert axis.place(END.toordinal()) == 1 and axis.place(0) == 0
    ages = axes.whole_years([date(1000, 1, 1), date(9999, 12, 31)])
    assert len(ages.names) <= 41 and ages.names[0][1] == "1000"
