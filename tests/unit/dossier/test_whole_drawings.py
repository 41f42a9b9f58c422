"""Whole drawings of small hand-made data, kept as SVG in `kept/`; open one in a browser before you keep it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from provenet.core import wording
from provenet.dossier import carrier_bars as carriers
from provenet.dossier.drawings import (
    aid_bars,
    aid_curves,
    canvas,
    network_map,
    option_rows,
    plan_charts,
    share_bars,
    site_map,
    timelines,
)
from support.kept import assert_kept

KEPT = Path(__file__).parent / "kept"
COAST = re.compile(r' d="([^"]{100,})"')
FIRST, END = date(2026, 4, 1), date(2030, 1, 1)
Part, Ranged, Swing = aid_bars.CostPart, aid_bars.Ranged, aid_bars.Swing
Point, Bar, Track, Span = aid_curves.Point, plan_charts.Bar, plan_charts.Track, plan_charts.PeriodFigure


def day(months: int) -> date:
    """So many months after the first day."""
    return date(2026 + (3 + months) // 12, (3 + months) % 12 + 1, 1)


def share_bars_drawn() -> list[str]:
    bar = share_bars.share_bar
    slices = [share_bars.Slice(kind, 0.2) for kind in ("restricted", "condition", "verdict", "vendor", "clear")]
    outcomes = ("restricted", "conditional", "clear", "undetermined", "no rule")
    return [
        bar(0.25, 0.5, "a"),
        bar(0.0, 1.0, "b", css="restricted", width=150, scale=False),
        bar(0.4, 0.4, "c", width=151),
        bar(0.4, 0.4, "d", width=150),
        share_bars.parts_bar(slices, "e"),
        share_bars.parts_bar(slices[:1], "f", width=200, scale=False),
        *(share_bars.part_key(kind, "g") for kind in ("restricted", "clear", "vendor", "odd")),
        *(share_bars.outcome_mark(outcome, "h") for outcome in outcomes),
    ]


def ladder_drawn() -> list[str]:
    rungs = [
        share_bars.Rung("Clear", "as it is", 0.25, 0.5, "first"),
        share_bars.Rung("One", "", 0.5, 0.5),
        share_bars.Rung("None <ever>", "whoever moves", 0.0, 0.25, "last"),
    ]
    return [
        share_bars.stairs(rungs, title="Stairs", key="k"),
        share_bars.stairs(rungs[:1], title="One", key="l", width=500),
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
        drawn(plain, title="One", key="b", width=700),
        drawn(three, title="Three", key="c"),
    ]


def vendor_bars_drawn() -> list[str]:
    def bar(network: str, **shares: float) -> share_bars.VendorBar:
        parts = tuple(
            share_bars.VendorPart(vendor=vendor, share=share, words=wording.percent(share))
            for vendor, share in shares.items()
        )
        return share_bars.VendorBar(network=network, segment="RAN, 2026", parts=parts, index="0.5 to 0.6")

    full = bar("North", Acme=0.5, Bolt=0.3, Cord=0.2)
    few = bar("South", Bolt=0.9, Dash=0.04, A_vendor_of_a_long_name=0.05)
    none = bar("East")
    seven = bar("West", **{f"Vendor_{at}": (7 - at) / 30 for at in range(7)})
    many = bar("Many", **{f"A_vendor_of_a_long_name_{at}": 0.05 for at in range(9)})
    drawn = share_bars.vendor_bars
    return [
        drawn([full, few, none], title="Bars", key="a"),
        drawn([full], title="Whole", key="b"),
        drawn([seven], title="Seven", key="c", width=600),
        drawn([many], title="Many", key="d"),
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


def ticks_found() -> list[str]:
    ends = [(0, 0.47), (-30, 170), (5, 5), (0, 0), (1e9, 1e9), (0, 1e-6), (3, 1), (-7, -2), (0, 5), (0, 5.000001)]
    found = [f"{pair}: {aid_curves.ticks_over(*pair)} {aid_curves.ticks_over(*pair, 2)}" for pair in ends]
    highs = (0.004, 0.3, 1, 9.99, 10, 99.6, 1703, 2e9, 12345678901)
    found += [f"{high}: {plan_charts.nice_ticks(high)} {plan_charts.nice_ticks(high, 4)}" for high in highs]
    found += [f"{high}: {plan_charts.scale_of(high)}" for high in (999_999.9, 1e6, 1.99e9, 2e9)]
    highest: list[list[float]] = [
        [],
        [0.0, -1.0],
        [4.0, 6.0, 11.0, 24.0, 25.0],
        [4.0, 24.1],
        [1.0, 6.0],
        [1, 2, 12, 13],
    ]
    found += [f"{one}: {aid_bars.within(one)}" for one in highest]
    found += [repr((aid_bars.cut_to(text, wide, 10), aid_bars.two_lines(text, wide, 10))) for text, wide in CUTS]
    found += [
        f"{value}: {aid_bars.axis_money('EUR of 2024', most)[1](value)}" for value, most in ((5.0, 9.0), (5e6, 9e6))
    ]
    found += [repr(aid_bars.axis_money("EUR of 2024", most)[0]) for most in (9.0, 9e6)]
    return found


CUTS = [("short", 10), ("four", 10), ("exactly ten", 57.2), ("one two three four", 57.2), ("unbroken-name", 41.6)]
CUTS += [(" starts with a space", 41.6), ("a b", 1)]


def aid_bars_drawn() -> list[str]:
    parts = (
        Part("price", 1e6, 2e6, 3e6),
        Part("credit", -2e6, -1e6, -5e5),
        Part("risk", -1e6, 0.0, 1e6),
        Part("nothing", 0.0, 0.0, 0.0),
        Part("sure", 5e5, 5e5, 5e5),
    )
    choices = [
        aid_bars.PricedVendor("Acme", True, parts),
        aid_bars.PricedVendor(
            "A vendor whose name is longer than any that a chart has room for, by far", False, parts[:1]
        ),
    ]
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
    panels = [("Money, EUR", rows, str, 4.0), ("A panel whose name is longer than its room", rows[:7], str, 3.0)]
    return [
        aid_bars.cost_bars(choices, currency="EUR of 2024", title="Costs", key="a"),
        aid_bars.cost_bars(dear, currency="EUR", title="Dear", key="b", width=500),
        aid_bars.interval_rows(panels, title="Panels", key="c"),
        aid_bars.interval_rows(panels[:1], title="One", key="d", width=400),
        aid_bars.tornado(swings, ("share", wording.percent), title="Tornado", key="e"),
        *(aid_bars.basis_key(basis, "f") for basis in ("sourced", "derived", "assumed")),
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
        drawn(rows[2:3], FIRST, END, title="None", key="b", **how, width=640),
    ]


def timelines_drawn() -> list[str]:
    start = date(2018, 2, 1)
    marks = [
        timelines.Mark("1", start, start, 0.5, 0.5),
        timelines.Mark("2", start, date(2019, 12, 31), 0.4, 0.6),
        timelines.Mark("3", start, start, 0.51, 0.52),
        timelines.Mark("4", start, date(2018, 3, 1), 0.5, 0.53),
        timelines.Mark("5", date(2026, 12, 1), date(2026, 12, 31), 1.0, 1.0),
        timelines.Mark("6", date(2026, 12, 1), date(2026, 12, 31), 0.0, 0.0),
        *(timelines.Mark(f"{at}", date(2022, 1, 1), date(2022, 1, 1), 0.5, 0.5) for at in range(7, 27)),
    ]
    days = [start, date(2026, 12, 31)]
    events = [
        timelines.Lane("claims", tuple(marks[:4])),
        timelines.Lane("nothing", ()),
        timelines.Lane("<late>", tuple(marks[4:6])),
    ]
    drawn = timelines.lanes
    over = timelines.shares_over_time
    return [
        over(marks[:6], days, title="Shares", key="a"),
        over(marks, days, title="Many", key="b", width=500),
        over(marks[:1], [start, start], title="One", key="c"),
        over([], [date(1000, 1, 1), date(9999, 12, 31)], title="Ages", key="d"),
        drawn(events, date(2026, 11, 27), "the day", title="Lanes", key="e"),
        drawn(events[:1], start, "the day", title="Closed", key="f", closed=True, gap=2),
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
    made.area([(0, 1, 2), (3, 4, 5)])
    made.hatched("M0 0Z", "condition", " x")
    made.line((0, 1), (2, 3.456), "s", extra=" y")
    made.circle((1, 2), 3, "c")
    made.text((1, 2), "a & b", css="t")
    made.text((1, 2), "plain", 9, anchor="end")
    made.rect((0, 0, 1, 1), made.clip((0, 0, 5, 5), "n"))
    bare = canvas.Canvas(1, 1, "bare", key="")
    return [made.svg(), canvas.standalone(bare.svg(), "Font"), canvas.style()]


DRAWN: dict[str, Callable[[], list[str]]] = {
    "share-bars": share_bars_drawn,
    "ladder": ladder_drawn,
    "carrier-bars": carrier_bars_drawn,
    "vendor-bars": vendor_bars_drawn,
    "schedule": schedule_drawn,
    "charts": charts_drawn,
    "curves": curves_drawn,
    "ticks": ticks_found,
    "aid-bars": aid_bars_drawn,
    "option-rows": option_rows_drawn,
    "timelines": timelines_drawn,
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
