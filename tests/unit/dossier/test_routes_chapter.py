"""The chapter on routes and the section of the annex: the ladder as drawn and told, sums alone, and who sees what."""

from typing import Any

import polars as pl
import pytest

from provenet.dossier.chapters.c45_routes import rungs_of
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import ANNEX, View, compose
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, filled, tables


def exposure(number: int, **row: Any) -> dict[str, Any]:
    """One row of a hundred pairs: 60 clear, 12 + 8 on rung 1, 6 and 4 above, 10 without a way round, 3 without any."""
    rungs = {"rung_0": 60, "rung_1_alone": 12, "rung_1_other": 8, "rung_2": 6, "rung_3": 4, "rung_none": 10}
    lucky = {"lucky_0": 70, "lucky_1": 12, "lucky_2": 5, "lucky_3": 3, "lucky_none": 10}
    base = {
        "exposure_id": f"exposure-{number}",
        "country": "Germany",
        "level": "network",
        "asn": str(64500 + number),
        "network_name": f"Net {number}",
        "role": "sensitive",
        "tags": ["gov"],
        "restricted_says": "the 7 networks listed in a file",
        "restricted_count": 5,
        "network_count": 1,
        "absent_count": 0,
        "pair_count": 100,
        "no_route_count": 3,
        **{f"{name}_count": count for name, count in (rungs | lucky).items()},
        "low_share": 0.25,
        "high_share": 0.375,
        "either_low_share": 0.3,
        "either_high_share": 0.5,
        "harm": "loss of service",
        "unseen_says": "radio",
        "as_of_on": DAY,
        "known_on": None,
    }
    return {**base, **row}


def whole(number: int, **row: Any) -> dict[str, Any]:
    return exposure(number, **{"level": "tag", "asn": None, "network_name": None, **row})


def remedy(number: int, **row: Any) -> dict[str, Any]:
    counts = {"asked_pair_count": 200, "open_pair_count": 40, "pair_count": 10 - number, "network_count": 6}
    base = {"remedy_id": f"remedy-{number}", "country": "Germany", "kind": "mover", "tag": "gov", "audience": "public"}
    told = {"asn": str(64600 + number), "network_name": f"Mover {number}", "as_of_on": DAY, "known_on": None}
    return {**base, **counts, **told, **row}


ROWS = [
    whole(1, network_count=6, pair_count=100),
    exposure(2),
    exposure(3, high_share=0.9, network_name=None),
    exposure(4, role="carrier", tags=["carrier"], party_id="north-tel"),
    exposure(5, role="carrier", tags=["dsl"]),
    whole(6, role="carrier", tags=["dsl"], network_count=0, pair_count=0, low_share=None, high_share=None),
]
CUT = {"kind": "cut", "audience": "internal", "asn": None, "source_asn": "64502", "destination_asn": "64504"}
FOUND = {"state": "cut", "low_count": 1, "high_count": 1, "members": ["64666"], "proof": "certified"}
REMEDIES = [remedy(1), remedy(2, audience="internal"), remedy(3, **CUT, **FOUND)]


def view_of(audience: str = "public", graph: bool = True, **replaced: pl.DataFrame) -> View:
    link = {"from_asn": "64500", "to_asn": "64501", "relation": "peer"}
    routes = {"as_link": filled("as_link", [link] if graph else [])}
    return compose({**tables(), **routes, **replaced}, country="Germany", as_of=DAY, audience=audience, document=ANNEX)


def shown(audience: str = "public", rows: list[dict[str, Any]] | None = None) -> View:
    found = {"exposure": filled("exposure", ROWS if rows is None else rows), "remedy": filled("remedy", REMEDIES)}
    return view_of(audience, **found)


def test_the_rungs_hold_both_ways_of_counting_the_lower_first() -> None:
    assert [*rungs_of(ROWS[0]).values()] == ["60 to 70 %", "12 to 20 %", "5 to 6 %", "3 to 4 %", "10 %"]


def test_the_page_keeps_networks_and_vendors_apart() -> None:
    page = Page(render_html(shown())).text
    assert "A restricted network is not a restricted vendor:" in page
    assert "the 7 networks listed in a file" in page
    assert "while all others choose as today" in page


SUMS_TITLE = "Where the traffic goes"


