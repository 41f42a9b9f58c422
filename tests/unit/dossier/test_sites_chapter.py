"""The chapter on sites: what is known of each, what is not, and the form for their owners."""

import csv
import io
import re
from typing import Any

import polars as pl

from provenet.case.parties import PartyNames
from provenet.dossier.render import render_body, render_html, render_pdf
from provenet.dossier.view import View, compose, compose_all
from support.reading import read_table_file
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, filled, tables

KEY = "c40_sites"


def answer(site: str, carriers: list[str], **row: Any) -> dict[str, Any]:
    base = {"answer_id": f"answer-{site}", "site_id": site, "country": "Germany", "carrier_ids": carriers}
    return {**base, "signer": "Jane Roe", "answered_on": DAY, "source_id": "paper", **row}


def composed(found: dict[str, pl.DataFrame], **more: Any) -> View:
    return compose(found, country="Germany", as_of=DAY, **more)


def chapter(view: View) -> Any:
    return next(section for section in view.sections if section.key == KEY).data


def words(view: View) -> str:
    page = render_html(view).decode()
    part = page[page.index("<h2>" + str(next(s.number for s in view.sections if s.key == KEY)) + ". Sensitive sites") :]
    return part[: part.index("</section>")]


def test_without_an_answer_every_carrier_is_not_known() -> None:
    data = chapter(composed(tables()))
    assert data.known == "This case lists two sites in Germany. Which carriers serve them is not known."
    assert [(line.carrier, line.answers.owner) for line in data.sites] == [("", None), ("", None)]


def test_an_answer_names_the_carriers_and_the_owner_and_cites_its_signer() -> None:
    found = tables()
    site = chapter(composed(found)).sites[0].site["site_id"]
    found["site_answer"] = filled(
        "site_answer", [answer(site, ["south-tel", "north-tel"], owner="The Forces", own_links="yes")]
    )
    view = composed(found)
    first, other = chapter(view).sites
    assert (first.carrier, first.answers.owner) == ("North Tel or South Tel", "The Forces")
    assert (other.carrier, other.answers.owner) == ("", None)
    assert chapter(view).known == (
        "This case lists two sites in Germany. Which carriers serve them is stated for one of them; for the others it "
        "is not known."
    )
    assert "own links carry part" in words(view)


def test_an_answer_of_a_later_day_is_not_in_a_replay() -> None:
    found = tables(known=DAY)
    site = chapter(composed(found, known=DAY)).sites[0].site["site_id"]
    for year, carrier in ((2026, "North Tel"), (2027, "")):
        row = answer(site, ["north-tel"], answered_on=DAY.replace(year=year))
        with_row = {**found, "site_answer": filled("site_answer", [row])}
        assert chapter(composed(with_row, known=DAY)).sites[0].carrier == carrier


