"""The chapters on what is not known and on contracts: order, whom to ask, assumed days marked, absent rows said."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from provenet.case.extract import Extract
from provenet.dossier.answers import widest_gaps
from provenet.dossier.render import render_html
from provenet.dossier.unknowns import Unknown, cost_swings, open_facts
from provenet.dossier.view import ANNEX, compose, with_rows
from support.plan_rows import plan, plan_tables, steps
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, THEN, filled, share, tables, verdict


def gap(number: int, figure: str, kind: str, ask: str, width: float, **row: Any) -> dict[str, Any]:
    base = {
        "gap_id": f"gap-{number}",
        "figure_id": figure,
        "country": "Germany",
        "asset_class": "ran",
        "segment": "5G RAN",
        "kind": kind,
        "ask": ask,
        "width_share": width,
        "left_share": 0.05,
        "measure": "share of subscribers",
        "as_of_on": DAY,
        "known_on": None,
        "inputs": [],
    }
    return {**base, **row}


def given(gaps: list[dict[str, Any]], **more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {**tables(), "gap": filled("gap", gaps), **more}


def found(rows: Mapping[str, pl.DataFrame]) -> list[Unknown]:
    return widest_gaps(Extract(rows, "Germany", DAY))


GAPS = [
    gap(1, "share-1", "range", "publisher", 0.1),
    gap(2, "share-5", "equipment", "carrier", 0.2, carrier_id="north-tel", ask_id="north-tel", pack="law-1"),
    gap(3, "share-5", "verdict", "issuer", 0.3, ask_id="ministry", pack="law-1"),
    gap(4, "failure-1", "weight", "regulator", 0.15, segment=""),
    gap(5, "dep-camp-one", "serves", "site owner", 0.5),
    gap(6, "share-4", "equipment", "carrier", 1.0, asset_class="transport", segment="transport network"),
    gap(7, "share-5", "equipment", "carrier", 0.001, carrier_id="south-tel", ask_id="south-tel", pack="law-1"),
    gap(8, "gone", "split", "publisher", 0.9),
]


def test_what_widens_a_finding_stands_first_the_widest_of_each_first() -> None:
    rows = found(given(GAPS))
    assert [(row.id, row.finding) for row in rows] == [
        ("gap-1", 1),
        ("gap-5", 3),
        ("gap-6", 0),
        ("gap-3", 0),
        ("gap-2", 0),
    ]
    assert [row.ask for row in rows[:5]] == [
        "who published it",
        "the owner of each site",
        "each carrier, or the regulator for all of them",
        "the carriers and vendors concerned",
        "North Tel",
    ]
    assert rows[0].cites


def test_an_older_whole_does_not_name_what_a_newer_one_knows() -> None:
    part = {"part": "restricted", "pack": "law-1", "issuer": "ministry", "method": "parts", "vendor_ids": []}
    shares = [
        share(1),
        share(20, carrier_id=None, measure="share of sites", coverage_share=0.8, **part),
        share(21, carrier_id=None, measure="share of masts", coverage_share=0.2, **part),
    ]
    days = {"as_of_on": DAY, "known_on": None}
    gaps = [
        gap(1, "share-20", "equipment", "carrier", 0.6, carrier_id="north-tel", pack="law-1"),
        gap(2, "share-21", "equipment", "carrier", 0.1, carrier_id="south-tel", pack="law-1"),
    ]
    rows = found(given(gaps, vendor_share=filled("vendor_share", [{**row, **days} for row in shares])))
    assert [row.id for row in rows] == ["gap-1"]


def test_facts_of_policies_that_bind_come_first_in_words_without_keys() -> None:
    reason = "Rule L-2 is open. Not known: the part is critical (critical); the asset class is ran, or one below it; "
    reason += "the day (day at_least 2). Possible: clear."
    open_row = {"outcome": "undetermined", "open_tests": ["fact: critical"], "if_settled": ["clear", "restricted"]}
    advice = {"pack": "advice-2", "force": "advice", "reason": "Not known: x (y). Possible: clear.", **open_row}
    rows = [verdict(n, vendor_id=v, reason=reason, **open_row) for n, v in ((1, "acme"), (2, "bolt"))]
    rows += [verdict(n, vendor_id=v, **advice) for n, v in ((3, "acme"), (4, "bolt"), (5, "core-co"))]
    rule = {"pack": "law-1", "country": "Germany", "as_of_on": DAY, "known_on": None}
    rules = filled("policy_rule", [{**rule, "issuer_facts": ["critical: the part is critical", "order: an order"]}])
    shown = given([], verdict=filled("verdict", rows), policy_rule=rules)
    facts = open_facts(Extract(shown, "Germany", DAY))
    assert [(fact["what"], fact["more"], fact["ask"], fact["facts"]) for fact in facts] == [
        ("the part is critical", 1, "The Ministry", (("the part is critical", True),)),
        ("x", 2, "the carriers and vendors concerned", ()),
    ]
    assert facts[0]["settled"] == "clear or restricted"


def test_equipment_ranks_by_its_part_of_the_width_of_the_cost_and_all_parts_make_the_whole() -> None:
    """Lots of one vendor, class and carrier are one question; what stays and what has no price widen nothing."""
    (base,) = [row for row in steps() if row["action"] == "swap"][:1]
    costs = [("north-tel", 1e6, 4e6), ("north-tel", 0.0, 3e6), ("south-tel", 2e6, 6e6), ("south-tel", None, None)]
    lots = [
        {**base, "step_id": f"step-{at:016x}", "carrier_id": carrier, "low_cost_amount": low, "high_cost_amount": high,
         "priced": low is not None}
        for at, (carrier, low, high) in enumerate(costs)
    ]  # fmt: skip
    lots.append({**lots[0], "step_id": "step-00000000000000ff", "action": "stays", "high_cost_amount": 9e9})
    rows = {**tables(), **plan_tables(plan=[plan(low_cost_amount=3e6, high_cost_amount=13e6)], plan_step=lots)}
    found = cost_swings(Extract(rows, "Germany", DAY))
    assert [(one.ask, one.cost, one.width) for one in found] == [
        ("North Tel", "EUR 1 to 7 million", "60 %"),
        ("South Tel", "EUR 2 to 6 million", "40 %"),
    ]
    assert found[0].lot == "step-0000000000000000"
    assert cost_swings(Extract(tables(), "Germany", DAY)) == []


def chapter(rows: Mapping[str, pl.DataFrame], known: date | None = None) -> str:
    page = Page(render_html(compose(rows, country="Germany", as_of=known or DAY, known=known)))
    return page.text.split("What is not known, and whom to ask")[-1].split("Contracts and tenders")[0]


def test_the_page_prints_the_stored_widths_and_the_annex_has_their_rows() -> None:
    rows = given(GAPS)
    text = chapter(rows)
    assert "Finding 1 , 5G RAN: Acme" in text
    assert "30 %" in text
    assert "5 %" in text
    pages = Page(render_html(compose(rows, country="Germany", as_of=DAY)))
    linked = {link.partition("#")[2] for link in pages.links if "#id-gap-" in link}
    assert linked == {f"id-gap-{number}" for number in (1, 2, 3, 5, 6)}
    keys = {f"gap-{number}" for number in (1, 2, 3, 5, 6)}
    annex = Page(render_html(with_rows(compose(rows, country="Germany", as_of=DAY, document=ANNEX), keys, rows)))
    assert linked <= set(annex.ids)


def test_a_policy_of_one_verdict_has_its_title_too() -> None:
    rows = given(GAPS, verdict=filled("verdict", [{**verdict(1, vendor_id="acme"), "as_of_on": DAY, "known_on": None}]))
    assert any("under Network law" in one.figure for one in found(rows))


def test_a_case_without_gaps_says_so_and_never_that_all_is_known() -> None:
    assert "holds no share of Germany that an answer could narrow." in chapter(given([]))
    assert "could narrow on that day." in chapter({**tables(THEN, THEN), "gap": filled("gap", [])}, THEN)


def purchase(name: str, low: date, mid: date | None, high: date, **row: Any) -> dict[str, Any]:
    base = {
        "purchase_id": name,
        "carrier_id": "north-tel",
        "country": "Germany",
        "segment": "RAN",
        "asset_class": "ran",
        "unit_says": "site",
        "mid_count": 12_000.0,
        "low_signed_on": low,
        "mid_signed_on": mid,
        "high_signed_on": high,
        "life_years": 8.0,
        "basis": "assumed",
        "vendor_ids": ["acme", "bolt"],
        "source_id": "paper",
    }
    return {**base, **row}


def given_purchases(rows: list[dict[str, Any]], **more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {**tables(), "purchase": filled("purchase", rows), **more}


def contracts(rows: Mapping[str, pl.DataFrame], known: date | None = None) -> str:
    page = Page(render_html(compose(rows, country="Germany", as_of=known or DAY, known=known)))
    return page.text.split("Contracts and tenders")[-1].split("Sources by weight")[0]


def test_contracts_ahead_stand_first_by_their_day_and_assumed_days_are_marked() -> None:
    rows = [
        purchase("late", date(2027, 1, 1), date(2028, 5, 1), date(2029, 1, 1), basis="sourced", vendor_ids=None),
        purchase("soon", date(2026, 12, 1), date(2027, 3, 1), date(2027, 6, 1)),
        purchase("signed", date(2019, 1, 1), date(2020, 1, 1), date(2021, 1, 1), segment="old core"),
        purchase("abroad", date(2027, 1, 1), None, date(2028, 1, 1), country="Italy", segment="elsewhere"),
        purchase("unread", date(2027, 1, 1), None, date(2028, 1, 1), reading="not read", segment="unread core"),
    ]
    text = contracts(given_purchases(rows))
    assert text.index("1 March 2027") < text.index("1 May 2028") < text.index("On record")
    assert text.count("assumed") == 2  # the note, and the one row whose day is assumed
    assert "12,000 sites" in text
    assert "Acme and Bolt" in text
    assert "not known" in text  # nobody says which vendors may be chosen in the later one
    assert not any(words in text for words in ("old core", "elsewhere", "unread core"))


def test_contracts_on_record_have_day_vendor_segment_and_value_and_no_spectrum() -> None:
    base = {"carrier_id": "north-tel", "country": "Germany", "vendor_ids": ["bolt"], "source_id": "paper"}
    day = {"day": "2018-04", "day_low_on": date(2018, 4, 1), "day_high_on": date(2018, 4, 30)}
    rows = [
        {**base, **day, "segment": "core", "event": "contract confirmed", "value_amount": 2.5e9, "currency": "EUR"},
        {**base, **day, "segment": "spectrum 5G", "event": "auction payment", "vendor_ids": []},
        {
            **base,
            "segment": "RAN",
            "event": "tender",
            "day": "2030",
            "day_low_on": date(2030, 1, 1),
            "day_high_on": None,
        },
    ]
    text = contracts(given_purchases([], procurement=filled("procurement", rows)))
    assert "North Tel" in text
    assert "2018-04" in text
    assert "contract announced" in text
    assert "EUR 2,500 million" in text
    assert "auction payment" not in text
    assert text.index("2030") < text.index("On record")  # announced for a later day
    assert "lists 1 more event that buys no equipment" in text


def test_the_annex_has_the_row_of_each_contract_ahead() -> None:
    rows = given_purchases([purchase("soon", date(2026, 12, 1), None, date(2027, 6, 1), says="days assumed")])
    annex = Page(render_html(compose(rows, country="Germany", as_of=DAY, document=ANNEX)))
    pages = Page(render_html(compose(rows, country="Germany", as_of=DAY)))
    assert "id-soon" in annex.ids
    assert any(link.endswith("#id-soon") for link in pages.links)