def transit(number: int, level: str, **row: Any) -> dict[str, Any]:
    """One row of `transit`: of 400 pairs 100 certainly and 300 perhaps."""
    base = {
        "transit_id": f"transit-{number}",
        "country": "Germany",
        "role": "all",
        "destination": "all",
        "level": level,
        "audience": "public",
        "network_count": 40,
        "destination_count": 60,
        "pair_count": 4000,
        "low_share": 0.25,
        "high_share": 0.75,
        "rank_count": 1,
        "measure": "share of routes, each alike",
        "harm": "loss of service",
        "unseen_says": "the inside of each network",
        "assumed": ["Names settle who is a government."],
        "graph_on": DAY,
        "graph_says": "3 networks and 2 links.",
        "receipt_id": "receipt-1",
        "as_of_on": DAY,
        "known_on": None,
    }
    return {**base, **row}


def summed(number: int, role: str, **row: Any) -> dict[str, Any]:
    base = {"level": "role", "asn": None, "network_name": None, "role": role, "tags": [], "destination": "all"}
    more = {"network_count": 12, "restricted_says": "the 5 networks registered in China", "none_blocked_count": 7}
    return exposure(number, **{**base, **more, **row})


RECEIPT = {
    "receipt_id": "receipt-1",
    "graph_citation": "Relations of networks, by their publisher.",
    "lists_says": "Names are of a later day.",
    "as_of_on": DAY,
    "known_on": None,
}
SUMMED_ROWS = [
    transit(1, "commercial", role="sensitive", rank_count=None, low_share=0.875, high_share=0.9, network_count=12),
    transit(2, "abroad", role="sensitive", rank_count=None, low_share=0.5, high_share=0.6),
    transit(
        3, "commercial", role="sensitive", destination="own_carrier", rank_count=None, low_share=0.1, high_share=0.1
    ),
    transit(4, "country", network_country="United States", low_share=0.4, high_share=0.6),
    transit(5, "country", network_country="Germany", rank_count=2, low_share=0.2, high_share=0.3),
    transit(6, "country", network_country=None, rank_count=3, low_share=0.01, high_share=0.02),
    transit(7, "country", network_country="France", rank_count=4, low_share=0.001, high_share=0.002),
    transit(8, "network", asn="64500", network_name="North Transit", network_country="Sweden"),
    transit(9, "network", asn="64501", network_name="Hidden Ministry", audience="internal", rank_count=2),
    transit(10, "network", asn="64502", network_name=None, network_country=None, rank_count=3),
]
SUMS = [summed(11, "sensitive"), summed(12, "carrier"), summed(13, "sensitive", level="network", network_name="Secret")]


def sums_view(rows: list[dict[str, Any]] = SUMMED_ROWS, sums: list[dict[str, Any]] = SUMS, **days: Any) -> View:
    routes: dict[str, pl.DataFrame] = {
        "transit": filled("transit", rows),
        "exposure": filled("exposure", sums),
        "receipt": filled("receipt", [RECEIPT]),
    }
    return compose({**tables(), **routes}, country="Germany", as_of=DAY, **days)


def chapter(view: View) -> str:
    """The words of the chapter."""
    text = " ".join("".join(Page(render_html(view)).texts).split())
    start = text.rindex(SUMS_TITLE)
    return text[start : text.index("What is disputed", start) if "What is disputed" in text[start:] else None]


def test_sums_with_their_ends() -> None:
    text = chapter(sums_view())
    assert (
        "Of the routes from the 12 government and defence networks of Germany, 87.5 to 90 % cross a commercial" in text
    )
    assert "and 50 to 60 % a network registered abroad" in text
    assert "25 to 37.5 % cross networks registered in China; 7 % have no way round them." in text
    assert "20 to 30 % cross a network of Germany itself." in text
    assert "1 to 2 % cross a network whose country is not on file." in text
    assert "1 more country: at most 0.2 % each." in text
    assert "North Transit AS64500" in text
    assert "name not on file AS64502" in text
    assert "Relations of networks, by their publisher. Names are of a later day." in text


def test_no_single_government_network_and_nothing_internal() -> None:
    text = chapter(sums_view())
    assert "Hidden Ministry" not in text
    assert "Secret" not in text
    assert "AS64513" not in text