def test_the_questionnaire_has_a_row_for_each_site_and_is_read_back() -> None:
    view = composed(tables())
    data = view.files["sites-questionnaire.csv"]
    records = [one for one in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")) if one]
    assert [one[0] for one in records[-2:]] == [line.site["site_id"] for line in chapter(view).sites]
    records[-1][3] = "The Forces"
    records = [[one[0], "Jane Roe"] if one[0] == "Your name" else one for one in records]
    records = [[one[0], "2026-11-26"] if one[0].startswith("Day ") else one for one in records]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(records)
    reading = read_table_file("q.csv", out.getvalue().encode(), None, names=PartyNames.built_in())
    assert [(row["site_id"], row["owner"]) for row in reading.rows["site_answer"]] == [(records[-1][0], "The Forces")]


def test_a_country_without_a_site_says_so_and_has_no_form() -> None:
    found = {name: rows for name, rows in tables().items() if name not in ("site", "site_dependence")}
    view = composed(found)
    assert "We hold nothing on sensitive sites" in Page(render_html(view)).text
    assert view.files.get("sites-questionnaire.csv") is None
    assert render_pdf(view, render_body(view)).startswith(b"%PDF")


def test_tables_have_captions_and_scopes_and_scroll_on_a_phone() -> None:
    page = words(composed(tables()))
    assert page.count("<table") == page.count("<caption>") == page.count('<div class="scroll" tabindex="0">') > 1
    assert page.count("<thead>") * 1 <= page.count('<th scope="col">')
    assert "<table" in page and page.index("<caption>") < page.index("<colgroup>")


def service(number: int, what: str, provider: str, **row: Any) -> dict[str, Any]:
    base = {"row_id": f"site_service-{number}", "scope": "Germany", "country": "Germany", "what": what}
    return {**base, "provider": provider, "statement": f"Says that {provider} serves.", "source_id": "paper", **row}


def served(site: str) -> dict[str, pl.DataFrame]:
    rows = [
        service(1, "own_satellite", "Own Sat", site_id=None, from_on=DAY.replace(year=2024), from_text="2024"),
        service(2, "leased_circuits", "Old Lines", site_id=None, sourced_high_on=DAY.replace(year=1998)),
        service(3, "commercial_satellite", "Big Sat", site_id=None, country=None, scope="A programme"),
        service(4, "commercial_satellite", "Far Sat", site_id=None, country="Japan", scope="Japan"),
        service(5, "residents_internet", "Home Net", site_id=site),
    ]
    return {**tables(), "site_service": filled("site_service", rows)}


def rides(site: str | None, failed: str, low: float, high: float, **row: Any) -> dict[str, Any]:
    base = {"site_traffic_id": f"traffic-{site}-{failed}", "site_id": site, "country": "Germany", "demand": "official"}
    day = {"as_of_on": DAY, "known_on": None, "network": "access", "own_failed": failed, "inputs": []}
    return {**base, **day, "low_share": low, "high_share": high, **row}


def test_who_serves_what_is_said_of_whom_it_is_stated_and_counted() -> None:
    first = chapter(composed(tables())).sites[0].site["site_id"]
    found = served(first)
    view = composed(found)
    text = " ".join(re.sub("<[^>]*>", " ", words(view)).split())
    assert (
        "speak of both, of Germany or of programmes that reach it: 1 of own links, 3 of networks of others; 3 of"
        in text
    )
    assert "4 of the 5 rows of this case speak of a whole country or programme" in text
    assert "Of 2 sites, 1 has a row of its own; no row speaks of the services of site 2." in text
    assert "None states how much traffic takes which way." in text
    lines = {(one["what"], one["party"].says): one["stated"] for one in chapter(view).services}
    assert list(lines) == [
        ("residents' internet", "site 1"),
        ("leased circuits", "forces in Germany"),
        ("satellites of their own", "forces in Germany"),
        ("commercial satellites", "A programme"),
    ]
    whens = [stated["when"] for one in lines.values() for stated in one]
    assert whens == ["undated", "earlier: stated 1998", "from 2024", "undated"]
    assert [line.services for line in chapter(view).sites] == ["residents' internet", ""]
    assert "Far Sat" not in text


def test_no_row_on_services_is_said_so() -> None:
    text = " ".join(re.sub("<[^>]*>", " ", words(composed(tables()))).split())
    assert "No row of this case speaks of either for Germany." in text
    assert [line.services for line in chapter(composed(tables())).sites] == ["", ""]


def test_figures_of_a_named_site_and_its_failures_are_for_an_internal_audience() -> None:
    site = chapter(composed(tables())).sites[0].site["site_id"]
    rows = [
        rides(None, "none", 0.0, 1.0),
        rides(site, "none", 0.1, 0.2, is_stated=True, carrier_ids=["north-tel"]),
        rides(site, "all", 1.0, 1.0, is_stated=True, carrier_ids=["north-tel"]),
    ]
    found = {**served(site), "site_traffic": filled("site_traffic", rows)}
    public = compose_all(found, country="Germany", as_of=DAY)
    internal = compose_all(found, country="Germany", as_of=DAY, audience="internal")
    for view in public:
        assert f"traffic-{site}" not in render_html(view).decode()
    page = " ".join(re.sub("<[^>]*>", " ", words(internal[0])).split())
    assert "10 to 20 %" in page and "if all own links fail" in page


def meets(harm: str, **row: Any) -> dict[str, Any]:
    base = {"site_exposure_id": f"site-{harm}-{row.get('pack')}", "site_id": None, "country": "Germany", "harm": harm}
    day = {"as_of_on": DAY, "known_on": None, "network": "any", "own_failed": "none", "demand": "official"}
    return {**base, **day, "high_share": 1.0, "unknown_share": 1.0, "high_spread_share": 1.0, **row}


def test_what_is_met_stands_for_certain_and_an_estimate_beside_it_where_it_says_more() -> None:
    rows = [
        meets("loss of service", pack="law-1", low_share=0.25, low_spread_share=0.5, high_spread_share=0.75),
        meets("content", pack="law-1", high_share=0.0, unknown_share=0.0, high_spread_share=0.0, clear_share=1.0),
        meets("loss of service", pack="law-2"),
        meets(
            "loss of service", network="transit_abroad", restricted_says="the 3 networks of l", high_spread_share=0.1
        ),
    ]
    found = {**tables(), "site_exposure": filled("site_exposure", rows)}
    text = " ".join(re.sub("<[^>]*>", " ", words(composed(found))).split())
    assert "loss of service 25 to 100 %, estimate 50 to 75 % ; content 0 % ." in text
    assert "the 3 networks of l : not known (0 to 100 %), estimate 0 to 10 %" in text
    assert "meets restricted equipment is not known under: law-2 ." in text
