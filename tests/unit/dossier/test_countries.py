"""All countries side by side: the same rule for each, and a blank is no zero."""

from datetime import date
from xml.etree import ElementTree

from provenet.dossier.drawings.site_map import Shade, world_map
from provenet.dossier.render import render_html
from provenet.dossier.view import ANNEX, compose
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, filled, tables


def share(country: str, low: float, high: float, as_of: str, **more: object) -> dict[str, object]:
    day = date(int(as_of), 12, 31)
    return {
        "row_id": f"market_share-{country}-{as_of}", "geo": country, "level": "country", "segment": "5G RAN",
        "asset_class": "ran", "vendor_ids": ["acme"], "low_share": low, "high_share": high,
        "measure": "share of subscribers", "as_of": as_of, "as_of_high_on": day,
        "source_id": tables()["source"]["source_id"][0], "reading": "read in the source", **more,
    }  # fmt: skip


def page_of(*rows: dict[str, object]) -> Page:
    held = {**tables(), "market_share": filled("market_share", rows)}
    return Page(render_html(compose(held, country="Germany", as_of=DAY, document=ANNEX)))


def test_each_country_gets_its_newest_share_that_has_a_number() -> None:
    text = page_of(
        share("France", 0.2, 0.2, "2020"),
        share("France", 0.17, 0.17, "2022"),
        share("France", 0, 1, "2024"),
        share("Norway", 0, 0, "2022"),
    ).text
    assert "Acme : 17 %" in text
    assert "Acme : 20 %" not in text
    assert "Acme : 0 %" in text
    assert "none on record" in text


def test_a_country_without_a_figure_is_plain_on_the_map_and_a_wide_one_hatched() -> None:
    drawn = world_map([Shade("France", 0.17, 0.17), Shade("Italy", 0.5, 1.0)], "Germany", "k")
    root = ElementTree.fromstring(drawn)
    paths = [one.get("fill") or one.get("class") or "" for one in root.iter("{http://www.w3.org/2000/svg}path")]
    assert sum("url(#verdict" in one for one in paths) == 2
    assert sum(one == "f-solid fs-paper" for one in paths) == 2
    assert drawn == world_map([Shade("France", 0.17, 0.17), Shade("Italy", 0.5, 1.0)], "Germany", "k")