def test_each_figure_has_its_row() -> None:
    view = sums_view()
    page = Page(render_html(view))
    linked = {given.get("data-row") for tag, given in page.tags if tag == "a"}
    assert {f"transit-{number}" for number in (1, 2, 3, 4, 5, 6, 8, 10)} <= linked
    assert {"exposure-11", "receipt-1"} <= linked


def test_kinds_without_routes_are_left_out() -> None:
    text = chapter(sums_view())
    assert "networks of the country's carriers4,00010 %" in text
    assert "networks of cloud and content providers" not in text


def test_no_blocked_count_is_unknown() -> None:
    assert "not known have no way round" not in chapter(
        sums_view(sums=[summed(11, "sensitive", none_blocked_count=None)])
    )


@pytest.mark.parametrize("rows", [SUMMED_ROWS, []])
def test_it_becomes_a_page(rows: list[dict[str, Any]]) -> None:
    assert render_pdf(sums_view(rows, SUMS if rows else [])).startswith(b"%PDF")


def seen(number: int, level: str, **row: Any) -> dict[str, Any]:
    """One row of `route_comparison`: of 2,000 paths half have the modelled class and a quarter the whole path."""
    base = {
        "route_comparison_id": f"route_comparison-{number}",
        "country": "Germany",
        "level": level,
        "against": "observed",
        "direction": "from",
        "reading": "every",
        "destination": "all",
        "audience": "public",
        "path_count": 2000,
        "unknown_link_count": 77,
        "class_share": 0.5,
        "next_hop_share": 0.4,
        "length_share": 0.45,
        "whole_share": 0.25,
        "routed_pair_count": 1500,
        "low_other_share": 0.1,
        "high_other_share": 0.12,
        "low_modelled_share": 0.2,
        "high_modelled_share": 0.3,
        "outside_count": 9,
        "restricted_says": "the 5 networks registered in China",
        "other_on": DAY,
        "other_says": "rib.bz2 of some day.",
        "graph_says": "3 networks and 2 links.",
        "harm": "loss of service",
        "unseen_says": "the inside of each network",
        "assumed": ["What vantage points report is no sample of all routes."],
        "as_of_on": DAY,
        "known_on": None,
    }
    return {**base, **row}


SEEN = [
    seen(1, "all", reading="reported"),
    seen(2, "country", class_share=0.625),
    seen(3, "role", role="sensitive", direction="to", whole_share=0.125),
    seen(4, "role", role="carrier", audience="internal", next_hop_share=0.313),
    seen(5, "country", destination="cloud", class_share=0.063),
]


def with_seen(document: str = "", audience: str = "public") -> str:
    routes = {
        "transit": filled("transit", SUMMED_ROWS),
        "exposure": filled("exposure", SUMS),
        "route_comparison": filled("route_comparison", SEEN),
    }
    view = compose({**tables(), **routes}, country="Germany", as_of=DAY, document=document, audience=audience)
    return " ".join("".join(Page(render_html(view)).texts).split())


def test_the_track_record_stands_beside_the_modelled_figure() -> None:
    text = with_seen()
    assert (
        "Of 2,000 routes that vantage points reported in a routing table of 24 November 2026, it gives the kind of "
        "first link that was observed (to a customer, a peer or a provider) for 50 %, the next network for 40 %, the "
        "length for 45 % and the whole path for 25 %; 77 use a link that the graph lacks." in text
    )
    assert "From networks registered in Germany2,00062.5 %40 %25 %1,50010 to 12 %20 to 30 %" in text
    assert "To government and defence networks2,00050 %40 %12.5 %1,50010 to 12 %20 to 30 %" in text
    assert "What vantage points report is no sample of all routes." in text
    # What is internal, and where routes lead, is not in the chapter.
    assert "31.3 %" not in text and "6.3 %" not in text
    assert "31.3 %" in with_seen(audience="internal")


def test_the_annex_has_every_line_that_may_be_shown() -> None:
    text = with_seen("annex")
    assert "Modelled routes beside others" in text and "6.3 %" in text
    assert "31.3 %" not in text
    assert "31.3 %" in with_seen("annex", "internal")


def test_without_routing_tables_nothing_is_said_of_trust() -> None:
    text = chapter(sums_view())
    assert "How far does the model hold?" not in text
