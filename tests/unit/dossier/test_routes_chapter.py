"""The chapter on routes: sums alone, each figure with its row, and what it says where nothing is known."""

from typing import Any

import polars as pl
import pytest

from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import View, compose
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, filled, tables
from unit.dossier.test_exposure_section import exposure

TITLE = "Where the traffic goes"


def transit(number: int, level: str, **row: Any) -> dict[str, Any]:
    """One row of `transit`: of 400 pairs 100 certainly and 300 perhaps."""
    base = {
        "transit_id": f"transit-{number}", "country": "Germany", "role": "all", "destination": "all", "level": level,
        "audience": "public", "network_count": 40, "destination_count": 60, "pair_count": 4000, "low_share": 0.25,
        "high_share": 0.75, "rank_count": 1, "measure": "share of routes, each alike", "harm": "loss of service",
        "unseen_says": "the inside of each network", "assumed": ["Names settle who is a government."], "graph_on": DAY,
        "graph_says": "3 networks and 2 links.", "receipt_id": "receipt-1", "as_of_on": DAY, "known_on": None,
    }  # fmt: skip
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
ROWS = [
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


def view_of(rows: list[dict[str, Any]] = ROWS, sums: list[dict[str, Any]] = SUMS, **days: Any) -> View:
    routes: dict[str, pl.DataFrame] = {
        "transit": filled("transit", rows),
        "exposure": filled("exposure", sums),
        "receipt": filled("receipt", [RECEIPT]),
    }
    return compose({**tables(), **routes}, country="Germany", as_of=DAY, **days)


def chapter(view: View) -> str:
    """The words of the chapter."""
    text = " ".join("".join(Page(render_html(view)).texts).split())
    start = text.rindex(TITLE)
    return text[start : text.index("What is disputed", start) if "What is disputed" in text[start:] else None]


def test_sums_with_their_ends() -> None:
    text = chapter(view_of())
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
    text = chapter(view_of())
    assert "Hidden Ministry" not in text
    assert "Secret" not in text
    assert "AS64513" not in text


def test_each_figure_has_its_row() -> None:
    view = view_of()
    page = Page(render_html(view))
    linked = {given.get("data-row") for tag, given in page.tags if tag == "a"}
    assert {f"transit-{number}" for number in (1, 2, 3, 4, 5, 6, 8, 10)} <= linked
    assert {"exposure-11", "receipt-1"} <= linked


def test_without_rows_it_is_not_known() -> None:
    assert "Not known: this case holds no routes of networks in Germany." in chapter(view_of([], []))


def test_kinds_without_routes_are_left_out() -> None:
    text = chapter(view_of())
    assert "networks of the country's carriers4,00010 %" in text
    assert "networks of cloud and content providers" not in text


def test_no_blocked_count_is_unknown() -> None:
    assert "not known have no way round" not in chapter(
        view_of(sums=[summed(11, "sensitive", none_blocked_count=None)])
    )


@pytest.mark.parametrize("rows", [ROWS, []])
def test_it_becomes_a_page(rows: list[dict[str, Any]]) -> None:
    assert render_pdf(view_of(rows, SUMS if rows else [])).startswith(b"%PDF")


def seen(number: int, level: str, **row: Any) -> dict[str, Any]:
    """One row of `route_comparison`: of 2,000 paths half have the modelled class and a quarter the whole path."""
    base = {
        "route_comparison_id": f"route_comparison-{number}", "country": "Germany", "level": level,
        "against": "observed", "direction": "from", "reading": "every", "destination": "all", "audience": "public",
        "path_count": 2000, "unknown_link_count": 77, "class_share": 0.5, "next_hop_share": 0.4, "length_share": 0.45,
        "whole_share": 0.25, "routed_pair_count": 1500, "low_other_share": 0.1, "high_other_share": 0.12,
        "low_modelled_share": 0.2, "high_modelled_share": 0.3, "outside_count": 9,
        "restricted_says": "the 5 networks registered in China", "other_on": DAY, "other_says": "rib.bz2 of some day.",
        "graph_says": "3 networks and 2 links.", "harm": "loss of service", "unseen_says": "the inside of each network",
        "assumed": ["What vantage points report is no sample of all routes."], "as_of_on": DAY, "known_on": None,
    }  # fmt: skip
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
        "transit": filled("transit", ROWS),
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
    assert "9 more paths have an end that the graph lacks" in text
    assert "networks of cloud and content providers" in text and "6.3 %" in text
    assert "31.3 %" not in text
    assert "31.3 %" in with_seen("annex", "internal")


def test_without_routing_tables_nothing_is_said_of_trust() -> None:
    text = chapter(view_of())
    assert "How far does the model hold?" not in text
